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

_unpack_i = Format(">i").unpack_from
_pack_i = Format(">i").pack


@define(eq=False, repr=False)
class EndTxnMarker(Struct):
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    coordinator_epoch: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> EndTxnMarker:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> EndTxnMarker:
    start = pos
    try:
        (coordinator_epoch,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("EndTxnMarker", version, pos - start, end - start, error) from error
    return EndTxnMarker(coordinator_epoch)


def _encode_data(record: EndTxnMarker, version: int) -> bytes:
    out = bytearray()
    out += _pack_i(record.coordinator_epoch)
    return bytes(out)
