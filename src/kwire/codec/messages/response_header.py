"""GENERATED from protocol_specs/headers.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    Buffer,
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
    correlation_id: int = 0


def decode_header(buf: Readable, pos: int, end: int, version: int) -> tuple[ResponseHeader, int]:
    """ResponseHeader of any version. Raises MalformedFrame."""
    if version >= 1:
        return _decode_header_flexible(buf, pos, end, version)
    return _decode_header_classic(buf, pos, end, version)


def _decode_header_classic(buf: Readable, pos: int, end: int, version: int) -> tuple[ResponseHeader, int]:
    start = pos
    try:
        (correlation_id,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ResponseHeader", version, pos - start, end - start, error) from error
    return ResponseHeader(correlation_id), pos


def _decode_header_flexible(buf: Readable, pos: int, end: int, version: int) -> tuple[ResponseHeader, int]:
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
    return ResponseHeader(correlation_id), pos


def encode_header(header: ResponseHeader, version: int, parts: list[Buffer]) -> None:
    """Append ResponseHeader to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 1:
        return _encode_header_flexible(header, version, parts)
    return _encode_header_classic(header, version, parts)


def _encode_header_classic(header: ResponseHeader, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(header.correlation_id)
    parts.append(out)


def _encode_header_flexible(header: ResponseHeader, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_iB(header.correlation_id, 0)
    parts.append(out)
