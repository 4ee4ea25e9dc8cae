"""LeaveGroup (key 13), versions 0 to 5: members go, or are sent away.

1 throttle time; 3 many members, also by instance id (KIP-345); 4 flexible; 5 reason (KIP-800).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.leave_group import (
    LeaveGroupRequest,
    LeaveGroupResponse,
    MemberResponse,
)
from kwire.errors import ErrorCode

MANY_FROM = 3


def leave_group(broker: Broker, caller: Caller, request: LeaveGroupRequest) -> LeaveGroupResponse:
    """Remove the members at once; the others rebalance."""
    now_ms = broker.clock.monotonic_ms()
    if caller.version < MANY_FROM:
        codes = broker.groups.leave(request.group_id, [(request.member_id, None, None)], now_ms)
        return LeaveGroupResponse(error_code=codes[0])
    codes = broker.groups.leave(
        request.group_id,
        [(member.member_id, member.group_instance_id, member.reason) for member in request.members],
        now_ms,
    )
    return LeaveGroupResponse(
        members=[
            MemberResponse(
                member_id=member.member_id, group_instance_id=member.group_instance_id, error_code=code
            )
            for member, code in zip(request.members, codes, strict=True)
        ]
    )


def error_response(request: LeaveGroupRequest, code: ErrorCode) -> LeaveGroupResponse:
    return LeaveGroupResponse(error_code=code)
