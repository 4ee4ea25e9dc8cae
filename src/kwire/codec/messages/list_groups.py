"""GENERATED from protocol_specs/16_list_groups.spec by protocol_specs/generate.py; do not edit."""

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
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 16
NAME = "ListGroups"
MIN_VERSION = 0
MAX_VERSION = 5
FLEXIBLE_FROM = 3

_unpack_h = Format(">h").unpack_from
_unpack_hi = Format(">hi").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_hi = Format(">hi").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class ListGroupsRequest(Struct):
    states_filter: list[str] = field(factory=list)  # 4+; Empty for all.
    # version 5; Empty for all: classic, consumer, share, streams.
    types_filter: list[str] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ListGroupsRequest:
    """ListGroups request of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> ListGroupsRequest:
    start = pos
    try:
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListGroups request", version, pos - start, end - start, error) from error
    return ListGroupsRequest()


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> ListGroupsRequest:
    start = pos
    try:
        states_filter: list[str] = []
        if version >= 4:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0:
                refuse("states_filter", n, end - pos)
            states_filter, pos = read_compact_strings(buf, pos, end, n, "states_filter")
        types_filter: list[str] = []
        if version >= 5:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0:
                refuse("types_filter", n, end - pos)
            types_filter, pos = read_compact_strings(buf, pos, end, n, "types_filter")
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListGroups request", version, pos - start, end - start, error) from error
    return ListGroupsRequest(states_filter, types_filter)


def encode_request(request: ListGroupsRequest, version: int, parts: list[Buffer]) -> None:
    """Append ListGroups request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: ListGroupsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.states_filter:
        refuse_field("states_filter", version)
    if request.types_filter:
        refuse_field("types_filter", version)
    parts.append(out)


def _encode_request_flexible(request: ListGroupsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 4:
        n = len(request.states_filter) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for text in request.states_filter:
            write_compact_string(out, text)
    else:
        if request.states_filter:
            refuse_field("states_filter", version)
    if version >= 5:
        n = len(request.types_filter) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for text in request.types_filter:
            write_compact_string(out, text)
    else:
        if request.types_filter:
            refuse_field("types_filter", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class ListedGroup(Struct):
    group_id: str = ""
    protocol_type: str = ""
    group_state: str = ""  # 4+
    group_type: str = ""  # version 5


@define(eq=False, repr=False)
class ListGroupsResponse(Struct):
    throttle_time_ms: int = 0  # 1+
    error_code: int = 0
    groups: list[ListedGroup] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ListGroupsResponse:
    """ListGroups response of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> ListGroupsResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 1:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        error_code, n = _unpack_hi(buf, pos)
        pos += 6
        if n < 0 or n * 4 > end - pos:
            refuse("groups", n, end - pos)
        groups: list[ListedGroup] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("group_id", n, end - pos)
            group_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("protocol_type", n, end - pos)
            protocol_type = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            groups.append(ListedGroup(group_id, protocol_type))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListGroups response", version, pos - start, end - start, error) from error
    return ListGroupsResponse(throttle_time_ms, error_code, groups)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> ListGroupsResponse:
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("groups", n, end - pos)
        groups: list[ListedGroup] = []
        for _ in range(n):
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
                    refuse_string("protocol_type", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("protocol_type", n - 1, end - pos)
            protocol_type = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            group_state = ""
            if version >= 4:
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
            group_type = ""
            if version >= 5:
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("group_type", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("group_type", n - 1, end - pos)
                group_type = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            groups.append(ListedGroup(group_id, protocol_type, group_state, group_type))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListGroups response", version, pos - start, end - start, error) from error
    return ListGroupsResponse(throttle_time_ms, error_code, groups)


def encode_response(response: ListGroupsResponse, version: int, parts: list[Buffer]) -> None:
    """Append ListGroups response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: ListGroupsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 1:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_hi(response.error_code, len(response.groups))
    for listed_group in response.groups:
        write_string(out, listed_group.group_id)
        write_string(out, listed_group.protocol_type)
    parts.append(out)


def _encode_response_flexible(response: ListGroupsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    n = len(response.groups) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for listed_group in response.groups:
        write_compact_string(out, listed_group.group_id)
        write_compact_string(out, listed_group.protocol_type)
        if version >= 4:
            write_compact_string(out, listed_group.group_state)
        if version >= 5:
            write_compact_string(out, listed_group.group_type)
        out.append(0)
    out.append(0)
    parts.append(out)
