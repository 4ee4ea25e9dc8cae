"""What groups must not forget, and how it lies in `__consumer_offsets`.

An offset was committed; a classic group is now this; a piece of a group of the newer protocols is now this
(`modern_events`). All are kept as Kafka keeps them: the key says what of, the value says what, no value is a tombstone,
and the last record of a key is the truth. Records of other kinds may lie in the same partitions, from a Kafka that had
the directory; they belong to groups of protocols that are not served, and of them only that they are there is an event.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import attrs

from kwire.codec.primitives import ZERO_UUID
from kwire.codec.stored import (
    decode_coordinator_record,
    encode_coordinator_key,
    encode_coordinator_value,
)
from kwire.codec.stored.group_metadata import GroupMetadataKey, GroupMetadataValue, MemberMetadata
from kwire.codec.stored.index import CONSUMER_OFFSETS
from kwire.codec.stored.legacy_offset_commit import LegacyOffsetCommitValue
from kwire.codec.stored.offset_commit import OffsetCommitKey, OffsetCommitValue
from kwire.on_first_use import OnFirstUse

if TYPE_CHECKING:
    from kwire.broker.groups import modern_events
    from kwire.broker.groups.modern_events import ModernEvent
else:
    modern_events = OnFirstUse("kwire.broker.groups.modern_events")

GROUPS_TOPIC = "__consumer_offsets"

GROUP_VALUE_VERSION = 3
OFFSET_VALUE_VERSION = 4
OFFSET_VALUE_VERSION_WITH_EXPIRY = 1
"""The one version that can say when an offset expires; it cannot say leader epoch and topic id."""

_LEGACY_OFFSET_KEY = 0


@attrs.frozen
class CommittedOffset:
    """How far a group has come in one partition: the next offset to read, and what the client noted beside it."""

    offset: int
    leader_epoch: int = -1
    metadata: str = ""
    commit_timestamp_ms: int = -1
    expire_timestamp_ms: int = -1
    """Set only by clients that asked for a retention of their own (OffsetCommit up to version 4); else -1."""
    topic_id: bytes = ZERO_UUID


@attrs.frozen
class OffsetCommitted:
    """A group's offset in one partition; None takes it away."""

    group_id: str
    topic: str
    partition: int
    committed: CommittedOffset | None


@attrs.frozen
class StoredMember:
    """A member of a generation, with what it asked for and what it got (both opaque, made by clients)."""

    member_id: str
    instance_id: str | None
    client_id: str
    client_host: str
    rebalance_timeout_ms: int
    session_timeout_ms: int
    subscription: bytes
    assignment: bytes


@attrs.frozen
class StoredGroup:
    """A group at rest: stable when it has members, empty when not."""

    protocol_type: str | None
    generation: int
    protocol_name: str | None
    leader_id: str | None
    state_timestamp_ms: int
    """Wall clock; -1 when the record is too old to say."""
    members: tuple[StoredMember, ...] = ()


@attrs.frozen
class GroupStored:
    """A group came to rest; None: it is gone."""

    group_id: str
    group: StoredGroup | None


@attrs.frozen
class OtherStored:
    """A record of a group of another protocol is there, or is gone.

    Nothing of it is used but its key: it has to go when the group goes, or becomes one of this protocol.
    """

    group_id: str
    key: bytes
    is_there: bool

    @property
    def kind(self) -> int:
        """The type of the record."""
        return int.from_bytes(self.key[:2], "big")


GroupEvent: TypeAlias = "OffsetCommitted | GroupStored | OtherStored | ModernEvent"

MODERN_KINDS = frozenset(
    kind
    for kind, (module, _) in CONSUMER_OFFSETS.items()
    if module.startswith(("consumer_group_", "share_group_"))
)
"""The types of the records of consumer and share groups: known without the code that reads them."""

OTHER_PROTOCOLS = {17: "streams"}
"""The record that says that a group of a protocol is there that is not served."""


def removals(others: Iterable[OtherStored]) -> list[OtherStored]:
    """Take records of one group away: Kafka asks for members before what they are members of."""
    gone = [attrs.evolve(other, is_there=False) for other in others]
    return sorted(gone, key=lambda other: (other.kind in OTHER_PROTOCOLS, -other.kind))


