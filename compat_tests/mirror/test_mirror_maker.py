"""MirrorMaker 2 between an Apache Kafka and the server, there and back: records, groups, checkpoints, kills.

"west" is always an Apache Kafka; "east" is the server under test.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import attrs
import confluent_kafka
import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource
from confluent_kafka.cimpl import NewPartitions

from compat_tests.connect.workers import START_S, connect_jars, properties
from compat_tests.harness import DEADLINE_S, KafkaServer, Server, eventually, free_port, skip_without, unique
from compat_tests.python.clients import CLIENTS, Committed, Message
from compat_tests.suites import jvm
from compat_tests.topics import make_topic
from compat_tests.transactions.reading import records

pytestmark = pytest.mark.java

client = CLIENTS[0]


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    skip_without(connect_jars)


@pytest.fixture(scope="module")
def west(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = KafkaServer(tmp_path_factory.mktemp("west"), settings={"log.initial.task.delay.ms": "3600000"})
    server.start()
    yield server
    server.stop()


@attrs.define
class MirrorMaker:
    """MirrorMaker as a process of its own, with both directions on."""

    west: Server
    east: Server
    directory: Path
    settings: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        file = self.directory / "mirror.properties"
        one = {f"{name}.replication.factor": "1" for name in ("checkpoints.topic", "heartbeats.topic")}
        stores = {f"{name}.storage.replication.factor": "1" for name in ("offset", "status", "config")}
        file.write_text(
            properties(
                {
                    "clusters": "west,east",
                    "west.bootstrap.servers": self.west.bootstrap,
                    "east.bootstrap.servers": self.east.bootstrap,
                    "west->east.enabled": "true",
                    "east->west.enabled": "true",
                    "replication.factor": "1",
                    "offset-syncs.topic.replication.factor": "1",
                    **one,
                    **stores,
                    "sync.topic.acls.enabled": "false",
                    "refresh.topics.interval.seconds": "1",
                    "refresh.groups.interval.seconds": "1",
                    "emit.checkpoints.interval.seconds": "1",
                    "sync.group.offsets.enabled": "true",
                    "sync.group.offsets.interval.seconds": "1",
                    "emit.heartbeats.interval.seconds": "1",
                    "sync.topic.configs.interval.seconds": "1",
                    "offset.lag.max": "0",
                    "offset.flush.interval.ms": "500",
                    "consumer.metadata.max.age.ms": "1000",
                    "session.timeout.ms": "6000",
                    "heartbeat.interval.ms": "1000",
                    "scheduled.rebalance.max.delay.ms": "1000",
                    "plugin.discovery": "service_load",
                    **self.settings,
                }
            )
        )
        command = jvm.command(
            "org.apache.kafka.connect.mirror.MirrorMaker",
            f"{connect_jars()}/*",
            options=[jvm.kafka_log_config()],
        )
        with (self.directory / "mirror.log").open("ab") as sink:
            self.process = subprocess.Popen([*command, str(file)], stdout=sink, stderr=sink)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def mirror(
    west: Server, _module_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MirrorMaker]:
    """One MirrorMaker for the tests of this module; what goes east goes exactly once."""
    settings = {
        "east.exactly.once.source.support": "enabled",
        "dedicated.mode.enable.internal.rest": "true",
        "listeners": f"http://127.0.0.1:{free_port(1)}",
    }
    maker = MirrorMaker(west, _module_server, tmp_path_factory.mktemp("mirror"), settings)
    maker.start()
    yield maker
    maker.kill()


@pytest.fixture
def east(server: Server, mirror: MirrorMaker) -> Server:
    assert mirror.process is not None
    if mirror.process.poll() is not None:
        mirror.start()
    return server


def topics(server: Server) -> dict[str, int]:
    """How many partitions each has."""
    known = AdminClient({"bootstrap.servers": server.bootstrap}).list_topics(timeout=DEADLINE_S).topics
    return {name: len(topic.partitions) for name, topic in known.items()}


def await_topic(server: Server, name: str, partitions: int = 1) -> None:
    eventually(
        lambda: topics(server).get(name) == partitions, f"{name} on {server.name}", deadline_s=2 * START_S
    )


def await_records(server: Server, topic: str, expected: list[tuple[str, str]]) -> None:
    eventually(
        lambda: records(server, topic) == expected, f"{len(expected)} records of {topic}", deadline_s=START_S
    )


def write(server: Server, topic: str, begin: int, end: int, partition: int = 0) -> list[tuple[str, str]]:
    pairs = [(f"k{number}", f"{number}") for number in range(begin, end)]
    messages = [Message(key=key.encode(), value=value.encode(), partition=partition) for key, value in pairs]
    client.produce(server.bootstrap, topic, messages)
    return pairs


def config(server: Server, topic: str, name: str) -> str:
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    admin = AdminClient({"bootstrap.servers": server.bootstrap})
    return str(admin.describe_configs([resource])[resource].result(DEADLINE_S)[name].value)


def test_records_go_east_with_keys_headers_timestamps_and_their_partitions(
    west: Server, east: Server
) -> None:
    topic = make_topic(west, partitions=3)
    stamp = 1_700_000_000_000
    for partition in range(3):
        client.produce(
            west.bootstrap,
            topic,
            [
                Message(
                    key=b"k",
                    value=b"%d-%d" % (partition, number),
                    headers=[("h", b"%d" % number)],
                    timestamp_ms=stamp + number,
                    partition=partition,
                )
                for number in range(20)
            ],
        )
    remote = f"west.{topic}"
    await_topic(east, remote, 3)
    eventually(lambda: len(records(east, remote)) == 60, "all records", deadline_s=START_S)
    got = client.read(east.bootstrap, remote, dict.fromkeys(range(3), 0), 60)
    for partition in range(3):
        mine = [each for each in got if each.partition == partition]
        assert [each.value for each in mine] == [b"%d-%d" % (partition, number) for number in range(20)]
        assert [each.timestamp_ms for each in mine] == [stamp + number for number in range(20)]
        assert [list(each.headers) for each in mine] == [[("h", b"%d" % number)] for number in range(20)]


def test_records_go_west_and_do_not_come_back(west: Server, east: Server) -> None:
    topic = make_topic(east)
    expected = write(east, topic, 0, 50)
    await_topic(west, f"east.{topic}")
    await_records(west, f"east.{topic}", expected)
    assert f"west.east.{topic}" not in topics(east)


def test_settings_and_added_partitions_follow(west: Server, east: Server) -> None:
    topic = make_topic(west, config={"cleanup.policy": "compact", "retention.ms": "70000"})
    remote = f"west.{topic}"
    await_topic(east, remote)
    eventually(
        lambda: (
            (config(east, remote, "cleanup.policy"), config(east, remote, "retention.ms"))
            == ("compact", "70000")
        ),
        "the settings",
        deadline_s=START_S,
    )
    admin = AdminClient({"bootstrap.servers": west.bootstrap})
    admin.create_partitions([NewPartitions(topic, 3)])[topic].result(DEADLINE_S)
    await_topic(east, remote, 3)
    expected = write(west, topic, 0, 10, partition=2)
    await_records(east, remote, expected)


def test_the_offsets_of_a_group_are_translated(west: Server, east: Server) -> None:
    topic, group = make_topic(west), unique("group")
    expected = write(west, topic, 0, 100)
    remote = f"west.{topic}"
    await_topic(east, remote)
    await_records(east, remote, expected)
    client.commit(west.bootstrap, group, {(topic, 0): Committed(100, "")})

    def translated() -> int | None:
        found = client.committed(east.bootstrap, group, [(remote, 0)])[(remote, 0)]
        return None if found is None else found.offset

    eventually(lambda: translated() == 100, "the offset of the group", deadline_s=START_S)
    more = write(west, topic, 100, 120)
    await_records(east, remote, [*expected, *more])
    got = client.consume_in_group(east.bootstrap, remote, group, 20)
    assert [each.value for each in got] == [b"%d" % number for number in range(100, 120)]


def test_the_offsets_of_a_group_are_translated_on_the_way_back(west: Server, east: Server) -> None:
    topic, group = make_topic(east), unique("group")
    expected = write(east, topic, 0, 60)
    remote = f"east.{topic}"
    await_topic(west, remote)
    await_records(west, remote, expected)
    client.commit(east.bootstrap, group, {(topic, 0): Committed(60, "")})
    eventually(
        lambda: client.committed(west.bootstrap, group, [(remote, 0)])[(remote, 0)] == Committed(60, ""),
        "the offset of the group",
        deadline_s=START_S,
    )


def test_heartbeats_checkpoints_and_offset_syncs_are_kept(west: Server, east: Server) -> None:
    def kept(server: Server, *names: str) -> bool:
        return set(names) <= topics(server).keys()

    eventually(
        lambda: kept(east, "heartbeats", "west.heartbeats", "west.checkpoints.internal"),
        "topics on the server",
        deadline_s=START_S,
    )
    eventually(
        lambda: kept(west, "heartbeats", "east.heartbeats", "mm2-offset-syncs.east.internal"),
        "topics on the other side",
        deadline_s=START_S,
    )
    assert config(east, "west.checkpoints.internal", "cleanup.policy") == "compact"

    def beats() -> int:
        reader = confluent_kafka.Consumer({"bootstrap.servers": east.bootstrap, "group.id": unique("reader")})
        _, end = reader.get_watermark_offsets(TopicPartition("west.heartbeats", 0), DEADLINE_S)
        reader.close()
        return end

    before = beats()
    eventually(lambda: beats() > before, "another heartbeat", deadline_s=START_S)


def test_nothing_is_lost_or_comes_twice_when_it_is_killed(
    west: Server, east: Server, mirror: MirrorMaker
) -> None:
    topic = make_topic(west)
    remote = f"west.{topic}"
    expected = write(west, topic, 0, 2000)
    await_topic(east, remote)
    for number in (2, 3):
        eventually(lambda: records(east, remote), "something came", deadline_s=START_S)
        mirror.kill()
        expected += write(west, topic, 1000 * number, 1000 * number + 1000)
        mirror.start()
    await_records(east, remote, expected)


@pytest.mark.parametrize("which", ["west", "east"])
def test_it_goes_on_after_a_server_was_killed(west: Server, east: Server, which: str) -> None:
    topic, other = make_topic(west), make_topic(east)
    there, back = write(west, topic, 0, 100), write(east, other, 0, 100)
    await_topic(east, f"west.{topic}")
    await_topic(west, f"east.{other}")
    {"west": west, "east": east}[which].restart(clean=False)
    there += write(west, topic, 100, 200)
    back += write(east, other, 100, 200)
    await_records(east, f"west.{topic}", there)
    await_records(west, f"east.{other}", back)
