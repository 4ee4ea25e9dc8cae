"""Reads that would have to wait for the disk: how a segment says so, and what must be done before it is asked again.

A reader that may not wait hands in `warm`. Where the bytes are not in memory the segment puts an order there (a
`WarmUp`: slow work for another thread, on file handles of its own) and raises Cold; the reader comes back when the
order is done. A reader that goes on from there finds the next bytes warm, because they are ordered while it takes
these. Always holds: what was warmed is read by the reader that waited for it, even when the machine has thrown it out
again: then it waits for the disk after all, but nobody waits for ever.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import attrs

from kwire.log.index import (
    TIME_ENTRY_BYTES,
    BadIndex,
    OffsetIndex,
    TimeIndex,
    read_indexes,
    read_last_timestamp,
)
from kwire.log.seam import File, Files
from kwire.records.batch import SCAN

if TYPE_CHECKING:
    from kwire.log.segment import Segment

CHUNK_BYTES = 1 << 20
"""What one order warms, unless one batch is larger."""

AHEAD_BYTES = 2 * CHUNK_BYTES
"""How far a reader that goes on and on is kept supplied beyond its last answer."""

ENOUGH_BYTES = CHUNK_BYTES // 4
"""An answer is cut to what is in memory when that is so much."""

SMALL_INDEX_BYTES = 256 * 1024
"""Indexes in memory, and up to this size, are read where they are needed."""

# In place of a position, where something else is waited for:
_INDEXES = -1
_LAST_TIMESTAMP = -2
_MOST_READERS = 16
_MOST_TICKETS = 64


class Cold(Exception):
    """The bytes are on the disk only; what will bring them was ordered."""


class WarmUp(Protocol):
    """Slow work on the files of one segment. `begin` and `finish` belong to the thread that owns the segment."""

    @property
    def urgent(self) -> bool:
        """Somebody waits for it; else it is for the next answer, and may be left undone."""
        ...

    def begin(self) -> None:
        """Get handles that are the worker's own. OSError."""
        ...

    def perform(self) -> None:
        """In any thread. OSError."""
        ...

    def finish(self, error: Exception | None) -> None:
        """Take the outcome over; also when `begin` failed."""
        ...


Warm = Callable[[WarmUp], bool]
"""Takes an order; False when it was refused, which only happens to one that is not urgent."""


@attrs.define(eq=False)
class _Reader:
    """Somebody who reads on from where the disk had to be waited for: everything up to `ahead` was ordered."""

    position: int
    ahead: int


