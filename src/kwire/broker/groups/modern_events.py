"""What groups of the newer protocols must not forget, and how it lies in `__consumer_offsets` (KIP-848, KIP-932).

Consumer and share groups are kept in the same five pieces: the group with its epoch, who is in it, the epoch of the
target assignment, the target of each member, and where each member stands on the way there. They lie under different
keys: `Family` says which. What a record has that its family does not know is left at its default. No value is a
tombstone, as everywhere.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, TypeAlias

import attrs

from kwire.broker.groups.assignment import Assignment, Owned, as_assignment
from kwire.broker.groups.share_partitions import KIND as SHARE_PARTITIONS
from kwire.broker.groups.share_partitions import SharePartitions, of_record, to_record
from kwire.codec.stored import consumer_group_current_member_assignment as consumer_current
from kwire.codec.stored import consumer_group_member_metadata as consumer_member
from kwire.codec.stored import consumer_group_metadata as consumer_group
from kwire.codec.stored import consumer_group_partition_metadata as consumer_partitions
from kwire.codec.stored import consumer_group_regular_expression as consumer_regex
from kwire.codec.stored import consumer_group_target_assignment_member as consumer_target
from kwire.codec.stored import consumer_group_target_assignment_metadata as consumer_targets
from kwire.codec.stored import encode_coordinator_key, encode_coordinator_value
from kwire.codec.stored import share_group_current_member_assignment as share_current
from kwire.codec.stored import share_group_member_metadata as share_member
from kwire.codec.stored import share_group_metadata as share_group
from kwire.codec.stored import share_group_target_assignment_member as share_target
from kwire.codec.stored import share_group_target_assignment_metadata as share_targets


@attrs.frozen(eq=False)
class Family:
    """Keys and values of the records of one protocol, in the order of the events below."""

    name: str
    group: Any
    group_value: Any
    member: Any
    member_value: Any
    targets: Any
    targets_value: Any
    target: Any
    target_value: Any
    current: Any
    current_value: Any

    def __repr__(self) -> str:
        return self.name

    @property
    def kinds(self) -> tuple[int, ...]:
        """The types of its records."""
        keys = (self.group, self.member, self.targets, self.target, self.current)
        return tuple(key.TYPE for key in keys)


CONSUMER = Family(
    "consumer",
    consumer_group.ConsumerGroupMetadataKey,
    consumer_group.ConsumerGroupMetadataValue,
    consumer_member.ConsumerGroupMemberMetadataKey,
    consumer_member.ConsumerGroupMemberMetadataValue,
    consumer_targets.ConsumerGroupTargetAssignmentMetadataKey,
    consumer_targets.ConsumerGroupTargetAssignmentMetadataValue,
    consumer_target.ConsumerGroupTargetAssignmentMemberKey,
    consumer_target.ConsumerGroupTargetAssignmentMemberValue,
    consumer_current.ConsumerGroupCurrentMemberAssignmentKey,
    consumer_current.ConsumerGroupCurrentMemberAssignmentValue,
)
SHARE = Family(
    "share",
    share_group.ShareGroupMetadataKey,
    share_group.ShareGroupMetadataValue,
    share_member.ShareGroupMemberMetadataKey,
    share_member.ShareGroupMemberMetadataValue,
    share_targets.ShareGroupTargetAssignmentMetadataKey,
    share_targets.ShareGroupTargetAssignmentMetadataValue,
    share_target.ShareGroupTargetAssignmentMemberKey,
    share_target.ShareGroupTargetAssignmentMemberValue,
    share_current.ShareGroupCurrentMemberAssignmentKey,
    share_current.ShareGroupCurrentMemberAssignmentValue,
)


class Progress(IntEnum):
    """Where a member stands on the way to its target, by the numbers that Kafka writes."""

    STABLE = 0
    UNREVOKED_PARTITIONS = 1
    """It has to give partitions up, and say so."""
    UNRELEASED_PARTITIONS = 2
    """It waits for partitions that others have not given up yet."""
    UNKNOWN = 127
    """A Kafka wrote it that knows more."""


@attrs.frozen
class ClassicSide:
    """What a member of the classic protocol said that the newer one does not know (migration)."""

    session_timeout_ms: int
    protocols: tuple[tuple[str, bytes], ...]
    """(name, metadata), the one it likes best first."""


@attrs.frozen
class StoredMember:
    """A member, as it described itself."""

    member_id: str
    instance_id: str | None = None
    rack_id: str | None = None
    client_id: str = ""
    client_host: str = ""
    topics: tuple[str, ...] = ()
    """The names that it subscribes to, sorted, each once."""
    regex: str = ""
    rebalance_timeout_ms: int = -1
    server_assignor: str | None = None
    classic: ClassicSide | None = None


@attrs.frozen
class Current:
    """Where a member stands: what it has, and what it has to give up."""

    epoch: int = 0
    previous_epoch: int = 0
    progress: Progress = Progress.STABLE
    assigned: Owned = attrs.Factory(dict)
    revoking: Owned = attrs.Factory(dict)


@attrs.frozen
class GroupEpoch:
    """The group is at this epoch; None: it is gone."""

    family: Family
    group_id: str
    epoch: int | None
    metadata_hash: int = 0


@attrs.frozen
class MemberStored:
    """Somebody is in the group, like this; None: no more."""

    family: Family
    group_id: str
    member_id: str
    member: StoredMember | None


@attrs.frozen
class TargetEpoch:
    """The group epoch that the target assignment was made for; None: there is none."""

    family: Family
    group_id: str
    epoch: int | None
    timestamp_ms: int = 0


@attrs.frozen
class TargetStored:
    """What a member is to have; None: nothing is known of it."""

    family: Family
    group_id: str
    member_id: str
    target: Assignment | None


@attrs.frozen
class CurrentStored:
    """Where a member stands; None: nowhere."""

    family: Family
    group_id: str
    member_id: str
    current: Current | None


@attrs.frozen
class RegexResolved:
    """The topics that a regular expression of a consumer group stands for; None: nobody uses it."""

    group_id: str
    regex: str
    topics: frozenset[str] | None
    version: int = 0
    """The metadata offset that it was resolved at."""
    timestamp_ms: int = 0

    family = CONSUMER


@attrs.frozen
class PartitionMetadataGone:
    """What consumer groups wrote of their topics before Kafka 4.1: only ever taken away."""

    group_id: str
    is_there: bool = False

    family = CONSUMER


@attrs.frozen
class SharePartitionsStored:
    """A share group has begun with these partitions; None: it is gone."""

    group_id: str
    partitions: SharePartitions | None

    family = SHARE


ModernEvent: TypeAlias = (
    GroupEpoch
    | MemberStored
    | TargetEpoch
    | TargetStored
    | CurrentStored
    | RegexResolved
    | PartitionMetadataGone
    | SharePartitionsStored
)

_FAMILY_OF = {kind: family for family in (CONSUMER, SHARE) for kind in family.kinds}
KINDS = frozenset(
    (
        *CONSUMER.kinds,
        *SHARE.kinds,
        SHARE_PARTITIONS,
        consumer_regex.ConsumerGroupRegularExpressionKey.TYPE,
        consumer_partitions.ConsumerGroupPartitionMetadataKey.TYPE,
    )
)
"""The types of records that are events here."""


def is_removal(event: ModernEvent) -> bool:
    """Is it a tombstone?"""
    match event:
        case GroupEpoch(epoch=None) | MemberStored(member=None) | TargetEpoch(epoch=None):
            return True
        case TargetStored(target=None) | CurrentStored(current=None) | RegexResolved(topics=None):
            return True
        case PartitionMetadataGone(is_there=is_there):
            return not is_there
        case SharePartitionsStored(partitions=None):
            return True
    return False


def is_end(event: ModernEvent) -> bool:
    """Does it say that the group is gone?"""
    return isinstance(event, GroupEpoch) and event.epoch is None


def encode_modern(event: ModernEvent) -> tuple[bytes, bytes | None]:
    """Key and value of the record."""
    key, value = _record(event)
    return encode_coordinator_key(key), None if value is None else encode_coordinator_value(value, 0)


def _record(event: ModernEvent) -> tuple[Any, Any]:
    of = event.family
    match event:
        case GroupEpoch(group_id=group_id, epoch=epoch, metadata_hash=metadata_hash):
            return of.group(group_id), None if epoch is None else of.group_value(epoch, metadata_hash)
        case MemberStored(group_id=group_id, member_id=member_id, member=member):
            return of.member(group_id, member_id), None if member is None else _member_value(of, member)
        case TargetEpoch(group_id=group_id, epoch=epoch, timestamp_ms=timestamp_ms):
            return of.targets(group_id), None if epoch is None else of.targets_value(epoch, timestamp_ms)
        case TargetStored(group_id=group_id, member_id=member_id, target=target):
            return of.target(group_id, member_id), None if target is None else _target_value(of, target)
        case CurrentStored(group_id=group_id, member_id=member_id, current=current):
            return of.current(group_id, member_id), None if current is None else _current_value(of, current)
        case RegexResolved(group_id=group_id, regex=regex, topics=topics):
            key = consumer_regex.ConsumerGroupRegularExpressionKey(group_id, regex)
            if topics is None:
                return key, None
            return key, consumer_regex.ConsumerGroupRegularExpressionValue(
                sorted(topics), event.version, event.timestamp_ms
            )
        case PartitionMetadataGone(group_id=group_id):
            return consumer_partitions.ConsumerGroupPartitionMetadataKey(group_id), None
        case SharePartitionsStored(group_id=group_id, partitions=partitions):
            return to_record(group_id, partitions)


def _member_value(of: Family, member: StoredMember) -> Any:
    if of is SHARE:
        return share_member.ShareGroupMemberMetadataValue(
            member.rack_id, member.client_id, member.client_host, [*member.topics]
        )
    classic = member.classic
    return consumer_member.ConsumerGroupMemberMetadataValue(
        instance_id=member.instance_id,
        rack_id=member.rack_id,
        client_id=member.client_id,
        client_host=member.client_host,
        subscribed_topic_names=[*member.topics],
        subscribed_topic_regex=member.regex,
        rebalance_timeout_ms=member.rebalance_timeout_ms,
        server_assignor=member.server_assignor,
        classic_member_metadata=None
        if classic is None
        else consumer_member.ClassicMemberMetadata(
            classic.session_timeout_ms,
            [consumer_member.ClassicProtocol(name, metadata) for name, metadata in classic.protocols],
        ),
    )


def _target_value(of: Family, target: Assignment) -> Any:
    part = share_target.TopicPartition if of is SHARE else consumer_target.TopicPartition
    return of.target_value([part(topic_id, sorted(partitions)) for topic_id, partitions in target.items()])


def _current_value(of: Family, current: Current) -> Any:
    if of is SHARE:
        return share_current.ShareGroupCurrentMemberAssignmentValue(
            current.epoch,
            current.previous_epoch,
            int(current.progress),
            [
                share_current.TopicPartitions(topic_id, sorted(partitions))
                for topic_id, partitions in current.assigned.items()
            ],
        )
    return consumer_current.ConsumerGroupCurrentMemberAssignmentValue(
        current.epoch,
        current.previous_epoch,
        int(current.progress),
        _with_epochs(current.assigned),
        _with_epochs(current.revoking),
    )


def _with_epochs(owned: Owned) -> list[consumer_current.TopicPartitions]:
    return [
        consumer_current.TopicPartitions(
            topic_id, sorted(partitions), [partitions[index] for index in sorted(partitions)]
        )
        for topic_id, partitions in owned.items()
    ]


def decode_modern(key: Any, value: Any) -> ModernEvent:
    """The event in a record of one of `KINDS`, from its decoded key and value."""
    kind, group_id = key.TYPE, key.group_id
    if kind == consumer_regex.ConsumerGroupRegularExpressionKey.TYPE:
        if value is None:
            return RegexResolved(group_id, key.regular_expression, None)
        topics = frozenset(value.topics)
        return RegexResolved(group_id, key.regular_expression, topics, value.version, value.timestamp)
    if kind == consumer_partitions.ConsumerGroupPartitionMetadataKey.TYPE:
        return PartitionMetadataGone(group_id, is_there=value is not None)
    if kind == SHARE_PARTITIONS:
        return SharePartitionsStored(group_id, of_record(value))
    family = _FAMILY_OF[kind]
    if kind == family.group.TYPE:
        if value is None:
            return GroupEpoch(family, group_id, None)
        return GroupEpoch(family, group_id, value.epoch, value.metadata_hash)
    if kind == family.targets.TYPE:
        if value is None:
            return TargetEpoch(family, group_id, None)
        return TargetEpoch(family, group_id, value.assignment_epoch, value.assignment_timestamp)
    member_id = key.member_id
    if kind == family.member.TYPE:
        return MemberStored(family, group_id, member_id, None if value is None else _member(member_id, value))
    if kind == family.target.TYPE:
        target = None
        if value is not None:
            target = as_assignment((part.topic_id, part.partitions) for part in value.topic_partitions)
        return TargetStored(family, group_id, member_id, target)
    return CurrentStored(family, group_id, member_id, None if value is None else _current(value))


def _member(member_id: str, value: Any) -> StoredMember:
    if isinstance(value, share_member.ShareGroupMemberMetadataValue):
        return StoredMember(
            member_id,
            None,
            value.rack_id,
            value.client_id,
            value.client_host,
            tuple(sorted(set(value.subscribed_topic_names))),
        )
    classic = value.classic_member_metadata
    return StoredMember(
        member_id=member_id,
        instance_id=value.instance_id,
        rack_id=value.rack_id,
        client_id=value.client_id,
        client_host=value.client_host,
        topics=tuple(sorted(set(value.subscribed_topic_names))),
        regex=value.subscribed_topic_regex or "",
        rebalance_timeout_ms=value.rebalance_timeout_ms,
        server_assignor=value.server_assignor or None,
        classic=None
        if classic is None
        else ClassicSide(
            classic.session_timeout_ms,
            tuple((each.name, bytes(each.metadata)) for each in classic.supported_protocols),
        ),
    )


def _current(value: Any) -> Current:
    try:
        progress = Progress(value.state)
    except ValueError:
        progress = Progress.UNKNOWN
    epoch = value.member_epoch
    revoking: Owned = {}
    if isinstance(value, consumer_current.ConsumerGroupCurrentMemberAssignmentValue):
        revoking = _owned(value.partitions_pending_revocation, epoch)
    return Current(
        epoch, value.previous_member_epoch, progress, _owned(value.assigned_partitions, epoch), revoking
    )


def _owned(parts: Any, epoch: int) -> Owned:
    """Records without epochs are of a Kafka before KIP-1251: every partition counts as given in this epoch."""
    owned: dict[bytes, dict[int, int]] = {}
    for part in parts:
        epochs = getattr(part, "assignment_epochs", None) or ()
        if len(epochs) != len(part.partitions):
            epochs = (epoch,) * len(part.partitions)
        if part.partitions:
            owned[part.topic_id] = dict(zip(part.partitions, epochs, strict=True))
    return owned
