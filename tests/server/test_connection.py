"""One connection: order, splitting, parking, faults, slow readers, stopping."""

from __future__ import annotations

import logging
import os
import socket
import struct
from types import ModuleType
from typing import Any

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from kwire.apis import NO_RESPONSE, Caller, CloseConnection, Wait
from kwire.broker.signals import Signal, Soon
from kwire.codec import MalformedFrame
from kwire.codec.frames import DIRECT_BYTES
from kwire.errors import ErrorCode, KafkaError
from kwire.server import connection as connection_module
from tests.server.wire import API_VERSIONS, HEARTBEAT, LEAVE, SYNC, Serve, api, frame

FAR = 2**40
"""A deadline that no test reaches."""


def echo(broker: Any, caller: Caller, request: bytes) -> bytes:
    return request


def refuse_all(broker: Any, caller: Caller, request: bytes) -> bytes:
    raise CloseConnection("acks=0 failed: disk full")


async def test_a_request_is_answered_with_its_correlation_id(serve: Serve) -> None:
    client = serve(api(HEARTBEAT, echo))
    await client.send(frame(HEARTBEAT, b"hello", correlation_id=77))
    assert await client.answer() == (77, b"hello")


async def test_the_handler_learns_who_asks(serve: Serve) -> None:
    seen: list[tuple[str, int]] = []

    def note(broker: Any, caller: Caller, request: bytes) -> bytes:
        seen.append((caller.client_id, caller.version))
        return b""

    client = serve(api(HEARTBEAT, note))
    await client.send(frame(HEARTBEAT, version=2))
    await client.answer()
    assert seen == [("tester", 2)]


async def test_the_handler_learns_who_asks_when_the_client_calls_itself_something_else(serve: Serve) -> None:
    client = serve(api(HEARTBEAT, lambda broker, caller, request: caller.client_id.encode()))
    for name in (b"one", b"one", b"two", b"three", b"one"):
        await client.send(frame(HEARTBEAT, client_id=name))
        assert await client.answer() == (1, name)


async def test_a_name_under_which_nothing_was_answered_is_not_kept(serve: Serve) -> None:
    def refuse(broker: Any, caller: Caller) -> tuple[bytes, int]:
        return b"0 to 4", 0

    versions = api(API_VERSIONS, echo)
    versions.accepts_any_version = True
    versions.refuse_version = refuse
    client = serve(versions, api(HEARTBEAT, lambda broker, caller, request: caller.client_id.encode()))
    await client.send(
        frame(HEARTBEAT, client_id=b"one")
        + frame(API_VERSIONS, b"\0", version=99, client_id=b"two")
        + frame(HEARTBEAT, client_id=b"one")
    )
    assert await client.answer() == (1, b"one")
    assert await client.answer() == (1, b"0 to 4")
    assert await client.answer() == (1, b"one")


async def test_pipelined_requests_are_answered_in_order(serve: Serve) -> None:
    client = serve(api(HEARTBEAT, echo))
    await client.send(b"".join(frame(HEARTBEAT, b"%d" % n, correlation_id=n) for n in range(2000)))
    assert [await client.answer() for _ in range(2000)] == [(n, b"%d" % n) for n in range(2000)]


async def test_requests_that_arrive_together_are_answered_with_one_send(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "SLICE_SECONDS", 3600.0)
    client = serve(api(HEARTBEAT, echo))
    await client.send(b"".join(frame(HEARTBEAT, b"x", correlation_id=n) for n in range(50)))
    assert len(await client.stream.receive_some(100_000)) == 50 * 9


async def test_a_request_may_arrive_byte_by_byte(serve: Serve) -> None:
    client = serve(api(HEARTBEAT, echo))
    for byte in frame(HEARTBEAT, b"one") + frame(HEARTBEAT, b"two"):
        await client.send(bytes([byte]))
        await wait_all_tasks_blocked()
    assert await client.answer() == (1, b"one")
    assert await client.answer() == (1, b"two")


async def test_a_large_request_arrives_whole(serve: Serve) -> None:
    client = serve(api(HEARTBEAT, lambda broker, caller, request: request[:5] + request[-5:]))
    body = b"begin" + bytes(900_000) + b"finis"
    await client.send(frame(HEARTBEAT, body) * 3)
    assert [await client.answer() for _ in range(3)] == [(1, b"beginfinis")] * 3


