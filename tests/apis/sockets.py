"""Asking brokers over sockets, one request at a time."""

from __future__ import annotations

import itertools
import socket
from typing import Any

from kwire.codec.frames import finish_frame
from kwire.codec.headers import RequestHeader, decode_response_header, encode_request_header
from kwire.codec.messages import load

PIPELINED = 200
"""So many small requests, and their answers, fit into the buffers of a socket."""


class Socket:
    """One connection."""

    def __init__(self, address: str, client_id: str = "wire") -> None:
        self._client_id = client_id
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

    def tell(self, key: int, version: int, request: Any) -> None:
        """A request that wants no answer."""
        self._socket.sendall(self._frame(key, version, next(self._numbers), request))

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
        encode_request_header(parts, RequestHeader(key, version, number, self._client_id))
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
