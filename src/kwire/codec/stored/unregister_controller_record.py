"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

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
    skip_tagged_fields,
)

_unpack_iB = Format(">iB").unpack_from
_pack_iB = Format(">iB").pack


@define(eq=False, repr=False)
class UnregisterControllerRecord(Struct):
    TYPE: ClassVar[int] = 29
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    controller_id: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> UnregisterControllerRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> UnregisterControllerRecord:
    start = pos
    try:
        controller_id, n = _unpack_iB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("UnregisterControllerRecord", version, pos - start, end - start, error) from error
    return UnregisterControllerRecord(controller_id)


def _encode_data(record: UnregisterControllerRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_iB(record.controller_id, 0)
    return bytes(out)
