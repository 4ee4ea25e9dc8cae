"""InitializeShareGroupState (key 83), version 0: share partitions begin to be kept (KIP-932), between nodes."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.share_state import by_topic, code_of
from kwire.broker.broker import Broker
from kwire.broker.share.requests import InitializeState, Results
from kwire.codec.messages.initialize_share_group_state import (
    InitializeShareGroupStateRequest,
    InitializeShareGroupStateResponse,
    InitializeStateResult,
    PartitionResult,
)
from kwire.errors import ErrorCode, KafkaError


def initialize_share_group_state(
    broker: Broker, caller: Caller, request: InitializeShareGroupStateRequest
) -> InitializeShareGroupStateResponse:
    """A code for each partition."""
    asked = InitializeState(
        request.group_id,
        {
            (topic.topic_id, part.partition): (part.state_epoch, part.start_offset)
            for topic in request.topics
            for part in topic.partitions
        },
    )
    return _answer(broker.share_coordinator.answer(asked))


def _answer(results: Results) -> InitializeShareGroupStateResponse:
    return InitializeShareGroupStateResponse(
        [
            InitializeStateResult(
                topic_id, [PartitionResult(index, *code_of(result)) for index, result in some]
            )
            for topic_id, some in by_topic(results)
        ]
    )


def error_response(
    request: InitializeShareGroupStateRequest, code: ErrorCode
) -> InitializeShareGroupStateResponse:
    """The same code for every partition."""
    return _answer(
        {
            (topic.topic_id, part.partition): KafkaError(code)
            for topic in request.topics
            for part in topic.partitions
        }
    )
