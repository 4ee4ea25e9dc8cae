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
    malformed,
    refuse,
    skip_tagged_fields,
    uvarint_rest,
    write_string,
    write_uvarint,
)

_unpack_uB = Format(">16sB").unpack_from
_unpack_h = Format(">h").unpack_from
_pack_u = Format(">16s").pack
_pack_Bi = Format(">Bi").pack


@define(eq=False, repr=False)
class ShareGroupTargetAssignmentMemberKey(Struct):
    TYPE: ClassVar[int] = 13
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""
    member_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareGroupTargetAssignmentMemberKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ShareGroupTargetAssignmentMemberKey:
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
            "ShareGroupTargetAssignmentMemberKey", version, pos - start, end - start, error
        ) from error
    return ShareGroupTargetAssignmentMemberKey(group_id, member_id)


def _encode_key(record: ShareGroupTargetAssignmentMemberKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    write_string(out, record.member_id)
    return bytes(out)


@define(eq=False, repr=False)
class TopicPartition(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class ShareGroupTargetAssignmentMemberValue(Struct):
    TYPE: ClassVar[int] = 13
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    topic_partitions: list[TopicPartition] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareGroupTargetAssignmentMemberValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> ShareGroupTargetAssignmentMemberValue:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("topic_partitions", n, end - pos)
        topic_partitions: list[TopicPartition] = []
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
            topic_partitions.append(TopicPartition(topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ShareGroupTargetAssignmentMemberValue", version, pos - start, end - start, error
        ) from error
    return ShareGroupTargetAssignmentMemberValue(topic_partitions)


def _encode_value(record: ShareGroupTargetAssignmentMemberValue, version: int) -> bytes:
    out = bytearray()
    n = len(record.topic_partitions) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_partition in record.topic_partitions:
        out += _pack_u(topic_partition.topic_id)
        n = len(topic_partition.partitions)
        if n == 1:
            out += _pack_Bi(2, topic_partition.partitions[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *topic_partition.partitions)
        out.append(0)
    out.append(0)
    return bytes(out)
