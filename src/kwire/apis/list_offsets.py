"""ListOffsets (key 2), versions 1 to 11: offsets by time, and the special ones.

2 isolation level; 4 leader epochs; 6 flexible; 7 max timestamp (KIP-734); 8 earliest local offset; 9 latest tiered
offset; 10 timeout for remote storage; 11 earliest offset pending upload (KIP-1023). Without tiered storage everything
is local, and nothing is tiered or pending.
"""

from __future__ import annotations

from collections import Counter

from kwire.apis import Caller, Wait
from kwire.broker.broker import Broker
from kwire.broker.partition import Partition
from kwire.broker.signals import Signal
from kwire.codec.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
)
from kwire.errors import ErrorCode, KafkaError
from kwire.log.warming import Cold

COLD_WAIT_MS = 10_000
"""So long may the disk take to show where a time is; then the client is told to ask again."""

LATEST = -1
EARLIEST = -2
MAX_TIMESTAMP = -3
EARLIEST_LOCAL = -4
LATEST_TIERED = -5
EARLIEST_PENDING_UPLOAD = -6

_SINCE_VERSION = {
    LATEST: 1,
    EARLIEST: 1,
    MAX_TIMESTAMP: 7,
    EARLIEST_LOCAL: 8,
    LATEST_TIERED: 9,
    EARLIEST_PENDING_UPLOAD: 11,
}


def list_offsets(
    broker: Broker, caller: Caller, request: ListOffsetsRequest
) -> ListOffsetsResponse | Wait[ListOffsetsResponse]:
    """For each partition, the offset that belongs to a timestamp (milliseconds, or one of the special ones).

    A time that only the disk knows is waited for.
    """
    version = caller.version
    response, cold = _answer(broker, version, request)
    if not cold:
        return response

    def attempt(final: bool) -> ListOffsetsResponse | None:
        response, cold = _answer(broker, version, request)
        return response if final or not cold else None

    return Wait(attempt, cold, broker.clock.monotonic_ms() + COLD_WAIT_MS)


def _answer(
    broker: Broker, version: int, request: ListOffsetsRequest
) -> tuple[ListOffsetsResponse, list[Signal]]:
    """What can be said now, and what fires when the disk has brought more."""
    cold = []
    asked = Counter((data.name, part.partition_index) for data in request.topics for part in data.partitions)
    committed_only = request.isolation_level == 1
    answers = []
    for data in request.topics:
        partitions = []
        for part in data.partitions:
            try:
                if asked[data.name, part.partition_index] > 1:
                    raise KafkaError(ErrorCode.INVALID_REQUEST, "The partition is named more than once")
                partition = broker.topics.partition(data.name, part.partition_index)
                partition.check_leader_epoch(part.current_leader_epoch)
                offset, timestamp, leader_epoch = _find(
                    partition, part, version, committed_only=committed_only
                )
            except KafkaError as error:
                partitions.append(_refusal(part.partition_index, error.code))
            except Cold:
                cold.append(partition.warmed)
                partitions.append(_refusal(part.partition_index, ErrorCode.REQUEST_TIMED_OUT))
            else:
                partitions.append(
                    ListOffsetsPartitionResponse(
                        partition_index=part.partition_index,
                        timestamp=timestamp,
                        offset=offset,
                        # Older versions have no place for it.
                        leader_epoch=leader_epoch if version >= 4 else -1,
                    )
                )
        answers.append(ListOffsetsTopicResponse(name=data.name, partitions=partitions))
    return ListOffsetsResponse(topics=answers), cold


def error_response(request: ListOffsetsRequest, code: ErrorCode) -> ListOffsetsResponse:
    """The same code for every partition of the request."""
    return ListOffsetsResponse(
        topics=[
            ListOffsetsTopicResponse(
                name=data.name,
                partitions=[_refusal(part.partition_index, code) for part in data.partitions],
            )
            for data in request.topics
        ]
    )


def _find(
    partition: Partition, part: ListOffsetsPartition, version: int, *, committed_only: bool
) -> tuple[int, int, int]:
    """(offset, timestamp, leader epoch), each -1 when there is none. Raises KafkaError(UNSUPPORTED_VERSION)."""
    timestamp = part.timestamp
    if timestamp < 0 and version < _SINCE_VERSION.get(timestamp, 1 << 15):
        raise KafkaError(
            ErrorCode.UNSUPPORTED_VERSION, f"Special timestamp {timestamp} is not known to version {version}"
        )
    if timestamp == LATEST:
        end = partition.last_stable_offset if committed_only else partition.high_watermark
        return end, -1, partition.leader_epoch
    if timestamp in (EARLIEST, EARLIEST_LOCAL):
        start = partition.log_start_offset
        return start, -1, partition.log.leader_epochs.at(start)
    if timestamp in (LATEST_TIERED, EARLIEST_PENDING_UPLOAD):
        return -1, -1, -1
    if timestamp == MAX_TIMESTAMP:
        newest = partition.max_timestamp()
        if newest is None or (committed_only and newest[0] >= partition.last_stable_offset):
            return -1, -1, -1
        return newest
    return partition.offset_for_timestamp(timestamp, committed_only=committed_only) or (-1, -1, -1)


def _refusal(index: int, code: ErrorCode) -> ListOffsetsPartitionResponse:
    return ListOffsetsPartitionResponse(
        partition_index=index, error_code=code, timestamp=-1, offset=-1, leader_epoch=-1
    )
