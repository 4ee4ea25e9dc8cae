"""Administration with kafka-python's KafkaAdminClient, above all what the other clients do not offer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import kafka
import kafka.errors as errors
import pytest
from kafka.admin import AlterConfigOp, ConfigResource, ConfigResourceType, MemberToRemove

from compat_tests.harness import Server, eventually, unique
from compat_tests.members import Members, shared_out
from compat_tests.python.clients import CLIENTS, Committed, Message
from compat_tests.topics import make_topic

client = CLIENTS[1]


@pytest.fixture
def admin(server: Server) -> Iterator[Any]:
    made = kafka.KafkaAdminClient(bootstrap_servers=server.bootstrap)
    yield made
    made.close()


def test_topics_are_created_described_and_deleted(admin: Any) -> None:
    name = unique("topic")
    answer = admin.create_topics(
        {name: {"num_partitions": 3, "replication_factor": 1, "configs": {"retention.ms": "60000"}}}
    )
    (created,) = answer["topics"]
    assert (created["name"], created["error_code"]) == (name, 0)
    assert (created["num_partitions"], created["replication_factor"]) == (3, 1)
    assert created["configs"]["retention.ms"]["value"] == "60000"
    admin.wait_for_topics([name], timeout_ms=60_000)
    assert name in admin.list_topics()
    (described,) = admin.describe_topics([name])
    assert described["topic_id"] == created["topic_id"]
    assert sorted(one["partition_index"] for one in described["partitions"]) == [0, 1, 2]
    with pytest.raises(errors.TopicAlreadyExistsError):
        admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1}})
    with pytest.raises(errors.InvalidTopicError):
        admin.create_topics({"bad/name": {"num_partitions": 1, "replication_factor": 1}})
    # By id, as newer clients do.
    admin.delete_topics([uuid.UUID(created["topic_id"])])
    eventually(lambda: name not in admin.list_topics(), "the topic gone")
    with pytest.raises(errors.UnknownTopicOrPartitionError):
        admin.delete_topics([name])


def test_partitions_come_page_by_page(server: Server, admin: Any) -> None:
    topics = sorted(make_topic(server, partitions=3, prefix="page") for _ in range(2))
    seen = []
    cursor = None
    pages = 0
    while True:
        page = admin.describe_topic_partitions(topics, response_partition_limit=2, cursor=cursor)
        for topic in page["topics"]:
            seen += [(topic["name"], one["partition_index"]) for one in topic["partitions"]]
        pages += 1
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [(topic, index) for topic in topics for index in range(3)]
    assert pages == 3


def test_partitions_are_added(server: Server, admin: Any) -> None:
    topic = make_topic(server)
    admin.create_partitions({topic: 3}, validate_only=True)
    assert len(admin.describe_topics([topic])[0]["partitions"]) == 1
    admin.create_partitions({topic: 3})
    eventually(lambda: len(admin.describe_topics([topic])[0]["partitions"]) == 3, "three partitions")
    with pytest.raises(errors.InvalidPartitionsError):
        admin.create_partitions({topic: 2})


def test_configs_are_described_with_synonyms_and_changed(server: Server, admin: Any) -> None:
    topic = make_topic(server, config={"retention.ms": "70000"})

    def described(config_filter: str) -> dict[str, dict[str, Any]]:
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        answer = admin.describe_configs([resource], include_synonyms=True, config_filter=config_filter)
        config: dict[str, dict[str, Any]] = answer["topic"][topic]
        return config

    assert set(described("modified")) == {"retention.ms"}
    everything = described("all")
    synonyms = [one["name"] for one in everything["retention.ms"]["synonyms"]]
    assert synonyms[0] == "retention.ms"
    assert everything["segment.bytes"]["value"] == "1073741824"

    def change(**changes: Any) -> Any:
        configs = {key.replace("_", "."): value for key, value in changes.items()}
        return admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs)])

    assert change(segment_bytes="2097152", cleanup_policy=(AlterConfigOp.APPEND, "compact")) == {
        "topic": {topic: "OK"}
    }
    wanted = {"retention.ms", "segment.bytes", "cleanup.policy"}
    eventually(lambda: set(described("modified")) == wanted, "three configs set")
    admin.reset_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"segment.bytes": None})])
    eventually(lambda: set(described("modified")) == wanted - {"segment.bytes"}, "one config back")


def test_records_are_deleted(server: Server, admin: Any) -> None:
    topic = make_topic(server, partitions=2)
    client.produce(server.bootstrap, topic, [Message(value=b"x", partition=i % 2) for i in range(20)])
    first, second = kafka.TopicPartition(topic, 0), kafka.TopicPartition(topic, 1)
    answer = admin.delete_records({first: 4, second: -1})
    assert {place: one["low_watermark"] for place, one in answer.items()} == {first: 4, second: 10}
    assert client.bounds(server.bootstrap, topic, 0) == (4, 10)
    assert client.bounds(server.bootstrap, topic, 1) == (10, 10)


def test_offsets_are_listed_by_every_kind_of_question(server: Server, admin: Any) -> None:
    topic = make_topic(server)
    for stamp in (1_700_000_000_000, 1_700_000_300_000, 1_700_000_200_000):
        client.produce(server.bootstrap, topic, [Message(value=b"x", timestamp_ms=stamp)])
    place = kafka.TopicPartition(topic, 0)
    for question, expected in (
        (kafka.OffsetSpec.EARLIEST, 0),
        (kafka.OffsetSpec.LATEST, 3),
        (kafka.OffsetSpec.MAX_TIMESTAMP, 1),
        (1_700_000_000_001, 1),
    ):
        assert admin.list_partition_offsets({place: question})[place].offset == expected


def test_groups_are_listed_described_and_deleted(server: Server, admin: Any, members: Members) -> None:
    topic, group = make_topic(server, partitions=4), unique("group")
    member = members.start("kafka-python", server.bootstrap, topic, group)
    shared_out([member], 4)
    (listed,) = [one for one in admin.list_groups() if one["group_id"] == group]
    assert (listed["group_state"], listed["group_type"], listed["protocol_type"]) == (
        "Stable",
        "classic",
        "consumer",
    )
    assert group in [one["group_id"] for one in admin.list_groups(states_filter=["Stable"])]
    assert group not in [one["group_id"] for one in admin.list_groups(states_filter=["Empty"])]
    described = admin.describe_groups([group])[group]
    assert (described["group_state"], described["protocol_data"]) == ("Stable", "range")
    (only,) = described["members"]
    assert only["client_host"] == "/127.0.0.1"
    assert admin.delete_groups([group]) == {group: "NonEmptyGroupError"}
    member.leave()
    eventually(lambda: admin.describe_groups([group])[group]["group_state"] == "Empty", "an empty group")
    assert admin.delete_groups([group]) == {group: "OK"}
    assert admin.describe_groups([group])[group]["group_state"] == "Dead"


def test_group_offsets_are_listed_altered_and_deleted(server: Server, admin: Any, members: Members) -> None:
    topic, other, group = make_topic(server, partitions=2), make_topic(server), unique("group")
    first, second, third = (
        kafka.TopicPartition(topic, 0),
        kafka.TopicPartition(topic, 1),
        kafka.TopicPartition(other, 0),
    )
    client.commit(server.bootstrap, group, {(topic, 0): Committed(7, "seven"), (topic, 1): Committed(9, "")})

    def offsets() -> dict[Any, int]:
        return {place: one.offset for place, one in admin.list_group_offsets(group)[group].items()}

    assert offsets() == {first: 7, second: 9}
    changes = {first: kafka.OffsetAndMetadata(3, "", -1), third: kafka.OffsetAndMetadata(1, "", -1)}
    assert set(admin.alter_group_offsets(group, changes).values()) == {errors.NoError}
    assert offsets() == {first: 3, second: 9, third: 1}
    assert set(admin.delete_group_offsets(group, [second]).values()) == {errors.NoError}
    assert offsets() == {first: 3, third: 1}

    member = members.start("kafka-python", server.bootstrap, topic, group)
    shared_out([member], 2)
    # The members read this topic; the other one is free.
    answer = admin.delete_group_offsets(group, [first, third])
    assert answer == {first: errors.GroupSubscribedToTopicError, third: errors.NoError}
    assert offsets() == {first: 3}


def test_a_static_member_is_removed_from_outside(server: Server, admin: Any, members: Members) -> None:
    topic, group = make_topic(server, partitions=2), unique("group")
    gone = members.start("kafka-python", server.bootstrap, topic, group, instance_id="gone")
    stays = members.start("kafka-python", server.bootstrap, topic, group, instance_id="stays")
    shared_out([gone, stays], 2)
    gone.kill()
    admin.remove_group_members(group, [MemberToRemove(group_instance_id="gone")])
    shared_out([stays], 2)
    (left,) = admin.describe_groups([group])[group]["members"]
    assert left["group_instance_id"] == "stays"


def test_the_cluster_is_described(server: Server, admin: Any) -> None:
    cluster = admin.describe_cluster()
    assert [f"{broker['host']}:{broker['port']}" for broker in cluster["brokers"]] == server.brokers
    assert cluster["controller_id"] == cluster["brokers"][0]["broker_id"]
    assert cluster["cluster_id"]
