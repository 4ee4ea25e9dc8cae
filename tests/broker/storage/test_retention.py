"""Rounds of retention on a whole broker: what goes, what stays, when it is looked at, when the disk is free."""

from __future__ import annotations

import pytest

from kwire.broker.configs.dynamic import ResourceType
from kwire.broker.partition import Partition
from kwire.broker.storage import retention
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import Record, build_batch
from tests.broker.keeping import Keeper

INTERVAL_MS = 1000
SETTINGS = {"log.retention.check.interval.ms": str(INTERVAL_MS), "log.initial.task.delay.ms": "0"}


class House(Keeper):
    """A broker that checks each second, with topics whose segments hold three batches."""

    def topic(self, partitions: int = 1, **configs: str) -> Partition:
        configs = {name.replace("_", "."): value for name, value in configs.items()}
        configs = {"segment.bytes": "1048576", "retention.ms": "-1"} | configs
        return self.broker.topics.create("t", partitions=partitions, configs=configs).partitions[0]

    def batch(self, producer_id: int = -1, sequence: int = -1) -> bytes:
        record = Record(0, self.clock.time_ms(), b"k", b"v" * 349_000, [])
        return build_batch(
            [record],
            producer_id=producer_id,
            producer_epoch=-1 if producer_id < 0 else 0,
            base_sequence=sequence,
        )

    def fill(self, partition: Partition, count: int) -> None:
        for _ in range(count):
            partition.append(self.batch(), self.clock.time_ms())

    def pass_time(self, ms: int) -> None:
        """Let the broker do everything that is due within `ms`."""
        end = self.clock.now_ms + ms
        while (due := self.broker.next_deadline()) <= end:
            self.clock.now_ms = max(self.clock.now_ms, due)
            self.broker.tick(self.clock.now_ms)
            self.broker.jobs.run_all()
        self.clock.now_ms = end

    def alter(self, **configs: str) -> None:
        operations: list[tuple[str, int, str | None]] = [
            (name.replace("_", "."), 0, value) for name, value in configs.items()
        ]
        self.broker.configs.alter(ResourceType.TOPIC, "t", operations, validate_only=False)

    def files_of(self, name: str = "t-0") -> list[str]:
        return sorted(entry.name for entry in self.files.entries(f"/data/{name}"))


@pytest.fixture
def house() -> House:
    return House(SETTINGS)


def test_old_records_go_and_the_log_start_is_where_the_first_kept_segment_begins(house: House) -> None:
    partition = house.topic(retention_ms="10000")
    house.fill(partition, 7)
    house.pass_time(6000)
    house.fill(partition, 1)  # it is in the third segment, which so stays
    house.pass_time(3000)
    assert partition.log_start_offset == 0
    house.pass_time(3000)
    assert (partition.log_start_offset, partition.log_end_offset) == (6, 8)
    with pytest.raises(KafkaError) as caught:
        partition.read(5, 1000, at_least_one=True)
    assert caught.value.code == ErrorCode.OFFSET_OUT_OF_RANGE


def test_the_last_segment_goes_too_and_offsets_go_on(house: House) -> None:
    partition = house.topic(retention_ms="5000")
    house.fill(partition, 2)
    house.pass_time(7000)
    assert (partition.log_start_offset, partition.log_end_offset) == (2, 2)
    house.fill(partition, 1)
    assert partition.log_end_offset == 3
    broker = house.kill()
    partition = broker.topics.partition("t", 0)
    assert (partition.log_start_offset, partition.log_end_offset) == (2, 3)


def test_a_topic_that_is_too_large_loses_its_oldest_segments(house: House) -> None:
    size = 3 * len(house.batch())
    partition = house.topic(retention_bytes=str(2 * size))
    house.fill(partition, 13)
    house.pass_time(2 * INTERVAL_MS)
    assert partition.log_start_offset == 6
    assert partition.log.size_bytes >= 2 * size


def test_a_changed_setting_holds_from_the_next_check_on(house: House) -> None:
    partition = house.topic()
    house.fill(partition, 4)
    house.pass_time(60_000)
    assert partition.log_start_offset == 0
    house.alter(retention_ms="1")
    assert partition.log_start_offset == 0
    house.pass_time(2 * INTERVAL_MS)
    assert partition.log_start_offset == 4


@pytest.mark.parametrize(("policy", "start"), [("delete", 3), ("compact,delete", 3), ("compact", 0), ("", 0)])
def test_only_a_policy_with_delete_removes_by_time_and_size(house: House, policy: str, start: int) -> None:
    partition = house.topic(cleanup_policy=policy, retention_bytes="1")
    house.fill(partition, 6)
    house.pass_time(2 * INTERVAL_MS)
    assert partition.log_start_offset == start


def test_what_is_below_the_log_start_goes_whatever_the_policy(house: House) -> None:
    partition = house.topic(cleanup_policy="", file_delete_delay_ms="0")
    house.fill(partition, 9)
    assert partition.delete_records(7) == 7
    house.pass_time(2 * INTERVAL_MS)
    assert "00000000000000000003.log" not in house.files_of()
    assert "00000000000000000006.log" in house.files_of()


def test_segments_below_a_log_start_that_only_the_checkpoint_knew_are_removed(house: House) -> None:
    partition = house.topic(cleanup_policy="compact")
    house.fill(partition, 9)
    partition.log.log_start_offset = 7  # as a start finds it: moved, and killed before the files went
    house.pass_time(2 * INTERVAL_MS)
    assert [segment.base_offset for segment in partition.log.segments] == [6]
    assert partition.log_start_offset == 7


