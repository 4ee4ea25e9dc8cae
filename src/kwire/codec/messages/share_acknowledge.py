"""GENERATED from protocol_specs/79_share_acknowledge.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 79
NAME = "ShareAcknowledge"
MIN_VERSION = 1
MAX_VERSION = 2
FLEXIBLE_FROM = 1

_unpack_uB = Format(">16sB").unpack_from
_unpack_t = Format(">?").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_unpack_qqB = Format(">qqB").unpack_from
_pack_u = Format(">16s").pack
_pack_t = Format(">?").pack
_pack_Bb = Format(">Bb").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_iiB = Format(">iiB").pack
_pack_qq = Format(">qq").pack


@define(eq=False, repr=False)
class AcknowledgementBatch(Struct):
    first_offset: int = 0
    last_offset: int = 0
    # One for all or one for each: 0 gap, 1 accept, 2 release, 3 reject, 4 renew.
    acknowledge_types: list[int] = field(factory=list)


@define(eq=False, repr=False)
class AcknowledgePartition(Struct):
    partition_index: int = 0
    acknowledgement_batches: list[AcknowledgementBatch] = field(factory=list)


@define(eq=False, repr=False)
class AcknowledgeTopic(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[AcknowledgePartition] = field(factory=list)


@define(eq=False, repr=False)
class ShareAcknowledgeRequest(Struct):
    group_id: str | None = None
    member_id: str | None = ""
    share_session_epoch: int = 0  # 0 opens a session, -1 closes it.
    is_renew_ack: bool = False  # version 2
    topics: list[AcknowledgeTopic] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ShareAcknowledgeRequest:
    """ShareAcknowledge request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("group_id", n - 1)
        group_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("group_id", n - 1, end - pos)
            group_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("member_id", n - 1)
        member_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("member_id", n - 1, end - pos)
            member_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        (share_session_epoch,) = _unpack_i(buf, pos)
        pos += 4
        is_renew_ack = False
        if version >= 2:
            (is_renew_ack,) = _unpack_t(buf, pos)
            pos += 1
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[AcknowledgeTopic] = []
        for _ in range(n):
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 6 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[AcknowledgePartition] = []
            for _ in range(n):
                partition_index, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 18 > end - pos:
                    refuse("acknowledgement_batches", n, end - pos)
                acknowledgement_batches: list[AcknowledgementBatch] = []
                for _ in range(n):
                    first_offset, last_offset, n = _unpack_qqB(buf, pos)
                    pos += 17
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n > end - pos:
                        refuse("acknowledge_types", n, end - pos)
                    acknowledge_types: list[int] = list(unpack_from(f">{n}b", buf, pos))
                    pos += n
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    acknowledgement_batches.append(
                        AcknowledgementBatch(first_offset, last_offset, acknowledge_types)
                    )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(AcknowledgePartition(partition_index, acknowledgement_batches))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(AcknowledgeTopic(topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ShareAcknowledge request", version, pos - start, end - start, error) from error
    return ShareAcknowledgeRequest(group_id, member_id, share_session_epoch, is_renew_ack, topics)


def encode_request(request: ShareAcknowledgeRequest, version: int, parts: list[Buffer]) -> None:
    """Append ShareAcknowledge request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    write_compact_string(out, request.member_id)
    out += _pack_i(request.share_session_epoch)
    if version >= 2:
        out += _pack_t(request.is_renew_ack)
    else:
        if request.is_renew_ack:
            refuse_field("is_renew_ack", version)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for acknowledge_topic in request.topics:
        out += _pack_u(acknowledge_topic.topic_id)
        n = len(acknowledge_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for acknowledge_partition in acknowledge_topic.partitions:
            out += _pack_i(acknowledge_partition.partition_index)
            n = len(acknowledge_partition.acknowledgement_batches) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for acknowledgement_batch in acknowledge_partition.acknowledgement_batches:
                out += _pack_qq(acknowledgement_batch.first_offset, acknowledgement_batch.last_offset)
                n = len(acknowledgement_batch.acknowledge_types)
                if n == 1:
                    out += _pack_Bb(2, acknowledgement_batch.acknowledge_types[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}b", *acknowledgement_batch.acknowledge_types)
                out.append(0)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class LeaderIdAndEpoch(Struct):
    leader_id: int = 0
    leader_epoch: int = 0


@define(eq=False, repr=False)
class PartitionData(Struct):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = None
    current_leader: LeaderIdAndEpoch = field(factory=LeaderIdAndEpoch)


@define(eq=False, repr=False)
class ShareAcknowledgeTopicResponse(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionData] = field(factory=list)


@define(eq=False, repr=False)
class NodeEndpoint(Struct):
    node_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None


@define(eq=False, repr=False)
class ShareAcknowledgeResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    acquisition_lock_timeout_ms: int = 0  # version 2
    responses: list[ShareAcknowledgeTopicResponse] = field(factory=list)
    node_endpoints: list[NodeEndpoint] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ShareAcknowledgeResponse:
    """ShareAcknowledge response of any version. Raises MalformedFrame."""
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
        acquisition_lock_timeout_ms = 0
        if version >= 2:
            (acquisition_lock_timeout_ms,) = _unpack_i(buf, pos)
            pos += 4
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[ShareAcknowledgeTopicResponse] = []
        for _ in range(n):
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 17 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionData] = []
            for _ in range(n):
                partition_index, partition_data_error_code, n = _unpack_ihB(buf, pos)
                pos += 7
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("error_message", n - 1)
                partition_data_error_message: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("error_message", n - 1, end - pos)
                    partition_data_error_message = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                leader_id, leader_epoch, n = _unpack_iiB(buf, pos)
                pos += 9
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                current_leader = LeaderIdAndEpoch(leader_id, leader_epoch)
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    PartitionData(
                        partition_index,
                        partition_data_error_code,
                        partition_data_error_message,
                        current_leader,
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            responses.append(ShareAcknowledgeTopicResponse(topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 11 > end - pos:
            refuse("node_endpoints", n, end - pos)
        node_endpoints: list[NodeEndpoint] = []
        for _ in range(n):
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
            port, n = _unpack_iB(buf, pos)
            pos += 5
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("rack", n - 1)
            rack: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("rack", n - 1, end - pos)
                rack = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            node_endpoints.append(NodeEndpoint(node_id, host, port, rack))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ShareAcknowledge response", version, pos - start, end - start, error) from error
    return ShareAcknowledgeResponse(
        throttle_time_ms, error_code, error_message, acquisition_lock_timeout_ms, responses, node_endpoints
    )


def encode_response(response: ShareAcknowledgeResponse, version: int, parts: list[Buffer]) -> None:
    """Append ShareAcknowledge response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    if version >= 2:
        out += _pack_i(response.acquisition_lock_timeout_ms)
    n = len(response.responses) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for share_acknowledge_topic_response in response.responses:
        out += _pack_u(share_acknowledge_topic_response.topic_id)
        n = len(share_acknowledge_topic_response.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_data in share_acknowledge_topic_response.partitions:
            out += _pack_ih(partition_data.partition_index, partition_data.error_code)
            write_compact_string(out, partition_data.error_message)
            out += _pack_iiB(
                partition_data.current_leader.leader_id, partition_data.current_leader.leader_epoch, 0
            )
            out.append(0)
        out.append(0)
    n = len(response.node_endpoints) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for node_endpoint in response.node_endpoints:
        out += _pack_i(node_endpoint.node_id)
        write_compact_string(out, node_endpoint.host)
        out += _pack_i(node_endpoint.port)
        write_compact_string(out, node_endpoint.rack)
        out.append(0)
    out.append(0)
    parts.append(out)
