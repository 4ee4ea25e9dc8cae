"""GENERATED from protocol_specs/48_describe_client_quotas.spec by protocol_specs/generate.py; do not edit."""

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
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 48
NAME = "DescribeClientQuotas"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 1

_unpack_t = Format(">?").unpack_from
_unpack_tB = Format(">?B").unpack_from
_unpack_bB = Format(">bB").unpack_from
_unpack_bh = Format(">bh").unpack_from
_unpack_d = Format(">d").unpack_from
_unpack_dB = Format(">dB").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_ihh = Format(">ihh").unpack_from
_pack_t = Format(">?").pack
_pack_tB = Format(">?B").pack
_pack_b = Format(">b").pack
_pack_d = Format(">d").pack
_pack_dB = Format(">dB").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class ComponentData(Struct):
    entity_type: str = ""
    match_type: int = 0  # 0 exactly this name, 1 the default, 2 any name.
    match: str | None = ""


@define(eq=False, repr=False)
class DescribeClientQuotasRequest(Struct):
    components: list[ComponentData] = field(factory=list)
    strict: bool = False  # Leave out entities with more components than asked for.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeClientQuotasRequest:
    """DescribeClientQuotas request of any version. Raises MalformedFrame."""
    if version >= 1:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> DescribeClientQuotasRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 5 > end - pos:
            refuse("components", n, end - pos)
        components: list[ComponentData] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("entity_type", n, end - pos)
            entity_type = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            match_type, n = _unpack_bh(buf, pos)
            pos += 3
            match: str | None = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("match", n, end - pos)
                match = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            components.append(ComponentData(entity_type, match_type, match))
        (strict,) = _unpack_t(buf, pos)
        pos += 1
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeClientQuotas request", version, pos - start, end - start, error) from error
    return DescribeClientQuotasRequest(components, strict)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> DescribeClientQuotasRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("components", n, end - pos)
        components: list[ComponentData] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("entity_type", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("entity_type", n - 1, end - pos)
            entity_type = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            match_type, n = _unpack_bB(buf, pos)
            pos += 2
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("match", n - 1)
            match: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("match", n - 1, end - pos)
                match = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            components.append(ComponentData(entity_type, match_type, match))
        strict, n = _unpack_tB(buf, pos)
        pos += 2
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeClientQuotas request", version, pos - start, end - start, error) from error
    return DescribeClientQuotasRequest(components, strict)


def encode_request(request: DescribeClientQuotasRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeClientQuotas request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 1:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: DescribeClientQuotasRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.components))
    for component_data in request.components:
        write_string(out, component_data.entity_type)
        out += _pack_b(component_data.match_type)
        write_string(out, component_data.match)
    out += _pack_t(request.strict)
    parts.append(out)


def _encode_request_flexible(request: DescribeClientQuotasRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.components) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for component_data in request.components:
        write_compact_string(out, component_data.entity_type)
        out += _pack_b(component_data.match_type)
        write_compact_string(out, component_data.match)
        out.append(0)
    out += _pack_tB(request.strict, 0)
    parts.append(out)


@define(eq=False, repr=False)
class EntityData(Struct):
    entity_type: str = ""
    entity_name: str | None = ""


@define(eq=False, repr=False)
class ValueData(Struct):
    key: str = ""
    value: float = 0.0


@define(eq=False, repr=False)
class EntryData(Struct):
    entity: list[EntityData] = field(factory=list)
    values: list[ValueData] = field(factory=list)


