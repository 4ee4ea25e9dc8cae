"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define

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
)

_unpack_uB = Format(">16sB").unpack_from
_pack_uB = Format(">16sB").pack


@define(eq=False, repr=False)
class TopicRecord(Struct):
    TYPE: ClassVar[int] = 2
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    name: str = ""
    topic_id: bytes = ZERO_UUID

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> TopicRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> TopicRecord:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("name", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("name", n - 1, end - pos)
        name = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        topic_id, n = _unpack_uB(buf, pos)
        pos += 17
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("TopicRecord", version, pos - start, end - start, error) from error
    return TopicRecord(name, topic_id)


def _encode_data(record: TopicRecord, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.name)
    out += _pack_uB(record.topic_id, 0)
    return bytes(out)
