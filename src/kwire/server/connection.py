"""One connection: bytes into frames, frames into answers, answers out in the order of the requests.

One task per connection. The work between two readings of the socket is synchronous, so a small request costs little
more than its handler. What always holds: answers leave in request order; a parked request holds back its own
connection and no other; what waits to be sent is bounded, because nothing is read or handled while it is more than
`PENDING_BYTES`; and whatever a client sends or a handler raises ends at most this connection.

The system calls are tried first and waited for only when they would block: under load most reads find something, and
a wait costs as much as a small request.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from importlib import import_module
from time import perf_counter
from typing import Any

import attrs
import trio
from trio import lowlevel

from kwire.apis import NO_RESPONSE, Caller, CloseConnection, Served, Wait, held_back
from kwire.broker.clock import Clock
from kwire.codec import MalformedFrame
from kwire.codec.frames import FrameBuffer, Spares
from kwire.codec.headers import RequestHeader, decode_request_header, encode_response_header
from kwire.codec.primitives import Buffer
from kwire.errors import ErrorCode, KafkaError
from kwire.server.outbox import Outbox
from kwire.server.waiting import Parked, Timers

log = logging.getLogger(__name__)

RECEIVE_BYTES = 65_536
"""What one reading of the socket may bring, unless it goes straight into a large frame."""

PENDING_BYTES = 1 << 20
"""Answers are sent before more frames are handled when they come to this."""

SLICE_SECONDS = 0.0005
"""How long a connection may work on what arrived together before others get their turn."""

LAST_READINGS = 8
"""How often a busy connection is still read after the server was told to stop."""


@attrs.define
class Hall:
    """What all connections of a server share."""

    broker: Any
    table: Mapping[int, Served]
    timers: Timers
    clock: Clock
    max_frame_bytes: int
    owed: list[Any] = attrs.Factory(list)
    """What the request in hand wrote and must not be answered before it is durable; see `apis.held_back`."""
    spares: Spares = attrs.Factory(Spares)


@attrs.define
class _Asked:
    """One request whose answer is not out yet."""

    served: Served
    version: int
    correlation_id: int
    request: Any


class _Fault(Exception):
    """The connection must end, and a person may want to know why: what happened, and where."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(what, where)
        self.what = what
        self.where = where


