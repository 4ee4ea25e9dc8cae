"""GENERATED from protocol_specs/68_consumer_group_heartbeat.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 68
NAME = "ConsumerGroupHeartbeat"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 0

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
class TopicPartitions(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class ConsumerGroupHeartbeatRequest(Struct):
    group_id: str = ""
    member_id: str = ""
    member_epoch: int = 0  # 0 joins, -1 leaves, -2 leaves as a static member.
    instance_id: str | None = None
    rack_id: str | None = None
    rebalance_timeout_ms: int = -1  # -1 when nothing changed.
    subscribed_topic_names: list[str] | None = None  # Null when nothing changed.
    subscribed_topic_regex: str | None = None  # version 1; RE2; null when nothing changed.
    server_assignor: str | None = None  # Null leaves it to the broker.
    topic_partitions: list[TopicPartitions] | None = None  # What it owns; null when nothing changed.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupHeartbeatRequest:
    """ConsumerGroupHeartbeat request of any version. Raises MalformedFrame."""
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
                refuse_string("instance_id", n - 1)
        instance_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("instance_id", n - 1, end - pos)
            instance_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
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
        rebalance_timeout_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        subscribed_topic_names: list[str] | None = None
        if n >= 0:
            subscribed_topic_names, pos = read_compact_strings(buf, pos, end, n, "subscribed_topic_names")
        subscribed_topic_regex: str | None = None
        if version >= 1:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("subscribed_topic_regex", n - 1)
            subscribed_topic_regex = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("subscribed_topic_regex", n - 1, end - pos)
                subscribed_topic_regex = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("server_assignor", n - 1)
        server_assignor: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("server_assignor", n - 1, end - pos)
            server_assignor = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        topic_partitions: list[TopicPartitions] | None = None
        if n >= 0:
            if n * 18 > end - pos:
                refuse("topic_partitions", n, end - pos)
            topic_partitions = []
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
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ConsumerGroupHeartbeat request", version, pos - start, end - start, error) from error
    return ConsumerGroupHeartbeatRequest(
        group_id,
        member_id,
        member_epoch,
        instance_id,
        rack_id,
        rebalance_timeout_ms,
        subscribed_topic_names,
        subscribed_topic_regex,
        server_assignor,
        topic_partitions,
    )


def encode_request(request: ConsumerGroupHeartbeatRequest, version: int, parts: list[Buffer]) -> None:
    """Append ConsumerGroupHeartbeat request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    write_compact_string(out, request.member_id)
    out += _pack_i(request.member_epoch)
    write_compact_string(out, request.instance_id)
    write_compact_string(out, request.rack_id)
    out += _pack_i(request.rebalance_timeout_ms)
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
    if version >= 1:
        write_compact_string(out, request.subscribed_topic_regex)
    else:
        if request.subscribed_topic_regex is not None:
            refuse_field("subscribed_topic_regex", version)
    write_compact_string(out, request.server_assignor)
    if request.topic_partitions is None:
        out.append(0)
    else:
        n = len(request.topic_partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for topic_partitions in request.topic_partitions:
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
    parts.append(out)


@define(eq=False, repr=False)
class TopicPartitionsResponse(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class Assignment(Struct):
    topic_partitions: list[TopicPartitionsResponse] = field(factory=list)


@define(eq=False, repr=False)
class ConsumerGroupHeartbeatResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    member_id: str | None = None
    member_epoch: int = 0
    heartbeat_interval_ms: int = 0
    assignment: Assignment | None = None  # Null when nothing changed.


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupHeartbeatResponse:
    """ConsumerGroupHeartbeat response of any version. Raises MalformedFrame."""
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
            topic_partitions: list[TopicPartitionsResponse] = []
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
                topic_partitions.append(TopicPartitionsResponse(topic_id, partitions))
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
        raise malformed(
            "ConsumerGroupHeartbeat response", version, pos - start, end - start, error
        ) from error
    return ConsumerGroupHeartbeatResponse(
        throttle_time_ms,
        error_code,
        error_message,
        member_id,
        member_epoch,
        heartbeat_interval_ms,
        assignment,
    )


def encode_response(response: ConsumerGroupHeartbeatResponse, version: int, parts: list[Buffer]) -> None:
    """Append ConsumerGroupHeartbeat response to `parts`. Raises ValueError for what the version cannot say."""
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
