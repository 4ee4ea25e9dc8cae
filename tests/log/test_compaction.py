"""Compaction against a dictionary: the last value of each key, whatever breaks on the way."""

from __future__ import annotations

import errno
from random import Random

import attrs
import pytest

from kwire.log.cleaning import run_here
from kwire.log.compaction import KEY_BYTES, Cleaned, KeyMap, Source, Task, clean, group_segments
from kwire.log.config import LogConfig
from kwire.log.files import Files, MemoryFiles
from kwire.log.log import Log, LogWriteFailed
from kwire.log.segment import CorruptLog
from kwire.log.txn_index import AbortedTransaction, decode_txn_index, encode_txn_index
from kwire.records.batch import BatchHeader, Record, build_batch, iter_records, parse_header

NOW = 1_700_000_000_000
DAY = 86_400_000
CONFIG = LogConfig(segment_bytes=2_000, index_interval_bytes=100, compacted=True)


def record(key: str, value: str | None, timestamp: int = NOW) -> Record:
    return Record(0, timestamp, key.encode(), None if value is None else value.encode(), [(b"h", b"1")])


def batch(*records: Record, **fields: object) -> bytes:
    numbered = [attrs.evolve(each, offset=at) for at, each in enumerate(records)]
    return build_batch(numbered, base_offset=0, **fields)  # type: ignore[arg-type]


def append(log: Log, data: bytes) -> int:
    return log.append(data, parse_header(data), 3, NOW)


def marker(*, commit: bool, producer_id: int = 7, epoch: int = 0) -> bytes:
    key = b"\x00\x00\x00\x01" if commit else b"\x00\x00\x00\x00"
    return build_batch(
        [Record(0, NOW, key, bytes(6))],
        control=True,
        transactional=True,
        producer_id=producer_id,
        producer_epoch=epoch,
    )


def task_for(log: Log, *, first_dirty_offset: int = 0, now_ms: int = NOW, **fields: object) -> Task:
    """Everything but the last segment."""
    segments = log.segments[:-1]
    arguments: dict[str, object] = {
        "directory": log.directory,
        "segments": [Source(segment.base_offset, segment.size) for segment in segments],
        "first_dirty_offset": first_dirty_offset,
        "end_offset": log.segments[-1].base_offset,
        "now_ms": now_ms,
        "delete_retention_ms": DAY,
        "segment_bytes": log.config.segment_bytes,
        "segment_index_bytes": log.config.segment_index_bytes,
        "index_interval_bytes": log.config.index_interval_bytes,
        "buffer_bytes": 1 << 20,
    }
    return Task(**(arguments | fields))  # type: ignore[arg-type]


def compact(files: Files, log: Log, **fields: object) -> Cleaned:
    log.roll(NOW)
    log.flush()
    cleaned = run_here(files, task_for(log, **fields))  # type: ignore[arg-type]
    for group in cleaned.groups:
        assert log.replace_segments(group, NOW)
    return cleaned


def records(log: Log) -> list[Record]:
    """Every data record, in log order."""
    found: list[Record] = []
    for data in log.read_batches(0):
        header = parse_header(data)
        if not header.is_control:
            found += iter_records(data, header)
    return found


def headers(log: Log) -> list[BatchHeader]:
    return list(log.batches(0))


def last_values(found: list[Record]) -> dict[bytes | None, bytes | None]:
    values = {each.key: each.value for each in found}
    return {key: value for key, value in values.items() if value is not None}


@pytest.fixture
def log(files: Files, root: str) -> Log:
    return Log.create(files, f"{root}/t-0", "t", 0, bytes(16), CONFIG)


def reopen(files: Files, log: Log, **options: object) -> Log:
    return Log.open(files, log.directory, log.config, **({"clean": False} | options))  # type: ignore[arg-type]


