"""The machine loses its power at any file operation while metadata is written, written down and removed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest

from kwire.broker.broker import Broker
from kwire.config import Config
from kwire.log.files import MemoryFiles
from tests.broker.keeping import HandClock

SETTINGS = {
    "log.dirs": "/data",
    "metadata.log.max.record.bytes.between.snapshots": "400",
    "metadata.max.retention.bytes": "0",
    "metadata.log.segment.ms": "1000",
}
RUNS = 150


class PowerLoss(BaseException):
    """Not an error that anybody may handle."""


def start(files: MemoryFiles, clock: HandClock, random: Random) -> Broker:
    broker = Broker(Config(SETTINGS), clock=clock, files=files, random=random)
    broker.start()
    broker.jobs.run_all()
    return broker


def live(
    files: MemoryFiles, clock: HandClock, random: Random, promised: dict[str, bytes], number: int
) -> None:
    """Start, create and delete topics for a while. What `promised` has was acknowledged."""
    broker = start(files, clock, random)
    assert promised.items() <= {name: topic.topic_id for name, topic in broker.topics.by_name.items()}.items()
    for each in range(8):
        clock.now_ms += 700  # so that segments of the metadata end now and then
        name = f"t{number}-{each}"
        topic = broker.topics.create(name, partitions=2)
        broker.jobs.run_all()
        promised[name] = topic.topic_id
        if each % 3 == 2:
            name = min(promised)
            del promised[name]
            broker.topics.delete(broker.topics.by_name[name])
            broker.jobs.run_all()
    broker.close()


def count_operations() -> int:
    operations = 0

    def count(operation: str, path: str, size: int) -> None:
        nonlocal operations
        operations += 1

    files = MemoryFiles(loses_unsynced=True, fault=count)
    live(files, HandClock(), Random(1), {}, 0)
    return operations


def lose_power_after(operations: int) -> Callable[[str, str, int], None]:
    left = operations

    def fault(operation: str, path: str, size: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise PowerLoss

    return fault


@pytest.mark.parametrize("seed", range(3))
def test_what_was_acknowledged_is_there_after_any_loss_of_power(seed: int) -> None:
    operations = count_operations()
    for run in range(RUNS // 3):
        random = Random(f"{seed} {run}")
        clock = HandClock()
        files = MemoryFiles(loses_unsynced=True)
        promised: dict[str, bytes] = {}
        for number in range(3):
            files.fault = lose_power_after(random.randrange(operations))
            with suppress(PowerLoss):
                live(files, clock, random, promised, number)
            files = files.crash(random, power_loss=True)
        files.fault = None
        broker = start(files, clock, random)
        there = {name: topic.topic_id for name, topic in broker.topics.by_name.items()}
        assert promised.items() <= there.items(), f"seed {seed}, run {run}"
