"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    ZERO_UUID,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    skip_tagged_fields,
    uvarint_rest,
    write_string,
    write_tagged_fields,
    write_uvarint,
)

_unpack_uB = Format(">16sB").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_iibB = Format(">iibB").unpack_from
_pack_u = Format(">16s").pack
_pack_Bi = Format(">Bi").pack
_pack_iib = Format(">iib").pack


@define(eq=False, repr=False)
class ConsumerGroupCurrentMemberAssignmentKey(Struct):
    TYPE: ClassVar[int] = 8
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""
    member_id: str = ""

    @classmethod
    def decode(
        cls, buf: Readable, pos: int, end: int, version: int
    ) -> ConsumerGroupCurrentMemberAssignmentKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupCurrentMemberAssignmentKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("member_id", n, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ConsumerGroupCurrentMemberAssignmentKey", version, pos - start, end - start, error
        ) from error
    return ConsumerGroupCurrentMemberAssignmentKey(group_id, member_id)


def _encode_key(record: ConsumerGroupCurrentMemberAssignmentKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    write_string(out, record.member_id)
    return bytes(out)


@define(eq=False, repr=False)
class TopicPartitions(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[int] = field(factory=list)
    assignment_epochs: list[int] | None = field(factory=list)


@define(eq=False, repr=False)
class ConsumerGroupCurrentMemberAssignmentValue(Struct):
    TYPE: ClassVar[int] = 8
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    member_epoch: int = 0
    previous_member_epoch: int = 0
    state: int = 0
    assigned_partitions: list[TopicPartitions] = field(factory=list)
    partitions_pending_revocation: list[TopicPartitions] = field(factory=list)

    @classmethod
    def decode(
        cls, buf: Readable, pos: int, end: int, version: int
    ) -> ConsumerGroupCurrentMemberAssignmentValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(
    buf: Readable, pos: int, end: int, version: int
) -> ConsumerGroupCurrentMemberAssignmentValue:
    start = pos
    try:
        member_epoch, previous_member_epoch, state, n = _unpack_iibB(buf, pos)
        pos += 10
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("assigned_partitions", n, end - pos)
        assigned_partitions: list[TopicPartitions] = []
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
            topic_partitions = TopicPartitions(topic_id, partitions)
            if n:
                pos = _read_topic_partitions_tags(topic_partitions, n, buf, pos, end, version)
            assigned_partitions.append(topic_partitions)
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("partitions_pending_revocation", n, end - pos)
        partitions_pending_revocation: list[TopicPartitions] = []
        for _ in range(n):
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 4 > end - pos:
                refuse("partitions", n, end - pos)
            partitions = list(unpack_from(f">{n}i", buf, pos))
            pos += n * 4
            n = buf[pos]
            pos += 1
            topic_partitions = TopicPartitions(topic_id, partitions)
            if n:
                pos = _read_topic_partitions_tags(topic_partitions, n, buf, pos, end, version)
            partitions_pending_revocation.append(topic_partitions)
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ConsumerGroupCurrentMemberAssignmentValue", version, pos - start, end - start, error
        ) from error
    return ConsumerGroupCurrentMemberAssignmentValue(
        member_epoch, previous_member_epoch, state, assigned_partitions, partitions_pending_revocation
    )


def _read_topic_partitions_tags(
    topic_partitions: TopicPartitions, n: int, buf: Readable, pos: int, end: int, version: int
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
            n -= 1
            assignment_epochs: list[int] | None = None
            if n >= 0:
                if n * 4 > end - pos:
                    refuse("assignment_epochs", n, end - pos)
                assignment_epochs = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
            topic_partitions.assignment_epochs = assignment_epochs
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_value(record: ConsumerGroupCurrentMemberAssignmentValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_iib(record.member_epoch, record.previous_member_epoch, record.state)
    n = len(record.assigned_partitions) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_partitions in record.assigned_partitions:
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
        if topic_partitions.assignment_epochs is None or topic_partitions.assignment_epochs:
            _write_topic_partitions_tags(out, topic_partitions, version)
        else:
            out.append(0)
    n = len(record.partitions_pending_revocation) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_partitions in record.partitions_pending_revocation:
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
        if topic_partitions.assignment_epochs is None or topic_partitions.assignment_epochs:
            _write_topic_partitions_tags(out, topic_partitions, version)
        else:
            out.append(0)
    out.append(0)
    return bytes(out)


def _write_topic_partitions_tags(buffer: bytearray, topic_partitions: TopicPartitions, version: int) -> None:
    fields: list[tuple[int, bytearray]] = []
    if topic_partitions.assignment_epochs is None or topic_partitions.assignment_epochs:
        out = bytearray()
        if topic_partitions.assignment_epochs is None:
            out.append(0)
        else:
            n = len(topic_partitions.assignment_epochs)
            if n == 1:
                out += _pack_Bi(2, topic_partitions.assignment_epochs[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *topic_partitions.assignment_epochs)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
