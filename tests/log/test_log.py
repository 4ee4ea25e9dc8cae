"""One partition's log: appends, reads, rolls, finding by time, moving the start, and what a failed write leaves."""

from __future__ import annotations

import errno
import itertools
import os
import struct
from pathlib import Path
from typing import Any

import pytest

from kwire.log.files import DiskFiles, Files, MemoryFiles, ShortWrite
from kwire.log.log import Log, LogConfig, LogWriteFailed
from kwire.log.snapshot import ProducerEntry
from kwire.records.batch import Record, build_batch, crc_ok, iter_records, parse_header

BIG = 1 << 62


def batch(count: int = 1, *, timestamp: int = 1000, value: bytes = b"v" * 30, codec: int = 0) -> bytes:
    return build_batch([Record(index, timestamp + index, b"k", value) for index in range(count)], codec=codec)


def append(log: Log, data: bytes, *, epoch: int = 0, now_ms: int = 1000) -> int:
    return log.append(data, parse_header(data), epoch, now_ms)


def offsets(data: bytes | memoryview) -> list[tuple[int, int]]:
    """First and last offset of each batch; every batch must be whole and good."""
    found = []
    position = 0
    while position < len(data):
        header = parse_header(data, position)
        assert position + header.size <= len(data)
        assert crc_ok(data, position, header.size)
        found.append((header.base_offset, header.last_offset))
        position += header.size
    return found


@pytest.fixture
def log(files: Files, root: str) -> Log:
    return make(files, root)


def make(files: Files, root: str, **config: Any) -> Log:
    return Log.create(files, f"{root}/t-0", "t", 0, b"i" * 16, LogConfig(**config))


def reopen(log: Log, files: Files, *, log_start_offset: int = 0) -> Log:
    log.close()
    return Log.open(files, log.directory, log.config, clean=True, log_start_offset=log_start_offset)


def names(files: Files, log: Log) -> list[str]:
    return sorted(entry.name for entry in files.entries(log.directory))


def test_a_new_log_is_empty(log: Log, files: Files) -> None:
    assert (log.log_start_offset, log.log_end_offset, log.size_bytes) == (0, 0, 0)
    assert log.read(0, 1000, 0, True) == b""
    assert log.max_timestamp() is None
    assert list(log.batches(0)) == []
    assert names(files, log) == [
        "00000000000000000000.index",
        "00000000000000000000.log",
        "00000000000000000000.timeindex",
        "partition.metadata",
    ]


def test_a_directory_of_another_name_is_refused(files: Files, root: str) -> None:
    with pytest.raises(ValueError):
        Log.create(files, f"{root}/t-1", "t", 0, bytes(16), LogConfig())


def test_an_append_gives_offsets_and_stamps_them_into_the_batch(log: Log) -> None:
    assert append(log, batch(3), epoch=4) == 0
    data = batch(2)
    assert log.append(memoryview(data), parse_header(data), 5, 1000) == 3
    assert log.rolled_at == -1
    assert log.log_end_offset == 5
    header = parse_header(log.read(3, 1000, 5, True))
    assert (header.base_offset, header.leader_epoch) == (3, 5)
    assert bytes(log.read(3, 1000, 5, True))[16:] == data[16:]


def test_a_read_begins_with_the_batch_that_has_the_offset(log: Log) -> None:
    for _ in range(5):
        append(log, batch(3))
    assert offsets(log.read(7, BIG, 15, False)) == [(6, 8), (9, 11), (12, 14)]


def test_a_read_gives_whole_batches_up_to_max_bytes(log: Log) -> None:
    size = len(batch(3))
    for _ in range(5):
        append(log, batch(3))
    for extra in (0, 1, size - 1):
        assert offsets(log.read(3, 2 * size + extra, 15, False)) == [(3, 5), (6, 8)]


