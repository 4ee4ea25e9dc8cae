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
    write_compact_bytes,
    write_compact_string,
)

_unpack_bB = Format(">bB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_pack_b = Format(">b").pack
_pack_iB = Format(">iB").pack


@define(eq=False, repr=False)
class UserScramCredentialRecord(Struct):
    TYPE: ClassVar[int] = 11
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    name: str = ""
    mechanism: int = 0
    salt: bytes = b""
    stored_key: bytes = b""
    server_key: bytes = b""
    iterations: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> UserScramCredentialRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> UserScramCredentialRecord:
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
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("salt", n - 1, end - pos)
        salt = bytes(buf[pos:stop])
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("stored_key", n - 1, end - pos)
        stored_key = bytes(buf[pos:stop])
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("server_key", n - 1, end - pos)
        server_key = bytes(buf[pos:stop])
        pos = stop
        iterations, n = _unpack_iB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("UserScramCredentialRecord", version, pos - start, end - start, error) from error
    return UserScramCredentialRecord(name, mechanism, salt, stored_key, server_key, iterations)


def _encode_data(record: UserScramCredentialRecord, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.name)
    out += _pack_b(record.mechanism)
    write_compact_bytes(out, record.salt)
    write_compact_bytes(out, record.stored_key)
    write_compact_bytes(out, record.server_key)
    out += _pack_iB(record.iterations, 0)
    return bytes(out)
