"""The share coordinator: what share groups did with partitions, on record (KIP-932).

A share partition belongs to the partition of `__share_group_state` that its key hashes to, and so to that partition's
leader. Leaders of the data ask here before they believe anything, and write here before they tell a client. Always
holds: nobody writes who has an older epoch than another one who asked, so that of two leaders only the newer one is
heard.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from kwire.broker.hashing import coordinator_index
from kwire.broker.journal import Journal, storage_is_elsewhere
from kwire.broker.partition import STORAGE_FAILURES, Partition
from kwire.broker.share.requests import (
    DeleteState,
    InitializeState,
    ReadState,
    Results,
    ShareRequest,
    StateRead,
    StateSummary,
    StateWrite,
    TopicIndex,
    WriteState,
)
from kwire.broker.share.state import (
    SHARE_TOPIC,
    UNKNOWN_COUNT,
    UNKNOWN_OFFSET,
    ShareEvent,
    ShareKey,
    ShareState,
    SnapshotStored,
    UpdateStored,
    decode_event,
    encode_event,
    merged,
    updated,
)
from kwire.codec import MalformedFrame
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import CorruptBatch
from kwire.records.compression import DecompressionFailed

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

log = logging.getLogger(__name__)

R = TypeVar("R")

PRUNE_EVERY_MS = 300_000
"""How often records are removed that no start needs any more."""

COLD_AFTER_MS = 300_000
"""A share partition whose snapshot is so old gets a new one, so that it does not hold back the pruning of others."""

EVENTS_PER_BATCH = 500


@attrs.define
class _Kept:
    """A share partition, and where its last snapshot is in the log."""

    state: ShareState
    snapshot_at: int
    updates: int = 0
    """How many there were since."""


class ShareCoordinator:
    """All the share partitions that this broker keeps."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._updates_per_snapshot = broker.config.int(
            "share.coordinator.snapshot.update.records.per.snapshot"
        )
        self._kept: dict[ShareKey, _Kept] = {}
        self._journal = Journal[ShareEvent](encode=encode_event, decode=decode_event, apply=self._apply)
        self._prune_due = broker.clock.monotonic_ms() + PRUNE_EVERY_MS

    # Start, and time

    def load(self) -> None:
        """Bring back every share partition that the log holds."""
        topic = self._broker.topics.get(SHARE_TOPIC)
        self.adopt(topic.partitions if topic is not None else ())

    def adopt(self, partitions: Iterable[Partition]) -> None:
        """Keep what is in these partitions from now on."""
        for partition in partitions:
            if not partition.is_offline:
                try:
                    self._journal.replay(partition)
                except (*STORAGE_FAILURES, CorruptBatch, DecompressionFailed, MalformedFrame) as error:
                    self._broker.topics.take_offline(partition, str(error))

    def tick(self, now_ms: int) -> None:
        """Do what is due."""
        if self._prune_due <= now_ms:
            self._prune_due = now_ms + PRUNE_EVERY_MS
            self.prune()

    def next_deadline(self) -> int:
        """When `tick` is wanted next, on the monotonic clock in milliseconds."""
        return self._prune_due

    def prune(self) -> None:
        """Remove what no start needs: everything below the oldest of the last snapshots."""
        topic = self._broker.topics.get(SHARE_TOPIC)
        if topic is None:
            return
        by_index: dict[int, list[ShareKey]] = {}
        for key in self._kept:
            by_index.setdefault(coordinator_index(str(key), len(topic.partitions)), []).append(key)
        moved = False
        for partition in topic.partitions:
            if not partition.is_offline:
                try:
                    moved = self._prune(partition, by_index.get(partition.index, [])) or moved
                except KafkaError as error:
                    log.warning("%s: could not be pruned: %s", partition, error)
        if moved:
            self._broker.log_starts_changed()

    def _prune(self, partition: Partition, keys: list[ShareKey]) -> bool:
        now_ms = self._broker.clock.time_ms()
        start = partition.log_start_offset
        if any(self._kept[key].snapshot_at > start for key in keys):
            cold = [key for key in keys if self._kept[key].state.written_ms <= now_ms - COLD_AFTER_MS]
            for first in range(0, len(cold), EVENTS_PER_BATCH):
                self._journal.write(
                    partition,
                    [self._snapshot(key, now_ms) for key in cold[first : first + EVENTS_PER_BATCH]],
                    now_ms,
                )
        needed = min((self._kept[key].snapshot_at for key in keys), default=partition.high_watermark)
        needed = min(needed, partition.high_watermark)
        if needed <= start:
            return False
        partition.advance_log_start(needed)
        return True

    def _snapshot(self, key: ShareKey, now_ms: int) -> SnapshotStored:
        """What is known, told as one."""
        state = self._kept[key].state
        return SnapshotStored(
            key, attrs.evolve(state, snapshot_epoch=state.snapshot_epoch + 1, written_ms=now_ms)
        )

    def topic_deleted(self, topic_id: bytes) -> None:
        """A topic is gone, and with it all that groups did with it."""
        for key in [key for key in self._kept if key.topic_id == topic_id]:
            try:
                self._write(self._partition(key), [SnapshotStored(key, None)])
            except KafkaError as error:
                # It carries the id of the topic that is gone, so that nobody takes it for one of a new one.
                log.warning("share partition %s of a deleted topic stays behind: %s", key, error)

    # Where

    def coordinator_of(self, key: ShareKey) -> int:
        """The node that keeps a share partition; makes the topic. Raises KafkaError(COORDINATOR_NOT_AVAILABLE)."""
        topic = self._broker.topics.ensure_internal(SHARE_TOPIC)
        partition = topic.partitions[coordinator_index(str(key), len(topic.partitions))]
        if partition.leader_id == self._broker.node_id and partition.is_offline:
            raise KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE, f"{partition}")
        return partition.leader_id

    def _partition(self, key: ShareKey) -> Partition:
        """Where a share partition is stored. Raises KafkaError(NOT_COORDINATOR) when that is elsewhere, or offline."""
        topic = self._broker.topics.get(SHARE_TOPIC)
        if topic is None:
            raise KafkaError(ErrorCode.NOT_COORDINATOR, f"There is no {SHARE_TOPIC}")
        partition = topic.partitions[coordinator_index(str(key), len(topic.partitions))]
        if partition.is_offline:
            raise KafkaError(ErrorCode.NOT_COORDINATOR, f"{partition}")
        return partition

    # Requests

    def answer(self, request: ShareRequest) -> Results:
        """A result for each partition."""
        group_id = request.group_id
        match request:
            case InitializeState():
                return self._each(group_id, request.partitions, self._initialize)
            case ReadState():
                return self._each(group_id, request.partitions, self._read)
            case WriteState():
                return self._each(group_id, request.partitions, self._update)
            case DeleteState():
                return self._each(group_id, dict.fromkeys(request.partitions), self._delete)
            case _:
                return self._each(group_id, dict.fromkeys(request.partitions), self._summarize)

    def _each(
        self, group_id: str, partitions: Any, act: Callable[[ShareKey, Partition, Any], Any]
    ) -> Results:
        results: dict[TopicIndex, Any] = {}
        for (topic_id, index), what in partitions.items():
            key = ShareKey(group_id, topic_id, index)
            try:
                if not group_id:
                    raise KafkaError(ErrorCode.INVALID_REQUEST, "The group id is empty.")
                if index < 0:
                    raise KafkaError(
                        ErrorCode.INVALID_REQUEST, "The partition id cannot be a negative number."
                    )
                results[topic_id, index] = act(key, self._partition(key), what)
            except KafkaError as error:
                results[topic_id, index] = error
        return results

    def _initialize(self, key: ShareKey, partition: Partition, what: tuple[int, int]) -> None:
        state_epoch, start_offset = what
        if state_epoch < 0:
            raise KafkaError(ErrorCode.INVALID_REQUEST, "The state epoch cannot be a negative number.")
        kept = self._kept.get(key)
        if kept is not None and kept.state.state_epoch > state_epoch:
            raise KafkaError(ErrorCode.FENCED_STATE_EPOCH)
        self._check_exists(key)
        if kept is not None and (kept.state.state_epoch, kept.state.start_offset) == what:
            return
        now_ms = self._broker.clock.time_ms()
        self._write(
            partition,
            [
                SnapshotStored(
                    key,
                    ShareState(
                        snapshot_epoch=0 if kept is None else kept.state.snapshot_epoch + 1,
                        state_epoch=state_epoch,
                        leader_epoch=0,
                        start_offset=start_offset,
                        complete_count=UNKNOWN_COUNT if start_offset == UNKNOWN_OFFSET else 0,
                        created_ms=now_ms,
                        written_ms=now_ms,
                    ),
                )
            ],
        )

    def _read(self, key: ShareKey, partition: Partition, leader_epoch: int) -> StateRead:
        if leader_epoch < 0:
            raise KafkaError(ErrorCode.INVALID_REQUEST, "The leader epoch cannot be a negative number.")
        kept = self._kept.get(key)
        if kept is None:
            raise KafkaError(
                ErrorCode.INVALID_REQUEST, "The state of a share partition is read that is not initialized."
            )
        state = kept.state
        if state.leader_epoch > leader_epoch:
            raise KafkaError(ErrorCode.FENCED_LEADER_EPOCH)
        self._check_exists(key)
        if state.leader_epoch != leader_epoch:  # from now on an earlier leader is not heard
            write = StateWrite(state.state_epoch, leader_epoch, state.start_offset, state.complete_count, ())
            self._write_change(key, partition, kept, write)
        return StateRead(state.state_epoch, state.start_offset, state.batches)

    def _update(self, key: ShareKey, partition: Partition, write: StateWrite) -> None:
        if write.leader_epoch < 0:
            raise KafkaError(ErrorCode.INVALID_REQUEST, "The leader epoch cannot be a negative number.")
        if write.state_epoch < 0:
            raise KafkaError(ErrorCode.INVALID_REQUEST, "The state epoch cannot be a negative number.")
        kept = self._kept.get(key)
        if kept is None:
            raise KafkaError(
                ErrorCode.INVALID_REQUEST,
                "The state of a share partition is written that is not initialized.",
            )
        state = kept.state
        if state.leader_epoch > write.leader_epoch:
            raise KafkaError(ErrorCode.FENCED_LEADER_EPOCH)
        if state.state_epoch > write.state_epoch:
            raise KafkaError(ErrorCode.FENCED_STATE_EPOCH)
        self._check_exists(key)
        complete_count = write.complete_count
        if write.start_offset == state.start_offset:
            complete_count = max(complete_count, state.complete_count)
        elif write.start_offset < state.start_offset:
            complete_count = state.complete_count
        start_offset = max(write.start_offset, state.start_offset)
        write = attrs.evolve(write, start_offset=start_offset, complete_count=complete_count)
        self._write_change(key, partition, kept, write)

    def _write_change(self, key: ShareKey, partition: Partition, kept: _Kept, write: StateWrite) -> None:
        """As an update, or with everything else as a snapshot when there were many updates since the last one."""
        state = kept.state
        update = UpdateStored(
            key,
            state.snapshot_epoch,
            write.leader_epoch,
            write.start_offset,
            write.complete_count,
            merged((), write.batches, write.start_offset),
        )
        event: ShareEvent = update
        if kept.updates >= self._updates_per_snapshot:
            now_ms = self._broker.clock.time_ms()
            event = SnapshotStored(
                key,
                attrs.evolve(
                    updated(state, update),
                    snapshot_epoch=state.snapshot_epoch + 1,
                    created_ms=now_ms,
                    written_ms=now_ms,
                ),
            )
        self._write(partition, [event])

    def _delete(self, key: ShareKey, partition: Partition, nothing: None) -> None:
        self._check_exists(key)
        if key in self._kept:
            self._write(partition, [SnapshotStored(key, None)])

    def _summarize(self, key: ShareKey, partition: Partition, nothing: None) -> StateSummary:
        self._check_exists(key)
        kept = self._kept.get(key)
        if kept is None:
            return StateSummary(0, 0, UNKNOWN_OFFSET, UNKNOWN_COUNT)
        state = kept.state
        partition.owe_all()  # what is told here must not be gone after a power loss
        return StateSummary(state.state_epoch, state.leader_epoch, state.start_offset, state.complete_count)

    def _check_exists(self, key: ShareKey) -> None:
        topic = self._broker.topics.by_id.get(key.topic_id)
        if topic is None or key.index >= len(topic.partitions):
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)

    # The log

    def _write(self, partition: Partition, events: list[ShareEvent]) -> None:
        """Raises KafkaError, NOT_COORDINATOR when the disk fails."""
        with storage_is_elsewhere():
            self._journal.write(partition, events, self._broker.clock.time_ms())

    def _apply(self, event: ShareEvent, record_offset: int, timestamp_ms: int) -> None:
        """The only place where durable state changes."""
        kept = self._kept.get(event.key)
        if isinstance(event, UpdateStored):
            if kept is not None:
                kept.state = updated(kept.state, event)
                kept.updates += 1
        elif event.state is None:
            self._kept.pop(event.key, None)
        else:
            self._kept[event.key] = _Kept(event.state, record_offset)
