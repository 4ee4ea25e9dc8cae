"""UnregisterController (key 94), version 0: forget a controller that is gone for good (new in Kafka 4.4)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.unregister_controller import (
    UnregisterControllerRequest,
    UnregisterControllerResponse,
)
from kwire.errors import ErrorCode, KafkaError


def unregister_controller(
    broker: Broker, caller: Caller, request: UnregisterControllerRequest
) -> UnregisterControllerResponse:
    try:
        broker.controller.unregister_controller(request.controller_id)
    except KafkaError as error:
        return UnregisterControllerResponse(error_code=error.code, error_message=error.message)
    return UnregisterControllerResponse(error_message=None)


def error_response(request: UnregisterControllerRequest, code: ErrorCode) -> UnregisterControllerResponse:
    return UnregisterControllerResponse(error_code=code)
