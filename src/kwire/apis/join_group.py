"""JoinGroup (key 11), versions 0 to 9: become a member of the group's next generation.

1 rebalance timeout; 2 throttle time; 4 MEMBER_ID_REQUIRED (KIP-394); 5 static members (KIP-345); 6 flexible; 7 protocol
type and nullable protocol name (KIP-559); 8 reason (KIP-800); 9 skip assignment (KIP-814). The answer comes when
the generation is complete.
"""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.broker.broker import Broker
from kwire.broker.groups.members import Join, Joined
from kwire.codec.messages.join_group import (
    JoinGroupRequest,
    JoinGroupResponse,
    JoinGroupResponseMember,
)
from kwire.errors import ErrorCode, KafkaError

PARKED_AT_MOST_MS = 2**31 - 1
"""The longest timeout that the protocol can say; the group's own timers answer before it."""


def join_group(
    broker: Broker, caller: Caller, request: JoinGroupRequest
) -> JoinGroupResponse | Wait[JoinGroupResponse]:
    """Join, and wait for the others. A server that stops sends its members to find the coordinator again."""
    version = caller.version
    now_ms = broker.clock.monotonic_ms()
    protocols: dict[str, bytes] = {}
    for protocol in request.protocols:
        protocols.setdefault(protocol.name, protocol.metadata)
    join = Join(
        member_id=request.member_id,
        instance_id=request.group_instance_id,
        client_id=caller.client_id,
        client_host=f"/{caller.client_host}",
        session_timeout_ms=request.session_timeout_ms,
        rebalance_timeout_ms=request.rebalance_timeout_ms if version >= 1 else request.session_timeout_ms,
        protocol_type=request.protocol_type,
        protocols=tuple(protocols.items()),
        reason=request.reason,
        can_retry_with_id=version >= 4,
        can_skip_assignment=version >= 9,
    )
    try:
        parked = broker.groups.join(request.group_id, join, now_ms)
    except KafkaError as error:
        return _response(Joined(error.code, join.member_id), version)
    if parked.answer is not None:
        return _response(parked.answer, version)

    def attempt(final: bool) -> JoinGroupResponse | None:
        if parked.answer is not None:
            return _response(parked.answer, version)
        return _response(Joined(ErrorCode.NOT_COORDINATOR, join.member_id), version) if final else None

    return Wait(attempt, (parked.placed,), now_ms + PARKED_AT_MOST_MS)


def error_response(request: JoinGroupRequest, code: ErrorCode) -> JoinGroupResponse:
    """Not a member, and why; readable in every version."""
    return JoinGroupResponse(error_code=code, member_id=request.member_id, protocol_name="")


def _response(answer: Joined, version: int) -> JoinGroupResponse:
    protocol_name = answer.protocol_name
    return JoinGroupResponse(
        error_code=answer.error,
        generation_id=answer.generation,
        protocol_type=answer.protocol_type,
        protocol_name="" if protocol_name is None and version < 7 else protocol_name,
        leader=answer.leader_id,
        skip_assignment=answer.skip_assignment,
        member_id=answer.member_id,
        members=[
            JoinGroupResponseMember(member_id=member_id, group_instance_id=instance_id, metadata=metadata)
            for member_id, instance_id, metadata in answer.members
        ],
    )
