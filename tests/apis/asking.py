"""Asking a broker as a client does, without a socket: every request and answer goes through the codec."""

from __future__ import annotations

from typing import Any

from kwire.apis import NO_RESPONSE, TABLE, Caller, Wait
from kwire.broker.broker import Broker
from kwire.errors import KafkaError


class Client:
    """One connection's worth of requests."""

    def __init__(self, broker: Broker, client_id: str = "client", client_host: str = "10.0.0.7") -> None:
        self.broker = broker
        self.caller = Caller(client_id=client_id, client_host=client_host)

    def ask(self, request: Any, version: int) -> Any:
        """The answer to any request of the wire; a Wait[...] is given as it is."""
        served, wire = self._served(request)
        self.caller.version = version
        parts: list[Any] = []
        wire.encode_request(request, version, parts)
        frame = b"".join(parts)
        if served.short_way is not None:  # as the connection does it
            said = served.short_way(self.broker, self.caller, frame, 0, len(frame))
            if isinstance(said, bytes):
                return wire.decode_response(said, 0, len(said), version)
            if said is not None:
                return said
        decoded = wire.decode_request(frame, 0, len(frame), version)
        try:
            answer = served.handle(self.broker, self.caller, decoded)
        except KafkaError as error:
            module = __import__(f"kwire.apis.{served.function}", fromlist=["error_response"])
            answer = module.error_response(decoded, error.code)
        if isinstance(answer, Wait) or answer is NO_RESPONSE:
            return answer
        return self.over_the_wire(answer, wire, version)

    def settle(self, waiting: Wait[Any], request: Any, version: int, *, final: bool = False) -> Any:
        """What a Wait answers now; None when it goes on waiting."""
        answer = waiting.attempt(final)
        return None if answer is None else self.over_the_wire(answer, self._served(request)[1], version)

    @staticmethod
    def over_the_wire(answer: Any, wire: Any, version: int) -> Any:
        parts: list[Any] = []
        wire.encode_response(answer, version, parts)
        frame = b"".join(parts)
        return wire.decode_response(frame, 0, len(frame), version)

    def _served(self, request: Any) -> tuple[Any, Any]:
        name = type(request).__name__.removesuffix("Request")
        served = next(each for each in TABLE.values() if each.name == name)
        if served.wire is None:
            served.load()
        return served, served.wire
