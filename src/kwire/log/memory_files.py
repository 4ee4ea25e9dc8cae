"""A file system in memory, for ephemeral brokers and for the simulation.

Reads are slices of the memory, not copies. On demand it fails: `fault` is called before every operation and
may raise OSError (a full disk, a broken one); `crash` answers with the file system as the next start would
find it, after a killed process (everything written is there) or after a power loss.

A power loss keeps what was synced, and is as nasty with the rest as POSIX permits:

- Content is durable after `sync` of the file. Before that each page may be there or not, in any order, torn at a
  sector, and the size may be an old one, or the new one over zeros (`memory_content.py`).
- A sync that failed is never made good by one that succeeds: its pages count as clean (`Node.fail_sync`).
- Names are durable after `sync_directory` of their directory, and that of the directory after one of its parent, and
  so on. Until then every creation, rename and removal may be lost, the newest first, as a journal does it; and a new
  file may be there whose content was synced, though older changes are lost, as with btrfs, or it may not, as POSIX
  permits. A rename is lost as a whole or not at all. It says nothing about the content: a file that was renamed over
  another without a sync may be empty. With `names_in_order=False` any change may be lost and any later one be kept,
  which POSIX permits too, and no file system with a journal does.
- A failed `sync_directory` may be tried again: a file system whose journal breaks takes no more changes at all.
"""

from __future__ import annotations

import errno
import posixpath
from collections.abc import Callable, Sequence
from random import Random

import attrs

from kwire.log.memory_content import PAGE_BYTES, Node
from kwire.log.seam import Buffer, DirectoryLocked, Entry

_SIZE_BYTES = 1 << 40


class ShortWrite(OSError):
    """A fault for `MemoryFiles.fault` to raise from a write: the first `written` bytes still reach the file."""

    def __init__(self, code: int, message: str, written: int) -> None:
        super().__init__(code, message)
        self.written = written


@attrs.define(eq=False)
class _Directory:
    children: dict[str, Node | _Directory] = attrs.Factory(dict)
    durable: dict[str, Node | _Directory] = attrs.Factory(dict)
    """The names that a power loss cannot take."""


_Change = tuple[_Directory, str, "Node | _Directory | None"]


