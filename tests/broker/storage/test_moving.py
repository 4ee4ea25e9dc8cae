from __future__ import annotations

import errno
import itertools
from random import Random

import pytest

from kwire.broker.jobs import run
from kwire.broker.partition import Partition
from kwire.broker.remote import RemotePartition
from kwire.broker.storage import moving
from kwire.broker.storage.moving import RETRY_AFTER_FAILURE_MS, TAIL_BYTES, CopyJob
from kwire.broker.storage.replica_places import directory_contents
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import Record, build_batch, iter_records, parse_header
from tests.broker.cluster import Cluster
from tests.broker.keeping import Keeper

BOTH = {"log.dirs": "/a,/b"}
SMALL = {**BOTH, "log.segment.bytes": "1048576"}


class Died(BaseException):
    """The process ends here."""


def value(number: int, size: int = 10) -> bytes:
    return f"{number} ".encode().ljust(size, b".")


def write(keeper: Keeper, *numbers: int, size: int = 10) -> None:
    partition = keeper.broker.topics.partition("t", 0)
    for number in numbers:
        now_ms = keeper.clock.time_ms()
        batch = build_batch([Record(0, now_ms, None, value(number, size), [])])
        partition.append(batch, now_ms)
    keeper.broker.flushing.take_owed()


def read(keeper: Keeper) -> list[int]:
    log = keeper.broker.topics.partition("t", 0).log
    found = []
    for batch in log.read_batches(log.log_start_offset):
        found += [
            int(bytes(record.value or b"").split()[0]) for record in iter_records(batch, parse_header(batch))
        ]
    return found


def place(keeper: Keeper) -> str:
    return keeper.broker.storage.directory_of(keeper.broker.topics.partition("t", 0).log).path


def other(keeper: Keeper) -> str:
    return "/b" if place(keeper) == "/a" else "/a"


def pass_time(keeper: Keeper, ms: int = 100) -> None:
    keeper.clock.now_ms += ms
    keeper.broker.tick(keeper.clock.now_ms)
    keeper.broker.jobs.run_all()


def settle(keeper: Keeper) -> None:
    for _ in range(10):
        keeper.broker.jobs.run_all()
        pass_time(keeper)


def holders(keeper: Keeper) -> list[str]:
    """Every directory that has to do with the partition, but for what waits to be removed."""
    return sorted(
        f"{path}/{entry.name}"
        for path in ("/a", "/b")
        for entry in keeper.files.entries(path)
        if entry.name.startswith("t-0") and not entry.name.endswith("-delete")
    )


def made(settings: dict[str, str] = BOTH, *, loses_unsynced: bool = False) -> Keeper:
    keeper = Keeper(settings, loses_unsynced=loses_unsynced)
    keeper.broker.topics.create("t", partitions=1)
    return keeper


def test_a_partition_moves_with_everything_that_was_written_and_goes_on_there() -> None:
    keeper = made()
    write(keeper, *range(5))
    wanted = other(keeper)
    keeper.broker.moving.request("t", 0, wanted)
    settle(keeper)
    assert place(keeper) == wanted
    write(keeper, *range(5, 8))
    assert read(keeper) == [*range(8)]
    assert holders(keeper) == [f"{wanted}/t-0"]
    record = next(iter(keeper.broker.metadata.image.topics.values())).partitions[0]
    moved_to = next(each for each in keeper.broker.storage.directories if each.path == wanted)
    assert record.directories == [moved_to.directory_id]
    keeper.restart()
    assert place(keeper) == wanted
    assert read(keeper) == [*range(8)]
    keeper.kill()
    assert read(keeper) == [*range(8)]


def test_a_move_that_was_accepted_outlives_a_process_that_is_killed_at_once() -> None:
    keeper = made(SMALL)
    write(keeper, *range(20), size=300_000)
    wanted = other(keeper)
    keeper.broker.moving.request("t", 0, wanted)
    keeper.kill()  # before the first file was copied
    settle(keeper)
    assert place(keeper) == wanted
    assert read(keeper) == [*range(20)]


