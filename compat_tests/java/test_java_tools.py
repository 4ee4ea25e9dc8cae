"""Apache Kafka's own command-line tools, and a program with its Java client, against the server."""

from __future__ import annotations

import json
import re
from pathlib import Path

import confluent_kafka
import pytest

from compat_tests.harness import (
    DEADLINE_S,
    JAVA_DIR,
    Server,
    eventually,
    java_classes,
    kafka_jars,
    require,
    run_java,
    skip_without,
    unique,
)
from compat_tests.python.clients import CLIENTS, Committed, Message
from compat_tests.topics import make_topic

pytestmark = pytest.mark.java

client = CLIENTS[0]

TOPICS = "org.apache.kafka.tools.TopicCommand"
CONFIGS = "kafka.admin.ConfigCommand"
GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
GET_OFFSETS = "org.apache.kafka.tools.GetOffsetShell"
DELETE_RECORDS = "org.apache.kafka.tools.DeleteRecordsCommand"
API_VERSIONS = "org.apache.kafka.tools.BrokerApiVersionsCommand"
PRODUCER_PERFORMANCE = "org.apache.kafka.tools.ProducerPerformance"
CONSUMER_PERFORMANCE = "org.apache.kafka.tools.ConsumerPerformance"
CONSOLE_PRODUCER = "org.apache.kafka.tools.ConsoleProducer"
CONSOLE_CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer"


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    skip_without(lambda: (require("java"), kafka_jars()))


def tool(server: Server, main_class: str, *arguments: str, stdin: str | None = None) -> str:
    """What the tool printed; a non-zero exit fails the test."""
    done = run_java(main_class, "--bootstrap-server", server.bootstrap, *arguments, stdin=stdin)
    assert "Exception" not in done.stderr, done.stderr
    return done.stdout


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def test_console_producer_and_consumer_carry_lines_keys_and_headers(server: Server) -> None:
    topic = make_topic(server)
    sent = [f"h:{number}\tkey{number}\tvalue {number} ☃" for number in range(50)]
    options = ["--reader-property", "parse.key=true", "--reader-property", "parse.headers=true"]
    tool(server, CONSOLE_PRODUCER, "--topic", topic, *options, stdin="\n".join(sent) + "\n")
    shown = ["print.key=true", "print.headers=true", "print.offset=true", "print.partition=true"]
    options = [part for name in shown for part in ("--formatter-property", name)]
    output = tool(
        server, CONSOLE_CONSUMER, "--topic", topic, "--from-beginning", "--max-messages", "50", *options
    )
    assert lines(output) == [f"Partition:0\tOffset:{number}\t{line}" for number, line in enumerate(sent)]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_the_java_client_reads_every_codec_and_others_read_its(server: Server, codec: str) -> None:
    topic = make_topic(server)
    client.produce(server.bootstrap, topic, [Message(value=b"%d" % i) for i in range(100)], codec=codec)
    sent = "\n".join(str(number) for number in range(100, 200))
    tool(server, CONSOLE_PRODUCER, "--topic", topic, "--compression-codec", codec, stdin=sent + "\n")
    output = tool(server, CONSOLE_CONSUMER, "--topic", topic, "--from-beginning", "--max-messages", "200")
    assert lines(output) == [str(number) for number in range(200)]
    received = client.read(server.bootstrap, topic, {0: 0}, 200)
    assert [record.value for record in received] == [b"%d" % number for number in range(200)]


def test_console_consumers_of_one_group_carry_on_where_the_last_one_stopped(server: Server) -> None:
    topic, group = make_topic(server), unique("group")
    client.produce(server.bootstrap, topic, [Message(value=b"%d" % number) for number in range(20)])
    options = ["--topic", topic, "--group", group, "--from-beginning", "--max-messages", "10"]
    first = tool(server, CONSOLE_CONSUMER, *options)
    second = tool(server, CONSOLE_CONSUMER, *options)
    assert lines(first) + lines(second) == [str(number) for number in range(20)]


def test_kafka_topics_creates_lists_describes_alters_and_deletes(server: Server) -> None:
    name = unique("tool")
    config = ["--config", "retention.ms=60000", "--config", "cleanup.policy=compact"]
    output = tool(server, TOPICS, "--create", "--topic", name, "--partitions", "2", *config)
    assert f"Created topic {name}." in output
    assert name in lines(tool(server, TOPICS, "--list"))
    output = tool(server, TOPICS, "--describe", "--topic", name)
    head, first, second = lines(output)
    assert re.search(rf"Topic: {name}\s.*PartitionCount: 2\s+ReplicationFactor: 1\s", head)
    assert "retention.ms=60000" in head
    assert "cleanup.policy=compact" in head
    for index, line in enumerate((first, second)):
        assert re.search(rf"Partition: {index}\s+Leader: \d+\s+Replicas: \d+\s+Isr: \d+", line)
    tool(server, TOPICS, "--alter", "--topic", name, "--partitions", "4")
    eventually(
        lambda: len(lines(tool(server, TOPICS, "--describe", "--topic", name))) == 5,
        "four partitions described",
    )
    tool(server, TOPICS, "--delete", "--topic", name)
    eventually(lambda: name not in lines(tool(server, TOPICS, "--list")), "the topic gone from the list")
    done = run_java(
        TOPICS, "--bootstrap-server", server.bootstrap, "--describe", "--topic", name, check=False
    )
    assert done.returncode != 0
    assert f"Topic '{name}' does not exist" in done.stdout + done.stderr


