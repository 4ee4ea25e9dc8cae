"""One connection: bytes into frames, frames into answers, answers out in the order of the requests.

No task: the poller calls `ready` when there is something to read, and everything from there to the answer is one
synchronous step. What always holds: answers leave in request order; a parked request holds back its own connection and
no other; what waits to be sent is bounded, because nothing is read or handled while the client does not take it; and
whatever a client sends or a handler raises ends at most this connection.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Mapping
from importlib import import_module
from struct import Struct as Format
from time import perf_counter
from typing import Any, ClassVar

import attrs

from kwire.apis import NO_RESPONSE, Caller, CloseConnection, Served, Wait, held_back
from kwire.apis.metering import Meter
from kwire.broker.clock import Clock
from kwire.codec import MalformedFrame
from kwire.codec.frames import FrameBuffer, Spares
from kwire.codec.headers import RequestHeader, decode_request_header
from kwire.codec.primitives import Buffer, Readable
from kwire.errors import ErrorCode, KafkaError
from kwire.server.outbox import Outbox
from kwire.server.poller import BROKEN, READABLE, WRITABLE, Poller
from kwire.server.waiting import Parked, Timers

log = logging.getLogger(__name__)

RECEIVE_BYTES = 65_536
"""What one reading of the socket may bring, unless it goes straight into a large frame."""

PENDING_BYTES = 1 << 20
"""Answers are sent before more frames are handled when they come to this."""

SLICE_SECONDS = 0.0005
"""How long a connection may work on what arrived together before others get their turn."""

ROOMY_BYTES = 4 << 20
"""What the kernel is asked to take at once for a client that takes large answers as fast as they come.

It sends such an answer in one go then, while nobody is woken: consumes of 1 KB cost 0.24 CPU s per GB instead of 0.26.
One that is slow keeps what the kernel gives it."""

QUICK_SECONDS = 0.005
"""Who takes what was left of an answer within this is as fast."""

NO_HEADER = 1 << 40
"""More than any frame has."""

LONGEST_HEADER = 512
"""One that is longer is read each time."""

_SHORTEST_HEADER = 8
"""API, version and correlation id."""

_unpack_I = Format(">I").unpack_from
_unpack_i = Format(">i").unpack_from

Frame = tuple[Readable, int, int]
"""`(buf, pos, end)`"""

LAST_READINGS = 8
"""How often a busy connection is still read after the server was told to stop."""


class _Unlimited:
    """The quotas of those who have none."""

    limit_clients = False
    limit_connections = False


@attrs.define
class Hall:
    """What all connections of a server share."""

    NO_QUOTAS: ClassVar[Any] = _Unlimited

    broker: Any
    table: Mapping[int, Served]
    timers: Timers
    clock: Clock
    max_frame_bytes: int
    owed: list[Any] = attrs.Factory(list)
    """What the request in hand wrote and must not be answered before it is durable; see `apis.held_back`."""
    spares: Spares = attrs.Factory(Spares)
    poller: Poller = attrs.Factory(Poller)
    tunes_send_buffers: bool = False
    """Nobody said how large they are to be."""
    quotas: Any = NO_QUOTAS
    """The broker's; those of nobody where brokers talk to each other."""
    left: Callable[[str], None] = lambda connection_id: None
    """Is told of each connection that is gone."""


@attrs.define
class _Asked:
    """One request whose answer is not out yet."""

    served: Served
    version: int
    correlation_id: int
    request: Any
    meter: Meter | None = None