def test_it_is_written_to_while_closed_segments_are_copied() -> None:
    keeper = made(SMALL)
    write(keeper, *range(20), size=300_000)
    assert len(keeper.broker.topics.partition("t", 0).log.segments) > 2
    wanted = other(keeper)
    keeper.broker.moving.request("t", 0, wanted)
    number = 20
    while place(keeper) != wanted:
        job = keeper.broker.jobs.next()
        if job is None:
            pass_time(keeper)
            continue
        job.perform()
        write(keeper, number, size=TAIL_BYTES // 10)
        number += 1
        job.finish(None)
        assert number < 100
    assert read(keeper) == [*range(number)]
    keeper.restart()
    assert read(keeper) == [*range(number)]


def test_how_far_it_is_can_be_seen() -> None:
    keeper = made(SMALL)
    write(keeper, *range(20), size=300_000)
    wanted = other(keeper)
    keeper.broker.moving.request("t", 0, wanted)

    def future() -> tuple[int, int]:
        contents = {each.path: each.replicas for each in directory_contents(keeper.broker, None)}
        (replica,) = (each for each in contents[wanted] if each.is_future)
        return replica.size_bytes, replica.offset_lag

    assert future() == (0, 20)
    job = keeper.broker.jobs.next()
    while not isinstance(job, CopyJob):
        assert job is not None
        run(job)
        job = keeper.broker.jobs.next()
    job.perform()
    size, lag = future()
    assert size > 2_000_000
    assert 0 < lag < 20
    job.finish(None)
    settle(keeper)
    assert not any(
        each.is_future for content in directory_contents(keeper.broker, None) for each in content.replicas
    )


def test_who_writes_again_after_the_move_is_recognised() -> None:
    keeper = made()
    partition = keeper.broker.topics.partition("t", 0)
    now_ms = keeper.clock.time_ms()

    def batch(sequence: int) -> bytes:
        record = Record(0, now_ms, None, value(sequence), [])
        return build_batch([record], producer_id=7, producer_epoch=0, base_sequence=sequence)

    for sequence in range(3):
        partition.append(batch(sequence), now_ms)
    keeper.broker.moving.request("t", 0, other(keeper))
    settle(keeper)
    assert partition.append(batch(2), now_ms).base_offset == 2
    assert partition.append(batch(3), now_ms).base_offset == 3
    assert partition.log.log_end_offset == 4


def test_records_that_were_deleted_stay_deleted() -> None:
    keeper = made()
    write(keeper, *range(5))
    partition = keeper.broker.topics.partition("t", 0)
    partition.log.advance_log_start(3)
    keeper.broker.moving.request("t", 0, other(keeper))
    settle(keeper)
    assert read(keeper) == [3, 4]
    keeper.kill()
    assert read(keeper) == [3, 4]


def test_a_move_to_where_it_is_takes_back_the_one_under_way() -> None:
    keeper = made(SMALL)
    write(keeper, *range(20), size=300_000)
    here = place(keeper)
    keeper.broker.moving.request("t", 0, other(keeper))
    keeper.broker.moving.request("t", 0, here)
    settle(keeper)
    assert place(keeper) == here
    assert holders(keeper) == [f"{here}/t-0"]
    assert read(keeper) == [*range(20)]


def test_a_topic_that_is_deleted_on_the_way_is_gone() -> None:
    keeper = made(SMALL)
    write(keeper, *range(20), size=300_000)
    keeper.broker.moving.request("t", 0, other(keeper))
    keeper.broker.topics.delete(keeper.broker.topics.by_name["t"])
    settle(keeper)
    assert holders(keeper) == []
    assert not list(keeper.broker.moving.under_way())


def test_a_full_disk_delays_the_move_and_costs_nothing() -> None:
    keeper = made()
    write(keeper, *range(5))
    here, wanted = place(keeper), other(keeper)

    def full(operation: str, path: str, size: int) -> None:
        if operation == "write" and path.startswith(wanted) and "-future" in path:
            raise OSError(errno.ENOSPC, "No space left on device")

    keeper.files.fault = full
    keeper.broker.moving.request("t", 0, wanted)
    settle(keeper)
    assert place(keeper) == here
    write(keeper, 5)
    keeper.files.fault = None
    pass_time(keeper, RETRY_AFTER_FAILURE_MS)
    settle(keeper)
    assert place(keeper) == wanted
    assert read(keeper) == [*range(6)]


def test_a_move_to_a_disk_that_takes_nothing_is_refused() -> None:
    keeper = made()
    wanted = other(keeper)

    def broken(operation: str, path: str, size: int) -> None:
        if path.startswith(f"{wanted}/t-0."):
            raise OSError(errno.ENOSPC, "No space left on device")

    keeper.files.fault = broken
    with pytest.raises(KafkaError) as caught:
        keeper.broker.moving.request("t", 0, wanted)
    assert caught.value.code == ErrorCode.KAFKA_STORAGE_ERROR
    assert not list(keeper.broker.moving.under_way())


def test_requests_that_cannot_be_are_refused() -> None:
    keeper = made()
    long_name = "x" * 240
    keeper.broker.topics.create(long_name, partitions=1)
    for topic, index, path, code in (
        ("t", 0, "/nowhere", ErrorCode.LOG_DIR_NOT_FOUND),
        ("nowhere", 0, "/nowhere", ErrorCode.LOG_DIR_NOT_FOUND),
        ("nowhere", 0, "/a", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        ("t", 7, "/a", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        (long_name, 0, "/a", ErrorCode.INVALID_TOPIC_EXCEPTION),
    ):
        with pytest.raises(KafkaError) as caught:
            keeper.broker.moving.request(topic, index, path)
        assert caught.value.code == code
    keeper.broker.topics.take_offline(keeper.broker.topics.partition("t", 0), "it is damaged")
    with pytest.raises(KafkaError) as caught:
        keeper.broker.moving.request("t", 0, "/a")
    assert caught.value.code == ErrorCode.KAFKA_STORAGE_ERROR


@pytest.mark.parametrize("power_loss", [False, True])
def test_whenever_it_dies_nothing_is_lost_and_the_move_is_finished_later(
    power_loss: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "TAIL_BYTES", 100)
    for step in itertools.count():
        keeper = made(loses_unsynced=power_loss)
        partition: Partition = keeper.broker.topics.partition("t", 0)
        for number in range(8):
            write(keeper, number)
            if number % 3 == 2:
                partition.log.roll(keeper.clock.time_ms())
        partition.log.flush()
        settle(keeper)
        wanted = other(keeper)
        left = step

        def fault(operation: str, path: str, size: int) -> None:
            nonlocal left
            if not left:
                raise Died
            left -= 1

        keeper.files.fault = fault
        died = False
        try:
            keeper.broker.moving.request("t", 0, wanted)
            settle(keeper)
        except Died:
            died = True
        keeper.files.fault = None
        keeper.files = keeper.files.crash(Random(step), power_loss=power_loss)
        keeper.again()
        assert read(keeper) == [*range(8)], step
        settle(keeper)
        assert read(keeper) == [*range(8)], step
        assert len(holders(keeper)) == 1, (step, holders(keeper))
        if not died:
            assert place(keeper) == wanted
            break
    assert step > 20


def test_a_worker_moves_what_it_leads_and_goes_on_with_it_after_all_died() -> None:
    cluster = Cluster(2, BOTH)
    topic = cluster.brokers[1].topics.create("t", partitions=2)
    cluster.settle()
    records = cluster.brokers[1].metadata.image.topics[topic.topic_id].partitions
    index = next(each.partition_id for each in records.values() if each.leader == 2)

    def found() -> tuple[Partition, str]:
        for broker in cluster.brokers.values():
            partition = broker.topics.get("t").partitions[index]  # type: ignore[union-attr]
            if partition.leader_id in (-1, broker.node_id) and not isinstance(partition, RemotePartition):
                return partition, broker.storage.directory_of(partition.log).path
        raise AssertionError

    partition, here = found()
    there = "/b" if here == "/a" else "/a"
    now_ms = cluster.clock.time_ms()
    partition.append(build_batch([Record(0, now_ms, None, b"1", [])]), now_ms)
    with pytest.raises(KafkaError) as caught:
        cluster.brokers[1].moving.request("t", index, there)
    assert caught.value.code == ErrorCode.REPLICA_NOT_AVAILABLE
    cluster.brokers[2].moving.request("t", index, there)
    cluster.settle()
    assert found()[1] == there
    cluster.kill_all()
    cluster.start(2)
    partition, place = found()
    assert (place, partition.log.log_end_offset) == (there, 1)
