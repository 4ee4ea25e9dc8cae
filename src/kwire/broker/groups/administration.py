"""What administrators want of groups of whatever protocol: to see which there are, to remove one, or its offsets.

What only one protocol knows is in its room (`consumers`, `shares`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from kwire.broker.groups.classic import ClassicGroup
from kwire.broker.groups.events import GroupEvent, OffsetCommitted, removals
from kwire.broker.groups.members import GroupDescription
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.groups.coordinator import AnyGroup


def describe_classic(broker: Broker, group_id: str) -> GroupDescription:
    """A classic group. Raises KafkaError(GROUP_ID_NOT_FOUND)."""
    group = broker.groups.known(group_id)
    if not isinstance(group, ClassicGroup):
        raise KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} is not a classic group.")
    return group.describe()


def listed(broker: Broker, states: Collection[str] = (), types: Collection[str] = ()) -> Iterator[AnyGroup]:
    """The groups in one of these states and of one of these types, in lower case; empty means any."""
    for group in broker.groups.groups.values():
        if (not types or group.kind in types) and (not states or group.state.value.lower() in states):
            yield group


def delete_group(broker: Broker, group_id: str) -> None:
    """Remove a group without members, with its offsets. Raises KafkaError."""
    coordinator = broker.groups
    group = coordinator.known(group_id)
    if not group.is_empty:
        raise KafkaError(ErrorCode.NON_EMPTY_GROUP)
    gone: list[GroupEvent] = [
        OffsetCommitted(group_id, topic, partition, None)
        for topic, partition, _ in coordinator.offsets.of_group(group_id)
    ]
    gone += removals(coordinator.others_of(group_id))
    coordinator.write_removals(group_id, [*gone, *group.removals()])


def delete_offsets(
    broker: Broker, group_id: str, partitions: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], ErrorCode]:
    """OffsetDelete; a code for each (topic, partition). Raises KafkaError."""
    if not group_id:
        raise KafkaError(ErrorCode.INVALID_GROUP_ID)
    coordinator = broker.groups
    group = coordinator.known(group_id)
    if group.kind == "share":
        group.no_consumer_group()
    if not group.is_empty and not group.is_consumer_group:
        raise KafkaError(ErrorCode.NON_EMPTY_GROUP)
    offsets = coordinator.offsets
    codes = {}
    gone = []
    for topic, partition in partitions:
        if group.is_subscribed_to(topic):
            codes[topic, partition] = ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
            continue
        codes[topic, partition] = ErrorCode.NONE
        if offsets.get(group_id, topic, partition) or offsets.is_unstable(group_id, topic, partition):
            gone.append(OffsetCommitted(group_id, topic, partition, None))
    coordinator.write_removals(group_id, gone)
    return codes