async def test_a_large_answer_leaves_whole_with_small_ones_around_it(serve: Serve) -> None:
    large = bytes(range(256)) * 20_000

    def parts(broker: Any, caller: Caller, request: bytes) -> list[Any]:
        return [request, memoryview(large), b"", bytearray(b"tail")]

    client = serve(api(HEARTBEAT, echo), api(LEAVE, parts))
    await client.send(frame(HEARTBEAT, b"a") + frame(LEAVE, b"head") + frame(HEARTBEAT, b"b"))
    assert await client.answer() == (1, b"a")
    assert await client.answer() == (1, b"head" + large + b"tail")
    assert await client.answer() == (1, b"b")


async def test_an_answer_of_many_large_parts_leaves_whole(serve: Serve) -> None:
    part = bytes(20_000)
    client = serve(api(HEARTBEAT, lambda broker, caller, request: [part] * 1500))
    await client.send(frame(HEARTBEAT))
    answer = await client.answer()
    assert answer is not None
    assert len(answer[1]) == 1500 * 20_000


async def test_no_response_leaves_no_hole(serve: Serve) -> None:
    client = serve(api(HEARTBEAT, echo), api(LEAVE, lambda broker, caller, request: NO_RESPONSE))
    await client.send(frame(LEAVE) + frame(HEARTBEAT, b"x", correlation_id=2) + frame(LEAVE))
    assert await client.answer() == (2, b"x")


async def test_a_parked_request_holds_back_what_follows_on_its_connection(serve: Serve) -> None:
    signal = Signal()
    answers: list[bytes | None] = [None]
    parked = api(SYNC, lambda broker, caller, request: Wait(lambda final: answers[0], [signal], FAR))
    client, other = serve(api(HEARTBEAT, echo), parked), serve(api(HEARTBEAT, echo))
    await client.send(
        frame(HEARTBEAT, b"before", correlation_id=1)
        + frame(SYNC, correlation_id=2)
        + frame(HEARTBEAT, b"after", correlation_id=3)
    )
    assert await client.answer() == (1, b"before")
    await wait_all_tasks_blocked()
    assert client.connection.is_parked
    await other.send(frame(HEARTBEAT, b"other"))
    assert await other.answer() == (1, b"other")
    answers[0] = b"synced"
    signal.fire()
    assert await client.answer() == (2, b"synced")
    assert await client.answer() == (3, b"after")


async def test_the_buffer_of_a_large_request_that_was_parked_is_used_again(serve: Serve) -> None:
    def write(broker: Any, caller: Caller, request: Any) -> Wait[bytes]:
        return Wait(lambda final: bytes(request[:4]), [Soon()], FAR)

    parked = api(SYNC, write)
    parked.decode = lambda buf, pos, end, version: memoryview(buf)[pos:end]
    client = serve(parked)
    for _ in range(2):
        await client.send(frame(SYNC, b"body" * 100_000))
        assert await client.answer() == (1, b"body")
    await wait_all_tasks_blocked()
    spares = client.connection._hall.spares
    assert len(spares.take(DIRECT_BYTES)) > DIRECT_BYTES, "one buffer was enough for both"
    assert len(spares.take(DIRECT_BYTES)) == DIRECT_BYTES, "and there is no other"


async def test_a_parked_request_holds_back_what_follows_when_the_client_takes_what_came_before(
    serve: Serve,
) -> None:
    signal = Signal()
    answers: list[bytes | None] = [None]
    large = api(LEAVE, lambda broker, caller, request: bytes(1_000_000))
    parked = api(SYNC, lambda broker, caller, request: Wait(lambda final: answers[0], [signal], FAR))
    client = serve(large, parked, api(HEARTBEAT, echo), buffer_bytes=65_536)
    await client.send(
        frame(LEAVE, correlation_id=1) + frame(SYNC, correlation_id=2) + frame(HEARTBEAT, correlation_id=3)
    )
    await wait_all_tasks_blocked()
    assert client.connection.is_parked
    assert await client.answer() == (1, bytes(1_000_000))
    await wait_all_tasks_blocked()
    answers[0] = b"synced"
    signal.fire()
    assert await client.answer() == (2, b"synced")
    assert await client.answer() == (3, b"")


