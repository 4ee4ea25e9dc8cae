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
    write_string,
)

_unpack_hhih = Format(">hhih").unpack_from
_pack_hhi = Format(">hhi").pack


@define(eq=False, repr=False)
class RequestHeader(Struct):
    api_key: int = 0
    api_version: int = 0
    correlation_id: int = 0
    client_id: str | None = ""


def decode_header(buf: Readable, pos: int, end: int, version: int) -> tuple[RequestHeader, int]:
    """RequestHeader of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_header_flexible(buf, pos, end, version)
    return _decode_header_classic(buf, pos, end, version)


def _decode_header_classic(buf: Readable, pos: int, end: int, version: int) -> tuple[RequestHeader, int]:
    start = pos
    try:
        api_key, api_version, correlation_id, n = _unpack_hhih(buf, pos)
        pos += 10
        client_id: str | None = None
        if n >= 0:
            stop = pos + n
            if stop > end:
                refuse("client_id", n, end - pos)
            client_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("RequestHeader", version, pos - start, end - start, error) from error
    return RequestHeader(api_key, api_version, correlation_id, client_id), pos


def _decode_header_flexible(buf: Readable, pos: int, end: int, version: int) -> tuple[RequestHeader, int]:
    start = pos
    try:
        api_key, api_version, correlation_id, n = _unpack_hhih(buf, pos)
        pos += 10
        client_id: str | None = None
        if n >= 0:
            stop = pos + n
            if stop > end:
                refuse("client_id", n, end - pos)
            client_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("RequestHeader", version, pos - start, end - start, error) from error
    return RequestHeader(api_key, api_version, correlation_id, client_id), pos


def encode_header(header: RequestHeader, version: int, parts: list[Buffer]) -> None:
    """Append RequestHeader to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_header_flexible(header, version, parts)
    return _encode_header_classic(header, version, parts)


def _encode_header_classic(header: RequestHeader, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_hhi(header.api_key, header.api_version, header.correlation_id)
    write_string(out, header.client_id)
    parts.append(out)


def _encode_header_flexible(header: RequestHeader, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_hhi(header.api_key, header.api_version, header.correlation_id)
    write_string(out, header.client_id)
    out.append(0)
    parts.append(out)
