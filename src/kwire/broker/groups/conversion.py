"""A group with members changes its protocol (KIP-848): classic to consumer, and back.

A consumer that joins a classic group makes it one of the consumer protocol, in place: the generation becomes the
epoch, members keep what they have, and go on as before (`classic_members`). When only classic members are left, it
becomes a classic group again, and they rebalance. `group.consumer.migration.policy` says which of the two may happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from struct import Struct, error

from kwire.broker.groups.assignment import Assignment, Owned
from kwire.broker.groups.classic import ClassicGroup
from kwire.broker.groups.consumer import ConsumerGroup
from kwire.broker.groups.events import GroupEvent, GroupStored, StoredGroup
from kwire.broker.groups.events import StoredMember as StoredClassicMember
from kwire.broker.groups.members import Member
from kwire.broker.groups.modern import KnownTopics, ModernMember
from kwire.broker.groups.modern_events import (
    CONSUMER,
    ClassicSide,
    Current,
    CurrentStored,
    GroupEpoch,
    MemberStored,
    Progress,
    StoredMember,
    TargetEpoch,
    TargetStored,
)
from kwire.broker.groups.subscriptions import CONSUMER_PROTOCOL_TYPE
from kwire.codec import MalformedFrame
from kwire.codec.stored.consumer_protocol_assignment import ConsumerProtocolAssignment, TopicPartition
from kwire.codec.stored.consumer_protocol_subscription import ConsumerProtocolSubscription

NEWEST_VERSION = 3
_version = Struct(">h")


class Malformed(ValueError):
    """What clients say to each other is not what the consumer protocol says."""


def read_subscription(metadata: bytes) -> ConsumerProtocolSubscription:
    """What a classic member subscribes to and owns. Raises Malformed."""
    try:
        version = read_version(metadata)
        return ConsumerProtocolSubscription.decode(metadata, 2, len(metadata), version)
    except MalformedFrame as failure:
        raise Malformed(str(failure)) from failure


def read_version(metadata: bytes) -> int:
    """Versions from the future are read as the newest that is known. Raises Malformed."""
    try:
        (version,) = _version.unpack_from(metadata)
    except error as failure:
        raise Malformed(str(failure)) from failure
    if version < 0:
        raise Malformed(f"version {version}")
    return min(int(version), NEWEST_VERSION)


def read_assignment(assignment: bytes, topics: KnownTopics) -> Assignment:
    """What a classic member has, of topics that exist. Raises Malformed."""
    if not assignment:
        return {}
    try:
        found = ConsumerProtocolAssignment.decode(assignment, 2, len(assignment), read_version(assignment))
    except MalformedFrame as failure:
        raise Malformed(str(failure)) from failure
    return by_id([(part.topic, part.partitions) for part in found.assigned_partitions], topics)


def by_id(parts: Sequence[tuple[str, Sequence[int]]], topics: KnownTopics) -> Assignment:
    """Partitions of topics that exist, by topic id."""
    found = {}
    for name, partitions in parts:
        info = topics.find(name)
        if info is not None and partitions:
            found[info[0]] = frozenset(partitions)
    return found


def write_assignment(owned: Owned, version: int, topics: KnownTopics) -> bytes:
    """What a member has, as classic members read it."""
    named = {
        name: sorted(partitions)
        for topic_id, partitions in owned.items()
        if (name := topics.name_of(topic_id)) is not None
    }
    assignment = ConsumerProtocolAssignment([TopicPartition(name, named[name]) for name in sorted(named)])
    return _version.pack(version) + assignment.encode(version)


def to_consumer(group: ClassicGroup, topics: KnownTopics, time_ms: int) -> list[GroupEvent]:
    """The records that make a classic group one of the consumer protocol. Raises Malformed."""
    of, group_id, epoch = CONSUMER, group.group_id, group.generation
    members: list[GroupEvent] = []
    targets: list[GroupEvent] = []
    currents: list[GroupEvent] = []
    for member in group.members:
        member_id = member.member_id
        target = read_assignment(member.assignment, topics)
        members.append(MemberStored(of, group_id, member_id, _described(member)))
        targets.append(TargetStored(of, group_id, member_id, target))
        assigned = {topic_id: dict.fromkeys(indexes, epoch) for topic_id, indexes in target.items()}
        currents.append(
            CurrentStored(of, group_id, member_id, Current(epoch, epoch, Progress.STABLE, assigned))
        )
    return [
        *group.removals(),
        *members,
        GroupEpoch(of, group_id, epoch),
        *targets,
        TargetEpoch(of, group_id, epoch, time_ms),
        *currents,
    ]


def _described(member: Member) -> StoredMember:
    subscription = read_subscription(member.protocols[0][1])
    return StoredMember(
        member_id=member.member_id,
        instance_id=member.instance_id,
        rack_id=subscription.rack_id,
        client_id=member.client_id,
        client_host=member.client_host,
        topics=tuple(sorted(set(subscription.topics))),
        rebalance_timeout_ms=member.rebalance_timeout_ms,
        classic=ClassicSide(member.session_timeout_ms, member.protocols),
    )


def can_be_classic(group: ConsumerGroup, leaving: Collection[str]) -> bool:
    """Are there members left, and are all of them classic?"""
    left = [member for member_id, member in group.members.items() if member_id not in leaving]
    return bool(left) and all(member.stored.classic is not None for member in left)


def to_classic(
    group: ConsumerGroup, leaving: Collection[str], topics: KnownTopics, time_ms: int
) -> list[GroupEvent]:
    """The records that make it a classic group, without those who leave."""
    left = [member for member_id, member in group.members.items() if member_id not in leaving]
    protocol = _common_protocol(left)
    stored = StoredGroup(
        protocol_type=CONSUMER_PROTOCOL_TYPE,
        generation=group.epoch,
        protocol_name=protocol,
        leader_id=left[0].member_id,
        state_timestamp_ms=time_ms,
        members=tuple(_classic_member(member, protocol, topics) for member in left),
    )
    return [*group.removals(), GroupStored(group.group_id, stored)]


def _common_protocol(members: Sequence[ModernMember]) -> str:
    """The one that most like best of those that all offer: there is one, or they could not have joined."""
    offers = [
        [name for name, _ in member.stored.classic.protocols] for member in members if member.stored.classic
    ]
    common = set(offers[0]).intersection(*offers)
    votes = Counter(next((name for name in names if name in common), names[0]) for names in offers)
    return votes.most_common(1)[0][0]


def _classic_member(member: ModernMember, protocol: str, topics: KnownTopics) -> StoredClassicMember:
    stored, classic = member.stored, member.stored.classic
    assert classic is not None
    protocols = dict(classic.protocols)
    subscription = protocols.get(protocol, b"")
    return StoredClassicMember(
        member_id=stored.member_id,
        instance_id=stored.instance_id,
        client_id=stored.client_id,
        client_host=stored.client_host,
        rebalance_timeout_ms=stored.rebalance_timeout_ms,
        session_timeout_ms=classic.session_timeout_ms,
        subscription=subscription,
        assignment=write_assignment(member.current.assigned, read_version(classic.protocols[0][1]), topics),
    )
