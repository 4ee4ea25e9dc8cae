"""One segment of a log: a `.log` file of batches back to back, and its two indexes.

A closed segment never changes. The last segment of a log takes appends after `begin_writing`. Any segment opens its
files and loads its indexes when it needs them, and gives them back when others need descriptors (`give_back`): even one
that takes appends, for what it has in memory can be had from its files. Always holds: `size` is the end of the last
whole batch. What a failed write left behind it is cut away before the next write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kwire.log.damage import CorruptLog as CorruptLog
from kwire.log.entry_files import EntryFiles
from kwire.log.index import (
    OFFSET_ENTRY_BYTES,
    TIME_ENTRY_BYTES,
    BadIndex,
    IndexBuilder,
    OffsetIndex,
    TimeIndex,
    read_indexes,
)
from kwire.log.open_files import OpenFiles
from kwire.log.scanning import SMALLEST_LENGTH, find_in_window, header_at, iter_batches
from kwire.log.seam import Buffer, File, Files
from kwire.log.warming import CHUNK_BYTES, Warm, Warmth
from kwire.records.batch import (
    BATCH_OVERHEAD,
    LENGTH_OVERHEAD,
    SCAN,
    STAMP_BYTES,
    BatchHeader,
    stamp,
)

if TYPE_CHECKING:
    from kwire.log.flush import Flush

LOG_SUFFIX = ".log"
INDEX_SUFFIX = ".index"
TIME_INDEX_SUFFIX = ".timeindex"
TXN_INDEX_SUFFIX = ".txnindex"
SUFFIXES = (LOG_SUFFIX, INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX)

MAX_INT = 2**31 - 1
"""Positions, and offsets relative to the base, are 32 bits wide in the indexes."""

_WINDOW_BYTES = 8192
_MAX_CURSORS = 64

_RECENT_BYTES = 1 << 20
"""What was appended last is in memory, and nobody asks whether it is."""


def file_name(base_offset: int, suffix: str) -> str:
    return f"{base_offset:020d}{suffix}"


class Segment:
    """The batches from `base_offset` up to the next segment's."""

    __slots__ = (
        "_cursors",
        "_entries_exact",
        "_entry_files",
        "_file",
        "_files",
        "_index",
        "_interval_bytes",
        "_max_entries",
        "_max_time_entries",
        "_newest_known",
        "_open_files",
        "_path",
        "_time_index",
        "_torn",
        "_unindexed_bytes",
        "_warmth",
        "_written_from",
        "base_offset",
        "check_when_opened",
        "created_ms",
        "dirty",
        "first_timestamp",
        "full",
        "max_timestamp",
        "max_timestamp_offset",
        "size",
        "used",
        "writable",
    )

    def __init__(
        self,
        files: Files,
        directory: str,
        base_offset: int,
        size: int,
        *,
        interval_bytes: int,
        created_ms: int,
        open_files: OpenFiles | None = None,
    ) -> None:
        self.base_offset = base_offset
        self.size = size
        self.created_ms = created_ms
        self.writable = False
        self.dirty = False
        """Something was written that `sync` did not make durable yet."""
        self.full = False
        """While writable: an index has no room for another entry."""
        self.first_timestamp = -1
        """While writable: the largest timestamp of the first batch, by which the segment ages."""
        self.max_timestamp = -1
        self.max_timestamp_offset = base_offset
        """Last offset of the first batch with that timestamp; both hold while writable, and once `newest` was asked."""
        self.used = False
        """It was read or written; see OpenFiles."""
        self.check_when_opened: Callable[[Segment], None] | None = None
        """What was taken for granted so far, and is to be seen to before a byte is read or written."""
        self._files = files
        self._open_files = open_files
        self._path = f"{directory}/{base_offset:020d}"
        self._interval_bytes = interval_bytes
        self._file: File | None = None
        self._index: OffsetIndex | None = None
        self._time_index: TimeIndex | None = None
        self._entry_files: EntryFiles | None = None
        self._max_entries = 0
        self._max_time_entries = 0
        self._unindexed_bytes = 0
        self._torn = False
        self._newest_known = False
        self._entries_exact = False  # the index files hold what the indexes hold, and nothing behind it
        # Where readers will go on: offset -> position. A consumer asks next for what follows its last answer.
        self._cursors: dict[int, int] = {}
        self._warmth: Warmth | None = None
        self._written_from = 0  # while writable: bytes from here on were appended by this process

    def __repr__(self) -> str:
        return f"<Segment {self._path} {self.size} bytes>"

    @property
    def interval_bytes(self) -> int:
        return self._interval_bytes

    @property
    def path(self) -> str:
        return self._path + LOG_SUFFIX

    @property
    def file(self) -> File:
        if self._file is None:
            self._file = self._files.open(self._path + LOG_SUFFIX)
            self._file.descriptors_changed = self._note_open
            self._note_open()
            if self.check_when_opened is not None:
                self._check_now(self.check_when_opened)
        return self._file

    def _check_now(self, check: Callable[[Segment], None]) -> None:
        try:
            check(self)
        except BaseException:
            self._give_back()
            raise
        self.check_when_opened = None

    @property
    def warmth(self) -> Warmth:
        if self._warmth is None:
            self._warmth = Warmth(self, self._files)
        return self._warmth

    @property
    def has_indexes(self) -> bool:
        """The indexes are in memory."""
        return self._index is not None

    @property
    def index_paths(self) -> tuple[str, str]:
        return self._path + INDEX_SUFFIX, self._path + TIME_INDEX_SUFFIX

    @property
    def index(self) -> OffsetIndex:
        if self._index is None:
            self._load_indexes()
            assert self._index is not None
        return self._index

    @property
    def time_index(self) -> TimeIndex:
        if self._time_index is None:
            self._load_indexes()
            assert self._time_index is not None
        return self._time_index

    @property
    def open_files(self) -> OpenFiles | None:
        """Whose budget its descriptors count for."""
        return self._open_files

    @open_files.setter
    def open_files(self, open_files: OpenFiles | None) -> None:
        if self._open_files is not None:
            self._open_files.note(self, 0)
        self._open_files = open_files
        self._note_open()
        if self._entry_files is not None:
            self._entry_files.count_for(open_files)

    def own_handle(self) -> File:
        """The log file for somebody else, who closes it. OSError."""
        if self._file is not None:
            return self._file.duplicate()
        return self._files.open(self.path, read_only=True)

    # Reading

    def read(
        self,
        offset: int,
        max_bytes: int,
        upper_bound_offset: int,
        at_least_one: bool,
        end_offset: int,
        warm: Warm | None = None,
    ) -> bytes | memoryview | None:
        """Whole batches from the one with `offset` on; None when the segment ends before it.

        `end_offset` is where the segment ends: the next one's base, or the end of the log. With `warm` no read
        waits for the disk: Cold is raised when what would warm it was ordered there.
        """
        self.used = True
        position = self._cursors.get(offset, -1)
        if position < 0:
            position = self.position_of(offset, warm)
        size = self.size
        if position >= size:
            return None
        bound = size if upper_bound_offset >= end_offset else self.position_of(upper_bound_offset, warm)
        limit = position + max_bytes
        if warm is not None and not self._is_recent(position):
            limit = self.warmth.limit(position, limit, bound, warm)
        if limit < bound:
            data = self._read_some(position, limit, at_least_one, warm)
        else:
            if bound == size:
                self._remember(end_offset, size)
            data = (self._file or self.file).read(position, bound)
        if self._warmth is not None:
            self._warmth.taken(position)
        return data

    def _is_recent(self, position: int) -> bool:
        return self.writable and position >= self.size - _RECENT_BYTES and position >= self._written_from

    def _read_some(
        self, position: int, limit: int, at_least_one: bool, warm: Warm | None
    ) -> bytes | memoryview:
        """Whole batches from `position`, none beyond `limit`, which is inside the readable part."""
        start = (self._index or self.index).floor_position(limit)
        file = self._file or self.file
        view = file.read(position, min(limit + SCAN.size, self.size))
        at = max(start - position, 0)
        room = limit - position
        while True:
            base_offset, length, last_offset_delta = SCAN.unpack_from(view, at)
            if length < SMALLEST_LENGTH:
                raise CorruptLog(self.path, position + at, f"a batch says it has {length} bytes")
            after = at + length + LENGTH_OVERHEAD
            if after > room:
                break
            at = after
        if at:
            self._remember(base_offset, position + at)
            return view[:at]
        if not at_least_one:
            return b""
        if warm is not None and not self._is_recent(position):
            self.warmth.require(position, position + after, position + after, warm)
        self._remember(base_offset + last_offset_delta + 1, position + after)
        return file.read(position, position + after)

    def _remember(self, offset: int, position: int) -> None:
        cursors = self._cursors
        if len(cursors) >= _MAX_CURSORS:
            cursors.clear()
        cursors[offset] = position

    def position_of(self, offset: int, warm: Warm | None = None) -> int:
        """Where the first batch starts whose last offset is `offset` or above; the end when there is none.

        `warm` as for `read`.
        """
        position = self._cursors.get(offset, -1)
        if position >= 0:
            return position
        if warm is not None and self._index is None:
            self.warmth.require_indexes(warm)
        position = (self._index or self.index).floor(offset - self.base_offset)
        file = self._file or self.file
        size = self.size
        while position < size:
            end = min(position + _WINDOW_BYTES, size)
            if warm is not None and not self._is_recent(position):
                self.warmth.require(position, end, min(position + CHUNK_BYTES, size), warm)
            window = file.read(position, end)
            found, at = find_in_window(self.path, window, position, offset)
            position += at
            if found:
                return position
        return size

    def batches(self, position: int = 0) -> Iterator[tuple[int, BatchHeader, memoryview]]:
        """Position, header and bytes of every batch from `position` on. Raises CorruptLog for one that is not whole."""
        view = memoryview(self.file.read(position, self.size))
        return iter_batches(self.path, view, position, self.size)

    def newest(self, warm: Warm | None = None) -> tuple[int, int]:
        """The largest timestamp and the last offset of the first batch that has it; (-1, base offset) for none.

        `warm` as for `read`.
        """
        if not self._newest_known:
            last = self.warmth.last_timestamp(warm) if self._time_index is None and self.size else None
            self._take_newest(*(last or self.time_index.last))
        return self.max_timestamp, self.max_timestamp_offset

    def _take_newest(self, timestamp: int, offset: int) -> None:
        self.max_timestamp = timestamp
        self.max_timestamp_offset = self.base_offset + offset
        self._newest_known = True

    def largest_timestamp(self) -> int:
        """Time of the newest record; when the file was last written to, if its records have no time."""
        timestamp = self.newest()[0]
        if timestamp < 0:
            directory, _, name = self.path.rpartition("/")
            timestamp = next(
                entry.modified_ms for entry in self._files.entries(directory) if entry.name == name
            )
        return timestamp

    # Writing

    def create_files(self) -> None:
        """Make the files of a new segment; they are opened when something is appended. OSError when that fails."""
        for suffix in (LOG_SUFFIX, INDEX_SUFFIX, TIME_INDEX_SUFFIX):
            file = self._files.open(self._path + suffix, create=True)
            try:
                if file.size():  # what a failed roll could not take back
                    file.truncate(0)
            finally:
                file.close()
        self._entries_exact = True
        self.dirty = True

    def begin_writing(self, max_index_bytes: int) -> None:
        """Get ready for appends; each index may grow to `max_index_bytes`. OSError when that fails."""
        index, time_index = self.index, self.time_index
        self._close_entry_files()
        if self.file.size() != self.size:  # what a failed write could not take back
            self.file.truncate(self.size)
        self._max_entries = max(max_index_bytes // OFFSET_ENTRY_BYTES, len(index) + 1)
        self._max_time_entries = max(max_index_bytes // TIME_ENTRY_BYTES, len(time_index) + 1)
        self._take_newest(*time_index.last)
        self.first_timestamp = self._first_timestamp() if self.size else -1
        self._unindexed_bytes = self.size - (index.positions[-1] if len(index) else 0)
        if not self._entries_exact:
            self._exact_entry_files()
            self._close_entry_files()
        self.writable = True
        self._written_from = self.size
        self._warmth = None  # what it knows of the end is true no more
        self.full = self._is_full()

    def _first_timestamp(self) -> int:
        return header_at(self.path, self.file.read(0, BATCH_OVERHEAD), 0, 0).max_timestamp

    def append(
        self,
        batch: Buffer,
        length: int,
        base_offset: int,
        last_offset: int,
        max_timestamp: int,
        leader_epoch: int,
    ) -> None:
        """Write one whole batch at the end, stamped with offset and leader epoch. OSError leaves all as it was."""
        position = self.size
        size = len(batch)
        if size != length + LENGTH_OVERHEAD:
            raise ValueError(f"A batch of {size} bytes says that it has {length + LENGTH_OVERHEAD}")
        indexed = self._unindexed_bytes > self._interval_bytes
        if self._torn:
            self._cut_torn_write()
        if indexed:
            # Before the batch: without it, entries beyond the counted ones mean nothing and are written over.
            self._write_entries(last_offset, position, max_timestamp)
        self.used = True
        try:
            (self._file or self.file).write(
                position, (stamp(base_offset, length, leader_epoch), batch[STAMP_BYTES:]), size
            )
        except OSError:
            self._torn = True
            self._try_to_cut_torn_write()
            raise
        self.size = position + size
        self.dirty = True
        if max_timestamp > self.max_timestamp:
            self.max_timestamp = max_timestamp
            self.max_timestamp_offset = last_offset
        if not position:
            self.first_timestamp = max_timestamp
        if indexed:
            self._index.append(last_offset - self.base_offset, position)  # type: ignore[union-attr]
            self._add_newest()
            self._entries_exact = True
            self._unindexed_bytes = size
            self.full = self._is_full()
        else:
            self._unindexed_bytes += size

    def _write_entries(self, last_offset: int, position: int, max_timestamp: int) -> None:
        index, times = self.index, self.time_index
        index_file, time_file = self._exact_entry_files()
        self._entries_exact = False  # until the batch is there too
        entry = index.encode_entry(last_offset - self.base_offset, position)
        index_file.write(len(index) * OFFSET_ENTRY_BYTES, (entry,), OFFSET_ENTRY_BYTES)
        offset = last_offset
        if max_timestamp <= self.max_timestamp:
            max_timestamp, offset = self.max_timestamp, self.max_timestamp_offset
        if max_timestamp > times.last[0]:
            entry = times.encode_entry(max_timestamp, offset - self.base_offset)
            time_file.write(len(times) * TIME_ENTRY_BYTES, (entry,), TIME_ENTRY_BYTES)

    def _exact_entry_files(self) -> tuple[File, File]:
        """The index files, open, with nothing in them but the entries that count. OSError when that fails."""
        if self._entry_files is None:
            self._entry_files = EntryFiles(self._files, *self.index_paths, self._open_files)
        index_file, time_file = self._entry_files.opened(self)
        if not self._entries_exact:
            index_file.truncate(len(self.index) * OFFSET_ENTRY_BYTES)
            time_file.truncate(len(self.time_index) * TIME_ENTRY_BYTES)
            self._entries_exact = True
        return index_file, time_file

    def _add_newest(self) -> None:
        times = self.time_index
        if self.max_timestamp > times.last[0]:
            times.append(self.max_timestamp, self.max_timestamp_offset - self.base_offset)

    def _is_full(self) -> bool:
        # The last entry of the time index is kept for the end of the segment.
        return len(self.index) >= self._max_entries or len(self.time_index) >= self._max_time_entries - 1

    def _cut_torn_write(self) -> None:
        self.file.truncate(self.size)
        self._torn = False

    def _try_to_cut_torn_write(self) -> None:
        try:
            self._cut_torn_write()
        except OSError:
            return  # still torn: the next append tries again, and a start after a crash finds no whole batch there

    def end_writing(self) -> None:
        """No more appends: end the time index with the largest timestamp. OSError when that fails."""
        if not self.writable:
            return
        if self._torn:
            self._cut_torn_write()
        if not self._entries_exact:
            self._exact_entry_files()
        times = self.time_index
        if self.max_timestamp > times.last[0]:
            entry = times.encode_entry(self.max_timestamp, self.max_timestamp_offset - self.base_offset)
            _, time_file = self._exact_entry_files()
            self._entries_exact = False
            time_file.write(len(times) * TIME_ENTRY_BYTES, (entry,), TIME_ENTRY_BYTES)
            self._add_newest()
            self._entries_exact = True
        self.dirty = True  # until now its indexes were not worth to be synced
        self.writable = False
        self._close_entry_files()

    def sync(self) -> None:
        """Make everything durable that was written. OSError when that fails."""
        self.dirty = True
        for suffix in SUFFIXES:
            if self._files.exists(self._path + suffix):
                file = self._files.open(self._path + suffix)
                try:
                    file.sync()
                finally:
                    file.close()
        self.dirty = False

    def begin_flush(self, flush: Flush) -> None:
        """Let it sync what was written since this was asked last. OSError when the file cannot be had.

        While the segment takes appends its indexes are left out: a start after a power loss makes them anew. The files
        of a closed one are opened when it is their turn, for there may be many.
        """
        if self.writable:
            flush.handles.append(self.file.duplicate())
        else:
            flush.paths += [self._path + suffix for suffix in SUFFIXES]
        self.dirty = False

    def truncate(self, position: int) -> None:
        """Forget the batches from `position` on. Ends writing."""
        self.file.truncate(position)
        self.size = position
        self._cursors.clear()
        self._warmth = None
        self._torn = False
        self.full = False
        self.rebuild_indexes()

    def rebuild_indexes(self) -> None:
        """Make both indexes anew from the log. Ends writing."""
        builder = IndexBuilder(self.base_offset, self._interval_bytes)
        for position, header, batch in self.batches():
            builder.add(
                position, len(batch), header.last_offset, header.max_timestamp if header.records_count else -1
            )
        builder.finish()
        self.replace_indexes(builder)

    def replace_indexes(self, builder: IndexBuilder) -> None:
        """Let both indexes, and their files, hold this. Ends writing."""
        self._close_entry_files()
        self.writable = False
        self.dirty = True
        self._index, self._time_index = builder.offsets, builder.times
        self._newest_known = False
        self._entries_exact = True
        for suffix, data in (
            (INDEX_SUFFIX, builder.offsets.encode()),
            (TIME_INDEX_SUFFIX, builder.times.encode()),
        ):
            if not self._has(suffix, data):  # most often a start after a kill finds them as they should be
                self._files.write_atomic(self._path + suffix, data, sync=False)

    def forget_indexes(self) -> None:
        """Remove the index files: they are made anew when they are needed."""
        self._files.unlink(self._path + INDEX_SUFFIX)
        self._files.unlink(self._path + TIME_INDEX_SUFFIX)

    def _has(self, suffix: str, data: bytes) -> bool:
        try:
            return self._files.read_bytes(self._path + suffix) == data
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Give back descriptors, maps and indexes of a segment that takes no appends; the next read gets them again."""
        if not self.writable:
            self._close_entry_files()
            self._give_back()

    def give_back(self) -> bool:
        """As `release`, of any segment. False when a failed write must be undone first."""
        if self.writable and (self._torn or not self._entries_exact):
            return False
        self._give_back()
        return True

    def _give_back(self) -> None:
        self._index = None
        self._time_index = None
        self._cursors.clear()
        file, self._file = self._file, None
        if self._open_files is not None:
            self._open_files.note(self, 0)
        if file is not None:
            file.close()

    def _note_open(self) -> None:
        if self._open_files is not None:
            self._open_files.note(self, 0 if self._file is None else self._file.descriptors)

    def abandon(self) -> None:
        """Give everything back without writing: the log is deleted, or the process is to look as if killed."""
        self.writable = False
        self.release()

    def _close_entry_files(self) -> None:
        if self._entry_files is not None:
            self._entry_files.close()
            self._entry_files = None

    def adopt_indexes(self, index: OffsetIndex, times: TimeIndex, exact: bool) -> None:
        """Take what `read_indexes` gave."""
        self._index, self._time_index, self._entries_exact = index, times, exact

    def _load_indexes(self) -> None:
        """From their files; made anew from the log when one is missing or bad."""
        if self.size == 0:
            self._index, self._time_index = OffsetIndex(), TimeIndex()
            return
        try:
            self.adopt_indexes(*read_indexes(self._files, *self.index_paths, self.size))
        except (BadIndex, FileNotFoundError):
            writable = self.writable
            self.rebuild_indexes()
            self.writable = writable
