"""GENERATED from protocol_specs/36_sasl_authenticate.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    Buffer,
    Readable,
    Struct,
    malformed,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_bytes,
    write_compact_bytes,
    write_compact_string,
    write_string,
)

KEY = 36
NAME = "SaslAuthenticate"
MIN_VERSION = 0
MAX_VERSION = 2
FLEXIBLE_FROM = 2

_unpack_hB = Format(">hB").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_q = Format(">q").unpack_from
_unpack_qB = Format(">qB").unpack_from
_pack_h = Format(">h").pack
_pack_q = Format(">q").pack
_pack_qB = Format(">qB").pack


@define(eq=False, repr=False)
class SaslAuthenticateRequest(Struct):
    auth_bytes: bytes = b""


def decode_request(buf: Readable, pos: int, end: int, version: int) -> SaslAuthenticateRequest:
    """SaslAuthenticate request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> SaslAuthenticateRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        stop = pos + n
        if n < 0 or stop > end:
            refuse("auth_bytes", n, end - pos)
        auth_bytes = bytes(buf[pos:stop])
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SaslAuthenticate request", version, pos - start, end - start, error) from error
    return SaslAuthenticateRequest(auth_bytes)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> SaslAuthenticateRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("auth_bytes", n - 1, end - pos)
        auth_bytes = bytes(buf[pos:stop])
        pos = stop
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SaslAuthenticate request", version, pos - start, end - start, error) from error
    return SaslAuthenticateRequest(auth_bytes)


def encode_request(request: SaslAuthenticateRequest, version: int, parts: list[Buffer]) -> None:
    """Append SaslAuthenticate request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: SaslAuthenticateRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_bytes(out, request.auth_bytes)
    parts.append(out)


def _encode_request_flexible(request: SaslAuthenticateRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_bytes(out, request.auth_bytes)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class SaslAuthenticateResponse(Struct):
    error_code: int = 0
    error_message: str | None = ""
    auth_bytes: bytes = b""
    # 1+; After so long the client must prove itself again; 0 for never (KIP-368).
    session_lifetime_ms: int = 0


def decode_response(buf: Readable, pos: int, end: int, version: int) -> SaslAuthenticateResponse:
    """SaslAuthenticate response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> SaslAuthenticateResponse:
    start = pos
    try:
        error_code, n = _unpack_hh(buf, pos)
        pos += 4
        error_message: str | None = None
        if n >= 0:
            stop = pos + n
            if stop > end:
                refuse("error_message", n, end - pos)
            error_message = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        (n,) = _unpack_i(buf, pos)
        pos += 4
        stop = pos + n
        if n < 0 or stop > end:
            refuse("auth_bytes", n, end - pos)
        auth_bytes = bytes(buf[pos:stop])
        pos = stop
        session_lifetime_ms = 0
        if version >= 1:
            (session_lifetime_ms,) = _unpack_q(buf, pos)
            pos += 8
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SaslAuthenticate response", version, pos - start, end - start, error) from error
    return SaslAuthenticateResponse(error_code, error_message, auth_bytes, session_lifetime_ms)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> SaslAuthenticateResponse:
    start = pos
    try:
        error_code, n = _unpack_hB(buf, pos)
        pos += 3
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("error_message", n - 1)
        error_message: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("error_message", n - 1, end - pos)
            error_message = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("auth_bytes", n - 1, end - pos)
        auth_bytes = bytes(buf[pos:stop])
        pos = stop
        session_lifetime_ms, n = _unpack_qB(buf, pos)
        pos += 9
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SaslAuthenticate response", version, pos - start, end - start, error) from error
    return SaslAuthenticateResponse(error_code, error_message, auth_bytes, session_lifetime_ms)


def encode_response(response: SaslAuthenticateResponse, version: int, parts: list[Buffer]) -> None:
    """Append SaslAuthenticate response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: SaslAuthenticateResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_h(response.error_code)
    write_string(out, response.error_message)
    write_bytes(out, response.auth_bytes)
    if version >= 1:
        out += _pack_q(response.session_lifetime_ms)
    parts.append(out)


def _encode_response_flexible(response: SaslAuthenticateResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_h(response.error_code)
    write_compact_string(out, response.error_message)
    write_compact_bytes(out, response.auth_bytes)
    out += _pack_qB(response.session_lifetime_ms, 0)
    parts.append(out)
