"""Finding records by time. The time index leads to a batch, which is opened to find the record.

With `warm` nothing waits for the disk: Cold is raised when what would warm it was ordered there (see `warming.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kwire.log.damage import CorruptLog
from kwire.log.scanning import header_at
from kwire.log.segment import Segment
from kwire.log.warming import CHUNK_BYTES, Cold, Warm
from kwire.records.batch import BATCH_OVERHEAD, BatchHeader, CorruptBatch, iter_records
from kwire.records.compression import DecompressionFailed

_ASKED_AT_ONCE = 16
"""The times of so many cold segments are ordered together, before the first of them is known."""


def first_since(
    segments: Sequence[Segment], timestamp: int, log_start_offset: int, warm: Warm | None = None
) -> tuple[int, int, int] | None:
    """(offset, timestamp, leader epoch) of the first record from the log start on that is at least that new."""
    cold = 0
    for segment in segments:
        if segment.size == 0:
            continue
        try:
            if segment.newest(warm)[0] < timestamp:
                continue
        except Cold:
            cold += 1
            if cold == _ASKED_AT_ONCE:
                raise
            continue
        if cold:
            raise Cold
        if warm is not None and not segment.has_indexes:
            segment.warmth.require_indexes(warm)
        relative = segment.time_index.before(timestamp)
        for position, header in _headers(segment, segment.index.floor(relative), warm):
            if header.max_timestamp < timestamp or header.last_offset < log_start_offset:
                continue
            batch = _read(segment, position, header.size, warm)
            found = _first_record(header, batch, timestamp, log_start_offset)
            if found is not None:
                return found
    if cold:
        raise Cold
    return None


def newest(
    segments: Sequence[Segment], log_start_offset: int, warm: Warm | None = None
) -> tuple[int, int, int] | None:
    """(timestamp, offset, leader epoch) of the first record that has the largest timestamp."""
    best: Segment | None = None
    timestamp = last_offset = -1
    cold = False
    for segment in segments:
        if segment.size:
            try:
                its_timestamp, its_offset = segment.newest(warm)
            except Cold:
                cold = True
                continue
            if its_timestamp > timestamp:
                best, timestamp, last_offset = segment, its_timestamp, its_offset
    if cold:
        raise Cold
    if best is None:
        return None
    position, header = next(_headers(best, best.position_of(last_offset, warm), warm))
    batch = _read(best, position, header.size, warm)
    found = _first_record(header, batch, timestamp, log_start_offset)
    return None if found is None else (found[1], found[0], found[2])


def _headers(segment: Segment, position: int, warm: Warm | None) -> Iterator[tuple[int, BatchHeader]]:
    """Position and header of every batch from `position` on. Raises CorruptLog."""
    while position < segment.size:
        header = header_at(segment.path, _read(segment, position, BATCH_OVERHEAD, warm), 0, position)
        if header.size < BATCH_OVERHEAD or position + header.size > segment.size:
            raise CorruptLog(segment.path, position, f"a batch says it has {header.size} bytes")
        yield position, header
        position += header.size


def _read(segment: Segment, position: int, size: int, warm: Warm | None) -> memoryview:
    if warm is not None:
        end = min(position + size, segment.size)
        segment.warmth.require(position, end, max(end, min(position + CHUNK_BYTES, segment.size)), warm)
    return memoryview(segment.file.read(position, position + size))


def _first_record(
    header: BatchHeader, batch: memoryview, timestamp: int, log_start_offset: int
) -> tuple[int, int, int] | None:
    try:
        for record in iter_records(batch, header):
            if record.timestamp >= timestamp and record.offset >= log_start_offset:
                return record.offset, record.timestamp, header.leader_epoch
    except (CorruptBatch, DecompressionFailed):
        # Batches are not opened when they come in, so one may not open: then it counts as a whole.
        return max(header.base_offset, log_start_offset), header.max_timestamp, header.leader_epoch
    return None
