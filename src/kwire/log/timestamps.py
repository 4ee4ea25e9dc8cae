"""Finding records by time. The time index leads to a batch, which is opened to find the record."""

from __future__ import annotations

from collections.abc import Sequence

from kwire.log.segment import Segment
from kwire.records.batch import BatchHeader, CorruptBatch, iter_records
from kwire.records.compression import DecompressionFailed


def first_since(
    segments: Sequence[Segment], timestamp: int, log_start_offset: int
) -> tuple[int, int, int] | None:
    """(offset, timestamp, leader epoch) of the first record from the log start on that is at least that new."""
    for segment in segments:
        if segment.size == 0 or segment.newest()[0] < timestamp:
            continue
        relative = segment.time_index.before(timestamp)
        for _, header, batch in segment.batches(segment.index.floor(relative)):
            if header.max_timestamp < timestamp or header.last_offset < log_start_offset:
                continue
            found = _first_record(header, batch, timestamp, log_start_offset)
            if found is not None:
                return found
    return None


def newest(segments: Sequence[Segment], log_start_offset: int) -> tuple[int, int, int] | None:
    """(timestamp, offset, leader epoch) of the first record that has the largest timestamp."""
    segment = max((each for each in segments if each.size), key=lambda each: each.newest()[0], default=None)
    if segment is None or segment.newest()[0] < 0:
        return None
    timestamp, last_offset = segment.newest()
    _, header, batch = next(segment.batches(segment.position_of(last_offset)))
    found = _first_record(header, batch, timestamp, log_start_offset)
    return None if found is None else (found[1], found[0], found[2])


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
