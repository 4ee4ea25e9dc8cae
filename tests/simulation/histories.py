"""What transactional clients did and saw, and whether it can be: exactly once, all or nothing, in order.

A history is written down outside the server, by the clients themselves: each transaction with what it wrote, the
offsets that it committed, and how it ended as far as its producer knows; and each look of a reader of committed records
at a partition. `check` compares that with what the partitions hold in the end. Values are unique.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import Enum

import attrs

Place = tuple[str, int]
"""Topic and partition."""

Records = list[tuple[int, bytes]]
"""(offset, value), as a reader of committed records was given them."""


class Outcome(Enum):
    """What a producer knows of its transaction's end."""

    COMMITTED = "it was told so"
    ABORTED = "it was told so, or never asked for a commit"
    UNKNOWN = "it asked for a commit and was not told what came of it"


@attrs.define(eq=False)
class Transaction:
    """One transaction, or what one producer wrote between two of them."""

    producer: str
    number: int
    """Transactions of one producer are numbered as they began."""
    writes: list[tuple[Place, bytes]] = attrs.Factory(list)
    """What the server may have been sent, in order."""
    acknowledged: set[bytes] = attrs.Factory(set)
    offsets: dict[tuple[str, Place], tuple[int, int]] = attrs.Factory(dict)
    """By group and partition: the position that it began at, and the one that it committed."""
    outcome: Outcome = Outcome.ABORTED

    def __str__(self) -> str:
        return f"transaction {self.number} of {self.producer} ({self.outcome.name.lower()})"


@attrs.frozen
class Look:
    """A reader of committed records was given all there is of one partition between two offsets."""

    reader: str
    place: Place
    start: int
    end: int
    """Where it reads on: everything below was given, or is not for its eyes."""
    records: Records


@attrs.define
class History:
    """What was done and seen; in the order in which it was told."""

    transactions: list[Transaction] = attrs.Factory(list)
    looks: list[Look] = attrs.Factory(list)
    fenced: list[str] = attrs.Factory(list)
    """Who was told that another one has taken its place, or that its transaction is over."""
    positions: dict[tuple[str, Place], list[int]] = attrs.Factory(lambda: defaultdict(list))
    """Committed offsets of groups, as one observer was told of them, one after the other."""

    def begin(self, producer: str, number: int) -> Transaction:
        transaction = Transaction(producer, number)
        self.transactions.append(transaction)
        return transaction


