"""SyncGroup (key 14), versions 0 to 5: the leader gives everybody's assignment, everybody gets its own.

1 throttle time; 3 static members (KIP-345); 4 flexible; 5 protocol type and name, which must be those of the group
(KIP-559). Followers wait for the leader.
"""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.apis.join_group import PARKED_AT_MOST_MS
from kwire.broker.broker import Broker
from kwire.broker.groups.members import Synced
from kwire.codec.messages.sync_group import SyncGroupRequest, SyncGroupResponse
from kwire.errors import ErrorCode, KafkaError


def sync_group(
    broker: Broker, caller: Caller, request: SyncGroupRequest
) -> SyncGroupResponse | Wait[SyncGroupResponse]:
    """The member's assignment in this generation. A server that stops sends it to find the coordinator again."""
    if caller.version >= 5 and (request.protocol_type is None or request.protocol_name is None):
        raise KafkaError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    now_ms = broker.clock.monotonic_ms()
    parked = broker.groups.sync(
        request.group_id,
        request.member_id,
        request.group_instance_id,
        request.generation_id,
        request.protocol_type,
        request.protocol_name,
        {each.member_id: each.assignment for each in request.assignments},
        now_ms,
    )
    if parked.answer is not None:
        broker.groups.settle(request.group_id)
        return _response(parked.answer)

    def attempt(final: bool) -> SyncGroupResponse | None:
        if parked.answer is not None:
            broker.groups.settle(request.group_id)
            return _response(parked.answer)
        return SyncGroupResponse(error_code=ErrorCode.NOT_COORDINATOR) if final else None

    return Wait(attempt, (parked.placed,), now_ms + PARKED_AT_MOST_MS)


def error_response(request: SyncGroupRequest, code: ErrorCode) -> SyncGroupResponse:
    """No assignment, and why."""
    return SyncGroupResponse(error_code=code)


def _response(answer: Synced) -> SyncGroupResponse:
    return SyncGroupResponse(
        error_code=answer.error,
        protocol_type=answer.protocol_type,
        protocol_name=answer.protocol_name,
        assignment=answer.assignment,
    )
