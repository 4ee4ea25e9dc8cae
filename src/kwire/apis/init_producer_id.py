"""InitProducerId (key 22), versions 0 to 5: an id for an idempotent producer (KIP-98).

2 flexible; 3 producer id and epoch of a producer that recovers (KIP-360); 4 PRODUCER_FENCED; 5 TRANSACTION_ABORTABLE.
Version 6 (KIP-939) is unstable and not served. Transactional ids are not served yet.
"""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.broker.broker import Broker
from kwire.codec.messages.init_producer_id import InitProducerIdRequest, InitProducerIdResponse
from kwire.errors import ErrorCode, KafkaError

ARRIVAL_MS = 5_000
"""How long a client waits, at most, for the controller to give this broker more ids."""


def init_producer_id(
    broker: Broker, caller: Caller, request: InitProducerIdRequest
) -> InitProducerIdResponse | Wait[InitProducerIdResponse]:
    """A fresh producer id with epoch 0; an idempotent producer that recovers gets a fresh one too."""
    try:
        if request.transactional_id == "" or (request.producer_id == -1) != (request.producer_epoch == -1):
            raise KafkaError(ErrorCode.INVALID_REQUEST)
        if request.transactional_id is not None:
            raise KafkaError(ErrorCode.UNSUPPORTED_VERSION)
        producer_id = broker.producer_ids.take()
    except KafkaError as error:
        return error_response(request, error.code)
    if producer_id is None:
        return Wait(
            lambda final: _attempt(broker, request, final),
            [broker.producer_ids.arrived],
            broker.clock.monotonic_ms() + ARRIVAL_MS,
        )
    return InitProducerIdResponse(producer_id=producer_id, producer_epoch=0)


def _attempt(broker: Broker, request: InitProducerIdRequest, final: bool) -> InitProducerIdResponse | None:
    producer_id = broker.producer_ids.take()
    if producer_id is None:
        return error_response(request, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) if final else None
    return InitProducerIdResponse(producer_id=producer_id, producer_epoch=0)


def error_response(request: InitProducerIdRequest, code: ErrorCode) -> InitProducerIdResponse:
    return InitProducerIdResponse(error_code=code, producer_id=-1, producer_epoch=-1)
