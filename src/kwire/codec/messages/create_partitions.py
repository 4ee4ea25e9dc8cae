"""GENERATED from protocol_specs/37_create_partitions.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from

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

KEY = 37
NAME = "CreatePartitions"
MIN_VERSION = 0
MAX_VERSION = 3
FLEXIBLE_FROM = 2

_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_it = Format(">i?").unpack_from
_unpack_itB = Format(">i?B").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_it = Format(">i?").pack
_pack_itB = Format(">i?B").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class CreatePartitionsAssignment(Struct):
    broker_ids: list[int] = field(factory=list)


@define(eq=False, repr=False)
class CreatePartitionsTopic(Struct):
    name: str = ""
    count: int = 0  # How many there shall be in all.
    # For the new ones; null leaves it to the cluster.
    assignments: list[CreatePartitionsAssignment] | None = field(factory=list)


@define(eq=False, repr=False)
class CreatePartitionsRequest(Struct):
    topics: list[CreatePartitionsTopic] = field(factory=list)
    timeout_ms: int = 0
    validate_only: bool = False


def decode_request(buf: Readable, pos: int, end: int, version: int) -> CreatePartitionsRequest:
    """CreatePartitions request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> CreatePartitionsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 10 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[CreatePartitionsTopic] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            count, n = _unpack_ii(buf, pos)
            pos += 8
            assignments: list[CreatePartitionsAssignment] | None = None
            if n >= 0:
                if n * 4 > end - pos:
                    refuse("assignments", n, end - pos)
                assignments = []
                for _ in range(n):
                    (n,) = _unpack_i(buf, pos)
                    pos += 4
                    if n < 0 or n * 4 > end - pos:
                        refuse("broker_ids", n, end - pos)
                    broker_ids: list[int] = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    assignments.append(CreatePartitionsAssignment(broker_ids))
            topics.append(CreatePartitionsTopic(name, count, assignments))
        timeout_ms, validate_only = _unpack_it(buf, pos)
        pos += 5
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreatePartitions request", version, pos - start, end - start, error) from error
    return CreatePartitionsRequest(topics, timeout_ms, validate_only)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> CreatePartitionsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 7 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[CreatePartitionsTopic] = []
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
            count, n = _unpack_iB(buf, pos)
            pos += 5
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            assignments: list[CreatePartitionsAssignment] | None = None
            if n >= 0:
                if n * 2 > end - pos:
                    refuse("assignments", n, end - pos)
                assignments = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 4 > end - pos:
                        refuse("broker_ids", n, end - pos)
                    broker_ids: list[int] = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    assignments.append(CreatePartitionsAssignment(broker_ids))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(CreatePartitionsTopic(name, count, assignments))
        timeout_ms, validate_only, n = _unpack_itB(buf, pos)
        pos += 6
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreatePartitions request", version, pos - start, end - start, error) from error
    return CreatePartitionsRequest(topics, timeout_ms, validate_only)


def encode_request(request: CreatePartitionsRequest, version: int, parts: list[Buffer]) -> None:
    """Append CreatePartitions request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: CreatePartitionsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.topics))
    for create_partitions_topic in request.topics:
        write_string(out, create_partitions_topic.name)
        out += _pack_i(create_partitions_topic.count)
        if create_partitions_topic.assignments is None:
            out += NULL_INT32
        else:
            out += _pack_i(len(create_partitions_topic.assignments))
            for create_partitions_assignment in create_partitions_topic.assignments:
                n = len(create_partitions_assignment.broker_ids)
                if n == 1:
                    out += _pack_ii(1, create_partitions_assignment.broker_ids[0])
                else:
                    out += pack(f">i{n}i", n, *create_partitions_assignment.broker_ids)
    out += _pack_it(request.timeout_ms, request.validate_only)
    parts.append(out)


def _encode_request_flexible(request: CreatePartitionsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for create_partitions_topic in request.topics:
        write_compact_string(out, create_partitions_topic.name)
        out += _pack_i(create_partitions_topic.count)
        if create_partitions_topic.assignments is None:
            out.append(0)
        else:
            n = len(create_partitions_topic.assignments) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for create_partitions_assignment in create_partitions_topic.assignments:
                n = len(create_partitions_assignment.broker_ids)
                if n == 1:
                    out += _pack_Bi(2, create_partitions_assignment.broker_ids[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *create_partitions_assignment.broker_ids)
                out.append(0)
        out.append(0)
    out += _pack_itB(request.timeout_ms, request.validate_only, 0)
    parts.append(out)


@define(eq=False, repr=False)
class CreatePartitionsTopicResult(Struct):
    name: str = ""
    error_code: int = 0
    error_message: str | None = None


@define(eq=False, repr=False)
class CreatePartitionsResponse(Struct):
    throttle_time_ms: int = 0
    results: list[CreatePartitionsTopicResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> CreatePartitionsResponse:
    """CreatePartitions response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> CreatePartitionsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 6 > end - pos:
            refuse("results", n, end - pos)
        results: list[CreatePartitionsTopicResult] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            error_code, n = _unpack_hh(buf, pos)
            pos += 4
            error_message: str | None = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("error_message", n, end - pos)
                error_message = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            results.append(CreatePartitionsTopicResult(name, error_code, error_message))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreatePartitions response", version, pos - start, end - start, error) from error
    return CreatePartitionsResponse(throttle_time_ms, results)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> CreatePartitionsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 5 > end - pos:
            refuse("results", n, end - pos)
        results: list[CreatePartitionsTopicResult] = []
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
            results.append(CreatePartitionsTopicResult(name, error_code, error_message))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreatePartitions response", version, pos - start, end - start, error) from error
    return CreatePartitionsResponse(throttle_time_ms, results)


def encode_response(response: CreatePartitionsResponse, version: int, parts: list[Buffer]) -> None:
    """Append CreatePartitions response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: CreatePartitionsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.results))
    for create_partitions_topic_result in response.results:
        write_string(out, create_partitions_topic_result.name)
        out += _pack_h(create_partitions_topic_result.error_code)
        write_string(out, create_partitions_topic_result.error_message)
    parts.append(out)


def _encode_response_flexible(response: CreatePartitionsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for create_partitions_topic_result in response.results:
        write_compact_string(out, create_partitions_topic_result.name)
        out += _pack_h(create_partitions_topic_result.error_code)
        write_compact_string(out, create_partitions_topic_result.error_message)
        out.append(0)
    out.append(0)
    parts.append(out)
