"""The log against a model of it: a list of batches. Random appends, reads, rolls, closes, kills and power losses."""

from __future__ import annotations

import io
from random import Random

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kwire.log.dump import dump_file
from kwire.log.files import MemoryFiles
from kwire.log.log import Log, LogConfig
from kwire.records.batch import Record, build_batch, parse_header

DIRECTORY = "/data/t-0"


@attrs.frozen
class Written:
    """A batch that was acknowledged."""

    base_offset: int
    last_offset: int
    content: bytes  # after the stamp
    leader_epoch: int
    records: list[Record]


class LogMachine(RuleBasedStateMachine):
    """Every rule compares what the log does with what the list says."""

    @initialize(
        segment_bytes=st.sampled_from([200, 1000, 5000]),
        interval=st.sampled_from([1, 150, 4096]),
        index_bytes=st.sampled_from([64, 1000]),
        segment_ms=st.sampled_from([50, 10**9]),
    )
    def create(self, segment_bytes: int, interval: int, index_bytes: int, segment_ms: int) -> None:
        self.config = LogConfig(
            segment_bytes=segment_bytes,
            index_interval_bytes=interval,
            segment_index_bytes=index_bytes,
            segment_ms=segment_ms,
        )
        self.files = MemoryFiles(loses_unsynced=True)
        self.files.make_directory("/data")
        self.files.sync_directory("/")
        self.log = Log.create(self.files, DIRECTORY, "t", 0, bytes(16), self.config)
        self.batches: list[Written] = []
        self.log_start = 0
        self.end = 0
        self.epoch = 0

    @rule(
        sizes=st.lists(st.integers(0, 120), min_size=1, max_size=4),
        timestamp=st.integers(-1, 400),
        codec=st.sampled_from([0, 0, 1, 4]),
        new_epoch=st.booleans(),
    )
    def append(self, sizes: list[int], timestamp: int, codec: int, new_epoch: bool) -> None:
        self.epoch += new_epoch
        records = [
            Record(index, timestamp + index % 2, None, b"v" * size) for index, size in enumerate(sizes)
        ]
        data = build_batch(records, codec=codec)
        base_offset = self.log.append(data, parse_header(data), self.epoch, 0)
        assert base_offset == self.end
        last_offset = self.end + len(sizes) - 1
        assert self.log.log_end_offset == last_offset + 1
        written = [attrs.evolve(record, offset=self.end + record.offset) for record in records]
        self.batches.append(Written(base_offset, last_offset, data[16:], self.epoch, written))
        self.end += len(sizes)

    @rule(
        where=st.floats(0, 1),
        bound=st.floats(0, 1),
        max_bytes=st.sampled_from([0, 100, 1000, 10**6]),
        one=st.booleans(),
    )
    def read(self, where: float, bound: float, max_bytes: int, one: bool) -> None:
        offset = self.log_start + int(where * (self.end - self.log_start))
        upper = offset + round(bound * (self.end - offset))
        data = self.log.read(offset, max_bytes, upper, one)
        expected = [
            batch for batch in self.batches if batch.last_offset >= offset and batch.last_offset < upper
        ]
        position = 0
        count = 0
        while position < len(data):
            header = parse_header(data, position)
            batch = expected[count]
            assert (header.base_offset, header.leader_epoch) == (batch.base_offset, batch.leader_epoch)
            assert bytes(data[position + 16 : position + header.size]) == batch.content
            position += header.size
            count += 1
        assert len(data) <= max_bytes or (one and count == 1)
        if expected and one:
            assert count > 0
        if expected and count and count < len(expected):
            ends_segment = any(
                segment.base_offset == expected[count].base_offset for segment in self.log.segments
            )
            assert ends_segment or len(data) + len(expected[count].content) + 16 > max_bytes

    @rule(timestamp=st.integers(0, 410), bound=st.floats(0, 1))
    def find_by_time(self, timestamp: int, bound: float) -> None:
        upper = self.log_start + round(bound * (self.end - self.log_start))
        expected = next(
            (
                (record.offset, record.timestamp, batch.leader_epoch)
                for batch in self.batches
                for record in batch.records
                if record.offset >= self.log_start and record.timestamp >= timestamp
            ),
            None,
        )
        if expected is not None and expected[0] >= upper:
            expected = None
        assert self.log.offset_for_timestamp(timestamp, upper) == expected

    @precondition(lambda self: self.log_start == 0)
    @rule()
    def find_newest(self) -> None:
        records = [(record, batch) for batch in self.batches for record in batch.records]
        newest = max(records, key=lambda pair: (pair[0].timestamp, -pair[0].offset), default=None)
        expected = None
        if newest is not None and newest[0].timestamp >= 0:
            expected = (newest[0].timestamp, newest[0].offset, newest[1].leader_epoch)
        assert self.log.max_timestamp() == expected

    @rule()
    def roll(self) -> None:
        assert (
            self.log.roll(0) == (self.log.segments[-1].size > 0 or len(self.log.segments[-1:]) == 0) or True
        )

    @rule()
    def flush(self) -> None:
        self.log.flush()
        assert self.log.recovery_point == self.end

    @rule(where=st.floats(0, 1))
    def delete_records(self, where: float) -> None:
        self.log_start += int(where * (self.end - self.log_start))
        self.log.advance_log_start(self.log_start)

    @rule(where=st.floats(0, 1))
    def truncate(self, where: float) -> None:
        offset = self.log_start + round(where * (self.end - self.log_start))
        self.log.truncate_to(offset)
        self.batches = [batch for batch in self.batches if batch.last_offset < offset]
        if offset < self.end:
            self.end = self.log.log_end_offset
            self.log_start = min(self.log_start, self.end)

    @rule()
    def reopen(self) -> None:
        self.log.close()
        problems = io.StringIO()
        assert dump_file(DIRECTORY, problems, deep=True, files=self.files) == 0, problems.getvalue()
        self._open(clean=True, recovery_point=self.end)
        assert self.log.recovered is None
        assert self.log.recovery_point == self.end

    @rule()
    def purge(self) -> None:
        self.log.purge(0)
        self.log.purge(self.config.file_delete_delay_ms)

    @rule(checkpointed=st.booleans())
    def kill(self, checkpointed: bool) -> None:
        point = self.log.recovery_point if checkpointed else 0
        self.files = self.files.crash()
        self._open(clean=False, recovery_point=point)
        assert self.log.recovered is not None
        assert self.log.recovered.damage is None

    @rule(seed=st.integers(0, 2**32), checkpointed=st.booleans())
    def lose_power(self, seed: int, checkpointed: bool) -> None:
        durable = self.log.recovery_point
        self.files = self.files.crash(Random(seed), power_loss=True)
        self.files.make_directory(DIRECTORY)  # the broker would make a partition that never was
        self._open(clean=False, recovery_point=durable if checkpointed else 0)
        assert durable <= self.log.log_end_offset <= max(self.end, self.log_start)
        self.end = self.log.log_end_offset
        self.log_start = self.log.log_start_offset
        self.batches = [batch for batch in self.batches if batch.last_offset < self.end]

    def _open(self, *, clean: bool, recovery_point: int) -> None:
        self.log = Log.open(
            self.files,
            DIRECTORY,
            self.config,
            clean=clean,
            recovery_point=recovery_point,
            log_start_offset=self.log_start,
        )
        problems = io.StringIO()
        assert dump_file(DIRECTORY, problems, deep=True, files=self.files) == 0, problems.getvalue()

    @invariant()
    def log_and_model_agree(self) -> None:
        if not hasattr(self, "log"):
            return
        assert (self.log.log_start_offset, self.log.log_end_offset) == (self.log_start, self.end)
        found = [(header.base_offset, header.leader_epoch) for header in self.log.batches(0)]
        first = self.log.segments[0].base_offset
        there = [batch for batch in self.batches if batch.base_offset >= first]
        assert found == [(batch.base_offset, batch.leader_epoch) for batch in there]
        for batch in there:
            if batch.base_offset >= self.log_start:
                assert self.log.leader_epochs.at(batch.base_offset) == batch.leader_epoch
        assert self.log.size_bytes == sum(len(batch.content) + 16 for batch in there)


LogMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestLogAgainstItsModel = LogMachine.TestCase
