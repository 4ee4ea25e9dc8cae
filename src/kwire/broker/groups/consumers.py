"""The consumer groups of a coordinator: requests find their group here, and groups what they need of the broker.

A group id has one protocol at a time. A member that joins makes a group that nobody uses, or that is empty, one of the
consumer protocol.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from kwire.broker.groups import classic_members
from kwire.broker.groups.assignment import Assignment, partitions_of
from kwire.broker.groups.assignors import ASSIGNORS, known_assignors
from kwire.broker.groups.classic import ClassicGroup
from kwire.broker.groups.consumer import ConsumerGroup, ConsumerSettings, Heartbeat, parse_regex
from kwire.broker.groups.conversion import Malformed, can_be_classic, to_classic, to_consumer
from kwire.broker.groups.members import Join, Joined, Parked
from kwire.broker.groups.modern import (
    JOIN_EPOCH,
    LEAVE_EPOCH,
    LEAVE_STATIC_EPOCH,
    Beat,
    ModernState,
)
from kwire.broker.groups.modern_events import StoredMember
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.groups.coordinator import GroupCoordinator

log = logging.getLogger(__name__)

GROUP_VERSION = "group.version"


@attrs.frozen
class DescribedMember:
    """A member, as ConsumerGroupDescribe shows it."""

    stored: StoredMember
    epoch: int
    assigned: Assignment
    target: Assignment


@attrs.frozen
class DescribedConsumerGroup:
    """A group, as ConsumerGroupDescribe shows it."""

    state: ModernState
    epoch: int
    target_epoch: int
    assignor: str
    members: list[DescribedMember]


class ConsumerGroups:
    """What the coordinator knows of the consumer protocol."""

    def __init__(self, coordinator: GroupCoordinator, broker: Broker) -> None:
        config = broker.config
        self._coordinator = coordinator
        self._broker = broker
        self._assignors = tuple(known_assignors(config.list("group.consumer.assignors"))) or tuple(ASSIGNORS)
        self._max_size = config.int("group.consumer.max.size")
        self._policy = config.text("group.consumer.migration.policy").lower()
        self._is_wanted = "consumer" in config.list("group.coordinator.rebalance.protocols")

    @property
    def is_served(self) -> bool:
        """Is the protocol switched on, by the cluster's features and the broker's settings?"""
        return self._is_wanted and self._broker.metadata.image.features.get(GROUP_VERSION, 0) >= 1

    def settings_of(self, group_id: str) -> ConsumerSettings:
        """What holds for a group: its own settings, within what the broker allows, or the broker's."""
        value = self._broker.configs.group_value
        return ConsumerSettings(
            session_timeout_ms=value(group_id, "consumer.session.timeout.ms"),
            heartbeat_interval_ms=value(group_id, "consumer.heartbeat.interval.ms"),
            assignment_interval_ms=value(group_id, "consumer.assignment.interval.ms"),
            max_size=self._max_size,
            assignors=self._assignors,
        )

    def new(self, group_id: str) -> ConsumerGroup:
        """A group of which a record was found."""
        return ConsumerGroup(self._coordinator, group_id)

    # Heartbeats

    def heartbeat(self, group_id: str, beat: Heartbeat, *, makes_own_id: bool, now_ms: int) -> Beat:
        """ConsumerGroupHeartbeat. With `makes_own_id` the broker makes no member ids. Raises KafkaError."""
        self._check(group_id, beat, makes_own_id)
        coordinator = self._coordinator
        if beat.epoch in (LEAVE_EPOCH, LEAVE_STATIC_EPOCH):
            group = self.get(group_id)
            group.leave(beat.member_id, beat.instance_id, beat.epoch, now_ms)
            return Beat(beat.member_id, beat.epoch, 0)
        known = coordinator.groups.get(group_id)
        if isinstance(known, ConsumerGroup):
            return known.heartbeat(beat, now_ms)
        if beat.epoch != JOIN_EPOCH:
            self.get(group_id, "Consumer group")
        coordinator.check_reach(group_id)
        if isinstance(known, ClassicGroup) and not known.is_empty:
            return self._upgraded(known).heartbeat(beat, now_ms)
        if isinstance(known, ClassicGroup) or not (known or coordinator.is_of_another_protocol(group_id)):
            group = ConsumerGroup(coordinator, group_id)
            group.prologue = [] if known is None else [*known.removals()]
        else:
            raise self._not_one(group_id)
        coordinator.groups[group_id] = group
        try:
            answer = group.heartbeat(beat, now_ms)
        except KafkaError:
            if not group.members:
                coordinator.restore(group_id, known)
            raise
        if known is not None:
            known.forget()
        return answer

    @staticmethod
    def _not_one(group_id: str) -> KafkaError:
        return KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} is not a consumer group.")

    # Groups that change their protocol

    def _upgraded(self, group: ClassicGroup) -> ConsumerGroup:
        """A classic group with members, as one of the consumer protocol. Raises KafkaError(GROUP_ID_NOT_FOUND)."""
        group_id, topics = group.group_id, self._coordinator.known_topics
        if len(group.members) == self._max_size:
            raise KafkaError(ErrorCode.GROUP_MAX_SIZE_REACHED)
        if (
            self._policy not in ("upgrade", "bidirectional")
            or not group.is_consumer_group
            or len(group.members) > self._max_size
        ):
            raise KafkaError(
                ErrorCode.GROUP_ID_NOT_FOUND, f"Cannot upgrade classic group {group_id} to consumer group."
            )
        try:
            events = to_consumer(group, topics, self._coordinator.time_ms())
        except Malformed as error:
            raise KafkaError(
                ErrorCode.GROUP_ID_NOT_FOUND,
                f"Cannot upgrade the classic group {group_id} to consumer group because the embedded consumer "
                "protocol is malformed.",
            ) from error
        now_ms = self._broker.clock.monotonic_ms()
        self._coordinator.write_events(group_id, events)
        log.info("group %s: is a group of the consumer protocol from now on", group_id)
        group.send_away()
        upgraded = self.get(group_id)
        upgraded.resume(now_ms)
        return upgraded

    def join_classic(self, group: ConsumerGroup, wish: Join, now_ms: int) -> Parked[Joined]:
        """A classic member joins a group of the consumer protocol. Raises KafkaError."""
        joined = classic_members.join(group, wish, now_ms)
        self.downgrade(
            group, (), now_ms
        )  # it may have taken the place of the last member of the consumer protocol
        return Parked(joined)

    def downgrade(self, group: ConsumerGroup, leaving: Sequence[str], now_ms: int) -> bool:
        """Members go; if only classic ones stay, the group is a classic one afterwards, where that may be."""
        if (
            self._policy not in ("downgrade", "bidirectional")
            or not can_be_classic(group, leaving)
            or len(group.members) - len(leaving) > self._coordinator.settings.max_size
        ):
            return False
        group_id, topics = group.group_id, self._coordinator.known_topics
        events = to_classic(group, leaving, topics, self._coordinator.time_ms())
        self._coordinator.write_events(group_id, events)
        log.info("group %s: is a classic group from now on", group_id)
        downgraded = self._coordinator.groups[group_id]
        assert isinstance(downgraded, ClassicGroup)
        downgraded.resume(now_ms)
        downgraded.rebalance("the group changed its protocol", now_ms)
        return True

    def _check(self, group_id: str, beat: Heartbeat, makes_own_id: bool) -> None:
        """Is this something that a member may say? Raises KafkaError."""
        epoch = beat.epoch
        for what, text in (("GroupId", group_id), ("InstanceId", beat.instance_id), ("RackId", beat.rack_id)):
            if text is not None and not text.strip():
                raise _invalid(f"{what} can't be empty.")
        if not beat.member_id.strip() and (
            makes_own_id or epoch > 0 or epoch in (LEAVE_EPOCH, LEAVE_STATIC_EPOCH)
        ):
            raise _invalid("MemberId can't be empty.")
        if epoch == JOIN_EPOCH:
            if beat.rebalance_timeout_ms == -1:
                raise _invalid("RebalanceTimeoutMs must be provided in first request.")
            if beat.owned is None or beat.owned:
                raise _invalid("TopicPartitions must be empty when (re-)joining.")
            if beat.topics is None and beat.regex is None:
                raise _invalid(
                    "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining."
                )
        elif epoch == LEAVE_STATIC_EPOCH:
            if beat.instance_id is None:
                raise _invalid("InstanceId can't be null.")
        elif epoch < LEAVE_EPOCH:
            raise _invalid("MemberEpoch is invalid.")
        if beat.server_assignor is not None and beat.server_assignor not in self._assignors:
            raise KafkaError(
                ErrorCode.UNSUPPORTED_ASSIGNOR,
                f"ServerAssignor {beat.server_assignor} is not supported. Supported assignors: "
                f"{', '.join(self._assignors)}.",
            )
        if beat.regex:
            parse_regex(beat.regex)

    # What is shown

    def get(self, group_id: str, what: str = "Group") -> ConsumerGroup:
        """Raises KafkaError(GROUP_ID_NOT_FOUND)."""
        group = self._coordinator.groups.get(group_id)
        if isinstance(group, ConsumerGroup):
            return group
        if group is None and not self._coordinator.is_of_another_protocol(group_id):
            self._coordinator.check_reach(group_id)
            raise KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, f"{what} {group_id} not found.")
        raise self._not_one(group_id)

    def describe(self, group_id: str) -> DescribedConsumerGroup:
        """Raises KafkaError(GROUP_ID_NOT_FOUND)."""
        group = self.get(group_id)
        members = group.members.values()
        return DescribedConsumerGroup(
            state=group.state,
            epoch=group.epoch,
            target_epoch=group.target_epoch,
            assignor=group.preferred_assignor(member.stored for member in members),
            members=[
                DescribedMember(
                    member.stored,
                    member.current.epoch,
                    partitions_of(member.current.assigned),
                    group.targets.get(member.member_id, {}),
                )
                for member in members
            ],
        )


def _invalid(message: str) -> KafkaError:
    return KafkaError(ErrorCode.INVALID_REQUEST, message)
