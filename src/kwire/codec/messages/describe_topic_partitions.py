"""GENERATED from protocol_specs/75_describe_topic_partitions.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 75
NAME = "DescribeTopicPartitions"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_utB = Format(">16s?B").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hiiiB = Format(">hiiiB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_pack_ut = Format(">16s?").pack
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_hiii = Format(">hiii").pack
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack


@define(eq=False, repr=False)
class TopicRequest(Struct):
    name: str = ""


@define(eq=False, repr=False)
class Cursor(Struct):
    topic_name: str = ""
    partition_index: int = 0


@define(eq=False, repr=False)
class DescribeTopicPartitionsRequest(Struct):
    topics: list[TopicRequest] = field(factory=list)
    response_partition_limit: int = 2000
    cursor: Cursor | None = None  # Where to go on.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeTopicPartitionsRequest:
    """DescribeTopicPartitions request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TopicRequest] = []
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
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(TopicRequest(name))
        response_partition_limit, n = _unpack_iB(buf, pos)
        pos += 5
        cursor: Cursor | None = None
        if n < 128:
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
            partition_index, n = _unpack_iB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            cursor = Cursor(topic_name, partition_index)
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DescribeTopicPartitions request", version, pos - start, end - start, error
        ) from error
    return DescribeTopicPartitionsRequest(topics, response_partition_limit, cursor)


