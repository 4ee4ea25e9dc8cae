"""GENERATED from protocol_specs/47_offset_delete.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    Buffer,
    Readable,
    Struct,
    malformed,
    refuse,
    write_string,
)

KEY = 47
NAME = "OffsetDelete"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 1

_unpack_h = Format(">h").unpack_from
_unpack_hii = Format(">hii").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ih = Format(">ih").unpack_from
_pack_hii = Format(">hii").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class OffsetDeleteRequestPartition(Struct):
    partition_index: int = 0


@define(eq=False, repr=False)
class OffsetDeleteRequestTopic(Struct):
    name: str = ""
    partitions: list[OffsetDeleteRequestPartition] = field(factory=list)


@define(eq=False, repr=False)
class OffsetDeleteRequest(Struct):
    group_id: str = ""
    topics: list[OffsetDeleteRequestTopic] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> OffsetDeleteRequest:
    """OffsetDelete request of any version. Raises MalformedFrame."""
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetDeleteRequestTopic] = []
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
            if n < 0 or n * 4 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[OffsetDeleteRequestPartition] = []
            for _ in range(n):
                (partition_index,) = _unpack_i(buf, pos)
                pos += 4
                partitions.append(OffsetDeleteRequestPartition(partition_index))
            topics.append(OffsetDeleteRequestTopic(name, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetDelete request", version, pos - start, end - start, error) from error
    return OffsetDeleteRequest(group_id, topics)


def encode_request(request: OffsetDeleteRequest, version: int, parts: list[Buffer]) -> None:
    """Append OffsetDelete request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_string(out, request.group_id)
    out += _pack_i(len(request.topics))
    for offset_delete_request_topic in request.topics:
        write_string(out, offset_delete_request_topic.name)
        out += _pack_i(len(offset_delete_request_topic.partitions))
        for offset_delete_request_partition in offset_delete_request_topic.partitions:
            out += _pack_i(offset_delete_request_partition.partition_index)
    parts.append(out)


@define(eq=False, repr=False)
class OffsetDeleteResponsePartition(Struct):
    partition_index: int = 0
    error_code: int = 0


@define(eq=False, repr=False)
class OffsetDeleteResponseTopic(Struct):
    name: str = ""
    partitions: list[OffsetDeleteResponsePartition] = field(factory=list)


@define(eq=False, repr=False)
class OffsetDeleteResponse(Struct):
    error_code: int = 0
    throttle_time_ms: int = 0
    topics: list[OffsetDeleteResponseTopic] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> OffsetDeleteResponse:
    """OffsetDelete response of any version. Raises MalformedFrame."""
    start = pos
    try:
        error_code, throttle_time_ms, n = _unpack_hii(buf, pos)
        pos += 10
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetDeleteResponseTopic] = []
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
            if n < 0 or n * 6 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[OffsetDeleteResponsePartition] = []
            for _ in range(n):
                partition_index, offset_delete_response_partition_error_code = _unpack_ih(buf, pos)
                pos += 6
                partitions.append(
                    OffsetDeleteResponsePartition(
                        partition_index, offset_delete_response_partition_error_code
                    )
                )
            topics.append(OffsetDeleteResponseTopic(name, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetDelete response", version, pos - start, end - start, error) from error
    return OffsetDeleteResponse(error_code, throttle_time_ms, topics)


def encode_response(response: OffsetDeleteResponse, version: int, parts: list[Buffer]) -> None:
    """Append OffsetDelete response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_hii(response.error_code, response.throttle_time_ms, len(response.topics))
    for offset_delete_response_topic in response.topics:
        write_string(out, offset_delete_response_topic.name)
        out += _pack_i(len(offset_delete_response_topic.partitions))
        for offset_delete_response_partition in offset_delete_response_topic.partitions:
            out += _pack_ih(
                offset_delete_response_partition.partition_index, offset_delete_response_partition.error_code
            )
    parts.append(out)
