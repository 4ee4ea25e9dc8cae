"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    read_uuids,
    refuse,
    refuse_field,
    uvarint_rest,
    write_tagged_fields,
    write_uvarint,
)

_unpack_b = Format(">b").unpack_from
_unpack_iqB = Format(">iqB").unpack_from
_pack_b = Format(">b").pack
_pack_iq = Format(">iq").pack


@define(eq=False, repr=False)
class BrokerRegistrationChangeRecord(Struct):
    TYPE: ClassVar[int] = 17
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 3

    broker_id: int = 0
    broker_epoch: int = 0
    fenced: int = 0  # 1 fences, -1 unfences, 0 changes nothing.
    in_controlled_shutdown: int = 0  # 1+; 1 begins, 0 changes nothing.
    log_dirs: list[bytes] = field(factory=list)  # 2+
    cordoned_log_dirs: list[bytes] | None = None  # version 3

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> BrokerRegistrationChangeRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> BrokerRegistrationChangeRecord:
    start = pos
    try:
        broker_id, broker_epoch, n = _unpack_iqB(buf, pos)
        pos += 13
        broker_registration_change_record = BrokerRegistrationChangeRecord(broker_id, broker_epoch)
        if n:
            pos = _read_broker_registration_change_record_tags(
                broker_registration_change_record, n, buf, pos, end, version
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("BrokerRegistrationChangeRecord", version, pos - start, end - start, error) from error
    return broker_registration_change_record


def _read_broker_registration_change_record_tags(
    broker_registration_change_record: BrokerRegistrationChangeRecord,
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
            (fenced,) = _unpack_b(buf, pos)
            pos += 1
            broker_registration_change_record.fenced = fenced
            check_tag_end(tag, pos, tag_end)
        elif tag == 1 and version >= 1:
            (in_controlled_shutdown,) = _unpack_b(buf, pos)
            pos += 1
            broker_registration_change_record.in_controlled_shutdown = in_controlled_shutdown
            check_tag_end(tag, pos, tag_end)
        elif tag == 2 and version >= 2:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 16 > end - pos:
                refuse("log_dirs", n, end - pos)
            log_dirs: list[bytes] = read_uuids(buf, pos, n)
            pos += 16 * n
            broker_registration_change_record.log_dirs = log_dirs
            check_tag_end(tag, pos, tag_end)
        elif tag == 3 and version >= 3:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            cordoned_log_dirs: list[bytes] | None = None
            if n >= 0:
                if n * 16 > end - pos:
                    refuse("cordoned_log_dirs", n, end - pos)
                cordoned_log_dirs = read_uuids(buf, pos, n)
                pos += 16 * n
            broker_registration_change_record.cordoned_log_dirs = cordoned_log_dirs
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_data(record: BrokerRegistrationChangeRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_iq(record.broker_id, record.broker_epoch)
    if (
        record.fenced != 0
        or record.in_controlled_shutdown != 0
        or record.log_dirs
        or record.cordoned_log_dirs is not None
    ):
        _write_broker_registration_change_record_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_broker_registration_change_record_tags(
    buffer: bytearray, broker_registration_change_record: BrokerRegistrationChangeRecord, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if broker_registration_change_record.fenced != 0:
        out = bytearray()
        out += _pack_b(broker_registration_change_record.fenced)
        fields.append((0, out))
    if not version >= 1 and broker_registration_change_record.in_controlled_shutdown != 0:
        refuse_field("in_controlled_shutdown", version)
    if version >= 1 and broker_registration_change_record.in_controlled_shutdown != 0:
        out = bytearray()
        out += _pack_b(broker_registration_change_record.in_controlled_shutdown)
        fields.append((1, out))
    if not version >= 2 and broker_registration_change_record.log_dirs:
        refuse_field("log_dirs", version)
    if version >= 2 and broker_registration_change_record.log_dirs:
        out = bytearray()
        n = len(broker_registration_change_record.log_dirs) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += b"".join(broker_registration_change_record.log_dirs)
        fields.append((2, out))
    if not version >= 3 and broker_registration_change_record.cordoned_log_dirs is not None:
        refuse_field("cordoned_log_dirs", version)
    if version >= 3 and broker_registration_change_record.cordoned_log_dirs is not None:
        out = bytearray()
        n = len(broker_registration_change_record.cordoned_log_dirs) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += b"".join(broker_registration_change_record.cordoned_log_dirs)
        fields.append((3, out))
    write_tagged_fields(buffer, fields)
