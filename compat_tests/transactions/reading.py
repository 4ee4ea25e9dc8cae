"""What readers of a topic see."""

from __future__ import annotations

import confluent_kafka
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from compat_tests.harness import DEADLINE_S, Server, eventually, unique


def records(server: Server, topic: str, *, committed: bool = True) -> list[tuple[str, str]]:
    """(key, value) of all records up to where readers get, partition by partition."""
    reader = confluent_kafka.Consumer(
        {
            "bootstrap.servers": server.bootstrap,
            "group.id": unique("reader"),
            "isolation.level": "read_committed" if committed else "read_uncommitted",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )
    partitions = reader.list_topics(topic, DEADLINE_S).topics[topic].partitions
    reader.assign([TopicPartition(topic, index, 0) for index in partitions])
    found: list[tuple[int, int, str, str]] = []
    ended = set()
    while len(ended) < len(partitions):
        message = reader.poll(DEADLINE_S)
        assert message is not None, "the server answers"
        problem = message.error()
        if problem is None:
            key = (message.key() or b"").decode()
            found.append((message.partition(), message.offset(), key, message.value().decode()))
        elif problem.code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
        else:
            raise KafkaException(problem)
    reader.close()
    return [(key, value) for _, _, key, value in sorted(found)]


def seen(server: Server, topic: str, *, committed: bool = True) -> list[str]:
    """All values up to where readers get, in the order of the alphabet."""
    return sorted(value for _, value in records(server, topic, committed=committed))


def until_seen(server: Server, topic: str, *values: str) -> None:
    """Wait until a reader of committed records sees these values, in whatever order, and no others."""
    eventually(lambda: seen(server, topic) == sorted(values), f"{len(values)} values in {topic}")
