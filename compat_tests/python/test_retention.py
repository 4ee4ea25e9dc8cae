"""Old records go: what clients see of a log whose start moves on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import confluent_kafka
import pytest

from compat_tests.harness import DEADLINE_S, Server, eventually, make_server
from compat_tests.python.clients import CLIENTS, Client, Message
from compat_tests.topics import make_topic

MIB = 1 << 20


@pytest.fixture(scope="module")
def hasty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that looks for old records all the time."""
    settings = {"log.retention.check.interval.ms": "100", "log.initial.task.delay.ms": "0"}
    server = make_server(tmp_path_factory.mktemp("hasty"), settings)
    server.start()
    yield server
    server.stop()


def fill(server: Server, client: Client, topic: str, count: int) -> None:
    """Records of 300 kB with the time of now: three fit a segment of 1 MiB."""
    now_ms = time.time_ns() // 1_000_000
    messages = [Message(value=b"%d" % index + b"." * 300_000, timestamp_ms=now_ms) for index in range(count)]
    for message in messages:
        client.produce(server.bootstrap, topic, [message])


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_a_log_that_is_too_large_loses_its_oldest_segments(hasty_server: Server, client: Client) -> None:
    topic = make_topic(
        hasty_server, config={"segment.bytes": str(MIB), "retention.bytes": str(MIB), "retention.ms": "-1"}
    )
    fill(hasty_server, client, topic, 10)

    def bounds() -> tuple[int, int] | None:
        found = client.bounds(hasty_server.bootstrap, topic, 0)
        return found if found[0] >= 3 else None

    start, end = eventually(bounds, "the log start to move")
    assert end == 10
    assert start in (3, 6), "one whole segment and more is kept"
    (record,) = client.read(hasty_server.bootstrap, topic, {0: start}, 1)
    assert record.offset in (start, 6), "it may have moved once more meanwhile"
    assert record.value.startswith(b"%d." % start)


def test_a_consumer_that_is_behind_goes_on_at_the_new_start(hasty_server: Server) -> None:
    topic = make_topic(hasty_server, config={"retention.ms": "1000"})
    client = CLIENTS[0]
    fill(hasty_server, client, topic, 4)
    eventually(
        lambda: client.bounds(hasty_server.bootstrap, topic, 0) == (4, 4) or None, "everything to be too old"
    )
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": hasty_server.bootstrap,
            "group.id": "nobody",
            "auto.offset.reset": "error",
            "log_level": 2,
        }
    )
    try:
        consumer.assign([confluent_kafka.TopicPartition(topic, 0, 1)])
        message = consumer.poll(DEADLINE_S)
        assert message is not None
        error = message.error()
        assert error is not None
        assert error.code() == confluent_kafka.KafkaError._AUTO_OFFSET_RESET
        assert "out of range" in error.str()
    finally:
        consumer.close()
    client.produce(
        hasty_server.bootstrap, topic, [Message(value=b"new", timestamp_ms=time.time_ns() // 10**6)]
    )
    (record,) = client.read(hasty_server.bootstrap, topic, {0: 4}, 1)
    assert (record.offset, record.value) == (4, b"new")
