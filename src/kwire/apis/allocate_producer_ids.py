"""AllocateProducerIds (key 67), version 0: a block of producer ids for a worker to give out (KIP-730)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.allocate_producer_ids import AllocateProducerIdsRequest, AllocateProducerIdsResponse
from kwire.errors import ErrorCode, KafkaError


def allocate_producer_ids(
    broker: Broker, caller: Caller, request: AllocateProducerIdsRequest
) -> AllocateProducerIdsResponse:
    """The next block."""
    try:
        block = broker.controller.next_producer_ids_block(request.broker_id, request.broker_epoch)
    except KafkaError as error:
        return error_response(request, error.code)
    return AllocateProducerIdsResponse(producer_id_start=block.start, producer_id_len=len(block))


def error_response(request: AllocateProducerIdsRequest, code: ErrorCode) -> AllocateProducerIdsResponse:
    return AllocateProducerIdsResponse(error_code=code)
