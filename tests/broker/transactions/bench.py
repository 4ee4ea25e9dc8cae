"""A coordinator on a broker over in-memory files, and what producers of both generations do with it."""

from __future__ import annotations

from typing import Any

from kwire.broker.partition import Partition
from kwire.broker.transactions.coordinator import TransactionCoordinator
from kwire.broker.transactions.events import Transaction
from kwire.broker.transactions.states import State
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import Record, build_batch, iter_records, parse_header
from kwire.records.markers import Marker, read_marker
from tests.broker.keeping import Keeper

SETTINGS = {"transaction.state.log.num.partitions": "2", "num.partitions": "2"}
MINUTE_MS = 60_000


class Bench(Keeper):
    """One broker with the topics `a` and `b`, of two partitions each."""

    def __init__(self, *, loses_unsynced: bool = False, **settings: str) -> None:
        renamed = {name.replace("_", "."): value for name, value in settings.items()}
        super().__init__({**SETTINGS, **renamed}, loses_unsynced=loses_unsynced)
        for name in ("a", "b"):
            self.broker.topics.create(name)

    @property
    def transactions(self) -> TransactionCoordinator:
        return self.broker.transactions

    def init(
        self,
        transactional_id: str = "t",
        expected: tuple[int, int] | None = None,
        timeout_ms: int = MINUTE_MS,
    ) -> tuple[int, int]:
        """Producer id and epoch."""
        initialized = self.transactions.initialize(transactional_id, timeout_ms, expected)
        assert initialized is not None
        self.settle()
        return initialized

    def add(
        self,
        producer: tuple[int, int],
        *partitions: tuple[str, int],
        client_version: int = 0,
        transactional_id: str = "t",
    ) -> None:
        self.transactions.add(transactional_id, *producer, partitions or [("a", 0)], client_version)
        self.settle()

    def end(
        self,
        producer: tuple[int, int],
        *,
        commit: bool = True,
        client_version: int = 0,
        transactional_id: str = "t",
    ) -> tuple[int, int]:
        ended = self.transactions.end(
            transactional_id, *producer, commit=commit, client_version=client_version
        )
        assert ended is not None
        self.settle()
        return ended

    def settle(self) -> None:
        """The disk has done what it was asked."""
        self.broker.flushing.take_owed()
        self.broker.jobs.run_all()
        self.broker.tick(self.clock.now_ms)

    def pass_time(self, milliseconds: int) -> None:
        self.clock.now_ms += milliseconds
        self.broker.tick(self.clock.now_ms)
        self.settle()

    def partition(self, name: str = "a", index: int = 0) -> Partition:
        return self.broker.topics.partition(name, index)

    def write(
        self,
        producer: tuple[int, int],
        name: str = "a",
        index: int = 0,
        *,
        sequence: int = 0,
        value: bytes = b"v",
    ) -> int:
        """A batch of the producer's transaction, which the coordinator has vouched for; its offset."""
        batch = build_batch(
            [Record(0, self.clock.time_ms(), b"k", value, [])],
            producer_id=producer[0],
            producer_epoch=producer[1],
            base_sequence=sequence,
            transactional=True,
        )
        partition = self.partition(name, index)
        return partition.append(batch, self.clock.time_ms(), transaction_verified=True).base_offset

    def state(self, transactional_id: str = "t") -> State:
        return self.known(transactional_id).state

    def known(self, transactional_id: str = "t") -> Transaction:
        return self.transactions.describe(transactional_id)


def markers(partition: Partition) -> list[tuple[int, int, Marker]]:
    """Producer id, epoch and content of every marker in a partition."""
    found = []
    for batch in partition.log.read_batches(partition.log_start_offset):
        header = parse_header(batch)
        marker = read_marker(batch, header) if header.is_control else None
        if marker is not None:
            found.append((header.producer_id, header.producer_epoch, marker))
    return found


def committed_values(partition: Partition) -> list[bytes]:
    """What a reader of committed records sees: up to the last stable offset, without aborted transactions."""
    records = partition.read(partition.log_start_offset, 1 << 30, at_least_one=True, committed_only=True)
    aborted = {
        (each.producer_id, each.first_offset, each.last_offset)
        for each in partition.aborted_transactions(partition.log_start_offset, records)
    }
    values = []
    position = 0
    while position < len(records):
        header = parse_header(records, position)
        batch = memoryview(records)[position : position + header.size]
        position += header.size
        is_void = any(
            header.producer_id == producer_id and first <= header.base_offset <= last
            for producer_id, first, last in aborted
        )
        if not header.is_control and not is_void:
            values += [bytes(record.value or b"") for record in iter_records(batch, header)]
    return values


def code_of(call: Any, *arguments: Any, **named: Any) -> ErrorCode:
    """The code of the KafkaError that a call raises; NONE when it raises nothing."""
    try:
        call(*arguments, **named)
    except KafkaError as error:
        return error.code
    return ErrorCode.NONE
