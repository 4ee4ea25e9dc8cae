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
from tests.apis.talking import Talk

DEADLINE_S = 60.0


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
        wire = load(key)
        number = next(self._numbers)
        parts: list[Any] = []
        encode_request_header(parts, RequestHeader(key, version, number, "wire"))
        wire.encode_request(request, version, parts)
        finish_frame(parts)
        self._socket.sendall(b"".join(parts))
        size = int.from_bytes(self._read(4), "big")
        frame = self._read(size)
        header, body = decode_response_header(frame, 0, size, key, version)
        assert header.correlation_id == number
        return wire.decode_response(frame, body, size, version)

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

    def close(self) -> None:
        for wire in self._wires.values():
            wire.close()

    def at(self, address: str) -> Socket:
        if address not in self._wires:
            self._wires[address] = Socket(address)
        return self._wires[address]

    def any(self) -> Socket:
        return self.at(self._bootstrap)

    def patience(self) -> Iterator[None]:
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            yield
            time.sleep(0.01)
