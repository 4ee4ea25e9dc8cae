"""What the share coordinator must not forget of a share partition, and how it lies in `__share_group_state` (KIP-932).

A snapshot is all of it; updates since then say what changed. The state of a share partition is its last snapshot and
the updates that follow it, and a snapshot without a value says that it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import attrs

from kwire.broker.share.runs import RecordState, Run, Runs
from kwire.codec.stored import (
    decode_coordinator_record,
    encode_coordinator_key,
    encode_coordinator_value,
)
from kwire.codec.stored.share_snapshot import ShareSnapshotKey, ShareSnapshotValue
from kwire.codec.stored.share_snapshot import StateBatch as SnapshotBatch
from kwire.codec.stored.share_update import ShareUpdateKey, ShareUpdateValue
from kwire.codec.stored.share_update import StateBatch as UpdateBatch
from kwire.log.partition_metadata import encode_uuid

SHARE_TOPIC = "__share_group_state"

UNKNOWN_OFFSET = -1
"""Nobody has found out yet where the group begins."""

UNKNOWN_COUNT = -1
_ARCHIVING = 3
"""A record on its way to a dead-letter queue (share.version 2): nobody is given it again."""


@attrs.frozen
class ShareKey:
    """A share partition: a partition, as one share group sees it."""

    group_id: str
    topic_id: bytes
    index: int

    def __str__(self) -> str:
        """The key by which its coordinator is found."""
        return f"{self.group_id}:{encode_uuid(self.topic_id)}:{self.index}"


@attrs.frozen
class StateBatch:
    """Records to which the same happened."""

    first: int
    last: int
    state: int
    """Available, acknowledged or archived, by their numbers."""
    deliveries: int


@attrs.frozen
class ShareState:
    """All that is known of a share partition."""

    snapshot_epoch: int
    state_epoch: int
    """Rises when an administrator moves where the group begins: who has an earlier one must not write."""
    leader_epoch: int
    """That of the leader that asked last: who has an earlier one must not write."""
    start_offset: int
    """-1 while nobody knows."""
    complete_count: int
    """Records from the start offset on that are done with; -1 while nobody knows."""
    batches: tuple[StateBatch, ...] = ()
    created_ms: int = -1
    written_ms: int = -1


@attrs.frozen
class SnapshotStored:
    """All that is known of a share partition now; None: it is gone."""

    key: ShareKey
    state: ShareState | None


@attrs.frozen
class UpdateStored:
    """What changed in a share partition since its snapshot of this epoch."""

    key: ShareKey
    snapshot_epoch: int
    leader_epoch: int
    start_offset: int
    complete_count: int
    batches: tuple[StateBatch, ...]


ShareEvent: TypeAlias = SnapshotStored | UpdateStored


def updated(state: ShareState, update: UpdateStored) -> ShareState:
    """What is known after an update."""
    start_offset = state.start_offset if update.start_offset == UNKNOWN_OFFSET else update.start_offset
    return attrs.evolve(
        state,
        leader_epoch=max(state.leader_epoch, update.leader_epoch),
        start_offset=start_offset,
        complete_count=update.complete_count,
        batches=merged(state.batches, update.batches, start_offset),
    )


def merged(
    before: Iterable[StateBatch], after: Iterable[StateBatch], start_offset: int
) -> tuple[StateBatch, ...]:
    """What is known of records from `start_offset` on: the newer of both, where both speak of one."""
    runs = Runs(to_runs(before))
    for run in to_runs(after):
        runs.put(run)
    if start_offset != UNKNOWN_OFFSET:
        runs.cut_below(start_offset)
    return to_batches(runs)


def to_runs(batches: Iterable[StateBatch]) -> list[Run]:
    return [
        Run(batch.first, batch.last, RecordState(batch.state), batch.deliveries)
        for batch in batches
        if batch.first <= batch.last
    ]


def to_batches(runs: Iterable[Run]) -> tuple[StateBatch, ...]:
    return tuple(StateBatch(run.first, run.last, run.state, run.deliveries) for run in runs)


def encode_event(event: ShareEvent) -> tuple[bytes, bytes | None]:
    """Key and value of the record."""
    key = event.key
    if isinstance(event, UpdateStored):
        return encode_coordinator_key(
            ShareUpdateKey(key.group_id, key.topic_id, key.index)
        ), encode_coordinator_value(
            ShareUpdateValue(
                snapshot_epoch=event.snapshot_epoch,
                leader_epoch=event.leader_epoch,
                start_offset=event.start_offset,
                delivery_complete_count=event.complete_count,
                state_batches=[
                    UpdateBatch(each.first, each.last, each.state, each.deliveries) for each in event.batches
                ],
            ),
            0,
        )
    state = event.state
    value = None
    if state is not None:
        value = encode_coordinator_value(
            ShareSnapshotValue(
                snapshot_epoch=state.snapshot_epoch,
                state_epoch=state.state_epoch,
                leader_epoch=state.leader_epoch,
                start_offset=state.start_offset,
                delivery_complete_count=state.complete_count,
                create_timestamp=state.created_ms,
                write_timestamp=state.written_ms,
                state_batches=[
                    SnapshotBatch(each.first, each.last, each.state, each.deliveries)
                    for each in state.batches
                ],
            ),
            0,
        )
    return encode_coordinator_key(ShareSnapshotKey(key.group_id, key.topic_id, key.index)), value


def decode_event(key: bytes | None, value: bytes | None) -> ShareEvent | None:
    """The event in a record; None for a record of another kind. Raises MalformedFrame."""
    if key is None:
        return None
    record = decode_coordinator_record(SHARE_TOPIC, key, value)
    if record is None:
        return None
    of, what = record
    share_key = ShareKey(of.group_id, of.topic_id, of.partition)
    if what is None:
        return SnapshotStored(share_key, None)
    batches = tuple(
        StateBatch(
            each.first_offset,
            each.last_offset,
            RecordState.ARCHIVED if each.delivery_state == _ARCHIVING else each.delivery_state,
            each.delivery_count,
        )
        for each in what.state_batches
    )
    if isinstance(what, ShareUpdateValue):
        return UpdateStored(
            share_key,
            what.snapshot_epoch,
            what.leader_epoch,
            what.start_offset,
            what.delivery_complete_count,
            batches,
        )
    return SnapshotStored(
        share_key,
        ShareState(
            snapshot_epoch=what.snapshot_epoch,
            state_epoch=what.state_epoch,
            leader_epoch=what.leader_epoch,
            start_offset=what.start_offset,
            complete_count=what.delivery_complete_count,
            batches=batches,
            created_ms=what.create_timestamp,
            written_ms=what.write_timestamp,
        ),
    )
