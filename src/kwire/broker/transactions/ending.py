"""How transactions end: the outcome is on record, then every partition gets its marker, then that is on record too.

Nothing waits here: an ending goes as far as it can and is looked at again when a promise is kept, an answer came, or
it is time to try once more. Always holds: each step follows only from what is durable, as far as flush settings say, so
that a crash between any two of them leaves something to go on from; and a marker is on its way to a partition at most
once at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from kwire.broker.calls import WriteMarkers
from kwire.broker.transactions.events import TopicIndex, Transaction
from kwire.broker.transactions.states import State
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kwire.broker.broker import Broker
    from kwire.broker.signals import Signal
    from kwire.broker.storage.flushing import Promise
    from kwire.broker.transactions.coordinator import TransactionCoordinator

log = logging.getLogger(__name__)

FIRST_PAUSE_MS = 100
LONGEST_PAUSE_MS = 2_000
"""How long a partition that could not take its marker is left alone, which doubles from the first to the longest."""

NEVER_MS = 1 << 62

REFUSED = (ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.TRANSACTION_COORDINATOR_FENCED)
"""What trying again would not change: somebody else has ended the transaction there, with a newer epoch."""


@attrs.define(eq=False)
class Ending:
    """One transaction on its way from decided to done."""

    prepared: Transaction
    remaining: set[TopicIndex]
    """Partitions whose marker is neither there nor on its way."""
    asked: int = 0
    """Calls that are not answered."""
    undecided: list[Promise] = attrs.Factory(list)
    """What must be kept before any marker is written."""
    unkept: list[tuple[Promise, tuple[TopicIndex, ...]]] = attrs.Factory(list)
    """Markers that are written here, and not durable."""
    is_over: bool = False
    """A partition refused its marker for good: nothing more is done."""
    is_lost: bool = False
    """The decision could not be made durable: it has to be written again."""
    due_ms: int | None = None
    """When to try again, on the monotonic clock."""
    pause_ms: int = FIRST_PAUSE_MS
    watched: list[Signal] = attrs.Factory(list)
    ring: Callable[[], None] = lambda: None


class Endings:
    """Every transaction that is being ended by this coordinator."""

    def __init__(self, broker: Broker, coordinator: TransactionCoordinator) -> None:
        self._broker = broker
        self._coordinator = coordinator
        self._waiting: set[Ending] = set()
        """Those that are to be tried again at a time."""
        self._rung: list[Ending] = []
        """Those for which a promise may have been kept."""

    def begin(self, prepared: Transaction, promises: Sequence[Promise]) -> None:
        """The outcome was written just now; `promises` say when that is durable."""
        self._go_on(Ending(prepared, set(prepared.partitions), undecided=[*promises]))

    def resume(self, prepared: Transaction, promises: Sequence[Promise]) -> None:
        """The outcome was found in the log: go on with the next tick."""
        ending = Ending(prepared, set(prepared.partitions), undecided=[*promises])
        ending.due_ms = self._broker.clock.monotonic_ms()
        self._waiting.add(ending)
        self._broker.deadline_changed.fire()

    def tick(self, now_ms: int) -> None:
        """Go on with what may go on."""
        rung, self._rung = self._rung, []
        for ending in rung:
            self._go_on(ending)
        for ending in [each for each in self._waiting if each.due_ms is not None and each.due_ms <= now_ms]:
            self._waiting.discard(ending)
            ending.due_ms = None
            self._go_on(ending)

    def next_deadline(self) -> int:
        if self._rung:
            return self._broker.clock.monotonic_ms()
        return min((each.due_ms for each in self._waiting if each.due_ms is not None), default=NEVER_MS)

    def _go_on(self, ending: Ending) -> None:
        """As far as it gets."""
        self._look_at_promises(ending)
        if ending.is_over or ending.due_ms is not None:
            return
        if ending.is_lost and not self._decide_again(ending):
            return
        if ending.undecided:
            self._watch(ending)
            return
        if ending.remaining:
            self._send(ending)
            return
        if ending.unkept:
            self._watch(ending)
        elif not ending.asked:
            self._complete(ending)

    def _look_at_promises(self, ending: Ending) -> None:
        """Forget those that are kept; what was promised and is not to be is done again, a little later."""
        for signal in ending.watched:
            signal.discard(ending.ring)
        ending.watched.clear()
        try:
            ending.undecided = [promise for promise in ending.undecided if not promise.is_kept()]
        except KafkaError as error:
            ending.undecided = []
            ending.is_lost = True
            self._later(ending, error)
        unkept = []
        for promise, partitions in ending.unkept:
            try:
                if not promise.is_kept():
                    unkept.append((promise, partitions))
            except KafkaError as error:
                ending.remaining.update(partitions)
                self._later(ending, error)
        ending.unkept = unkept

    def _watch(self, ending: Ending) -> None:
        """Look again when a promise may be kept. The signal only notes it: rules run in the next tick."""

        def ring() -> None:
            if ending not in self._rung:
                self._rung.append(ending)
                self._broker.deadline_changed.fire()

        ending.ring = ring
        promises = [*ending.undecided, *(promise for promise, _ in ending.unkept)]
        ending.watched = [signal for promise in promises for signal in promise.signals]
        for signal in ending.watched:
            signal.add(ring)

    def _decide_again(self, ending: Ending) -> bool:
        try:
            ending.undecided = self._coordinator.write_again(ending.prepared)
        except KafkaError as error:
            self._later(ending, error)
            return False
        ending.is_lost = False
        return True

    def _later(self, ending: Ending, reason: object) -> None:
        """Try again after a pause."""
        if ending.due_ms is None:
            log.debug("%s: markers are tried again: %s", ending.prepared.transactional_id, reason)
            ending.due_ms = self._broker.clock.monotonic_ms() + ending.pause_ms
            ending.pause_ms = min(ending.pause_ms * 2, LONGEST_PAUSE_MS)
            self._waiting.add(ending)
            self._broker.deadline_changed.fire()

    # Markers

    def _send(self, ending: Ending) -> None:
        """Ask the leader of every partition that has no marker; a partition that is gone needs none."""
        prepared = ending.prepared
        try:
            coordinator_epoch = self._coordinator.coordinator_epoch(prepared.transactional_id)
        except KafkaError as error:
            self._later(ending, error)
            return
        by_node: dict[int, list[TopicIndex]] = {}
        for name, index in sorted(ending.remaining):
            topic = self._broker.topics.get(name)
            if topic is not None and index < len(topic.partitions):
                by_node.setdefault(topic.partitions[index].leader_id, []).append((name, index))
        ending.remaining.clear()
        ending.asked = len(by_node) + 1  # this one here, until all are asked
        for node_id, partitions in by_node.items():
            request = WriteMarkers(
                prepared.producer_id,
                prepared.epoch,
                prepared.state is State.PREPARE_COMMIT,
                tuple(partitions),
                coordinator_epoch,
                prepared.client_version,
            )

            def then(answer: object, request: WriteMarkers = request) -> None:
                self._answered(ending, request.partitions, answer)

            owed = self._broker.flushing.owed
            before = len(owed)
            self._broker.ask(node_id, request, then)
            ending.unkept += [(promise, request.partitions) for promise in owed[before:]]
            del owed[before:]  # the client waits for the decision, not for all that follows from it
        ending.asked -= 1
        if not ending.asked:
            self._go_on(ending)

    def _answered(self, ending: Ending, partitions: tuple[TopicIndex, ...], answer: object) -> None:
        """A leader has written markers, or has not."""
        ending.asked -= 1
        codes = answer if isinstance(answer, dict) else {}
        for partition in partitions:
            code = codes.get(partition, ErrorCode.NETWORK_EXCEPTION)
            if code in REFUSED:
                self._broker.warn(
                    f"transactional id {ending.prepared.transactional_id}: {partition[0]}-{partition[1]} refuses its "
                    f"marker ({ErrorCode(code).name}); it stays in {ending.prepared.state.value}"
                )
                ending.is_over = True
            elif code != ErrorCode.NONE:
                ending.remaining.add(partition)
                self._later(ending, ErrorCode(code).name if codes else answer)
        if not ending.asked:
            self._go_on(ending)

    def _complete(self, ending: Ending) -> None:
        try:
            self._coordinator.complete(ending.prepared)
        except KafkaError as error:
            self._later(ending, error)
