"""AlterShareGroupOffsets (key 91), version 0: let a share group without members begin elsewhere (KIP-932)."""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.apis.parked import when_placed
from kwire.broker.broker import Broker
from kwire.broker.groups.shares import OffsetChange
from kwire.codec.messages.alter_share_group_offsets import (
    AlterShareGroupOffsetsRequest,
    AlterShareGroupOffsetsResponse,
    AlterShareGroupOffsetsResponsePartition,
    AlterShareGroupOffsetsResponseTopic,
)
from kwire.errors import ErrorCode, KafkaError


def alter_share_group_offsets(
    broker: Broker, caller: Caller, request: AlterShareGroupOffsetsRequest
) -> AlterShareGroupOffsetsResponse | Wait[AlterShareGroupOffsetsResponse]:
    """A code for each partition, once its new beginning is on record."""
    offsets = {
        (topic.topic_name, part.partition_index): part.start_offset
        for topic in request.topics
        for part in topic.partitions
    }
    try:
        if not broker.groups.shares.is_served:
            raise KafkaError(ErrorCode.UNSUPPORTED_VERSION)
        parked = broker.groups.shares.alter_offsets(request.group_id, offsets)
    except KafkaError as error:
        return AlterShareGroupOffsetsResponse(error_code=error.code, error_message=error.message)
    return when_placed(broker, [parked], lambda: _answer(parked.answer or []))


def _answer(changes: list[OffsetChange]) -> AlterShareGroupOffsetsResponse:
    topics: dict[str, AlterShareGroupOffsetsResponseTopic] = {}
    for change in changes:
        topic = topics.get(change.topic)
        if topic is None:
            topic = topics[change.topic] = AlterShareGroupOffsetsResponseTopic(change.topic, change.topic_id)
        part = AlterShareGroupOffsetsResponsePartition(change.index)
        if change.error is not None:
            part.error_code, part.error_message = change.error.code, change.error.message
        topic.partitions.append(part)
    return AlterShareGroupOffsetsResponse(responses=[*topics.values()])


def error_response(request: AlterShareGroupOffsetsRequest, code: ErrorCode) -> AlterShareGroupOffsetsResponse:
    return AlterShareGroupOffsetsResponse(error_code=code)
