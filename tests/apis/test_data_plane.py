"""Produce, Fetch, ListOffsets, OffsetForLeaderEpoch, DeleteRecords and InitProducerId, oldest and newest versions."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from kwire.apis import NO_RESPONSE, CloseConnection, Wait
from kwire.apis import produce as produce_api
from kwire.broker.topic_registry import CONSUMER_OFFSETS
from kwire.codec.messages import (
    delete_records,
    fetch,
    init_producer_id,
    list_offsets,
    offset_for_leader_epoch,
    produce,
)
from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch, iter_records, parse_header
from tests.apis.asking import Client
from tests.broker.keeping import Keeper

FIRST_MS = 1_700_000_000_000


def batch(
    count: int = 1, *, codec: int = 0, key: bytes | None = b"k", at_ms: int = FIRST_MS, size: int = 1
) -> bytes:
    return build_batch([Record(i, at_ms + i, key, b"v" * size, []) for i in range(count)], codec=codec)


class Desk:
    """A broker with topic `t` of two partitions, and a client."""

    def __init__(self, **settings: str) -> None:
        self.keeper = Keeper({name.replace("_", "."): value for name, value in settings.items()})
        self.topic = self.keeper.broker.topics.create("t", partitions=2)
        self.client = Client(self.keeper.broker)

    def ask(self, request: Any, version: int) -> Any:
        return self.client.ask(request, version)

    def produce(
        self,
        records: bytes | None,
        version: int = 9,
        *,
        acks: int = -1,
        index: int = 0,
        name: str = "t",
        topic_id: bytes | None = None,
    ) -> Any:
        data = produce.TopicProduceData(
            name=name if version < 13 else "",
            topic_id=(topic_id or self.topic.topic_id) if version >= 13 else bytes(16),
            partition_data=[produce.PartitionProduceData(index=index, records=records)],
        )
        request = produce.ProduceRequest(transactional_id=None, acks=acks, timeout_ms=1, topic_data=[data])
        answer = self.ask(request, version)
        return answer if answer is NO_RESPONSE else answer.responses[0].partition_responses[0]

    def fetch_request(
        self, offset: int, version: int, *, wait_ms: int = 0, **fields: Any
    ) -> fetch.FetchRequest:
        partition = {"partition": 0, "fetch_offset": offset, "partition_max_bytes": 1 << 20, **fields}
        return fetch.FetchRequest(
            max_wait_ms=wait_ms,
            min_bytes=1,
            max_bytes=1 << 20,
            topics=[
                fetch.FetchTopic(
                    topic="t" if version < 13 else "",
                    topic_id=self.topic.topic_id if version >= 13 else bytes(16),
                    partitions=[fetch.FetchPartition(**partition)],
                )
            ],
        )

    def fetch(self, offset: int, version: int = 12, **fields: Any) -> Any:
        return self.ask(self.fetch_request(offset, version, **fields), version).responses[0].partitions[0]

    def list_offset(self, timestamp: int, version: int, **fields: Any) -> Any:
        partition = list_offsets.ListOffsetsPartition(partition_index=0, timestamp=timestamp, **fields)
        topic = list_offsets.ListOffsetsTopic(name="t", partitions=[partition])
        return self.ask(list_offsets.ListOffsetsRequest(topics=[topic]), version).topics[0].partitions[0]


OLDEST_AND_NEWEST_PRODUCE = pytest.mark.parametrize("version", [3, 7, 9, 13])
OLDEST_AND_NEWEST_FETCH = pytest.mark.parametrize("version", [4, 11, 12, 18])


@OLDEST_AND_NEWEST_PRODUCE
def test_a_batch_is_appended_and_its_offset_told(version: int) -> None:
    desk = Desk()
    assert [desk.produce(batch(n), version).base_offset for n in (1, 2, 1)] == [0, 1, 3]
    answer = desk.produce(batch(), version)
    assert (answer.error_code, answer.base_offset, answer.log_append_time_ms) == (0, 4, -1)


@OLDEST_AND_NEWEST_PRODUCE
@pytest.mark.parametrize("acks", [-2, 2])
def test_acks_are_none_one_or_all(version: int, acks: int) -> None:
    desk = Desk()
    answer = desk.produce(batch(), version, acks=acks)
    assert (answer.error_code, answer.base_offset) == (ErrorCode.INVALID_REQUIRED_ACKS, -1)
    assert desk.topic.partitions[0].log_end_offset == 0


def test_without_acks_there_is_no_answer_and_an_error_ends_the_connection() -> None:
    desk = Desk()
    assert desk.produce(batch(), acks=0) is NO_RESPONSE
    with pytest.raises(CloseConnection, match="UNKNOWN_TOPIC_OR_PARTITION"):
        desk.produce(batch(), acks=0, index=5)


@pytest.mark.parametrize("version", [3, 12])
def test_an_unknown_topic_or_partition_is_told(version: int) -> None:
    desk = Desk()
    for answer in (desk.produce(batch(), version, name="u"), desk.produce(batch(), version, index=2)):
        assert answer.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_a_topic_s_id_must_be_known() -> None:
    desk = Desk()
    assert desk.produce(batch(), 13, topic_id=b"x" * 16).error_code == ErrorCode.UNKNOWN_TOPIC_ID
    assert desk.produce(batch(), 13, index=-1).error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_zstd_needs_a_client_that_knows_it() -> None:
    desk = Desk()
    assert desk.produce(batch(codec=4), 6).error_code == ErrorCode.UNSUPPORTED_COMPRESSION_TYPE
    assert desk.produce(batch(codec=4), 7).error_code == 0


@OLDEST_AND_NEWEST_PRODUCE
def test_bad_batches_are_refused_with_kafka_s_codes(version: int) -> None:
    desk = Desk(message_max_bytes="300")
    torn = bytearray(batch())
    torn[-1] ^= 1
    for records, code in (
        (None, ErrorCode.INVALID_RECORD),
        (b"", ErrorCode.INVALID_RECORD),
        (batch() * 2, ErrorCode.INVALID_RECORD),
        (bytes(torn), ErrorCode.CORRUPT_MESSAGE),
        (batch(size=400), ErrorCode.MESSAGE_TOO_LARGE),
        (batch(at_ms=desk.keeper.clock.time_ms() + 3_600_001), ErrorCode.INVALID_TIMESTAMP),
    ):
        assert desk.produce(records, version).error_code == code
    assert desk.topic.partitions[0].log_end_offset == 0


@pytest.mark.parametrize("version", [7, 8, 13])
def test_records_without_a_key_are_named_one_by_one(version: int) -> None:
    desk = Desk()
    desk.keeper.broker.configs.alter(2, "t", [("cleanup.policy", 0, "compact")], validate_only=False)
    answer = desk.produce(batch(2, key=None), version)
    assert answer.error_code == ErrorCode.INVALID_RECORD
    assert [each.batch_index for each in answer.record_errors] == ([0, 1] if version >= 8 else [])
    assert bool(answer.error_message) == (version >= 8)


def test_only_an_admin_client_writes_to_internal_topics() -> None:
    desk = Desk()
    desk.keeper.broker.topics.ensure_internal(CONSUMER_OFFSETS)
    assert desk.produce(batch(), name=CONSUMER_OFFSETS).error_code == ErrorCode.INVALID_TOPIC_EXCEPTION
    desk.client.caller.client_id = "__admin_client"
    assert desk.produce(batch(), name=CONSUMER_OFFSETS).error_code == 0


@OLDEST_AND_NEWEST_FETCH
def test_what_was_produced_is_fetched(version: int) -> None:
    desk = Desk()
    desk.produce(batch(2))
    desk.produce(batch(1))
    part = desk.fetch(0, version)
    assert (part.error_code, part.high_watermark) == (0, 3)
    assert part.aborted_transactions in (None, [])
    first = parse_header(part.records)
    assert [record.offset for record in iter_records(part.records[: first.size])] == [0, 1]
    assert parse_header(part.records, first.size).base_offset == 2


@OLDEST_AND_NEWEST_FETCH
@pytest.mark.parametrize("offset", [-1, 2, 100])
def test_an_offset_outside_the_log_is_told(version: int, offset: int) -> None:
    desk = Desk()
    desk.produce(batch())
    part = desk.fetch(offset, version)
    assert (part.error_code, part.high_watermark) == (ErrorCode.OFFSET_OUT_OF_RANGE, -1)
    assert part.aborted_transactions is None


@OLDEST_AND_NEWEST_FETCH
def test_a_fetch_at_the_end_waits_for_records(version: int) -> None:
    desk = Desk()
    request = desk.fetch_request(0, version, wait_ms=500)
    waiting = desk.ask(request, version)
    assert isinstance(waiting, Wait)
    assert waiting.until == desk.keeper.clock.monotonic_ms() + 500
    assert desk.client.settle(waiting, request, version) is None
    woken: list[bool] = []
    for signal in waiting.wake_on:
        signal.add(lambda: woken.append(True))
    desk.produce(batch())
    assert woken
    answer = desk.client.settle(waiting, request, version)
    assert len(answer.responses[0].partitions[0].records) > 0


def test_a_fetch_that_waited_in_vain_is_answered_empty() -> None:
    desk = Desk()
    request = desk.fetch_request(0, 12, wait_ms=500)
    answer = desk.client.settle(desk.ask(request, 12), request, 12, final=True)
    part = answer.responses[0].partitions[0]
    assert (part.error_code, len(part.records)) == (0, 0)


def test_a_parked_fetch_learns_that_its_topic_is_gone() -> None:
    desk = Desk()
    request = desk.fetch_request(0, 13, wait_ms=500)
    waiting = desk.ask(request, 13)
    desk.keeper.broker.topics.delete(desk.topic)
    part = desk.client.settle(waiting, request, 13).responses[0].partitions[0]
    assert part.error_code == ErrorCode.UNKNOWN_TOPIC_ID


def test_leader_epochs_of_a_fetch_are_checked() -> None:
    desk = Desk()
    desk.topic.partitions[0].leader_epoch = 3
    assert desk.fetch(0, current_leader_epoch=2).error_code == ErrorCode.FENCED_LEADER_EPOCH
    assert desk.fetch(0, current_leader_epoch=4).error_code == ErrorCode.UNKNOWN_LEADER_EPOCH
    assert desk.fetch(0, current_leader_epoch=3).error_code == 0


def test_a_history_that_parted_from_the_log_is_told() -> None:
    desk = Desk()
    desk.produce(batch(2))
    part = desk.fetch(5, last_fetched_epoch=0)
    assert part.error_code == 0
    assert (part.diverging_epoch.epoch, part.diverging_epoch.end_offset) == (0, 2)
    assert len(part.records) == 0


def test_the_first_batch_is_whole_and_the_budget_holds_for_the_rest() -> None:
    desk = Desk()
    desk.produce(batch(size=500), index=0)
    desk.produce(batch(size=500), index=1)
    request = desk.fetch_request(0, 12)
    request.max_bytes = 10
    request.topics[0].partitions.append(
        fetch.FetchPartition(partition=1, fetch_offset=0, partition_max_bytes=10)
    )
    sizes = [len(part.records) for part in desk.ask(request, 12).responses[0].partitions]
    assert sizes[0] > 500
    assert sizes[1] == 0


def test_a_budget_that_is_spent_leaves_nothing_for_one_who_reads_on() -> None:
    desk = Desk()
    desk.produce(batch(size=500), index=0)
    for size in (3000, 100, 100):
        desk.produce(batch(size=size), index=1)
    request = desk.fetch_request(0, 12)
    request.max_bytes = 10
    request.topics[0].partitions.append(
        fetch.FetchPartition(partition=1, fetch_offset=1, partition_max_bytes=10_000)
    )
    first, second = desk.ask(request, 12).responses[0].partitions
    assert len(first.records) > 500
    assert (second.error_code, len(second.records)) == (0, 0)


@pytest.mark.parametrize("version", [1, 4, 11])
def test_offsets_by_time_and_the_special_ones(version: int) -> None:
    desk = Desk()
    desk.produce(batch(5))
    desk.topic.partitions[0].delete_records(1)
    assert desk.list_offset(-1, version).offset == 5
    assert desk.list_offset(-2, version).offset == 1
    found = desk.list_offset(FIRST_MS + 3, version)
    assert (found.offset, found.timestamp) == (3, FIRST_MS + 3)
    late = desk.list_offset(FIRST_MS + 100, version)
    assert (late.error_code, late.offset, late.timestamp) == (0, -1, -1)
    assert found.leader_epoch == (0 if version >= 4 else -1)


@pytest.mark.parametrize(("timestamp", "since"), [(-3, 7), (-4, 8), (-5, 9), (-6, 11)])
def test_special_timestamps_are_known_from_their_version_on(timestamp: int, since: int) -> None:
    desk = Desk()
    desk.produce(batch(3))
    assert desk.list_offset(timestamp, since - 1).error_code == ErrorCode.UNSUPPORTED_VERSION
    found = desk.list_offset(timestamp, since)
    assert found.error_code == 0
    assert found.offset == {-3: 2, -4: 0, -5: -1, -6: -1}[timestamp]


@pytest.mark.parametrize("version", [1, 11])
def test_unknown_special_timestamps_and_partitions_named_twice_are_refused(version: int) -> None:
    desk = Desk()
    assert desk.list_offset(-7, version).error_code == ErrorCode.UNSUPPORTED_VERSION
    twice = [list_offsets.ListOffsetsPartition(partition_index=0, timestamp=-1)] * 2
    request = list_offsets.ListOffsetsRequest(
        topics=[list_offsets.ListOffsetsTopic(name="t", partitions=twice)]
    )
    for part in desk.ask(request, version).topics[0].partitions:
        assert part.error_code == ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize("version", [2, 4])
def test_where_an_epoch_ends(version: int) -> None:
    desk = Desk()
    desk.produce(batch(4))
    desk.topic.partitions[0].leader_epoch = 2
    desk.produce(batch(1))

    def end(epoch: int, index: int = 0) -> tuple[int, int, int]:
        partition = offset_for_leader_epoch.OffsetForLeaderPartition(partition=index, leader_epoch=epoch)
        topic = offset_for_leader_epoch.OffsetForLeaderTopic(topic="t", partitions=[partition])
        request = offset_for_leader_epoch.OffsetForLeaderEpochRequest(topics=[topic])
        found = desk.ask(request, version).topics[0].partitions[0]
        return found.error_code, found.leader_epoch, found.end_offset

    assert end(0) == (0, 0, 4)
    assert end(1) == (0, 0, 4)
    assert end(2) == (0, 2, 5)
    assert end(3) == (0, -1, -1)
    assert end(0, index=9) == (ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1, -1)


@pytest.mark.parametrize("version", [0, 2])
def test_deleting_records_tells_the_new_start_or_why_not(version: int) -> None:
    desk = Desk()
    desk.produce(batch(4))

    def delete(offset: int, index: int = 0) -> tuple[int, int]:
        partition = delete_records.DeleteRecordsPartition(partition_index=index, offset=offset)
        topic = delete_records.DeleteRecordsTopic(name="t", partitions=[partition])
        found = desk.ask(delete_records.DeleteRecordsRequest(topics=[topic]), version).topics[0].partitions[0]
        return found.error_code, found.low_watermark

    assert delete(2) == (0, 2)
    assert delete(5) == (ErrorCode.OFFSET_OUT_OF_RANGE, -1)
    assert delete(-1) == (0, 4)
    assert delete(0, index=7) == (ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1)
    desk.keeper.clock.now_ms += 1
    desk.keeper.broker.tick(desk.keeper.clock.now_ms)
    desk.keeper.broker.jobs.run_all()
    assert desk.keeper.kill().topics.partition("t", 0).log_start_offset == 4


@pytest.mark.parametrize("version", [0, 2, 3, 5])
def test_producer_ids_are_fresh(version: int) -> None:
    desk = Desk()
    request = init_producer_id.InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=1)
    answers = [desk.ask(request, version) for _ in range(3)]
    assert [(each.error_code, each.producer_id, each.producer_epoch) for each in answers] == [
        (0, 0, 0),
        (0, 1, 0),
        (0, 2, 0),
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"transactional_id": ""}, ErrorCode.INVALID_REQUEST),
        ({"transactional_id": None, "producer_id": 5}, ErrorCode.INVALID_REQUEST),
        ({"transactional_id": None, "producer_epoch": 5}, ErrorCode.INVALID_REQUEST),
        ({"transactional_id": "t"}, ErrorCode.INVALID_TRANSACTION_TIMEOUT),
    ],
)
def test_a_producer_id_is_not_given_for_the_impossible(fields: dict[str, Any], code: ErrorCode) -> None:
    answer = Desk().ask(init_producer_id.InitProducerIdRequest(**fields), 5)
    assert (answer.error_code, answer.producer_id, answer.producer_epoch) == (code, -1, -1)


def test_a_refused_request_is_let_go_at_once() -> None:
    """Its buffer may be megabytes: it must not wait for the cyclic collector."""

    class Frame(bytearray):
        """A bytearray that can be watched."""

    desk = Desk()
    partition = produce.PartitionProduceData(index=0, records=batch() * 2)
    data = produce.TopicProduceData(name="t", partition_data=[partition])
    parts: list[Any] = []
    produce.encode_request(
        produce.ProduceRequest(transactional_id=None, acks=-1, topic_data=[data]), 9, parts
    )
    frame = Frame(b"".join(parts))
    watched = weakref.ref(frame)
    gc.disable()
    try:
        desk.client.caller.version = 9
        request = produce.decode_request(frame, 0, len(frame), 9)
        answer = produce_api.produce(desk.keeper.broker, desk.client.caller, request)
        assert answer is not NO_RESPONSE
        del frame, request
        assert watched() is None
    finally:
        gc.enable()
