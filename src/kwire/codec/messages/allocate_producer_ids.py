"""GENERATED from protocol_specs/67_allocate_producer_ids.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 67
NAME = "AllocateProducerIds"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_ihqiB = Format(">ihqiB").unpack_from
_unpack_iqB = Format(">iqB").unpack_from
_pack_ihqiB = Format(">ihqiB").pack
_pack_iqB = Format(">iqB").pack


@define(eq=False, repr=False)
class AllocateProducerIdsRequest(Struct):
    broker_id: int = 0
    broker_epoch: int = -1


def decode_request(buf: Readable, pos: int, end: int, version: int) -> AllocateProducerIdsRequest:
    """AllocateProducerIds request of any version. Raises MalformedFrame."""
    start = pos
    try:
        broker_id, broker_epoch, n = _unpack_iqB(buf, pos)
        pos += 13
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AllocateProducerIds request", version, pos - start, end - start, error) from error
    return AllocateProducerIdsRequest(broker_id, broker_epoch)


def encode_request(request: AllocateProducerIdsRequest, version: int, parts: list[Buffer]) -> None:
    """Append AllocateProducerIds request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_iqB(request.broker_id, request.broker_epoch, 0)
    parts.append(out)


@define(eq=False, repr=False)
class AllocateProducerIdsResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    producer_id_start: int = 0  # The first of the block.
    producer_id_len: int = 0


def decode_response(buf: Readable, pos: int, end: int, version: int) -> AllocateProducerIdsResponse:
    """AllocateProducerIds response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, producer_id_start, producer_id_len, n = _unpack_ihqiB(buf, pos)
        pos += 19
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AllocateProducerIds response", version, pos - start, end - start, error) from error
    return AllocateProducerIdsResponse(throttle_time_ms, error_code, producer_id_start, producer_id_len)


def encode_response(response: AllocateProducerIdsResponse, version: int, parts: list[Buffer]) -> None:
    """Append AllocateProducerIds response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ihqiB(
        response.throttle_time_ms,
        response.error_code,
        response.producer_id_start,
        response.producer_id_len,
        0,
    )
    parts.append(out)
