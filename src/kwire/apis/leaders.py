"""Where a partition is led instead, for a client that asked the wrong worker (KIP-951)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from kwire.apis import Caller
from kwire.broker.broker import Broker

E = TypeVar("E")


def endpoints(
    broker: Broker, caller: Caller, node_ids: Iterable[int], make: Callable[[int, str, int, str | None], E]
) -> list[E]:
    """The address of each of these nodes, as far as it serves, on the listener of the caller."""
    wanted = set(node_ids)
    return [
        make(node.broker_id, *broker.address(node, caller.listener), node.rack)
        for node in broker.nodes()
        if node.broker_id in wanted
    ]
