"""GENERATED from protocol_specs/42_delete_groups.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 42
NAME = "DeleteGroups"
MIN_VERSION = 0
MAX_VERSION = 3
FLEXIBLE_FROM = 2

_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class DeleteGroupsRequest(Struct):
    groups_names: list[str] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DeleteGroupsRequest:
    """DeleteGroups request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> DeleteGroupsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0:
            refuse("groups_names", n, end - pos)
        groups_names, pos = read_strings(buf, pos, end, n, "groups_names")
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteGroups request", version, pos - start, end - start, error) from error
    return DeleteGroupsRequest(groups_names)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> DeleteGroupsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("groups_names", n, end - pos)
        groups_names, pos = read_compact_strings(buf, pos, end, n, "groups_names")
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteGroups request", version, pos - start, end - start, error) from error
    return DeleteGroupsRequest(groups_names)


def encode_request(request: DeleteGroupsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DeleteGroups request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: DeleteGroupsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.groups_names))
    for text in request.groups_names:
        write_string(out, text)
    parts.append(out)


def _encode_request_flexible(request: DeleteGroupsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.groups_names) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in request.groups_names:
        write_compact_string(out, text)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class DeletableGroupResult(Struct):
    group_id: str = ""
    error_code: int = 0
    error_message: str | None = None  # version 3


@define(eq=False, repr=False)
class DeleteGroupsResponse(Struct):
    throttle_time_ms: int = 0
    results: list[DeletableGroupResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DeleteGroupsResponse:
    """DeleteGroups response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> DeleteGroupsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 4 > end - pos:
            refuse("results", n, end - pos)
        results: list[DeletableGroupResult] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("group_id", n, end - pos)
            group_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (error_code,) = _unpack_h(buf, pos)
            pos += 2
            results.append(DeletableGroupResult(group_id, error_code))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteGroups response", version, pos - start, end - start, error) from error
    return DeleteGroupsResponse(throttle_time_ms, results)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> DeleteGroupsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("results", n, end - pos)
        results: list[DeletableGroupResult] = []
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
            (error_code,) = _unpack_h(buf, pos)
            pos += 2
            error_message: str | None = None
            if version >= 3:
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
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            results.append(DeletableGroupResult(group_id, error_code, error_message))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteGroups response", version, pos - start, end - start, error) from error
    return DeleteGroupsResponse(throttle_time_ms, results)


def encode_response(response: DeleteGroupsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DeleteGroups response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: DeleteGroupsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.results))
    for deletable_group_result in response.results:
        write_string(out, deletable_group_result.group_id)
        out += _pack_h(deletable_group_result.error_code)
    parts.append(out)


def _encode_response_flexible(response: DeleteGroupsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for deletable_group_result in response.results:
        write_compact_string(out, deletable_group_result.group_id)
        out += _pack_h(deletable_group_result.error_code)
        if version >= 3:
            write_compact_string(out, deletable_group_result.error_message)
        out.append(0)
    out.append(0)
    parts.append(out)
