"""A file system in memory, for ephemeral brokers and for the simulation.

Reads are slices of the memory, not copies. On demand it fails: `fault` is called before every operation and
may raise OSError (a full disk, a broken one); `crash` answers with the file system as the next start would
find it, after a killed process (everything written is there) or after a power loss (what was not synced may
be gone, in any order, and the last write may be torn).
"""

from __future__ import annotations

import errno
import posixpath
from collections.abc import Callable, Sequence
from random import Random

import attrs

from kwire.log.seam import Buffer, DirectoryLocked, Entry

PAGE_BYTES = 4096
"""What a machine writes back on its own: a power loss keeps or loses each page of an unsynced write."""


class ShortWrite(OSError):
    """A fault for `MemoryFiles.fault` to raise from a write: the first `written` bytes still reach the file."""

    def __init__(self, code: int, message: str, written: int) -> None:
        super().__init__(code, message)
        self.written = written


@attrs.define(eq=False)
class _Node:
    """The content of one file; names and open files point at it."""

    data: bytearray = attrs.Factory(bytearray)  # its length is the room, not the size
    size: int = 0
    modified_ms: int = 0
    synced: bytes = b""
    unsynced: list[tuple[int, bytes] | int] = attrs.Factory(list)  # a write, or the size a truncate left


@attrs.define(eq=False)
class _Directory:
    children: dict[str, _Node | _Directory] = attrs.Factory(dict)
    synced: dict[str, _Node | _Directory] = attrs.Factory(dict)


_Change = tuple[_Directory, str, "_Node | _Directory | None"]


class MemoryFile:
    """One open file in memory."""

    __slots__ = ("_files", "_node", "path")

    def __init__(self, path: str, node: _Node, files: MemoryFiles) -> None:
        self.path = path
        self._node = node
        self._files = files

    def size(self) -> int:
        return self._node.size

    def write(self, position: int, parts: Sequence[Buffer], size: int) -> None:
        files = self._files
        if files.fault is not None:
            try:
                files.fault("write", self.path, size)
            except ShortWrite as error:
                self._put(position, [b"".join(parts)[: error.written]], error.written)
                raise
        self._put(position, parts, size)

    def _put(self, position: int, parts: Sequence[Buffer], size: int) -> None:
        node = self._node
        end = position + size
        data = node.data
        if end > len(data):
            # Slices that were handed out pin the old memory: grow into a new one.
            data = bytearray(max(end, 2 * len(data), 1024))
            data[: len(node.data)] = node.data
            node.data = data
        if self._files.loses_unsynced:
            node.unsynced.append((position, b"".join(parts)))
        for part in parts:
            after = position + len(part)
            data[position:after] = part
            position = after
        if end > node.size:
            node.size = end

    def read(self, start: int, end: int) -> bytes | memoryview:
        node = self._node
        if self._files.fault is not None:
            self._files.fault("read", self.path, end - start)
        if end > node.size:
            end = max(node.size, start)
        if end > len(node.data):  # the zeros that a truncate added take no room
            return bytes(node.data[start:]).ljust(end - start, b"\x00")
        return memoryview(node.data)[start:end].toreadonly()

    def sync(self) -> None:
        if self._files.fault is not None:
            self._files.fault("sync", self.path, 0)
        node = self._node
        if self._files.loses_unsynced and node.unsynced:
            node.synced = _content(node)
            node.unsynced.clear()

    def truncate(self, size: int) -> None:
        if self._files.fault is not None:
            self._files.fault("truncate", self.path, size)
        node = self._node
        if size < node.size and size < len(node.data):
            node.data = node.data[:size]
        node.size = size
        if self._files.loses_unsynced:
            node.unsynced.append(size)

    def close(self) -> None:
        """Nothing to give back."""


def _content(node: _Node) -> bytes:
    return bytes(node.data[: node.size]).ljust(node.size, b"\x00")


