"""Logs on a machine that is switched off, from one seed: whatever was flushed is there, and the rest is a prefix.

Two logs of one directory are appended to, rolled, flushed, cut and closed; the process dies between two operations or
in the middle of a file operation, and the power may go with it. `KWIRE_SEED=<seed>` runs one seed alone,
`KWIRE_SEEDS=<count>` runs more of them.
"""

from __future__ import annotations

import errno
import io
import os
from random import Random

import attrs
import pytest

from kwire.log.directory import LogDirectory
from kwire.log.dump import dump_file
from kwire.log.files import MemoryFiles
from kwire.log.log import Log, LogConfig, LogWriteFailed
from kwire.log.memory_files import MemoryFile
from kwire.log.rescue import reopen
from kwire.log.segment import CorruptLog
from kwire.log.snapshot import ProducerEntry
from kwire.records.batch import Record, build_batch, parse_header

DATA = "/data"
PARTITIONS = 2
SEEDS = (
    [int(os.environ["KWIRE_SEED"])]
    if "KWIRE_SEED" in os.environ
    else list(range(int(os.environ.get("KWIRE_SEEDS", "100"))))
)


class Killed(BaseException):
    """The process is gone, in the middle of a file operation."""


@attrs.frozen
class Written:
    """A batch that was handed to a log."""

    base_offset: int
    last_offset: int
    content: bytes  # after the stamp
    leader_epoch: int
    producer_id: int
    timestamp: int


History = tuple[Written, ...]


@attrs.define
class Model:
    """What is known of one log, outside of it."""

    histories: list[History] = attrs.Factory(lambda: [()])
    """What it may hold a prefix of: one, or the ones before a truncation too, until a flush settles it."""
    durable: int = 0
    """Below this nothing may be lost."""
    log_start: int = 0
    epoch: int = 0

    @property
    def now(self) -> History:
        return self.histories[-1]

    @property
    def end(self) -> int:
        return max(self.log_start, self.now[-1].last_offset + 1 if self.now else 0)


def producers_at(history: History, offset: int) -> list[ProducerEntry]:
    """The state of the producers as it is before `offset`."""
    entries: dict[int, ProducerEntry] = {}
    for batch in history:
        if batch.last_offset < offset:
            delta = batch.last_offset - batch.base_offset
            entries[batch.producer_id] = ProducerEntry(
                batch.producer_id, 0, batch.last_offset, batch.last_offset, delta, batch.timestamp
            )
    return list(entries.values())


