"""`flush.messages` and `flush.ms`: what is durable when, who waits for it, and what a failed sync does."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest

from kwire.apis import TABLE, Caller, Wait
from kwire.broker.jobs import run
from kwire.broker.partition import Partition
from kwire.codec.messages import create_topics, init_producer_id, offset_commit, offset_fetch, produce
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import Record, build_batch
from tests.broker.keeping import Keeper

NOW = 1_700_000_000_000


def batch(value: bytes = b"v", *, count: int = 1, producer_id: int = -1, sequence: int = -1) -> bytes:
    records = [Record(i, NOW, b"k", value, []) for i in range(count)]
    epoch = 0 if producer_id >= 0 else -1
    return build_batch(records, producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence)


class Shop:
    """A broker with one topic, whose syncs are counted and can be made to fail."""

    def __init__(self, **configs: str) -> None:
        self.keeper = Keeper()
        self.broker = self.keeper.broker
        names = {name.replace("_", "."): value for name, value in configs.items()}
        self.broker.topics.create("orders", partitions=2, configs=names)
        self.broker.jobs.run_all()
        self.broker.flushing.take_owed()
        self.synced: list[str] = []
        self.broken = ""
        self.keeper.files.fault = self._watch

    def _watch(self, operation: str, path: str, size: int) -> None:
        if operation == "sync":
            self.synced.append(path.removeprefix("/data/"))
            if self.broken and self.broken in path:
                raise OSError(errno.EIO, "Input/output error", path)

    def has_failed(self) -> bool:
        return self.partition.log.failed is not None

    @property
    def partition(self) -> Partition:
        return self.broker.topics.partition("orders", 0)

    def produce(self, *values: bytes, index: int = 0, acks: int = -1, topic: str = "orders") -> Any:
        request = produce.ProduceRequest(
            acks=acks,
            timeout_ms=1000,
            topic_data=[
                produce.TopicProduceData(
                    name=topic,
                    partition_data=[
                        produce.PartitionProduceData(index=index, records=batch(value)) for value in values
                    ],
                )
            ],
        )
        return TABLE[0].handle(self.broker, Caller(version=9), request)

    def tick(self, milliseconds: int) -> None:
        self.keeper.clock.now_ms += milliseconds
        self.broker.tick(self.keeper.clock.now_ms)


def codes(response: produce.ProduceResponse) -> list[int]:
    return [part.error_code for topic in response.responses for part in topic.partition_responses]


def test_by_default_an_answer_waits_for_no_sync() -> None:
    shop = Shop()
    assert codes(shop.produce(b"a")) == [0]
    assert len(shop.broker.jobs) == 0
    assert shop.synced == []


def test_with_flush_messages_1_an_answer_waits_until_the_records_are_durable() -> None:
    shop = Shop(flush_messages="1")
    waiting = shop.produce(b"a")
    assert isinstance(waiting, Wait)
    assert waiting.attempt(False) is None
    shop.broker.jobs.run_all()
    response = waiting.attempt(False)
    assert response is not None
    assert codes(response) == [0]
    assert "orders-0/00000000000000000000.log" in shop.synced
    assert shop.partition.log.recovery_point == 1


@pytest.mark.parametrize("acks", [1, -1])
def test_every_kind_of_acknowledgement_waits(acks: int) -> None:
    assert isinstance(Shop(flush_messages="1").produce(b"a", acks=acks), Wait)


def test_records_are_not_readable_before_they_are_durable() -> None:
    shop = Shop(flush_messages="1")
    shop.produce(b"a")
    assert shop.partition.high_watermark == 0
    assert shop.partition.read(0, 1000, at_least_one=True) == b""
    shop.broker.jobs.run_all()
    assert shop.partition.high_watermark == 1
    assert len(shop.partition.read(0, 1000, at_least_one=True)) > 0


def test_all_who_wait_while_a_sync_is_under_way_share_the_next_one() -> None:
    shop = Shop(flush_messages="1")
    first = shop.produce(b"a")
    job = shop.broker.jobs.next()
    assert job is not None
    later = [shop.produce(b"b"), shop.produce(b"c"), shop.produce(b"d")]
    run(job)
    assert first.attempt(False) is not None
    assert [each.attempt(False) for each in later] == [None, None, None]
    assert shop.partition.high_watermark == 1
    before = len(shop.synced)
    shop.broker.jobs.run_all()
    assert all(each.attempt(False) is not None for each in later)
    assert len(shop.synced) - before == 1


def test_a_sync_for_which_somebody_waits_goes_before_those_for_which_nobody_does() -> None:
    shop = Shop(flush_messages="1")
    other = shop.broker.topics.partition("orders", 1)
    shop.broker.flushing.want(other)
    shop.broker.flushing.want(shop.partition)
    waiting = shop.produce(b"a")
    job = shop.broker.jobs.next()
    assert job is not None
    run(job)
    assert waiting.attempt(False) is not None
    before = len(shop.synced)
    shop.broker.jobs.run_all()
    assert all(path.startswith("orders-1") or path in ("", "/data") for path in shop.synced[before:])
    assert len(shop.broker.jobs) == 0


def test_a_sync_that_began_before_an_append_does_not_count_for_it() -> None:
    shop = Shop(flush_messages="1")
    shop.produce(b"a")
    job = shop.broker.jobs.next()
    assert job is not None
    job.perform()
    late = shop.produce(b"b")
    job.finish(None)
    assert late.attempt(False) is None


def test_with_flush_messages_3_the_third_record_waits_and_the_others_do_not() -> None:
    shop = Shop(flush_messages="3")
    assert codes(shop.produce(b"a")) == [0]
    assert codes(shop.produce(b"b")) == [0]
    assert shop.partition.high_watermark == 2
    waiting = shop.produce(b"c")
    assert isinstance(waiting, Wait)
    shop.broker.jobs.run_all()
    assert waiting.attempt(False) is not None
    assert codes(shop.produce(b"d")) == [0]


def test_with_flush_ms_the_log_is_durable_in_time_and_nobody_waits() -> None:
    shop = Shop(flush_ms="500")
    shop.produce(b"a")
    shop.tick(499)
    assert len(shop.broker.jobs) == 0
    assert shop.broker.next_deadline() <= shop.keeper.clock.now_ms + 1
    shop.tick(1)
    shop.broker.jobs.run_all()
    assert shop.partition.log.recovery_point == 1
    shop.produce(b"b")
    shop.tick(500)
    shop.broker.jobs.run_all()
    assert shop.partition.log.recovery_point == 2


def test_a_closed_segment_is_made_durable_so_that_a_start_need_not_read_it() -> None:
    shop = Shop(segment_bytes="1048576")
    for _ in range(3):
        shop.produce(bytes(500_000))
    shop.broker.jobs.run_all()
    assert shop.partition.log.recovery_point == 3


def test_a_batch_that_comes_again_waits_as_it_did_the_first_time() -> None:
    shop = Shop(flush_messages="1")
    again = batch(producer_id=7, sequence=0)
    first = shop.partition.append(again, NOW)
    assert first.owed is not None
    second = shop.partition.append(again, NOW)
    assert second.base_offset == first.base_offset
    assert second.owed is not None
    assert not second.owed.is_kept()
    shop.broker.jobs.run_all()
    assert second.owed.is_kept()
    assert shop.partition.append(again, NOW).owed is None


def test_after_a_failed_sync_those_who_wait_may_be_written_and_all_who_come_are_refused() -> None:
    shop = Shop(flush_messages="1")
    waiting = shop.produce(b"a")
    shop.broken = "orders-0"
    shop.broker.jobs.run_all()
    assert codes(waiting.attempt(False)) == [ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND]
    assert codes(shop.produce(b"b")) == [ErrorCode.KAFKA_STORAGE_ERROR]
    assert isinstance(shop.produce(b"b", index=1), Wait), "the other partition goes on"


def test_only_what_failed_is_refused_in_an_answer_for_several() -> None:
    shop = Shop(flush_messages="1")
    shop.broken = "orders-0"
    request = produce.ProduceRequest(
        acks=-1,
        timeout_ms=1000,
        topic_data=[
            produce.TopicProduceData(
                name="orders",
                partition_data=[
                    produce.PartitionProduceData(index=index, records=batch()) for index in range(2)
                ],
            )
        ],
    )
    waiting = TABLE[0].handle(shop.broker, Caller(version=9), request)
    shop.broker.jobs.run_all()
    assert codes(waiting.attempt(False)) == [ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, 0]


def test_a_failed_log_is_opened_anew_from_copies_and_loses_nothing() -> None:
    shop = Shop(flush_messages="1")
    shop.produce(b"a")
    shop.broker.jobs.run_all()
    again = batch(producer_id=7, sequence=0)
    shop.partition.append(again, NOW)
    shop.broken = "orders-0"
    shop.broker.jobs.run_all()
    assert shop.has_failed()
    shop.tick(0)
    shop.broker.jobs.run_all()
    assert shop.has_failed(), "the disk is still broken"
    assert len(shop.partition.read(0, 1000, at_least_one=True)) > 0, "what was durable is served"
    shop.broken = ""
    shop.tick(10_000)
    shop.broker.jobs.run_all()
    log = shop.partition.log
    assert not shop.has_failed()
    assert (log.log_end_offset, log.recovery_point) == (2, 2)
    assert shop.partition.append(again, NOW).base_offset == 1, "the producer's state came back as well"
    waiting = shop.produce(b"c")
    shop.broker.jobs.run_all()
    assert codes(waiting.attempt(False)) == [0]
    names = {entry.name for entry in shop.keeper.files.entries("/data/orders-0")}
    assert not [name for name in names if name.endswith((".cleaned", ".swap"))]


def test_a_topic_deleted_while_its_log_is_being_synced_costs_nobody_anything() -> None:
    shop = Shop(flush_messages="1")
    waiting = shop.produce(b"a")
    job = shop.broker.jobs.next()
    assert job is not None
    partition = shop.partition
    topic = shop.broker.topics.get("orders")
    assert topic is not None
    shop.broker.topics.delete(topic)
    run(job)
    shop.broker.jobs.run_all()
    assert codes(waiting.attempt(False)) in ([0], [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION])
    assert partition.log.failed is None or partition.log.closed


def answered(shop: Shop, key: int, request: Any, version: int) -> Callable[[], Any]:
    """What the edge does: hold the answer back until what it promises is durable."""
    from kwire.apis import held_back

    response = TABLE[key].handle(shop.broker, Caller(version=version), request)
    assert shop.broker.flushing.owed
    wait = held_back(shop.broker, response)
    return lambda: wait.attempt(False)


def test_a_topic_is_made_durably_whatever_the_flush_settings_say() -> None:
    shop = Shop()
    request = create_topics.CreateTopicsRequest(
        topics=[create_topics.CreatableTopic(name="new", num_partitions=1, replication_factor=1)],
        timeout_ms=1000,
    )
    attempt = answered(shop, 19, request, 7)
    assert attempt() is None
    shop.broker.jobs.run_all()
    assert attempt().topics[0].error_code == 0
    assert "__cluster_metadata-0/00000000000000000000.log" in shop.synced


def commit_request() -> offset_commit.OffsetCommitRequest:
    part = offset_commit.OffsetCommitRequestPartition(
        partition_index=0, committed_offset=1, committed_metadata=""
    )
    return offset_commit.OffsetCommitRequest(
        group_id="readers",
        generation_id_or_member_epoch=-1,
        topics=[offset_commit.OffsetCommitRequestTopic(name="orders", partitions=[part])],
    )


def shop_with_durable_groups() -> Shop:
    shop = Shop()
    shop.keeper.restart({"log.flush.interval.messages": "1"})
    shop.broker = shop.keeper.broker
    shop.broker.topics.ensure_internal("__consumer_offsets")
    shop.broker.jobs.run_all()
    shop.broker.flushing.take_owed()
    return shop


def test_a_record_is_not_promised_before_the_topic_that_it_is_in() -> None:
    shop = Shop()
    shop.broker.topics.create("late", partitions=1, configs={"flush.messages": "1"})
    decision = shop.broker.jobs.next()
    assert decision is not None
    decision.perform()
    waiting = shop.produce(b"a", topic="late")
    shop.broker.jobs.run_all()
    assert shop.broker.topics.partition("late", 0).log.recovery_point == 1
    assert waiting.attempt(False) is None
    decision.finish(None)
    assert codes(waiting.attempt(False)) == [0]


def test_who_comes_when_the_records_are_durable_but_the_topic_is_not_waits_for_the_topic() -> None:
    shop = Shop()
    shop.broker.topics.create("late", partitions=1, configs={"flush.messages": "1"})
    decision = shop.broker.jobs.next()
    assert decision is not None
    decision.perform()
    shop.broker.flushing.take_owed()
    partition = shop.broker.topics.partition("late", 0)
    data = batch(producer_id=7, sequence=0)
    partition.append(data, NOW)
    shop.broker.jobs.run_all()
    assert partition.log.recovery_point == 1
    again = partition.append(data, NOW)
    partition.owe_all()
    (told,) = shop.broker.flushing.take_owed()
    shop.broker.jobs.run_all()
    assert again.owed is not None
    assert not again.owed.is_kept()
    assert not told.is_kept()
    decision.finish(None)
    assert again.owed.is_kept()
    assert told.is_kept()
    assert partition.append(data, NOW).owed is None
    partition.owe_all()
    assert not shop.broker.flushing.take_owed()


def test_committed_offsets_wait_for_the_sync_when_all_topics_do() -> None:
    shop = shop_with_durable_groups()
    attempt = answered(shop, 8, commit_request(), 7)
    assert attempt() is None
    shop.broker.jobs.run_all()
    assert attempt().topics[0].partitions[0].error_code == 0
    shop.broken = "__consumer_offsets"
    attempt = answered(shop, 8, commit_request(), 7)
    shop.broker.jobs.run_all()
    with pytest.raises(KafkaError) as refused:
        attempt()
    assert refused.value.code == ErrorCode.NOT_COORDINATOR


def test_who_asks_for_offsets_waits_for_those_that_somebody_else_commits() -> None:
    shop = shop_with_durable_groups()
    answered(shop, 8, commit_request(), 7)
    topic = offset_fetch.OffsetFetchRequestTopic(name="orders", partition_indexes=[0])
    request = offset_fetch.OffsetFetchRequest(group_id="readers", topics=[topic])
    attempt = answered(shop, 9, request, 7)
    assert attempt() is None
    shop.broker.jobs.run_all()
    assert attempt().topics[0].partitions[0].committed_offset == 1
    assert not isinstance(TABLE[9].handle(shop.broker, Caller(version=7), request), Wait)
    assert not shop.broker.flushing.owed, "there is nothing more to wait for"


def test_who_waits_for_a_log_that_was_opened_anew_meanwhile_is_refused() -> None:
    shop = Shop(flush_messages="1")
    waiting = shop.produce(b"a")
    shop.broken = "orders-0"
    shop.broker.jobs.run_all()
    shop.broken = ""
    shop.tick(0)
    shop.broker.jobs.run_all()
    assert not shop.has_failed()
    assert codes(waiting.attempt(False)) == [ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND]


def test_a_log_that_failed_is_opened_anew_once_however_often_that_is_said() -> None:
    shop = Shop(flush_messages="1")
    shop.produce(b"a")
    shop.broken = "orders-0"
    shop.broker.jobs.run_all()
    shop.broken = ""
    shop.tick(0)
    reopening = shop.broker.jobs.next()
    assert reopening is not None
    shop.broker.flushing.want(shop.partition)  # somebody else comes to know of the failure
    assert shop.broker.jobs.next() is None
    shop.tick(0)
    run(reopening)
    shop.broker.reopening.failed(shop.partition)
    shop.tick(0)
    assert shop.broker.jobs.next() is None, "it is well again: nobody touches its files"
    shop.produce(b"b")
    shop.broker.jobs.run_all()
    shop.broker = shop.keeper.kill()
    assert shop.partition.log_end_offset == 2


def test_what_a_killed_broker_had_not_made_durable_is_made_so_before_anybody_is_served() -> None:
    shop = Shop(flush_messages="1")
    again = batch(producer_id=7, sequence=0)
    shop.partition.append(again, NOW)
    shop.broker = shop.keeper.kill()
    assert shop.partition.high_watermark == 1, "who read it before the kill reads it again"
    assert shop.partition.log.recovery_point == 1
    shop.broker.jobs.run_all()  # the metadata follow
    repeated = shop.partition.append(again, NOW)
    assert repeated.base_offset == 0
    assert repeated.owed is None


def test_what_a_killed_broker_had_not_made_durable_is_neither_acknowledged_nor_read_while_it_cannot_be_synced() -> (
    None
):
    shop = Shop(flush_messages="1")
    again = batch(producer_id=7, sequence=0)
    shop.partition.append(again, NOW)
    shop.keeper.files = shop.keeper.files.crash()
    shop.keeper.files.fault = shop._watch
    shop.broken = "orders-0"
    shop.broker = shop.keeper.again()
    assert shop.partition.high_watermark == 0
    with pytest.raises(KafkaError) as refused:
        shop.partition.append(again, NOW)
    assert refused.value.code == ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND
    shop.broker.jobs.run_all()
    shop.broken = ""
    shop.tick(60_000)
    shop.broker.jobs.run_all()
    repeated = shop.partition.append(again, NOW)
    assert repeated.base_offset == 0
    assert repeated.owed is None or repeated.owed.is_kept()
    assert shop.partition.high_watermark == 1


def test_no_producer_id_is_given_out_before_its_block_is_on_record() -> None:
    shop = Shop()
    request = init_producer_id.InitProducerIdRequest(transactional_id=None)
    attempts = [answered(shop, 22, request, 4) for _ in range(2)]
    assert [attempt() for attempt in attempts] == [None, None]
    shop.broker.jobs.run_all()
    assert len({attempt().producer_id for attempt in attempts}) == 2
