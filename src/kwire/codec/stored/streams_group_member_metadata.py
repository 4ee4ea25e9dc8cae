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
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

_unpack_HB = Format(">HB").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_pack_HB = Format(">HB").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class StreamsGroupMemberMetadataKey(Struct):
    TYPE: ClassVar[int] = 19
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""
    member_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> StreamsGroupMemberMetadataKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupMemberMetadataKey:
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
        raise malformed("StreamsGroupMemberMetadataKey", version, pos - start, end - start, error) from error
    return StreamsGroupMemberMetadataKey(group_id, member_id)


def _encode_key(record: StreamsGroupMemberMetadataKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    write_string(out, record.member_id)
    return bytes(out)


@define(eq=False, repr=False)
class Endpoint(Struct):
    host: str = ""
    port: int = 0


@define(eq=False, repr=False)
class KeyValue(Struct):
    key: str = ""
    value: str = ""


@define(eq=False, repr=False)
class StreamsGroupMemberMetadataValue(Struct):
    TYPE: ClassVar[int] = 19
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    instance_id: str | None = ""
    rack_id: str | None = ""
    client_id: str = ""
    client_host: str = ""
    rebalance_timeout_ms: int = -1
    topology_epoch: int = 0
    process_id: str = ""
    user_endpoint: Endpoint | None = None
    client_tags: list[KeyValue] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> StreamsGroupMemberMetadataValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupMemberMetadataValue:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("instance_id", n - 1)
        instance_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("instance_id", n - 1, end - pos)
            instance_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
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
        rebalance_timeout_ms, topology_epoch, n = _unpack_iiB(buf, pos)
        pos += 9
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("process_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("process_id", n - 1, end - pos)
        process_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        user_endpoint: Endpoint | None = None
        if n < 128:
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
            port, n = _unpack_HB(buf, pos)
            pos += 3
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            user_endpoint = Endpoint(host, port)
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("client_tags", n, end - pos)
        client_tags: list[KeyValue] = []
        for _ in range(n):
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
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("value", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("value", n - 1, end - pos)
            key_value_value = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            client_tags.append(KeyValue(key, key_value_value))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "StreamsGroupMemberMetadataValue", version, pos - start, end - start, error
        ) from error
    return StreamsGroupMemberMetadataValue(
        instance_id,
        rack_id,
        client_id,
        client_host,
        rebalance_timeout_ms,
        topology_epoch,
        process_id,
        user_endpoint,
        client_tags,
    )


def _encode_value(record: StreamsGroupMemberMetadataValue, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.instance_id)
    write_compact_string(out, record.rack_id)
    write_compact_string(out, record.client_id)
    write_compact_string(out, record.client_host)
    out += _pack_ii(record.rebalance_timeout_ms, record.topology_epoch)
    write_compact_string(out, record.process_id)
    if record.user_endpoint is None:
        out += b"\xff"
    else:
        out.append(1)
        write_compact_string(out, record.user_endpoint.host)
        out += _pack_HB(record.user_endpoint.port, 0)
    n = len(record.client_tags) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for key_value in record.client_tags:
        write_compact_string(out, key_value.key)
        write_compact_string(out, key_value.value)
        out.append(0)
    out.append(0)
    return bytes(out)
