"""The file system of the machine, behind the seam: appends by `pwritev`, reads from a read-only memory map.

A full disk is an OSError of the write, never a SIGBUS of a map, because nothing is written through a map.
Always holds: a slice that was handed out stays good. A map is never closed, it is let go; Python unmaps it
when the last slice is gone.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import shutil
import stat
import struct
import sys
from collections.abc import Callable, Sequence

import attrs

from kwire.log import residency
from kwire.log.memory_files import MemoryFiles as MemoryFiles
from kwire.log.memory_files import ShortWrite as ShortWrite
from kwire.log.open_files import DESCRIPTORS_OF_A_MAP, UNLIMITED
from kwire.log.seam import Buffer, DirectoryLocked, Entry
from kwire.log.seam import File as File
from kwire.log.seam import Files as Files
from kwire.log.seam import Lock as Lock

COPIED_BYTES = 32 * 1024
"""Reads beyond the map up to this size are copied by `pread`: cheaper than a new map of a file that just grew."""

REMAP_AFTER_BYTES = 256 * 1024
"""So many bytes are copied before a new map is made all the same, which then serves the reads that follow."""

_SMALL_FILE_BYTES = 8192

_ASSUMED_MAPS = 65_530  # what Linux permits a process unless told otherwise

WARM_STEP_BYTES = 256 * 1024
"""What is read at once to warm a file, into one buffer that stays in the processor's cache."""

_HAS_PWRITEV = hasattr(os, "pwritev")  # some Pythons for macOS lack it
_HAS_PREADV = hasattr(os, "preadv")
_HAS_FADVISE = hasattr(os, "posix_fadvise")  # macOS has none


class _Map(mmap.mmap):
    """A file from its start on, read-only; who has a slice of it can find out where it lies in which file."""

    __slots__ = ("_address", "source")

    source: _Source
    _address: int | None

    @classmethod
    def of(cls, source: _Source, size: int) -> _Map:
        if sys.version_info >= (3, 13):  # else the map keeps a second descriptor for as long as it lives
            mapped = cls(source.fd, size, access=mmap.ACCESS_READ, trackfd=False)
        else:
            mapped = cls(source.fd, size, access=mmap.ACCESS_READ)
        mapped.source, mapped._address = source, None
        return mapped

    def begins_at(self) -> int:
        """Where it lies in memory."""
        if self._address is None:
            self._address = residency.address_of(self)
        return self._address


@attrs.define
class _Source:
    """The descriptor of a file that has a map. No file: a map that knew its file would never be let go."""

    fd: int
    """-1 when the file was closed; its maps live on while somebody has a slice of them."""


def place_of(view: memoryview) -> tuple[int, int] | None:
    """(descriptor, position) of what a slice of a map shows; None for other memory, and when the file was closed.

    The descriptor is the file's own: it is good until something else is done with that file.
    """
    mapped = view.obj
    if not isinstance(mapped, _Map) or mapped.source.fd < 0:
        return None
    return mapped.source.fd, residency.address_of(view) - mapped.begins_at()


