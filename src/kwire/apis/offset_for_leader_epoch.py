"""OffsetForLeaderEpoch (key 23), versions 2 to 4: where a leader epoch ends (KIP-101, KIP-320).

3 replica id and current leader epoch from consumers; 4 flexible.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.offset_for_leader_epoch import (
    EpochEndOffset,
    OffsetForLeaderEpochRequest,
    OffsetForLeaderEpochResponse,
    OffsetForLeaderTopicResult,
)
from kwire.errors import ErrorCode, KafkaError


def offset_for_leader_epoch(
    broker: Broker, caller: Caller, request: OffsetForLeaderEpochRequest
) -> OffsetForLeaderEpochResponse:
    """For each partition: the largest epoch not above the one asked for, and the offset after its last record."""
    results = []
    for data in request.topics:
        ends = []
        for part in data.partitions:
            try:
                partition = broker.topics.partition(data.topic, part.partition)
                partition.check_leader_epoch(part.current_leader_epoch)
                epoch, end_offset = partition.log.end_offset_for_epoch(part.leader_epoch)
                if part.leader_epoch == partition.leader_epoch:
                    epoch, end_offset = partition.leader_epoch, partition.log_end_offset
            except KafkaError as error:
                ends.append(_refusal(part.partition, error.code))
            else:
                ends.append(
                    EpochEndOffset(partition=part.partition, leader_epoch=epoch, end_offset=end_offset)
                )
        results.append(OffsetForLeaderTopicResult(topic=data.topic, partitions=ends))
    return OffsetForLeaderEpochResponse(topics=results)


def error_response(request: OffsetForLeaderEpochRequest, code: ErrorCode) -> OffsetForLeaderEpochResponse:
    """The same code for every partition of the request."""
    return OffsetForLeaderEpochResponse(
        topics=[
            OffsetForLeaderTopicResult(
                topic=data.topic, partitions=[_refusal(part.partition, code) for part in data.partitions]
            )
            for data in request.topics
        ]
    )


def _refusal(index: int, code: ErrorCode) -> EpochEndOffset:
    return EpochEndOffset(partition=index, error_code=code, leader_epoch=-1, end_offset=-1)
