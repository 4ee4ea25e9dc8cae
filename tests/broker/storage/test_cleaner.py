"""Which log is cleaned, when, and what is remembered of it."""

from __future__ import annotations

import pytest

from kwire.broker.groups.events import CommittedOffset, OffsetCommitted
from kwire.broker.partition import Partition
from kwire.broker.transactions.states import State
from kwire.codec.messages import offset_commit
from kwire.errors import ErrorCode, KafkaError
from kwire.log.checkpoint import decode_checkpoint
from kwire.records.batch import Record, build_batch, iter_records, parse_header
from tests.apis.asking import Client
from tests.broker.keeping import Keeper

COMPACT = {"cleanup.policy": "compact", "segment.ms": "1000"}


class Yard:
    """A broker whose cleaner is asked now and then."""

    def __init__(self, **settings: str) -> None:
        names = {name.replace("_", "."): value for name, value in settings.items()}
        self.keeper = Keeper({"log.cleaner.backoff.ms": "100", **names})

    @property
    def partition(self) -> Partition:
        return self.keeper.broker.topics.partition("t", 0)

    def create(self, name: str = "t", **configs: str) -> None:
        settings = COMPACT | {key.replace("_", "."): value for key, value in configs.items()}
        self.keeper.broker.topics.create(name, partitions=1, configs=settings)

    def write(self, *pairs: tuple[str, str | None], topic: str = "t") -> None:
        """One batch that begins a new segment."""
        self.wait(1001)
        now_ms = self.keeper.clock.time_ms()
        records = [
            Record(at, now_ms, key.encode(), None if value is None else value.encode())
            for at, (key, value) in enumerate(pairs)
        ]
        self.keeper.broker.topics.partition(topic, 0).append(build_batch(records), now_ms)

    def wait(self, milliseconds: int) -> None:
        """Let time pass in which nothing is done."""
        self.keeper.clock.now_ms += milliseconds

    def work(self, milliseconds: int = 200) -> None:
        """Let time pass, and everything happen that is due."""
        broker = self.keeper.broker
        self.wait(milliseconds)
        for _ in range(20):
            broker.jobs.run_all()
            broker.tick(self.keeper.clock.now_ms)
        broker.flushing.take_owed()

    def found(self, topic: str = "t") -> list[tuple[int, str, str | None]]:
        log = self.keeper.broker.topics.partition(topic, 0).log
        return [
            (each.offset, each.key.decode(), None if each.value is None else each.value.decode())
            for data in log.read_batches(0)
            for each in iter_records(data, parse_header(data))
            if each.key is not None
        ]

    def noted(self) -> dict[tuple[str, int], int]:
        return decode_checkpoint(self.keeper.files.read_bytes("/data/cleaner-offset-checkpoint"))


def test_closed_segments_are_cleaned_and_the_last_one_is_not() -> None:
    yard = Yard()
    yard.create()
    for number in range(5):
        yard.write(("a", str(number)), (f"k{number}", "x"))
    yard.work()
    assert yard.found() == [
        (1, "k0", "x"),
        (3, "k1", "x"),
        (5, "k2", "x"),
        (6, "a", "3"),
        (7, "k3", "x"),
        (8, "a", "4"),
        (9, "k4", "x"),
    ]
    assert yard.noted() == {("t", 0): 8}
    assert yard.partition.log_end_offset == 10


def test_a_topic_that_is_only_deleted_from_is_not_cleaned() -> None:
    yard = Yard()
    yard.create(cleanup_policy="delete")
    for number in range(5):
        yard.write(("a", str(number)))
    yard.work()
    assert len(yard.found()) == 5
    yard.create("both", cleanup_policy="compact,delete")
    for number in range(5):
        yard.write(("a", str(number)), topic="both")
    yard.work()
    assert len(yard.found("both")) == 2


def test_nothing_is_cleaned_when_the_cleaner_is_off() -> None:
    yard = Yard(log_cleaner_enable="false")
    yard.create()
    for number in range(5):
        yard.write(("a", str(number)))
    yard.work()
    assert len(yard.found()) == 5


def test_a_clean_log_is_left_alone_until_enough_of_it_is_dirty() -> None:
    yard = Yard()
    yard.create(min_cleanable_dirty_ratio="0.6")
    for number in range(8):
        yard.write((f"k{number}", "x" * 50))
    yard.work()
    assert yard.noted() == {("t", 0): 7}
    for number in range(4):
        yard.write((f"k{number}", "y" * 50))
    yard.work()
    assert yard.noted() == {("t", 0): 7}, "4 of 11 segments are dirty"
    for number in range(12):
        yard.write((f"k{number % 8}", "z" * 50))
    yard.work()
    assert yard.noted() == {("t", 0): 23}
    assert len(yard.found()) == 8 + 1