class _Fault(Exception):
    """The connection must end, and a person may want to know why: what happened, and where."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(what, where)
        self.what = what
        self.where = where


class Connection:
    """Serves one client on one socket, from `open` until `gone` is called."""

    __slots__ = (
        "_asked",
        "_closed",
        "_ends",
        "_frames",
        "_gone",
        "_hall",
        "_header_bytes",
        "_header_rest",
        "_is_blocked",
        "_is_roomy",
        "_is_rung",
        "_outbox",
        "_parked",
        "_readings_left",
        "_served",
        "_sock",
        "_stopping",
        "_version",
        "_watched",
        "_which",
        "caller",
        "last_active",
        "peer",
    )

    def __init__(
        self,
        sock: socket.socket,
        caller: Caller,
        peer: str,
        hall: Hall,
        gone: Callable[[Connection], None] = lambda connection: None,
    ) -> None:
        sock.setblocking(False)
        self.caller = caller
        self.peer = peer
        self.last_active = perf_counter()
        """When bytes last moved, by `time.perf_counter`."""
        self._sock = sock
        self._hall = hall
        self._gone = gone
        self._frames = FrameBuffer(hall.max_frame_bytes, hall.spares)
        self._outbox = Outbox(sock)
        self._parked: Parked | None = None
        self._header_bytes = NO_HEADER
        """Of the last request: how long its header was, what stood before and after the correlation id, its meaning."""
        self._which = 0
        self._header_rest = b""
        self._served: Served | None = None
        self._version = 0
        self._asked: _Asked | None = None
        """What the parked answer is for."""
        self._watched = READABLE
        self._is_blocked = False
        """The client does not take what is in the outbox."""
        self._is_roomy = not hall.tunes_send_buffers
        """The send buffer is as large as it gets."""
        self._is_rung = False
        """The poller was asked to let this connection go on."""
        self._ends = False
        """When the outbox is empty."""
        self._stopping = False
        self._readings_left = LAST_READINGS
        self._closed = False

    @property
    def is_parked(self) -> bool:
        """Whether the client waits for us, not we for the client."""
        return self._parked is not None

    def open(self) -> None:
        """Serve from now on."""
        self._hall.poller.add(self._sock, self)

    def stop(self) -> None:
        """Answer what has arrived, at once if need be, and end."""
        if not self._stopping and not self._closed:
            self._stopping = True
            if self._parked is not None:
                self._parked.release()
            self._ring()

    def close(self) -> None:
        """End now; an answer that is not sent is lost."""
        if not self._closed:
            self._closed = True
            self._unpark()
            self._hall.poller.remove(self._sock)
            self._sock.close()
            self._gone(self)

    # What the poller calls

    def ready(self, mask: int) -> None:
        """The socket can be read or written, or is broken."""
        try:
            if self._parked is not None or self._is_blocked:
                self._not_now(mask)
            elif self._is_rung:
                pass  # what has come in is handled before more is taken in
            else:
                frame = self._read()
                if frame is not None:
                    self._work(frame)
        except Exception as error:  # noqa: BLE001 - one connection fails, the server does not
            self._fail(error)

    def go_on(self) -> None:
        """A parked request may have its answer, more frames wait, or the server stops."""
        self._is_rung = False
        if self._closed:
            return
        try:
            if self._parked is not None:
                self._try_parked()
            elif not self._is_blocked:
                self._work()
            if self._stopping and self._parked is None and not self._is_blocked:
                self._read_last()
        except Exception as error:  # noqa: BLE001 - one connection fails, the server does not
            self._fail(error)

    def _ring(self) -> None:
        """May be called from within a rule, and any number of times."""
        if not self._is_rung:
            self._is_rung = True
            self._hall.poller.again(self)

    def _watch(self, mask: int) -> None:
        if self._watched != mask:
            self._watched = mask
            self._hall.poller.watch(self._sock, mask)

    def _not_now(self, mask: int) -> None:
        """The socket is ready while this connection waits for an answer, or for the client to take some."""
        if self._is_blocked and mask & (WRITABLE | BROKEN):
            now = self._hall.poller.now
            if not self._is_roomy and now - self.last_active < QUICK_SECONDS:
                self._make_room()
            self.last_active = now
            if self._flush() and self._parked is None:
                self._work()
            return
        if mask & BROKEN:
            raise ConnectionResetError("it left while it waited for an answer")
        self._watch(WRITABLE if self._is_blocked else 0)  # what it sent ahead has to wait

    def _make_room(self) -> None:
        """A client that is quick may have all of a large answer at once."""
        if self._outbox.pending_bytes > PENDING_BYTES:
            self._is_roomy = True
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOMY_BYTES)

    def _read(self) -> Frame | None:
        """Take in what the socket has; the first whole frame."""
        frames = self._frames
        self.last_active = self._hall.poller.now
        try:
            view = None if frames.is_empty else frames.writable()
            if view is None:
                data = self._sock.recv(RECEIVE_BYTES)
                if data:
                    return frames.first_frame(data)
            else:
                size = len(view)
                count = self._sock.recv_into(view)
                if count:
                    frames.received(count)
                    return frames.next_frame() if count == size else None
        except BlockingIOError:
            return None
        left = frames.buffered_bytes
        if left:
            raise _Fault(f"the stream ended inside a frame, of which {left} bytes had come", "frame")
        self.close()
        return None

    def _work(self, frame: Frame | None = None) -> None:
        """Handle the frames that are there, for a slice of time, and send what that gave."""
        frames, outbox = self._frames, self._outbox
        if frame is None:
            frame = frames.next_frame()
        turn_ends = 0.0
        while frame is not None:
            self._handle(frame)
            if frames.is_empty or self._parked is not None:
                break
            if not turn_ends:
                turn_ends = perf_counter() + SLICE_SECONDS
            elif perf_counter() > turn_ends:
                self._ring()
                break
            if outbox.pending_bytes > PENDING_BYTES and not self._flush():
                return
            frame = frames.next_frame()
        if outbox.pending_bytes:
            self._flush()

    def _read_last(self) -> None:
        """The server stops: what a busy client has sent is still answered, but not for ever."""
        while self._readings_left and not self._closed and not self._is_rung:
            self._readings_left -= 1
            buffered_bytes = self._frames.buffered_bytes
            frame = self._read()
            if frame is not None:
                self._work(frame)
            elif self._frames.buffered_bytes == buffered_bytes:
                break  # there was nothing to read
            if self._parked is not None or self._is_blocked:
                return
        if not self._closed and not self._is_rung:
            self._end()

    def _flush(self) -> bool:
        """Send what is in the outbox; False when that was not all, or all that was left to do."""
        if not self._outbox.send():
            self._is_blocked = True
            self._watch(WRITABLE)
            return False
        if self._is_blocked:
            self._is_blocked = False
            self._watch(READABLE)
        if self._ends:
            self.close()
            return False
        if self._stopping:
            self._ring()
        return True

    def _end(self) -> None:
        """Close, once what there is to say is said."""
        self._ends = True
        self._flush()

    def _fail(self, error: Exception) -> None:
        """This connection cannot go on; what came before is answered."""
        if isinstance(error, _Fault):
            self._tell(error)
        elif isinstance(error, MalformedFrame):
            self._tell(_Fault(str(error), "frame"))
        elif isinstance(error, OSError):
            log.debug("%s (client %r) is gone: %s", self.peer, self.caller.client_id, error)
            self.close()
            return
        else:
            log.error(
                "%s (client %r): closing the connection", self.peer, self.caller.client_id, exc_info=error
            )
            self.close()
            return
        self._unpark()
        try:
            if not self._closed:
                self._end()
        except OSError:
            self.close()

    # Requests

    def _handle(self, frame: Frame) -> None:
        """Answer one frame into the outbox, or park its request."""
        buf, pos, end = frame
        # A client asks the same again and again: that the header is that of the request before, but for its correlation
        # id, is seen sooner than it is read. It saves 5 % of a small Produce.
        body = pos + self._header_bytes
        if (
            body > end
            or _unpack_I(buf, pos)[0] != self._which
            or buf[pos + _SHORTEST_HEADER : body] != self._header_rest
        ):
            body = self._take_header(buf, pos, end)
            if not body:
                return
        (correlation_id,) = _unpack_i(buf, pos + 4)
        served, version = self._served, self._version
        assert served is not None
        hall, caller = self._hall, self.caller
        if served.short_way is not None and not hall.quotas.limit_clients:
            try:
                answer = served.short_way(hall.broker, caller, buf, body, end)
                if isinstance(answer, bytes):
                    self._outbox.put_answer(correlation_id, [answer], version >= served.answer_tagged_from)
                    return
                if answer is not None:
                    request = served.decode(buf, body, end, version)
                    self._park(_Asked(served, version, correlation_id, request), answer)
                    return
            except Exception as error:  # noqa: BLE001 - one request fails, the server does not
                request = served.decode(buf, body, end, version)
                self._answer_failure(_Asked(served, version, correlation_id, request), error)
                return
        try:
            request = served.decode(buf, body, end, version)
        except MalformedFrame as error:
            raise _Fault(str(error), f"{served.name} v{version}") from None
        meter = None
        try:
            if hall.quotas.limit_clients:
                meter = Meter(hall.broker, caller, served.key, request, end - body)
            response = served.handle(hall.broker, caller, request)
            if hall.owed:
                response = self._hold_back(response)
            if meter is not None:
                meter.pause()
            if response.__class__ is Wait:
                self._park(_Asked(served, version, correlation_id, request, meter), response)
            elif meter is not None:
                self._answer_metered(served, version, correlation_id, response, meter)
            elif response is not NO_RESPONSE:
                self._answer(served, version, correlation_id, response)
        except Exception as error:  # noqa: BLE001 - one request fails, the server does not
            self._answer_failure(_Asked(served, version, correlation_id, request), error)

    def _take_header(self, buf: Readable, pos: int, end: int) -> int:
        """Read a header that is another than that of the request before, and remember it; where the request begins.

        0 for a request that is answered already.
        """
        self._header_bytes = NO_HEADER
        try:
            header, body = decode_request_header(buf, pos, end)
        except MalformedFrame as error:
            raise _Fault(str(error), "request header") from None
        caller = self.caller
        caller.client_id = header.client_id or ""
        served = self._hall.table.get(header.api_key)
        if served is None:
            raise _Fault(f"API {header.api_key} is not served", "request header")
        version = header.api_version
        if not served.min_version <= version <= served.max_version:
            self._refuse_version(served, header)
            return 0
        caller.version = version
        self._served, self._version = served, version
        if body - pos <= LONGEST_HEADER:
            (self._which,) = _unpack_I(buf, pos)
            self._header_rest = bytes(buf[pos + _SHORTEST_HEADER : body])
            self._header_bytes = body - pos
        return body

    def _park(self, asked: _Asked, wait: Wait[Any]) -> None:
        """Wait for one answer; this connection handles nothing else meanwhile."""
        hall = self._hall
        self._asked = asked
        self._parked = Parked(wait, hall.timers, hall.clock, self._ring)
        if self._stopping:
            self._parked.release()

    def _unpark(self) -> None:
        parked, self._parked, self._asked = self._parked, None, None
        if parked is not None:
            parked.end()

    def _try_parked(self) -> None:
        """The answer to the parked request, if it is there now; then whatever comes after it."""
        parked, asked = self._parked, self._asked
        assert parked is not None
        assert asked is not None
        hall = self._hall
        response = None
        try:
            response = parked.answer()
            if response is None:
                return
            self._unpark()
            if hall.owed:
                response = self._hold_back(response)
            if response.__class__ is Wait:
                self._park(asked, response)
                return
            if asked.meter is not None:
                self._answer_metered(asked.served, asked.version, asked.correlation_id, response, asked.meter)
            elif response is not NO_RESPONSE:
                self._answer(asked.served, asked.version, asked.correlation_id, response)
        except Exception as error:  # noqa: BLE001 - as in _handle
            self._unpark()
            self._answer_failure(asked, error)
        del (
            parked,
            asked,
            response,
        )  # or the buffer of a large request could not be used again for the next one
        self.last_active = hall.poller.now
        if self._parked is not None:  # the client was too fast
            if self._outbox.pending_bytes and not self._is_blocked:
                self._flush()
        elif not self._is_blocked:
            self._watch(READABLE)
            self._work()

    def _hold_back(self, response: Any) -> Any:
        """Let an answer wait for what its request wrote. A wait goes first, and what follows from it later."""
        if response is NO_RESPONSE or response.__class__ is Wait:
            self._hall.owed.clear()
            return response
        return held_back(self._hall.broker, response)

    def _answer(self, served: Served, version: int, correlation_id: int, response: Any) -> None:
        """Put one response into the outbox, whole or not at all."""
        parts: list[Buffer] = []
        served.encode(response, version, parts)
        self._outbox.put_answer(correlation_id, parts, version >= served.answer_tagged_from)

    def _answer_metered(
        self, served: Served, version: int, correlation_id: int, response: Any, meter: Meter
    ) -> None:
        """The same for a client that has quotas: when it was too fast, nothing of it is handled for a while."""
        throttle_ms = meter.finish(response)
        if response is not NO_RESPONSE:
            self._answer(served, version, correlation_id, response)
        if throttle_ms > 0:
            until = self._hall.clock.monotonic_ms() + throttle_ms
            self._park(
                _Asked(served, version, correlation_id, None),
                Wait(lambda final: NO_RESPONSE if final else None, (), until),
            )

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