def test_kafka_configs_shows_and_changes_topics_and_the_broker(server: Server) -> None:
    topic = make_topic(server)
    of_topic = ["--entity-type", "topics", "--entity-name", topic]
    tool(
        server,
        CONFIGS,
        *of_topic,
        "--alter",
        "--add-config",
        "retention.ms=70000,cleanup.policy=[compact,delete]",
    )

    def described(*entity: str) -> str:
        return tool(server, CONFIGS, *entity, "--describe")

    eventually(lambda: "retention.ms=70000" in described(*of_topic), "the topic's config")
    text = described(*of_topic)
    assert "cleanup.policy=compact,delete" in text
    assert "DYNAMIC_TOPIC_CONFIG:retention.ms=70000" in text
    assert "segment.bytes=1073741824" in described(*of_topic, "--all")
    tool(server, CONFIGS, *of_topic, "--alter", "--delete-config", "retention.ms,cleanup.policy")
    eventually(lambda: "retention.ms=70000" not in described(*of_topic), "the topic's config gone")

    of_brokers = ["--entity-type", "brokers", "--entity-default"]
    tool(server, CONFIGS, *of_brokers, "--alter", "--add-config", "log.retention.ms=123456")
    eventually(lambda: "log.retention.ms=123456" in described(*of_brokers), "the brokers' config")
    # A topic without its own setting follows the brokers'.
    assert "retention.ms=123456" in described(*of_topic, "--all")
    tool(server, CONFIGS, *of_brokers, "--alter", "--delete-config", "log.retention.ms")
    eventually(lambda: "=123456" not in described(*of_brokers), "the brokers' config gone")
    done = run_java(
        CONFIGS,
        *("--bootstrap-server", server.bootstrap, *of_topic, "--alter", "--add-config", "no.such.config=1"),
        check=False,
    )
    assert done.returncode != 0
    assert "InvalidConfigurationException" in done.stderr + done.stdout


def test_kafka_consumer_groups_lists_describes_resets_and_deletes(server: Server) -> None:
    topic, group = make_topic(server, partitions=2), unique("group")
    client.produce(server.bootstrap, topic, [Message(value=b"x", partition=n % 2) for n in range(20)])
    client.commit(server.bootstrap, group, {(topic, 0): Committed(4, ""), (topic, 1): Committed(10, "")})
    assert group in lines(tool(server, GROUPS, "--list"))
    states = [line.split() for line in lines(tool(server, GROUPS, "--list", "--state"))]
    assert [group, "Empty"] in states

    def positions() -> dict[int, tuple[int, int, int]]:
        """partition -> (committed, end, lag)"""
        rows = [line.split() for line in lines(tool(server, GROUPS, "--describe", "--group", group))]
        return {
            int(row[2]): (int(row[3]), int(row[4]), int(row[5])) for row in rows if row[:2] == [group, topic]
        }

    assert positions() == {0: (4, 10, 6), 1: (10, 10, 0)}
    reset = ["--reset-offsets", "--group", group, "--topic", topic]
    tool(server, GROUPS, *reset, "--to-earliest", "--dry-run")
    assert positions() == {0: (4, 10, 6), 1: (10, 10, 0)}
    tool(server, GROUPS, *reset, "--to-earliest", "--execute")
    assert positions() == {0: (0, 10, 10), 1: (0, 10, 10)}
    tool(server, GROUPS, *reset, "--shift-by", "3", "--execute")
    assert positions() == {0: (3, 10, 7), 1: (3, 10, 7)}
    tool(server, GROUPS, "--delete-offsets", "--group", group, "--topic", f"{topic}:1")
    assert positions() == {0: (3, 10, 7)}
    output = tool(server, GROUPS, "--delete", "--group", group)
    assert "successful" in output
    assert group not in lines(tool(server, GROUPS, "--list"))


