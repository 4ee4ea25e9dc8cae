"""What the coordinator of transactions must not forget, and how it lies in `__transaction_state`.

One kind of event: a transactional id is now this. The key says which id, the value everything about it, and no value
is a tombstone: the id is gone.
"""

from __future__ import annotations

from itertools import groupby

import attrs

from kwire.broker.transactions.states import BY_NUMBER, State
from kwire.codec.stored import (
    decode_coordinator_record,
    encode_coordinator_key,
    encode_coordinator_value,
)
from kwire.codec.stored.transaction_log import PartitionsSchema, TransactionLogKey, TransactionLogValue

TRANSACTIONS_TOPIC = "__transaction_state"

MAX_EPOCH = 32767
"""No producer is ever given this one, so that the coordinator can always fence the one before."""

NO_EPOCH = -1
NO_PRODUCER = -1

BUMPING_VERSION = 2
"""From this transaction.version on the epoch rises with every transaction (KIP-890)."""

TAGGED_VERSION = 1
"""From this transaction.version on the record has tagged fields."""

TopicIndex = tuple[str, int]
"""A partition: the name of its topic, and its index."""


@attrs.frozen
class Transaction:
    """A transactional id: its producer, and how far its transaction is."""

    transactional_id: str
    producer_id: int
    epoch: int
    timeout_ms: int
    state: State
    updated_ms: int
    """Wall clock."""
    previous_producer_id: int = NO_PRODUCER
    """The one before the last change."""
    next_producer_id: int = NO_PRODUCER
    """What the producer goes on with, when its epochs end with the transaction that is being ended."""
    last_epoch: int = NO_EPOCH
    """The epoch before, which its producer may still have when it did not hear of the new one; not stored."""
    partitions: frozenset[TopicIndex] = frozenset()
    started_ms: int = -1
    """Wall clock; -1 before the first transaction."""
    client_version: int = 0
    """The transaction.version that its producer speaks."""

    @property
    def is_exhausted(self) -> bool:
        return self.epoch >= MAX_EPOCH - 1

    @property
    def is_idle(self) -> bool:
        return self.state in (State.EMPTY, State.COMPLETE_COMMIT, State.COMPLETE_ABORT)

    def may_go_on(self, producer_id: int, epoch: int) -> bool:
        """Is this the producer that has the id, or the same under the producer id before (KIP-360)?"""
        return producer_id == self.producer_id or (
            producer_id == self.previous_producer_id and epoch >= MAX_EPOCH - 1
        )


@attrs.frozen
class TransactionStored:
    """A transactional id is now this; None: it is gone."""

    transactional_id: str
    transaction: Transaction | None


def encode_event(event: TransactionStored, version: int) -> tuple[bytes, bytes | None]:
    """Key and value of the record, in version 0 or 1 of the value."""
    key = encode_coordinator_key(TransactionLogKey(event.transactional_id))
    transaction = event.transaction
    if transaction is None:
        return key, None
    partitions = None
    if transaction.state is not State.EMPTY:
        partitions = [
            PartitionsSchema(topic, [index for _, index in group])
            for topic, group in groupby(sorted(transaction.partitions), key=lambda each: each[0])
        ]
    value = TransactionLogValue(
        producer_id=transaction.producer_id,
        producer_epoch=transaction.epoch,
        transaction_timeout_ms=transaction.timeout_ms,
        transaction_status=transaction.state.number,
        transaction_partitions=partitions,
        transaction_last_update_timestamp_ms=transaction.updated_ms,
        transaction_start_timestamp_ms=transaction.started_ms,
    )
    if version:
        value.previous_producer_id = transaction.previous_producer_id
        value.next_producer_id = transaction.next_producer_id
        value.client_transaction_version = transaction.client_version
    return key, encode_coordinator_value(value, version)


def decode_event(key: bytes | None, value: bytes | None) -> TransactionStored | None:
    """The event in a record; None for a record of another kind. Raises MalformedFrame."""
    if key is None:
        return None
    record = decode_coordinator_record(TRANSACTIONS_TOPIC, key, value)
    if record is None:
        return None
    of: TransactionLogKey = record[0]
    what: TransactionLogValue | None = record[1]
    transactional_id = of.transactional_id
    state = None if what is None else BY_NUMBER.get(what.transaction_status)
    if what is None or state is None or state is State.DEAD:
        return TransactionStored(transactional_id, None)
    return TransactionStored(
        transactional_id,
        Transaction(
            transactional_id=transactional_id,
            producer_id=what.producer_id,
            epoch=what.producer_epoch,
            timeout_ms=what.transaction_timeout_ms,
            state=state,
            updated_ms=what.transaction_last_update_timestamp_ms,
            previous_producer_id=what.previous_producer_id,
            next_producer_id=what.next_producer_id,
            partitions=frozenset(
                (topic.topic, index)
                for topic in what.transaction_partitions or ()
                for index in topic.partition_ids
            ),
            started_ms=what.transaction_start_timestamp_ms,
            client_version=what.client_transaction_version,
        ),
    )