def test_records_younger_than_the_smallest_lag_stay() -> None:
    yard = Yard()
    yard.create(min_compaction_lag_ms="10000")
    for number in range(6):
        yard.write(("a", str(number)))
    yard.work()
    assert len(yard.found()) == 6
    yard.work(20_000)
    assert [value for _, _, value in yard.found()] == ["4", "5"]


def test_a_record_that_waited_for_the_longest_lag_is_cleaned_however_little_is_dirty() -> None:
    yard = Yard()
    yard.create(min_cleanable_dirty_ratio="1", max_compaction_lag_ms="60000")
    for number in range(4):
        yard.write(("a", str(number)))
    yard.work()
    assert len(yard.found()) == 4
    yard.work(60_000)
    assert len(yard.found()) == 2


def test_the_active_segment_does_not_grow_older_than_the_longest_lag() -> None:
    yard = Yard()
    yard.create(segment_ms="86400000", max_compaction_lag_ms="5000")
    yard.write(("a", "1"))
    yard.wait(5000)
    yard.write(("a", "2"))
    assert len(yard.partition.log.segments) == 2


def test_what_is_not_durable_is_not_cleaned_before_it_is() -> None:
    yard = Yard()
    yard.create()
    for number in range(4):
        yard.write(("a", str(number)))
    yard.keeper.clock.now_ms += 200
    broker = yard.keeper.broker
    recovery_point = yard.partition.log.recovery_point
    broker.tick(yard.keeper.clock.now_ms)
    assert yard.partition.log.recovery_point == recovery_point
    assert len(yard.found()) == 4
    yard.work()
    assert len(yard.found()) == 2


def test_what_was_cleaned_is_remembered_over_a_restart_and_a_kill() -> None:
    yard = Yard()
    yard.create()
    for number in range(6):
        yard.write((f"k{number}", "x" * 50))
    yard.work()
    for again in (yard.keeper.restart, yard.keeper.kill):
        again()
        yard.write(("k0", "y"))
        yard.work()
        assert yard.noted() == {("t", 0): 5}, "too little is dirty for another run"


def test_a_topic_of_the_same_name_begins_anew() -> None:
    yard = Yard()
    yard.create()
    for number in range(6):
        yard.write((f"k{number}", "x"))
    yard.work()
    topic = yard.keeper.broker.topics.get("t")
    assert topic is not None
    yard.keeper.broker.topics.delete(topic)
    yard.create()
    for number in range(3):
        yard.write(("a", str(number)))
    yard.work()
    assert yard.noted() == {("t", 0): 2}
    assert len(yard.found()) == 2


def test_a_damaged_log_is_left_alone_and_said_so_once(caplog: pytest.LogCaptureFixture) -> None:
    yard = Yard()
    yard.create()
    for number in range(4):
        yard.write(("a", str(number)))
    path = yard.partition.log.segments[0].path
    data = bytearray(yard.keeper.files.read_bytes(path))
    data[65] ^= 1
    yard.keeper.files.open(path).write(0, [data], len(data))
    yard.create("fine")
    for number in range(4):
        yard.write(("a", str(number)), topic="fine")
    for _ in range(3):
        yard.work()
    assert len(yard.found("fine")) == 2
    told = [line for line in caplog.messages if "not cleaned any more" in line]
    assert len(told) == 1
    assert "CRC-32C" in told[0]


def test_a_topic_deleted_during_a_run_is_no_trouble() -> None:
    yard = Yard()
    yard.create()
    for number in range(4):
        yard.write(("a", str(number)))
    broker = yard.keeper.broker
    broker.jobs.run_all()
    yard.wait(200)
    broker.tick(yard.keeper.clock.now_ms)
    job = broker.jobs.next()
    assert job is not None
    job.perform()
    topic = broker.topics.get("t")
    assert topic is not None
    broker.topics.delete(topic)
    job.finish(None)
    yard.work()
    yard.keeper.restart()


