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
_pack_bB = Format(">bB").pack


@define(eq=False, repr=False)
class RemoveUserScramCredentialRecord(Struct):
    TYPE: ClassVar[int] = 22
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    name: str = ""
    mechanism: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> RemoveUserScramCredentialRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> RemoveUserScramCredentialRecord:
    start = pos
    try:
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
        mechanism, n = _unpack_bB(buf, pos)
        pos += 2
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "RemoveUserScramCredentialRecord", version, pos - start, end - start, error
        ) from error
    return RemoveUserScramCredentialRecord(name, mechanism)


def _encode_data(record: RemoveUserScramCredentialRecord, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.name)
    out += _pack_bB(record.mechanism, 0)
    return bytes(out)
