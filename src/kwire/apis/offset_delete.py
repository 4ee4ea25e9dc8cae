"""OffsetDelete (key 47), version 0: a group forgets what it committed for topics it does not consume (KIP-496)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.groups.administration import delete_offsets
from kwire.codec.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
)
from kwire.errors import ErrorCode


def offset_delete(broker: Broker, caller: Caller, request: OffsetDeleteRequest) -> OffsetDeleteResponse:
    """Remove the offsets; for each partition, whether that may be."""
    existing = []
    for data in request.topics:
        topic = broker.topics.get(data.name)
        count = 0 if topic is None else len(topic.partitions)
        existing += [
            (data.name, part.partition_index) for part in data.partitions if 0 <= part.partition_index < count
        ]
    codes = delete_offsets(broker, request.group_id, existing)
    return OffsetDeleteResponse(
        topics=[
            OffsetDeleteResponseTopic(
                name=data.name,
                partitions=[
                    OffsetDeleteResponsePartition(
                        part.partition_index,
                        codes.get((data.name, part.partition_index), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
                    )
                    for part in data.partitions
                ],
            )
            for data in request.topics
        ]
    )


def error_response(request: OffsetDeleteRequest, code: ErrorCode) -> OffsetDeleteResponse:
    return OffsetDeleteResponse(error_code=code)
