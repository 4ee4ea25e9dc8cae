"""GENERATED from protocol_specs/10_find_coordinator.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 10
NAME = "FindCoordinator"
MIN_VERSION = 0
MAX_VERSION = 6
FLEXIBLE_FROM = 3

_unpack_b = Format(">b").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_b = Format(">b").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class FindCoordinatorRequest(Struct):
    key: str = ""  # 0..3
    key_type: int = 0  # 1+; 0 group, 1 transaction, 2 share partition.
    coordinator_keys: list[str] = field(factory=list)  # 4+; A share partition is group:topicId:partition.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> FindCoordinatorRequest:
    """FindCoordinator request of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> FindCoordinatorRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("key", n, end - pos)
        key = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        key_type = 0
        if version >= 1:
            (key_type,) = _unpack_b(buf, pos)
            pos += 1
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("FindCoordinator request", version, pos - start, end - start, error) from error
    return FindCoordinatorRequest(key, key_type)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> FindCoordinatorRequest:
    start = pos
    try:
        key = ""
        if version <= 3:
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
        (key_type,) = _unpack_b(buf, pos)
        pos += 1
        coordinator_keys: list[str] = []
        if version >= 4:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0:
                refuse("coordinator_keys", n, end - pos)
            coordinator_keys, pos = read_compact_strings(buf, pos, end, n, "coordinator_keys")
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("FindCoordinator request", version, pos - start, end - start, error) from error
    return FindCoordinatorRequest(key, key_type, coordinator_keys)


def encode_request(request: FindCoordinatorRequest, version: int, parts: list[Buffer]) -> None:
    """Append FindCoordinator request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: FindCoordinatorRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.coordinator_keys:
        refuse_field("coordinator_keys", version)
    write_string(out, request.key)
    if version >= 1:
        out += _pack_b(request.key_type)
    else:
        if request.key_type != 0:
            refuse_field("key_type", version)
    parts.append(out)


def _encode_request_flexible(request: FindCoordinatorRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version <= 3:
        write_compact_string(out, request.key)
    else:
        if request.key:
            refuse_field("key", version)
    out += _pack_b(request.key_type)
    if version >= 4:
        n = len(request.coordinator_keys) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for text in request.coordinator_keys:
            write_compact_string(out, text)
    else:
        if request.coordinator_keys:
            refuse_field("coordinator_keys", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class Coordinator(Struct):
    key: str = ""
    node_id: int = 0
    host: str = ""
    port: int = 0
    error_code: int = 0
    error_message: str | None = ""


@define(eq=False, repr=False)
class FindCoordinatorResponse(Struct):
    throttle_time_ms: int = 0  # 1+
    error_code: int = 0  # 0..3
    error_message: str | None = ""  # 1..3
    node_id: int = 0  # 0..3
    host: str = ""  # 0..3
    port: int = 0  # 0..3
    coordinators: list[Coordinator] = field(factory=list)  # 4+


def decode_response(buf: Readable, pos: int, end: int, version: int) -> FindCoordinatorResponse:
    """FindCoordinator response of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> FindCoordinatorResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 1:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        (error_code,) = _unpack_h(buf, pos)
        pos += 2
        error_message: str | None = ""
        if version >= 1:
            (n,) = _unpack_h(buf, pos)
            pos += 2
            error_message = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("error_message", n, end - pos)
                error_message = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        node_id, n = _unpack_ih(buf, pos)
        pos += 6
        stop = pos + n
        if n < 0 or stop > end:
            refuse("host", n, end - pos)
        host = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (port,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("FindCoordinator response", version, pos - start, end - start, error) from error
    return FindCoordinatorResponse(throttle_time_ms, error_code, error_message, node_id, host, port)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> FindCoordinatorResponse:
    start = pos
    try:
        (throttle_time_ms,) = _unpack_i(buf, pos)
        pos += 4
        error_code = 0
        error_message: str | None = ""
        node_id = 0
        host = ""
        port = 0
        if version <= 3:
            error_code, n = _unpack_hB(buf, pos)
            pos += 3
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
            node_id, n = _unpack_iB(buf, pos)
            pos += 5
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("host", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("host", n - 1, end - pos)
            host = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (port,) = _unpack_i(buf, pos)
            pos += 4
        coordinators: list[Coordinator] = []
        if version >= 4:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 14 > end - pos:
                refuse("coordinators", n, end - pos)
            coordinators = []
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
                coordinator_node_id, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("host", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("host", n - 1, end - pos)
                coordinator_host = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                coordinator_port, coordinator_error_code, n = _unpack_ihB(buf, pos)
                pos += 7
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("error_message", n - 1)
                coordinator_error_message: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("error_message", n - 1, end - pos)
                    coordinator_error_message = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                coordinators.append(
                    Coordinator(
                        key,
                        coordinator_node_id,
                        coordinator_host,
                        coordinator_port,
                        coordinator_error_code,
                        coordinator_error_message,
                    )
                )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("FindCoordinator response", version, pos - start, end - start, error) from error
    return FindCoordinatorResponse(
        throttle_time_ms, error_code, error_message, node_id, host, port, coordinators
    )


def encode_response(response: FindCoordinatorResponse, version: int, parts: list[Buffer]) -> None:
    """Append FindCoordinator response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: FindCoordinatorResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if response.coordinators:
        refuse_field("coordinators", version)
    if version >= 1:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_h(response.error_code)
    if version >= 1:
        write_string(out, response.error_message)
    out += _pack_i(response.node_id)
    write_string(out, response.host)
    out += _pack_i(response.port)
    parts.append(out)


def _encode_response_flexible(response: FindCoordinatorResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    if version <= 3:
        out += _pack_h(response.error_code)
        write_compact_string(out, response.error_message)
        out += _pack_i(response.node_id)
        write_compact_string(out, response.host)
        out += _pack_i(response.port)
    else:
        if response.error_code != 0:
            refuse_field("error_code", version)
        if response.node_id != 0:
            refuse_field("node_id", version)
        if response.host:
            refuse_field("host", version)
        if response.port != 0:
            refuse_field("port", version)
    if version >= 4:
        n = len(response.coordinators) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for coordinator in response.coordinators:
            write_compact_string(out, coordinator.key)
            out += _pack_i(coordinator.node_id)
            write_compact_string(out, coordinator.host)
            out += _pack_ih(coordinator.port, coordinator.error_code)
            write_compact_string(out, coordinator.error_message)
            out.append(0)
    else:
        if response.coordinators:
            refuse_field("coordinators", version)
    out.append(0)
    parts.append(out)
