"""Whole runs from a seed: producers and groups at work while the broker's process is killed again and again.

A failure prints its seed; `KWIRE_SEED=<seed>` runs that one alone, `KWIRE_SEEDS=<count>` runs more of them.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from kwire.codec.messages import create_topics
from tests.simulation.scripts import Ledger, fetch_request, member, producer, records_in
from tests.simulation.world import World

TOPIC = "events"
PARTITIONS = 3

SEEDS = (
    [int(os.environ["KWIRE_SEED"])]
    if "KWIRE_SEED" in os.environ
    else list(range(int(os.environ.get("KWIRE_SEEDS", "25"))))
)


def history(seed: int, *, crash_chance: float) -> tuple[World, Ledger]:
    """One run to its end, with everything the clients saw."""
    print(f"seed {seed}")
    random = Random(seed)
    world = World(seed, settings={"offsets.topic.num.partitions": "4", "log.segment.bytes": "1048576"})
    created = world.ask(
        19,
        create_topics.CreateTopicsRequest(
            topics=[
                create_topics.CreatableTopic(name=TOPIC, num_partitions=PARTITIONS, replication_factor=1)
            ],
            timeout_ms=1000,
        ),
        7,
    )
    assert created.topics[0].error_code == 0
    world.crash_chance = crash_chance
    ledger = Ledger()
    for number in range(3):
        name = f"producer-{number}"
        script = producer(
            name,
            ledger,
            Random(random.random()),
            topic=TOPIC,
            topic_id=created.topics[0].topic_id,
            partitions=PARTITIONS,
            batches=25,
        )
        world.add(name, script)
    for group in ("readers", "auditors"):
        for number in range(3):
            name = f"{group}-{number}"
            script = member(
                name,
                ledger,
                Random(random.random()),
                group=group,
                topic=TOPIC,
                partitions=PARTITIONS,
                rounds=random.randrange(5, 30),
            )
            world.add(name, script)
    world.run(600_000)
    world.crash_chance = 0
    world.restart()
    return world, ledger


def whole_log(world: World, partition: int) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    offset = 0
    while True:
        answer = world.ask(1, fetch_request(TOPIC, partition, offset), 11)
        part = answer.responses[0].partitions[0]
        assert part.error_code == 0
        records = records_in(part.records)
        if not records:
            return found
        found += records
        offset = records[-1][0] + 1


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_acknowledged_is_lost_however_often_the_broker_dies(seed: int) -> None:
    world, ledger = history(seed, crash_chance=0.01)
    assert ledger.acknowledged
    kept: dict[tuple[int, bytes], int] = {}
    for partition in range(PARTITIONS):
        log = whole_log(world, partition)
        assert [offset for offset, _ in log] == list(range(len(log))), "offsets are dense and unique"
        for offset, value in log:
            assert (partition, value) not in kept, f"{value!r} was written twice"
            kept[partition, value] = offset
        for name in ("producer-0", "producer-1", "producer-2"):
            own = [value for _, value in log if value.startswith(name.encode() + b"/")]
            numbers = [tuple(map(int, value.split(b"/")[1:])) for value in own]
            assert numbers == sorted(numbers), "a producer's records keep their order"
    for promised, offset in ledger.acknowledged.items():
        assert kept.get(promised) == offset, f"{promised} was acknowledged at {offset}"
    for committed in ledger.committed.values():
        assert committed == sorted(committed), "committed offsets never go back"
    for group_partition, values in ledger.consumed.items():
        assert values <= {value for _, value in kept}, f"{group_partition} read what is not there"


def test_a_seed_reproduces_a_run() -> None:
    worlds = [history(7, crash_chance=0.01) for _ in range(2)]
    assert worlds[0][1] == worlds[1][1]
    assert worlds[0][0].crashes == worlds[1][0].crashes > 0


def test_without_crashes_every_group_reads_everything_it_commits() -> None:
    world, ledger = history(3, crash_chance=0)
    assert world.crashes == 0
    for (group, partition), positions in ledger.committed.items():
        log = whole_log(world, partition)
        assert ledger.consumed[group, partition] >= {value for _, value in log[: positions[-1]]}
