"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
    Readable,
    Struct,
    malformed,
    read_compact_strings,
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
_unpack_iB = Format(">iB").unpack_from
_pack_u = Format(">16s").pack
_pack_i = Format(">i").pack


@define(eq=False, repr=False)
class ConsumerGroupPartitionMetadataKey(Struct):
    TYPE: ClassVar[int] = 4
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupPartitionMetadataKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupPartitionMetadataKey:
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
            "ConsumerGroupPartitionMetadataKey", version, pos - start, end - start, error
        ) from error
    return ConsumerGroupPartitionMetadataKey(group_id)


def _encode_key(record: ConsumerGroupPartitionMetadataKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    return bytes(out)


@define(eq=False, repr=False)
class PartitionMetadata(Struct):
    partition: int = 0
    racks: list[str] = field(factory=list)


@define(eq=False, repr=False)
class TopicMetadata(Struct):
    topic_id: bytes = ZERO_UUID
    topic_name: str = ""
    num_partitions: int = 0
    partition_metadata: list[PartitionMetadata] = field(factory=list)


@define(eq=False, repr=False)
class ConsumerGroupPartitionMetadataValue(Struct):
    TYPE: ClassVar[int] = 4
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    topics: list[TopicMetadata] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupPartitionMetadataValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupPartitionMetadataValue:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 23 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TopicMetadata] = []
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
            num_partitions, n = _unpack_iB(buf, pos)
            pos += 5
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 6 > end - pos:
                refuse("partition_metadata", n, end - pos)
            partition_metadata: list[PartitionMetadata] = []
            for _ in range(n):
                partition, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0:
                    refuse("racks", n, end - pos)
                racks, pos = read_compact_strings(buf, pos, end, n, "racks")
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partition_metadata.append(PartitionMetadata(partition, racks))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(TopicMetadata(topic_id, topic_name, num_partitions, partition_metadata))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ConsumerGroupPartitionMetadataValue", version, pos - start, end - start, error
        ) from error
    return ConsumerGroupPartitionMetadataValue(topics)


def _encode_value(record: ConsumerGroupPartitionMetadataValue, version: int) -> bytes:
    out = bytearray()
    n = len(record.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_metadata in record.topics:
        out += _pack_u(topic_metadata.topic_id)
        write_compact_string(out, topic_metadata.topic_name)
        out += _pack_i(topic_metadata.num_partitions)
        n = len(topic_metadata.partition_metadata) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_metadata in topic_metadata.partition_metadata:
            out += _pack_i(partition_metadata.partition)
            n = len(partition_metadata.racks) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for text in partition_metadata.racks:
                write_compact_string(out, text)
            out.append(0)
        out.append(0)
    out.append(0)
    return bytes(out)
