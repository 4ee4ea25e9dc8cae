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
    skip_tagged_fields,
)

_unpack_hhB = Format(">hhB").unpack_from
_pack_hhB = Format(">hhB").pack


@define(eq=False, repr=False)
class KRaftVersionRecord(Struct):
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    version: int = 0
    kraft_version: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> KRaftVersionRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> KRaftVersionRecord:
    start = pos
    try:
        kraft_version_record_version, kraft_version, n = _unpack_hhB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("KRaftVersionRecord", version, pos - start, end - start, error) from error
    return KRaftVersionRecord(kraft_version_record_version, kraft_version)


def _encode_data(record: KRaftVersionRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_hhB(record.version, record.kraft_version, 0)
    return bytes(out)
