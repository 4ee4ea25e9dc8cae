"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    Readable,
    Struct,
    malformed,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
)


@define(eq=False, repr=False)
class ClearElrRecord(Struct):
    TYPE: ClassVar[int] = 28
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    topic_name: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ClearElrRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> ClearElrRecord:
    start = pos
    try:
        n = buf[pos]
        pos += 1
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
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ClearElrRecord", version, pos - start, end - start, error) from error
    return ClearElrRecord(topic_name)


def _encode_data(record: ClearElrRecord, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.topic_name)
    out.append(0)
    return bytes(out)
