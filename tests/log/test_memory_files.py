"""The file system in memory fails as it is told, and forgets what was not made durable, and nothing else."""

from __future__ import annotations

import errno
from random import Random

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kwire.log.files import MemoryFiles, ShortWrite
from kwire.log.memory_content import PAGE_BYTES, SECTOR_BYTES


def _refuse_writes(operation: str, path: str, size: int) -> None:
    if operation == "write":
        raise ShortWrite(errno.ENOSPC, "No space left on device", 2)


def _refuse_syncs(operation: str, path: str, size: int) -> None:
    if operation == "sync":
        raise OSError(errno.EIO, "Input/output error", path)


def test_it_fails_when_told_and_may_write_a_part_first() -> None:
    memory = MemoryFiles()
    file = memory.open("/a", create=True)
    memory.fault = _refuse_writes
    with pytest.raises(OSError, match="No space"):
        file.write(0, (b"0123", b"45"), 6)
    memory.fault = None
    assert bytes(file.read(0, 10)) == b"01"


# A killed process


def test_after_a_kill_everything_written_is_there_and_locks_are_free() -> None:
    memory = MemoryFiles()
    memory.make_directory("/d")
    memory.lock("/d/.lock")
    memory.open("/d/a", create=True).write(0, (b"abc",), 3)
    after = memory.crash()
    assert after.read_bytes("/d/a") == b"abc"
    after.lock("/d/.lock")


def test_two_processes_around_a_kill_do_not_see_what_the_other_writes() -> None:
    memory = MemoryFiles(loses_unsynced=True)
    before = memory.open("/a", create=True)
    before.write(0, (b"abc",), 3)
    files = memory.crash()
    after = files.open("/a")
    after.write(1, (b"x",), 1)
    before.write(2, (b"y",), 1)
    after.write(3, (b"z",), 1)
    before.truncate(1)
    assert bytes(before.read(0, 10)) == b"a"
    assert bytes(after.read(0, 10)) == b"axcz"


def test_a_kill_makes_nothing_durable() -> None:
    outcomes = set()
    for seed in range(50):
        memory = MemoryFiles(loses_unsynced=True)
        memory.open("/a", create=True).write(0, (b"abc",), 3)
        after = memory.crash()
        assert after.read_bytes("/a") == b"abc"
        outcomes.add(after.crash(Random(seed), power_loss=True).exists("/a"))
    assert outcomes == {True, False}


def test_a_sync_after_a_kill_makes_durable_what_was_written_before() -> None:
    memory = MemoryFiles(loses_unsynced=True)
    memory.open("/a", create=True).write(0, (b"abc",), 3)
    memory = memory.crash()
    memory.open("/a").sync()
    memory.sync_directory("/")
    for seed in range(50):
        assert memory.crash(Random(seed), power_loss=True).read_bytes("/a") == b"abc"


def test_only_a_power_loss_is_another_boot() -> None:
    memory = MemoryFiles(loses_unsynced=True)
    killed = memory.crash()
    assert killed.boot_id() == memory.boot_id()
    lost = killed.crash(Random(1), power_loss=True)
    assert lost.boot_id() != memory.boot_id()
    assert lost.crash(Random(1), power_loss=True).boot_id() not in (lost.boot_id(), memory.boot_id())


# Content after a power loss


def test_a_power_loss_needs_to_be_prepared_for() -> None:
    with pytest.raises(ValueError):
        MemoryFiles().crash(Random(1), power_loss=True)


def test_a_page_is_found_as_it_was_at_some_moment_since_the_sync() -> None:
    contents = set()
    for seed in range(300):
        memory = MemoryFiles(loses_unsynced=True)
        file = memory.open("/a", create=True)
        file.write(0, (b"synced",), 6)
        file.sync()
        memory.sync_directory("/")
        file.write(6, (b"-one",), 4)
        file.write(10, (b"-two",), 4)
        content = memory.crash(Random(seed), power_loss=True).read_bytes("/a")
        assert content.startswith(b"synced")
        contents.add(content)
    newer = b"synced-one-two"
    assert {newer[:6], newer[:10], newer, b"synced" + bytes(8), b"synced-one" + bytes(4)} <= contents
    assert any(len(content) in (11, 12, 13) for content in contents), "a size in the middle of a write"
    for content in contents:
        assert content.rstrip(b"\0") in {newer[:length] for length in range(6, 15)}


