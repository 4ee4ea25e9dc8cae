"""GENERATED from protocol_specs/90_describe_share_group_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from

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

KEY = 90
NAME = "DescribeShareGroupOffsets"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 0

_unpack_uB = Format(">16sB").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_iqi = Format(">iqi").unpack_from
_unpack_q = Format(">q").unpack_from
_pack_u = Format(">16s").pack
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_iqi = Format(">iqi").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class DescribeShareGroupOffsetsRequestTopic(Struct):
    topic_name: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class DescribeShareGroupOffsetsRequestGroup(Struct):
    group_id: str = ""
    topics: list[DescribeShareGroupOffsetsRequestTopic] | None = field(factory=list)  # Null for all.


@define(eq=False, repr=False)
class DescribeShareGroupOffsetsRequest(Struct):
    groups: list[DescribeShareGroupOffsetsRequestGroup] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeShareGroupOffsetsRequest:
    """DescribeShareGroupOffsets request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("groups", n, end - pos)
        groups: list[DescribeShareGroupOffsetsRequestGroup] = []
        for _ in range(n):
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
            topics: list[DescribeShareGroupOffsetsRequestTopic] | None = None
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
                    if n < 0 or n * 4 > end - pos:
                        refuse("partitions", n, end - pos)
                    partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    topics.append(DescribeShareGroupOffsetsRequestTopic(topic_name, partitions))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            groups.append(DescribeShareGroupOffsetsRequestGroup(group_id, topics))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DescribeShareGroupOffsets request", version, pos - start, end - start, error
        ) from error
    return DescribeShareGroupOffsetsRequest(groups)


def encode_request(request: DescribeShareGroupOffsetsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeShareGroupOffsets request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(request.groups) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for describe_share_group_offsets_request_group in request.groups:
        write_compact_string(out, describe_share_group_offsets_request_group.group_id)
        if describe_share_group_offsets_request_group.topics is None:
            out.append(0)
        else:
            n = len(describe_share_group_offsets_request_group.topics) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for (
                describe_share_group_offsets_request_topic
            ) in describe_share_group_offsets_request_group.topics:
                write_compact_string(out, describe_share_group_offsets_request_topic.topic_name)
                n = len(describe_share_group_offsets_request_topic.partitions)
                if n == 1:
                    out += _pack_Bi(2, describe_share_group_offsets_request_topic.partitions[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *describe_share_group_offsets_request_topic.partitions)
                out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class DescribeShareGroupOffsetsResponsePartition(Struct):
    partition_index: int = 0
    start_offset: int = 0  # The first record not yet through; -1 when there is none.
    leader_epoch: int = 0
    lag: int = -1  # version 1
    error_code: int = 0
    error_message: str | None = None


@define(eq=False, repr=False)
class DescribeShareGroupOffsetsResponseTopic(Struct):
    topic_name: str = ""
    topic_id: bytes = ZERO_UUID
    partitions: list[DescribeShareGroupOffsetsResponsePartition] = field(factory=list)


@define(eq=False, repr=False)
class DescribeShareGroupOffsetsResponseGroup(Struct):
    group_id: str = ""
    topics: list[DescribeShareGroupOffsetsResponseTopic] = field(factory=list)
    error_code: int = 0
    error_message: str | None = None


@define(eq=False, repr=False)
class DescribeShareGroupOffsetsResponse(Struct):
    throttle_time_ms: int = 0
    groups: list[DescribeShareGroupOffsetsResponseGroup] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeShareGroupOffsetsResponse:
    """DescribeShareGroupOffsets response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 6 > end - pos:
            refuse("groups", n, end - pos)
        groups: list[DescribeShareGroupOffsetsResponseGroup] = []
        for _ in range(n):
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
            if n < 0 or n * 19 > end - pos:
                refuse("topics", n, end - pos)
            topics: list[DescribeShareGroupOffsetsResponseTopic] = []
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
                if n < 0 or n * 20 > end - pos:
                    refuse("partitions", n, end - pos)
                partitions: list[DescribeShareGroupOffsetsResponsePartition] = []
                for _ in range(n):
                    partition_index, start_offset, leader_epoch = _unpack_iqi(buf, pos)
                    pos += 16
                    lag = -1
                    if version >= 1:
                        (lag,) = _unpack_q(buf, pos)
                        pos += 8
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
                    partitions.append(
                        DescribeShareGroupOffsetsResponsePartition(
                            partition_index, start_offset, leader_epoch, lag, error_code, error_message
                        )
                    )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                topics.append(DescribeShareGroupOffsetsResponseTopic(topic_name, topic_id, partitions))
            describe_share_group_offsets_response_group_error_code, n = _unpack_hB(buf, pos)
            pos += 3
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("error_message", n - 1)
            describe_share_group_offsets_response_group_error_message: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("error_message", n - 1, end - pos)
                describe_share_group_offsets_response_group_error_message = buf[pos:stop].decode(
                    "utf-8", "replace"
                )
                pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            groups.append(
                DescribeShareGroupOffsetsResponseGroup(
                    group_id,
                    topics,
                    describe_share_group_offsets_response_group_error_code,
                    describe_share_group_offsets_response_group_error_message,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DescribeShareGroupOffsets response", version, pos - start, end - start, error
        ) from error
    return DescribeShareGroupOffsetsResponse(throttle_time_ms, groups)


def encode_response(response: DescribeShareGroupOffsetsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeShareGroupOffsets response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.groups) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for describe_share_group_offsets_response_group in response.groups:
        write_compact_string(out, describe_share_group_offsets_response_group.group_id)
        n = len(describe_share_group_offsets_response_group.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for describe_share_group_offsets_response_topic in describe_share_group_offsets_response_group.topics:
            write_compact_string(out, describe_share_group_offsets_response_topic.topic_name)
            out += _pack_u(describe_share_group_offsets_response_topic.topic_id)
            n = len(describe_share_group_offsets_response_topic.partitions) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for (
                describe_share_group_offsets_response_partition
            ) in describe_share_group_offsets_response_topic.partitions:
                out += _pack_iqi(
                    describe_share_group_offsets_response_partition.partition_index,
                    describe_share_group_offsets_response_partition.start_offset,
                    describe_share_group_offsets_response_partition.leader_epoch,
                )
                if version >= 1:
                    out += _pack_q(describe_share_group_offsets_response_partition.lag)
                out += _pack_h(describe_share_group_offsets_response_partition.error_code)
                write_compact_string(out, describe_share_group_offsets_response_partition.error_message)
                out.append(0)
            out.append(0)
        out += _pack_h(describe_share_group_offsets_response_group.error_code)
        write_compact_string(out, describe_share_group_offsets_response_group.error_message)
        out.append(0)
    out.append(0)
    parts.append(out)
