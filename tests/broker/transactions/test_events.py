"""How a transactional id lies in `__transaction_state`: what goes in comes out, and old records are understood."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from kwire.broker.transactions.events import (
    Transaction,
    TransactionStored,
    decode_event,
    encode_event,
)
from kwire.broker.transactions.states import State

STORED_STATES = [state for state in State if state not in (State.DEAD, State.PREPARE_EPOCH_FENCE)]

partitions = st.frozensets(st.tuples(st.sampled_from(["a", "b", "__consumer_offsets"]), st.integers(0, 99)))


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    state = draw(st.sampled_from(STORED_STATES))
    return Transaction(
        transactional_id=draw(st.text(max_size=20)),
        producer_id=draw(st.integers(0, 2**62)),
        epoch=draw(st.integers(0, 32767)),
        timeout_ms=draw(st.integers(1, 900_000)),
        state=state,
        updated_ms=draw(st.integers(0, 2**40)),
        previous_producer_id=draw(st.integers(-1, 2**62)),
        next_producer_id=draw(st.integers(-1, 2**62)),
        partitions=frozenset() if state is State.EMPTY else draw(partitions),
        started_ms=draw(st.integers(-1, 2**40)),
        client_version=draw(st.integers(0, 2)),
    )


@given(transactions())
def test_version_1_keeps_everything(transaction: Transaction) -> None:
    event = TransactionStored(transaction.transactional_id, transaction)
    assert decode_event(*encode_event(event, 1)) == event


@given(transactions())
def test_version_0_keeps_everything_but_what_came_with_kip_890(transaction: Transaction) -> None:
    event = TransactionStored(transaction.transactional_id, transaction)
    read = decode_event(*encode_event(event, 0))
    assert read is not None
    assert read.transaction == attrs.evolve(
        transaction, previous_producer_id=-1, next_producer_id=-1, client_version=0
    )


def test_an_id_that_is_gone_is_a_tombstone() -> None:
    key, value = encode_event(TransactionStored("t", None), 1)
    assert value is None
    assert decode_event(key, value) == TransactionStored("t", None)


def test_records_of_other_kinds_are_passed_over() -> None:
    assert decode_event(None, b"") is None
    assert decode_event(b"\x00\x63whatever", b"\x00\x00") is None
