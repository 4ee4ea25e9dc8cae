"""Slow work in threads: who waits for a sync waits alone, and what was begun is finished."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import pytest
import trio

from kwire.broker.jobs import Jobs
from kwire.codec.messages.create_topics import CreatableTopic, CreatableTopicConfig, CreateTopicsRequest
from kwire.config import Config
from kwire.errors import ErrorCode
from kwire.log.files import DiskFile, DiskFiles
from kwire.server.jobs import MAX_THREADS, perform_jobs
from kwire.server.poller import Poller
from kwire.server.run import Bound, serve
from tests.server.raw_client import RawClient

CREATE_TOPICS = 19


class SlowDisk(DiskFiles):
    """A disk whose syncs of the topic's log take until the test says so, and can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self.syncs = 0
        self.fail_next = False

    def open(self, path: str, *, create: bool = False, read_only: bool = False) -> DiskFile:
        plain = super().open(path, create=create, read_only=read_only)
        fd = os.dup(plain._fd)
        plain.close()
        return _SlowFile(path, fd, self)


class _SlowFile(DiskFile):
    def __init__(self, path: str, fd: int, disk: SlowDisk) -> None:
        super().__init__(path, fd)
        self._disk = disk

    def duplicate(self) -> DiskFile:
        return _SlowFile(self.path, os.dup(self._fd), self._disk)

    def sync(self) -> None:
        if "durable-0" in self.path and self.path.endswith(".log"):
            disk = self._disk
            disk.syncs += 1
            disk.entered.release()
            disk.gate.wait()
            if disk.fail_next:
                disk.fail_next = False
                raise OSError(errno.EIO, "Input/output error", self.path)
        super().sync()


@attrs.define
class Place:
    disk: SlowDisk
    log: Path
    port: int
    stop: trio.Event
    ended: trio.Event
    clients: list[RawClient] = attrs.field(factory=list)

    async def client(self) -> RawClient:
        client = await RawClient.connect(self.port)
        self.clients.append(client)
        return client


@pytest.fixture
async def place(nursery: trio.Nursery, tmp_path: Path) -> AsyncIterator[Place]:
    """A server on a slow disk with a topic whose acknowledgements wait for it, and one whose do not."""
    disk = SlowDisk()
    config = Config({"listeners": "PLAINTEXT://127.0.0.1:0", "log.dirs": str(tmp_path / "data")})
    stop, ended = trio.Event(), trio.Event()

    async def run_it(task_status: trio.TaskStatus[list[Bound]]) -> None:
        await serve(config, stop=stop, handle_signals=False, files=disk, task_status=task_status)
        ended.set()

    bound = await nursery.start(run_it)
    log = tmp_path / "data" / "durable-0" / "00000000000000000000.log"
    place = Place(disk, log, bound[0].port, stop, ended)
    client = await place.client()
    topics = [
        CreatableTopic(
            name="durable",
            num_partitions=1,
            replication_factor=1,
            configs=[CreatableTopicConfig(name="flush.messages", value="1")],
        ),
        CreatableTopic(name="quick", num_partitions=1, replication_factor=1),
    ]
    answer = await client.ask(CREATE_TOPICS, CreateTopicsRequest(topics=topics, timeout_ms=1000), 7)
    assert [topic.error_code for topic in answer.topics] == [0, 0]
    yield place
    disk.gate.set()
    for client in place.clients:
        client.stream.socket.close()
    stop.set()
    await ended.wait()


async def test_a_slow_sync_holds_up_only_those_who_wait_for_it(place: Place) -> None:
    patient, other = await place.client(), await place.client()
    place.disk.gate.clear()
    answered = trio.Event()

    async def produce() -> None:
        await patient.produce("durable", b"a")
        answered.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(produce)
        await trio.to_thread.run_sync(place.disk.entered.acquire)
        for offset in range(3):
            assert await other.produce("quick", b"b") == offset
        assert not answered.is_set()
        place.disk.gate.set()
    assert answered.is_set()


