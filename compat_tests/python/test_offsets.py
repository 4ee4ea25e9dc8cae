"""Positions: seek, offsets by timestamp, beginning and end, commits, and all of it over restarts."""

from __future__ import annotations

import confluent_kafka
import kafka
import pytest

from compat_tests.harness import DEADLINE_S, Server, eventually, unique
from compat_tests.python.clients import CLIENTS, Client, Committed, Message
from compat_tests.topics import make_topic

every_client = pytest.mark.parametrize("client", CLIENTS, ids=str)


def numbered(count: int, *, start: int = 0, step_ms: int = 1_000, partition: int = 0) -> list[Message]:
    return [
        Message(value=b"%d" % index, timestamp_ms=1_700_000_000_000 + index * step_ms, partition=partition)
        for index in range(start, start + count)
    ]


@every_client
def test_seek_reads_from_any_offset(server: Server, client: Client) -> None:
    topic = make_topic(server)
    client.produce(server.bootstrap, topic, numbered(1_000), codec="lz4")
    for start in (0, 1, 499, 998, 999):
        (record,) = client.read(server.bootstrap, topic, {0: start}, 1)
        assert (record.offset, record.value) == (start, b"%d" % start)


@every_client
def test_beginning_and_end_offsets_follow_what_is_written(server: Server, client: Client) -> None:
    topic = make_topic(server, partitions=2)
    assert client.bounds(server.bootstrap, topic, 0) == (0, 0)
    client.produce(server.bootstrap, topic, numbered(250))
    assert client.bounds(server.bootstrap, topic, 0) == (0, 250)
    assert client.bounds(server.bootstrap, topic, 1) == (0, 0)


@every_client
@pytest.mark.parametrize("codec", ["none", "gzip"])
def test_offsets_by_timestamp_name_the_first_record_at_or_after_it(
    server: Server, client: Client, codec: str
) -> None:
    topic = make_topic(server)
    start_ms = 1_700_000_000_000
    client.produce(server.bootstrap, topic, numbered(1_000), codec=codec)
    expected = {
        start_ms - 1: 0,
        start_ms: 0,
        start_ms + 1: 1,
        start_ms + 500_000: 500,
        start_ms + 500_500: 501,
        start_ms + 999_000: 999,
        start_ms + 999_001: None,
    }
    found = {stamp: client.offsets_for_time(server.bootstrap, topic, 0, stamp) for stamp in expected}
    assert found == expected


@every_client
def test_commits_come_back_with_their_metadata(server: Server, client: Client) -> None:
    topic, group = make_topic(server, partitions=3), unique("group")
    first, second, third = (topic, 0), (topic, 1), (topic, 2)
    client.commit(server.bootstrap, group, {first: Committed(5, "note ☃"), second: Committed(0, "")})
    assert client.committed(server.bootstrap, group, [first, second, third]) == {
        first: Committed(5, "note ☃"),
        second: Committed(0, ""),
        third: None,
    }
    client.commit(server.bootstrap, group, {first: Committed(3, "back")})
    assert client.committed(server.bootstrap, group, [first]) == {first: Committed(3, "back")}


