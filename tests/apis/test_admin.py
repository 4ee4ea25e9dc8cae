"""ApiVersions, Metadata and the administration of topics, oldest and newest versions."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.apis import TABLE, Caller
from kwire.apis.api_versions import refuse_version
from kwire.codec.messages import (
    api_versions,
    create_partitions,
    create_topics,
    delete_topics,
    describe_cluster,
    describe_configs,
    describe_topic_partitions,
    incremental_alter_configs,
    metadata,
)
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.broker.keeping import Keeper


class Desk:
    def __init__(self, **settings: str) -> None:
        self.keeper = Keeper({name.replace("_", "."): value for name, value in settings.items()})
        self.broker = self.keeper.broker
        self.client = Client(self.broker)

    def ask(self, request: Any, version: int) -> Any:
        return self.client.ask(request, version)

    def metadata(self, version: int, *names: str, **fields: Any) -> Any:
        topics = [metadata.MetadataRequestTopic(name=name) for name in names]
        return self.ask(metadata.MetadataRequest(topics=topics, **fields), version)

    def create(
        self, version: int, *topics: create_topics.CreatableTopic, validate_only: bool = False
    ) -> list[Any]:
        request = create_topics.CreateTopicsRequest(
            topics=list(topics), timeout_ms=1, validate_only=validate_only
        )
        answers: list[Any] = self.ask(request, version).topics
        return answers


def wanted(name: str, partitions: int = 1, factor: int = 1, **fields: Any) -> create_topics.CreatableTopic:
    return create_topics.CreatableTopic(
        name=name, num_partitions=partitions, replication_factor=factor, **fields
    )


@pytest.mark.parametrize("version", [0, 3, 4, 5])
def test_exactly_what_is_served_is_advertised(version: int) -> None:
    request = api_versions.ApiVersionsRequest(client_software_name="x", client_software_version="1")
    answer = Desk().ask(request, version)
    found = {each.api_key: (each.min_version, each.max_version) for each in answer.api_keys}
    assert found.keys() == TABLE.keys()
    assert found[0] == (0, 13), "librdkafka decides on compression by version 0 of Produce"
    assert found[22] == (0, 5), "unstable versions are hidden"
    assert found[1] == (TABLE[1].min_version, TABLE[1].max_version)


def test_old_clients_are_spared_features_that_begin_at_zero() -> None:
    desk = Desk()
    request = api_versions.ApiVersionsRequest(client_software_name="x", client_software_version="1")
    assert [each.name for each in desk.ask(request, 3).supported_features] == ["metadata.version"]
    assert len(desk.ask(request, 4).supported_features) > 1
    finalized = {each.name: each.max_version_level for each in desk.ask(request, 4).finalized_features}
    assert finalized["metadata.version"] == 30


@pytest.mark.parametrize(("name", "software"), [("", "1"), ("x", ""), ("-x", "1"), ("x y", "1")])
def test_software_has_a_name_and_a_version(name: str, software: str) -> None:
    request = api_versions.ApiVersionsRequest(client_software_name=name, client_software_version=software)
    assert Desk().ask(request, 3).error_code == ErrorCode.INVALID_REQUEST


def test_a_client_that_means_another_broker_is_told() -> None:
    desk = Desk()

    def code(cluster_id: str | None, node_id: int) -> int:
        request = api_versions.ApiVersionsRequest(
            client_software_name="x", client_software_version="1", cluster_id=cluster_id, node_id=node_id
        )
        answer: int = desk.ask(request, 5).error_code
        return answer

    assert code(desk.broker.cluster_id, 1) == 0
    assert code(desk.broker.cluster_id, 2) == ErrorCode.REBOOTSTRAP_REQUIRED
    assert code("another", 1) == ErrorCode.REBOOTSTRAP_REQUIRED
    assert code(None, 1) == ErrorCode.INVALID_REQUEST
    assert code("another", -1) == ErrorCode.INVALID_REQUEST


def test_a_version_from_the_future_is_answered_in_the_oldest() -> None:
    answer, version = refuse_version(Desk().broker, Caller())
    assert version == 0
    assert answer.error_code == ErrorCode.UNSUPPORTED_VERSION
    assert [(each.api_key, each.min_version, each.max_version) for each in answer.api_keys] == [(18, 0, 5)]


@pytest.mark.parametrize("version", [0, 1, 5, 9, 13])
def test_metadata_tells_brokers_and_topics(version: int) -> None:
    desk = Desk()
    topic = desk.broker.topics.create("t", partitions=2)
    answer = desk.metadata(version, "t")
    assert [(each.node_id, each.host, each.port) for each in answer.brokers] == [(1, "127.0.0.1", 9092)]
    found = answer.topics[0]
    assert (found.error_code, found.name) == (0, "t")
    assert [(part.partition_index, part.leader_id) for part in found.partitions] == [(0, 1), (1, 1)]
    if version >= 10:
        assert found.topic_id == topic.topic_id
    if version >= 2:
        assert answer.cluster_id == desk.broker.cluster_id


@pytest.mark.parametrize("version", [0, 13])
def test_a_topic_named_twice_is_answered_once(version: int) -> None:
    assert len(Desk().metadata(version, "t", "u", "t").topics) == 2


def test_all_topics_are_asked_for_in_two_ways() -> None:
    desk = Desk()
    desk.broker.topics.create("a")
    desk.broker.topics.create("b")
    assert len(desk.ask(metadata.MetadataRequest(topics=[]), 0).topics) == 2
    assert len(desk.ask(metadata.MetadataRequest(topics=None), 1).topics) == 2
    assert desk.ask(metadata.MetadataRequest(topics=[]), 1).topics == []


@pytest.mark.parametrize("version", [0, 3, 4, 13])
def test_a_topic_is_made_on_the_way_unless_somebody_minds(version: int) -> None:
    assert Desk().metadata(version, "new").topics[0].error_code == 0
    minds = Desk(auto_create_topics_enable="false")
    assert minds.metadata(version, "new").topics[0].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if version >= 4:
        declined = Desk().metadata(version, "new", allow_auto_topic_creation=False)
        assert declined.topics[0].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert Desk().metadata(version, "bad name").topics[0].error_code == ErrorCode.INVALID_TOPIC_EXCEPTION


def test_topics_by_id() -> None:
    desk = Desk()
    topic = desk.broker.topics.create("t")

    def by_id(topic_id: bytes, version: int) -> Any:
        asked = metadata.MetadataRequestTopic(name=None, topic_id=topic_id)
        return desk.ask(metadata.MetadataRequest(topics=[asked]), version).topics[0]

    assert by_id(topic.topic_id, 12).name == "t"
    unknown = by_id(b"x" * 16, 13)
    assert (unknown.error_code, unknown.name) == (ErrorCode.UNKNOWN_TOPIC_ID, None)
    assert by_id(topic.topic_id, 10).error_code == ErrorCode.INVALID_REQUEST


def test_operations_are_told_when_asked_for() -> None:
    desk = Desk()
    desk.broker.topics.create("t")
    assert desk.metadata(8, "t").topics[0].topic_authorized_operations == -(1 << 31)
    answer = desk.metadata(8, "t", include_topic_authorized_operations=True)
    assert answer.topics[0].topic_authorized_operations == sum(1 << bit for bit in (3, 4, 5, 6, 7, 8, 10, 11))


@pytest.mark.parametrize("version", [2, 5, 7])
def test_each_topic_stands_on_its_own(version: int) -> None:
    desk = Desk()
    answers = {each.name: each for each in desk.create(version, wanted("good", 3), wanted("bad", 0))}
    assert answers["good"].error_code == 0
    assert answers["bad"].error_code == ErrorCode.INVALID_PARTITIONS
    assert len(desk.broker.topics.by_name["good"].partitions) == 3
    if version >= 5:
        assert (answers["good"].num_partitions, answers["good"].replication_factor) == (3, 1)
        names = [config.name for config in answers["good"].configs]
        assert names == sorted(names)
        assert "retention.ms" in names
    if version >= 7:
        assert answers["good"].topic_id == desk.broker.topics.by_name["good"].topic_id


@pytest.mark.parametrize("version", [2, 7])
def test_a_topic_named_twice_is_not_made(version: int) -> None:
    desk = Desk()
    answers = desk.create(version, wanted("t"), wanted("t"))
    assert [(each.name, each.error_code) for each in answers] == [("t", ErrorCode.INVALID_REQUEST)]
    assert "t" not in desk.broker.topics.by_name


@pytest.mark.parametrize("version", [2, 7])
def test_validation_alone_makes_nothing(version: int) -> None:
    desk = Desk()
    assert desk.create(version, wanted("t"), validate_only=True)[0].error_code == 0
    assert desk.create(version, wanted("t", factor=2), validate_only=True)[0].error_code == (
        ErrorCode.INVALID_REPLICATION_FACTOR
    )
    assert not desk.broker.topics.by_name


@pytest.mark.parametrize("version", [1, 5, 6])
def test_topics_are_deleted_by_name(version: int) -> None:
    desk = Desk()
    desk.broker.topics.create("t")
    request = delete_topics.DeleteTopicsRequest(
        topics=[delete_topics.DeleteTopicState(name=name) for name in ("t", "u")] if version >= 6 else [],
        topic_names=["t", "u"] if version < 6 else [],
        timeout_ms=1,
    )
    codes = [each.error_code for each in desk.ask(request, version).responses]
    assert codes == [0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
    assert not desk.broker.topics.by_name


def test_topics_are_deleted_by_id_or_by_name_but_not_by_both() -> None:
    desk = Desk()
    topic = desk.broker.topics.create("t")
    states = [
        delete_topics.DeleteTopicState(name=None, topic_id=b"x" * 16),
        delete_topics.DeleteTopicState(name="t", topic_id=topic.topic_id),
        delete_topics.DeleteTopicState(name=None),
        delete_topics.DeleteTopicState(name=None, topic_id=topic.topic_id),
    ]
    answer = desk.ask(delete_topics.DeleteTopicsRequest(topics=states, timeout_ms=1), 6)
    assert [each.error_code for each in answer.responses] == [
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.INVALID_REQUEST,
        ErrorCode.INVALID_REQUEST,
        0,
    ]


@pytest.mark.parametrize(("version", "code"), [(1, 42), (3, 73), (6, 73)])
def test_deletion_can_be_turned_off(version: int, code: int) -> None:
    desk = Desk(delete_topic_enable="false")
    desk.broker.topics.create("t")
    request = delete_topics.DeleteTopicsRequest(
        topics=[delete_topics.DeleteTopicState(name="t")] if version >= 6 else [],
        topic_names=["t"] if version < 6 else [],
        timeout_ms=1,
    )
    assert desk.ask(request, version).responses[0].error_code == code


@pytest.mark.parametrize("version", [0, 3])
def test_topics_grow(version: int) -> None:
    desk = Desk()
    desk.broker.topics.create("t", partitions=2)
    topics = [
        create_partitions.CreatePartitionsTopic(name=name, count=count, assignments=None)
        for name, count in (("t", 4), ("u", 4))
    ]
    request = create_partitions.CreatePartitionsRequest(topics=topics, timeout_ms=1)
    answers = {each.name: each.error_code for each in desk.ask(request, version).results}
    assert answers == {"t": 0, "u": ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}
    assert len(desk.broker.topics.by_name["t"].partitions) == 4


def test_the_cluster_is_described_to_clients_not_to_controllers() -> None:
    desk = Desk()
    answer = desk.ask(describe_cluster.DescribeClusterRequest(), 2)
    assert (answer.cluster_id, answer.controller_id, len(answer.brokers)) == (desk.broker.cluster_id, 1, 1)
    for endpoint, code in ((2, ErrorCode.MISMATCHED_ENDPOINT_TYPE), (9, ErrorCode.UNSUPPORTED_ENDPOINT_TYPE)):
        request = describe_cluster.DescribeClusterRequest(endpoint_type=endpoint)
        assert desk.ask(request, 1).error_code == code


def test_topics_are_described_page_by_page() -> None:
    desk = Desk()
    for name, count in (("b", 3), ("a", 2), ("c", 1)):
        desk.broker.topics.create(name, partitions=count)
    seen = []
    cursor = None
    for _ in range(10):
        request = describe_topic_partitions.DescribeTopicPartitionsRequest(
            topics=[], response_partition_limit=2, cursor=cursor
        )
        answer = desk.ask(request, 0)
        page = [(topic.name, part.partition_index) for topic in answer.topics for part in topic.partitions]
        assert len(page) <= 2
        seen += page
        if answer.next_cursor is None:
            break
        cursor = describe_topic_partitions.Cursor(
            topic_name=answer.next_cursor.topic_name, partition_index=answer.next_cursor.partition_index
        )
    assert seen == [("a", 0), ("a", 1), ("b", 0), ("b", 1), ("b", 2), ("c", 0)]


@pytest.mark.parametrize(("topic", "index"), [("b", 0), ("a", -1)])
def test_a_cursor_must_be_in_what_is_asked_for(topic: str, index: int) -> None:
    desk = Desk()
    desk.broker.topics.create("a")
    request = describe_topic_partitions.DescribeTopicPartitionsRequest(
        topics=[describe_topic_partitions.TopicRequest(name="a")],
        cursor=describe_topic_partitions.Cursor(topic_name=topic, partition_index=index),
    )
    assert desk.ask(request, 0).topics[0].error_code == ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize("version", [1, 4])
def test_settings_are_described_all_or_those_named(version: int) -> None:
    desk = Desk()
    desk.broker.topics.create("t", configs={"retention.ms": "5"})

    def describe(kind: int, name: str, keys: list[str] | None) -> Any:
        asked = describe_configs.DescribeConfigsResource(
            resource_type=kind, resource_name=name, configuration_keys=keys
        )
        request = describe_configs.DescribeConfigsRequest(resources=[asked], include_synonyms=True)
        return desk.ask(request, version).results[0]

    found = describe(2, "t", ["retention.ms", "no.such"])
    assert [(each.name, each.value, each.config_source) for each in found.configs] == [
        ("retention.ms", "5", 1)
    ]
    assert [each.value for each in found.configs[0].synonyms] == ["5", "168"]
    if version >= 3:
        assert found.configs[0].config_type == 5
    assert len(describe(2, "t", None).configs) > 30
    assert len(describe(4, "1", None).configs) > 300
    assert describe(2, "u", None).error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert describe(4, "2", None).error_code == ErrorCode.INVALID_REQUEST
    assert describe(77, "x", None).error_code == ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize("version", [0, 1])
def test_a_resource_named_twice_is_refused_twice(version: int) -> None:
    desk = Desk()
    desk.broker.topics.create("t")
    config = incremental_alter_configs.AlterableConfig(name="retention.ms", config_operation=0, value="5")
    resource = incremental_alter_configs.AlterConfigsResource(
        resource_type=2, resource_name="t", configs=[config]
    )
    request = incremental_alter_configs.IncrementalAlterConfigsRequest(resources=[resource, resource])
    assert {each.error_code for each in desk.ask(request, version).responses} == {ErrorCode.INVALID_REQUEST}
    request = incremental_alter_configs.IncrementalAlterConfigsRequest(resources=[resource])
    assert [each.error_code for each in desk.ask(request, version).responses] == [0]
