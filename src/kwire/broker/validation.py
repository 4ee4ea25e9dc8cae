"""What a client's record batch must be before it may enter a log, and what the topic makes of it.

A batch is opaque: header, CRC-32C and counts are checked, and its records are left alone. It is opened only where the
topic demands it: keys of a compacted topic, another `compression.type`, or time stamped by the broker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import (
    BATCH_OVERHEAD,
    CRC_FROM,
    LENGTH_OVERHEAD,
    MAGIC,
    NO_TIMESTAMP,
    BatchHeader,
    CorruptBatch,
    Record,
    build_batch,
    iter_records,
    parse_header,
    with_log_append_time,
)
from kwire.records.compression import CODECS_BY_NAME, DecompressionFailed
from kwire.records.crc import crc32c

if TYPE_CHECKING:
    from kwire.broker.configs.dynamic import TopicConfig

LOG_APPEND_TIME = 0x08
_ZSTD = 4


class InvalidRecords(KafkaError):
    """A batch refused because of records in it: `record_errors` names them as (index in the batch, message)."""

    def __init__(self, code: ErrorCode, message: str, record_errors: Sequence[tuple[int, str]]) -> None:
        super().__init__(code, message)
        self.record_errors = record_errors


def check_batch(records: memoryview | bytes | None, *, max_bytes: int, segment_bytes: int) -> BatchHeader:
    """The header of the one batch that a client may send for a partition (magic 2, KIP-98).

    Raises KafkaError: INVALID_RECORD, CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE.
    """
    if not records:
        raise KafkaError(
            ErrorCode.INVALID_RECORD, "Produce requests must have exactly one record batch per partition"
        )
    size = len(records)
    if size < BATCH_OVERHEAD:
        if size > 16 and records[16] < 2:
            raise _old_magic(records[16])
        raise KafkaError(ErrorCode.CORRUPT_MESSAGE, f"A record batch of {size} bytes is cut off")
    header = parse_header(records)
    if header.magic != MAGIC:
        raise _old_magic(header.magic)
    batch_size = header.length + LENGTH_OVERHEAD
    if batch_size != size:
        if BATCH_OVERHEAD <= batch_size < size:
            raise KafkaError(
                ErrorCode.INVALID_RECORD, "Produce requests must have exactly one record batch per partition"
            )
        raise KafkaError(ErrorCode.CORRUPT_MESSAGE, f"A record batch says {batch_size} bytes and has {size}")
    count = header.records_count
    if header.base_offset != 0:
        raise KafkaError(
            ErrorCode.INVALID_RECORD, f"The base offset of a new batch is {header.base_offset}, not 0"
        )
    if count <= 0 or header.last_offset_delta + 1 != count:
        raise KafkaError(
            ErrorCode.INVALID_RECORD,
            f"The batch counts {count} records and its last offset delta is {header.last_offset_delta}",
        )
    if header.attributes & 0x20:
        raise KafkaError(ErrorCode.INVALID_RECORD, "Clients may not write control batches")
    if header.attributes & 0x07 > _ZSTD:
        raise KafkaError(ErrorCode.INVALID_RECORD, f"Unknown compression codec {header.attributes & 0x07}")
    if header.producer_id >= 0 and header.base_sequence < 0:
        raise KafkaError(
            ErrorCode.INVALID_RECORD, f"Producer {header.producer_id} sent a batch without a sequence"
        )
    if size > max_bytes:
        raise KafkaError(
            ErrorCode.MESSAGE_TOO_LARGE, f"The batch has {size} bytes; the topic allows {max_bytes}"
        )
    if size > segment_bytes:
        raise KafkaError(
            ErrorCode.RECORD_LIST_TOO_LARGE, f"The batch has {size} bytes; a segment holds {segment_bytes}"
        )
    if crc32c(records[CRC_FROM:]) != header.crc:
        raise KafkaError(ErrorCode.CORRUPT_MESSAGE, "The batch does not match its CRC-32C")
    return header


def _old_magic(magic: int) -> KafkaError:
    return KafkaError(ErrorCode.INVALID_RECORD, f"Record format version {magic} is not supported; 2 is")


def check_timestamps(
    records: memoryview | bytes, header: BatchHeader, config: TopicConfig, now_ms: int
) -> None:
    """Are the times that a client set within what the topic accepts? A record without a time is.

    The header tells the newest; only a topic that also limits the oldest has every batch opened. Raises
    InvalidRecords(INVALID_TIMESTAMP), which names each record that is refused.
    """
    if header.attributes & LOG_APPEND_TIME:
        raise KafkaError(
            ErrorCode.INVALID_TIMESTAMP, "Producers may not set the timestamp type to LogAppendTime"
        )
    if config.message_timestamp_type == "LogAppendTime":
        return
    newest = now_ms + config.message_timestamp_after_max_ms
    oldest = now_ms - config.message_timestamp_before_max_ms
    if header.max_timestamp <= newest and oldest <= 0:
        return
    opened = _open(records, header)
    errors = [
        (index, f"its time {record.timestamp} is not within [{oldest}, {newest}]")
        for index, record in enumerate(opened)
        if record.timestamp != NO_TIMESTAMP and not oldest <= record.timestamp <= newest
    ]
    if errors and config.compacted:
        errors = sorted(errors + _without_key(opened))
    if errors or header.max_timestamp > newest:
        raise InvalidRecords(
            ErrorCode.INVALID_TIMESTAMP, "One or more records have times that the topic does not take", errors
        )


def _open(records: memoryview | bytes, header: BatchHeader) -> list[Record]:
    try:
        opened = list(iter_records(records, header))
    except (CorruptBatch, DecompressionFailed) as error:
        raise KafkaError(ErrorCode.INVALID_RECORD, f"The batch does not decode: {error}") from error
    if len(opened) != header.records_count:
        raise KafkaError(
            ErrorCode.INVALID_RECORD,
            f"The batch counts {header.records_count} records and holds {len(opened)}",
        )
    return opened


def _without_key(opened: Sequence[Record]) -> list[tuple[int, str]]:
    message = "Compacted topic cannot accept message without key."
    return [(index, message) for index, record in enumerate(opened) if record.key is None]


def needs_opening(header: BatchHeader, config: TopicConfig) -> bool:
    """Does this topic change the batch, or look into it?"""
    return (
        config.compacted
        or config.message_timestamp_type == "LogAppendTime"
        or (
            config.compression_type != "producer"
            and CODECS_BY_NAME[config.compression_type] != header.attributes & 0x07
        )
    )


def open_batch(
    records: memoryview | bytes, header: BatchHeader, config: TopicConfig, now_ms: int
) -> tuple[memoryview | bytes, BatchHeader]:
    """The batch as this topic keeps it: keys checked, recompressed, or stamped with the time of the append.

    Raises InvalidRecords(INVALID_RECORD) for a record without a key in a compacted topic and for a payload that does
    not decode to the records it counts; KafkaError(MESSAGE_TOO_LARGE) when recompression made it too large.
    """
    recompress = (
        config.compression_type != "producer"
        and CODECS_BY_NAME[config.compression_type] != header.attributes & 0x07
    )
    if config.compacted or recompress:
        opened = _open(records, header)
        if config.compacted:
            keyless = _without_key(opened)
            if keyless:
                raise InvalidRecords(
                    ErrorCode.INVALID_RECORD, "One or more records have been rejected", keyless
                )
        if recompress:
            records = build_batch(
                opened,
                codec=CODECS_BY_NAME[config.compression_type],
                level=config.compression_level,
                producer_id=header.producer_id,
                producer_epoch=header.producer_epoch,
                base_sequence=header.base_sequence,
                transactional=header.is_transactional,
            )
            header = parse_header(records, 0)
            if len(records) > config.max_message_bytes:
                raise KafkaError(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    f"The recompressed batch has {len(records)} bytes; the topic allows {config.max_message_bytes}",
                )
    if config.message_timestamp_type == "LogAppendTime":
        records = with_log_append_time(records, now_ms)
        header = parse_header(records, 0)
    return records, header
