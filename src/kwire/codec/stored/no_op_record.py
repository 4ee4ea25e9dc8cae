"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    Readable,
    Struct,
    malformed,
    refuse,
    skip_tagged_fields,
)


@define(eq=False, repr=False)
class NoOpRecord(Struct):
    TYPE: ClassVar[int] = 20
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> NoOpRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> NoOpRecord:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("NoOpRecord", version, pos - start, end - start, error) from error
    return NoOpRecord()


def _encode_data(record: NoOpRecord, version: int) -> bytes:
    out = bytearray()
    out.append(0)
    return bytes(out)
