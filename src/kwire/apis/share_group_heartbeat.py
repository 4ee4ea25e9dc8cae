"""ShareGroupHeartbeat (key 76), version 1: all that a member of a share group says (KIP-932)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.share_acknowledging import check_member
from kwire.broker.broker import Broker
from kwire.broker.groups.share import ShareHeartbeat
from kwire.codec.messages.share_group_heartbeat import (
    Assignment,
    ShareGroupHeartbeatRequest,
    ShareGroupHeartbeatResponse,
    TopicPartitions,
)
from kwire.errors import ErrorCode, KafkaError


def share_group_heartbeat(
    broker: Broker, caller: Caller, request: ShareGroupHeartbeatRequest
) -> ShareGroupHeartbeatResponse:
    """The member's epoch, and what it is to have when that changed."""
    topics = request.subscribed_topic_names
    try:
        group_id, member_id = check_member(broker, request.group_id, request.member_id)
        answer = broker.groups.shares.heartbeat(
            group_id,
            ShareHeartbeat(
                member_id=member_id,
                epoch=request.member_epoch,
                client_id=caller.client_id,
                client_host=f"/{caller.client_host}",
                rack_id=request.rack_id,
                topics=None if topics is None else tuple(sorted(set(topics))),
            ),
            broker.clock.monotonic_ms(),
        )
    except KafkaError as error:  # a part of every rebalance, so it is answered here
        return ShareGroupHeartbeatResponse(error_code=error.code, error_message=error.message)
    return ShareGroupHeartbeatResponse(
        member_id=answer.member_id,
        member_epoch=answer.epoch,
        heartbeat_interval_ms=answer.heartbeat_interval_ms,
        assignment=None
        if answer.assignment is None
        else Assignment(
            [TopicPartitions(topic_id, sorted(indexes)) for topic_id, indexes in answer.assignment.items()]
        ),
    )


def error_response(request: ShareGroupHeartbeatRequest, code: ErrorCode) -> ShareGroupHeartbeatResponse:
    return ShareGroupHeartbeatResponse(error_code=code)
