"""GENERATED from protocol_specs/72_push_telemetry.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    ZERO_UUID,
    Buffer,
    Readable,
    Struct,
    malformed,
    refuse,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_bytes,
)

KEY = 72
NAME = "PushTelemetry"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_uitbB = Format(">16si?bB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_uitb = Format(">16si?b").pack
_pack_ihB = Format(">ihB").pack


@define(eq=False, repr=False)
class PushTelemetryRequest(Struct):
    client_instance_id: bytes = ZERO_UUID
    subscription_id: int = 0
    terminating: bool = False  # The last time.
    compression_type: int = 0
    metrics: bytes = b""  # OTLP, compressed as said.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> PushTelemetryRequest:
    """PushTelemetry request of any version. Raises MalformedFrame."""
    start = pos
    try:
        client_instance_id, subscription_id, terminating, compression_type, n = _unpack_uitbB(buf, pos)
        pos += 23
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("metrics", n - 1, end - pos)
        metrics = bytes(buf[pos:stop])
        pos = stop
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("PushTelemetry request", version, pos - start, end - start, error) from error
    return PushTelemetryRequest(client_instance_id, subscription_id, terminating, compression_type, metrics)


def encode_request(request: PushTelemetryRequest, version: int, parts: list[Buffer]) -> None:
    """Append PushTelemetry request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_uitb(
        request.client_instance_id, request.subscription_id, request.terminating, request.compression_type
    )
    write_compact_bytes(out, request.metrics)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class PushTelemetryResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0


def decode_response(buf: Readable, pos: int, end: int, version: int) -> PushTelemetryResponse:
    """PushTelemetry response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("PushTelemetry response", version, pos - start, end - start, error) from error
    return PushTelemetryResponse(throttle_time_ms, error_code)


def encode_response(response: PushTelemetryResponse, version: int, parts: list[Buffer]) -> None:
    """Append PushTelemetry response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ihB(response.throttle_time_ms, response.error_code, 0)
    parts.append(out)
