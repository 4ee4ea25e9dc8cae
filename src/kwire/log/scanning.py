"""The way through the bytes of a `.log`, header by header. Each raises CorruptLog for a batch that is not whole."""

from __future__ import annotations

from collections.abc import Iterator

from kwire.log.damage import CorruptLog
from kwire.records.batch import (
    BATCH_OVERHEAD,
    LENGTH_OVERHEAD,
    SCAN,
    BatchHeader,
    Buffer,
    CorruptBatch,
    parse_header,
)

SMALLEST_LENGTH = BATCH_OVERHEAD - LENGTH_OVERHEAD
"""What the length field of a batch says at least."""


def iter_batches(
    path: str, view: memoryview, start: int, end: int
) -> Iterator[tuple[int, BatchHeader, memoryview]]:
    """Position in the file, header and bytes of every batch of `view`, which is the file from `start` to `end`."""
    position = start
    while position < end:
        at = position - start
        header = header_at(path, view, at, position)
        size = header.length + LENGTH_OVERHEAD
        if size < BATCH_OVERHEAD or at + size > len(view):
            raise CorruptLog(path, position, f"a batch says it has {size} bytes")
        yield position, header, view[at : at + size]
        position += size


def header_at(path: str, view: Buffer, at: int, position: int) -> BatchHeader:
    """The header at `at` of `view`, which is `position` in the file."""
    try:
        return parse_header(view, at)
    except CorruptBatch as error:
        raise CorruptLog(path, position, str(error)) from error


def find_in_window(path: str, window: Buffer, position: int, offset: int) -> tuple[bool, int]:
    """(found, where in the window the batch with `offset` starts); not found, where to go on after the window.

    `window` begins at `position` of the file, with a batch.
    """
    at = 0
    last = len(window) - SCAN.size
    if last < 0:
        raise CorruptLog(path, position, "the last batch is cut off")
    while at <= last:
        base_offset, length, last_offset_delta = SCAN.unpack_from(window, at)
        if base_offset + last_offset_delta >= offset:
            return True, at
        if length < SMALLEST_LENGTH:
            raise CorruptLog(path, position + at, f"a batch says it has {length} bytes")
        at += length + LENGTH_OVERHEAD
    return False, at