@pytest.mark.parametrize("clean", [True, False], ids=["stopped", "killed"])
def test_records_commits_and_positions_survive_a_restart(server: Server, clean: bool) -> None:
    topic = make_topic(server, partitions=2)
    places = [(topic, 0), (topic, 1)]
    ends = {0: 100 * len(CLIENTS), 1: 50 * len(CLIENTS)}
    groups = {client.name: unique("group") for client in CLIENTS}
    for client in CLIENTS:
        client.produce(server.bootstrap, topic, numbered(100) + numbered(50, partition=1), codec="snappy")
        client.commit(server.bootstrap, groups[client.name] + "-own", {(topic, 0): Committed(42, "kept")})
    before = {}
    for client in CLIENTS:
        client.consume_in_group(server.bootstrap, topic, groups[client.name], 170)
        before[client.name] = client.committed(server.bootstrap, groups[client.name], places)

    server.restart(clean=clean)

    for client in CLIENTS:
        for index, end in ends.items():
            assert client.bounds(server.bootstrap, topic, index) == (0, end)
        own = client.committed(server.bootstrap, groups[client.name] + "-own", places)
        assert own == {(topic, 0): Committed(42, "kept"), (topic, 1): None}
        assert client.offsets_for_time(server.bootstrap, topic, 0, 1_700_000_050_000) == 50
        assert client.committed(server.bootstrap, groups[client.name], places) == before[client.name]
        starts = {
            index: 0 if committed is None else committed.offset
            for (_, index), committed in before[client.name].items()
        }
        assert sum(starts.values()) == 170
        rest = client.consume_in_group(server.bootstrap, topic, groups[client.name], sum(ends.values()) - 170)
        for index in (0, 1):
            seen = [record.offset for record in rest if record.partition == index]
            assert seen == list(range(starts[index], ends[index]))
    assert CLIENTS[0].produce(server.bootstrap, topic, numbered(1)) == [(0, ends[0])]


@pytest.mark.parametrize("clean", [True, False], ids=["stopped", "killed"])
def test_clients_that_stay_connected_carry_on_after_a_restart(server: Server, clean: bool) -> None:
    topic, group = make_topic(server), unique("group")
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap, "enable.idempotence": True})
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": server.bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([topic])
    seen: list[bytes | None] = []

    def produce(values: range) -> None:
        for value in values:
            producer.produce(topic, b"%d" % value)

    def consume(up_to: int) -> None:
        def arrived() -> bool:
            for record in consumer.consume(1_000, timeout=0.1):
                # Errors without a record are news about the connection; librdkafka mends that by itself.
                if record.error() is None:
                    seen.append(record.value())
            return len(seen) >= up_to

        eventually(arrived, f"{up_to} records consumed")

    produce(range(1_000))
    assert producer.flush(DEADLINE_S) == 0
    consume(1_000)
    consumer.commit(asynchronous=False)

    produce(range(1_000, 2_000))
    producer.poll(0)
    server.restart(clean=clean)
    produce(range(2_000, 3_000))
    assert producer.flush(DEADLINE_S) == 0
    consume(3_000)
    consumer.commit(asynchronous=False)
    consumer.close()
    # Exactly once and in order, although the server went away with requests in flight.
    assert seen == [b"%d" % value for value in range(3_000)]


@pytest.mark.parametrize("reset", ["earliest", "latest"])
def test_a_group_without_commits_starts_where_it_asked_to(server: Server, reset: str) -> None:
    topic = make_topic(server)
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap})
    for _ in range(10):
        producer.produce(topic, b"before")
    assert producer.flush(DEADLINE_S) == 0
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": server.bootstrap, "group.id": unique("group"), "auto.offset.reset": reset}
    )
    consumer.subscribe([topic])

    def first() -> confluent_kafka.Message | None:
        # "latest" is the end at the moment when the consumer asks for it, so keep writing until it is there.
        producer.produce(topic, b"meanwhile")
        producer.flush(DEADLINE_S)
        return consumer.poll(0.1)

    record = eventually(first, "a first record")
    consumer.close()
    assert record.error() is None
    assert record.value() == (b"before" if reset == "earliest" else b"meanwhile")


def test_an_offset_out_of_range_is_the_servers_answer(server: Server) -> None:
    topic = make_topic(server)
    CLIENTS[0].produce(server.bootstrap, topic, numbered(10))
    consumer = kafka.KafkaConsumer(bootstrap_servers=server.bootstrap, auto_offset_reset="none")
    place = kafka.TopicPartition(topic, 0)
    consumer.assign([place])
    consumer.seek(place, 11)
    with pytest.raises(kafka.errors.OffsetOutOfRangeError):
        eventually(lambda: consumer.poll(timeout_ms=200), "an answer")
    consumer.close()
