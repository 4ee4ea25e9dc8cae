"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define, field

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
    write_uvarint,
)

_unpack_dtB = Format(">d?B").unpack_from
_pack_dtB = Format(">d?B").pack


@define(eq=False, repr=False)
class EntityData(Struct):
    entity_type: str = ""
    entity_name: str | None = ""


@define(eq=False, repr=False)
class ClientQuotaRecord(Struct):
    TYPE: ClassVar[int] = 14
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    entity: list[EntityData] = field(factory=list)
    key: str = ""
    value: float = 0.0
    remove: bool = False

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ClientQuotaRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> ClientQuotaRecord:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("entity", n, end - pos)
        entity: list[EntityData] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("entity_type", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("entity_type", n - 1, end - pos)
            entity_type = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("entity_name", n - 1)
            entity_name: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("entity_name", n - 1, end - pos)
                entity_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            entity.append(EntityData(entity_type, entity_name))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("key", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("key", n - 1, end - pos)
        key = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        client_quota_record_value, remove, n = _unpack_dtB(buf, pos)
        pos += 10
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ClientQuotaRecord", version, pos - start, end - start, error) from error
    return ClientQuotaRecord(entity, key, client_quota_record_value, remove)


def _encode_data(record: ClientQuotaRecord, version: int) -> bytes:
    out = bytearray()
    n = len(record.entity) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for entity_data in record.entity:
        write_compact_string(out, entity_data.entity_type)
        write_compact_string(out, entity_data.entity_name)
        out.append(0)
    write_compact_string(out, record.key)
    out += _pack_dtB(record.value, record.remove, 0)
    return bytes(out)
