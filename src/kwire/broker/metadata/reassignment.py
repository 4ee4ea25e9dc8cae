"""Who is to lead a partition, and where its replicas are (KIP-455, KIP-460).

A partition has one replica, in the worker that leads it, and stays with it for as long as that worker is one of ours.
So whoever asks for what is so already is told that it is done, and everything else has a reason why not.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from kwire.codec.stored.partition_record import PartitionRecord
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.metadata.image import TopicImage


class Election(IntEnum):
    """Which leader is wanted: the first replica, or any, though records be lost."""

    PREFERRED = 0
    UNCLEAN = 1


def election_outcome(broker: Broker, topic: str, index: int, kind: Election) -> tuple[ErrorCode, str]:
    """What became of an election: why the leader is who it was."""
    image = _topic(broker, topic)
    if image is None:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"No such topic as {topic}"
    partition = image.partitions.get(index)
    if partition is None:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"No such partition as {topic}-{index}"
    if partition.leader in broker.serving:
        return ErrorCode.ELECTION_NOT_NEEDED, "Leader election not needed for topic partition."
    if kind is Election.PREFERRED:
        return ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, "The preferred leader was not available."
    return (
        ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE,
        "Eligible topic partition leaders are not available.",
    )


def reassign(
    broker: Broker, topic: str, index: int, replicas: Sequence[int] | None, *, allow_factor_change: bool
) -> None:
    """Let these brokers have the replicas of a partition; None takes back what is under way.

    Raises KafkaError: UNKNOWN_TOPIC_OR_PARTITION, NO_REASSIGNMENT_IN_PROGRESS, INVALID_REPLICA_ASSIGNMENT,
    INVALID_REPLICATION_FACTOR.
    """
    image = _topic(broker, topic)
    if image is None:
        raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"Unable to find a topic named {topic}.")
    partition = image.partitions.get(index)
    if partition is None:
        raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"Unable to find partition {topic}:{index}.")
    if replicas is None:
        raise KafkaError(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS)
    _check_replicas(broker, replicas)
    if len(replicas) != len(partition.replicas) and not allow_factor_change:
        raise KafkaError(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            f"The replication factor is changed from {len(partition.replicas)} to {len(replicas)}",
        )
    if list(replicas) != partition.replicas:
        raise KafkaError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"The partition has one replica, which stays with its worker, node {partition.leader}.",
        )


def ongoing(
    broker: Broker, wanted: Container[tuple[str, int]] | None
) -> Iterator[tuple[str, PartitionRecord]]:
    """(topic, partition) of those that are on the move, among the `wanted` ones or all."""
    for topic in broker.controller.image.topics.values():
        for index, partition in topic.partitions.items():
            if (partition.adding_replicas or partition.removing_replicas) and (
                wanted is None or (topic.name, index) in wanted
            ):
                yield topic.name, partition


def _topic(broker: Broker, name: str) -> TopicImage | None:
    topic = broker.topics.get(name)
    return None if topic is None else broker.controller.image.topics[topic.topic_id]


def _check_replicas(broker: Broker, replicas: Sequence[int]) -> None:
    if not replicas:
        problem = "an empty replica list."
    elif twice := [each for each in replicas if replicas.count(each) > 1]:
        problem = f"the broker {twice[0]} more than once."
    elif strangers := [each for each in replicas if each not in broker.controller.image.brokers]:
        problem = f"broker {strangers[0]}, but no such broker is registered."
    else:
        return
    raise KafkaError(
        ErrorCode.INVALID_REPLICA_ASSIGNMENT, f"The manual partition assignment includes {problem}"
    )
