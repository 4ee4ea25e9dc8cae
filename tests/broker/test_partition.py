from __future__ import annotations

import errno
import random
from types import SimpleNamespace
from typing import Any

import pytest

from kwire.broker.jobs import Jobs
from kwire.broker.partition import Partition
from kwire.broker.signals import Signal
from kwire.broker.storage.flushing import Flushing
from kwire.broker.storage.warming import Warming
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from kwire.log.log import Log, LogConfig
from kwire.records.batch import Record, build_batch, iter_records, parse_header
from tests.broker.keeping import HandClock

NOW = 1_700_000_000_000
TOPIC_ID = bytes(range(16))
DIRECTORY = "/data/orders-0"


def settings(**overrides: Any) -> Any:
    base = {
        "compacted": False,
        "deletes": True,
        "opens_batches": False,
        "flushes": False,
        "compression_type": "producer",
        "compression_level": None,
        "max_message_bytes": 1048588,
        "message_timestamp_type": "CreateTime",
        "message_timestamp_after_max_ms": 3_600_000,
        "message_timestamp_before_max_ms": 2**63 - 1,
        "log": LogConfig(segment_bytes=1 << 20),
    }
    return SimpleNamespace(**(base | overrides))


def batch(
    count: int = 1, *, sequence: int = -1, producer_id: int = -1, epoch: int = -1, size: int = 1
) -> bytes:
    records = [Record(i, NOW + i, b"k%d" % i, b"v" * size, []) for i in range(count)]
    return build_batch(records, producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence)


class Shelf:
    """A partition on in-memory files that can be closed, or lost, and opened again."""

    def __init__(self, **overrides: Any) -> None:
        self.files = MemoryFiles()
        self.config = settings(**overrides)
        log = Log.create(self.files, DIRECTORY, "orders", 0, TOPIC_ID, self.config.log)
        self.flushing = Flushing(Jobs(), HandClock(), Signal())
        self.partition = Partition(
            "orders", TOPIC_ID, 0, log, self.config, flushing=self.flushing, warming=Warming(Jobs())
        )

    def reopen(self, *, clean: bool) -> Partition:
        if clean:
            self.partition.write_snapshot()
        self.partition.log.close(clean=clean)
        log = Log.open(self.files, DIRECTORY, self.config.log, clean=clean)
        self.partition = Partition(
            "orders", TOPIC_ID, 0, log, self.config, flushing=self.flushing, warming=Warming(Jobs())
        )
        return self.partition


def refusal(partition: Partition, records: bytes) -> ErrorCode:
    with pytest.raises(KafkaError) as caught:
        partition.append(records, NOW)
    return caught.value.code


def offsets(data: bytes | memoryview) -> list[int]:
    found = []
    position = 0
    while position < len(data):
        header = parse_header(data, position)
        found += [r.offset for r in iter_records(memoryview(data)[position : position + header.size])]
        position += header.size
    return found


def test_offsets_are_dense_from_zero() -> None:
    partition = Shelf().partition
    assert [partition.append(batch(n), NOW).base_offset for n in (1, 3, 2)] == [0, 1, 4]
    assert partition.high_watermark == 6


def test_what_was_appended_is_read_byte_for_byte_but_for_the_stamp() -> None:
    partition = Shelf().partition
    sent = batch(3)
    partition.append(batch(2), NOW)
    partition.append(sent, NOW)
    got = bytes(partition.read(2, 10**6, at_least_one=True))
    assert got[16:] == sent[16:]
    assert parse_header(got).base_offset == 2


def test_reading_at_the_end_gives_nothing_and_beyond_it_an_error() -> None:
    partition = Shelf().partition
    partition.append(batch(2), NOW)
    assert not partition.read(2, 10**6, at_least_one=True)
    with pytest.raises(KafkaError) as caught:
        partition.read(3, 10**6, at_least_one=True)
    assert caught.value.code == ErrorCode.OFFSET_OUT_OF_RANGE


def test_one_batch_is_read_even_when_it_is_larger_than_asked_for() -> None:
    partition = Shelf().partition
    partition.append(batch(1, size=500), NOW)
    partition.append(batch(1, size=500), NOW)
    assert offsets(partition.read(0, 10, at_least_one=True)) == [0]
    assert not partition.read(0, 10, at_least_one=False)


def test_an_append_tells_those_who_wait() -> None:
    partition = Shelf().partition
    told = []
    partition.appended.add(lambda: told.append(partition.high_watermark))
    partition.append(batch(), NOW)
    assert told == [1]


