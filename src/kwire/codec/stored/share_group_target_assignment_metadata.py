"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    uvarint_rest,
    write_string,
    write_tagged_fields,
)

_unpack_h = Format(">h").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_q = Format(">q").unpack_from
_pack_i = Format(">i").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class ShareGroupTargetAssignmentMetadataKey(Struct):
    TYPE: ClassVar[int] = 12
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ShareGroupTargetAssignmentMetadataKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> ShareGroupTargetAssignmentMetadataKey:
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
        raise malformed(
            "ShareGroupTargetAssignmentMetadataKey", version, pos - start, end - start, error
        ) from error
    return ShareGroupTargetAssignmentMetadataKey(group_id)


def _encode_key(record: ShareGroupTargetAssignmentMetadataKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    return bytes(out)


@define(eq=False, repr=False)
class ShareGroupTargetAssignmentMetadataValue(Struct):
    TYPE: ClassVar[int] = 12
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    assignment_epoch: int = 0
    assignment_timestamp: int = 0

    @classmethod
    def decode(
        cls, buf: Readable, pos: int, end: int, version: int
    ) -> ShareGroupTargetAssignmentMetadataValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> ShareGroupTargetAssignmentMetadataValue:
    start = pos
    try:
        assignment_epoch, n = _unpack_iB(buf, pos)
        pos += 5
        share_group_target_assignment_metadata_value = ShareGroupTargetAssignmentMetadataValue(
            assignment_epoch
        )
        if n:
            pos = _read_share_group_target_assignment_metadata_value_tags(
                share_group_target_assignment_metadata_value, n, buf, pos, end, version
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ShareGroupTargetAssignmentMetadataValue", version, pos - start, end - start, error
        ) from error
    return share_group_target_assignment_metadata_value


def _read_share_group_target_assignment_metadata_value_tags(
    share_group_target_assignment_metadata_value: ShareGroupTargetAssignmentMetadataValue,
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
            (assignment_timestamp,) = _unpack_q(buf, pos)
            pos += 8
            share_group_target_assignment_metadata_value.assignment_timestamp = assignment_timestamp
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_value(record: ShareGroupTargetAssignmentMetadataValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_i(record.assignment_epoch)
    if record.assignment_timestamp != 0:
        _write_share_group_target_assignment_metadata_value_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_share_group_target_assignment_metadata_value_tags(
    buffer: bytearray,
    share_group_target_assignment_metadata_value: ShareGroupTargetAssignmentMetadataValue,
    version: int,
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if share_group_target_assignment_metadata_value.assignment_timestamp != 0:
        out = bytearray()
        out += _pack_q(share_group_target_assignment_metadata_value.assignment_timestamp)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
