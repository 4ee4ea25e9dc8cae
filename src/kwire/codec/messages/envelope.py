"""GENERATED from protocol_specs/58_envelope.spec by protocol_specs/generate.py; do not edit."""

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
    uvarint_rest,
    write_compact_bytes,
)

KEY = 58
NAME = "Envelope"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_hB = Format(">hB").unpack_from
_pack_hB = Format(">hB").pack


@define(eq=False, repr=False)
class EnvelopeRequest(Struct):
    request_data: bytes = b""  # Header and body, as the client sent them.
    request_principal: bytes | None = b""  # DefaultPrincipalData, an int16 with its version before it.
    client_host_address: bytes = b""  # 4 bytes of IPv4 or 16 of IPv6.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> EnvelopeRequest:
    """Envelope request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("request_data", n - 1, end - pos)
        request_data = bytes(buf[pos:stop])
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        request_principal: bytes | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("request_principal", n - 1, end - pos)
            request_principal = bytes(buf[pos:stop])
            pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("client_host_address", n - 1, end - pos)
        client_host_address = bytes(buf[pos:stop])
        pos = stop
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Envelope request", version, pos - start, end - start, error) from error
    return EnvelopeRequest(request_data, request_principal, client_host_address)


def encode_request(request: EnvelopeRequest, version: int, parts: list[Buffer]) -> None:
    """Append Envelope request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_bytes(out, request.request_data)
    write_compact_bytes(out, request.request_principal)
    write_compact_bytes(out, request.client_host_address)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class EnvelopeResponse(Struct):
    response_data: bytes | None = None  # Header and body, as the client is to get them.
    error_code: int = 0


def decode_response(buf: Readable, pos: int, end: int, version: int) -> EnvelopeResponse:
    """Envelope response of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        response_data: bytes | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("response_data", n - 1, end - pos)
            response_data = bytes(buf[pos:stop])
            pos = stop
        error_code, n = _unpack_hB(buf, pos)
        pos += 3
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Envelope response", version, pos - start, end - start, error) from error
    return EnvelopeResponse(response_data, error_code)


def encode_response(response: EnvelopeResponse, version: int, parts: list[Buffer]) -> None:
    """Append Envelope response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_bytes(out, response.response_data)
    out += _pack_hB(response.error_code, 0)
    parts.append(out)
