"""What tests of connections send and serve: frames, and APIs whose requests and responses are plain bytes."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import attrs
import trio

from kwire.apis import Caller, Served
from kwire.server.connection import Connection

HEARTBEAT, LEAVE, SYNC, API_VERSIONS = 12, 13, 14, 18
"""Keys that exist, so that headers can be read; what the tests serve under them is their own."""


def frame(
    key: int, body: bytes = b"", *, correlation_id: int = 1, version: int = 0, client_id: bytes = b"tester"
) -> bytes:
    """A request as it is on the wire, with a version 1 header."""
    payload = struct.pack(">hhih", key, version, correlation_id, len(client_id)) + client_id + body
    return struct.pack(">i", len(payload)) + payload


def api(key: int, handle: Callable[[Any, Caller, bytes], Any], function: str = "tests_only") -> Served:
    """An API that decodes to the bytes of the body, and whose response is a buffer or a list of them."""
    served = Served(key, function)

    def encode(response: Any, version: int, parts: list[Any]) -> None:
        parts.extend(response if isinstance(response, list) else [response])

    served.decode = lambda buf, pos, end, version: bytes(buf[pos:end])
    served.encode = encode
    served.handle = handle
    return served


@attrs.define
class Client:
    """The other end of a connection under test."""

    stream: trio.SocketStream
    connection: Connection
    ended: trio.Event

    async def send(self, data: bytes) -> None:
        await self.stream.send_all(data)

    async def read(self, size: int) -> bytes:
        """Exactly so many bytes; fewer when the connection is closed first."""
        data = b""
        while len(data) < size and (more := await self.stream.receive_some(size - len(data))):
            data += more
        return data

    async def answer(self) -> tuple[int, bytes] | None:
        """The next answer as (correlation id, body), or None when the connection was closed."""
        prefix = await self.read(4)
        if not prefix:
            return None
        payload = await self.read(int.from_bytes(prefix, "big"))
        return int.from_bytes(payload[:4], "big"), payload[4:]


Serve = Callable[..., Client]
