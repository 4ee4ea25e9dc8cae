"""GENERATED from protocol_specs/69_consumer_group_describe.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 69
NAME = "ConsumerGroupDescribe"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 0

_unpack_uB = Format(">16sB").unpack_from
_unpack_tB = Format(">?B").unpack_from
_unpack_b = Format(">b").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_pack_u = Format(">16s").pack
_pack_tB = Format(">?B").pack
_pack_Bi = Format(">Bi").pack
_pack_b = Format(">b").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class ConsumerGroupDescribeRequest(Struct):
    group_ids: list[str] = field(factory=list)
    include_authorized_operations: bool = False


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupDescribeRequest:
    """ConsumerGroupDescribe request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("group_ids", n, end - pos)
        group_ids, pos = read_compact_strings(buf, pos, end, n, "group_ids")
        include_authorized_operations, n = _unpack_tB(buf, pos)
        pos += 2
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ConsumerGroupDescribe request", version, pos - start, end - start, error) from error
    return ConsumerGroupDescribeRequest(group_ids, include_authorized_operations)


def encode_request(request: ConsumerGroupDescribeRequest, version: int, parts: list[Buffer]) -> None:
    """Append ConsumerGroupDescribe request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(request.group_ids) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in request.group_ids:
        write_compact_string(out, text)
    out += _pack_tB(request.include_authorized_operations, 0)
    parts.append(out)


@define(eq=False, repr=False)
class TopicPartitions(Struct):
    topic_id: bytes = ZERO_UUID
    topic_name: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class Assignment(Struct):
    topic_partitions: list[TopicPartitions] = field(factory=list)


@define(eq=False, repr=False)
class Member(Struct):
    member_id: str = ""
    instance_id: str | None = None
    rack_id: str | None = None
    member_epoch: int = 0
    client_id: str = ""
    client_host: str = ""
    subscribed_topic_names: list[str] = field(factory=list)
    subscribed_topic_regex: str | None = None
    assignment: Assignment = field(factory=Assignment)
    target_assignment: Assignment = field(factory=Assignment)
    member_type: int = -1  # version 1; 0 classic protocol, 1 consumer protocol, -1 unknown.


@define(eq=False, repr=False)
class DescribedGroup(Struct):
    error_code: int = 0
    error_message: str | None = None
    group_id: str = ""
    group_state: str = ""
    group_epoch: int = 0
    assignment_epoch: int = 0
    assignor_name: str = ""
    members: list[Member] = field(factory=list)
    authorized_operations: int = -2147483648


@define(eq=False, repr=False)
class ConsumerGroupDescribeResponse(Struct):
    throttle_time_ms: int = 0
    groups: list[DescribedGroup] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupDescribeResponse:
    """ConsumerGroupDescribe response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 20 > end - pos:
            refuse("groups", n, end - pos)
        groups: list[DescribedGroup] = []
        for _ in range(n):
            error_code, n = _unpack_hB(buf, pos)
            pos += 3
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
                    refuse_string("group_state", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("group_state", n - 1, end - pos)
            group_state = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            group_epoch, assignment_epoch, n = _unpack_iiB(buf, pos)
            pos += 9
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("assignor_name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("assignor_name", n - 1, end - pos)
            assignor_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 16 > end - pos:
                refuse("members", n, end - pos)
            members: list[Member] = []
            for _ in range(n):
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
                n = buf[pos]
                pos += 1
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
                member_epoch, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("client_id", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("client_id", n - 1, end - pos)
                client_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("client_host", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("client_host", n - 1, end - pos)
                client_host = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0:
                    refuse("subscribed_topic_names", n, end - pos)
                subscribed_topic_names, pos = read_compact_strings(buf, pos, end, n, "subscribed_topic_names")
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("subscribed_topic_regex", n - 1)
                subscribed_topic_regex: str | None = None
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
                n -= 1
                if n < 0 or n * 19 > end - pos:
                    refuse("topic_partitions", n, end - pos)
                topic_partitions: list[TopicPartitions] = []
                for _ in range(n):
                    topic_id, n = _unpack_uB(buf, pos)
                    pos += 17
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
                    if n < 0 or n * 4 > end - pos:
                        refuse("partitions", n, end - pos)
                    partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    topic_partitions.append(TopicPartitions(topic_id, topic_name, partitions))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                assignment = Assignment(topic_partitions)
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 19 > end - pos:
                    refuse("topic_partitions", n, end - pos)
                topic_partitions = []
                for _ in range(n):
                    topic_id, n = _unpack_uB(buf, pos)
                    pos += 17
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
                    if n < 0 or n * 4 > end - pos:
                        refuse("partitions", n, end - pos)
                    partitions = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    topic_partitions.append(TopicPartitions(topic_id, topic_name, partitions))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                target_assignment = Assignment(topic_partitions)
                member_type = -1
                if version >= 1:
                    (member_type,) = _unpack_b(buf, pos)
                    pos += 1
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                members.append(
                    Member(
                        member_id,
                        instance_id,
                        rack_id,
                        member_epoch,
                        client_id,
                        client_host,
                        subscribed_topic_names,
                        subscribed_topic_regex,
                        assignment,
                        target_assignment,
                        member_type,
                    )
                )
            authorized_operations, n = _unpack_iB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            groups.append(
                DescribedGroup(
                    error_code,
                    error_message,
                    group_id,
                    group_state,
                    group_epoch,
                    assignment_epoch,
                    assignor_name,
                    members,
                    authorized_operations,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ConsumerGroupDescribe response", version, pos - start, end - start, error) from error
    return ConsumerGroupDescribeResponse(throttle_time_ms, groups)


def encode_response(response: ConsumerGroupDescribeResponse, version: int, parts: list[Buffer]) -> None:
    """Append ConsumerGroupDescribe response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.groups) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for described_group in response.groups:
        out += _pack_h(described_group.error_code)
        write_compact_string(out, described_group.error_message)
        write_compact_string(out, described_group.group_id)
        write_compact_string(out, described_group.group_state)
        out += _pack_ii(described_group.group_epoch, described_group.assignment_epoch)
        write_compact_string(out, described_group.assignor_name)
        n = len(described_group.members) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for member in described_group.members:
            write_compact_string(out, member.member_id)
            write_compact_string(out, member.instance_id)
            write_compact_string(out, member.rack_id)
            out += _pack_i(member.member_epoch)
            write_compact_string(out, member.client_id)
            write_compact_string(out, member.client_host)
            n = len(member.subscribed_topic_names) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for text in member.subscribed_topic_names:
                write_compact_string(out, text)
            write_compact_string(out, member.subscribed_topic_regex)
            n = len(member.assignment.topic_partitions) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for topic_partitions in member.assignment.topic_partitions:
                out += _pack_u(topic_partitions.topic_id)
                write_compact_string(out, topic_partitions.topic_name)
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
            n = len(member.target_assignment.topic_partitions) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for topic_partitions in member.target_assignment.topic_partitions:
                out += _pack_u(topic_partitions.topic_id)
                write_compact_string(out, topic_partitions.topic_name)
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
            if version >= 1:
                out += _pack_b(member.member_type)
            out.append(0)
        out += _pack_iB(described_group.authorized_operations, 0)
    out.append(0)
    parts.append(out)
