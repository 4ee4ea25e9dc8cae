"""UnregisterBroker (key 64), version 0: forget a broker that is gone for good (KIP-631)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.unregister_broker import UnregisterBrokerRequest, UnregisterBrokerResponse
from kwire.errors import ErrorCode, KafkaError


def unregister_broker(
    broker: Broker, caller: Caller, request: UnregisterBrokerRequest
) -> UnregisterBrokerResponse:
    try:
        broker.controller.workers.unregister(request.broker_id)
    except KafkaError as error:
        return UnregisterBrokerResponse(error_code=error.code, error_message=error.message)
    return UnregisterBrokerResponse(error_message="")


def error_response(request: UnregisterBrokerRequest, code: ErrorCode) -> UnregisterBrokerResponse:
    return UnregisterBrokerResponse(error_code=code)
