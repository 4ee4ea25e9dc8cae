"""GENERATED from protocol_specs/26_end_txn.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 26
NAME = "EndTxn"
MIN_VERSION = 0
MAX_VERSION = 5
FLEXIBLE_FROM = 3

_unpack_h = Format(">h").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_qh = Format(">qh").unpack_from
_unpack_qht = Format(">qh?").unpack_from
_unpack_qhtB = Format(">qh?B").unpack_from
_pack_ih = Format(">ih").pack
_pack_qh = Format(">qh").pack
_pack_qht = Format(">qh?").pack
_pack_qhtB = Format(">qh?B").pack


@define(eq=False, repr=False)
class EndTxnRequest(Struct):
    transactional_id: str = ""
    producer_id: int = 0
    producer_epoch: int = 0
    committed: bool = False  # True commits, false aborts.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> EndTxnRequest:
    """EndTxn request of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> EndTxnRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("transactional_id", n, end - pos)
        transactional_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        producer_id, producer_epoch, committed = _unpack_qht(buf, pos)
        pos += 11
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("EndTxn request", version, pos - start, end - start, error) from error
    return EndTxnRequest(transactional_id, producer_id, producer_epoch, committed)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> EndTxnRequest:
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
        producer_id, producer_epoch, committed, n = _unpack_qhtB(buf, pos)
        pos += 12
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("EndTxn request", version, pos - start, end - start, error) from error
    return EndTxnRequest(transactional_id, producer_id, producer_epoch, committed)


def encode_request(request: EndTxnRequest, version: int, parts: list[Buffer]) -> None:
    """Append EndTxn request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: EndTxnRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_string(out, request.transactional_id)
    out += _pack_qht(request.producer_id, request.producer_epoch, request.committed)
    parts.append(out)


def _encode_request_flexible(request: EndTxnRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_string(out, request.transactional_id)
    out += _pack_qhtB(request.producer_id, request.producer_epoch, request.committed, 0)
    parts.append(out)


@define(eq=False, repr=False)
class EndTxnResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    producer_id: int = -1  # version 5
    producer_epoch: int = -1  # version 5; For the next transaction (KIP-890).


def decode_response(buf: Readable, pos: int, end: int, version: int) -> EndTxnResponse:
    """EndTxn response of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> EndTxnResponse:
    start = pos
    try:
        throttle_time_ms, error_code = _unpack_ih(buf, pos)
        pos += 6
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("EndTxn response", version, pos - start, end - start, error) from error
    return EndTxnResponse(throttle_time_ms, error_code)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> EndTxnResponse:
    start = pos
    try:
        throttle_time_ms, error_code = _unpack_ih(buf, pos)
        pos += 6
        producer_id = -1
        producer_epoch = -1
        if version >= 5:
            producer_id, producer_epoch = _unpack_qh(buf, pos)
            pos += 10
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("EndTxn response", version, pos - start, end - start, error) from error
    return EndTxnResponse(throttle_time_ms, error_code, producer_id, producer_epoch)


def encode_response(response: EndTxnResponse, version: int, parts: list[Buffer]) -> None:
    """Append EndTxn response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: EndTxnResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    parts.append(out)


def _encode_response_flexible(response: EndTxnResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    if version >= 5:
        out += _pack_qh(response.producer_id, response.producer_epoch)
    out.append(0)
    parts.append(out)
