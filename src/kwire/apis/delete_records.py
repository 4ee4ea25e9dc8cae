"""DeleteRecords (key 21), versions 0 to 2: move the start of a log (KIP-107).

2 flexible.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.topic_registry import INTERNAL_TOPICS
from kwire.codec.messages.delete_records import (
    DeleteRecordsPartitionResult,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopicResult,
)
from kwire.errors import ErrorCode, KafkaError


def delete_records(broker: Broker, caller: Caller, request: DeleteRecordsRequest) -> DeleteRecordsResponse:
    """Drop everything below an offset of each partition (-1: the high watermark); answer with the new log start."""
    results = []
    for data in request.topics:
        partitions = []
        for part in data.partitions:
            try:
                partition = broker.topics.partition(data.name, part.partition_index)
                if data.name in INTERNAL_TOPICS:
                    raise KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION)
                low_watermark = partition.delete_records(part.offset)
            except KafkaError as error:
                partitions.append(_refusal(part.partition_index, error.code))
            else:
                partitions.append(
                    DeleteRecordsPartitionResult(
                        partition_index=part.partition_index, low_watermark=low_watermark
                    )
                )
        results.append(DeleteRecordsTopicResult(name=data.name, partitions=partitions))
    broker.log_starts_changed()
    broker.purging.look()
    return DeleteRecordsResponse(topics=results)


def error_response(request: DeleteRecordsRequest, code: ErrorCode) -> DeleteRecordsResponse:
    """The same code for every partition of the request."""
    return DeleteRecordsResponse(
        topics=[
            DeleteRecordsTopicResult(
                name=data.name, partitions=[_refusal(part.partition_index, code) for part in data.partitions]
            )
            for data in request.topics
        ]
    )


def _refusal(index: int, code: ErrorCode) -> DeleteRecordsPartitionResult:
    return DeleteRecordsPartitionResult(partition_index=index, low_watermark=-1, error_code=code)
