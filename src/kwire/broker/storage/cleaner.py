"""The cleaner: which compacted log is cleaned next, from where to where, and what it remembers.

It works on one log at a time, the dirtiest first, as a job that a worker performs. Always holds: what is cleaned is
closed, durable, below the last stable offset, and older than `min.compaction.lag.ms`; a log that cannot be cleaned
because it is damaged is left alone, and said so once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import attrs

from kwire.broker.jobs import WriteFile
from kwire.broker.partition import Partition
from kwire.log.checkpoint import CLEANER_OFFSETS, TopicPartition, encode_checkpoint
from kwire.log.cleaning import Cleaning
from kwire.log.compaction import Cleaned, Source, Task
from kwire.log.config import MAX_LONG, CleaningConfig
from kwire.log.log import Log, LogWriteFailed
from kwire.log.seam import Files
from kwire.log.segment import CorruptLog, Segment

if TYPE_CHECKING:
    from kwire.broker.broker import Broker


@attrs.define
class _Candidate:
    """A log that could be cleaned, and how much that would be worth."""

    partition: Partition
    segments: Sequence[Segment]
    """All that take part, from the log start on."""
    first_dirty_offset: int
    end_offset: int
    ratio: float
    is_due: bool
    """A record of it waits longer than `max.compaction.lag.ms`."""


class Cleaner:
    """The cleaner of one broker."""

    def __init__(self, broker: Broker) -> None:
        self.performed_by: Callable[[Files, Task], Cleaning] = Cleaning
        """How a run is performed; the edge may have a process for it."""
        self._broker = broker
        self._due = 0
        self._under_way: _CleaningJob | None = None
        self._uncleanable: set[TopicPartition] = set()
        self._dirty: dict[TopicPartition, int] = {}
        """Where the part begins that no run has seen yet."""

    def load(self) -> None:
        """Take up where the last broker left off (`cleaner-offset-checkpoint`)."""
        for directory in self._broker.storage.directories:
            self._dirty |= directory.cleaner_offsets
        self._rest()

    def forget(self, partition: Partition) -> None:
        """The topic is gone: one of the same name begins anew."""
        key = (partition.topic, partition.index)
        self._dirty.pop(key, None)
        self._uncleanable.discard(key)

    def stop(self) -> None:
        """The broker stops: what is not finished is given up."""
        if self._under_way is not None:
            self._under_way.cleaning.stop()

    def tick(self, now_ms: int) -> None:
        """Begin the next run when it is time."""
        if self._due > now_ms or self._under_way is not None:
            return
        candidate = self._choose() if self._broker.config.bool("log.cleaner.enable") else None
        if candidate is None:
            self._rest()
        else:
            self._under_way = _CleaningJob(self, candidate)
            self._broker.jobs.put(self._under_way)

    def next_deadline(self) -> int | None:
        return None if self._under_way is not None else self._due

    def _rest(self) -> None:
        self._due = self._broker.clock.monotonic_ms() + self._broker.config.int("log.cleaner.backoff.ms")

    # Choosing

    def _choose(self) -> _Candidate | None:
        """The log with the greatest dirty share among those that are worth it."""
        best: _Candidate | None = None
        for topic in self._broker.topics.by_name.values():
            if topic.partitions and topic.partitions[0].config.compacted:
                for partition in topic.partitions:
                    if partition.is_offline or (partition.topic, partition.index) in self._uncleanable:
                        continue
                    try:
                        found = self._judge(partition)
                    except (CorruptLog, OSError) as error:
                        self._give_up(partition, error)
                        continue
                    if found is not None and (best is None or found.ratio > best.ratio):
                        best = found
        return best

    def _judge(self, partition: Partition) -> _Candidate | None:
        """Is there enough to clean? Cheap for a log of one segment, which most are."""
        log, config = partition.log, partition.config.cleaning
        segments = log.segments
        if len(segments) < 2 or log.failed is not None:
            return None
        first_dirty = self._first_dirty_offset(partition)
        end = self._end_of_cleanable(partition, first_dirty, config)
        closed = [segment for segment in segments[:-1] if segment.base_offset < end]
        dirty_bytes = sum(_dirty_bytes(segments, at, first_dirty) for at in range(len(closed)))
        if not dirty_bytes:
            return None
        ratio = dirty_bytes / sum(segment.size for segment in closed)
        is_due = config.max_compaction_lag_ms < MAX_LONG and self._is_due(log, first_dirty, config)
        if ratio <= config.min_cleanable_dirty_ratio and not is_due:
            return None
        return _Candidate(partition, closed, first_dirty, end, ratio, is_due)

    def _first_dirty_offset(self, partition: Partition) -> int:
        log = partition.log
        noted = self._dirty.get((partition.topic, partition.index), 0)
        if noted > log.log_end_offset:  # it was cut since, or is another log
            return log.log_start_offset
        return max(noted, log.log_start_offset)

    def _end_of_cleanable(self, partition: Partition, first_dirty: int, config: CleaningConfig) -> int:
        """The base of the first segment that may not be cleaned yet."""
        log = partition.log
        segments = log.segments
        if segments[-1].base_offset > log.recovery_point:
            self._broker.flushing.want(partition)
        limit = min(partition.last_stable_offset, log.recovery_point)
        newest_ms = self._broker.clock.time_ms() - config.min_compaction_lag_ms
        end = segments[0].base_offset
        for at in range(len(segments) - 1):
            after = segments[at + 1].base_offset
            if after > limit:
                break
            if config.min_compaction_lag_ms and after > first_dirty and segments[at].newest()[0] > newest_ms:
                break
            end = after
        return end

    def _is_due(self, log: Log, first_dirty: int, config: CleaningConfig) -> bool:
        header = next(log.batches(first_dirty), None)
        if header is None:
            return False
        first_ms = header.max_timestamp if header.delete_horizon_ms is not None else header.base_timestamp
        return self._broker.clock.time_ms() - first_ms > config.max_compaction_lag_ms

    # Cleaning

    def task(self, candidate: _Candidate) -> Task:
        """What the worker needs to know."""
        partition = candidate.partition
        log, config = partition.log, self._broker.config
        buffer_bytes = config.int("log.cleaner.dedupe.buffer.size")
        load_factor = config.float("log.cleaner.io.buffer.load.factor")
        return Task(
            directory=log.directory,
            segments=[Source(segment.base_offset, segment.size) for segment in candidate.segments],
            first_dirty_offset=candidate.first_dirty_offset,
            end_offset=candidate.end_offset,
            now_ms=self._broker.clock.time_ms(),
            delete_retention_ms=partition.config.cleaning.delete_retention_ms,
            segment_bytes=log.config.segment_bytes,
            segment_index_bytes=log.config.segment_index_bytes,
            index_interval_bytes=log.config.index_interval_bytes,
            buffer_bytes=int(buffer_bytes * load_factor),
            producers=partition.producers.last_offsets(),
        )

    def _ended(self, job: _CleaningJob, error: Exception | None) -> None:
        self._under_way = None
        partition = job.candidate.partition
        if partition.deleted or partition.log is not job.log:
            self._rest()
        elif error is None and job.cleaning.result is not None:
            self._take_over(partition, job.cleaning.result)
            self._due = self._broker.clock.monotonic_ms()  # there may be more
        elif isinstance(error, OSError):
            self._broker.warn(f"{partition}: not cleaned: {error}")
            self._rest()
        elif error is not None:
            self._give_up(partition, error)
            self._rest()
        self._broker.deadline_changed.fire()

    def _take_over(self, partition: Partition, cleaned: Cleaned) -> None:
        now_ms = self._broker.clock.time_ms()
        try:
            whole = True
            for group in cleaned.groups:  # those after one that does not fit any more are thrown away as well
                whole = partition.log.replace_segments(group, now_ms) and whole
            self._broker.purging.look()
        except LogWriteFailed as error:
            self._broker.warn(f"{partition}: {error}")
            if partition.log.failed is not None:
                self._broker.reopening.failed(partition)
            self._rest()
            return
        if whole:
            self._dirty[partition.topic, partition.index] = cleaned.end_offset
            self._note(partition.log)

    def _note(self, log: Log) -> None:
        directory = self._broker.storage.directory_of(log)
        here = {
            (partition.topic, partition.index)
            for partition in self._broker.topics.partitions()
            if self._broker.storage.directory_of(partition.log) is directory
        }
        data = encode_checkpoint({key: offset for key, offset in self._dirty.items() if key in here})
        path = directory.own(CLEANER_OFFSETS)
        self._broker.jobs.put(WriteFile(self._broker.files, path, data, self._broker.warn))

    def _give_up(self, partition: Partition, error: Exception) -> None:
        self._uncleanable.add((partition.topic, partition.index))
        self._broker.warn(f"{partition} is not cleaned any more: {error}")


def _dirty_bytes(segments: Sequence[Segment], at: int, first_dirty: int) -> int:
    """Bytes of a closed segment that no run has seen. A run may have ended inside of it: then all of it counts."""
    return segments[at].size if segments[at + 1].base_offset > first_dirty else 0


@attrs.define(eq=False)
class _CleaningJob:
    _cleaner: Cleaner
    candidate: _Candidate
    log: Log = attrs.field(init=False)
    cleaning: Cleaning = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.log = self.candidate.partition.log
        cleaner = self._cleaner
        self.cleaning = cleaner.performed_by(cleaner._broker.files, cleaner.task(self.candidate))

    def begin(self) -> bool:
        if self.log.closed:
            self._cleaner._ended(self, None)
            return False
        return True

    def perform(self) -> None:
        self.cleaning.perform()

    def finish(self, error: Exception | None) -> None:
        self._cleaner._ended(self, error)
