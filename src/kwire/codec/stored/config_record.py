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

_unpack_bB = Format(">bB").unpack_from
_pack_b = Format(">b").pack


@define(eq=False, repr=False)
class ConfigRecord(Struct):
    TYPE: ClassVar[int] = 4
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    resource_type: int = 0  # As in DescribeConfigs.
    resource_name: str = ""
    name: str = ""
    value: str | None = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConfigRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> ConfigRecord:
    start = pos
    try:
        resource_type, n = _unpack_bB(buf, pos)
        pos += 2
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("resource_name", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("resource_name", n - 1, end - pos)
        resource_name = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
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
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("value", n - 1)
        config_record_value: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("value", n - 1, end - pos)
            config_record_value = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ConfigRecord", version, pos - start, end - start, error) from error
    return ConfigRecord(resource_type, resource_name, name, config_record_value)


def _encode_data(record: ConfigRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_b(record.resource_type)
    write_compact_string(out, record.resource_name)
    write_compact_string(out, record.name)
    write_compact_string(out, record.value)
    out.append(0)
    return bytes(out)
