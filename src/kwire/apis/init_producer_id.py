"""InitProducerId (key 22), versions 0 to 5: an id for an idempotent or a transactional producer (KIP-98).

2 flexible; 3 producer id and epoch of a producer that recovers (KIP-360); 4 PRODUCER_FENCED; 5 TRANSACTION_ABORTABLE.
Version 6 (KIP-939) is unstable and not served.
"""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.broker.broker import Broker
from kwire.codec.messages.init_producer_id import InitProducerIdRequest, InitProducerIdResponse
from kwire.errors import ErrorCode, KafkaError

ARRIVAL_MS = 5_000
"""How long a client waits, at most, for the controller to give this broker more ids."""

FENCED_FROM = 4


def init_producer_id(
    broker: Broker, caller: Caller, request: InitProducerIdRequest
) -> InitProducerIdResponse | Wait[InitProducerIdResponse]:
    """A fresh producer id with epoch 0, or, for a transactional id, its producer in a new epoch."""
    answer = _attempt(broker, caller.version, request, False)
    if answer is not None:
        return answer
    return Wait(
        lambda final: _attempt(broker, caller.version, request, final),
        [broker.producer_ids.arrived],
        broker.clock.monotonic_ms() + ARRIVAL_MS,
    )


def _attempt(
    broker: Broker, version: int, request: InitProducerIdRequest, final: bool
) -> InitProducerIdResponse | None:
    try:
        if request.transactional_id == "" or (request.producer_id == -1) != (request.producer_epoch == -1):
            raise KafkaError(ErrorCode.INVALID_REQUEST)
        if request.transactional_id is None:
            taken = broker.producer_ids.take()
            initialized = None if taken is None else (taken, 0)
        else:
            expected = (request.producer_id, request.producer_epoch) if request.producer_id != -1 else None
            initialized = broker.transactions.initialize(
                request.transactional_id, request.transaction_timeout_ms, expected
            )
    except KafkaError as error:
        fenced = error.code == ErrorCode.PRODUCER_FENCED and version < FENCED_FROM
        return error_response(request, ErrorCode.INVALID_PRODUCER_EPOCH if fenced else error.code)
    if initialized is None:
        return error_response(request, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) if final else None
    producer_id, epoch = initialized
    return InitProducerIdResponse(producer_id=producer_id, producer_epoch=epoch)


def error_response(request: InitProducerIdRequest, code: ErrorCode) -> InitProducerIdResponse:
    return InitProducerIdResponse(error_code=code, producer_id=-1, producer_epoch=-1)
