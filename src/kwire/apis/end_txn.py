"""EndTxn (key 26), versions 0 to 5: commit or abort a transaction (KIP-98).

2 PRODUCER_FENCED; 3 flexible; 4 TRANSACTION_ABORTABLE; 5 gives the producer the epoch of the next one (KIP-890).
"""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.apis.fencing import fencing_code
from kwire.apis.init_producer_id import ARRIVAL_MS
from kwire.broker.broker import Broker
from kwire.codec.messages.end_txn import EndTxnRequest, EndTxnResponse
from kwire.errors import ErrorCode, KafkaError

BUMPING_FROM = 5


def end_txn(broker: Broker, caller: Caller, request: EndTxnRequest) -> EndTxnResponse | Wait[EndTxnResponse]:
    """Answered when the outcome is decided; what that changes for consumers follows by itself."""
    answer = _attempt(broker, caller.version, request, False)
    if answer is not None:
        return answer
    return Wait(
        lambda final: _attempt(broker, caller.version, request, final),
        [broker.producer_ids.arrived],
        broker.clock.monotonic_ms() + ARRIVAL_MS,
    )


def _attempt(broker: Broker, version: int, request: EndTxnRequest, final: bool) -> EndTxnResponse | None:
    try:
        ended = broker.transactions.end(
            request.transactional_id,
            request.producer_id,
            request.producer_epoch,
            commit=request.committed,
            client_version=2 if version >= BUMPING_FROM else 0,
        )
    except KafkaError as error:
        return error_response(request, fencing_code(error.code, version))
    if ended is None:
        return error_response(request, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) if final else None
    producer_id, epoch = ended
    return EndTxnResponse(producer_id=producer_id, producer_epoch=epoch)


def error_response(request: EndTxnRequest, code: ErrorCode) -> EndTxnResponse:
    return EndTxnResponse(error_code=code)
