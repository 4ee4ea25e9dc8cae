"""GENERATED from protocol_specs/55_describe_quorum.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 55
NAME = "DescribeQuorum"
MIN_VERSION = 0
MAX_VERSION = 2
FLEXIBLE_FROM = 0

_unpack_u = Format(">16s").unpack_from
_unpack_HB = Format(">HB").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_iiqB = Format(">iiqB").unpack_from
_unpack_q = Format(">q").unpack_from
_unpack_qq = Format(">qq").unpack_from
_pack_u = Format(">16s").pack
_pack_HB = Format(">HB").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack
_pack_ih = Format(">ih").pack
_pack_iiq = Format(">iiq").pack
_pack_q = Format(">q").pack
_pack_qq = Format(">qq").pack


@define(eq=False, repr=False)
class PartitionData(Struct):
    partition_index: int = 0


@define(eq=False, repr=False)
class TopicData(Struct):
    topic_name: str = ""
    partitions: list[PartitionData] = field(factory=list)


@define(eq=False, repr=False)
class DescribeQuorumRequest(Struct):
    topics: list[TopicData] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeQuorumRequest:
    """DescribeQuorum request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TopicData] = []
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
            if n < 0 or n * 5 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionData] = []
            for _ in range(n):
                partition_index, n = _unpack_iB(buf, pos)
                pos += 5
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(PartitionData(partition_index))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(TopicData(topic_name, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeQuorum request", version, pos - start, end - start, error) from error
    return DescribeQuorumRequest(topics)


def encode_request(request: DescribeQuorumRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeQuorum request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_data in request.topics:
        write_compact_string(out, topic_data.topic_name)
        n = len(topic_data.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_data in topic_data.partitions:
            out += _pack_iB(partition_data.partition_index, 0)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class ReplicaState(Struct):
    replica_id: int = 0
    replica_directory_id: bytes = ZERO_UUID  # version 2
    log_end_offset: int = 0
    last_fetch_timestamp: int = -1  # 1+
    last_caught_up_timestamp: int = -1  # 1+


@define(eq=False, repr=False)
class PartitionDataResponse(Struct):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = ""  # version 2
    leader_id: int = 0
    leader_epoch: int = 0
    high_watermark: int = 0
    current_voters: list[ReplicaState] = field(factory=list)
    observers: list[ReplicaState] = field(factory=list)


@define(eq=False, repr=False)
class TopicDataResponse(Struct):
    topic_name: str = ""
    partitions: list[PartitionDataResponse] = field(factory=list)


@define(eq=False, repr=False)
class Listener(Struct):
    name: str = ""
    host: str = ""
    port: int = 0


@define(eq=False, repr=False)
class Node(Struct):
    node_id: int = 0
    listeners: list[Listener] = field(factory=list)


@define(eq=False, repr=False)
class DescribeQuorumResponse(Struct):
    error_code: int = 0
    error_message: str | None = ""  # version 2
    topics: list[TopicDataResponse] = field(factory=list)
    nodes: list[Node] = field(factory=list)  # version 2


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeQuorumResponse:
    """DescribeQuorum response of any version. Raises MalformedFrame."""
    start = pos
    try:
        (error_code,) = _unpack_h(buf, pos)
        pos += 2
        error_message: str | None = ""
        if version >= 2:
            n = buf[pos]
            pos += 1
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
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TopicDataResponse] = []
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
            if n < 0 or n * 25 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionDataResponse] = []
            for _ in range(n):
                partition_index, partition_data_error_code = _unpack_ih(buf, pos)
                pos += 6
                partition_data_error_message: str | None = ""
                if version >= 2:
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("error_message", n - 1)
                    partition_data_error_message = None
                    if n:
                        stop = pos + n - 1
                        if stop > end:
                            refuse("error_message", n - 1, end - pos)
                        partition_data_error_message = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                leader_id, leader_epoch, high_watermark, n = _unpack_iiqB(buf, pos)
                pos += 17
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 13 > end - pos:
                    refuse("current_voters", n, end - pos)
                current_voters: list[ReplicaState] = []
                for _ in range(n):
                    (replica_id,) = _unpack_i(buf, pos)
                    pos += 4
                    replica_directory_id = ZERO_UUID
                    if version >= 2:
                        (replica_directory_id,) = _unpack_u(buf, pos)
                        pos += 16
                    (log_end_offset,) = _unpack_q(buf, pos)
                    pos += 8
                    last_fetch_timestamp = -1
                    last_caught_up_timestamp = -1
                    if version >= 1:
                        last_fetch_timestamp, last_caught_up_timestamp = _unpack_qq(buf, pos)
                        pos += 16
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    current_voters.append(
                        ReplicaState(
                            replica_id,
                            replica_directory_id,
                            log_end_offset,
                            last_fetch_timestamp,
                            last_caught_up_timestamp,
                        )
                    )
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 13 > end - pos:
                    refuse("observers", n, end - pos)
                observers: list[ReplicaState] = []
                for _ in range(n):
                    (replica_id,) = _unpack_i(buf, pos)
                    pos += 4
                    replica_directory_id = ZERO_UUID
                    if version >= 2:
                        (replica_directory_id,) = _unpack_u(buf, pos)
                        pos += 16
                    (log_end_offset,) = _unpack_q(buf, pos)
                    pos += 8
                    last_fetch_timestamp = -1
                    last_caught_up_timestamp = -1
                    if version >= 1:
                        last_fetch_timestamp, last_caught_up_timestamp = _unpack_qq(buf, pos)
                        pos += 16
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    observers.append(
                        ReplicaState(
                            replica_id,
                            replica_directory_id,
                            log_end_offset,
                            last_fetch_timestamp,
                            last_caught_up_timestamp,
                        )
                    )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    PartitionDataResponse(
                        partition_index,
                        partition_data_error_code,
                        partition_data_error_message,
                        leader_id,
                        leader_epoch,
                        high_watermark,
                        current_voters,
                        observers,
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(TopicDataResponse(topic_name, partitions))
        nodes: list[Node] = []
        if version >= 2:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 6 > end - pos:
                refuse("nodes", n, end - pos)
            nodes = []
            for _ in range(n):
                node_id, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 5 > end - pos:
                    refuse("listeners", n, end - pos)
                listeners: list[Listener] = []
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
                        if n > LONGEST_STRING + 1:
                            refuse_string("host", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("host", n - 1, end - pos)
                    host = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    port, n = _unpack_HB(buf, pos)
                    pos += 3
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    listeners.append(Listener(name, host, port))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                nodes.append(Node(node_id, listeners))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeQuorum response", version, pos - start, end - start, error) from error
    return DescribeQuorumResponse(error_code, error_message, topics, nodes)


def encode_response(response: DescribeQuorumResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeQuorum response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_h(response.error_code)
    if version >= 2:
        write_compact_string(out, response.error_message)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_data in response.topics:
        write_compact_string(out, topic_data.topic_name)
        n = len(topic_data.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_data in topic_data.partitions:
            out += _pack_ih(partition_data.partition_index, partition_data.error_code)
            if version >= 2:
                write_compact_string(out, partition_data.error_message)
            out += _pack_iiq(
                partition_data.leader_id, partition_data.leader_epoch, partition_data.high_watermark
            )
            n = len(partition_data.current_voters) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for replica_state in partition_data.current_voters:
                out += _pack_i(replica_state.replica_id)
                if version >= 2:
                    out += _pack_u(replica_state.replica_directory_id)
                else:
                    if replica_state.replica_directory_id != ZERO_UUID:
                        refuse_field("replica_directory_id", version)
                out += _pack_q(replica_state.log_end_offset)
                if version >= 1:
                    out += _pack_qq(
                        replica_state.last_fetch_timestamp, replica_state.last_caught_up_timestamp
                    )
                out.append(0)
            n = len(partition_data.observers) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for replica_state in partition_data.observers:
                out += _pack_i(replica_state.replica_id)
                if version >= 2:
                    out += _pack_u(replica_state.replica_directory_id)
                else:
                    if replica_state.replica_directory_id != ZERO_UUID:
                        refuse_field("replica_directory_id", version)
                out += _pack_q(replica_state.log_end_offset)
                if version >= 1:
                    out += _pack_qq(
                        replica_state.last_fetch_timestamp, replica_state.last_caught_up_timestamp
                    )
                out.append(0)
            out.append(0)
        out.append(0)
    if version >= 2:
        n = len(response.nodes) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for node in response.nodes:
            out += _pack_i(node.node_id)
            n = len(node.listeners) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for listener in node.listeners:
                write_compact_string(out, listener.name)
                write_compact_string(out, listener.host)
                out += _pack_HB(listener.port, 0)
            out.append(0)
    else:
        if response.nodes:
            refuse_field("nodes", version)
    out.append(0)
    parts.append(out)
