"""A share partition where its partition is led: loaded, given out from the log, and put on record (KIP-932).

`SharePartition` is the rule; this brings it together with the log and with those who keep the state. Always holds: one
write is under way at a time, and what comes meanwhile goes with the next, so that changes reach the record in their
order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import attrs

from kwire.broker.partition import Partition
from kwire.broker.share.persister import Then
from kwire.broker.share.requests import Results, StateRead, StateWrite
from kwire.broker.share.runs import Run
from kwire.broker.share.settings import EARLIEST, LATEST, ShareSettings, duration_ms, share_settings
from kwire.broker.share.share_partition import AcknowledgedBatch, Acquired, Change, SharePartition
from kwire.broker.share.state import UNKNOWN_OFFSET, ShareKey, to_batches, to_runs
from kwire.broker.signals import Signal
from kwire.errors import ErrorCode, KafkaError
from kwire.log.txn_index import AbortedTransaction
from kwire.records.batch import SCAN, BatchHeader, parse_header

if TYPE_CHECKING:
    from kwire.broker.share.sharing import Sharing

RETRY_MS = 1_000
"""When a lock ends and that cannot be put on record, it is tried again so much later."""

_TOLD_AS = {
    ErrorCode.NOT_COORDINATOR: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.COORDINATOR_NOT_AVAILABLE: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.GROUP_ID_NOT_FOUND: ErrorCode.GROUP_ID_NOT_FOUND,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ErrorCode.FENCED_LEADER_EPOCH: ErrorCode.NOT_LEADER_OR_FOLLOWER,
    ErrorCode.FENCED_STATE_EPOCH: ErrorCode.NOT_LEADER_OR_FOLLOWER,
}
"""What a client is told when the state of a share partition could not be read or written."""

_IS_STALE = (
    ErrorCode.FENCED_LEADER_EPOCH,
    ErrorCode.FENCED_STATE_EPOCH,
    ErrorCode.GROUP_ID_NOT_FOUND,
    ErrorCode.INVALID_REQUEST,  # nobody keeps it any more
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
)
"""What is known here does not hold any more."""


@attrs.define(eq=False)
class Outcome:
    """Whether something was put on record: `settled` fires when that is known."""

    is_known: bool = False
    error: KafkaError | None = None
    settled: Signal = attrs.Factory(Signal)

    def place(self, error: KafkaError | None) -> None:
        self.is_known = True
        self.error = error
        self.settled.fire()


class LedSharePartition:
    """A share partition of a partition that is led here."""

    __slots__ = (
        "_not_before_ms",
        "_read",
        "_sharing",
        "_under_way",
        "_waiting",
        "changed",
        "failure",
        "is_gone",
        "key",
        "leader_epoch",
        "lock_due_ms",
        "partition",
        "share",
        "state_epoch",
    )

    def __init__(self, sharing: Sharing, key: ShareKey, partition: Partition) -> None:
        self._sharing = sharing
        self.key = key
        self.partition = partition
        self.leader_epoch = partition.leader_epoch
        self.state_epoch = 0
        self.share: SharePartition | None = None
        """None until it was loaded."""
        self.failure: KafkaError | None = None
        """Why it could not be loaded, or does not hold any more."""
        self.is_gone = False
        self.changed = Signal()
        """Fires when there may be something to acquire that was not there before."""
        self.lock_due_ms: int | None = None
        """When the first lock may end, on the monotonic clock."""
        self._not_before_ms = 0
        self._read: StateRead | None = None
        self._waiting: list[tuple[Change, Outcome | None]] = []
        self._under_way: list[tuple[Change, Outcome | None]] = []

    @property
    def settings(self) -> ShareSettings:
        return share_settings(self._sharing.broker, self.key.group_id)

    @property
    def is_busy(self) -> bool:
        """Is something being put on record?"""
        return bool(self._under_way)

    # Loading

    def load(self) -> None:
        """Ask what happened to it."""
        at = self.key.topic_id, self.key.index
        self._sharing.persister.read(self.key.group_id, {at: self.leader_epoch}, self._loaded)

    def _loaded(self, results: Results) -> None:
        result = results[self.key.topic_id, self.key.index]
        if isinstance(result, StateRead):
            self._read = result
            self.changed.fire()
        else:
            assert isinstance(result, KafkaError)
            self.fail(_told(result))

    def fail(self, error: KafkaError) -> None:
        """It does not hold here any more; whoever asks next loads it anew."""
        if self.failure is None:
            self.failure = error
        self._sharing.forget(self)
        self.changed.fire()

    def ready(self) -> SharePartition | None:
        """The rule, once it is loaded; None while it is not. Raises KafkaError, and Cold as `Partition.read` does."""
        if self.failure is not None:
            raise self.failure
        if self.share is None:
            read = self._read
            if read is None:
                return None
            settings = self.settings
            is_new = read.start_offset == UNKNOWN_OFFSET
            start = self._beginning(settings.offset_reset) if is_new else read.start_offset
            end = self.partition.log_end_offset
            runs = [
                run.within(run.first, min(run.last, end - 1))
                for run in to_runs(read.batches)
                if run.first < end
            ]
            self.state_epoch = read.state_epoch
            self.share = SharePartition(min(start, end), runs, settings.limits)
            if is_new:  # so that a restart does not begin elsewhere
                self._put_start_on_record()
        self.share.log_starts_at(self.partition.log_start_offset)
        return self.share

    def _beginning(self, reset: str) -> int:
        partition = self.partition
        if reset == EARLIEST:
            return partition.log_start_offset
        if reset != LATEST:
            since_ms = self._sharing.broker.clock.time_ms() - duration_ms(reset.partition(":")[2])
            found = partition.offset_for_timestamp(since_ms)
            if found is not None:
                return found[0]
        return partition.high_watermark

    def _put_start_on_record(self) -> None:
        assert self.share is not None
        self._write_state(self.share.start_offset, 0, (), lambda results: None)

    # Giving out

    def peek(self, max_bytes: int, *, at_least_one: bool) -> memoryview | bytes:
        """Batches from which a member could be given records; empty when there are none, or no room for more.

        Raises KafkaError and Cold as `Partition.read` does.
        """
        share = self.ready()
        if share is None or not share.can_acquire:
            return b""
        offset = share.next_fetch_offset
        if offset >= self.partition.log_end_offset:
            return b""
        return self.partition.read(
            offset, max_bytes, at_least_one=at_least_one, committed_only=self.settings.committed_only
        )

    def acquire(
        self,
        member_id: str,
        records: memoryview | bytes,
        now_ms: int,
        *,
        max_records: int,
        batch_size: int,
        exactly: bool,
    ) -> tuple[memoryview | bytes, list[Acquired]]:
        """Give a member what is available of `records`, which `peek` gave just now; and the batches that have it."""
        share = self.share
        assert share is not None
        settings = self.settings
        share.limits = settings.limits
        headers = list(_headers(records))
        at = share.next_fetch_offset
        for header in headers:  # what is not in the log any more is for nobody
            share.skip(at, header.base_offset - 1)
            at = header.last_offset + 1
        aborted: list[BatchHeader] = []
        if settings.committed_only:
            offset = headers[0].base_offset
            aborted = _aborted(headers, self.partition.aborted_transactions(offset, records))
        acquired = share.acquire(
            member_id,
            [(header.base_offset, header.last_offset) for header in headers],
            now_ms,
            max_records=max_records,
            batch_size=batch_size,
            exactly=exactly,
        )
        for header in aborted:
            share.pass_over(header.base_offset, header.last_offset)
            acquired = _without(acquired, header.base_offset, header.last_offset)
        if not acquired:
            return b"", []
        self._sharing.locks_end(self, now_ms + settings.limits.lock_ms)
        return _overlapping(records, acquired[0].first, acquired[-1].last), acquired

    # Taking back

    def acknowledge(self, member_id: str, batches: Sequence[AcknowledgedBatch], now_ms: int) -> Outcome:
        """A member says what became of its records. Raises KafkaError when that cannot be."""
        share = self.ready()
        if share is None:
            raise KafkaError(ErrorCode.INVALID_RECORD_STATE, "Nobody was given these records.")
        outcome = Outcome()
        change = share.acknowledge(member_id, batches, now_ms)
        if change is None:
            outcome.place(None)
        else:
            self._store(change, outcome)
        return outcome

    def release(self, member_id: str) -> None:
        """A member is gone: what it has can be given to others."""
        if self.share is not None:
            change = self.share.release(member_id)
            if change is not None:
                self._store(change, None)

    def expire(self, now_ms: int) -> None:
        """Who had records for too long does not have them any more."""
        self.lock_due_ms = None
        share = self.share
        if share is None or self.is_gone:
            return
        if now_ms >= self._not_before_ms:
            change = share.expire(now_ms)
            if change is not None:
                self._store(change, None)
        due_ms = share.next_deadline
        if due_ms is not None:
            self._sharing.locks_end(self, max(due_ms, self._not_before_ms))

    # On record

    def _store(self, change: Change, outcome: Outcome | None) -> None:
        self._waiting.append((change, outcome))
        if not self._under_way:
            self._write()

    def _write(self) -> None:
        """Everything that waits, in one go."""
        share = self.share
        assert share is not None
        self._under_way, self._waiting = self._waiting, []
        changes = [change for change, _ in self._under_way]
        start_offset, complete_count = share.outlook(change.number for change in changes)
        runs: list[Run] = [run for change in changes for run in change.after]
        self._write_state(start_offset, complete_count, runs, self._written)

    def _write_state(self, start_offset: int, complete_count: int, runs: Iterable[Run], then: Then) -> None:
        at = self.key.topic_id, self.key.index
        write = StateWrite(
            self.state_epoch, self.leader_epoch, start_offset, complete_count, to_batches(runs)
        )
        self._sharing.persister.write(self.key.group_id, {at: write}, then)

    def _written(self, results: Results) -> None:
        """It is on record, or it is not: then it did not happen."""
        share = self.share
        assert share is not None
        result = results[self.key.topic_id, self.key.index]
        error = result if isinstance(result, KafkaError) else None
        done, self._under_way = self._under_way, []
        for change, outcome in done:
            share.settle(change, is_stored=error is None)
            if outcome is not None:
                outcome.place(None if error is None else _told(error))
        if error is not None:
            now_ms = self._sharing.broker.clock.monotonic_ms()
            self._not_before_ms = now_ms + RETRY_MS
            self._sharing.locks_end(self, self._not_before_ms)
            if error.code in _IS_STALE:
                self.fail(_told(error))
        if self._waiting:
            self._write()
        else:
            self._sharing.settled(self)
        self.changed.fire()


def _told(error: KafkaError) -> KafkaError:
    return KafkaError(_TOLD_AS.get(error.code, ErrorCode.UNKNOWN_SERVER_ERROR), error.message)


def _headers(records: memoryview | bytes) -> Iterable[BatchHeader]:
    """The header of each batch."""
    at = 0
    while at < len(records):
        header = parse_header(records, at)
        yield header
        at += header.size


def _overlapping(records: memoryview | bytes, first: int, last: int) -> memoryview | bytes:
    """The batches that have offsets from `first` to `last`."""
    start, end, at = 0, len(records), 0
    while at < len(records):
        base_offset, length, last_delta = SCAN.unpack_from(records, at)
        size = length + 12
        if base_offset + last_delta < first:
            start = at + size
        if base_offset > last:
            end = at
            break
        at += size
    return records[start:end]


def _aborted(headers: Iterable[BatchHeader], transactions: Iterable[AbortedTransaction]) -> list[BatchHeader]:
    """The batches that readers of committed records must not see (KIP-98)."""
    waiting = sorted(transactions, key=lambda each: each.first_offset, reverse=True)
    producers: set[int] = set()
    found = []
    for header in headers:
        while waiting and waiting[-1].first_offset <= header.last_offset:
            producers.add(waiting.pop().producer_id)
        if header.is_control:
            producers.discard(header.producer_id)
        elif header.is_transactional and header.producer_id in producers:
            found.append(header)
    return found


def _without(acquired: Iterable[Acquired], first: int, last: int) -> list[Acquired]:
    """The same without some offsets."""
    found = []
    for each in acquired:
        if each.last < first or each.first > last:
            found.append(each)
            continue
        if each.first < first:
            found.append(attrs.evolve(each, last=first - 1))
        if each.last > last:
            found.append(attrs.evolve(each, first=last + 1))
    return found
