"""GENERATED from protocol_specs/32_describe_configs.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    NULL_INT32,
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
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 32
NAME = "DescribeConfigs"
MIN_VERSION = 1
MAX_VERSION = 4
FLEXIBLE_FROM = 4

_unpack_t = Format(">?").unpack_from
_unpack_ttB = Format(">??B").unpack_from
_unpack_tbtB = Format(">?b?B").unpack_from
_unpack_tbti = Format(">?b?i").unpack_from
_unpack_b = Format(">b").unpack_from
_unpack_bB = Format(">bB").unpack_from
_unpack_bh = Format(">bh").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_pack_t = Format(">?").pack
_pack_ttB = Format(">??B").pack
_pack_tbt = Format(">?b?").pack
_pack_tbti = Format(">?b?i").pack
_pack_b = Format(">b").pack
_pack_bB = Format(">bB").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class DescribeConfigsResource(Struct):
    resource_type: int = 0  # 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group.
    resource_name: str = ""
    configuration_keys: list[str] | None = field(factory=list)  # Null for all.


@define(eq=False, repr=False)
class DescribeConfigsRequest(Struct):
    resources: list[DescribeConfigsResource] = field(factory=list)
    include_synonyms: bool = False
    include_documentation: bool = False  # 3+


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeConfigsRequest:
    """DescribeConfigs request of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> DescribeConfigsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 7 > end - pos:
            refuse("resources", n, end - pos)
        resources: list[DescribeConfigsResource] = []
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
            configuration_keys: list[str] | None = None
            if n >= 0:
                configuration_keys, pos = read_strings(buf, pos, end, n, "configuration_keys")
            resources.append(DescribeConfigsResource(resource_type, resource_name, configuration_keys))
        (include_synonyms,) = _unpack_t(buf, pos)
        pos += 1
        include_documentation = False
        if version >= 3:
            (include_documentation,) = _unpack_t(buf, pos)
            pos += 1
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeConfigs request", version, pos - start, end - start, error) from error
    return DescribeConfigsRequest(resources, include_synonyms, include_documentation)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> DescribeConfigsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("resources", n, end - pos)
        resources: list[DescribeConfigsResource] = []
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
            configuration_keys: list[str] | None = None
            if n >= 0:
                configuration_keys, pos = read_compact_strings(buf, pos, end, n, "configuration_keys")
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            resources.append(DescribeConfigsResource(resource_type, resource_name, configuration_keys))
        include_synonyms, include_documentation, n = _unpack_ttB(buf, pos)
        pos += 3
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeConfigs request", version, pos - start, end - start, error) from error
    return DescribeConfigsRequest(resources, include_synonyms, include_documentation)


def encode_request(request: DescribeConfigsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeConfigs request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: DescribeConfigsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.resources))
    for describe_configs_resource in request.resources:
        out += _pack_b(describe_configs_resource.resource_type)
        write_string(out, describe_configs_resource.resource_name)
        if describe_configs_resource.configuration_keys is None:
            out += NULL_INT32
        else:
            out += _pack_i(len(describe_configs_resource.configuration_keys))
            for text in describe_configs_resource.configuration_keys:
                write_string(out, text)
    out += _pack_t(request.include_synonyms)
    if version >= 3:
        out += _pack_t(request.include_documentation)
    else:
        if request.include_documentation:
            refuse_field("include_documentation", version)
    parts.append(out)


def _encode_request_flexible(request: DescribeConfigsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.resources) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for describe_configs_resource in request.resources:
        out += _pack_b(describe_configs_resource.resource_type)
        write_compact_string(out, describe_configs_resource.resource_name)
        if describe_configs_resource.configuration_keys is None:
            out.append(0)
        else:
            n = len(describe_configs_resource.configuration_keys) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for text in describe_configs_resource.configuration_keys:
                write_compact_string(out, text)
        out.append(0)
    out += _pack_ttB(request.include_synonyms, request.include_documentation, 0)
    parts.append(out)


@define(eq=False, repr=False)
class DescribeConfigsSynonym(Struct):
    name: str = ""
    value: str | None = ""
    source: int = 0


@define(eq=False, repr=False)
class DescribeConfigsResourceResult(Struct):
    name: str = ""
    value: str | None = ""  # Null when unset or secret.
    read_only: bool = False
    # 1 topic, 2 broker, 3 all brokers, 4 file, 5 default, 6 logger, 7 metrics, 8 group.
    config_source: int = -1
    is_sensitive: bool = False
    # Where the value could come from, the one that wins first.
    synonyms: list[DescribeConfigsSynonym] = field(factory=list)
    # 3+; 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 secret.
    config_type: int = 0
    documentation: str | None = ""  # 3+


@define(eq=False, repr=False)
class DescribeConfigsResult(Struct):
    error_code: int = 0
    error_message: str | None = ""
    resource_type: int = 0
    resource_name: str = ""
    configs: list[DescribeConfigsResourceResult] = field(factory=list)


