"""The transaction coordinator: every transactional id that this broker looks after (KIP-98, KIP-360, KIP-890).

An id belongs to the partition of `__transaction_state` that it hashes to, and so to that partition's leader. Every
decision is a record there before anything follows from it; a start applies them all again and goes on with the endings
that it finds begun. Always holds: markers are written only for an outcome that is durable as far as flush settings say,
and a transaction counts as ended only after every partition has its marker.

Times are of the wall clock, because they are stored; only timers are of the monotonic one.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

import attrs

from kwire.broker.calls import JoinTransaction
from kwire.broker.hashing import coordinator_index
from kwire.broker.journal import Journal
from kwire.broker.partition import STORAGE_FAILURES, Partition
from kwire.broker.transactions.ending import Endings
from kwire.broker.transactions.events import (
    BUMPING_VERSION,
    MAX_EPOCH,
    NO_EPOCH,
    NO_PRODUCER,
    TAGGED_VERSION,
    TRANSACTIONS_TOPIC,
    TopicIndex,
    Transaction,
    TransactionStored,
    decode_event,
    encode_event,
)
from kwire.broker.transactions.states import Event, State, after
from kwire.codec import MalformedFrame
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import CorruptBatch
from kwire.records.compression import DecompressionFailed

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.storage.flushing import Promise

log = logging.getLogger(__name__)

REMOVALS_PER_BATCH = 2_000
"""Ids that nobody uses are removed in batches of this many records, far below `max.message.bytes`."""

TRANSACTION_VERSION = "transaction.version"


class TransactionCoordinator:
    """All the transactional ids of this broker."""

    def __init__(self, broker: Broker) -> None:
        config = broker.config
        self._broker = broker
        self._max_timeout_ms = config.int("transaction.max.timeout.ms")
        self._expiration_ms = config.int("transactional.id.expiration.ms")
        self._abort_every_ms = config.int("transaction.abort.timed.out.transaction.cleanup.interval.ms")
        self._remove_every_ms = config.int("transaction.remove.expired.transaction.cleanup.interval.ms")
        self._by_id: dict[str, Transaction] = {}
        self._ongoing: set[str] = set()
        self._journal = Journal[TransactionStored](
            encode=self._encode, decode=decode_event, apply=self._apply
        )
        self._endings = Endings(broker, self)
        self._abort_due = self._remove_due = 0

    # Start, and time

    def load(self) -> None:
        """Bring back every transactional id that the log holds."""
        now_ms = self._broker.clock.monotonic_ms()
        self._abort_due = now_ms + self._abort_every_ms
        self._remove_due = now_ms + self._remove_every_ms
        topic = self._broker.topics.get(TRANSACTIONS_TOPIC)
        self.adopt(topic.partitions if topic is not None else ())

    def adopt(self, partitions: Iterable[Partition]) -> None:
        """Look after the ids in these partitions from now on, and go on with what was being ended."""
        known = set(self._by_id)
        for partition in partitions:
            if not partition.is_offline:
                try:
                    self._journal.replay(partition)
                except (*STORAGE_FAILURES, CorruptBatch, DecompressionFailed, MalformedFrame) as error:
                    self._broker.topics.take_offline(partition, str(error))
        for transactional_id, transaction in self._by_id.items():
            if transaction.state.is_ending and transactional_id not in known:
                self._endings.resume(transaction, self._unkept(transactional_id))

    def _unkept(self, transactional_id: str) -> list[Promise]:
        """What must be durable before anything follows from what the log of an id says."""
        partition = self._partition(transactional_id)
        end = partition.log_end_offset
        if partition.high_watermark >= end:
            return []
        return [self._broker.flushing.owe(partition, end, ErrorCode.NOT_COORDINATOR)]

    def tick(self, now_ms: int) -> None:
        """Do what is due."""
        self._endings.tick(now_ms)
        if self._abort_due <= now_ms:
            self._abort_due = now_ms + self._abort_every_ms
            self._abort_late()
        if self._remove_due <= now_ms:
            self._remove_due = now_ms + self._remove_every_ms
            self._remove_unused()

    def next_deadline(self) -> int:
        """When `tick` is wanted next, on the monotonic clock in milliseconds."""
        return min(self._abort_due, self._remove_due, self._endings.next_deadline())

    def _abort_late(self) -> None:
        """Abort transactions that are older than their producer said they would get."""
        now_ms = self._broker.clock.time_ms()
        for transactional_id in [*self._ongoing]:
            transaction = self._by_id[transactional_id]
            if transaction.started_ms + transaction.timeout_ms < now_ms:
                try:
                    self._fence(transaction)
                except KafkaError as error:
                    log.warning("transactional id %s: not aborted in time: %s", transactional_id, error)

    def _remove_unused(self) -> None:
        """Forget ids that nobody used for long."""
        before_ms = self._broker.clock.time_ms() - self._expiration_ms
        unused: dict[Partition, list[TransactionStored]] = {}
        for transactional_id, transaction in self._by_id.items():
            if transaction.is_idle and transaction.updated_ms <= before_ms:
                after(transaction.state, Event.EXPIRE)
                partition = self._partition(transactional_id)
                unused.setdefault(partition, []).append(TransactionStored(transactional_id, None))
        for partition, events in unused.items():
            try:
                for first in range(0, len(events), REMOVALS_PER_BATCH):
                    some = events[first : first + REMOVALS_PER_BATCH]
                    self._journal.write(partition, some, self._broker.clock.time_ms())
            except KafkaError as error:
                log.warning("%s: unused transactional ids stay behind: %s", partition, error)

    # Where

    def coordinator_of(self, transactional_id: str) -> int:
        """The node that looks after an id; makes the topic. Raises KafkaError(COORDINATOR_NOT_AVAILABLE)."""
        topic = self._broker.topics.ensure_internal(TRANSACTIONS_TOPIC)
        partition = topic.partitions[coordinator_index(transactional_id, len(topic.partitions))]
        if partition.leader_id == self._broker.node_id and partition.is_offline:
            raise KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE, f"{partition}")
        return partition.leader_id

    def known_coordinator_of(self, transactional_id: str) -> int:
        """The same, when there is one already: nothing is made. Raises KafkaError(COORDINATOR_NOT_AVAILABLE)."""
        if self._broker.topics.get(TRANSACTIONS_TOPIC) is None:
            raise KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE)
        return self.coordinator_of(transactional_id)

    def _partition(self, transactional_id: str) -> Partition:
        """Where an id is stored. Raises KafkaError(NOT_COORDINATOR) when that is elsewhere, or out of reach."""
        topic = self._broker.topics.get(TRANSACTIONS_TOPIC)
        if topic is None:
            raise KafkaError(ErrorCode.NOT_COORDINATOR, f"There is no {TRANSACTIONS_TOPIC}")
        partition = topic.partitions[coordinator_index(transactional_id, len(topic.partitions))]
        if partition.is_offline:
            raise KafkaError(ErrorCode.NOT_COORDINATOR, f"{partition}")
        return partition

    def settle(self, transactional_id: str) -> None:
        """Let the answer in hand wait for everything that was written for the id, as far as flush settings say."""
        self._partition(transactional_id).owe_all()

    # Producers

    def initialize(
        self, transactional_id: str, timeout_ms: int, expected: tuple[int, int] | None
    ) -> tuple[int, int] | None:
        """InitProducerId: producer id and epoch; None when a producer id has to be waited for, and nothing happened.

        `expected` are the producer id and epoch of a producer that goes on after an error (KIP-360). Raises KafkaError:
        INVALID_REQUEST, INVALID_TRANSACTION_TIMEOUT, NOT_COORDINATOR, PRODUCER_FENCED, CONCURRENT_TRANSACTIONS while a
        transaction is being ended, also the one that this call fenced.
        """
        if not transactional_id:
            raise KafkaError(ErrorCode.INVALID_REQUEST)
        if not 0 < timeout_ms <= self._max_timeout_ms:
            raise KafkaError(ErrorCode.INVALID_TRANSACTION_TIMEOUT)
        self._broker.topics.ensure_internal(TRANSACTIONS_TOPIC)
        self._partition(transactional_id)
        known = self._by_id.get(transactional_id)
        if known is None:
            return self._initialize_new(transactional_id, timeout_ms)
        self._check_not_ending(known)
        if expected is not None and not known.may_go_on(*expected):
            raise KafkaError(ErrorCode.PRODUCER_FENCED)
        if known.state is State.ONGOING:
            self._fence(known)
        state = after(known.state, Event.INIT)
        changed = attrs.evolve(
            known,
            state=state,
            timeout_ms=timeout_ms,
            partitions=frozenset(),
            started_ms=-1,
            updated_ms=self._broker.clock.time_ms(),
            previous_producer_id=known.producer_id,
        )
        if known.is_exhausted and (expected is None or expected[1] == known.epoch):
            producer_id = self._broker.producer_ids.take()
            if producer_id is None:
                return None
            last_epoch = NO_EPOCH if expected is None else known.epoch
            changed = attrs.evolve(changed, producer_id=producer_id, epoch=0, last_epoch=last_epoch)
        elif expected is None:
            changed = attrs.evolve(changed, epoch=known.epoch + 1, last_epoch=NO_EPOCH)
        elif expected[1] == known.epoch:
            changed = attrs.evolve(changed, epoch=known.epoch + 1, last_epoch=known.epoch)
        elif expected[1] != known.last_epoch:
            raise KafkaError(ErrorCode.PRODUCER_FENCED)
        self._write(changed)
        return changed.producer_id, changed.epoch

    def _initialize_new(self, transactional_id: str, timeout_ms: int) -> tuple[int, int] | None:
        producer_id = self._broker.producer_ids.take()
        if producer_id is None:
            return None
        self._write(
            Transaction(
                transactional_id=transactional_id,
                producer_id=producer_id,
                epoch=0,
                timeout_ms=timeout_ms,
                state=State.EMPTY,
                updated_ms=self._broker.clock.time_ms(),
                previous_producer_id=producer_id,
            )
        )
        return producer_id, 0

    def _fence(self, known: Transaction) -> None:
        """Abort an ongoing transaction, in an epoch that its producer does not have. Raises KafkaError.

        When that is the very last one, the id goes on with another producer id.
        """
        fenced = after(known.state, Event.FENCE)
        following = None
        if known.is_exhausted and self._level >= BUMPING_VERSION:
            following = self._broker.producer_ids.take()  # None: whoever begins next takes one
        self._prepare(
            attrs.evolve(
                known,
                state=after(fenced, Event.ABORT),
                epoch=min(known.epoch + 1, MAX_EPOCH),
                last_epoch=known.epoch,
                next_producer_id=NO_PRODUCER if following is None else following,
                previous_producer_id=known.producer_id,
                updated_ms=self._broker.clock.time_ms(),
            )
        )

    def _known(self, transactional_id: str, producer_id: int, epoch: int) -> Transaction:
        """The id, when this is its producer.

        Raises KafkaError: INVALID_REQUEST, NOT_COORDINATOR, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED.
        """
        known = self._find(transactional_id)
        if known is None or known.producer_id != producer_id:
            raise KafkaError(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
        if known.epoch != epoch:
            raise KafkaError(ErrorCode.PRODUCER_FENCED)
        return known

    @staticmethod
    def _check_not_ending(known: Transaction) -> None:
        """Whoever asks while an outcome is decided and not known everywhere shall come back, before anything else is
        said: a client goes on, or gives up its next transaction, as soon as it was told of the outcome.

        Raises KafkaError(CONCURRENT_TRANSACTIONS).
        """
        if known.state.is_ending:
            raise KafkaError(ErrorCode.CONCURRENT_TRANSACTIONS, "The transaction before has not ended yet")

    def _find(self, transactional_id: str) -> Transaction | None:
        """Raises KafkaError: INVALID_REQUEST, NOT_COORDINATOR."""
        if not transactional_id:
            raise KafkaError(ErrorCode.INVALID_REQUEST)
        self._partition(transactional_id)
        return self._by_id.get(transactional_id)

    # Partitions

    def add(
        self,
        transactional_id: str,
        producer_id: int,
        epoch: int,
        partitions: Collection[TopicIndex],
        client_version: int = 0,
    ) -> None:
        """Partitions become part of the producer's transaction, which begins with the first of them.

        Raises KafkaError as `_known` does, CONCURRENT_TRANSACTIONS, UNSUPPORTED_VERSION.
        """
        found = self._find(transactional_id)
        if found is not None:
            self._check_not_ending(found)
        known = self._known(transactional_id, producer_id, epoch)
        state = after(known.state, Event.ADD)
        if known.state is state and known.partitions.issuperset(partitions):
            self.settle(transactional_id)
            return
        self._check_level(client_version)
        now_ms = self._broker.clock.time_ms()
        self._write(
            attrs.evolve(
                known,
                state=state,
                partitions=known.partitions.union(partitions),
                started_ms=known.started_ms if known.state is State.ONGOING else now_ms,
                updated_ms=now_ms,
                previous_producer_id=known.producer_id,
                client_version=client_version,
            )
        )

    def verify(
        self, transactional_id: str, producer_id: int, epoch: int, partitions: Iterable[TopicIndex]
    ) -> dict[TopicIndex, ErrorCode]:
        """TRANSACTION_ABORTABLE for each that is not part of the producer's transaction. Raises as `add` does."""
        known = self._known(transactional_id, producer_id, epoch)
        self._check_not_ending(known)
        self.settle(transactional_id)
        return {
            partition: ErrorCode.NONE if partition in known.partitions else ErrorCode.TRANSACTION_ABORTABLE
            for partition in partitions
        }

    def join(self, request: JoinTransaction) -> dict[TopicIndex, ErrorCode]:
        """What the leader of partitions asks before it takes the first records of a transaction; a code for each."""
        producer = request.transactional_id, request.producer_id, request.producer_epoch
        try:
            if request.verify_only:
                return self.verify(*producer, request.partitions)
            self.add(*producer, request.partitions, BUMPING_VERSION)
        except KafkaError as error:
            return dict.fromkeys(request.partitions, error.code)
        return dict.fromkeys(request.partitions, ErrorCode.NONE)

    # Ends

    def end(
        self, transactional_id: str, producer_id: int, epoch: int, *, commit: bool, client_version: int = 0
    ) -> tuple[int, int] | None:
        """EndTxn: the producer id and epoch of the next transaction; None as in `initialize`.

        Raises KafkaError as `_known` does, CONCURRENT_TRANSACTIONS, INVALID_TXN_STATE, UNSUPPORTED_VERSION.
        """
        if client_version >= BUMPING_VERSION:
            return self._end_and_bump(transactional_id, producer_id, epoch, commit=commit)
        known = self._known(transactional_id, producer_id, epoch)
        self._check_not_ending(known)
        state = after(known.state, Event.COMMIT if commit else Event.ABORT)
        if state is known.state:
            self.settle(transactional_id)
        else:
            self._prepare(
                attrs.evolve(
                    known,
                    state=state,
                    updated_ms=self._broker.clock.time_ms(),
                    previous_producer_id=producer_id,
                    client_version=client_version,
                )
            )
        return producer_id, epoch

    def _end_and_bump(
        self, transactional_id: str, producer_id: int, epoch: int, *, commit: bool
    ) -> tuple[int, int] | None:
        """The same for producers whose epoch rises with every transaction (KIP-890)."""
        known = self._find(transactional_id)
        if known is None:
            raise KafkaError(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
        self._check_not_ending(known)
        has_rotated = (
            known.previous_producer_id == producer_id and known.epoch == 0 and epoch == MAX_EPOCH - 1
        )
        if known.producer_id != producer_id and not has_rotated:
            raise KafkaError(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
        is_again = known.epoch == epoch + 1 or has_rotated
        is_current = known.epoch == epoch and known.producer_id == producer_id
        if not is_current and not (is_again and known.state not in (State.ONGOING, State.EMPTY)):
            raise KafkaError(ErrorCode.PRODUCER_FENCED)
        if is_again or known.state is State.ONGOING:
            event = Event.COMMIT if commit else Event.ABORT
        else:
            event = Event.NEXT_COMMIT if commit else Event.NEXT_ABORT
        state = after(known.state, event)
        if state is known.state:
            self.settle(transactional_id)
            return known.producer_id, known.epoch
        self._check_level(BUMPING_VERSION)
        next_producer_id = NO_PRODUCER
        if known.is_exhausted:
            taken = self._broker.producer_ids.take()
            if taken is None:
                return None
            next_producer_id = taken
        now_ms = self._broker.clock.time_ms()
        prepared = attrs.evolve(
            known,
            state=state,
            epoch=min(epoch + 1, MAX_EPOCH),
            last_epoch=epoch,
            next_producer_id=next_producer_id,
            started_ms=known.started_ms if event is not Event.NEXT_ABORT else now_ms,
            updated_ms=now_ms,
            previous_producer_id=known.producer_id,
            client_version=BUMPING_VERSION,
        )
        self._prepare(prepared)
        if next_producer_id != NO_PRODUCER:
            return next_producer_id, 0
        return producer_id, prepared.epoch

    def _prepare(self, prepared: Transaction) -> None:
        """The outcome is decided: write it, and then the markers. Raises KafkaError."""
        owed = self._broker.flushing.owed
        before = len(owed)
        self._write(prepared)
        self._endings.begin(prepared, owed[before:])

    def write_again(self, prepared: Transaction) -> list[Promise]:
        """A decision that did not reach the disk is written once more; what must be kept now. Raises KafkaError."""
        self._write(prepared)
        return self._unkept(prepared.transactional_id)

    def complete(self, prepared: Transaction) -> None:
        """Every partition has its marker. Raises KafkaError."""
        rotates = prepared.next_producer_id != NO_PRODUCER
        self._write(
            attrs.evolve(
                prepared,
                state=after(prepared.state, Event.COMPLETE),
                producer_id=prepared.next_producer_id if rotates else prepared.producer_id,
                epoch=0 if rotates else prepared.epoch,
                next_producer_id=NO_PRODUCER,
                partitions=frozenset(),
                updated_ms=self._broker.clock.time_ms(),
                previous_producer_id=prepared.producer_id,
            )
        )

    def coordinator_epoch(self, transactional_id: str) -> int:
        """What markers carry, so that those of an earlier coordinator are refused. Raises KafkaError."""
        return self._partition(transactional_id).leader_epoch

    # Looking

    def describe(self, transactional_id: str) -> Transaction:
        """Raises KafkaError: INVALID_REQUEST, NOT_COORDINATOR, TRANSACTIONAL_ID_NOT_FOUND."""
        found = self._find(transactional_id)
        if found is None:
            raise KafkaError(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND)
        self.settle(transactional_id)
        return found

    def listed(self) -> Iterator[Transaction]:
        """All of them."""
        yield from self._by_id.values()

    # The log

    @property
    def _level(self) -> int:
        """The transaction.version of the cluster."""
        return self._broker.metadata.image.features.get(TRANSACTION_VERSION, 0)

    def _check_level(self, client_version: int) -> None:
        """Raises KafkaError(UNSUPPORTED_VERSION) for what records of this transaction.version have no place for."""
        if client_version >= BUMPING_VERSION and self._level < TAGGED_VERSION:
            raise KafkaError(
                ErrorCode.UNSUPPORTED_VERSION, f"The cluster has {TRANSACTION_VERSION} {self._level}"
            )

    def _encode(self, event: TransactionStored) -> tuple[bytes, bytes | None]:
        return encode_event(event, min(self._level, TAGGED_VERSION))

    def _write(self, transaction: Transaction) -> None:
        """Raises KafkaError, NOT_COORDINATOR when the disk fails."""
        transactional_id = transaction.transactional_id
        try:
            self._journal.write(
                self._partition(transactional_id),
                [TransactionStored(transactional_id, transaction)],
                self._broker.clock.time_ms(),
            )
        except KafkaError as error:
            if error.code == ErrorCode.KAFKA_STORAGE_ERROR:
                raise KafkaError(ErrorCode.NOT_COORDINATOR, error.message) from error
            raise

    def _apply(self, event: TransactionStored, record_offset: int, timestamp_ms: int) -> None:
        """The only place where durable state changes."""
        transactional_id, transaction = event.transactional_id, event.transaction
        if transaction is None:
            self._by_id.pop(transactional_id, None)
            self._ongoing.discard(transactional_id)
            return
        self._by_id[transactional_id] = transaction
        if transaction.state is State.ONGOING:
            self._ongoing.add(transactional_id)
        else:
            self._ongoing.discard(transactional_id)
