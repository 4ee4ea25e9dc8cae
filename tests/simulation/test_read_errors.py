"""A disk that cannot be read costs the partitions on it and nothing else, and only for as long as it lasts."""

from __future__ import annotations

import errno

import pytest

from kwire.codec.messages import create_topics, fetch, list_offsets, produce
from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch
from tests.simulation.scripts import records_in
from tests.simulation.world import World


def start() -> World:
    """Topics "bad" and "good", each with one partition of three records."""
    world = World(3, settings={"offsets.topic.num.partitions": "1"})
    for name in ("bad", "good"):
        asked = create_topics.CreatableTopic(name=name, num_partitions=1, replication_factor=1)
        world.ask(19, create_topics.CreateTopicsRequest(topics=[asked], timeout_ms=1), 7)
        for number in range(3):
            assert append(world, name, number) == ErrorCode.NONE
    return world


def append(world: World, name: str, number: int) -> int:
    batch = build_batch([Record(0, 1_700_000_000_000 + number, None, b"%d" % number, [])])
    part = produce.PartitionProduceData(index=0, records=batch)
    topic = produce.TopicProduceData(name=name, partition_data=[part])
    answer = world.ask(0, produce.ProduceRequest(acks=-1, timeout_ms=1, topic_data=[topic]), 9)
    code: int = answer.responses[0].partition_responses[0].error_code
    return code


def read(world: World, version: int) -> dict[str, tuple[int, list[bytes]]]:
    """(error code, values) of both topics, asked for in one request."""
    part = fetch.FetchPartition(partition=0, fetch_offset=1, partition_max_bytes=1 << 20)
    request = fetch.FetchRequest(
        max_wait_ms=0,
        min_bytes=1,
        max_bytes=1 << 20,
        topics=[fetch.FetchTopic(topic=name, partitions=[part]) for name in ("bad", "good")],
    )
    answer = world.ask(1, request, version)
    return {
        topic.topic: (
            topic.partitions[0].error_code,
            [value for _, value in records_in(topic.partitions[0].records)],
        )
        for topic in answer.responses
    }


def break_reads(world: World) -> None:
    def fault(operation: str, path: str, size: int) -> None:
        if operation == "read" and "/bad-0/" in path:
            raise OSError(errno.EIO, "Input/output error", path)

    world.files.fault = fault


@pytest.mark.parametrize("version", [4, 11, 12])
def test_a_fetch_says_which_partition_cannot_be_read_and_has_the_records_of_the_others(version: int) -> None:
    world = start()
    whole = read(world, version)
    assert whole == {name: (0, [b"1", b"2"]) for name in ("bad", "good")}
    break_reads(world)
    code = ErrorCode.KAFKA_STORAGE_ERROR if version > 5 else ErrorCode.NOT_LEADER_OR_FOLLOWER
    assert read(world, version) == {"bad": (code, []), "good": (0, [b"1", b"2"])}
    world.files.fault = None
    assert read(world, version) == whole


def test_an_offset_that_must_be_looked_up_on_a_broken_disk_is_a_storage_error() -> None:
    world = start()
    break_reads(world)
    request = list_offsets.ListOffsetsRequest(
        replica_id=-1,
        topics=[
            list_offsets.ListOffsetsTopic(
                name=name,
                partitions=[
                    list_offsets.ListOffsetsPartition(partition_index=0, timestamp=1_700_000_000_001)
                ],
            )
            for name in ("bad", "good")
        ],
    )
    answer = world.ask(2, request, 7)
    found = {topic.name: topic.partitions[0] for topic in answer.topics}
    assert found["bad"].error_code == ErrorCode.KAFKA_STORAGE_ERROR
    assert (found["good"].error_code, found["good"].offset) == (ErrorCode.NONE, 1)


def test_a_log_that_cannot_be_read_can_still_be_written() -> None:
    world = start()
    break_reads(world)
    assert append(world, "bad", 3) == ErrorCode.NONE
    world.files.fault = None
    assert read(world, 11)["bad"] == (0, [b"1", b"2", b"3"])


@pytest.mark.parametrize("clean", [True, False])
def test_a_partition_that_cannot_be_read_at_a_start_is_offline_and_its_files_stay(clean: bool) -> None:
    world = start()
    if clean:
        world.broker.close()
    world.files = world.files.crash()
    before = world.files.read_bytes("/data/bad-0/00000000000000000000.log")
    break_reads(world)
    world.broker = world._start()
    assert read(world, 11) == {
        "bad": (ErrorCode.KAFKA_STORAGE_ERROR, []),
        "good": (0, [b"1", b"2"]),
    }
    assert append(world, "bad", 3) == ErrorCode.KAFKA_STORAGE_ERROR
    world.files.fault = None
    assert world.files.read_bytes("/data/bad-0/00000000000000000000.log") == before
    world.restart()
    assert read(world, 11) == {name: (0, [b"1", b"2"]) for name in ("bad", "good")}
    assert append(world, "bad", 3) == ErrorCode.NONE
