from __future__ import annotations

import struct
from types import SimpleNamespace
from typing import Any

import pytest
from crc32c import crc32c

from kwire.broker.validation import InvalidRecords, check_batch, check_timestamps, needs_opening, open_batch
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import Record, build_batch, iter_records, parse_header

NOW = 1_700_000_000_000


def records(count: int = 3, *, key: bytes | None = b"k", timestamp: int = NOW) -> list[Record]:
    return [Record(offset=i, timestamp=timestamp + i, key=key, value=b"v%d" % i) for i in range(count)]


def topic(**overrides: Any) -> Any:
    settings = {
        "compacted": False,
        "compression_type": "producer",
        "compression_level": None,
        "max_message_bytes": 1048588,
        "message_timestamp_type": "CreateTime",
        "message_timestamp_after_max_ms": 3_600_000,
        "message_timestamp_before_max_ms": 2**63 - 1,
    }
    return SimpleNamespace(**(settings | overrides))


def refusal(batch: bytes | None, *, max_bytes: int = 10**6, segment_bytes: int = 10**9) -> ErrorCode:
    with pytest.raises(KafkaError) as caught:
        check_batch(batch, max_bytes=max_bytes, segment_bytes=segment_bytes)
    return caught.value.code


def patched(batch: bytes, position: int, layout: str, value: int) -> bytes:
    """The batch with one header field changed, and a checksum that fits."""
    changed = bytearray(batch)
    struct.pack_into(layout, changed, position, value)
    struct.pack_into(">I", changed, 17, crc32c(bytes(changed[21:])))
    return bytes(changed)


def test_a_good_batch_passes_and_its_header_is_given_back() -> None:
    header = check_batch(build_batch(records()), max_bytes=10**6, segment_bytes=10**9)
    assert header.records_count == 3


@pytest.mark.parametrize("batch", [None, b""])
def test_a_partition_without_a_batch_is_invalid(batch: bytes | None) -> None:
    assert refusal(batch) == ErrorCode.INVALID_RECORD


def test_two_batches_are_one_too_many() -> None:
    assert refusal(build_batch(records()) * 2) == ErrorCode.INVALID_RECORD


@pytest.mark.parametrize("magic", [0, 1])
def test_old_record_formats_are_invalid(magic: int) -> None:
    batch = bytearray(build_batch(records()))
    batch[16] = magic
    assert refusal(bytes(batch)) == ErrorCode.INVALID_RECORD
    assert refusal(bytes(batch[:40])) == ErrorCode.INVALID_RECORD


def test_every_cut_of_a_batch_is_refused() -> None:
    batch = build_batch(records())
    for size in range(1, len(batch)):
        assert refusal(batch[:size]) in (ErrorCode.CORRUPT_MESSAGE, ErrorCode.INVALID_RECORD)


def test_every_flipped_bit_under_the_checksum_is_seen() -> None:
    batch = build_batch(records())
    for position in range(21, len(batch)):
        for bit in range(8):
            flipped = bytearray(batch)
            flipped[position] ^= 1 << bit
            assert refusal(bytes(flipped)) in (
                ErrorCode.CORRUPT_MESSAGE,
                ErrorCode.INVALID_RECORD,
            )


def test_a_batch_of_a_client_begins_at_offset_zero() -> None:
    assert refusal(patched(build_batch(records()), 0, ">q", 5)) == ErrorCode.INVALID_RECORD


def test_counts_must_agree() -> None:
    batch = build_batch(records())
    assert refusal(patched(batch, 57, ">i", 2)) == ErrorCode.INVALID_RECORD
    assert refusal(patched(batch, 57, ">i", 0)) == ErrorCode.INVALID_RECORD
    assert refusal(patched(batch, 57, ">i", -1)) == ErrorCode.INVALID_RECORD


def test_clients_write_no_control_batches() -> None:
    assert refusal(build_batch(records(), control=True)) == ErrorCode.INVALID_RECORD


@pytest.mark.parametrize("codec", [5, 6, 7])
def test_undefined_codecs_are_invalid(codec: int) -> None:
    assert refusal(patched(build_batch(records()), 21, ">h", codec)) == ErrorCode.INVALID_RECORD


def test_a_producer_id_needs_a_sequence() -> None:
    assert refusal(build_batch(records(), producer_id=4, producer_epoch=0)) == ErrorCode.INVALID_RECORD


def test_limits_are_inclusive() -> None:
    batch = build_batch(records())
    size = len(batch)
    check_batch(batch, max_bytes=size, segment_bytes=size)
    assert refusal(batch, max_bytes=size - 1) == ErrorCode.MESSAGE_TOO_LARGE
    assert refusal(batch, segment_bytes=size - 1) == ErrorCode.RECORD_LIST_TOO_LARGE


def timestamp_refusal(timestamp: int, **overrides: Any) -> ErrorCode | None:
    batch = build_batch(records(1, timestamp=timestamp))
    try:
        check_timestamps(batch, parse_header(batch), topic(**overrides), NOW)
    except KafkaError as error:
        return error.code
    return None


def test_times_too_far_ahead_are_refused() -> None:
    assert timestamp_refusal(NOW + 3_600_000) is None
    assert timestamp_refusal(NOW + 3_600_001) == ErrorCode.INVALID_TIMESTAMP


