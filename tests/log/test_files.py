"""The seam: both file systems keep the same promises."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from kwire.log import files as files_module
from kwire.log.files import DiskFiles, Files, MemoryFiles, place_of
from kwire.log.seam import DirectoryLocked


def test_parts_are_written_one_after_another_at_a_position(files: Files, root: str) -> None:
    file = files.open(f"{root}/a", create=True)
    file.write(0, (b"0123456789",), 10)
    file.write(4, (b"ab", memoryview(b"xcdx")[1:3]), 4)
    assert bytes(file.read(0, 10)) == b"0123abcd89"
    assert file.size() == 10
    assert bytes(file.read(8, 100)) == b"89"
    assert bytes(file.read(50, 100)) == b""


def test_a_file_that_is_not_there_is_only_made_on_demand(files: Files, root: str) -> None:
    with pytest.raises(FileNotFoundError):
        files.open(f"{root}/missing")
    with pytest.raises(FileNotFoundError):
        files.open(f"{root}/no/such/directory", create=True)
    with pytest.raises(FileNotFoundError):
        files.read_bytes(f"{root}/missing")
    with pytest.raises(FileNotFoundError):
        files.entries(f"{root}/missing")
    with pytest.raises(FileNotFoundError):
        files.rename(f"{root}/missing", f"{root}/other")
    assert not files.exists(f"{root}/missing")
    files.unlink(f"{root}/missing")
    files.remove_tree(f"{root}/missing")


def test_slices_stay_good_while_the_file_grows_and_after_it_is_closed(files: Files, root: str) -> None:
    file = files.open(f"{root}/a", create=True)
    block = os.urandom(100_000)
    file.write(0, (block,), len(block))
    before = file.read(0, len(block))
    for position in range(100_000, 2_000_000, 100_000):
        file.write(position, (block,), len(block))
        assert bytes(file.read(position, position + 100_000)) == block
    after = file.read(50_000, 150_000)
    file.close()
    files.unlink(f"{root}/a")
    assert bytes(before) == block
    assert bytes(after) == block[50_000:] + block[:50_000]


def test_many_small_reads_of_a_grown_file_end_up_in_a_new_map(tmp_path: Path) -> None:
    file = DiskFiles().open(str(tmp_path / "a"), create=True)
    content = os.urandom(1_000_000)
    file.write(0, (content,), len(content))
    kinds = []
    for start in range(0, 990_000, 10_000):
        part = file.read(start, start + 10_000)
        assert bytes(part) == content[start : start + 10_000]
        kinds.append(type(part))
    assert set(kinds[:10]) == {bytes}
    assert set(kinds[-10:]) == {memoryview}
    file.close()


def test_truncate_cuts_and_grows_with_zeros(files: Files, root: str) -> None:
    file = files.open(f"{root}/a", create=True)
    file.write(0, (b"x" * 50_000,), 50_000)
    assert len(file.read(0, 50_000)) == 50_000
    file.truncate(10)
    assert bytes(file.read(0, 50_000)) == b"x" * 10
    file.truncate(40_000)
    assert bytes(file.read(0, 50_000)) == b"x" * 10 + bytes(39_990)
    file.write(20, (b"yy",), 2)
    assert bytes(file.read(8, 24)) == b"xx" + bytes(10) + b"yy" + bytes(2)
    assert file.size() == 40_000


def test_write_atomic_replaces_the_whole_file(files: Files, root: str) -> None:
    for data in (b"a longer content", b"short", b""):
        files.write_atomic(f"{root}/a", data, sync=True)
        assert files.read_bytes(f"{root}/a") == data
    assert [entry.name for entry in files.entries(root)] == ["a"]


def test_entries_tell_names_kinds_and_sizes(files: Files, root: str) -> None:
    files.write_atomic(f"{root}/file", b"12345", sync=False)
    files.make_directory(f"{root}/directory/below")
    entries = {
        entry.name: (entry.is_directory, entry.is_directory or entry.size) for entry in files.entries(root)
    }
    assert entries == {"file": (False, 5), "directory": (True, True)}


def test_directories_are_renamed_and_removed_with_all_below(files: Files, root: str) -> None:
    files.make_directory(f"{root}/a/b")
    files.write_atomic(f"{root}/a/b/file", b"1", sync=False)
    files.rename(f"{root}/a", f"{root}/c")
    assert files.read_bytes(f"{root}/c/b/file") == b"1"
    files.sync_directory(f"{root}/c")
    files.remove_tree(f"{root}/c")
    assert files.entries(root) == []


def test_a_lock_is_held_once_and_can_be_taken_again_after_its_release(files: Files, root: str) -> None:
    lock = files.lock(f"{root}/.lock")
    with pytest.raises(DirectoryLocked):
        files.lock(f"{root}/.lock")
    lock.release()
    files.lock(f"{root}/.lock").release()


def test_the_lock_of_another_process_is_respected_whichever_kind_it_is(tmp_path: Path) -> None:
    for kind in ("flock", "lockf"):
        holder = subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"import fcntl, sys; f = open({str(tmp_path / kind)!r}, 'w');"
                f"fcntl.{kind}(f, fcntl.LOCK_EX); print(flush=True); sys.stdin.read()",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            with pytest.raises(DirectoryLocked):
                DiskFiles().lock(str(tmp_path / kind))
            holder.communicate()
        DiskFiles().lock(str(tmp_path / kind)).release()


def test_a_write_that_stops_short_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = DiskFiles().open(str(tmp_path / "a"), create=True)
    whole = os.pwritev
    monkeypatch.setattr(os, "pwritev", lambda fd, parts, position: whole(fd, [b"".join(parts)[:3]], position))
    file.write(0, (b"0123", b"456789"), 10)
    assert bytes(file.read(0, 20)) == b"0123456789"
    file.close()


def test_a_python_without_pwritev_writes_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "_HAS_PWRITEV", False)
    file = DiskFiles().open(str(tmp_path / "a"), create=True)
    file.write(0, (b"0123", b"456789"), 10)
    assert bytes(file.read(0, 20)) == b"0123456789"
    file.close()


def test_a_duplicate_goes_on_when_the_other_handle_is_closed(files: Files, root: str) -> None:
    file = files.open(f"{root}/a", create=True)
    other = file.duplicate()
    file.write(0, (b"abc",), 3)
    file.close()
    other.write(3, (b"def",), 3)
    other.sync()
    assert bytes(other.read(0, 10)) == b"abcdef"
    other.close()
    with pytest.raises((OSError, ValueError)):
        other.sync()


def test_the_boot_id_stays_while_the_machine_runs(files: Files) -> None:
    assert files.boot_id() == files.boot_id() == type(files)().boot_id() != ""


def test_a_cache_that_was_dropped_shows_what_was_synced(files: Files, root: str) -> None:
    file = files.open(f"{root}/a", create=True)
    file.write(0, (b"abc",), 3)
    file.sync()
    files.drop_cache(f"{root}/a")
    file.write(3, (b"def",), 3)
    files.drop_cache(f"{root}/a")
    assert bytes(file.read(0, 10)) == files.read_bytes(f"{root}/a") == b"abcdef"


def _sizes(parts: Sequence[bytes]) -> int:
    return sum(map(len, parts))


def test_growing_memory_keeps_its_content(files: Files, root: str) -> None:
    file = files.open(f"{root}/a", create=True)
    parts = [bytes([number]) * (number * 37 % 5000) for number in range(200)]
    position = 0
    for part in parts:
        file.write(position, (part,), len(part))
        position += len(part)
    assert bytes(file.read(0, position)) == b"".join(parts)
    assert position == _sizes(parts)


def test_bytes_are_in_memory_after_they_were_written_and_after_they_were_warmed(
    files: Files, root: str
) -> None:
    file = files.open(f"{root}/a", create=True)
    block = os.urandom(100_000)
    file.write(0, (block, block), 200_000)
    assert file.resident_end(0, 200_000) == 200_000
    assert file.resident_end(123_456, 123_457) == 123_457
    file.warm(0, 300_000)
    assert file.resident_end(5000, 200_000) == 200_000
    file.close()


def test_the_disk_tells_which_bytes_it_would_have_to_be_waited_for(tmp_path: Path) -> None:
    path = str(tmp_path / "a")
    size = 8 << 20
    with open(path, "wb") as written:
        written.write(os.urandom(size))
        written.flush()
        os.fsync(written.fileno())
    files = DiskFiles()
    files.drop_cache(path)
    file = files.open(path)
    if file.resident_end(0, size) == size:
        pytest.skip("this file system keeps everything in memory, or does not tell")
    start = 3 << 20
    assert file.resident_end(start, start + 1) == start
    file.warm(start, start + 100_000)
    assert file.resident_end(start, start + 100_000) == start + 100_000
    assert file.resident_end(start + 50_001, start + 100_000) == start + 100_000
    assert file.resident_end(0, size) < size
    other = file.duplicate()
    file.truncate(1 << 20)
    other.warm(0, size)  # the file may be cut while another thread is at it
    other.close()
    assert file.resident_end(0, 1 << 20) == 1 << 20
    file.close()


def test_a_small_file_and_a_large_one_are_read_whole(files: Files, root: str) -> None:
    for size in (0, 1, 8191, 8192, 8193, 3_000_000):
        data = bytes(range(256)) * (size // 256 + 1)
        files.write_atomic(f"{root}/a", data[:size], sync=False)
        assert files.read_bytes(f"{root}/a") == data[:size]


def test_a_whole_file_system_is_synced_only_where_that_is_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = DiskFiles().lock(f"{tmp_path}/.lock")
    monkeypatch.setattr("kwire.log.files._WHOLE_SYNC", frozenset())
    assert lock.sync_file_system() is False
    lock.release()


def test_a_file_system_in_memory_is_synced_as_a_whole() -> None:
    files = MemoryFiles(loses_unsynced=True)
    files.make_directory("/a/b")
    lock = files.lock("/a/.lock")
    file = files.open("/a/b/c", create=True)
    file.write(0, [b"kept"], 4)
    assert lock.sync_file_system()
    file.write(4, [b"lost"], 4)
    for seed in range(20):
        after = files.crash(Random(seed), power_loss=True)
        assert after.read_bytes("/a/b/c")[:4] == b"kept"


def test_a_file_system_in_memory_that_fails_to_sync_says_so_and_forgets_nothing() -> None:
    files = MemoryFiles(loses_unsynced=True)
    lock = files.lock("/.lock")
    file = files.open("/a", create=True)
    file.write(0, [b"kept"], 4)

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "sync" and path == "/a":
            raise OSError(5, "Input/output error")

    files.fault = fault
    assert not lock.sync_file_system()
    files.fault = None
    file.sync()
    files.sync_directory("/")
    assert files.crash(Random(1), power_loss=True).read_bytes("/a") == b"kept"


def test_a_slice_of_a_map_tells_where_it_lies_until_its_file_is_closed(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(bytes(range(256)) * 1024)
    file = DiskFiles().open(str(tmp_path / "f"))
    view = file.read(0, 256 * 1024)
    assert isinstance(view, memoryview)
    for start, end in ((0, 256 * 1024), (1000, 70_000), (70_000, 70_000)):
        place = place_of(view[start:end])
        assert place is not None
        fd, position = place
        assert position == start
        assert os.pread(fd, 10, position) == bytes(view[start : start + 10])
    assert place_of(memoryview(b"of no file")) is None
    file.close()
    assert place_of(view[1000:70_000]) is None
    assert view[1000] == 1000 % 256
