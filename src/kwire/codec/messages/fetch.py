"""GENERATED from protocol_specs/01_fetch.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct as Format
from struct import pack, unpack_from

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    NULL_INT32,
    ZERO_UUID,
    Buffer,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_records,
    write_string,
    write_tagged_fields,
    write_uvarint,
)

KEY = 1
NAME = "Fetch"
MIN_VERSION = 4
MAX_VERSION = 18
FLEXIBLE_FROM = 12

_unpack_u = Format(">16s").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hi = Format(">hi").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihiB = Format(">ihiB").unpack_from
_unpack_ihqq = Format(">ihqq").unpack_from
_unpack_ihqqqB = Format(">ihqqqB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_unpack_iiibiiB = Format(">iiibiiB").unpack_from
_unpack_iiiib = Format(">iiiib").unpack_from
_unpack_iiqiqiB = Format(">iiqiqiB").unpack_from
_unpack_iqB = Format(">iqB").unpack_from
_unpack_q = Format(">q").unpack_from
_unpack_qiB = Format(">qiB").unpack_from
_unpack_qq = Format(">qq").unpack_from
_unpack_qqB = Format(">qqB").unpack_from
_pack_u = Format(">16s").pack
_pack_Bi = Format(">Bi").pack
_pack_hi = Format(">hi").pack
_pack_i = Format(">i").pack
_pack_ihi = Format(">ihi").pack
_pack_ihqq = Format(">ihqq").pack
_pack_ihqqq = Format(">ihqqq").pack
_pack_ii = Format(">ii").pack
_pack_iiB = Format(">iiB").pack
_pack_iiibii = Format(">iiibii").pack
_pack_iiiib = Format(">iiiib").pack
_pack_iiqiqi = Format(">iiqiqi").pack
_pack_iqB = Format(">iqB").pack
_pack_q = Format(">q").pack
_pack_qiB = Format(">qiB").pack
_pack_qq = Format(">qq").pack
_pack_qqB = Format(">qqB").pack


@define(eq=False, repr=False)
class ReplicaState(Struct):
    replica_id: int = -1
    replica_epoch: int = -1


@define(eq=False, repr=False)
class FetchPartition(Struct):
    partition: int = 0
    current_leader_epoch: int = -1  # 9+; What the reader believes; -1 does not know.
    fetch_offset: int = 0
    last_fetched_epoch: int = -1  # 12+; Of the last record read; finds out where logs part (KIP-595).
    log_start_offset: int = -1  # 5+; Of a follower.
    partition_max_bytes: int = 0
    replica_directory_id: bytes = ZERO_UUID  # 17+
    high_watermark: int = 9223372036854775807  # version 18; That the follower knows of (KIP-1166).


@define(eq=False, repr=False)
class FetchTopic(Struct):
    topic: str = ""  # 4..12
    topic_id: bytes = ZERO_UUID  # 13+
    partitions: list[FetchPartition] = field(factory=list)


@define(eq=False, repr=False)
class ForgottenTopic(Struct):
    topic: str = ""  # 7..12
    topic_id: bytes = ZERO_UUID  # 13+
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class FetchRequest(Struct):
    cluster_id: str | None = None  # 12+; Of the cluster that the reader thinks this is.
    replica_id: int = -1  # 4..14; Of a follower; -1 is a consumer. From 15 on see replica_state.
    replica_state: ReplicaState | None = None  # 15+; Says that the reader is a follower.
    max_wait_ms: int = 0  # How long to wait for min_bytes.
    min_bytes: int = 0
    max_bytes: int = 2147483647  # The first batch is given whole even if it is larger (KIP-74).
    isolation_level: int = 0  # 0 reads everything, 1 only what is committed.
    session_id: int = 0  # 7+; 0 asks for a new session (KIP-227).
    session_epoch: int = -1  # 7+; Counts the requests of a session; 0 begins one, -1 needs none.
    topics: list[FetchTopic] = field(factory=list)
    forgotten_topics_data: list[ForgottenTopic] = field(factory=list)  # 7+; Leave the session.
    rack_id: str = ""  # 11+; Of the consumer, for reading from the nearest replica.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> FetchRequest:
    """Fetch request of any version. Raises MalformedFrame."""
    if version >= 12:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> FetchRequest:
    start = pos
    try:
        replica_id, max_wait_ms, min_bytes, max_bytes, isolation_level = _unpack_iiiib(buf, pos)
        pos += 17
        session_id = 0
        session_epoch = -1
        if version >= 7:
            session_id, session_epoch = _unpack_ii(buf, pos)
            pos += 8
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[FetchTopic] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("topic", n, end - pos)
            topic = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 16 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[FetchPartition] = []
            for _ in range(n):
                (partition,) = _unpack_i(buf, pos)
                pos += 4
                current_leader_epoch = -1
                if version >= 9:
                    (current_leader_epoch,) = _unpack_i(buf, pos)
                    pos += 4
                (fetch_offset,) = _unpack_q(buf, pos)
                pos += 8
                log_start_offset = -1
                if version >= 5:
                    (log_start_offset,) = _unpack_q(buf, pos)
                    pos += 8
                (partition_max_bytes,) = _unpack_i(buf, pos)
                pos += 4
                partitions.append(
                    FetchPartition(
                        partition,
                        current_leader_epoch,
                        fetch_offset,
                        -1,
                        log_start_offset,
                        partition_max_bytes,
                    )
                )
            topics.append(FetchTopic(topic, ZERO_UUID, partitions))
        forgotten_topics_data: list[ForgottenTopic] = []
        if version >= 7:
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 6 > end - pos:
                refuse("forgotten_topics_data", n, end - pos)
            forgotten_topics_data = []
            for _ in range(n):
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("topic", n, end - pos)
                forgotten_topic_topic = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                (n,) = _unpack_i(buf, pos)
                pos += 4
                if n < 0 or n * 4 > end - pos:
                    refuse("partitions", n, end - pos)
                forgotten_topic_partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                forgotten_topics_data.append(
                    ForgottenTopic(forgotten_topic_topic, ZERO_UUID, forgotten_topic_partitions)
                )
        rack_id = ""
        if version >= 11:
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("rack_id", n, end - pos)
            rack_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Fetch request", version, pos - start, end - start, error) from error
    return FetchRequest(
        None,
        replica_id,
        None,
        max_wait_ms,
        min_bytes,
        max_bytes,
        isolation_level,
        session_id,
        session_epoch,
        topics,
        forgotten_topics_data,
        rack_id,
    )


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> FetchRequest:
    start = pos
    try:
        replica_id = -1
        if version <= 14:
            (replica_id,) = _unpack_i(buf, pos)
            pos += 4
        max_wait_ms, min_bytes, max_bytes, isolation_level, session_id, session_epoch, n = _unpack_iiibiiB(
            buf, pos
        )
        pos += 22
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[FetchTopic] = []
        for _ in range(n):
            topic = ""
            if version <= 12:
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("topic", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("topic", n - 1, end - pos)
                topic = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            topic_id = ZERO_UUID
            if version >= 13:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 33 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[FetchPartition] = []
            for _ in range(n):
                (
                    partition,
                    current_leader_epoch,
                    fetch_offset,
                    last_fetched_epoch,
                    log_start_offset,
                    partition_max_bytes,
                    n,
                ) = _unpack_iiqiqiB(buf, pos)
                pos += 33
                fetch_partition = FetchPartition(
                    partition,
                    current_leader_epoch,
                    fetch_offset,
                    last_fetched_epoch,
                    log_start_offset,
                    partition_max_bytes,
                )
                if n:
                    pos = _read_fetch_partition_tags(fetch_partition, n, buf, pos, end, version)
                partitions.append(fetch_partition)
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(FetchTopic(topic, topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("forgotten_topics_data", n, end - pos)
        forgotten_topics_data: list[ForgottenTopic] = []
        for _ in range(n):
            forgotten_topic_topic = ""
            if version <= 12:
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("topic", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("topic", n - 1, end - pos)
                forgotten_topic_topic = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            forgotten_topic_topic_id = ZERO_UUID
            if version >= 13:
                (forgotten_topic_topic_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
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
            forgotten_topics_data.append(
                ForgottenTopic(forgotten_topic_topic, forgotten_topic_topic_id, forgotten_topic_partitions)
            )
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("rack_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("rack_id", n - 1, end - pos)
        rack_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        fetch_request = FetchRequest(
            None,
            replica_id,
            None,
            max_wait_ms,
            min_bytes,
            max_bytes,
            isolation_level,
            session_id,
            session_epoch,
            topics,
            forgotten_topics_data,
            rack_id,
        )
        if n:
            pos = _read_fetch_request_tags(fetch_request, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Fetch request", version, pos - start, end - start, error) from error
    return fetch_request


def _read_fetch_partition_tags(
    fetch_partition: FetchPartition, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0 and version >= 17:
            (replica_directory_id,) = _unpack_u(buf, pos)
            pos += 16
            fetch_partition.replica_directory_id = replica_directory_id
            check_tag_end(tag, pos, tag_end)
        elif tag == 1 and version >= 18:
            (high_watermark,) = _unpack_q(buf, pos)
            pos += 8
            fetch_partition.high_watermark = high_watermark
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _read_fetch_request_tags(
    fetch_request: FetchRequest, n: int, buf: Readable, pos: int, end: int, version: int
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
            fetch_request.cluster_id = cluster_id
            check_tag_end(tag, pos, tag_end)
        elif tag == 1 and version >= 15:
            replica_id, replica_epoch, n = _unpack_iqB(buf, pos)
            pos += 13
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            replica_state = ReplicaState(replica_id, replica_epoch)
            fetch_request.replica_state = replica_state
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def encode_request(request: FetchRequest, version: int, parts: list[Buffer]) -> None:
    """Append Fetch request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 12:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: FetchRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.replica_state is not None:
        refuse_field("replica_state", version)
    out += _pack_iiiib(
        request.replica_id, request.max_wait_ms, request.min_bytes, request.max_bytes, request.isolation_level
    )
    if version >= 7:
        out += _pack_ii(request.session_id, request.session_epoch)
    out += _pack_i(len(request.topics))
    for fetch_topic in request.topics:
        write_string(out, fetch_topic.topic)
        out += _pack_i(len(fetch_topic.partitions))
        for fetch_partition in fetch_topic.partitions:
            if fetch_partition.last_fetched_epoch != -1:
                refuse_field("last_fetched_epoch", version)
            out += _pack_i(fetch_partition.partition)
            if version >= 9:
                out += _pack_i(fetch_partition.current_leader_epoch)
            out += _pack_q(fetch_partition.fetch_offset)
            if version >= 5:
                out += _pack_q(fetch_partition.log_start_offset)
            out += _pack_i(fetch_partition.partition_max_bytes)
    if version >= 7:
        out += _pack_i(len(request.forgotten_topics_data))
        for forgotten_topic in request.forgotten_topics_data:
            write_string(out, forgotten_topic.topic)
            n = len(forgotten_topic.partitions)
            if n == 1:
                out += _pack_ii(1, forgotten_topic.partitions[0])
            else:
                out += pack(f">i{n}i", n, *forgotten_topic.partitions)
    else:
        if request.forgotten_topics_data:
            refuse_field("forgotten_topics_data", version)
    if version >= 11:
        write_string(out, request.rack_id)
    parts.append(out)


