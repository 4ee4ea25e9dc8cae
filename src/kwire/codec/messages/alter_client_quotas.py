"""GENERATED from protocol_specs/49_alter_client_quotas.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 49
NAME = "AlterClientQuotas"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 1

_unpack_t = Format(">?").unpack_from
_unpack_tB = Format(">?B").unpack_from
_unpack_dt = Format(">d?").unpack_from
_unpack_dtB = Format(">d?B").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_pack_t = Format(">?").pack
_pack_tB = Format(">?B").pack
_pack_dt = Format(">d?").pack
_pack_dtB = Format(">d?B").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class EntityData(Struct):
    entity_type: str = ""
    entity_name: str | None = ""  # Null for the default.


@define(eq=False, repr=False)
class OpData(Struct):
    key: str = ""
    value: float = 0.0
    remove: bool = False


@define(eq=False, repr=False)
class EntryData(Struct):
    entity: list[EntityData] = field(factory=list)
    ops: list[OpData] = field(factory=list)


@define(eq=False, repr=False)
class AlterClientQuotasRequest(Struct):
    entries: list[EntryData] = field(factory=list)
    validate_only: bool = False  # Check, but change nothing.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> AlterClientQuotasRequest:
    """AlterClientQuotas request of any version. Raises MalformedFrame."""
    if version >= 1:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> AlterClientQuotasRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 8 > end - pos:
            refuse("entries", n, end - pos)
        entries: list[EntryData] = []
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
            if n < 0 or n * 11 > end - pos:
                refuse("ops", n, end - pos)
            ops: list[OpData] = []
            for _ in range(n):
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("key", n, end - pos)
                key = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                op_data_value, remove = _unpack_dt(buf, pos)
                pos += 9
                ops.append(OpData(key, op_data_value, remove))
            entries.append(EntryData(entity, ops))
        (validate_only,) = _unpack_t(buf, pos)
        pos += 1
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterClientQuotas request", version, pos - start, end - start, error) from error
    return AlterClientQuotasRequest(entries, validate_only)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> AlterClientQuotasRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("entries", n, end - pos)
        entries: list[EntryData] = []
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
            if n < 0 or n * 11 > end - pos:
                refuse("ops", n, end - pos)
            ops: list[OpData] = []
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
                op_data_value, remove, n = _unpack_dtB(buf, pos)
                pos += 10
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                ops.append(OpData(key, op_data_value, remove))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            entries.append(EntryData(entity, ops))
        validate_only, n = _unpack_tB(buf, pos)
        pos += 2
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterClientQuotas request", version, pos - start, end - start, error) from error
    return AlterClientQuotasRequest(entries, validate_only)


def encode_request(request: AlterClientQuotasRequest, version: int, parts: list[Buffer]) -> None:
    """Append AlterClientQuotas request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 1:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: AlterClientQuotasRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.entries))
    for entry_data in request.entries:
        out += _pack_i(len(entry_data.entity))
        for entity_data in entry_data.entity:
            write_string(out, entity_data.entity_type)
            write_string(out, entity_data.entity_name)
        out += _pack_i(len(entry_data.ops))
        for op_data in entry_data.ops:
            write_string(out, op_data.key)
            out += _pack_dt(op_data.value, op_data.remove)
    out += _pack_t(request.validate_only)
    parts.append(out)


def _encode_request_flexible(request: AlterClientQuotasRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.entries) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for entry_data in request.entries:
        n = len(entry_data.entity) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for entity_data in entry_data.entity:
            write_compact_string(out, entity_data.entity_type)
            write_compact_string(out, entity_data.entity_name)
            out.append(0)
        n = len(entry_data.ops) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for op_data in entry_data.ops:
            write_compact_string(out, op_data.key)
            out += _pack_dtB(op_data.value, op_data.remove, 0)
        out.append(0)
    out += _pack_tB(request.validate_only, 0)
    parts.append(out)


@define(eq=False, repr=False)
class EntityDataResponse(Struct):
    entity_type: str = ""
    entity_name: str | None = ""


@define(eq=False, repr=False)
class EntryDataResponse(Struct):
    error_code: int = 0
    error_message: str | None = ""
    entity: list[EntityDataResponse] = field(factory=list)


@define(eq=False, repr=False)
class AlterClientQuotasResponse(Struct):
    throttle_time_ms: int = 0
    entries: list[EntryDataResponse] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> AlterClientQuotasResponse:
    """AlterClientQuotas response of any version. Raises MalformedFrame."""
    if version >= 1:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> AlterClientQuotasResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 8 > end - pos:
            refuse("entries", n, end - pos)
        entries: list[EntryDataResponse] = []
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
            if n < 0 or n * 4 > end - pos:
                refuse("entity", n, end - pos)
            entity: list[EntityDataResponse] = []
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
                entity.append(EntityDataResponse(entity_type, entity_name))
            entries.append(EntryDataResponse(error_code, error_message, entity))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterClientQuotas response", version, pos - start, end - start, error) from error
    return AlterClientQuotasResponse(throttle_time_ms, entries)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> AlterClientQuotasResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 5 > end - pos:
            refuse("entries", n, end - pos)
        entries: list[EntryDataResponse] = []
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
            if n < 0 or n * 3 > end - pos:
                refuse("entity", n, end - pos)
            entity: list[EntityDataResponse] = []
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
                entity.append(EntityDataResponse(entity_type, entity_name))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            entries.append(EntryDataResponse(error_code, error_message, entity))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterClientQuotas response", version, pos - start, end - start, error) from error
    return AlterClientQuotasResponse(throttle_time_ms, entries)


def encode_response(response: AlterClientQuotasResponse, version: int, parts: list[Buffer]) -> None:
    """Append AlterClientQuotas response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 1:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: AlterClientQuotasResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.entries))
    for entry_data in response.entries:
        out += _pack_h(entry_data.error_code)
        write_string(out, entry_data.error_message)
        out += _pack_i(len(entry_data.entity))
        for entity_data in entry_data.entity:
            write_string(out, entity_data.entity_type)
            write_string(out, entity_data.entity_name)
    parts.append(out)


def _encode_response_flexible(response: AlterClientQuotasResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.entries) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for entry_data in response.entries:
        out += _pack_h(entry_data.error_code)
        write_compact_string(out, entry_data.error_message)
        n = len(entry_data.entity) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for entity_data in entry_data.entity:
            write_compact_string(out, entity_data.entity_type)
            write_compact_string(out, entity_data.entity_name)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
