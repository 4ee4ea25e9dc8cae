"""The consumer groups of a coordinator: requests find their group here, and groups what they need of the broker.

A group id has one protocol at a time. A member that joins makes a group that nobody uses, or that is empty, one of the
consumer protocol.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from kwire.broker.groups.assignment import Assignment, partitions_of
from kwire.broker.groups.assignors import ASSIGNORS, known_assignors
from kwire.broker.groups.classic import ClassicGroup
from kwire.broker.groups.consumer import ConsumerGroup, ConsumerSettings, Heartbeat, parse_regex
from kwire.broker.groups.events import GroupStored
from kwire.broker.groups.modern import (
    JOIN_EPOCH,
    LEAVE_EPOCH,
    LEAVE_STATIC_EPOCH,
    Beat,
    ModernState,
    TopicInfo,
)
from kwire.broker.groups.modern_events import StoredMember
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.groups.coordinator import GroupCoordinator

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


class BrokerTopics:
    """The broker's topics, as groups want to know them."""

    __slots__ = ("_broker",)

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    @property
    def version(self) -> int:
        return self._broker.metadata.image.offset

    def find(self, name: str) -> TopicInfo | None:
        topic = self._broker.topics.by_name.get(name)
        return None if topic is None else (topic.topic_id, len(topic.partitions))

    def name_of(self, topic_id: bytes) -> str | None:
        topic = self._broker.topics.by_id.get(topic_id)
        return None if topic is None else topic.name

    def names(self) -> Iterable[str]:
        return self._broker.topics.by_name


class ConsumerGroups:
    """What the coordinator knows of the consumer protocol."""

    def __init__(self, coordinator: GroupCoordinator, broker: Broker) -> None:
        config = broker.config
        self._coordinator = coordinator
        self._broker = broker
        self._assignors = tuple(known_assignors(config.list("group.consumer.assignors"))) or tuple(ASSIGNORS)
        self._max_size = config.int("group.consumer.max.size")
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
            self.get(group_id)
        coordinator.check_reach(group_id)
        group = self._converted(group_id, known, now_ms)
        coordinator.groups[group_id] = group
        try:
            return group.heartbeat(beat, now_ms)
        except KafkaError:
            if not group.members:
                coordinator.restore(group_id, known)
            raise

    def _converted(self, group_id: str, known: object, now_ms: int) -> ConsumerGroup:
        """A group of the consumer protocol in the place of what is known. Raises KafkaError(GROUP_ID_NOT_FOUND)."""
        group = ConsumerGroup(self._coordinator, group_id)
        if known is None and not self._coordinator.is_of_another_protocol(group_id):
            return group
        if isinstance(known, ClassicGroup) and known.is_empty:
            group.prologue = [GroupStored(group_id, None)]
            return group
        raise self._not_one(group_id)

    @staticmethod
    def _not_one(group_id: str) -> KafkaError:
        return KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} is not a consumer group.")

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

    def get(self, group_id: str) -> ConsumerGroup:
        """Raises KafkaError(GROUP_ID_NOT_FOUND)."""
        group = self._coordinator.groups.get(group_id)
        if isinstance(group, ConsumerGroup):
            return group
        if group is None and not self._coordinator.is_of_another_protocol(group_id):
            self._coordinator.check_reach(group_id)
            raise KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} not found.")
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
