"""The record batch: our reading and writing of it against each other, and against aiokafka's."""

from __future__ import annotations

import struct

import pytest
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from kwire.records.batch import (
    BATCH_OVERHEAD,
    MAX_SEQUENCE,
    SCAN,
    CorruptBatch,
    Record,
    build_batch,
    crc_ok,
    iter_records,
    parse_header,
    stamp,
    stamped,
    with_log_append_time,
)
from kwire.records.compression import CODEC_NAMES, DecompressionFailed

KEYS = st.none() | st.binary(max_size=40)
HEADERS = st.lists(st.tuples(st.text(max_size=8).map(str.encode), KEYS), max_size=3)


@st.composite
def record_lists(draw: st.DrawFn) -> list[Record]:
    base_offset = draw(st.integers(0, 2**40))
    base_timestamp = draw(st.integers(-1, 2**42))
    return [
        Record(
            offset=base_offset + index,
            timestamp=base_timestamp + draw(st.integers(0, 2**33)),
            key=draw(KEYS),
            value=draw(KEYS),
            headers=draw(HEADERS),
        )
        for index in range(draw(st.integers(1, 8)))
    ]


@settings(max_examples=80)
@given(records=record_lists(), codec=st.integers(0, 4))
def test_records_survive_the_round_trip(records: list[Record], codec: int) -> None:
    batch = build_batch(records, codec=codec)
    header = parse_header(batch)
    assert crc_ok(batch, 0, len(batch))
    assert header.size == len(batch)
    assert header.codec == codec
    assert (header.base_offset, header.last_offset) == (records[0].offset, records[-1].offset)
    assert header.max_timestamp == max(record.timestamp for record in records)
    assert header.records_count == len(records)
    assert list(iter_records(batch)) == records


@pytest.mark.parametrize("codec", range(5), ids=CODEC_NAMES)
def test_aiokafka_reads_what_we_write(codec: int) -> None:
    records = [
        Record(7, 1000, b"key", b"value", [(b"h", b"1"), (b"n", None)]),
        Record(8, 1005, None, b"x" * 5000),
        Record(9, 1002, b"", None),
    ]
    read = DefaultRecordBatch(build_batch(records, codec=codec))
    assert read.validate_crc()
    assert [(record.offset, record.timestamp, record.key, record.value) for record in read] == [
        (record.offset, record.timestamp, record.key, record.value) for record in records
    ]


@pytest.mark.parametrize("codec", range(5), ids=CODEC_NAMES)
def test_we_read_what_aiokafka_writes(codec: int) -> None:
    builder = DefaultRecordBatchBuilder(2, codec, False, 5, 1, 10, 1_000_000)
    for index in range(20):
        builder.append(index, 1000 + index, b"k%d" % index, b"value " * index, [("header", b"h")])
    batch = bytes(builder.build())
    header = parse_header(batch)
    assert crc_ok(batch, 0, len(batch))
    assert (header.producer_id, header.producer_epoch, header.base_sequence) == (5, 1, 10)
    assert [
        (record.offset, record.timestamp, record.key, record.value) for record in iter_records(batch)
    ] == [(index, 1000 + index, b"k%d" % index, b"value " * index) for index in range(20)]


def test_the_stamp_replaces_offset_and_epoch_and_leaves_the_checksum_good() -> None:
    batch = build_batch([Record(0, 1, b"k", b"v")])
    header = parse_header(batch)
    assert stamp(500, header.length, 3) + batch[16:] == stamped(batch, 500, 3)
    moved = parse_header(stamped(batch, 500, 3))
    assert (moved.base_offset, moved.leader_epoch, moved.crc) == (500, 3, header.crc)
    assert crc_ok(stamped(batch, 500, 3), 0, len(batch))


def test_any_changed_byte_after_the_checksum_shows() -> None:
    batch = bytearray(build_batch([Record(0, 1, b"key", b"value")]))
    for at in range(21, len(batch)):
        batch[at] ^= 0x10
        assert not crc_ok(batch, 0, len(batch))
        batch[at] ^= 0x10
    assert crc_ok(b"before" + batch + b"after", 6, len(batch))


