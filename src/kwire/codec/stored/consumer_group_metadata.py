"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    uvarint_rest,
    write_string,
    write_tagged_fields,
)

_unpack_h = Format(">h").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_q = Format(">q").unpack_from
_pack_i = Format(">i").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class ConsumerGroupMetadataKey(Struct):
    TYPE: ClassVar[int] = 3
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupMetadataKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupMetadataKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ConsumerGroupMetadataKey", version, pos - start, end - start, error) from error
    return ConsumerGroupMetadataKey(group_id)


def _encode_key(record: ConsumerGroupMetadataKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    return bytes(out)


@define(eq=False, repr=False)
class ConsumerGroupMetadataValue(Struct):
    TYPE: ClassVar[int] = 3
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    epoch: int = 0
    metadata_hash: int = 0  # Of the topics that it reads.

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupMetadataValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupMetadataValue:
    start = pos
    try:
        epoch, n = _unpack_iB(buf, pos)
        pos += 5
        consumer_group_metadata_value = ConsumerGroupMetadataValue(epoch)
        if n:
            pos = _read_consumer_group_metadata_value_tags(
                consumer_group_metadata_value, n, buf, pos, end, version
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ConsumerGroupMetadataValue", version, pos - start, end - start, error) from error
    return consumer_group_metadata_value


def _read_consumer_group_metadata_value_tags(
    consumer_group_metadata_value: ConsumerGroupMetadataValue,
    n: int,
    buf: Readable,
    pos: int,
    end: int,
    version: int,
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            (metadata_hash,) = _unpack_q(buf, pos)
            pos += 8
            consumer_group_metadata_value.metadata_hash = metadata_hash
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_value(record: ConsumerGroupMetadataValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_i(record.epoch)
    if record.metadata_hash != 0:
        _write_consumer_group_metadata_value_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_consumer_group_metadata_value_tags(
    buffer: bytearray, consumer_group_metadata_value: ConsumerGroupMetadataValue, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if consumer_group_metadata_value.metadata_hash != 0:
        out = bytearray()
        out += _pack_q(consumer_group_metadata_value.metadata_hash)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
