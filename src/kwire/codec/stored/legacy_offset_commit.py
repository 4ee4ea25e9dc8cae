"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    Readable,
    Struct,
    malformed,
    refuse,
    write_string,
)

_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_q = Format(">q").unpack_from
_unpack_qh = Format(">qh").unpack_from
_pack_i = Format(">i").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class LegacyOffsetCommitKey(Struct):
    TYPE: ClassVar[int] = 0
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group: str = ""
    topic: str = ""
    partition: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> LegacyOffsetCommitKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> LegacyOffsetCommitKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group", n, end - pos)
        group = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("topic", n, end - pos)
        topic = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (partition,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("LegacyOffsetCommitKey", version, pos - start, end - start, error) from error
    return LegacyOffsetCommitKey(group, topic, partition)


def _encode_key(record: LegacyOffsetCommitKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group)
    write_string(out, record.topic)
    out += _pack_i(record.partition)
    return bytes(out)


@define(eq=False, repr=False)
class LegacyOffsetCommitValue(Struct):
    TYPE: ClassVar[int] = 0
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    offset: int = 0
    metadata: str = ""
    commit_timestamp: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> LegacyOffsetCommitValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> LegacyOffsetCommitValue:
    start = pos
    try:
        offset, n = _unpack_qh(buf, pos)
        pos += 10
        stop = pos + n
        if n < 0 or stop > end:
            refuse("metadata", n, end - pos)
        metadata = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (commit_timestamp,) = _unpack_q(buf, pos)
        pos += 8
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("LegacyOffsetCommitValue", version, pos - start, end - start, error) from error
    return LegacyOffsetCommitValue(offset, metadata, commit_timestamp)


def _encode_value(record: LegacyOffsetCommitValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_q(record.offset)
    write_string(out, record.metadata)
    out += _pack_q(record.commit_timestamp)
    return bytes(out)
