"""A disk that fills or fails under a whole broker, at every single file operation of a scripted load.

For each n the n-th operation fails, once or until the disk is well again. What must hold: whoever is refused is told
so, and nothing of it is left half done; consumers go on and see what was acknowledged, no more and no less; what was
refused succeeds as soon as the disk allows it, without a restart; and whatever happens next, a stop, a kill, at once
or later, everything acknowledged is there and every index agrees with its log.

Here the disk fails in the middle of a run. What a failed fsync means is another matter, and tested elsewhere.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from random import Random
from typing import Any

import attrs
import pytest

from kwire.broker.broker import Broker
from kwire.broker.inspection.verification import check_task, look_up, verify
from kwire.codec.messages import (
    create_partitions,
    create_topics,
    delete_records,
    delete_topics,
    fetch,
    incremental_alter_configs,
    init_producer_id,
    metadata,
    offset_commit,
    offset_fetch,
    produce,
)
from kwire.config import Config
from kwire.errors import ErrorCode
from kwire.log.files import MemoryFiles, ShortWrite
from kwire.records.batch import Record, build_batch
from tests.simulation.scripts import records_in
from tests.simulation.world import DATA, World

SETTINGS = {
    "offsets.topic.num.partitions": "1",
    "log.segment.bytes": "1048576",
    "log.index.interval.bytes": "1000",
    "log.index.size.max.bytes": "4096",
}
VALUE_BYTES = 500_000
TAKES_ROOM = ("write", "mkdir", "open")

REFUSALS = {
    ErrorCode.KAFKA_STORAGE_ERROR,
    ErrorCode.NOT_COORDINATOR,  # what a group coordinator says then
}

Step = Callable[[], int]


class HastyWorld(World):
    """Answers leave before anything is synced, and no job is ever performed: no sync can fail."""

    holds_back = False


@attrs.define
class Disk:
    """The fault behind a file system: what fails, from which operation on, and how often."""

    files: MemoryFiles
    code: int
    first: int
    times: int
    """How many operations fail; after `heal` none does."""
    seen: int = 0
    failed: int = 0

    @property
    def is_broken(self) -> bool:
        return self.seen >= self.first and self.failed < self.times

    def heal(self) -> None:
        self.times = 0

    def __call__(self, operation: str, path: str, size: int) -> None:
        if operation == "sync":
            return
        takes_room = operation in TAKES_ROOM and not (operation == "open" and self.files.exists(path))
        if self.code != errno.EIO and not takes_room:  # what takes no room goes on when a disk is full
            return
        self.seen += 1
        if self.seen > self.first and self.failed < self.times:
            self.failed += 1
            if operation == "write" and size > 1:
                raise ShortWrite(self.code, "The disk is full", size * (self.failed % 3) // 3)
            raise OSError(self.code, "The disk is full or broken", path)


@attrs.define
class Load:
    """One client that does a bit of everything, and remembers what it was promised."""

    world: World
    disk: Disk
    acknowledged: dict[tuple[str, int], list[tuple[int, bytes]]] = attrs.Factory(dict)
    log_starts: dict[tuple[str, int], int] = attrs.Factory(dict)
    committed: int = -1
    producer_id: int = -1
    sequences: dict[tuple[str, int], int] = attrs.Factory(dict)
    refused: int = 0

    def run(self) -> None:
        self.until_done(lambda: self.create("a"))
        self.until_done(self.begin_producing)
        self.produce("a", 0)
        self.produce("a", 0, value_bytes=10)
        self.commit(1)
        self.until_done(lambda: self.grow("a", 2))
        for value_bytes in (VALUE_BYTES, 10, 10, VALUE_BYTES, VALUE_BYTES):
            self.produce("a", 0, value_bytes=value_bytes)
        self.produce("a", 1, value_bytes=10)
        self.until_done(lambda: self.alter("a", "segment.bytes", str(3 << 19)))
        self.commit(2)
        self.until_done(lambda: self.create("b"))
        for _ in range(3):
            self.produce("b", 0)
        self.delete_records("a", 5)
        for value_bytes in (VALUE_BYTES, 10) * 2:
            self.produce("a", 0, value_bytes=value_bytes)
        self.until_done(lambda: self.delete("b"))
        self.commit(6)
        self.until_done(lambda: self.create("b"))
        self.produce("b", 0)

    def until_done(self, step: Step) -> None:
        """Ask until it is done; when asking once more does not help, the disk is put right."""
        for attempt in range(4):
            code = step()
            if code == ErrorCode.NONE:
                return
            assert code in REFUSALS, ErrorCode(code).name
            self.refused += 1
            self.check(self.world.broker)
            self.check_after_kill()
            if attempt == 1:
                self.disk.heal()
            assert attempt < 2, "what was refused succeeds when the disk is well again"

    # What it asks

    def create(self, topic: str) -> int:
        asked = create_topics.CreatableTopic(name=topic, num_partitions=1, replication_factor=1)
        answer = self.ask(19, create_topics.CreateTopicsRequest(topics=[asked], timeout_ms=1), 7)
        code: int = answer.topics[0].error_code
        if not code:
            self.acknowledged[topic, 0] = []
        return code

    def grow(self, topic: str, count: int) -> int:
        asked = create_partitions.CreatePartitionsTopic(name=topic, count=count, assignments=None)
        answer = self.ask(37, create_partitions.CreatePartitionsRequest(topics=[asked]), 3)
        code: int = answer.results[0].error_code
        if not code:
            self.acknowledged[topic, count - 1] = []
        return code

    def delete(self, topic: str) -> int:
        asked = delete_topics.DeleteTopicState(name=topic)
        answer = self.ask(20, delete_topics.DeleteTopicsRequest(topics=[asked]), 6)
        code: int = answer.responses[0].error_code
        if not code:
            del self.acknowledged[topic, 0]
            del self.sequences[topic, 0]
        return code

    def alter(self, topic: str, name: str, value: str) -> int:
        asked = incremental_alter_configs.AlterConfigsResource(
            resource_type=2,
            resource_name=topic,
            configs=[incremental_alter_configs.AlterableConfig(name=name, value=value)],
        )
        request = incremental_alter_configs.IncrementalAlterConfigsRequest(resources=[asked])
        code: int = self.ask(44, request, 1).responses[0].error_code
        return code

    def begin_producing(self) -> int:
        answer = self.ask(22, init_producer_id.InitProducerIdRequest(transactional_id=None), 4)
        self.producer_id = answer.producer_id
        code: int = answer.error_code
        return code

    def produce(self, topic: str, partition: int, *, value_bytes: int = VALUE_BYTES) -> None:
        place = (topic, partition)
        sequence = self.sequences.get(place, 0)
        value = b"%d/" % sequence + bytes(value_bytes)
        batch = build_batch(
            [Record(0, 1_700_000_000_000 + sequence, b"key", value, [])],
            producer_id=self.producer_id,
            producer_epoch=0,
            base_sequence=sequence,
        )

        def step() -> int:
            code = self.send(place, batch, value)
            if code:  # perhaps something smaller fits
                self.send(place, build_batch([Record(0, 1_700_000_000_500, None, b"small", [])]), b"small")
            return code

        self.until_done(step)
        self.sequences[place] = sequence + 1

    def send(self, place: tuple[str, int], batch: bytes, value: bytes) -> int:
        data = produce.TopicProduceData(
            name=place[0], partition_data=[produce.PartitionProduceData(index=place[1], records=batch)]
        )
        answer = self.ask(0, produce.ProduceRequest(acks=-1, timeout_ms=1000, topic_data=[data]), 9)
        result = answer.responses[0].partition_responses[0]
        if not result.error_code:
            promised = self.acknowledged[place]
            assert result.base_offset == len(promised), "each record is appended once, in order"
            promised.append((result.base_offset, value))
        return int(result.error_code)

    def commit(self, offset: int) -> None:
        part = offset_commit.OffsetCommitRequestPartition(partition_index=0, committed_offset=offset)
        topic = offset_commit.OffsetCommitRequestTopic(name="a", partitions=[part])

        def step() -> int:
            answer = self.ask(8, offset_commit.OffsetCommitRequest(group_id="g", topics=[topic]), 8)
            code: int = answer.topics[0].partitions[0].error_code
            if not code:
                self.committed = offset
            return code

        self.until_done(step)

    def delete_records(self, topic: str, before: int) -> None:
        part = delete_records.DeleteRecordsPartition(partition_index=0, offset=before)
        request = delete_records.DeleteRecordsRequest(
            topics=[delete_records.DeleteRecordsTopic(name=topic, partitions=[part])], timeout_ms=1000
        )

        def step() -> int:
            self.log_starts[topic, 0] = before  # a refused one may have been done in part
            code: int = self.ask(21, request, 2).topics[0].partitions[0].error_code
            return code

        self.until_done(step)

    def ask(self, key: int, request: Any, version: int) -> Any:
        return self.world.ask(key, request, version)

    # What it was promised

    def check_after_kill(self) -> None:
        """Would a process that is killed now leave everything acknowledged behind?"""
        killed = Broker(
            Config(self.world.settings),
            clock=self.world.clock,
            files=self.world.files.crash(),
            random=Random(1),
        )
        killed.start()
        self.check(killed)
        killed.close()
        check_every_file(killed.files)

    def check(self, broker: Broker) -> None:
        world = HastyWorld.__new__(HastyWorld)
        world.broker, world.random = broker, Random(1)
        topics = world.ask(3, metadata.MetadataRequest(topics=None), 9).topics
        found = {(each.name, part.partition_index) for each in topics for part in each.partitions}
        assert {place for place in found if not place[0].startswith("__")} == set(self.acknowledged)
        names = [image.name for image in broker.metadata.image.topics.values()]
        assert len(names) == len(set(names)), "no name is there twice"
        for (topic, partition), promised in self.acknowledged.items():
            start = self.log_starts.get((topic, partition), 0)
            read = readable(world, topic, partition, start)
            if read is None:
                assert self.disk.is_broken
                continue
            assert [(offset, len(value), value[:8]) for offset, value in read] == [
                (offset, len(value), value[:8]) for offset, value in promised if offset >= start
            ], f"{topic}-{partition} holds what was acknowledged"
        if self.committed >= 0:
            request = offset_fetch.OffsetFetchRequest(
                group_id="g", topics=[offset_fetch.OffsetFetchRequestTopic(name="a", partition_indexes=[0])]
            )
            answer = world.ask(9, request, 7)
            assert answer.topics[0].partitions[0].committed_offset == self.committed


def readable(world: World, topic: str, partition: int, offset: int) -> list[tuple[int, bytes]] | None:
    """Everything that a consumer gets from `offset` on; None when it is told that the disk is broken."""
    found: list[tuple[int, bytes]] = []
    while True:
        part = fetch.FetchPartition(partition=partition, fetch_offset=offset, partition_max_bytes=1 << 30)
        request = fetch.FetchRequest(
            max_wait_ms=0,
            min_bytes=1,
            max_bytes=1 << 30,
            topics=[fetch.FetchTopic(topic=topic, partitions=[part])],
        )
        answer = world.ask(1, request, 11).responses[0].partitions[0]
        if answer.error_code == ErrorCode.KAFKA_STORAGE_ERROR:
            return None
        assert answer.error_code == 0, ErrorCode(answer.error_code).name
        records = [(at, value) for at, value in records_in(answer.records) if at >= offset]
        if not records:
            assert answer.high_watermark == offset
            return found
        found += records
        offset = found[-1][0] + 1


def check_every_file(files: MemoryFiles | Any) -> None:
    """By the rules of recovery and of Kafka's DumpLogSegments."""
    found = verify(files, look_up(files, [DATA]), lambda tasks: [check_task(files, task) for task in tasks])
    assert found.problems == []
    assert found.records > 0


