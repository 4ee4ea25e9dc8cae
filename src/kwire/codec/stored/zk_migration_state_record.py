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

_unpack_bB = Format(">bB").unpack_from
_pack_bB = Format(">bB").pack


@define(eq=False, repr=False)
class ZkMigrationStateRecord(Struct):
    TYPE: ClassVar[int] = 21
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    zk_migration_state: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ZkMigrationStateRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> ZkMigrationStateRecord:
    start = pos
    try:
        zk_migration_state, n = _unpack_bB(buf, pos)
        pos += 2
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ZkMigrationStateRecord", version, pos - start, end - start, error) from error
    return ZkMigrationStateRecord(zk_migration_state)


def _encode_data(record: ZkMigrationStateRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_bB(record.zk_migration_state, 0)
    return bytes(out)
