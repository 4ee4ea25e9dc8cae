"""The states of a transactional id, and what each lets happen: the whole state machine as two tables.

States have Kafka's names and numbers. What a coordinator decides is written and applied at once, so that
PrepareEpochFence, which Kafka keeps in memory between the two, is passed through on the way to PrepareAbort here.
"""

from __future__ import annotations

from enum import Enum, auto

from kwire.errors import ErrorCode, KafkaError


class State(Enum):
    """As a transactional id is shown (`value`), and as it is stored (`number`)."""

    EMPTY = "Empty"
    ONGOING = "Ongoing"
    PREPARE_COMMIT = "PrepareCommit"
    PREPARE_ABORT = "PrepareAbort"
    COMPLETE_COMMIT = "CompleteCommit"
    COMPLETE_ABORT = "CompleteAbort"
    DEAD = "Dead"
    PREPARE_EPOCH_FENCE = "PrepareEpochFence"

    @property
    def number(self) -> int:
        return _NUMBERS[self]

    @property
    def is_ending(self) -> bool:
        """Is the outcome decided, and not known everywhere?"""
        return self in (State.PREPARE_COMMIT, State.PREPARE_ABORT)


_NUMBERS = {state: number for number, state in enumerate(State)}
BY_NUMBER = dict(enumerate(State))


class Event(Enum):
    """What happens to a transactional id."""

    INIT = auto()
    """A producer begins, or begins anew."""
    ADD = auto()
    """Partitions become part of its transaction."""
    COMMIT = auto()
    """The producer ends its transaction, or says again that it does."""
    ABORT = auto()
    NEXT_COMMIT = auto()
    """A producer whose epoch rises with every transaction ends one in which nothing was done (KIP-890)."""
    NEXT_ABORT = auto()
    FENCE = auto()
    """Another producer took its place, or its time is over."""
    COMPLETE = auto()
    """Every partition has its marker."""
    EXPIRE = auto()
    """Nobody used it for long."""


NEXT: dict[tuple[State, Event], State] = {
    (State.EMPTY, Event.INIT): State.EMPTY,
    (State.COMPLETE_COMMIT, Event.INIT): State.EMPTY,
    (State.COMPLETE_ABORT, Event.INIT): State.EMPTY,
    (State.EMPTY, Event.ADD): State.ONGOING,
    (State.ONGOING, Event.ADD): State.ONGOING,
    (State.COMPLETE_COMMIT, Event.ADD): State.ONGOING,
    (State.COMPLETE_ABORT, Event.ADD): State.ONGOING,
    (State.ONGOING, Event.COMMIT): State.PREPARE_COMMIT,
    (State.ONGOING, Event.ABORT): State.PREPARE_ABORT,
    (State.COMPLETE_COMMIT, Event.COMMIT): State.COMPLETE_COMMIT,
    (State.COMPLETE_ABORT, Event.ABORT): State.COMPLETE_ABORT,
    (State.EMPTY, Event.NEXT_ABORT): State.PREPARE_ABORT,
    (State.COMPLETE_COMMIT, Event.NEXT_ABORT): State.PREPARE_ABORT,
    (State.COMPLETE_ABORT, Event.NEXT_ABORT): State.PREPARE_ABORT,
    (State.ONGOING, Event.FENCE): State.PREPARE_EPOCH_FENCE,
    (State.PREPARE_EPOCH_FENCE, Event.ABORT): State.PREPARE_ABORT,
    (State.PREPARE_COMMIT, Event.COMPLETE): State.COMPLETE_COMMIT,
    (State.PREPARE_ABORT, Event.COMPLETE): State.COMPLETE_ABORT,
    (State.EMPTY, Event.EXPIRE): State.DEAD,
    (State.COMPLETE_COMMIT, Event.EXPIRE): State.DEAD,
    (State.COMPLETE_ABORT, Event.EXPIRE): State.DEAD,
}
"""What comes of it."""

BUSY: frozenset[tuple[State, Event]] = frozenset(
    {
        (State.PREPARE_COMMIT, Event.INIT),
        (State.PREPARE_ABORT, Event.INIT),
        (State.ONGOING, Event.INIT),
        (State.PREPARE_COMMIT, Event.ADD),
        (State.PREPARE_ABORT, Event.ADD),
        (State.PREPARE_COMMIT, Event.COMMIT),
        (State.PREPARE_ABORT, Event.ABORT),
    }
)
"""What has to wait for the end of the transaction: CONCURRENT_TRANSACTIONS. Everything else is INVALID_TXN_STATE."""


def after(state: State, event: Event) -> State:
    """The state that an event leads to. Raises KafkaError: CONCURRENT_TRANSACTIONS, INVALID_TXN_STATE."""
    found = NEXT.get((state, event))
    if found is None:
        if (state, event) in BUSY:
            raise KafkaError(ErrorCode.CONCURRENT_TRANSACTIONS, "The transaction before has not ended yet")
        raise KafkaError(ErrorCode.INVALID_TXN_STATE, f"{event.name} is not possible in {state.value}")
    return found