def test_kafka_consumer_groups_shows_the_members(server: Server) -> None:
    topic, group = make_topic(server, partitions=2), unique("group")
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": server.bootstrap, "group.id": group, "client.id": "the-client"}
    )
    consumer.subscribe([topic])

    def assigned() -> bool:
        consumer.poll(0.1)
        return len(consumer.assignment()) == 2

    eventually(assigned, "two partitions assigned")
    (row,) = [
        line.split()
        for line in lines(tool(server, GROUPS, "--describe", "--group", group, "--members"))
        if line.startswith(group)
    ]
    assert row[0] == group
    assert row[1].startswith("the-client-")
    assert row[2:5] == ["/127.0.0.1", "the-client", "2"]
    output = tool(server, GROUPS, "--describe", "--group", group, "--state")
    coordinators = "|".join(map(re.escape, server.brokers))
    assert re.search(rf"{group}\s+({coordinators})\s.*\sStable\s+1", output)
    consumer.close()


def test_kafka_get_offsets_answers_every_kind_of_question(server: Server) -> None:
    topic = make_topic(server, partitions=2)
    for stamp in (1_700_000_000_000, 1_700_000_300_000, 1_700_000_200_000):
        client.produce(server.bootstrap, topic, [Message(value=b"x", timestamp_ms=stamp, partition=0)])

    def offsets(*question: str) -> list[str]:
        return lines(tool(server, GET_OFFSETS, "--topic", topic, *question))

    assert offsets() == [f"{topic}:0:3", f"{topic}:1:0"]
    assert offsets("--time", "earliest") == [f"{topic}:0:0", f"{topic}:1:0"]
    assert offsets("--time", "max-timestamp") == [f"{topic}:0:1"]
    assert offsets("--time", "1700000000001") == [f"{topic}:0:1"]
    assert offsets("--partitions", "0", "--time", "-1") == [f"{topic}:0:3"]


def test_kafka_delete_records_moves_the_beginning(server: Server, tmp_path: Path) -> None:
    topic = make_topic(server)
    client.produce(server.bootstrap, topic, [Message(value=b"x") for _ in range(10)])
    file = tmp_path / "delete.json"

    def delete_before(offset: int) -> str:
        wanted = {"partitions": [{"topic": topic, "partition": 0, "offset": offset}], "version": 1}
        file.write_text(json.dumps(wanted))
        return tool(server, DELETE_RECORDS, "--offset-json-file", str(file))

    assert "low_watermark: 4" in delete_before(4)
    assert client.bounds(server.bootstrap, topic, 0) == (4, 10)
    assert "OffsetOutOfRangeException" in delete_before(11)


def test_kafka_broker_api_versions_understands_all_that_is_advertised(server: Server) -> None:
    output = tool(server, API_VERSIONS)
    assert f"127.0.0.1:{server.port} (id: " in output
    assert re.search(r"Produce\(0\): \d+ to \d+ \[usable: \d+\]", output)
    assert re.search(r"Fetch\(1\): \d+ to \d+ \[usable: \d+\]", output)


def test_the_performance_tools_run_to_their_end(server: Server) -> None:
    topic = make_topic(server, partitions=2)
    output = tool(
        server,
        PRODUCER_PERFORMANCE,
        *("--topic", topic, "--num-records", "200000", "--record-size", "100", "--throughput", "-1"),
    )
    assert "200000 records sent" in lines(output)[-1]
    output = tool(server, CONSUMER_PERFORMANCE, "--topic", topic, "--num-records", "200000")
    header, figures = lines(output)[-2:]
    row = dict(zip(header.split(", "), figures.split(", "), strict=True))
    assert int(row["data.consumed.in.nMsg"]) >= 200_000


@pytest.mark.parametrize("assignor", ["RangeAssignor", "CooperativeStickyAssignor"])
def test_a_java_application_writes_idempotently_and_reads_as_a_group(server: Server, assignor: str) -> None:
    topic, group = make_topic(server, partitions=4), unique("group")
    arguments = [
        server.bootstrap,
        topic,
        group,
        "20000",
        "zstd",
        f"org.apache.kafka.clients.consumer.{assignor}",
    ]
    done = run_java(
        "GroupRoundTrip",
        *arguments,
        classpath=[java_classes(JAVA_DIR / "GroupRoundTrip.java")],
        timeout_s=2 * DEADLINE_S,
    )
    assert done.stdout.startswith("read 20000 in ")


def test_java_consumers_carry_on_after_a_restart(server: Server) -> None:
    topic, group = make_topic(server), unique("group")
    client.produce(server.bootstrap, topic, [Message(value=b"%d" % number) for number in range(10)])
    options = ["--topic", topic, "--group", group, "--from-beginning", "--max-messages", "10"]
    assert lines(tool(server, CONSOLE_CONSUMER, *options)) == [str(number) for number in range(10)]
    server.restart(clean=False)
    client.produce(server.bootstrap, topic, [Message(value=b"%d" % number) for number in range(10, 20)])
    assert lines(tool(server, CONSOLE_CONSUMER, *options)) == [str(number) for number in range(10, 20)]
