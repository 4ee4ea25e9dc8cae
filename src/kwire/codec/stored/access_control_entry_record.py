"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
    Readable,
    Struct,
    malformed,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
)

_unpack_ubB = Format(">16sbB").unpack_from
_unpack_bB = Format(">bB").unpack_from
_unpack_bbB = Format(">bbB").unpack_from
_pack_ub = Format(">16sb").pack
_pack_b = Format(">b").pack
_pack_bbB = Format(">bbB").pack


@define(eq=False, repr=False)
class AccessControlEntryRecord(Struct):
    TYPE: ClassVar[int] = 18
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    id: bytes = ZERO_UUID
    resource_type: int = 0
    resource_name: str = ""
    pattern_type: int = 0
    principal: str = ""
    host: str = ""
    operation: int = 0
    permission_type: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> AccessControlEntryRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> AccessControlEntryRecord:
    start = pos
    try:
        id, resource_type, n = _unpack_ubB(buf, pos)
        pos += 18
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("resource_name", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("resource_name", n - 1, end - pos)
        resource_name = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        pattern_type, n = _unpack_bB(buf, pos)
        pos += 2
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("principal", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("principal", n - 1, end - pos)
        principal = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("host", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("host", n - 1, end - pos)
        host = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        operation, permission_type, n = _unpack_bbB(buf, pos)
        pos += 3
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AccessControlEntryRecord", version, pos - start, end - start, error) from error
    return AccessControlEntryRecord(
        id, resource_type, resource_name, pattern_type, principal, host, operation, permission_type
    )


def _encode_data(record: AccessControlEntryRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_ub(record.id, record.resource_type)
    write_compact_string(out, record.resource_name)
    out += _pack_b(record.pattern_type)
    write_compact_string(out, record.principal)
    write_compact_string(out, record.host)
    out += _pack_bbB(record.operation, record.permission_type, 0)
    return bytes(out)
