"""GENERATED from protocol_specs/13_leave_group.spec by protocol_specs/generate.py; do not edit."""

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
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 13
NAME = "LeaveGroup"
MIN_VERSION = 0
MAX_VERSION = 5
FLEXIBLE_FROM = 4

_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_h = Format(">h").pack
_pack_hB = Format(">hB").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class MemberIdentity(Struct):
    member_id: str = ""
    group_instance_id: str | None = None  # A static member may be named by it alone.
    reason: str | None = None  # version 5; Why it leaves (KIP-800).


@define(eq=False, repr=False)
class LeaveGroupRequest(Struct):
    group_id: str = ""
    member_id: str = ""  # 0..2
    members: list[MemberIdentity] = field(factory=list)  # 3+


def decode_request(buf: Readable, pos: int, end: int, version: int) -> LeaveGroupRequest:
    """LeaveGroup request of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> LeaveGroupRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        member_id = ""
        if version <= 2:
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("member_id", n, end - pos)
            member_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        members: list[MemberIdentity] = []
        if version >= 3:
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 4 > end - pos:
                refuse("members", n, end - pos)
            members = []
            for _ in range(n):
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("member_id", n, end - pos)
                member_identity_member_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                (n,) = _unpack_h(buf, pos)
                pos += 2
                group_instance_id: str | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("group_instance_id", n, end - pos)
                    group_instance_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                members.append(MemberIdentity(member_identity_member_id, group_instance_id))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("LeaveGroup request", version, pos - start, end - start, error) from error
    return LeaveGroupRequest(group_id, member_id, members)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> LeaveGroupRequest:
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
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("members", n, end - pos)
        members: list[MemberIdentity] = []
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
            reason: str | None = None
            if version >= 5:
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("reason", n - 1)
                reason = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("reason", n - 1, end - pos)
                    reason = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            members.append(MemberIdentity(member_id, group_instance_id, reason))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("LeaveGroup request", version, pos - start, end - start, error) from error
    return LeaveGroupRequest(group_id, "", members)


def encode_request(request: LeaveGroupRequest, version: int, parts: list[Buffer]) -> None:
    """Append LeaveGroup request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: LeaveGroupRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_string(out, request.group_id)
    if version <= 2:
        write_string(out, request.member_id)
    else:
        if request.member_id:
            refuse_field("member_id", version)
    if version >= 3:
        out += _pack_i(len(request.members))
        for member_identity in request.members:
            write_string(out, member_identity.member_id)
            write_string(out, member_identity.group_instance_id)
    else:
        if request.members:
            refuse_field("members", version)
    parts.append(out)


def _encode_request_flexible(request: LeaveGroupRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.member_id:
        refuse_field("member_id", version)
    write_compact_string(out, request.group_id)
    n = len(request.members) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for member_identity in request.members:
        write_compact_string(out, member_identity.member_id)
        write_compact_string(out, member_identity.group_instance_id)
        if version >= 5:
            write_compact_string(out, member_identity.reason)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class MemberResponse(Struct):
    member_id: str = ""
    group_instance_id: str | None = ""
    error_code: int = 0


@define(eq=False, repr=False)
class LeaveGroupResponse(Struct):
    throttle_time_ms: int = 0  # 1+
    error_code: int = 0
    members: list[MemberResponse] = field(factory=list)  # 3+


def decode_response(buf: Readable, pos: int, end: int, version: int) -> LeaveGroupResponse:
    """LeaveGroup response of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> LeaveGroupResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 1:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        (error_code,) = _unpack_h(buf, pos)
        pos += 2
        members: list[MemberResponse] = []
        if version >= 3:
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 6 > end - pos:
                refuse("members", n, end - pos)
            members = []
            for _ in range(n):
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("member_id", n, end - pos)
                member_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                (n,) = _unpack_h(buf, pos)
                pos += 2
                group_instance_id: str | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("group_instance_id", n, end - pos)
                    group_instance_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                (member_response_error_code,) = _unpack_h(buf, pos)
                pos += 2
                members.append(MemberResponse(member_id, group_instance_id, member_response_error_code))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("LeaveGroup response", version, pos - start, end - start, error) from error
    return LeaveGroupResponse(throttle_time_ms, error_code, members)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> LeaveGroupResponse:
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 5 > end - pos:
            refuse("members", n, end - pos)
        members: list[MemberResponse] = []
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
            member_response_error_code, n = _unpack_hB(buf, pos)
            pos += 3
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            members.append(MemberResponse(member_id, group_instance_id, member_response_error_code))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("LeaveGroup response", version, pos - start, end - start, error) from error
    return LeaveGroupResponse(throttle_time_ms, error_code, members)


def encode_response(response: LeaveGroupResponse, version: int, parts: list[Buffer]) -> None:
    """Append LeaveGroup response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: LeaveGroupResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 1:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_h(response.error_code)
    if version >= 3:
        out += _pack_i(len(response.members))
        for member_response in response.members:
            write_string(out, member_response.member_id)
            write_string(out, member_response.group_instance_id)
            out += _pack_h(member_response.error_code)
    else:
        if response.members:
            refuse_field("members", version)
    parts.append(out)


def _encode_response_flexible(response: LeaveGroupResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    n = len(response.members) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for member_response in response.members:
        write_compact_string(out, member_response.member_id)
        write_compact_string(out, member_response.group_instance_id)
        out += _pack_hB(member_response.error_code, 0)
    out.append(0)
    parts.append(out)
