"""GENERATED from protocol_specs/08_offset_commit.spec by protocol_specs/generate.py; do not edit."""

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
    write_string,
    write_uvarint,
)

KEY = 8
NAME = "OffsetCommit"
MIN_VERSION = 2
MAX_VERSION = 10
FLEXIBLE_FROM = 8

_unpack_u = Format(">16s").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_iq = Format(">iq").unpack_from
_unpack_iqiB = Format(">iqiB").unpack_from
_unpack_q = Format(">q").unpack_from
_pack_u = Format(">16s").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_ihB = Format(">ihB").pack
_pack_iq = Format(">iq").pack
_pack_iqi = Format(">iqi").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class OffsetCommitRequestPartition(Struct):
    partition_index: int = 0
    committed_offset: int = 0  # The next one to read.
    committed_leader_epoch: int = -1  # 6+; Of the last record read.
    committed_metadata: str | None = ""  # Whatever the client wants to keep.


@define(eq=False, repr=False)
class OffsetCommitRequestTopic(Struct):
    name: str = ""  # 2..9
    topic_id: bytes = ZERO_UUID  # version 10
    partitions: list[OffsetCommitRequestPartition] = field(factory=list)


@define(eq=False, repr=False)
class OffsetCommitRequest(Struct):
    group_id: str = ""
    generation_id_or_member_epoch: int = -1  # -1 with an empty member id commits from outside of the group.
    member_id: str = ""
    group_instance_id: str | None = None  # 7+; Of a static member (KIP-345).
    retention_time_ms: int = -1  # 2..4; -1 leaves it to the broker.
    topics: list[OffsetCommitRequestTopic] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> OffsetCommitRequest:
    """OffsetCommit request of any version. Raises MalformedFrame."""
    if version >= 8:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> OffsetCommitRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        generation_id_or_member_epoch, n = _unpack_ih(buf, pos)
        pos += 6
        stop = pos + n
        if n < 0 or stop > end:
            refuse("member_id", n, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        group_instance_id: str | None = None
        if version >= 7:
            (n,) = _unpack_h(buf, pos)
            pos += 2
            group_instance_id = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("group_instance_id", n, end - pos)
                group_instance_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        retention_time_ms = -1
        if version <= 4:
            (retention_time_ms,) = _unpack_q(buf, pos)
            pos += 8
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetCommitRequestTopic] = []
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
            if n < 0 or n * 14 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[OffsetCommitRequestPartition] = []
            for _ in range(n):
                partition_index, committed_offset = _unpack_iq(buf, pos)
                pos += 12
                committed_leader_epoch = -1
                if version >= 6:
                    (committed_leader_epoch,) = _unpack_i(buf, pos)
                    pos += 4
                (n,) = _unpack_h(buf, pos)
                pos += 2
                committed_metadata: str | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("committed_metadata", n, end - pos)
                    committed_metadata = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                partitions.append(
                    OffsetCommitRequestPartition(
                        partition_index, committed_offset, committed_leader_epoch, committed_metadata
                    )
                )
            topics.append(OffsetCommitRequestTopic(name, ZERO_UUID, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetCommit request", version, pos - start, end - start, error) from error
    return OffsetCommitRequest(
        group_id, generation_id_or_member_epoch, member_id, group_instance_id, retention_time_ms, topics
    )


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> OffsetCommitRequest:
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
        generation_id_or_member_epoch, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("member_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("member_id", n - 1, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("group_instance_id", n - 1)
        group_instance_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("group_instance_id", n - 1, end - pos)
            group_instance_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetCommitRequestTopic] = []
        for _ in range(n):
            name = ""
            if version <= 9:
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
            topic_id = ZERO_UUID
            if version >= 10:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 18 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[OffsetCommitRequestPartition] = []
            for _ in range(n):
                partition_index, committed_offset, committed_leader_epoch, n = _unpack_iqiB(buf, pos)
                pos += 17
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("committed_metadata", n - 1)
                committed_metadata: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("committed_metadata", n - 1, end - pos)
                    committed_metadata = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    OffsetCommitRequestPartition(
                        partition_index, committed_offset, committed_leader_epoch, committed_metadata
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(OffsetCommitRequestTopic(name, topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetCommit request", version, pos - start, end - start, error) from error
    return OffsetCommitRequest(
        group_id, generation_id_or_member_epoch, member_id, group_instance_id, -1, topics
    )


def encode_request(request: OffsetCommitRequest, version: int, parts: list[Buffer]) -> None:
    """Append OffsetCommit request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 8:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: OffsetCommitRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_string(out, request.group_id)
    out += _pack_i(request.generation_id_or_member_epoch)
    write_string(out, request.member_id)
    if version >= 7:
        write_string(out, request.group_instance_id)
    else:
        if request.group_instance_id is not None:
            refuse_field("group_instance_id", version)
    if version <= 4:
        out += _pack_q(request.retention_time_ms)
    out += _pack_i(len(request.topics))
    for offset_commit_request_topic in request.topics:
        write_string(out, offset_commit_request_topic.name)
        out += _pack_i(len(offset_commit_request_topic.partitions))
        for offset_commit_request_partition in offset_commit_request_topic.partitions:
            out += _pack_iq(
                offset_commit_request_partition.partition_index,
                offset_commit_request_partition.committed_offset,
            )
            if version >= 6:
                out += _pack_i(offset_commit_request_partition.committed_leader_epoch)
            write_string(out, offset_commit_request_partition.committed_metadata)
    parts.append(out)


def _encode_request_flexible(request: OffsetCommitRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_string(out, request.group_id)
    out += _pack_i(request.generation_id_or_member_epoch)
    write_compact_string(out, request.member_id)
    write_compact_string(out, request.group_instance_id)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for offset_commit_request_topic in request.topics:
        if version <= 9:
            write_compact_string(out, offset_commit_request_topic.name)
        if version >= 10:
            out += _pack_u(offset_commit_request_topic.topic_id)
        n = len(offset_commit_request_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for offset_commit_request_partition in offset_commit_request_topic.partitions:
            out += _pack_iqi(
                offset_commit_request_partition.partition_index,
                offset_commit_request_partition.committed_offset,
                offset_commit_request_partition.committed_leader_epoch,
            )
            write_compact_string(out, offset_commit_request_partition.committed_metadata)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class OffsetCommitResponsePartition(Struct):
    partition_index: int = 0
    error_code: int = 0


@define(eq=False, repr=False)
class OffsetCommitResponseTopic(Struct):
    name: str = ""  # 2..9
    topic_id: bytes = ZERO_UUID  # version 10
    partitions: list[OffsetCommitResponsePartition] = field(factory=list)


@define(eq=False, repr=False)
class OffsetCommitResponse(Struct):
    throttle_time_ms: int = 0  # 3+
    topics: list[OffsetCommitResponseTopic] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> OffsetCommitResponse:
    """OffsetCommit response of any version. Raises MalformedFrame."""
    if version >= 8:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> OffsetCommitResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 3:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetCommitResponseTopic] = []
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
            partitions: list[OffsetCommitResponsePartition] = []
            for _ in range(n):
                partition_index, error_code = _unpack_ih(buf, pos)
                pos += 6
                partitions.append(OffsetCommitResponsePartition(partition_index, error_code))
            topics.append(OffsetCommitResponseTopic(name, ZERO_UUID, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetCommit response", version, pos - start, end - start, error) from error
    return OffsetCommitResponse(throttle_time_ms, topics)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> OffsetCommitResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetCommitResponseTopic] = []
        for _ in range(n):
            name = ""
            if version <= 9:
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
            topic_id = ZERO_UUID
            if version >= 10:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 7 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[OffsetCommitResponsePartition] = []
            for _ in range(n):
                partition_index, error_code, n = _unpack_ihB(buf, pos)
                pos += 7
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(OffsetCommitResponsePartition(partition_index, error_code))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(OffsetCommitResponseTopic(name, topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetCommit response", version, pos - start, end - start, error) from error
    return OffsetCommitResponse(throttle_time_ms, topics)


def encode_response(response: OffsetCommitResponse, version: int, parts: list[Buffer]) -> None:
    """Append OffsetCommit response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 8:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: OffsetCommitResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 3:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_i(len(response.topics))
    for offset_commit_response_topic in response.topics:
        write_string(out, offset_commit_response_topic.name)
        out += _pack_i(len(offset_commit_response_topic.partitions))
        for offset_commit_response_partition in offset_commit_response_topic.partitions:
            out += _pack_ih(
                offset_commit_response_partition.partition_index, offset_commit_response_partition.error_code
            )
    parts.append(out)


def _encode_response_flexible(response: OffsetCommitResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for offset_commit_response_topic in response.topics:
        if version <= 9:
            write_compact_string(out, offset_commit_response_topic.name)
        if version >= 10:
            out += _pack_u(offset_commit_response_topic.topic_id)
        n = len(offset_commit_response_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for offset_commit_response_partition in offset_commit_response_topic.partitions:
            out += _pack_ihB(
                offset_commit_response_partition.partition_index,
                offset_commit_response_partition.error_code,
                0,
            )
        out.append(0)
    out.append(0)
    parts.append(out)
