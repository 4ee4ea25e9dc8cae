"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    Readable,
    Struct,
    malformed,
    read_compact_strings,
    refuse,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

_unpack_h = Format(">h").unpack_from
_unpack_qqB = Format(">qqB").unpack_from
_pack_qqB = Format(">qqB").pack


@define(eq=False, repr=False)
class ConsumerGroupRegularExpressionKey(Struct):
    TYPE: ClassVar[int] = 16
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""
    regular_expression: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupRegularExpressionKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupRegularExpressionKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("regular_expression", n, end - pos)
        regular_expression = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ConsumerGroupRegularExpressionKey", version, pos - start, end - start, error
        ) from error
    return ConsumerGroupRegularExpressionKey(group_id, regular_expression)


def _encode_key(record: ConsumerGroupRegularExpressionKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    write_string(out, record.regular_expression)
    return bytes(out)


@define(eq=False, repr=False)
class ConsumerGroupRegularExpressionValue(Struct):
    TYPE: ClassVar[int] = 16
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    topics: list[str] = field(factory=list)
    version: int = 0
    timestamp: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupRegularExpressionValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupRegularExpressionValue:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("topics", n, end - pos)
        topics, pos = read_compact_strings(buf, pos, end, n, "topics")
        consumer_group_regular_expression_value_version, timestamp, n = _unpack_qqB(buf, pos)
        pos += 17
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ConsumerGroupRegularExpressionValue", version, pos - start, end - start, error
        ) from error
    return ConsumerGroupRegularExpressionValue(
        topics, consumer_group_regular_expression_value_version, timestamp
    )


def _encode_value(record: ConsumerGroupRegularExpressionValue, version: int) -> bytes:
    out = bytearray()
    n = len(record.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in record.topics:
        write_compact_string(out, text)
    out += _pack_qqB(record.version, record.timestamp, 0)
    return bytes(out)
