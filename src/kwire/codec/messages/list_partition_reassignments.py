"""GENERATED from protocol_specs/46_list_partition_reassignments.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 46
NAME = "ListPartitionReassignments"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class ListPartitionReassignmentsTopics(Struct):
    name: str = ""
    partition_indexes: list[int] = field(factory=list)


@define(eq=False, repr=False)
class ListPartitionReassignmentsRequest(Struct):
    timeout_ms: int = 60000
    topics: list[ListPartitionReassignmentsTopics] | None = None  # Null for all.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ListPartitionReassignmentsRequest:
    """ListPartitionReassignments request of any version. Raises MalformedFrame."""
    start = pos
    try:
        timeout_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        topics: list[ListPartitionReassignmentsTopics] | None = None
        if n >= 0:
            if n * 3 > end - pos:
                refuse("topics", n, end - pos)
            topics = []
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
                if n < 0 or n * 4 > end - pos:
                    refuse("partition_indexes", n, end - pos)
                partition_indexes: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                topics.append(ListPartitionReassignmentsTopics(name, partition_indexes))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ListPartitionReassignments request", version, pos - start, end - start, error
        ) from error
    return ListPartitionReassignmentsRequest(timeout_ms, topics)


def encode_request(request: ListPartitionReassignmentsRequest, version: int, parts: list[Buffer]) -> None:
    """Append ListPartitionReassignments request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(request.timeout_ms)
    if request.topics is None:
        out.append(0)
    else:
        n = len(request.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for list_partition_reassignments_topics in request.topics:
            write_compact_string(out, list_partition_reassignments_topics.name)
            n = len(list_partition_reassignments_topics.partition_indexes)
            if n == 1:
                out += _pack_Bi(2, list_partition_reassignments_topics.partition_indexes[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *list_partition_reassignments_topics.partition_indexes)
            out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class OngoingPartitionReassignment(Struct):
    partition_index: int = 0
    replicas: list[int] = field(factory=list)
    adding_replicas: list[int] = field(factory=list)
    removing_replicas: list[int] = field(factory=list)


@define(eq=False, repr=False)
class OngoingTopicReassignment(Struct):
    name: str = ""
    partitions: list[OngoingPartitionReassignment] = field(factory=list)


@define(eq=False, repr=False)
class ListPartitionReassignmentsResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    topics: list[OngoingTopicReassignment] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ListPartitionReassignmentsResponse:
    """ListPartitionReassignments response of any version. Raises MalformedFrame."""
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
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OngoingTopicReassignment] = []
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
            partitions: list[OngoingPartitionReassignment] = []
            for _ in range(n):
                partition_index, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("replicas", n, end - pos)
                replicas: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("adding_replicas", n, end - pos)
                adding_replicas: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("removing_replicas", n, end - pos)
                removing_replicas: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    OngoingPartitionReassignment(
                        partition_index, replicas, adding_replicas, removing_replicas
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(OngoingTopicReassignment(name, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ListPartitionReassignments response", version, pos - start, end - start, error
        ) from error
    return ListPartitionReassignmentsResponse(throttle_time_ms, error_code, error_message, topics)


def encode_response(response: ListPartitionReassignmentsResponse, version: int, parts: list[Buffer]) -> None:
    """Append ListPartitionReassignments response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for ongoing_topic_reassignment in response.topics:
        write_compact_string(out, ongoing_topic_reassignment.name)
        n = len(ongoing_topic_reassignment.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for ongoing_partition_reassignment in ongoing_topic_reassignment.partitions:
            out += _pack_i(ongoing_partition_reassignment.partition_index)
            n = len(ongoing_partition_reassignment.replicas)
            if n == 1:
                out += _pack_Bi(2, ongoing_partition_reassignment.replicas[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *ongoing_partition_reassignment.replicas)
            n = len(ongoing_partition_reassignment.adding_replicas)
            if n == 1:
                out += _pack_Bi(2, ongoing_partition_reassignment.adding_replicas[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *ongoing_partition_reassignment.adding_replicas)
            n = len(ongoing_partition_reassignment.removing_replicas)
            if n == 1:
                out += _pack_Bi(2, ongoing_partition_reassignment.removing_replicas[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *ongoing_partition_reassignment.removing_replicas)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
