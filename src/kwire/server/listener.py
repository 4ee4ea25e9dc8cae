"""Listening: sockets that are bound, clients that are let in, and connections that have been idle too long.

What always holds: at most `max.connections` sockets are open at once (later clients wait in the backlog, as with
Kafka), and at most `max.connections.per.ip` from one address (later ones are closed at once).
"""

from __future__ import annotations

import errno
import logging
import socket
from collections import Counter
from collections.abc import Mapping
from time import perf_counter
from typing import Any, Final

import attrs
import trio
from trio import lowlevel

from kwire.apis import Caller
from kwire.errors import CannotStart
from kwire.server.connection import Connection, Hall

log = logging.getLogger(__name__)

_OUT_OF_DESCRIPTORS: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
ACCEPTED_AT_ONCE: Final = 64
"""So many clients are let in before others have their turn. One at a time, the queue of the socket overflows when
a thousand come at once, and those that the kernel turns away try again only after a second, then three, then seven."""

_V4_MAPPED: Final = "::ffff:"


@attrs.frozen
class SocketOptions:
    """What the settings say about sockets. Buffer sizes in bytes; None leaves them to the system."""

    backlog: int = 50
    send_buffer_bytes: int | None = None
    receive_buffer_bytes: int | None = None


@attrs.frozen
class Limits:
    """How many connections there may be: in all, and from one address."""

    connections: int = 2**31 - 1
    per_ip: int = 2**31 - 1
    per_ip_overrides: Mapping[str, int] = attrs.field(factory=dict)

    def of_ip(self, ip: str) -> int:
        return self.per_ip_overrides.get(ip, self.per_ip)


def bind(name: str, host: str, port: int, options: SocketOptions) -> list[socket.socket]:
    """Sockets bound for one listener: one for each address of `host`, all on one port; port 0 picks it.

    An empty host means every address of this machine. Raises CannotStart. They do not listen yet.
    """
    sockets: list[socket.socket] = []
    try:
        for family, address in _addresses(name, host):
            wanted = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(_bind_one(family, address, wanted, options, dual_stack=not host))
            except OSError as error:
                if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) and (sockets or not host):
                    continue  # A name may stand for an address family that this machine does not have.
                raise _cannot_listen(name, host, wanted, error) from error
            if not host:
                break  # One dual-stack socket takes them all.
        if not sockets:
            raise CannotStart(f"Listener {name}: this machine has no address to listen on")
    except BaseException:
        close_all(sockets)
        raise
    return sockets


def listen(name: str, host: str, sockets: list[socket.socket], options: SocketOptions) -> None:
    """Let clients connect from now on. Raises CannotStart."""
    for sock in sockets:
        try:
            sock.listen(options.backlog)
        except OSError as error:
            raise _cannot_listen(name, host, sock.getsockname()[1], error) from error


def close_all(sockets: list[socket.socket]) -> None:
    for sock in sockets:
        sock.close()


