"""Opening a log that is there: its segments, its epochs, where it ends; after an unclean stop, what is cut.

Everything here works on a Log in the making, which nobody else sees yet. Always holds afterwards: what is served is
whole batches without a hole, or CorruptLog was raised and no batch was cut.
"""

from __future__ import annotations

import errno
from bisect import bisect_right
from functools import partial
from typing import TYPE_CHECKING

from kwire.log.aborted import AbortedTransactions, finder_from
from kwire.log.checkpoint import BadCheckpoint
from kwire.log.epochs import LeaderEpochs
from kwire.log.partition_metadata import FILE_NAME as PARTITION_METADATA
from kwire.log.partition_metadata import BadPartitionMetadata, read_topic_id
from kwire.log.recovery import FAILED_SYNC, Recovered, check_segment, clean_up, hole_between, next_whole_batch
from kwire.log.seam import Entry
from kwire.log.segment import LOG_SUFFIX, CorruptLog, Segment
from kwire.log.snapshot import Snapshots

if TYPE_CHECKING:
    from kwire.log.log import Log


def load(
    log: Log,
    *,
    clean: bool,
    recovery_point: int,
    log_start_offset: int,
    page_cache_kept: bool,
    unseen: bool,
    now_ms: int,
) -> None:
    """Fill a Log from the files in its directory; the arguments are those of `Log.open`, and so are the errors."""
    present = clean_up(log._files, log.directory, log._files.entries(log.directory))
    log._names_synced = clean
    _load_segments(log, present, now_ms)
    if FAILED_SYNC in present:
        page_cache_kept = False
        _forget_cache(log, recovery_point)
    _load_state(log, clean, log_start_offset)
    log._snapshots = Snapshots(log._files, log.directory, present)
    log.aborted = AbortedTransactions(log._files, log.directory, present)
    if not clean:
        if not page_cache_kept:
            log._snapshots.distrust(recovery_point)
        _recover(log, recovery_point, page_cache_kept)
    if not log._segments:
        log._add_segment(log_start_offset, now_ms)
    if clean and unseen and _end_is_known(log._active, recovery_point):
        log.log_end_offset = recovery_point
        if log._active.size:
            log._active.check_when_opened = partial(_check_end, log, recovery_point)
    elif clean or log.log_end_offset < log._active.base_offset:  # else recovery came to the end
        find_end(log)
    if log_start_offset > log.log_end_offset:
        _start_anew(log, log_start_offset, now_ms)
    log.log_start_offset = max(log_start_offset, log._bases[0])
    log.recovery_point = log.log_end_offset if clean else min(recovery_point, log.log_end_offset)
    trim_state(log)
    log._set_limits()


def _load_segments(log: Log, present: dict[str, Entry], now_ms: int) -> None:
    for name in sorted(present):
        if name.endswith(LOG_SUFFIX) and name[:-4].isdigit():
            base_offset = int(name[:-4])
            segment = log.segment(base_offset, present[name].size, now_ms)
            log._segments.append(segment)
            log._bases.append(base_offset)
    if log._segments:
        log._active = log._segments[-1]


def _forget_cache(log: Log, recovery_point: int) -> None:
    """A sync failed, and the process died of it, or soon after: what the machine still shows may not be on the disk.

    So what can be made anew is, even where it looks right.
    """
    for segment in log._segments[max(bisect_right(log._bases, recovery_point - 1) - 1, 0) :]:
        log._files.drop_cache(segment.path)
        segment.forget_indexes()
    log._epoch_file.renew()
    log._files.unlink(f"{log.directory}/{FAILED_SYNC}")


def _load_state(log: Log, clean: bool, log_start_offset: int) -> None:
    """Epochs and topic id. After a power loss their files may be torn; the batches tell the epochs.

    The epochs may also begin too late: they were cut with a log start that is forgotten.
    """
    try:
        if log.topic_id is None:
            log.topic_id = read_topic_id(log._files, log.directory)
        log.leader_epochs = log._epoch_file.read()
    except BadPartitionMetadata as error:
        path = f"{log.directory}/{PARTITION_METADATA}"
        if clean:
            raise CorruptLog(path, 0, str(error)) from error
        log._files.unlink(path)
    except BadCheckpoint as error:
        if clean:
            raise CorruptLog(log._epoch_file.path, 0, str(error)) from error
    if not clean and log._bases and log.leader_epochs.start_offset > max(log_start_offset, log._bases[0]):
        _rebuild_epochs(log)


def _rebuild_epochs(log: Log) -> None:
    log.leader_epochs = LeaderEpochs()
    for segment in log._segments:
        try:
            for _, header, _ in segment.batches():
                log.leader_epochs.assign(header.leader_epoch, header.base_offset)
        except CorruptLog:
            return  # recovery comes to the same place, and cuts
        finally:
            segment.release()