class Connection:
    """Serves one client on one socket; `run` is its task."""

    __slots__ = (
        "_closed",
        "_frames",
        "_hall",
        "_outbox",
        "_parked",
        "_sock",
        "_stopping",
        "caller",
        "last_active",
        "peer",
    )

    def __init__(self, sock: socket.socket, caller: Caller, peer: str, hall: Hall) -> None:
        sock.setblocking(False)
        self.caller = caller
        self.peer = peer
        self.last_active = perf_counter()
        """When bytes last moved, by `time.perf_counter`."""
        self._sock = sock
        self._hall = hall
        self._frames = FrameBuffer(hall.max_frame_bytes, hall.spares)
        self._outbox = Outbox(sock)
        self._parked: Parked | None = None
        self._stopping = False
        self._closed = False

    @property
    def is_parked(self) -> bool:
        """Whether the client waits for us, not we for the client."""
        return self._parked is not None

    def stop(self) -> None:
        """Answer what has arrived, at once if need be, and end."""
        if not self._stopping and not self._closed:
            self._stopping = True
            if self._parked is not None:
                self._parked.release()
            if not self._outbox.pending_bytes:
                lowlevel.notify_closing(self._sock)

    def close(self) -> None:
        """End now; an answer that is not sent is lost."""
        if not self._closed:
            self._closed = True
            lowlevel.notify_closing(self._sock)
            self._sock.close()
            if self._parked is not None:
                self._parked.release()

    async def run(self) -> None:
        """Serve until the client goes, is at fault, or the server stops; the socket is closed then."""
        try:
            await self._serve()
        except _Fault as fault:
            self._tell(fault)
        except MalformedFrame as error:
            self._tell(_Fault(str(error), "frame"))
        except (OSError, trio.ClosedResourceError) as error:
            log.debug("%s (client %r) is gone: %s", self.peer, self.caller.client_id, error)
        except Exception:
            log.exception("%s (client %r): closing the connection", self.peer, self.caller.client_id)
        finally:
            self._closed = True
            self._sock.close()

    async def _serve(self) -> None:
        sock, frames, outbox = self._sock, self._frames, self._outbox
        readings_left = LAST_READINGS
        while True:
            try:
                view = frames.writable()
                if view is None:
                    data = sock.recv(RECEIVE_BYTES)
                    if not data:
                        return self._ended()
                    frames.feed(data)
                else:
                    count = sock.recv_into(view)
                    if not count:
                        return self._ended()
                    whole = count == len(view)
                    frames.received(count)
                    if not whole:
                        # There was no more, and no frame is whole: asking again would fail before the wait.
                        self.last_active = perf_counter()
                        await self._readable()
                        continue
            except BlockingIOError:
                if self._stopping:
                    return None
                await self._readable()
                continue
            self.last_active = now = perf_counter()
            turn_ends = now + SLICE_SECONDS
            try:
                while (frame := frames.next_frame()) is not None:
                    waiting = self._handle(*frame)
                    if waiting is not None:
                        await self._park(*waiting)
                        turn_ends = perf_counter() + SLICE_SECONDS
                    elif perf_counter() > turn_ends or outbox.pending_bytes > PENDING_BYTES:
                        await self._send()
                        await lowlevel.cancel_shielded_checkpoint()
                        turn_ends = perf_counter() + SLICE_SECONDS
            except (MalformedFrame, _Fault):
                await self._send()  # What came before is answered.
                raise
            if outbox.pending_bytes and not outbox.send():
                await self._send()
            if self._stopping:
                readings_left -= 1
                if not readings_left:
                    return None
            await lowlevel.cancel_shielded_checkpoint()
            if self._closed:
                return None

    async def _readable(self) -> None:
        """Wait for bytes, or for the wish to stop."""
        try:
            await lowlevel.wait_readable(self._sock)
        except trio.ClosedResourceError:
            if self._closed:
                raise

    def _ended(self) -> None:
        """The client closed its side."""
        left = self._frames.buffered_bytes
        if left:
            raise _Fault(f"the stream ended inside a frame, of which {left} bytes had come", "frame")

    def _handle(self, buf: bytes | bytearray, pos: int, end: int) -> tuple[_Asked, Wait[Any]] | None:
        """Answer one frame into the outbox, or say that the answer must be waited for."""
        try:
            header, body = decode_request_header(buf, pos, end)
        except MalformedFrame as error:
            raise _Fault(str(error), "request header") from None
        served = self._hall.table.get(header.api_key)
        caller = self.caller
        caller.client_id = header.client_id or ""
        if served is None:
            raise _Fault(f"API {header.api_key} is not served", "request header")
        version = header.api_version
        if not served.min_version <= version <= served.max_version:
            self._refuse_version(served, header)
            return None
        caller.version = version
        try:
            request = served.decode(buf, body, end, version)
        except MalformedFrame as error:
            raise _Fault(str(error), f"{served.name} v{version}") from None
        try:
            hall = self._hall
            response = served.handle(hall.broker, caller, request)
            if hall.owed:
                response = self._hold_back(response)
            if response.__class__ is Wait:
                return _Asked(served, version, header.correlation_id, request), response
            if response is not NO_RESPONSE:
                self._answer(served, version, header.correlation_id, response)
        except Exception as error:  # noqa: BLE001 - one request fails, the server does not
            self._answer_failure(_Asked(served, version, header.correlation_id, request), error)
        return None

    def _hold_back(self, response: Any) -> Any:
        """Let an answer wait for what its request wrote. A wait goes first, and what follows from it later."""
        if response is NO_RESPONSE or response.__class__ is Wait:
            self._hall.owed.clear()
            return response
        return held_back(self._hall.broker, response)

    def _answer(self, served: Served, version: int, correlation_id: int, response: Any) -> None:
        """Put one response into the outbox, whole or not at all."""
        parts: list[Buffer] = []
        encode_response_header(parts, served.key, version, correlation_id)
        served.encode(response, version, parts)
        self._outbox.put_frame(parts)

    def _answer_failure(self, asked: _Asked, error: Exception) -> None:
        """Answer a request whose handler raised, in the API's own words for an error where it has them."""
        self._hall.owed.clear()
        served, where = asked.served, f"{asked.served.name} v{asked.version}"
        if isinstance(error, CloseConnection):
            raise _Fault(str(error), where) from None
        if isinstance(error, KafkaError):
            code = error.code
            log.debug("%s (client %r): %s: %s", self.peer, self.caller.client_id, where, error)
        else:
            code = ErrorCode.UNKNOWN_SERVER_ERROR
            log.error(
                "%s (client %r): %s failed: %s",
                self.peer,
                self.caller.client_id,
                where,
                error,
                exc_info=error,
                extra=self._details(repr(error), where),
            )
        error_response = getattr(import_module(f"kwire.apis.{served.function}"), "error_response", None)
        if error_response is None:
            raise _Fault(f"{error!r}, and no answer can say so", where) from None
        response = error_response(asked.request, code)
        if response is NO_RESPONSE:
            raise _Fault(f"{error!r}, and the client wants no answer", where) from None
        self._answer(served, asked.version, asked.correlation_id, response)

    def _refuse_version(self, served: Served, header: RequestHeader) -> None:
        """A version that is not served ends the connection, unless the API can say which ones are."""
        if served.accepts_any_version:
            if served.refuse_version is None:
                served.load()
            if served.refuse_version is not None:
                response, version = served.refuse_version(self._hall.broker, self.caller)
                self._answer(served, version, header.correlation_id, response)
                return
        raise _Fault(
            f"{served.name} version {header.api_version} is not served,"
            f" versions {served.min_version} to {served.max_version} are",
            "request header",
        )

    async def _park(self, asked: _Asked, wait: Wait[Any]) -> None:
        """Wait for one answer; this connection handles nothing else meanwhile."""
        hall = self._hall
        response: Any = wait
        while response.__class__ is Wait:
            with Parked(response, hall.timers, hall.clock) as parked:
                await self._send()
                self._parked = parked
                if self._stopping:
                    parked.release()
                try:
                    response = await parked.answer()
                    if hall.owed:
                        response = self._hold_back(response)
                    if response is not NO_RESPONSE and response.__class__ is not Wait:
                        self._answer(asked.served, asked.version, asked.correlation_id, response)
                except Exception as error:  # noqa: BLE001 - as in _handle
                    self._answer_failure(asked, error)
                    response = NO_RESPONSE
                finally:
                    self._parked = None
        if self._closed:
            raise trio.ClosedResourceError
        self.last_active = perf_counter()

    async def _send(self) -> None:
        """Send what is in the outbox, as fast as the client takes it."""
        outbox = self._outbox
        while not outbox.send():
            try:
                await lowlevel.wait_writable(self._sock)
            except trio.ClosedResourceError:
                if self._closed:
                    raise
            self.last_active = perf_counter()

    def _tell(self, fault: _Fault) -> None:
        log.warning(
            "%s (client %r): %s [%s]; closing the connection",
            self.peer,
            self.caller.client_id,
            fault.what,
            fault.where,
            extra=self._details(fault.what, fault.where),
        )

    def _details(self, what: str, where: str) -> dict[str, str]:
        return {"peer": self.peer, "client_id": self.caller.client_id, "what": what, "where": where}
