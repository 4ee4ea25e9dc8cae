"""Whole runs from a seed, on a machine that loses its power, or the process, again and again.

The world's files forget any subset of what was not synced, tear it, and fail syncs. What is asked of the broker that
starts on what is left: that it starts, with every partition online; that each log holds a prefix of what it held, and
all of what was synced; that epochs, producers and indexes say what the batches say. And with `flush.messages=1`, that
nothing is lost that was acknowledged, and nothing is there twice.

A failure prints its seed; `KWIRE_SEED=<seed>` runs that one alone, `KWIRE_SEEDS=<count>` runs more of them.
"""

from __future__ import annotations

import io
import os
from random import Random

import attrs
import pytest

from kwire.broker.broker import Broker
from kwire.broker.producers import Producers
from kwire.codec.messages import create_topics, metadata, offset_fetch
from kwire.errors import CannotStart
from kwire.log.dump import dump_file
from kwire.log.files import MemoryFiles
from kwire.log.log import Log
from kwire.log.memory_files import MemoryFile
from tests.simulation.scripts import Ledger, administrator, fetch_request, member, producer, records_in
from tests.simulation.world import DATA, World

TOPIC = "events"
PARTITIONS = 2

SEEDS = (
    [int(os.environ["KWIRE_SEED"])]
    if "KWIRE_SEED" in os.environ
    else list(range(int(os.environ.get("KWIRE_SEEDS", "40"))))
)

SETTINGS = {
    "offsets.topic.num.partitions": "2",
    "log.segment.bytes": "1048576",
    "log.index.interval.bytes": "200",
    "log.flush.offset.checkpoint.interval.ms": "3000",
    "num.partitions": "1",
}
DURABLE = {"log.flush.interval.messages": "1"}


@attrs.frozen
class Held:
    """What a log held when its broker died."""

    batches: list[bytes]
    ends: list[int]
    """The offset after each batch."""
    recovery_point: int


def logs_of(broker: Broker) -> dict[tuple[str, int, bytes | None], Log]:
    logs = [broker.controller.log, *(partition.log for partition in broker.topics.partitions())]
    return {(log.topic, log.partition, log.topic_id): log for log in logs}


def held(log: Log) -> Held:
    return Held(
        [bytes(batch) for batch in log.read_batches(0)],
        [header.next_offset for header in log.batches(0)],
        log.recovery_point,
    )


def examine(world: World, before: Broker, after: Broker, power_loss: bool) -> None:
    """Compare what a broker left with what the next one found."""
    assert not any(partition.is_offline for partition in after.topics.partitions())
    older = {key: held(log) for key, log in logs_of(before).items()}
    for key, log in logs_of(after).items():
        found = held(log)
        assert found.ends == sorted(found.ends)
        was = older.get(key, Held([], [], 0))
        kept = 0
        while kept < min(len(was.batches), len(found.batches)) and was.batches[kept] == found.batches[kept]:
            kept += 1
        kept_end = was.ends[kept - 1] if kept else 0
        assert kept_end >= was.recovery_point, f"{log!r} lost what was synced below {was.recovery_point}"
        if log is not after.controller.log:  # that one begins an epoch at each start
            assert kept == len(found.batches), f"{log!r} holds what it did not hold before"
        if not power_loss and not world.failed_syncs:
            assert kept == len(was.batches), f"{log!r} lost what a killed process had written"
        for header in log.batches(0):
            assert log.leader_epochs.at(header.base_offset) == header.leader_epoch
    for partition in after.topics.partitions():
        replayed = Producers()
        for header in partition.log.batches(0):
            if header.producer_id >= 0:
                replayed.record(header, header.base_offset)
        assert {each: state.batches[-1:] for each, state in partition.producers.by_id.items()} == {
            each: state.batches[-1:] for each, state in replayed.by_id.items()
        }


def no_problems(files: MemoryFiles, *, stopped: bool) -> None:
    """By the rules of Kafka's DumpLogSegments. The time index of a segment in use ends before the segment does."""
    out = io.StringIO()
    for entry in files.entries(DATA):
        if entry.is_directory and not entry.name.endswith(("-delete", "-stray")):
            dump_file(f"{DATA}/{entry.name}", out, deep=True, files=files)
    problems = [line for line in out.getvalue().splitlines() if line.startswith("PROBLEM")]
    assert not [line for line in problems if stopped or "the newest record is" not in line]


