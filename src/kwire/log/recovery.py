"""What a start finds in a partition directory, and how it is put right.

After an unclean stop every batch from the recovery point on is checked (size, format, CRC-32C, offsets); the
log ends before the first that is not whole, and the indexes are made anew. Leftovers of renames that a crash
cut short are finished or removed. Always holds afterwards: the directory has only whole batches, and no files
with a suffix of work in progress.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from kwire.log.epochs import LeaderEpochs
from kwire.log.index import IndexBuilder
from kwire.log.seam import Entry, Files
from kwire.log.segment import LOG_SUFFIX, MAX_INT, SUFFIXES, CorruptLog, Segment
from kwire.log.transactions import AbortedFinder
from kwire.log.trash import DELETED_SUFFIX
from kwire.records.batch import BATCH_OVERHEAD, MAGIC, TRANSACTIONAL, BatchHeader, crc_ok, parse_header

CLEANED_SUFFIX = ".cleaned"
SWAP_SUFFIX = ".swap"
TEMPORARY_SUFFIX = ".tmp"

FAILED_SYNC = "sync-failed"
"""An empty file in a partition directory that tells the next process what the page cache does not: not to trust it."""


@attrs.define
class Recovered:
    """What a recovery did, for the log lines of a start."""

    segments: int = 0
    """Segments that were checked."""
    bytes: int = 0
    """Bytes of whole batches in them."""
    truncated_bytes: int = 0
    damage: CorruptLog | None = None
    """Why the log was cut, with file and position; None when all was whole."""
    dropped_segments: int = 0
    """Later segments that were given up with it."""


def check_batch_at(view: memoryview, position: int, next_offset: int, base_offset: int) -> BatchHeader | str:
    """The header of the whole and valid batch at `position`, or why there is none."""
    left = len(view) - position
    if left < BATCH_OVERHEAD:
        return f"{left} bytes are left, a batch has at least {BATCH_OVERHEAD}"
    header = parse_header(view, position)
    size = header.size
    if size < BATCH_OVERHEAD or size > left:
        return f"a batch says it has {size} bytes, {left} are left"
    if header.magic != MAGIC:
        return f"a batch has format version {header.magic}, not {MAGIC}"
    if not crc_ok(view, position, size):
        return "a batch does not match its CRC-32C"
    if header.last_offset_delta < 0 or header.base_offset < next_offset:
        return f"a batch begins with offset {header.base_offset}, {next_offset} or more was due"
    if header.last_offset - base_offset > MAX_INT:
        return f"a batch ends with offset {header.last_offset}, too far from {base_offset}"
    return header


def check_segment(
    segment: Segment, epochs: LeaderEpochs, finder: AbortedFinder, report: Recovered
) -> tuple[int, int]:
    """Check every batch of a segment and make its indexes anew; position and offset where its whole batches end.

    Nothing is cut: when `report.damage` is set, the caller truncates the segment there, once it gave up the
    later ones; the other way round, a crash between the two would leave a log with a hole. Leader epochs that
    begin here are assigned, aborted transactions that end here are found. Raises CorruptLog for batches of a format
    from before Kafka 0.11.
    """
    view = memoryview(segment.file.read(0, segment.size))
    builder = IndexBuilder(segment.base_offset, segment.interval_bytes)
    position = 0
    end = len(view)
    next_offset = segment.base_offset
    while position < end:
        header = check_batch_at(view, position, next_offset, segment.base_offset)
        if isinstance(header, str):
            if (
                end - position >= BATCH_OVERHEAD
                and view[position + 16] < MAGIC
                and _is_old_batch(view, position)
            ):
                raise CorruptLog(segment.path, position, "record format versions 0 and 1 are not supported")
            report.damage = CorruptLog(segment.path, position, header, offset=next_offset)
            break
        size = header.size
        builder.add(position, size, header.last_offset, header.max_timestamp if header.records_count else -1)
        if header.leader_epoch > epochs.latest:
            epochs.assign(header.leader_epoch, header.base_offset)
        if header.attributes & TRANSACTIONAL:
            finder.add(header, view[position : position + size])
        next_offset = header.next_offset
        position += size
    del view
    report.segments += 1
    report.bytes += position
    report.truncated_bytes += segment.size - position
    if report.damage is None:
        builder.finish()
        segment.replace_indexes(builder)
    return position, next_offset


def next_whole_batch(view: memoryview, next_offset: int, base_offset: int) -> int | None:
    """Where in `view` a whole and valid batch begins that may come after `next_offset` in a segment; None for nowhere.

    What lies before it may be anything, so every place is tried that looks like a header: the high half of an offset
    that would fit, and the format version.
    """
    low = max(next_offset, base_offset)
    for high in sorted({low >> 32, (base_offset + MAX_INT) >> 32}):
        pattern = re.compile(b"(?s)(?=" + re.escape(high.to_bytes(4, "big")) + b".{12}\\x02)")
        for match in pattern.finditer(view):
            if isinstance(check_batch_at(view, match.start(), low, base_offset), BatchHeader):
                return match.start()
    return None


def hole_between(
    segment: Segment, end_offset: int, next_base_offset: int, *, compacted: bool
) -> CorruptLog | None:
    """What is wrong between a segment and the next: a power loss may take the end of a file and leave the next."""
    if end_offset == next_base_offset or (compacted and end_offset < next_base_offset):
        return None
    reason = f"the file ends, and the next segment begins with offset {next_base_offset}"
    return CorruptLog(segment.path, segment.size, reason, offset=end_offset)


def _is_old_batch(view: memoryview, position: int) -> bool:
    """Does a whole message of format 0 or 1 lie here? Its CRC-32 covers all after itself."""
    import zlib

    size = int.from_bytes(view[position + 8 : position + 12], "big", signed=True)
    if size < 14 or position + 12 + size > len(view):
        return False
    crc = int.from_bytes(view[position + 12 : position + 16], "big")
    return zlib.crc32(view[position + 16 : position + 12 + size]) == crc


def clean_up(files: Files, directory: str, entries: Iterable[Entry]) -> dict[str, Entry]:
    """Finish or remove what a crash left half done; the files that then are there, by name."""
    present = {entry.name: entry for entry in entries if not entry.is_directory}
    if all(name.endswith((*SUFFIXES, ".snapshot", ".metadata", "-checkpoint")) for name in present):
        return _without_orphans(files, directory, present)

    def remove(name: str) -> None:
        files.unlink(f"{directory}/{name}")
        del present[name]

    def base_offset(name: str) -> int:
        return int(name[:20]) if name[:20].isdigit() else -1

    for name in [name for name in present if name.endswith((DELETED_SUFFIX, TEMPORARY_SUFFIX))]:
        remove(name)
    cleaned = [name for name in present if name.endswith(CLEANED_SUFFIX)]
    first_cleaned = min(map(base_offset, cleaned), default=MAX_INT * MAX_INT)
    for name in cleaned:
        remove(name)
    for name in [
        name for name in present if name.endswith(SWAP_SUFFIX) and base_offset(name) >= first_cleaned
    ]:
        remove(name)
    swaps = [name for name in present if name.endswith(SWAP_SUFFIX)]
    logs = [name for name in swaps if name.endswith(LOG_SUFFIX + SWAP_SUFFIX)]
    if logs:
        first = min(map(base_offset, logs))
        last = max(_end_offset(files, f"{directory}/{name}", base_offset(name)) for name in logs)
        for name in [
            name for name in present if name.endswith(SUFFIXES) and first <= base_offset(name) < last
        ]:
            remove(name)
        files.sync_directory(directory)  # or what goes here comes back beside what is renamed below
    for name in swaps:
        final = name.removesuffix(SWAP_SUFFIX)
        files.rename(f"{directory}/{name}", f"{directory}/{final}")
        entry = present.pop(name)
        present[final] = entry._replace(name=final)
    return _without_orphans(files, directory, present)


def _without_orphans(files: Files, directory: str, present: dict[str, Entry]) -> dict[str, Entry]:
    """Without index files whose `.log` is not there."""
    for name in list(present):
        stem, dot, suffix = name.rpartition(".")
        if dot + suffix in SUFFIXES and stem + LOG_SUFFIX not in present:
            files.unlink(f"{directory}/{name}")
            del present[name]
    return present


def _end_offset(files: Files, path: str, base_offset: int) -> int:
    """The offset after the last whole batch of a file."""
    file = files.open(path)
    try:
        view = memoryview(file.read(0, file.size()))
        position = 0
        while isinstance(header := check_batch_at(view, position, base_offset, base_offset), BatchHeader):
            base_offset = header.next_offset
            position += header.size
        del view
    finally:
        file.close()
    return base_offset
