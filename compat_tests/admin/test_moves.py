"""Partitions move between log directories while they are written to, and a server is killed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import confluent_kafka
import pytest

from compat_tests.harness import (
    DEADLINE_S,
    Server,
    eventually,
    kafka_jars,
    make_server,
    require,
    run_java,
    skip_without,
    worker_count,
)
from compat_tests.topics import make_topic
from compat_tests.transactions.wire import Servers
from kwire.codec.messages import load
from kwire.errors import ErrorCode

pytestmark = pytest.mark.skipif(worker_count() > 1, reason="each worker moves what it leads")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    directories = [tmp_path / name for name in ("one", "two")]
    server = make_server(tmp_path / "server", {"log.dirs": ",".join(map(str, directories))})
    server.start()
    yield server
    server.stop()


def described(server: Server, topic: str) -> dict[str, list[bool]]:
    """By directory: whether the partition is in it, and whether it is on its way there."""
    wire, talk = load(35), Servers(server.bootstrap)
    asked = [wire.DescribableLogDirTopic(topic, [0])]
    try:
        results = talk.any().ask(35, 4, wire.DescribeLogDirsRequest(topics=asked)).results
    finally:
        talk.close()
    return {
        result.log_dir: [part.is_future_key for each in result.topics for part in each.partitions]
        for result in results
    }


def places(server: Server, topic: str) -> dict[str, bool]:
    """In which directories it is, and whether it is on its way there."""
    return {path: found[0] for path, found in described(server, topic).items() if found}


def move(server: Server, topic: str) -> str:
    """To the other directory, which is told."""
    (there,) = (path for path, found in described(server, topic).items() if not found)
    wire, talk = load(34), Servers(server.bootstrap)
    wanted = wire.AlterReplicaLogDir(there, [wire.AlterReplicaLogDirTopic(topic, [0])])
    try:
        answer = talk.any().ask(34, 2, wire.AlterReplicaLogDirsRequest(dirs=[wanted]))
    finally:
        talk.close()
    assert answer.results[0].partitions[0].error_code == ErrorCode.NONE
    return there


def write(server: Server, topic: str, numbers: range) -> None:
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap, "log_level": 2})
    for number in numbers:
        while True:
            try:
                producer.produce(topic, b"%d " % number + bytes(1000))
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(DEADLINE_S) == 0


def read(server: Server, topic: str, count: int) -> list[int]:
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": server.bootstrap, "group.id": "reader", "log_level": 2}
    )
    try:
        consumer.assign([confluent_kafka.TopicPartition(topic, 0, 0)])
        found: list[int] = []
        while len(found) < count:
            for message in consumer.consume(1000, timeout=DEADLINE_S):
                value = message.value()
                assert value is not None
                found.append(int(value.split()[0]))
        return found
    finally:
        consumer.close()


def test_a_partition_moves_while_it_is_written_to(server: Server) -> None:
    topic = make_topic(server, config={"segment.bytes": str(1 << 20)})
    write(server, topic, range(20_000))
    there = move(server, topic)
    write(server, topic, range(20_000, 30_000))
    eventually(lambda: places(server, topic) == {there: False}, "the partition has moved")
    write(server, topic, range(30_000, 31_000))
    assert read(server, topic, 31_000) == [*range(31_000)]
    server.restart()
    assert places(server, topic) == {there: False}
    assert read(server, topic, 31_000) == [*range(31_000)]


def test_a_killed_server_goes_on_with_its_moves(server: Server) -> None:
    topic = make_topic(server, config={"segment.bytes": str(1 << 20)})
    write(server, topic, range(20_000))
    there = move(server, topic)
    server.restart(clean=False)
    eventually(lambda: places(server, topic) == {there: False}, "the partition has moved")
    assert read(server, topic, 20_000) == [*range(20_000)]


@pytest.mark.java
def test_kafka_s_tool_moves_a_partition_and_verifies_that_it_has_moved(
    server: Server, tmp_path: Path
) -> None:
    skip_without(lambda: (require("java"), kafka_jars()))
    topic = make_topic(server)
    write(server, topic, range(1000))
    (there,) = (path for path, found in described(server, topic).items() if not found)
    plan = tmp_path / "plan.json"
    wanted = {"topic": topic, "partition": 0, "replicas": [1], "log_dirs": [there]}
    plan.write_text(json.dumps({"version": 1, "partitions": [wanted]}))

    def reassign(step: str) -> str:
        asked = ("--bootstrap-server", server.bootstrap, step, "--reassignment-json-file", str(plan))
        return run_java("org.apache.kafka.tools.reassign.ReassignPartitionsCommand", *asked).stdout

    assert f"log directory to {there} for replica {topic}-0" in reassign("--execute")
    eventually(
        lambda: f"Reassignment of replica {topic}-0-1 completed successfully." in reassign("--verify"),
        "the tool sees that the partition has moved",
    )
    assert places(server, topic) == {there: False}
    assert read(server, topic, 1000) == [*range(1000)]
