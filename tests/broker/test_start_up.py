"""What a start and a stop do to the disk: so much for each partition, and nothing that need not be."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from kwire.broker.broker import Broker
from kwire.config import Config
from kwire.log.files import MemoryFiles
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
    assert set(counting.of_topics()) == {"read", "open"}
    assert counting.of_topics()["open"] <= PARTITIONS
    assert counting.of_topics()["read"] <= 7 * PARTITIONS


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