@pytest.mark.parametrize("codec", range(5))
def test_the_last_record_of_each_key_stays_where_it_was(files: Files, log: Log, codec: int) -> None:
    for number in range(40):
        append(log, batch(record(f"k{number % 3}", f"v{number}"), record("other", f"{number}"), codec=codec))
    end = log.log_end_offset
    cleaned = compact(files, log)
    assert [(each.offset, each.key, each.value) for each in records(log)] == [
        (74, b"k1", b"v37"),
        (76, b"k2", b"v38"),
        (78, b"k0", b"v39"),
        (79, b"other", b"39"),
    ]
    assert all(each.headers == [(b"h", b"1")] and each.timestamp == NOW for each in records(log))
    assert all(header.codec == codec and header.leader_epoch == 3 for header in headers(log))
    assert log.log_end_offset == end == cleaned.end_offset
    assert (log.log_start_offset, log.segments[0].base_offset) == (0, 0)
    assert parse_header(log.read(0, 1 << 20, end, True)).base_offset == 74
    for again in (reopen(files, log, recovery_point=end), reopen(files, log)):
        assert [each.offset for each in records(again)] == [74, 76, 78, 79]
        assert again.log_end_offset == end


def test_a_batch_that_loses_records_keeps_its_range_its_producer_and_its_sequence(
    files: Files, log: Log
) -> None:
    append(
        log,
        batch(
            record("a", "1"),
            record("b", "1"),
            record("c", "1"),
            producer_id=9,
            producer_epoch=2,
            base_sequence=5,
        ),
    )
    append(log, batch(record("a", "2"), record("c", "2")))
    compact(files, log)
    (first, second) = headers(log)
    assert (first.base_offset, first.last_offset, first.records_count) == (0, 2, 1)
    assert (first.producer_id, first.producer_epoch, first.base_sequence, first.last_sequence) == (9, 2, 5, 7)
    assert (second.base_offset, second.records_count) == (3, 2)


def test_records_without_a_key_go(files: Files, log: Log) -> None:
    append(log, batch(Record(0, NOW, None, b"x"), record("a", "1")))
    compact(files, log)
    assert [each.key for each in records(log)] == [b"a"]


def test_log_append_time_stays(files: Files, log: Log) -> None:
    append(log, batch(record("a", "1", 1), record("b", "1", 2), log_append_time_ms=NOW + 5))
    append(log, batch(record("a", "2", 3)))
    compact(files, log)
    assert [each.timestamp for each in records(log)] == [NOW + 5, 3]


def test_a_tombstone_is_readable_until_its_horizon_and_then_goes(files: Files, log: Log) -> None:
    append(log, batch(record("a", "1")))
    append(log, batch(record("a", None, NOW + 7), record("b", "1", NOW + 9)))
    append(log, batch(record("z", "1")))
    compact(files, log)
    assert [(each.key, each.value, each.timestamp) for each in records(log)] == [
        (b"a", None, NOW + 7),
        (b"b", b"1", NOW + 9),
        (b"z", b"1", NOW),
    ]
    assert headers(log)[0].delete_horizon_ms == NOW + DAY
    append(log, batch(record("y", "1")))
    compact(files, log, now_ms=NOW + DAY - 1)
    assert [each.key for each in records(log)] == [b"a", b"b", b"z", b"y"]
    assert headers(log)[0].delete_horizon_ms == NOW + DAY, "the first run that saw it counts"
    append(log, batch(record("x", "1")))
    compact(files, log, now_ms=NOW + DAY)
    assert [(each.key, each.timestamp) for each in records(log)][:1] == [(b"b", NOW + 9)]


