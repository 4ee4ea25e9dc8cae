"""GENERATED from protocol_specs/78_share_fetch.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
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
    refuse_null,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_records,
    write_uvarint,
)

KEY = 78
NAME = "ShareFetch"
MIN_VERSION = 1
MAX_VERSION = 2
FLEXIBLE_FROM = 1

_unpack_uB = Format(">16sB").unpack_from
_unpack_bt = Format(">b?").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_unpack_iiiiii = Format(">iiiiii").unpack_from
_unpack_qqB = Format(">qqB").unpack_from
_unpack_qqhB = Format(">qqhB").unpack_from
_pack_u = Format(">16s").pack
_pack_Bb = Format(">Bb").pack
_pack_Bi = Format(">Bi").pack
_pack_bt = Format(">b?").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_iiB = Format(">iiB").pack
_pack_iiiiii = Format(">iiiiii").pack
_pack_qq = Format(">qq").pack
_pack_qqhB = Format(">qqhB").pack


@define(eq=False, repr=False)
class AcknowledgementBatch(Struct):
    first_offset: int = 0
    last_offset: int = 0
    # One for all or one for each: 0 gap, 1 accept, 2 release, 3 reject, 4 renew.
    acknowledge_types: list[int] = field(factory=list)


@define(eq=False, repr=False)
class FetchPartition(Struct):
    partition_index: int = 0
    acknowledgement_batches: list[AcknowledgementBatch] = field(factory=list)


@define(eq=False, repr=False)
class FetchTopic(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[FetchPartition] = field(factory=list)


@define(eq=False, repr=False)
class ForgottenTopic(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class ShareFetchRequest(Struct):
    group_id: str | None = None
    member_id: str | None = ""
    share_session_epoch: int = 0  # 0 opens a session, -1 closes it.
    max_wait_ms: int = 0
    min_bytes: int = 0
    max_bytes: int = 2147483647
    max_records: int = 0
    batch_size: int = 0  # How many records a batch of acquired records should have.
    share_acquire_mode: int = 0  # version 2; 0 whole batches, 1 at most max_records (KIP-1206).
    is_renew_ack: bool = False  # version 2; Some acknowledgements ask for more time (KIP-1222).
    topics: list[FetchTopic] = field(factory=list)
    forgotten_topics_data: list[ForgottenTopic] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ShareFetchRequest:
    """ShareFetch request of any version. Raises MalformedFrame."""
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
        share_session_epoch, max_wait_ms, min_bytes, max_bytes, max_records, batch_size = _unpack_iiiiii(
            buf, pos
        )
        pos += 24
        share_acquire_mode = 0
        is_renew_ack = False
        if version >= 2:
            share_acquire_mode, is_renew_ack = _unpack_bt(buf, pos)
            pos += 2
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[FetchTopic] = []
        for _ in range(n):
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 6 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[FetchPartition] = []
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
                partitions.append(FetchPartition(partition_index, acknowledgement_batches))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(FetchTopic(topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("forgotten_topics_data", n, end - pos)
        forgotten_topics_data: list[ForgottenTopic] = []
        for _ in range(n):
            forgotten_topic_topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 4 > end - pos:
                refuse("partitions", n, end - pos)
            forgotten_topic_partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
            pos += n * 4
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            forgotten_topics_data.append(ForgottenTopic(forgotten_topic_topic_id, forgotten_topic_partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ShareFetch request", version, pos - start, end - start, error) from error
    return ShareFetchRequest(
        group_id,
        member_id,
        share_session_epoch,
        max_wait_ms,
        min_bytes,
        max_bytes,
        max_records,
        batch_size,
        share_acquire_mode,
        is_renew_ack,
        topics,
        forgotten_topics_data,
    )


def encode_request(request: ShareFetchRequest, version: int, parts: list[Buffer]) -> None:
    """Append ShareFetch request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    write_compact_string(out, request.member_id)
    out += _pack_iiiiii(
        request.share_session_epoch,
        request.max_wait_ms,
        request.min_bytes,
        request.max_bytes,
        request.max_records,
        request.batch_size,
    )
    if version >= 2:
        out += _pack_bt(request.share_acquire_mode, request.is_renew_ack)
    else:
        if request.is_renew_ack:
            refuse_field("is_renew_ack", version)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for fetch_topic in request.topics:
        out += _pack_u(fetch_topic.topic_id)
        n = len(fetch_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for fetch_partition in fetch_topic.partitions:
            out += _pack_i(fetch_partition.partition_index)
            n = len(fetch_partition.acknowledgement_batches) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for acknowledgement_batch in fetch_partition.acknowledgement_batches:
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
    n = len(request.forgotten_topics_data) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for forgotten_topic in request.forgotten_topics_data:
        out += _pack_u(forgotten_topic.topic_id)
        n = len(forgotten_topic.partitions)
        if n == 1:
            out += _pack_Bi(2, forgotten_topic.partitions[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *forgotten_topic.partitions)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class LeaderIdAndEpoch(Struct):
    leader_id: int = 0
    leader_epoch: int = 0


@define(eq=False, repr=False)
class AcquiredRecords(Struct):
    first_offset: int = 0
    last_offset: int = 0
    delivery_count: int = 0


@define(eq=False, repr=False)
class PartitionData(Struct):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = None
    acknowledge_error_code: int = 0
    acknowledge_error_message: str | None = None
    current_leader: LeaderIdAndEpoch = field(factory=LeaderIdAndEpoch)
    records: Buffer | Sequence[Buffer] | None = None
    # Of the records given, those that are this member's for now.
    acquired_records: list[AcquiredRecords] = field(factory=list)


@define(eq=False, repr=False)
class ShareFetchableTopicResponse(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionData] = field(factory=list)


@define(eq=False, repr=False)
class NodeEndpoint(Struct):
    node_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None


@define(eq=False, repr=False)
class ShareFetchResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    acquisition_lock_timeout_ms: int = 0
    responses: list[ShareFetchableTopicResponse] = field(factory=list)
    node_endpoints: list[NodeEndpoint] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ShareFetchResponse:
    """ShareFetch response of any version. Raises MalformedFrame."""
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
        acquisition_lock_timeout_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[ShareFetchableTopicResponse] = []
        for _ in range(n):
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 22 > end - pos:
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
                acknowledge_error_code, n = _unpack_hB(buf, pos)
                pos += 3
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("acknowledge_error_message", n - 1)
                acknowledge_error_message: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("acknowledge_error_message", n - 1, end - pos)
                    acknowledge_error_message = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                leader_id, leader_epoch, n = _unpack_iiB(buf, pos)
                pos += 9
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                current_leader = LeaderIdAndEpoch(leader_id, leader_epoch)
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("records", n - 1, end - pos)
                records = memoryview(buf)[pos:stop]
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 19 > end - pos:
                    refuse("acquired_records", n, end - pos)
                acquired_records: list[AcquiredRecords] = []
                for _ in range(n):
                    first_offset, last_offset, delivery_count, n = _unpack_qqhB(buf, pos)
                    pos += 19
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    acquired_records.append(AcquiredRecords(first_offset, last_offset, delivery_count))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    PartitionData(
                        partition_index,
                        partition_data_error_code,
                        partition_data_error_message,
                        acknowledge_error_code,
                        acknowledge_error_message,
                        current_leader,
                        records,
                        acquired_records,
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            responses.append(ShareFetchableTopicResponse(topic_id, partitions))
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
        raise malformed("ShareFetch response", version, pos - start, end - start, error) from error
    return ShareFetchResponse(
        throttle_time_ms, error_code, error_message, acquisition_lock_timeout_ms, responses, node_endpoints
    )


def encode_response(response: ShareFetchResponse, version: int, parts: list[Buffer]) -> None:
    """Append ShareFetch response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    out += _pack_i(response.acquisition_lock_timeout_ms)
    n = len(response.responses) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for share_fetchable_topic_response in response.responses:
        out += _pack_u(share_fetchable_topic_response.topic_id)
        n = len(share_fetchable_topic_response.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_data in share_fetchable_topic_response.partitions:
            out += _pack_ih(partition_data.partition_index, partition_data.error_code)
            write_compact_string(out, partition_data.error_message)
            out += _pack_h(partition_data.acknowledge_error_code)
            write_compact_string(out, partition_data.acknowledge_error_message)
            out += _pack_iiB(
                partition_data.current_leader.leader_id, partition_data.current_leader.leader_epoch, 0
            )
            if partition_data.records is None:
                refuse_null("records", version)
            out = write_records(out, parts, partition_data.records, True)
            n = len(partition_data.acquired_records) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for acquired_records in partition_data.acquired_records:
                out += _pack_qqhB(
                    acquired_records.first_offset,
                    acquired_records.last_offset,
                    acquired_records.delivery_count,
                    0,
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
