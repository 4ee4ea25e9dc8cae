"""GENERATED from protocol_specs/15_describe_groups.spec by protocol_specs/generate.py; do not edit."""

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
    read_compact_strings,
    read_strings,
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

KEY = 15
NAME = "DescribeGroups"
MIN_VERSION = 0
MAX_VERSION = 6
FLEXIBLE_FROM = 5

_unpack_t = Format(">?").unpack_from
_unpack_tB = Format(">?B").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_pack_t = Format(">?").pack
_pack_tB = Format(">?B").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack


@define(eq=False, repr=False)
class DescribeGroupsRequest(Struct):
    groups: list[str] = field(factory=list)
    include_authorized_operations: bool = False  # 3+


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeGroupsRequest:
    """DescribeGroups request of any version. Raises MalformedFrame."""
    if version >= 5:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> DescribeGroupsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0:
            refuse("groups", n, end - pos)
        groups, pos = read_strings(buf, pos, end, n, "groups")
        include_authorized_operations = False
        if version >= 3:
            (include_authorized_operations,) = _unpack_t(buf, pos)
            pos += 1
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeGroups request", version, pos - start, end - start, error) from error
    return DescribeGroupsRequest(groups, include_authorized_operations)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> DescribeGroupsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("groups", n, end - pos)
        groups, pos = read_compact_strings(buf, pos, end, n, "groups")
        include_authorized_operations, n = _unpack_tB(buf, pos)
        pos += 2
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeGroups request", version, pos - start, end - start, error) from error
    return DescribeGroupsRequest(groups, include_authorized_operations)


def encode_request(request: DescribeGroupsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeGroups request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 5:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: DescribeGroupsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.groups))
    for text in request.groups:
        write_string(out, text)
    if version >= 3:
        out += _pack_t(request.include_authorized_operations)
    else:
        if request.include_authorized_operations:
            refuse_field("include_authorized_operations", version)
    parts.append(out)


def _encode_request_flexible(request: DescribeGroupsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.groups) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in request.groups:
        write_compact_string(out, text)
    out += _pack_tB(request.include_authorized_operations, 0)
    parts.append(out)


@define(eq=False, repr=False)
class DescribedGroupMember(Struct):
    member_id: str = ""
    group_instance_id: str | None = None  # 4+
    client_id: str = ""
    client_host: str = ""
    member_metadata: bytes = b""
    member_assignment: bytes = b""


@define(eq=False, repr=False)
class DescribedGroup(Struct):
    error_code: int = 0
    error_message: str | None = None  # version 6
    group_id: str = ""
    group_state: str = ""  # PreparingRebalance, CompletingRebalance, Stable, Empty or Dead.
    protocol_type: str = ""
    protocol_data: str = ""  # The assignor in use.
    members: list[DescribedGroupMember] = field(factory=list)
    authorized_operations: int = -2147483648  # 3+; One bit each; the lowest int32 if not asked for.


