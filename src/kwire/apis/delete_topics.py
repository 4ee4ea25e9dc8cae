"""DeleteTopics (key 20), versions 1 to 6: remove topics by name or by id (KIP-4, KIP-516).

3 TOPIC_DELETION_DISABLED; 4 flexible; 5 error messages; 6 by name or id.
"""

from __future__ import annotations

from collections import Counter

from kwire.apis import Caller
from kwire.apis.metering import client_of
from kwire.broker.broker import Broker
from kwire.broker.topic_registry import Topic
from kwire.codec.messages.delete_topics import (
    DeletableTopicResult,
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
)
from kwire.codec.primitives import ZERO_UUID
from kwire.errors import ErrorCode, KafkaError

STRICT_FROM = 5
"""From this version on a topic beyond the client's quota is refused (KIP-599)."""


def delete_topics(broker: Broker, caller: Caller, request: DeleteTopicsRequest) -> DeleteTopicsResponse:
    """Remove each topic named, with what groups committed in it; its files go later."""
    asked = _asked(request, caller.version)
    if not broker.config.bool("delete.topic.enable"):
        code = ErrorCode.TOPIC_DELETION_DISABLED if caller.version >= 3 else ErrorCode.INVALID_REQUEST
        return DeleteTopicsResponse(
            responses=[
                _refusal(each.name, each.topic_id, KafkaError(code, "Topic deletion is disabled."))
                for each in asked
            ]
        )
    times = Counter((each.name, each.topic_id) for each in asked)
    mutations = broker.quotas.mutations(client_of(caller), strict=caller.version >= STRICT_FROM)
    responses = []
    for each in asked:
        try:
            if times[each.name, each.topic_id] > 1:
                raise KafkaError(ErrorCode.INVALID_REQUEST, "The topic is named more than once.")
            topic = _find(broker, each)
            mutations.charge(len(topic.partitions))
            broker.topics.delete(topic)
            broker.topic_deleted(topic)
        except KafkaError as error:
            responses.append(_refusal(each.name, each.topic_id, error))
        else:
            responses.append(DeletableTopicResult(name=topic.name, topic_id=topic.topic_id))
    return DeleteTopicsResponse(throttle_time_ms=mutations.throttle_time_ms, responses=responses)


def error_response(request: DeleteTopicsRequest, code: ErrorCode) -> DeleteTopicsResponse:
    """The same code for every topic."""
    asked = request.topics or [DeleteTopicState(name=name) for name in request.topic_names]
    return DeleteTopicsResponse(
        responses=[_refusal(each.name, each.topic_id, KafkaError(code)) for each in asked]
    )


def _asked(request: DeleteTopicsRequest, version: int) -> list[DeleteTopicState]:
    return request.topics if version >= 6 else [DeleteTopicState(name=name) for name in request.topic_names]


def _find(broker: Broker, asked: DeleteTopicState) -> Topic:
    by_id = asked.topic_id != ZERO_UUID
    if by_id == (asked.name is not None):
        raise KafkaError(ErrorCode.INVALID_REQUEST, "A topic is deleted by its name or by its id.")
    if by_id:
        topic = broker.topics.by_id.get(asked.topic_id)
        unknown = ErrorCode.UNKNOWN_TOPIC_ID
    else:
        topic = broker.topics.by_name.get(asked.name or "")
        unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if topic is None:
        raise KafkaError(unknown, "This server does not host this topic.")
    return topic


def _refusal(name: str | None, topic_id: bytes, error: KafkaError) -> DeletableTopicResult:
    return DeletableTopicResult(
        name=name, topic_id=topic_id, error_code=error.code, error_message=error.message
    )
