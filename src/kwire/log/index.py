"""The two sparse indexes of a segment: `.index` (offset -> position) and `.timeindex` (timestamp -> offset).

Both are kept whole in memory while a segment is in use, in two columns that `bisect` can search, and as big-endian
pairs on disk. The files grow with their entries; those of Apache Kafka have their full size while their segment takes
appends, the rest being zeros, and are read all the same. Always holds: offsets and positions strictly rise, timestamps
and their offsets strictly rise.
"""

from __future__ import annotations

import struct
import sys
from array import array
from bisect import bisect_left, bisect_right

from kwire.log.seam import Files

OFFSET_ENTRY_BYTES = 8
TIME_ENTRY_BYTES = 12

_OFFSET_ENTRY = struct.Struct(">ii")
_TIME_ENTRY = struct.Struct(">qi")


class BadIndex(Exception):
    """The file is not an index of its segment; it can be made anew from the log."""


class OffsetIndex:
    """Entries (last offset of a batch, relative to the segment's base; position of that batch), in log order."""

    __slots__ = ("offsets", "positions")

    def __init__(self) -> None:
        self.offsets = array("i")
        self.positions = array("i")

    def __len__(self) -> int:
        return len(self.offsets)

    @staticmethod
    def encode_entry(offset: int, position: int) -> bytes:
        return _OFFSET_ENTRY.pack(offset, position)

    def append(self, offset: int, position: int) -> None:
        self.offsets.append(offset)
        self.positions.append(position)

    def floor(self, offset: int) -> int:
        """Where to begin to look for `offset` (relative): no batch before that position holds it."""
        found = bisect_right(self.offsets, offset)
        return self.positions[found - 1] if found else 0

    def floor_position(self, position: int) -> int:
        """The last indexed start of a batch at or before `position`."""
        found = bisect_right(self.positions, position)
        return self.positions[found - 1] if found else 0

    def truncate(self, position: int) -> None:
        """Forget batches that start at or after `position`."""
        keep = bisect_right(self.positions, position - 1)
        del self.offsets[keep:]
        del self.positions[keep:]

    def encode(self) -> bytes:
        both = array("i", bytes(8 * len(self)))
        both[::2] = self.offsets
        both[1::2] = self.positions
        return _big_endian(both)

    @classmethod
    def decode(cls, data: bytes | memoryview, log_size: int) -> OffsetIndex:
        """The index in a file; zeros at its end are room that was not used.

        Raises BadIndex when it cannot belong to a log of `log_size` bytes.
        """
        if len(data) % OFFSET_ENTRY_BYTES:
            raise BadIndex(f"its size of {len(data)} bytes is not a multiple of {OFFSET_ENTRY_BYTES}")
        both = array("i")
        both.frombytes(data)
        if sys.byteorder == "little":
            both.byteswap()
        index = cls()
        index.offsets = both[::2]
        index.positions = both[1::2]
        # No entry is zero, for the first batch of a segment has none; so the border to the zeros can be
        # searched for.
        keep = bisect_left(index.offsets, True, key=lambda offset: offset == 0)
        del index.offsets[keep:]
        del index.positions[keep:]
        if keep:
            # One comparison per column instead of one per entry: a file of ours that is damaged is damaged at
            # an end.
            if index.offsets[0] <= 0 or index.offsets[-1] < index.offsets[0]:
                raise BadIndex("its offsets do not rise")
            if index.positions[0] <= 0 or index.positions[-1] < index.positions[0]:
                raise BadIndex("its positions do not rise")
            if index.positions[-1] >= log_size:
                raise BadIndex(f"its last entry points to byte {index.positions[-1]} of {log_size}")
        return index


