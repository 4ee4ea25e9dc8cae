"""Talking to real brokers, over sockets."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator
from typing import Any

from kwire.codec.frames import finish_frame
from kwire.codec.headers import RequestHeader, decode_response_header, encode_request_header
from kwire.codec.messages import load
from kwire.errors import ErrorCode
from tests.apis.epoch_claims import LAST_EPOCH
from tests.apis.talking import As, Talk

DEADLINE_S = 60.0

PIPELINED = 200
"""So many small requests, and their answers, fit into the buffers of a socket."""


class Socket:
    """One connection."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=60)
        self._numbers = itertools.count(1)

    def close(self) -> None:
        self._socket.close()

    def ask(self, key: int, version: int, request: Any) -> Any:
        """The answer to one request."""
        number = next(self._numbers)
        self._socket.sendall(self._frame(key, version, number, request))
        return self._answer(key, version, number)

    def ask_again(self, key: int, version: int, request: Any, times: int) -> Any:
        """The last answer to the same request, sent so many times without waiting in between."""
        number = next(self._numbers)
        frame = self._frame(key, version, number, request)
        answer = None
        for first in range(0, times, PIPELINED):
            count = min(PIPELINED, times - first)
            self._socket.sendall(frame * count)
            for _ in range(count):
                answer = self._answer(key, version, number)
        return answer

    def _frame(self, key: int, version: int, number: int, request: Any) -> bytes:
        parts: list[Any] = []
        encode_request_header(parts, RequestHeader(key, version, number, "wire"))
        load(key).encode_request(request, version, parts)
        finish_frame(parts)
        return b"".join(parts)

    def _answer(self, key: int, version: int, number: int) -> Any:
        size = int.from_bytes(self._read(4), "big")
        frame = self._read(size)
        header, body = decode_response_header(frame, 0, size, key, version)
        assert header.correlation_id == number
        return load(key).decode_response(frame, body, size, version)

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            if not piece:
                raise ConnectionError("the broker closed the connection")
            data += piece
        return bytes(data)


class Servers(Talk):
    """Every broker of a server under test."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__()
        self._bootstrap = bootstrap
        self._wires: dict[str, Socket] = {}
        self._connected: list[Socket] = []

    def close(self) -> None:
        for wire in (*self._wires.values(), *self._connected):
            wire.close()

    def at(self, address: str) -> Socket:
        if address not in self._wires:
            self._wires[address] = Socket(address)
        return self._wires[address]

    def connect(self, address: str) -> Socket:
        wire = Socket(address)
        self._connected.append(wire)
        return wire

    def time_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def exhaust(self, transactional_id: str) -> As:
        """By going through them all."""
        producer = self.init(transactional_id)
        request = load(22).InitProducerIdRequest(
            transactional_id=transactional_id,
            transaction_timeout_ms=60_000,
            producer_id=-1,
            producer_epoch=-1,
        )
        answer = self.coordinator(transactional_id).ask_again(22, 5, request, LAST_EPOCH)
        assert (answer.error_code, answer.producer_id) == (ErrorCode.NONE, producer.producer_id)
        return As(answer.producer_id, answer.producer_epoch)

    def coordinator(self, key: str, kind: int = 1) -> Socket:
        found = super().coordinator(key, kind)
        assert isinstance(found, Socket)
        return found

    def any(self) -> Socket:
        return self.at(self._bootstrap)

    def patience(self) -> Iterator[None]:
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            yield
            time.sleep(0.01)
