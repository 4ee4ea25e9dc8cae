"""GENERATED from protocol_specs/11_join_group.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_null,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_bytes,
    write_compact_bytes,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 11
NAME = "JoinGroup"
MIN_VERSION = 0
MAX_VERSION = 9
FLEXIBLE_FROM = 6

_unpack_t = Format(">?").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hih = Format(">hih").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ihi = Format(">ihi").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_pack_t = Format(">?").pack
_pack_hi = Format(">hi").pack
_pack_i = Format(">i").pack
_pack_ihi = Format(">ihi").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class JoinGroupRequestProtocol(Struct):
    name: str = ""
    metadata: bytes = b""  # The member's subscription, as its protocol writes it.


@define(eq=False, repr=False)
class JoinGroupRequest(Struct):
    group_id: str = ""
    session_timeout_ms: int = 0  # A member that is silent for so long is gone.
    rebalance_timeout_ms: int = -1  # 1+; How long members may take to rejoin.
    member_id: str = ""  # Empty to get one.
    group_instance_id: str | None = None  # 5+; Of a static member (KIP-345).
    protocol_type: str = ""  # What the group is for: consumer, connect ...
    # Assignors that the member knows, the best first.
    protocols: list[JoinGroupRequestProtocol] = field(factory=list)
    reason: str | None = None  # 8+; Why it joins (KIP-800).


def decode_request(buf: Readable, pos: int, end: int, version: int) -> JoinGroupRequest:
    """JoinGroup request of any version. Raises MalformedFrame."""
    if version >= 6:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> JoinGroupRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (session_timeout_ms,) = _unpack_i(buf, pos)
        pos += 4
        rebalance_timeout_ms = -1
        if version >= 1:
            (rebalance_timeout_ms,) = _unpack_i(buf, pos)
            pos += 4
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("member_id", n, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        group_instance_id: str | None = None
        if version >= 5:
            (n,) = _unpack_h(buf, pos)
            pos += 2
            group_instance_id = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("group_instance_id", n, end - pos)
                group_instance_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("protocol_type", n, end - pos)
        protocol_type = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("protocols", n, end - pos)
        protocols: list[JoinGroupRequestProtocol] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            stop = pos + n
            if n < 0 or stop > end:
                refuse("metadata", n, end - pos)
            metadata = bytes(buf[pos:stop])
            pos = stop
            protocols.append(JoinGroupRequestProtocol(name, metadata))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("JoinGroup request", version, pos - start, end - start, error) from error
    return JoinGroupRequest(
        group_id,
        session_timeout_ms,
        rebalance_timeout_ms,
        member_id,
        group_instance_id,
        protocol_type,
        protocols,
    )


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> JoinGroupRequest:
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
        session_timeout_ms, rebalance_timeout_ms, n = _unpack_iiB(buf, pos)
        pos += 9
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
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("protocol_type", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("protocol_type", n - 1, end - pos)
        protocol_type = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("protocols", n, end - pos)
        protocols: list[JoinGroupRequestProtocol] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("name", n - 1, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("metadata", n - 1, end - pos)
            metadata = bytes(buf[pos:stop])
            pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            protocols.append(JoinGroupRequestProtocol(name, metadata))
        reason: str | None = None
        if version >= 8:
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
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("JoinGroup request", version, pos - start, end - start, error) from error
    return JoinGroupRequest(
        group_id,
        session_timeout_ms,
        rebalance_timeout_ms,
        member_id,
        group_instance_id,
        protocol_type,
        protocols,
        reason,
    )


def encode_request(request: JoinGroupRequest, version: int, parts: list[Buffer]) -> None:
    """Append JoinGroup request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 6:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: JoinGroupRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_string(out, request.group_id)
    out += _pack_i(request.session_timeout_ms)
    if version >= 1:
        out += _pack_i(request.rebalance_timeout_ms)
    write_string(out, request.member_id)
    if version >= 5:
        write_string(out, request.group_instance_id)
    else:
        if request.group_instance_id is not None:
            refuse_field("group_instance_id", version)
    write_string(out, request.protocol_type)
    out += _pack_i(len(request.protocols))
    for join_group_request_protocol in request.protocols:
        write_string(out, join_group_request_protocol.name)
        write_bytes(out, join_group_request_protocol.metadata)
    parts.append(out)


