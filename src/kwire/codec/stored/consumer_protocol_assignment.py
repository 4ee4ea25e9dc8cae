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
class ConsumerProtocolAssignment(Struct):
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 3

    assigned_partitions: list[TopicPartition] = field(factory=list)
    user_data: bytes | None = None

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConsumerProtocolAssignment:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> ConsumerProtocolAssignment:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("assigned_partitions", n, end - pos)
        assigned_partitions: list[TopicPartition] = []
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
            assigned_partitions.append(TopicPartition(topic, partitions))
        (n,) = _unpack_i(buf, pos)
        pos += 4
        user_data: bytes | None = None
        if n >= 0:
            stop = pos + n
            if stop > end:
                refuse("user_data", n, end - pos)
            user_data = bytes(buf[pos:stop])
            pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ConsumerProtocolAssignment", version, pos - start, end - start, error) from error
    return ConsumerProtocolAssignment(assigned_partitions, user_data)


def _encode_data(record: ConsumerProtocolAssignment, version: int) -> bytes:
    out = bytearray()
    out += _pack_i(len(record.assigned_partitions))
    for topic_partition in record.assigned_partitions:
        write_string(out, topic_partition.topic)
        n = len(topic_partition.partitions)
        if n == 1:
            out += _pack_ii(1, topic_partition.partitions[0])
        else:
            out += pack(f">i{n}i", n, *topic_partition.partitions)
    write_bytes(out, record.user_data)
    return bytes(out)