class Warmth:
    """What is known of the cold reads of one segment."""

    __slots__ = (
        "_failures",
        "_files",
        "_last_timestamp",
        "_loading",
        "_readers",
        "_segment",
        "_tickets",
        "_under_way",
    )

    def __init__(self, segment: Segment, files: Files) -> None:
        self._segment = segment
        self._files = files
        self._loading: frozenset[int] = frozenset()  # many segments are read, few are ever cold
        self._last_timestamp: tuple[int, int] | None = None
        self._under_way: list[_WarmRange] = []
        self._readers: list[_Reader] = []
        # Of what was warmed for somebody who waits, and not read yet: start -> end.
        self._tickets: dict[int, int] = {}
        self._failures: dict[int, Exception] = {}

    # Asked by the segment

    def limit(self, position: int, limit: int, bound: int, warm: Warm) -> int:
        """Up to where a read from `position` may go: `limit`, lower where only a part is in memory.

        A read that ends before `bound` looks at the header behind its last batch. Raises Cold, OSError.
        """
        if not self._segment.has_indexes:
            self.require_indexes(warm)
        end = min(limit + SCAN.size, bound)
        warm_end = self._resident_end(position, end)
        if warm_end < end:
            if warm_end - position < ENOUGH_BYTES:
                self._wait_for(position, min(end, position + CHUNK_BYTES), warm)
            limit = warm_end - SCAN.size
        if self._readers:
            self._read_ahead(position, warm_end, warm)
        return limit

    def require(self, start: int, end: int, useful_end: int, warm: Warm) -> None:
        """[start, end) must be in memory; if not, up to `useful_end` is warmed. Raises Cold, OSError."""
        if self._resident_end(start, end) < end:
            self._wait_for(start, useful_end, warm)

    def require_indexes(self, warm: Warm) -> None:
        """The indexes must be in memory, or be read at once. Raises Cold, OSError."""
        if not self._may_load(_INDEXES):
            self._loading |= {_INDEXES}
            warm(_LoadIndexes(self._segment, self, self._files))
            raise Cold

    def last_timestamp(self, warm: Warm | None) -> tuple[int, int] | None:
        """The last entry of the time index of a closed segment; None when it has to be looked for.

        Whoever asks every segment of a log for its time need not read their indexes whole. Raises Cold, OSError.
        """
        if self._last_timestamp is None:
            if warm is not None and not self._may_load(_LAST_TIMESTAMP):
                self._loading |= {_LAST_TIMESTAMP}
                warm(_LoadLastTimestamp(self._segment, self, self._files))
                raise Cold
            with contextlib.suppress(FileNotFoundError):
                self._last_timestamp = read_last_timestamp(self._files, self._segment.index_paths[1])
        return self._last_timestamp

    def _may_load(self, what: int) -> bool:
        """Whether it may be read here: because that is quick, or because elsewhere nothing came of it."""
        if what in self._loading:
            raise Cold
        if self._ticket(what) >= 0:
            self.taken(what)
            return True
        index, time_index = self._segment.index_paths
        if what == _LAST_TIMESTAMP:
            return self._is_at_hand(time_index, TIME_ENTRY_BYTES)
        return self._is_at_hand(index, SMALL_INDEX_BYTES, whole=True) and self._is_at_hand(
            time_index, SMALL_INDEX_BYTES, whole=True
        )

    def taken(self, position: int) -> None:
        """The reader that waited for what begins at `position` has read."""
        if self._tickets:
            self._tickets.pop(position, None)

    def _resident_end(self, position: int, end: int) -> int:
        warm_end = self._segment.file.resident_end(position, end)
        if warm_end < end:
            warm_end = max(warm_end, min(end, self._ticket(position)))
        return warm_end

    def _ticket(self, position: int) -> int:
        if position in self._failures:
            raise self._failures.pop(position)
        return self._tickets.get(position, -1)

    def _is_at_hand(self, path: str, most: int, *, whole: bool = False) -> bool:
        """Whether the last `most` bytes of a file are in memory; `whole`: and there are no more."""
        try:
            file = self._files.open(path, read_only=True)
        except FileNotFoundError:
            return True
        try:
            size = file.size()
            return not (whole and size > most) and file.resident_end(max(size - most, 0), size) == size
        finally:
            file.close()

    # Ordering

    def _wait_for(self, start: int, end: int, warm: Warm) -> None:
        if not any(order.start <= start < order.end for order in self._under_way):
            self._put(_WarmRange(self._segment, self, start, end, urgent=True), warm)
            reader = self._reader_at(start)
            if reader is not None:
                reader.ahead = max(reader.ahead, end)
            else:
                if len(self._readers) >= _MOST_READERS:
                    del self._readers[0]
                self._readers.append(_Reader(start, end))
        raise Cold

    def _read_ahead(self, position: int, end: int, warm: Warm) -> None:
        """[position, end) is about to be read: see to what comes after it, if this is one who waited before."""
        reader = self._reader_at(position)
        if reader is None:
            return
        size = self._segment.size
        reader.position = position
        reader.ahead = max(reader.ahead, end)
        until = min(end + AHEAD_BYTES, size)
        while reader.ahead < until:
            start, after = reader.ahead, min(reader.ahead + CHUNK_BYTES, size)
            if self._segment.file.resident_end(start, after) < after:
                order = _WarmRange(self._segment, self, start, after, urgent=False)
                if not self._put(order, warm):
                    return
            reader.ahead = after

    def _reader_at(self, position: int) -> _Reader | None:
        for reader in self._readers:
            if reader.position <= position <= reader.ahead:
                return reader
        return None

    def _put(self, order: _WarmRange, warm: Warm) -> bool:
        if not warm(order):
            return False
        self._under_way.append(order)
        return True

    # Told by orders

    def warmed(self, order: _WarmRange, error: Exception | None) -> None:
        self._under_way.remove(order)
        if order.urgent:
            self._note(order.start, order.end, error)

    def loaded_indexes(
        self, indexes: tuple[OffsetIndex, TimeIndex, bool] | None, size: int, error: Exception | None
    ) -> None:
        self._loading -= {_INDEXES}
        segment = self._segment
        if segment.has_indexes:
            return
        if error is not None or indexes is None or segment.size != size:
            self._note(_INDEXES, 0, error)
        else:
            segment.adopt_indexes(*indexes)

    def loaded_last_timestamp(self, last: tuple[int, int] | None) -> None:
        self._loading -= {_LAST_TIMESTAMP}
        self._last_timestamp = last
        if (
            last is None
        ):  # Of many segments that were asked for together one failure is told: let it come up there.
            self._note(_LAST_TIMESTAMP, 0, None)

    def _note(self, start: int, end: int, error: Exception | None) -> None:
        if len(self._tickets) + len(self._failures) >= _MOST_TICKETS:  # of readers who never came back
            self._tickets.clear()
            self._failures.clear()
        if error is None:
            self._tickets[start] = end
        else:
            self._failures[start] = error


@attrs.define(eq=False)
class _WarmRange:
    """Read a part of a segment's log file into the machine's memory."""

    segment: Segment
    warmth: Warmth
    start: int
    end: int
    urgent: bool = attrs.field(kw_only=True)
    _file: File | None = None

    def begin(self) -> None:
        self._file = self.segment.own_handle()

    def perform(self) -> None:
        assert self._file is not None
        try:
            self._file.warm(self.start, self.end)
        finally:
            self._file.close()

    def finish(self, error: Exception | None) -> None:
        self.warmth.warmed(self, error)


@attrs.define(eq=False)
class _LoadIndexes:
    """Read and decode both indexes of a closed segment."""

    segment: Segment
    warmth: Warmth
    files: Files
    urgent: bool = True
    _size: int = 0
    _loaded: tuple[OffsetIndex, TimeIndex, bool] | None = None

    def begin(self) -> None:
        self._size = self.segment.size

    def perform(self) -> None:
        try:
            self._loaded = read_indexes(self.files, *self.segment.index_paths, self._size)
        except (BadIndex, FileNotFoundError):
            self._loaded = None  # the segment makes them anew

    def finish(self, error: Exception | None) -> None:
        self.warmth.loaded_indexes(self._loaded, self._size, error)


@attrs.define(eq=False)
class _LoadLastTimestamp:
    """Read the end of the time index of a closed segment."""

    segment: Segment
    warmth: Warmth
    files: Files
    urgent: bool = True
    _last: tuple[int, int] | None = None

    def begin(self) -> None:
        """The path is all it needs."""

    def perform(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._last = read_last_timestamp(self.files, self.segment.index_paths[1], warm=True)

    def finish(self, error: Exception | None) -> None:
        self.warmth.loaded_last_timestamp(self._last)