def _encode_request_flexible(request: JoinGroupRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_string(out, request.group_id)
    out += _pack_ii(request.session_timeout_ms, request.rebalance_timeout_ms)
    write_compact_string(out, request.member_id)
    write_compact_string(out, request.group_instance_id)
    write_compact_string(out, request.protocol_type)
    n = len(request.protocols) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for join_group_request_protocol in request.protocols:
        write_compact_string(out, join_group_request_protocol.name)
        write_compact_bytes(out, join_group_request_protocol.metadata)
        out.append(0)
    if version >= 8:
        write_compact_string(out, request.reason)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class JoinGroupResponseMember(Struct):
    member_id: str = ""
    group_instance_id: str | None = None  # 5+
    metadata: bytes = b""


@define(eq=False, repr=False)
class JoinGroupResponse(Struct):
    throttle_time_ms: int = 0  # 2+
    error_code: int = 0
    generation_id: int = -1
    protocol_type: str | None = None  # 7+
    protocol_name: str | None = ""  # The assignor that all members know.
    leader: str = ""  # The member that assigns.
    skip_assignment: bool = False  # version 9; The leader need not assign: nothing has changed (KIP-814).
    member_id: str = ""
    # All of them for the leader, none for the others.
    members: list[JoinGroupResponseMember] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> JoinGroupResponse:
    """JoinGroup response of any version. Raises MalformedFrame."""
    if version >= 6:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> JoinGroupResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 2:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        error_code, generation_id, n = _unpack_hih(buf, pos)
        pos += 8
        stop = pos + n
        if n < 0 or stop > end:
            refuse("protocol_name", n, end - pos)
        protocol_name = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("leader", n, end - pos)
        leader = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("member_id", n, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("members", n, end - pos)
        members: list[JoinGroupResponseMember] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("member_id", n, end - pos)
            join_group_response_member_member_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            group_instance_id: str | None = None
            if version >= 5:
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
            stop = pos + n
            if n < 0 or stop > end:
                refuse("metadata", n, end - pos)
            metadata = bytes(buf[pos:stop])
            pos = stop
            members.append(
                JoinGroupResponseMember(join_group_response_member_member_id, group_instance_id, metadata)
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("JoinGroup response", version, pos - start, end - start, error) from error
    return JoinGroupResponse(
        throttle_time_ms, error_code, generation_id, None, protocol_name, leader, False, member_id, members
    )


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> JoinGroupResponse:
    start = pos
    try:
        throttle_time_ms, error_code, generation_id = _unpack_ihi(buf, pos)
        pos += 10
        protocol_type: str | None = None
        if version >= 7:
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
        protocol_name: str | None = None
        if n == 0 and not version >= 7:
            refuse("protocol_name", -1, end - pos)
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
            if n > LONGEST_STRING + 1:
                refuse_string("leader", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("leader", n - 1, end - pos)
        leader = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        skip_assignment = False
        if version >= 9:
            (skip_assignment,) = _unpack_t(buf, pos)
            pos += 1
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
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("members", n, end - pos)
        members: list[JoinGroupResponseMember] = []
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
            join_group_response_member_member_id = buf[pos:stop].decode("utf-8", "replace")
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
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("metadata", n - 1, end - pos)
            metadata = bytes(buf[pos:stop])
            pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            members.append(
                JoinGroupResponseMember(join_group_response_member_member_id, group_instance_id, metadata)
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("JoinGroup response", version, pos - start, end - start, error) from error
    return JoinGroupResponse(
        throttle_time_ms,
        error_code,
        generation_id,
        protocol_type,
        protocol_name,
        leader,
        skip_assignment,
        member_id,
        members,
    )


def encode_response(response: JoinGroupResponse, version: int, parts: list[Buffer]) -> None:
    """Append JoinGroup response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 6:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: JoinGroupResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if response.skip_assignment:
        refuse_field("skip_assignment", version)
    if version >= 2:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_hi(response.error_code, response.generation_id)
    if response.protocol_name is None:
        refuse_null("protocol_name", version)
    write_string(out, response.protocol_name)
    write_string(out, response.leader)
    write_string(out, response.member_id)
    out += _pack_i(len(response.members))
    for join_group_response_member in response.members:
        write_string(out, join_group_response_member.member_id)
        if version >= 5:
            write_string(out, join_group_response_member.group_instance_id)
        write_bytes(out, join_group_response_member.metadata)
    parts.append(out)


def _encode_response_flexible(response: JoinGroupResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ihi(response.throttle_time_ms, response.error_code, response.generation_id)
    if version >= 7:
        write_compact_string(out, response.protocol_type)
    if response.protocol_name is None and not version >= 7:
        refuse_null("protocol_name", version)
    write_compact_string(out, response.protocol_name)
    write_compact_string(out, response.leader)
    if version >= 9:
        out += _pack_t(response.skip_assignment)
    else:
        if response.skip_assignment:
            refuse_field("skip_assignment", version)
    write_compact_string(out, response.member_id)
    n = len(response.members) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for join_group_response_member in response.members:
        write_compact_string(out, join_group_response_member.member_id)
        write_compact_string(out, join_group_response_member.group_instance_id)
        write_compact_bytes(out, join_group_response_member.metadata)
        out.append(0)
    out.append(0)
    parts.append(out)
