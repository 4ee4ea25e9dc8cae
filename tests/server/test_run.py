"""A whole server: start, serve on several listeners, stop; over raw sockets, with the real broker behind it."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from kwire.broker.broker import Broker
from kwire.broker.signals import Signal
from kwire.codec.messages.api_versions import ApiVersionsRequest, ApiVersionsResponse
from kwire.codec.messages.metadata import MetadataRequest
from kwire.config import Config
from kwire.errors import CannotStart, InvalidSetting
from kwire.records.batch import parse_header
from kwire.server import run
from kwire.server.run import Bound, serve
from kwire.server.waiting import Timers
from tests.server.raw_client import API_VERSIONS, METADATA, RawClient, request_frame


@attrs.define
class Server:
    """A server that runs in this test's Trio loop."""

    bound: list[Bound]
    stop: trio.Event
    ended: trio.Event
    clients: list[RawClient] = attrs.field(factory=list)

    async def client(self, listener: int = 0) -> RawClient:
        client = await RawClient.connect(self.bound[listener].port)
        self.clients.append(client)
        return client


Start = Callable[..., Any]


@pytest.fixture
async def start(nursery: trio.Nursery, tmp_path: Path) -> AsyncIterator[Start]:
    """`await start(settings)` runs a server on a free port with its data in `tmp_path`."""
    servers: list[Server] = []

    async def start(settings: dict[str, str] | None = None) -> Server:
        config = Config(
            {
                "listeners": "PLAINTEXT://127.0.0.1:0",
                "log.dirs": str(tmp_path / "data"),
                "offsets.topic.num.partitions": "1",
                **(settings or {}),
            }
        )
        stop, ended = trio.Event(), trio.Event()

        async def run_it(task_status: trio.TaskStatus[list[Bound]]) -> None:
            await serve(config, stop=stop, handle_signals=False, task_status=task_status)
            ended.set()

        server = Server(await nursery.start(run_it), stop, ended)
        servers.append(server)
        return server

    yield start
    for server in servers:
        for client in server.clients:
            client.stream.socket.close()
        server.stop.set()
        await server.ended.wait()


def base_offsets(records: bytes) -> list[int]:
    """Of the batches that a fetch brought."""
    offsets, pos = [], 0
    while pos < len(records):
        header = parse_header(records, pos)
        offsets.append(header.base_offset)
        pos += header.size
    return offsets


async def test_a_server_tells_the_port_that_it_got(start: Start) -> None:
    server = await start()
    ((listener, host, port),) = server.bound
    assert (listener, host) == ("PLAINTEXT", "127.0.0.1")
    assert port > 0
    assert str(server.bound[0]) == f"127.0.0.1:{port}"
    client = await server.client()
    response: ApiVersionsResponse = await client.ask(API_VERSIONS, ApiVersionsRequest(), 0)
    assert response.error_code == 0
    assert {0, 1, 3, 18} <= {each.api_key for each in response.api_keys}


async def test_each_listener_advertises_its_own_address(start: Start) -> None:
    server = await start(
        {
            "listeners": "INTERNAL://127.0.0.1:0,EXTERNAL://127.0.0.1:0",
            "advertised.listeners": "INTERNAL://127.0.0.1:0,EXTERNAL://broker.example.com:19092",
            "listener.security.protocol.map": "INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT",
            "inter.broker.listener.name": "INTERNAL",
        }
    )
    assert [bound.listener for bound in server.bound] == ["INTERNAL", "EXTERNAL"]
    advertised = []
    for listener in (0, 1):
        client = await server.client(listener)
        response = await client.ask(METADATA, MetadataRequest(topics=[]), 9)
        advertised += [(each.host, each.port) for each in response.brokers]
    assert advertised == [("127.0.0.1", server.bound[0].port), ("broker.example.com", 19092)]


async def test_a_version_from_the_future_gets_the_versions_there_are(start: Start) -> None:
    client = await (await start()).client()
    await client.stream.send_all(b"\x00\x00\x00\x10\x00\x12\x03\xe7\x00\x00\x00\x01\x00\x03raw\x00\x09\x09")
    client.asked.append((API_VERSIONS, 0))
    response: ApiVersionsResponse = await client.receive()
    assert response.error_code == 35
    assert [each.api_key for each in response.api_keys] == [18]


