"""An answer that waits for what others have to put on record first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from kwire.apis import UNTIL_DURABLE_MS, Wait
from kwire.broker.broker import Broker
from kwire.broker.groups.members import Parked
from kwire.errors import ErrorCode, KafkaError

R = TypeVar("R")


def when_placed(broker: Broker, parked: Sequence[Parked[Any]], make: Callable[[], R]) -> R | Wait[R]:
    """The answer that `make` makes once all are placed, and what was written meanwhile is as durable as it must be.

    The attempt raises KafkaError(REQUEST_TIMED_OUT) when that takes too long.
    """
    if all(each.answer is not None for each in parked):
        return make()
    owed = broker.flushing.take_owed()

    def attempt(final: bool) -> R | None:
        if all(each.answer is not None for each in parked) and all(promise.is_kept() for promise in owed):
            return make()
        if final:
            raise KafkaError(ErrorCode.REQUEST_TIMED_OUT)
        return None

    signals = [each.placed for each in parked] + [signal for promise in owed for signal in promise.signals]
    return Wait(attempt, signals, broker.clock.monotonic_ms() + UNTIL_DURABLE_MS)