@define(eq=False, repr=False)
class DescribeConfigsResponse(Struct):
    throttle_time_ms: int = 0
    results: list[DescribeConfigsResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeConfigsResponse:
    """DescribeConfigs response of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> DescribeConfigsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 11 > end - pos:
            refuse("results", n, end - pos)
        results: list[DescribeConfigsResult] = []
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
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 11 > end - pos:
                refuse("configs", n, end - pos)
            configs: list[DescribeConfigsResourceResult] = []
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
                describe_configs_resource_result_value: str | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("value", n, end - pos)
                    describe_configs_resource_result_value = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                read_only, config_source, is_sensitive, n = _unpack_tbti(buf, pos)
                pos += 7
                if n < 0 or n * 5 > end - pos:
                    refuse("synonyms", n, end - pos)
                synonyms: list[DescribeConfigsSynonym] = []
                for _ in range(n):
                    (n,) = _unpack_h(buf, pos)
                    pos += 2
                    stop = pos + n
                    if n < 0 or stop > end:
                        refuse("name", n, end - pos)
                    describe_configs_synonym_name = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    (n,) = _unpack_h(buf, pos)
                    pos += 2
                    describe_configs_synonym_value: str | None = None
                    if n >= 0:
                        stop = pos + n
                        if stop > end:
                            refuse("value", n, end - pos)
                        describe_configs_synonym_value = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                    (source,) = _unpack_b(buf, pos)
                    pos += 1
                    synonyms.append(
                        DescribeConfigsSynonym(
                            describe_configs_synonym_name, describe_configs_synonym_value, source
                        )
                    )
                config_type = 0
                documentation: str | None = ""
                if version >= 3:
                    config_type, n = _unpack_bh(buf, pos)
                    pos += 3
                    documentation = None
                    if n >= 0:
                        stop = pos + n
                        if stop > end:
                            refuse("documentation", n, end - pos)
                        documentation = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                configs.append(
                    DescribeConfigsResourceResult(
                        name,
                        describe_configs_resource_result_value,
                        read_only,
                        config_source,
                        is_sensitive,
                        synonyms,
                        config_type,
                        documentation,
                    )
                )
            results.append(
                DescribeConfigsResult(error_code, error_message, resource_type, resource_name, configs)
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeConfigs response", version, pos - start, end - start, error) from error
    return DescribeConfigsResponse(throttle_time_ms, results)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> DescribeConfigsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 7 > end - pos:
            refuse("results", n, end - pos)
        results: list[DescribeConfigsResult] = []
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
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 9 > end - pos:
                refuse("configs", n, end - pos)
            configs: list[DescribeConfigsResourceResult] = []
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
                describe_configs_resource_result_value: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("value", n - 1, end - pos)
                    describe_configs_resource_result_value = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                read_only, config_source, is_sensitive, n = _unpack_tbtB(buf, pos)
                pos += 4
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("synonyms", n, end - pos)
                synonyms: list[DescribeConfigsSynonym] = []
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
                    describe_configs_synonym_name = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("value", n - 1)
                    describe_configs_synonym_value: str | None = None
                    if n:
                        stop = pos + n - 1
                        if stop > end:
                            refuse("value", n - 1, end - pos)
                        describe_configs_synonym_value = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                    source, n = _unpack_bB(buf, pos)
                    pos += 2
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    synonyms.append(
                        DescribeConfigsSynonym(
                            describe_configs_synonym_name, describe_configs_synonym_value, source
                        )
                    )
                config_type, n = _unpack_bB(buf, pos)
                pos += 2
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("documentation", n - 1)
                documentation: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("documentation", n - 1, end - pos)
                    documentation = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                configs.append(
                    DescribeConfigsResourceResult(
                        name,
                        describe_configs_resource_result_value,
                        read_only,
                        config_source,
                        is_sensitive,
                        synonyms,
                        config_type,
                        documentation,
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            results.append(
                DescribeConfigsResult(error_code, error_message, resource_type, resource_name, configs)
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeConfigs response", version, pos - start, end - start, error) from error
    return DescribeConfigsResponse(throttle_time_ms, results)


def encode_response(response: DescribeConfigsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeConfigs response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: DescribeConfigsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.results))
    for describe_configs_result in response.results:
        out += _pack_h(describe_configs_result.error_code)
        write_string(out, describe_configs_result.error_message)
        out += _pack_b(describe_configs_result.resource_type)
        write_string(out, describe_configs_result.resource_name)
        out += _pack_i(len(describe_configs_result.configs))
        for describe_configs_resource_result in describe_configs_result.configs:
            write_string(out, describe_configs_resource_result.name)
            write_string(out, describe_configs_resource_result.value)
            out += _pack_tbti(
                describe_configs_resource_result.read_only,
                describe_configs_resource_result.config_source,
                describe_configs_resource_result.is_sensitive,
                len(describe_configs_resource_result.synonyms),
            )
            for describe_configs_synonym in describe_configs_resource_result.synonyms:
                write_string(out, describe_configs_synonym.name)
                write_string(out, describe_configs_synonym.value)
                out += _pack_b(describe_configs_synonym.source)
            if version >= 3:
                out += _pack_b(describe_configs_resource_result.config_type)
                write_string(out, describe_configs_resource_result.documentation)
    parts.append(out)


def _encode_response_flexible(response: DescribeConfigsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for describe_configs_result in response.results:
        out += _pack_h(describe_configs_result.error_code)
        write_compact_string(out, describe_configs_result.error_message)
        out += _pack_b(describe_configs_result.resource_type)
        write_compact_string(out, describe_configs_result.resource_name)
        n = len(describe_configs_result.configs) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for describe_configs_resource_result in describe_configs_result.configs:
            write_compact_string(out, describe_configs_resource_result.name)
            write_compact_string(out, describe_configs_resource_result.value)
            out += _pack_tbt(
                describe_configs_resource_result.read_only,
                describe_configs_resource_result.config_source,
                describe_configs_resource_result.is_sensitive,
            )
            n = len(describe_configs_resource_result.synonyms) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for describe_configs_synonym in describe_configs_resource_result.synonyms:
                write_compact_string(out, describe_configs_synonym.name)
                write_compact_string(out, describe_configs_synonym.value)
                out += _pack_bB(describe_configs_synonym.source, 0)
            out += _pack_b(describe_configs_resource_result.config_type)
            write_compact_string(out, describe_configs_resource_result.documentation)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
