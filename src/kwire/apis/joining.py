"""Asking the coordinator of a transaction before a partition takes the first records of it (KIP-890).

Producers of the first protocol generation have added the partition themselves, and it is only verified; for those of
the second the leader of the partition adds it. Once a transaction is open in a partition, nobody asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from kwire.apis import UNTIL_DURABLE_MS, Wait
from kwire.broker.broker import Broker
from kwire.broker.calls import JoinTransaction
from kwire.broker.signals import Signal
from kwire.errors import ErrorCode, KafkaError

R = TypeVar("R")
Codes = Mapping[tuple[str, int], ErrorCode]

TIMEOUT_MS = 30_000
"""How long the coordinator is waited for, at most: Kafka's `request.timeout.ms`."""


def join_first(
    broker: Broker,
    request: JoinTransaction,
    go_on: Callable[[Codes], R],
    tries: int | None = None,
    begin_again: Callable[[int], Any] | None = None,
) -> R | Wait[Any]:
    """What `go_on` answers, once the coordinator has said for each partition whether it is part of the transaction.

    While the transaction before is being ended, a partition that is to be added is asked for again, for a while
    (`add.partitions.to.txn.retry.backoff.max.ms`): by `begin_again`, which is told how often it may be, where the end
    of that transaction changes what there is to ask. A coordinator that cannot be reached is NETWORK_EXCEPTION.
    """
    if tries is None:
        tries = 0 if request.verify_only else _tries(broker)
    answers: list[Any] = []
    answered = Signal()

    def then(answer: Any) -> None:
        answers.append(answer)
        answered.fire()

    try:
        node_id = broker.transactions.known_coordinator_of(request.transactional_id)
        broker.ask(node_id, request, then)
    except KafkaError as error:
        answers.append(error.code)  # not the error: its traceback would keep the request, and itself, alive

    def attempt(final: bool) -> R | Wait[Any] | None:
        if not answers and not final:
            return None
        codes = _codes(request, answers[0] if answers else None)
        if tries and ErrorCode.CONCURRENT_TRANSACTIONS in codes.values():
            pause_ms = broker.config.int("add.partitions.to.txn.retry.backoff.ms")
            return _after(
                broker,
                pause_ms,
                lambda: (
                    begin_again(tries - 1) if begin_again else join_first(broker, request, go_on, tries - 1)
                ),
            )
        return go_on(codes)

    if answers:
        promises = broker.flushing.take_owed()
        if not promises:
            answer = attempt(False)
            assert answer is not None
            return answer

        def when_kept(final: bool) -> R | Wait[Any] | None:
            if all(promise.is_kept() for promise in promises):
                return attempt(False)
            if final:
                raise KafkaError(ErrorCode.REQUEST_TIMED_OUT)
            return None

        signals = [signal for promise in promises for signal in promise.signals]
        return _waiting(broker, when_kept, signals, UNTIL_DURABLE_MS)
    return _waiting(broker, attempt, [answered], TIMEOUT_MS)


def _tries(broker: Broker) -> int:
    pause_ms = broker.config.int("add.partitions.to.txn.retry.backoff.ms")
    return broker.config.int("add.partitions.to.txn.retry.backoff.max.ms") // pause_ms


def _waiting(
    broker: Broker, attempt: Callable[[bool], Any], signals: list[Signal], timeout_ms: int
) -> Wait[Any]:
    # The answer of an attempt may be another wait: the edge goes on with that one.
    return Wait(attempt, signals, broker.clock.monotonic_ms() + timeout_ms)


def _after(broker: Broker, pause_ms: int, again: Callable[[], Any]) -> Wait[Any]:
    return _waiting(broker, lambda final: again() if final else None, [], pause_ms)


def _codes(request: JoinTransaction, answer: Any) -> Codes:
    """A code for each partition, whatever came back."""
    if isinstance(answer, dict):
        return answer
    if isinstance(answer, KafkaError):
        answer = answer.code
    code = answer if isinstance(answer, ErrorCode) else ErrorCode.NETWORK_EXCEPTION
    return dict.fromkeys(request.partitions, code)
