"""Requests that only the controller can answer: a worker that is not the controller passes them on (KIP-590).

A request goes as it came, in an Envelope, and so does its answer; nothing of it is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import attrs

from kwire.apis import FORWARDED, TABLE, Caller, Served, Wait
from kwire.broker.broker import Broker
from kwire.broker.calls import Call, Forward
from kwire.broker.signals import Signal
from kwire.codec import MalformedFrame
from kwire.codec.headers import RequestHeader, decode_response_header, encode_request_header
from kwire.codec.primitives import Buffer
from kwire.errors import ErrorCode, KafkaError

TIMEOUT_MS = 30_000
"""How long a client waits for the controller, at most: Kafka's `request.timeout.ms`."""

_INCREMENTAL_ALTER_CONFIGS = 44
_BROKER_LOGGER = 8


@attrs.define
class Passed:
    """A request on its way: its body as it came, and which API it is for."""

    served: Served
    version: int
    body: bytes


class Forwarded(Served):
    """Stands in for an API in the table of a worker that is not the controller."""

    __slots__ = ("_own",)

    def __init__(self, own: Served) -> None:
        super().__init__(own.key, "forwarding")
        self._own = own
        self.decode = self._decode
        self.handle = self._handle
        self.encode = self._encode

    def _decode(self, buf: bytes | bytearray, pos: int, end: int, version: int) -> Passed:
        passed = Passed(self._own, version, bytes(memoryview(buf)[pos:end]))
        self._own.decode(passed.body, 0, len(passed.body), version)  # what does not parse goes no further
        return passed

    def _handle(self, broker: Broker, caller: Caller, request: Passed) -> Any:
        here = None
        if self.key == _INCREMENTAL_ALTER_CONFIGS:
            asked = self._own.decode(request.body, 0, len(request.body), request.version)
            loggers = [each for each in asked.resources if each.resource_type == _BROKER_LOGGER]
            if loggers:  # they are of this process
                here = self._own.handle(broker, caller, attrs.evolve(asked, resources=loggers))
                others = [each for each in asked.resources if each.resource_type != _BROKER_LOGGER]
                if not others:
                    return self._body(here, request.version)
                request = self._passed(attrs.evolve(asked, resources=others), request.version)
        parts: list[Buffer] = []
        encode_request_header(
            parts,
            RequestHeader(
                api_key=self.key, api_version=caller.version, correlation_id=0, client_id=caller.client_id
            ),
        )
        answers: list[Any] = []
        answered = Signal()

        def then(answer: Any) -> None:
            answers.append(answer)
            answered.fire()

        frame = b"".join([*parts, request.body])
        broker.calls.put(
            Call(broker.worker.controller_id, Forward(frame, caller.principal, caller.client_host), then)
        )

        def attempt(final: bool) -> Any:
            if answers:
                body = self._opened(answers[0], request.version)
                if here is not None:
                    body = self._joined(body, here, request.version)
                if broker.quotas.limit_clients:  # it may say how long the client has to wait
                    assert self._own.wire is not None
                    return self._own.wire.decode_response(body, 0, len(body), request.version)
                return body
            if final:
                raise KafkaError(ErrorCode.REQUEST_TIMED_OUT)
            return None

        return Wait(attempt, [answered], broker.clock.monotonic_ms() + TIMEOUT_MS)

    def _passed(self, asked: Any, version: int) -> Passed:
        parts: list[Buffer] = []
        assert self._own.wire is not None
        self._own.wire.encode_request(asked, version, parts)
        return Passed(self._own, version, b"".join(parts))

    def _body(self, response: Any, version: int) -> bytes:
        parts: list[Buffer] = []
        self._own.encode(response, version, parts)
        return b"".join(parts)

    def _joined(self, body: bytes, here: Any, version: int) -> bytes:
        """What the controller answered, and what was answered here."""
        assert self._own.wire is not None
        there = self._own.wire.decode_response(body, 0, len(body), version)
        return self._body(attrs.evolve(there, responses=[*here.responses, *there.responses]), version)

    def _opened(self, answer: Any, version: int) -> bytes:
        """The body of what the controller answered. Raises KafkaError."""
        if isinstance(answer, KafkaError):
            raise answer
        if isinstance(answer, Exception):
            raise KafkaError(ErrorCode.REQUEST_TIMED_OUT, str(answer)) from answer
        try:
            _, body = decode_response_header(answer, 0, len(answer), self.key, version)
        except MalformedFrame as error:
            raise KafkaError(ErrorCode.UNKNOWN_SERVER_ERROR, str(error)) from error
        return bytes(answer[body:])

    def _encode(self, response: Any, version: int, parts: list[Buffer]) -> None:
        if isinstance(response, bytes):
            parts.append(response)
        else:
            self._own.encode(response, version, parts)


def error_response(request: Passed, code: ErrorCode) -> bytes:
    """What the API itself says when nothing can be done."""
    asked = request.served.decode(request.body, 0, len(request.body), request.version)
    room = import_module(f"kwire.apis.{request.served.function}")
    parts: list[Buffer] = []
    request.served.encode(room.error_response(asked, code), request.version, parts)
    return b"".join(parts)


def table_of_follower() -> Mapping[int, Served]:
    """TABLE for a worker that is not the controller."""
    return TABLE | {key: Forwarded(TABLE[key]) for key in FORWARDED}
