"""GENERATED from protocol_specs/71_get_telemetry_subscriptions.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    ZERO_UUID,
    Buffer,
    Readable,
    Struct,
    malformed,
    read_compact_strings,
    refuse,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 71
NAME = "GetTelemetrySubscriptions"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_uB = Format(">16sB").unpack_from
_unpack_ihuiB = Format(">ih16siB").unpack_from
_unpack_iitB = Format(">ii?B").unpack_from
_pack_uB = Format(">16sB").pack
_pack_Bb = Format(">Bb").pack
_pack_ihui = Format(">ih16si").pack
_pack_iit = Format(">ii?").pack


@define(eq=False, repr=False)
class GetTelemetrySubscriptionsRequest(Struct):
    client_instance_id: bytes = ZERO_UUID  # Zero to get one.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> GetTelemetrySubscriptionsRequest:
    """GetTelemetrySubscriptions request of any version. Raises MalformedFrame."""
    start = pos
    try:
        client_instance_id, n = _unpack_uB(buf, pos)
        pos += 17
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "GetTelemetrySubscriptions request", version, pos - start, end - start, error
        ) from error
    return GetTelemetrySubscriptionsRequest(client_instance_id)


def encode_request(request: GetTelemetrySubscriptionsRequest, version: int, parts: list[Buffer]) -> None:
    """Append GetTelemetrySubscriptions request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_uB(request.client_instance_id, 0)
    parts.append(out)


@define(eq=False, repr=False)
class GetTelemetrySubscriptionsResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    client_instance_id: bytes = ZERO_UUID
    subscription_id: int = 0
    accepted_compression_types: list[int] = field(factory=list)
    push_interval_ms: int = 0
    telemetry_max_bytes: int = 0
    delta_temporality: bool = False
    requested_metrics: list[str] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> GetTelemetrySubscriptionsResponse:
    """GetTelemetrySubscriptions response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, client_instance_id, subscription_id, n = _unpack_ihuiB(buf, pos)
        pos += 27
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n > end - pos:
            refuse("accepted_compression_types", n, end - pos)
        accepted_compression_types: list[int] = list(unpack_from(f">{n}b", buf, pos))
        pos += n
        push_interval_ms, telemetry_max_bytes, delta_temporality, n = _unpack_iitB(buf, pos)
        pos += 10
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("requested_metrics", n, end - pos)
        requested_metrics, pos = read_compact_strings(buf, pos, end, n, "requested_metrics")
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "GetTelemetrySubscriptions response", version, pos - start, end - start, error
        ) from error
    return GetTelemetrySubscriptionsResponse(
        throttle_time_ms,
        error_code,
        client_instance_id,
        subscription_id,
        accepted_compression_types,
        push_interval_ms,
        telemetry_max_bytes,
        delta_temporality,
        requested_metrics,
    )


def encode_response(response: GetTelemetrySubscriptionsResponse, version: int, parts: list[Buffer]) -> None:
    """Append GetTelemetrySubscriptions response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ihui(
        response.throttle_time_ms, response.error_code, response.client_instance_id, response.subscription_id
    )
    n = len(response.accepted_compression_types)
    if n == 1:
        out += _pack_Bb(2, response.accepted_compression_types[0])
    else:
        n = n + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += pack(f">{n - 1}b", *response.accepted_compression_types)
    out += _pack_iit(response.push_interval_ms, response.telemetry_max_bytes, response.delta_temporality)
    n = len(response.requested_metrics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in response.requested_metrics:
        write_compact_string(out, text)
    out.append(0)
    parts.append(out)
