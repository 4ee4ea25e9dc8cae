"""Files that logs keep open: never more than the budget, and nobody can tell who had to give back meanwhile."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from kwire.log.config import LogConfig
from kwire.log.files import COPIED_BYTES, DiskFiles, Files, MemoryFiles, ShortWrite, descriptor_budget
from kwire.log.log import Log, LogWriteFailed
from kwire.log.open_files import DESCRIPTORS_OF_A_MAP, OpenFiles
from kwire.records.batch import Record, build_batch, parse_header

CONFIG = LogConfig(segment_bytes=2000, index_interval_bytes=150)


class Holding:
    """Somebody who holds files."""

    def __init__(self, open_files: OpenFiles, *, willing: bool = True) -> None:
        self.used = False
        self.willing = willing
        self.open = False
        self._open_files = open_files

    def take(self, descriptors: int = 1) -> None:
        self.open = True
        self._open_files.note(self, descriptors)

    def give_back(self) -> bool:
        if self.willing:
            self.open = False
            self._open_files.note(self, 0)
        return self.willing


def test_who_was_idle_longest_gives_back() -> None:
    open_files = OpenFiles(3)
    first, second, third, fourth = (Holding(open_files) for _ in range(4))
    for each in (first, second, third):
        each.take()
    first.used = True
    fourth.take()
    assert [each.open for each in (first, second, third, fourth)] == [True, False, True, True]
    assert (open_files.descriptors, len(open_files)) == (3, 3)


def test_use_counts_once() -> None:
    open_files = OpenFiles(2)
    first, second, third, fourth = (Holding(open_files) for _ in range(4))
    first.take()
    second.take()
    first.used = True
    third.take()
    third.used = True
    fourth.take()
    assert [each.open for each in (first, second, third, fourth)] == [False, False, True, True]


def test_one_that_wants_more_than_there_is_gets_it_and_all_others_give_back() -> None:
    open_files = OpenFiles(2)
    first, second, large = (Holding(open_files) for _ in range(3))
    first.take()
    second.take()
    large.take(5)
    assert not first.open
    assert not second.open
    assert large.open
    assert open_files.descriptors == 5


def test_those_that_cannot_give_back_are_passed_over() -> None:
    open_files = OpenFiles(2)
    stuck, other, third = Holding(open_files, willing=False), Holding(open_files), Holding(open_files)
    for each in (stuck, other, third):
        each.take()
    assert stuck.open
    assert not other.open
    assert third.open


def test_the_budget_is_a_part_of_what_the_process_may_open() -> None:
    resource = pytest.importorskip("resource")
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert 2 <= descriptor_budget() <= soft // 4 * 3


# Segments


def batch(number: int, size: int = 100) -> bytes:
    return build_batch([Record(0, 1000 + number * 7 % 31, b"%d" % number, b"v" * size)])


def append(log: Log, number: int) -> None:
    data = batch(number)
    log.append(data, parse_header(data), 0, 0)


def make(files: Files, root: str, count: int, open_files: OpenFiles | None) -> list[Log]:
    return [
        Log.create(files, f"{root}/t-{index}", "t", index, bytes(16), CONFIG, open_files=open_files)
        for index in range(count)
    ]


def contents(files: Files, root: str, count: int) -> dict[str, bytes]:
    return {
        f"{index}/{entry.name}": files.read_bytes(f"{root}/t-{index}/{entry.name}")
        for index in range(count)
        for entry in files.entries(f"{root}/t-{index}")
    }


def use(logs: list[Log], seed: int) -> list[bytes]:
    """Append and read here and there, as the seed says; what was read."""
    rng = random.Random(seed)
    seen = []
    for number in range(1500):
        log = rng.choice(logs)
        append(log, number)
        log = rng.choice(logs)
        end = log.log_end_offset
        if end:
            offset = rng.randrange(end)
            seen.append(bytes(log.read(offset, rng.choice((1, 300, 5000)), end, at_least_one=True)))
            seen.append(repr(log.offset_for_timestamp(1000 + rng.randrange(40), end)).encode())
    return seen


def test_logs_that_had_to_give_back_read_and_leave_what_others_do(files: Files, root: str) -> None:
    open_files = OpenFiles(12)
    bounded = make(files, f"{root}/bounded", 20, open_files)
    free = make(files, f"{root}/free", 20, None)
    assert use(bounded, 1) == use(free, 1)
    assert sum(len(log.segments) for log in bounded) > 100
    assert open_files.descriptors <= open_files.limit
    for log in (*bounded, *free):
        log.close()
    assert (open_files.descriptors, len(open_files)) == (0, 0)
    assert contents(files, f"{root}/bounded", 20) == contents(files, f"{root}/free", 20)
    again = [Log.open(files, log.directory, CONFIG, clean=True, open_files=open_files) for log in bounded]
    assert [log.log_end_offset for log in again] == [log.log_end_offset for log in bounded]
    assert use(again, 2) == use([Log.open(files, log.directory, CONFIG, clean=True) for log in free], 2)
    for log in again:
        assert [header.base_offset for header in log.batches(0)] == list(range(log.log_end_offset))


def test_a_killed_process_had_written_all_that_was_appended(files: Files, root: str) -> None:
    logs = make(files, root, 10, OpenFiles(4))
    use(logs, 3)
    ends = [log.log_end_offset for log in logs]
    for log in logs:
        log.abandon()
    again = [Log.open(files, log.directory, CONFIG, clean=False) for log in logs]
    assert [log.log_end_offset for log in again] == ends
    assert all(log.recovered is not None and log.recovered.truncated_bytes == 0 for log in again)


def test_what_a_reader_holds_stays_good_when_the_file_was_given_back(files: Files, root: str) -> None:
    open_files = OpenFiles(1)
    first, second = make(files, root, 2, open_files)
    for number in range(5):
        append(first, number)
    first.roll(0)
    held = first.read(0, 10_000, 5, at_least_one=True)
    before = bytes(held)
    for number in range(5):
        append(second, number)
    assert open_files.descriptors <= 3, "those of one log alone"
    assert bytes(held) == before
    assert bytes(first.read(0, 10_000, 5, at_least_one=True)) == before


def test_a_write_that_failed_is_undone_before_the_file_is_given_back() -> None:
    files = MemoryFiles()
    open_files = OpenFiles(1)
    first, second = make(files, "", 2, open_files)
    append(first, 0)

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "write" and path.endswith(".log"):
            raise ShortWrite(28, "No space left on device", 90)
        if operation == "truncate":
            raise OSError(5, "Input/output error")

    files.fault = fault
    with pytest.raises(LogWriteFailed):
        append(first, 1)
    files.fault = None
    append(second, 0)
    append(first, 1)
    append(second, 1)
    assert len(open_files) == 1
    assert [header.base_offset for header in first.batches(0)] == [0, 1]
    assert [header.base_offset for header in second.batches(0)] == [0, 1]


def test_an_index_entry_without_its_batch_does_not_come_back_from_the_file() -> None:
    files = MemoryFiles()
    open_files = OpenFiles(1)
    first, second = make(files, "", 2, open_files)
    for number in range(6):
        append(first, number)

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "write" and path.endswith(".log"):
            raise OSError(28, "No space left on device")

    files.fault = fault
    late = build_batch([Record(0, 9999, b"k", b"v" * 100)])
    for _ in range(2):
        with pytest.raises(LogWriteFailed):
            first.append(late, parse_header(late), 0, 0)
    files.fault = None
    append(second, 0)  # the first one should make room, and has something to undo
    assert first.offset_for_timestamp(5000, 100) is None
    append(first, 6)
    first.close()
    times = files.read_bytes(f"{first.directory}/{0:020d}.timeindex")
    assert b"\x00" * 6 + (9999).to_bytes(2, "big") not in times
    assert [header.base_offset for header in first.batches(0)] == list(range(7))


_MANY = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
from kwire.broker.broker import Broker
from kwire.config import Config
from kwire.server.clock import SystemClock
from kwire.records.batch import Record, build_batch

broker = Broker(Config({"log.dirs": sys.argv[1]}), clock=SystemClock())
broker.start()
broker.topics.create("t", partitions=300, configs={"segment.bytes": "1048576", "index.interval.bytes": "500"})
partitions = broker.topics.by_name["t"].partitions
now_ms = broker.clock.time_ms()
data = build_batch([Record(0, now_ms, b"k", bytes(400))])
for round in range(4):
    for partition in partitions:
        for _ in range(3):
            partition.append(data, now_ms)
        partition.log.roll(now_ms)
print(sum(len(partition.log.segments) for partition in partitions))
for partition in partitions:
    offset = 0
    while offset < 12:
        got = partition.read(offset, 600, at_least_one=True)
        assert got, offset
        offset += 1
    assert partition.offset_for_timestamp(now_ms)[0] == 0
    partition.append(data, now_ms)
open_files = broker.storage.metadata.open_files
assert open_files.descriptors <= open_files.limit <= 192
assert len(os.listdir("/dev/fd")) < 224, len(os.listdir("/dev/fd"))
broker.close()

broker = Broker(Config({"log.dirs": sys.argv[1]}), clock=SystemClock())
broker.start()
assert {partition.log_end_offset for partition in broker.topics.by_name["t"].partitions} == {13}
broker.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of descriptors")
def test_thousands_of_segments_are_served_with_few_descriptors(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MANY, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == 1500


def test_a_log_that_was_opened_for_nobody_counts_from_when_it_is_handed_over(files: Files, root: str) -> None:
    (log,) = make(files, root, 1, None)
    append(log, 0)
    open_files = OpenFiles(100)
    log.open_files = open_files
    assert open_files.descriptors == 1
    log.open_files = None
    assert open_files.descriptors == 0


def test_a_map_counts_from_when_it_is_made(tmp_path: Path) -> None:
    open_files = OpenFiles(100)
    (log,) = make(DiskFiles(), str(tmp_path), 1, open_files)
    data = batch(0, size=2 * COPIED_BYTES)
    log.append(data, parse_header(data), 0, 0)
    assert open_files.descriptors == 1
    log.read(0, len(data), 1, at_least_one=True)
    assert open_files.descriptors == 1 + DESCRIPTORS_OF_A_MAP
    log.abandon()
    assert open_files.descriptors == 0


def test_index_files_between_two_entries_are_closed_before_the_logs_that_are_written_to() -> None:
    files = MemoryFiles()
    config = LogConfig(segment_bytes=1 << 20, index_interval_bytes=3000)
    open_files = OpenFiles(60)
    logs = [Log.create(files, f"/t-{n}", "t", n, bytes(16), config, open_files=open_files) for n in range(40)]
    opened: list[str] = []
    files.fault = lambda operation, path, size: opened.append(path) if operation == "open" else None
    rng = random.Random(1)
    for number in range(4000):
        append(rng.choice(logs), number)
    assert sum(path.endswith(".log") for path in opened) < 250
    assert sum(path.endswith(".index") for path in opened) > 100
    assert open_files.descriptors <= open_files.limit


def test_a_log_that_is_deleted_gives_back_what_it_held(files: Files, root: str) -> None:
    open_files = OpenFiles(100)
    (log,) = make(files, root, 1, open_files)
    for number in range(40):
        append(log, number)
    log.read(0, 100, 40, at_least_one=True)
    assert open_files.descriptors > 0
    log.abandon()
    assert open_files.descriptors == 0


def test_removed_segments_give_back_what_they_held() -> None:
    open_files = OpenFiles(100)
    (log,) = make(MemoryFiles(), "", 1, open_files)
    for number in range(40):
        append(log, number)
    for offset in range(40):
        log.read(offset, 1, 40, at_least_one=True)
    held = open_files.descriptors
    log.advance_log_start(log.log_end_offset)
    assert open_files.descriptors <= 3 < held
