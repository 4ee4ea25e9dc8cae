"""The seam between the log store and the machine: what a file system must offer.

Two things stand behind it: `DiskFiles` (in `files.py`) and `MemoryFiles` (in `memory_files.py`), which
forgets, tears and fails on demand. Everything in `log/` and `broker/` that touches a file goes through here,
so durability can be proved without a disk. Paths are plain strings with `/`. Failures are OSError, as the
operating system names them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

Buffer = bytes | bytearray | memoryview


class DirectoryLocked(OSError):
    """Another process, or another broker in this one, holds the lock."""


class Entry(NamedTuple):
    """One name in a directory. A start makes many of them."""

    name: str
    is_directory: bool
    size: int
    modified_ms: int


class File(Protocol):
    """An open file. It keeps no position: every call says where."""

    descriptors: int
    """How many of the machine's descriptors it holds: one, and perhaps one for its map."""
    descriptors_changed: Callable[[], None] | None
    """Is called when there are more; None at first."""

    @property
    def path(self) -> str: ...

    def size(self) -> int:
        """Bytes in the file now."""
        ...

    def write(self, position: int, parts: Sequence[Buffer], size: int) -> None:
        """Write all parts, `size` bytes in total, from `position` on.

        OSError when that fails; some of the bytes may then be in the file, and the caller undoes or
        overwrites them.
        """
        ...

    def read(self, start: int, end: int) -> bytes | memoryview:
        """The bytes [start, end), fewer at the end of the file.

        The answer never changes and may be kept: it is a copy, or a slice of a read-only map of bytes that
        are only ever appended to.
        """
        ...

    def resident_end(self, start: int, end: int) -> int:
        """Up to where the bytes from `start` can be read without waiting for the disk; `end` at most.

        `end` also when the machine cannot tell. The range is within the file.
        """
        ...

    def warm(self, start: int, end: int) -> None:
        """Return once the bytes [start, end) were brought into memory, where they stay for as long as there is room.

        Fewer at the end of the file. OSError when the disk fails. It may be called from another thread.
        """
        ...

    def sync(self) -> None:
        """Return once what was written would survive a power loss.

        OSError when that fails. Then nobody knows what the disk has, and a later `sync` that returns says
        nothing about what was written before: the machine has forgotten that it is not on the disk. It may be
        called from another thread.
        """
        ...

    def truncate(self, size: int) -> None:
        """Cut to `size`, or grow with zeros that take no room."""
        ...

    def duplicate(self) -> File:
        """A second handle on the same open file: each may be closed while the other is in use."""
        ...

    def close(self) -> None:
        """Give the descriptor back. Slices that were handed out stay good."""
        ...


class Lock(Protocol):
    """A lock on a directory, held until released or until the process ends."""

    def sync_file_system(self) -> bool:
        """Make everything durable that was written to the file system of the directory, names included.

        False when the machine does not promise that, or when a write to it failed since the lock was taken: then what
        is to be durable must be synced file by file.
        """
        ...

    def release(self) -> None: ...


class Files(Protocol):
    """A file system."""

    def boot_id(self) -> str:
        """The same text for as long as what was written cannot have been lost, short of a failing disk.

        A killed process leaves it as it was, a restart of the machine changes it. Empty when the machine
        does not say.
        """
        ...

    def open(self, path: str, *, create: bool = False, read_only: bool = False) -> File:
        """Open for reading, and for writing unless `read_only`. FileNotFoundError, unless `create` makes it."""
        ...

    def read_bytes(self, path: str) -> bytes:
        """A whole small file. FileNotFoundError when it is not there."""
        ...

    def write_atomic(self, path: str, data: bytes, *, sync: bool) -> None:
        """Replace a whole small file through `<path>.tmp`: a reader sees the old or the new one.

        With `sync` the new one is on disk on return, name included.
        """
        ...

    def exists(self, path: str) -> bool: ...

    def is_directory(self, path: str) -> bool: ...

    def entries(self, path: str) -> list[Entry]:
        """What a directory holds, in no order. FileNotFoundError when it is not there."""
        ...

    def make_directory(self, path: str) -> None:
        """Make a directory and its parents; no error when it is there."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Rename a file or a directory; a file at `new` is replaced."""
        ...

    def unlink(self, path: str) -> None:
        """Remove a file; no error when it is not there."""
        ...

    def remove_tree(self, path: str) -> None:
        """Remove a directory and all below; no error when it is not there."""
        ...

    def sync_directory(self, path: str) -> None:
        """Return once the names in the directory would survive a power loss."""
        ...

    def drop_cache(self, path: str) -> None:
        """Ask the machine to forget what it keeps of a file in memory; the next read then is of the disk.

        What was written and is still to be written stays. Only a hint: pages that a map holds stay too.
        """
        ...

    def absolute(self, path: str) -> str:
        """The same path, from the root of the file system."""
        ...

    def space(self, path: str) -> tuple[int, int]:
        """(size of the file system that holds `path`, what of it we may still fill), in bytes. OSError when unknown."""
        ...

    def lock(self, path: str) -> Lock:
        """Take the exclusive lock that the file `path` stands for. Raises DirectoryLocked when it is taken."""
        ...

    def is_locked(self, path: str) -> bool:
        """Does another process hold the lock that the file `path` stands for? Nothing is taken or made."""
        ...