class DiskFile:
    """One open file of the machine."""

    __slots__ = (
        "_copied",
        "_fd",
        "_mapped",
        "_source",
        "_view",
        "descriptors",
        "descriptors_changed",
        "path",
    )

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self.descriptors = 1
        self.descriptors_changed: Callable[[], None] | None = None
        self._fd = fd
        self._source = _Source(fd)
        self._copied = 0
        self._mapped = 0
        self._view = memoryview(b"")

    def size(self) -> int:
        return os.fstat(self._fd).st_size

    def write(self, position: int, parts: Sequence[Buffer], size: int) -> None:
        if _HAS_PWRITEV:
            written = os.pwritev(self._fd, parts, position)
        else:
            written = os.pwrite(self._fd, b"".join(parts), position)
        if written != size:
            self._write_rest(position, b"".join(parts), written)

    def _write_rest(self, position: int, data: bytes, written: int) -> None:
        """A write may stop short (a signal, a nearly full disk): go on until it is whole or fails for a reason."""
        while written < len(data):
            more = os.pwrite(self._fd, memoryview(data)[written:], position + written)
            if more == 0:
                raise OSError(errno.EIO, "The file takes no more bytes", self.path)
            written += more

    def read(self, start: int, end: int) -> bytes | memoryview:
        if end <= self._mapped:
            return self._view[start:end]
        if end - start <= COPIED_BYTES and self._copied < REMAP_AFTER_BYTES:
            self._copied += end - start
            return os.pread(self._fd, end - start, start)
        if not self._map_anew():
            return b""
        return self._view[start:end]

    def _map_anew(self) -> bool:
        """Map the file as large as it is now; False when it is empty."""
        size = os.fstat(self._fd).st_size
        if size == 0:
            return False
        self._view = memoryview(_Map.of(self._source, size))
        self._mapped = size
        self._copied = 0
        self._count(1 + DESCRIPTORS_OF_A_MAP)
        return True

    def _count(self, descriptors: int) -> None:
        if self.descriptors != descriptors:
            self.descriptors = descriptors
            if self.descriptors_changed is not None:
                self.descriptors_changed()

    def resident_end(self, start: int, end: int) -> int:
        if end > self._mapped and not self._map_anew():
            return end
        mapped = self._view.obj
        if not isinstance(mapped, _Map):
            return end
        return residency.resident_end(mapped.begins_at(), start, end)

    def warm(self, start: int, end: int) -> None:
        if not _HAS_PREADV:
            while start < end and (data := os.pread(self._fd, min(WARM_STEP_BYTES, end - start), start)):
                start += len(data)
            return
        if _HAS_FADVISE:  # all of it is asked for at once, and then waited for
            os.posix_fadvise(self._fd, start, end - start, os.POSIX_FADV_WILLNEED)
        buffer = memoryview(bytearray(min(WARM_STEP_BYTES, end - start)))
        while start < end:
            count = os.preadv(self._fd, [buffer[: end - start]], start)
            if not count:
                return
            start += count

    def sync(self) -> None:
        _sync(self._fd)

    def truncate(self, size: int) -> None:
        if size < self._mapped:  # bytes of a map beyond the end of its file are deadly to touch
            self._unmap()
        os.ftruncate(self._fd, size)

    def duplicate(self) -> DiskFile:
        return DiskFile(self.path, os.dup(self._fd))

    def close(self) -> None:
        self._unmap()
        fd, self._fd = self._fd, -1
        self._source.fd = -1
        if fd >= 0:
            os.close(fd)

    def _unmap(self) -> None:
        self._view = memoryview(b"")
        self._mapped = 0


def _sync(fd: int) -> None:
    if sys.platform == "darwin":  # fsync of macOS stops at the drive's own cache
        import fcntl

        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    else:
        os.fsync(fd)


_WHOLE_SYNC = frozenset(("ext4", "f2fs", "tmpfs", "xfs"))
"""File systems on which `syncfs` is as good as `fsync` of every file; on those of a network or of a container it may
not be."""


def _promises_whole_sync(fd: int) -> bool:
    """Linux tells of failed writes there from 5.8 on."""
    if sys.platform != "linux":
        return False
    release = os.uname().release.split(".")
    if not (release[0].isdigit() and release[1].isdigit()) or (int(release[0]), int(release[1])) < (5, 8):
        return False
    device = os.fstat(fd).st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file:
            mounts = [line.split() for line in file]
    except OSError:
        return False
    kinds = {mount[mount.index("-") + 1] for mount in mounts if mount[2] == number and "-" in mount}
    return bool(kinds) and kinds <= _WHOLE_SYNC


