"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
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

_unpack_uB = Format(">16sB").unpack_from
_unpack_h = Format(">h").unpack_from
_pack_u = Format(">16s").pack
_pack_Bi = Format(">Bi").pack


@define(eq=False, repr=False)
class ShareGroupStatePartitionMetadataKey(Struct):
    TYPE: ClassVar[int] = 15
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareGroupStatePartitionMetadataKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ShareGroupStatePartitionMetadataKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ShareGroupStatePartitionMetadataKey", version, pos - start, end - start, error
        ) from error
    return ShareGroupStatePartitionMetadataKey(group_id)


def _encode_key(record: ShareGroupStatePartitionMetadataKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    return bytes(out)


@define(eq=False, repr=False)
class TopicPartitionsInfo(Struct):
    topic_id: bytes = ZERO_UUID
    topic_name: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class TopicInfo(Struct):
    topic_id: bytes = ZERO_UUID
    topic_name: str = ""


@define(eq=False, repr=False)
class ShareGroupStatePartitionMetadataValue(Struct):
    TYPE: ClassVar[int] = 15
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    initializing_topics: list[TopicPartitionsInfo] = field(factory=list)
    initialized_topics: list[TopicPartitionsInfo] = field(factory=list)
    deleting_topics: list[TopicInfo] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareGroupStatePartitionMetadataValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> ShareGroupStatePartitionMetadataValue:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 19 > end - pos:
            refuse("initializing_topics", n, end - pos)
        initializing_topics: list[TopicPartitionsInfo] = []
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
            initializing_topics.append(TopicPartitionsInfo(topic_id, topic_name, partitions))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 19 > end - pos:
            refuse("initialized_topics", n, end - pos)
        initialized_topics: list[TopicPartitionsInfo] = []
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
            initialized_topics.append(TopicPartitionsInfo(topic_id, topic_name, partitions))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("deleting_topics", n, end - pos)
        deleting_topics: list[TopicInfo] = []
        for _ in range(n):
            topic_info_topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("topic_name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("topic_name", n - 1, end - pos)
            topic_info_topic_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            deleting_topics.append(TopicInfo(topic_info_topic_id, topic_info_topic_name))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ShareGroupStatePartitionMetadataValue", version, pos - start, end - start, error
        ) from error
    return ShareGroupStatePartitionMetadataValue(initializing_topics, initialized_topics, deleting_topics)


def _encode_value(record: ShareGroupStatePartitionMetadataValue, version: int) -> bytes:
    out = bytearray()
    n = len(record.initializing_topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_partitions_info in record.initializing_topics:
        out += _pack_u(topic_partitions_info.topic_id)
        write_compact_string(out, topic_partitions_info.topic_name)
        n = len(topic_partitions_info.partitions)
        if n == 1:
            out += _pack_Bi(2, topic_partitions_info.partitions[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *topic_partitions_info.partitions)
        out.append(0)
    n = len(record.initialized_topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_partitions_info in record.initialized_topics:
        out += _pack_u(topic_partitions_info.topic_id)
        write_compact_string(out, topic_partitions_info.topic_name)
        n = len(topic_partitions_info.partitions)
        if n == 1:
            out += _pack_Bi(2, topic_partitions_info.partitions[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *topic_partitions_info.partitions)
        out.append(0)
    n = len(record.deleting_topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_info in record.deleting_topics:
        out += _pack_u(topic_info.topic_id)
        write_compact_string(out, topic_info.topic_name)
        out.append(0)
    out.append(0)
    return bytes(out)
