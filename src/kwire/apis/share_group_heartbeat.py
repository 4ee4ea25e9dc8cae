"""ShareGroupHeartbeat (key 76), version 1: all that a member of a share group says (KIP-932)."""

from __future__ import annotations

import attrs

from kwire.apis import Caller, Wait
from kwire.apis.share_acknowledging import check_member
from kwire.broker.broker import Broker
from kwire.broker.groups.modern import Beat
from kwire.broker.groups.share import ShareGroup, ShareHeartbeat
from kwire.codec.messages.share_group_heartbeat import (
    Assignment,
    ShareGroupHeartbeatRequest,
    ShareGroupHeartbeatResponse,
    TopicPartitions,
)
from kwire.errors import ErrorCode, KafkaError

OTHERS_WAIT_MS = 1_000
"""So long at most does a heartbeat wait for other workers."""


def share_group_heartbeat(
    broker: Broker, caller: Caller, request: ShareGroupHeartbeatRequest
) -> ShareGroupHeartbeatResponse | Wait[ShareGroupHeartbeatResponse]:
    """The member's epoch, and what it is to have when that changed.

    A member that says what it subscribes to waits a moment for other workers that are to keep the state of partitions:
    otherwise it would have them with its next heartbeat only.
    """
    topics = request.subscribed_topic_names
    beat = ShareHeartbeat(
        member_id=request.member_id,
        epoch=request.member_epoch,
        client_id=caller.client_id,
        client_host=f"/{caller.client_host}",
        rack_id=request.rack_id,
        topics=None if topics is None else tuple(sorted(set(topics))),
    )
    try:
        group_id, _ = check_member(broker, request.group_id, request.member_id)
        answer = broker.groups.shares.heartbeat(group_id, beat, broker.clock.monotonic_ms())
        group = broker.groups.groups.get(group_id)
    except KafkaError as error:  # a part of every rebalance, so it is answered here
        return _refusal(error)
    if beat.topics is None or beat.epoch < 0 or not isinstance(group, ShareGroup) or not group.asked:
        return _answer(broker, group_id, answer)
    again = attrs.evolve(beat, epoch=answer.epoch)

    def attempt(final: bool) -> ShareGroupHeartbeatResponse | None:
        if group.asked and not final:
            return None
        try:
            answer = broker.groups.shares.heartbeat(group_id, again, broker.clock.monotonic_ms())
        except KafkaError as error:
            return _refusal(error)
        return _answer(broker, group_id, answer)

    return Wait(attempt, [group.begun], broker.clock.monotonic_ms() + OTHERS_WAIT_MS)


def _refusal(error: KafkaError) -> ShareGroupHeartbeatResponse:
    return ShareGroupHeartbeatResponse(error_code=error.code, error_message=error.message)


def _answer(broker: Broker, group_id: str, answer: Beat) -> ShareGroupHeartbeatResponse:
    if answer.assignment is not None:
        broker.groups.settle(group_id)
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
