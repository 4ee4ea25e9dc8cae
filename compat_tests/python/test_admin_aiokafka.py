"""Administration with aiokafka's client, which speaks older versions of the requests than the others do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiokafka.errors as errors
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from compat_tests.harness import Server, eventually, unique
from compat_tests.members import Members, shared_out
from compat_tests.python.clients import CLIENTS, Committed, Message
from compat_tests.topics import make_topic

T = TypeVar("T")
client = CLIENTS[2]


def with_admin(server: Server, use: Callable[[Any], Awaitable[T]]) -> T:
    async def main() -> T:
        admin = AIOKafkaAdminClient(bootstrap_servers=server.bootstrap)
        await admin.start()
        try:
            return await use(admin)
        finally:
            await admin.close()

    return asyncio.run(main())


def partitions_of(server: Server, topic: str) -> int:
    (described,) = with_admin(server, lambda admin: admin.describe_topics([topic]))
    return len(described["partitions"])


def test_topics_are_created_and_deleted(server: Server) -> None:
    name = unique("topic")
    wanted = NewTopic(name, num_partitions=2, replication_factor=1, topic_configs={"retention.ms": "60000"})
    created = with_admin(server, lambda admin: admin.create_topics([wanted]))
    assert [(one[0], one[1]) for one in created.topic_errors] == [(name, 0)]
    eventually(lambda: name in with_admin(server, lambda admin: admin.list_topics()), "the topic listed")
    again = with_admin(server, lambda admin: admin.create_topics([wanted]))
    assert [one[1] for one in again.topic_errors] == [errors.TopicAlreadyExistsError.errno]
    deleted = with_admin(server, lambda admin: admin.delete_topics([name, "no-such-topic"]))
    codes = {one[0]: one[1] for one in deleted.topic_error_codes}
    assert codes == {name: 0, "no-such-topic": errors.UnknownTopicOrPartitionError.errno}
    eventually(lambda: name not in with_admin(server, lambda admin: admin.list_topics()), "the topic gone")


def test_partitions_are_added(server: Server) -> None:
    topic = make_topic(server)
    with_admin(server, lambda admin: admin.create_partitions({topic: NewPartitions(3)}))
    eventually(lambda: partitions_of(server, topic) == 3, "three partitions")
    with pytest.raises(errors.InvalidPartitionsError):
        with_admin(server, lambda admin: admin.create_partitions({topic: NewPartitions(2)}))


def test_configs_are_described_and_replaced(server: Server) -> None:
    topic = make_topic(server, config={"segment.bytes": "2097152"})

    def described() -> dict[str, str]:
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        (answer,) = with_admin(server, lambda admin: admin.describe_configs([resource]))
        ((code, _, _, name, entries),) = answer.resources
        assert (code, name) == (0, topic)
        return {entry[0]: entry[1] for entry in entries}

    assert (described()["segment.bytes"], described()["retention.ms"]) == ("2097152", "604800000")
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": "60000"})
    (answer,) = with_admin(server, lambda admin: admin.alter_configs([resource]))
    assert [one[0] for one in answer.resources] == [0]

    def replaced() -> bool:
        return (described()["segment.bytes"], described()["retention.ms"]) == ("1073741824", "60000")

    eventually(replaced, "one config set and the other back at its default")


def test_records_are_deleted(server: Server) -> None:
    topic = make_topic(server)
    client.produce(server.bootstrap, topic, [Message(value=b"x", partition=0) for _ in range(10)])
    place = TopicPartition(topic, 0)
    wanted = {place: RecordsToDelete(before_offset=6)}
    assert with_admin(server, lambda admin: admin.delete_records(wanted)) == {place: 6}
    assert client.bounds(server.bootstrap, topic, 0) == (6, 10)


def test_groups_are_listed_and_described(server: Server, members: Members) -> None:
    topic, group = make_topic(server, partitions=3), unique("group")
    member = members.start("aiokafka", server.bootstrap, topic, group)
    shared_out([member], 3)
    listed = with_admin(server, lambda admin: admin.list_consumer_groups())
    assert (group, "consumer") in [(one[0], one[1]) for one in listed]
    (answer,) = with_admin(server, lambda admin: admin.describe_consumer_groups([group]))
    (described,) = answer.groups
    code, name, state, kind, protocol, (only,) = described[:6]
    assert (code, name, state, kind, protocol) == (0, group, "Stable", "consumer", "range")
    assert only[2] == "/127.0.0.1"


def test_group_offsets_are_listed(server: Server) -> None:
    topic, group = make_topic(server, partitions=2), unique("group")
    client.commit(server.bootstrap, group, {(topic, 0): Committed(7, "seven")})
    listed = with_admin(server, lambda admin: admin.list_consumer_group_offsets(group))
    assert {place: (one.offset, one.metadata) for place, one in listed.items()} == {
        TopicPartition(topic, 0): (7, "seven")
    }


def test_the_cluster_is_described(server: Server) -> None:
    cluster = with_admin(server, lambda admin: admin.describe_cluster())
    assert [f"{broker['host']}:{broker['port']}" for broker in cluster["brokers"]] == server.brokers
    assert cluster["controller_id"] == cluster["brokers"][0]["node_id"]
