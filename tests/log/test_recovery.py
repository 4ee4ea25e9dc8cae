"""What a start after an unclean stop finds, keeps and cuts."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest

from kwire.log.files import Files
from kwire.log.log import Log, LogConfig
from kwire.log.recovery import FAILED_SYNC
from kwire.log.segment import CorruptLog
from kwire.log.snapshot import encode_snapshot
from kwire.records.batch import Record, build_batch, parse_header, stamped

PER_SEGMENT = 5
CONFIG = LogConfig(segment_bytes=1000, index_interval_bytes=200)


def batch(count: int = 2, *, timestamp: int = 1000) -> bytes:
    return build_batch([Record(index, timestamp + index, b"key", b"v" * 50) for index in range(count)])


SIZE = len(batch())


@pytest.fixture
def directory(files: Files, root: str) -> str:
    """A log of 40 batches of two records, in segments of five batches, whose broker was killed."""
    log = Log.create(files, f"{root}/t-0", "t", 0, bytes(16), CONFIG)
    for number in range(40):
        data = batch(timestamp=1000 + number)
        log.append(data, parse_header(data), number // 15, 0)
    assert len(log.segments[0].path) > 0
    assert log.segments[0].size == PER_SEGMENT * SIZE
    log.abandon()
    return log.directory


def recover(files: Files, directory: str, *, recovery_point: int = 0) -> Log:
    return Log.open(files, directory, CONFIG, clean=False, recovery_point=recovery_point)


def path(directory: str, base_offset: int, suffix: str = ".log") -> str:
    return f"{directory}/{base_offset:020d}{suffix}"


def change(files: Files, name: str, edit: Callable[[bytearray], bytes | bytearray | None]) -> None:
    data = bytearray(files.read_bytes(name))
    files.write_atomic(name, bytes(edit(data) or data), sync=False)


def contents(files: Files, directory: str) -> dict[str, bytes]:
    return {
        entry.name: files.read_bytes(f"{directory}/{entry.name}")
        for entry in files.entries(directory)
        if not entry.name.endswith(".deleted")
    }


def test_a_whole_log_is_kept_and_its_indexes_are_as_a_clean_stop_leaves_them(
    files: Files, directory: str, root: str
) -> None:
    log = recover(files, directory)
    assert log.log_end_offset == 80
    assert log.recovered is not None
    assert (log.recovered.segments, log.recovered.bytes) == (8, 40 * SIZE)
    assert (log.recovered.damage, log.recovered.truncated_bytes, log.recovered.dropped_segments) == (
        None,
        0,
        0,
    )
    log.close()
    clean = Log.create(files, f"{root}/other/t-0", "t", 0, bytes(16), CONFIG)
    for number in range(40):
        data = batch(timestamp=1000 + number)
        clean.append(data, parse_header(data), number // 15, 0)
    clean.close()
    assert contents(files, directory) == contents(files, clean.directory)


TAILS: dict[str, Callable[[bytearray], bytes | bytearray | None]] = {
    "cut in the records": lambda data: data[:-1],
    "cut in the header": lambda data: data[: -SIZE + 30],
    "flipped bit": lambda data: data[:-10] + bytes([data[-10] ^ 1]) + data[-9:],
    "zeros": lambda data: data[:-SIZE] + bytes(SIZE),
    "absurd length": lambda data: (
        data[:-SIZE] + data[-SIZE : -SIZE + 8] + b"\x7f\xff\xff\xff" + data[12 - SIZE :]
    ),
    "negative length": lambda data: (
        data[:-SIZE] + data[-SIZE : -SIZE + 8] + b"\xff\xff\xff\xff" + data[12 - SIZE :]
    ),
    "unknown format": lambda data: data[: -SIZE + 16] + b"\x03" + data[-SIZE + 17 :],
    "offset going back": lambda data: data[:-SIZE] + stamped(data[-SIZE:], 72, 2),
}


@pytest.mark.parametrize("damage", TAILS)
def test_a_torn_tail_is_cut(files: Files, directory: str, damage: str) -> None:
    name = path(directory, 70)
    change(files, name, TAILS[damage])
    left = len(files.read_bytes(name)) - 4 * SIZE
    log = recover(files, directory)
    assert log.log_end_offset == 78
    assert log.recovered is not None
    assert log.recovered.truncated_bytes == left
    assert log.recovered.damage is not None
    assert f"{name} is damaged at byte {4 * SIZE}" in str(log.recovered.damage)
    assert len(files.read_bytes(name)) == 4 * SIZE
    data = batch()
    assert log.append(data, parse_header(data), 3, 0) == 78
    assert [header.base_offset for header in log.batches(70)] == [70, 72, 74, 76, 78]


DAMAGES: dict[str, tuple[int, Callable[[bytearray], bytes | bytearray | None]]] = {
    "flipped bit": (SIZE, lambda data: data[: SIZE + 70] + b"?" + data[SIZE + 71 :]),
    "absurd length": (SIZE, lambda data: data[: SIZE + 8] + b"\x7f\xff\xff\xff" + data[SIZE + 12 :]),
    "zeros over several batches": (
        SIZE,
        lambda data: data[:SIZE] + bytes(2 * SIZE + 40) + data[3 * SIZE + 40 :],
    ),
    "the end of the file gone": (2 * SIZE, lambda data: data[: 2 * SIZE]),
    "a batch cut in two": (2 * SIZE, lambda data: data[: 2 * SIZE + 70]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_with_whole_batches_after_it_is_told_and_nothing_is_cut(
    files: Files, directory: str, damage: str
) -> None:
    position, edit = DAMAGES[damage]
    name = path(directory, 30)
    change(files, name, edit)
    before = {name: data for name, data in contents(files, directory).items() if name.endswith(".log")}
    for arguments in ({"page_cache_kept": True}, {"recovery_point": 40}):
        with pytest.raises(CorruptLog) as told:
            Log.open(files, directory, CONFIG, clean=False, **arguments)
        assert (told.value.path, told.value.position) == (name, position)
        assert told.value.offset == 30 + 2 * position // SIZE
        assert f"{name} is damaged at byte {position}, offset {told.value.offset}: " in str(told.value)
    after = {name: data for name, data in contents(files, directory).items() if name.endswith(".log")}
    assert after == before


def test_a_hole_that_a_failed_sync_left_is_no_damage(files: Files, directory: str) -> None:
    change(files, path(directory, 30), DAMAGES["zeros over several batches"][1])
    files.open(f"{directory}/{FAILED_SYNC}", create=True).close()
    assert Log.open(files, directory, CONFIG, clean=False, page_cache_kept=True).log_end_offset == 32
    assert not files.exists(f"{directory}/{FAILED_SYNC}")


@pytest.mark.parametrize("damage", TAILS)
def test_a_torn_tail_is_cut_also_where_only_the_process_died(
    files: Files, directory: str, damage: str
) -> None:
    change(files, path(directory, 70), TAILS[damage])
    assert Log.open(files, directory, CONFIG, clean=False, page_cache_kept=True).log_end_offset == 78


def test_segments_after_a_bad_batch_that_was_never_synced_are_given_up(files: Files, directory: str) -> None:
    change(files, path(directory, 30), lambda data: data[: SIZE + 70] + b"?" + data[SIZE + 71 :])
    log = recover(files, directory)
    assert log.log_end_offset == 32
    assert log.recovered is not None
    assert log.recovered.dropped_segments == 4
    assert log.recovered.truncated_bytes == 40 * SIZE - 16 * SIZE
    assert list(log.leader_epochs) == [(0, 0), (1, 30)]
    assert [segment.base_offset for segment in log.segments] == [0, 10, 20, 30]
    assert files.exists(path(directory, 40) + ".deleted")
    log.purge(0)
    log.purge(CONFIG.file_delete_delay_ms)
    assert not files.exists(path(directory, 40) + ".deleted")


def test_what_is_below_the_recovery_point_is_trusted(files: Files, directory: str) -> None:
    change(files, path(directory, 30), lambda data: data[: SIZE + 70] + b"?" + data[SIZE + 71 :])
    log = recover(files, directory, recovery_point=52)
    assert log.log_end_offset == 80
    assert log.recovered is not None
    assert log.recovered.segments == 3


def test_index_files_with_their_zero_tail_are_made_anew(files: Files, directory: str) -> None:
    for suffix, size in ((".index", CONFIG.segment_index_bytes), (".timeindex", 1200)):
        file = files.open(path(directory, 70, suffix))
        file.truncate(size)  # as Kafka leaves them when it is killed
        file.close()
    recover(files, directory)
    assert len(files.read_bytes(path(directory, 70, ".index"))) == 16
    assert len(files.read_bytes(path(directory, 70, ".timeindex"))) == 24


def test_leader_epochs_come_from_the_batches(files: Files, directory: str) -> None:
    epochs = f"{directory}/leader-epoch-checkpoint"
    for damaged in (b"", b"0\n1\n0 0\n", b"garbage", None):
        if damaged is None:
            files.unlink(epochs)
        else:
            files.write_atomic(epochs, damaged, sync=False)
        log = recover(files, directory)
        assert list(log.leader_epochs) == [(0, 0), (1, 30), (2, 60)]
        log.abandon()
        assert files.read_bytes(epochs) == b"0\n3\n0 0\n1 30\n2 60\n"
    files.unlink(epochs)
    assert list(recover(files, directory, recovery_point=75).leader_epochs) == [(0, 0), (1, 30), (2, 60)]


def test_epochs_and_snapshots_beyond_the_end_are_cut(files: Files, directory: str) -> None:
    files.write_atomic(f"{directory}/leader-epoch-checkpoint", b"0\n2\n0 0\n9 500\n", sync=False)
    files.write_atomic(path(directory, 90, ".snapshot"), b"", sync=False)
    files.write_atomic(path(directory, 70, ".snapshot"), encode_snapshot([]), sync=False)
    log = recover(files, directory, recovery_point=80)
    assert list(log.leader_epochs) == [(0, 0), (2, 70)]
    assert not files.exists(path(directory, 90, ".snapshot"))
    assert files.exists(path(directory, 70, ".snapshot"))


def test_epochs_that_were_cut_with_a_forgotten_log_start_come_back(files: Files, directory: str) -> None:
    files.write_atomic(f"{directory}/leader-epoch-checkpoint", b"0\n2\n1 45\n2 60\n", sync=False)
    log = recover(files, directory, recovery_point=80)
    assert list(log.leader_epochs) == [(0, 0), (1, 30), (2, 60)]
    log.abandon()
    files.write_atomic(f"{directory}/leader-epoch-checkpoint", b"0\n2\n1 45\n2 60\n", sync=False)
    log = Log.open(files, directory, CONFIG, clean=False, recovery_point=80, log_start_offset=45)
    assert list(log.leader_epochs) == [(1, 45), (2, 60)]


def test_after_a_power_loss_only_snapshots_below_the_recovery_point_are_trusted(
    files: Files, directory: str
) -> None:
    for offset in (40, 60, 80):
        files.write_atomic(path(directory, offset, ".snapshot"), encode_snapshot([]), sync=False)
    files.write_atomic(path(directory, 50, ".snapshot"), bytes(10), sync=False)
    killed = Log.open(files, directory, CONFIG, clean=False, recovery_point=60, page_cache_kept=True)
    assert killed.latest_snapshot() == (80, [])
    killed.abandon()
    log = recover(files, directory, recovery_point=60)
    assert log.latest_snapshot() == (60, [])
    there = [name for name in contents(files, directory) if name.endswith(".snapshot")]
    assert there == [f"{offset:020d}.snapshot" for offset in (40, 60)]


def test_a_directory_without_segments_gets_an_empty_one(files: Files, root: str) -> None:
    files.make_directory(f"{root}/t-0")
    log = Log.open(files, f"{root}/t-0", CONFIG, clean=False, log_start_offset=7)
    assert (log.log_start_offset, log.log_end_offset) == (7, 7)
    assert log.topic_id is None


def test_a_log_that_was_closed_in_order_and_is_not_whole_is_checked_all_the_same(
    files: Files, directory: str
) -> None:
    recover(files, directory).close()
    change(files, path(directory, 70), lambda data: data[:-5])
    log = Log.open(files, directory, CONFIG, clean=True)
    assert log.log_end_offset == 78
    assert log.recovered is not None


def test_damaged_epochs_of_a_log_closed_in_order_are_an_error(files: Files, directory: str) -> None:
    recover(files, directory).close()
    files.write_atomic(f"{directory}/leader-epoch-checkpoint", b"garbage", sync=False)
    with pytest.raises(CorruptLog, match="leader-epoch-checkpoint"):
        Log.open(files, directory, CONFIG, clean=True)


def test_batches_of_an_old_format_are_refused_and_nothing_is_cut(files: Files, directory: str) -> None:
    body = b"\x01\x00" + bytes(8) + b"\xff\xff\xff\xff" + b"\x00\x00\x00\x40" + b"x" * 64
    message = (
        (80).to_bytes(8, "big")
        + (len(body) + 4).to_bytes(4, "big")
        + zlib.crc32(body).to_bytes(4, "big")
        + body
    )
    change(files, path(directory, 70), lambda data: data + message)
    with pytest.raises(CorruptLog, match="versions 0 and 1"):
        recover(files, directory)
    assert files.read_bytes(path(directory, 70)).endswith(message)


# Leftovers of renames that were cut short


def test_deleted_cleaned_and_temporary_files_are_removed(files: Files, directory: str) -> None:
    leftovers = [
        path(directory, 0, ".log.deleted"),
        path(directory, 0, ".index.deleted"),
        path(directory, 10, ".log.cleaned"),
        path(directory, 10, ".log.swap"),
        path(directory, 20, ".snapshot.tmp"),
        f"{directory}/leader-epoch-checkpoint.tmp",
    ]
    for name in leftovers:
        files.write_atomic(name, b"x", sync=False)
    assert recover(files, directory).log_end_offset == 80
    assert not any(files.exists(name) for name in leftovers)


def test_index_files_without_their_log_are_removed(files: Files, directory: str) -> None:
    for suffix in (".index", ".timeindex", ".txnindex"):
        files.write_atomic(path(directory, 5, suffix), b"", sync=False)
    recover(files, directory)
    assert not any(
        files.exists(path(directory, 5, suffix)) for suffix in (".index", ".timeindex", ".txnindex")
    )


def test_a_swap_that_was_complete_is_finished(files: Files, directory: str) -> None:
    kept = files.read_bytes(path(directory, 10))[:SIZE] + files.read_bytes(path(directory, 20))[-SIZE:]
    files.write_atomic(path(directory, 10, ".log.swap"), kept, sync=False)
    files.write_atomic(path(directory, 10, ".index.swap"), b"", sync=False)
    files.write_atomic(path(directory, 10, ".timeindex.swap"), b"", sync=False)
    log = recover(files, directory)
    assert [segment.base_offset for segment in log.segments] == [0, 10, 30, 40, 50, 60, 70]
    assert [header.base_offset for header in log.batches(8)][:4] == [8, 10, 28, 30]
    data = log.read(15, 10_000, 80, True)
    assert parse_header(data).base_offset == 28
    assert not files.exists(path(directory, 10, ".log.swap"))
    log.close()
    assert Log.open(files, directory, CONFIG, clean=True).log_end_offset == 80


def test_a_read_in_a_gap_that_compaction_left_goes_on_with_what_follows(files: Files, directory: str) -> None:
    change(files, path(directory, 10), lambda data: data[: 2 * SIZE])
    log = recover(files, directory, recovery_point=40)
    for offset in (14, 17, 19):
        assert parse_header(log.read(offset, 10_000, 80, True)).base_offset == 20
    assert parse_header(log.read(13, 10_000, 80, True)).base_offset == 12
    assert log.read(14, 10_000, 20, True) == b""