def _after_power_loss(node: _Node, random: Random) -> bytes:
    """What was synced, plus any of the pages written since."""
    data = bytearray(node.synced)
    for index, change in enumerate(node.unsynced):
        if isinstance(change, int):
            if random.random() < 0.5:
                del data[change:]
                data.extend(bytes(change - len(data)))
            continue
        position, content = change
        if index == len(node.unsynced) - 1 and random.random() < 0.5:
            content = content[: random.randrange(len(content) + 1)]  # torn
        start = 0
        while start < len(content):
            end = min(len(content), start + PAGE_BYTES - (position + start) % PAGE_BYTES)
            if random.random() < 0.7:
                data.extend(bytes(max(position + start - len(data), 0)))
                data[position + start : position + end] = content[start:end]
            start = end
    return bytes(data)


class _MemoryLock:
    def __init__(self, files: MemoryFiles, path: str) -> None:
        self._files = files
        self._path = path

    def release(self) -> None:
        self._files.locks.discard(self._path)


class MemoryFiles:
    """A file system in memory."""

    def __init__(
        self,
        *,
        loses_unsynced: bool = False,
        fault: Callable[[str, str, int], None] | None = None,
        time_ms: Callable[[], int] = lambda: 0,
    ) -> None:
        """`loses_unsynced` keeps what `crash(power_loss=True)` needs, at the cost of more memory.

        `fault(operation, path, size)` is called before each operation and may raise OSError or ShortWrite;
        operations are read, write, sync, truncate, open, rename, unlink, mkdir.
        """
        self.loses_unsynced = loses_unsynced
        self.fault = fault
        self.time_ms = time_ms
        self.locks: set[str] = set()
        self._root = _Directory()
        self._unsynced: list[list[_Change]] = []

    def crash(self, random: Random | None = None, *, power_loss: bool = False) -> MemoryFiles:
        """The file system as the next start finds it; this one is left to those who still hold it.

        Of a killed process everything written is there. A power loss needs `random` and `loses_unsynced`: any
        page that was not synced may be gone, the last write torn, and of the names the newest changes.
        """
        after = MemoryFiles(loses_unsynced=self.loses_unsynced, time_ms=self.time_ms)
        if not power_loss:
            after._root = _copy(self._root, lambda directory: directory.children, _content)
            return after
        if random is None or not self.loses_unsynced:
            raise ValueError("A power loss needs a source of randomness and loses_unsynced=True")
        survived = random.randrange(len(self._unsynced) + 1)
        names: dict[int, dict[str, _Node | _Directory]] = {}
        for changes in self._unsynced[:survived]:
            for directory, name, node in changes:
                children = names.setdefault(id(directory), dict(directory.synced))
                if node is None:
                    children.pop(name, None)
                else:
                    children[name] = node
        after._root = _copy(
            self._root,
            lambda directory: names.get(id(directory), directory.synced),
            lambda node: _after_power_loss(node, random),
        )
        return after

    def open(self, path: str, *, create: bool = False, read_only: bool = False) -> MemoryFile:
        self._check("open", path)
        directory, name = self._parent(path)
        node = directory.children.get(name)
        if isinstance(node, _Directory):
            raise IsADirectoryError(errno.EISDIR, "Is a directory", path)
        if node is None:
            if not create:
                raise FileNotFoundError(errno.ENOENT, "No such file", path)
            node = _Node(modified_ms=self.time_ms())
            self._change([(directory, name, node)])
        return MemoryFile(path, node, self)

    def read_bytes(self, path: str) -> bytes:
        self._check("read", path)
        node = self._find(path)
        if isinstance(node, _Node):
            return _content(node)
        raise FileNotFoundError(errno.ENOENT, "No such file", path)

    def write_atomic(self, path: str, data: bytes, *, sync: bool) -> None:
        temporary = path + ".tmp"
        self.unlink(temporary)
        file = self.open(temporary, create=True)
        file.write(0, [data], len(data))
        if sync:
            file.sync()
        self.rename(temporary, path)
        if sync:
            self.sync_directory(posixpath.dirname(path))

    def exists(self, path: str) -> bool:
        return self._find(path) is not None

    def is_directory(self, path: str) -> bool:
        return isinstance(self._find(path), _Directory)

    def entries(self, path: str) -> list[Entry]:
        directory = self._find(path)
        if not isinstance(directory, _Directory):
            raise FileNotFoundError(errno.ENOENT, "No such directory", path)
        return [
            Entry(name, False, node.size, node.modified_ms)
            if isinstance(node, _Node)
            else Entry(name, True, 0, 0)
            for name, node in directory.children.items()
        ]

    def make_directory(self, path: str) -> None:
        self._check("mkdir", path)
        directory = self._root
        for part in _parts(path):
            child = directory.children.get(part)
            if child is None:
                child = _Directory()
                self._change([(directory, part, child)])
            elif isinstance(child, _Node):
                raise FileExistsError(errno.EEXIST, "Is a file", path)
            directory = child

    def rename(self, old: str, new: str) -> None:
        self._check("rename", new)
        from_directory, from_name = self._parent(old)
        to_directory, to_name = self._parent(new)
        node = from_directory.children.get(from_name)
        if node is None:
            raise FileNotFoundError(errno.ENOENT, "No such file", old)
        self._change([(from_directory, from_name, None), (to_directory, to_name, node)])

    def unlink(self, path: str) -> None:
        self._check("unlink", path)
        directory, name = self._parent(path)
        if name in directory.children:
            self._change([(directory, name, None)])

    def remove_tree(self, path: str) -> None:
        if self.exists(path):
            self.unlink(path)

    def sync_directory(self, path: str) -> None:
        self._check("sync", path)
        directory = self._find(path)
        later = []
        for changes in self._unsynced:
            if any(changed is directory for changed, _, _ in changes):
                for changed, name, node in changes:
                    if node is None:
                        changed.synced.pop(name, None)
                    else:
                        changed.synced[name] = node
            else:
                later.append(changes)
        self._unsynced = later

    def lock(self, path: str) -> _MemoryLock:
        if path in self.locks:
            raise DirectoryLocked(errno.EWOULDBLOCK, "The lock is held by another broker", path)
        self.open(path, create=True)
        self.locks.add(path)
        return _MemoryLock(self, path)

    def _check(self, operation: str, path: str) -> None:
        if self.fault is not None:
            self.fault(operation, path, 0)

    def _change(self, changes: list[_Change]) -> None:
        for directory, name, node in changes:
            if node is None:
                directory.children.pop(name, None)
            else:
                directory.children[name] = node
        if self.loses_unsynced:
            self._unsynced.append(changes)

    def _find(self, path: str) -> _Node | _Directory | None:
        node: _Node | _Directory | None = self._root
        for part in _parts(path):
            if not isinstance(node, _Directory):
                return None
            node = node.children.get(part)
        return node

    def _parent(self, path: str) -> tuple[_Directory, str]:
        parent, name = posixpath.split(path.rstrip("/"))
        directory = self._find(parent)
        if not isinstance(directory, _Directory):
            raise FileNotFoundError(errno.ENOENT, "No such directory", parent)
        return directory, name


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part and part != "."]


def _copy(
    directory: _Directory,
    children: Callable[[_Directory], dict[str, _Node | _Directory]],
    content: Callable[[_Node], bytes],
) -> _Directory:
    """A deep copy in which everything counts as synced."""
    copy = _Directory()
    for name, node in children(directory).items():
        if isinstance(node, _Directory):
            copy.children[name] = _copy(node, children, content)
        else:
            data = content(node)
            copy.children[name] = _Node(bytearray(data), len(data), node.modified_ms, data)
    copy.synced = dict(copy.children)
    return copy
