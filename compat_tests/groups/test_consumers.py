"""Clients with `group.protocol=consumer` (KIP-848): librdkafka, the Java client, and Kafka's tools beside them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import confluent_kafka
import pytest
from confluent_kafka.admin import AdminClient

from compat_tests.harness import (
    DEADLINE_S,
    Server,
    eventually,
    kafka_jars,
    make_server,
    require,
    run_java,
    skip_without,
    unique,
)
from compat_tests.topics import make_topic
from tests.kafka_dump import assert_kafka_finds_nothing

SETTINGS = {
    "group.consumer.assignment.interval.ms": "0",
    "group.consumer.min.heartbeat.interval.ms": "100",
    "group.consumer.heartbeat.interval.ms": "300",
    "group.consumer.min.session.timeout.ms": "6000",
    "group.consumer.session.timeout.ms": "6000",
}
GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
CONSOLE_CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer"
PARTITIONS = 4


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Members are heard of more often than by default."""
    server = make_server(tmp_path_factory.mktemp("server"), SETTINGS)
    server.start()
    yield server
    server.stop()


class Reader:
    """One consumer in a thread of its own; it commits what it read."""

    def __init__(self, server: Server, group: str, topic: str, **more: Any) -> None:
        self.read: list[tuple[int, str]] = []
        self.owned: list[int] = []
        self._stop = threading.Event()
        settings = {
            "bootstrap.servers": server.bootstrap,
            "group.id": group,
            "group.protocol": "consumer",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "reconnect.backoff.max.ms": 500,
            **{name.replace("_", "."): value for name, value in more.items()},
        }
        self._consumer = confluent_kafka.Consumer(settings)
        self._consumer.subscribe([topic])
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            message = self._consumer.poll(0.1)
            self.owned = sorted(place.partition for place in self._consumer.assignment())
            if message is not None and not message.error():
                self.read.append((message.partition() or 0, (message.value() or b"").decode()))
                try:
                    self._consumer.commit(message, asynchronous=False)
                except confluent_kafka.KafkaException:
                    continue  # the partition was taken away meanwhile: somebody else reads it again
        self._consumer.close()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def readers(server: Server) -> Iterator[list[Reader]]:
    started: list[Reader] = []
    yield started
    for reader in started:
        reader.close()


def write(server: Server, topic: str, first: int, count: int) -> None:
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap})
    for number in range(first, first + count):
        producer.produce(topic, str(number).encode(), partition=number % PARTITIONS)
    assert producer.flush(DEADLINE_S) == 0


def are_shared(readers: list[Reader]) -> bool:
    owned = [index for reader in readers for index in reader.owned]
    return sorted(owned) == list(range(PARTITIONS)) and all(reader.owned for reader in readers)


def all_read(readers: list[Reader], count: int) -> bool:
    return {value for reader in readers for _, value in reader.read} >= {str(each) for each in range(count)}


def test_members_come_and_go_and_nothing_is_missed(server: Server, readers: list[Reader]) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    write(server, topic, 0, 100)
    readers.append(Reader(server, group, topic))
    eventually(lambda: all_read(readers, 100), "what was there is read")
    readers.append(Reader(server, group, topic))
    eventually(lambda: are_shared(readers), "two members share the partitions")
    write(server, topic, 100, 100)
    eventually(lambda: all_read(readers, 200), "both read on")
    gone = readers.pop(0)
    gone.close()
    eventually(lambda: are_shared(readers), "who stays has everything")
    write(server, topic, 200, 100)
    eventually(lambda: all_read([gone, *readers], 300), "who stays reads on")


def test_the_group_lives_through_a_kill_of_the_server(server: Server, readers: list[Reader]) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    readers += [Reader(server, group, topic, group_instance_id=f"i{number}") for number in range(2)]
    eventually(lambda: are_shared(readers), "two members share the partitions")
    before = [reader.owned for reader in readers]
    server.kill()
    server.start()
    write(server, topic, 0, 100)
    eventually(lambda: all_read(readers, 100), "both read on")
    assert [reader.owned for reader in readers] == before


