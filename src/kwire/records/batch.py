"""The record batch, version 2 (KIP-98): its header, its checksum, the two fields that a broker stamps, its records.

A batch is opaque to the broker: most of the time only the header is read. Base offset, length and leader
epoch lie outside the CRC-32C, so a broker sets them without touching the rest. Everything is big-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

import attrs

from kwire.records.compression import DEFAULT_MAX_BYTES, compress, decompress
from kwire.records.crc import crc32c

BATCH_OVERHEAD = 61
"""Bytes of a batch before its records; the smallest batch there is."""

LENGTH_OVERHEAD = 12
"""Bytes that the length field does not count: base offset and length itself."""

STAMP_BYTES = 16
"""The broker's part of a batch: base offset, length, leader epoch."""

MAGIC = 2

CODEC_MASK = 0x07
LOG_APPEND_TIME = 0x08
TRANSACTIONAL = 0x10
CONTROL = 0x20
DELETE_HORIZON = 0x40

NO_TIMESTAMP = -1
NO_PRODUCER_ID = -1
NO_PRODUCER_EPOCH = -1
NO_SEQUENCE = -1
NO_LEADER_EPOCH = -1

MAX_SEQUENCE = 2**31 - 1

CONTROL_ABORT = 0
CONTROL_COMMIT = 1
CONTROL_LEADER_CHANGE = 2
CONTROL_SNAPSHOT_HEADER = 3
CONTROL_SNAPSHOT_FOOTER = 4
CONTROL_KRAFT_VERSION = 5
CONTROL_KRAFT_VOTERS = 6

CRC_FROM = 21
_HEADER = struct.Struct(">qiibIhiqqqhii")
_STAMP = struct.Struct(">qii")
_AFTER_CRC = struct.Struct(">hiqqqhii")
_CRC_AND_ATTRIBUTES = struct.Struct(">Ih")
_CRC = struct.Struct(">I")
_MAX_TIMESTAMP = struct.Struct(">q")
_MAX_TIMESTAMP_AT = 35
_CRC_AT = 17

SCAN = struct.Struct(">qi11xi")
"""Base offset, length and last offset delta of a batch: all that finding the way through a log needs."""

Buffer = bytes | bytearray | memoryview


class CorruptBatch(Exception):
    """The bytes are not a whole, consistent batch."""


@attrs.define
class BatchHeader:
    """The 61 bytes before the records, field by field."""

    base_offset: int
    length: int
    leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    base_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    records_count: int

    @property
    def size(self) -> int:
        """Bytes of the whole batch."""
        return self.length + LENGTH_OVERHEAD

    @property
    def last_offset(self) -> int:
        return self.base_offset + self.last_offset_delta

    @property
    def next_offset(self) -> int:
        return self.base_offset + self.last_offset_delta + 1

    @property
    def codec(self) -> int:
        return self.attributes & CODEC_MASK

    @property
    def is_log_append_time(self) -> bool:
        return bool(self.attributes & LOG_APPEND_TIME)

    @property
    def is_transactional(self) -> bool:
        return bool(self.attributes & TRANSACTIONAL)

    @property
    def is_control(self) -> bool:
        return bool(self.attributes & CONTROL)

    @property
    def delete_horizon_ms(self) -> int | None:
        """When the tombstones in a compacted batch may go; None before a compaction saw them."""
        return self.base_timestamp if self.attributes & DELETE_HORIZON else None

    @property
    def last_sequence(self) -> int:
        """Sequence number of the last record; after 2147483647 comes 0. -1 without a sequence."""
        if self.base_sequence < 0:
            return NO_SEQUENCE
        return (self.base_sequence + self.last_offset_delta) & MAX_SEQUENCE