def history(seed: int, *, durable: bool, files: MemoryFiles | None = None) -> tuple[World, Ledger]:
    """One run to its end, with everything the clients saw."""
    print(f"seed {seed}")
    random = Random(seed)
    world = World(
        seed,
        settings=SETTINGS | (DURABLE if durable else {}),
        power_loss_chance=random.choice((0.4, 0.8)),
        files=MemoryFiles(loses_unsynced=True, names_in_order=not durable) if files is None else files,
    )
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
    world.crash_chance = random.choice((0.01, 0.02, 0.05))
    world.failed_sync_chance = random.choice((0.0, 0.0, 0.01, 0.1))
    ledger = Ledger(lossy=not durable, disk_breaks=world.failed_sync_chance > 0)
    ledger.topics[TOPIC] = PARTITIONS

    def on_crash(before: Broker, after: Broker, power_loss: bool) -> None:
        examine(world, before, after, power_loss)
        no_problems(world.files, stopped=False)

    world.on_crash = on_crash
    for number in range(2):
        script = producer(
            f"producer-{number}",
            ledger,
            Random(random.random()),
            topic=TOPIC,
            topic_id=created.topics[0].topic_id,
            partitions=PARTITIONS,
            batches=12,
        )
        world.add(f"producer-{number}", script)
    for number in range(2):
        script = member(
            f"reader-{number}",
            ledger,
            Random(random.random()),
            group="readers",
            topic=TOPIC,
            partitions=PARTITIONS,
            rounds=random.randrange(3, 12),
        )
        world.add(f"reader-{number}", script)
    world.add("administrator", administrator(ledger, Random(random.random()), steps=6))
    world.run(600_000)
    world.crash_chance = world.failed_sync_chance = 0
    for _ in range(2):  # a sync that fails only now has its log opened anew in the second
        world.wait(10_000)
    world.stop()
    no_problems(world.files, stopped=True)
    world.start()
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


def check_logs(world: World) -> dict[tuple[int, bytes], int]:
    """Offsets are dense, nothing is there twice; every record, by partition and value."""
    kept: dict[tuple[int, bytes], int] = {}
    for partition in range(PARTITIONS):
        log = whole_log(world, partition)
        assert [offset for offset, _ in log] == list(range(len(log))), "offsets are dense and unique"
        for offset, value in log:
            assert (partition, value) not in kept, f"{value!r} was written twice"
            kept[partition, value] = offset
        for name in ("producer-0", "producer-1"):
            own = [value for _, value in log if value.startswith(name.encode() + b"/")]
            numbers = [tuple(map(int, value.split(b"/")[1:])) for value in own]
            assert numbers == sorted(numbers), "a producer's records keep their order"
    return kept


def check_topics(world: World, ledger: Ledger) -> None:
    """Decisions of the cluster are durable before they are answered, whatever the flush settings say."""
    answer = world.ask(3, metadata.MetadataRequest(topics=None), 9)
    found = {topic.name: len(topic.partitions) for topic in answer.topics}
    for name, count in ledger.topics.items():
        if count is not None:
            assert found.get(name, 0) == count, f"{name} was promised to have {count} partitions"


def check_nothing_acknowledged_is_lost(world: World, ledger: Ledger) -> None:
    kept = check_logs(world)
    for promised, offset in ledger.acknowledged.items():
        assert kept.get(promised) == offset, f"{promised} was acknowledged at {offset}"
    for (group, partition), committed in ledger.committed.items():
        assert committed == sorted(committed), "committed offsets never go back"
        request = offset_fetch.OffsetFetchRequest(
            group_id=group,
            topics=[offset_fetch.OffsetFetchRequestTopic(name=TOPIC, partition_indexes=[partition])],
        )
        found = world.ask(9, request, 7).topics[0].partitions[0]
        assert found.committed_offset >= committed[-1], "what was committed stays so"
        told = ledger.fetched[group, partition]
        assert found.committed_offset >= max(told, default=-1), "what was told as committed stays so"
    for group_partition, values in ledger.consumed.items():
        assert values <= {value for _, value in kept}, f"{group_partition} read what is not there"


@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_flush_for_each_message_nothing_acknowledged_is_lost(seed: int) -> None:
    world, ledger = history(seed, durable=True)
    assert ledger.acknowledged
    check_nothing_acknowledged_is_lost(world, ledger)
    check_topics(world, ledger)


@pytest.mark.parametrize("seed", SEEDS)
def test_by_default_the_logs_open_to_a_prefix_of_what_they_held(seed: int) -> None:
    world, ledger = history(seed, durable=False)
    check_logs(world)
    check_topics(world, ledger)


class _LyingFile(MemoryFile):
    def sync(self) -> None:
        if not self.path.endswith(".log"):
            super().sync()


class LyingFiles(MemoryFiles):
    """A disk that says that it made records durable."""

    def open(self, path: str, *, create: bool = False, read_only: bool = False) -> MemoryFile:
        return _LyingFile(path, super().open(path, create=create, read_only=read_only)._node, self)


def test_a_disk_that_lies_is_found_out() -> None:
    """The other tests can fail: without the syncs of logs, something is lost that was acknowledged."""
    for seed in range(20):
        try:
            world, ledger = history(seed, durable=True, files=LyingFiles(loses_unsynced=True))
            check_nothing_acknowledged_is_lost(world, ledger)
            check_topics(world, ledger)
        except (AssertionError, CannotStart):
            return
    pytest.fail("nobody noticed")


def test_power_is_lost_and_syncs_fail_often_enough() -> None:
    worlds = [history(seed, durable=True)[0] for seed in range(10)]
    assert sum(world.power_losses for world in worlds) > 10
    assert sum(world.failed_syncs for world in worlds) > 3


def test_a_seed_reproduces_a_run() -> None:
    worlds = [history(7, durable=True) for _ in range(2)]
    assert worlds[0][1] == worlds[1][1]
    assert worlds[0][0].power_losses == worlds[1][0].power_losses > 0