def test_a_first_batch_that_is_too_large_is_given_only_on_demand(log: Log) -> None:
    append(log, batch(1))
    append(log, batch(1, value=bytes(100_000)))
    append(log, batch(1))
    assert log.read(1, 50, 3, False) == b""
    assert offsets(log.read(1, 50, 3, True)) == [(1, 1)]
    assert offsets(log.read(1, 0, 3, True)) == [(1, 1)]
    assert offsets(log.read(2, BIG, 3, True)) == [(2, 2)]


def test_a_read_stays_below_the_upper_bound(log: Log) -> None:
    for _ in range(4):
        append(log, batch(3))
    for bound, last in ((12, 11), (11, 8), (9, 8), (6, 5), (5, 2)):
        found = offsets(log.read(0, BIG, bound, True))
        assert found[-1] == (last - 2, last)
        assert len(found) == (last + 1) // 3
    assert log.read(0, BIG, 2, True) == b""
    assert log.read(3, BIG, 3, True) == b""


def test_a_read_stays_within_one_segment(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=3 * len(batch(1)))
    for _ in range(8):
        append(log, batch(1))
    assert [segment.base_offset for segment in log.segments] == [0, 3, 6]
    assert offsets(log.read(1, BIG, 8, True)) == [(1, 1), (2, 2)]
    assert offsets(log.read(3, BIG, 8, True)) == [(3, 3), (4, 4), (5, 5)]
    assert offsets(log.read(7, BIG, 8, True)) == [(7, 7)]
    assert offsets(log.read(3, BIG, 5, True)) == [(3, 3), (4, 4)]


def test_a_reader_follows_the_appends(log: Log) -> None:
    for number in range(300):
        append(log, batch(1, value=bytes(number * 7)))
        assert offsets(log.read(number, 1 << 20, number + 1, True)) == [(number, number)]


def test_what_was_read_stays_good_whatever_comes_after(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=200_000)
    append(log, batch(1, value=b"first" * 10_000))
    kept = log.read(0, BIG, 1, True)
    for _ in range(20):
        append(log, batch(1, value=bytes(50_000)))
        log.read(0, BIG, 1, True)
    log.close()
    assert next(iter_records(kept)).value == b"first" * 10_000


def test_batches_are_iterated_across_segments_from_any_offset(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=500)
    for _ in range(30):
        append(log, batch(3))
    assert [header.base_offset for header in log.batches(40)] == list(range(39, 90, 3))
    assert [parse_header(data).base_offset for data in log.read_batches(0)] == list(range(0, 90, 3))


