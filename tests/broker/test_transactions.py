"""Transactional data in a partition: what readers of committed records see, against a model that looks at all batches.

Transactions of several producers interleave over many small segments; the partition is closed, killed, loses power, or
loses the small files beside its log, and is opened again.
"""

from __future__ import annotations

from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kwire.broker.jobs import Jobs
from kwire.broker.partition import Partition
from kwire.broker.signals import Signal
from kwire.broker.storage.flushing import Flushing
from kwire.broker.storage.warming import Warming
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from kwire.log.log import Log, LogConfig
from kwire.log.snapshot import decode_snapshot
from kwire.log.txn_index import AbortedTransaction, decode_txn_index
from kwire.records.batch import BatchHeader, Record, build_batch, iter_records, parse_header
from kwire.records.markers import read_marker
from tests.broker import test_partition
from tests.broker.keeping import HandClock

NOW = 1_700_000_000_000
DIRECTORY = "/data/orders-0"
TOPIC_ID = bytes(range(16))
EVERYTHING = 1 << 30


class Shelf:
    """A partition on in-memory files, and producers that write to it."""

    def __init__(self, **log: Any) -> None:
        self.files = MemoryFiles(loses_unsynced=True)
        self.files.make_directory("/data")
        self.files.sync_directory("/")
        self.config = test_partition.settings(log=LogConfig(**log))
        self.partition = self._partition(
            Log.create(self.files, DIRECTORY, "orders", 0, TOPIC_ID, self.config.log)
        )
        self.sequences: dict[int, int] = {}

    def _partition(self, log: Log) -> Partition:
        flushing = Flushing(Jobs(), HandClock(), Signal())
        return Partition("orders", TOPIC_ID, 0, log, self.config, flushing=flushing, warming=Warming(Jobs()))

    def write(self, producer_id: int, count: int = 1, *, transactional: bool = True) -> int:
        """A batch of a producer; its base offset."""
        sequence = self.sequences.get(producer_id, 0)
        batch = build_batch(
            [Record(i, NOW + i, b"k", b"v") for i in range(count)],
            producer_id=producer_id,
            producer_epoch=0,
            base_sequence=sequence,
            transactional=transactional,
        )
        appended = self.partition.append(batch, NOW, transaction_verified=True)
        self.sequences[producer_id] = sequence + count
        return appended.base_offset

    def end(self, producer_id: int, *, commit: bool) -> int:
        return self.partition.append_marker(
            producer_id, 0, commit=commit, coordinator_epoch=3, now_ms=NOW
        ).base_offset

    def reopen(self, *, clean: bool, recovery_point: int | None = None) -> None:
        log = self.partition.log
        point = log.recovery_point if recovery_point is None else recovery_point
        if clean:
            self.partition.write_snapshot()
        log.close(clean=clean)
        self.partition = self._partition(
            Log.open(
                self.files,
                DIRECTORY,
                self.config.log,
                clean=clean,
                recovery_point=point,
                log_start_offset=log.log_start_offset,
            )
        )

    def names(self, suffix: str) -> list[str]:
        return sorted(entry.name for entry in self.files.entries(DIRECTORY) if entry.name.endswith(suffix))

    def remove(self, *suffixes: str) -> None:
        for suffix in suffixes:
            for name in self.names(suffix):
                self.files.unlink(f"{DIRECTORY}/{name}")

    def txn_index(self) -> list[AbortedTransaction]:
        """All that the files say, in order."""
        return [
            entry
            for name in self.names(".txnindex")
            for entry in decode_txn_index(self.files.read_bytes(f"{DIRECTORY}/{name}"))
        ]

    def consume(self, offset: int, max_bytes: int) -> list[int]:
        """Offsets of the records that a consumer of committed records gets to see, as Kafka's client finds them."""
        seen = []
        while records := self.partition.read(offset, max_bytes, at_least_one=True, committed_only=True):
            begins = sorted(
                (each.first_offset, each.producer_id)
                for each in self.partition.aborted_transactions(offset, records)
            )
            void: set[int] = set()
            for header, batch in batches(memoryview(records)):
                while begins and begins[0][0] <= header.last_offset:
                    void.add(begins.pop(0)[1])
                if header.is_control:
                    marker = read_marker(batch, header)
                    if marker is not None and not marker.commit:
                        void.discard(header.producer_id)
                elif not (header.is_transactional and header.producer_id in void):
                    seen += [each.offset for each in iter_records(batch) if each.offset >= offset]
            offset = header.next_offset
        return seen


def batches(view: memoryview) -> list[tuple[BatchHeader, memoryview]]:
    found = []
    position = 0
    while position < len(view):
        header = parse_header(view, position)
        found.append((header, view[position : position + header.size]))
        position += header.size
    return found


