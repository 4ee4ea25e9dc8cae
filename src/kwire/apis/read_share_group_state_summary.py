"""ReadShareGroupStateSummary (key 87), versions 0 to 1: how far a share group has come with partitions (KIP-932).

1 how many records behind the start offset are done with (KIP-1226).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.share_state import by_topic, code_of
from kwire.broker.broker import Broker
from kwire.broker.share.requests import Results, StateSummary, SummarizeState
from kwire.codec.messages.read_share_group_state_summary import (
    PartitionResult,
    ReadShareGroupStateSummaryRequest,
    ReadShareGroupStateSummaryResponse,
    ReadStateSummaryResult,
)
from kwire.errors import ErrorCode, KafkaError


def read_share_group_state_summary(
    broker: Broker, caller: Caller, request: ReadShareGroupStateSummaryRequest
) -> ReadShareGroupStateSummaryResponse:
    """Where each partition begins; -1 for one that is not kept."""
    asked = SummarizeState(
        request.group_id,
        tuple((topic.topic_id, part.partition) for topic in request.topics for part in topic.partitions),
    )
    return _answer(broker.share_coordinator.answer(asked))


def _answer(results: Results) -> ReadShareGroupStateSummaryResponse:
    return ReadShareGroupStateSummaryResponse(
        [
            ReadStateSummaryResult(topic_id, [_result(index, result) for index, result in some])
            for topic_id, some in by_topic(results)
        ]
    )


def _result(index: int, result: object) -> PartitionResult:
    if isinstance(result, StateSummary):
        return PartitionResult(
            partition=index,
            state_epoch=result.state_epoch,
            leader_epoch=result.leader_epoch,
            start_offset=result.start_offset,
            delivery_complete_count=result.complete_count,
        )
    return PartitionResult(index, *code_of(result))


def error_response(
    request: ReadShareGroupStateSummaryRequest, code: ErrorCode
) -> ReadShareGroupStateSummaryResponse:
    """The same code for every partition."""
    return _answer(
        {
            (topic.topic_id, part.partition): KafkaError(code)
            for topic in request.topics
            for part in topic.partitions
        }
    )
