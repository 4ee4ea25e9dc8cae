"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
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

_unpack_hB = Format(">hB").unpack_from
_pack_hB = Format(">hB").pack


@define(eq=False, repr=False)
class FeatureLevelRecord(Struct):
    TYPE: ClassVar[int] = 12
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    name: str = ""
    feature_level: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> FeatureLevelRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> FeatureLevelRecord:
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
        feature_level, n = _unpack_hB(buf, pos)
        pos += 3
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("FeatureLevelRecord", version, pos - start, end - start, error) from error
    return FeatureLevelRecord(name, feature_level)


def _encode_data(record: FeatureLevelRecord, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.name)
    out += _pack_hB(record.feature_level, 0)
    return bytes(out)
