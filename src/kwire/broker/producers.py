"""Idempotent producers on one partition: what each wrote last, and whether the next batch may follow (KIP-98, KIP-360).

The state is derived from the log: the newest snapshot file plus the batches after it give it back after a restart. A
snapshot file keeps a producer's last batch alone; those before are looked up in the log when one of them comes again.
Always holds: a producer's remembered batches are its newest, at most five, oldest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from kwire.errors import ErrorCode, KafkaError
from kwire.log.snapshot import ProducerEntry
from kwire.log.transactions import OpenTransactions
from kwire.log.txn_index import AbortedTransaction
from kwire.records.batch import CONTROL, MAX_SEQUENCE, TRANSACTIONAL, BatchHeader
from kwire.records.markers import Marker, read_marker

_BUMPING_VERSION = 2

REMEMBERED_BATCHES = 5
"""How many batches of a producer are recognised when they come again; clients have at most as many in flight."""


@attrs.define
class WrittenBatch:
    """One batch that a producer wrote: enough to recognise it and to give the same answer again."""

    first_sequence: int
    last_sequence: int
    base_offset: int
    last_offset: int
    timestamp: int


def written_batch(header: BatchHeader, base_offset: int) -> WrittenBatch:
    """A batch that is in the log at `base_offset`."""
    count = header.last_offset_delta
    first = header.base_sequence
    last = first + count
    if first < 0 or last > MAX_SEQUENCE:
        last = header.last_sequence
    return WrittenBatch(first, last, base_offset, base_offset + count, header.max_timestamp)


@attrs.define
class Producer:
    """What one producer id has on one partition."""

    epoch: int
    batches: list[WrittenBatch] = attrs.Factory(list)
    last_timestamp: int = -1
    coordinator_epoch: int = -1
    from_snapshot: bool = False
    """Batches before the first remembered one may be in the log."""

    def find(self, first_sequence: int, last_sequence: int) -> WrittenBatch | None:
        """The remembered batch with exactly these sequences."""
        for batch in self.batches:
            if batch.first_sequence == first_sequence and batch.last_sequence == last_sequence:
                return batch
        return None


@attrs.define(eq=False)
class Verification:
    """A transaction is about to begin here: its coordinator is asked whether this partition is part of it.

    The end of that transaction takes it away, so that an answer which comes after that admits nothing (KIP-890). That
    of the one before does not, which may come late: a client goes on as soon as the outcome is decided.
    """

    lowest_sequence: int
    """Of the batches that came meanwhile: the one that is written first."""
    since_ms: int


BatchesBefore = Callable[[int, int, int, int], list[WrittenBatch]]
"""`(producer id, epoch, offset, count)`: the newest batches of a producer in the log before an offset, oldest first."""


class Producers:
    """The producers of one partition, by producer id."""

    __slots__ = ("_batches_before", "by_id", "refused", "transactions", "verifying")

    def __init__(self, batches_before: BatchesBefore = lambda *_: []) -> None:
        self.by_id: dict[int, Producer] = {}
        self.refused: dict[int, tuple[int, int]] = {}
        """Epoch and first sequence of a batch that the disk refused, until it comes again. By producer id."""
        self.transactions = OpenTransactions()
        self.verifying: dict[tuple[int, int], Verification] = {}
        """By producer id and epoch: an epoch that nobody has confirmed shuts out no other."""
        self._batches_before = batches_before

    def check(self, header: BatchHeader) -> WrittenBatch | None:
        """May this batch be appended? None for yes; the batch written before, when it is a repeat of that.

        Raises KafkaError: INVALID_PRODUCER_EPOCH for an epoch that was replaced, OUT_OF_ORDER_SEQUENCE_NUMBER for a
        gap or an overlap, KAFKA_STORAGE_ERROR for a gap that comes of a batch which the disk refused: it may follow
        once that one was sent again. A producer that this partition does not know may begin with any sequence.
        """
        producer = self.by_id.get(header.producer_id)
        if producer is None:
            if self.refused:
                self._check_refused(header)
            return None
        epoch = header.producer_epoch
        sequence = header.base_sequence
        if epoch == producer.epoch:
            batches = producer.batches
            last = batches[-1].last_sequence if batches else -1
            if sequence == last + 1 or (sequence == 0 and last == MAX_SEQUENCE):
                if self.transactions.first_offsets:
                    self._check_transaction(header)
                return None
            last_sequence = header.last_sequence
            repeated = producer.find(sequence, last_sequence)
            if repeated is None and producer.from_snapshot:
                self._recall(header.producer_id, producer)
                repeated = producer.find(sequence, last_sequence)
            if repeated is not None:
                return repeated
            self._check_refused(header)
            raise KafkaError(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"Out of order sequence number for producer {header.producer_id}: {sequence} (incoming), "
                f"{last} (current end)",
            )
        if epoch < producer.epoch:
            raise KafkaError(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                f"Epoch of producer {header.producer_id} is {epoch}, smaller than the last seen {producer.epoch}",
            )
        if sequence != 0:
            raise KafkaError(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"Producer {header.producer_id} begins epoch {epoch} with sequence {sequence} instead of 0",
            )
        self._check_transaction(header)
        return None

    def refuse(self, header: BatchHeader) -> None:
        """The disk refused this batch, which was the next of its producer."""
        self.refused[header.producer_id] = (header.producer_epoch, header.base_sequence)

    def _check_refused(self, header: BatchHeader) -> None:
        epoch, sequence = self.refused.get(header.producer_id, (-1, -1))
        if epoch == header.producer_epoch and sequence != header.base_sequence:
            raise KafkaError(
                ErrorCode.KAFKA_STORAGE_ERROR,
                f"Producer {header.producer_id}: the batch with sequence {sequence} could not be written and must be "
                f"sent again before {header.base_sequence}",
            )

    def _check_transaction(self, header: BatchHeader) -> None:
        if header.producer_id in self.transactions.first_offsets and not header.attributes & TRANSACTIONAL:
            raise KafkaError(
                ErrorCode.INVALID_TXN_STATE,
                f"Producer {header.producer_id} has a transaction open and sent a batch that is not part of it",
            )

    def is_in_transaction(self, producer_id: int, epoch: int) -> bool:
        """Has the producer a transaction open here, in this epoch?"""
        return producer_id in self.transactions.first_offsets and self.by_id[producer_id].epoch == epoch

    def verification(self, producer_id: int, epoch: int, sequence: int, now_ms: int) -> Verification | None:
        """What must still be here when the coordinator has answered; None when it need not be asked.

        Raises KafkaError(INVALID_PRODUCER_EPOCH).
        """
        if self.is_in_transaction(producer_id, epoch):
            return None
        self.check_epoch(producer_id, epoch)
        found = self.verifying.get((producer_id, epoch))
        if found is None:
            found = self.verifying[producer_id, epoch] = Verification(sequence, now_ms)
        found.lowest_sequence = min(found.lowest_sequence, sequence)
        return found

    def check_first(
        self, producer_id: int, epoch: int, sequence: int, verification: Verification | None, *, bumps: bool
    ) -> None:
        """May a batch be the first of its transaction here, after the coordinator has said yes?

        `bumps` is for a producer whose epoch rises with every transaction: its sequences begin with 0. Raises
        KafkaError: INVALID_TXN_STATE when the transaction has ended meanwhile, OUT_OF_ORDER_SEQUENCE_NUMBER when one
        before it was not let in.
        """
        if self.is_in_transaction(producer_id, epoch):
            return
        if verification is None or self.verifying.get((producer_id, epoch)) is not verification:
            raise KafkaError(
                ErrorCode.INVALID_TXN_STATE, f"Producer {producer_id} has no transaction open any more"
            )
        first = 0 if bumps and producer_id not in self.by_id else verification.lowest_sequence
        if sequence > first:
            raise KafkaError(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"Producer {producer_id} begins its transaction with sequence {sequence} instead of {first}",
            )

    def check_epoch(self, producer_id: int, epoch: int) -> None:
        """Raises KafkaError(INVALID_PRODUCER_EPOCH) for an epoch that was replaced."""
        producer = self.by_id.get(producer_id)
        if producer is not None and epoch < producer.epoch:
            raise KafkaError(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                f"Epoch of producer {producer_id} is {epoch}, smaller than the last seen {producer.epoch}",
            )

    def check_marker(
        self, producer_id: int, producer_epoch: int, coordinator_epoch: int, transaction_version: int = 0
    ) -> None:
        """May this marker be appended? Raises KafkaError: INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED.

        From transaction.version 2 on the epoch rises with the end of each transaction: a marker in the epoch of an
        open one is of an earlier end, and comes again.
        """
        producer = self.by_id.get(producer_id)
        if producer is None:
            return
        is_late = (
            transaction_version >= _BUMPING_VERSION
            and producer_epoch == producer.epoch
            and producer_id in self.transactions.first_offsets
        )
        if producer_epoch < producer.epoch or is_late:
            raise KafkaError(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                f"Epoch of producer {producer_id} is {producer_epoch}, smaller than the last seen {producer.epoch}",
            )
        if coordinator_epoch < producer.coordinator_epoch:
            raise KafkaError(
                ErrorCode.TRANSACTION_COORDINATOR_FENCED,
                f"Coordinator epoch {coordinator_epoch} of producer {producer_id} is smaller than the last seen "
                f"{producer.coordinator_epoch}",
            )

    def _recall(self, producer_id: int, producer: Producer) -> None:
        """Fill up the remembered batches from the log: the answers to them may have been lost with the server."""
        missing = REMEMBERED_BATCHES - len(producer.batches)
        if producer.batches and missing:
            first = producer.batches[0].base_offset
            producer.batches[:0] = self._batches_before(producer_id, producer.epoch, first, missing)
        producer.from_snapshot = False

    def record(self, header: BatchHeader, base_offset: int) -> None:
        """Remember a batch of data that was appended at `base_offset` (live and in replay alike)."""
        if self.refused:
            self.refused.pop(header.producer_id, None)
        producer = self.by_id.get(header.producer_id)
        if producer is None or producer.epoch != header.producer_epoch:
            producer = self._begin(header)
        producer.last_timestamp = header.max_timestamp
        batches = producer.batches
        if len(batches) == REMEMBERED_BATCHES:
            del batches[0]
        batches.append(written_batch(header, base_offset))
        if header.attributes & TRANSACTIONAL:
            self.transactions.begin(header.producer_id, base_offset)
            if self.verifying:
                self.verifying.pop((header.producer_id, header.producer_epoch), None)

    def record_marker(
        self, header: BatchHeader, base_offset: int, marker: Marker, transaction_version: int = 0
    ) -> AbortedTransaction | None:
        """A marker was appended, which has no sequence of its own; what it made void is for the index.

        From transaction.version 2 on, a marker has the epoch of the transaction that comes next.
        """
        producer = self._begin(header)
        producer.last_timestamp = header.max_timestamp
        producer.coordinator_epoch = marker.coordinator_epoch
        ended_epoch = header.producer_epoch - (transaction_version >= _BUMPING_VERSION)
        for producer_id, epoch in [*self.verifying]:
            if producer_id == header.producer_id and epoch <= ended_epoch:
                del self.verifying[producer_id, epoch]
        return self.transactions.end(header.producer_id, base_offset, aborted=not marker.commit)

    def replay(self, header: BatchHeader, batch: memoryview) -> None:
        """Take note of any batch as it lies in the log."""
        if header.producer_id < 0:
            return
        if not header.attributes & CONTROL:
            self.record(header, header.base_offset)
            return
        marker = read_marker(batch, header)
        if marker is not None:
            self.record_marker(header, header.base_offset, marker)

    def _begin(self, header: BatchHeader) -> Producer:
        """The producer that wrote this; what is known of an epoch before is forgotten."""
        producer = self.by_id.get(header.producer_id)
        if producer is None:
            producer = self.by_id[header.producer_id] = Producer(header.producer_epoch)
        elif header.producer_epoch != producer.epoch:
            producer.epoch = header.producer_epoch
            producer.batches.clear()
            producer.from_snapshot = False
        return producer

    def last_offsets(self) -> dict[int, tuple[int, int]]:
        """Epoch and last data offset by producer id; -1 where only the end of a transaction is known."""
        return {
            producer_id: (producer.epoch, producer.batches[-1].last_offset if producer.batches else -1)
            for producer_id, producer in self.by_id.items()
        }

    def entries(self) -> list[ProducerEntry]:
        """The state as a snapshot file keeps it: the last batch of each producer."""
        entries = []
        first_offsets = self.transactions.first_offsets
        for producer_id, producer in self.by_id.items():
            last = producer.batches[-1] if producer.batches else None
            entries.append(
                ProducerEntry(
                    producer_id=producer_id,
                    epoch=producer.epoch,
                    last_sequence=last.last_sequence if last else -1,
                    last_offset=last.last_offset if last else -1,
                    offset_delta=last.last_offset - last.base_offset if last else 0,
                    timestamp=producer.last_timestamp,
                    coordinator_epoch=producer.coordinator_epoch,
                    current_txn_first_offset=first_offsets.get(producer_id, -1),
                )
            )
        return entries

    def load(self, entries: Iterable[ProducerEntry]) -> None:
        """Take over the state of a snapshot file."""
        first_offsets = {}
        for entry in entries:
            producer = Producer(
                epoch=entry.epoch,
                last_timestamp=entry.timestamp,
                coordinator_epoch=entry.coordinator_epoch,
                from_snapshot=True,
            )
            if entry.current_txn_first_offset >= 0:
                first_offsets[entry.producer_id] = entry.current_txn_first_offset
            if entry.last_offset >= 0 and entry.last_sequence >= 0:
                first_sequence = entry.last_sequence - entry.offset_delta
                if first_sequence < 0:
                    first_sequence += MAX_SEQUENCE + 1
                producer.batches.append(
                    WrittenBatch(
                        first_sequence,
                        entry.last_sequence,
                        entry.last_offset - entry.offset_delta,
                        entry.last_offset,
                        entry.timestamp,
                    )
                )
            self.by_id[entry.producer_id] = producer
        self.transactions = OpenTransactions(first_offsets)

    def expire(self, now_ms: int, expiration_ms: int) -> None:
        """Forget producers that wrote nothing for `expiration_ms` and have no open transaction."""
        expired = [
            producer_id
            for producer_id, producer in self.by_id.items()
            if producer_id not in self.transactions.first_offsets
            and now_ms - producer.last_timestamp >= expiration_ms
        ]
        for producer_id in expired:
            del self.by_id[producer_id]
        for key, verification in [*self.verifying.items()]:
            if now_ms - verification.since_ms >= expiration_ms:
                del self.verifying[key]
        self.refused.clear()  # what its producer has not sent again by now will not come