@pytest.mark.parametrize("size", [50, 3000, 20_000])
def test_everything_is_found_through_the_index(files: Files, root: str, size: int) -> None:
    log = make(files, root, index_interval_bytes=1000)
    for _ in range(100):
        append(log, batch(2, value=bytes(size // 2)))
    for again in range(2):
        for offset in range(0, 200, 7):
            found = offsets(log.read(offset, 3 * size + 500, 200, True))
            assert found[0] == (offset // 2 * 2, offset // 2 * 2 + 1)
            assert all(first[1] + 1 == second[0] for first, second in itertools.pairwise(found))
        if again == 0:
            log = reopen(log, files)


# Rolling


def test_a_segment_is_rolled_before_it_would_pass_its_size(files: Files, root: str) -> None:
    size = len(batch(1))
    log = make(files, root, segment_bytes=2 * size)
    data = batch(1)
    rolled = [log.append(data, parse_header(data), 0, 0) == log.rolled_at for _ in range(5)]
    assert rolled == [False, False, True, False, True]


def test_a_batch_larger_than_a_segment_gets_one_of_its_own(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=100)
    for _ in range(3):
        append(log, batch(1, value=bytes(500)))
    assert [segment.base_offset for segment in log.segments] == [0, 1, 2]


def test_a_segment_ages_by_the_timestamps_of_its_batches(files: Files, root: str) -> None:
    log = make(files, root, segment_ms=100)
    append(log, batch(1, timestamp=5000), now_ms=0)
    append(log, batch(1, timestamp=5100), now_ms=10_000_000)
    assert len(log.segments) == 1
    append(log, batch(1, timestamp=5101), now_ms=0)
    assert len(log.segments) == 2


def test_a_reopened_segment_has_not_forgotten_its_age(files: Files, root: str) -> None:
    log = make(files, root, segment_ms=100)
    append(log, batch(1, timestamp=5000))
    append(log, batch(1, timestamp=5050))
    log = reopen(log, files)
    append(log, batch(1, timestamp=5101))
    assert len(log.segments) == 2


def test_a_segment_without_timestamps_ages_by_the_clock(files: Files, root: str) -> None:
    log = make(files, root, segment_ms=100)
    append(log, batch(1, timestamp=-1), now_ms=50)
    append(log, batch(1, timestamp=-1), now_ms=100)
    assert len(log.segments) == 1
    append(log, batch(1, timestamp=-1), now_ms=101)
    assert len(log.segments) == 2


def test_jitter_makes_segments_roll_earlier_and_the_same_ones_again(files: Files, root: str) -> None:
    rolls = []
    for name in ("a", "b"):
        log = Log.create(
            files, f"{root}/{name}/t-0", "t", 0, bytes(16), LogConfig(segment_ms=1000, segment_jitter_ms=900)
        )
        for timestamp in range(0, 5000, 10):
            append(log, batch(1, timestamp=timestamp))
        rolls.append([segment.base_offset for segment in log.segments])
    assert rolls[0] == rolls[1]
    assert len(rolls[0]) > 5
    assert len({second - first for first, second in itertools.pairwise(rolls[0])}) > 1


def test_a_segment_is_rolled_when_an_index_is_full(files: Files, root: str) -> None:
    log = make(files, root, index_interval_bytes=1, segment_index_bytes=48)
    for number in range(20):
        append(log, batch(1, timestamp=1000 + number))
    assert len(log.segments) > 3
    assert [header.base_offset for header in log.batches(0)] == list(range(20))


def test_a_segment_is_rolled_when_offsets_would_not_fit_its_indexes(log: Log) -> None:
    append(log, batch(1))
    huge = build_batch([], base_offset=0, last_offset_delta=2**31 - 3)
    log.append(huge, parse_header(huge), 0, 0)
    log.append(batch(1), parse_header(batch(1)), 0, 0)
    assert log.rolled_at == -1
    assert log.append(batch(1), parse_header(batch(1)), 0, 0) == log.rolled_at


def test_a_log_can_be_rolled_on_demand_unless_the_last_segment_is_empty(log: Log) -> None:
    assert not log.roll(0)
    append(log, batch(1))
    assert log.roll(0)
    assert not log.roll(0)
    assert append(log, batch(1)) == 1


def test_new_settings_count_from_the_next_append(log: Log) -> None:
    append(log, batch(1))
    log.config = LogConfig(segment_bytes=10)
    append(log, batch(1))
    assert len(log.segments) == 2


# Indexes on disk


def test_indexes_grow_with_their_entries_and_end_with_the_newest_record(files: Files, root: str) -> None:
    log = make(files, root, segment_index_bytes=1001, segment_bytes=8000)

    def sizes() -> dict[str, int]:
        return {
            entry.name[16:]: entry.size
            for entry in files.entries(log.directory)
            if entry.name.endswith("index")
        }

    for number in range(4):
        append(log, batch(1, value=bytes(2500), timestamp=1000 + number))
    assert len(log.segments) == 2
    assert sizes() == {"0000.index": 8, "0000.timeindex": 12, "0003.index": 0, "0003.timeindex": 0}
    log.close()
    assert sizes() == {"0000.index": 8, "0000.timeindex": 12, "0003.index": 0, "0003.timeindex": 12}


def test_an_entry_holds_the_last_offset_of_its_batch_and_where_it_begins(log: Log, files: Files) -> None:
    size = len(batch(3, value=bytes(1000)))
    for number in range(4):
        append(log, batch(3, value=bytes(1000), timestamp=5000 - number))
    log.close()
    assert files.read_bytes(f"{log.directory}/00000000000000000000.index") == struct.pack(">ii", 8, 2 * size)
    assert files.read_bytes(f"{log.directory}/00000000000000000000.timeindex") == struct.pack(">qi", 5002, 2)


def test_a_segment_that_rolls_ends_its_time_index_with_its_newest_record(log: Log, files: Files) -> None:
    for timestamp in (1000, 3000, 2000):
        append(log, batch(1, timestamp=timestamp))
    log.roll(0)
    assert files.read_bytes(f"{log.directory}/00000000000000000000.timeindex") == struct.pack(">qi", 3000, 1)


@pytest.mark.parametrize("damage", ["missing", "size", "order"])
def test_an_index_that_is_missing_or_bad_is_made_anew(files: Files, root: str, damage: str) -> None:
    log = make(files, root, index_interval_bytes=100, segment_bytes=2000)
    for number in range(60):
        append(log, batch(1, timestamp=1000 + number))
    log.close()
    path = f"{log.directory}/00000000000000000000.index"
    good = files.read_bytes(path)
    if damage == "missing":
        files.unlink(path)
    elif damage == "size":
        files.write_atomic(path, good[:-1], sync=False)
    else:
        files.write_atomic(path, good[-8:] + good[:-8], sync=False)
    log = Log.open(files, log.directory, log.config, clean=True)
    assert [offsets(log.read(at, 150, 60, True))[0] for at in range(60)] == [(at, at) for at in range(60)]
    assert files.read_bytes(path) == good


# Time


def test_the_first_record_that_is_new_enough_is_found(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=600, index_interval_bytes=100)
    for number in range(50):
        append(log, batch(3, timestamp=1000 + number * 10, codec=number % 5), epoch=number // 20)
    for number in range(50):
        at = 1000 + number * 10
        assert log.offset_for_timestamp(at, BIG) == (number * 3, at, number // 20)
        assert log.offset_for_timestamp(at + 1, BIG) == (number * 3 + 1, at + 1, number // 20)
    assert log.offset_for_timestamp(0, BIG) == (0, 1000, 0)
    assert log.offset_for_timestamp(1493, BIG) is None


def test_records_out_of_time_order_are_found_by_their_offset_order(log: Log) -> None:
    for timestamp in (500, 100, 900, 300, 900):
        append(log, batch(1, timestamp=timestamp))
    assert log.offset_for_timestamp(200, BIG) == (0, 500, 0)
    assert log.offset_for_timestamp(600, BIG) == (2, 900, 0)
    assert log.max_timestamp() == (900, 2, 0)


def test_finding_by_time_stays_within_the_readable_part(log: Log) -> None:
    for timestamp in (100, 200, 300):
        append(log, batch(1, timestamp=timestamp))
    log.advance_log_start(1)
    assert log.offset_for_timestamp(50, BIG) == (1, 200, 0)
    assert log.offset_for_timestamp(250, 2) is None
    assert log.offset_for_timestamp(250, 3) == (2, 300, 0)


def test_the_newest_record_is_found_inside_its_batch(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=400)
    for index in range(10):
        append(log, batch(1, timestamp=1000 + index))
    data = build_batch(
        [Record(0, 50, None, b""), Record(1, 5000, None, b""), Record(2, 5000, None, b"")], codec=4
    )
    append(log, data, epoch=2)
    append(log, batch(1, timestamp=4000), epoch=2)
    assert log.max_timestamp() == (5000, 11, 2)
    assert reopen(log, files).max_timestamp() == (5000, 11, 2)


def test_a_log_without_timestamps_has_no_newest_record(log: Log) -> None:
    append(log, build_batch([Record(0, -1, None, b"")]))
    assert log.max_timestamp() is None
    assert log.offset_for_timestamp(0, BIG) is None


def test_a_batch_that_does_not_open_counts_as_a_whole(log: Log) -> None:
    data = bytearray(batch(3, timestamp=700, codec=4))
    data[61:] = b"x" * (len(data) - 61)
    append(log, bytes(data))
    assert log.offset_for_timestamp(600, BIG) == (0, 702, 0)


# Closing, reopening, the log start


def test_a_reopened_log_goes_on_where_it_was(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=1000)
    for _ in range(25):
        append(log, batch(2), epoch=3)
    log = reopen(log, files)
    assert (log.log_start_offset, log.log_end_offset, log.recovery_point) == (0, 50, 50)
    assert (log.topic, log.partition, log.topic_id) == ("t", 0, b"i" * 16)
    assert list(log.leader_epochs) == [(3, 0)]
    assert log.recovered is None
    assert append(log, batch(1), epoch=3) == 50
    assert [header.base_offset for header in log.batches(44)] == [44, 46, 48, 50]


def test_leader_epochs_begin_with_their_first_batch(log: Log, files: Files) -> None:
    for epoch in (0, 0, 2, 2, 7):
        append(log, batch(2), epoch=epoch)
    assert files.read_bytes(f"{log.directory}/leader-epoch-checkpoint") == b"0\n3\n0 0\n2 4\n7 8\n"
    assert log.end_offset_for_epoch(1) == (0, 4)
    assert log.end_offset_for_epoch(7) == (7, 10)
    assert list(reopen(log, files).leader_epochs) == [(0, 0), (2, 4), (7, 8)]


def test_moving_the_start_removes_segments_wholly_below(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=3 * len(batch(1)), file_delete_delay_ms=1000)
    for number in range(10):
        append(log, batch(1), epoch=number // 4)
    log.advance_log_start(5)
    assert log.log_start_offset == 5
    assert [segment.base_offset for segment in log.segments] == [3, 6, 9]
    assert list(log.leader_epochs) == [(1, 5), (2, 8)]
    assert "00000000000000000000.log.deleted" in names(files, log)
    log.purge(0)
    assert log.purge(999) == 0
    assert log.purge(1000) == 3
    assert not any("deleted" in name for name in names(files, log))
    assert reopen(log, files, log_start_offset=5).log_start_offset == 5


def test_moving_the_start_to_the_end_keeps_the_end(log: Log) -> None:
    for _ in range(3):
        append(log, batch(2))
    log.advance_log_start(6)
    assert (log.log_start_offset, log.log_end_offset) == (6, 6)
    assert append(log, batch(1)) == 6
    log.advance_log_start(3)
    assert log.log_start_offset == 6
    with pytest.raises(ValueError):
        log.advance_log_start(8)


def test_a_log_that_lost_all_above_its_start_goes_on_from_there(log: Log, files: Files) -> None:
    append(log, batch(2))
    log = reopen(log, files, log_start_offset=40)
    assert (log.log_start_offset, log.log_end_offset) == (40, 40)
    assert append(log, batch(1)) == 40


def test_truncating_forgets_whole_batches_from_an_offset_on(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=1000)
    for number in range(30):
        append(log, batch(2), epoch=number // 10)
    log.write_snapshot(60, [])
    log.truncate_to(25)
    assert (log.log_end_offset, log.size_bytes) == (24, 12 * len(batch(2)))
    assert list(log.leader_epochs) == [(0, 0), (1, 20)]
    assert log.latest_snapshot() is None
    assert append(log, batch(1), epoch=4) == 24
    log = reopen(log, files)
    assert [header.base_offset for header in log.batches(18)] == [18, 20, 22, 24]
    log.truncate_to(0)
    assert log.log_end_offset == 0
    assert append(log, batch(1), epoch=4) == 0


def test_a_snapshot_is_kept_and_found_again(log: Log, files: Files) -> None:
    entries = [ProducerEntry(1, 0, 5, 9, 2, 1000)]
    append(log, batch(10))
    assert log.latest_snapshot() is None
    assert log.write_snapshot(10, entries)
    assert reopen(log, files).latest_snapshot() == (10, entries)


def test_snapshots_go_with_their_segments(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=3 * len(batch(1)))
    for number in range(9):
        if append(log, batch(1)) and log.segments[-1].base_offset == number:
            log.write_snapshot(number, [])
    log.write_snapshot(9, [])
    assert [name for name in names(files, log) if "snapshot" in name] == [
        f"{offset:020d}.snapshot" for offset in (3, 6, 9)
    ]
    log.advance_log_start(7)
    assert [name for name in names(files, log) if "snapshot" in name] == [
        f"{offset:020d}.snapshot" for offset in (6, 9)
    ]


def test_flush_moves_the_recovery_point(files: Files, root: str) -> None:
    log = make(files, root, segment_bytes=300)
    for _ in range(6):
        append(log, batch(1))
    assert log.recovery_point == 0
    log.flush()
    assert log.recovery_point == 6


# Failures


class Faults:
    """Refuses the operations on files whose names end in a suffix."""

    def __init__(self, operation: str, suffix: str, *, written: int | None = None) -> None:
        self.operation = operation
        self.suffix = suffix
        self.written = written

    def __call__(self, operation: str, path: str, size: int) -> None:
        if operation == self.operation and path.endswith(self.suffix):
            if self.written is not None:
                raise ShortWrite(errno.ENOSPC, "No space left on device", self.written)
            raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(
    ("operation", "suffix", "written"),
    [
        ("write", ".log", None),
        ("write", ".log", 20),
        ("write", ".log", 70),
        ("write", ".index", None),
        ("write", ".index", 4),
        ("write", ".timeindex", None),
        ("open", ".index", None),
        ("rename", "leader-epoch-checkpoint", None),
    ],
)
def test_an_append_that_fails_changes_nothing_and_the_next_one_works(
    operation: str, suffix: str, written: int | None
) -> None:
    memory = MemoryFiles()
    log = make(memory, "", index_interval_bytes=1, segment_bytes=2 * len(batch(1)) + 10)
    failures = 0
    for epoch in range(1, 6):
        before = log.log_end_offset, log.size_bytes
        memory.fault = Faults(operation, suffix, written=written)
        try:
            append(log, batch(1), epoch=epoch)
        except LogWriteFailed as error:
            failures += 1
            refused: LogWriteFailed | None = error
        else:
            refused = None
        memory.fault = None
        if refused is not None:
            assert refused.cause.errno in (errno.EIO, errno.ENOSPC)
            assert (log.log_end_offset, log.size_bytes) == before
            assert [header.base_offset for header in log.batches(0)] == list(range(before[0]))
            append(log, batch(1), epoch=epoch)
        assert log.log_end_offset == before[0] + 1
    assert failures
    whole = Log.open(memory.crash(), "/t-0", log.config, clean=False)
    assert [(header.base_offset, header.leader_epoch) for header in whole.batches(0)] == [
        (offset, offset + 1) for offset in range(5)
    ]


def test_a_torn_write_that_cannot_be_taken_back_is_cut_before_the_next_one() -> None:
    memory = MemoryFiles()
    log = make(memory, "")
    append(log, batch(1))

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "write":
            raise ShortWrite(errno.ENOSPC, "No space left on device", 90)
        if operation == "truncate":
            raise OSError(errno.EIO, "Input/output error")

    memory.fault = fault
    for _ in range(2):
        with pytest.raises(LogWriteFailed):
            append(log, batch(5))
    memory.fault = None
    assert offsets(log.read(0, BIG, 1, True)) == [(0, 0)]
    append(log, batch(1, value=b""))
    assert memory.open("/t-0/00000000000000000000.log").size() == log.size_bytes
    log = Log.open(memory.crash(), "/t-0", log.config, clean=False)
    assert (log.log_end_offset, log.recovered is not None and log.recovered.damage) == (2, None)


def test_after_a_failed_sync_the_log_takes_no_more_appends_and_is_readable() -> None:
    memory = MemoryFiles()
    log = make(memory, "")
    append(log, batch(1))
    memory.fault = Faults("sync", ".log")
    with pytest.raises(LogWriteFailed):
        log.flush()
    memory.fault = None
    with pytest.raises(LogWriteFailed):
        append(log, batch(1))
    with pytest.raises(LogWriteFailed):
        log.flush()
    assert log.recovery_point == 0
    assert offsets(log.read(0, BIG, 1, True)) == [(0, 0)]


def test_a_snapshot_that_cannot_be_written_is_not_an_error() -> None:
    memory = MemoryFiles()
    log = make(memory, "")
    memory.fault = Faults("rename", ".snapshot")
    assert not log.write_snapshot(0, [])
    memory.fault = None
    assert log.latest_snapshot() is None


def test_a_full_disk_is_named_in_one_sentence() -> None:
    memory = MemoryFiles(fault=Faults("mkdir", "t-0"))
    with pytest.raises(LogWriteFailed, match=r"^Cannot write /t-0: Input/output error$"):
        make(memory, "")


def test_logs_hold_descriptors_only_for_what_is_appended_or_read(tmp_path: Path) -> None:
    def descriptors() -> int:
        return len(os.listdir("/dev/fd"))

    before = descriptors()
    logs = [
        Log.create(DiskFiles(), str(tmp_path / f"t-{index}"), "t", index, bytes(16), LogConfig())
        for index in range(20)
    ]
    assert descriptors() == before
    append(logs[0], batch(1))
    assert descriptors() == before + 1
    for log in logs:
        log.close()
    assert descriptors() == before
    logs = [Log.open(DiskFiles(), log.directory, log.config, clean=True) for log in logs]
    assert descriptors() == before
    logs[0].read(0, 100, 1, True)
    assert descriptors() == before + 1
    for log in logs:
        log.close()


def test_a_batch_of_another_size_than_it_says_never_enters(log: Log) -> None:
    data = batch(2)
    with pytest.raises(ValueError):
        log.append(data + b"x", parse_header(data), 0, 0)
    assert (log.log_end_offset, log.size_bytes) == (0, 0)


def test_closed_logs_hold_no_descriptors(tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    log = make(DiskFiles(), str(tmp_path), segment_bytes=60_000)
    for _ in range(20):
        append(log, batch(1, value=bytes(20_000)))
    for offset in range(0, 20, 3):
        log.read(offset, BIG, 20, True)
    log.close()
    assert len(os.listdir("/dev/fd")) == before


def test_after_a_roll_that_failed_half_way_nothing_is_appended_in_front_of_it() -> None:
    memory = MemoryFiles()
    log = make(memory, "", segment_bytes=3 * len(batch(1)))
    for _ in range(3):
        append(log, batch(1))
    memory.fault = Faults("open", ".index")
    with pytest.raises(LogWriteFailed):
        append(log, batch(1, value=b"x" * 40))
    memory.fault = None
    append(log, batch(1, value=b""))  # would have fitted into the segment before
    append(log, batch(1))
    assert [segment.base_offset for segment in log.segments] == [0, 3]
    for clean in (True, False):
        if clean:
            log.close()
        log = Log.open(memory.crash(), "/t-0", log.config, clean=clean)
        assert [header.base_offset for header in log.batches(0)] == list(range(5))


def test_the_last_entry_of_a_time_index_is_written_by_the_roll_that_succeeds() -> None:
    memory = MemoryFiles()
    log = make(memory, "")
    append(log, batch(1, timestamp=5))
    memory.fault = Faults("write", ".timeindex")
    with pytest.raises(LogWriteFailed):
        log.roll(0)
    memory.fault = None
    assert log.roll(0)
    assert memory.read_bytes("/t-0/00000000000000000000.timeindex") == struct.pack(">qi", 5, 0)
