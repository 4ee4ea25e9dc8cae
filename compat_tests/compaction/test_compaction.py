"""Compacted topics under a real client: what the cleaner leaves is what Kafka's cleaner leaves.

With COMPAT_TARGET=kafka the same expectations are asked of Apache Kafka. The cleaner of both is told to be eager.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from compat_tests.harness import DEADLINE_S, KwireServer, Server, eventually, log_bytes, make_server
from compat_tests.topics import make_topic
from tests.kafka_dump import assert_kafka_finds_nothing

EAGER = {"log.cleaner.backoff.ms": "100", "log.initial.task.delay.ms": "100"}
COMPACT = {
    "cleanup.policy": "compact",
    "segment.bytes": "1048576",
    "segment.ms": "200",
    "min.cleanable.dirty.ratio": "0.001",
    "delete.retention.ms": "86400000",
}
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


@pytest.fixture(scope="module")
def eager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_server(tmp_path_factory.mktemp("eager"), EAGER)
    server.start()
    yield server
    if server.running:
        server.stop()


Found = list[tuple[int, bytes | None, bytes | None]]


def read_all(server: Server, topic: str) -> Found:
    """Offset, key and value of every record that is there."""
    consumer = Consumer(
        {
            "bootstrap.servers": server.bootstrap,
            "group.id": "reader",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "log_level": 2,
        }
    )
    consumer.assign([TopicPartition(topic, 0, 0)])
    found: Found = []
    while True:
        message = consumer.poll(DEADLINE_S)
        assert message is not None, "the end of the topic was not reached in time"
        if message.error():
            consumer.close()
            return found
        offset = message.offset()
        assert offset is not None
        found.append((offset, message.key(), message.value()))


def write(server: Server, topic: str, pairs: list[tuple[str, str | None]], codec: str = "none") -> None:
    """One batch that is a segment of its own, because it comes later than the last one may grow."""
    producer = Producer(
        {
            "bootstrap.servers": server.bootstrap,
            "linger.ms": 50,
            "compression.codec": codec,
            "enable.idempotence": True,
            "log_level": 2,
        }
    )
    for key, value in pairs:
        producer.produce(topic, key=key, value=value)
    assert producer.flush(DEADLINE_S) == 0


def fill(server: Server, topic: str) -> Found:
    """Batches of every codec with keys that come again; what a cleaner must leave of all but the last batch."""
    written: list[tuple[int, str, str | None]] = []
    for round_, codec in enumerate(CODECS * 2):
        pairs: list[tuple[str, str | None]] = [
            (f"k{number % 4}", f"{codec}-{round_}-{number}" * 3) for number in range(6)
        ]
        pairs.append((f"only-{round_}", "once"))
        pairs.append(("gone", None if round_ % 2 else "here"))
        write(server, topic, pairs, codec)
        written += [(len(written) + at, key, value) for at, (key, value) in enumerate(pairs)]
        time.sleep(0.25)  # by now the next batch begins a segment
    last = len(written) - 8
    newest = {key: offset for offset, key, _ in written if offset < last}
    return [
        (offset, key.encode(), None if value is None else value.encode())
        for offset, key, value in written
        if offset >= last or newest[key] == offset
    ]


def test_the_same_records_are_left_and_their_offsets_stay(eager: Server) -> None:
    topic = make_topic(eager, config=COMPACT)
    expected = fill(eager, topic)
    eventually(lambda: read_all(eager, topic) == expected or None, "the cleaner to leave the last records")
    eager.restart()
    assert read_all(eager, topic) == expected
    eager.restart(clean=False)
    assert read_all(eager, topic) == expected


def test_a_tombstone_goes_when_its_time_is_over(eager: Server) -> None:
    topic = make_topic(eager, config=COMPACT | {"delete.retention.ms": "300"})
    write(eager, topic, [("a", "1"), ("b", "1")])
    time.sleep(0.3)
    write(eager, topic, [("a", None)])

    def gone() -> bool | None:
        # Each new record closes a segment, and what is closed is dirty again.
        write(eager, topic, [("tick", "tock")])
        time.sleep(0.3)
        return {key for _, key, _ in read_all(eager, topic)} == {b"b", b"tick"} or None

    eventually(gone, "the tombstone to go")


def test_kafkas_own_tool_finds_nothing_in_what_was_cleaned(eager: Server) -> None:
    topic = make_topic(eager, config=COMPACT)
    expected = fill(eager, topic)
    eventually(lambda: read_all(eager, topic) == expected or None, "the cleaner to leave the last records")
    eager.stop()
    compacted = {path.name.rpartition("-")[0] for path in data_of(eager).iterdir() if path.is_dir()}
    assert_kafka_finds_nothing(data_of(eager), compacted=compacted)


def data_of(server: Server) -> Path:
    return server.directory / "data"


def test_much_is_cleaned_while_others_are_served(eager: Server) -> None:
    if not isinstance(eager, KwireServer):
        pytest.skip("about the cleaning process of kwire")
    if not eager.running:
        eager.start()
    topic = make_topic(eager, config=COMPACT | {"segment.ms": "604800000"})
    producer = Producer({"bootstrap.servers": eager.bootstrap, "linger.ms": 5, "log_level": 2})
    for number in range(12_000):
        producer.produce(topic, key=f"k{number % 100}", value=b"%06d" % number + bytes(1000))
        if number % 1000 == 0:
            producer.flush(DEADLINE_S)
    assert producer.flush(DEADLINE_S) == 0
    directory = data_of(eager) / f"{topic}-0"

    def small() -> bool | None:
        return log_bytes(directory) < 3_000_000 or None

    eventually(small, "twelve megabytes to be cleaned")
    last = {key: value for _, key, value in read_all(eager, topic) if value is not None}
    assert {key: int(value[:6]) for key, value in last.items()} == {
        f"k{number}".encode(): 11_900 + number for number in range(100)
    }