@pytest.mark.parametrize("delay_ms", [0, 1000, 45_000])
def test_the_files_are_gone_for_good_after_their_delay(house: House, delay_ms: int) -> None:
    partition = house.topic(retention_ms="1", file_delete_delay_ms=str(delay_ms))
    house.fill(partition, 3)
    house.pass_time(2 * INTERVAL_MS)
    deleted = {name for name in house.files_of() if name.endswith(".deleted")}
    assert len(deleted) == (3 if delay_ms > 2 * INTERVAL_MS else 0)
    house.pass_time(delay_ms)
    assert not any(name.endswith(".deleted") or name.startswith(f"{0:020d}.") for name in house.files_of())


def test_a_disk_that_removes_nothing_is_asked_again_later(house: House) -> None:
    partition = house.topic(retention_ms="1", file_delete_delay_ms="0")
    house.fill(partition, 3)

    def refuse(operation: str, path: str, size: int) -> None:
        if operation == "unlink" and path.endswith(".deleted"):
            raise OSError(5, "Input/output error", path)

    house.files.fault = refuse
    house.pass_time(5000)
    assert any(name.endswith(".deleted") for name in house.files_of())
    house.files.fault = None
    house.pass_time(60_000)
    assert not any(name.endswith(".deleted") for name in house.files_of())


def test_a_producer_whose_batches_are_gone_is_still_known_also_after_a_restart(house: House) -> None:
    partition = house.topic(retention_ms="1000")
    for sequence in range(3):
        partition.append(house.batch(7, sequence), house.clock.time_ms())
    house.pass_time(4000)
    assert partition.log_start_offset == 3
    for restart in (house.kill, house.restart):
        partition = restart().topics.partition("t", 0)
        with pytest.raises(KafkaError) as caught:
            partition.append(house.batch(7, 5), house.clock.time_ms())
        assert caught.value.code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
        assert partition.append(house.batch(7, 2), house.clock.time_ms()).base_offset == 2
    assert partition.append(house.batch(7, 3), house.clock.time_ms()).base_offset == 3


def test_a_producer_is_known_after_a_stop_when_all_its_records_were_deleted(house: House) -> None:
    partition = house.topic()
    partition.append(house.batch(7, 0), house.clock.time_ms())
    partition.delete_records(1)
    partition = house.restart().topics.partition("t", 0)
    with pytest.raises(KafkaError) as caught:
        partition.append(house.batch(7, 2), house.clock.time_ms())
    assert caught.value.code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_snapshots_go_with_their_segments(house: House) -> None:
    partition = house.topic(retention_ms="1000")
    house.fill(partition, 10)
    assert [name for name in house.files_of() if name.endswith("snapshot")] == [
        f"{offset:020d}.snapshot" for offset in (3, 6, 9)
    ]
    house.pass_time(4000)
    assert [name for name in house.files_of() if name.endswith("snapshot")] == [f"{10:020d}.snapshot"]


def test_who_waits_is_told_that_the_log_start_moved(house: House) -> None:
    partition = house.topic(retention_ms="1000")
    house.fill(partition, 1)
    told: list[int] = []
    partition.appended.add(lambda: told.append(partition.log_start_offset))
    house.pass_time(4000)
    assert set(told) == {1}


def test_a_round_over_many_partitions_is_cut_into_small_parts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PARTITIONS_AT_ONCE", 2)
    monkeypatch.setattr(retention, "SEGMENTS_AT_ONCE", 4)
    house.topic(5, retention_ms="100")
    partitions = house.broker.topics.get("t").partitions  # type: ignore[union-attr]
    for partition in partitions:
        house.fill(partition, 9)
    house.pass_time(3 * INTERVAL_MS)
    assert [partition.log_start_offset for partition in partitions] == [9] * 5


def test_the_first_check_comes_after_the_initial_delay_and_the_others_at_their_interval() -> None:
    house = House({"log.retention.check.interval.ms": "7000", "log.initial.task.delay.ms": "3000"})
    partition = house.topic(retention_ms="1")
    seen = []
    for _ in range(12):
        house.fill(partition, 1)
        house.pass_time(1000)
        seen.append(partition.log_start_offset)
    assert seen == [0, 0, 3, 3, 3, 3, 3, 3, 3, 10, 10, 10]


def test_a_partition_that_was_deleted_on_the_way_is_left_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PARTITIONS_AT_ONCE", 1)
    house.topic(3, retention_ms="1")
    topic = house.broker.topics.get("t")
    assert topic is not None
    for partition in topic.partitions:
        house.fill(partition, 3)
    house.clock.now_ms += 10
    house.broker.retention.tick(house.clock.now_ms)
    house.broker.topics.delete(topic)
    house.pass_time(10_000)
    assert not any(name.startswith("t-") for name in house.directories() if not name.endswith("-delete"))


def test_a_producer_that_expired_while_the_broker_was_down_is_unknown(house: House) -> None:
    partition = house.topic()
    partition.append(house.batch(7, 0), house.clock.time_ms())
    house.broker.close()
    house.clock.now_ms += 86_400_000
    partition = house.again().topics.partition("t", 0)
    assert partition.producers.by_id == {}