def test_a_repeated_batch_gets_the_first_answer_and_is_not_written_again() -> None:
    partition = Shelf().partition
    first = batch(3, sequence=0, producer_id=5, epoch=0)
    assert partition.append(first, NOW).base_offset == 0
    assert partition.append(first, NOW).base_offset == 0
    assert partition.log_end_offset == 3


def test_a_gap_in_the_sequence_writes_nothing() -> None:
    partition = Shelf().partition
    partition.append(batch(3, sequence=0, producer_id=5, epoch=0), NOW)
    assert refusal(partition, batch(1, sequence=4, producer_id=5, epoch=0)) == (
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    )
    assert partition.log_end_offset == 3


@pytest.mark.parametrize("clean", [True, False])
def test_producers_are_known_after_a_restart(clean: bool) -> None:
    shelf = Shelf()
    for number in range(7):
        shelf.partition.append(batch(2, sequence=number * 2, producer_id=5, epoch=3), NOW)
    partition = shelf.reopen(clean=clean)
    assert partition.append(batch(2, sequence=12, producer_id=5, epoch=3), NOW).base_offset == 12
    assert refusal(partition, batch(1, sequence=13, producer_id=5, epoch=3)) == (
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    )
    assert partition.append(batch(1, sequence=14, producer_id=5, epoch=3), NOW).base_offset == 14


@pytest.mark.parametrize("clean", [True, False])
def test_the_last_five_batches_of_a_producer_are_recognised_after_a_restart(clean: bool) -> None:
    shelf = Shelf(log=LogConfig(segment_bytes=2000))
    sent = [
        batch(2, sequence=number * 2, producer_id=producer_id, epoch=1, size=300)
        for number in range(9)
        for producer_id in (5, 6)
    ]
    for data in sent:
        shelf.partition.append(data, NOW)
    assert len(shelf.partition.log.segments) > 4
    partition = shelf.reopen(clean=clean)
    for at in range(8, 18):  # in the order in which a client sends again what was not answered
        assert partition.append(sent[at], NOW).base_offset == at * 2
    for at in range(8):
        assert refusal(partition, sent[at]) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert partition.log_end_offset == 36


@pytest.mark.parametrize("known", [True, False])
def test_what_follows_a_batch_that_the_disk_refused_waits_until_that_was_sent_again(known: bool) -> None:
    """Anything but "try again" for the batches in flight behind it makes clients give up, or send twice."""
    shelf = Shelf()
    partition = shelf.partition
    first = batch(2, sequence=0, producer_id=5, epoch=0)
    if known:
        partition.append(first, NOW)

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "write":
            raise OSError(errno.ENOSPC, "No space left on device", path)

    start = 2 if known else 0
    sent = [batch(1, sequence=start + number, producer_id=5, epoch=0) for number in range(3)]
    shelf.files.fault = fault
    assert refusal(partition, sent[0]) == ErrorCode.KAFKA_STORAGE_ERROR
    shelf.files.fault = None
    for data in sent[1:]:
        assert refusal(partition, data) == ErrorCode.KAFKA_STORAGE_ERROR
    if known:
        assert partition.append(first, NOW).base_offset == 0, "a repetition is recognised meanwhile"
    assert partition.append(batch(1, sequence=9, producer_id=6, epoch=0), NOW).base_offset == start
    for number, data in enumerate(sent):
        assert partition.append(data, NOW).base_offset == start + 1 + number
    assert refusal(partition, batch(1, sequence=99, producer_id=5, epoch=0)) == (
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    )


