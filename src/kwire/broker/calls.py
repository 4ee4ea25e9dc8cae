"""Calls: what a rule asks of another worker, as values that the edge carries over Kafka's own protocol.

A rule puts a `Call` here and goes on; the answer comes back as an event, on the broker's own thread. No rule waits, and
none knows of a socket.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from kwire.broker.signals import Signal


@attrs.frozen
class AllocateIds:
    """Of the controller: a block of producer ids. The answer is a `range`."""


@attrs.frozen
class EnsureTopic:
    """Of the controller: a topic that clients use before anybody made it. The answer is None."""

    name: str
    partitions: int
    """-1 for the default."""
    configs: Mapping[str, str]


@attrs.frozen
class Forward:
    """Of the controller: a client's request, header and body. The answer is header and body for the client."""

    frame: bytes
    principal: str
    client_host: str


@attrs.frozen
class JoinTransaction:
    """Of the coordinator of a transaction: partitions are to be part of it, or, with `verify_only`, are they?

    The answer is a code for each (topic, index).
    """

    transactional_id: str
    producer_id: int
    producer_epoch: int
    partitions: tuple[tuple[str, int], ...]
    verify_only: bool


@attrs.frozen
class WriteMarkers:
    """Of the leader of some partitions: a transaction ended, write that into them.

    The answer is a code for each (topic, index).
    """

    producer_id: int
    producer_epoch: int
    commit: bool
    partitions: tuple[tuple[str, int], ...]
    coordinator_epoch: int
    transaction_version: int


@attrs.frozen
class EndOffsets:
    """Of the leader of some partitions, each (topic, index): where do they end?

    The answer is an offset for each, a KafkaError where nobody can say.
    """

    partitions: tuple[tuple[str, int], ...]


@attrs.define(eq=False)
class Call:
    """One request to one node. `then` gets its answer, or what stood in the way: a KafkaError or an OSError."""

    node_id: int
    request: Any
    then: Callable[[Any], None]


class Calls:
    """Calls that wait to be carried, oldest first. `put` fires `added`."""

    def __init__(self) -> None:
        self.added = Signal()
        self._waiting: deque[Call] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, call: Call) -> None:
        self._waiting.append(call)
        self.added.fire()

    def next(self) -> Call | None:
        return self._waiting.popleft() if self._waiting else None