def test_log_append_time_gives_every_record_the_time_of_the_append() -> None:
    batch = with_log_append_time(
        build_batch([Record(0, 1, None, b"a"), Record(1, 2, None, b"b")], codec=3), 5000
    )
    header = parse_header(batch)
    assert header.is_log_append_time
    assert header.max_timestamp == 5000
    assert crc_ok(batch, 0, len(batch))
    assert [record.timestamp for record in iter_records(batch)] == [5000, 5000]


def test_flags_are_read_from_the_attributes() -> None:
    batch = build_batch(
        [Record(0, 1, b"k", b"v")],
        producer_id=9,
        producer_epoch=2,
        transactional=True,
        control=True,
        log_append_time_ms=77,
    )
    header = parse_header(batch)
    assert header.is_transactional
    assert header.is_control
    assert header.is_log_append_time
    assert header.delete_horizon_ms is None
    assert (header.producer_id, header.producer_epoch, header.last_sequence) == (9, 2, -1)


def test_sequence_numbers_wrap_from_the_largest_to_zero() -> None:
    records = [Record(index, 1, None, None) for index in range(3)]
    header = parse_header(build_batch(records, producer_id=1, producer_epoch=0, base_sequence=MAX_SEQUENCE))
    assert header.last_sequence == 1


def test_a_compacted_batch_keeps_its_range_and_its_timestamps() -> None:
    batch = build_batch(
        [Record(12, 1000, b"k", None)], base_offset=10, last_offset_delta=5, delete_horizon_ms=99_000
    )
    header = parse_header(batch)
    assert (header.base_offset, header.last_offset, header.delete_horizon_ms) == (10, 15, 99_000)
    assert list(iter_records(batch)) == [Record(12, 1000, b"k", None)]


def test_an_empty_batch_is_the_smallest_one() -> None:
    batch = build_batch([], base_offset=3, last_offset_delta=4)
    assert len(batch) == BATCH_OVERHEAD
    assert parse_header(batch).next_offset == 8
    assert list(iter_records(batch)) == []
    with pytest.raises(ValueError):
        build_batch([])


def test_the_scan_struct_reads_what_the_header_reads() -> None:
    batch = build_batch([Record(70, 1, None, b"a"), Record(75, 1, None, b"b")])
    header = parse_header(batch)
    assert SCAN.unpack_from(batch) == (header.base_offset, header.length, header.last_offset_delta)


def test_a_header_that_is_cut_off_is_refused() -> None:
    with pytest.raises(CorruptBatch):
        parse_header(bytes(60))
    with pytest.raises(CorruptBatch):
        parse_header(bytes(100), 50)


def _with_count(batch: bytes, count: int) -> bytes:
    return batch[:57] + struct.pack(">i", count) + batch[61:]


@pytest.mark.parametrize("count", [-1, 0, 1, 3, 2**31 - 1])
def test_a_payload_with_another_number_of_records_is_refused(count: int) -> None:
    batch = build_batch([Record(0, 1, b"k", b"v"), Record(1, 1, b"k", b"v")])
    with pytest.raises(CorruptBatch):
        list(iter_records(_with_count(batch, count)))


def test_old_formats_are_refused() -> None:
    batch = bytearray(build_batch([Record(0, 1, b"k", b"v")]))
    batch[16] = 1
    with pytest.raises(CorruptBatch, match="version 1"):
        list(iter_records(batch))


@settings(max_examples=200)
@given(data=st.data())
def test_a_damaged_payload_gives_records_or_one_of_two_errors(data: st.DataObject) -> None:
    codec = data.draw(st.integers(0, 4))
    batch = bytearray(
        build_batch([Record(i, i, b"key", b"value", [(b"h", b"v")]) for i in range(5)], codec=codec)
    )
    for _ in range(data.draw(st.integers(1, 4))):
        batch[data.draw(st.integers(BATCH_OVERHEAD, len(batch) - 1))] = data.draw(st.integers(0, 255))
    try:
        for record in iter_records(batch, max_size=1_000_000):
            assert record.key is None or isinstance(record.key, bytes)
    except (CorruptBatch, DecompressionFailed):
        return