@attrs.define
class Model:
    """Every batch that was ever appended, and what follows from it."""

    batches: list[tuple[int, int, int, str]] = attrs.Factory(list)
    """(base offset, last offset, producer id, "plain", "data", "commit" or "abort")"""

    @property
    def end(self) -> int:
        return self.batches[-1][1] + 1 if self.batches else 0

    def cut(self, end: int) -> None:
        self.batches = [each for each in self.batches if each[1] < end]

    def _spans(self) -> tuple[list[tuple[int, int, int, bool]], dict[int, int]]:
        """Ended transactions (producer, first offset, marker, aborted), and the open ones."""
        ended = []
        open_since: dict[int, int] = {}
        for base, _, producer_id, kind in self.batches:
            if kind == "data":
                open_since.setdefault(producer_id, base)
            elif kind != "plain" and producer_id in open_since:
                ended.append((producer_id, open_since.pop(producer_id), base, kind == "abort"))
        return ended, open_since

    @property
    def last_stable_offset(self) -> int:
        return min(self._spans()[1].values(), default=self.end)

    @property
    def aborted(self) -> list[AbortedTransaction]:
        ended, _ = self._spans()
        found = []
        for producer_id, first, marker, aborted in ended:
            if aborted:
                then_open = Model([each for each in self.batches if each[0] <= marker])._spans()[1]
                stable = min(then_open.values(), default=marker + 1)
                found.append(AbortedTransaction(producer_id, first, marker, stable))
        return found

    def visible(self, offset: int) -> list[int]:
        stable = self.last_stable_offset
        void = [(pid, first, marker) for pid, first, marker, aborted in self._spans()[0] if aborted]
        seen = []
        for base, last, producer_id, kind in self.batches:
            if base >= stable or kind in ("commit", "abort"):
                continue
            if kind == "data" and any(
                pid == producer_id and first <= base < marker for pid, first, marker in void
            ):
                continue
            seen += [each for each in range(base, last + 1) if each >= offset]
        return seen


