"""Damage of every kind is found and named, with file, position and offset; what is sound, or only cut short, is not."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from crc32c import crc32c
from hypothesis import given, settings
from hypothesis import strategies as st

from kwire.log.checkpoint import HIGH_WATERMARKS, LOG_STARTS, RECOVERY_POINTS, encode_checkpoint
from kwire.log.directory import LogDirectory
from kwire.log.files import DiskFiles, Files, MemoryFiles
from kwire.log.log import Log, LogConfig
from kwire.log.snapshot import ProducerEntry, encode_snapshot
from kwire.log.txn_index import AbortedTransaction, encode_txn_index
from kwire.log.verify import Finding, check_segment
from kwire.log.verify_directory import finish_partition, plan_partition, read_state
from kwire.log.worker_files import CLEAN_SHUTDOWN
from kwire.records.batch import Record, build_batch, parse_header

FIRST = "0" * 20
RECORDS = 60
"""How many the log below has, without its two markers."""


def fill(log: Log) -> None:
    """30 batches of two records of every codec and of two leaders, and an aborted transaction."""
    for number in range(RECORDS // 2):
        records = [Record(index, 1000 + 10 * number + index, b"key", b"value" * 8) for index in range(2)]
        data = build_batch(
            records, codec=number % 5, transactional=number == 3, producer_id=9, base_sequence=0
        )
        log.append(data, parse_header(data), 0 if number < 20 else 4, 0)
        if number in (3, 20):
            kind = b"\0\0\0\0" if number == 3 else b"\0\0\0\1"
            marker = build_batch(
                [Record(0, 1500, kind, bytes(6))], control=True, transactional=True, producer_id=9
            )
            log.append(marker, parse_header(marker), log.leader_epochs.latest, 0)


CONFIG = LogConfig(segment_bytes=1500, index_interval_bytes=200)


def make(files: Files, root: str, *, clean: bool = True) -> str:
    """A log directory with one partition; where the partition is."""
    directory = LogDirectory.open(files, root, node_id=1)
    log = directory.create_log("t", 0, bytes(range(16)), CONFIG, 0)
    fill(log)
    files.write_atomic(
        f"{log.directory}/{FIRST}.txnindex", encode_txn_index([AbortedTransaction(9, 6, 8, 9)]), sync=False
    )
    log.write_snapshot(log.log_end_offset, [ProducerEntry(9, 1, 59, 59, 1, 1000)])
    assert len(log.segments) > 2
    if clean:
        directory.close([log])
    else:
        directory.write_checkpoints([log], {("t", 0): log.log_end_offset})
        log.abandon()
    return log.directory


def look(files: Files, path: str, *, deep: bool = False, gapless: bool = True) -> list[Finding]:
    findings: list[Finding] = []
    state = read_state(files, path.rpartition("/")[0], findings)
    plan = plan_partition(files, state, "t", 0, path, gapless=gapless)
    reports = [check_segment(files, job, deep=deep) for job in plan.jobs]
    finish_partition(plan, reports)
    return findings + plan.findings + [each for report in reports for each in report.findings]


def problems(files: Files, path: str, *, deep: bool = False) -> list[Finding]:
    return [each for each in look(files, path, deep=deep) if each.problem]


def segments(files: Files, path: str) -> list[str]:
    return sorted(entry.name[:20] for entry in files.entries(path) if entry.name.endswith(".log"))


def batches(files: Files, path: str, segment: str) -> list[tuple[int, int, int]]:
    """(position, size, base offset) of each batch of a segment."""
    data = files.read_bytes(f"{path}/{segment}.log")
    found = []
    position = 0
    while position < len(data):
        header = parse_header(data, position)
        found.append((position, header.size, header.base_offset))
        position += header.size
    return found


def edit(files: Files, path: str, change: Callable[[bytes], bytes]) -> None:
    files.write_atomic(path, change(files.read_bytes(path)), sync=False)


def flip(at: int, mask: int = 1) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


@pytest.fixture
def path(files: Files, root: str) -> str:
    return make(files, root)


@pytest.mark.parametrize("deep", [False, True])
def test_a_log_that_was_closed_in_order_is_sound(files: Files, path: str, deep: bool) -> None:
    assert look(files, path, deep=deep) == []


@pytest.mark.parametrize("deep", [False, True])
def test_a_log_whose_process_was_killed_has_no_problem(files: Files, root: str, deep: bool) -> None:
    assert problems(files, make(files, root, clean=False), deep=deep) == []


def test_a_walk_counts_what_is_there(files: Files, path: str) -> None:
    plan = plan_partition(files, read_state(files, path[:-4], []), "t", 0, path, gapless=True)
    done: list[int] = []
    reports = [check_segment(files, job, deep=False, progress=done.append) for job in plan.jobs]
    assert sum(report.records for report in reports) == RECORDS + 2
    assert sum(report.batches for report in reports) == RECORDS // 2 + 2
    sizes = [entry.size for entry in files.entries(path) if entry.name.endswith(".log")]
    assert sum(report.bytes for report in reports) == sum(done) == sum(sizes)


def test_damage_in_the_middle_says_what_is_lost(files: Files, path: str) -> None:
    (position, size, offset) = batches(files, path, FIRST)[2]
    edit(files, f"{path}/{FIRST}.log", flip(position + 70))
    (found,) = problems(files, path)
    assert (found.path, found.position, found.offset) == (f"{path}/{FIRST}.log", position, offset)
    assert "CRC-32C" in found.what
    assert f"bytes {position}..{position + size - 1} are damaged" in found.meaning
    assert f"offsets {offset}..{offset + 1}" in found.meaning


def test_damage_in_the_middle_is_one_also_after_a_kill(files: Files, root: str) -> None:
    path = make(files, root, clean=False)
    last = segments(files, path)[-1]
    (position, _, offset) = batches(files, path, last)[0]
    edit(files, f"{path}/{last}.log", flip(position + 70))
    assert [(each.position, each.offset) for each in problems(files, path)] == [(position, offset)]


def cut_end(files: Files, path: str, count: int) -> tuple[str, int, int]:
    last = segments(files, path)[-1]
    (position, _, offset) = batches(files, path, last)[-1]
    edit(files, f"{path}/{last}.log", lambda data: data[:-count])
    return f"{path}/{last}.log", position, offset


def test_a_torn_end_after_a_kill_is_normal(files: Files, root: str) -> None:
    path = make(files, root, clean=False)
    log = Log.open(files, path, CONFIG, clean=False)
    end = log.log_end_offset
    data = build_batch([Record(0, 5, b"k", b"v" * 100)])
    log.append(data, parse_header(data), 4, 0)
    log.abandon()
    name, position, offset = cut_end(files, path, 3)
    found = [each for each in look(files, path) if each.path == name]
    assert [(each.position, each.offset, each.problem) for each in found] == [(position, end, False)]
    assert offset == end
    assert "torn end" in found[0].what


def test_a_torn_end_after_an_orderly_stop_is_damage(files: Files, path: str) -> None:
    name, position, offset = cut_end(files, path, 3)
    found = problems(files, path)
    assert (name, position, offset) in [(each.path, each.position, each.offset) for each in found]
    assert any("stopped in order" in each.meaning for each in found)


def test_a_torn_end_of_what_was_on_disk_is_damage(files: Files, root: str) -> None:
    path = make(files, root, clean=False)
    files.write_atomic(f"{root}/{RECOVERY_POINTS}", encode_checkpoint({("t", 0): 62}), sync=False)
    name, position, offset = cut_end(files, path, 3)
    (found, *_) = [each for each in problems(files, path) if each.position is not None]
    assert (found.path, found.position, found.offset) == (name, position, offset)
    assert "was on disk up to offset 62" in found.meaning


def test_a_lost_segment_leaves_a_hole(files: Files, path: str) -> None:
    gone = segments(files, path)[1]
    for suffix in (".log", ".index", ".timeindex"):
        files.unlink(f"{path}/{gone}{suffix}")
    (found,) = problems(files, path)
    assert found.offset == int(gone)
    assert f"offsets {int(gone)}.." in found.what
    assert look(files, path, gapless=False) == []


def test_a_lost_log_leaves_indexes_that_tell(files: Files, path: str) -> None:
    gone = segments(files, path)[1]
    files.unlink(f"{path}/{gone}.log")
    found = {each.path for each in problems(files, path)}
    assert {f"{path}/{gone}.index", f"{path}/{gone}.timeindex"} < found


def test_offsets_that_are_there_twice_are_found(files: Files, path: str) -> None:
    first, second = segments(files, path)[:2]
    (position, _, _) = batches(files, path, second)[0]
    assert position == 0
    size = len(files.read_bytes(f"{path}/{first}.log"))
    more = files.read_bytes(f"{path}/{second}.log")
    edit(files, f"{path}/{first}.log", lambda data: data + more)
    found = [each for each in problems(files, path) if each.path == f"{path}/{first}.log"]
    assert any(each.offset == int(second) and "the next segment begins with" in each.what for each in found)
    assert size


def test_a_batch_that_is_repeated_is_found_where_it_is(files: Files, path: str) -> None:
    (position, size, _) = batches(files, path, FIRST)[1]
    edit(
        files,
        f"{path}/{FIRST}.log",
        lambda data: data[: position + size] + data[position : position + size] + data[position + size :],
    )
    found = [each for each in problems(files, path) if each.path.endswith(".log")]
    assert [(each.position, each.offset) for each in found] == [(position + size, 2)]
    assert "4 or more was due" in found[0].what


def test_missing_offsets_are_damage_unless_the_topic_is_compacted(files: Files, path: str) -> None:
    last = segments(files, path)[-1]
    (position, _, offset) = batches(files, path, last)[-1]
    edit(files, f"{path}/{last}.log", flip(position + 7, 0x40))
    assert (position, offset) in [(each.position, each.offset) for each in problems(files, path)]


def test_a_leader_epoch_that_the_checkpoint_does_not_know_is_found(files: Files, path: str) -> None:
    (position, _, offset) = batches(files, path, FIRST)[1]
    edit(files, f"{path}/{FIRST}.log", flip(position + 15, 2))
    (found,) = problems(files, path)
    assert (found.position, found.offset) == (position, offset)
    assert "leader epoch 2" in found.what


def test_a_batch_that_does_not_hold_what_it_says_is_found_by_a_deep_look(files: Files, path: str) -> None:
    (position, size, offset) = batches(files, path, FIRST)[0]

    def say_three_records(data: bytes) -> bytes:
        batch = bytearray(data[position : position + size])
        batch[57:61] = (3).to_bytes(4, "big")
        batch[17:21] = crc32c(bytes(batch[21:])).to_bytes(4, "big")
        return data[:position] + bytes(batch) + data[position + size :]

    edit(files, f"{path}/{FIRST}.log", say_three_records)
    assert problems(files, path) == []
    (found,) = problems(files, path, deep=True)
    assert (found.position, found.offset) == (position, offset)
    assert "does not open" in found.what


TIME_ENTRY = struct.Struct(">qi")


@pytest.mark.parametrize(
    ("suffix", "change", "position", "what"),
    [
        (".index", flip(3, 4), 0, "where the batch ends with offset"),
        (".index", flip(7), 0, "where no batch begins"),
        (".index", lambda data: data[:-3], None, "not a multiple of 8"),
        (".index", lambda data: data[:16] + data[8:], 16, "does not rise"),
        (".index", lambda data: data[:8] + struct.pack(">ii", 1 << 20, 1 << 20), None, "points to byte"),
        (".timeindex", flip(7), 0, "the entry says"),
        (".timeindex", flip(11), 0, "no batch ends with offset"),
        (".timeindex", lambda data: data[:-1], None, "not a multiple of 12"),
        (".timeindex", lambda data: data[:-12], None, "the last entry says"),
        (".timeindex", lambda data: data + TIME_ENTRY.pack(1 << 40, 99), -12, "beyond the log"),
        (".timeindex", lambda data: data + data[:12], None, "do not rise"),
        (".timeindex", lambda data: data[:12] + data, 12, "does not rise"),
        (".txnindex", lambda data: data[:-1], None, "not a multiple of 34"),
        (".txnindex", flip(33 - 8), 0, "aborted nothing"),
        (".txnindex", flip(9, 2), 0, "producer 11 aborted nothing"),
        (".txnindex", lambda data: data * 2, 34, "does not come after 8"),
    ],
)
def test_an_index_that_lies_is_found(
    files: Files, path: str, suffix: str, change: Callable[[bytes], bytes], position: int | None, what: str
) -> None:
    name = f"{path}/{FIRST}{suffix}"
    edit(files, name, change)
    found = problems(files, path)
    assert {each.path for each in found} == {name}
    if position is not None and position < 0:
        position += len(files.read_bytes(name))
    assert any(what in each.what and each.position == position for each in found), found


@pytest.mark.parametrize("suffix", [".index", ".timeindex"])
def test_a_missing_index_is_found(files: Files, path: str, suffix: str) -> None:
    files.unlink(f"{path}/{FIRST}{suffix}")
    (found,) = problems(files, path)
    assert (found.path, found.what) == (f"{path}/{FIRST}{suffix}", "it is missing")


def test_what_a_start_makes_anew_is_a_note_after_a_kill(files: Files, root: str) -> None:
    path = make(files, root, clean=False)
    last = segments(files, path)[-1]
    for suffix in (".index", ".timeindex"):
        files.unlink(f"{path}/{last}{suffix}")
    edit(files, f"{path}/leader-epoch-checkpoint", lambda data: data[:-4])
    assert problems(files, path) == []
    assert len(look(files, path)) == 3


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("leader-epoch-checkpoint", b"0\n2\n0 0\n", "counts 2 entries"),
        ("leader-epoch-checkpoint", b"0\n3\n0 0\n4 41\n7 99\n", "begins with offset 99"),
        ("partition.metadata", b"version: 9\ntopic_id: x", "version"),
        (f"{62:020d}.snapshot", b"\0\1\0\0", "only 4 bytes"),
        (f"{0:020d}.snapshot", encode_snapshot([ProducerEntry(9, 1, 0, 7, 0, 1000)]), "wrote offset 7"),
        (f"{99:020d}.snapshot", encode_snapshot([]), "the log ends with 62"),
    ],
)
def test_a_state_file_that_is_wrong_is_found(
    files: Files, path: str, name: str, data: bytes, what: str
) -> None:
    files.write_atomic(f"{path}/{name}", data, sync=False)
    (found,) = problems(files, path)
    assert found.path == f"{path}/{name}"
    assert what in found.what


def test_a_missing_topic_id_is_found(files: Files, path: str) -> None:
    files.unlink(f"{path}/partition.metadata")
    (found,) = problems(files, path)
    assert found.path == f"{path}/partition.metadata"


@pytest.mark.parametrize(
    ("name", "offset", "what"),
    [
        (RECOVERY_POINTS, 70, "was on disk up to 70"),
        (RECOVERY_POINTS, 50, "says 50, after a stop in order"),
        (HIGH_WATERMARKS, 70, "consumers read up to 70"),
        (LOG_STARTS, 70, "begins with 70"),
    ],
)
def test_a_checkpoint_that_disagrees_with_its_log_is_found(
    files: Files, root: str, path: str, name: str, offset: int, what: str
) -> None:
    files.write_atomic(f"{root}/{name}", encode_checkpoint({("t", 0): offset}), sync=False)
    (found,) = problems(files, path)
    assert found.path == f"{path}/{segments(files, path)[-1]}.log"
    assert what in found.what


def test_a_checkpoint_that_does_not_read_is_found(files: Files, root: str, path: str) -> None:
    files.write_atomic(f"{root}/{HIGH_WATERMARKS}", b"0\n2\n", sync=False)
    (found,) = problems(files, path)
    assert found.path == f"{root}/{HIGH_WATERMARKS}"


def test_leftovers_are_notes(files: Files, path: str) -> None:
    names = [f"{FIRST}.log.deleted", f"{FIRST}.log.cleaned", f"{FIRST}.log.swap", "x.tmp", "letter.txt"]
    for name in names:
        files.write_atomic(f"{path}/{name}", b"x", sync=False)
    found = look(files, path)
    assert sorted(each.path for each in found) == sorted(f"{path}/{name}" for name in names)
    assert not any(each.problem for each in found)


def test_a_partition_without_its_segments_is_found(files: Files, path: str) -> None:
    for entry in files.entries(path):
        if entry.name != "partition.metadata":
            files.unlink(f"{path}/{entry.name}")
    (found,) = problems(files, path)
    assert found.what == "it has no segment"
    assert "62 offsets" in found.meaning


def test_nothing_is_written(tmp_path: Path) -> None:
    files = DiskFiles()
    path = make(files, str(tmp_path))
    edit(files, f"{path}/{FIRST}.log", flip(100))

    def state() -> dict[str, tuple[int, bytes]]:
        return {
            str(each): (each.stat().st_mtime_ns, each.read_bytes())
            for each in tmp_path.rglob("*")
            if each.is_file()
        }

    before = state()
    assert look(files, path, deep=True)
    assert state() == before


@cache
def sound() -> tuple[MemoryFiles, str, tuple[str, ...]]:
    files = MemoryFiles()
    files.make_directory("/d")
    path = make(files, "/d")
    assert files.exists(f"/d/{CLEAN_SHUTDOWN}")
    return files, path, tuple(f"{path}/{segment}.log" for segment in segments(files, path))


@settings(max_examples=300)
@given(st.data())
def test_any_byte_of_a_log_that_changes_is_found(data: st.DataObject) -> None:
    """Also base offset, length and leader epoch, which no checksum covers: offsets leave no gap, epochs are on file."""
    files, path, names = sound()
    name = data.draw(st.sampled_from(names))
    good = files.read_bytes(name)
    at = data.draw(st.integers(0, len(good) - 1))
    mask = data.draw(st.integers(1, 255))
    edit(files, name, flip(at, mask))
    try:
        found = problems(files, path)
    finally:
        files.write_atomic(name, good, sync=False)
    assert any(each.path == name and each.position is not None and each.position <= at for each in found)