@define(eq=False, repr=False)
class DescribeGroupsResponse(Struct):
    throttle_time_ms: int = 0  # 1+
    groups: list[DescribedGroup] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeGroupsResponse:
    """DescribeGroups response of any version. Raises MalformedFrame."""
    if version >= 5:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> DescribeGroupsResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 1:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 14 > end - pos:
            refuse("groups", n, end - pos)
        groups: list[DescribedGroup] = []
        for _ in range(n):
            error_code, n = _unpack_hh(buf, pos)
            pos += 4
            stop = pos + n
            if n < 0 or stop > end:
                refuse("group_id", n, end - pos)
            group_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("group_state", n, end - pos)
            group_state = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("protocol_type", n, end - pos)
            protocol_type = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("protocol_data", n, end - pos)
            protocol_data = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 14 > end - pos:
                refuse("members", n, end - pos)
            members: list[DescribedGroupMember] = []
            for _ in range(n):
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("member_id", n, end - pos)
                member_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                group_instance_id: str | None = None
                if version >= 4:
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
                    refuse("client_id", n, end - pos)
                client_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("client_host", n, end - pos)
                client_host = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                (n,) = _unpack_i(buf, pos)
                pos += 4
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("member_metadata", n, end - pos)
                member_metadata = bytes(buf[pos:stop])
                pos = stop
                (n,) = _unpack_i(buf, pos)
                pos += 4
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("member_assignment", n, end - pos)
                member_assignment = bytes(buf[pos:stop])
                pos = stop
                members.append(
                    DescribedGroupMember(
                        member_id,
                        group_instance_id,
                        client_id,
                        client_host,
                        member_metadata,
                        member_assignment,
                    )
                )
            authorized_operations = -2147483648
            if version >= 3:
                (authorized_operations,) = _unpack_i(buf, pos)
                pos += 4
            groups.append(
                DescribedGroup(
                    error_code,
                    None,
                    group_id,
                    group_state,
                    protocol_type,
                    protocol_data,
                    members,
                    authorized_operations,
                )
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeGroups response", version, pos - start, end - start, error) from error
    return DescribeGroupsResponse(throttle_time_ms, groups)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> DescribeGroupsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 12 > end - pos:
            refuse("groups", n, end - pos)
        groups: list[DescribedGroup] = []
        for _ in range(n):
            (error_code,) = _unpack_h(buf, pos)
            pos += 2
            error_message: str | None = None
            if version >= 6:
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("error_message", n - 1)
                error_message = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("error_message", n - 1, end - pos)
                    error_message = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
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
                if n > LONGEST_STRING + 1:
                    refuse_string("group_state", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("group_state", n - 1, end - pos)
            group_state = buf[pos:stop].decode("utf-8", "replace")
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
                if n > LONGEST_STRING + 1:
                    refuse_string("protocol_data", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("protocol_data", n - 1, end - pos)
            protocol_data = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 7 > end - pos:
                refuse("members", n, end - pos)
            members: list[DescribedGroupMember] = []
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
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("client_id", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("client_id", n - 1, end - pos)
                client_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("client_host", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("client_host", n - 1, end - pos)
                client_host = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("member_metadata", n - 1, end - pos)
                member_metadata = bytes(buf[pos:stop])
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("member_assignment", n - 1, end - pos)
                member_assignment = bytes(buf[pos:stop])
                pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                members.append(
                    DescribedGroupMember(
                        member_id,
                        group_instance_id,
                        client_id,
                        client_host,
                        member_metadata,
                        member_assignment,
                    )
                )
            authorized_operations, n = _unpack_iB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            groups.append(
                DescribedGroup(
                    error_code,
                    error_message,
                    group_id,
                    group_state,
                    protocol_type,
                    protocol_data,
                    members,
                    authorized_operations,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeGroups response", version, pos - start, end - start, error) from error
    return DescribeGroupsResponse(throttle_time_ms, groups)


def encode_response(response: DescribeGroupsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeGroups response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 5:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: DescribeGroupsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 1:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_i(len(response.groups))
    for described_group in response.groups:
        if described_group.error_message is not None:
            refuse_field("error_message", version)
        out += _pack_h(described_group.error_code)
        write_string(out, described_group.group_id)
        write_string(out, described_group.group_state)
        write_string(out, described_group.protocol_type)
        write_string(out, described_group.protocol_data)
        out += _pack_i(len(described_group.members))
        for described_group_member in described_group.members:
            write_string(out, described_group_member.member_id)
            if version >= 4:
                write_string(out, described_group_member.group_instance_id)
            write_string(out, described_group_member.client_id)
            write_string(out, described_group_member.client_host)
            write_bytes(out, described_group_member.member_metadata)
            write_bytes(out, described_group_member.member_assignment)
        if version >= 3:
            out += _pack_i(described_group.authorized_operations)
        else:
            if described_group.authorized_operations != -2147483648:
                refuse_field("authorized_operations", version)
    parts.append(out)


def _encode_response_flexible(response: DescribeGroupsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.groups) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for described_group in response.groups:
        out += _pack_h(described_group.error_code)
        if version >= 6:
            write_compact_string(out, described_group.error_message)
        else:
            if described_group.error_message is not None:
                refuse_field("error_message", version)
        write_compact_string(out, described_group.group_id)
        write_compact_string(out, described_group.group_state)
        write_compact_string(out, described_group.protocol_type)
        write_compact_string(out, described_group.protocol_data)
        n = len(described_group.members) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for described_group_member in described_group.members:
            write_compact_string(out, described_group_member.member_id)
            write_compact_string(out, described_group_member.group_instance_id)
            write_compact_string(out, described_group_member.client_id)
            write_compact_string(out, described_group_member.client_host)
            write_compact_bytes(out, described_group_member.member_metadata)
            write_compact_bytes(out, described_group_member.member_assignment)
            out.append(0)
        out += _pack_iB(described_group.authorized_operations, 0)
    out.append(0)
    parts.append(out)
