"""DeleteShareGroupOffsets (key 92), version 0: let a share group without members forget topics (KIP-932)."""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.apis.parked import when_placed
from kwire.broker.broker import Broker
from kwire.broker.groups.shares import OffsetChange
from kwire.codec.messages.delete_share_group_offsets import (
    DeleteShareGroupOffsetsRequest,
    DeleteShareGroupOffsetsResponse,
    DeleteShareGroupOffsetsResponseTopic,
)
from kwire.errors import ErrorCode, KafkaError


def delete_share_group_offsets(
    broker: Broker, caller: Caller, request: DeleteShareGroupOffsetsRequest
) -> DeleteShareGroupOffsetsResponse | Wait[DeleteShareGroupOffsetsResponse]:
    """A code for each topic, once nothing of it is kept any more."""
    try:
        if not broker.groups.shares.is_served:
            raise KafkaError(ErrorCode.UNSUPPORTED_VERSION)
        topics = [*dict.fromkeys(topic.topic_name for topic in request.topics)]
        parked = broker.groups.shares.delete_offsets(request.group_id, topics)
    except KafkaError as error:
        return DeleteShareGroupOffsetsResponse(error_code=error.code, error_message=error.message)
    return when_placed(broker, [parked], lambda: _answer(parked.answer or []))


def _answer(changes: list[OffsetChange]) -> DeleteShareGroupOffsetsResponse:
    return DeleteShareGroupOffsetsResponse(
        responses=[
            DeleteShareGroupOffsetsResponseTopic(
                topic_name=change.topic,
                topic_id=change.topic_id,
                error_code=0 if change.error is None else change.error.code,
                error_message=None if change.error is None else change.error.message,
            )
            for change in changes
        ]
    )


def error_response(
    request: DeleteShareGroupOffsetsRequest, code: ErrorCode
) -> DeleteShareGroupOffsetsResponse:
    return DeleteShareGroupOffsetsResponse(error_code=code)
