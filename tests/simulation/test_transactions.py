"""Whole runs from a seed: transactions of both generations, zombies, timeouts, and a broker that dies again and again.

A failure prints its seed; `KWIRE_SEED=<seed>` runs that one alone, `KWIRE_SEEDS=<count>` runs more of them.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from kwire.codec.messages import create_topics, offset_fetch
from kwire.log.files import MemoryFiles
from tests.simulation.histories import History, Outcome, Place, Records, check, check_copies
from tests.simulation.transactors import committed_fetch, committed_records, copier, reader, writer
from tests.simulation.world import World

SEEDS = (
    [int(os.environ["KWIRE_SEED"])]
    if "KWIRE_SEED" in os.environ
    else list(range(int(os.environ.get("KWIRE_SEEDS", "50"))))
)

PLACES: list[Place] = [("in", 0), ("in", 1), ("out", 0), ("out", 1)]
SOURCE, TARGET, GROUP = ("in", 0), ("copies", 0), "copiers"

SETTINGS = {
    "offsets.topic.num.partitions": "2",
    "transaction.state.log.num.partitions": "2",
    "log.segment.bytes": "1048576",
    "log.index.interval.bytes": "200",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "300",
}


def create(world: World) -> None:
    topics = [
        create_topics.CreatableTopic(name=name, num_partitions=count, replication_factor=1)
        for name, count in (("in", 2), ("out", 2), ("copies", 1))
    ]
    created = world.ask(19, create_topics.CreateTopicsRequest(topics=topics, timeout_ms=1000), 7)
    assert [topic.error_code for topic in created.topics] == [0, 0, 0]


def run(world: World, seed: int) -> History:
    """Everybody at work until they are done, and the broker at peace after that."""
    random = Random(seed)
    history = History()
    create(world)

    def own() -> Random:
        return Random(random.random())

    for number in range(5):
        transactional_id = f"writer-{min(number, 3)}"  # the last two are zombies of each other
        world.add(f"w{number}", writer(f"w{number}", transactional_id, history, own(), PLACES, 12))
    for number in range(2):
        world.add(f"c{number}", copier(f"c{number}", "copier", GROUP, history, own(), SOURCE, TARGET, 15))
    for number in range(2):
        world.add(f"r{number}", reader(f"r{number}", history, own(), [*PLACES, TARGET], 60))
    world.run(3_600_000)
    world.crash_chance = world.failed_sync_chance = 0
    for _ in range(200):  # the longest transaction runs into its timeout
        world.wait(500)
    world.restart()
    world.wait(1000)
    return history


def all_committed(world: World, place: Place) -> Records:
    found: Records = []
    offset = 0
    while True:
        part = world.ask(1, committed_fetch(place, offset), 11).responses[0].partitions[0]
        assert part.error_code == 0
        assert part.last_stable_offset == part.high_watermark, "no transaction is open any more"
        more, end = committed_records(part, offset)
        if end == offset:
            return found
        found += more
        offset = end


def position(world: World) -> int:
    topic = offset_fetch.OffsetFetchRequestTopic(name=SOURCE[0], partition_indexes=[SOURCE[1]])
    request = offset_fetch.OffsetFetchRequest(group_id=GROUP, topics=[topic], require_stable=True)
    part = world.ask(9, request, 7).topics[0].partitions[0]
    assert part.error_code == 0
    committed: int = part.committed_offset
    return max(committed, 0)


def examine(world: World, history: History) -> None:
    final = {place: all_committed(world, place) for place in [*PLACES, TARGET]}
    stands = position(world)
    check(history, final, {(GROUP, SOURCE): stands})
    check_copies(final[SOURCE], [value for _, value in final[TARGET]], stands)


@pytest.mark.parametrize("seed", SEEDS)
def test_transactions_hold_however_often_the_broker_dies(seed: int) -> None:
    print(f"seed {seed}")
    world = World(seed, settings=SETTINGS, crash_chance=0.01)
    examine(world, run(world, seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_transactions_hold_through_power_losses_and_failing_syncs_when_everything_is_durable(
    seed: int,
) -> None:
    print(f"seed {seed}")
    world = World(
        seed,
        settings={**SETTINGS, "log.flush.interval.messages": "1"},
        crash_chance=0.005,
        power_loss_chance=0.6,
        failed_sync_chance=0.01,
        files=MemoryFiles(loses_unsynced=True),
    )
    examine(world, run(world, seed))


@pytest.mark.parametrize("seed", SEEDS[:10])
@pytest.mark.parametrize("flush_messages", ["1", "9223372036854775807"])
def test_without_faults_and_zombies_nobody_is_fenced(seed: int, flush_messages: str) -> None:
    world = World(seed, settings={**SETTINGS, "log.flush.interval.messages": flush_messages})
    create(world)
    history = History()
    for number in range(4):
        script = writer(
            f"w{number}",
            f"writer-{number}",
            history,
            Random(seed + number),
            PLACES,
            12,
            timeouts_ms=[600_000],
        )
        world.add(f"w{number}", script)
    world.run(3_600_000)
    world.wait(1000)
    assert history.fenced == []
    check(history, {place: all_committed(world, place) for place in PLACES})


def test_a_run_has_what_it_is_about() -> None:
    world = World(1, settings=SETTINGS, crash_chance=0.01)
    history = run(world, 1)
    assert world.crashes > 0
    assert {transaction.outcome for transaction in history.transactions} == set(Outcome)
    assert any(look.records for look in history.looks)
    assert any(transaction.offsets for transaction in history.transactions)
    assert position(world) > 0
