"""GENERATED from protocol_specs/headers.spec by protocol_specs/generate.py; do not edit."""

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
)

_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack


@define(eq=False, repr=False)
class ResponseHeader(Struct):
    MIN_VERSION: ClassVar = 0
    MAX_VERSION: ClassVar = 1

    correlation_id: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ResponseHeader:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        if version >= 1:
            return _decode_data_flexible(buf, pos, end, version)
        return _decode_data_classic(buf, pos, end, version)

    def encode(self, version: int = 1) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        if version >= 1:
            return _encode_data_flexible(self, version)
        return _encode_data_classic(self, version)


def _decode_data_classic(buf: Readable, pos: int, end: int, version: int) -> ResponseHeader:
    start = pos
    try:
        (correlation_id,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ResponseHeader", version, pos - start, end - start, error) from error
    return ResponseHeader(correlation_id)


def _decode_data_flexible(buf: Readable, pos: int, end: int, version: int) -> ResponseHeader:
    start = pos
    try:
        correlation_id, n = _unpack_iB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ResponseHeader", version, pos - start, end - start, error) from error
    return ResponseHeader(correlation_id)


def _encode_data_classic(record: ResponseHeader, version: int) -> bytes:
    out = bytearray()
    out += _pack_i(record.correlation_id)
    return bytes(out)


def _encode_data_flexible(record: ResponseHeader, version: int) -> bytes:
    out = bytearray()
    out += _pack_iB(record.correlation_id, 0)
    return bytes(out)
