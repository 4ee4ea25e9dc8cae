"""A share partition: what became of the records that a share group was given of one partition (KIP-932).

A pure rule. Records before the start offset are done with. From there on each is available, acquired by one member
for some time, or done with: acknowledged, or archived because it was rejected, given out too often, or is not there
any more. Always holds: a record is acquired by at most one member, and the start offset is never behind a record that
is not done with.

What must survive is a `Change`: it holds at once for those who ask, and is `settle`d when it is on record, or was
refused, which takes it back. Until then nobody else gets its records. That somebody acquired records is not stored: a
restart gives them to whoever asks next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum

import attrs

from kwire.broker.share.runs import RecordState, Run, Runs, merged
from kwire.errors import ErrorCode, KafkaError


class Acknowledge(IntEnum):
    """What a member says of a record; the numbers are those of the protocol."""

    GAP = 0
    ACCEPT = 1
    RELEASE = 2
    REJECT = 3
    RENEW = 4


OUTCOMES = {
    Acknowledge.GAP: RecordState.ARCHIVED,
    Acknowledge.ACCEPT: RecordState.ACKNOWLEDGED,
    Acknowledge.RELEASE: RecordState.AVAILABLE,
    Acknowledge.REJECT: RecordState.ARCHIVED,
}


@attrs.frozen
class ShareLimits:
    """What holds for a share group."""

    max_deliveries: int = 5
    """A record that was given out so often and comes back is archived."""
    lock_ms: int = 30_000
    """How long a member has for a record."""
    max_in_flight: int = 2_000
    """So many records are neither done with nor untouched, at most."""
    renews: bool = True
    """May a member ask for more time (KIP-1222)?"""


@attrs.frozen
class AcknowledgedBatch:
    """What a member says of the records from `first` to `last`: one type for all of them, or one for each."""

    first: int
    last: int
    types: Sequence[int]


@attrs.frozen
class Acquired:
    """Records that a member was given, and for which time."""

    first: int
    last: int
    deliveries: int


@attrs.frozen
class Change:
    """Something that has to be on record before it counts."""

    number: int
    before: tuple[Run, ...]
    after: tuple[Run, ...]
    start_offset: int
    """The start offset that is stored with it."""
    complete_count: int
    """How many records from there on are done with then."""


class SharePartition:
    """What one share group did with one partition."""

    def __init__(
        self, start_offset: int, runs: Iterable[Run] = (), limits: ShareLimits | None = None
    ) -> None:
        """`runs` are as stored: available, acknowledged or archived."""
        self.start_offset = start_offset
        self.limits = limits if limits is not None else ShareLimits()
        self._runs = Runs(runs)
        self._runs.cut_below(start_offset)
        self._numbers = 0
        self._advance()

    # Looking

    @property
    def runs(self) -> list[Run]:
        """What is known of every record that was given out and not done with before the start offset moved on."""
        return list(self._runs)

    @property
    def end_offset(self) -> int:
        """The offset after the last that was ever given out."""
        last = self._runs.last_offset
        return self.start_offset if last is None else last + 1

    @property
    def in_flight(self) -> int:
        """Records up to the last that was given out that are not done with."""
        return self.end_offset - self.start_offset - self.complete_count

    @property
    def complete_count(self) -> int:
        """Records from the start offset on that are done with, on record."""
        return sum(len(run) for run in self._runs if run.state.is_final and not run.unsettled)

    @property
    def next_fetch_offset(self) -> int:
        """The first offset that could be given to somebody."""
        at = self.start_offset
        for run in self._runs:
            if run.first > at or _is_free(run):
                break
            at = run.last + 1
        return at

    @property
    def can_acquire(self) -> bool:
        """Is there room for more records, or one to be given again?"""
        return self.next_fetch_offset < self.end_offset or self.in_flight < self.limits.max_in_flight

    @property
    def next_deadline(self) -> int | None:
        """When the first lock ends (monotonic clock), while there is any."""
        return min((run.locked_until_ms for run in self._runs if _is_held(run)), default=None)

    # Giving out

    def acquire(
        self,
        member_id: str,
        batches: Iterable[tuple[int, int]],
        now_ms: int,
        *,
        max_records: int,
        batch_size: int = 0,
        exactly: bool = False,
    ) -> list[Acquired]:
        """Give a member what is available of batches that were read, each (first offset, last offset).

        Whole batches, until there are `max_records`; with `exactly`, no record more (KIP-1206). Without it, the answer
        is cut between batches into pieces of at least `batch_size` records, where that is not 0.
        """
        pieces: list[list[Acquired]] = []
        total = fresh = 0
        room = self.limits.max_in_flight - self.in_flight
        alone = False
        for first, last in batches:
            piece: list[Acquired] = []
            for run in self._free_between(max(first, self.start_offset), last):
                portion = self._portion(run, last - first + 1)
                if portion is not None:
                    alone = True
                    if total:
                        break
                    run = run.within(run.first, min(run.last, run.first + portion - 1))
                limit = max_records - total
                if run.first >= self.end_offset:
                    if fresh >= room:
                        break
                    limit = min(limit, room - fresh)
                if exactly and len(run) > limit:
                    if limit <= 0:
                        break
                    run = run.within(run.first, run.first + limit - 1)
                if run.first >= self.end_offset:
                    fresh += len(run)
                piece.append(self._give(run, member_id, now_ms))
                total += len(run)
                if alone:
                    break
            if piece:
                pieces.append(piece)
            if total >= max_records or alone:
                break
        return _in_batches(pieces, 0 if exactly else batch_size)

    def _portion(self, run: Run, size: int) -> int | None:
        """How many of these records are given at once, and without others, when they came back suspiciously often.

        Whoever cannot cope with one record gives back all of its batch, which has `size` of them. So from half of the
        deliveries on ever fewer are given together, and each by itself at its last chance.
        """
        most = self.limits.max_deliveries
        suspicious = max(2, -(-most // 2))
        if run.deliveries < suspicious:
            return None
        if run.deliveries == most - 1 and most > 2:
            return 1
        return max(1, size >> (run.deliveries - suspicious + 1))

    def _free_between(self, first: int, last: int) -> list[Run]:
        """What can be given out from `first` to `last`."""
        found = []
        at = first
        for run in self._runs.between(first, last):
            if run.first > at:
                found.append(Run(at, run.first - 1, RecordState.AVAILABLE, 0))
            if _is_free(run):
                found.append(run)
            at = run.last + 1
        if at <= last:
            found.append(Run(at, last, RecordState.AVAILABLE, 0))
        return found

    def _give(self, run: Run, member_id: str, now_ms: int) -> Acquired:
        deliveries = run.deliveries + 1
        self._runs.put(
            Run(
                run.first, run.last, RecordState.ACQUIRED, deliveries, member_id, now_ms + self.limits.lock_ms
            )
        )
        return Acquired(run.first, run.last, deliveries)

    def skip(self, first: int, last: int) -> None:
        """The log has no records with these offsets any more, if there are any: nobody is given them."""
        first = max(first, self.start_offset)
        if last < first:
            return
        for run in self._free_between(first, last):
            self._runs.put(Run(run.first, run.last, RecordState.ARCHIVED, run.deliveries))
        self._advance()

    def pass_over(self, first: int, last: int) -> None:
        """These records are for nobody, being of an aborted transaction: whoever acquired them has them not."""
        for run in self._runs.between(first, last):
            if not run.state.is_final and not run.unsettled:
                self._runs.put(Run(run.first, run.last, RecordState.ARCHIVED, run.deliveries))
        self._advance()

    # Taking back

    def acknowledge(self, member_id: str, batches: Sequence[AcknowledgedBatch], now_ms: int) -> Change | None:
        """A member says what became of its records: all of it holds, or nothing. None when nothing has to be stored.

        Raises KafkaError: INVALID_RECORD_STATE for records that this member does not have, INVALID_REQUEST for those
        that nobody was given yet.
        """
        before: list[Run] = []
        after: list[Run] = []
        renewed: list[Run] = []
        until_ms = now_ms + self.limits.lock_ms
        for batch in batches:
            for run, kind in self._judged(member_id, batch):
                if kind is Acknowledge.RENEW:
                    if not self.limits.renews:
                        raise KafkaError(
                            ErrorCode.INVALID_RECORD_STATE,
                            "Renewing acquisition locks is not enabled for the group.",
                        )
                    renewed.append(attrs.evolve(run, locked_until_ms=until_ms))
                else:
                    before.append(run)
                    after.append(self._ended(run, OUTCOMES[kind]))
        for one in renewed:
            self._runs.put(one)
        return self._change(before, after)

    def _judged(self, member_id: str, batch: AcknowledgedBatch) -> list[tuple[Run, Acknowledge]]:
        """The records of a batch with what is said of each. Raises KafkaError."""
        if batch.last < self.start_offset:
            return []  # they are archived already
        found = self._runs.between(max(batch.first, self.start_offset), batch.last)
        if batch.first >= self.end_offset > self.start_offset:
            raise KafkaError(
                ErrorCode.INVALID_REQUEST, f"Nobody was given records from offset {batch.first} on."
            )
        if not found:
            raise KafkaError(ErrorCode.INVALID_RECORD_STATE, "Nobody was given these records.")
        if batch.last >= self.end_offset:
            raise KafkaError(
                ErrorCode.INVALID_REQUEST, f"Nobody was given the records up to offset {batch.last}."
            )
        if sum(map(len, found)) < batch.last - max(batch.first, self.start_offset) + 1:
            raise KafkaError(ErrorCode.INVALID_RECORD_STATE, "Nobody was given some of these records.")
        judged = []
        for run in found:
            if run.state is not RecordState.ACQUIRED or run.unsettled:
                raise KafkaError(ErrorCode.INVALID_RECORD_STATE, f"Offset {run.first} is not acquired.")
            if run.member_id != member_id:
                raise KafkaError(
                    ErrorCode.INVALID_RECORD_STATE, f"Offset {run.first} is acquired by another member."
                )
            if len(batch.types) == 1:
                judged.append((run, Acknowledge(batch.types[0])))
            else:
                for offset in range(run.first, run.last + 1):
                    kind = Acknowledge(batch.types[offset - batch.first])
                    judged.append((run.within(offset, offset), kind))
        return judged

    def release(self, member_id: str) -> Change | None:
        """A member is gone: what it has can be given to others."""
        return self._give_up(lambda run: run.member_id == member_id)

    def expire(self, now_ms: int) -> Change | None:
        """Who had records for too long does not have them any more."""
        return self._give_up(lambda run: run.locked_until_ms <= now_ms)

    def _give_up(self, is_meant: Callable[[Run], bool]) -> Change | None:
        before = [run for run in self._runs if _is_held(run) and is_meant(run)]
        return self._change(before, [self._ended(run, RecordState.AVAILABLE) for run in before])

    def _ended(self, run: Run, state: RecordState) -> Run:
        if state is RecordState.AVAILABLE and run.deliveries >= self.limits.max_deliveries:
            state = RecordState.ARCHIVED
        return Run(run.first, run.last, state, run.deliveries)

    def _change(self, before: list[Run], after: list[Run]) -> Change | None:
        if not before:
            return None
        self._numbers += 1
        number = self._numbers
        for run in after:
            self._runs.put(attrs.evolve(run, unsettled=number))
        start_offset, complete_count = self.outlook((number,))
        return Change(number, tuple(before), tuple(merged(after)), start_offset, complete_count)

    def outlook(self, numbers: Iterable[int]) -> tuple[int, int]:
        """Start offset and how many are done with behind it, once the changes with these numbers are settled."""
        settled = {0, *numbers}
        at = self.start_offset
        complete = 0
        is_prefix = True
        for run in self._runs:
            is_done = run.state.is_final and run.unsettled in settled
            is_prefix = is_prefix and is_done and run.first == at
            if is_prefix:
                at = run.last + 1
            elif is_done:
                complete += len(run)
        return at, complete

    def settle(self, change: Change, *, is_stored: bool) -> None:
        """The change is on record, or it did not happen: then its records are as they were."""
        for run in change.after if is_stored else change.before:
            for now in self._runs.between(run.first, run.last):
                if now.unsettled == change.number:
                    self._runs.put(run.within(now.first, now.last))
        self._advance()

    # Where it begins

    def log_starts_at(self, offset: int) -> None:
        """Records below `offset` are gone from the log."""
        if offset > self.start_offset:
            self.start_offset = offset
            self._runs.cut_below(offset)
            self._advance()

    def _advance(self) -> None:
        at = self.start_offset
        for run in self._runs:
            if run.first != at or not run.state.is_final or run.unsettled:
                break
            at = run.last + 1
        if at > self.start_offset:
            self.start_offset = at
            self._runs.cut_below(at)


def _is_free(run: Run) -> bool:
    return run.state is RecordState.AVAILABLE and not run.unsettled


def _is_held(run: Run) -> bool:
    return run.state is RecordState.ACQUIRED and not run.unsettled


def _in_batches(pieces: Iterable[list[Acquired]], batch_size: int) -> list[Acquired]:
    """Neighbours that were given equally often are told as one, up to the batch that makes it `batch_size` records."""
    found: list[Acquired] = []
    for piece in pieces:
        for index, each in enumerate(piece):
            before = found[-1] if found else None
            if (
                before is not None
                and before.last + 1 == each.first
                and before.deliveries == each.deliveries
                and (index or not batch_size or each.first - before.first < batch_size)
            ):
                found[-1] = attrs.evolve(before, last=each.last)
            else:
                found.append(each)
    return found
