"""Moving partitions between the log directories of this broker (KIP-113), while they are read and written.

Closed segments never change: they are copied in the background, round by round, until what is left is small. The rest
is copied in one go, and the directories change places (`log/relocation.py`); what was acknowledged is in both until
then, and in the new one after that. A move that a crash or a stop interrupts begins anew with the next start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from kwire.broker.partition import Partition
from kwire.codec.stored.partition_change_record import PartitionChangeRecord
from kwire.errors import ErrorCode, KafkaError
from kwire.log.checkpoint import TopicPartition
from kwire.log.directory import FoundCopy, LogDirectory
from kwire.log.log import LogWriteFailed
from kwire.log.relocation import Relocation, discard, expect, future_path, take_in
from kwire.log.segment import CorruptLog

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

TAIL_BYTES = 4 << 20
"""So much may be copied while nobody else is served."""

RETRY_MS = 50
RETRY_AFTER_FAILURE_MS = 5_000
_MAX_NAME_BYTES = 255
_LONGEST_SUFFIX = len(".") + 32 + len("-future")


@attrs.define(eq=False)
class Move:
    """One partition on its way."""

    partition: Partition
    destination: LogDirectory
    copy: Relocation
    due_ms: int = 0
    is_copying: bool = False
    """A job has it."""
    is_given_up: bool = False


class Moving:
    """All partitions that are on their way."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._moves: dict[TopicPartition, Move] = {}

    def request(self, topic: str, index: int, path: str) -> None:
        """Move a partition to a log directory; where it is already, a move that is under way ends.

        Raises KafkaError: INVALID_TOPIC_EXCEPTION, LOG_DIR_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION,
        REPLICA_NOT_AVAILABLE, KAFKA_STORAGE_ERROR.
        """
        broker = self._broker
        if len(f"{topic}-{index}") + _LONGEST_SUFFIX > _MAX_NAME_BYTES:
            raise KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, "The topic name is too long.")
        directories = {broker.files.absolute(each.path): each for each in broker.storage.directories}
        destination = directories.get(path)
        if destination is None:
            raise KafkaError(ErrorCode.LOG_DIR_NOT_FOUND)
        found = broker.topics.get(topic)
        if found is None or not 0 <= index < len(found.partitions):
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        partition = found.partitions[index]
        if partition.leader_id not in (-1, broker.node_id):
            raise KafkaError(ErrorCode.REPLICA_NOT_AVAILABLE)
        if partition.is_offline:
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR)
        self.begin(partition, destination)

    def begin(self, partition: Partition, destination: LogDirectory) -> None:
        """The same with what the names stand for."""
        key = partition.topic, partition.index
        before = self._moves.get(key)
        if before is not None:
            if before.destination is destination:
                return
            self._give_up(before)
        if self._broker.storage.directory_of(partition.log) is not destination:
            unique = self._broker.random.randbytes(16).hex()
            path = future_path(destination, partition.topic, partition.index, unique)
            copy = Relocation(self._broker.files, path)
            try:
                copy.begin()
            except OSError as error:
                raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error
            move = self._moves[key] = Move(partition, destination, copy)
            self._go_on(move)

    def under_way(self) -> Iterator[Move]:
        yield from self._moves.values()

    def tick(self, now_ms: int) -> None:
        for move in list(self._moves.values()):
            if not move.is_copying and move.due_ms <= now_ms:
                self._go_on(move)

    def next_deadline(self) -> int | None:
        return min((move.due_ms for move in self._moves.values() if not move.is_copying), default=None)

    def _later(self, move: Move, delay_ms: int) -> None:
        move.due_ms = self._broker.clock.monotonic_ms() + delay_ms
        self._broker.deadline_changed.fire()

    def _go_on(self, move: Move) -> None:
        """The next step: copy what is closed, close what is open, or be done."""
        partition = move.partition
        if partition.deleted or partition.is_offline or partition.log.closed:
            self._give_up(move)
            return
        log = partition.log
        if log.failed is not None:  # it is opened anew, and then it is another log in the same place
            self._later(move, RETRY_AFTER_FAILURE_MS)
            return
        try:
            names = move.copy.plan(log)
            is_small = move.copy.left_bytes(log) <= TAIL_BYTES
            if not names and not is_small:
                log.roll(self._broker.clock.time_ms())
                names = move.copy.plan(log)
        except (OSError, LogWriteFailed) as error:
            self._fail(move, error)
            return
        if not is_small:
            move.is_copying = True
            self._broker.jobs.put(CopyJob(self, move, log.directory, names))
        elif self._broker.storage.is_checkpointing(move.destination):
            self._later(move, RETRY_MS)
        else:
            self._finish(move)

    def _finish(self, move: Move) -> None:
        broker, partition, log = self._broker, move.partition, move.partition.log
        storage = broker.storage
        source = storage.directory_of(log)
        key = partition.topic, partition.index
        try:
            partition.write_snapshot()
            log.end_writing()
            log.flush()
            move.copy.complete(log)
            others = [
                each.log
                for each in broker.topics.partitions()
                if storage.directory_of(each.log) is move.destination
            ]
            expect(move.destination, log, others)
        except (OSError, LogWriteFailed) as error:
            if log.failed is not None:
                broker.reopening.failed(partition)
            self._fail(move, error)
            return
        del self._moves[key]
        try:
            source.schedule_delete(log)
        except LogWriteFailed as error:
            broker.warn(f"{partition} stays where it is: {error}")
            self._discard(move)
            self._open(partition, source)
            return
        try:
            take_in(move.destination, FoundCopy(*key, move.copy.path, is_complete=True))
        except OSError as error:
            broker.topics.take_offline(
                partition, f"it is in {move.copy.path}, and a start will find it: {error}"
            )
            return
        storage.moved(source, move.destination)
        self._open(partition, move.destination)
        broker.log_starts_changed()
        self._note(partition, move.destination)

    def _open(self, partition: Partition, directory: LogDirectory) -> None:
        """Its log is closed in order, in this directory."""
        try:
            log = directory.open_closed_log(partition.log, partition.config.log, self._broker.clock.time_ms())
        except (CorruptLog, OSError) as error:
            self._broker.topics.take_offline(partition, str(error))
        else:
            partition.reopened(log)

    def _note(self, partition: Partition, directory: LogDirectory) -> None:
        """Where it is now, on record. Other workers' partitions are noted when all start anew."""
        if self._broker.is_controller:
            change = PartitionChangeRecord(
                partition_id=partition.index,
                topic_id=partition.topic_id,
                directories=[directory.directory_id],
            )
            try:
                self._broker.metadata.write([change])
            except KafkaError as error:
                self._broker.warn(f"The new place of {partition} is not on record: {error}")

    def _fail(self, move: Move, error: Exception) -> None:
        self._broker.warn(f"{move.partition} is not moved to {move.destination.path} yet: {error}")
        self._later(move, RETRY_AFTER_FAILURE_MS)

    def _give_up(self, move: Move) -> None:
        move.is_given_up = True
        self._moves.pop((move.partition.topic, move.partition.index), None)
        if not move.is_copying:
            self._discard(move)

    def _discard(self, move: Move) -> None:
        try:
            discard(move.destination, move.copy.path)
        except OSError as error:
            self._broker.warn(f"{move.copy.path} is left over: {error}")
        self._broker.purging.look()

    def _copied(self, move: Move, error: Exception | None) -> None:
        move.is_copying = False
        if move.is_given_up:
            self._discard(move)
        elif error is not None:
            self._fail(move, error)
        else:
            self._go_on(move)


@attrs.define(eq=False)
class CopyJob:
    """Some files of one partition on their way."""

    _moving: Moving
    _move: Move
    _directory: str
    _names: list[str]

    def begin(self) -> bool:
        return True

    def perform(self) -> None:
        self._move.copy.copy(self._directory, self._names)

    def finish(self, error: Exception | None) -> None:
        self._moving._copied(self._move, error)
