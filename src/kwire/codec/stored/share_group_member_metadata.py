"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

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
    write_string,
    write_uvarint,
)

_unpack_h = Format(">h").unpack_from


@define(eq=False, repr=False)
class ShareGroupMemberMetadataKey(Struct):
    TYPE: ClassVar[int] = 10
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""
    member_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareGroupMemberMetadataKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ShareGroupMemberMetadataKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("member_id", n, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ShareGroupMemberMetadataKey", version, pos - start, end - start, error) from error
    return ShareGroupMemberMetadataKey(group_id, member_id)


def _encode_key(record: ShareGroupMemberMetadataKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    write_string(out, record.member_id)
    return bytes(out)


@define(eq=False, repr=False)
class ShareGroupMemberMetadataValue(Struct):
    TYPE: ClassVar[int] = 10
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    rack_id: str | None = ""
    client_id: str = ""
    client_host: str = ""
    subscribed_topic_names: list[str] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareGroupMemberMetadataValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> ShareGroupMemberMetadataValue:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("rack_id", n - 1)
        rack_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("rack_id", n - 1, end - pos)
            rack_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("client_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("client_id", n - 1, end - pos)
        client_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("client_host", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("client_host", n - 1, end - pos)
        client_host = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("subscribed_topic_names", n, end - pos)
        subscribed_topic_names, pos = read_compact_strings(buf, pos, end, n, "subscribed_topic_names")
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ShareGroupMemberMetadataValue", version, pos - start, end - start, error) from error
    return ShareGroupMemberMetadataValue(rack_id, client_id, client_host, subscribed_topic_names)


def _encode_value(record: ShareGroupMemberMetadataValue, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.rack_id)
    write_compact_string(out, record.client_id)
    write_compact_string(out, record.client_host)
    n = len(record.subscribed_topic_names) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in record.subscribed_topic_names:
        write_compact_string(out, text)
    out.append(0)
    return bytes(out)
