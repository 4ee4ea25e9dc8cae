"""The persister: asks those who keep share partitions, whichever workers they are (KIP-932)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from kwire.broker.share.requests import (
    DeleteState,
    InitializeState,
    ReadState,
    Results,
    ShareRequest,
    StateWrite,
    SummarizeState,
    TopicIndex,
    WriteState,
)
from kwire.broker.share.state import ShareKey
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

Then = Callable[[Results], None]
"""What to do with a result for each partition; called once, at once when all are kept here."""


@attrs.define(eq=False)
class _Asking:
    """Some coordinators are asked; `remaining` of them have not answered."""

    then: Then
    results: dict[TopicIndex, Any] = attrs.Factory(dict)
    remaining: int = 1

    def answered(self) -> None:
        self.remaining -= 1
        if not self.remaining:
            self.then(self.results)


class Persister:
    """What share groups do with partitions is put on record, and read, through this."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def initialize(self, group_id: str, partitions: Mapping[TopicIndex, tuple[int, int]], then: Then) -> None:
        """Begin to keep share partitions: state epoch and start offset of each."""
        self._ask(
            group_id,
            partitions,
            lambda own: InitializeState(group_id, {at: partitions[at] for at in own}),
            then,
        )

    def read(self, group_id: str, partitions: Mapping[TopicIndex, int], then: Then) -> None:
        """What happened to share partitions, for the leader in this epoch of each."""
        self._ask(
            group_id, partitions, lambda own: ReadState(group_id, {at: partitions[at] for at in own}), then
        )

    def write(self, group_id: str, partitions: Mapping[TopicIndex, StateWrite], then: Then) -> None:
        """Put on record what happened."""
        self._ask(
            group_id, partitions, lambda own: WriteState(group_id, {at: partitions[at] for at in own}), then
        )

    def delete(self, group_id: str, partitions: Iterable[TopicIndex], then: Then) -> None:
        """Forget share partitions."""
        self._ask(group_id, partitions, lambda own: DeleteState(group_id, tuple(own)), then)

    def summarize(self, group_id: str, partitions: Iterable[TopicIndex], then: Then) -> None:
        """How far share partitions are."""
        self._ask(group_id, partitions, lambda own: SummarizeState(group_id, tuple(own)), then)

    def _ask(
        self,
        group_id: str,
        partitions: Iterable[TopicIndex],
        make: Callable[[list[TopicIndex]], ShareRequest],
        then: Then,
    ) -> None:
        asking = _Asking(then)
        by_node: dict[int, list[TopicIndex]] = {}
        for topic_id, index in partitions:
            try:
                node_id = self._broker.share_coordinator.coordinator_of(ShareKey(group_id, topic_id, index))
            except KafkaError as error:
                asking.results[topic_id, index] = error
            else:
                by_node.setdefault(node_id, []).append((topic_id, index))
        for node_id, own in by_node.items():
            asking.remaining += 1

            def arrived(answer: object, own: list[TopicIndex] = own) -> None:
                results = answer if isinstance(answer, dict) else {}
                failure = KafkaError(
                    answer.code if isinstance(answer, KafkaError) else ErrorCode.COORDINATOR_NOT_AVAILABLE,
                    str(answer) if isinstance(answer, Exception) else None,
                )
                for at in own:
                    asking.results[at] = results.get(at, failure)
                asking.answered()

            self._broker.ask(node_id, make(own), arrived)
        asking.answered()
