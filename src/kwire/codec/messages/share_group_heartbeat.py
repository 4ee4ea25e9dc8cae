"""GENERATED from protocol_specs/76_share_group_heartbeat.spec by protocol_specs/generate.py; do not edit."""

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
    read_compact_strings,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 76
NAME = "ShareGroupHeartbeat"
MIN_VERSION = 1
MAX_VERSION = 1
FLEXIBLE_FROM = 1

_unpack_uB = Format(">16sB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_pack_u = Format(">16s").pack
_pack_Bi = Format(">Bi").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class ShareGroupHeartbeatRequest(Struct):
    group_id: str = ""
    member_id: str = ""
    member_epoch: int = 0  # 0 joins, -1 leaves.
    rack_id: str | None = None
    subscribed_topic_names: list[str] | None = None  # Null when nothing changed.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ShareGroupHeartbeatRequest:
    """ShareGroupHeartbeat request of any version. Raises MalformedFrame."""
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
            if n > LONGEST_STRING + 1:
                refuse_string("member_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("member_id", n - 1, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        member_epoch, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("rack_id", n - 1)
        rack_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("rack_id", n - 1, end - pos)
            rack_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        subscribed_topic_names: list[str] | None = None
        if n >= 0:
            subscribed_topic_names, pos = read_compact_strings(buf, pos, end, n, "subscribed_topic_names")
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ShareGroupHeartbeat request", version, pos - start, end - start, error) from error
    return ShareGroupHeartbeatRequest(group_id, member_id, member_epoch, rack_id, subscribed_topic_names)


def encode_request(request: ShareGroupHeartbeatRequest, version: int, parts: list[Buffer]) -> None:
    """Append ShareGroupHeartbeat request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    write_compact_string(out, request.member_id)
    out += _pack_i(request.member_epoch)
    write_compact_string(out, request.rack_id)
    if request.subscribed_topic_names is None:
        out.append(0)
    else:
        n = len(request.subscribed_topic_names) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for text in request.subscribed_topic_names:
            write_compact_string(out, text)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class TopicPartitions(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class Assignment(Struct):
    topic_partitions: list[TopicPartitions] = field(factory=list)


@define(eq=False, repr=False)
class ShareGroupHeartbeatResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    member_id: str | None = None
    member_epoch: int = 0
    heartbeat_interval_ms: int = 0
    assignment: Assignment | None = None  # Null when nothing changed.


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ShareGroupHeartbeatResponse:
    """ShareGroupHeartbeat response of any version. Raises MalformedFrame."""
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
            if n > LONGEST_STRING + 1:
                refuse_string("member_id", n - 1)
        member_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("member_id", n - 1, end - pos)
            member_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        member_epoch, heartbeat_interval_ms, n = _unpack_iiB(buf, pos)
        pos += 9
        assignment: Assignment | None = None
        if n < 128:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 18 > end - pos:
                refuse("topic_partitions", n, end - pos)
            topic_partitions: list[TopicPartitions] = []
            for _ in range(n):
                topic_id, n = _unpack_uB(buf, pos)
                pos += 17
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
                topic_partitions.append(TopicPartitions(topic_id, partitions))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            assignment = Assignment(topic_partitions)
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ShareGroupHeartbeat response", version, pos - start, end - start, error) from error
    return ShareGroupHeartbeatResponse(
        throttle_time_ms,
        error_code,
        error_message,
        member_id,
        member_epoch,
        heartbeat_interval_ms,
        assignment,
    )


def encode_response(response: ShareGroupHeartbeatResponse, version: int, parts: list[Buffer]) -> None:
    """Append ShareGroupHeartbeat response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    write_compact_string(out, response.member_id)
    out += _pack_ii(response.member_epoch, response.heartbeat_interval_ms)
    if response.assignment is None:
        out += b"\xff"
    else:
        out.append(1)
        n = len(response.assignment.topic_partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for topic_partitions in response.assignment.topic_partitions:
            out += _pack_u(topic_partitions.topic_id)
            n = len(topic_partitions.partitions)
            if n == 1:
                out += _pack_Bi(2, topic_partitions.partitions[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *topic_partitions.partitions)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
