"""GENERATED from protocol_specs/30_create_acls.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 30
NAME = "CreateAcls"
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
class AclCreation(Struct):
    resource_type: int = 0
    resource_name: str = ""
    resource_pattern_type: int = 3  # 3 literal, 4 prefixed.
    principal: str = ""
    host: str = ""  # An address or *.
    operation: int = 0
    permission_type: int = 0


@define(eq=False, repr=False)
class CreateAclsRequest(Struct):
    creations: list[AclCreation] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> CreateAclsRequest:
    """CreateAcls request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> CreateAclsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 10 > end - pos:
            refuse("creations", n, end - pos)
        creations: list[AclCreation] = []
        for _ in range(n):
            resource_type, n = _unpack_bh(buf, pos)
            pos += 3
            stop = pos + n
            if n < 0 or stop > end:
                refuse("resource_name", n, end - pos)
            resource_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            resource_pattern_type, n = _unpack_bh(buf, pos)
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
            creations.append(
                AclCreation(
                    resource_type,
                    resource_name,
                    resource_pattern_type,
                    principal,
                    host,
                    operation,
                    permission_type,
                )
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateAcls request", version, pos - start, end - start, error) from error
    return CreateAclsRequest(creations)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> CreateAclsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 8 > end - pos:
            refuse("creations", n, end - pos)
        creations: list[AclCreation] = []
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
            resource_pattern_type, n = _unpack_bB(buf, pos)
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
            creations.append(
                AclCreation(
                    resource_type,
                    resource_name,
                    resource_pattern_type,
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
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateAcls request", version, pos - start, end - start, error) from error
    return CreateAclsRequest(creations)


def encode_request(request: CreateAclsRequest, version: int, parts: list[Buffer]) -> None:
    """Append CreateAcls request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: CreateAclsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.creations))
    for acl_creation in request.creations:
        out += _pack_b(acl_creation.resource_type)
        write_string(out, acl_creation.resource_name)
        out += _pack_b(acl_creation.resource_pattern_type)
        write_string(out, acl_creation.principal)
        write_string(out, acl_creation.host)
        out += _pack_bb(acl_creation.operation, acl_creation.permission_type)
    parts.append(out)


def _encode_request_flexible(request: CreateAclsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.creations) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for acl_creation in request.creations:
        out += _pack_b(acl_creation.resource_type)
        write_compact_string(out, acl_creation.resource_name)
        out += _pack_b(acl_creation.resource_pattern_type)
        write_compact_string(out, acl_creation.principal)
        write_compact_string(out, acl_creation.host)
        out += _pack_bbB(acl_creation.operation, acl_creation.permission_type, 0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class AclCreationResult(Struct):
    error_code: int = 0
    error_message: str | None = ""


@define(eq=False, repr=False)
class CreateAclsResponse(Struct):
    throttle_time_ms: int = 0
    results: list[AclCreationResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> CreateAclsResponse:
    """CreateAcls response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> CreateAclsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 4 > end - pos:
            refuse("results", n, end - pos)
        results: list[AclCreationResult] = []
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
            results.append(AclCreationResult(error_code, error_message))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateAcls response", version, pos - start, end - start, error) from error
    return CreateAclsResponse(throttle_time_ms, results)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> CreateAclsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("results", n, end - pos)
        results: list[AclCreationResult] = []
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
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            results.append(AclCreationResult(error_code, error_message))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateAcls response", version, pos - start, end - start, error) from error
    return CreateAclsResponse(throttle_time_ms, results)


def encode_response(response: CreateAclsResponse, version: int, parts: list[Buffer]) -> None:
    """Append CreateAcls response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: CreateAclsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.results))
    for acl_creation_result in response.results:
        out += _pack_h(acl_creation_result.error_code)
        write_string(out, acl_creation_result.error_message)
    parts.append(out)


def _encode_response_flexible(response: CreateAclsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for acl_creation_result in response.results:
        out += _pack_h(acl_creation_result.error_code)
        write_compact_string(out, acl_creation_result.error_message)
        out.append(0)
    out.append(0)
    parts.append(out)