def encode_request(request: DescribeTopicPartitionsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeTopicPartitions request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_request in request.topics:
        write_compact_string(out, topic_request.name)
        out.append(0)
    out += _pack_i(request.response_partition_limit)
    if request.cursor is None:
        out += b"\xff"
    else:
        out.append(1)
        write_compact_string(out, request.cursor.topic_name)
        out += _pack_iB(request.cursor.partition_index, 0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class DescribeTopicPartitionsResponsePartition(Struct):
    error_code: int = 0
    partition_index: int = 0
    leader_id: int = 0
    leader_epoch: int = -1
    replica_nodes: list[int] = field(factory=list)
    isr_nodes: list[int] = field(factory=list)
    eligible_leader_replicas: list[int] | None = None
    last_known_elr: list[int] | None = None
    offline_replicas: list[int] = field(factory=list)


@define(eq=False, repr=False)
class DescribeTopicPartitionsResponseTopic(Struct):
    error_code: int = 0
    name: str | None = ""
    topic_id: bytes = ZERO_UUID
    is_internal: bool = False
    partitions: list[DescribeTopicPartitionsResponsePartition] = field(factory=list)
    topic_authorized_operations: int = -2147483648


@define(eq=False, repr=False)
class CursorResponse(Struct):
    topic_name: str = ""
    partition_index: int = 0


@define(eq=False, repr=False)
class DescribeTopicPartitionsResponse(Struct):
    throttle_time_ms: int = 0
    topics: list[DescribeTopicPartitionsResponseTopic] = field(factory=list)
    next_cursor: CursorResponse | None = None  # Null when there is no more.


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeTopicPartitionsResponse:
    """DescribeTopicPartitions response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 26 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[DescribeTopicPartitionsResponseTopic] = []
        for _ in range(n):
            error_code, n = _unpack_hB(buf, pos)
            pos += 3
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("name", n - 1)
            name: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("name", n - 1, end - pos)
                name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            topic_id, is_internal, n = _unpack_utB(buf, pos)
            pos += 18
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 20 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[DescribeTopicPartitionsResponsePartition] = []
            for _ in range(n):
                (
                    describe_topic_partitions_response_partition_error_code,
                    partition_index,
                    leader_id,
                    leader_epoch,
                    n,
                ) = _unpack_hiiiB(buf, pos)
                pos += 15
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("replica_nodes", n, end - pos)
                replica_nodes: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("isr_nodes", n, end - pos)
                isr_nodes: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                eligible_leader_replicas: list[int] | None = None
                if n >= 0:
                    if n * 4 > end - pos:
                        refuse("eligible_leader_replicas", n, end - pos)
                    eligible_leader_replicas = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                last_known_elr: list[int] | None = None
                if n >= 0:
                    if n * 4 > end - pos:
                        refuse("last_known_elr", n, end - pos)
                    last_known_elr = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("offline_replicas", n, end - pos)
                offline_replicas: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    DescribeTopicPartitionsResponsePartition(
                        describe_topic_partitions_response_partition_error_code,
                        partition_index,
                        leader_id,
                        leader_epoch,
                        replica_nodes,
                        isr_nodes,
                        eligible_leader_replicas,
                        last_known_elr,
                        offline_replicas,
                    )
                )
            topic_authorized_operations, n = _unpack_iB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(
                DescribeTopicPartitionsResponseTopic(
                    error_code, name, topic_id, is_internal, partitions, topic_authorized_operations
                )
            )
        n = buf[pos]
        pos += 1
        next_cursor: CursorResponse | None = None
        if n < 128:
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
            cursor_partition_index, n = _unpack_iB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            next_cursor = CursorResponse(topic_name, cursor_partition_index)
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DescribeTopicPartitions response", version, pos - start, end - start, error
        ) from error
    return DescribeTopicPartitionsResponse(throttle_time_ms, topics, next_cursor)


def encode_response(response: DescribeTopicPartitionsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeTopicPartitions response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for describe_topic_partitions_response_topic in response.topics:
        out += _pack_h(describe_topic_partitions_response_topic.error_code)
        write_compact_string(out, describe_topic_partitions_response_topic.name)
        out += _pack_ut(
            describe_topic_partitions_response_topic.topic_id,
            describe_topic_partitions_response_topic.is_internal,
        )
        n = len(describe_topic_partitions_response_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for (
            describe_topic_partitions_response_partition
        ) in describe_topic_partitions_response_topic.partitions:
            out += _pack_hiii(
                describe_topic_partitions_response_partition.error_code,
                describe_topic_partitions_response_partition.partition_index,
                describe_topic_partitions_response_partition.leader_id,
                describe_topic_partitions_response_partition.leader_epoch,
            )
            n = len(describe_topic_partitions_response_partition.replica_nodes)
            if n == 1:
                out += _pack_Bi(2, describe_topic_partitions_response_partition.replica_nodes[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *describe_topic_partitions_response_partition.replica_nodes)
            n = len(describe_topic_partitions_response_partition.isr_nodes)
            if n == 1:
                out += _pack_Bi(2, describe_topic_partitions_response_partition.isr_nodes[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *describe_topic_partitions_response_partition.isr_nodes)
            if describe_topic_partitions_response_partition.eligible_leader_replicas is None:
                out.append(0)
            else:
                n = len(describe_topic_partitions_response_partition.eligible_leader_replicas)
                if n == 1:
                    out += _pack_Bi(
                        2, describe_topic_partitions_response_partition.eligible_leader_replicas[0]
                    )
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(
                        f">{n - 1}i", *describe_topic_partitions_response_partition.eligible_leader_replicas
                    )
            if describe_topic_partitions_response_partition.last_known_elr is None:
                out.append(0)
            else:
                n = len(describe_topic_partitions_response_partition.last_known_elr)
                if n == 1:
                    out += _pack_Bi(2, describe_topic_partitions_response_partition.last_known_elr[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *describe_topic_partitions_response_partition.last_known_elr)
            n = len(describe_topic_partitions_response_partition.offline_replicas)
            if n == 1:
                out += _pack_Bi(2, describe_topic_partitions_response_partition.offline_replicas[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *describe_topic_partitions_response_partition.offline_replicas)
            out.append(0)
        out += _pack_iB(describe_topic_partitions_response_topic.topic_authorized_operations, 0)
    if response.next_cursor is None:
        out += b"\xff"
    else:
        out.append(1)
        write_compact_string(out, response.next_cursor.topic_name)
        out += _pack_iB(response.next_cursor.partition_index, 0)
    out.append(0)
    parts.append(out)
