"""One partition, as its leader keeps it: what may be appended, what may be read.

Owns the log of the partition and the producers that write to it. Always holds: what is readable ends at the high
watermark, and on one node that is the end of the log.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs

from kwire.broker.producers import Producers, WrittenBatch, written_batch
from kwire.broker.signals import Signal
from kwire.broker.storage.flushing import Flushing, Owed
from kwire.broker.storage.warming import Warming
from kwire.broker.validation import check_batch, check_timestamps, needs_opening, open_batch
from kwire.errors import ErrorCode, KafkaError
from kwire.log.aborted import collect_for
from kwire.log.config import MAX_LONG
from kwire.log.log import Log, LogWriteFailed
from kwire.log.segment import CorruptLog
from kwire.log.txn_index import AbortedTransaction
from kwire.log.warming import WarmUp
from kwire.records.batch import LOG_APPEND_TIME, TRANSACTIONAL, parse_header
from kwire.records.markers import Marker, build_marker

if TYPE_CHECKING:
    from kwire.broker.configs.dynamic import TopicConfig

NEVER = MAX_LONG

RECALLED_BATCHES = 5000
"""So many batches at the end of a log are looked through, at least, for those that snapshot files do not keep."""

WRITTEN_NOT_SYNCED = ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND
"""What a producer is told whose batch is in the log and could not be made durable.

