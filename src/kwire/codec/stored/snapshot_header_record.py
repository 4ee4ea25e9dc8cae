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

_unpack_hqB = Format(">hqB").unpack_from
_pack_hqB = Format(">hqB").pack


@define(eq=False, repr=False)
class SnapshotHeaderRecord(Struct):
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    version: int = 0
    last_contained_log_timestamp: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> SnapshotHeaderRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> SnapshotHeaderRecord:
    start = pos
    try:
        snapshot_header_record_version, last_contained_log_timestamp, n = _unpack_hqB(buf, pos)
        pos += 11
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SnapshotHeaderRecord", version, pos - start, end - start, error) from error
    return SnapshotHeaderRecord(snapshot_header_record_version, last_contained_log_timestamp)


def _encode_data(record: SnapshotHeaderRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_hqB(record.version, record.last_contained_log_timestamp, 0)
    return bytes(out)
