"""The Java client's transactions, and Apache Kafka's own tool for looking at them and ending those that hang."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import confluent_kafka
import pytest

from compat_tests.harness import (
    DEADLINE_S,
    Server,
    eventually,
    java_classes,
    kafka_jars,
    make_server,
    require,
    run_java,
    skip_without,
    unique,
)
from compat_tests.topics import make_topic
from compat_tests.transactions.reading import seen, until_seen
from compat_tests.transactions.wire import Servers

pytestmark = pytest.mark.java

TOOL = "org.apache.kafka.tools.TransactionsCommand"
HERE = Path(__file__).resolve().parent

SETTINGS = {
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
    "transaction.state.log.num.partitions": "6",
    "offsets.topic.num.partitions": "6",
}


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    skip_without(lambda: (require("java"), require("javac"), kafka_jars()))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_server(tmp_path_factory.mktemp("server"), SETTINGS)
    server.start()
    yield server
    server.stop()


def transactor(server: Server, what: str, *arguments: str) -> str:
    """What an application with the Java client printed."""
    classes = java_classes(HERE / "Transactor.java")
    done = run_java(
        "Transactor", what, server.bootstrap, *arguments, classpath=[classes], timeout_s=2 * DEADLINE_S
    )
    return done.stdout.strip()


def tool(server: Server, *arguments: str) -> list[list[str]]:
    """The rows that `kafka-transactions` printed, without the head."""
    done = run_java(TOOL, "--bootstrap-server", server.bootstrap, *arguments)
    assert "Exception" not in done.stderr, done.stderr
    rows = [[cell.strip() for cell in line.split("\t")] for line in done.stdout.splitlines() if line.strip()]
    return rows[1:]


def test_consume_transform_produce_with_aborts_in_between_is_exactly_once(server: Server) -> None:
    source, target = make_topic(server, partitions=3), make_topic(server, partitions=3)
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap})
    for number in range(1000):
        producer.produce(source, key=f"{number % 7}", value=f"value {number}")
    assert producer.flush(DEADLINE_S) == 0
    said = transactor(server, "transform", source, target, unique("group"), unique("id"), "1000", "3")
    assert said == "transformed 1000, aborted true"
    until_seen(server, target, *(f"VALUE {number}" for number in range(1000)))


def test_the_second_producer_of_an_id_fences_the_first(server: Server) -> None:
    topic = make_topic(server)
    assert transactor(server, "fence", topic, unique("id")) == "fenced: ProducerFencedException"
    until_seen(server, topic, "of the second")


def test_what_a_producer_that_died_left_is_aborted_in_time_and_consumers_move_on(server: Server) -> None:
    topic, name = make_topic(server), unique("id")
    assert transactor(server, "abandon", topic, name, "2000") == "written"
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap})
    producer.produce(topic, value="later")
    assert producer.flush(DEADLINE_S) == 0
    until_seen(server, topic, "later")


@pytest.mark.parametrize("outcome", ["commit", "abort"])
def test_a_successor_in_another_process_ends_what_was_prepared(server: Server, outcome: str) -> None:
    """Two-phase commit as Flink's sink does it: the producer's id and epoch are in a checkpoint, and are resumed."""
    topic, name = make_topic(server), unique("id")
    producer_id, epoch = transactor(server, "prepare", topic, name).split()
    assert transactor(server, "resume", topic, name, producer_id, epoch, outcome) == "ended"
    prepared = [f"prepared {number}" for number in range(10)] if outcome == "commit" else []
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap})
    producer.produce(topic, value="later")
    assert producer.flush(DEADLINE_S) == 0
    until_seen(server, topic, *prepared, "later")


def test_kafka_transactions_lists_and_describes(server: Server) -> None:
    topic, name = make_topic(server), unique("id")
    transactor(server, "abandon", topic, name, "600000")
    (row,) = [row for row in tool(server, "list") if row[0] == name]
    assert row[3] == "Ongoing"
    (described,) = tool(server, "describe", "--transactional-id", name)
    assert described[1] == name
    assert described[2] == row[2]
    assert "Ongoing" in described
    assert f"{topic}-0" in described
    (producer,) = tool(server, "describe-producers", "--topic", topic, "--partition", "0")
    assert producer[0] == row[2]
    assert producer[5] == "0", "where its transaction begins"
    tool(server, "forceTerminateTransaction", "--transactionalId", name)
    eventually(
        lambda: [row[3] for row in tool(server, "list") if row[0] == name] != ["Ongoing"],
        "the transaction ended",
    )
    assert seen(server, topic, committed=False) == ["abandoned"]
    until_seen(server, topic)


def test_kafka_transactions_finds_what_hangs_and_ends_it(tmp_path: Path) -> None:
    """A transaction that its coordinator knows nothing of: what a broker without verification can be left with."""
    server = make_server(tmp_path, {**SETTINGS, "transaction.partition.verification.enable": "false"})
    server.start()
    topic = make_topic(server)
    talk = Servers(server.bootstrap)
    producer = talk.init(unique("id"))
    long_ago_ms = talk.time_ms() - 3_600_000
    answer = talk.produce(unique("other"), producer, topic, version=11, time_ms=long_ago_ms)
    assert answer.error_code == 0
    talk.close()
    hanging = [row for row in tool(server, "find-hanging", "--topic", topic) if row[0] == topic]
    assert [row[1:3] for row in hanging] == [["0", str(producer.producer_id)]]
    place = ["--topic", topic, "--partition", "0"]
    run_java(TOOL, "--bootstrap-server", server.bootstrap, "abort", *place, "--start-offset", "0")
    assert [row for row in tool(server, "find-hanging", "--topic", topic) if row[0] == topic] == []
    (described,) = tool(server, "describe-producers", *place)
    assert described[5] == "None"
    server.stop()
