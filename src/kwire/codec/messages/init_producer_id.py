"""GENERATED from protocol_specs/22_init_producer_id.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
)

KEY = 22
NAME = "InitProducerId"
MIN_VERSION = 0
MAX_VERSION = 5
FLEXIBLE_FROM = 2

_unpack_tt = Format(">??").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ihqh = Format(">ihqh").unpack_from
_unpack_qh = Format(">qh").unpack_from
_pack_tt = Format(">??").pack
_pack_i = Format(">i").pack
_pack_ihqh = Format(">ihqh").pack
_pack_qh = Format(">qh").pack


@define(eq=False, repr=False)
class InitProducerIdRequest(Struct):
    transactional_id: str | None = ""  # Null for a producer that is only idempotent.
    transaction_timeout_ms: int = 0
    producer_id: int = -1  # 3+; To go on after an epoch ran out (KIP-360); -1 for a new one.
    producer_epoch: int = -1  # 3+
    enable_2pc: bool = False  # version 6; Two-phase commit (KIP-939).
    keep_prepared_txn: bool = False  # version 6; Leave the open transaction as it is (KIP-939).


def decode_request(buf: Readable, pos: int, end: int, version: int) -> InitProducerIdRequest:
    """InitProducerId request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> InitProducerIdRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        transactional_id: str | None = None
        if n >= 0:
            stop = pos + n
            if stop > end:
                refuse("transactional_id", n, end - pos)
            transactional_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        (transaction_timeout_ms,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("InitProducerId request", version, pos - start, end - start, error) from error
    return InitProducerIdRequest(transactional_id, transaction_timeout_ms)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> InitProducerIdRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("transactional_id", n - 1)
        transactional_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("transactional_id", n - 1, end - pos)
            transactional_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        (transaction_timeout_ms,) = _unpack_i(buf, pos)
        pos += 4
        producer_id = -1
        producer_epoch = -1
        if version >= 3:
            producer_id, producer_epoch = _unpack_qh(buf, pos)
            pos += 10
        enable_2pc = False
        keep_prepared_txn = False
        if version >= 6:
            enable_2pc, keep_prepared_txn = _unpack_tt(buf, pos)
            pos += 2
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("InitProducerId request", version, pos - start, end - start, error) from error
    return InitProducerIdRequest(
        transactional_id, transaction_timeout_ms, producer_id, producer_epoch, enable_2pc, keep_prepared_txn
    )


def encode_request(request: InitProducerIdRequest, version: int, parts: list[Buffer]) -> None:
    """Append InitProducerId request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: InitProducerIdRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.producer_id != -1:
        refuse_field("producer_id", version)
    if request.producer_epoch != -1:
        refuse_field("producer_epoch", version)
    if request.enable_2pc:
        refuse_field("enable_2pc", version)
    if request.keep_prepared_txn:
        refuse_field("keep_prepared_txn", version)
    write_string(out, request.transactional_id)
    out += _pack_i(request.transaction_timeout_ms)
    parts.append(out)


def _encode_request_flexible(request: InitProducerIdRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_string(out, request.transactional_id)
    out += _pack_i(request.transaction_timeout_ms)
    if version >= 3:
        out += _pack_qh(request.producer_id, request.producer_epoch)
    else:
        if request.producer_id != -1:
            refuse_field("producer_id", version)
        if request.producer_epoch != -1:
            refuse_field("producer_epoch", version)
    if version >= 6:
        out += _pack_tt(request.enable_2pc, request.keep_prepared_txn)
    else:
        if request.enable_2pc:
            refuse_field("enable_2pc", version)
        if request.keep_prepared_txn:
            refuse_field("keep_prepared_txn", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class InitProducerIdResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    producer_id: int = -1
    producer_epoch: int = 0
    ongoing_txn_producer_id: int = -1  # version 6
    ongoing_txn_producer_epoch: int = -1  # version 6


def decode_response(buf: Readable, pos: int, end: int, version: int) -> InitProducerIdResponse:
    """InitProducerId response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> InitProducerIdResponse:
    start = pos
    try:
        throttle_time_ms, error_code, producer_id, producer_epoch = _unpack_ihqh(buf, pos)
        pos += 16
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("InitProducerId response", version, pos - start, end - start, error) from error
    return InitProducerIdResponse(throttle_time_ms, error_code, producer_id, producer_epoch)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> InitProducerIdResponse:
    start = pos
    try:
        throttle_time_ms, error_code, producer_id, producer_epoch = _unpack_ihqh(buf, pos)
        pos += 16
        ongoing_txn_producer_id = -1
        ongoing_txn_producer_epoch = -1
        if version >= 6:
            ongoing_txn_producer_id, ongoing_txn_producer_epoch = _unpack_qh(buf, pos)
            pos += 10
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("InitProducerId response", version, pos - start, end - start, error) from error
    return InitProducerIdResponse(
        throttle_time_ms,
        error_code,
        producer_id,
        producer_epoch,
        ongoing_txn_producer_id,
        ongoing_txn_producer_epoch,
    )


def encode_response(response: InitProducerIdResponse, version: int, parts: list[Buffer]) -> None:
    """Append InitProducerId response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: InitProducerIdResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if response.ongoing_txn_producer_id != -1:
        refuse_field("ongoing_txn_producer_id", version)
    if response.ongoing_txn_producer_epoch != -1:
        refuse_field("ongoing_txn_producer_epoch", version)
    out += _pack_ihqh(
        response.throttle_time_ms, response.error_code, response.producer_id, response.producer_epoch
    )
    parts.append(out)


def _encode_response_flexible(response: InitProducerIdResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ihqh(
        response.throttle_time_ms, response.error_code, response.producer_id, response.producer_epoch
    )
    if version >= 6:
        out += _pack_qh(response.ongoing_txn_producer_id, response.ongoing_txn_producer_epoch)
    else:
        if response.ongoing_txn_producer_id != -1:
            refuse_field("ongoing_txn_producer_id", version)
        if response.ongoing_txn_producer_epoch != -1:
            refuse_field("ongoing_txn_producer_epoch", version)
    out.append(0)
    parts.append(out)
