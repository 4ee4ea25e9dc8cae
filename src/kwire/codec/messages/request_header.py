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
    write_string,
)

_unpack_hhih = Format(">hhih").unpack_from
_pack_hhi = Format(">hhi").pack


@define(eq=False, repr=False)
class RequestHeader(Struct):
    MIN_VERSION: ClassVar = 1
    MAX_VERSION: ClassVar = 2

    api_key: int = 0
    api_version: int = 0
    correlation_id: int = 0
    client_id: str | None = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> RequestHeader:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        if version >= 2:
            return _decode_data_flexible(buf, pos, end, version)
        return _decode_data_classic(buf, pos, end, version)

    def encode(self, version: int = 2) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        if version >= 2:
            return _encode_data_flexible(self, version)
        return _encode_data_classic(self, version)


def _decode_data_classic(buf: Readable, pos: int, end: int, version: int) -> RequestHeader:
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
    return RequestHeader(api_key, api_version, correlation_id, client_id)


def _decode_data_flexible(buf: Readable, pos: int, end: int, version: int) -> RequestHeader:
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
    return RequestHeader(api_key, api_version, correlation_id, client_id)


def _encode_data_classic(record: RequestHeader, version: int) -> bytes:
    out = bytearray()
    out += _pack_hhi(record.api_key, record.api_version, record.correlation_id)
    write_string(out, record.client_id)
    return bytes(out)


def _encode_data_flexible(record: RequestHeader, version: int) -> bytes:
    out = bytearray()
    out += _pack_hhi(record.api_key, record.api_version, record.correlation_id)
    write_string(out, record.client_id)
    out.append(0)
    return bytes(out)