async def test_what_was_produced_is_fetched_and_in_order(start: Start) -> None:
    client = await (await start()).client()
    await client.create("orders")
    assert [await client.produce("orders", b"%d" % n) for n in range(5)] == list(range(5))
    for offset in (4, 0, 2):
        await client.send_fetch("orders", offset=offset)
    assert [base_offsets(await client.receive_fetch()) for _ in range(3)] == [[4], [0, 1, 2, 3, 4], [2, 3, 4]]


async def test_a_parked_fetch_is_answered_by_a_produce_on_another_connection(start: Start) -> None:
    server = await start()
    consumer, producer = await server.client(), await server.client()
    await producer.create("orders")
    await consumer.send_fetch("orders", max_wait_ms=2**31 - 1)
    await producer.produce("orders", b"first")
    assert b"first" in await consumer.receive_fetch()


async def test_a_parked_fetch_is_answered_empty_at_its_deadline(start: Start) -> None:
    client = await (await start()).client()
    await client.create("orders")
    await client.send_fetch("orders", max_wait_ms=1)
    assert await client.receive_fetch() == b""


async def test_stopping_answers_parked_fetches_and_closes_everything(start: Start) -> None:
    server = await start()
    parked, idle = await server.client(), await server.client()
    await parked.create("orders")
    await idle.ask(API_VERSIONS, ApiVersionsRequest(), 0)
    await parked.send_fetch("orders", max_wait_ms=2**31 - 1)
    await wait_all_tasks_blocked(0.05)
    server.stop.set()
    assert await parked.receive_fetch() == b""
    assert await parked.is_closed()
    assert await idle.is_closed()
    await server.ended.wait()
    with pytest.raises(OSError):
        await RawClient.connect(server.bound[0].port)


async def test_clients_that_take_no_answer_do_not_hold_up_the_end(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run, "GRACE_SECONDS", 0.0)
    server = await start()
    client = await server.client()
    await client.create("orders")
    value = bytes(1_000_000)
    for _ in range(20):
        await client.produce("orders", value)
    await client.send_fetch("orders")
    await wait_all_tasks_blocked(0.05)
    server.stop.set()
    await server.ended.wait()
    assert "did not take their last answers" in caplog.text


def test_a_server_of_its_own_takes_all_descriptors_it_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = []
    monkeypatch.setattr("resource.getrlimit", lambda which: (1024, 4096))
    monkeypatch.setattr("resource.setrlimit", lambda which, limits: wanted.append(limits))
    run._raise_descriptor_limit()
    assert wanted == [(4096, 4096)]


async def test_data_and_topics_survive_a_restart(start: Start) -> None:
    first = await start()
    client = await first.client()
    await client.create("orders")
    await client.produce("orders", b"kept")
    first.stop.set()
    await first.ended.wait()
    client = await (await start()).client()
    await client.send_fetch("orders")
    assert b"kept" in await client.receive_fetch()
    assert await client.produce("orders", b"next") == 1


async def test_cancelling_leaves_a_clean_directory(tmp_path: Path) -> None:
    config = Config({"listeners": "PLAINTEXT://127.0.0.1:0", "log.dirs": str(tmp_path)})
    async with trio.open_nursery() as nursery:
        await nursery.start(partial(serve, config, handle_signals=False))
        nursery.cancel_scope.cancel()
    assert (tmp_path / ".kafka_cleanshutdown").exists()


async def test_a_bug_leaves_no_clean_shutdown_marker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config({"listeners": "PLAINTEXT://127.0.0.1:0", "log.dirs": str(tmp_path)})

    def fail(bound: list[Bound]) -> None:
        raise LookupError("bug")

    with pytest.raises(ExceptionGroup):
        await serve(config, ready=fail, handle_signals=False)
    assert not (tmp_path / ".kafka_cleanshutdown").exists()


async def test_a_port_in_use_is_told_before_the_data_is_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = Config({"listeners": f"PLAINTEXT://127.0.0.1:{port}", "log.dirs": str(tmp_path / "data")})
        with pytest.raises(CannotStart, match=rf"Port {port} is in use.*--listen"):
            await serve(config, handle_signals=False)
    assert not (tmp_path / "data").exists()


async def test_a_directory_in_use_is_refused_and_its_port_given_back(start: Start, tmp_path: Path) -> None:
    await start()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = Config({"listeners": f"PLAINTEXT://127.0.0.1:{port}", "log.dirs": str(tmp_path / "data")})
    with pytest.raises(CannotStart, match="data"):
        await serve(config, handle_signals=False)
    socket.create_server(("127.0.0.1", port)).close()