@attrs.define
class Record:
    """One record. Header keys are the UTF-8 bytes that the producer sent."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[bytes, bytes | None]] = attrs.Factory(list)


def parse_header(buf: Buffer, pos: int = 0) -> BatchHeader:
    """The header at `pos`. Raises CorruptBatch when fewer than 61 bytes are there; nothing else is checked."""
    try:
        return BatchHeader(*_HEADER.unpack_from(buf, pos))
    except struct.error:
        raise CorruptBatch(
            f"A batch header has {BATCH_OVERHEAD} bytes, {max(len(buf) - pos, 0)} are left"
        ) from None


def crc_ok(buf: Buffer, pos: int, size: int) -> bool:
    """Does the batch of `size` bytes at `pos` match its CRC-32C?"""
    crc: int = _CRC.unpack_from(buf, pos + _CRC_AT)[0]
    return crc32c(memoryview(buf)[pos + CRC_FROM : pos + size]) == crc


def check_crc(batch: Buffer, header: BatchHeader) -> None:
    """Raises CorruptBatch when the whole batch does not match its CRC-32C."""
    if not crc_ok(batch, 0, header.size):
        raise CorruptBatch(f"The batch of offset {header.base_offset} does not match its CRC-32C")


stamp = _STAMP.pack
"""`stamp(base offset, length, leader epoch)`: the first 16 bytes of a batch, which the broker sets; the length stays as
the producer sent it."""


def stamped(batch: Buffer, base_offset: int, leader_epoch: int) -> bytes:
    """A copy of the batch as it lies in a log, from `base_offset` on."""
    return _STAMP.pack(base_offset, len(batch) - LENGTH_OVERHEAD, leader_epoch) + bytes(batch[STAMP_BYTES:])


def with_log_append_time(batch: Buffer, now_ms: int) -> bytes:
    """A copy in which every record has the time of the append (`message.timestamp.type=LogAppendTime`)."""
    copy = bytearray(batch)
    _MAX_TIMESTAMP.pack_into(copy, _MAX_TIMESTAMP_AT, now_ms)
    attributes: int = _CRC_AND_ATTRIBUTES.unpack_from(copy, _CRC_AT)[1]
    _CRC_AND_ATTRIBUTES.pack_into(copy, _CRC_AT, 0, attributes | LOG_APPEND_TIME)
    _CRC.pack_into(copy, _CRC_AT, crc32c(memoryview(copy)[CRC_FROM:]))
    return bytes(copy)


def build_batch(
    records: Sequence[Record],
    *,
    base_offset: int | None = None,
    codec: int = 0,
    level: int | None = None,
    producer_id: int = NO_PRODUCER_ID,
    producer_epoch: int = NO_PRODUCER_EPOCH,
    base_sequence: int = NO_SEQUENCE,
    transactional: bool = False,
    control: bool = False,
    leader_epoch: int = NO_LEADER_EPOCH,
    log_append_time_ms: int | None = None,
    last_offset_delta: int | None = None,
    delete_horizon_ms: int | None = None,
    max_timestamp: int | None = None,
) -> bytes:
    """One whole batch. Offsets of the records rise from `base_offset` on (None: the first record's offset).

    `last_offset_delta` keeps the range of a batch that lost records to compaction, `max_timestamp` its time when it
    lost all of them; `delete_horizon_ms` is when its tombstones may go. Raises ValueError when no records and no
    range are given.
    """
    if base_offset is None:
        if not records:
            raise ValueError("A batch without records needs a base offset")
        base_offset = records[0].offset
    if last_offset_delta is None:
        if not records:
            raise ValueError("A batch without records needs a last offset delta")
        last_offset_delta = records[-1].offset - base_offset
    attributes = codec
    first_timestamp = records[0].timestamp if records else NO_TIMESTAMP
    if max_timestamp is None:
        max_timestamp = max((record.timestamp for record in records), default=NO_TIMESTAMP)
    if log_append_time_ms is not None:
        attributes |= LOG_APPEND_TIME
        max_timestamp = log_append_time_ms
    if transactional:
        attributes |= TRANSACTIONAL
    if control:
        attributes |= CONTROL
    if delete_horizon_ms is not None:
        attributes |= DELETE_HORIZON
        first_timestamp = delete_horizon_ms
    payload: bytes | bytearray = encode_records(records, base_offset, first_timestamp)
    if codec:
        payload = compress(codec, payload, level)
    body = (
        _AFTER_CRC.pack(
            attributes,
            last_offset_delta,
            first_timestamp,
            max_timestamp,
            producer_id,
            producer_epoch,
            base_sequence,
            len(records),
        )
        + payload
    )
    length = BATCH_OVERHEAD - _AFTER_CRC.size - LENGTH_OVERHEAD + len(body)
    return _STAMP.pack(base_offset, length, leader_epoch) + b"\x02" + _CRC.pack(crc32c(body)) + body


def encode_records(records: Sequence[Record], base_offset: int, base_timestamp: int) -> bytearray:
    """The records one after another, as they lie in an uncompressed batch."""
    out = bytearray()
    for record in records:
        body = bytearray(b"\x00")  # record attributes: none are defined
        _put_varint(body, record.timestamp - base_timestamp)
        _put_varint(body, record.offset - base_offset)
        _put_bytes(body, record.key)
        _put_bytes(body, record.value)
        _put_varint(body, len(record.headers))
        for key, value in record.headers:
            _put_bytes(body, key)
            _put_bytes(body, value)
        _put_varint(out, len(body))
        out += body
    return out


def iter_records(
    batch: Buffer, header: BatchHeader | None = None, *, max_size: int = DEFAULT_MAX_BYTES
) -> Iterator[Record]:
    """Every record of one whole batch, decompressed when it is compressed, with absolute offset and timestamp.

    Raises CorruptBatch when the payload does not hold exactly the records that the header counts,
    DecompressionFailed (from `kwire.records.compression`) when it does not decompress to at most `max_size`
    bytes.
    """
    if header is None:
        header = parse_header(batch)
    if header.magic != MAGIC:
        raise CorruptBatch(f"Record format version {header.magic} is not supported; 2 is")
    size = header.length + LENGTH_OVERHEAD
    if size < BATCH_OVERHEAD or size > len(batch):
        raise CorruptBatch(f"The batch says {size} bytes and {len(batch)} are there")
    data = decompress(header.attributes & CODEC_MASK, memoryview(batch)[BATCH_OVERHEAD:size], max_size)
    return _iter_plain(data, header)


def _iter_plain(data: bytes, header: BatchHeader) -> Iterator[Record]:
    base_offset = header.base_offset
    base_timestamp = header.base_timestamp
    append_time = header.max_timestamp if header.attributes & LOG_APPEND_TIME else None
    position = 0
    end = len(data)
    try:
        for _ in range(header.records_count):
            length, position = _varint(data, position)
            record_end = position + length
            if length < 0 or record_end > end:
                raise CorruptBatch(f"A record says {length} bytes and {end - position} are left")
            timestamp_delta, position = _varint(data, position + 1)
            offset_delta, position = _varint(data, position)
            size, position = _varint(data, position)
            key: bytes | None = None
            if size >= 0:
                key = data[position : position + size]
                position += size
            size, position = _varint(data, position)
            value: bytes | None = None
            if size >= 0:
                value = data[position : position + size]
                position += size
            count, position = _varint(data, position)
            if count < 0 or count > end - position:
                raise CorruptBatch(f"A record counts {count} headers in {end - position} bytes")
            headers: list[tuple[bytes, bytes | None]] = []
            for _ in range(count):
                size, position = _varint(data, position)
                if size < 0:
                    raise CorruptBatch("A record header has no key")
                name = data[position : position + size]
                position += size
                size, position = _varint(data, position)
                if size < 0:
                    headers.append((name, None))
                else:
                    headers.append((name, data[position : position + size]))
                    position += size
            if position != record_end:
                raise CorruptBatch(f"A record ends at byte {position} of the payload and says {record_end}")
            yield Record(
                base_offset + offset_delta,
                base_timestamp + timestamp_delta if append_time is None else append_time,
                key,
                value,
                headers,
            )
    except IndexError:
        raise CorruptBatch("The records are cut off") from None
    if position != end:
        raise CorruptBatch(f"{end - position} bytes follow the {header.records_count} records of the batch")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """A zig-zag varint (up to 64 bits) and the position after it. IndexError past the end."""
    byte = data[position]
    position += 1
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), position
    value = byte & 0x7F
    shift = 7
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), position
        shift += 7
        if shift > 63:
            raise CorruptBatch("A varint has more than ten bytes")


def _put_varint(out: bytearray, value: int) -> None:
    value = (value << 1) ^ (value >> 63)
    while value > 0x7F:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)


def _put_bytes(out: bytearray, value: bytes | None) -> None:
    if value is None:
        out.append(1)  # zig-zag of -1
    else:
        _put_varint(out, len(value))
        out += value
