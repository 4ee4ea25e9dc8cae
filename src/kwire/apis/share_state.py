"""What the APIs between leaders and the coordinator of share partitions have in common (KIP-932)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from kwire.broker.share.requests import TopicIndex
from kwire.broker.share.state import StateBatch
from kwire.errors import KafkaError

V = TypeVar("V")


def by_topic(results: Mapping[TopicIndex, V]) -> Iterator[tuple[bytes, list[tuple[int, V]]]]:
    """Values by the topic's id: (index, value) of each of its partitions, in the order in which they come."""
    topics: dict[bytes, list[tuple[int, V]]] = {}
    for (topic_id, index), value in results.items():
        topics.setdefault(topic_id, []).append((index, value))
    return iter(topics.items())


def code_of(result: object) -> tuple[int, str | None]:
    """Code and message."""
    return (result.code, result.message) if isinstance(result, KafkaError) else (0, None)


def to_wire(batches: Iterable[StateBatch], make: type[V]) -> list[V]:
    """Batches as a message has them."""
    return [make(each.first, each.last, each.state, each.deliveries) for each in batches]  # type: ignore[call-arg]
