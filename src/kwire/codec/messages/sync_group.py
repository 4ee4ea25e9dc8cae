"""GENERATED from protocol_specs/14_sync_group.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

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
    write_bytes,
    write_compact_bytes,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 14
NAME = "SyncGroup"
MIN_VERSION = 0
MAX_VERSION = 5
FLEXIBLE_FROM = 4

_unpack_h = Format(">h").unpack_from
_unpack_hi = Format(">hi").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ih = Format(">ih").unpack_from
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class SyncGroupRequestAssignment(Struct):
    member_id: str = ""
    assignment: bytes = b""  # What the member shall read, as its protocol writes it.


@define(eq=False, repr=False)
class SyncGroupRequest(Struct):
    group_id: str = ""
    generation_id: int = 0
    member_id: str = ""
    group_instance_id: str | None = None  # 3+
    protocol_type: str | None = None  # version 5
    protocol_name: str | None = None  # version 5
    # From the leader; empty from the others.
    assignments: list[SyncGroupRequestAssignment] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> SyncGroupRequest:
    """SyncGroup request of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> SyncGroupRequest:
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
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("assignments", n, end - pos)
        assignments: list[SyncGroupRequestAssignment] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("member_id", n, end - pos)
            sync_group_request_assignment_member_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            stop = pos + n
            if n < 0 or stop > end:
                refuse("assignment", n, end - pos)
            assignment = bytes(buf[pos:stop])
            pos = stop
            assignments.append(
                SyncGroupRequestAssignment(sync_group_request_assignment_member_id, assignment)
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SyncGroup request", version, pos - start, end - start, error) from error
    return SyncGroupRequest(group_id, generation_id, member_id, group_instance_id, None, None, assignments)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> SyncGroupRequest:
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
        protocol_type: str | None = None
        protocol_name: str | None = None
        if version >= 5:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("protocol_type", n - 1)
            protocol_type = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("protocol_type", n - 1, end - pos)
                protocol_type = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("protocol_name", n - 1)
            protocol_name = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("protocol_name", n - 1, end - pos)
                protocol_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("assignments", n, end - pos)
        assignments: list[SyncGroupRequestAssignment] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("member_id", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("member_id", n - 1, end - pos)
            sync_group_request_assignment_member_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("assignment", n - 1, end - pos)
            assignment = bytes(buf[pos:stop])
            pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            assignments.append(
                SyncGroupRequestAssignment(sync_group_request_assignment_member_id, assignment)
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SyncGroup request", version, pos - start, end - start, error) from error
    return SyncGroupRequest(
        group_id, generation_id, member_id, group_instance_id, protocol_type, protocol_name, assignments
    )


def encode_request(request: SyncGroupRequest, version: int, parts: list[Buffer]) -> None:
    """Append SyncGroup request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: SyncGroupRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_string(out, request.group_id)
    out += _pack_i(request.generation_id)
    write_string(out, request.member_id)
    if version >= 3:
        write_string(out, request.group_instance_id)
    else:
        if request.group_instance_id is not None:
            refuse_field("group_instance_id", version)
    out += _pack_i(len(request.assignments))
    for sync_group_request_assignment in request.assignments:
        write_string(out, sync_group_request_assignment.member_id)
        write_bytes(out, sync_group_request_assignment.assignment)
    parts.append(out)


def _encode_request_flexible(request: SyncGroupRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_string(out, request.group_id)
    out += _pack_i(request.generation_id)
    write_compact_string(out, request.member_id)
    write_compact_string(out, request.group_instance_id)
    if version >= 5:
        write_compact_string(out, request.protocol_type)
        write_compact_string(out, request.protocol_name)
    n = len(request.assignments) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for sync_group_request_assignment in request.assignments:
        write_compact_string(out, sync_group_request_assignment.member_id)
        write_compact_bytes(out, sync_group_request_assignment.assignment)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class SyncGroupResponse(Struct):
    throttle_time_ms: int = 0  # 1+
    error_code: int = 0
    protocol_type: str | None = None  # version 5
    protocol_name: str | None = None  # version 5
    assignment: bytes = b""


def decode_response(buf: Readable, pos: int, end: int, version: int) -> SyncGroupResponse:
    """SyncGroup response of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> SyncGroupResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 1:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        error_code, n = _unpack_hi(buf, pos)
        pos += 6
        stop = pos + n
        if n < 0 or stop > end:
            refuse("assignment", n, end - pos)
        assignment = bytes(buf[pos:stop])
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SyncGroup response", version, pos - start, end - start, error) from error
    return SyncGroupResponse(throttle_time_ms, error_code, None, None, assignment)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> SyncGroupResponse:
    start = pos
    try:
        throttle_time_ms, error_code = _unpack_ih(buf, pos)
        pos += 6
        protocol_type: str | None = None
        protocol_name: str | None = None
        if version >= 5:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("protocol_type", n - 1)
            protocol_type = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("protocol_type", n - 1, end - pos)
                protocol_type = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("protocol_name", n - 1)
            protocol_name = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("protocol_name", n - 1, end - pos)
                protocol_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("assignment", n - 1, end - pos)
        assignment = bytes(buf[pos:stop])
        pos = stop
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SyncGroup response", version, pos - start, end - start, error) from error
    return SyncGroupResponse(throttle_time_ms, error_code, protocol_type, protocol_name, assignment)


def encode_response(response: SyncGroupResponse, version: int, parts: list[Buffer]) -> None:
    """Append SyncGroup response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: SyncGroupResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 1:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_h(response.error_code)
    write_bytes(out, response.assignment)
    parts.append(out)


def _encode_response_flexible(response: SyncGroupResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    if version >= 5:
        write_compact_string(out, response.protocol_type)
        write_compact_string(out, response.protocol_name)
    write_compact_bytes(out, response.assignment)
    out.append(0)
    parts.append(out)