@attrs.define
class _DiskLock:
    """The descriptor is open from the start on: through it the machine tells of every write that failed since."""

    _fd: int

    def sync_file_system(self) -> bool:
        if not _promises_whole_sync(self._fd):
            return False
        import ctypes

        synced: int = ctypes.CDLL(None).syncfs(self._fd)
        return synced == 0

    def release(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def descriptor_budget() -> int:
    """Descriptors that logs may use in this process: three of four that it may open, for clients need some too.

    Fewer where the system permits fewer memory maps, of which each file that is read has one.
    """
    most = _descriptor_limit() // 4 * 3
    return max(min(most, _map_limit() // 2 * (1 + DESCRIPTORS_OF_A_MAP)), 4)


def _descriptor_limit() -> int:
    try:
        import resource
    except ImportError:  # a system without such limits
        return UNLIMITED
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNLIMITED if soft == resource.RLIM_INFINITY else soft


def _map_limit() -> int:
    try:
        with open("/proc/sys/vm/max_map_count", encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return _ASSUMED_MAPS


def _boot_id() -> str:
    if sys.platform == "darwin":
        import ctypes

        text = ctypes.create_string_buffer(64)
        size = ctypes.c_size_t(len(text))
        found = ctypes.CDLL(None).sysctlbyname(b"kern.bootsessionuuid", text, ctypes.byref(size), None, 0)
        return text.value.decode("ascii", "replace") if found == 0 else ""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


class DiskFiles:
    """The file system of the machine."""

    def __init__(self) -> None:
        self._boot_id: str | None = None

    def boot_id(self) -> str:
        if self._boot_id is None:
            self._boot_id = _boot_id()
        return self._boot_id

    def open(self, path: str, *, create: bool = False, read_only: bool = False) -> DiskFile:
        flags = os.O_CLOEXEC | (os.O_RDONLY if read_only else os.O_RDWR) | (os.O_CREAT if create else 0)
        return DiskFile(path, os.open(path, flags, 0o644))

    def read_bytes(self, path: str) -> bytes:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            data = os.read(fd, _SMALL_FILE_BYTES)
            if len(data) < _SMALL_FILE_BYTES:  # thousands of them are read when a broker starts
                return data
            parts = [data]
            while part := os.read(fd, 1 << 20):
                parts.append(part)
        finally:
            os.close(fd)
        return b"".join(parts)

    def write_atomic(self, path: str, data: bytes, *, sync: bool) -> None:
        temporary = path + ".tmp"
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            view = memoryview(data)
            while len(view):
                view = view[os.write(fd, view) :]
            if sync:
                _sync(fd)
        finally:
            os.close(fd)
        os.replace(temporary, path)
        if sync:
            self.sync_directory(os.path.dirname(path))

    def exists(self, path: str) -> bool:
        return os.path.exists(path)

    def is_directory(self, path: str) -> bool:
        return os.path.isdir(path)

    def entries(self, path: str) -> list[Entry]:
        entries = []
        with os.scandir(path) as scan:
            for entry in scan:
                try:
                    status = entry.stat()
                except FileNotFoundError:
                    continue  # gone since the directory was read
                is_directory = stat.S_ISDIR(status.st_mode)
                modified_ms = status.st_mtime_ns // 1_000_000
                entries.append(Entry(entry.name, is_directory, status.st_size, modified_ms))
        return entries

    def make_directory(self, path: str) -> None:
        os.makedirs(path, exist_ok=True)

    def rename(self, old: str, new: str) -> None:
        os.replace(old, new)

    def unlink(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)

    def remove_tree(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(path)

    def sync_directory(self, path: str) -> None:
        fd = os.open(path or ".", os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def drop_cache(self, path: str) -> None:
        if _HAS_FADVISE:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(fd)

    def absolute(self, path: str) -> str:
        return os.path.abspath(path)

    def space(self, path: str) -> tuple[int, int]:
        usage = shutil.disk_usage(path)
        return usage.total, usage.free

    def lock(self, path: str) -> Lock:
        """Kafka's Java holds a POSIX record lock, which two holders in one process would share: take both kinds."""
        import fcntl

        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(fd)
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise DirectoryLocked(error.errno, "The lock is held by another process", path) from error
            raise
        return _DiskLock(fd)

    def is_locked(self, path: str) -> bool:
        """Whoever holds the lock holds the POSIX one, and that can be asked about."""
        import fcntl

        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            # struct flock: the kinds come first on Linux, and last on macOS and the BSDs.
            if sys.platform == "linux":
                answer = fcntl.fcntl(fd, fcntl.F_GETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
                kind = struct.unpack_from("h", answer)[0]
            else:
                answer = fcntl.fcntl(fd, fcntl.F_GETLK, struct.pack("qqihh", 0, 0, 0, fcntl.F_WRLCK, 0))
                kind = struct.unpack_from("qqih", answer)[3]
        finally:
            os.close(fd)
        return bool(kind != fcntl.F_UNLCK)