def run(code: int, first: int, times: int) -> Disk:
    world = HastyWorld(5, settings=SETTINGS)
    disk = Disk(world.files, code, first, times)
    world.files.fault = disk
    load = Load(world, disk)
    load.run()
    disk.heal()
    load.check(world.broker)
    load.check_after_kill()
    world.restart()
    load.check(world.broker)
    world.broker.close()
    check_every_file(world.files)
    assert load.refused or not disk.failed or code == errno.EIO or times == 1
    return disk


NEVER = 1 << 30


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["full", "broken"])
def test_the_scripted_load_does_enough_to_fail_at(code: int) -> None:
    assert run(code, NEVER, 0).seen > 60


@pytest.mark.parametrize("times", [1, NEVER], ids=["once", "until it is well"])
@pytest.mark.parametrize("broken", [False, True], ids=["full", "broken"])
def test_a_disk_that_fails_at_any_operation_costs_nothing_acknowledged(broken: bool, times: int) -> None:
    first = 0
    while True:
        code = errno.EIO if broken else (errno.ENOSPC, errno.EDQUOT)[first % 2]
        try:
            disk = run(code, first, times)
        except BaseException as error:
            error.add_note(
                f"the disk failed {times} times, {errno.errorcode[code]}, from operation {first} on"
            )
            raise
        if not disk.failed:
            return
        first += 1
