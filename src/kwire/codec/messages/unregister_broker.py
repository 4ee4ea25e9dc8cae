"""GENERATED from protocol_specs/64_unregister_broker.spec by protocol_specs/generate.py; do not edit."""

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
)

KEY = 64
NAME = "UnregisterBroker"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_iB = Format(">iB").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class UnregisterBrokerRequest(Struct):
    broker_id: int = 0


def decode_request(buf: Readable, pos: int, end: int, version: int) -> UnregisterBrokerRequest:
    """UnregisterBroker request of any version. Raises MalformedFrame."""
    start = pos
    try:
        broker_id, n = _unpack_iB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("UnregisterBroker request", version, pos - start, end - start, error) from error
    return UnregisterBrokerRequest(broker_id)


def encode_request(request: UnregisterBrokerRequest, version: int, parts: list[Buffer]) -> None:
    """Append UnregisterBroker request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_iB(request.broker_id, 0)
    parts.append(out)


@define(eq=False, repr=False)
class UnregisterBrokerResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""


def decode_response(buf: Readable, pos: int, end: int, version: int) -> UnregisterBrokerResponse:
    """UnregisterBroker response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
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
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("UnregisterBroker response", version, pos - start, end - start, error) from error
    return UnregisterBrokerResponse(throttle_time_ms, error_code, error_message)


def encode_response(response: UnregisterBrokerResponse, version: int, parts: list[Buffer]) -> None:
    """Append UnregisterBroker response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    out.append(0)
    parts.append(out)
