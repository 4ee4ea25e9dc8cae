"""Links to other workers: requests of Kafka's protocol over Unix sockets that only this broker's processes can reach.

One request is under way on a link at a time; whoever has another one takes another link. Always holds: a request whose
link broke is not sent again, because nobody knows what became of it; only connecting is tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import trio

from kwire.apis.calls import outgoing
from kwire.broker.broker import Broker
from kwire.broker.calls import Call
from kwire.codec import MalformedFrame
from kwire.codec.frames import finish_frame
from kwire.codec.headers import RequestHeader, decode_response_header, encode_request_header
from kwire.codec.messages import load
from kwire.codec.primitives import Buffer
from kwire.errors import KafkaError
from kwire.server.waiting import Doorbell

log = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
"""How long a worker that cannot be reached is tried: it may just be starting again."""

_RETRY_SECONDS = 0.02
_RECEIVE_BYTES = 1 << 16


class _Link:
    """One connection."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._number = 0

    async def ask(self, client_id: str, key: int, version: int, message: Any) -> Any:
        """Send a request and read its answer. Raises OSError, trio.BrokenResourceError, MalformedFrame."""
        wire = load(key)
        self._number += 1
        parts: list[Buffer] = []
        encode_request_header(
            parts,
            RequestHeader(api_key=key, api_version=version, correlation_id=self._number, client_id=client_id),
        )
        wire.encode_request(message, version, parts)
        finish_frame(parts)
        await self._stream.send_all(b"".join(parts))
        frame = await self._read_frame()
        header, body = decode_response_header(frame, 0, len(frame), key, version)
        if header.correlation_id != self._number:
            raise MalformedFrame(
                f"the answer to {self._number} says that it is one to {header.correlation_id}"
            )
        return wire.decode_response(frame, body, len(frame), version)

    async def _read_frame(self) -> bytes:
        data = bytearray()
        while len(data) < 4 or len(data) < 4 + int.from_bytes(data[:4], "big"):
            piece = await self._stream.receive_some(_RECEIVE_BYTES)
            if not piece:
                raise ConnectionResetError("the other worker closed the connection")
            data += piece
        return bytes(data[4:])

    async def close(self) -> None:
        await trio.aclose_forcefully(self._stream)


class Links:
    """The links of one worker to the others, opened when they are needed and kept."""

    def __init__(self, node_id: int, addresses: Mapping[int, str]) -> None:
        """`addresses` are the socket files of all workers, by node id."""
        self._client_id = f"worker-{node_id}"
        self._addresses = addresses
        self._idle: dict[int, list[_Link]] = {}

    async def ask(
        self, node_id: int, key: int, version: int, message: Any, *, patience_s: float = CONNECT_SECONDS
    ) -> Any:
        """The answer of a worker. Raises OSError when it cannot be reached, or broke off in the middle."""
        idle = self._idle.setdefault(node_id, [])
        link = idle.pop() if idle else await self._connect(node_id, patience_s)
        try:
            answer = await link.ask(self._client_id, key, version, message)
        except BaseException as error:
            with trio.CancelScope(shield=True):
                await link.close()
                for other in idle:  # they lead to the same process
                    await other.close()
                idle.clear()
            if isinstance(error, trio.BrokenResourceError | trio.ClosedResourceError):
                raise ConnectionResetError(f"node {node_id} is gone") from error
            if isinstance(error, MalformedFrame):
                raise OSError(f"node {node_id} answered what does not read: {error}") from error
            raise
        idle.append(link)
        return answer

    async def _connect(self, node_id: int, patience_s: float) -> _Link:
        path = self._addresses[node_id]
        until = trio.current_time() + patience_s
        while True:
            try:
                return _Link(await trio.open_unix_socket(path))
            except OSError:
                if trio.current_time() >= until:
                    raise
            await trio.sleep(_RETRY_SECONDS)

    async def close(self) -> None:
        for idle in self._idle.values():
            for link in idle:
                await link.close()
            idle.clear()


async def carry_calls(broker: Broker, links: Links) -> None:
    """Carry what the rules ask of other workers, each call on its own, until cancelled."""
    bell = Doorbell()
    broker.calls.added.add(bell.ring)
    try:
        async with trio.open_nursery() as nursery:
            while True:
                while (call := broker.calls.next()) is not None:
                    nursery.start_soon(_carry, broker, links, call)
                await bell.wait()
    finally:
        broker.calls.added.discard(bell.ring)


async def _carry(broker: Broker, links: Links, call: Call) -> None:
    answer: Any
    try:
        asked = outgoing(broker, call.request)
        answer = asked.read(await links.ask(call.node_id, asked.key, asked.version, asked.message))
    except (OSError, KafkaError) as error:
        answer = error
    call.then(answer)
    broker.flushing.take_owed()  # nobody waits here for what follows from it
