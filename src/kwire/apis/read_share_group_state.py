"""ReadShareGroupState (key 84), version 0: what a share group did with partitions, for their leader (KIP-932)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.share_state import by_topic, code_of, to_wire
from kwire.broker.broker import Broker
from kwire.broker.share.requests import ReadState, Results, StateRead
from kwire.codec.messages.read_share_group_state import (
    PartitionResult,
    ReadShareGroupStateRequest,
    ReadShareGroupStateResponse,
    ReadStateResult,
    StateBatch,
)
from kwire.errors import ErrorCode, KafkaError


def read_share_group_state(
    broker: Broker, caller: Caller, request: ReadShareGroupStateRequest
) -> ReadShareGroupStateResponse:
    """The state of each partition; who has an earlier leader epoch is not heard any more."""
    asked = ReadState(
        request.group_id,
        {
            (topic.topic_id, part.partition): part.leader_epoch
            for topic in request.topics
            for part in topic.partitions
        },
    )
    return _answer(broker.share_coordinator.answer(asked))


def _answer(results: Results) -> ReadShareGroupStateResponse:
    return ReadShareGroupStateResponse(
        [
            ReadStateResult(topic_id, [_result(index, result) for index, result in some])
            for topic_id, some in by_topic(results)
        ]
    )


def _result(index: int, result: object) -> PartitionResult:
    if isinstance(result, StateRead):
        return PartitionResult(
            partition=index,
            state_epoch=result.state_epoch,
            start_offset=result.start_offset,
            state_batches=to_wire(result.batches, StateBatch),
        )
    return PartitionResult(index, *code_of(result))


def error_response(request: ReadShareGroupStateRequest, code: ErrorCode) -> ReadShareGroupStateResponse:
    """The same code for every partition."""
    return _answer(
        {
            (topic.topic_id, part.partition): KafkaError(code)
            for topic in request.topics
            for part in topic.partitions
        }
    )