def test_pages_reach_the_disk_in_any_order() -> None:
    patterns = set()
    for seed in range(300):
        memory = MemoryFiles(loses_unsynced=True)
        file = memory.open("/a", create=True)
        memory.sync_directory("/")
        file.write(0, (b"x" * 3 * PAGE_BYTES,), 3 * PAGE_BYTES)
        content = memory.crash(Random(seed), power_loss=True).read_bytes("/a").ljust(3 * PAGE_BYTES, b"\0")
        patterns.add(
            tuple(content[page * PAGE_BYTES : (page + 1) * PAGE_BYTES].count(b"x") for page in range(3))
        )
    whole = {tuple(count == PAGE_BYTES for count in pattern) for pattern in patterns}
    assert len(whole) == 8, "each page is there or not, whatever the others are"
    torn = {count for pattern in patterns for count in pattern} - {0, PAGE_BYTES}
    assert any(count % SECTOR_BYTES == 0 for count in torn), "a page is torn between sectors"


def test_a_truncate_may_be_lost_and_what_it_cut_come_back() -> None:
    outcomes = set()
    for seed in range(100):
        memory = MemoryFiles(loses_unsynced=True)
        file = memory.open("/a", create=True)
        file.write(0, (b"abcdef",), 6)
        file.sync()
        memory.sync_directory("/")
        file.truncate(2)
        outcomes.add(memory.crash(Random(seed), power_loss=True).read_bytes("/a"))
        file.sync()
        assert memory.crash(Random(seed), power_loss=True).read_bytes("/a") == b"ab"
    assert {b"ab", b"abcdef"} <= outcomes


def test_a_sync_that_failed_is_not_made_good_by_the_next_one() -> None:
    memory = MemoryFiles(loses_unsynced=True)
    file = memory.open("/a", create=True)
    memory.sync_directory("/")
    first = b"1" * PAGE_BYTES
    file.write(0, (first,), PAGE_BYTES)
    memory.fault = _refuse_syncs
    with pytest.raises(OSError, match="Input/output"):
        file.sync()
    memory.fault = None
    file.sync()
    assert bytes(file.read(0, PAGE_BYTES)) == first, "readers see it all the same"
    assert memory.crash(Random(1), power_loss=True).read_bytes("/a") == b""
    file.write(PAGE_BYTES, (b"2",), 1)
    file.sync()
    assert memory.crash(Random(1), power_loss=True).read_bytes("/a") == bytes(PAGE_BYTES) + b"2"
    assert memory.crash().read_bytes("/a") == first + b"2"


def test_dropping_the_cache_shows_what_a_failed_sync_lost() -> None:
    memory = MemoryFiles(loses_unsynced=True)
    file = memory.open("/a", create=True)
    file.write(0, (b"old",), 3)
    file.sync()
    file.write(0, (b"new" + b"." * PAGE_BYTES,), 3 + PAGE_BYTES)
    memory.fault = _refuse_syncs
    with pytest.raises(OSError, match="Input/output"):
        file.sync()
    file.write(PAGE_BYTES, (b"dirty",), 5)
    kept = file.read(0, 3)
    memory.drop_cache("/a")
    assert bytes(file.read(0, 4)) == b"old\0"
    assert bytes(file.read(PAGE_BYTES, PAGE_BYTES + 9)) == b"dirty", "what is still to be written stays"
    assert bytes(kept) == b"new", "and so do slices that were handed out"


# Names after a power loss


def _names_after(*, names_in_order: bool, synced: str = "") -> set[str]:
    outcomes = set()
    for seed in range(400):
        memory = MemoryFiles(loses_unsynced=True, names_in_order=names_in_order)
        memory.make_directory("/d")
        memory.sync_directory("/")
        for name in "abc":
            file = memory.open(f"/d/{name}", create=True)
            if name in synced:
                file.sync()
        memory.rename("/d/a", "/d/z")
        after = memory.crash(Random(seed), power_loss=True)
        outcomes.add("".join(sorted(entry.name for entry in after.entries("/d"))))
    return outcomes


