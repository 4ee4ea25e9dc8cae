"""GENERATED from protocol_specs/stored/client_owned.spec by protocol_specs/generate.py; do not edit."""

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

_unpack_tB = Format(">?B").unpack_from
_pack_tB = Format(">?B").pack


@define(eq=False, repr=False)
class DefaultPrincipalData(Struct):
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    type: str = ""
    name: str = ""
    token_authenticated: bool = False  # By a delegation token.

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> DefaultPrincipalData:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> DefaultPrincipalData:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("type", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("type", n - 1, end - pos)
        type = buf[pos:stop].decode("utf-8", "replace")
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
        token_authenticated, n = _unpack_tB(buf, pos)
        pos += 2
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DefaultPrincipalData", version, pos - start, end - start, error) from error
    return DefaultPrincipalData(type, name, token_authenticated)


def _encode_data(record: DefaultPrincipalData, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.type)
    write_compact_string(out, record.name)
    out += _pack_tB(record.token_authenticated, 0)
    return bytes(out)
