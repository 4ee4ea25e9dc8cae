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
    read_compact_strings,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

_unpack_qqqB = Format(">qqqB").unpack_from
_pack_qqq = Format(">qqq").pack


@define(eq=False, repr=False)
class DelegationTokenRecord(Struct):
    TYPE: ClassVar[int] = 10
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    owner: str = ""
    requester: str = ""
    renewers: list[str] = field(factory=list)
    issue_timestamp: int = 0
    max_timestamp: int = 0
    expiration_timestamp: int = 0
    token_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> DelegationTokenRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> DelegationTokenRecord:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("owner", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("owner", n - 1, end - pos)
        owner = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("requester", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("requester", n - 1, end - pos)
        requester = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("renewers", n, end - pos)
        renewers, pos = read_compact_strings(buf, pos, end, n, "renewers")
        issue_timestamp, max_timestamp, expiration_timestamp, n = _unpack_qqqB(buf, pos)
        pos += 25
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("token_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("token_id", n - 1, end - pos)
        token_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DelegationTokenRecord", version, pos - start, end - start, error) from error
    return DelegationTokenRecord(
        owner, requester, renewers, issue_timestamp, max_timestamp, expiration_timestamp, token_id
    )


def _encode_data(record: DelegationTokenRecord, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.owner)
    write_compact_string(out, record.requester)
    n = len(record.renewers) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in record.renewers:
        write_compact_string(out, text)
    out += _pack_qqq(record.issue_timestamp, record.max_timestamp, record.expiration_timestamp)
    write_compact_string(out, record.token_id)
    out.append(0)
    return bytes(out)
