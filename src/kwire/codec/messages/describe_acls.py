"""GENERATED from protocol_specs/29_describe_acls.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 29
NAME = "DescribeAcls"
MIN_VERSION = 1
MAX_VERSION = 3
FLEXIBLE_FROM = 2

_unpack_bB = Format(">bB").unpack_from
_unpack_bb = Format(">bb").unpack_from
_unpack_bbB = Format(">bbB").unpack_from
_unpack_bh = Format(">bh").unpack_from
_unpack_bi = Format(">bi").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_ihh = Format(">ihh").unpack_from
_pack_b = Format(">b").pack
_pack_bb = Format(">bb").pack
_pack_bbB = Format(">bbB").pack
_pack_bi = Format(">bi").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class DescribeAclsRequest(Struct):
    resource_type_filter: int = 0
    resource_name_filter: str | None = ""  # Null matches all.
    pattern_type_filter: int = 3  # 3 literal, 4 prefixed; 1 any, 2 what would apply.
    principal_filter: str | None = ""  # Null matches all.
    host_filter: str | None = ""  # Null matches all.
    operation: int = 0
    permission_type: int = 0


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeAclsRequest:
    """DescribeAcls request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> DescribeAclsRequest:
    start = pos
    try:
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
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeAcls request", version, pos - start, end - start, error) from error
    return DescribeAclsRequest(
        resource_type_filter,
        resource_name_filter,
        pattern_type_filter,
        principal_filter,
        host_filter,
        operation,
        permission_type,
    )


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> DescribeAclsRequest:
    start = pos
    try:
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
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeAcls request", version, pos - start, end - start, error) from error
    return DescribeAclsRequest(
        resource_type_filter,
        resource_name_filter,
        pattern_type_filter,
        principal_filter,
        host_filter,
        operation,
        permission_type,
    )


def encode_request(request: DescribeAclsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeAcls request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: DescribeAclsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_b(request.resource_type_filter)
    write_string(out, request.resource_name_filter)
    out += _pack_b(request.pattern_type_filter)
    write_string(out, request.principal_filter)
    write_string(out, request.host_filter)
    out += _pack_bb(request.operation, request.permission_type)
    parts.append(out)


def _encode_request_flexible(request: DescribeAclsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_b(request.resource_type_filter)
    write_compact_string(out, request.resource_name_filter)
    out += _pack_b(request.pattern_type_filter)
    write_compact_string(out, request.principal_filter)
    write_compact_string(out, request.host_filter)
    out += _pack_bbB(request.operation, request.permission_type, 0)
    parts.append(out)


@define(eq=False, repr=False)
class AclDescription(Struct):
    principal: str = ""
    host: str = ""
    operation: int = 0
    permission_type: int = 0


@define(eq=False, repr=False)
class DescribeAclsResource(Struct):
    resource_type: int = 0
    resource_name: str = ""
    pattern_type: int = 3
    acls: list[AclDescription] = field(factory=list)


@define(eq=False, repr=False)
class DescribeAclsResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    resources: list[DescribeAclsResource] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeAclsResponse:
    """DescribeAcls response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> DescribeAclsResponse:
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihh(buf, pos)
        pos += 8
        error_message: str | None = None
        if n >= 0:
            stop = pos + n
            if stop > end:
                refuse("error_message", n, end - pos)
            error_message = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 8 > end - pos:
            refuse("resources", n, end - pos)
        resources: list[DescribeAclsResource] = []
        for _ in range(n):
            resource_type, n = _unpack_bh(buf, pos)
            pos += 3
            stop = pos + n
            if n < 0 or stop > end:
                refuse("resource_name", n, end - pos)
            resource_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            pattern_type, n = _unpack_bi(buf, pos)
            pos += 5
            if n < 0 or n * 6 > end - pos:
                refuse("acls", n, end - pos)
            acls: list[AclDescription] = []
            for _ in range(n):
                (n,) = _unpack_h(buf, pos)
                pos += 2
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
                acls.append(AclDescription(principal, host, operation, permission_type))
            resources.append(DescribeAclsResource(resource_type, resource_name, pattern_type, acls))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeAcls response", version, pos - start, end - start, error) from error
    return DescribeAclsResponse(throttle_time_ms, error_code, error_message, resources)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> DescribeAclsResponse:
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
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 5 > end - pos:
            refuse("resources", n, end - pos)
        resources: list[DescribeAclsResource] = []
        for _ in range(n):
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
            n -= 1
            if n < 0 or n * 5 > end - pos:
                refuse("acls", n, end - pos)
            acls: list[AclDescription] = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
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
                acls.append(AclDescription(principal, host, operation, permission_type))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            resources.append(DescribeAclsResource(resource_type, resource_name, pattern_type, acls))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeAcls response", version, pos - start, end - start, error) from error
    return DescribeAclsResponse(throttle_time_ms, error_code, error_message, resources)


def encode_response(response: DescribeAclsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeAcls response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: DescribeAclsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_string(out, response.error_message)
    out += _pack_i(len(response.resources))
    for describe_acls_resource in response.resources:
        out += _pack_b(describe_acls_resource.resource_type)
        write_string(out, describe_acls_resource.resource_name)
        out += _pack_bi(describe_acls_resource.pattern_type, len(describe_acls_resource.acls))
        for acl_description in describe_acls_resource.acls:
            write_string(out, acl_description.principal)
            write_string(out, acl_description.host)
            out += _pack_bb(acl_description.operation, acl_description.permission_type)
    parts.append(out)


def _encode_response_flexible(response: DescribeAclsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    n = len(response.resources) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for describe_acls_resource in response.resources:
        out += _pack_b(describe_acls_resource.resource_type)
        write_compact_string(out, describe_acls_resource.resource_name)
        out += _pack_b(describe_acls_resource.pattern_type)
        n = len(describe_acls_resource.acls) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for acl_description in describe_acls_resource.acls:
            write_compact_string(out, acl_description.principal)
            write_compact_string(out, acl_description.host)
            out += _pack_bbB(acl_description.operation, acl_description.permission_type, 0)
        out.append(0)
    out.append(0)
    parts.append(out)
