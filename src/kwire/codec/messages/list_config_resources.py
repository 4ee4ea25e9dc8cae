"""GENERATED from protocol_specs/74_list_config_resources.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from

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
    write_uvarint,
)

KEY = 74
NAME = "ListConfigResources"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 0

_unpack_b = Format(">b").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_Bb = Format(">Bb").pack
_pack_b = Format(">b").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class ListConfigResourcesRequest(Struct):
    resource_types: list[int] = field(factory=list)  # version 1; Empty for all.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ListConfigResourcesRequest:
    """ListConfigResources request of any version. Raises MalformedFrame."""
    start = pos
    try:
        resource_types: list[int] = []
        if version >= 1:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n > end - pos:
                refuse("resource_types", n, end - pos)
            resource_types = list(unpack_from(f">{n}b", buf, pos))
            pos += n
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListConfigResources request", version, pos - start, end - start, error) from error
    return ListConfigResourcesRequest(resource_types)


def encode_request(request: ListConfigResourcesRequest, version: int, parts: list[Buffer]) -> None:
    """Append ListConfigResources request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    if version >= 1:
        n = len(request.resource_types)
        if n == 1:
            out += _pack_Bb(2, request.resource_types[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}b", *request.resource_types)
    else:
        if request.resource_types:
            refuse_field("resource_types", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class ConfigResource(Struct):
    resource_name: str = ""
    resource_type: int = 16  # version 1


@define(eq=False, repr=False)
class ListConfigResourcesResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    config_resources: list[ConfigResource] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ListConfigResourcesResponse:
    """ListConfigResources response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("config_resources", n, end - pos)
        config_resources: list[ConfigResource] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("resource_name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("resource_name", n - 1, end - pos)
            resource_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            resource_type = 16
            if version >= 1:
                (resource_type,) = _unpack_b(buf, pos)
                pos += 1
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            config_resources.append(ConfigResource(resource_name, resource_type))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListConfigResources response", version, pos - start, end - start, error) from error
    return ListConfigResourcesResponse(throttle_time_ms, error_code, config_resources)


def encode_response(response: ListConfigResourcesResponse, version: int, parts: list[Buffer]) -> None:
    """Append ListConfigResources response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    n = len(response.config_resources) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for config_resource in response.config_resources:
        write_compact_string(out, config_resource.resource_name)
        if version >= 1:
            out += _pack_b(config_resource.resource_type)
        out.append(0)
    out.append(0)
    parts.append(out)
