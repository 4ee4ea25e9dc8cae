"""GENERATED from protocol_specs/stored/client_owned.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    Readable,
    Struct,
    malformed,
    read_strings,
    refuse,
    write_bytes,
    write_string,
)

_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class TopicPartition(Struct):
    topic: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class ConsumerProtocolSubscription(Struct):
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 3

    topics: list[str] = field(factory=list)
    user_data: bytes | None = None
    owned_partitions: list[TopicPartition] = field(factory=list)  # 1+
    generation_id: int = -1  # 2+
    rack_id: str | None = None  # version 3

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConsumerProtocolSubscription:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> ConsumerProtocolSubscription:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0:
            refuse("topics", n, end - pos)
        topics, pos = read_strings(buf, pos, end, n, "topics")
        (n,) = _unpack_i(buf, pos)
        pos += 4
        user_data: bytes | None = None
        if n >= 0:
            stop = pos + n
            if stop > end:
                refuse("user_data", n, end - pos)
            user_data = bytes(buf[pos:stop])
            pos = stop
        owned_partitions: list[TopicPartition] = []
        if version >= 1:
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 6 > end - pos:
                refuse("owned_partitions", n, end - pos)
            owned_partitions = []
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
                if n < 0 or n * 4 > end - pos:
                    refuse("partitions", n, end - pos)
                partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                owned_partitions.append(TopicPartition(topic, partitions))
        generation_id = -1
        if version >= 2:
            (generation_id,) = _unpack_i(buf, pos)
            pos += 4
        rack_id: str | None = None
        if version >= 3:
            (n,) = _unpack_h(buf, pos)
            pos += 2
            rack_id = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("rack_id", n, end - pos)
                rack_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ConsumerProtocolSubscription", version, pos - start, end - start, error) from error
    return ConsumerProtocolSubscription(topics, user_data, owned_partitions, generation_id, rack_id)


def _encode_data(record: ConsumerProtocolSubscription, version: int) -> bytes:
    out = bytearray()
    out += _pack_i(len(record.topics))
    for text in record.topics:
        write_string(out, text)
    write_bytes(out, record.user_data)
    if version >= 1:
        out += _pack_i(len(record.owned_partitions))
        for topic_partition in record.owned_partitions:
            write_string(out, topic_partition.topic)
            n = len(topic_partition.partitions)
            if n == 1:
                out += _pack_ii(1, topic_partition.partitions[0])
            else:
                out += pack(f">i{n}i", n, *topic_partition.partitions)
    if version >= 2:
        out += _pack_i(record.generation_id)
    if version >= 3:
        write_string(out, record.rack_id)
    return bytes(out)