async def test_many_who_wait_share_a_sync(place: Place) -> None:
    clients = [await place.client() for _ in range(20)]
    place.disk.gate.clear()
    first = place.disk.syncs
    left = len(clients)

    async def produce(client: RawClient) -> None:
        nonlocal left
        await client.produce("durable", b"a")
        left -= 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(produce, clients[0])
        await trio.to_thread.run_sync(place.disk.entered.acquire)
        for client in clients[1:]:
            nursery.start_soon(produce, client)
        await _until_appended(place, 20)
        place.disk.gate.set()
    assert left == 0
    assert place.disk.syncs - first == 2


async def _until_appended(place: Place, count: int) -> None:
    """Until the log file holds so many batches: they are written, and not yet durable."""
    size = 0
    while size == 0 or place.log.stat().st_size < count * size:
        await trio.sleep(0.001)
        head = place.log.read_bytes()[:12]
        size = int.from_bytes(head[8:], "big") + 12 if len(head) == 12 else 0


async def test_a_failed_sync_is_told_and_the_log_comes_back(place: Place) -> None:
    client = await place.client()
    assert await client.produce("durable", b"a") == 0
    place.disk.fail_next = True
    refused = await client.try_to_produce("durable", b"b")
    assert refused.error_code == ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, "written, and not durable"
    while (answer := await client.try_to_produce("durable", b"c")).error_code:
        assert answer.error_code == ErrorCode.KAFKA_STORAGE_ERROR
        await trio.sleep(0.01)
    assert answer.base_offset == 2, "what was refused was written all the same, and is kept"


async def test_a_stop_waits_for_a_sync_that_has_begun(place: Place) -> None:
    client = await place.client()
    place.disk.gate.clear()

    async with trio.open_nursery() as nursery:

        async def produce() -> None:
            answer = await client.try_to_produce("durable", b"a")
            assert answer.error_code in (0, ErrorCode.REQUEST_TIMED_OUT)

        nursery.start_soon(produce)
        await trio.to_thread.run_sync(place.disk.entered.acquire)
        place.stop.set()
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert not place.ended.is_set()
        place.disk.gate.set()
        await place.ended.wait()


class Step:
    """A job that notes what happens to it."""

    def __init__(self, notes: list[str], *, ready: bool = True, error: Exception | None = None) -> None:
        self.notes = notes
        self.ready = ready
        self.error = error

    def begin(self) -> bool:
        self.notes.append("begin")
        return self.ready

    def perform(self) -> None:
        assert threading.current_thread() is not threading.main_thread()
        self.notes.append("perform")
        if self.error is not None:
            raise self.error

    def finish(self, error: Exception | None) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.notes.append(f"finish {error}")


def start(jobs: Jobs, nursery: trio.Nursery) -> None:
    poller = Poller()
    nursery.start_soon(poller.run)
    nursery.start_soon(perform_jobs, jobs, poller)


async def test_a_job_begins_and_finishes_on_the_loop_and_is_performed_off_it(nursery: trio.Nursery) -> None:
    jobs = Jobs()
    notes: list[str] = []
    start(jobs, nursery)
    await trio.testing.wait_all_tasks_blocked()
    jobs.put(Step(notes))
    jobs.put(Step(notes, ready=False))
    jobs.put(Step(notes, error=ValueError("no")))
    while len(notes) < 7:
        await trio.sleep(0.001)
    assert sorted(notes) == [
        "begin", "begin", "begin", "finish None", "finish no", "perform", "perform",
    ]  # fmt: skip
    nursery.cancel_scope.cancel()


async def test_more_jobs_than_threads_wait_for_their_turn(nursery: trio.Nursery) -> None:
    jobs = Jobs()
    notes: list[str] = []
    for _ in range(3 * MAX_THREADS):
        jobs.put(Step(notes))
    start(jobs, nursery)
    while notes.count("finish None") < 3 * MAX_THREADS:
        await trio.sleep(0.001)
    nursery.cancel_scope.cancel()


async def test_no_thread_is_left_when_the_server_has_stopped() -> None:
    jobs = Jobs()
    notes: list[str] = []
    before = threading.active_count()
    async with trio.open_nursery() as nursery:
        start(jobs, nursery)
        for _ in range(3):
            jobs.put(Step(notes))
        while notes.count("finish None") < 3:
            await trio.sleep(0.001)
        assert threading.active_count() > before
        nursery.cancel_scope.cancel()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("kwire job")]
