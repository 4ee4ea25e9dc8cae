"""When the cluster's metadata is written down as a snapshot, and which snapshots stay.

With `metadata.log.max.record.bytes.between.snapshots` and `metadata.log.max.snapshot.interval.ms` a start reads one
snapshot and little log; with `metadata.max.retention.bytes` and `.ms` older ones go, and the log before them. Always
holds: a snapshot stands only for records that are durable, and the log begins no later than the newest one ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from kwire.broker.metadata.snapshot import SnapshotId, encode_snapshot, last_timestamp, snapshots
from kwire.codec import MalformedFrame
from kwire.log.log import LogWriteFailed
from kwire.records.batch import CorruptBatch

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.metadata.cluster import ClusterMetadata


class Snapshotting:
    """The snapshots of the cluster's metadata."""

    def __init__(self, broker: Broker, metadata: ClusterMetadata) -> None:
        self._broker = broker
        self._metadata = metadata
        config = broker.config
        self._max_bytes = config.int("metadata.log.max.record.bytes.between.snapshots")
        self._interval_ms = config.int("metadata.log.max.snapshot.interval.ms")
        self._retention_bytes = config.int("metadata.max.retention.bytes")
        self._retention_ms = config.int("metadata.max.retention.ms")
        self._bytes = 0  # in the log after the newest snapshot
        self._last_timestamp_ms = 0  # of the last record in the log
        self._taken: dict[SnapshotId, tuple[int, int]] = {}  # size, and until when it tells
        self._under_way = False

    def found(self, directory: str) -> None:
        """A start found the snapshots of this directory."""
        entries = {entry.name: entry for entry in self._broker.files.entries(directory)}
        for snapshot in snapshots(self._broker.files, directory):
            entry = entries[snapshot.file_name]
            try:
                told_until_ms = last_timestamp(self._broker.files, f"{directory}/{snapshot.file_name}")
            except (CorruptBatch, MalformedFrame):
                told_until_ms = (
                    entry.modified_ms
                )  # the newest was read and is whole; this one is only to be removed
            self._taken[snapshot] = entry.size, told_until_ms

    def appended(self, size: int, timestamp_ms: int) -> None:
        """So much of the log came after the newest snapshot."""
        self._bytes += size
        self._last_timestamp_ms = max(self._last_timestamp_ms, timestamp_ms)

    def consider(self) -> None:
        """Take a snapshot if it is time for one. Asked after each flush of the log, and now and then."""
        if self._under_way or not self._is_possible():
            return
        if self._bytes >= self._max_bytes or (self._bytes and self._is_due()):
            self._under_way = True
            self._broker.jobs.put(_SnapshotJob(self))

    def _is_due(self) -> bool:
        if not self._interval_ms:
            return False
        told_until_ms = max((until_ms for _, until_ms in self._taken.values()), default=0)
        return self._broker.clock.time_ms() - told_until_ms >= self._interval_ms

    def _is_possible(self) -> bool:
        log = self._metadata.log
        # What is not known cannot be said again: with such records the log stays whole.
        return not (
            log.failed or log.recovery_point < log.log_end_offset or self._metadata.image.unknown_records
        )

    def _begin(self) -> tuple[SnapshotId, bytes, str] | None:
        """The snapshot of now, as the content of a file and its path. None when there cannot be one now."""
        metadata = self._metadata
        if not self._is_possible():
            self._under_way = False
            return None
        data = encode_snapshot(
            metadata.quorum,
            map(metadata.encode_value, metadata.image.records()),
            last_timestamp_ms=self._last_timestamp_ms,
            now_ms=self._broker.clock.time_ms(),
        )
        self._bytes = 0
        snapshot = SnapshotId(metadata.log.log_end_offset, metadata.leader_epoch)
        return snapshot, data, f"{metadata.log.directory}/{snapshot.file_name}"

    def _finish(self, snapshot: SnapshotId, size: int, error: Exception | None) -> None:
        self._under_way = False
        if error is not None:
            self._broker.warn(f"The metadata's snapshot {snapshot.file_name} was not written: {error}")
            return
        self._taken[snapshot] = size, self._last_timestamp_ms
        try:
            self._remove_old()
        except (LogWriteFailed, OSError) as failure:
            self._broker.warn(f"Old metadata was not removed: {failure}")

    def _remove_old(self) -> None:
        """As Kafka does: the oldest goes, and the log before the next, while there is too much or it is too old."""
        log = self._metadata.log
        now_ms = self._broker.clock.time_ms()
        while len(self._taken) > 1:
            oldest, following = sorted(self._taken)[:2]
            _, told_until_ms = self._taken[oldest]
            size = log.size_bytes + sum(size for size, _ in self._taken.values())
            too_much = 0 <= self._retention_bytes < size
            too_old = 0 <= self._retention_ms < now_ms - told_until_ms
            if not (too_much or too_old):
                return
            log.advance_log_start(following.end_offset)
            self._broker.files.unlink(f"{log.directory}/{oldest.file_name}")
            del self._taken[oldest]


@attrs.define(eq=False)
class _SnapshotJob:
    """One snapshot on its way to the disk."""

    _owner: Snapshotting
    _begun: tuple[SnapshotId, bytes, str] | None = None

    def begin(self) -> bool:
        self._begun = self._owner._begin()
        return self._begun is not None

    def perform(self) -> None:
        assert self._begun is not None
        _, data, path = self._begun
        self._owner._broker.files.write_atomic(path, data, sync=True)

    def finish(self, error: Exception | None) -> None:
        assert self._begun is not None
        snapshot, data, _ = self._begun
        self._owner._finish(snapshot, len(data), error)
