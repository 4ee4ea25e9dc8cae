"""GENERATED from protocol_specs/02_list_offsets.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 2
NAME = "ListOffsets"
MIN_VERSION = 1
MAX_VERSION = 11
FLEXIBLE_FROM = 6

_unpack_b = Format(">b").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ibB = Format(">ibB").unpack_from
_unpack_ihqq = Format(">ihqq").unpack_from
_unpack_ihqqiB = Format(">ihqqiB").unpack_from
_unpack_iiqB = Format(">iiqB").unpack_from
_unpack_q = Format(">q").unpack_from
_pack_b = Format(">b").pack
_pack_i = Format(">i").pack
_pack_ib = Format(">ib").pack
_pack_ihqq = Format(">ihqq").pack
_pack_ihqqiB = Format(">ihqqiB").pack
_pack_iiqB = Format(">iiqB").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class ListOffsetsPartition(Struct):
    partition_index: int = 0
    current_leader_epoch: int = -1  # 4+
    # Or -1 end, -2 start, -3 newest record, -4 local start, -5 tiered end, -6 next to upload.
    timestamp: int = 0


@define(eq=False, repr=False)
class ListOffsetsTopic(Struct):
    name: str = ""
    partitions: list[ListOffsetsPartition] = field(factory=list)


@define(eq=False, repr=False)
class ListOffsetsRequest(Struct):
    replica_id: int = 0  # -1 for a client.
    isolation_level: int = 0  # 2+; With 1 the end is the last stable offset.
    topics: list[ListOffsetsTopic] = field(factory=list)
    timeout_ms: int = 0  # 10+; For offsets in tiered storage.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ListOffsetsRequest:
    """ListOffsets request of any version. Raises MalformedFrame."""
    if version >= 6:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> ListOffsetsRequest:
    start = pos
    try:
        (replica_id,) = _unpack_i(buf, pos)
        pos += 4
        isolation_level = 0
        if version >= 2:
            (isolation_level,) = _unpack_b(buf, pos)
            pos += 1
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[ListOffsetsTopic] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 12 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[ListOffsetsPartition] = []
            for _ in range(n):
                (partition_index,) = _unpack_i(buf, pos)
                pos += 4
                current_leader_epoch = -1
                if version >= 4:
                    (current_leader_epoch,) = _unpack_i(buf, pos)
                    pos += 4
                (timestamp,) = _unpack_q(buf, pos)
                pos += 8
                partitions.append(ListOffsetsPartition(partition_index, current_leader_epoch, timestamp))
            topics.append(ListOffsetsTopic(name, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListOffsets request", version, pos - start, end - start, error) from error
    return ListOffsetsRequest(replica_id, isolation_level, topics)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> ListOffsetsRequest:
    start = pos
    try:
        replica_id, isolation_level, n = _unpack_ibB(buf, pos)
        pos += 6
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[ListOffsetsTopic] = []
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
            if n < 0 or n * 17 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[ListOffsetsPartition] = []
            for _ in range(n):
                partition_index, current_leader_epoch, timestamp, n = _unpack_iiqB(buf, pos)
                pos += 17
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(ListOffsetsPartition(partition_index, current_leader_epoch, timestamp))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(ListOffsetsTopic(name, partitions))
        timeout_ms = 0
        if version >= 10:
            (timeout_ms,) = _unpack_i(buf, pos)
            pos += 4
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListOffsets request", version, pos - start, end - start, error) from error
    return ListOffsetsRequest(replica_id, isolation_level, topics, timeout_ms)


def encode_request(request: ListOffsetsRequest, version: int, parts: list[Buffer]) -> None:
    """Append ListOffsets request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 6:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: ListOffsetsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(request.replica_id)
    if version >= 2:
        out += _pack_b(request.isolation_level)
    else:
        if request.isolation_level != 0:
            refuse_field("isolation_level", version)
    out += _pack_i(len(request.topics))
    for list_offsets_topic in request.topics:
        write_string(out, list_offsets_topic.name)
        out += _pack_i(len(list_offsets_topic.partitions))
        for list_offsets_partition in list_offsets_topic.partitions:
            out += _pack_i(list_offsets_partition.partition_index)
            if version >= 4:
                out += _pack_i(list_offsets_partition.current_leader_epoch)
            out += _pack_q(list_offsets_partition.timestamp)
    parts.append(out)


