"""GENERATED from protocol_specs/stored/control_records.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    Readable,
    Struct,
    malformed,
    refuse,
)

_unpack_h = Format(">h").unpack_from
_pack_h = Format(">h").pack


@define(eq=False, repr=False)
class ControlRecordTypeSchema(Struct):
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    type: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ControlRecordTypeSchema:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> ControlRecordTypeSchema:
    start = pos
    try:
        (type,) = _unpack_h(buf, pos)
        pos += 2
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ControlRecordTypeSchema", version, pos - start, end - start, error) from error
    return ControlRecordTypeSchema(type)


def _encode_data(record: ControlRecordTypeSchema, version: int) -> bytes:
    out = bytearray()
    out += _pack_h(record.type)
    return bytes(out)
