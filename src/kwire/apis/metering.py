"""Requests of clients that have quotas are measured here, and their answers say how long the client has to wait.

As in Kafka since KIP-219 the answer leaves at once, and nothing more is read from the connection meanwhile.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any, Final

from kwire.apis import NO_RESPONSE, Caller
from kwire.broker.broker import Broker
from kwire.broker.quotas.throttling import Client

_PRODUCE, _FETCH = 0, 1
_OF_BROKERS: Final = frozenset((27,))
"""What brokers ask of each other counts for nobody."""


def client_of(caller: Caller) -> Client:
    """Who asks, as quotas know them."""
    return Client(caller.principal.partition(":")[2], caller.client_id)


class Meter:
    """Measures one request."""

    __slots__ = ("_began", "_broker", "_client", "_key", "_seconds", "_size_bytes")

    def __init__(self, broker: Broker, caller: Caller, key: int, request: Any, size_bytes: int) -> None:
        self._broker = broker
        self._client = client_of(caller)
        self._key = key
        self._size_bytes = size_bytes
        self._seconds = 0.0
        if key == _FETCH:
            most = broker.quotas.most_fetched_bytes(self._client)
            if most is not None:
                request.max_bytes = min(request.max_bytes, most)
                request.min_bytes = min(request.min_bytes, most)
        self._began = perf_counter()

    def pause(self) -> None:
        """The handler is done, for now or for good."""
        self._seconds += perf_counter() - self._began

    def finish(self, response: Any) -> int:
        """How many milliseconds the client has to wait after this answer, which is made to say so."""
        quotas, client = self._broker.quotas, self._client
        now_ms = self._broker.clock.monotonic_ms()
        throttle_ms = 0
        if self._key == _PRODUCE:
            throttle_ms = quotas.produced(client, self._size_bytes, now_ms)
        elif self._key == _FETCH:
            throttle_ms = quotas.fetched(client, _records_bytes(response), now_ms)
        if self._key not in _OF_BROKERS:
            throttle_ms = max(throttle_ms, quotas.worked(client, self._seconds, now_ms))
        if response is not NO_RESPONSE and hasattr(response, "throttle_time_ms"):
            throttle_ms = max(throttle_ms, response.throttle_time_ms)
            response.throttle_time_ms = throttle_ms
        return throttle_ms


def _records_bytes(response: Any) -> int:
    return sum(
        len(partition.records)
        for topic in response.responses
        for partition in topic.partitions
        if partition.records is not None
    )
