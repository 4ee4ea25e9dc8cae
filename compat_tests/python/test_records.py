"""Records go in and come out unchanged: codecs, acks, keys, headers, timestamps, nulls, sizes."""

from __future__ import annotations

import random
import time
from collections import defaultdict

import pytest

from compat_tests.harness import Server
from compat_tests.python.clients import CLIENTS, Client, Headers, Message, ProduceFailed
from compat_tests.topics import make_topic

MESSAGE_TOO_LARGE = 10

every_client = pytest.mark.parametrize("client", CLIENTS, ids=str)
every_codec = pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])


def sample(count: int, partitions: int, *, value_bytes: int = 300) -> list[Message]:
    """Compressible but not trivial records, spread over the partitions by turns."""
    chance = random.Random(count)
    words = [chance.randbytes(8).hex().encode() for _ in range(50)]
    return [
        Message(
            value=b" ".join(chance.choices(words, k=value_bytes // 17)),
            key=b"key-%d" % (index % 17),
            headers=(("index", str(index).encode()),),
            timestamp_ms=1_700_000_000_000 + index,
            partition=index % partitions,
        )
        for index in range(count)
    ]


def assert_same(client: Client, server: Server, topic: str, sent: list[Message], partitions: int) -> None:
    """What was sent is in the topic, unchanged and in the order of sending within each partition."""
    received = client.read(server.bootstrap, topic, dict.fromkeys(range(partitions), 0), len(sent))
    by_partition = defaultdict(list)
    for record in received:
        by_partition[record.partition].append(record)
    expected = defaultdict(list)
    for message in sent:
        expected[message.partition].append(message)
    assert by_partition.keys() == expected.keys()
    for index, records in by_partition.items():
        assert [record.offset for record in records] == list(range(len(records)))
        seen = [(record.key, record.value, record.headers, record.timestamp_ms) for record in records]
        assert seen == [(one.key, one.value, one.headers, one.timestamp_ms) for one in expected[index]]


@every_client
@every_codec
def test_records_of_every_codec_come_back_unchanged(server: Server, client: Client, codec: str) -> None:
    topic = make_topic(server, partitions=2)
    sent = sample(1_000, 2)
    places = client.produce(server.bootstrap, topic, sent, codec=codec)
    assert sorted(places) == [(partition, offset) for partition in (0, 1) for offset in range(500)]
    assert_same(client, server, topic, sent, 2)


@every_codec
def test_what_one_client_writes_every_other_reads(server: Server, codec: str) -> None:
    topic = make_topic(server)
    sent = [message for client in CLIENTS for message in sample(100, 1)]
    for client in CLIENTS:
        client.produce(server.bootstrap, topic, sample(100, 1), codec=codec)
    for client in CLIENTS:
        assert_same(client, server, topic, sent, 1)


@every_client
@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd", "uncompressed"])
def test_a_topic_with_its_own_codec_takes_any_codec(server: Server, client: Client, codec: str) -> None:
    topic = make_topic(server, config={"compression.type": codec})
    sent = sample(200, 1) + sample(200, 1)
    client.produce(server.bootstrap, topic, sent[:200], codec="none")
    client.produce(server.bootstrap, topic, sent[200:], codec="lz4")
    assert_same(client, server, topic, sent, 1)


@every_client
@pytest.mark.parametrize("acks", [0, 1, -1])
def test_every_acks_setting_stores_the_records(server: Server, client: Client, acks: int) -> None:
    topic = make_topic(server)
    sent = sample(500, 1)
    places = client.produce(server.bootstrap, topic, sent, acks=acks)
    if acks != 0:
        assert places == [(0, offset) for offset in range(500)]
    assert_same(client, server, topic, sent, 1)


@every_client
def test_null_and_empty_keys_values_and_headers_stay_apart(server: Server, client: Client) -> None:
    topic = make_topic(server)
    stamp = 1_700_000_000_000
    headers: Headers = (("twice", b"one"), ("empty", b""), ("twice", b"two"))
    if client.null_headers:
        headers = (*headers, ("null", None))
    sent = [
        Message(value=None, key=b"tombstone", timestamp_ms=stamp, partition=0),
        Message(value=b"", key=b"", timestamp_ms=stamp, partition=0),
        Message(value=b"no key", key=None, timestamp_ms=stamp, partition=0),
        Message(value=b"headers", key=b"k", headers=headers, timestamp_ms=stamp, partition=0),
        Message(value=bytes(range(256)), key="schlüssel ☃".encode(), timestamp_ms=stamp, partition=0),
    ]
    client.produce(server.bootstrap, topic, sent)
    assert_same(client, server, topic, sent, 1)


@every_client
def test_timestamps_are_the_producers_unless_the_topic_says_otherwise(server: Server, client: Client) -> None:
    long_ago = 1_000_000_000_000
    by_producer = make_topic(server)
    by_server = make_topic(server, config={"message.timestamp.type": "LogAppendTime"})
    before_ms = int(time.time() * 1000)
    sent = [Message(value=b"x", timestamp_ms=long_ago + index) for index in range(3)]
    for topic in (by_producer, by_server):
        client.produce(server.bootstrap, topic, sent)
    after_ms = int(time.time() * 1000)
    kept = client.read(server.bootstrap, by_producer, {0: 0}, 3)
    assert [record.timestamp_ms for record in kept] == [long_ago, long_ago + 1, long_ago + 2]
    replaced = client.read(server.bootstrap, by_server, {0: 0}, 3)
    assert all(before_ms <= record.timestamp_ms <= after_ms for record in replaced)


@every_client
@pytest.mark.parametrize("codec", ["none", "lz4"])
def test_records_of_a_megabyte_pass(server: Server, client: Client, codec: str) -> None:
    topic = make_topic(server)
    chance = random.Random(1)
    sent = [
        Message(value=chance.randbytes(1_000_000), timestamp_ms=1_700_000_000_000 + index, partition=0)
        for index in range(5)
    ]
    client.produce(server.bootstrap, topic, sent, codec=codec)
    assert_same(client, server, topic, sent, 1)


@every_client
def test_a_record_beyond_the_topics_limit_is_refused_whole(server: Server, client: Client) -> None:
    topic = make_topic(server, config={"max.message.bytes": "200000"})
    with pytest.raises(ProduceFailed) as refused:
        client.produce(server.bootstrap, topic, [Message(value=random.Random(2).randbytes(250_000))])
    assert refused.value.code == MESSAGE_TOO_LARGE
    assert client.bounds(server.bootstrap, topic, 0) == (0, 0)
    assert client.produce(server.bootstrap, topic, [Message(value=bytes(150_000))]) == [(0, 0)]


@every_client
def test_a_hundred_thousand_records_pass(server: Server, client: Client) -> None:
    topic = make_topic(server, partitions=3)
    sent = [
        Message(value=b"value %d" % index, timestamp_ms=1_700_000_000_000 + index, partition=index % 3)
        for index in range(100_000)
    ]
    places = client.produce(server.bootstrap, topic, sent, codec="zstd")
    assert len(set(places)) == 100_000
    assert_same(client, server, topic, sent, 3)


@every_client
def test_an_idempotent_producer_writes_each_record_once(server: Server, client: Client) -> None:
    topic = make_topic(server, partitions=2)
    sent = sample(5_000, 2)
    places = client.produce(server.bootstrap, topic, sent, idempotent=True)
    assert len(set(places)) == 5_000
    assert_same(client, server, topic, sent, 2)


@every_client
def test_a_topic_is_made_when_a_producer_first_names_it(server: Server, client: Client) -> None:
    topic = f"made-by-{client.name}"
    ((partition, offset),) = client.produce(server.bootstrap, topic, [Message(value=b"first")])
    assert (partition, offset) == (0, 0)
    (record,) = client.read(server.bootstrap, topic, {0: 0}, 1)
    assert record.value == b"first"
