"""GENERATED from protocol_specs/stored/share_group_state.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    ZERO_UUID,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    skip_tagged_fields,
    uvarint_rest,
    write_string,
    write_tagged_fields,
    write_uvarint,
)

_unpack_ui = Format(">16si").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iiqB = Format(">iiqB").unpack_from
_unpack_qqbhB = Format(">qqbhB").unpack_from
_pack_ui = Format(">16si").pack
_pack_i = Format(">i").pack
_pack_iiq = Format(">iiq").pack
_pack_qqbhB = Format(">qqbhB").pack


@define(eq=False, repr=False)
class ShareUpdateKey(Struct):
    TYPE: ClassVar[int] = 1
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""
    topic_id: bytes = ZERO_UUID
    partition: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareUpdateKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ShareUpdateKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        topic_id, partition = _unpack_ui(buf, pos)
        pos += 20
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ShareUpdateKey", version, pos - start, end - start, error) from error
    return ShareUpdateKey(group_id, topic_id, partition)


def _encode_key(record: ShareUpdateKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    out += _pack_ui(record.topic_id, record.partition)
    return bytes(out)


@define(eq=False, repr=False)
class StateBatch(Struct):
    first_offset: int = 0
    last_offset: int = 0
    delivery_state: int = 0  # 0 available, 2 acknowledged, 4 archived.
    delivery_count: int = 0


@define(eq=False, repr=False)
class ShareUpdateValue(Struct):
    TYPE: ClassVar[int] = 1
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    snapshot_epoch: int = 0
    leader_epoch: int = 0
    start_offset: int = 0  # -1 when it has not moved.
    delivery_complete_count: int = -1
    state_batches: list[StateBatch] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareUpdateValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> ShareUpdateValue:
    start = pos
    try:
        snapshot_epoch, leader_epoch, start_offset, n = _unpack_iiqB(buf, pos)
        pos += 17
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 20 > end - pos:
            refuse("state_batches", n, end - pos)
        state_batches: list[StateBatch] = []
        for _ in range(n):
            first_offset, last_offset, delivery_state, delivery_count, n = _unpack_qqbhB(buf, pos)
            pos += 20
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            state_batches.append(StateBatch(first_offset, last_offset, delivery_state, delivery_count))
        n = buf[pos]
        pos += 1
        share_update_value = ShareUpdateValue(snapshot_epoch, leader_epoch, start_offset, -1, state_batches)
        if n:
            pos = _read_share_update_value_tags(share_update_value, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ShareUpdateValue", version, pos - start, end - start, error) from error
    return share_update_value


def _read_share_update_value_tags(
    share_update_value: ShareUpdateValue, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            (delivery_complete_count,) = _unpack_i(buf, pos)
            pos += 4
            share_update_value.delivery_complete_count = delivery_complete_count
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_value(record: ShareUpdateValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_iiq(record.snapshot_epoch, record.leader_epoch, record.start_offset)
    n = len(record.state_batches) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for state_batch in record.state_batches:
        out += _pack_qqbhB(
            state_batch.first_offset,
            state_batch.last_offset,
            state_batch.delivery_state,
            state_batch.delivery_count,
            0,
        )
    if record.delivery_complete_count != -1:
        _write_share_update_value_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_share_update_value_tags(
    buffer: bytearray, share_update_value: ShareUpdateValue, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if share_update_value.delivery_complete_count != -1:
        out = bytearray()
        out += _pack_i(share_update_value.delivery_complete_count)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
