"""GENERATED from protocol_specs/59_fetch_snapshot.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
    Buffer,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    refuse_field,
    refuse_null,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_records,
    write_tagged_fields,
    write_uvarint,
)

KEY = 59
NAME = "FetchSnapshot"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 0

_unpack_u = Format(">16s").unpack_from
_unpack_HB = Format(">HB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_ihqiB = Format(">ihqiB").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_unpack_iiqiB = Format(">iiqiB").unpack_from
_unpack_qB = Format(">qB").unpack_from
_unpack_qqB = Format(">qqB").unpack_from
_pack_u = Format(">16s").pack
_pack_HB = Format(">HB").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_ihqiB = Format(">ihqiB").pack
_pack_ii = Format(">ii").pack
_pack_iiB = Format(">iiB").pack
_pack_iiqiB = Format(">iiqiB").pack
_pack_q = Format(">q").pack
_pack_qq = Format(">qq").pack


@define(eq=False, repr=False)
class SnapshotId(Struct):
    end_offset: int = 0
    epoch: int = 0


@define(eq=False, repr=False)
class PartitionSnapshot(Struct):
    partition: int = 0
    current_leader_epoch: int = 0  # -1 does not know.
    snapshot_id: SnapshotId = field(factory=SnapshotId)
    position: int = 0  # In bytes from the beginning of the snapshot.
    replica_directory_id: bytes = ZERO_UUID  # version 1


@define(eq=False, repr=False)
class TopicSnapshot(Struct):
    name: str = ""
    partitions: list[PartitionSnapshot] = field(factory=list)


@define(eq=False, repr=False)
class FetchSnapshotRequest(Struct):
    cluster_id: str | None = None
    replica_id: int = -1
    max_bytes: int = 2147483647
    topics: list[TopicSnapshot] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> FetchSnapshotRequest:
    """FetchSnapshot request of any version. Raises MalformedFrame."""
    start = pos
    try:
        replica_id, max_bytes, n = _unpack_iiB(buf, pos)
        pos += 9
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TopicSnapshot] = []
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
            if n < 0 or n * 30 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionSnapshot] = []
            for _ in range(n):
                partition, current_leader_epoch, end_offset, epoch, n = _unpack_iiqiB(buf, pos)
                pos += 21
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                snapshot_id = SnapshotId(end_offset, epoch)
                position, n = _unpack_qB(buf, pos)
                pos += 9
                partition_snapshot = PartitionSnapshot(partition, current_leader_epoch, snapshot_id, position)
                if n:
                    pos = _read_partition_snapshot_tags(partition_snapshot, n, buf, pos, end, version)
                partitions.append(partition_snapshot)
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(TopicSnapshot(name, partitions))
        n = buf[pos]
        pos += 1
        fetch_snapshot_request = FetchSnapshotRequest(None, replica_id, max_bytes, topics)
        if n:
            pos = _read_fetch_snapshot_request_tags(fetch_snapshot_request, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("FetchSnapshot request", version, pos - start, end - start, error) from error
    return fetch_snapshot_request


def _read_fetch_snapshot_request_tags(
    fetch_snapshot_request: FetchSnapshotRequest, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("cluster_id", n - 1)
            cluster_id: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("cluster_id", n - 1, end - pos)
                cluster_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            fetch_snapshot_request.cluster_id = cluster_id
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _read_partition_snapshot_tags(
    partition_snapshot: PartitionSnapshot, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0 and version >= 1:
            (replica_directory_id,) = _unpack_u(buf, pos)
            pos += 16
            partition_snapshot.replica_directory_id = replica_directory_id
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def encode_request(request: FetchSnapshotRequest, version: int, parts: list[Buffer]) -> None:
    """Append FetchSnapshot request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ii(request.replica_id, request.max_bytes)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_snapshot in request.topics:
        write_compact_string(out, topic_snapshot.name)
        n = len(topic_snapshot.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_snapshot in topic_snapshot.partitions:
            out += _pack_iiqiB(
                partition_snapshot.partition,
                partition_snapshot.current_leader_epoch,
                partition_snapshot.snapshot_id.end_offset,
                partition_snapshot.snapshot_id.epoch,
                0,
            )
            out += _pack_q(partition_snapshot.position)
            if partition_snapshot.replica_directory_id != ZERO_UUID:
                _write_partition_snapshot_tags(out, partition_snapshot, version)
            else:
                out.append(0)
        out.append(0)
    if request.cluster_id is not None:
        _write_fetch_snapshot_request_tags(out, request, version)
    else:
        out.append(0)
    parts.append(out)


def _write_fetch_snapshot_request_tags(
    buffer: bytearray, fetch_snapshot_request: FetchSnapshotRequest, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if fetch_snapshot_request.cluster_id is not None:
        out = bytearray()
        write_compact_string(out, fetch_snapshot_request.cluster_id)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)


def _write_partition_snapshot_tags(
    buffer: bytearray, partition_snapshot: PartitionSnapshot, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if version >= 1 and partition_snapshot.replica_directory_id != ZERO_UUID:
        out = bytearray()
        out += _pack_u(partition_snapshot.replica_directory_id)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)


@define(eq=False, repr=False)
class SnapshotIdResponse(Struct):
    end_offset: int = 0
    epoch: int = 0


@define(eq=False, repr=False)
class LeaderIdAndEpoch(Struct):
    leader_id: int = 0
    leader_epoch: int = 0


@define(eq=False, repr=False)
class PartitionSnapshotResponse(Struct):
    index: int = 0
    error_code: int = 0
    snapshot_id: SnapshotIdResponse = field(factory=SnapshotIdResponse)
    current_leader: LeaderIdAndEpoch | None = None
    size: int = 0  # Of the whole snapshot, in bytes.
    position: int = 0
    unaligned_records: Buffer | Sequence[Buffer] | None = None  # May begin and end within a batch.


@define(eq=False, repr=False)
class TopicSnapshotResponse(Struct):
    name: str = ""
    partitions: list[PartitionSnapshotResponse] = field(factory=list)


@define(eq=False, repr=False)
class NodeEndpoint(Struct):
    node_id: int = 0
    host: str = ""
    port: int = 0


@define(eq=False, repr=False)
class FetchSnapshotResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    topics: list[TopicSnapshotResponse] = field(factory=list)
    node_endpoints: list[NodeEndpoint] = field(factory=list)  # version 1


def decode_response(buf: Readable, pos: int, end: int, version: int) -> FetchSnapshotResponse:
    """FetchSnapshot response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TopicSnapshotResponse] = []
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
            if n < 0 or n * 37 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionSnapshotResponse] = []
            for _ in range(n):
                index, partition_snapshot_error_code, end_offset, epoch, n = _unpack_ihqiB(buf, pos)
                pos += 19
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                snapshot_id = SnapshotIdResponse(end_offset, epoch)
                size, position, n = _unpack_qqB(buf, pos)
                pos += 17
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("unaligned_records", n - 1, end - pos)
                unaligned_records = memoryview(buf)[pos:stop]
                pos = stop
                n = buf[pos]
                pos += 1
                partition_snapshot = PartitionSnapshotResponse(
                    index, partition_snapshot_error_code, snapshot_id, None, size, position, unaligned_records
                )
                if n:
                    pos = _read_partition_snapshot_response_tags(
                        partition_snapshot, n, buf, pos, end, version
                    )
                partitions.append(partition_snapshot)
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(TopicSnapshotResponse(name, partitions))
        n = buf[pos]
        pos += 1
        fetch_snapshot_response = FetchSnapshotResponse(throttle_time_ms, error_code, topics)
        if n:
            pos = _read_fetch_snapshot_response_tags(fetch_snapshot_response, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("FetchSnapshot response", version, pos - start, end - start, error) from error
    return fetch_snapshot_response


def _read_fetch_snapshot_response_tags(
    fetch_snapshot_response: FetchSnapshotResponse, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0 and version >= 1:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 8 > end - pos:
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
                port, n = _unpack_HB(buf, pos)
                pos += 3
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                node_endpoints.append(NodeEndpoint(node_id, host, port))
            fetch_snapshot_response.node_endpoints = node_endpoints
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _read_partition_snapshot_response_tags(
    partition_snapshot_response: PartitionSnapshotResponse,
    n: int,
    buf: Readable,
    pos: int,
    end: int,
    version: int,
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            leader_id, leader_epoch, n = _unpack_iiB(buf, pos)
            pos += 9
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            current_leader = LeaderIdAndEpoch(leader_id, leader_epoch)
            partition_snapshot_response.current_leader = current_leader
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def encode_response(response: FetchSnapshotResponse, version: int, parts: list[Buffer]) -> None:
    """Append FetchSnapshot response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_snapshot in response.topics:
        write_compact_string(out, topic_snapshot.name)
        n = len(topic_snapshot.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_snapshot in topic_snapshot.partitions:
            out += _pack_ihqiB(
                partition_snapshot.index,
                partition_snapshot.error_code,
                partition_snapshot.snapshot_id.end_offset,
                partition_snapshot.snapshot_id.epoch,
                0,
            )
            out += _pack_qq(partition_snapshot.size, partition_snapshot.position)
            if partition_snapshot.unaligned_records is None:
                refuse_null("unaligned_records", version)
            out = write_records(out, parts, partition_snapshot.unaligned_records, True)
            if partition_snapshot.current_leader is not None:
                _write_partition_snapshot_response_tags(out, partition_snapshot, version)
            else:
                out.append(0)
        out.append(0)
    if response.node_endpoints:
        _write_fetch_snapshot_response_tags(out, response, version)
    else:
        out.append(0)
    parts.append(out)


def _write_fetch_snapshot_response_tags(
    buffer: bytearray, fetch_snapshot_response: FetchSnapshotResponse, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if not version >= 1 and fetch_snapshot_response.node_endpoints:
        refuse_field("node_endpoints", version)
    if version >= 1 and fetch_snapshot_response.node_endpoints:
        out = bytearray()
        n = len(fetch_snapshot_response.node_endpoints) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for node_endpoint in fetch_snapshot_response.node_endpoints:
            out += _pack_i(node_endpoint.node_id)
            write_compact_string(out, node_endpoint.host)
            out += _pack_HB(node_endpoint.port, 0)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)


def _write_partition_snapshot_response_tags(
    buffer: bytearray, partition_snapshot_response: PartitionSnapshotResponse, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if (
        partition_snapshot_response.current_leader is not None
        and partition_snapshot_response.current_leader != LeaderIdAndEpoch()
    ):
        out = bytearray()
        out += _pack_iiB(
            partition_snapshot_response.current_leader.leader_id,
            partition_snapshot_response.current_leader.leader_epoch,
            0,
        )
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