class MemoryFile:
    """One open file in memory."""

    __slots__ = ("_files", "_open_node", "descriptors", "descriptors_changed", "path")

    def __init__(self, path: str, node: Node, files: MemoryFiles) -> None:
        self.path = path
        self.descriptors = 1
        self.descriptors_changed: Callable[[], None] | None = None
        self._open_node: Node | None = node
        self._files = files

    @property
    def _node(self) -> Node:
        if self._open_node is None:
            raise ValueError(f"{self.path} was closed, and is used")
        return self._open_node

    def size(self) -> int:
        return self._node.cache.size

    def write(self, position: int, parts: Sequence[Buffer], size: int) -> None:
        node = self._node
        files = self._files
        if files.fault is not None:
            try:
                files.fault("write", self.path, size)
            except ShortWrite as error:
                node.write(position, (b"".join(parts)[: error.written],), error.written)
                raise
        node.write(position, parts, size)
        node.modified_ms = files.time_ms()

    def read(self, start: int, end: int) -> bytes | memoryview:
        node = self._node
        if self._files.fault is not None:
            self._files.fault("read", self.path, end - start)
        if self._files.chilled and self.resident_end(start, end) < end:
            self._files.waited_for.append((self.path, start, end))
        return node.cache.read(start, end)

    def resident_end(self, start: int, end: int) -> int:
        pages = self._files.chilled.get(self.path)
        if pages is None:
            return end
        for page in range(start // PAGE_BYTES, -(-end // PAGE_BYTES)):
            if page not in pages:
                return max(start, page * PAGE_BYTES)
        return end

    def warm(self, start: int, end: int) -> None:
        if self._files.fault is not None:
            self._files.fault("warm", self.path, end - start)
        pages = self._files.chilled.get(self.path)
        if pages is not None:
            pages.update(range(start // PAGE_BYTES, -(-end // PAGE_BYTES)))

    def sync(self) -> None:
        node = self._node
        if self._files.fault is not None:
            try:
                self._files.fault("sync", self.path, 0)
            except OSError:
                node.fail_sync()
                raise
        node.sync()

    def truncate(self, size: int) -> None:
        node = self._node
        if self._files.fault is not None:
            self._files.fault("truncate", self.path, size)
        node.truncate(size)
        node.modified_ms = self._files.time_ms()

    def duplicate(self) -> MemoryFile:
        return MemoryFile(self.path, self._node, self._files)

    def close(self) -> None:
        self._open_node = None


class _MemoryLock:
    def __init__(self, files: MemoryFiles, path: str) -> None:
        self._files = files
        self._path = path

    def sync_file_system(self) -> bool:
        return self._files.sync_everything()

    def release(self) -> None:
        self._files.locks.discard(self._path)


class MemoryFiles:
    """A file system in memory."""

    def __init__(
        self,
        *,
        loses_unsynced: bool = False,
        names_in_order: bool = True,
        fault: Callable[[str, str, int], None] | None = None,
        time_ms: Callable[[], int] = lambda: 0,
    ) -> None:
        """`loses_unsynced` keeps what `crash(power_loss=True)` needs, at the cost of more memory.

        `fault(operation, path, size)` is called before each operation and may raise OSError or ShortWrite;
        operations are read, warm, write, sync, truncate, open, rename, unlink, mkdir, rmdir, space.
        """
        self.loses_unsynced = loses_unsynced
        self.names_in_order = names_in_order
        self.fault = fault
        self.time_ms = time_ms
        self.locks: set[str] = set()
        self.chilled: dict[str, set[int]] = {}
        """Files of which only these pages are in the machine's memory; all of the others is."""
        self.waited_for: list[tuple[str, int, int]] = []
        """Reads of (path, start, end) that were not in memory and would have waited for a disk."""
        self._boots = 1
        self._root = _Directory()
        self._unsynced: list[list[_Change]] = []
        """Changes of names that no power loss may have spared yet, in order; a rename is two, and one."""

    def crash(self, random: Random | None = None, *, power_loss: bool = False) -> MemoryFiles:
        """The file system as the next start finds it; this one is left to those who still hold it.

        Of a killed process everything written is there, and is no more durable than before. A power loss needs
        `random`, and `loses_unsynced`. What that leaves is all durable.
        """
        after = type(self)(
            loses_unsynced=self.loses_unsynced, names_in_order=self.names_in_order, time_ms=self.time_ms
        )
        after._boots = self._boots
        if not power_loss:
            copy = _Copier(Node.after_kill, lambda directory: (directory.children, directory.durable))
            after._root = copy.directory(self._root)
            after._unsynced = [
                [
                    (copy.directory(directory), name, None if what is None else copy.either(what))
                    for directory, name, what in changes
                ]
                for changes in self._unsynced
            ]
            return after
        if random is None or not self.loses_unsynced:
            raise ValueError("A power loss needs a source of randomness and loses_unsynced=True")
        names = _survivors(self._unsynced, random, in_order=self.names_in_order)

        def found(directory: _Directory) -> tuple[dict[str, Node | _Directory], dict[str, Node | _Directory]]:
            children = names.get(id(directory), directory.durable)
            return children, children

        after._boots += 1
        after._root = _Copier(lambda node: node.after_power_loss(random), found).directory(self._root)
        return after

    def boot_id(self) -> str:
        return f"boot-{self._boots}"

    def open(self, path: str, *, create: bool = False, read_only: bool = False) -> MemoryFile:
        self._check("open", path)
        directory, name = self._parent(path)
        node = directory.children.get(name)
        if isinstance(node, _Directory):
            raise IsADirectoryError(errno.EISDIR, "Is a directory", path)
        if node is None:
            if not create:
                raise FileNotFoundError(errno.ENOENT, "No such file", path)
            node = Node.new(loses_unsynced=self.loses_unsynced)
            node.modified_ms = self.time_ms()
            self._change([(directory, name, node)])
        return MemoryFile(path, node, self)

    def read_bytes(self, path: str) -> bytes:
        self._check("read", path)
        node = self._find(path)
        if isinstance(node, Node):
            return bytes(node.cache.read(0, node.cache.size))
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
            Entry(name, False, node.cache.size, node.modified_ms)
            if isinstance(node, Node)
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
            elif isinstance(child, Node):
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
        directory = self._find(path)
        if isinstance(directory, _Directory):
            for name in list(directory.children):
                self.remove_tree(f"{path.rstrip('/')}/{name}")
            self._check("rmdir", path)
        elif directory is not None:
            self._check("unlink", path)
        else:
            return
        parent, name = self._parent(path)
        self._change([(parent, name, None)])

    def sync_directory(self, path: str) -> None:
        self._check("sync", path)
        directory = self._find(path)
        if directory is None:
            raise FileNotFoundError(errno.ENOENT, "No such directory", path)
        later: list[list[_Change]] = []
        for changes in self._unsynced:
            if any(changed is directory for changed, _, _ in changes):
                for changed, name, node in changes:
                    _set(changed.durable, name, node)
                    # A rename out of another directory also settles what that name was before.
                    later = [
                        [each for each in earlier if each[0] is not changed or each[1] != name]
                        for earlier in later
                    ]
            else:
                later.append(changes)
        self._unsynced = [changes for changes in later if changes]

    def sync_everything(self) -> bool:
        """Every file and every name; False when something failed, which then is still to be synced."""
        try:
            self._sync_below(self._root, "")
        except OSError:
            return False
        for changes in self._unsynced:
            for directory, name, what in changes:
                _set(directory.durable, name, what)
        self._unsynced.clear()
        return True

    def _sync_below(self, directory: _Directory, path: str) -> None:
        self._check("sync", path)
        for name, what in directory.children.items():
            if isinstance(what, _Directory):
                self._sync_below(what, f"{path}/{name}")
            else:
                self._check("sync", f"{path}/{name}")
                what.sync()

    def drop_cache(self, path: str) -> None:
        node = self._find(path)
        if isinstance(node, Node):
            node.drop_clean_pages()

    def absolute(self, path: str) -> str:
        return posixpath.join("/", path)

    def space(self, path: str) -> tuple[int, int]:
        self._check("space", path)
        return _SIZE_BYTES, _SIZE_BYTES // 2

    def chill(self, path: str) -> None:
        """Let nothing of a file be in the machine's memory, until it is warmed."""
        self.chilled[path] = set()

    def lock(self, path: str) -> _MemoryLock:
        if path in self.locks:
            raise DirectoryLocked(errno.EWOULDBLOCK, "The lock is held by another broker", path)
        self.open(path, create=True)
        self.locks.add(path)
        return _MemoryLock(self, path)

    def is_locked(self, path: str) -> bool:
        return path in self.locks

    def _check(self, operation: str, path: str) -> None:
        if self.fault is not None:
            self.fault(operation, path, 0)

    def _change(self, changes: list[_Change]) -> None:
        for directory, name, node in changes:
            _set(directory.children, name, node)
        if self.loses_unsynced:
            self._unsynced.append(changes)

    def _find(self, path: str) -> Node | _Directory | None:
        node: Node | _Directory | None = self._root
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


_Children = dict[str, "Node | _Directory"]


def _set(children: _Children, name: str, what: Node | _Directory | None) -> None:
    if what is None:
        children.pop(name, None)
    else:
        children[name] = what


def _survivors(unsynced: list[list[_Change]], random: Random, *, in_order: bool) -> dict[int, _Children]:
    """What directories hold after a power loss, by their `id`, where that is more than the durable names."""
    if in_order:
        border = random.randrange(len(unsynced) + 1)
        kept = unsynced[:border]
        if random.random() < 0.3:
            kept += [changes for changes in unsynced[border:] if _creates_a_synced_file(changes)]
    else:
        chance = random.choice((0.1, 0.5, 0.9))
        kept = [changes for changes in unsynced if random.random() < chance]
    names: dict[int, _Children] = {}
    for changes in kept:
        what = changes[-1][2]
        for directory, name, node in changes:
            children = names.setdefault(id(directory), dict(directory.durable))
            if (
                len(changes) > 1 and node is None
            ):  # a rename: it leaves no other name, though an earlier one was lost
                for other in [other for other, there in children.items() if there is what]:
                    del children[other]
            else:
                _set(children, name, node)
    return names


def _creates_a_synced_file(changes: list[_Change]) -> bool:
    what = changes[0][2]
    return isinstance(what, Node) and what.synced_once


class _Copier:
    """Copies a tree; what has two names, or is known to the disk under another one, is still one thing."""

    def __init__(
        self, node: Callable[[Node], Node], children: Callable[[_Directory], tuple[_Children, _Children]]
    ) -> None:
        self._node = node
        self._children = children
        self._copies: dict[int, Node | _Directory] = {}

    def either(self, what: Node | _Directory) -> Node | _Directory:
        if isinstance(what, _Directory):
            return self.directory(what)
        copy = self._copies.get(id(what))
        if copy is None:
            copy = self._copies[id(what)] = self._node(what)
        return copy

    def directory(self, directory: _Directory) -> _Directory:
        copy = self._copies.get(id(directory))
        if copy is None:
            copy = self._copies[id(directory)] = _Directory()
            children, durable = self._children(directory)
            copy.children = {name: self.either(what) for name, what in children.items()}
            copy.durable = {name: self.either(what) for name, what in durable.items()}
        assert isinstance(copy, _Directory)
        return copy