class Anomaly(AssertionError):
    """Something that must not be. `kind` is what it is called."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


def check(
    history: History,
    final: Mapping[Place, Records],
    final_positions: Mapping[tuple[str, Place], int] | None = None,
    *,
    unseen: Iterable[Place] = (),
) -> None:
    """Raises Anomaly. `final` is what a reader of committed records is given of every partition when all is quiet.

    `final_positions` are the offsets that groups have committed then; `unseen` are partitions whose records are none of
    these transactions' (the input of those who consume, transform and produce).
    """
    _check_values(history, final, set(unseen))
    _check_outcomes(history, final)
    _check_order(history, final)
    _check_looks(history, final)
    _check_positions(history, final_positions or {})


def _owners(history: History) -> dict[bytes, tuple[Transaction, Place]]:
    owners: dict[bytes, tuple[Transaction, Place]] = {}
    for transaction in history.transactions:
        for place, value in transaction.writes:
            assert value not in owners, f"{value!r} was to be unique"
            owners[value] = transaction, place
    return owners


def _check_values(history: History, final: Mapping[Place, Records], unseen: set[Place]) -> None:
    """Everything that is there was written there, once."""
    owners = _owners(history)
    for place, records in final.items():
        found: set[bytes] = set()
        for offset, value in records:
            if value in found:
                raise Anomaly("duplicate", f"{value!r} is in {place} again, at offset {offset}")
            found.add(value)
            if place not in unseen and owners.get(value, (None, None))[1] != place:
                raise Anomaly(
                    "unwritten", f"{value!r} is in {place} at offset {offset}, where nobody wrote it"
                )


def _check_outcomes(history: History, final: Mapping[Place, Records]) -> None:
    """Of a transaction is everything there, or nothing."""
    there = {(place, value) for place, records in final.items() for _, value in records}
    for transaction in history.transactions:
        seen = [write for write in transaction.writes if write in there]
        missing = [write for write in transaction.writes if write not in there]
        if transaction.outcome is Outcome.ABORTED and seen:
            raise Anomaly("aborted read", f"{seen[0]} of {transaction} can be read")
        if transaction.outcome is Outcome.COMMITTED and missing:
            raise Anomaly("lost write", f"{missing[0]} of {transaction} is not there")
        if transaction.outcome is Outcome.UNKNOWN and seen and missing:
            raise Anomaly("half a transaction", f"of {transaction} there is {seen[0]}, and not {missing[0]}")


def _check_order(history: History, final: Mapping[Place, Records]) -> None:
    """A partition has the records of one producer in the order in which they were sent."""
    ranks: dict[bytes, tuple[str, int]] = {}
    counts: dict[str, int] = defaultdict(int)
    for transaction in sorted(history.transactions, key=lambda each: (each.producer, each.number)):
        for _, value in transaction.writes:
            counts[transaction.producer] += 1
            ranks[value] = transaction.producer, counts[transaction.producer]
    for place, records in final.items():
        newest: dict[str, int] = defaultdict(int)
        for offset, value in records:
            if value not in ranks:
                continue
            producer, rank = ranks[value]
            if rank < newest[producer]:
                raise Anomaly(
                    "reordered", f"{value!r} is in {place} at {offset}, after what was written later"
                )
            newest[producer] = rank


def _check_looks(history: History, final: Mapping[Place, Records]) -> None:
    """What was given to anybody is what is there for everybody, in the end as at that time."""
    for look in history.looks:
        offsets = [offset for offset, _ in look.records]
        if offsets != sorted(set(offsets)) or (
            offsets and not look.start <= offsets[0] <= offsets[-1] < look.end
        ):
            raise Anomaly("offsets that go back", f"{look.reader} was given {offsets} from {look.start} on")
        lasting = [each for each in final.get(look.place, []) if look.start <= each[0] < look.end]
        for each in look.records:
            if each not in lasting:
                raise Anomaly(
                    "vanished", f"{look.reader} was given {each} in {look.place}, and it is not there"
                )
        for each in lasting:
            if each not in look.records:
                raise Anomaly(
                    "skipped",
                    f"{look.reader} was given everything from {look.start} to {look.end} of {look.place} but {each}",
                )


def _check_positions(history: History, final_positions: Mapping[tuple[str, Place], int]) -> None:
    """Offsets are committed with their transactions, one after the other, and never go back."""
    for where, told in history.positions.items():
        if told != sorted(told):
            raise Anomaly("positions that go back", f"{where} was told {told}")
    steps: dict[tuple[str, Place], dict[int, tuple[int, Transaction]]] = defaultdict(dict)
    unknown: dict[tuple[str, Place], list[tuple[int, int, Transaction]]] = defaultdict(list)
    for transaction in history.transactions:
        for where, (start, end) in transaction.offsets.items():
            if transaction.outcome is Outcome.COMMITTED:
                if start in steps[where]:
                    raise Anomaly(
                        "consumed twice",
                        f"{where} from {start} by {transaction} and {steps[where][start][1]}",
                    )
                steps[where][start] = end, transaction
            elif transaction.outcome is Outcome.UNKNOWN:
                unknown[where].append((start, end, transaction))
    for where, position in final_positions.items():
        # The chain of commits from 0 leads to where the group stands; where it breaks, an unknown one fills the gap.
        at, left = 0, dict(steps[where])
        while at < position:
            if at in left:
                at = left.pop(at)[0]
                continue
            fitting = [each for each in unknown[where] if each[0] == at]
            if not fitting:
                raise Anomaly(
                    "positions without a commit", f"{where} is at {position}: nobody committed from {at} on"
                )
            at = max(end for _, end, _ in fitting)
        if at > position or left:
            raise Anomaly("lost commit", f"{where} is at {position}, and {left or at} was committed")


def check_copies(source: Records, copies: Iterable[bytes], position: int) -> None:
    """Everything that was consumed was produced once. Raises Anomaly.

    A copy is what it is of, a ">", and whatever makes it unique; `position` is where the group stands in the source.
    """
    due = {value for offset, value in source if offset < position}
    found: set[bytes] = set()
    for copy in copies:
        value = copy.split(b">")[0]
        if value in found:
            raise Anomaly("copied twice", f"{value!r}")
        if value not in due:
            raise Anomaly("copied without a commit", f"{value!r}, and the group stands at {position}")
        found.add(value)
    if found != due:
        raise Anomaly("not copied", f"{min(due - found)!r}, and the group stands at {position}")
