"""AddOffsetsToTxn (key 25), versions 0 to 4: a group's offsets become part of a transaction (KIP-98).

2 PRODUCER_FENCED; 3 flexible; 4 TRANSACTION_ABORTABLE.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.fencing import fencing_code
from kwire.broker.broker import Broker
from kwire.broker.hashing import coordinator_index
from kwire.broker.topic_registry import CONSUMER_OFFSETS
from kwire.codec.messages.add_offsets_to_txn import AddOffsetsToTxnRequest, AddOffsetsToTxnResponse
from kwire.errors import ErrorCode, KafkaError


def add_offsets_to_txn(
    broker: Broker, caller: Caller, request: AddOffsetsToTxnRequest
) -> AddOffsetsToTxnResponse:
    """What is added is the partition of `__consumer_offsets` that the group hashes to."""
    try:
        topic = broker.topics.ensure_internal(CONSUMER_OFFSETS)
        index = coordinator_index(request.group_id, len(topic.partitions))
        broker.transactions.add(
            request.transactional_id, request.producer_id, request.producer_epoch, [(topic.name, index)]
        )
    except KafkaError as error:
        return error_response(request, fencing_code(error.code, caller.version))
    return AddOffsetsToTxnResponse()


def error_response(request: AddOffsetsToTxnRequest, code: ErrorCode) -> AddOffsetsToTxnResponse:
    return AddOffsetsToTxnResponse(error_code=code)
