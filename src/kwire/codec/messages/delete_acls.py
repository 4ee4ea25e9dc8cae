"""GENERATED from protocol_specs/31_delete_acls.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 31
NAME = "DeleteAcls"
MIN_VERSION = 1
MAX_VERSION = 3
FLEXIBLE_FROM = 2

_unpack_bB = Format(">bB").unpack_from
_unpack_bb = Format(">bb").unpack_from
_unpack_bbB = Format(">bbB").unpack_from
_unpack_bh = Format(">bh").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_pack_b = Format(">b").pack
_pack_bb = Format(">bb").pack
_pack_bbB = Format(">bbB").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class DeleteAclsFilter(Struct):
    resource_type_filter: int = 0
    resource_name_filter: str | None = ""  # Null matches all.
    pattern_type_filter: int = 3
    principal_filter: str | None = ""  # Null matches all.
    host_filter: str | None = ""  # Null matches all.
    operation: int = 0
    permission_type: int = 0


@define(eq=False, repr=False)
class DeleteAclsRequest(Struct):
    filters: list[DeleteAclsFilter] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DeleteAclsRequest:
    """DeleteAcls request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> DeleteAclsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 10 > end - pos:
            refuse("filters", n, end - pos)
        filters: list[DeleteAclsFilter] = []
        for _ in range(n):
            resource_type_filter, n = _unpack_bh(buf, pos)
            pos += 3
            resource_name_filter: str | None = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("resource_name_filter", n, end - pos)
                resource_name_filter = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            pattern_type_filter, n = _unpack_bh(buf, pos)
            pos += 3
            principal_filter: str | None = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("principal_filter", n, end - pos)
                principal_filter = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            (n,) = _unpack_h(buf, pos)
            pos += 2
            host_filter: str | None = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("host_filter", n, end - pos)
                host_filter = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            operation, permission_type = _unpack_bb(buf, pos)
            pos += 2
            filters.append(
                DeleteAclsFilter(
                    resource_type_filter,
                    resource_name_filter,
                    pattern_type_filter,
                    principal_filter,
                    host_filter,
                    operation,
                    permission_type,
                )
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteAcls request", version, pos - start, end - start, error) from error
    return DeleteAclsRequest(filters)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> DeleteAclsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 8 > end - pos:
            refuse("filters", n, end - pos)
        filters: list[DeleteAclsFilter] = []
        for _ in range(n):
            resource_type_filter, n = _unpack_bB(buf, pos)
            pos += 2
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("resource_name_filter", n - 1)
            resource_name_filter: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("resource_name_filter", n - 1, end - pos)
                resource_name_filter = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            pattern_type_filter, n = _unpack_bB(buf, pos)
            pos += 2
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("principal_filter", n - 1)
            principal_filter: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("principal_filter", n - 1, end - pos)
                principal_filter = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("host_filter", n - 1)
            host_filter: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("host_filter", n - 1, end - pos)
                host_filter = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            operation, permission_type, n = _unpack_bbB(buf, pos)
            pos += 3
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            filters.append(
                DeleteAclsFilter(
                    resource_type_filter,
                    resource_name_filter,
                    pattern_type_filter,
                    principal_filter,
                    host_filter,
                    operation,
                    permission_type,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteAcls request", version, pos - start, end - start, error) from error
    return DeleteAclsRequest(filters)


def encode_request(request: DeleteAclsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DeleteAcls request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: DeleteAclsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.filters))
    for delete_acls_filter in request.filters:
        out += _pack_b(delete_acls_filter.resource_type_filter)
        write_string(out, delete_acls_filter.resource_name_filter)
        out += _pack_b(delete_acls_filter.pattern_type_filter)
        write_string(out, delete_acls_filter.principal_filter)
        write_string(out, delete_acls_filter.host_filter)
        out += _pack_bb(delete_acls_filter.operation, delete_acls_filter.permission_type)
    parts.append(out)


def _encode_request_flexible(request: DeleteAclsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.filters) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for delete_acls_filter in request.filters:
        out += _pack_b(delete_acls_filter.resource_type_filter)
        write_compact_string(out, delete_acls_filter.resource_name_filter)
        out += _pack_b(delete_acls_filter.pattern_type_filter)
        write_compact_string(out, delete_acls_filter.principal_filter)
        write_compact_string(out, delete_acls_filter.host_filter)
        out += _pack_bbB(delete_acls_filter.operation, delete_acls_filter.permission_type, 0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class DeleteAclsMatchingAcl(Struct):
    error_code: int = 0
    error_message: str | None = ""
    resource_type: int = 0
    resource_name: str = ""
    pattern_type: int = 3
    principal: str = ""
    host: str = ""
    operation: int = 0
    permission_type: int = 0


@define(eq=False, repr=False)
class DeleteAclsFilterResult(Struct):
    error_code: int = 0
    error_message: str | None = ""
    matching_acls: list[DeleteAclsMatchingAcl] = field(factory=list)


@define(eq=False, repr=False)
class DeleteAclsResponse(Struct):
    throttle_time_ms: int = 0
    filter_results: list[DeleteAclsFilterResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DeleteAclsResponse:
    """DeleteAcls response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> DeleteAclsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 8 > end - pos:
            refuse("filter_results", n, end - pos)
        filter_results: list[DeleteAclsFilterResult] = []
        for _ in range(n):
            error_code, n = _unpack_hh(buf, pos)
            pos += 4
            error_message: str | None = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("error_message", n, end - pos)
                error_message = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 14 > end - pos:
                refuse("matching_acls", n, end - pos)
            matching_acls: list[DeleteAclsMatchingAcl] = []
            for _ in range(n):
                delete_acls_matching_acl_error_code, n = _unpack_hh(buf, pos)
                pos += 4
                delete_acls_matching_acl_error_message: str | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("error_message", n, end - pos)
                    delete_acls_matching_acl_error_message = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                resource_type, n = _unpack_bh(buf, pos)
                pos += 3
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("resource_name", n, end - pos)
                resource_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                pattern_type, n = _unpack_bh(buf, pos)
                pos += 3
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("principal", n, end - pos)
                principal = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("host", n, end - pos)
                host = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                operation, permission_type = _unpack_bb(buf, pos)
                pos += 2
                matching_acls.append(
                    DeleteAclsMatchingAcl(
                        delete_acls_matching_acl_error_code,
                        delete_acls_matching_acl_error_message,
                        resource_type,
                        resource_name,
                        pattern_type,
                        principal,
                        host,
                        operation,
                        permission_type,
                    )
                )
            filter_results.append(DeleteAclsFilterResult(error_code, error_message, matching_acls))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteAcls response", version, pos - start, end - start, error) from error
    return DeleteAclsResponse(throttle_time_ms, filter_results)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> DeleteAclsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 5 > end - pos:
            refuse("filter_results", n, end - pos)
        filter_results: list[DeleteAclsFilterResult] = []
        for _ in range(n):
            error_code, n = _unpack_hB(buf, pos)
            pos += 3
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
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 11 > end - pos:
                refuse("matching_acls", n, end - pos)
            matching_acls: list[DeleteAclsMatchingAcl] = []
            for _ in range(n):
                delete_acls_matching_acl_error_code, n = _unpack_hB(buf, pos)
                pos += 3
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("error_message", n - 1)
                delete_acls_matching_acl_error_message: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("error_message", n - 1, end - pos)
                    delete_acls_matching_acl_error_message = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                resource_type, n = _unpack_bB(buf, pos)
                pos += 2
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("resource_name", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("resource_name", n - 1, end - pos)
                resource_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                pattern_type, n = _unpack_bB(buf, pos)
                pos += 2
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("principal", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("principal", n - 1, end - pos)
                principal = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("host", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("host", n - 1, end - pos)
                host = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                operation, permission_type, n = _unpack_bbB(buf, pos)
                pos += 3
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                matching_acls.append(
                    DeleteAclsMatchingAcl(
                        delete_acls_matching_acl_error_code,
                        delete_acls_matching_acl_error_message,
                        resource_type,
                        resource_name,
                        pattern_type,
                        principal,
                        host,
                        operation,
                        permission_type,
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            filter_results.append(DeleteAclsFilterResult(error_code, error_message, matching_acls))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteAcls response", version, pos - start, end - start, error) from error
    return DeleteAclsResponse(throttle_time_ms, filter_results)


def encode_response(response: DeleteAclsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DeleteAcls response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: DeleteAclsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.filter_results))
    for delete_acls_filter_result in response.filter_results:
        out += _pack_h(delete_acls_filter_result.error_code)
        write_string(out, delete_acls_filter_result.error_message)
        out += _pack_i(len(delete_acls_filter_result.matching_acls))
        for delete_acls_matching_acl in delete_acls_filter_result.matching_acls:
            out += _pack_h(delete_acls_matching_acl.error_code)
            write_string(out, delete_acls_matching_acl.error_message)
            out += _pack_b(delete_acls_matching_acl.resource_type)
            write_string(out, delete_acls_matching_acl.resource_name)
            out += _pack_b(delete_acls_matching_acl.pattern_type)
            write_string(out, delete_acls_matching_acl.principal)
            write_string(out, delete_acls_matching_acl.host)
            out += _pack_bb(delete_acls_matching_acl.operation, delete_acls_matching_acl.permission_type)
    parts.append(out)


def _encode_response_flexible(response: DeleteAclsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.filter_results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for delete_acls_filter_result in response.filter_results:
        out += _pack_h(delete_acls_filter_result.error_code)
        write_compact_string(out, delete_acls_filter_result.error_message)
        n = len(delete_acls_filter_result.matching_acls) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for delete_acls_matching_acl in delete_acls_filter_result.matching_acls:
            out += _pack_h(delete_acls_matching_acl.error_code)
            write_compact_string(out, delete_acls_matching_acl.error_message)
            out += _pack_b(delete_acls_matching_acl.resource_type)
            write_compact_string(out, delete_acls_matching_acl.resource_name)
            out += _pack_b(delete_acls_matching_acl.pattern_type)
            write_compact_string(out, delete_acls_matching_acl.principal)
            write_compact_string(out, delete_acls_matching_acl.host)
            out += _pack_bbB(delete_acls_matching_acl.operation, delete_acls_matching_acl.permission_type, 0)
        out.append(0)
    out.append(0)
    parts.append(out)