def _recover(log: Log, recovery_point: int, page_cache_kept: bool) -> None:
    """Check the segments from the one with the recovery point on.

    A log that ends with bytes that are no whole batch ends before them: nobody was told that they are written. When
    whole batches follow after such bytes, it depends. A power loss leaves that behind where nothing was synced: the
    log ends there, as in Kafka. Elsewhere it is damage, and cutting would throw away what is still good.
    """
    report = log.recovered = Recovered()
    # One batch before: the segment may have been closed, and its indexes cut, after it was made durable.
    first = max(bisect_right(log._bases, recovery_point - 1) - 1, 0)
    if first < len(log._bases):
        log.leader_epochs.truncate_end(log._bases[first])
    finder = finder_from(log, first)
    for at in range(first, len(log._segments)):
        segment = log._segments[at]
        position, end_offset = check_segment(segment, log.leader_epochs, finder, report)
        log.aborted.replace(segment.base_offset, finder.take())
        if report.damage is None and at + 1 < len(log._segments):
            compacted = log._config.compacted
            report.damage = hole_between(segment, end_offset, log._bases[at + 1], compacted=compacted)
        if report.damage is not None:
            if page_cache_kept or end_offset < recovery_point:
                _refuse_to_lose(log, at, position, end_offset, report.damage)
            _cut(log, at, position, report)
        log.log_end_offset = end_offset
        segment.release()
        if report.damage is not None:
            break


def _refuse_to_lose(log: Log, at: int, position: int, end_offset: int, damage: CorruptLog) -> None:
    """Raise CorruptLog when there are whole batches after the damage."""
    for segment in log._segments[at:]:
        view = memoryview(segment.file.read(position, segment.size))
        found = next_whole_batch(view, end_offset, segment.base_offset)
        del view
        if found is not None:
            where = f"{segment.path} at byte {position + found}"
            raise CorruptLog(
                damage.path,
                damage.position,
                f"{damage.reason}, and there are whole batches after it: {where}",
                offset=end_offset,
            )
        position = 0


def _cut(log: Log, at: int, position: int, report: Recovered) -> None:
    """Let the log end at a position of a segment, for good: what was cut must not come back by a power loss."""
    report.dropped_segments = len(log._segments) - at - 1
    report.truncated_bytes += sum(later.size for later in log._segments[at + 1 :])
    if report.dropped_segments:
        log._remove_segments(at + 1, len(log._segments))
        log._files.sync_directory(log.directory)
    segment = log._segments[at]
    log._names_synced = False
    segment.truncate(position)
    segment.sync()
    segment.release()


def _end_is_known(segment: Segment, recovery_point: int) -> bool:
    """After an orderly stop the recovery point of a log is its end, and nothing of the log need be read to know it."""
    return recovery_point > segment.base_offset if segment.size else recovery_point == segment.base_offset


def _check_end(log: Log, end_offset: int, segment: Segment) -> None:
    """Does the log end where it ended when it was closed? Raises CorruptLog once, and the log takes no appends then.

    Later touches get OSError.
    """
    if log.failed is not None:
        raise log.failed
    try:
        positions = segment.index.positions
        found = segment.base_offset
        for _, header, _ in segment.batches(positions[-1] if positions else 0):
            found = header.next_offset
        if found != end_offset:
            reason = f"the log ends with offset {found}, and did with {end_offset} when it was closed"
            raise CorruptLog(segment.path, segment.size, reason, offset=found)
    except CorruptLog as error:
        log.fail(OSError(errno.EIO, str(error)))
        raise


def find_end(log: Log) -> None:
    """The end of the log, from the batches after the last index entry."""
    segment = log._active
    log.log_end_offset = segment.base_offset
    if segment.size == 0:
        return
    try:
        positions = segment.index.positions
        for _, header, _ in segment.batches(positions[-1] if positions else 0):
            log.log_end_offset = header.next_offset
    except CorruptLog:  # closed in order, and yet not whole: look closely
        report = log.recovered = Recovered()
        finder = finder_from(log, len(log._segments) - 1)
        position, log.log_end_offset = check_segment(segment, log.leader_epochs, finder, report)
        log.aborted.replace(segment.base_offset, finder.take())
        _cut(log, len(log._segments) - 1, position, report)
    segment.release()


def _start_anew(log: Log, offset: int, now_ms: int) -> None:
    """Every record that is there was deleted already: go on after the deleted ones."""
    log._remove_segments(0, len(log._segments))
    log.leader_epochs.truncate_end(0)
    log._add_segment(offset, now_ms)
    log.log_end_offset = offset


def trim_state(log: Log) -> None:
    """Leave no epoch and no snapshot of what is not there."""
    changed = log.leader_epochs.truncate_end(log.log_end_offset)
    changed |= log.leader_epochs.truncate_start(log.log_start_offset)
    log._latest_epoch = log.leader_epochs.latest
    if changed or (log.recovered is not None and not log._epoch_file.has(log.leader_epochs)):
        log._epoch_file.write(log.leader_epochs)
    log._snapshots.truncate(log.log_end_offset)
