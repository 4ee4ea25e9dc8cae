"""What one file of the file system in memory holds, and what of it the disk would have after a power loss.

The page cache is what every reader sees. The disk follows it only by `sync`. Until then each page that was
written may be found on the disk as it was at any moment since, or half and half, sector by sector; the size may
be any between those that the file had, whatever the pages say. Where a sync fails, those after it lie, as with
Linux: the pages count as clean, the next sync succeeds without writing them, and readers see them until the cache
drops them.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import attrs

from kwire.log.seam import Buffer

PAGE_BYTES = 4096
"""What a machine writes back on its own."""

SECTOR_BYTES = 512
"""What a disk writes as a whole: a page may be torn between two of them."""


@attrs.define(eq=False)
class Content:
    """Bytes that grow at the end. Zeros that a `resize` added take no room; copies share memory until one changes."""

    data: bytearray = attrs.Factory(bytearray)
    """Its length is the room, not the size; beyond the size it is zeros."""
    size: int = 0
    _shared: bool = False

    def copy(self) -> Content:
        self._shared = True
        return Content(self.data, self.size, True)

    def put(self, position: int, parts: Sequence[Buffer], size: int) -> None:
        end = position + size
        data = self.data
        if end > len(data):
            # Slices that were handed out pin the old memory: grow into a new one.
            grown = bytearray(max(end, 2 * len(data), 1024))
            grown[: len(data)] = data
            self.data = data = grown
            self._shared = False
        elif self._shared:
            self.data = data = bytearray(data)
            self._shared = False
        for part in parts:
            after = position + len(part)
            data[position:after] = part
            position = after
        if end > self.size:
            self.size = end

    def resize(self, size: int) -> None:
        if size < self.size and size < len(self.data):
            self.data = self.data[:size]
            self._shared = False
        self.size = size

    def read(self, start: int, end: int) -> bytes | memoryview:
        """The bytes [start, end), fewer at the end: a slice of the memory where there is memory."""
        if end > self.size:
            end = max(self.size, start)
        if end > len(self.data):
            return bytes(self.data[start:]).ljust(end - start, b"\x00")
        return memoryview(self.data)[start:end].toreadonly()

    def page(self, number: int) -> bytes:
        start = number * PAGE_BYTES
        return bytes(self.data[start : start + PAGE_BYTES]).ljust(PAGE_BYTES, b"\x00")


@attrs.define(eq=False)
class Unsynced:
    """What was written to a file since its last sync."""

    pages: dict[int, bytes] = attrs.Factory(dict)
    """Every page that was written, as the cache had it before."""
    changes: list[tuple[int, bytes] | int] = attrs.Factory(list)
    """In order: a write (position, bytes), or the size that a truncate left."""
    sizes: list[int] = attrs.Factory(list)
    """Every size that the file had after a change."""

    def __bool__(self) -> bool:
        return bool(self.sizes)

    def copy(self) -> Unsynced:
        return Unsynced(dict(self.pages), list(self.changes), list(self.sizes))


@attrs.define(eq=False)
class Node:
    """One file without its names."""

    cache: Content
    disk: Content | None
    """What a power loss cannot take; None where nobody wants to know."""
    unsynced: Unsynced = attrs.Factory(Unsynced)
    modified_ms: int = 0
    synced_once: bool = False

    @classmethod
    def new(cls, *, loses_unsynced: bool) -> Node:
        return cls(Content(), Content() if loses_unsynced else None)

    def write(self, position: int, parts: Sequence[Buffer], size: int) -> None:
        if self.disk is not None and size:
            self._remember(range(position // PAGE_BYTES, (position + size - 1) // PAGE_BYTES + 1))
            self.unsynced.changes.append((position, b"".join(parts)))
            self.unsynced.sizes.append(max(position + size, self.cache.size))
        self.cache.put(position, parts, size)

    def truncate(self, size: int) -> None:
        cache = self.cache
        if self.disk is not None and size != cache.size:
            used = min(len(cache.data), cache.size)
            self._remember(range(size // PAGE_BYTES, -(-used // PAGE_BYTES)))
            self.unsynced.changes.append(size)
            self.unsynced.sizes.append(size)
        cache.resize(size)

    def _remember(self, pages: range) -> None:
        for page in pages:
            if page not in self.unsynced.pages:
                self.unsynced.pages[page] = self.cache.page(page)

    def sync(self) -> None:
        """The pages that are not clean go to the disk, and the size."""
        self.synced_once = True
        if self.disk is None or not self.unsynced:
            return
        for page in self.unsynced.pages:
            self.disk.put(page * PAGE_BYTES, (self.cache.page(page),), PAGE_BYTES)
        self.disk.resize(self.cache.size)
        self.unsynced = Unsynced()

    def fail_sync(self) -> None:
        """Nothing goes to the disk, and nothing is left to be written the next time."""
        self.unsynced = Unsynced()

    def drop_clean_pages(self) -> None:
        """Readers see again what the disk has, except where there is something to be written."""
        if self.disk is None:
            return
        seen, size = self.cache, self.cache.size
        self.cache = self.disk.copy()
        for page in self.unsynced.pages:
            self.cache.put(page * PAGE_BYTES, (seen.page(page),), PAGE_BYTES)
        self.cache.resize(size)

    def after_kill(self) -> Node:
        """The same file for the next process: the cache is the machine's, and outlives the one that wrote."""
        disk = None if self.disk is None else self.disk.copy()
        return Node(self.cache.copy(), disk, self.unsynced.copy(), self.modified_ms, self.synced_once)

    def after_power_loss(self, random: Random) -> Node:
        """What the disk has, and any of the rest."""
        assert self.disk is not None
        content = self.disk.copy()
        if self.unsynced:
            versions = self._versions()
            newest_chance = random.choice((0.0, 0.2, 0.8, 1.0))
            for page in sorted(versions):
                data = _any_version(versions[page], newest_chance, random)
                content.put(page * PAGE_BYTES, (data,), PAGE_BYTES)
            sizes = (self.disk.size, *self.unsynced.sizes)
            between = random.randint(min(sizes), max(sizes))
            content.resize(random.choice((sizes[0], random.choice(sizes), between, sizes[-1], sizes[-1])))
        return Node(content, content.copy(), modified_ms=self.modified_ms)

    def _versions(self) -> dict[int, list[bytes]]:
        """Every page that was written as the disk has it, and then as the cache had it after each change."""
        assert self.disk is not None
        versions = {page: [self.disk.page(page)] for page in self.unsynced.pages}
        now = {page: bytearray(before) for page, before in self.unsynced.pages.items()}
        changed: dict[int, None] = {}
        for change in self.unsynced.changes:
            changed.clear()
            if isinstance(change, int):
                for page in now:
                    keep = max(change - page * PAGE_BYTES, 0)
                    if keep < PAGE_BYTES:
                        now[page][keep:] = bytes(PAGE_BYTES - keep)
                        changed[page] = None
            else:
                position, data = change
                start = 0
                while start < len(data):
                    page, at = divmod(position + start, PAGE_BYTES)
                    part = data[start : start + PAGE_BYTES - at]
                    now[page][at : at + len(part)] = part
                    changed[page] = None
                    start += len(part)
            for page in changed:
                versions[page].append(bytes(now[page]))
        return versions


def _any_version(versions: list[bytes], newest_chance: float, random: Random) -> bytes:
    page = versions[-1] if random.random() < newest_chance else random.choice(versions)
    if (
        random.random() < 0.2
    ):  # torn: an older state before or after some sector, or sectors of both in any order
        older = random.choice(versions)
        border = SECTOR_BYTES * random.randrange(1, PAGE_BYTES // SECTOR_BYTES)
        kind = random.randrange(3)
        if kind == 0:
            page = page[:border] + older[border:]
        elif kind == 1:
            page = older[:border] + page[border:]
        else:
            page = b"".join(
                (page if random.random() < 0.5 else older)[at : at + SECTOR_BYTES]
                for at in range(0, PAGE_BYTES, SECTOR_BYTES)
            )
    return page
