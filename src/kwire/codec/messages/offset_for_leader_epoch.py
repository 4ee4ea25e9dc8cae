"""GENERATED from protocol_specs/23_offset_for_leader_epoch.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    Buffer,
    Readable,
    Struct,
    malformed,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 23
NAME = "OffsetForLeaderEpoch"
MIN_VERSION = 2
MAX_VERSION = 4
FLEXIBLE_FROM = 4

_unpack_h = Format(">h").unpack_from
_unpack_hiiq = Format(">hiiq").unpack_from
_unpack_hiiqB = Format(">hiiqB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_unpack_iii = Format(">iii").unpack_from
_unpack_iiiB = Format(">iiiB").unpack_from
_pack_hiiq = Format(">hiiq").pack
_pack_hiiqB = Format(">hiiqB").pack
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack
_pack_iii = Format(">iii").pack
_pack_iiiB = Format(">iiiB").pack


@define(eq=False, repr=False)
class OffsetForLeaderPartition(Struct):
    partition: int = 0
    current_leader_epoch: int = -1  # What the reader believes; -1 does not know.
    leader_epoch: int = 0  # The epoch whose end is asked for.


@define(eq=False, repr=False)
class OffsetForLeaderTopic(Struct):
    topic: str = ""
    partitions: list[OffsetForLeaderPartition] = field(factory=list)


@define(eq=False, repr=False)
class OffsetForLeaderEpochRequest(Struct):
    replica_id: int = -2  # 3+; -1 for a consumer, -2 for a debugging client.
    topics: list[OffsetForLeaderTopic] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> OffsetForLeaderEpochRequest:
    """OffsetForLeaderEpoch request of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> OffsetForLeaderEpochRequest:
    start = pos
    try:
        replica_id = -2
        if version >= 3:
            (replica_id,) = _unpack_i(buf, pos)
            pos += 4
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetForLeaderTopic] = []
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
            if n < 0 or n * 12 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[OffsetForLeaderPartition] = []
            for _ in range(n):
                partition, current_leader_epoch, leader_epoch = _unpack_iii(buf, pos)
                pos += 12
                partitions.append(OffsetForLeaderPartition(partition, current_leader_epoch, leader_epoch))
            topics.append(OffsetForLeaderTopic(topic, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetForLeaderEpoch request", version, pos - start, end - start, error) from error
    return OffsetForLeaderEpochRequest(replica_id, topics)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> OffsetForLeaderEpochRequest:
    start = pos
    try:
        replica_id, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetForLeaderTopic] = []
        for _ in range(n):
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
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 13 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[OffsetForLeaderPartition] = []
            for _ in range(n):
                partition, current_leader_epoch, leader_epoch, n = _unpack_iiiB(buf, pos)
                pos += 13
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(OffsetForLeaderPartition(partition, current_leader_epoch, leader_epoch))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(OffsetForLeaderTopic(topic, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetForLeaderEpoch request", version, pos - start, end - start, error) from error
    return OffsetForLeaderEpochRequest(replica_id, topics)


def encode_request(request: OffsetForLeaderEpochRequest, version: int, parts: list[Buffer]) -> None:
    """Append OffsetForLeaderEpoch request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: OffsetForLeaderEpochRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 3:
        out += _pack_i(request.replica_id)
    out += _pack_i(len(request.topics))
    for offset_for_leader_topic in request.topics:
        write_string(out, offset_for_leader_topic.topic)
        out += _pack_i(len(offset_for_leader_topic.partitions))
        for offset_for_leader_partition in offset_for_leader_topic.partitions:
            out += _pack_iii(
                offset_for_leader_partition.partition,
                offset_for_leader_partition.current_leader_epoch,
                offset_for_leader_partition.leader_epoch,
            )
    parts.append(out)


def _encode_request_flexible(request: OffsetForLeaderEpochRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(request.replica_id)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for offset_for_leader_topic in request.topics:
        write_compact_string(out, offset_for_leader_topic.topic)
        n = len(offset_for_leader_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for offset_for_leader_partition in offset_for_leader_topic.partitions:
            out += _pack_iiiB(
                offset_for_leader_partition.partition,
                offset_for_leader_partition.current_leader_epoch,
                offset_for_leader_partition.leader_epoch,
                0,
            )
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class EpochEndOffset(Struct):
    error_code: int = 0
    partition: int = 0
    leader_epoch: int = -1  # The largest epoch that is not above it.
    end_offset: int = -1


@define(eq=False, repr=False)
class OffsetForLeaderTopicResult(Struct):
    topic: str = ""
    partitions: list[EpochEndOffset] = field(factory=list)


@define(eq=False, repr=False)
class OffsetForLeaderEpochResponse(Struct):
    throttle_time_ms: int = 0
    topics: list[OffsetForLeaderTopicResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> OffsetForLeaderEpochResponse:
    """OffsetForLeaderEpoch response of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> OffsetForLeaderEpochResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetForLeaderTopicResult] = []
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
            if n < 0 or n * 18 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[EpochEndOffset] = []
            for _ in range(n):
                error_code, partition, leader_epoch, end_offset = _unpack_hiiq(buf, pos)
                pos += 18
                partitions.append(EpochEndOffset(error_code, partition, leader_epoch, end_offset))
            topics.append(OffsetForLeaderTopicResult(topic, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetForLeaderEpoch response", version, pos - start, end - start, error) from error
    return OffsetForLeaderEpochResponse(throttle_time_ms, topics)


def _decode_response_flexible(
    buf: Readable, pos: int, end: int, version: int
) -> OffsetForLeaderEpochResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetForLeaderTopicResult] = []
        for _ in range(n):
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
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 19 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[EpochEndOffset] = []
            for _ in range(n):
                error_code, partition, leader_epoch, end_offset, n = _unpack_hiiqB(buf, pos)
                pos += 19
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(EpochEndOffset(error_code, partition, leader_epoch, end_offset))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(OffsetForLeaderTopicResult(topic, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetForLeaderEpoch response", version, pos - start, end - start, error) from error
    return OffsetForLeaderEpochResponse(throttle_time_ms, topics)


def encode_response(response: OffsetForLeaderEpochResponse, version: int, parts: list[Buffer]) -> None:
    """Append OffsetForLeaderEpoch response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(
    response: OffsetForLeaderEpochResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.topics))
    for offset_for_leader_topic_result in response.topics:
        write_string(out, offset_for_leader_topic_result.topic)
        out += _pack_i(len(offset_for_leader_topic_result.partitions))
        for epoch_end_offset in offset_for_leader_topic_result.partitions:
            out += _pack_hiiq(
                epoch_end_offset.error_code,
                epoch_end_offset.partition,
                epoch_end_offset.leader_epoch,
                epoch_end_offset.end_offset,
            )
    parts.append(out)


def _encode_response_flexible(
    response: OffsetForLeaderEpochResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for offset_for_leader_topic_result in response.topics:
        write_compact_string(out, offset_for_leader_topic_result.topic)
        n = len(offset_for_leader_topic_result.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for epoch_end_offset in offset_for_leader_topic_result.partitions:
            out += _pack_hiiqB(
                epoch_end_offset.error_code,
                epoch_end_offset.partition,
                epoch_end_offset.leader_epoch,
                epoch_end_offset.end_offset,
                0,
            )
        out.append(0)
    out.append(0)
    parts.append(out)