class TransactionMachine(RuleBasedStateMachine):
    """What the partition says equals what the model says, after whatever happened."""

    @initialize(segment_bytes=st.sampled_from([200, 400, 5000]), interval=st.sampled_from([1, 200, 4096]))
    def create(self, segment_bytes: int, interval: int) -> None:
        self.shelf = Shelf(segment_bytes=segment_bytes, index_interval_bytes=interval)
        self.model = Model()

    def _note(self, base: int, count: int, producer_id: int, kind: str) -> None:
        assert base == self.model.end
        self.model.batches.append((base, base + count - 1, producer_id, kind))

    @rule(producer_id=st.integers(1, 4), count=st.integers(1, 3))
    def write(self, producer_id: int, count: int) -> None:
        self._note(self.shelf.write(producer_id, count), count, producer_id, "data")

    @rule(count=st.integers(1, 3))
    def write_without_transaction(self, count: int) -> None:
        self._note(self.shelf.write(9, count, transactional=False), count, 9, "plain")

    @rule(producer_id=st.integers(1, 4), commit=st.booleans())
    def end(self, producer_id: int, commit: bool) -> None:
        base = self.shelf.end(producer_id, commit=commit)
        self._note(base, 1, producer_id, "commit" if commit else "abort")

    @rule()
    def flush(self) -> None:
        self.shelf.partition.log.flush()

    @rule()
    def roll(self) -> None:
        self.shelf.partition.roll(NOW)

    @rule()
    def stop_and_start(self) -> None:
        self.shelf.reopen(clean=True)

    @rule(checked_from=st.floats(0, 1))
    def kill(self, checked_from: float) -> None:
        recovery_point = int(self.shelf.partition.log.recovery_point * checked_from)
        self.shelf.files = self.shelf.files.crash()
        self.shelf.reopen(clean=False, recovery_point=recovery_point)

    @rule(seed=st.integers(0, 2**32))
    def lose_power(self, seed: int) -> None:
        log = self.shelf.partition.log
        durable = log.recovery_point
        self.shelf.files = self.shelf.files.crash(Random(seed), power_loss=True)
        if not self.shelf.files.is_directory(DIRECTORY):
            self.shelf = Shelf(segment_bytes=400)
            self.model = Model()
            return
        self.shelf.reopen(clean=False)
        end = self.shelf.partition.log_end_offset
        assert end >= durable
        self.model.cut(end)
        self.shelf.sequences = {
            producer_id: producer.batches[-1].last_sequence + 1 if producer.batches else 0
            for producer_id, producer in self.shelf.partition.producers.by_id.items()
        }

    @rule(suffixes=st.sets(st.sampled_from([".txnindex", ".snapshot"]), min_size=1))
    def lose_small_files(self, suffixes: set[str]) -> None:
        """Without the marker of an orderly stop, everything is checked and made anew."""
        self.shelf.partition.log.flush()
        self.shelf.remove(*suffixes)
        self.shelf.reopen(clean=False, recovery_point=0)

    @precondition(lambda self: self.shelf.names(".txnindex"))
    @rule(which=st.integers(0, 100), position=st.integers(0, 1000), clean=st.booleans())
    def damage_an_index(self, which: int, position: int, clean: bool) -> None:
        """A file that is no index: of a torn length, or of another version."""
        if clean:
            self.shelf.reopen(clean=True)
        names = self.shelf.names(".txnindex")
        path = f"{DIRECTORY}/{names[which % len(names)]}"
        data = bytearray(self.shelf.files.read_bytes(path))
        if position % 2:
            data[position // 2 % (len(data) // 34) * 34 + 1] ^= 1
        else:
            data += b"?"
        self.shelf.files.write_atomic(path, bytes(data), sync=True)
        if clean:
            log = self.shelf.partition.log
            log.close(clean=False)
            self.shelf.partition = self.shelf._partition(
                Log.open(self.shelf.files, DIRECTORY, self.shelf.config.log, clean=True)
            )
            self.list_aborted((0.0, 1.0))
        else:
            self.shelf.reopen(clean=False, recovery_point=0)

    @rule(offset=st.floats(0, 1), max_bytes=st.integers(1, 2000))
    def consume(self, offset: float, max_bytes: int) -> None:
        start = int(offset * self.model.last_stable_offset)
        assert self.shelf.consume(start, max_bytes) == self.model.visible(start)

    @rule(span=st.tuples(st.floats(0, 1), st.floats(0, 1)))
    def list_aborted(self, span: tuple[float, float]) -> None:
        start, bound = sorted(int(each * self.model.end) for each in span)
        assert self.shelf.partition.log.aborted_transactions(start, bound) == [
            each for each in self.model.aborted if each.last_offset >= start and each.first_offset < bound
        ]

    @invariant()
    def stable(self) -> None:
        assert self.shelf.partition.last_stable_offset == self.model.last_stable_offset

    def teardown(self) -> None:
        if hasattr(self, "shelf"):
            self.shelf.reopen(clean=True)
            self.stable()
            assert self.shelf.txn_index() == self.model.aborted


TestTransactions = TransactionMachine.TestCase
TestTransactions.settings = settings(max_examples=60, stateful_step_count=30)


# One behaviour at a time


def test_readers_of_committed_records_stop_before_the_first_open_transaction() -> None:
    shelf = Shelf()
    shelf.write(9, 2, transactional=False)
    shelf.write(1, 3)
    shelf.write(2, 1)
    partition = shelf.partition
    assert (partition.last_stable_offset, partition.high_watermark) == (2, 6)
    shelf.end(1, commit=True)
    assert partition.last_stable_offset == 5
    assert partition.read(5, 1000, at_least_one=True, committed_only=True) == b""
    shelf.end(2, commit=False)
    assert partition.last_stable_offset == 8


def test_a_marker_tells_those_who_wait() -> None:
    shelf = Shelf()
    shelf.write(1)
    told = []
    shelf.partition.appended.add(lambda: told.append(shelf.partition.last_stable_offset))
    shelf.end(1, commit=True)
    assert told == [2]


def test_a_marker_without_data_before_it_ends_nothing() -> None:
    shelf = Shelf()
    shelf.end(1, commit=False)
    assert shelf.partition.last_stable_offset == 1
    assert shelf.names(".txnindex") == []


def test_a_commit_that_is_not_durable_yet_is_not_told() -> None:
    shelf = Shelf()
    shelf.write(1)
    shelf.partition.config = test_partition.settings(log=LogConfig(flush_messages=1), flushes=True)
    shelf.end(1, commit=True)
    assert shelf.partition.high_watermark == 1
    assert shelf.partition.last_stable_offset == 0, "a power loss could still make it undecided"
    shelf.partition.log.flush()
    shelf.partition.flushed()
    assert shelf.partition.last_stable_offset == 2


def test_a_log_start_beyond_an_open_transaction_is_stable() -> None:
    shelf = Shelf()
    shelf.write(1, 3)
    shelf.write(9, 2, transactional=False)
    shelf.partition.delete_records(4)
    assert shelf.partition.last_stable_offset == 4


def test_the_end_of_a_transaction_comes_from_nobody_who_was_replaced() -> None:
    shelf = Shelf()
    shelf.write(1)
    partition = shelf.partition
    partition.append_marker(1, 5, commit=False, coordinator_epoch=3, now_ms=NOW)
    for epoch, coordinator_epoch, code in (
        (4, 3, ErrorCode.INVALID_PRODUCER_EPOCH),
        (5, 2, ErrorCode.TRANSACTION_COORDINATOR_FENCED),
    ):
        with pytest.raises(KafkaError) as caught:
            partition.append_marker(1, epoch, commit=True, coordinator_epoch=coordinator_epoch, now_ms=NOW)
        assert caught.value.code == code


def test_a_producer_with_an_open_transaction_writes_nothing_outside_it() -> None:
    shelf = Shelf()
    shelf.write(1)
    with pytest.raises(KafkaError) as caught:
        shelf.write(1, transactional=False)
    assert caught.value.code == ErrorCode.INVALID_TXN_STATE


def test_a_transaction_that_nobody_vouches_for_is_refused() -> None:
    batch = build_batch(
        [Record(0, NOW, None, b"v")], producer_id=1, producer_epoch=0, base_sequence=0, transactional=True
    )
    with pytest.raises(KafkaError) as caught:
        Shelf().partition.append(batch, NOW)
    assert caught.value.code == ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED


def test_the_marker_is_kafka_s() -> None:
    shelf = Shelf()
    shelf.write(7)
    shelf.end(7, commit=False)
    (_, marker) = batches(memoryview(shelf.partition.read(1, EVERYTHING, at_least_one=True)))[0]
    assert len(marker) == 78
    (record,) = iter_records(marker)
    assert (record.key, record.value) == (bytes.fromhex("00000000"), bytes.fromhex("000000000003"))


def test_the_index_and_the_snapshots_hold_what_kafka_keeps() -> None:
    shelf = Shelf()
    shelf.write(9, transactional=False)
    shelf.write(1, 2)
    shelf.write(2)
    shelf.end(1, commit=False)
    assert shelf.txn_index() == [AbortedTransaction(1, 1, 4, 3)]
    shelf.reopen(clean=True)
    (name,) = shelf.names(".snapshot")
    entries = {
        entry.producer_id: (entry.current_txn_first_offset, entry.coordinator_epoch)
        for entry in decode_snapshot(shelf.files.read_bytes(f"{DIRECTORY}/{name}"))
    }
    assert entries == {9: (-1, -1), 1: (-1, 3), 2: (3, -1)}
    assert shelf.partition.last_stable_offset == 3


def test_recovery_leaves_a_snapshot() -> None:
    shelf = Shelf()
    shelf.write(1)
    shelf.reopen(clean=False)
    assert shelf.names(".snapshot") == [f"{1:020d}.snapshot"]


def test_an_abort_that_the_disk_does_not_take_counts_and_is_written_before_the_segment_closes() -> None:
    shelf = Shelf()
    shelf.write(1)

    def refuse(operation: str, path: str, size: int) -> None:
        if path.endswith(".txnindex") and operation != "read":
            raise OSError(28, "No space left on device", path)

    shelf.files.fault = refuse
    shelf.end(1, commit=False)
    assert shelf.consume(0, EVERYTHING) == []
    with pytest.raises(KafkaError) as caught:
        shelf.partition.roll(NOW)
    assert caught.value.code == ErrorCode.KAFKA_STORAGE_ERROR
    shelf.files.fault = None
    assert shelf.partition.roll(NOW)
    assert shelf.txn_index() == [AbortedTransaction(1, 0, 1, 2)]


def test_truncation_forgets_transactions_that_were_aborted_beyond() -> None:
    shelf = Shelf()
    for producer_id in (1, 2):
        shelf.write(producer_id)
        shelf.end(producer_id, commit=False)
    log = shelf.partition.log
    log.truncate_to(3)
    assert shelf.txn_index() == log.aborted_transactions(0, 3) == [AbortedTransaction(1, 0, 1, 2)]
    log.truncate_to(1)
    assert shelf.names(".txnindex") == []


def test_indexes_go_with_their_segments() -> None:
    shelf = Shelf()
    shelf.write(1)
    shelf.end(1, commit=False)
    shelf.partition.roll(NOW)
    shelf.write(2)
    shelf.end(2, commit=False)
    shelf.partition.delete_records(2)
    assert shelf.names(".txnindex") == [f"{2:020d}.txnindex"]
    assert shelf.partition.log.aborted_transactions(0, 4) == [AbortedTransaction(2, 2, 3, 4)]


def test_a_producer_with_an_open_transaction_does_not_expire() -> None:
    shelf = Shelf()
    shelf.write(1)
    shelf.write(9, transactional=False)
    shelf.partition.producers.expire(NOW + 10**9, 1)
    assert list(shelf.partition.producers.by_id) == [1]


def test_what_each_producer_wrote_last_is_known() -> None:
    shelf = Shelf()
    shelf.write(1, 2)
    shelf.write(9, 3, transactional=False)
    shelf.end(1, commit=True)
    shelf.end(5, commit=True)
    assert shelf.partition.producers.last_offsets() == {1: (0, 1), 9: (0, 4), 5: (0, -1)}