def test_names_that_were_not_synced_go_newest_first() -> None:
    assert _names_after(names_in_order=True) == {"", "a", "ab", "abc", "bcz"}


def test_a_new_file_that_was_synced_may_be_there_before_older_changes_are() -> None:
    assert _names_after(names_in_order=True, synced="c") == {"", "a", "ab", "c", "ac", "abc", "bcz"}


def test_names_go_in_any_order_when_that_is_asked_for() -> None:
    outcomes = _names_after(names_in_order=False)
    assert {"", "a", "ab", "abc", "bcz", "b", "c", "bc", "z", "bz"} <= outcomes
    assert not any("a" in outcome and "z" in outcome for outcome in outcomes), "a rename is one change"


def test_the_sync_of_a_file_says_nothing_about_its_name() -> None:
    outcomes = set()
    for seed in range(50):
        memory = MemoryFiles(loses_unsynced=True)
        memory.make_directory("/d")
        memory.open("/d/a", create=True).sync()
        memory.sync_directory("/d")
        after = memory.crash(Random(seed), power_loss=True)
        outcomes.add((after.exists("/d"), after.exists("/d/a")))
    assert outcomes == {(True, True), (False, False)}, "nor does that of a directory"


def test_a_file_renamed_over_another_without_a_sync_may_be_empty() -> None:
    outcomes = set()
    for seed in range(100):
        memory = MemoryFiles(loses_unsynced=True)
        memory.write_atomic("/a", b"old", sync=True)
        memory.write_atomic("/a", b"new", sync=False)
        outcomes.add(memory.crash(Random(seed), power_loss=True).read_bytes("/a"))
    assert {b"old", b"", b"\0\0\0", b"new"} <= outcomes


def test_a_tree_is_removed_name_by_name() -> None:
    memory = MemoryFiles()
    memory.make_directory("/d/e")
    for name in ("/d/a", "/d/e/b"):
        memory.open(name, create=True)
    seen = []
    memory.fault = lambda operation, path, size: seen.append((operation, path))
    memory.remove_tree("/d")
    assert sorted(seen) == [("rmdir", "/d"), ("rmdir", "/d/e"), ("unlink", "/d/a"), ("unlink", "/d/e/b")]
    assert not memory.exists("/d")


# Thousands of crashes


def test_zeros_at_the_end_of_a_file_take_no_room_and_no_time() -> None:
    memory = MemoryFiles(loses_unsynced=True)
    for number in range(100):
        file = memory.open(f"/{number}", create=True)
        file.truncate(1 << 40)
        file.write(0, (b"entry",), 5)
        if number % 2:
            file.sync()
    memory.sync_directory("/")
    for seed in range(20):
        memory = memory.crash().crash(Random(seed), power_loss=True)
        assert memory.open("/1").size() == 1 << 40
        assert bytes(memory.open("/1").read(0, 8)) == b"entry\0\0\0"


@attrs.define(eq=False)
class _File:
    content: bytes
    synced: bytes
    """What the last sync saw; bytes that no write has touched since are as they were."""
    touched: set[int] = attrs.Factory(set)
    """Pages written since."""
    lost: bool = False
    """A sync failed: nothing is promised any more."""


NAMES = st.sampled_from("abc")


