"""CreateTopics (key 19), versions 2 to 7: make topics, each on its own (KIP-4).

4 defaults for partitions and replication factor (KIP-464; Kafka's brokers fill them in for older versions too, and
kafkajs counts on it); 5 flexible, and the answer tells what was made (KIP-525); 6 throttling quota error; 7 topic ids.
"""

from __future__ import annotations

from collections import Counter

from kwire.apis import Caller
from kwire.apis.metering import client_of
from kwire.broker.broker import Broker
from kwire.broker.quotas.throttling import Mutations
from kwire.codec.messages.create_topics import (
    CreatableTopic,
    CreatableTopicConfigs,
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
)
from kwire.errors import ErrorCode, KafkaError

STRICT_FROM = 6
"""From this version on a topic beyond the client's quota is refused (KIP-599)."""


def create_topics(broker: Broker, caller: Caller, request: CreateTopicsRequest) -> CreateTopicsResponse:
    """Make each topic that can be made, and say of each other one why not."""
    times = Counter(asked.name for asked in request.topics)
    mutations = broker.quotas.mutations(client_of(caller), strict=caller.version >= STRICT_FROM)
    results = []
    for asked in request.topics:
        try:
            if times[asked.name] > 1:
                raise KafkaError(ErrorCode.INVALID_REQUEST, "Duplicate topic name.")
            results.append(_create(broker, asked, mutations, validate_only=request.validate_only))
        except KafkaError as error:
            results.append(_refusal(asked.name, error.code, error.message))
    return CreateTopicsResponse(
        throttle_time_ms=mutations.throttle_time_ms, topics=_once_each(results, times)
    )


def error_response(request: CreateTopicsRequest, code: ErrorCode) -> CreateTopicsResponse:
    """The same code for every topic."""
    return CreateTopicsResponse(topics=[_refusal(asked.name, code, None) for asked in request.topics])


def _create(
    broker: Broker, asked: CreatableTopic, mutations: Mutations, *, validate_only: bool
) -> CreatableTopicResult:
    assignments: dict[int, list[int]] = {}
    for assignment in asked.assignments:
        if assignment.partition_index in assignments:
            raise KafkaError(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                f"Found multiple manual partition assignments for partition {assignment.partition_index}",
            )
        assignments[assignment.partition_index] = assignment.broker_ids
    configs_asked = {config.name: config.value for config in asked.configs}
    partitions, replication_factor, overrides = broker.topics.check_creation(
        asked.name,
        partitions=asked.num_partitions,
        replication_factor=asked.replication_factor,
        assignments=assignments,
        configs=configs_asked,
    )
    mutations.charge(partitions)
    if validate_only:
        topic_id = broker.topics.new_id()
    else:
        topic_id = broker.topics.create_checked(asked.name, partitions, overrides, assignments).topic_id
    configs = [
        CreatableTopicConfigs(
            name=entry.setting.name,
            value=entry.value,
            read_only=False,
            config_source=entry.source,
            is_sensitive=entry.setting.sensitive,
        )
        for entry in broker.configs.describe_new_topic(overrides)
    ]
    return CreatableTopicResult(
        name=asked.name,
        topic_id=topic_id,
        error_message=None,
        num_partitions=partitions,
        replication_factor=replication_factor,
        configs=configs,
    )


def _once_each(results: list[CreatableTopicResult], times: Counter[str]) -> list[CreatableTopicResult]:
    """A name that was asked for twice is answered once."""
    return (
        list({result.name: result for result in results}.values()) if len(times) < len(results) else results
    )


def _refusal(name: str, code: ErrorCode, message: str | None) -> CreatableTopicResult:
    return CreatableTopicResult(name=name, error_code=code, error_message=message, configs=[])