@define(eq=False, repr=False)
class DescribeClientQuotasResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    entries: list[EntryData] | None = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeClientQuotasResponse:
    """DescribeClientQuotas response of any version. Raises MalformedFrame."""
    if version >= 1:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> DescribeClientQuotasResponse:
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
        entries: list[EntryData] | None = None
        if n >= 0:
            if n * 8 > end - pos:
                refuse("entries", n, end - pos)
            entries = []
            for _ in range(n):
                (n,) = _unpack_i(buf, pos)
                pos += 4
                if n < 0 or n * 4 > end - pos:
                    refuse("entity", n, end - pos)
                entity: list[EntityData] = []
                for _ in range(n):
                    (n,) = _unpack_h(buf, pos)
                    pos += 2
                    stop = pos + n
                    if n < 0 or stop > end:
                        refuse("entity_type", n, end - pos)
                    entity_type = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    (n,) = _unpack_h(buf, pos)
                    pos += 2
                    entity_name: str | None = None
                    if n >= 0:
                        stop = pos + n
                        if stop > end:
                            refuse("entity_name", n, end - pos)
                        entity_name = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                    entity.append(EntityData(entity_type, entity_name))
                (n,) = _unpack_i(buf, pos)
                pos += 4
                if n < 0 or n * 10 > end - pos:
                    refuse("values", n, end - pos)
                values: list[ValueData] = []
                for _ in range(n):
                    (n,) = _unpack_h(buf, pos)
                    pos += 2
                    stop = pos + n
                    if n < 0 or stop > end:
                        refuse("key", n, end - pos)
                    key = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    (value_data_value,) = _unpack_d(buf, pos)
                    pos += 8
                    values.append(ValueData(key, value_data_value))
                entries.append(EntryData(entity, values))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeClientQuotas response", version, pos - start, end - start, error) from error
    return DescribeClientQuotasResponse(throttle_time_ms, error_code, error_message, entries)


def _decode_response_flexible(
    buf: Readable, pos: int, end: int, version: int
) -> DescribeClientQuotasResponse:
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
        entries: list[EntryData] | None = None
        if n >= 0:
            if n * 3 > end - pos:
                refuse("entries", n, end - pos)
            entries = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("entity", n, end - pos)
                entity: list[EntityData] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("entity_type", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("entity_type", n - 1, end - pos)
                    entity_type = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("entity_name", n - 1)
                    entity_name: str | None = None
                    if n:
                        stop = pos + n - 1
                        if stop > end:
                            refuse("entity_name", n - 1, end - pos)
                        entity_name = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    entity.append(EntityData(entity_type, entity_name))
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 10 > end - pos:
                    refuse("values", n, end - pos)
                values: list[ValueData] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("key", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("key", n - 1, end - pos)
                    key = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    value_data_value, n = _unpack_dB(buf, pos)
                    pos += 9
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    values.append(ValueData(key, value_data_value))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                entries.append(EntryData(entity, values))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeClientQuotas response", version, pos - start, end - start, error) from error
    return DescribeClientQuotasResponse(throttle_time_ms, error_code, error_message, entries)


def encode_response(response: DescribeClientQuotasResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeClientQuotas response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 1:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(
    response: DescribeClientQuotasResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_string(out, response.error_message)
    if response.entries is None:
        out += NULL_INT32
    else:
        out += _pack_i(len(response.entries))
        for entry_data in response.entries:
            out += _pack_i(len(entry_data.entity))
            for entity_data in entry_data.entity:
                write_string(out, entity_data.entity_type)
                write_string(out, entity_data.entity_name)
            out += _pack_i(len(entry_data.values))
            for value_data in entry_data.values:
                write_string(out, value_data.key)
                out += _pack_d(value_data.value)
    parts.append(out)


def _encode_response_flexible(
    response: DescribeClientQuotasResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    if response.entries is None:
        out.append(0)
    else:
        n = len(response.entries) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for entry_data in response.entries:
            n = len(entry_data.entity) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for entity_data in entry_data.entity:
                write_compact_string(out, entity_data.entity_type)
                write_compact_string(out, entity_data.entity_name)
                out.append(0)
            n = len(entry_data.values) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for value_data in entry_data.values:
                write_compact_string(out, value_data.key)
                out += _pack_dB(value_data.value, 0)
            out.append(0)
    out.append(0)
    parts.append(out)