def _addresses(name: str, host: str) -> list[tuple[int, str]]:
    """(address family, address) of everything that a host name stands for, IPv4 first."""
    if not host:
        return [(socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")]
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotStart(
            f"Listener {name}: {host!r} is no address of this machine ({error.strerror}); see --listen HOST:PORT"
        ) from error
    pairs = dict.fromkeys((int(family), str(address[0])) for family, _, _, _, address in found)
    return sorted(pairs, key=lambda pair: pair[0] != socket.AF_INET)


def _bind_one(
    family: int, address: str, port: int, options: SocketOptions, *, dual_stack: bool
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not dual_stack)
        # Accepted sockets inherit these; the receive buffer must be known before the handshake.
        if options.send_buffer_bytes is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, options.send_buffer_bytes)
        if options.receive_buffer_bytes is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options.receive_buffer_bytes)
        sock.bind((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


def _cannot_listen(name: str, host: str, port: int, error: OSError) -> CannotStart:
    where = show_address(host or "*", port)
    if error.errno == errno.EADDRINUSE:
        return CannotStart(
            f"Port {port} is in use: listener {name} cannot have {where}."
            " Stop the program that has it, or choose another with --listen HOST:PORT"
        )
    if error.errno == errno.EACCES:
        return CannotStart(
            f"Port {port} is for privileged programs: listener {name} cannot have {where}."
            " Choose one above 1023 with --listen HOST:PORT"
        )
    return CannotStart(
        f"Listener {name} cannot have {where}: {error.strerror}; choose another with --listen HOST:PORT"
    )


def show_address(host: str, port: int) -> str:
    """`host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Reception:
    """Lets clients in and knows who is there."""

    def __init__(self, hall: Hall, limits: Limits) -> None:
        self._hall = hall
        self._limits = limits
        self._present: set[Connection] = set()
        self._by_ip: Counter[str] = Counter()
        self._numbers = 0
        self._kept_out: set[socket.socket] = set()
        self._slot_free = lowlevel.ParkingLot()
        self._all_gone = lowlevel.ParkingLot()

    def __len__(self) -> int:
        return len(self._present)

    async def accept(self, sock: socket.socket, listener: str) -> None:
        """Take clients from one listening socket, until cancelled."""
        taken = 0
        while True:
            while len(self._present) >= self._limits.connections:
                log.warning(
                    "max.connections is reached: %d connections are open, more must wait", len(self._present)
                )
                await self._slot_free.park()
            try:
                client, address = sock.accept()
            except BlockingIOError:
                taken = 0
                await lowlevel.wait_readable(sock)
            except OSError as error:
                if error.errno in _OUT_OF_DESCRIPTORS:
                    log.error("cannot accept a connection on %s: %s", listener, error.strerror)
                    await trio.sleep(0.1)
                # Anything else is the fate of one client, such as one that left before we got to it.
                await lowlevel.checkpoint()
            else:
                self._admit(client, address, listener)
                taken += 1
                if not taken % ACCEPTED_AT_ONCE:
                    await lowlevel.checkpoint()

    def stop(self) -> None:
        """Have every connection answer what it has, and end."""
        for connection in tuple(self._present):
            connection.stop()

    async def close_idle(self, max_idle_ms: int) -> None:
        """Close connections on which nothing moved for so long; never returns.

        As with Kafka, waiting for an answer counts as idleness: a client that is gone for good would otherwise keep its
        parked request, and its descriptor, for as long as it asked us to wait.
        """
        max_idle = max_idle_ms / 1000
        while True:
            await trio.sleep(min(max_idle / 10, 10))
            too_old = perf_counter() - max_idle
            for connection in tuple(self._present):
                if connection.last_active < too_old:
                    log.debug("%s was idle for %d ms", connection.peer, max_idle_ms)
                    connection.close()

    def _admit(self, client: socket.socket, address: Any, listener: str) -> None:
        # A Unix socket has no address: only the other workers of this machine come that way.
        ip, port = (str(address[0]).removeprefix(_V4_MAPPED), address[1]) if address else ("", 0)
        peer = show_address(ip, port)
        if self._by_ip[ip] >= self._limits.of_ip(ip):
            log.warning(
                "%s: max.connections.per.ip is reached, %d connections are open from there; closing this one",
                peer,
                self._by_ip[ip],
                extra={"peer": peer, "what": "max.connections.per.ip is reached", "where": listener},
            )
            client.close()
            return
        if self._hall.quotas.limit_connections and self._keep_out(client, ip):
            return
        try:
            local = client.getsockname() if address else ("", 0)
            if address:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError:
            client.close()  # It left already.
            return
        self._numbers += 1
        caller = Caller(
            client_host=ip,
            listener=listener,
            connection_id=f"{show_address(local[0], local[1])}-{peer}-{self._numbers}",
        )
        connection = Connection(client, caller, peer, self._hall, lambda gone: self._left(gone, ip))
        self._present.add(connection)
        self._by_ip[ip] += 1
        connection.open()

    def _keep_out(self, client: socket.socket, ip: str) -> bool:
        """Do clients come from there faster than they may (KIP-612)? This one hears nothing, and is sent away later."""
        clock = self._hall.clock
        now_ms = clock.monotonic_ms()
        delay_ms = self._hall.quotas.connected(ip, now_ms)
        if not delay_ms:
            return False
        self._kept_out.add(client)

        def send_away() -> None:
            self._kept_out.discard(client)
            client.close()

        self._hall.timers.set(now_ms + delay_ms, send_away)
        return True

    def _left(self, connection: Connection, ip: str) -> None:
        self._present.discard(connection)
        self._by_ip[ip] -= 1
        if not self._by_ip[ip]:
            del self._by_ip[ip]
        self._slot_free.unpark()
        self._hall.left(connection.caller.connection_id)
        if not self._present:
            self._all_gone.unpark_all()

    async def wait_empty(self) -> None:
        """Until nobody is there."""
        while self._present:
            await self._all_gone.park()

    def close_all(self) -> None:
        """End every connection now."""
        for sock in self._kept_out:
            sock.close()
        for connection in tuple(self._present):
            connection.close()
