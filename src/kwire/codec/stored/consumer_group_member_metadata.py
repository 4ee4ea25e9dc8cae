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
    check_tag_end,
    malformed,
    read_compact_strings,
    read_tag,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_bytes,
    write_compact_string,
    write_string,
    write_tagged_fields,
    write_uvarint,
)

_unpack_h = Format(">h").unpack_from
_unpack_iB = Format(">iB").unpack_from
_pack_i = Format(">i").pack


@define(eq=False, repr=False)
class ConsumerGroupMemberMetadataKey(Struct):
    TYPE: ClassVar[int] = 5
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""
    member_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupMemberMetadataKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupMemberMetadataKey:
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
        raise malformed("ConsumerGroupMemberMetadataKey", version, pos - start, end - start, error) from error
    return ConsumerGroupMemberMetadataKey(group_id, member_id)


def _encode_key(record: ConsumerGroupMemberMetadataKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    write_string(out, record.member_id)
    return bytes(out)


@define(eq=False, repr=False)
class ClassicProtocol(Struct):
    name: str = ""
    metadata: bytes = b""


@define(eq=False, repr=False)
class ClassicMemberMetadata(Struct):
    session_timeout_ms: int = 0
    supported_protocols: list[ClassicProtocol] = field(factory=list)


@define(eq=False, repr=False)
class ConsumerGroupMemberMetadataValue(Struct):
    TYPE: ClassVar[int] = 5
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    instance_id: str | None = ""
    rack_id: str | None = ""
    client_id: str = ""
    client_host: str = ""
    subscribed_topic_names: list[str] = field(factory=list)
    subscribed_topic_regex: str | None = ""
    rebalance_timeout_ms: int = -1
    server_assignor: str | None = ""
    # Null for a member of the consumer protocol.
    classic_member_metadata: ClassicMemberMetadata | None = field(factory=ClassicMemberMetadata)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupMemberMetadataValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> ConsumerGroupMemberMetadataValue:
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
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("subscribed_topic_regex", n - 1)
        subscribed_topic_regex: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("subscribed_topic_regex", n - 1, end - pos)
            subscribed_topic_regex = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        rebalance_timeout_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("server_assignor", n - 1)
        server_assignor: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("server_assignor", n - 1, end - pos)
            server_assignor = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        consumer_group_member_metadata_value = ConsumerGroupMemberMetadataValue(
            instance_id,
            rack_id,
            client_id,
            client_host,
            subscribed_topic_names,
            subscribed_topic_regex,
            rebalance_timeout_ms,
            server_assignor,
        )
        if n:
            pos = _read_consumer_group_member_metadata_value_tags(
                consumer_group_member_metadata_value, n, buf, pos, end, version
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ConsumerGroupMemberMetadataValue", version, pos - start, end - start, error
        ) from error
    return consumer_group_member_metadata_value


def _read_consumer_group_member_metadata_value_tags(
    consumer_group_member_metadata_value: ConsumerGroupMemberMetadataValue,
    n: int,
    buf: Readable,
    pos: int,
    end: int,
    version: int,
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            n = buf[pos]
            pos += 1
            classic_member_metadata: ClassicMemberMetadata | None = None
            if n:
                session_timeout_ms, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("supported_protocols", n, end - pos)
                supported_protocols: list[ClassicProtocol] = []
                for _ in range(n):
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
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("metadata", n - 1, end - pos)
                    metadata = bytes(buf[pos:stop])
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    supported_protocols.append(ClassicProtocol(name, metadata))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                classic_member_metadata = ClassicMemberMetadata(session_timeout_ms, supported_protocols)
            consumer_group_member_metadata_value.classic_member_metadata = classic_member_metadata
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_value(record: ConsumerGroupMemberMetadataValue, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.instance_id)
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
    write_compact_string(out, record.subscribed_topic_regex)
    out += _pack_i(record.rebalance_timeout_ms)
    write_compact_string(out, record.server_assignor)
    if record.classic_member_metadata != ClassicMemberMetadata():
        _write_consumer_group_member_metadata_value_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_consumer_group_member_metadata_value_tags(
    buffer: bytearray, consumer_group_member_metadata_value: ConsumerGroupMemberMetadataValue, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if consumer_group_member_metadata_value.classic_member_metadata != ClassicMemberMetadata():
        out = bytearray()
        if consumer_group_member_metadata_value.classic_member_metadata is None:
            out.append(0)
        else:
            out.append(1)
            out += _pack_i(consumer_group_member_metadata_value.classic_member_metadata.session_timeout_ms)
            n = len(consumer_group_member_metadata_value.classic_member_metadata.supported_protocols) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for (
                classic_protocol
            ) in consumer_group_member_metadata_value.classic_member_metadata.supported_protocols:
                write_compact_string(out, classic_protocol.name)
                write_compact_bytes(out, classic_protocol.metadata)
                out.append(0)
            out.append(0)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
