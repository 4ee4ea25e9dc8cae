"""The table of states: every state meets every event, and what comes of it is Kafka's."""

from __future__ import annotations

import pytest

from kwire.broker.transactions.states import BUSY, BY_NUMBER, NEXT, Event, State, after
from kwire.errors import ErrorCode, KafkaError

BUSY_CODE = ErrorCode.CONCURRENT_TRANSACTIONS
WRONG = ErrorCode.INVALID_TXN_STATE

EXPECTED: dict[State, dict[Event, State | ErrorCode]] = {
    State.EMPTY: {
        Event.INIT: State.EMPTY,
        Event.ADD: State.ONGOING,
        Event.NEXT_ABORT: State.PREPARE_ABORT,
        Event.EXPIRE: State.DEAD,
    },
    State.ONGOING: {
        Event.INIT: BUSY_CODE,
        Event.ADD: State.ONGOING,
        Event.COMMIT: State.PREPARE_COMMIT,
        Event.ABORT: State.PREPARE_ABORT,
        Event.FENCE: State.PREPARE_EPOCH_FENCE,
    },
    State.PREPARE_COMMIT: {
        Event.INIT: BUSY_CODE,
        Event.ADD: BUSY_CODE,
        Event.COMMIT: BUSY_CODE,
        Event.COMPLETE: State.COMPLETE_COMMIT,
    },
    State.PREPARE_ABORT: {
        Event.INIT: BUSY_CODE,
        Event.ADD: BUSY_CODE,
        Event.ABORT: BUSY_CODE,
        Event.COMPLETE: State.COMPLETE_ABORT,
    },
    State.COMPLETE_COMMIT: {
        Event.INIT: State.EMPTY,
        Event.ADD: State.ONGOING,
        Event.COMMIT: State.COMPLETE_COMMIT,
        Event.NEXT_ABORT: State.PREPARE_ABORT,
        Event.EXPIRE: State.DEAD,
    },
    State.COMPLETE_ABORT: {
        Event.INIT: State.EMPTY,
        Event.ADD: State.ONGOING,
        Event.ABORT: State.COMPLETE_ABORT,
        Event.NEXT_ABORT: State.PREPARE_ABORT,
        Event.EXPIRE: State.DEAD,
    },
    State.DEAD: {},
    State.PREPARE_EPOCH_FENCE: {Event.ABORT: State.PREPARE_ABORT},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_event_in_every_state_leads_where_kafka_goes(state: State, event: Event) -> None:
    expected = EXPECTED[state].get(event, WRONG)
    if isinstance(expected, State):
        assert after(state, event) is expected
    else:
        with pytest.raises(KafkaError) as caught:
            after(state, event)
        assert caught.value.code == expected


def test_nothing_both_happens_and_has_to_wait() -> None:
    assert not BUSY & set(NEXT)


def test_numbers_are_those_of_kafkas_log() -> None:
    numbers = {state.value: number for number, state in BY_NUMBER.items()}
    assert numbers == {
        "Empty": 0,
        "Ongoing": 1,
        "PrepareCommit": 2,
        "PrepareAbort": 3,
        "CompleteCommit": 4,
        "CompleteAbort": 5,
        "Dead": 6,
        "PrepareEpochFence": 7,
    }
    assert all(state.number == number for number, state in BY_NUMBER.items())
