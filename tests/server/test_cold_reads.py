"""A slow disk holds up those who read from it and nobody else: a whole server over files that are cold on demand."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from random import Random

import attrs
import pytest
import trio

from kwire.broker.broker import Broker
from kwire.codec.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from kwire.codec.messages.delete_topics import DeleteTopicsRequest, DeleteTopicState
from kwire.codec.messages.fetch import FetchPartition, FetchRequest, FetchResponse, FetchTopic
from kwire.codec.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopic,
)
from kwire.codec.messages.metadata import MetadataRequest
from kwire.config import Config
from kwire.errors import ErrorCode
from kwire.log.files import MemoryFiles
from kwire.records.batch import Record, build_batch
from kwire.server.clock import SystemClock
from kwire.server.run import Bound, serve
from tests.server.raw_client import FETCH, METADATA, RawClient

LIST_OFFSETS, DELETE_TOPICS, DELETE_RECORDS = 2, 20, 21

SETTINGS = {
    "listeners": "PLAINTEXT://127.0.0.1:0",
    "log.dirs": "/data",
    "offsets.topic.num.partitions": "1",
    "log.segment.bytes": str(1 << 20),
    "num.partitions": "1",
}
BIG = b"old" * 200_000
"""Two of these do not fit into one segment."""


class SlowDisk:
    """Warming blocks its thread until `let_go`; `asked` says that one is at it."""

    def __init__(self, files: MemoryFiles) -> None:
        self.files = files
        self.asked = threading.Event()
        self._gate = threading.Event()
        files.fault = self._fault

    def _fault(self, operation: str, path: str, size: int) -> None:
        if operation == "warm":
            self.asked.set()
            self._gate.wait()

    def let_go(self) -> None:
        self._gate.set()

    async def is_asked(self) -> None:
        with trio.fail_after(60):
            while not self.asked.is_set():
                await trio.sleep(0.001)


@attrs.define
class Server:
    files: MemoryFiles
    disk: SlowDisk
    port: int
    stop: trio.Event
    ended: trio.Event
    clients: list[RawClient] = attrs.field(factory=list)

    async def client(self) -> RawClient:
        client = await RawClient.connect(self.port)
        self.clients.append(client)
        return client


def old_data() -> MemoryFiles:
    """What an earlier server left: the topic `old` with three big batches, of which nothing is in memory."""
    files = MemoryFiles()
    broker = Broker(Config(SETTINGS), clock=SystemClock(), files=files, random=Random(1))
    broker.start()
    (partition,) = broker.topics.create("old", partitions=1).partitions
    for _ in range(3):
        partition.append(build_batch([Record(0, 1, None, BIG, [])]), 1)
    broker.close()
    for name in ("00000000000000000000.log", "00000000000000000001.log"):
        files.chill(f"/data/old-0/{name}")
    return files


@pytest.fixture
async def server(nursery: trio.Nursery) -> AsyncIterator[Server]:
    """A server with old data that is cold, on a disk that answers only when it is told to."""
    files = old_data()
    disk = SlowDisk(files)
    stop, ended = trio.Event(), trio.Event()

    async def run_it(task_status: trio.TaskStatus[list[Bound]]) -> None:
        await serve(Config(SETTINGS), stop=stop, handle_signals=False, files=files, task_status=task_status)
        ended.set()

    (bound,) = await nursery.start(run_it)
    server = Server(files, disk, bound.port, stop, ended)
    yield server
    disk.let_go()
    for client in server.clients:
        client.stream.socket.close()
    stop.set()
    await ended.wait()
    assert files.waited_for == []  # at no time did the loop touch a byte that was not in memory


def fetch(*wanted: tuple[str, int], max_wait_ms: int = 500, min_bytes: int = 1) -> FetchRequest:
    return FetchRequest(
        max_wait_ms=max_wait_ms,
        min_bytes=min_bytes,
        topics=[
            FetchTopic(
                topic=topic,
                partitions=[FetchPartition(partition=0, fetch_offset=offset, partition_max_bytes=2**20)],
            )
            for topic, offset in wanted
        ],
    )


def list_offsets(timestamp: int) -> ListOffsetsRequest:
    partition = ListOffsetsPartition(partition_index=0, timestamp=timestamp)
    return ListOffsetsRequest(topics=[ListOffsetsTopic(name="old", partitions=[partition])])


def listed(response: ListOffsetsResponse) -> tuple[int, int]:
    (partition,) = response.topics[0].partitions
    return partition.error_code, partition.offset


def sizes(response: FetchResponse) -> dict[str, int]:
    assert response.error_code == 0
    return {topic.topic: len(topic.partitions[0].records or b"") for topic in response.responses}


def codes(response: FetchResponse) -> list[int]:
    return [part.error_code for topic in response.responses for part in topic.partitions]


async def test_a_fetch_that_waits_for_the_disk_holds_back_no_other_connection(server: Server) -> None:
    reader, writer = await server.client(), await server.client()
    await writer.create("new")
    await reader.send(FETCH, fetch(("old", 0)), 11)
    await server.disk.is_asked()
    assert [await writer.produce("new", b"hot") for _ in range(20)] == list(range(20))
    await writer.send_fetch("new", offset=0)
    assert len(await writer.receive_fetch()) > 20 * 3
    server.disk.let_go()
    assert sizes(await reader.receive())["old"] > len(BIG)


async def test_answers_leave_in_the_order_of_the_requests_also_when_the_first_is_cold(server: Server) -> None:
    client = await server.client()
    await client.send(FETCH, fetch(("old", 1)), 11)
    await client.send(METADATA, MetadataRequest(topics=None), 9)
    await client.send(FETCH, fetch(("old", 0)), 11)
    await server.disk.is_asked()
    server.disk.let_go()
    assert sizes(await client.receive())["old"] > len(BIG)
    assert "old" in [topic.name for topic in (await client.receive()).topics]
    assert sizes(await client.receive())["old"] > len(BIG)


async def test_a_fetch_is_answered_with_what_is_in_memory_while_the_rest_is_warmed(server: Server) -> None:
    client = await server.client()
    await client.create("new")
    await client.produce("new", b"hot")
    await client.send(FETCH, fetch(("old", 0), ("new", 0)), 11)
    found = sizes(await client.receive())
    assert found["old"] == 0
    assert found["new"] > 0
    await server.disk.is_asked()
    server.disk.let_go()
    await client.send(FETCH, fetch(("old", 0)), 11)
    assert sizes(await client.receive())["old"] > len(BIG)


@pytest.mark.parametrize(("max_wait_ms", "min_bytes"), [(0, 0), (0, 1), (1, 1 << 30)])
async def test_a_fetch_waits_for_the_disk_longer_than_for_producers(
    server: Server, max_wait_ms: int, min_bytes: int
) -> None:
    client, other = await server.client(), await server.client()
    await client.send(FETCH, fetch(("old", 0), max_wait_ms=max_wait_ms, min_bytes=min_bytes), 11)
    await server.disk.is_asked()
    await other.create("new")  # some turns of the loop
    await trio.sleep(0.005)
    server.disk.let_go()
    assert sizes(await client.receive())["old"] > len(BIG)


async def test_a_server_that_stops_answers_a_fetch_that_waits_for_the_disk(server: Server) -> None:
    client = await server.client()
    await client.send(FETCH, fetch(("old", 0)), 11)
    await server.disk.is_asked()
    server.stop.set()
    assert sizes(await client.receive()) == {"old": 0}
    server.disk.let_go()
    await server.ended.wait()


async def test_a_client_that_leaves_while_its_bytes_are_warmed_costs_nobody_anything(server: Server) -> None:
    leaver, stayer = await server.client(), await server.client()
    await leaver.send(FETCH, fetch(("old", 0)), 11)
    await server.disk.is_asked()
    await leaver.stream.aclose()
    await stayer.send(FETCH, fetch(("old", 0)), 11)
    server.disk.let_go()
    assert sizes(await stayer.receive())["old"] > len(BIG)


async def test_records_that_are_deleted_while_they_are_warmed_are_out_of_range(server: Server) -> None:
    reader, admin = await server.client(), await server.client()
    await reader.send(FETCH, fetch(("old", 0)), 11)
    await server.disk.is_asked()
    partition = DeleteRecordsPartition(partition_index=0, offset=2)
    deleted = await admin.ask(
        DELETE_RECORDS, DeleteRecordsRequest([DeleteRecordsTopic("old", [partition])], 1000), 2
    )
    assert deleted.topics[0].partitions[0].low_watermark == 2
    server.disk.let_go()
    assert codes(await reader.receive()) == [ErrorCode.OFFSET_OUT_OF_RANGE]


async def test_a_topic_that_is_deleted_while_it_is_warmed_is_unknown(server: Server) -> None:
    reader, admin = await server.client(), await server.client()
    await reader.send(FETCH, fetch(("old", 0)), 11)
    await server.disk.is_asked()
    await admin.ask(
        DELETE_TOPICS, DeleteTopicsRequest(topics=[DeleteTopicState(name="old")], timeout_ms=1000), 6
    )
    assert codes(await reader.receive()) == [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
    server.disk.let_go()


async def test_a_disk_that_fails_while_it_is_read_is_a_storage_error(server: Server) -> None:
    client = await server.client()

    def broken(operation: str, path: str, size: int) -> None:
        if operation == "warm":
            raise OSError(5, "Input/output error", path)

    server.files.fault = broken
    await client.send(FETCH, fetch(("old", 0)), 11)
    assert codes(await client.receive()) == [ErrorCode.KAFKA_STORAGE_ERROR]
    server.files.fault = None
    await client.send(FETCH, fetch(("old", 0)), 11)
    assert sizes(await client.receive())["old"] > len(BIG)


async def test_a_time_that_only_the_disk_knows_is_waited_for_and_holds_back_nobody(server: Server) -> None:
    asker, writer = await server.client(), await server.client()
    await writer.create("new")
    await asker.send(LIST_OFFSETS, list_offsets(1), 7)
    await server.disk.is_asked()
    assert await writer.produce("new", b"hot") == 0
    assert listed(await writer.ask(LIST_OFFSETS, list_offsets(-1), 7)) == (0, 3)
    server.disk.let_go()
    assert listed(await asker.receive()) == (0, 0)


async def test_a_server_that_stops_asks_those_who_wait_for_a_time_to_come_again(server: Server) -> None:
    client = await server.client()
    await client.send(LIST_OFFSETS, list_offsets(1), 7)
    await server.disk.is_asked()
    server.stop.set()
    assert listed(await client.receive()) == (ErrorCode.REQUEST_TIMED_OUT, -1)
