"""Heartbeat (key 12), versions 0 to 4: a member says that it is alive, and hears whether to join again.

1 throttle time; 3 static members (KIP-345); 4 flexible.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.heartbeat import HeartbeatRequest, HeartbeatResponse
from kwire.errors import ErrorCode, KafkaError


def heartbeat(broker: Broker, caller: Caller, request: HeartbeatRequest) -> HeartbeatResponse:
    """Let the member live for another session timeout."""
    try:
        broker.groups.heartbeat(
            request.group_id,
            request.member_id,
            request.group_instance_id,
            request.generation_id,
            broker.clock.monotonic_ms(),
        )
    except KafkaError as error:  # a part of every rebalance, so it is answered here
        return HeartbeatResponse(error_code=error.code)
    return HeartbeatResponse()


def error_response(request: HeartbeatRequest, code: ErrorCode) -> HeartbeatResponse:
    return HeartbeatResponse(error_code=code)
