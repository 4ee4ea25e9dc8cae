"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    refuse_string,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_tagged_fields,
)

_unpack_u = Format(">16s").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_q = Format(">q").unpack_from
_unpack_qB = Format(">qB").unpack_from
_unpack_qiB = Format(">qiB").unpack_from
_pack_u = Format(">16s").pack
_pack_i = Format(">i").pack
_pack_q = Format(">q").pack
_pack_qi = Format(">qi").pack


@define(eq=False, repr=False)
class OffsetCommitKey(Struct):
    TYPE: ClassVar[int] = 1
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group: str = ""
    topic: str = ""
    partition: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> OffsetCommitKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> OffsetCommitKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group", n, end - pos)
        group = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("topic", n, end - pos)
        topic = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (partition,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetCommitKey", version, pos - start, end - start, error) from error
    return OffsetCommitKey(group, topic, partition)


def _encode_key(record: OffsetCommitKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group)
    write_string(out, record.topic)
    out += _pack_i(record.partition)
    return bytes(out)


@define(eq=False, repr=False)
class OffsetCommitValue(Struct):
    TYPE: ClassVar[int] = 1
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 4

    offset: int = 0
    leader_epoch: int = -1  # 3+
    metadata: str = ""
    commit_timestamp: int = 0
    expire_timestamp: int = -1  # version 1
    topic_id: bytes = ZERO_UUID  # version 4

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> OffsetCommitValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> OffsetCommitValue:
    if version >= 4:
        return _decode_value_flexible(buf, pos, end, version)
    return _decode_value_classic(buf, pos, end, version)


def _decode_value_classic(buf: Readable, pos: int, end: int, version: int) -> OffsetCommitValue:
    start = pos
    try:
        (offset,) = _unpack_q(buf, pos)
        pos += 8
        leader_epoch = -1
        if version >= 3:
            (leader_epoch,) = _unpack_i(buf, pos)
            pos += 4
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("metadata", n, end - pos)
        metadata = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (commit_timestamp,) = _unpack_q(buf, pos)
        pos += 8
        expire_timestamp = -1
        if version == 1:
            (expire_timestamp,) = _unpack_q(buf, pos)
            pos += 8
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetCommitValue", version, pos - start, end - start, error) from error
    return OffsetCommitValue(offset, leader_epoch, metadata, commit_timestamp, expire_timestamp)


def _decode_value_flexible(buf: Readable, pos: int, end: int, version: int) -> OffsetCommitValue:
    start = pos
    try:
        offset, leader_epoch, n = _unpack_qiB(buf, pos)
        pos += 13
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("metadata", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("metadata", n - 1, end - pos)
        metadata = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        commit_timestamp, n = _unpack_qB(buf, pos)
        pos += 9
        offset_commit_value = OffsetCommitValue(offset, leader_epoch, metadata, commit_timestamp)
        if n:
            pos = _read_offset_commit_value_tags(offset_commit_value, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetCommitValue", version, pos - start, end - start, error) from error
    return offset_commit_value


def _read_offset_commit_value_tags(
    offset_commit_value: OffsetCommitValue, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            (topic_id,) = _unpack_u(buf, pos)
            pos += 16
            offset_commit_value.topic_id = topic_id
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_value(record: OffsetCommitValue, version: int) -> bytes:
    if version >= 4:
        return _encode_value_flexible(record, version)
    return _encode_value_classic(record, version)


def _encode_value_classic(record: OffsetCommitValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_q(record.offset)
    if version >= 3:
        out += _pack_i(record.leader_epoch)
    write_string(out, record.metadata)
    out += _pack_q(record.commit_timestamp)
    if version == 1:
        out += _pack_q(record.expire_timestamp)
    return bytes(out)


def _encode_value_flexible(record: OffsetCommitValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_qi(record.offset, record.leader_epoch)
    write_compact_string(out, record.metadata)
    out += _pack_q(record.commit_timestamp)
    if record.topic_id != ZERO_UUID:
        _write_offset_commit_value_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_offset_commit_value_tags(
    buffer: bytearray, offset_commit_value: OffsetCommitValue, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if offset_commit_value.topic_id != ZERO_UUID:
        out = bytearray()
        out += _pack_u(offset_commit_value.topic_id)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
