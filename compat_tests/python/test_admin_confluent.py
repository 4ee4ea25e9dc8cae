"""Administration with confluent-kafka's AdminClient: topics, partitions, configs, records, groups, the cluster."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Mapping
from typing import Any

import confluent_kafka
import pytest
from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, ConsumerGroupType
from confluent_kafka import KafkaError as Code
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource, ConfigSource
from confluent_kafka.admin._listoffsets import OffsetSpec
from confluent_kafka.admin._resource import ResourceType
from confluent_kafka.cimpl import NewPartitions, NewTopic, TopicPartition

from compat_tests.harness import DEADLINE_S, Server, eventually, unique
from compat_tests.members import Members, shared_out
from compat_tests.python.clients import CLIENTS, Committed, Message
from compat_tests.topics import make_topic

client = CLIENTS[0]


@pytest.fixture
def admin(server: Server) -> AdminClient:
    return AdminClient({"bootstrap.servers": server.bootstrap, "log_level": 2})


def refusal(future: concurrent.futures.Future[Any]) -> int:
    """The error code that the request was refused with."""
    with pytest.raises(confluent_kafka.KafkaException) as refused:
        future.result(DEADLINE_S)
    return int(refused.value.args[0].code())


def topic_names(admin: AdminClient) -> set[str]:
    return set(admin.list_topics(timeout=DEADLINE_S).topics)


def topic_config(admin: AdminClient, topic: str) -> dict[str, ConfigEntry]:
    resource = ConfigResource(ResourceType.TOPIC, topic)
    answer: dict[str, ConfigEntry] = admin.describe_configs([resource])[resource].result(DEADLINE_S)
    return answer


def set_config(
    admin: AdminClient, kind: ResourceType, name: str, *changes: tuple[AlterConfigOpType, str, str | None]
) -> concurrent.futures.Future[Any]:
    entries = [
        ConfigEntry(key, value, source=ConfigSource.DYNAMIC_TOPIC_CONFIG, incremental_operation=operation)
        for operation, key, value in changes
    ]
    resource = ConfigResource(kind, name, incremental_configs=entries)
    future: concurrent.futures.Future[Any] = admin.incremental_alter_configs([resource])[resource]
    return future


def test_topics_are_created_each_with_its_own_answer(admin: AdminClient) -> None:
    good, with_config, default = unique("good"), unique("config"), unique("default")
    long_name = "x" * 249
    asked = {
        good: NewTopic(good, 3, 1),
        with_config: NewTopic(
            with_config, 1, 1, config={"retention.ms": "60000", "cleanup.policy": "compact"}
        ),
        default: NewTopic(default),
        long_name: NewTopic(long_name, 1, 1),
        "bad name": NewTopic("bad name", 1, 1),
        "y" * 250: NewTopic("y" * 250, 1, 1),
        "..": NewTopic("..", 1, 1),
        unique("none"): NewTopic("", 1, 1),
    }
    futures = admin.create_topics([topic for topic in asked.values() if topic.topic])
    assert futures[good].result(DEADLINE_S) is None
    assert futures[with_config].result(DEADLINE_S) is None
    assert futures[default].result(DEADLINE_S) is None
    assert futures[long_name].result(DEADLINE_S) is None
    assert refusal(futures["bad name"]) == Code.TOPIC_EXCEPTION
    assert refusal(futures["y" * 250]) == Code.TOPIC_EXCEPTION
    assert refusal(futures[".."]) == Code.TOPIC_EXCEPTION
    eventually(lambda: {good, with_config, default, long_name} <= topic_names(admin), "new topics listed")
    partitions = {
        name: len(topic.partitions) for name, topic in admin.list_topics(timeout=DEADLINE_S).topics.items()
    }
    assert (partitions[good], partitions[with_config], partitions[default]) == (3, 1, 1)
    config = topic_config(admin, with_config)
    assert (config["retention.ms"].value, config["cleanup.policy"].value) == ("60000", "compact")


def test_topics_that_cannot_be_are_refused(server: Server, admin: AdminClient) -> None:
    existing = make_topic(server)
    dotted = unique("with.dot")
    admin.create_topics([NewTopic(dotted, 1, 1)])[dotted].result(DEADLINE_S)
    for topic, code in (
        (NewTopic(existing, 1, 1), Code.TOPIC_ALREADY_EXISTS),
        # Both would have the same metric names.
        (NewTopic(dotted.replace(".", "_"), 1, 1), Code.TOPIC_EXCEPTION),
        (NewTopic(unique("t"), 0, 1), Code.INVALID_PARTITIONS),
        (NewTopic(unique("t"), 1, 2), Code.INVALID_REPLICATION_FACTOR),
        (NewTopic(unique("t"), 1, 1, config={"no.such.config": "1"}), Code.INVALID_CONFIG),
        (NewTopic(unique("t"), 1, 1, config={"retention.ms": "soon"}), Code.INVALID_CONFIG),
        (NewTopic(unique("t"), 2, replica_assignment=[[1], [7]]), Code.INVALID_REPLICA_ASSIGNMENT),
    ):
        assert refusal(admin.create_topics([topic])[topic.topic]) == code, topic
    only_checked = unique("checked")
    admin.create_topics([NewTopic(only_checked, 1, 1)], validate_only=True)[only_checked].result(DEADLINE_S)
    assert only_checked not in topic_names(admin)


def test_a_deleted_topic_is_gone_and_its_name_is_free(server: Server, admin: AdminClient) -> None:
    topic = make_topic(server)
    client.produce(server.bootstrap, topic, [Message(value=b"old")])
    described = admin.describe_topics(confluent_kafka.TopicCollection([topic]))[topic].result(DEADLINE_S)
    missing = unique("missing")
    futures = admin.delete_topics([topic, missing])
    assert futures[topic].result(DEADLINE_S) is None
    assert refusal(futures[missing]) == Code.UNKNOWN_TOPIC_OR_PART
    eventually(lambda: topic not in topic_names(admin), "the topic gone from the list")
    admin.create_topics([NewTopic(topic, 2, 1)])[topic].result(DEADLINE_S)
    eventually(lambda: topic in topic_names(admin), "the topic listed again")
    again = admin.describe_topics(confluent_kafka.TopicCollection([topic]))[topic].result(DEADLINE_S)
    assert str(again.topic_id) != str(described.topic_id)
    assert client.bounds(server.bootstrap, topic, 0) == (0, 0)


def test_partitions_are_added_but_never_taken_away(server: Server, admin: AdminClient) -> None:
    topic = make_topic(server, partitions=2)
    assert admin.create_partitions([NewPartitions(topic, 5)])[topic].result(DEADLINE_S) is None

    def grown() -> bool:
        partitions = admin.list_topics(topic, timeout=DEADLINE_S).topics[topic].partitions
        return sorted(partitions) == [0, 1, 2, 3, 4] and all(one.leader >= 0 for one in partitions.values())

    eventually(grown, "five partitions")
    assert client.produce(server.bootstrap, topic, [Message(value=b"x", partition=4)]) == [(4, 0)]
    assert refusal(admin.create_partitions([NewPartitions(topic, 3)])[topic]) == Code.INVALID_PARTITIONS
    assert refusal(admin.create_partitions([NewPartitions(topic, 5)])[topic]) == Code.INVALID_PARTITIONS
    missing = unique("missing")
    code = refusal(admin.create_partitions([NewPartitions(missing, 3)])[missing])
    assert code == Code.UNKNOWN_TOPIC_OR_PART


def test_topics_and_the_cluster_are_described(server: Server, admin: AdminClient) -> None:
    topic = make_topic(server, partitions=3)
    cluster = admin.describe_cluster().result(DEADLINE_S)
    assert sorted(f"{node.host}:{node.port}" for node in cluster.nodes) == server.brokers
    assert cluster.controller.id == 1
    assert cluster.cluster_id == admin.cluster_id(timeout=DEADLINE_S)
    described = admin.describe_topics(confluent_kafka.TopicCollection([topic]))[topic].result(DEADLINE_S)
    assert (described.name, described.is_internal) == (topic, False)
    assert [partition.id for partition in described.partitions] == [0, 1, 2]
    for partition in described.partitions:
        assert partition.leader.id in {node.id for node in cluster.nodes}
        assert [replica.id for replica in partition.replicas] == [partition.leader.id]
        assert [replica.id for replica in partition.isr] == [partition.leader.id]
    missing = unique("missing")
    futures = admin.describe_topics(confluent_kafka.TopicCollection([missing]))
    assert refusal(futures[missing]) == Code.UNKNOWN_TOPIC_OR_PART


def test_topic_configs_show_value_source_and_default(server: Server, admin: AdminClient) -> None:
    topic = make_topic(server, config={"max.message.bytes": "300000"})
    config = topic_config(admin, topic)
    chosen, untouched = config["max.message.bytes"], config["retention.ms"]
    assert (chosen.value, chosen.is_default) == ("300000", False)
    assert ConfigSource(chosen.source) is ConfigSource.DYNAMIC_TOPIC_CONFIG
    assert untouched.value == "604800000"
    assert ConfigSource(untouched.source) is ConfigSource.DEFAULT_CONFIG
    assert {"segment.bytes", "compression.type", "min.insync.replicas", "message.timestamp.type"} <= set(
        config
    )
    missing = ConfigResource(ResourceType.TOPIC, unique("missing"))
    assert refusal(admin.describe_configs([missing])[missing]) == Code.UNKNOWN_TOPIC_OR_PART


def test_topic_configs_change_one_by_one(server: Server, admin: AdminClient) -> None:
    topic = make_topic(server, config={"retention.ms": "1000000", "segment.bytes": "2097152"})
    kind = ResourceType.TOPIC
    op = AlterConfigOpType
    changes = (
        (op.SET, "retention.ms", "2000000"),
        (op.DELETE, "segment.bytes", None),
        (op.APPEND, "cleanup.policy", "compact"),
    )
    assert set_config(admin, kind, topic, *changes).result(DEADLINE_S) is None

    def has(expected: Mapping[str, str]) -> bool:
        config = topic_config(admin, topic)
        return {key: config[key].value for key in expected} == expected

    def becomes(**expected: str) -> None:
        wanted = {key.replace("_", "."): value for key, value in expected.items()}
        eventually(lambda: has(wanted), f"{wanted}")

    becomes(retention_ms="2000000", segment_bytes="1073741824", cleanup_policy="delete,compact")
    set_config(admin, kind, topic, (op.SUBTRACT, "cleanup.policy", "delete")).result(DEADLINE_S)
    becomes(retention_ms="2000000", cleanup_policy="compact")
    for change in (
        (op.SET, "retention.ms", "tomorrow"),
        (op.SET, "no.such.config", "1"),
        (op.APPEND, "retention.ms", "5"),
    ):
        assert refusal(set_config(admin, kind, topic, change)) == Code.INVALID_CONFIG
    code = refusal(set_config(admin, kind, unique("missing"), (op.SET, "retention.ms", "5")))
    assert code == Code.UNKNOWN_TOPIC_OR_PART
    becomes(retention_ms="2000000", cleanup_policy="compact")


@pytest.mark.filterwarnings("ignore:alter_configs has been deprecated:DeprecationWarning")
def test_the_old_way_to_alter_configs_replaces_them_all(server: Server, admin: AdminClient) -> None:
    topic = make_topic(server, config={"retention.ms": "1000000", "segment.bytes": "2097152"})
    resource = ConfigResource(ResourceType.TOPIC, topic, set_config={"retention.ms": "5000000"})
    assert admin.alter_configs([resource])[resource].result(DEADLINE_S) is None

    def replaced() -> bool:
        config = topic_config(admin, topic)
        return (config["retention.ms"].value, config["segment.bytes"].value) == ("5000000", "1073741824")

    eventually(replaced, "one config set and the other back at its default")


def test_a_changed_limit_holds_at_once(server: Server, admin: AdminClient) -> None:
    topic = make_topic(server)
    client.produce(server.bootstrap, topic, [Message(value=bytes(50_000))])
    change = (AlterConfigOpType.SET, "max.message.bytes", "10000")
    set_config(admin, ResourceType.TOPIC, topic, change).result(DEADLINE_S)
    eventually(lambda: topic_config(admin, topic)["max.message.bytes"].value == "10000", "the new limit")
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap})
    errors: list[Any] = []
    producer.produce(topic, bytes(50_000), on_delivery=lambda error, _: errors.append(error))
    assert producer.flush(DEADLINE_S) == 0
    assert [error.code() for error in errors] == [Code.MSG_SIZE_TOO_LARGE]


def test_broker_configs_are_described_and_changed(server: Server, admin: AdminClient) -> None:
    node_id = str(next(iter(admin.list_topics(timeout=DEADLINE_S).brokers)))
    resource = ConfigResource(ResourceType.BROKER, node_id)

    def value(name: str) -> ConfigEntry:
        entry: ConfigEntry = admin.describe_configs([resource])[resource].result(DEADLINE_S)[name]
        return entry

    assert value("num.partitions").value == "1"
    assert value("log.retention.hours").value == "168"
    assert value("num.partitions").is_read_only
    before = value("message.max.bytes").value
    assert before == "1048588"
    op = AlterConfigOpType
    kind = ResourceType.BROKER
    set_config(admin, kind, node_id, (op.SET, "message.max.bytes", "2000000")).result(DEADLINE_S)
    eventually(lambda: value("message.max.bytes").value == "2000000", "the change of the broker's config")
    # A topic without its own setting follows the broker's.
    assert topic_config(admin, make_topic(server))["max.message.bytes"].value == "2000000"
    set_config(admin, kind, node_id, (op.DELETE, "message.max.bytes", None)).result(DEADLINE_S)
    eventually(lambda: value("message.max.bytes").value == before, "the broker's config as before")
    assert refusal(set_config(admin, kind, node_id, (op.SET, "node.id", "9"))) == Code.INVALID_REQUEST
    assert (
        refusal(set_config(admin, kind, node_id, (op.SET, "message.max.bytes", "x"))) == Code.INVALID_REQUEST
    )


def test_offsets_are_listed_by_every_kind_of_question(server: Server, admin: AdminClient) -> None:
    topic = make_topic(server)
    stamps = [1_700_000_000_000, 1_700_000_300_000, 1_700_000_200_000]
    for stamp in stamps:
        client.produce(server.bootstrap, topic, [Message(value=b"x", timestamp_ms=stamp)])
    place = TopicPartition(topic, 0)
    spec: Any = OffsetSpec
    questions: Any = (
        (spec.earliest(), (0, -1)),
        (spec.latest(), (3, -1)),
        (spec.max_timestamp(), (1, stamps[1])),
        (spec.for_timestamp(stamps[0] + 1), (1, stamps[1])),
        (spec.for_timestamp(stamps[1] + 1), (-1, -1)),
    )
    for question, expected in questions:
        found = admin.list_offsets({place: question})[place].result(DEADLINE_S)
        assert (found.offset, found.timestamp) == expected


def test_deleted_records_move_the_beginning(server: Server, admin: AdminClient) -> None:
    topic = make_topic(server)
    sent = [Message(value=b"%d" % index, partition=0) for index in range(100)]
    client.produce(server.bootstrap, topic, sent)

    def delete_before(offset: int) -> concurrent.futures.Future[Any]:
        (future,) = admin.delete_records([TopicPartition(topic, 0, offset)]).values()
        return future

    assert delete_before(40).result(DEADLINE_S).low_watermark == 40
    assert client.bounds(server.bootstrap, topic, 0) == (40, 100)
    (first,) = client.read(server.bootstrap, topic, {0: 40}, 1)
    assert first.value == b"40"
    assert delete_before(10).result(DEADLINE_S).low_watermark == 40
    assert refusal(delete_before(101)) == Code.OFFSET_OUT_OF_RANGE
    to_the_end = delete_before(confluent_kafka.OFFSET_END).result(DEADLINE_S)
    assert to_the_end.low_watermark == 100
    assert client.bounds(server.bootstrap, topic, 0) == (100, 100)
    server.restart()
    assert client.bounds(server.bootstrap, topic, 0) == (100, 100)
    assert client.produce(server.bootstrap, topic, [Message(value=b"on")]) == [(0, 100)]


def test_groups_are_listed_and_described(server: Server, admin: AdminClient, members: Members) -> None:
    topic, group, empty = make_topic(server, partitions=4), unique("group"), unique("empty")
    two = [members.start("confluent-kafka", server.bootstrap, topic, group) for _ in range(2)]
    shared_out(two, 4)
    client.commit(server.bootstrap, empty, {(topic, 0): Committed(1, "")})

    def stable() -> bool:
        described = admin.describe_consumer_groups([group])[group].result(DEADLINE_S)
        return bool(described.state == ConsumerGroupState.STABLE)

    eventually(stable, "the group stable")
    described = admin.describe_consumer_groups([group])[group].result(DEADLINE_S)
    assert (described.partition_assignor, described.is_simple_consumer_group) == ("range", False)
    assert described.type == ConsumerGroupType.CLASSIC
    assert len(described.members) == 2
    shares = sorted(
        sorted(one.partition for one in member.assignment.topic_partitions) for member in described.members
    )
    assert shares == sorted(member.owned or [] for member in two)
    assert all(member.host.endswith("127.0.0.1") for member in described.members)
    assert all(member.client_id == "rdkafka" for member in described.members)
    assert f"{described.coordinator.host}:{described.coordinator.port}" in server.brokers

    def listed(**filters: object) -> dict[str, ConsumerGroupState]:
        answer = admin.list_consumer_groups(**filters).result(DEADLINE_S)
        assert not answer.errors
        return {one.group_id: one.state for one in answer.valid}

    everything = listed()
    assert everything[group] == ConsumerGroupState.STABLE
    assert everything[empty] == ConsumerGroupState.EMPTY
    only_stable = listed(states={ConsumerGroupState.STABLE})
    assert group in only_stable
    assert empty not in only_stable
    assert group in listed(types={ConsumerGroupType.CLASSIC})
    assert group not in listed(types={ConsumerGroupType.CONSUMER})
    nobody = unique("nobody")
    described = admin.describe_consumer_groups([nobody])[nobody].result(DEADLINE_S)
    assert described.state == ConsumerGroupState.DEAD


def test_a_group_is_deleted_when_nobody_is_in_it(
    server: Server, admin: AdminClient, members: Members
) -> None:
    topic, group = make_topic(server, partitions=2), unique("group")
    member = members.start("confluent-kafka", server.bootstrap, topic, group)
    shared_out([member], 2)
    assert refusal(admin.delete_consumer_groups([group])[group]) == Code.NON_EMPTY_GROUP
    member.leave()
    client.commit(server.bootstrap, group, {(topic, 0): Committed(1, "")})
    assert admin.delete_consumer_groups([group])[group].result(DEADLINE_S) is None
    assert refusal(admin.delete_consumer_groups([group])[group]) == Code.GROUP_ID_NOT_FOUND
    assert client.committed(server.bootstrap, group, [(topic, 0)]) == {(topic, 0): None}


def test_group_offsets_are_listed_and_altered_from_outside(
    server: Server, admin: AdminClient, members: Members
) -> None:
    topic, group = make_topic(server, partitions=2), unique("group")
    client.commit(server.bootstrap, group, {(topic, 0): Committed(7, "seven"), (topic, 1): Committed(9, "")})

    def offsets() -> dict[int, tuple[int, str | None]]:
        asked = [ConsumerGroupTopicPartitions(group)]
        answer = admin.list_consumer_group_offsets(asked)[group].result(DEADLINE_S)
        return {one.partition: (one.offset, one.metadata or None) for one in answer.topic_partitions}

    assert offsets() == {0: (7, "seven"), 1: (9, None)}
    change = [ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 3)])]
    altered = admin.alter_consumer_group_offsets(change)[group].result(DEADLINE_S)
    assert [one.error for one in altered.topic_partitions] == [None]
    assert offsets() == {0: (3, None), 1: (9, None)}

    member = members.start("confluent-kafka", server.bootstrap, topic, group)
    shared_out([member], 2)
    (answer,) = admin.alter_consumer_group_offsets(change)[group].result(DEADLINE_S).topic_partitions
    assert answer.error is not None
    assert answer.error.code() == Code.UNKNOWN_MEMBER_ID