KAFKA_STORAGE_ERROR would say that nothing was written. An idempotent producer then may cut its records into other
batches, which are not recognised as those that are there already.
"""

STORAGE_FAILURES = (LogWriteFailed, CorruptLog, OSError)
"""What the log raises when the disk, or what is on it, is not as it should be."""


@contextmanager
def storage_errors() -> Iterator[None]:
    """Trouble with the disk is KafkaError(KAFKA_STORAGE_ERROR) to the client; the partition stays as it was."""
    try:
        yield
    except STORAGE_FAILURES as error:
        raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error


@attrs.define
class Appended:
    """The answer to a producer: where its batch is, and when the broker stamped it (-1 for the producer's own time)."""

    base_offset: int
    log_append_time_ms: int
    log_start_offset: int
    owed: Owed | None = None
    """The answer must not leave before this is kept; None when it need not be durable."""


class Partition:
    """The leader of one partition."""

    __slots__ = (
        "_durable_from",
        "_flushing",
        "_snapshot_offset",
        "_warming",
        "appended",
        "config",
        "deleted",
        "founded_at",
        "index",
        "leader_epoch",
        "leader_id",
        "log",
        "producers",
        "topic",
        "topic_id",
        "warmed",
    )

    def __init__(
        self,
        topic: str,
        topic_id: bytes,
        index: int,
        log: Log,
        config: TopicConfig,
        *,
        flushing: Flushing,
        warming: Warming,
        leader_epoch: int = 0,
    ) -> None:
        self.topic = topic
        self.topic_id = topic_id
        self.index = index
        self.log = log
        self.config = config
        self.leader_epoch = leader_epoch
        self.leader_id = -1
        """The node that leads it: this one, as long as there is a log."""
        self.deleted = False
        self.founded_at = 0
        """Metadata below this offset must be durable before anything is promised of this partition."""
        self.appended = Signal()
        """Fires when there is more to read, and when the partition goes."""
        self.producers = Producers(self._batches_before)
        self.warmed = Signal()
        """Fires when bytes that a read found on the disk only are in memory."""
        self._flushing = flushing
        self._warming = warming
        self._durable_from = NEVER  # records from here on must be durable before they can be read
        if config.log.flush_messages < NEVER and log.recovery_point < log.log_end_offset:
            # A killed broker left this in the page cache. Producers and readers may know it, so it is read again at
            # once; but it may also be what nobody was told of yet, and nobody is before it is on disk.
            try:
                log.flush()
            except LogWriteFailed:
                self._durable_from = log.recovery_point
                flushing.want(self)
        self._snapshot_offset = -1  # where the newest snapshot file of a start was taken
        self._load_producers()

    def __repr__(self) -> str:
        return f"<Partition {self.topic}-{self.index} [{self.log_start_offset}, {self.log_end_offset})>"

    @property
    def is_offline(self) -> bool:
        """Is its log out of reach?"""
        return False

    @property
    def log_start_offset(self) -> int:
        return self.log.log_start_offset

    @property
    def log_end_offset(self) -> int:
        return self.log.log_end_offset

    @property
    def high_watermark(self) -> int:
        """What may be read ends here: at the log's end, or before records that are promised to be durable first."""
        log = self.log
        end = log.log_end_offset
        return end if end <= self._durable_from else max(self._durable_from, log.recovery_point)

    @property
    def last_stable_offset(self) -> int:
        """Readers of committed records may read up to here: the outcome of every transaction before it is known."""
        stable = self.producers.transactions.stable_below(self.high_watermark)
        return max(stable, self.log.log_start_offset)

    def append(
        self, records: memoryview | bytes | None, now_ms: int, *, transaction_verified: bool = False
    ) -> Appended:
        """Append the one batch that a client sent.

        `transaction_verified` says that its producer has a transaction open which this partition is part of. A batch
        that this producer wrote before is not written again: it gets the same answer (KIP-98). Raises KafkaError with
        the code that the producer should see; then nothing was written.
        """
        config = self.config
        header = check_batch(
            records, max_bytes=config.max_message_bytes, segment_bytes=config.log.segment_bytes
        )
        assert records is not None
        attributes = header.attributes
        if (
            header.max_timestamp > now_ms + config.message_timestamp_after_max_ms
            or now_ms > config.message_timestamp_before_max_ms
            or attributes & LOG_APPEND_TIME
        ):
            check_timestamps(records, header, config, now_ms)
        if attributes & TRANSACTIONAL and not transaction_verified:
            raise KafkaError(
                ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                "The batch is part of a transaction, and nobody says which",
            )
        idempotent = header.producer_id >= 0
        if idempotent:
            repeated = self.producers.check(header)
            if repeated is not None:
                return self._answer_again(repeated)
        if config.opens_batches and needs_opening(header, config):
            records, header = open_batch(records, header, config, now_ms)
        log = self.log
        try:
            base_offset = log.append(records, header, self.leader_epoch, now_ms)
        except STORAGE_FAILURES as error:
            if idempotent:
                self.producers.refuse(header)
            self._look_after(error)
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error
        rolled = log.rolled_at == base_offset
        if rolled:
            log.write_snapshot(base_offset, self.producers.entries())
        if idempotent:
            self.producers.record(header, base_offset)
        owed = None
        if rolled or config.flushes:
            owed = self._see_to_durability(base_offset, rolled=rolled)
        if owed is None:
            self.appended.fire()
        return Appended(
            base_offset,
            header.max_timestamp if header.attributes & LOG_APPEND_TIME else -1,
            log.log_start_offset,
            owed,
        )

    def _answer_again(self, repeated: WrittenBatch) -> Appended:
        """The answer that a batch got when it came first; what was promised of it then holds now."""
        stamped = repeated.timestamp if self.config.message_timestamp_type == "LogAppendTime" else -1
        owed = None
        if repeated.last_offset >= self._durable_from or self._is_unfounded:
            if self.log.failed is not None and repeated.last_offset >= self._durable_from:
                raise KafkaError(WRITTEN_NOT_SYNCED, f"{self!r} could not be synced")
            owed = self._flushing.owe(self, repeated.last_offset + 1, WRITTEN_NOT_SYNCED)
        return Appended(repeated.base_offset, stamped, self.log.log_start_offset, owed)

    def _see_to_durability(self, base_offset: int, *, rolled: bool) -> Owed | None:
        """Something was appended at `base_offset`: is a sync due, and must the answer wait for it?"""
        log, limits = self.log, self.config.log
        unflushed = log.log_end_offset - log.recovery_point
        if unflushed >= limits.flush_messages:
            self._durable_from = min(self._durable_from, base_offset)
            return self._flushing.owe(self, log.log_end_offset, WRITTEN_NOT_SYNCED)
        if rolled:  # a closed segment never changes again: let the recovery point pass it
            self._flushing.want(self)
        if limits.flush_ms < NEVER and log.recovery_point == base_offset:
            self._flushing.want_within(self, limits.flush_ms)
        return None

    @property
    def _is_unfounded(self) -> bool:
        """What is durable here is promised only when the metadata that know of this partition are durable as well."""
        return self.config.flushes and not self._flushing.is_founded(self)

    def owe_all(self) -> None:
        """The answer in hand says what another request wrote: it waits as that one does."""
        if self.high_watermark < self.log.log_end_offset or self._is_unfounded:
            owed = self._flushing.owe(self, self.log.log_end_offset, ErrorCode.NOT_COORDINATOR)
            self._flushing.owed.append(owed)

    def flushed(self) -> None:
        """A flush is over: what is durable now can be read."""
        if self.log.recovery_point >= self.log.log_end_offset:
            self._durable_from = NEVER
        elif self.log.failed is None and self.config.log.flush_ms < NEVER:
            self._flushing.want_within(self, self.config.log.flush_ms)
        self.appended.fire()

    def reopened(self, log: Log) -> None:
        """Go on with a log that was opened anew, after the old one failed; the state of producers comes from it."""
        self.log.abandon()
        log.config = self.config.log
        self.log = log
        refused = self.producers.refused
        self.producers = Producers(self._batches_before)
        self._durable_from = NEVER
        self._load_producers()
        self.producers.refused.update(refused)
        self.appended.fire()

    def append_marker(
        self,
        producer_id: int,
        producer_epoch: int,
        *,
        commit: bool,
        coordinator_epoch: int,
        now_ms: int,
        transaction_version: int = 0,
    ) -> Appended:
        """End the transaction of a producer here, as its coordinator decided.

        `transaction_version` is the producer's: from 2 on, a marker has an epoch of its own (KIP-890). Raises
        KafkaError: INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED, KAFKA_STORAGE_ERROR.
        """
        self.producers.check_marker(producer_id, producer_epoch, coordinator_epoch, transaction_version)
        batch = build_marker(
            producer_id, producer_epoch, commit=commit, coordinator_epoch=coordinator_epoch, timestamp=now_ms
        )
        header = parse_header(batch)
        with storage_errors():
            base_offset = self.log.append(batch, header, self.leader_epoch, now_ms)
        rolled = self.log.rolled_at == base_offset
        if rolled:
            self.log.write_snapshot(base_offset, self.producers.entries())
        marker = Marker(commit, coordinator_epoch)
        aborted = self.producers.record_marker(header, base_offset, marker, transaction_version)
        if aborted is not None:
            self.log.note_aborted(aborted)
        owed = None
        if rolled or self.config.flushes:
            owed = self._see_to_durability(base_offset, rolled=rolled)
        if owed is None:
            self.appended.fire()
        return Appended(base_offset, -1, self.log.log_start_offset, owed)

    def append_journal(self, batch: bytes, now_ms: int) -> int:
        """Append a batch that the broker itself made; its base offset.

        One with a producer is part of that one's transaction. Raises KafkaError: KAFKA_STORAGE_ERROR on failure,
        INVALID_PRODUCER_EPOCH.
        """
        header = parse_header(batch, 0)
        if header.producer_id >= 0:
            self.producers.check_epoch(header.producer_id, header.producer_epoch)
        with storage_errors():
            base_offset = self.log.append(batch, header, self.leader_epoch, now_ms)
        rolled = self.log.rolled_at == base_offset
        if rolled:
            self.log.write_snapshot(base_offset, self.producers.entries())
        if header.producer_id >= 0:
            self.producers.record(header, base_offset)
        owed = None
        if rolled or self.config.flushes:
            owed = self._see_to_durability(base_offset, rolled=rolled)
        if owed is None:
            self.appended.fire()
        else:
            owed.failure = ErrorCode.NOT_COORDINATOR  # what clients of a coordinator understand
            self._flushing.owed.append(owed)
        return base_offset

    def journal_batches(self) -> Iterator[memoryview]:
        """Every data batch from the log start to the end, in order."""
        for batch in self.log.read_batches(self.log.log_start_offset):
            if not parse_header(batch, 0).is_control:
                yield batch

    def read(
        self, offset: int, max_bytes: int, *, at_least_one: bool, committed_only: bool = False
    ) -> memoryview | bytes:
        """Whole batches from the one that contains `offset`, up to the high watermark, or the last stable offset.

        Empty from there on. `at_least_one` gives the first batch whole even when it is larger than `max_bytes`.
        Raises KafkaError(OFFSET_OUT_OF_RANGE) outside [log start, log end], and Cold when the disk would have to be
        waited for: `warmed` fires when it is time to ask again.
        """
        log = self.log
        end = log.log_end_offset
        if offset == end:
            return b""
        if offset < log.log_start_offset or offset > end:
            raise KafkaError(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                f"Offset {offset} of {self.topic}-{self.index} is outside [{log.log_start_offset}, {end}]",
            )
        if end > self._durable_from or committed_only:
            end = self.last_stable_offset if committed_only else self.high_watermark
            if offset >= end:
                return b""
        try:  # as `_storage_errors` does, without the 0.8 us of a context manager
            return log.read(offset, max_bytes, end, at_least_one, self._warm)
        except STORAGE_FAILURES as error:
            self._look_after(error)
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error

    def aborted_transactions(self, offset: int, records: memoryview | bytes) -> list[AbortedTransaction]:
        """The aborted transactions that a reader of committed records has to leave out of what `read` gave it."""
        with self._storage_errors():
            return collect_for(self.log, offset, records, self.last_stable_offset)

    @contextmanager
    def _storage_errors(self) -> Iterator[None]:
        try:
            yield
        except STORAGE_FAILURES as error:
            self._look_after(error)
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error

    def _look_after(self, error: Exception) -> None:
        """A log that was opened unseen turned out not to be what it was: it is checked, and opened anew."""
        if isinstance(error, CorruptLog) and self.log.failed is not None:
            self._flushing.on_failure(self)

    def _warm(self, order: WarmUp) -> bool:
        return self._warming.order(order, self.warmed, posixpath.dirname(self.log.directory))

    def offset_for_timestamp(
        self, timestamp: int, *, committed_only: bool = False
    ) -> tuple[int, int, int] | None:
        """(offset, timestamp, leader epoch) of the first readable record that is at least as new (KIP-79).

        Raises Cold as `read` does.
        """
        end = self.last_stable_offset if committed_only else self.high_watermark
        with self._storage_errors():
            return self.log.offset_for_timestamp(timestamp, end, self._warm)

    def max_timestamp(self) -> tuple[int, int, int] | None:
        """(offset, timestamp, leader epoch) of the first record with the largest timestamp (KIP-734).

        Raises Cold as `read` does.
        """
        with self._storage_errors():
            newest = self.log.max_timestamp(self._warm)
        return None if newest is None else (newest[1], newest[0], newest[2])

    def check_leader_epoch(self, current_leader_epoch: int) -> None:
        """Is the client's idea of the leader the current one? -1 asks for no check (KIP-320).

        Raises KafkaError: FENCED_LEADER_EPOCH for an older one, UNKNOWN_LEADER_EPOCH for a newer one.
        """
        if current_leader_epoch < 0 or current_leader_epoch == self.leader_epoch:
            return
        if current_leader_epoch < self.leader_epoch:
            raise KafkaError(ErrorCode.FENCED_LEADER_EPOCH)
        raise KafkaError(ErrorCode.UNKNOWN_LEADER_EPOCH)

    def delete_records(self, before_offset: int) -> int:
        """Move the log start up to `before_offset` (-1: the high watermark); the new log start.

        Raises KafkaError: POLICY_VIOLATION when the topic does not delete, OFFSET_OUT_OF_RANGE beyond the end.
        """
        if self.config.compacted and not self.config.deletes:
            raise KafkaError(
                ErrorCode.POLICY_VIOLATION, f"Records of {self.topic} cannot be deleted: it is only compacted"
            )
        if before_offset == -1:
            before_offset = self.high_watermark
        if before_offset < 0 or before_offset > self.high_watermark:
            raise KafkaError(ErrorCode.OFFSET_OUT_OF_RANGE)
        if before_offset > self.log.log_start_offset:
            self.advance_log_start(before_offset)
        return self.log.log_start_offset

    def advance_log_start(self, offset: int) -> None:
        """Records below `offset` are gone, and whole segments below it are removed. KafkaError(KAFKA_STORAGE_ERROR).

        The caller sees to the checkpoint of log starts.
        """
        with storage_errors():
            self.log.advance_log_start(offset)
        self.appended.fire()  # who waits below has to hear of it

    def roll(self, now_ms: int) -> bool:
        """Begin a new segment, so that the last one can be removed or compacted; False when that one is empty.

        Raises KafkaError(KAFKA_STORAGE_ERROR).
        """
        with storage_errors():
            rolled = self.log.roll(now_ms)
        if rolled:
            self.log.write_snapshot(self.log.log_end_offset, self.producers.entries())
            self._flushing.want(self)
        return rolled

    def write_snapshot(self) -> None:
        """Keep the producers' state beside the log, complete up to its end: what a clean stop leaves."""
        end_offset = self.log.log_end_offset
        if end_offset != self._snapshot_offset and (
            self.log.log_start_offset < end_offset or self.producers.by_id
        ):
            self.log.write_snapshot(end_offset, self.producers.entries())

    def _batches_before(self, producer_id: int, epoch: int, offset: int, count: int) -> list[WrittenBatch]:
        """The newest batches of a producer in the log before `offset`, at most `count` of them, oldest first.

        What a client may send again was written last before a stop, so only the end of the log is looked through.
        """
        log = self.log
        distance = 1000
        while True:
            start = max(offset - distance, log.log_start_offset)
            found: list[WrittenBatch] = []
            looked_at = 0
            with storage_errors():
                for header in log.batches(start):
                    if header.base_offset >= offset:
                        break
                    looked_at += 1
                    if (header.producer_id, header.producer_epoch) == (producer_id, epoch):
                        if header.is_control:
                            found.clear()  # what came before the end of a transaction does not come again
                        else:
                            found.append(written_batch(header, header.base_offset))
            if len(found) >= count or start == log.log_start_offset or looked_at >= RECALLED_BATCHES:
                return found[-count:]
            distance *= 10

    def _load_producers(self) -> None:
        snapshot = self.log.latest_snapshot()
        replay_from = self.log.log_start_offset
        if snapshot is not None:
            self._snapshot_offset, entries = snapshot
            self.producers.load(entries)
            replay_from = max(replay_from, self._snapshot_offset)
        if replay_from < self.log.log_end_offset:
            for header, batch in self.log.scan(replay_from):
                self.producers.replay(header, batch)
        if self.log.recovered is not None and self.producers.by_id:
            self.write_snapshot()