class TimeIndex:
    """Entries (largest timestamp so far; last offset, relative, of the batch that has it), both rising."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes | bytearray = b"") -> None:
        self._data = bytearray(data)  # as in the file: it is searched rarely, and never decoded whole

    def __len__(self) -> int:
        return len(self._data) // TIME_ENTRY_BYTES

    def __getitem__(self, at: int) -> tuple[int, int]:
        timestamp, offset = _TIME_ENTRY.unpack_from(self._data, at * TIME_ENTRY_BYTES)
        return timestamp, offset

    @staticmethod
    def encode_entry(timestamp: int, offset: int) -> bytes:
        return _TIME_ENTRY.pack(timestamp, offset)

    @property
    def last(self) -> tuple[int, int]:
        """The last entry; (-1, 0) when there is none."""
        return self[len(self) - 1] if self._data else (-1, 0)

    def append(self, timestamp: int, offset: int) -> None:
        self._data += _TIME_ENTRY.pack(timestamp, offset)

    def before(self, timestamp: int) -> int:
        """The relative offset up to which every record is older than `timestamp`, as far as this knows; or 0."""
        found = bisect_left(range(len(self)), timestamp, key=lambda at: self[at][0])
        return self[found - 1][1] if found else 0

    def truncate(self, offset: int) -> None:
        """Forget entries for `offset` (relative) and after."""
        keep = bisect_left(range(len(self)), offset, key=lambda at: self[at][1])
        del self._data[keep * TIME_ENTRY_BYTES :]

    def encode(self) -> bytes:
        return bytes(self._data)

    @classmethod
    def decode(cls, data: bytes | memoryview) -> TimeIndex:
        """The index in a file; zeros at its end are room that was not used. Raises BadIndex."""
        if len(data) % TIME_ENTRY_BYTES:
            raise BadIndex(f"its size of {len(data)} bytes is not a multiple of {TIME_ENTRY_BYTES}")
        count = len(data) // TIME_ENTRY_BYTES
        # Only the first entry can be zero (one record of time 0), and then a second entry or the file's end
        # follows.
        used = bisect_left(
            range(count), True, lo=min(1, count), key=lambda at: not any(data[at * 12 : at * 12 + 12])
        )
        if used == 1 and count > 1 and not any(data[:TIME_ENTRY_BYTES]):
            used = 0
        index = cls(bytes(data[: used * TIME_ENTRY_BYTES]))
        if used > 1 and (index.last[0] <= index[0][0] or index.last[1] <= index[0][1]):
            raise BadIndex("its entries do not rise")
        return index


def read_indexes(
    files: Files, index_path: str, time_index_path: str, log_size: int
) -> tuple[OffsetIndex, TimeIndex, bool]:
    """Both indexes of a log of `log_size` bytes, and whether their files end where they do.

    Raises BadIndex, OSError. In any thread.
    """
    offsets, times = files.read_bytes(index_path), files.read_bytes(time_index_path)
    index, time_index = OffsetIndex.decode(offsets, log_size), TimeIndex.decode(times)
    return (
        index,
        time_index,
        len(offsets) == len(index) * OFFSET_ENTRY_BYTES and len(times) == len(time_index) * TIME_ENTRY_BYTES,
    )


def read_last_timestamp(files: Files, time_index_path: str, *, warm: bool = False) -> tuple[int, int] | None:
    """The last entry of the time index of a closed segment, without the rest; None when it must be looked for.

    Raises OSError. In any thread; `warm` for one that may wait for the disk while others go on.
    """
    file = files.open(time_index_path, read_only=True)
    try:
        size = file.size()
        if size % TIME_ENTRY_BYTES:
            return None
        if warm:
            file.warm(max(size - TIME_ENTRY_BYTES, 0), size)
        timestamp, offset = _TIME_ENTRY.unpack(file.read(size - TIME_ENTRY_BYTES, size)) if size else (-1, 0)
        # Zeros are room that was not used, or one record of time 0.
        return (timestamp, offset) if timestamp or offset else None
    finally:
        file.close()


def _big_endian(values: array[int]) -> bytes:
    if sys.byteorder == "little":
        values.byteswap()
    return values.tobytes()


class IndexBuilder:
    """Makes both indexes from the batches of a segment, by the rules that appending follows."""

    __slots__ = (
        "_base_offset",
        "_interval_bytes",
        "_unindexed_bytes",
        "max_timestamp",
        "max_timestamp_offset",
        "offsets",
        "times",
    )

    def __init__(self, base_offset: int, interval_bytes: int) -> None:
        self.offsets = OffsetIndex()
        self.times = TimeIndex()
        self.max_timestamp = -1
        self.max_timestamp_offset = base_offset
        self._base_offset = base_offset
        self._interval_bytes = interval_bytes
        self._unindexed_bytes = 0

    def add(self, position: int, size: int, last_offset: int, max_timestamp: int) -> None:
        """The batch of `size` bytes at `position` comes next."""
        if max_timestamp > self.max_timestamp:
            self.max_timestamp = max_timestamp
            self.max_timestamp_offset = last_offset
        if self._unindexed_bytes > self._interval_bytes:
            self.offsets.append(last_offset - self._base_offset, position)
            self._add_time()
            self._unindexed_bytes = 0
        self._unindexed_bytes += size

    def finish(self) -> None:
        """No more batches: the time index ends with the largest timestamp."""
        self._add_time()

    def _add_time(self) -> None:
        if self.max_timestamp > self.times.last[0]:
            self.times.append(self.max_timestamp, self.max_timestamp_offset - self._base_offset)