async def test_another_protocol_than_plaintext_is_refused(tmp_path: Path) -> None:
    config = Config({"listeners": "SSL://127.0.0.1:0", "log.dirs": str(tmp_path)})
    with pytest.raises((CannotStart, InvalidSetting), match="SSL"):
        await serve(config, handle_signals=False)


async def test_an_oversized_frame_closes_its_connection_only(start: Start) -> None:
    server = await start({"socket.request.max.bytes": "1000"})
    good, bad = await server.client(), await server.client()
    await bad.stream.send_all((1001).to_bytes(4, "big"))
    assert await bad.is_closed()
    await good.ask(API_VERSIONS, ApiVersionsRequest(), 0)


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40),  # a TLS hello
        bytes(8),
        b"\x00\x00\x00\x0a\x00\x03\x00\x09\x00\x00\x00\x01\xff\xff",  # a header without its tags
        b"\xff" * 64,
    ],
)
async def test_garbage_closes_its_connection_only(start: Start, garbage: bytes) -> None:
    server = await start()
    good, bad = await server.client(), await server.client()
    await bad.stream.send_all(garbage)
    assert await bad.is_closed()
    await good.ask(API_VERSIONS, ApiVersionsRequest(), 0)


async def test_requests_may_arrive_byte_by_byte_and_pipelined(start: Start) -> None:
    client = await (await start()).client()
    for correlation_id, version in enumerate((0, 3), 1):
        request = ApiVersionsRequest(client_software_name="raw", client_software_version="1")
        for byte in request_frame(API_VERSIONS, request, version, correlation_id):
            await client.stream.send_all(bytes([byte]))
        client.asked.append((API_VERSIONS, version))
    assert (await client.receive()).error_code == 0
    assert (await client.receive()).error_code == 0


async def test_connections_and_their_idleness_are_limited_by_the_settings(start: Start) -> None:
    server = await start({"max.connections.per.ip": "1", "connections.max.idle.ms": "10"})
    first = await server.client()
    assert await (await server.client()).is_closed()
    assert await first.is_closed()


@pytest.mark.parametrize("entry", ["127.0.0.1", "localhost:many", ":5", "no-such-host.invalid:5"])
async def test_an_override_that_makes_no_sense_is_refused(tmp_path: Path, entry: str) -> None:
    settings = {"log.dirs": str(tmp_path), "max.connections.per.ip.overrides": entry}
    with pytest.raises(InvalidSetting, match=r"max\.connections\.per\.ip\.overrides"):
        await serve(Config(settings), handle_signals=False)


class Ticking:
    """A broker that notes when `tick` is called, one deadline at a time."""

    def __init__(self, deadlines: list[int]) -> None:
        self.clock = self
        self.deadline_changed = Signal()
        self.deadlines = deadlines
        self.ticks: list[int] = []
        self.broken = False

    def time_ms(self) -> int:
        return self.monotonic_ms()

    def monotonic_ms(self) -> int:
        return round(trio.current_time() * 1000)

    def next_deadline(self) -> int | None:
        return min(self.deadlines, default=None)

    def tick(self, now_ms: int) -> None:
        if self.broken:
            self.broken = False
            raise LookupError("bug")
        self.ticks.append(now_ms)
        self.deadlines = [deadline for deadline in self.deadlines if deadline > now_ms]


async def keep_time(nursery: trio.Nursery, deadlines: list[int]) -> tuple[Ticking, int]:
    broker = Ticking([])
    start = broker.monotonic_ms()
    broker.deadlines = [start + deadline for deadline in deadlines]
    timers = Timers(broker)
    nursery.start_soon(timers.run)
    nursery.start_soon(run._keep_time, cast(Broker, broker), timers)
    await wait_all_tasks_blocked()
    return broker, start


async def test_the_broker_ticks_at_its_deadlines(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    broker, start = await keep_time(nursery, [100, 250])
    await trio.sleep(10)
    assert [tick - start for tick in broker.ticks] == [100, 250]


async def test_a_deadline_that_comes_nearer_is_kept(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    broker, start = await keep_time(nursery, [5000])
    await trio.sleep(1)
    broker.deadlines.append(start + 2000)
    broker.deadline_changed.fire()
    await trio.sleep(10)
    assert [tick - start for tick in broker.ticks] == [2000, 5000]


async def test_periodic_work_that_fails_is_logged_and_goes_on(
    autojump_clock: MockClock, nursery: trio.Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    broker, start = await keep_time(nursery, [100])
    broker.broken = True
    await trio.sleep(10)
    assert [tick - start for tick in broker.ticks] == [1100]
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert line.exc_info is not None