class PowerLossMachine(RuleBasedStateMachine):
    """Two directories of files, with what was promised of each; a power loss after every step, on the side."""

    @initialize(names_in_order=st.booleans())
    def start(self, names_in_order: bool) -> None:
        self.files = MemoryFiles(loses_unsynced=True, names_in_order=names_in_order)
        self.there: dict[str, dict[str, _File]] = {"d": {}, "e": {}}
        self.promised: dict[str, dict[str, _File | None]] = {"d": {}, "e": {}}
        for directory in "de":
            self.files.make_directory(f"/{directory}")
        self.files.sync_directory("/")
        self.seed = 0

    def _changed(self, directory: str, name: str) -> None:
        """Until the directory is synced, the name may be what it was or what it is."""
        self.promised[directory].pop(name, None)

    @rule(
        directory=st.sampled_from("de"),
        name=NAMES,
        at=st.integers(0, 3 * PAGE_BYTES),
        size=st.integers(1, 9000),
    )
    def write(self, directory: str, name: str, at: int, size: int) -> None:
        there = self.there[directory]
        if name not in there:
            there[name] = _File(b"", b"")
            self._changed(directory, name)
        data = bytes(Random(at * size).choices(range(1, 256), k=size))
        file = self.files.open(f"/{directory}/{name}", create=True)
        file.write(at, (data[:10], data[10:]), size)
        model = there[name]
        model.content = model.content[:at].ljust(at, b"\0") + data + model.content[at + size :]
        model.touched |= set(range(at // PAGE_BYTES, (at + size - 1) // PAGE_BYTES + 1))

    @rule(directory=st.sampled_from("de"), name=NAMES, size=st.integers(0, 4 * PAGE_BYTES))
    def truncate(self, directory: str, name: str, size: int) -> None:
        model = self.there[directory].get(name)
        if model is not None:
            self.files.open(f"/{directory}/{name}").truncate(size)
            model.touched |= set(range(size // PAGE_BYTES, len(model.content) // PAGE_BYTES + 1))
            model.content = model.content[:size].ljust(size, b"\0")

    @rule(directory=st.sampled_from("de"), name=NAMES, fails=st.sampled_from([False, False, False, True]))
    def sync(self, directory: str, name: str, fails: bool) -> None:
        model = self.there[directory].get(name)
        if model is None:
            return
        file = self.files.open(f"/{directory}/{name}")
        if fails:
            self.files.fault = _refuse_syncs
            with pytest.raises(OSError, match="Input/output"):
                file.sync()
            self.files.fault = None
            model.lost = model.lost or model.content != model.synced
        else:
            file.sync()
            model.synced, model.touched = model.content, set()

    @rule(old=st.tuples(st.sampled_from("de"), NAMES), new=st.tuples(st.sampled_from("de"), NAMES))
    def rename(self, old: tuple[str, str], new: tuple[str, str]) -> None:
        model = self.there[old[0]].pop(old[1], None)
        if model is not None:
            self.files.rename("/" + "/".join(old), "/" + "/".join(new))
            self.there[new[0]][new[1]] = model
            if old != new:
                self._changed(*old)
                self._changed(*new)

    @rule(directory=st.sampled_from("de"), name=NAMES)
    def unlink(self, directory: str, name: str) -> None:
        if self.there[directory].pop(name, None) is not None:
            self._changed(directory, name)
        self.files.unlink(f"/{directory}/{name}")

    @rule(directory=st.sampled_from("de"))
    def sync_directory(self, directory: str) -> None:
        self.files.sync_directory(f"/{directory}")
        there = self.there[directory]
        self.promised[directory] = {name: there.get(name) for name in "abc"}

    @rule()
    def kill(self) -> None:
        self.files = self.files.crash()

    @invariant()
    def everything_written_can_be_read(self) -> None:
        if hasattr(self, "files"):
            for directory, there in self.there.items():
                assert {entry.name for entry in self.files.entries(f"/{directory}")} == set(there)
                for name, model in there.items():
                    assert self.files.read_bytes(f"/{directory}/{name}") == model.content

    @invariant()
    def what_was_synced_survives_a_power_loss(self) -> None:
        if not hasattr(self, "files"):
            return
        self.seed += 1
        after = self.files.crash(Random(self.seed), power_loss=True)
        for directory, names in self.promised.items():
            for name, model in names.items():
                path = f"/{directory}/{name}"
                assert after.exists(path) == (model is not None)
                if model is not None and not model.lost:
                    self._check(after.read_bytes(path), model)

    def _check(self, found: bytes, model: _File) -> None:
        if not model.touched and len(model.content) == len(model.synced):
            assert found == model.synced
        for page in range(len(model.synced) // PAGE_BYTES):
            if page not in model.touched:
                part = slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)
                assert found[part] == model.synced[part]


PowerLossMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestWhatAPowerLossLeaves = PowerLossMachine.TestCase
