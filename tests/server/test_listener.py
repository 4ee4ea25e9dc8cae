"""Binding, letting clients in, and closing those that have been idle."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import AsyncIterator

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from kwire.apis import Caller, Wait
from kwire.errors import CannotStart
from kwire.server.clock import SystemClock
from kwire.server.connection import Hall
from kwire.server.listener import Limits, Reception, SocketOptions, bind, close_all, listen, show_address
from kwire.server.waiting import Timers
from tests.server.wire import HEARTBEAT, SYNC, api, frame

OPTIONS = SocketOptions()


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_port_0_picks_a_free_port() -> None:
    (sock,) = bind("PLAINTEXT", "127.0.0.1", 0, OPTIONS)
    assert sock.getsockname()[1] > 0
    close_all([sock])


def test_a_port_in_use_names_the_port_and_the_flag() -> None:
    (first,) = bind("PLAINTEXT", "127.0.0.1", 0, OPTIONS)
    listen("PLAINTEXT", "127.0.0.1", [first], OPTIONS)
    port = first.getsockname()[1]
    with pytest.raises(CannotStart, match=rf"Port {port} is in use.*127.0.0.1:{port}.*--listen"):
        listen("PLAINTEXT", "127.0.0.1", bind("PLAINTEXT", "127.0.0.1", port, OPTIONS), OPTIONS)
    close_all([first])


def test_a_port_can_be_had_again_at_once() -> None:
    (first,) = bind("PLAINTEXT", "127.0.0.1", 0, OPTIONS)
    listen("PLAINTEXT", "127.0.0.1", [first], OPTIONS)
    address = first.getsockname()
    client = socket.create_connection(address)
    accepted = _accept(first)
    accepted.close()  # This side closes first, so its port lingers.
    client.close()
    first.close()
    again = bind("PLAINTEXT", "127.0.0.1", address[1], OPTIONS)
    listen("PLAINTEXT", "127.0.0.1", again, OPTIONS)
    close_all(again)


def _accept(sock: socket.socket) -> socket.socket:
    sock.setblocking(True)
    return sock.accept()[0]


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(CannotStart, match=r"192\.0\.2\.1:9092.*--listen"):
        bind("PLAINTEXT", "192.0.2.1", 9092, OPTIONS)
    with pytest.raises(CannotStart, match=r"no-such-host\.invalid"):
        bind("PLAINTEXT", "no-such-host.invalid", 9092, OPTIONS)


def test_a_name_with_several_addresses_listens_on_all_with_one_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(host: str, *args: object, **kwargs: object) -> list[object]:
        stream = socket.SOCK_STREAM
        return [
            (socket.AF_INET6, stream, 6, "", ("::1", 0, 0, 0)),
            (socket.AF_INET, stream, 6, "", ("127.0.0.1", 0)),
            (socket.AF_INET, stream, 6, "", ("127.0.0.1", 0)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    sockets = bind("PLAINTEXT", "localhost", 0, OPTIONS)
    try:
        assert len({sock.getsockname()[1] for sock in sockets}) == 1
        assert [sock.family for sock in sockets] == (
            [socket.AF_INET, socket.AF_INET6] if has_ipv6() else [socket.AF_INET]
        )
    finally:
        close_all(sockets)


def test_an_empty_host_takes_every_address() -> None:
    sockets = bind("PLAINTEXT", "", 0, OPTIONS)
    try:
        listen("PLAINTEXT", "", sockets, OPTIONS)
        port = sockets[0].getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
        if has_ipv6():
            socket.create_connection(("::1", port)).close()
    finally:
        close_all(sockets)


def test_an_empty_host_without_ipv6_takes_every_ipv4_address(monkeypatch: pytest.MonkeyPatch) -> None:
    class OnlyV4(socket.socket):
        def __init__(self, family: int = -1, *args: int) -> None:
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
            super().__init__(family, *args)

    monkeypatch.setattr(socket, "socket", OnlyV4)
    (sock,) = bind("PLAINTEXT", "", 0, OPTIONS)
    assert sock.family == socket.AF_INET
    close_all([sock])


def test_buffer_sizes_are_those_of_the_settings() -> None:
    (sock,) = bind("PLAINTEXT", "127.0.0.1", 0, SocketOptions(5, 20_000, 30_000))
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) in (20_000, 40_000)  # Linux doubles
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) in (30_000, 60_000)
    close_all([sock])


def test_an_ipv6_address_is_shown_in_brackets() -> None:
    assert show_address("::1", 9092) == "[::1]:9092"
    assert show_address("127.0.0.1", 9092) == "127.0.0.1:9092"


class House:
    """A reception with an open door that echoes heartbeats and parks syncs."""

    def __init__(self, limits: Limits, nursery: trio.Nursery) -> None:
        clock = SystemClock()
        timers = Timers(clock)
        nursery.start_soon(timers.run)
        self.callers: list[Caller] = []

        def heartbeat(broker: object, caller: Caller, request: bytes) -> bytes:
            self.callers.append(caller)
            return request

        def sync(broker: object, caller: Caller, request: bytes) -> Wait[bytes]:
            return Wait(lambda final: b"final" if final else None, [], 2**40)

        table = {HEARTBEAT: api(HEARTBEAT, heartbeat), SYNC: api(SYNC, sync)}
        hall = Hall(None, table, timers, clock, 1_000_000)
        nursery.start_soon(hall.poller.run)
        self.reception = Reception(hall, limits)
        (self.door,) = bind("PLAINTEXT", "127.0.0.1", 0, OPTIONS)
        listen("PLAINTEXT", "127.0.0.1", [self.door], OPTIONS)
        nursery.start_soon(self.reception.accept, self.door, "PLAINTEXT")
        self.streams: list[trio.SocketStream] = []

    async def connect(self) -> trio.SocketStream:
        stream = await trio.open_tcp_stream("127.0.0.1", self.door.getsockname()[1])
        self.streams.append(stream)
        return stream

    async def visit(self) -> trio.SocketStream:
        """A client that was let in and answered."""
        stream = await self.connect()
        await stream.send_all(frame(HEARTBEAT, b"x"))
        assert await stream.receive_some(9) == b"\x00\x00\x00\x05\x00\x00\x00\x01x"
        return stream


@pytest.fixture
async def houses(nursery: trio.Nursery) -> AsyncIterator[type[House]]:
    opened: list[House] = []

    class Tracked(House):
        def __init__(self, limits: Limits, nursery: trio.Nursery) -> None:
            super().__init__(limits, nursery)
            opened.append(self)

    yield Tracked
    nursery.cancel_scope.cancel()
    for house in opened:
        house.reception.close_all()
        house.door.close()
        for stream in house.streams:
            stream.socket.close()


async def test_a_handler_learns_where_its_caller_came_from(
    houses: type[House], nursery: trio.Nursery
) -> None:
    house = houses(Limits(), nursery)
    stream = await house.visit()
    (caller,) = house.callers
    port = stream.socket.getsockname()[1]
    assert (caller.client_host, caller.listener, caller.client_id) == ("127.0.0.1", "PLAINTEXT", "tester")
    assert caller.connection_id == f"127.0.0.1:{house.door.getsockname()[1]}-127.0.0.1:{port}-1"


async def test_clients_beyond_max_connections_wait_for_a_place(
    houses: type[House], nursery: trio.Nursery
) -> None:
    house = houses(Limits(connections=2), nursery)
    first, _ = await house.visit(), await house.visit()
    third = await house.connect()
    await third.send_all(frame(HEARTBEAT, b"x"))
    await wait_all_tasks_blocked()
    assert len(house.reception) == 2
    await first.aclose()
    assert await third.receive_some(100) == b"\x00\x00\x00\x05\x00\x00\x00\x01x"
    assert len(house.reception) == 2


async def test_clients_beyond_max_connections_per_ip_are_turned_away(
    houses: type[House], nursery: trio.Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    house = houses(Limits(per_ip=1), nursery)
    first = await house.visit()
    with caplog.at_level(logging.WARNING):
        second = await house.connect()
        assert await second.receive_some(1) == b""
    (line,) = caplog.records
    assert "max.connections.per.ip" in line.getMessage()
    await first.aclose()
    await wait_all_tasks_blocked()
    await house.visit()


async def test_an_override_counts_for_its_address(houses: type[House], nursery: trio.Nursery) -> None:
    house = houses(Limits(per_ip=0, per_ip_overrides={"127.0.0.1": 2}), nursery)
    await house.visit()
    await house.visit()
    assert await (await house.connect()).receive_some(1) == b""


async def test_idle_connections_are_closed_also_while_they_wait(
    houses: type[House], nursery: trio.Nursery
) -> None:
    house = houses(Limits(), nursery)
    idle, parked = await house.visit(), await house.visit()
    await parked.send_all(frame(SYNC))
    await wait_all_tasks_blocked()
    nursery.start_soon(house.reception.close_idle, 1)
    assert await idle.receive_some(1) == b""
    assert await parked.receive_some(1) == b""
    await wait_all_tasks_blocked()
    assert len(house.reception) == 0


async def test_a_connection_that_moves_bytes_is_not_idle(houses: type[House], nursery: trio.Nursery) -> None:
    house = houses(Limits(), nursery)
    await house.visit()
    nursery.start_soon(house.reception.close_idle, 3_600_000)
    await wait_all_tasks_blocked()
    assert len(house.reception) == 1


async def test_running_out_of_descriptors_stops_nobody(
    houses: type[House], nursery: trio.Nursery, autojump_clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    class Door:
        """A listening socket that fails twice, as when descriptors are short, and then has no more clients."""

        failures = 2

        def __init__(self, sock: socket.socket) -> None:
            self.fileno = sock.fileno

        def accept(self) -> None:
            if self.failures:
                self.failures -= 1
                raise OSError(errno.EMFILE, "Too many open files")
            raise BlockingIOError

    house = houses(Limits(), nursery)
    (sock,) = bind("PLAINTEXT", "127.0.0.1", 0, OPTIONS)
    listen("PLAINTEXT", "127.0.0.1", [sock], OPTIONS)
    with trio.move_on_after(60):
        await house.reception.accept(Door(sock), "PLAINTEXT")  # type: ignore[arg-type]
    close_all([sock])
    assert [line.getMessage() for line in caplog.records] == [
        "cannot accept a connection on PLAINTEXT: Too many open files"
    ] * 2


async def test_many_who_come_at_once_are_let_in_together(houses: type[House], nursery: trio.Nursery) -> None:
    """One for each turn of the loop, and the queue of the socket overflows: clients then wait for seconds."""
    house = houses(Limits(), nursery)
    (sock,) = bind("PLAINTEXT", "127.0.0.1", 0, SocketOptions(backlog=200))
    listen("PLAINTEXT", "127.0.0.1", [sock], SocketOptions(backlog=200))
    clients = [socket.create_connection(sock.getsockname()) for _ in range(130)]
    steps = 0

    class Counting(trio.abc.Instrument):
        def before_task_step(self, task: trio.lowlevel.Task) -> None:
            nonlocal steps
            steps += "Reception.accept" in task.name

    trio.lowlevel.add_instrument(counting := Counting())
    nursery.start_soon(house.reception.accept, sock, "PLAINTEXT")
    while len(house.reception) < 130:
        await trio.lowlevel.checkpoint()
    trio.lowlevel.remove_instrument(counting)
    assert 1 <= steps <= 5
    for client in clients:
        client.close()
    sock.close()