def test_the_last_batch_of_a_producer_and_of_the_run_stay_empty(files: Files, log: Log) -> None:
    append(log, batch(record("a", "1"), producer_id=9, producer_epoch=0, base_sequence=4))
    append(log, batch(record("a", "2"), producer_id=8, producer_epoch=0, base_sequence=0))
    append(log, batch(record("a", "3")))
    append(log, batch(Record(0, NOW + 3, None, b"no key")))
    end = log.log_end_offset
    compact(files, log, producers={9: (0, 0)})
    assert [(header.base_offset, header.records_count) for header in headers(log)] == [(0, 0), (2, 1), (3, 0)]
    assert headers(log)[0].last_sequence == 4
    assert headers(log)[2].max_timestamp == NOW + 3
    assert reopen(files, log).log_end_offset == end
    assert log.max_timestamp() == (NOW, 2, 3), "an empty batch has no record of its time"


def test_data_of_aborted_transactions_goes_at_once_and_markers_when_they_are_alone(
    files: Files, log: Log
) -> None:
    transactional = {"producer_id": 7, "producer_epoch": 0, "transactional": True}
    append(log, batch(record("a", "committed"), base_sequence=0, **transactional))
    append(log, marker(commit=True))
    append(log, batch(record("a", "aborted"), record("b", "aborted"), base_sequence=1, **transactional))
    append(log, marker(commit=False))
    log.roll(NOW)
    log.flush()
    files.write_atomic(
        f"{log.directory}/{0:020d}.txnindex", encode_txn_index([AbortedTransaction(7, 2, 4, 5)]), sync=True
    )

    def again(now_ms: int) -> list[tuple[int, int, bool]]:
        append(log, batch(record(f"k{now_ms}", "1")))
        compact(files, log, now_ms=now_ms)
        return [(each.base_offset, each.records_count, each.is_control) for each in headers(log)][:-1]

    assert again(NOW) == [(0, 1, False), (1, 1, True), (4, 1, True)]
    assert decode_txn_index(files.read_bytes(f"{log.directory}/{0:020d}.txnindex")) == [
        AbortedTransaction(7, 2, 4, 5)
    ]
    second = again(NOW + 1)
    assert second[:3] == [(0, 1, False), (1, 1, True), (4, 1, True)]
    assert headers(log)[2].delete_horizon_ms == NOW + 1 + DAY, "nothing of it is left: its time runs"
    assert headers(log)[1].delete_horizon_ms is None
    assert not files.exists(f"{log.directory}/{0:020d}.txnindex")
    assert again(NOW + 1 + DAY)[:2] == [(0, 1, False), (1, 1, True)]
    assert last_values(records(log))[b"a"] == b"committed"


def test_a_small_buffer_cleans_in_several_runs(files: Files, log: Log) -> None:
    for number in range(60):
        append(log, batch(record(f"k{number % 20}", str(number))))
    expected = last_values(records(log))
    dirty, runs = 0, 0
    while dirty < log.log_end_offset:
        cleaned = compact(files, log, first_dirty_offset=dirty, buffer_bytes=7 * KEY_BYTES)
        assert cleaned.end_offset > dirty
        dirty, runs = cleaned.end_offset, runs + 1
        assert last_values(records(log)) == expected
    assert runs > 5
    assert len(records(log)) == 20


def test_a_buffer_smaller_than_one_batch_gets_on_all_the_same(files: Files, log: Log) -> None:
    append(log, batch(*(record(f"k{number}", "1") for number in range(10))))
    append(log, batch(*(record(f"k{number}", "2") for number in range(10))))
    dirty = 0
    for _ in range(30):
        dirty = compact(files, log, first_dirty_offset=dirty, buffer_bytes=3 * KEY_BYTES).end_offset
    assert [each.value for each in records(log)] == [b"2"] * 10


def test_a_full_map_takes_keys_that_it_has() -> None:
    keys = KeyMap(2 * KEY_BYTES)
    assert keys.put(b"a", 1)
    assert keys.put(b"long" * 10, 2)
    assert not keys.put(b"c", 3)
    assert keys.put(b"a", 4)
    assert (keys.get(b"a"), keys.get(b"long" * 10), keys.get(b"c")) == (4, 2, -1)


