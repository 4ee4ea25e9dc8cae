"""Producer ids: numbers that no member of the cluster ever gave before.

The controller gives them out in blocks; what a stopped broker left of a block is never used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kwire.broker.calls import AllocateIds, Call
from kwire.broker.signals import Signal

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

FEW = 100
"""So many are left when the next block is asked for."""


class ProducerIds:
    """The ids that this broker may give out. `arrived` fires when there are more, or when none could be had."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._ids = range(0)
        self._next = range(0)
        self._asked = False
        self.arrived = Signal()

    def take(self) -> int | None:
        """An id; None when the controller has to be waited for. Raises KafkaError(KAFKA_STORAGE_ERROR)."""
        broker = self._broker
        if not self._ids:
            if broker.is_controller:
                self._ids = broker.controller.next_producer_ids_block()
            else:
                self._ids, self._next = self._next, range(0)
        if not broker.is_controller and not self._next and len(self._ids) < FEW:
            self.order()
        if not self._ids:
            return None
        broker.metadata.owe_all()
        producer_id = self._ids[0]
        self._ids = self._ids[1:]
        return producer_id

    def order(self) -> None:
        """Ask the controller for a block, unless that is under way."""
        if not self._asked:
            self._asked = True
            self._broker.calls.put(Call(self._broker.worker.controller_id, AllocateIds(), self._arrived))

    def _arrived(self, answer: object) -> None:
        self._asked = False
        if isinstance(answer, range):
            self._next = answer
        else:
            self._broker.warn(f"The controller gave no producer ids: {answer}")
        self.arrived.fire()
