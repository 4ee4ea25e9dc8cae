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
    read_tag,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_tagged_fields,
    write_uvarint,
)

_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iqB = Format(">iqB").unpack_from
_pack_i = Format(">i").pack
_pack_iq = Format(">iq").pack


@define(eq=False, repr=False)
class StreamsGroupMetadataKey(Struct):
    TYPE: ClassVar[int] = 17
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> StreamsGroupMetadataKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupMetadataKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("StreamsGroupMetadataKey", version, pos - start, end - start, error) from error
    return StreamsGroupMetadataKey(group_id)


def _encode_key(record: StreamsGroupMetadataKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    return bytes(out)


@define(eq=False, repr=False)
class LastAssignmentConfig(Struct):
    key: str = ""
    value: str = ""


@define(eq=False, repr=False)
class StreamsGroupMetadataValue(Struct):
    TYPE: ClassVar[int] = 17
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    epoch: int = 0
    metadata_hash: int = 0
    validated_topology_epoch: int = -1
    last_assignment_configs: list[LastAssignmentConfig] | None = field(factory=list)
    stored_description_topology_epoch: int = -1
    failed_description_topology_epoch: int = -1

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> StreamsGroupMetadataValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupMetadataValue:
    start = pos
    try:
        epoch, metadata_hash, n = _unpack_iqB(buf, pos)
        pos += 13
        streams_group_metadata_value = StreamsGroupMetadataValue(epoch, metadata_hash)
        if n:
            pos = _read_streams_group_metadata_value_tags(
                streams_group_metadata_value, n, buf, pos, end, version
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("StreamsGroupMetadataValue", version, pos - start, end - start, error) from error
    return streams_group_metadata_value


def _read_streams_group_metadata_value_tags(
    streams_group_metadata_value: StreamsGroupMetadataValue,
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
            (validated_topology_epoch,) = _unpack_i(buf, pos)
            pos += 4
            streams_group_metadata_value.validated_topology_epoch = validated_topology_epoch
            check_tag_end(tag, pos, tag_end)
        elif tag == 1:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            last_assignment_configs: list[LastAssignmentConfig] | None = None
            if n >= 0:
                if n * 3 > end - pos:
                    refuse("last_assignment_configs", n, end - pos)
                last_assignment_configs = []
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
                    last_assignment_config_value = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    last_assignment_configs.append(LastAssignmentConfig(key, last_assignment_config_value))
            streams_group_metadata_value.last_assignment_configs = last_assignment_configs
            check_tag_end(tag, pos, tag_end)
        elif tag == 2:
            (stored_description_topology_epoch,) = _unpack_i(buf, pos)
            pos += 4
            streams_group_metadata_value.stored_description_topology_epoch = stored_description_topology_epoch
            check_tag_end(tag, pos, tag_end)
        elif tag == 3:
            (failed_description_topology_epoch,) = _unpack_i(buf, pos)
            pos += 4
            streams_group_metadata_value.failed_description_topology_epoch = failed_description_topology_epoch
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_value(record: StreamsGroupMetadataValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_iq(record.epoch, record.metadata_hash)
    if (
        record.validated_topology_epoch != -1
        or (record.last_assignment_configs is None or record.last_assignment_configs)
        or record.stored_description_topology_epoch != -1
        or record.failed_description_topology_epoch != -1
    ):
        _write_streams_group_metadata_value_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_streams_group_metadata_value_tags(
    buffer: bytearray, streams_group_metadata_value: StreamsGroupMetadataValue, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if streams_group_metadata_value.validated_topology_epoch != -1:
        out = bytearray()
        out += _pack_i(streams_group_metadata_value.validated_topology_epoch)
        fields.append((0, out))
    if (
        streams_group_metadata_value.last_assignment_configs is None
        or streams_group_metadata_value.last_assignment_configs
    ):
        out = bytearray()
        if streams_group_metadata_value.last_assignment_configs is None:
            out.append(0)
        else:
            n = len(streams_group_metadata_value.last_assignment_configs) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for last_assignment_config in streams_group_metadata_value.last_assignment_configs:
                write_compact_string(out, last_assignment_config.key)
                write_compact_string(out, last_assignment_config.value)
                out.append(0)
        fields.append((1, out))
    if streams_group_metadata_value.stored_description_topology_epoch != -1:
        out = bytearray()
        out += _pack_i(streams_group_metadata_value.stored_description_topology_epoch)
        fields.append((2, out))
    if streams_group_metadata_value.failed_description_topology_epoch != -1:
        out = bytearray()
        out += _pack_i(streams_group_metadata_value.failed_description_topology_epoch)
        fields.append((3, out))
    write_tagged_fields(buffer, fields)
