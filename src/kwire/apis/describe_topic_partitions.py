"""DescribeTopicPartitions (key 75), version 0: topics and partitions, page by page (KIP-966)."""

from __future__ import annotations

from collections.abc import Container

from kwire.apis import Caller
from kwire.apis.authorized import TOPIC_OPERATIONS
from kwire.broker.broker import Broker
from kwire.broker.partition import Partition
from kwire.broker.topic_registry import Topic
from kwire.broker.topics import validate_topic_name
from kwire.codec.messages.describe_topic_partitions import (
    CursorResponse,
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
)
from kwire.errors import ErrorCode, KafkaError


def describe_topic_partitions(
    broker: Broker, caller: Caller, request: DescribeTopicPartitionsRequest
) -> DescribeTopicPartitionsResponse:
    """Topics by name from the cursor on, until the limit of partitions is reached; then where to go on."""
    names = sorted({asked.name for asked in request.topics})
    everything = not names
    if everything:
        names = sorted(broker.topics.by_name)
    first_topic, first_partition = "", 0
    if request.cursor is not None:
        first_topic, first_partition = request.cursor.topic_name, request.cursor.partition_index
        if first_partition < 0 or (not everything and first_topic not in names):
            raise KafkaError(ErrorCode.INVALID_REQUEST, "The cursor is not in what was asked for.")
        names = [name for name in names if name >= first_topic]
    limit = max(
        min(broker.config.int("max.request.partition.size.limit"), request.response_partition_limit), 1
    )
    topics: list[DescribeTopicPartitionsResponseTopic] = []
    for name in names:
        if limit == 0:
            return DescribeTopicPartitionsResponse(topics=topics, next_cursor=CursorResponse(name, 0))
        topic = broker.topics.get(name)
        if topic is None:
            topics.append(_refusal(name))
            continue
        start = first_partition if name == first_topic else 0
        stop = min(len(topic.partitions), start + limit)
        topics.append(_describe(broker, topic, start, stop))
        limit -= max(stop - start, 0)
        if stop < len(topic.partitions):
            return DescribeTopicPartitionsResponse(topics=topics, next_cursor=CursorResponse(name, stop))
    return DescribeTopicPartitionsResponse(topics=topics)


def error_response(
    request: DescribeTopicPartitionsRequest, code: ErrorCode
) -> DescribeTopicPartitionsResponse:
    """The same code for every topic named."""
    return DescribeTopicPartitionsResponse(
        topics=[
            DescribeTopicPartitionsResponseTopic(error_code=code, name=asked.name) for asked in request.topics
        ]
    )


def _describe(broker: Broker, topic: Topic, start: int, stop: int) -> DescribeTopicPartitionsResponseTopic:
    serving = broker.serving
    own_id = broker.node_id
    return DescribeTopicPartitionsResponseTopic(
        name=topic.name,
        topic_id=topic.topic_id,
        is_internal=topic.internal,
        partitions=[
            _describe_partition(partition, serving, own_id) for partition in topic.partitions[start:stop]
        ],
        topic_authorized_operations=TOPIC_OPERATIONS,
    )


def _describe_partition(
    partition: Partition, serving: Container[int], own_id: int
) -> DescribeTopicPartitionsResponsePartition:
    leader = partition.leader_id
    node = [leader]
    is_served = leader in serving
    is_offline = not is_served or (leader == own_id and partition.is_offline)
    return DescribeTopicPartitionsResponsePartition(
        error_code=ErrorCode.NONE if is_served else ErrorCode.LEADER_NOT_AVAILABLE,
        partition_index=partition.index,
        leader_id=leader if is_served else -1,
        leader_epoch=partition.leader_epoch,
        replica_nodes=node,
        isr_nodes=node,
        eligible_leader_replicas=[],
        last_known_elr=[],
        offline_replicas=node if is_offline else [],
    )


def _refusal(name: str) -> DescribeTopicPartitionsResponseTopic:
    try:
        validate_topic_name(name)
    except KafkaError as error:
        return DescribeTopicPartitionsResponseTopic(error_code=error.code, name=name)
    return DescribeTopicPartitionsResponseTopic(error_code=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name=name)
