"""GENERATED from protocol_specs/40_expire_delegation_token.spec by protocol_specs/generate.py; do not edit."""

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
    write_bytes,
    write_compact_bytes,
)

KEY = 40
NAME = "ExpireDelegationToken"
MIN_VERSION = 1
MAX_VERSION = 2
FLEXIBLE_FROM = 2

_unpack_hqi = Format(">hqi").unpack_from
_unpack_hqiB = Format(">hqiB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_q = Format(">q").unpack_from
_unpack_qB = Format(">qB").unpack_from
_pack_hqi = Format(">hqi").pack
_pack_hqiB = Format(">hqiB").pack
_pack_q = Format(">q").pack
_pack_qB = Format(">qB").pack


@define(eq=False, repr=False)
class ExpireDelegationTokenRequest(Struct):
    hmac: bytes = b""
    expiry_time_period_ms: int = 0  # Below 0: at once.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ExpireDelegationTokenRequest:
    """ExpireDelegationToken request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> ExpireDelegationTokenRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        stop = pos + n
        if n < 0 or stop > end:
            refuse("hmac", n, end - pos)
        hmac = bytes(buf[pos:stop])
        pos = stop
        (expiry_time_period_ms,) = _unpack_q(buf, pos)
        pos += 8
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ExpireDelegationToken request", version, pos - start, end - start, error) from error
    return ExpireDelegationTokenRequest(hmac, expiry_time_period_ms)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> ExpireDelegationTokenRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("hmac", n - 1, end - pos)
        hmac = bytes(buf[pos:stop])
        pos = stop
        expiry_time_period_ms, n = _unpack_qB(buf, pos)
        pos += 9
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ExpireDelegationToken request", version, pos - start, end - start, error) from error
    return ExpireDelegationTokenRequest(hmac, expiry_time_period_ms)


def encode_request(request: ExpireDelegationTokenRequest, version: int, parts: list[Buffer]) -> None:
    """Append ExpireDelegationToken request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: ExpireDelegationTokenRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_bytes(out, request.hmac)
    out += _pack_q(request.expiry_time_period_ms)
    parts.append(out)


def _encode_request_flexible(
    request: ExpireDelegationTokenRequest, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    write_compact_bytes(out, request.hmac)
    out += _pack_qB(request.expiry_time_period_ms, 0)
    parts.append(out)


@define(eq=False, repr=False)
class ExpireDelegationTokenResponse(Struct):
    error_code: int = 0
    expiry_timestamp_ms: int = 0
    throttle_time_ms: int = 0


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ExpireDelegationTokenResponse:
    """ExpireDelegationToken response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(
    buf: Readable, pos: int, end: int, version: int
) -> ExpireDelegationTokenResponse:
    start = pos
    try:
        error_code, expiry_timestamp_ms, throttle_time_ms = _unpack_hqi(buf, pos)
        pos += 14
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ExpireDelegationToken response", version, pos - start, end - start, error) from error
    return ExpireDelegationTokenResponse(error_code, expiry_timestamp_ms, throttle_time_ms)


def _decode_response_flexible(
    buf: Readable, pos: int, end: int, version: int
) -> ExpireDelegationTokenResponse:
    start = pos
    try:
        error_code, expiry_timestamp_ms, throttle_time_ms, n = _unpack_hqiB(buf, pos)
        pos += 15
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ExpireDelegationToken response", version, pos - start, end - start, error) from error
    return ExpireDelegationTokenResponse(error_code, expiry_timestamp_ms, throttle_time_ms)


def encode_response(response: ExpireDelegationTokenResponse, version: int, parts: list[Buffer]) -> None:
    """Append ExpireDelegationToken response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(
    response: ExpireDelegationTokenResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_hqi(response.error_code, response.expiry_timestamp_ms, response.throttle_time_ms)
    parts.append(out)


def _encode_response_flexible(
    response: ExpireDelegationTokenResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_hqiB(response.error_code, response.expiry_timestamp_ms, response.throttle_time_ms, 0)
    parts.append(out)
