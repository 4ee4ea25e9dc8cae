"""DeleteShareGroupState (key 86), version 0: what a share group did with partitions is forgotten (KIP-932)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.share_state import by_topic, code_of
from kwire.broker.broker import Broker
from kwire.broker.share.requests import DeleteState, Results
from kwire.codec.messages.delete_share_group_state import (
    DeleteShareGroupStateRequest,
    DeleteShareGroupStateResponse,
    DeleteStateResult,
    PartitionResult,
)
from kwire.errors import ErrorCode, KafkaError


def delete_share_group_state(
    broker: Broker, caller: Caller, request: DeleteShareGroupStateRequest
) -> DeleteShareGroupStateResponse:
    """A code for each partition; one that is not kept is forgotten already."""
    asked = DeleteState(
        request.group_id,
        tuple((topic.topic_id, part.partition) for topic in request.topics for part in topic.partitions),
    )
    return _answer(broker.share_coordinator.answer(asked))


def _answer(results: Results) -> DeleteShareGroupStateResponse:
    return DeleteShareGroupStateResponse(
        [
            DeleteStateResult(topic_id, [PartitionResult(index, *code_of(result)) for index, result in some])
            for topic_id, some in by_topic(results)
        ]
    )


def error_response(request: DeleteShareGroupStateRequest, code: ErrorCode) -> DeleteShareGroupStateResponse:
    """The same code for every partition."""
    return _answer(
        {
            (topic.topic_id, part.partition): KafkaError(code)
            for topic in request.topics
            for part in topic.partitions
        }
    )