def _encode_request_flexible(request: FetchRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version <= 14:
        out += _pack_i(request.replica_id)
    else:
        if request.replica_id != -1:
            refuse_field("replica_id", version)
    out += _pack_iiibii(
        request.max_wait_ms,
        request.min_bytes,
        request.max_bytes,
        request.isolation_level,
        request.session_id,
        request.session_epoch,
    )
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for fetch_topic in request.topics:
        if version <= 12:
            write_compact_string(out, fetch_topic.topic)
        if version >= 13:
            out += _pack_u(fetch_topic.topic_id)
        n = len(fetch_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for fetch_partition in fetch_topic.partitions:
            out += _pack_iiqiqi(
                fetch_partition.partition,
                fetch_partition.current_leader_epoch,
                fetch_partition.fetch_offset,
                fetch_partition.last_fetched_epoch,
                fetch_partition.log_start_offset,
                fetch_partition.partition_max_bytes,
            )
            if (
                fetch_partition.replica_directory_id != ZERO_UUID
                or fetch_partition.high_watermark != 9223372036854775807
            ):
                _write_fetch_partition_tags(out, fetch_partition, version)
            else:
                out.append(0)
        out.append(0)
    n = len(request.forgotten_topics_data) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for forgotten_topic in request.forgotten_topics_data:
        if version <= 12:
            write_compact_string(out, forgotten_topic.topic)
        if version >= 13:
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
    write_compact_string(out, request.rack_id)
    if request.cluster_id is not None or request.replica_state is not None:
        _write_fetch_request_tags(out, request, version)
    else:
        out.append(0)
    parts.append(out)


def _write_fetch_partition_tags(buffer: bytearray, fetch_partition: FetchPartition, version: int) -> None:
    fields: list[tuple[int, bytearray]] = []
    if version >= 17 and fetch_partition.replica_directory_id != ZERO_UUID:
        out = bytearray()
        out += _pack_u(fetch_partition.replica_directory_id)
        fields.append((0, out))
    if version >= 18 and fetch_partition.high_watermark != 9223372036854775807:
        out = bytearray()
        out += _pack_q(fetch_partition.high_watermark)
        fields.append((1, out))
    write_tagged_fields(buffer, fields)


def _write_fetch_request_tags(buffer: bytearray, fetch_request: FetchRequest, version: int) -> None:
    fields: list[tuple[int, bytearray]] = []
    if fetch_request.cluster_id is not None:
        out = bytearray()
        write_compact_string(out, fetch_request.cluster_id)
        fields.append((0, out))
    if not version >= 15 and fetch_request.replica_state is not None:
        refuse_field("replica_state", version)
    if (
        version >= 15
        and fetch_request.replica_state is not None
        and fetch_request.replica_state != ReplicaState()
    ):
        out = bytearray()
        out += _pack_iqB(fetch_request.replica_state.replica_id, fetch_request.replica_state.replica_epoch, 0)
        fields.append((1, out))
    write_tagged_fields(buffer, fields)


@define(eq=False, repr=False)
class EpochEndOffset(Struct):
    epoch: int = -1
    end_offset: int = -1


@define(eq=False, repr=False)
class LeaderIdAndEpoch(Struct):
    leader_id: int = -1
    leader_epoch: int = -1


@define(eq=False, repr=False)
class SnapshotId(Struct):
    end_offset: int = -1
    epoch: int = -1


@define(eq=False, repr=False)
class AbortedTransaction(Struct):
    producer_id: int = 0
    first_offset: int = 0


@define(eq=False, repr=False)
class PartitionData(Struct):
    partition_index: int = 0
    error_code: int = 0
    high_watermark: int = 0
    last_stable_offset: int = -1  # What a reader of committed records may see up to.
    log_start_offset: int = -1  # 5+
    diverging_epoch: EpochEndOffset | None = None  # 12+; Where the reader's log and this one part.
    current_leader: LeaderIdAndEpoch | None = None  # 12+; Who to ask instead.
    snapshot_id: SnapshotId | None = None  # 12+; The snapshot that a controller must fetch first.
    # Null when uncommitted records were asked for.
    aborted_transactions: list[AbortedTransaction] | None = field(factory=list)
    preferred_read_replica: int = -1  # 11+; Who to read from instead; -1 is this node.
    records: Buffer | Sequence[Buffer] | None = None


@define(eq=False, repr=False)
class FetchableTopicResponse(Struct):
    topic: str = ""  # 4..12
    topic_id: bytes = ZERO_UUID  # 13+
    partitions: list[PartitionData] = field(factory=list)


@define(eq=False, repr=False)
class NodeEndpoint(Struct):
    node_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None


@define(eq=False, repr=False)
class FetchResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0  # 7+
    session_id: int = 0  # 7+; 0 when there is no session.
    responses: list[FetchableTopicResponse] = field(factory=list)
    # 16+; Where the leaders named above can be reached.
    node_endpoints: list[NodeEndpoint] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> FetchResponse:
    """Fetch response of any version. Raises MalformedFrame."""
    if version >= 12:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> FetchResponse:
    start = pos
    try:
        (throttle_time_ms,) = _unpack_i(buf, pos)
        pos += 4
        error_code = 0
        session_id = 0
        if version >= 7:
            error_code, session_id = _unpack_hi(buf, pos)
            pos += 6
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[FetchableTopicResponse] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("topic", n, end - pos)
            topic = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 30 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionData] = []
            for _ in range(n):
                partition_index, partition_data_error_code, high_watermark, last_stable_offset = _unpack_ihqq(
                    buf, pos
                )
                pos += 22
                log_start_offset = -1
                if version >= 5:
                    (log_start_offset,) = _unpack_q(buf, pos)
                    pos += 8
                (n,) = _unpack_i(buf, pos)
                pos += 4
                aborted_transactions: list[AbortedTransaction] | None = None
                if n >= 0:
                    if n * 16 > end - pos:
                        refuse("aborted_transactions", n, end - pos)
                    aborted_transactions = []
                    for _ in range(n):
                        producer_id, first_offset = _unpack_qq(buf, pos)
                        pos += 16
                        aborted_transactions.append(AbortedTransaction(producer_id, first_offset))
                preferred_read_replica = -1
                if version >= 11:
                    (preferred_read_replica,) = _unpack_i(buf, pos)
                    pos += 4
                (n,) = _unpack_i(buf, pos)
                pos += 4
                records: Buffer | Sequence[Buffer] | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("records", n, end - pos)
                    records = memoryview(buf)[pos:stop]
                    pos = stop
                partitions.append(
                    PartitionData(
                        partition_index,
                        partition_data_error_code,
                        high_watermark,
                        last_stable_offset,
                        log_start_offset,
                        None,
                        None,
                        None,
                        aborted_transactions,
                        preferred_read_replica,
                        records,
                    )
                )
            responses.append(FetchableTopicResponse(topic, ZERO_UUID, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Fetch response", version, pos - start, end - start, error) from error
    return FetchResponse(throttle_time_ms, error_code, session_id, responses)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> FetchResponse:
    start = pos
    try:
        throttle_time_ms, error_code, session_id, n = _unpack_ihiB(buf, pos)
        pos += 11
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[FetchableTopicResponse] = []
        for _ in range(n):
            topic = ""
            if version <= 12:
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("topic", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("topic", n - 1, end - pos)
                topic = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            topic_id = ZERO_UUID
            if version >= 13:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 37 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionData] = []
            for _ in range(n):
                (
                    partition_index,
                    partition_data_error_code,
                    high_watermark,
                    last_stable_offset,
                    log_start_offset,
                    n,
                ) = _unpack_ihqqqB(buf, pos)
                pos += 31
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                aborted_transactions: list[AbortedTransaction] | None = None
                if n >= 0:
                    if n * 17 > end - pos:
                        refuse("aborted_transactions", n, end - pos)
                    aborted_transactions = []
                    for _ in range(n):
                        producer_id, first_offset, n = _unpack_qqB(buf, pos)
                        pos += 17
                        if n:
                            pos = skip_tagged_fields(buf, pos, end, n)
                        aborted_transactions.append(AbortedTransaction(producer_id, first_offset))
                preferred_read_replica, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                records: Buffer | Sequence[Buffer] | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("records", n - 1, end - pos)
                    records = memoryview(buf)[pos:stop]
                    pos = stop
                n = buf[pos]
                pos += 1
                partition_data = PartitionData(
                    partition_index,
                    partition_data_error_code,
                    high_watermark,
                    last_stable_offset,
                    log_start_offset,
                    None,
                    None,
                    None,
                    aborted_transactions,
                    preferred_read_replica,
                    records,
                )
                if n:
                    pos = _read_partition_data_tags(partition_data, n, buf, pos, end, version)
                partitions.append(partition_data)
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            responses.append(FetchableTopicResponse(topic, topic_id, partitions))
        n = buf[pos]
        pos += 1
        fetch_response = FetchResponse(throttle_time_ms, error_code, session_id, responses)
        if n:
            pos = _read_fetch_response_tags(fetch_response, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Fetch response", version, pos - start, end - start, error) from error
    return fetch_response


def _read_fetch_response_tags(
    fetch_response: FetchResponse, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0 and version >= 16:
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
            fetch_response.node_endpoints = node_endpoints
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _read_partition_data_tags(
    partition_data: PartitionData, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            epoch, end_offset, n = _unpack_iqB(buf, pos)
            pos += 13
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            diverging_epoch = EpochEndOffset(epoch, end_offset)
            partition_data.diverging_epoch = diverging_epoch
            check_tag_end(tag, pos, tag_end)
        elif tag == 1:
            leader_id, leader_epoch, n = _unpack_iiB(buf, pos)
            pos += 9
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            current_leader = LeaderIdAndEpoch(leader_id, leader_epoch)
            partition_data.current_leader = current_leader
            check_tag_end(tag, pos, tag_end)
        elif tag == 2:
            snapshot_id_end_offset, snapshot_id_epoch, n = _unpack_qiB(buf, pos)
            pos += 13
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            snapshot_id = SnapshotId(snapshot_id_end_offset, snapshot_id_epoch)
            partition_data.snapshot_id = snapshot_id
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def encode_response(response: FetchResponse, version: int, parts: list[Buffer]) -> None:
    """Append Fetch response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 12:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: FetchResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if response.node_endpoints:
        refuse_field("node_endpoints", version)
    out += _pack_i(response.throttle_time_ms)
    if version >= 7:
        out += _pack_hi(response.error_code, response.session_id)
    else:
        if response.session_id != 0:
            refuse_field("session_id", version)
    out += _pack_i(len(response.responses))
    for fetchable_topic_response in response.responses:
        write_string(out, fetchable_topic_response.topic)
        out += _pack_i(len(fetchable_topic_response.partitions))
        for partition_data in fetchable_topic_response.partitions:
            if partition_data.diverging_epoch is not None:
                refuse_field("diverging_epoch", version)
            if partition_data.current_leader is not None:
                refuse_field("current_leader", version)
            if partition_data.snapshot_id is not None:
                refuse_field("snapshot_id", version)
            out += _pack_ihqq(
                partition_data.partition_index,
                partition_data.error_code,
                partition_data.high_watermark,
                partition_data.last_stable_offset,
            )
            if version >= 5:
                out += _pack_q(partition_data.log_start_offset)
            if partition_data.aborted_transactions is None:
                out += NULL_INT32
            else:
                out += _pack_i(len(partition_data.aborted_transactions))
                for aborted_transaction in partition_data.aborted_transactions:
                    out += _pack_qq(aborted_transaction.producer_id, aborted_transaction.first_offset)
            if version >= 11:
                out += _pack_i(partition_data.preferred_read_replica)
            else:
                if partition_data.preferred_read_replica != -1:
                    refuse_field("preferred_read_replica", version)
            out = write_records(out, parts, partition_data.records, False)
    parts.append(out)


def _encode_response_flexible(response: FetchResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ihi(response.throttle_time_ms, response.error_code, response.session_id)
    n = len(response.responses) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for fetchable_topic_response in response.responses:
        if version <= 12:
            write_compact_string(out, fetchable_topic_response.topic)
        if version >= 13:
            out += _pack_u(fetchable_topic_response.topic_id)
        n = len(fetchable_topic_response.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_data in fetchable_topic_response.partitions:
            out += _pack_ihqqq(
                partition_data.partition_index,
                partition_data.error_code,
                partition_data.high_watermark,
                partition_data.last_stable_offset,
                partition_data.log_start_offset,
            )
            if partition_data.aborted_transactions is None:
                out.append(0)
            else:
                n = len(partition_data.aborted_transactions) + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                for aborted_transaction in partition_data.aborted_transactions:
                    out += _pack_qqB(aborted_transaction.producer_id, aborted_transaction.first_offset, 0)
            out += _pack_i(partition_data.preferred_read_replica)
            out = write_records(out, parts, partition_data.records, True)
            if (
                partition_data.diverging_epoch is not None
                or partition_data.current_leader is not None
                or partition_data.snapshot_id is not None
            ):
                _write_partition_data_tags(out, partition_data, version)
            else:
                out.append(0)
        out.append(0)
    if response.node_endpoints:
        _write_fetch_response_tags(out, response, version)
    else:
        out.append(0)
    parts.append(out)


def _write_fetch_response_tags(buffer: bytearray, fetch_response: FetchResponse, version: int) -> None:
    fields: list[tuple[int, bytearray]] = []
    if not version >= 16 and fetch_response.node_endpoints:
        refuse_field("node_endpoints", version)
    if version >= 16 and fetch_response.node_endpoints:
        out = bytearray()
        n = len(fetch_response.node_endpoints) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for node_endpoint in fetch_response.node_endpoints:
            out += _pack_i(node_endpoint.node_id)
            write_compact_string(out, node_endpoint.host)
            out += _pack_i(node_endpoint.port)
            write_compact_string(out, node_endpoint.rack)
            out.append(0)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)


def _write_partition_data_tags(buffer: bytearray, partition_data: PartitionData, version: int) -> None:
    fields: list[tuple[int, bytearray]] = []
    if partition_data.diverging_epoch is not None and partition_data.diverging_epoch != EpochEndOffset():
        out = bytearray()
        out += _pack_iqB(partition_data.diverging_epoch.epoch, partition_data.diverging_epoch.end_offset, 0)
        fields.append((0, out))
    if partition_data.current_leader is not None and partition_data.current_leader != LeaderIdAndEpoch():
        out = bytearray()
        out += _pack_iiB(
            partition_data.current_leader.leader_id, partition_data.current_leader.leader_epoch, 0
        )
        fields.append((1, out))
    if partition_data.snapshot_id is not None and partition_data.snapshot_id != SnapshotId():
        out = bytearray()
        out += _pack_qiB(partition_data.snapshot_id.end_offset, partition_data.snapshot_id.epoch, 0)
        fields.append((2, out))
    write_tagged_fields(buffer, fields)