@pytest.mark.parametrize("strategy", ["cooperative-sticky", "range"])
def test_members_of_both_protocols_share_a_group(
    server: Server, readers: list[Reader], strategy: str
) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    classic = {
        "group_protocol": "classic",
        "session_timeout_ms": 6_000,
        "heartbeat_interval_ms": 300,
        "partition_assignment_strategy": strategy,
    }
    readers.append(Reader(server, group, topic, **classic))
    eventually(lambda: are_shared(readers), "the classic member has everything")
    readers.append(Reader(server, group, topic))
    eventually(lambda: are_shared(readers), "both have their part")
    readers.append(Reader(server, group, topic, **classic))
    eventually(lambda: are_shared(readers), "another classic member has its part")
    write(server, topic, 0, 100)
    eventually(lambda: all_read(readers, 100), "all of them read")
    readers.pop(1).close()
    eventually(lambda: are_shared(readers), "the classic members go on alone")
    write(server, topic, 100, 100)
    eventually(lambda: {value for each in readers for _, value in each.read} >= {"150"}, "and read")


def test_an_administrator_sees_the_group_and_its_members(server: Server, readers: list[Reader]) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    readers += [Reader(server, group, topic), Reader(server, group, topic)]
    eventually(lambda: are_shared(readers), "two members share the partitions")
    admin = AdminClient({"bootstrap.servers": server.bootstrap})

    def is_stable() -> bool:
        described = admin.describe_consumer_groups([group])[group].result(DEADLINE_S)
        parts = [sorted(p.partition for p in each.assignment.topic_partitions) for each in described.members]
        return described.state.name == "STABLE" and sorted(parts) == sorted(r.owned for r in readers)

    eventually(is_stable, "a stable group that is described as it is")
    types = {confluent_kafka.ConsumerGroupType.CONSUMER}
    listed = admin.list_consumer_groups(types=types).result(DEADLINE_S)
    assert group in [each.group_id for each in listed.valid]
    while readers:
        readers.pop().close()
    admin.delete_consumer_groups([group])[group].result(DEADLINE_S)


def _java() -> None:
    skip_without(lambda: (require("java"), kafka_jars()))


def tool(server: Server, main_class: str, *arguments: str) -> list[str]:
    done = run_java(main_class, "--bootstrap-server", server.bootstrap, *arguments)
    return [line for line in done.stdout.splitlines() if line.strip()]


@pytest.mark.java
def test_the_java_client_reads_and_kafkas_tool_describes_its_group(server: Server) -> None:
    _java()
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    write(server, topic, 0, 100)
    options = ["--topic", topic, "--group", group, "--from-beginning", "--max-messages", "60"]
    protocol = ["--command-property", "group.protocol=consumer"]
    first = tool(server, CONSOLE_CONSUMER, *options, *protocol)
    assert len(first) == 60
    options[-1] = "40"
    second = tool(server, CONSOLE_CONSUMER, *options, *protocol)
    assert {*first, *second} == {str(number) for number in range(100)}
    listed = [line.split() for line in tool(server, GROUPS, "--list", "--type", "consumer")]
    assert [group, "Consumer"] in listed
    rows = [line.split() for line in tool(server, GROUPS, "--describe", "--group", group) if topic in line]
    assert sorted((int(row[2]), row[3], row[5]) for row in rows) == [
        (index, "25", "0") for index in range(PARTITIONS)
    ]


@pytest.mark.java
def test_kafkas_tool_shows_members_epochs_and_targets(server: Server, readers: list[Reader]) -> None:
    _java()
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    readers.append(Reader(server, group, topic))
    eventually(lambda: are_shared(readers), "the member has everything")
    state = tool(server, GROUPS, "--describe", "--group", group, "--state", "--verbose")[-1].split()
    assignor, stands, epoch, target_epoch, members = state[-5:]
    assert (assignor, stands, members, epoch) == ("uniform", "Stable", "1", target_epoch)
    member = tool(server, GROUPS, "--describe", "--group", group, "--members", "--verbose")[-1]
    assert f"{topic}:0,1,2,3" in member


@pytest.mark.java
def test_kafkas_dump_reads_every_record_of_the_groups(server: Server) -> None:
    _java()
    server.stop()
    assert_kafka_finds_nothing(server.directory / "data")
    server.start()