def encode_event(event: GroupEvent) -> tuple[bytes, bytes | None]:
    """Key and value of the record."""
    if isinstance(event, OffsetCommitted):
        return _offset_key(event.group_id, event.topic, event.partition), _encode_offset(event.committed)
    if isinstance(event, OtherStored):
        if event.is_there:
            raise ValueError("Records of other protocols are only ever taken away")
        return event.key, None
    if not isinstance(event, GroupStored):
        return modern_events.encode_modern(event)
    return encode_coordinator_key(GroupMetadataKey(event.group_id)), _encode_group(event.group)


@lru_cache(maxsize=4096)
def _offset_key(group_id: str, topic: str, partition: int) -> bytes:
    # The same few keys come again every few seconds, for as long as a consumer lives.
    return encode_coordinator_key(OffsetCommitKey(group_id, topic, partition))


def _encode_offset(committed: CommittedOffset | None) -> bytes | None:
    if committed is None:
        return None
    version = OFFSET_VALUE_VERSION
    if committed.expire_timestamp_ms >= 0:
        version = OFFSET_VALUE_VERSION_WITH_EXPIRY
    return encode_coordinator_value(
        OffsetCommitValue(
            committed.offset,
            committed.leader_epoch,
            committed.metadata,
            committed.commit_timestamp_ms,
            committed.expire_timestamp_ms,
            committed.topic_id,
        ),
        version,
    )


def _encode_group(group: StoredGroup | None) -> bytes | None:
    if group is None:
        return None
    return encode_coordinator_value(
        GroupMetadataValue(
            group.protocol_type or "",
            group.generation,
            group.protocol_name,
            group.leader_id,
            group.state_timestamp_ms,
            [
                MemberMetadata(
                    member.member_id,
                    member.instance_id,
                    member.client_id,
                    member.client_host,
                    member.rebalance_timeout_ms,
                    member.session_timeout_ms,
                    member.subscription,
                    member.assignment,
                )
                for member in group.members
            ],
        ),
        GROUP_VALUE_VERSION,
    )


def decode_event(key: bytes | None, value: bytes | None) -> GroupEvent | None:
    """The event in a record; None for a record of another kind. Raises MalformedFrame."""
    if key is None:
        return None
    record = decode_coordinator_record(GROUPS_TOPIC, key, value)
    if record is None:
        return None
    of, what = record
    if of.TYPE in (OffsetCommitKey.TYPE, _LEGACY_OFFSET_KEY):
        return OffsetCommitted(of.group, of.topic, of.partition, None if what is None else _committed(what))
    if of.TYPE == GroupMetadataKey.TYPE:
        return GroupStored(of.group, None if what is None else _group(what))
    if of.TYPE in MODERN_KINDS:
        return modern_events.decode_modern(of, what)
    return OtherStored(of.group_id, bytes(key), what is not None)


def _committed(value: OffsetCommitValue | LegacyOffsetCommitValue) -> CommittedOffset:
    if isinstance(value, LegacyOffsetCommitValue):
        return CommittedOffset(value.offset, -1, value.metadata, value.commit_timestamp)
    return CommittedOffset(
        value.offset,
        value.leader_epoch,
        value.metadata,
        value.commit_timestamp,
        value.expire_timestamp,
        value.topic_id,
    )


def _group(value: GroupMetadataValue) -> StoredGroup:
    return StoredGroup(
        protocol_type=value.protocol_type or None,
        generation=value.generation,
        protocol_name=value.protocol,
        leader_id=value.leader,
        state_timestamp_ms=value.current_state_timestamp,
        members=tuple(
            StoredMember(
                member_id=member.member_id,
                instance_id=member.group_instance_id,
                client_id=member.client_id,
                client_host=member.client_host,
                rebalance_timeout_ms=(
                    member.rebalance_timeout if member.rebalance_timeout >= 0 else member.session_timeout
                ),
                session_timeout_ms=member.session_timeout,
                subscription=member.subscription,
                assignment=member.assignment,
            )
            for member in value.members
        ),
    )
