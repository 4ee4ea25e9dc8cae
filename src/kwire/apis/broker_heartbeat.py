"""BrokerHeartbeat (key 63), versions 0 to 2: a worker lives, or wants to leave (KIP-631).

1 directories that failed (KIP-858); 2 directories that take no new partitions (KIP-1066). Neither has an effect.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.broker_heartbeat import BrokerHeartbeatRequest, BrokerHeartbeatResponse
from kwire.errors import ErrorCode, KafkaError


def broker_heartbeat(
    broker: Broker, caller: Caller, request: BrokerHeartbeatRequest
) -> BrokerHeartbeatResponse:
    """What the controller makes of the worker now."""
    try:
        heard = broker.controller.workers.heartbeat(
            request.broker_id,
            request.broker_epoch,
            request.current_metadata_offset,
            want_fence=request.want_fence,
            want_shut_down=request.want_shut_down,
        )
    except KafkaError as error:
        return error_response(request, error.code)
    return BrokerHeartbeatResponse(
        is_caught_up=heard.is_caught_up,
        is_fenced=heard.is_fenced,
        should_shut_down=heard.should_shut_down,
    )


def error_response(request: BrokerHeartbeatRequest, code: ErrorCode) -> BrokerHeartbeatResponse:
    return BrokerHeartbeatResponse(error_code=code)
