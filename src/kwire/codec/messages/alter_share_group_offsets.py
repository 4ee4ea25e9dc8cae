"""GENERATED from protocol_specs/91_alter_share_group_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
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

KEY = 91
NAME = "AlterShareGroupOffsets"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_uB = Format(">16sB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_iqB = Format(">iqB").unpack_from
_pack_u = Format(">16s").pack
_pack_ih = Format(">ih").pack
_pack_iqB = Format(">iqB").pack


@define(eq=False, repr=False)
class AlterShareGroupOffsetsRequestPartition(Struct):
    partition_index: int = 0
    start_offset: int = 0


@define(eq=False, repr=False)
class AlterShareGroupOffsetsRequestTopic(Struct):
    topic_name: str = ""
    partitions: list[AlterShareGroupOffsetsRequestPartition] = field(factory=list)


@define(eq=False, repr=False)
class AlterShareGroupOffsetsRequest(Struct):
    group_id: str = ""
    topics: list[AlterShareGroupOffsetsRequestTopic] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> AlterShareGroupOffsetsRequest:
    """AlterShareGroupOffsets request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("group_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("group_id", n - 1, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[AlterShareGroupOffsetsRequestTopic] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("topic_name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("topic_name", n - 1, end - pos)
            topic_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 13 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[AlterShareGroupOffsetsRequestPartition] = []
            for _ in range(n):
                partition_index, start_offset, n = _unpack_iqB(buf, pos)
                pos += 13
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(AlterShareGroupOffsetsRequestPartition(partition_index, start_offset))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(AlterShareGroupOffsetsRequestTopic(topic_name, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterShareGroupOffsets request", version, pos - start, end - start, error) from error
    return AlterShareGroupOffsetsRequest(group_id, topics)


def encode_request(request: AlterShareGroupOffsetsRequest, version: int, parts: list[Buffer]) -> None:
    """Append AlterShareGroupOffsets request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for alter_share_group_offsets_request_topic in request.topics:
        write_compact_string(out, alter_share_group_offsets_request_topic.topic_name)
        n = len(alter_share_group_offsets_request_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for alter_share_group_offsets_request_partition in alter_share_group_offsets_request_topic.partitions:
            out += _pack_iqB(
                alter_share_group_offsets_request_partition.partition_index,
                alter_share_group_offsets_request_partition.start_offset,
                0,
            )
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class AlterShareGroupOffsetsResponsePartition(Struct):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = None


@define(eq=False, repr=False)
class AlterShareGroupOffsetsResponseTopic(Struct):
    topic_name: str = ""
    topic_id: bytes = ZERO_UUID
    partitions: list[AlterShareGroupOffsetsResponsePartition] = field(factory=list)


@define(eq=False, repr=False)
class AlterShareGroupOffsetsResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    responses: list[AlterShareGroupOffsetsResponseTopic] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> AlterShareGroupOffsetsResponse:
    """AlterShareGroupOffsets response of any version. Raises MalformedFrame."""
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
        if n < 0 or n * 19 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[AlterShareGroupOffsetsResponseTopic] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("topic_name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("topic_name", n - 1, end - pos)
            topic_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 8 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[AlterShareGroupOffsetsResponsePartition] = []
            for _ in range(n):
                partition_index, alter_share_group_offsets_response_partition_error_code, n = _unpack_ihB(
                    buf, pos
                )
                pos += 7
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("error_message", n - 1)
                alter_share_group_offsets_response_partition_error_message: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("error_message", n - 1, end - pos)
                    alter_share_group_offsets_response_partition_error_message = buf[pos:stop].decode(
                        "utf-8", "replace"
                    )
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    AlterShareGroupOffsetsResponsePartition(
                        partition_index,
                        alter_share_group_offsets_response_partition_error_code,
                        alter_share_group_offsets_response_partition_error_message,
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            responses.append(AlterShareGroupOffsetsResponseTopic(topic_name, topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "AlterShareGroupOffsets response", version, pos - start, end - start, error
        ) from error
    return AlterShareGroupOffsetsResponse(throttle_time_ms, error_code, error_message, responses)


def encode_response(response: AlterShareGroupOffsetsResponse, version: int, parts: list[Buffer]) -> None:
    """Append AlterShareGroupOffsets response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    n = len(response.responses) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for alter_share_group_offsets_response_topic in response.responses:
        write_compact_string(out, alter_share_group_offsets_response_topic.topic_name)
        out += _pack_u(alter_share_group_offsets_response_topic.topic_id)
        n = len(alter_share_group_offsets_response_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for (
            alter_share_group_offsets_response_partition
        ) in alter_share_group_offsets_response_topic.partitions:
            out += _pack_ih(
                alter_share_group_offsets_response_partition.partition_index,
                alter_share_group_offsets_response_partition.error_code,
            )
            write_compact_string(out, alter_share_group_offsets_response_partition.error_message)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
