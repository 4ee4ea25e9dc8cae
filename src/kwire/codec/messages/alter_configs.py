"""GENERATED from protocol_specs/33_alter_configs.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 33
NAME = "AlterConfigs"
MIN_VERSION = 0
MAX_VERSION = 2
FLEXIBLE_FROM = 2

_unpack_t = Format(">?").unpack_from
_unpack_tB = Format(">?B").unpack_from
_unpack_bB = Format(">bB").unpack_from
_unpack_bh = Format(">bh").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_pack_t = Format(">?").pack
_pack_tB = Format(">?B").pack
_pack_b = Format(">b").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class AlterableConfig(Struct):
    name: str = ""
    value: str | None = ""  # Null for the default.


@define(eq=False, repr=False)
class AlterConfigsResource(Struct):
    resource_type: int = 0
    resource_name: str = ""
    configs: list[AlterableConfig] = field(factory=list)


@define(eq=False, repr=False)
class AlterConfigsRequest(Struct):
    resources: list[AlterConfigsResource] = field(factory=list)
    validate_only: bool = False


def decode_request(buf: Readable, pos: int, end: int, version: int) -> AlterConfigsRequest:
    """AlterConfigs request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> AlterConfigsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 7 > end - pos:
            refuse("resources", n, end - pos)
        resources: list[AlterConfigsResource] = []
        for _ in range(n):
            resource_type, n = _unpack_bh(buf, pos)
            pos += 3
            stop = pos + n
            if n < 0 or stop > end:
                refuse("resource_name", n, end - pos)
            resource_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 4 > end - pos:
                refuse("configs", n, end - pos)
            configs: list[AlterableConfig] = []
            for _ in range(n):
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("name", n, end - pos)
                name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                (n,) = _unpack_h(buf, pos)
                pos += 2
                alterable_config_value: str | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("value", n, end - pos)
                    alterable_config_value = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                configs.append(AlterableConfig(name, alterable_config_value))
            resources.append(AlterConfigsResource(resource_type, resource_name, configs))
        (validate_only,) = _unpack_t(buf, pos)
        pos += 1
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterConfigs request", version, pos - start, end - start, error) from error
    return AlterConfigsRequest(resources, validate_only)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> AlterConfigsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("resources", n, end - pos)
        resources: list[AlterConfigsResource] = []
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
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("configs", n, end - pos)
            configs: list[AlterableConfig] = []
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
                    if n > LONGEST_STRING + 1:
                        refuse_string("value", n - 1)
                alterable_config_value: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("value", n - 1, end - pos)
                    alterable_config_value = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                configs.append(AlterableConfig(name, alterable_config_value))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            resources.append(AlterConfigsResource(resource_type, resource_name, configs))
        validate_only, n = _unpack_tB(buf, pos)
        pos += 2
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterConfigs request", version, pos - start, end - start, error) from error
    return AlterConfigsRequest(resources, validate_only)


def encode_request(request: AlterConfigsRequest, version: int, parts: list[Buffer]) -> None:
    """Append AlterConfigs request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: AlterConfigsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.resources))
    for alter_configs_resource in request.resources:
        out += _pack_b(alter_configs_resource.resource_type)
        write_string(out, alter_configs_resource.resource_name)
        out += _pack_i(len(alter_configs_resource.configs))
        for alterable_config in alter_configs_resource.configs:
            write_string(out, alterable_config.name)
            write_string(out, alterable_config.value)
    out += _pack_t(request.validate_only)
    parts.append(out)


def _encode_request_flexible(request: AlterConfigsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.resources) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for alter_configs_resource in request.resources:
        out += _pack_b(alter_configs_resource.resource_type)
        write_compact_string(out, alter_configs_resource.resource_name)
        n = len(alter_configs_resource.configs) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for alterable_config in alter_configs_resource.configs:
            write_compact_string(out, alterable_config.name)
            write_compact_string(out, alterable_config.value)
            out.append(0)
        out.append(0)
    out += _pack_tB(request.validate_only, 0)
    parts.append(out)


@define(eq=False, repr=False)
class AlterConfigsResourceResponse(Struct):
    error_code: int = 0
    error_message: str | None = ""
    resource_type: int = 0
    resource_name: str = ""


@define(eq=False, repr=False)
class AlterConfigsResponse(Struct):
    throttle_time_ms: int = 0
    responses: list[AlterConfigsResourceResponse] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> AlterConfigsResponse:
    """AlterConfigs response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> AlterConfigsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 7 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[AlterConfigsResourceResponse] = []
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
            resource_type, n = _unpack_bh(buf, pos)
            pos += 3
            stop = pos + n
            if n < 0 or stop > end:
                refuse("resource_name", n, end - pos)
            resource_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            responses.append(
                AlterConfigsResourceResponse(error_code, error_message, resource_type, resource_name)
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterConfigs response", version, pos - start, end - start, error) from error
    return AlterConfigsResponse(throttle_time_ms, responses)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> AlterConfigsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 6 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[AlterConfigsResourceResponse] = []
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
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            responses.append(
                AlterConfigsResourceResponse(error_code, error_message, resource_type, resource_name)
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterConfigs response", version, pos - start, end - start, error) from error
    return AlterConfigsResponse(throttle_time_ms, responses)


def encode_response(response: AlterConfigsResponse, version: int, parts: list[Buffer]) -> None:
    """Append AlterConfigs response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: AlterConfigsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.responses))
    for alter_configs_resource_response in response.responses:
        out += _pack_h(alter_configs_resource_response.error_code)
        write_string(out, alter_configs_resource_response.error_message)
        out += _pack_b(alter_configs_resource_response.resource_type)
        write_string(out, alter_configs_resource_response.resource_name)
    parts.append(out)


def _encode_response_flexible(response: AlterConfigsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.responses) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for alter_configs_resource_response in response.responses:
        out += _pack_h(alter_configs_resource_response.error_code)
        write_compact_string(out, alter_configs_resource_response.error_message)
        out += _pack_b(alter_configs_resource_response.resource_type)
        write_compact_string(out, alter_configs_resource_response.resource_name)
        out.append(0)
    out.append(0)
    parts.append(out)
