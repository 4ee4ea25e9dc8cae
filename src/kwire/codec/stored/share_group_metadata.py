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
    skip_tagged_fields,
    write_string,
)

_unpack_h = Format(">h").unpack_from
_unpack_iqB = Format(">iqB").unpack_from
_pack_iqB = Format(">iqB").pack


@define(eq=False, repr=False)
class ShareGroupMetadataKey(Struct):
    TYPE: ClassVar[int] = 11
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareGroupMetadataKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ShareGroupMetadataKey:
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
        raise malformed("ShareGroupMetadataKey", version, pos - start, end - start, error) from error
    return ShareGroupMetadataKey(group_id)


def _encode_key(record: ShareGroupMetadataKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    return bytes(out)


@define(eq=False, repr=False)
class ShareGroupMetadataValue(Struct):
    TYPE: ClassVar[int] = 11
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    epoch: int = 0
    metadata_hash: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareGroupMetadataValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> ShareGroupMetadataValue:
    start = pos
    try:
        epoch, metadata_hash, n = _unpack_iqB(buf, pos)
        pos += 13
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ShareGroupMetadataValue", version, pos - start, end - start, error) from error
    return ShareGroupMetadataValue(epoch, metadata_hash)


def _encode_value(record: ShareGroupMetadataValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_iqB(record.epoch, record.metadata_hash, 0)
    return bytes(out)
