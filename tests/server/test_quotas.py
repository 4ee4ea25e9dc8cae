"""Clients that are too fast, on real sockets: what they are told, and that nothing of theirs is handled for so long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

import kwire
from kwire.codec.messages import load
from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch
from tests.apis.sockets import Socket

LARGE = 100_000


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with kwire.Broker() as broker:
        yield broker.bootstrap_servers


@pytest.fixture
def admin(address: str) -> Iterator[Socket]:
    admin = Socket(address, "admin")
    yield admin
    admin.close()


def give(admin: Socket, kind: str, name: str, key: str, value: float | None) -> None:
    wire = load(49)
    entry = wire.EntryData([wire.EntityData(kind, name)], [wire.OpData(key, value or 0.0, value is None)])
    (result,) = admin.ask(49, 1, wire.AlterClientQuotasRequest(entries=[entry])).entries
    assert result.error_code == ErrorCode.NONE, result
    wire = load(48)
    asked = wire.DescribeClientQuotasRequest(components=[wire.ComponentData(kind, 0, name)])
    poll(lambda: bool(admin.ask(48, 1, asked).entries) == (value is not None))


def poll(probe: Callable[[], object]) -> None:
    """Until it is so: Kafka answers before everybody knows."""
    end = time.monotonic() + 60
    while not probe():
        assert time.monotonic() < end
        time.sleep(0.01)


def made(admin: Socket, topic: str, *, partitions: int = 1, version: int = 7) -> tuple[ErrorCode, int]:
    wire = load(19)
    wanted = wire.CreatableTopic(name=topic, num_partitions=partitions, replication_factor=1)
    answer = admin.ask(19, version, wire.CreateTopicsRequest(topics=[wanted], timeout_ms=30_000))
    code = ErrorCode(answer.topics[0].error_code)
    if code == ErrorCode.NONE:
        poll(lambda: is_served(admin, topic))
    return code, answer.throttle_time_ms


def is_served(admin: Socket, topic: str) -> bool:
    wire = load(2)
    part = wire.ListOffsetsPartition(partition_index=0, timestamp=-1)
    asked = wire.ListOffsetsRequest(
        replica_id=-1, topics=[wire.ListOffsetsTopic(name=topic, partitions=[part])]
    )
    served: bool = admin.ask(2, 3, asked).topics[0].partitions[0].error_code == ErrorCode.NONE
    return served


def produce(client: Socket, topic: str, size: int, *, acks: int = -1) -> int:
    """The throttle time of one batch."""
    wire = load(0)
    batch = build_batch([Record(0, time.time_ns() // 1_000_000, None, bytes(size), [])])
    data = wire.TopicProduceData(
        name=topic, partition_data=[wire.PartitionProduceData(index=0, records=batch)]
    )
    request = wire.ProduceRequest(acks=acks, timeout_ms=30_000, topic_data=[data])
    if acks == 0:
        client.tell(0, 9, request)
        return 0
    answer = client.ask(0, 9, request)
    assert answer.responses[0].partition_responses[0].error_code == ErrorCode.NONE
    throttle_ms: int = answer.throttle_time_ms
    return throttle_ms


def ping(client: Socket) -> float:
    """How long an answer takes that takes no time."""
    began = time.monotonic()
    client.ask(60, 0, load(60).DescribeClusterRequest())
    return time.monotonic() - began


def test_a_producer_beyond_its_quota_is_answered_at_once_and_read_later(address: str, admin: Socket) -> None:
    made(admin, "produced")
    give(admin, "client-id", "fast-producer", "producer_byte_rate", LARGE / 10)
    client = Socket(address, "fast-producer")
    assert produce(client, "produced", LARGE - 1000) == 0
    began = time.monotonic()
    throttle_ms = produce(client, "produced", LARGE // 20)
    answered = time.monotonic() - began
    assert 200 < throttle_ms < 2000
    ping(client)
    waited = time.monotonic() - began
    assert waited >= throttle_ms / 1000 > answered or answered > throttle_ms / 1000
    give(admin, "client-id", "fast-producer", "producer_byte_rate", None)
    assert produce(client, "produced", LARGE) == 0
    client.close()


def test_a_producer_that_wants_no_answer_is_read_later_too(address: str, admin: Socket) -> None:
    made(admin, "unanswered")
    give(admin, "client-id", "silent-producer", "producer_byte_rate", LARGE / 10)
    client = Socket(address, "silent-producer")
    produce(client, "unanswered", LARGE - 1000)
    began = time.monotonic()
    produce(client, "unanswered", LARGE // 20, acks=0)
    ping(client)
    assert time.monotonic() - began >= 0.2
    client.close()


def test_a_consumer_beyond_its_quota_is_given_its_records_and_read_later(address: str, admin: Socket) -> None:
    made(admin, "consumed")
    for _ in range(2):
        produce(admin, "consumed", LARGE - 1000)
    give(admin, "client-id", "fast-consumer", "consumer_byte_rate", LARGE / 10)
    client = Socket(address, "fast-consumer")
    wire = load(1)

    def fetch(offset: int) -> tuple[int, int]:
        part = wire.FetchPartition(partition=0, fetch_offset=offset, partition_max_bytes=1 << 30)
        request = wire.FetchRequest(
            replica_id=-1, max_bytes=1 << 30, topics=[wire.FetchTopic(topic="consumed", partitions=[part])]
        )
        answer = client.ask(1, 11, request)
        return len(answer.responses[0].partitions[0].records), answer.throttle_time_ms

    size, throttle_ms = fetch(0)
    assert LARGE - 1000 < size <= LARGE, "one fetch brings what ten seconds may, not both batches"
    assert throttle_ms == 0
    began = time.monotonic()
    size, throttle_ms = fetch(1)
    assert size > 0
    assert throttle_ms > 1000
    give(admin, "client-id", "fast-consumer", "consumer_byte_rate", None)
    assert time.monotonic() - began < throttle_ms / 1000 + 60
    client.close()


def test_who_keeps_the_broker_busy_is_read_later(address: str, admin: Socket) -> None:
    give(admin, "client-id", "busy", "request_percentage", 0.000001)
    client = Socket(address, "busy")
    answer = client.ask(60, 0, load(60).DescribeClusterRequest())
    assert answer.throttle_time_ms == 1000
    began = time.monotonic()
    ping(client)
    assert time.monotonic() - began >= 0.9
    assert ping(admin) < 60
    give(admin, "client-id", "busy", "request_percentage", None)
    client.close()


def test_topics_beyond_a_quota_are_refused_to_newer_clients_and_paid_for_by_older(
    address: str, admin: Socket
) -> None:
    give(admin, "client-id", "maker", "controller_mutation_rate", 1.0)
    client = Socket(address, "maker")
    assert made(client, "first", partitions=12) == (ErrorCode.NONE, 0)
    code, throttle_ms = made(client, "second")
    assert code == ErrorCode.THROTTLING_QUOTA_EXCEEDED
    assert 0 < throttle_ms <= 1000
    code, _ = made(client, "third", partitions=3, version=5)
    assert code == ErrorCode.NONE
    code, throttle_ms = made(client, "fourth", version=5)
    assert code == ErrorCode.NONE
    assert 0 < throttle_ms <= 4000
    client.close()


def test_connections_beyond_the_rate_of_an_address_are_sent_away(address: str, admin: Socket) -> None:
    give(admin, "ip", "127.0.0.1", "connection_creation_rate", 1)
    refused = None
    for _ in range(30):
        client = Socket(address, "newcomer")
        try:
            ping(client)
        except ConnectionError:
            refused = client
            break
        finally:
            client.close()
    assert refused is not None
    give(admin, "ip", "127.0.0.1", "connection_creation_rate", None)
    client = Socket(address, "newcomer")
    ping(client)
    client.close()
