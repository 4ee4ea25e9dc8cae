"""One damaged log costs one partition; the rest is served, and nothing is thrown away."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.apis import TABLE, Caller
from kwire.broker.broker import Broker
from kwire.codec.messages import (
    describe_groups,
    fetch,
    find_coordinator,
    list_offsets,
    metadata,
    offset_commit,
    offset_fetch,
    produce,
)
from kwire.errors import CannotStart, ErrorCode
from kwire.records.batch import Record, build_batch
from tests.broker.keeping import Keeper

NOW = 1_700_000_000_000
LOG = "/data/orders-0/00000000000000000000.log"


def batch(value: bytes = b"v") -> bytes:
    return build_batch([Record(0, NOW, b"k", value, [])])


def fill(broker: Broker) -> None:
    broker.topics.create("orders", partitions=2)
    for number in range(20):
        broker.topics.partition("orders", number % 2).append(batch(b"%d" % number), NOW)


def damage(keeper: Keeper, path: str = LOG, at: int = 100) -> bytes:
    data = bytearray(keeper.files.read_bytes(path))
    data[at] ^= 0xFF
    keeper.files.write_atomic(path, bytes(data), sync=True)
    return bytes(data)


@pytest.fixture
def keeper() -> Keeper:
    """A broker that was killed, and of one of its two logs an early batch is damaged."""
    keeper = Keeper()
    fill(keeper.broker)
    keeper.files = keeper.files.crash()
    damage(keeper)
    keeper.again()
    return keeper


def ask(broker: Broker, key: int, version: int, request: Any) -> Any:
    answer = TABLE[key].handle(broker, Caller(version=version), request)
    broker.flushing.take_owed()
    return answer


def fetched(broker: Broker, index: int) -> fetch.PartitionData:
    part = fetch.FetchPartition(partition=index, fetch_offset=0, partition_max_bytes=1 << 20)
    request = fetch.FetchRequest(
        max_bytes=1 << 20, topics=[fetch.FetchTopic(topic="orders", partitions=[part])]
    )
    found: fetch.PartitionData = ask(broker, 1, 12, request).responses[0].partitions[0]
    return found


def produced(broker: Broker, index: int) -> int:
    part = produce.PartitionProduceData(index=index, records=batch())
    topic = produce.TopicProduceData(name="orders", partition_data=[part])
    request = produce.ProduceRequest(acks=-1, timeout_ms=1000, topic_data=[topic])
    code: int = ask(broker, 0, 9, request).responses[0].partition_responses[0].error_code
    return code


def test_a_damaged_partition_is_refused_and_the_other_is_served(keeper: Keeper) -> None:
    broker = keeper.broker
    assert produced(broker, 0) == fetched(broker, 0).error_code == ErrorCode.KAFKA_STORAGE_ERROR
    part = list_offsets.ListOffsetsPartition(partition_index=0, timestamp=-1)
    topic = list_offsets.ListOffsetsTopic(name="orders", partitions=[part])
    answer = ask(broker, 2, 6, list_offsets.ListOffsetsRequest(topics=[topic]))
    assert answer.topics[0].partitions[0].error_code == ErrorCode.KAFKA_STORAGE_ERROR
    assert produced(broker, 1) == fetched(broker, 1).error_code == 0
    assert fetched(broker, 1).high_watermark == 11


def test_people_are_told_file_position_and_offset(keeper: Keeper, caplog: pytest.LogCaptureFixture) -> None:
    keeper.restart()
    (line,) = [line for line in caplog.messages if "offline" in line]
    assert line.startswith(f"orders-0 is offline: {LOG} is damaged at byte ")
    assert ", offset 1: " in line


def test_metadata_name_the_replica_as_offline(keeper: Keeper) -> None:
    request = metadata.MetadataRequest(topics=[metadata.MetadataRequestTopic(name="orders")])
    partitions = ask(keeper.broker, 3, 9, request).topics[0].partitions
    assert [part.offline_replicas for part in partitions] == [[1], []]


def test_nothing_is_cut_and_the_partition_comes_back_when_the_file_does(keeper: Keeper) -> None:
    damaged = keeper.files.read_bytes(LOG)
    keeper.restart()
    keeper.kill()
    assert keeper.files.read_bytes(LOG) == damaged
    assert not keeper.files.exists("/data/.kafka_cleanshutdown")
    keeper.broker.close()
    damage(keeper)  # the same bits again: it is whole
    broker = keeper.again()
    assert fetched(broker, 0).high_watermark == 10
    assert fetched(broker, 0).error_code == 0


def test_an_offline_partition_survives_checkpoints_settings_and_deletion_of_its_topic(keeper: Keeper) -> None:
    broker = keeper.broker
    keeper.clock.now_ms += 10_000_000
    broker.tick(keeper.clock.now_ms)
    broker.jobs.run_all()
    broker.topics.apply_configs()
    topic = broker.topics.get("orders")
    assert topic is not None
    broker.topics.delete(topic)
    broker.topics.create("orders", partitions=1)
    keeper.restart()
    assert produced(keeper.broker, 0) == 0
    names = [name for name in keeper.directories() if name.startswith("orders-")]
    assert [name for name in names if not name.endswith("-delete")] == ["orders-0"]


def test_after_a_power_loss_the_log_ends_before_what_never_reached_the_disk() -> None:
    keeper = Keeper()
    fill(keeper.broker)
    keeper.files = keeper.files.crash()
    damage(keeper)
    keeper.files.write_atomic("/data/.kwire_boot_id", b"another boot", sync=True)
    broker = keeper.again()
    assert fetched(broker, 0).error_code == 0
    assert fetched(broker, 0).high_watermark == 1


OFFSETS = [f"/data/__consumer_offsets-{index}/00000000000000000000.log" for index in range(3)]


def commit(broker: Broker, group: str, offset: int) -> int:
    part = offset_commit.OffsetCommitRequestPartition(
        partition_index=1, committed_offset=offset, committed_metadata=""
    )
    topic = offset_commit.OffsetCommitRequestTopic(name="orders", partitions=[part])
    request = offset_commit.OffsetCommitRequest(group_id=group, topics=[topic])
    code: int = ask(broker, 8, 7, request).topics[0].partitions[0].error_code
    return code


@pytest.mark.parametrize("clean", [True, False])
def test_a_group_in_a_damaged_log_is_not_said_to_have_committed_nothing(clean: bool) -> None:
    keeper = Keeper()
    fill(keeper.broker)
    for offset in range(5):
        for number in range(9):
            assert commit(keeper.broker, f"group-{number}", offset) == 0
    if clean:
        keeper.broker.close()
    else:
        keeper.files = keeper.files.crash()
    damage(keeper, OFFSETS[1], 70)
    broker = keeper.again()

    def fetch_offset(group: str, version: int) -> tuple[int, int]:
        topic = offset_fetch.OffsetFetchRequestTopic(name="orders", partition_indexes=[1])
        request = offset_fetch.OffsetFetchRequest(group_id=group, topics=[topic])
        answer = ask(broker, 9, version, request)
        part = answer.topics[0].partitions[0]
        return answer.error_code or part.error_code, part.committed_offset

    found = {f"group-{number}": fetch_offset(f"group-{number}", 7) for number in range(9)}
    assert set(found.values()) == {(0, 4), (ErrorCode.NOT_COORDINATOR, -1)}
    lost = [group for group, answer in found.items() if answer[0]]
    assert fetch_offset(lost[0], 1) == (ErrorCode.NOT_COORDINATOR, -1)
    assert commit(broker, lost[0], 9) == ErrorCode.NOT_COORDINATOR
    described = ask(broker, 15, 5, describe_groups.DescribeGroupsRequest(groups=[lost[0]]))
    assert described.groups[0].error_code == ErrorCode.NOT_COORDINATOR
    broker.endpoints["PLAINTEXT"] = ("localhost", 9092)
    request = find_coordinator.FindCoordinatorRequest(coordinator_keys=[lost[0]])
    answer = ask(broker, 10, 4, request)
    assert answer.coordinators[0].error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE


def test_damage_that_shows_when_a_log_is_first_used_takes_its_partition_offline() -> None:
    keeper = Keeper()
    fill(keeper.broker)
    keeper.broker.close()
    damage(keeper, at=70 + 8)  # the length of the second batch
    broker = keeper.again()
    topic = broker.topics.get("orders")
    assert topic is not None
    states = [topic.partitions[0].is_offline]
    for _ in range(3):
        assert fetched(broker, 0).error_code == produced(broker, 0) == ErrorCode.KAFKA_STORAGE_ERROR
        keeper.clock.now_ms += 10_000
        broker.tick(keeper.clock.now_ms)
        broker.jobs.run_all()
    states.append(topic.partitions[0].is_offline)
    assert states == [False, True], "a start after an orderly stop reads no log"
    assert produced(broker, 1) == fetched(broker, 1).error_code == 0
    keeper.restart()
    assert not keeper.files.exists("/data/.kafka_cleanshutdown")


# Several log directories


def test_new_partitions_go_where_there_are_fewest_and_are_found_again() -> None:
    keeper = Keeper({"log.dirs": "/a,/b,/c"})
    keeper.broker.topics.create("orders", partitions=7)
    for index in range(7):
        keeper.broker.topics.partition("orders", index).append(batch(b"%d" % index), NOW)
    counts = [
        len([entry for entry in keeper.files.entries(path) if entry.name.startswith("orders-")])
        for path in ("/a", "/b", "/c")
    ]
    assert sorted(counts) == [2, 2, 3]
    assert keeper.files.exists("/a/__cluster_metadata-0")
    for again in (keeper.kill, keeper.restart, keeper.restart):
        broker = again()
        assert [part.log_end_offset for part in broker.topics.partitions()] == [1] * 7
    ids = {keeper.files.read_bytes(f"{path}/meta.properties") for path in ("/a", "/b", "/c")}
    assert len(ids) == 3, "each directory has its own id"
    assert len({data.split(b"cluster.id=")[1][:22] for data in ids}) == 1


def test_a_directory_that_is_added_takes_new_partitions() -> None:
    keeper = Keeper({"log.dirs": "/a"})
    keeper.broker.topics.create("orders", partitions=4)
    broker = keeper.restart({"log.dirs": "/a,/b"})
    broker.topics.create("payments", partitions=4)
    names = {entry.name for entry in keeper.files.entries("/b")}
    assert {"payments-0", "payments-1", "payments-2", "payments-3"} <= names


def test_partitions_of_a_directory_that_is_not_there_are_offline_and_not_made_anew() -> None:
    keeper = Keeper({"log.dirs": "/a,/b"})
    keeper.broker.topics.create("orders", partitions=4)
    for partition in keeper.broker.topics.partitions():
        partition.append(batch(), NOW)
    broker = keeper.restart({"log.dirs": "/a"})
    topic = broker.topics.get("orders")
    assert topic is not None
    assert [part.is_offline for part in topic.partitions].count(True) == 2
    broker = keeper.restart({"log.dirs": "/a,/b"})
    assert [part.log_end_offset for part in broker.topics.partitions()] == [1] * 4


def test_the_metadata_may_have_a_directory_of_their_own() -> None:
    keeper = Keeper({"log.dirs": "/a", "metadata.log.dir": "/fast"})
    keeper.broker.topics.create("orders", partitions=1)
    assert keeper.files.exists("/fast/__cluster_metadata-0")
    assert not keeper.files.exists("/a/__cluster_metadata-0")
    assert keeper.restart().topics.get("orders") is not None


def test_the_same_partition_in_two_directories_is_refused_with_both_paths() -> None:
    keeper = Keeper({"log.dirs": "/a,/b"})
    keeper.broker.topics.create("orders", partitions=2)
    keeper.broker.close()
    for path, index in (("/a", 0), ("/a", 1), ("/b", 0), ("/b", 1)):
        keeper.files.make_directory(f"{path}/orders-{index}")
    with pytest.raises(CannotStart, match=r"^/a/orders-\d and /b/orders-\d are the same partition"):
        keeper.again()


def test_a_directory_of_another_cluster_is_refused_and_none_is_kept_locked() -> None:
    keeper = Keeper({"log.dirs": "/a"})
    keeper.broker.close()
    properties = keeper.files.read_bytes("/a/meta.properties").decode()
    properties = properties.replace(
        f"cluster.id={keeper.broker.cluster_id}", "cluster.id=MkU3OEVBNTcwNTJENDM2Qk"
    )
    keeper.files.make_directory("/b")
    keeper.files.write_atomic("/b/meta.properties", properties.encode(), sync=True)
    with pytest.raises(CannotStart, match="belongs to cluster"):
        keeper.again({"log.dirs": "/a,/b"})
    keeper.again({"log.dirs": "/a"}).close()