def test_committed_offsets_are_cleaned_and_groups_know_them_all_the_same() -> None:
    yard = Yard(offsets_topic_num_partitions="1", offsets_topic_segment_bytes="1048576")
    broker = yard.keeper.broker
    broker.topics.create("t", partitions=1)

    def commit(offset: int) -> None:
        part = offset_commit.OffsetCommitRequestPartition(
            partition_index=0, committed_offset=offset, committed_metadata="m" * 4000
        )
        topic = offset_commit.OffsetCommitRequestTopic(name="t", partitions=[part])
        request = offset_commit.OffsetCommitRequest(group_id="g", topics=[topic])
        assert Client(yard.keeper.broker).ask(request, 8).topics[0].partitions[0].error_code == 0

    for offset in range(1000):
        commit(offset)
    log = broker.topics.partition("__consumer_offsets", 0).log
    before = log.size_bytes
    yard.work()
    yard.work()
    assert log.size_bytes < before / 2
    for again in (yard.keeper.kill, yard.keeper.restart):
        committed = again().groups.offsets.get("g", "t", 0)
        assert committed is not None
        assert committed.offset == 999


def test_transactional_ids_are_cleaned_and_the_coordinator_knows_them_all_the_same() -> None:
    yard = Yard(
        transaction_state_log_num_partitions="1",
        transaction_state_log_segment_bytes="1048576",
        transactional_id_expiration_ms="1000",
        transaction_remove_expired_transaction_cleanup_interval_ms="1000",
    )
    broker = yard.keeper.broker
    broker.topics.create("t", partitions=1)
    transactions = broker.transactions

    def begin(name: str) -> tuple[int, int]:
        producer = transactions.initialize(name, 900_000, None)
        assert producer is not None
        return producer

    begin("unused")
    yard.work(2000)
    open_producer = begin("open")
    transactions.add("open", *open_producer, [("t", 0)])
    long_name = "x" * 2000
    for _ in range(2000):
        last = begin(long_name)
    log = broker.topics.partition("__transaction_state", 0).log
    before = log.size_bytes
    yard.work()
    yard.work()
    assert log.size_bytes < before / 2
    for again in (yard.keeper.kill, yard.keeper.restart):
        transactions = again().transactions
        assert {each.transactional_id for each in transactions.listed()} == {"open", long_name}
        assert transactions.describe("open").partitions == {("t", 0)}
        assert transactions.describe("open").state is State.ONGOING
        assert (transactions.describe(long_name).producer_id, transactions.describe(long_name).epoch) == last


def test_offsets_that_wait_for_the_end_of_their_transaction_are_not_cleaned() -> None:
    yard = Yard(offsets_topic_num_partitions="1", offsets_topic_segment_bytes="1048576")
    broker = yard.keeper.broker
    for name in ("t", "u"):
        broker.topics.create(name, partitions=1)
    producer = broker.transactions.initialize("id", 900_000, None)
    assert producer is not None

    def commit(offset: int, topic: str = "t") -> OffsetCommitted:
        return OffsetCommitted(
            "g", topic, 0, CommittedOffset(offset, -1, "m" * 4000, yard.keeper.clock.time_ms())
        )

    broker.groups.commit_in_transaction("g", "", None, -1, [commit(7, "u")], producer)
    broker.transactions.add("id", *producer, [("__consumer_offsets", 0)])
    for offset in range(1000):
        broker.groups.commit("g", "", None, -1, [commit(offset)], yard.keeper.clock.time_ms())
    before = broker.topics.partition("__consumer_offsets", 0).log.size_bytes
    yard.work()
    yard.work()
    for again in (yard.keeper.kill, yard.keeper.restart):
        broker = again()
        assert broker.groups.offsets.has_open_transaction("g")
        assert broker.groups.offsets.get("g", "u", 0) is None
    log = broker.topics.partition("__consumer_offsets", 0).log
    assert log.size_bytes == before, "nothing behind it is cleaned either"
    broker.transactions.end("id", *producer, commit=True)
    yard.work()
    yard.work()
    assert log.size_bytes < before / 2
    for again in (yard.keeper.kill, yard.keeper.restart):
        committed = again().groups.offsets.get("g", "u", 0)
        assert committed is not None
        assert committed.offset == 7


def test_a_smallest_lag_above_the_longest_is_refused() -> None:
    yard = Yard()
    with pytest.raises(KafkaError) as refused:
        yard.create(min_compaction_lag_ms="2000", max_compaction_lag_ms="1000")
    assert refused.value.code == ErrorCode.INVALID_CONFIG
    yard.create(max_compaction_lag_ms="1000")
    configs = yard.keeper.broker.configs
    with pytest.raises(KafkaError) as refused:
        configs.alter(2, "t", [("min.compaction.lag.ms", 0, "2000")], validate_only=False)
    assert refused.value.code == ErrorCode.INVALID_CONFIG