def test_times_too_far_back_are_refused_where_the_topic_says_so() -> None:
    assert timestamp_refusal(0) is None
    assert timestamp_refusal(NOW - 1000, message_timestamp_before_max_ms=1000) is None
    assert timestamp_refusal(NOW - 1001, message_timestamp_before_max_ms=1000) == ErrorCode.INVALID_TIMESTAMP
    assert timestamp_refusal(-1, message_timestamp_before_max_ms=1000) is None


def test_a_producer_may_not_claim_log_append_time() -> None:
    batch = build_batch(records(), log_append_time_ms=NOW)
    with pytest.raises(KafkaError) as caught:
        check_timestamps(batch, parse_header(batch), topic(message_timestamp_type="LogAppendTime"), NOW)
    assert caught.value.code == ErrorCode.INVALID_TIMESTAMP


@pytest.mark.parametrize("codec", [0, 1, 4])
@pytest.mark.parametrize(
    ("times", "refused"),
    [
        ([NOW, NOW - 10_001, NOW], [1]),
        ([NOW - 10_001, NOW], [0]),
        ([NOW, NOW + 20_001, NOW], [1]),
        ([NOW - 10_001, NOW + 20_001, NOW, NOW - 20_000], [0, 1, 3]),
        ([NOW - 10_000, NOW + 20_000, -1], []),
        ([-1, -1], []),
    ],
)
def test_each_record_with_a_time_out_of_bounds_is_named(
    codec: int, times: list[int], refused: list[int]
) -> None:
    batch = build_batch([Record(i, time, b"k", b"v") for i, time in enumerate(times)], codec=codec)
    config = topic(message_timestamp_before_max_ms=10_000, message_timestamp_after_max_ms=20_000)
    if not refused:
        check_timestamps(batch, parse_header(batch), config, NOW)
        return
    with pytest.raises(InvalidRecords) as caught:
        check_timestamps(batch, parse_header(batch), config, NOW)
    assert caught.value.code == ErrorCode.INVALID_TIMESTAMP
    assert [index for index, _ in caught.value.record_errors] == refused


def test_bad_times_outweigh_missing_keys_and_both_are_named() -> None:
    mixed = [Record(0, NOW, None, b"v"), Record(1, NOW - 10_001, b"k", b"v"), Record(2, NOW, None, b"v")]
    batch = build_batch(mixed)
    with pytest.raises(InvalidRecords) as caught:
        check_timestamps(
            batch,
            parse_header(batch),
            topic(message_timestamp_before_max_ms=10_000, compacted=True),
            NOW,
        )
    assert caught.value.code == ErrorCode.INVALID_TIMESTAMP
    assert [index for index, _ in caught.value.record_errors] == [0, 1, 2]


def test_a_header_that_claims_a_time_out_of_bounds_is_refused_although_no_record_has_it() -> None:
    batch = patched(build_batch(records()), 35, ">q", NOW + 10**9)
    with pytest.raises(InvalidRecords) as caught:
        check_timestamps(batch, parse_header(batch), topic(), NOW)
    assert caught.value.code == ErrorCode.INVALID_TIMESTAMP


def test_a_compacted_topic_names_the_records_without_a_key() -> None:
    mixed = records(4)
    mixed[1].key = mixed[3].key = None
    batch = build_batch(mixed)
    header = parse_header(batch)
    assert needs_opening(header, topic(compacted=True))
    with pytest.raises(InvalidRecords) as caught:
        open_batch(batch, header, topic(compacted=True), NOW)
    assert caught.value.code == ErrorCode.INVALID_RECORD
    assert [index for index, _ in caught.value.record_errors] == [1, 3]


def test_the_topic_stamps_every_record_with_the_time_of_the_append() -> None:
    batch = build_batch(records(), producer_id=9, producer_epoch=1, base_sequence=5)
    config = topic(message_timestamp_type="LogAppendTime")
    kept, header = open_batch(batch, parse_header(batch), config, NOW + 77)
    assert check_batch(bytes(kept), max_bytes=10**6, segment_bytes=10**6) == header
    assert [record.timestamp for record in iter_records(kept)] == [NOW + 77] * 3
    assert header.max_timestamp == NOW + 77
    assert (header.producer_id, header.producer_epoch, header.base_sequence) == (9, 1, 5)


@pytest.mark.parametrize("codec", ["uncompressed", "gzip", "snappy", "lz4", "zstd"])
def test_the_topic_keeps_records_in_its_own_compression(codec: str) -> None:
    batch = build_batch(
        records(50), codec=2 if codec != "snappy" else 1, producer_id=9, producer_epoch=1, base_sequence=5
    )
    header = parse_header(batch)
    config = topic(compression_type=codec)
    assert needs_opening(header, config)
    kept, kept_header = open_batch(batch, header, config, NOW)
    assert not needs_opening(kept_header, config)
    assert list(iter_records(kept)) == list(iter_records(batch))
    assert (kept_header.producer_id, kept_header.producer_epoch, kept_header.base_sequence) == (9, 1, 5)
    assert check_batch(bytes(kept), max_bytes=10**6, segment_bytes=10**6) == kept_header


def test_a_payload_that_does_not_decompress_is_invalid() -> None:
    batch = bytearray(build_batch(records(), codec=1))
    batch[61:] = b"\x00" * (len(batch) - 61)
    with pytest.raises(KafkaError) as caught:
        open_batch(bytes(batch), parse_header(batch), topic(compression_type="zstd"), NOW)
    assert caught.value.code == ErrorCode.INVALID_RECORD