async def test_a_parked_request_may_end_without_a_response(serve: Serve) -> None:
    parked = api(SYNC, lambda broker, caller, request: Wait(lambda final: NO_RESPONSE, [], 0))
    client = serve(api(HEARTBEAT, echo), parked)
    await client.send(frame(SYNC) + frame(HEARTBEAT, b"x"))
    assert await client.answer() == (1, b"x")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(frame(HEARTBEAT, bytes(2000)), "a frame of 2016 bytes", id="oversized"),
        pytest.param(struct.pack(">i", -5), "a frame of -5 bytes", id="negative size"),
        pytest.param(struct.pack(">i", 3) + b"abc", "no room for a request header", id="short"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", "a frame of 1195725856 bytes", id="http"),
        pytest.param(frame(9999), "9999", id="unknown key"),
        pytest.param(frame(SYNC), "API 14 is not served", id="key that is not served"),
        pytest.param(frame(HEARTBEAT, b"\0", version=99), "Heartbeat version 99 is not served", id="version"),
        pytest.param(frame(LEAVE), "acks=0 failed: disk full", id="close asked by the handler"),
    ],
)
async def test_what_cannot_be_served_closes_the_connection_with_one_line(
    serve: Serve, caplog: pytest.LogCaptureFixture, data: bytes, said: str
) -> None:
    served = api(HEARTBEAT, echo), api(LEAVE, refuse_all)
    client, other = serve(*served, max_frame_bytes=1000), serve(*served)
    with caplog.at_level(logging.WARNING):
        await client.send(frame(HEARTBEAT, b"good") + data)
        assert await client.answer() == (1, b"good")
        assert await client.answer() is None
        await client.ended.wait()
    (line,) = caplog.records
    assert said in line.getMessage()
    assert "tester:1 (client 'tester')" in line.getMessage()
    assert line.__dict__["peer"] == "tester:1"
    await other.send(frame(HEARTBEAT, b"alive"))
    assert await other.answer() == (1, b"alive")


