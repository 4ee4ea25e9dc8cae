"""WriteShareGroupState (key 85), versions 0 to 1: what a share group did with partitions, on record (KIP-932).

1 how many records behind the start offset are done with (KIP-1226).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.share_state import by_topic, code_of
from kwire.broker.broker import Broker
from kwire.broker.share.requests import Results, StateWrite, WriteState
from kwire.broker.share.state import StateBatch
from kwire.codec.messages.write_share_group_state import (
    PartitionData,
    PartitionResult,
    WriteShareGroupStateRequest,
    WriteShareGroupStateResponse,
    WriteStateResult,
)
from kwire.errors import ErrorCode, KafkaError

_STATES = (0, 2, 4)


def write_share_group_state(
    broker: Broker, caller: Caller, request: WriteShareGroupStateRequest
) -> WriteShareGroupStateResponse:
    """A code for each partition."""
    if not all(
        batch.delivery_state in _STATES and batch.first_offset <= batch.last_offset
        for topic in request.topics
        for part in topic.partitions
        for batch in part.state_batches
    ):
        return error_response(request, ErrorCode.INVALID_REQUEST)
    asked = WriteState(
        request.group_id,
        {
            (topic.topic_id, part.partition): _write(part)
            for topic in request.topics
            for part in topic.partitions
        },
    )
    return _answer(broker.share_coordinator.answer(asked))


def _write(part: PartitionData) -> StateWrite:
    return StateWrite(
        part.state_epoch,
        part.leader_epoch,
        part.start_offset,
        part.delivery_complete_count,
        tuple(
            StateBatch(each.first_offset, each.last_offset, each.delivery_state, each.delivery_count)
            for each in part.state_batches
        ),
    )


def _answer(results: Results) -> WriteShareGroupStateResponse:
    return WriteShareGroupStateResponse(
        [
            WriteStateResult(topic_id, [PartitionResult(index, *code_of(result)) for index, result in some])
            for topic_id, some in by_topic(results)
        ]
    )


def error_response(request: WriteShareGroupStateRequest, code: ErrorCode) -> WriteShareGroupStateResponse:
    """The same code for every partition."""
    return _answer(
        {
            (topic.topic_id, part.partition): KafkaError(code)
            for topic in request.topics
            for part in topic.partitions
        }
    )