def test_a_producer_with_a_new_epoch_does_not_wait_for_what_the_disk_refused_before() -> None:
    shelf = Shelf()

    def fault(operation: str, path: str, size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", path)

    shelf.files.fault = fault
    assert refusal(shelf.partition, batch(1, sequence=4, producer_id=5, epoch=0)) == (
        ErrorCode.KAFKA_STORAGE_ERROR
    )
    shelf.files.fault = None
    assert shelf.partition.append(batch(1, sequence=0, producer_id=5, epoch=1), NOW).base_offset == 0


def test_what_a_producer_wrote_in_an_older_epoch_is_not_recognised_after_a_restart() -> None:
    shelf = Shelf()
    old, new = (batch(1, sequence=0, producer_id=5, epoch=epoch) for epoch in (1, 2))
    for data in (old, new):
        shelf.partition.append(data, NOW)
    partition = shelf.reopen(clean=True)
    assert refusal(partition, old) == ErrorCode.INVALID_PRODUCER_EPOCH
    assert refusal(partition, batch(2, sequence=0, producer_id=5, epoch=2)) == (
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    )
    assert partition.append(new, NOW).base_offset == 1


def test_producers_are_known_after_a_crash_that_followed_a_roll() -> None:
    shelf = Shelf(log=LogConfig(segment_bytes=2000))
    for number in range(20):
        shelf.partition.append(batch(1, sequence=number, producer_id=5, epoch=0, size=300), NOW)
    assert len(shelf.partition.log.segments) > 2
    partition = shelf.reopen(clean=False)
    assert partition.append(batch(1, sequence=19, producer_id=5, epoch=0, size=300), NOW).base_offset == 19
    assert partition.append(batch(1, sequence=20, producer_id=5, epoch=0), NOW).base_offset == 20


def test_a_transaction_that_was_never_begun_is_refused() -> None:
    record = Record(0, NOW, b"k", b"v", [])
    records = build_batch([record], producer_id=1, producer_epoch=0, base_sequence=0, transactional=True)
    assert refusal(Shelf().partition, records) == ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED


def test_a_disk_that_refuses_is_a_storage_error_and_leaves_nothing_behind() -> None:
    shelf = Shelf()
    partition = shelf.partition
    partition.append(batch(), NOW)

    def full(operation: str, path: str, size: int) -> None:
        if operation == "write":
            raise OSError(28, "No space left on device", path)

    shelf.files.fault = full
    assert refusal(partition, batch(4)) == ErrorCode.KAFKA_STORAGE_ERROR
    shelf.files.fault = None
    assert partition.log_end_offset == 1
    assert partition.append(batch(), NOW).base_offset == 1
    assert offsets(partition.read(0, 10**6, at_least_one=True)) == [0, 1]


def test_log_append_time_is_told_and_told_again_for_a_repeat() -> None:
    partition = Shelf(opens_batches=True, message_timestamp_type="LogAppendTime").partition
    sent = batch(2, sequence=0, producer_id=5, epoch=0)
    assert partition.append(sent, NOW + 50).log_append_time_ms == NOW + 50
    assert partition.append(sent, NOW + 90).log_append_time_ms == NOW + 50


def test_deleting_records_moves_the_log_start() -> None:
    partition = Shelf().partition
    for _ in range(5):
        partition.append(batch(2), NOW)
    assert partition.delete_records(4) == 4
    assert partition.delete_records(3) == 4
    with pytest.raises(KafkaError):
        partition.read(3, 1000, at_least_one=True)
    assert partition.delete_records(-1) == 10
    assert partition.append(batch(), NOW).base_offset == 10


@pytest.mark.parametrize("offset", [-2, 11])
def test_records_outside_the_log_cannot_be_deleted(offset: int) -> None:
    partition = Shelf().partition
    partition.append(batch(10), NOW)
    with pytest.raises(KafkaError) as caught:
        partition.delete_records(offset)
    assert caught.value.code == ErrorCode.OFFSET_OUT_OF_RANGE


def test_a_topic_that_is_only_compacted_deletes_no_records() -> None:
    partition = Shelf(compacted=True, deletes=False, opens_batches=True).partition
    partition.append(batch(10), NOW)
    with pytest.raises(KafkaError) as caught:
        partition.delete_records(3)
    assert caught.value.code == ErrorCode.POLICY_VIOLATION


def test_the_clients_idea_of_the_leader_epoch_is_checked() -> None:
    shelf = Shelf()
    partition = shelf.partition
    partition.leader_epoch = 4
    for current in (-1, 4):
        partition.check_leader_epoch(current)
    for epoch, code in ((3, ErrorCode.FENCED_LEADER_EPOCH), (5, ErrorCode.UNKNOWN_LEADER_EPOCH)):
        with pytest.raises(KafkaError) as caught:
            partition.check_leader_epoch(epoch)
        assert caught.value.code == code


def test_any_mix_of_batches_and_restarts_keeps_offsets_dense() -> None:
    choose = random.Random(20)
    shelf = Shelf(log=LogConfig(segment_bytes=3000, index_interval_bytes=200))
    expected = 0
    for _ in range(400):
        count = choose.randrange(1, 5)
        assert shelf.partition.append(batch(count, size=choose.randrange(200)), NOW).base_offset == expected
        expected += count
        if choose.random() < 0.05:
            shelf.reopen(clean=choose.random() < 0.5)
    at = 0
    seen: list[int] = []
    while at < expected:
        got = offsets(shelf.partition.read(at, 700, at_least_one=True))
        seen += got
        at = got[-1] + 1
    assert seen == list(range(expected))