def test_small_segments_become_one_and_none_becomes_too_large() -> None:
    def grouped(*sizes: int, segment_bytes: int = 100) -> list[list[int]]:
        sources = [Source(at * 10, size) for at, size in enumerate(sizes)]
        task = Task("d", sources, 0, len(sizes) * 10, 0, 0, segment_bytes, 1 << 20, 4096, 0)
        return [[source.size for source in group] for group in group_segments(task, sources)]

    assert grouped(30, 30, 30, 30) == [[30, 30, 30], [30]]
    assert grouped(150, 10, 90, 5) == [[150], [10, 90], [5]]
    far = [Source(0, 1), Source(5, 1)]
    task = Task("d", far, 0, 2**31 + 1, 0, 0, 100, 1 << 20, 4096, 0)
    assert len(group_segments(task, far)) == 2


def test_readers_of_the_old_segments_go_on(files: Files, log: Log) -> None:
    for number in range(30):
        append(log, batch(record("a", f"v{number}" * 20)))
    slice_ = log.read(0, 1 << 20, log.log_end_offset, True)
    before = bytes(slice_)
    compact(files, log)
    log.purge(NOW)
    log.purge(NOW + CONFIG.file_delete_delay_ms)
    assert bytes(slice_) == before


def test_damage_is_told_and_not_given_a_new_checksum(files: Files, log: Log) -> None:
    for number in range(30):
        append(log, batch(record("a", f"v{number}" * 20)))
    log.roll(NOW)
    log.flush()
    path = log.segments[0].path
    data = bytearray(files.read_bytes(path))
    data[80] ^= 1
    files.write_atomic(path, bytes(data), sync=True)
    with pytest.raises(CorruptLog, match="CRC-32C"):
        run_here(files, task_for(log))


def test_segments_that_changed_meanwhile_are_left_alone(files: Files, log: Log) -> None:
    for number in range(60):
        append(log, batch(record("a", f"v{number}" * 20)))
    log.roll(NOW)
    log.flush()
    cleaned = run_here(files, task_for(log))
    log.advance_log_start(log.segments[2].base_offset)
    before = [each.offset for each in records(log)]
    assert not log.replace_segments(cleaned.groups[0], NOW)
    assert [each.offset for each in records(log)] == before
    names = {entry.name for entry in files.entries(log.directory)}
    assert not [name for name in names if f"{cleaned.groups[0].base_offset:020d}" in name and "clean" in name]


def test_a_disk_that_refuses_the_swap_leaves_the_log_as_it_was() -> None:
    """Fail each file operation of a swap in turn; what is served stays right, or nothing is written any more."""
    at = 0
    while True:
        files = MemoryFiles()
        files.make_directory("/d")
        log = Log.create(files, "/d/t-0", "t", 0, bytes(16), CONFIG)
        for number in range(20):
            append(log, batch(record(f"k{number % 3}", f"v{number}" * 20)))
        log.roll(NOW)
        log.flush()
        expected = last_values(records(log))
        cleaned = run_here(files, task_for(log))
        left = at

        def fail(operation: str, path: str, size: int) -> None:
            nonlocal left
            left -= 1
            if left == -1:
                raise OSError(errno.EIO, "Input/output error", path)

        files.fault = fail
        try:
            for group in cleaned.groups:
                log.replace_segments(group, NOW)
        except LogWriteFailed:
            pass
        else:
            assert left >= 0
            return
        files.fault = None
        after = reopen(files, log, recovery_point=log.recovery_point)
        assert last_values(records(after)) == expected
        assert after.log_end_offset == log.log_end_offset
        at += 1


