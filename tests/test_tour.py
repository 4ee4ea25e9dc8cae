"""The tours of ARCHITECTURE.md are true: a Produce, and a transaction, enter the rooms that they name, in order."""

from __future__ import annotations

import re
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import trio

from kwire.apis import TABLE, Caller
from kwire.broker.broker import Broker
from kwire.codec.headers import RequestHeader, encode_request_header
from kwire.codec.messages import produce
from kwire.codec.primitives import Buffer
from kwire.config import Config
from kwire.log.files import MemoryFiles
from kwire.records.batch import Record, build_batch
from kwire.server.clock import SystemClock
from kwire.server.connection import Connection, Hall
from kwire.server.waiting import Timers
from tests.apis.in_memory import InMemory
from tests.apis.transaction_claims import begun, topic_of

ROOT = Path(__file__).parent.parent


def stops(heading: str) -> list[tuple[str, str]]:
    """(file, function) of each stop of a tour, from the numbered list under its heading in ARCHITECTURE.md."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    tour = text.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^\d+\. `([\w/]+\.py)` `([\w.]+)`", tour, re.MULTILINE)
    assert len(found) >= 6
    return [(file, function.rsplit(".", 1)[-1]) for file, function in found]


@contextmanager
def entering() -> Iterator[list[tuple[str, str]]]:
    """(file, function) of all that is entered meanwhile."""
    entered: list[tuple[str, str]] = []
    source = str(ROOT / "src" / "kwire")

    def trace(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(source):
            entered.append((frame.f_code.co_filename[len(source) + 1 :], frame.f_code.co_name))

    previous = sys.getprofile()
    sys.setprofile(trace)
    try:
        yield entered
    finally:
        sys.setprofile(previous)


def assert_on_the_way(heading: str, entered: list[tuple[str, str]]) -> None:
    remaining = iter(entered)
    for stop in stops(heading):
        assert stop in remaining, f"{stop} is not on the way, or not in this order"


def a_produce() -> bytes:
    """One Produce of one record, as it travels."""
    batch = build_batch([Record(0, 1_700_000_000_000, b"key", b"value", [])])
    partition = produce.PartitionProduceData(index=0, records=batch)
    request = produce.ProduceRequest(
        transactional_id=None,
        acks=-1,
        timeout_ms=1000,
        topic_data=[produce.TopicProduceData(name="letters", partition_data=[partition])],
    )
    parts: list[Buffer] = []
    encode_request_header(parts, RequestHeader(produce.KEY, 9, 1, "traveller"))
    produce.encode_request(request, 9, parts)
    frame = b"".join(bytes(part) for part in parts)
    return struct.pack(">i", len(frame)) + frame


async def serve_one(broker: Broker, clock: SystemClock) -> bytes:
    """A connection takes the request from a real socket; the answer."""
    near, far = socket.socketpair()
    hall = Hall(broker, TABLE, Timers(clock), clock, 1 << 20)
    gone = trio.Event()
    with far:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(hall.poller.run)
            Connection(near, Caller(), "traveller:1", hall, lambda connection: gone.set()).open()
            far.sendall(a_produce())
            far.shutdown(socket.SHUT_WR)
            await gone.wait()
            nursery.cancel_scope.cancel()
        return far.recv(4096)


def test_the_tour_is_what_a_produce_does() -> None:
    clock = SystemClock()
    broker = Broker(Config({"log.dirs": "/data"}), clock=clock, files=MemoryFiles())
    broker.start()
    broker.topics.create("letters")
    TABLE[produce.KEY].load()
    with entering() as entered:
        answer = trio.run(serve_one, broker, clock)
    assert answer
    assert broker.topics.partition("letters", 0).log_end_offset == 1
    assert_on_the_way("The tour", entered)


def test_the_second_tour_is_what_a_transaction_does() -> None:
    talk = InMemory()
    topic = topic_of(talk)
    with entering() as entered:
        talk.end("t", begun(talk, "t", topic), commit=True)
    assert talk.describe("t").transaction_state == "CompleteCommit"
    assert_on_the_way("A second tour", entered)