async def test_a_body_that_does_not_parse_closes_and_says_where(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def decode(buf: Any, pos: int, end: int, version: int) -> None:
        raise MalformedFrame("group_id: 7 bytes wanted, 2 are left")

    served = api(HEARTBEAT, echo)
    served.decode = decode
    client = serve(served)
    await client.send(frame(HEARTBEAT, version=1))
    assert await client.answer() is None
    (line,) = caplog.records
    assert "group_id: 7 bytes wanted, 2 are left [Heartbeat v1]" in line.getMessage()


async def test_a_stream_that_ends_inside_a_frame_is_a_fault(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve(api(HEARTBEAT, echo))
    await client.send(frame(HEARTBEAT)[:7])
    await client.stream.send_eof()
    await client.ended.wait()
    assert "the stream ended inside a frame" in caplog.text


async def test_a_client_that_leaves_is_no_fault(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    client = serve(api(HEARTBEAT, echo))
    await client.send(frame(HEARTBEAT))
    await client.answer()
    await client.stream.aclose()
    await client.ended.wait()
    assert [line for line in caplog.records if line.levelno >= logging.INFO] == []


async def test_a_version_from_the_future_is_answered_where_the_api_can_say_so(serve: Serve) -> None:
    served = api(API_VERSIONS, echo)
    served.accepts_any_version = True
    served.refuse_version = lambda broker, caller: (b"0 to 5", 0)
    client = serve(served)
    # The body is not looked at, and the header of the answer is one that every client can read.
    payload = struct.pack(">hhih", API_VERSIONS, 99, 4, -1) + b"\x00" + b"\xff" * 9
    await client.send(struct.pack(">i", len(payload)) + payload)
    assert await client.answer() == (4, b"0 to 5")


async def test_a_kafka_error_that_escapes_is_answered(serve: Serve, error_room: ModuleType) -> None:
    def fail(broker: Any, caller: Caller, request: bytes) -> bytes:
        raise KafkaError(ErrorCode.ILLEGAL_GENERATION)

    client = serve(api(HEARTBEAT, fail))
    await client.send(frame(HEARTBEAT, correlation_id=5))
    assert await client.answer() == (5, b"ILLEGAL_GENERATION")


async def test_a_bug_in_a_handler_is_logged_and_answered(
    serve: Serve, error_room: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(broker: Any, caller: Caller, request: bytes) -> bytes:
        raise LookupError("bug")

    client = serve(api(HEARTBEAT, echo), api(LEAVE, fail))
    await client.send(frame(LEAVE) + frame(HEARTBEAT, b"next"))
    assert await client.answer() == (1, b"UNKNOWN_SERVER_ERROR")
    assert await client.answer() == (1, b"next")
    (line,) = caplog.records
    assert line.exc_info is not None
    assert "LeaveGroup v0 failed: bug" in line.getMessage()


async def test_a_bug_in_a_parked_attempt_is_answered(serve: Serve, error_room: ModuleType) -> None:
    def attempt(final: bool) -> None:
        raise OSError("bug")

    client = serve(api(SYNC, lambda broker, caller, request: Wait(attempt, [], 0)), api(HEARTBEAT, echo))
    await client.send(frame(SYNC) + frame(HEARTBEAT, b"next"))
    assert await client.answer() == (1, b"UNKNOWN_SERVER_ERROR")
    assert await client.answer() == (1, b"next")


async def test_an_error_that_has_no_answer_closes(serve: Serve, error_room: ModuleType) -> None:
    del error_room.error_response

    def fail(broker: Any, caller: Caller, request: bytes) -> bytes:
        raise LookupError("bug")

    client = serve(api(HEARTBEAT, fail))
    await client.send(frame(HEARTBEAT))
    assert await client.answer() is None


async def test_a_response_that_cannot_be_encoded_leaves_no_half_frame(
    serve: Serve, error_room: ModuleType
) -> None:
    served = api(HEARTBEAT, echo)

    def encode(response: bytes, version: int, parts: list[Any]) -> None:
        parts.append(b"half")
        if response == b"impossible":
            raise ValueError("no such field in version 0")
        parts.append(response)

    served.encode = encode
    client = serve(served)
    await client.send(frame(HEARTBEAT, b"impossible") + frame(HEARTBEAT, b"fine"))
    assert await client.answer() == (1, b"halfUNKNOWN_SERVER_ERROR")
    assert await client.answer() == (1, b"halffine")


async def test_a_client_that_does_not_read_is_not_read_from(serve: Serve) -> None:
    handled = 0

    def generous(broker: Any, caller: Caller, request: bytes) -> bytes:
        nonlocal handled
        handled += 1
        return bytes(100_000)

    client = serve(api(HEARTBEAT, generous), buffer_bytes=65_536)
    await client.send(b"".join(frame(HEARTBEAT, correlation_id=n) for n in range(200)))
    await wait_all_tasks_blocked()
    assert handled * 100_000 <= connection_module.PENDING_BYTES + 400_000
    for n in range(200):
        assert await client.answer() == (n, bytes(100_000))
    assert handled == 200


async def test_a_busy_connection_lets_others_have_their_turn(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "SLICE_SECONDS", 0.0)
    order: list[str] = []

    def note(broker: Any, caller: Caller, request: bytes) -> bytes:
        order.append(request.decode())
        return b""

    served = api(HEARTBEAT, note)
    busy, modest = serve(served), serve(served)
    os.write(busy.stream.socket.fileno(), frame(HEARTBEAT, b"busy") * 100)
    os.write(
        modest.stream.socket.fileno(), frame(HEARTBEAT, b"modest")
    )  # both are there before anybody is served
    await modest.answer()
    assert order.index("modest") < 100


async def test_what_a_client_sends_ahead_is_not_taken_in_before_it_is_handled(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, nursery: trio.Nursery
) -> None:
    monkeypatch.setattr(connection_module, "SLICE_SECONDS", 0.0)
    buffered: list[int] = []

    def note(broker: Any, caller: Caller, request: bytes) -> bytes:
        buffered.append(client.connection._frames.buffered_bytes)
        return b""

    client = serve(api(HEARTBEAT, note))
    nursery.start_soon(client.send, frame(HEARTBEAT, bytes(1000)) * 5000)
    for _ in range(5000):
        assert await client.answer() is not None
    assert max(buffered) <= 2 * connection_module.RECEIVE_BYTES


async def test_stopping_closes_an_idle_connection(serve: Serve) -> None:
    client = serve(api(HEARTBEAT, echo))
    await client.send(frame(HEARTBEAT, b"x"))
    assert await client.answer() == (1, b"x")
    await wait_all_tasks_blocked()
    client.connection.stop()
    assert await client.answer() is None
    await client.ended.wait()


async def test_stopping_answers_a_parked_request_and_what_arrived_behind_it(serve: Serve) -> None:
    parked = api(
        SYNC, lambda broker, caller, request: Wait(lambda final: b"final" if final else None, [], FAR)
    )
    client = serve(parked, api(HEARTBEAT, echo))
    await client.send(frame(SYNC) + frame(SYNC) + frame(HEARTBEAT, b"x"))
    await wait_all_tasks_blocked()
    client.connection.stop()
    assert await client.answer() == (1, b"final")
    assert await client.answer() == (1, b"final")
    assert await client.answer() == (1, b"x")
    assert await client.answer() is None


async def test_stopping_sends_what_a_slow_reader_has_not_taken(serve: Serve) -> None:
    client = serve(api(HEARTBEAT, lambda broker, caller, request: bytes(1_000_000)), buffer_bytes=65_536)
    await client.send(frame(HEARTBEAT))
    await wait_all_tasks_blocked()
    client.connection.stop()
    assert await client.answer() == (1, bytes(1_000_000))
    assert await client.answer() is None


@pytest.mark.parametrize(
    ("tunes", "quick_seconds", "size", "roomy"),
    [
        (True, 60.0, 4_000_000, True),
        (True, 0.0, 4_000_000, False),  # nobody is as quick
        (True, 60.0, 300_000, False),  # nothing that would need more room
        (False, 60.0, 4_000_000, False),  # somebody said how large it is to be
    ],
)
async def test_only_a_quick_client_of_large_answers_gets_a_large_send_buffer(
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    tunes: bool,
    quick_seconds: float,
    size: int,
    roomy: bool,
) -> None:
    monkeypatch.setattr(connection_module, "QUICK_SECONDS", quick_seconds)
    large = api(HEARTBEAT, lambda broker, caller, request: bytes(size))
    client = serve(large, buffer_bytes=65_536, tunes_send_buffers=tunes)
    before = client.connection._sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    for number in (1, 2):
        await client.send(frame(HEARTBEAT, correlation_id=number))
        assert await client.answer() == (number, bytes(size))
    after = client.connection._sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    assert (after > before) == roomy


async def test_stopping_ends_a_connection_that_never_falls_silent(
    serve: Serve, nursery: trio.Nursery
) -> None:
    client = serve(api(HEARTBEAT, lambda broker, caller, request: NO_RESPONSE))

    async def chatter() -> None:
        try:
            while True:
                await client.send(frame(HEARTBEAT) * 1000)
        except trio.BrokenResourceError:
            pass

    nursery.start_soon(chatter)
    await trio.lowlevel.checkpoint()
    client.connection.stop()
    await client.ended.wait()


@pytest.mark.parametrize("slice_seconds", [0.0, 60.0])
async def test_after_the_stop_a_client_is_read_a_few_times_and_no_more(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, slice_seconds: float
) -> None:
    monkeypatch.setattr(connection_module, "SLICE_SECONDS", slice_seconds)
    handled = 0

    def note(broker: Any, caller: Caller, request: bytes) -> bytes:
        nonlocal handled
        handled += 1
        if handled < 200:
            os.write(far, frame(HEARTBEAT))  # this client does not fall silent
        return b""

    client = serve(api(HEARTBEAT, note))
    far = client.stream.socket.fileno()
    os.write(far, frame(HEARTBEAT) * 4)
    client.connection.stop()
    await client.ended.wait()
    assert 4 <= handled <= 4 * connection_module.LAST_READINGS


@pytest.mark.parametrize("state", ["idle", "parked", "sending"])
async def test_closing_ends_a_connection_whatever_it_does(serve: Serve, state: str) -> None:
    handlers = {
        "idle": echo,
        "parked": lambda broker, caller, request: Wait(lambda final: None, [], FAR),
        "sending": lambda broker, caller, request: bytes(10_000_000),
    }
    client = serve(api(HEARTBEAT, handlers[state]))
    await client.send(frame(HEARTBEAT))
    await wait_all_tasks_blocked()
    client.connection.close()
    await client.ended.wait()
