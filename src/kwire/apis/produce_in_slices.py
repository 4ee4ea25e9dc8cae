"""A large Produce is written a slice at a time, and everybody else has a turn in between.

A producer that sends megabytes for many partitions in one request would hold up the small ones for as long as all of
that takes. What always holds: the partitions are written in the order of the request, each batch whole, and the one
answer says of each what it would have said without slices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from kwire.apis import Wait
from kwire.broker.signals import Soon
from kwire.codec.messages.produce import (
    NodeEndpoint,
    PartitionProduceData,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
    TopicProduceResponse,
)

SLICE_BYTES = 1 << 20
"""Batches of so many bytes are written at once, or a single one that is larger."""

Write = Callable[[ProduceRequest], ProduceResponse | Wait[ProduceResponse]]


def is_large(request: ProduceRequest) -> bool:
    """Is there more than one slice in it?"""
    sizes = [len(part.records or b"") for data in request.topic_data for part in data.partition_data]
    return len(sizes) > 1 and sum(sizes) > SLICE_BYTES


def write_in_slices(write: Write, request: ProduceRequest, until: int) -> Wait[ProduceResponse]:
    """Write the first slice with `write`, and the rest round by round; all of it at `until` (monotonic ms)."""
    slices = _Slices(write, request, until)
    slices.write_next()
    return Wait(slices.attempt, [slices.soon], until)


class _Slices:
    """One request on its way."""

    def __init__(self, write: Write, request: ProduceRequest, until: int) -> None:
        self._write = write
        self._request = request
        self._until = until
        self._rest = [(data, part) for data in request.topic_data for part in data.partition_data]
        self._rest.reverse()
        self._answers: list[ProduceResponse] = []
        self._waits: dict[int, Wait[ProduceResponse]] = {}
        """By place among the answers: those that are to come."""
        self.soon = Soon()

    def write_next(self) -> None:
        """One slice."""
        topics: list[TopicProduceData] = []
        room = SLICE_BYTES
        last = None
        while self._rest:
            data, part = self._rest[-1]
            room -= len(part.records or b"")
            if room < 0 and topics:
                break
            self._rest.pop()
            if data is not last:
                last = data
                topics.append(TopicProduceData(data.name, data.topic_id, []))
            topics[-1].partition_data.append(PartitionProduceData(part.index, part.records))
        answer = self._write(attrs.evolve(self._request, topic_data=topics))
        if isinstance(answer, Wait):
            self._waits[len(self._answers)] = answer
            answer = ProduceResponse()
        self._answers.append(answer)

    def attempt(self, final: bool) -> Any:
        """Write on. With the last slice the answer is there, or a wait for it: what it waits for is known by then."""
        while self._rest:
            self.write_next()
            if self._rest and not final:
                self.soon.fire()
                return None
        answer = self._all_there(final)
        if answer is not None:
            return answer
        signals = [signal for wait in self._waits.values() for signal in wait.wake_on]
        return Wait(self._all_there, signals, self._until)

    def _all_there(self, final: bool) -> ProduceResponse | None:
        for place, wait in list(self._waits.items()):
            answer = wait.attempt(final)
            if answer is not None:
                del self._waits[place]
                self._answers[place] = answer
        return None if self._waits else _join(self._answers)


def _join(answers: list[ProduceResponse]) -> ProduceResponse:
    """One answer of many: each topic once, as it came."""
    topics: list[TopicProduceResponse] = []
    nodes: dict[int, NodeEndpoint] = {}
    for answer in answers:
        nodes.update((node.node_id, node) for node in answer.node_endpoints)
        for topic in answer.responses:
            if topics and (topics[-1].name, topics[-1].topic_id) == (topic.name, topic.topic_id):
                topics[-1].partition_responses += topic.partition_responses
            else:
                topics.append(topic)
    return ProduceResponse(topics, node_endpoints=list(nodes.values()))
