"""GENERATED from protocol_specs/12_heartbeat.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 12
NAME = "Heartbeat"
MIN_VERSION = 0
MAX_VERSION = 4
FLEXIBLE_FROM = 4

_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ihB = Format(">ihB").pack


@define(eq=False, repr=False)
class HeartbeatRequest(Struct):
    group_id: str = ""
    generation_id: int = 0
    member_id: str = ""
    group_instance_id: str | None = None  # 3+


def decode_request(buf: Readable, pos: int, end: int, version: int) -> HeartbeatRequest:
    """Heartbeat request of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> HeartbeatRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        generation_id, n = _unpack_ih(buf, pos)
        pos += 6
        stop = pos + n
        if n < 0 or stop > end:
            refuse("member_id", n, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        group_instance_id: str | None = None
        if version >= 3:
            (n,) = _unpack_h(buf, pos)
            pos += 2
            group_instance_id = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("group_instance_id", n, end - pos)
                group_instance_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Heartbeat request", version, pos - start, end - start, error) from error
    return HeartbeatRequest(group_id, generation_id, member_id, group_instance_id)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> HeartbeatRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("group_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("group_id", n - 1, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        generation_id, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("member_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("member_id", n - 1, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("group_instance_id", n - 1)
        group_instance_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("group_instance_id", n - 1, end - pos)
            group_instance_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Heartbeat request", version, pos - start, end - start, error) from error
    return HeartbeatRequest(group_id, generation_id, member_id, group_instance_id)


def encode_request(request: HeartbeatRequest, version: int, parts: list[Buffer]) -> None:
    """Append Heartbeat request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: HeartbeatRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_string(out, request.group_id)
    out += _pack_i(request.generation_id)
    write_string(out, request.member_id)
    if version >= 3:
        write_string(out, request.group_instance_id)
    else:
        if request.group_instance_id is not None:
            refuse_field("group_instance_id", version)
    parts.append(out)


def _encode_request_flexible(request: HeartbeatRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_string(out, request.group_id)
    out += _pack_i(request.generation_id)
    write_compact_string(out, request.member_id)
    write_compact_string(out, request.group_instance_id)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class HeartbeatResponse(Struct):
    throttle_time_ms: int = 0  # 1+
    error_code: int = 0


def decode_response(buf: Readable, pos: int, end: int, version: int) -> HeartbeatResponse:
    """Heartbeat response of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> HeartbeatResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 1:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        (error_code,) = _unpack_h(buf, pos)
        pos += 2
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Heartbeat response", version, pos - start, end - start, error) from error
    return HeartbeatResponse(throttle_time_ms, error_code)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> HeartbeatResponse:
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Heartbeat response", version, pos - start, end - start, error) from error
    return HeartbeatResponse(throttle_time_ms, error_code)


def encode_response(response: HeartbeatResponse, version: int, parts: list[Buffer]) -> None:
    """Append Heartbeat response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: HeartbeatResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 1:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_h(response.error_code)
    parts.append(out)


def _encode_response_flexible(response: HeartbeatResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ihB(response.throttle_time_ms, response.error_code, 0)
    parts.append(out)
