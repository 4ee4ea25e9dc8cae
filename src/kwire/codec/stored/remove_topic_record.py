"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    ZERO_UUID,
    Readable,
    Struct,
    malformed,
    refuse,
    skip_tagged_fields,
)

_unpack_uB = Format(">16sB").unpack_from
_pack_uB = Format(">16sB").pack


@define(eq=False, repr=False)
class RemoveTopicRecord(Struct):
    TYPE: ClassVar[int] = 9
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    topic_id: bytes = ZERO_UUID

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> RemoveTopicRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> RemoveTopicRecord:
    start = pos
    try:
        topic_id, n = _unpack_uB(buf, pos)
        pos += 17
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("RemoveTopicRecord", version, pos - start, end - start, error) from error
    return RemoveTopicRecord(topic_id)


def _encode_data(record: RemoveTopicRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_uB(record.topic_id, 0)
    return bytes(out)
