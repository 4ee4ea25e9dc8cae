"""GENERATED from protocol_specs/25_add_offsets_to_txn.spec by protocol_specs/generate.py; do not edit."""

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
    write_compact_string,
    write_string,
)

KEY = 25
NAME = "AddOffsetsToTxn"
MIN_VERSION = 0
MAX_VERSION = 4
FLEXIBLE_FROM = 3

_unpack_h = Format(">h").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_qhB = Format(">qhB").unpack_from
_unpack_qhh = Format(">qhh").unpack_from
_pack_ih = Format(">ih").pack
_pack_ihB = Format(">ihB").pack
_pack_qh = Format(">qh").pack


@define(eq=False, repr=False)
class AddOffsetsToTxnRequest(Struct):
    transactional_id: str = ""
    producer_id: int = 0
    producer_epoch: int = 0
    group_id: str = ""


def decode_request(buf: Readable, pos: int, end: int, version: int) -> AddOffsetsToTxnRequest:
    """AddOffsetsToTxn request of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> AddOffsetsToTxnRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("transactional_id", n, end - pos)
        transactional_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        producer_id, producer_epoch, n = _unpack_qhh(buf, pos)
        pos += 12
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AddOffsetsToTxn request", version, pos - start, end - start, error) from error
    return AddOffsetsToTxnRequest(transactional_id, producer_id, producer_epoch, group_id)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> AddOffsetsToTxnRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("transactional_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("transactional_id", n - 1, end - pos)
        transactional_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        producer_id, producer_epoch, n = _unpack_qhB(buf, pos)
        pos += 11
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("group_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("group_id", n - 1, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AddOffsetsToTxn request", version, pos - start, end - start, error) from error
    return AddOffsetsToTxnRequest(transactional_id, producer_id, producer_epoch, group_id)


def encode_request(request: AddOffsetsToTxnRequest, version: int, parts: list[Buffer]) -> None:
    """Append AddOffsetsToTxn request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: AddOffsetsToTxnRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_string(out, request.transactional_id)
    out += _pack_qh(request.producer_id, request.producer_epoch)
    write_string(out, request.group_id)
    parts.append(out)


def _encode_request_flexible(request: AddOffsetsToTxnRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_string(out, request.transactional_id)
    out += _pack_qh(request.producer_id, request.producer_epoch)
    write_compact_string(out, request.group_id)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class AddOffsetsToTxnResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0


def decode_response(buf: Readable, pos: int, end: int, version: int) -> AddOffsetsToTxnResponse:
    """AddOffsetsToTxn response of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> AddOffsetsToTxnResponse:
    start = pos
    try:
        throttle_time_ms, error_code = _unpack_ih(buf, pos)
        pos += 6
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AddOffsetsToTxn response", version, pos - start, end - start, error) from error
    return AddOffsetsToTxnResponse(throttle_time_ms, error_code)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> AddOffsetsToTxnResponse:
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AddOffsetsToTxn response", version, pos - start, end - start, error) from error
    return AddOffsetsToTxnResponse(throttle_time_ms, error_code)


def encode_response(response: AddOffsetsToTxnResponse, version: int, parts: list[Buffer]) -> None:
    """Append AddOffsetsToTxn response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: AddOffsetsToTxnResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    parts.append(out)


def _encode_response_flexible(response: AddOffsetsToTxnResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ihB(response.throttle_time_ms, response.error_code, 0)
    parts.append(out)
