"""Kafka Connect, alone and distributed: files into topics and topics into files, with workers that are killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import confluent_kafka
import pytest
from confluent_kafka.admin import AdminClient, ConfigResource

from compat_tests.connect.workers import (
    FILE_SINK,
    FILE_SOURCE,
    START_S,
    STRINGS,
    RestError,
    Worker,
    connect_jars,
)
from compat_tests.harness import DEADLINE_S, Server, eventually, skip_without, unique
from compat_tests.topics import make_topic
from compat_tests.transactions.reading import records, seen

pytestmark = pytest.mark.java

JSON = "org.apache.kafka.connect.json.JsonConverter"


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    skip_without(connect_jars)


@pytest.fixture(scope="module")
def pair(_module_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Worker]]:
    """Two workers of one cluster, which the tests of this module share."""
    directory = tmp_path_factory.mktemp("connect")
    settings = {
        "group.id": "connect",
        **{f"{what}.storage.topic": f"connect-{what}" for what in ("config", "offset", "status")},
        "config.storage.replication.factor": "1",
        "offset.storage.replication.factor": "1",
        "status.storage.replication.factor": "1",
        "exactly.once.source.support": "enabled",
        "scheduled.rebalance.max.delay.ms": "1000",
        "session.timeout.ms": "6000",
        "heartbeat.interval.ms": "1000",
        "connector.client.config.override.policy": "All",
    }
    workers = [Worker(_module_server, directory / str(number), settings) for number in (1, 2)]
    try:
        for worker in workers:
            worker.start()
        yield workers
    finally:
        for worker in workers:
            worker.kill()


@pytest.fixture
def workers(server: Server, pair: list[Worker]) -> list[Worker]:
    """Both run, and nothing is left of the test before."""
    for worker in pair:
        assert worker.process is not None
        if worker.process.poll() is not None:
            worker.start()
    for name in pair[0].patiently("GET", "/connectors"):
        pair[0].patiently("DELETE", f"/connectors/{name}")
    return pair


def write(server: Server, topic: str, *values: str, partitions: int = 1) -> None:
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap})
    for number, value in enumerate(values):
        producer.produce(topic, value.encode(), partition=number % partitions)
    assert producer.flush(DEADLINE_S) == 0


def append(file: Path, *lines: str) -> None:
    with file.open("a") as sink:
        sink.write("".join(f"{line}\n" for line in lines))


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def numbers(begin: int, end: int) -> list[str]:
    return [f"{number:05d}" for number in range(begin, end)]


def status_of(worker: Worker, path: str) -> int:
    """The HTTP status of an answer."""
    try:
        worker.get(path)
    except RestError as error:
        return error.status
    return 200


def until_lines(file: Path, expected: list[str]) -> None:
    eventually(lambda: sorted(lines(file)) == sorted(expected), f"{len(expected)} lines", deadline_s=START_S)


def until_seen(server: Server, topic: str, expected: list[str]) -> None:
    eventually(lambda: seen(server, topic) == expected, f"{len(expected)} records", deadline_s=START_S)


def test_a_worker_alone_copies_a_file_through_a_topic_and_goes_on_where_it_was(
    server: Server, tmp_path: Path
) -> None:
    topic = make_topic(server)
    source, sink = tmp_path / "source.txt", tmp_path / "sink.txt"
    worker = Worker(
        server,
        tmp_path,
        {"offset.storage.file.filename": str(tmp_path / "offsets")},
        [
            {"name": "source", "connector.class": FILE_SOURCE, "file": source, "topic": topic},
            {"name": unique("sink"), "connector.class": FILE_SINK, "file": sink, "topics": topic},
        ],
    )
    append(source, *numbers(0, 100))
    try:
        worker.start()
        until_lines(sink, numbers(0, 100))
        worker.stop()
        append(source, *numbers(100, 150))
        worker.start()
        until_lines(sink, numbers(0, 150))
        assert seen(server, topic) == numbers(0, 150)
    finally:
        worker.kill()


def test_the_topics_of_a_cluster_are_compacted(server: Server, workers: list[Worker]) -> None:
    admin = AdminClient({"bootstrap.servers": server.bootstrap})
    known = admin.list_topics(timeout=DEADLINE_S).topics
    partitions = {name: len(known[name].partitions) for name in known if name.startswith("connect-")}
    assert partitions == {"connect-config": 1, "connect-offset": 25, "connect-status": 5}
    for name in partitions:
        resource = ConfigResource(ConfigResource.Type.TOPIC, name)
        config = admin.describe_configs([resource])[resource].result(DEADLINE_S)
        assert config["cleanup.policy"].value == "compact"


def test_the_rest_interface_names_the_cluster_and_its_plugins(server: Server, workers: list[Worker]) -> None:
    admin = AdminClient({"bootstrap.servers": server.bootstrap})
    told = workers[0].get("/")
    assert told["version"] == "4.3.0"
    assert told["kafka_cluster_id"] == admin.list_topics(timeout=DEADLINE_S).cluster_id
    assert {FILE_SINK, FILE_SOURCE} <= {each["class"] for each in workers[1].get("/connector-plugins")}
    checked = workers[0].ask(
        "PUT",
        "/connector-plugins/FileStreamSource/config/validate",
        {"connector.class": FILE_SOURCE, "name": "x"},
    )
    assert checked["error_count"] > 0  # a topic is missing


def test_connectors_are_made_paused_stopped_resumed_changed_and_deleted(
    server: Server, workers: list[Worker], tmp_path: Path
) -> None:
    one, two = workers
    topic, name = make_topic(server), unique("source")
    source = tmp_path / "source.txt"
    append(source, *numbers(0, 10))
    one.create(name, connector_class=FILE_SOURCE, file=source, topic=topic)
    two.await_states(name, "RUNNING", "RUNNING")
    until_seen(server, topic, numbers(0, 10))
    assert two.get("/connectors") == [name]
    assert two.get(f"/connectors/{name}")["config"]["topic"] == topic
    eventually(lambda: two.get(f"/connectors/{name}/topics") == {name: {"topics": [topic]}}, "its topics")

    two.patiently("PUT", f"/connectors/{name}/pause")
    one.await_states(name, "PAUSED", "PAUSED")
    append(source, *numbers(10, 20))
    one.patiently("PUT", f"/connectors/{name}/resume")
    one.await_states(name, "RUNNING", "RUNNING")
    until_seen(server, topic, numbers(0, 20))

    one.patiently("PUT", f"/connectors/{name}/stop")
    one.await_states(name, "STOPPED")
    offsets = one.patiently("GET", f"/connectors/{name}/offsets")["offsets"]
    assert [each["offset"] for each in offsets] == [{"position": 6 * 20}]
    changed = {"offsets": [{"partition": offsets[0]["partition"], "offset": {"position": 6 * 15}}]}
    one.patiently("PATCH", f"/connectors/{name}/offsets", changed)
    one.patiently("PUT", f"/connectors/{name}/resume")
    until_seen(server, topic, sorted([*numbers(0, 20), *numbers(15, 20)]))

    other = make_topic(server)
    config = {**one.get(f"/connectors/{name}/config"), "topic": other}
    # Stopped first: the old task would otherwise go on until the new settings have come to its worker.
    one.patiently("PUT", f"/connectors/{name}/stop")
    one.await_states(name, "STOPPED")
    one.patiently("PUT", f"/connectors/{name}/config", config)
    one.patiently("PUT", f"/connectors/{name}/resume")
    append(source, *numbers(20, 30))
    until_seen(server, other, numbers(20, 30))
    one.patiently("POST", f"/connectors/{name}/restart?includeTasks=true")
    append(source, *numbers(30, 40))
    until_seen(server, other, numbers(20, 40))

    one.patiently("PUT", f"/connectors/{name}/stop")
    one.await_states(name, "STOPPED")
    one.patiently("DELETE", f"/connectors/{name}/offsets")
    assert one.patiently("GET", f"/connectors/{name}/offsets") == {"offsets": []}
    one.patiently("DELETE", f"/connectors/{name}")
    eventually(lambda: two.get("/connectors") == [], "no connector is left")
    eventually(lambda: status_of(two, f"/connectors/{name}/status") == 404, "nobody knows it")


def test_the_tasks_of_a_worker_that_is_killed_are_taken_over(
    server: Server, workers: list[Worker], tmp_path: Path
) -> None:
    one, two = workers
    topic = make_topic(server, partitions=4)
    # Several sinks, so that both workers have tasks; each writes a file of its own.
    sinks = [unique("sink") for _ in range(4)]
    for name in sinks:
        one.create(
            name,
            connector_class=FILE_SINK,
            file=tmp_path / name,
            topics=topic,
            tasks_max=1,
            consumer_override_session_timeout_ms=6000,
            consumer_override_heartbeat_interval_ms=500,
        )
        one.await_states(name, "RUNNING", "RUNNING")
    write(server, topic, *numbers(0, 100), partitions=4)
    for name in sinks:
        until_lines(tmp_path / name, numbers(0, 100))
    eventually(lambda: len(set().union(*map(one.owners, sinks))) == 2, "both workers have tasks")
    two.kill()
    write(server, topic, *numbers(100, 200), partitions=4)
    for name in sinks:
        # What was written and not committed yet when it was killed comes twice.
        eventually(
            lambda name=name: set(lines(tmp_path / name)) == set(numbers(0, 200)),  # type: ignore[misc]
            f"all lines of {name}",
            deadline_s=START_S,
        )
    survivor = f"127.0.0.1:{one.port}"
    eventually(lambda: set().union(*map(one.owners, sinks)) == {survivor}, "one worker has all tasks")
    two.start()
    eventually(
        lambda: len(set().union(*map(one.owners, sinks))) == 2, "both have tasks again", deadline_s=START_S
    )


def test_a_source_is_copied_exactly_once_though_its_workers_are_killed(
    server: Server, workers: list[Worker], tmp_path: Path
) -> None:
    topic, name = make_topic(server), unique("once")
    source = tmp_path / "source.txt"
    append(source, *numbers(0, 1500))
    workers[0].create(
        name,
        connector_class=FILE_SOURCE,
        file=source,
        topic=topic,
        exactly_once_support="required",
        batch_size=100,  # each in a transaction of its own, about one a second
        offsets_storage_topic=f"{name}-offsets",
    )
    for number, worker in enumerate(workers):
        eventually(lambda: seen(server, topic), "something was copied", deadline_s=START_S)
        worker.kill()
        append(source, *numbers(1500 + 250 * number, 1750 + 250 * number))
        if number == 1:
            workers[0].start()
    until_seen(server, topic, numbers(0, 2000))
    assert [value for _, value in records(server, topic)] == numbers(0, 2000)


def test_records_that_cannot_be_read_go_to_the_dead_letter_queue(
    server: Server, workers: list[Worker], tmp_path: Path
) -> None:
    topic, dead, name = make_topic(server), unique("dead"), unique("sink")
    workers[0].create(
        name,
        connector_class=FILE_SINK,
        file=tmp_path / "sink.txt",
        topics=topic,
        **{
            "value.converter": JSON,
            "value.converter.schemas.enable": "false",
            "errors.tolerance": "all",
            "errors.deadletterqueue.topic.name": dead,
            "errors.deadletterqueue.topic.replication.factor": "1",
            "errors.deadletterqueue.context.headers.enable": "true",
        },
    )
    write(server, topic, '{"a": 1}', "no json", '{"a": 2}')
    until_lines(tmp_path / "sink.txt", ["{a=1}", "{a=2}"])
    until_seen(server, dead, ["no json"])
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": server.bootstrap, "group.id": unique("reader"), "auto.offset.reset": "earliest"}
    )
    consumer.assign([confluent_kafka.TopicPartition(dead, 0, 0)])
    message = consumer.poll(DEADLINE_S)
    assert message is not None
    headers = dict(message.headers() or [])
    consumer.close()
    assert headers["__connect.errors.topic"] == topic.encode()
    assert headers["__connect.errors.offset"] == b"1"
    assert headers["__connect.errors.connector.name"] == name.encode()


def test_a_transform_and_headers_on_the_way(server: Server, workers: list[Worker], tmp_path: Path) -> None:
    topic, name = make_topic(server), unique("source")
    append(tmp_path / "source.txt", "a", "b")
    workers[0].create(
        name,
        connector_class=FILE_SOURCE,
        file=tmp_path / "source.txt",
        topic=topic,
        **{
            "transforms": "wrap,say",
            "transforms.wrap.type": "org.apache.kafka.connect.transforms.HoistField$Value",
            "transforms.wrap.field": "line",
            "transforms.say.type": "org.apache.kafka.connect.transforms.InsertHeader",
            "transforms.say.header": "from",
            "transforms.say.value.literal": "a file",
            "value.converter": JSON,
            "value.converter.schemas.enable": "false",
            "topic.creation.default.replication.factor": "1",
            "topic.creation.default.partitions": "1",
        },
    )
    eventually(lambda: len(seen(server, topic)) == 2, "both lines", deadline_s=START_S)
    assert [json.loads(value) for value in seen(server, topic)] == [{"line": "a"}, {"line": "b"}]


def test_a_source_makes_the_topic_that_it_writes_to(
    server: Server, workers: list[Worker], tmp_path: Path
) -> None:
    topic = unique("made")
    append(tmp_path / "source.txt", "a", "b")
    workers[0].create(
        unique("source"),
        connector_class=FILE_SOURCE,
        file=tmp_path / "source.txt",
        topic=topic,
        **{
            "topic.creation.default.replication.factor": "1",
            "topic.creation.default.partitions": "3",
            "topic.creation.default.retention.ms": "7000000",
            "value.converter": STRINGS,
        },
    )
    admin = AdminClient({"bootstrap.servers": server.bootstrap})
    eventually(lambda: topic in admin.list_topics(timeout=DEADLINE_S).topics, "the topic", deadline_s=START_S)
    until_seen(server, topic, ["a", "b"])
    assert len(admin.list_topics(topic, timeout=DEADLINE_S).topics[topic].partitions) == 3
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    config = admin.describe_configs([resource])[resource].result(DEADLINE_S)
    assert config["retention.ms"].value == "7000000"


def test_workers_go_on_when_the_server_was_killed(
    server: Server, workers: list[Worker], tmp_path: Path
) -> None:
    topic, source, sink = make_topic(server), tmp_path / "source.txt", tmp_path / "sink.txt"
    append(source, *numbers(0, 50))
    source_name, sink_name = unique("source"), unique("sink")
    workers[0].create(source_name, connector_class=FILE_SOURCE, file=source, topic=topic)
    workers[0].create(sink_name, connector_class=FILE_SINK, file=sink, topics=topic)
    until_lines(sink, numbers(0, 50))
    server.restart(clean=False)
    append(source, *numbers(50, 100))
    eventually(lambda: set(lines(sink)) == set(numbers(0, 100)), "all lines", deadline_s=START_S)
    until_seen(server, topic, numbers(0, 100))
