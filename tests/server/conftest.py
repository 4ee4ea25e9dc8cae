"""Fixtures: a connection over a pair of real sockets, and a room for errors."""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator
from types import ModuleType

import pytest
import trio

from kwire.apis import Caller, Served
from kwire.errors import ErrorCode
from kwire.server.clock import SystemClock
from kwire.server.connection import Connection, Hall
from kwire.server.poller import Poller
from kwire.server.waiting import Timers
from tests.server.wire import Client, Serve


@pytest.fixture
def error_room(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that `api(..., "tests_only")` claims to come from; it answers an error with its name."""
    module = ModuleType("kwire.apis.tests_only")
    module.error_response = lambda request, code: ErrorCode(code).name.encode()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kwire.apis.tests_only", module)
    return module


@pytest.fixture
async def serve(nursery: trio.Nursery) -> AsyncIterator[Serve]:
    """`serve(api(...), ...)` gives a client whose connection serves these APIs."""
    clock = SystemClock()
    timers = Timers(clock)
    poller = Poller()
    nursery.start_soon(timers.run)
    nursery.start_soon(poller.run)
    clients: list[Client] = []

    def start(
        *served: Served,
        max_frame_bytes: int = 1_000_000,
        buffer_bytes: int | None = None,
        tunes_send_buffers: bool = False,
    ) -> Client:
        near, far = socket.socketpair()
        if buffer_bytes is not None:
            for sock in (near, far):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_bytes)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        table = {each.key: each for each in served}
        hall = Hall(
            None, table, timers, clock, max_frame_bytes, poller=poller, tunes_send_buffers=tunes_send_buffers
        )
        ended = trio.Event()
        connection = Connection(near, Caller(), "tester:1", hall, lambda gone: ended.set())
        connection.open()
        far.setblocking(False)
        client = Client(trio.SocketStream(trio.socket.from_stdlib_socket(far)), connection, ended)
        clients.append(client)
        return client

    yield start
    nursery.cancel_scope.cancel()
    for client in clients:
        client.connection.close()
        client.stream.socket.close()