def _encode_request_flexible(request: ListOffsetsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ib(request.replica_id, request.isolation_level)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for list_offsets_topic in request.topics:
        write_compact_string(out, list_offsets_topic.name)
        n = len(list_offsets_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for list_offsets_partition in list_offsets_topic.partitions:
            out += _pack_iiqB(
                list_offsets_partition.partition_index,
                list_offsets_partition.current_leader_epoch,
                list_offsets_partition.timestamp,
                0,
            )
        out.append(0)
    if version >= 10:
        out += _pack_i(request.timeout_ms)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class ListOffsetsPartitionResponse(Struct):
    partition_index: int = 0
    error_code: int = 0
    timestamp: int = -1  # Of the record found; -1 for the ends.
    offset: int = -1  # -1 when there is none.
    leader_epoch: int = -1  # 4+


@define(eq=False, repr=False)
class ListOffsetsTopicResponse(Struct):
    name: str = ""
    partitions: list[ListOffsetsPartitionResponse] = field(factory=list)


@define(eq=False, repr=False)
class ListOffsetsResponse(Struct):
    throttle_time_ms: int = 0  # 2+
    topics: list[ListOffsetsTopicResponse] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ListOffsetsResponse:
    """ListOffsets response of any version. Raises MalformedFrame."""
    if version >= 6:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> ListOffsetsResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 2:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[ListOffsetsTopicResponse] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 22 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[ListOffsetsPartitionResponse] = []
            for _ in range(n):
                partition_index, error_code, timestamp, offset = _unpack_ihqq(buf, pos)
                pos += 22
                leader_epoch = -1
                if version >= 4:
                    (leader_epoch,) = _unpack_i(buf, pos)
                    pos += 4
                partitions.append(
                    ListOffsetsPartitionResponse(partition_index, error_code, timestamp, offset, leader_epoch)
                )
            topics.append(ListOffsetsTopicResponse(name, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListOffsets response", version, pos - start, end - start, error) from error
    return ListOffsetsResponse(throttle_time_ms, topics)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> ListOffsetsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[ListOffsetsTopicResponse] = []
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
            if n < 0 or n * 27 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[ListOffsetsPartitionResponse] = []
            for _ in range(n):
                partition_index, error_code, timestamp, offset, leader_epoch, n = _unpack_ihqqiB(buf, pos)
                pos += 27
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    ListOffsetsPartitionResponse(partition_index, error_code, timestamp, offset, leader_epoch)
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(ListOffsetsTopicResponse(name, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListOffsets response", version, pos - start, end - start, error) from error
    return ListOffsetsResponse(throttle_time_ms, topics)


def encode_response(response: ListOffsetsResponse, version: int, parts: list[Buffer]) -> None:
    """Append ListOffsets response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 6:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: ListOffsetsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 2:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_i(len(response.topics))
    for list_offsets_topic_response in response.topics:
        write_string(out, list_offsets_topic_response.name)
        out += _pack_i(len(list_offsets_topic_response.partitions))
        for list_offsets_partition_response in list_offsets_topic_response.partitions:
            out += _pack_ihqq(
                list_offsets_partition_response.partition_index,
                list_offsets_partition_response.error_code,
                list_offsets_partition_response.timestamp,
                list_offsets_partition_response.offset,
            )
            if version >= 4:
                out += _pack_i(list_offsets_partition_response.leader_epoch)
            else:
                if list_offsets_partition_response.leader_epoch != -1:
                    refuse_field("leader_epoch", version)
    parts.append(out)


def _encode_response_flexible(response: ListOffsetsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for list_offsets_topic_response in response.topics:
        write_compact_string(out, list_offsets_topic_response.name)
        n = len(list_offsets_topic_response.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for list_offsets_partition_response in list_offsets_topic_response.partitions:
            out += _pack_ihqqiB(
                list_offsets_partition_response.partition_index,
                list_offsets_partition_response.error_code,
                list_offsets_partition_response.timestamp,
                list_offsets_partition_response.offset,
                list_offsets_partition_response.leader_epoch,
                0,
            )
        out.append(0)
    out.append(0)
    parts.append(out)
