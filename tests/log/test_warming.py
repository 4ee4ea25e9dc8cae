"""Reads that may not wait for the disk: what they order, what they answer, and that nothing cold is ever touched."""

from __future__ import annotations

import errno

import pytest

from kwire.log import warming
from kwire.log.files import MemoryFiles
from kwire.log.log import Log, LogConfig
from kwire.log.segment import CorruptLog
from kwire.log.warming import CHUNK_BYTES, Cold, WarmUp
from kwire.records.batch import Record, build_batch, iter_records, parse_header

END = 1 << 62


class Reader:
    """One who reads a log without waiting for the disk; orders are kept until `perform`."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.orders: list[WarmUp] = []
        self.refuses = False

    def warm(self, order: WarmUp) -> bool:
        if self.refuses and not order.urgent:
            return False
        self.orders.append(order)
        return True

    def read(
        self, offset: int, max_bytes: int = CHUNK_BYTES, *, at_least_one: bool = True
    ) -> list[int] | None:
        """Base offsets of the batches; None when they are cold."""
        try:
            data = self.log.read(offset, max_bytes, self.log.log_end_offset, at_least_one, self.warm)
        except Cold:
            return None
        found, position = [], 0
        while position < len(data):
            header = parse_header(data, position)
            found.append(header.base_offset)
            position += header.size
        return found

    def find(self, timestamp: int | None) -> tuple[int, int, int] | None:
        """(offset, timestamp, epoch) for a time, None asks for the newest record; performs what that needs."""
        for _ in range(50):
            try:
                if timestamp is None:
                    return self.log.max_timestamp(self.warm)
                return self.log.offset_for_timestamp(timestamp, self.log.log_end_offset, self.warm)
            except Cold:
                assert self.perform()
        raise AssertionError("it never gets warm")

    def perform(self) -> int:
        """Do what was ordered; how much that was."""
        orders, self.orders = self.orders, []
        for order in orders:
            try:
                order.begin()
                order.perform()
            except OSError as error:
                order.finish(error)
            else:
                order.finish(None)
        return len(orders)

    def read_patiently(self, offset: int, max_bytes: int = CHUNK_BYTES) -> list[int]:
        for _ in range(10):
            found = self.read(offset, max_bytes)
            if found is not None:
                return found
            assert self.perform()
        raise AssertionError("it never gets warm")


def fill(log: Log, batches: int, size: int) -> None:
    for _ in range(batches):
        batch = build_batch([Record(0, 1000 + log.log_end_offset, None, b"v" * size)])
        log.append(batch, parse_header(batch), 0, 1000)


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles()


def closed(files: MemoryFiles, *, batches: int, size: int, segment_bytes: int = 1 << 30) -> Log:
    """A log that was closed and opened again, so that nothing of it is known to be in memory."""
    config = LogConfig(segment_bytes=segment_bytes)
    log = Log.create(files, "/d/t-0", "t", 0, b"i" * 16, config)
    fill(log, batches, size)
    log.close()
    return Log.open(files, "/d/t-0", config, clean=True)


def chill(files: MemoryFiles, log: Log) -> None:
    for entry in files.entries(log.directory):
        files.chill(f"{log.directory}/{entry.name}")
    files.waited_for.clear()


def test_what_is_in_memory_is_read_at_once(files: MemoryFiles) -> None:
    reader = Reader(closed(files, batches=20, size=1000))
    assert reader.read(3) == list(range(3, 20))
    assert reader.orders == []


def test_what_was_just_appended_is_not_asked_about(files: MemoryFiles) -> None:
    log = Log.create(files, "/d/t-0", "t", 0, b"i" * 16, LogConfig())
    fill(log, 20, 1000)
    chill(files, log)
    assert Reader(log).read(3) == list(range(3, 20))


def test_what_was_there_before_the_start_is_asked_about_after_the_first_append(files: MemoryFiles) -> None:
    log = closed(files, batches=20, size=1000)
    fill(log, 1, 1000)
    chill(files, log)
    reader = Reader(log)
    assert reader.read(3) is None
    assert reader.read(20) == [20]


@pytest.mark.parametrize("offset", [0, 1, 57, 199])
@pytest.mark.parametrize("max_bytes", [1, 5000, 70_000, 1 << 20, 1 << 30])
def test_a_cold_read_waits_for_nothing_and_answers_once_warm(
    files: MemoryFiles, offset: int, max_bytes: int
) -> None:
    log = closed(files, batches=200, size=10_000)
    expected = Reader(log).read(offset, max_bytes)
    assert expected is not None
    log.close()
    log = Log.open(files, "/d/t-0", log.config, clean=True)
    chill(files, log)
    reader = Reader(log)
    assert reader.read(offset, max_bytes) is None
    found = reader.read_patiently(offset, max_bytes)
    assert found[0] == offset
    assert found == expected[: len(found)]
    assert files.waited_for == []


def test_a_whole_cold_log_is_read_in_order_without_waiting(files: MemoryFiles) -> None:
    log = closed(files, batches=300, size=50_000, segment_bytes=4 << 20)
    chill(files, log)
    reader = Reader(log)
    offset = 0
    while offset < 300:
        found = reader.read_patiently(offset)
        assert found == list(range(offset, offset + len(found)))
        offset += len(found)
    assert files.waited_for == []


def test_a_batch_larger_than_asked_for_is_warmed_whole(files: MemoryFiles) -> None:
    log = closed(files, batches=2, size=3 * CHUNK_BYTES)
    chill(files, log)
    reader = Reader(log)
    assert reader.read_patiently(0, 100) == [0]
    assert files.waited_for == []


def test_the_next_bytes_are_ordered_while_a_reader_takes_these(files: MemoryFiles) -> None:
    log = closed(files, batches=100, size=100_000)
    chill(files, log)
    reader = Reader(log)
    found = reader.read_patiently(0)
    waits = 0
    while found[-1] < 99:
        reader.perform()
        following = reader.read(found[-1] + 1)
        if following is None:
            waits += 1
            following = reader.read_patiently(found[-1] + 1)
        found = following
    assert waits == 0


def test_nothing_is_read_ahead_for_one_who_never_waited(files: MemoryFiles) -> None:
    log = closed(files, batches=100, size=100_000)
    reader = Reader(log)
    assert reader.read(0) is not None
    chill(files, log)
    assert reader.read(50) is None
    assert len(reader.orders) == 1


def test_reading_ahead_may_be_refused_and_is_asked_for_again(files: MemoryFiles) -> None:
    log = closed(files, batches=100, size=100_000)
    chill(files, log)
    reader = Reader(log)
    reader.refuses = True
    found = reader.read_patiently(0)
    assert reader.orders == []
    reader.refuses = False
    reader.read_patiently(found[-1] + 1)
    assert reader.orders


def test_two_readers_of_the_same_bytes_order_them_once(files: MemoryFiles) -> None:
    log = closed(files, batches=100, size=1000)
    chill(files, log)
    reader = Reader(log)
    assert reader.read(0) is None
    assert reader.read(0) is None
    assert len(reader.orders) == 1


def test_an_answer_is_cut_to_what_is_in_memory(files: MemoryFiles) -> None:
    log = closed(files, batches=100, size=100_000)
    path = log.segments[0].path
    chill(files, log)
    files.open(path).warm(0, 500_000)
    assert Reader(log).read_patiently(0) == [0, 1, 2, 3, 4]  # whole pages: up to 503,808


def test_pages_that_go_again_before_they_are_read_hold_nobody_up_for_ever(files: MemoryFiles) -> None:
    log = closed(files, batches=100, size=1000)
    chill(files, log)
    reader = Reader(log)
    for _ in range(4):  # the indexes, the place, the bytes
        found = reader.read(50)
        if found is not None:
            break
        reader.perform()
        chill(files, log)
    assert found is not None
    assert found[0] == 50
    assert reader.read(50) is None  # the next one has to wait again


def test_a_broken_disk_is_told_to_the_one_who_waited_and_may_be_asked_again(files: MemoryFiles) -> None:
    log = closed(files, batches=100, size=1000)
    reader = Reader(log)
    assert reader.read(0) is not None
    chill(files, log)

    def broken(operation: str, path: str, size: int) -> None:
        if operation == "warm":
            raise OSError(errno.EIO, "Input/output error", path)

    files.fault = broken
    assert reader.read(0) is None
    reader.perform()
    with pytest.raises(OSError, match="Input/output error"):
        reader.read(0)
    files.fault = None
    assert reader.read_patiently(0)[0] == 0


def test_large_cold_indexes_are_loaded_elsewhere(files: MemoryFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "SMALL_INDEX_BYTES", 0)
    log = closed(files, batches=100, size=5000, segment_bytes=200_000)
    reader = Reader(log)
    assert reader.read(10) is None
    assert reader.read(10) is None  # asked again before it is done
    assert reader.perform() == 1
    assert log.segments[0].has_indexes
    assert reader.read(10) == list(range(10, 39))


@pytest.mark.parametrize("damage", ["missing", "bad"])
def test_indexes_that_cannot_be_loaded_are_made_anew(files: MemoryFiles, damage: str) -> None:
    log = closed(files, batches=100, size=5000, segment_bytes=200_000)
    index, _ = log.segments[0].index_paths
    chill(files, log)
    reader = Reader(log)
    assert reader.read(10) is None
    if damage == "missing":
        files.unlink(index)
    else:
        files.write_atomic(index, b"\xff" * 16, sync=False)
    assert reader.read_patiently(10)[0] == 10


def test_a_segment_that_goes_while_it_is_warmed_takes_nothing_with_it(files: MemoryFiles) -> None:
    log = closed(files, batches=100, size=5000, segment_bytes=200_000)
    chill(files, log)
    reader = Reader(log)
    assert reader.read(10) is None
    reader.perform()
    assert reader.read(10) is None
    (order,) = reader.orders
    order.begin()
    log.advance_log_start(log.log_end_offset)
    log.purge(1 << 60)
    order.perform()
    order.finish(None)
    reader.orders.clear()
    assert reader.read(log.log_end_offset - 1) is None  # the last segment is still there, and cold
    assert reader.read_patiently(log.log_end_offset - 1) == [99]


def test_an_order_for_a_segment_that_is_gone_fails(files: MemoryFiles) -> None:
    log = closed(files, batches=100, size=5000, segment_bytes=200_000)
    chill(files, log)
    reader = Reader(log)
    assert reader.read(10) is None
    reader.perform()
    assert reader.read(10) is None
    (order,) = reader.orders
    log.advance_log_start(log.log_end_offset)
    log.purge(1 << 60)
    with pytest.raises(FileNotFoundError):
        order.begin()


def test_damage_is_still_found_when_it_is_warm(files: MemoryFiles) -> None:
    log = closed(files, batches=3, size=1000)
    file = files.open(log.segments[0].path)
    file.write(8, (b"\x00\x00\x00\x01",), 4)
    chill(files, log)
    reader = Reader(log)
    with pytest.raises(CorruptLog):
        reader.read_patiently(2)


def test_records_read_cold_are_those_that_were_written(files: MemoryFiles) -> None:
    log = closed(files, batches=50, size=1000)
    chill(files, log)
    reader = Reader(log)
    reader.read_patiently(0)
    data = log.read(7, 1, END, True, reader.warm)
    assert [record.value for record in iter_records(data, parse_header(data, 0))] == [b"v" * 1000]


@pytest.mark.parametrize("timestamp", [0, 1000, 1005, 1234, 1399, 1400, 5000, None])
def test_a_cold_log_is_searched_by_time_without_waiting(files: MemoryFiles, timestamp: int | None) -> None:
    log = closed(files, batches=400, size=5000, segment_bytes=100_000)
    expected = Reader(log).find(timestamp)
    assert expected == (
        None
        if timestamp and timestamp >= 1400
        else (1399, 399, 0)
        if timestamp is None
        else (max(timestamp - 1000, 0), max(timestamp, 1000), 0)
    )
    log.close()
    log = Log.open(files, "/d/t-0", log.config, clean=True)
    chill(files, log)
    assert Reader(log).find(timestamp) == expected
    assert files.waited_for == []


def test_asking_for_a_time_reads_only_the_ends_of_the_time_indexes(files: MemoryFiles) -> None:
    log = closed(files, batches=400, size=5000, segment_bytes=100_000)
    chill(files, log)
    assert Reader(log).find(1390) == (390, 1390, 0)
    assert sum(segment.has_indexes for segment in log.segments[:-1]) <= 1


def test_the_time_of_a_segment_is_that_of_what_was_appended_since(files: MemoryFiles) -> None:
    log = closed(files, batches=3, size=5000)
    assert Reader(log).find(None) == (1002, 2, 0)
    fill(log, 3, 5000)
    assert Reader(log).find(None) == (1005, 5, 0)
    log.roll(1000)
    log.segments[0].release()
    assert Reader(log).find(None) == (1005, 5, 0)


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_a_time_index_that_says_nothing_is_made_anew(files: MemoryFiles, damage: str) -> None:
    log = closed(files, batches=100, size=5000, segment_bytes=100_000)
    segment = log.segments[0]
    segment.release()
    path = segment.index_paths[1]
    if damage == "missing":
        files.unlink(path)
    else:
        files.write_atomic(path, b"\x00" * 5, sync=False)
    chill(files, log)
    assert Reader(log).find(1003) == (3, 1003, 0)


def test_a_broken_disk_is_told_to_the_one_who_asked_for_a_time(files: MemoryFiles) -> None:
    log = closed(files, batches=100, size=5000, segment_bytes=100_000)
    chill(files, log)

    def broken(operation: str, path: str, size: int) -> None:
        if operation in ("warm", "read") and path.endswith("index"):
            raise OSError(errno.EIO, "Input/output error", path)

    files.fault = broken
    with pytest.raises(OSError, match="Input/output error"):
        Reader(log).find(1003)
    files.fault = None
    assert Reader(log).find(1003) == (3, 1003, 0)


@pytest.mark.parametrize("length", [-12, 0, 1 << 30])
def test_a_search_by_time_ends_at_a_batch_that_is_not_whole(files: MemoryFiles, length: int) -> None:
    log = closed(files, batches=3, size=1000)
    files.open(log.segments[0].path).write(8, (length.to_bytes(4, "big", signed=True),), 4)
    with pytest.raises(CorruptLog):
        Reader(log).find(1000)
