"""Metadata (key 3), versions 0 to 13: brokers, topics and their leaders.

1 null asks for all topics, controller, internal topics; 2 cluster id; 4 auto-creation can be declined; 5 offline
replicas; 7 leader epochs; 8 authorized operations; 9 flexible; 10 topic ids in the schema; 11 no cluster operations;
12 topics may be asked for by id; 13 top-level error (KIP-1102).
"""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.apis.authorized import CLUSTER_OPERATIONS, TOPIC_OPERATIONS
from kwire.broker.broker import Broker
from kwire.broker.topic_registry import Topic
from kwire.broker.topics import validate_topic_name
from kwire.codec.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from kwire.codec.primitives import ZERO_UUID
from kwire.errors import ErrorCode, KafkaError

CREATION_MS = 5_000
"""How long an answer waits, at most, for topics that the controller was asked to make."""


def metadata(
    broker: Broker, caller: Caller, request: MetadataRequest
) -> MetadataResponse | Wait[MetadataResponse]:
    """The topics asked for, or all of them; a name that is not there may be created on the way."""
    ordered: list[str] = []
    response = _answer_all(broker, caller, request, ordered)
    if not ordered:
        return response

    def attempt(final: bool) -> MetadataResponse | None:
        if not final and any(name in broker.topics.ordered_names for name in ordered):
            return None
        return _answer_all(broker, caller, request, [])

    return Wait(
        attempt,
        [broker.topics.ordered],
        broker.clock.monotonic_ms() + CREATION_MS,
    )


def _answer_all(
    broker: Broker, caller: Caller, request: MetadataRequest, ordered: list[str]
) -> MetadataResponse:
    """`ordered` takes the names of topics that the controller is to make first."""
    version = caller.version
    asked = request.topics
    if asked is None or (version == 0 and not asked):
        topics = [
            _describe(broker, topic, request.include_topic_authorized_operations)
            for topic in broker.topics.by_name.values()
        ]
    else:
        create = broker.config.bool("auto.create.topics.enable") and (
            version < 4 or request.allow_auto_topic_creation
        )
        once = {(each.topic_id, each.name): each for each in asked}  # a topic named twice is answered once
        topics = [_answer(broker, version, each, request, ordered, create=create) for each in once.values()]
    return MetadataResponse(
        brokers=[
            MetadataResponseBroker(node.broker_id, *broker.address(node, caller.listener), node.rack)
            for node in broker.nodes()
        ],
        cluster_id=broker.cluster_id,
        controller_id=broker.worker.controller_id,
        topics=topics,
        cluster_authorized_operations=(
            CLUSTER_OPERATIONS if request.include_cluster_authorized_operations else -(1 << 31)
        ),
    )


def error_response(request: MetadataRequest, code: ErrorCode) -> MetadataResponse:
    """The same code for every topic named."""
    return MetadataResponse(
        topics=[_refusal(each.name, each.topic_id, code) for each in request.topics or []], error_code=code
    )


def _answer(
    broker: Broker,
    version: int,
    asked: MetadataRequestTopic,
    request: MetadataRequest,
    ordered: list[str],
    *,
    create: bool,
) -> MetadataResponseTopic:
    name = asked.name
    by_id = asked.topic_id != ZERO_UUID
    if version < 12 and (name is None or by_id):
        return _refusal(name or "", asked.topic_id, ErrorCode.INVALID_REQUEST)
    if by_id or name is None:
        topic = broker.topics.by_id.get(asked.topic_id)
        if topic is None:
            return _refusal(None, asked.topic_id, ErrorCode.UNKNOWN_TOPIC_ID)
    else:
        topic = broker.topics.by_name.get(name)
        if topic is None:
            try:
                validate_topic_name(name)
                if not create:
                    raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
                topic = broker.topics.auto_create(name)
                if topic is None:
                    ordered.append(name)
                    raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
            except KafkaError as error:
                return _refusal(name, ZERO_UUID, error.code)
    return _describe(broker, topic, request.include_topic_authorized_operations)


def _describe(broker: Broker, topic: Topic, operations: bool) -> MetadataResponseTopic:
    serving = broker.serving
    own_id = broker.node_id
    # Partitions share their lists: two of their own each would give the garbage collector more to do than all the rest.
    nodes = {partition.leader_id: [partition.leader_id] for partition in topic.partitions}
    nobody: list[int] = []
    partitions = []
    for partition in topic.partitions:
        leader = partition.leader_id
        node = nodes[leader]
        if leader in serving:
            code = 0
            offline = node if leader == own_id and partition.is_offline else nobody
        else:
            code, leader, offline = ErrorCode.LEADER_NOT_AVAILABLE, -1, node
        partitions.append(
            MetadataResponsePartition(
                code, partition.index, leader, partition.leader_epoch, node, node, offline
            )
        )
    return MetadataResponseTopic(
        name=topic.name,
        topic_id=topic.topic_id,
        is_internal=topic.internal,
        partitions=partitions,
        topic_authorized_operations=TOPIC_OPERATIONS if operations else -(1 << 31),
    )


def _refusal(name: str | None, topic_id: bytes, code: ErrorCode) -> MetadataResponseTopic:
    return MetadataResponseTopic(error_code=code, name=name, topic_id=topic_id)
