"""CreatePartitions (key 37), versions 0 to 3: grow topics (KIP-195).

2 flexible; 3 throttling quota error.
"""

from __future__ import annotations

from collections import Counter

from kwire.apis import Caller
from kwire.apis.metering import client_of
from kwire.broker.broker import Broker
from kwire.codec.messages.create_partitions import (
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopicResult,
)
from kwire.errors import ErrorCode, KafkaError

STRICT_FROM = 3
"""From this version on partitions beyond the client's quota are refused (KIP-599)."""


def create_partitions(
    broker: Broker, caller: Caller, request: CreatePartitionsRequest
) -> CreatePartitionsResponse:
    """Give each topic the number of partitions asked for; it can only grow."""
    times = Counter(asked.name for asked in request.topics)
    mutations = broker.quotas.mutations(client_of(caller), strict=caller.version >= STRICT_FROM)
    results = {}
    for asked in request.topics:
        try:
            if times[asked.name] > 1:
                raise KafkaError(ErrorCode.INVALID_REQUEST, "Duplicate topic name.")
            topic = broker.topics.get(asked.name)
            if topic is None:
                raise KafkaError(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition."
                )
            assignments = (
                None if asked.assignments is None else [each.broker_ids for each in asked.assignments]
            )
            broker.topics.add_partitions(topic, asked.count, assignments, validate_only=True)
            mutations.charge(asked.count - len(topic.partitions))
            if not request.validate_only:
                broker.topics.add_partitions(topic, asked.count, assignments)
        except KafkaError as error:
            results[asked.name] = CreatePartitionsTopicResult(asked.name, error.code, error.message)
        else:
            results[asked.name] = CreatePartitionsTopicResult(asked.name)
    return CreatePartitionsResponse(
        throttle_time_ms=mutations.throttle_time_ms, results=list(results.values())
    )


def error_response(request: CreatePartitionsRequest, code: ErrorCode) -> CreatePartitionsResponse:
    """The same code for every topic."""
    return CreatePartitionsResponse(
        results=[CreatePartitionsTopicResult(asked.name, code) for asked in request.topics]
    )