class Machine:
    """A process with logs, on a machine that may lose its power."""

    def __init__(self, seed: int, files: MemoryFiles | None = None) -> None:
        self.random = random = Random(seed)
        self.files = MemoryFiles(loses_unsynced=True) if files is None else files
        self.config = LogConfig(
            segment_bytes=random.choice((600, 3000, 20_000)),
            index_interval_bytes=random.choice((1, 300, 4096)),
            segment_index_bytes=random.choice((64, 1000, 100_000)),
            segment_ms=random.choice((50, 10**9)),
        )
        self.power_losses = 0
        self.now_ms = 1000
        self.models = [Model() for _ in range(PARTITIONS)]
        self.logs: list[Log] = []
        self._start()

    def run(self, steps: int) -> None:
        for _ in range(steps):
            if self.random.random() < 0.06:
                self._light_fuse()
            try:
                self._step()
            except Killed:
                self._die()
        self._lose_power()

    def _step(self) -> None:
        index = self.random.randrange(PARTITIONS)
        log, model = self.logs[index], self.models[index]
        self.now_ms += self.random.randrange(10)
        step = self.random.choices(
            (
                self._append,
                self._roll,
                self._flush,
                lambda *_: self._checkpoint(),
                self._advance_log_start,
                self._truncate,
                self._fail_to_flush,
                lambda *_: self._purge(),
                lambda *_: self._restart(),
                lambda *_: self._lose_power(),
                lambda *_: self._kill(),
            ),
            (60, 5, 8, 5, 4, 2, 3, 3, 2, 3, 2),
        )[0]
        step(log, model)

    # What a process does

    def _append(self, log: Log, model: Model) -> None:
        random = self.random
        model.epoch += random.random() < 0.05
        count = random.randrange(1, 4)
        size = random.choice((5, 100, 100, 700, 5000))
        timestamp = self.now_ms + random.randrange(-20, 20)
        producer_id = random.randrange(3)
        base = model.end
        data = build_batch(
            [Record(at, timestamp, None, random.randbytes(size)) for at in range(count)],
            producer_id=producer_id,
            producer_epoch=0,
            base_sequence=base,
        )
        batch = Written(base, base + count - 1, data[16:], model.epoch, producer_id, timestamp)
        before = model.now
        model.histories[-1] = (*before, batch)
        assert log.append(data, parse_header(data), model.epoch, self.now_ms) == base
        assert log.log_end_offset == batch.last_offset + 1
        if log.rolled_at == base:
            log.write_snapshot(base, producers_at(before, base))

    def _roll(self, log: Log, model: Model) -> None:
        if log.roll(self.now_ms):
            log.write_snapshot(log.log_end_offset, producers_at(model.now, log.log_end_offset))

    def _flush(self, log: Log, model: Model) -> None:
        log.flush()
        self._is_durable(model)

    def _fail_to_flush(self, log: Log, model: Model) -> None:
        """A disk that fails for a moment: the log is opened anew from what can still be read, and is durable then."""
        burn = self.files.fault
        remaining = self.random.randrange(4)

        def refuse(operation: str, path: str, size: int) -> None:
            nonlocal remaining
            remaining -= operation == "sync"
            if operation == "sync" and remaining < 0:
                raise OSError(errno.EIO, "Input/output error", path)

        self.files.fault = refuse
        try:
            log.flush()
        except LogWriteFailed:
            pass
        else:
            self._is_durable(model)
        self.files.fault = burn
        if log.failed is None:
            return
        if self.random.random() < 0.5:  # it may die before it gets to that
            self._kill()
            return
        with pytest.raises(LogWriteFailed):
            log.flush()
        self.logs[self.logs.index(log)] = reopened = reopen(
            self.files,
            log,
            self.config,
            log_start_offset=model.log_start,
            now_ms=self.now_ms,
            trash=self.directory.trash,
        )
        log.abandon()
        assert (reopened.log_start_offset, reopened.log_end_offset) == (model.log_start, model.end)
        self._is_durable(model)

    def _is_durable(self, model: Model) -> None:
        model.durable = model.end
        model.histories = [model.now]

    def _checkpoint(self, *, sync: bool | None = None) -> None:
        sync = self.random.random() < 0.3 if sync is None else sync
        self.directory.write_checkpoints(self.logs, {}, sync=sync)

    def _advance_log_start(self, log: Log, model: Model) -> None:
        offset = self.random.randint(model.log_start, model.end)
        model.log_start = offset
        log.advance_log_start(offset)

    def _truncate(self, log: Log, model: Model) -> None:
        starts = [batch.base_offset for batch in model.now if batch.base_offset >= model.log_start]
        offset = self.random.choice([*starts, model.end])
        model.durable = log.recovery_point = min(log.recovery_point, offset)
        self._checkpoint(sync=True)
        model.histories.append(tuple(batch for batch in model.now if batch.last_offset < offset))
        log.truncate_to(offset)

    def _purge(self) -> None:
        self.directory.purge(self.now_ms)
        if self.random.random() < 0.5:
            self.directory.purge(self.now_ms + self.config.file_delete_delay_ms)

    def _restart(self) -> None:
        for log, model in zip(self.logs, self.models, strict=True):
            log.write_snapshot(log.log_end_offset, producers_at(model.now, log.log_end_offset))
        self.directory.close(self.logs)
        for model in self.models:
            self._is_durable(model)
        self.files.fault = None
        assert self._problems() == ""
        self._start()

    # How it ends

    def _light_fuse(self) -> None:
        """Die at one of the next file operations."""
        remaining = self.random.randrange(30)

        def burn(operation: str, path: str, size: int) -> None:
            nonlocal remaining
            if remaining == 0:
                raise Killed
            remaining -= 1

        self.files.fault = burn

    def _die(self) -> None:
        if self.random.random() < 0.7:
            self._lose_power()
        else:
            self._kill()

    def _kill(self) -> None:
        older = [model.histories[:] for model in self.models]
        self.files = self.files.crash()
        self._start()
        for model, histories in zip(self.models, older, strict=True):
            model.histories[:0] = histories  # what the process cut may come back yet

    def _lose_power(self) -> None:
        self.power_losses += 1
        self.files = self.files.crash(self.random, power_loss=True)
        self._start()

    # What the next one finds

    def _start(self) -> None:
        while True:
            if self.random.random() < 0.1:
                self._light_fuse()
            try:
                self._open()
                break
            except Killed:
                lost = self.random.random() < 0.5
                self.files = self.files.crash(self.random, power_loss=lost)
        self.files.fault = None
        self._check()

    def _open(self) -> None:
        self.directory = LogDirectory.open(self.files, DATA, node_id=1, random_bytes=self.random.randbytes)
        found = {partition.partition for partition in self.directory.partitions()}
        self.logs = []
        for index in range(PARTITIONS):
            if index in found:
                log = self.directory.open_log("t", index, self.config, self.now_ms)
            else:
                log = self.directory.create_log("t", index, bytes(16), self.config, self.now_ms)
            self.logs.append(log)

    def _check(self) -> None:
        for log, model in zip(self.logs, self.models, strict=True):
            self._check_log(log, model)
        assert self._problems() == ""

    def _check_log(self, log: Log, model: Model) -> None:
        assert log.log_start_offset <= max(model.log_start, log.recovery_point)
        assert log.log_end_offset >= model.durable, f"{log!r} lost what was flushed below {model.durable}"
        found = list(log.batches(0))
        if found:
            assert found[0].base_offset <= log.log_start_offset
            assert found[-1].next_offset == log.log_end_offset
        content = [bytes(batch)[16:] for batch in log.read_batches(0)]
        for history in reversed(model.histories):
            there = [batch for batch in history if found and batch.base_offset >= found[0].base_offset]
            there = there[: len(found)]
            if [batch.content for batch in there] == content:
                break
        else:
            raise AssertionError(f"{log!r} is no prefix of what was written")
        assert [header.base_offset for header in found] == [batch.base_offset for batch in there]
        assert [header.leader_epoch for header in found] == [batch.leader_epoch for batch in there]
        for batch in there:
            if batch.base_offset >= log.log_start_offset:
                assert log.leader_epochs.at(batch.base_offset) == batch.leader_epoch
        end = log.log_end_offset
        kept = tuple(batch for batch in history if batch.last_offset < end)
        self._check_state(log, kept, there)
        model.histories = [kept]
        model.durable = log.recovery_point
        model.log_start = log.log_start_offset
        model.epoch = max(model.epoch, log.leader_epochs.latest)

    def _check_state(self, log: Log, history: History, there: list[Written]) -> None:
        """Snapshots and indexes say what the batches say."""
        snapshot = log.latest_snapshot()
        if snapshot is not None:
            offset, entries = snapshot
            assert offset <= log.log_end_offset
            assert sorted(entries, key=repr) == sorted(producers_at(history, offset), key=repr)
        readable = [batch for batch in there if batch.last_offset >= log.log_start_offset]
        for batch in readable[:: max(len(readable) // 5, 1)]:
            data = log.read(max(batch.base_offset, log.log_start_offset), 1, log.log_end_offset, True)
            assert bytes(data[16:]) == batch.content
            wanted = batch.timestamp
            first = next(each for each in readable if each.timestamp >= wanted)
            assert log.offset_for_timestamp(wanted, log.log_end_offset) == (
                max(first.base_offset, log.log_start_offset),
                first.timestamp,
                first.leader_epoch,
            )

    def _problems(self) -> str:
        out = io.StringIO()
        dump_file(DATA, out, deep=True, files=self.files)
        return "".join(
            line
            for line in out.getvalue().splitlines(keepends=True)
            if "PROBLEM" in line and "-checkpoint" not in line and "snapshot" not in line
        )


def test_a_power_loss_in_the_middle_of_a_flush_never_leaves_the_newest_records_alone() -> None:
    config = LogConfig(segment_bytes=600, index_interval_bytes=4096)
    for step in range(200):
        for seed in range(10):
            files = MemoryFiles(loses_unsynced=True)
            directory = LogDirectory.open(files, DATA, node_id=1, random_bytes=Random(seed).randbytes)
            log = directory.create_log("t", 0, bytes(16), config, 1000)
            for number in range(6):
                data = build_batch([Record(0, 1000, None, bytes(500))], base_sequence=number)
                log.append(data, parse_header(data), 1, 1000)
            assert len(log.segments) == 6
            left = step

            def burn(operation: str, path: str, size: int) -> None:
                nonlocal left
                if not left:
                    raise Killed
                left -= 1

            files.fault = burn
            ended = False
            try:
                log.flush()
                ended = True
            except Killed:
                pass
            files.fault = None
            files = files.crash(Random(seed), power_loss=True)
            directory = LogDirectory.open(files, DATA, node_id=1, random_bytes=Random(seed).randbytes)
            if not directory.partitions():
                continue
            again = directory.open_log("t", 0, config, 1000)
            assert again.log_start_offset == 0, (step, seed)
            if ended:
                assert again.log_end_offset == 6
        if ended:
            return
    raise AssertionError("no flush came to its end")


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_flushed_survives_and_the_rest_is_a_prefix(seed: int) -> None:
    print(f"seed {seed}")
    machine = Machine(seed)
    machine.run(80)
    assert machine.power_losses


def _one_log(files: MemoryFiles) -> Log:
    files.make_directory(DATA)
    files.sync_directory("/")
    return Log.create(files, f"{DATA}/t-0", "t", 0, bytes(16), LogConfig())


def _append(log: Log) -> None:
    data = build_batch([Record(0, 0, None, b"value" * 2000)])
    log.append(data, parse_header(data), 0, 0)


def test_the_process_after_a_failed_sync_believes_the_disk_and_not_the_page_cache() -> None:
    files = MemoryFiles(loses_unsynced=True)
    log = _one_log(files)
    _append(log)
    log.flush()
    _append(log)

    def refuse(operation: str, path: str, size: int) -> None:
        if operation == "sync":
            raise OSError(errno.EIO, "Input/output error", path)

    files.fault = refuse
    with pytest.raises(LogWriteFailed):
        log.flush()
    files = files.crash()
    log = Log.open(files, f"{DATA}/t-0", LogConfig(), clean=False, recovery_point=1, page_cache_kept=True)
    assert log.log_end_offset == 1
    log.flush()
    files = files.crash(Random(1), power_loss=True)
    assert Log.open(files, f"{DATA}/t-0", LogConfig(), clean=False).log_end_offset == 1


def test_names_are_durable_after_an_orderly_stop() -> None:
    files = MemoryFiles(loses_unsynced=True)
    log = _one_log(files)
    _append(log)
    log.flush()
    log.truncate_to(0)
    log.close()
    index = f"{DATA}/t-0/{0:020d}.timeindex"
    for seed in range(30):
        after = files.crash(Random(seed), power_loss=True)
        assert after.read_bytes(index) == b""
        assert Log.open(after, f"{DATA}/t-0", LogConfig(), clean=True).log_end_offset == 0


class _LyingFile(MemoryFile):
    def sync(self) -> None:
        if not self.path.endswith((".log", "leader-epoch-checkpoint")):
            super().sync()


class _LyingAboutContent(MemoryFiles):
    """A disk that says that it made content durable."""

    def open(self, path: str, *, create: bool = False, read_only: bool = False) -> MemoryFile:
        file = super().open(path, create=create, read_only=read_only)
        return _LyingFile(path, file._node, self)


class _LyingAboutNames(MemoryFiles):
    """A disk that says that it made names durable."""

    def sync_directory(self, path: str) -> None:
        if path.startswith(DATA + "/"):
            return
        super().sync_directory(path)


@pytest.mark.parametrize("lying", [_LyingAboutContent, _LyingAboutNames])
def test_a_disk_that_lies_is_found_out(lying: type[MemoryFiles]) -> None:
    """The other test can fail: without the syncs, records are lost that were flushed."""
    for seed in range(100):
        try:
            Machine(seed, lying(loses_unsynced=True)).run(80)
        except (AssertionError, CorruptLog):
            return
    pytest.fail("a hundred machines lost nothing")
