"""What a start and a stop do to the disk: so much for each partition, and nothing that need not be."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from kwire.broker.broker import Broker
from kwire.config import Config
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from kwire.log.log import LogWriteFailed
from kwire.records.batch import Record, build_batch
from tests.broker.keeping import HandClock

PARTITIONS = 150


class Counting:
    """Counts what is done to files: (operation, what kind of file)."""

    def __init__(self) -> None:
        self.done: Counter[tuple[str, str]] = Counter()

    def __call__(self, operation: str, path: str, size: int) -> None:
        self.done[operation, path.rpartition("/")[2].rpartition(".")[2]] += 1

    def of_topics(self) -> Counter[str]:
        totals: Counter[str] = Counter()
        for (operation, _), count in self.done.items():
            totals[operation] += count
        return totals


def start(files: MemoryFiles) -> Broker:
    broker = Broker(Config({"log.dirs": "/data"}), clock=HandClock(), files=files, random=random.Random(1))
    broker.start()
    return broker


def fill(broker: Broker, batches: int) -> None:
    data = build_batch([Record(0, 1000, b"k", b"v" * 100)])
    for partition in broker.topics.partitions():
        for _ in range(batches):
            partition.append(data, 1000)


def counted(files: MemoryFiles) -> tuple[Counting, Broker]:
    counting = Counting()

    def count(operation: str, path: str, size: int) -> None:
        if "/t-" in path:
            counting(operation, path, size)

    files.fault = count
    broker = start(files)
    files.fault = None
    return counting, broker


@pytest.fixture
def files() -> MemoryFiles:
    """A directory with many partitions, closed in order."""
    files = MemoryFiles(loses_unsynced=True)
    broker = start(files)
    broker.topics.create("t", partitions=PARTITIONS)
    fill(broker, 3)
    broker.close()
    return files


def test_a_start_after_an_orderly_stop_does_little_for_each_partition_and_writes_nothing(
    files: MemoryFiles,
) -> None:
    counting, broker = counted(files)
    assert {partition.log_end_offset for partition in broker.topics.partitions()} == {3}
    assert set(counting.done) == {
        ("read", "metadata"),
        ("read", "leader-epoch-checkpoint"),
        ("read", "snapshot"),
    }
    assert max(counting.done.values()) == PARTITIONS


def test_what_was_opened_unseen_can_be_read_and_appended_to(files: MemoryFiles) -> None:
    broker = start(files)
    first, second = broker.topics.by_name["t"].partitions[:2]
    assert len(first.read(0, 10_000, at_least_one=True)) > 300
    assert second.offset_for_timestamp(1000) == (0, 1000, 0)
    fill(broker, 1)
    assert {partition.log_end_offset for partition in broker.topics.partitions()} == {4}
    broker.close()
    broker = start(files)
    for partition in broker.topics.partitions():
        assert [header.base_offset for header in partition.log.batches(0)] == [0, 1, 2, 3]


LOG = "/data/t-7/00000000000000000000.log"


def cut(files: MemoryFiles, size: int) -> None:
    file = files.open(LOG)
    file.truncate(file.size() - size)
    file.close()


@pytest.mark.parametrize("touch", ["read", "append", "time"])
def test_a_log_that_lost_its_end_while_nobody_ran_is_noticed_before_anything_of_it_is_served(
    files: MemoryFiles, touch: str
) -> None:
    cut(files, 5)
    broker = start(files)
    partition = broker.topics.partition("t", 7)
    assert partition.log_end_offset == 3
    data = build_batch([Record(0, 1000, b"k", b"v")])
    touches: dict[str, Callable[[], object]] = {
        "read": lambda: partition.read(0, 10_000, at_least_one=True),
        "append": lambda: partition.append(data, 1000),
        "time": lambda: partition.offset_for_timestamp(1000),
    }
    for _ in range(3):
        with pytest.raises(KafkaError) as caught:
            touches[touch]()
        assert caught.value.code == ErrorCode.KAFKA_STORAGE_ERROR
    assert broker.topics.partition("t", 8).append(data, 1000).base_offset == 3
    broker.tick(broker.clock.monotonic_ms())
    broker.jobs.run_all()
    assert partition.log_end_offset == 2
    assert partition.append(data, 1000).base_offset == 2
    assert [header.base_offset for header in partition.log.batches(0)] == [0, 1, 2]


def test_a_log_that_lost_its_end_keeps_a_stop_from_being_called_orderly(files: MemoryFiles) -> None:
    cut(files, 5)
    broker = start(files)
    with pytest.raises(KafkaError):
        broker.topics.partition("t", 7).read(0, 10_000, at_least_one=True)
    with pytest.raises(LogWriteFailed):
        broker.close()
    broker = start(files)
    assert broker.topics.partition("t", 7).log_end_offset == 2
    assert broker.topics.partition("t", 8).log_end_offset == 3


def test_a_recovery_point_that_is_not_the_end_of_its_log_is_not_believed(files: MemoryFiles) -> None:
    files.unlink("/data/recovery-point-offset-checkpoint")
    broker = start(files)
    assert {partition.log_end_offset for partition in broker.topics.partitions()} == {3}


def test_a_start_after_a_kill_writes_nothing_where_all_is_as_it_should_be(files: MemoryFiles) -> None:
    broker = start(files)
    fill(broker, 2)
    files = files.crash()
    counting, broker = counted(files)
    assert {partition.log_end_offset for partition in broker.topics.partitions()} == {5}
    assert counting.done["rename", "timeindex"] == 0
    assert set(counting.of_topics()) == {"read", "open"}


def test_a_stop_syncs_many_logs_together_and_those_without_news_not_at_all(files: MemoryFiles) -> None:
    broker = start(files)
    counting = Counting()
    files.fault = counting
    fill(broker, 1)
    broker.close()
    assert counting.done["sync", "log"] <= PARTITIONS + 10
    files.fault = None
    broker = start(files)
    counting.done.clear()
    files.fault = counting
    broker.close()
    assert counting.done["sync", "log"] <= 1  # the cluster's own


def test_a_partition_whose_indexes_a_kill_left_incomplete_gets_them_once(files: MemoryFiles) -> None:
    broker = start(files)
    data = build_batch([Record(0, 5000, b"k", b"v")])
    for partition in broker.topics.partitions():
        partition.append(data, 5000)
    files = files.crash()
    counting, broker = counted(files)
    assert counting.done["rename", "timeindex"] == PARTITIONS
    counting, broker = counted(files.crash())
    assert counting.done["rename", "timeindex"] == 0
    assert broker.topics.partition("t", 0).offset_for_timestamp(5000) == (3, 5000, 0)
