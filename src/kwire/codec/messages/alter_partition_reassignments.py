"""GENERATED from protocol_specs/45_alter_partition_reassignments.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 45
NAME = "AlterPartitionReassignments"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 0

_unpack_t = Format(">?").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_t = Format(">?").pack
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class ReassignablePartition(Struct):
    partition_index: int = 0
    replicas: list[int] | None = None  # Null cancels the move.


@define(eq=False, repr=False)
class ReassignableTopic(Struct):
    name: str = ""
    partitions: list[ReassignablePartition] = field(factory=list)


@define(eq=False, repr=False)
class AlterPartitionReassignmentsRequest(Struct):
    timeout_ms: int = 60000
    allow_replication_factor_change: bool = True  # version 1
    topics: list[ReassignableTopic] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> AlterPartitionReassignmentsRequest:
    """AlterPartitionReassignments request of any version. Raises MalformedFrame."""
    start = pos
    try:
        (timeout_ms,) = _unpack_i(buf, pos)
        pos += 4
        allow_replication_factor_change = True
        if version >= 1:
            (allow_replication_factor_change,) = _unpack_t(buf, pos)
            pos += 1
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[ReassignableTopic] = []
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
            n -= 1
            if n < 0 or n * 6 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[ReassignablePartition] = []
            for _ in range(n):
                partition_index, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                replicas: list[int] | None = None
                if n >= 0:
                    if n * 4 > end - pos:
                        refuse("replicas", n, end - pos)
                    replicas = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(ReassignablePartition(partition_index, replicas))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(ReassignableTopic(name, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "AlterPartitionReassignments request", version, pos - start, end - start, error
        ) from error
    return AlterPartitionReassignmentsRequest(timeout_ms, allow_replication_factor_change, topics)


def encode_request(request: AlterPartitionReassignmentsRequest, version: int, parts: list[Buffer]) -> None:
    """Append AlterPartitionReassignments request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(request.timeout_ms)
    if version >= 1:
        out += _pack_t(request.allow_replication_factor_change)
    else:
        if not request.allow_replication_factor_change:
            refuse_field("allow_replication_factor_change", version)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for reassignable_topic in request.topics:
        write_compact_string(out, reassignable_topic.name)
        n = len(reassignable_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for reassignable_partition in reassignable_topic.partitions:
            out += _pack_i(reassignable_partition.partition_index)
            if reassignable_partition.replicas is None:
                out.append(0)
            else:
                n = len(reassignable_partition.replicas)
                if n == 1:
                    out += _pack_Bi(2, reassignable_partition.replicas[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *reassignable_partition.replicas)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class ReassignablePartitionResponse(Struct):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = ""


@define(eq=False, repr=False)
class ReassignableTopicResponse(Struct):
    name: str = ""
    partitions: list[ReassignablePartitionResponse] = field(factory=list)


@define(eq=False, repr=False)
class AlterPartitionReassignmentsResponse(Struct):
    throttle_time_ms: int = 0
    allow_replication_factor_change: bool = True  # version 1
    error_code: int = 0
    error_message: str | None = ""
    responses: list[ReassignableTopicResponse] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> AlterPartitionReassignmentsResponse:
    """AlterPartitionReassignments response of any version. Raises MalformedFrame."""
    start = pos
    try:
        (throttle_time_ms,) = _unpack_i(buf, pos)
        pos += 4
        allow_replication_factor_change = True
        if version >= 1:
            (allow_replication_factor_change,) = _unpack_t(buf, pos)
            pos += 1
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
            refuse("responses", n, end - pos)
        responses: list[ReassignableTopicResponse] = []
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
            n -= 1
            if n < 0 or n * 8 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[ReassignablePartitionResponse] = []
            for _ in range(n):
                partition_index, reassignable_partition_response_error_code, n = _unpack_ihB(buf, pos)
                pos += 7
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("error_message", n - 1)
                reassignable_partition_response_error_message: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("error_message", n - 1, end - pos)
                    reassignable_partition_response_error_message = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    ReassignablePartitionResponse(
                        partition_index,
                        reassignable_partition_response_error_code,
                        reassignable_partition_response_error_message,
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            responses.append(ReassignableTopicResponse(name, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "AlterPartitionReassignments response", version, pos - start, end - start, error
        ) from error
    return AlterPartitionReassignmentsResponse(
        throttle_time_ms, allow_replication_factor_change, error_code, error_message, responses
    )


def encode_response(response: AlterPartitionReassignmentsResponse, version: int, parts: list[Buffer]) -> None:
    """Append AlterPartitionReassignments response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    if version >= 1:
        out += _pack_t(response.allow_replication_factor_change)
    out += _pack_h(response.error_code)
    write_compact_string(out, response.error_message)
    n = len(response.responses) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for reassignable_topic_response in response.responses:
        write_compact_string(out, reassignable_topic_response.name)
        n = len(reassignable_topic_response.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for reassignable_partition_response in reassignable_topic_response.partitions:
            out += _pack_ih(
                reassignable_partition_response.partition_index, reassignable_partition_response.error_code
            )
            write_compact_string(out, reassignable_partition_response.error_message)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