@attrs.define
class Machine:
    """Appends, rolls, cleans and dies at random, and a list of what must be there."""

    random: Random
    power_loss: bool
    files: MemoryFiles = attrs.field(init=False)
    log: Log = attrs.field(init=False)
    written: list[tuple[int, bytes, bytes | None]] = attrs.Factory(list)
    dirty: int = 0
    now: int = NOW
    deaths: int = 0

    def __attrs_post_init__(self) -> None:
        self.files = MemoryFiles(loses_unsynced=True)
        self.files.make_directory("/d")
        self.log = Log.create(self.files, "/d/t-0", "t", 0, bytes(16), CONFIG)
        self.log.flush()
        self.files.sync_directory("/")

    def step(self) -> None:
        random = self.random
        if random.random() < 0.75:
            count = random.randrange(1, 4)
            keys = [f"k{random.randrange(6)}" for _ in range(count)]
            values = [None if random.random() < 0.2 else str(random.random()) for _ in range(count)]
            pairs = list(zip(keys, values, strict=True))
            data = batch(*(record(key, value, self.now) for key, value in pairs), codec=random.randrange(5))
            base_offset = append(self.log, data)
            for at, (key, value) in enumerate(pairs):
                self.written.append(
                    (base_offset + at, key.encode(), None if value is None else value.encode())
                )
            return
        self.now += random.randrange(DAY)
        self.log.roll(self.now)
        self.log.flush()
        buffer_bytes = random.choice((3, 1000)) * KEY_BYTES
        task = task_for(self.log, first_dirty_offset=self.dirty, now_ms=self.now, buffer_bytes=buffer_bytes)
        if random.random() < 0.5:
            self._light_fuse()
        cleaned = run_here(self.files, task)
        for group in cleaned.groups:
            assert self.log.replace_segments(group, self.now)
        self.files.fault = None
        self.dirty = cleaned.end_offset
        kept = [each for each in records(self.log) if each.offset < self.dirty]
        newest = {key: offset for offset, key, _ in self.written if offset < self.dirty}
        assert {each.offset for each in kept} <= set(newest.values()) | {
            offset for offset, _, _ in self.written if offset >= self.dirty
        }

    def _light_fuse(self) -> None:
        left = self.random.randrange(40)

        def burn(operation: str, path: str, size: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise _Died

        self.files.fault = burn

    def die(self) -> None:
        self.deaths += 1
        self.files.fault = None
        self.files = self.files.crash(self.random, power_loss=self.power_loss)
        durable = self.log.recovery_point
        self.log = Log.open(
            self.files,
            "/d/t-0",
            CONFIG,
            clean=False,
            recovery_point=durable,
            page_cache_kept=not self.power_loss,
        )
        assert self.log.log_end_offset >= durable
        self.written = [each for each in self.written if each[0] < self.log.log_end_offset]
        names = [entry.name for entry in self.files.entries("/d/t-0")]
        assert not [name for name in names if name.endswith((".cleaned", ".swap"))]

    def check(self) -> None:
        model = {key: value for _, key, value in self.written}
        found = records(self.log)
        assert last_values(found) == {key: value for key, value in model.items() if value is not None}
        there = {(offset, key, value) for offset, key, value in self.written}
        assert {(each.offset, each.key, each.value) for each in found} <= there
        offsets = [each.offset for each in found]
        assert offsets == sorted(offsets)
        end = self.log.log_end_offset
        for offset in range(0, end, 7):
            data = self.log.read(offset, 1 << 20, end, True)
            assert not data or parse_header(data).last_offset >= offset


class _Died(BaseException):
    pass


@pytest.mark.parametrize("power_loss", [False, True], ids=["kill", "power loss"])
@pytest.mark.parametrize("seed", range(40))
def test_the_last_values_survive_a_crash_at_any_step(seed: int, power_loss: bool) -> None:
    machine = Machine(Random(seed), power_loss)
    for _ in range(60):
        try:
            machine.step()
        except _Died:
            machine.die()
        machine.check()
    assert machine.dirty > 0


def test_a_run_pauses_so_that_others_get_their_turn(files: Files, log: Log) -> None:
    for number in range(100):
        append(log, batch(record(f"k{number % 5}", "v" * 300)))
    log.roll(NOW)
    log.flush()
    assert len(list(clean(files, task_for(log)))) > 100
