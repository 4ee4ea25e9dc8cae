"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from
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
    read_uuids,
    refuse,
    refuse_field,
    uvarint_rest,
    write_tagged_fields,
    write_uvarint,
)

_unpack_b = Format(">b").unpack_from
_unpack_iuB = Format(">i16sB").unpack_from
_unpack_iii = Format(">iii").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_b = Format(">b").pack
_pack_iu = Format(">i16s").pack
_pack_iii = Format(">iii").pack


@define(eq=False, repr=False)
class PartitionRecord(Struct):
    TYPE: ClassVar[int] = 3
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 2

    partition_id: int = -1
    topic_id: bytes = ZERO_UUID
    replicas: list[int] = field(factory=list)
    isr: list[int] = field(factory=list)
    removing_replicas: list[int] = field(factory=list)
    adding_replicas: list[int] = field(factory=list)
    leader: int = -1
    leader_recovery_state: int = 0
    leader_epoch: int = -1
    partition_epoch: int = -1
    directories: list[bytes] = field(factory=list)  # 1+
    eligible_leader_replicas: list[int] | None = None  # version 2
    last_known_elr: list[int] | None = None  # version 2

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> PartitionRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> PartitionRecord:
    start = pos
    try:
        partition_id, topic_id, n = _unpack_iuB(buf, pos)
        pos += 21
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("replicas", n, end - pos)
        replicas: list[int] = list(unpack_from(f">{n}i", buf, pos))
        pos += n * 4
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("isr", n, end - pos)
        isr: list[int] = list(unpack_from(f">{n}i", buf, pos))
        pos += n * 4
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("removing_replicas", n, end - pos)
        removing_replicas: list[int] = list(unpack_from(f">{n}i", buf, pos))
        pos += n * 4
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("adding_replicas", n, end - pos)
        adding_replicas: list[int] = list(unpack_from(f">{n}i", buf, pos))
        pos += n * 4
        leader, leader_epoch, partition_epoch = _unpack_iii(buf, pos)
        pos += 12
        directories: list[bytes] = []
        if version >= 1:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 16 > end - pos:
                refuse("directories", n, end - pos)
            directories = read_uuids(buf, pos, n)
            pos += 16 * n
        n = buf[pos]
        pos += 1
        partition_record = PartitionRecord(
            partition_id,
            topic_id,
            replicas,
            isr,
            removing_replicas,
            adding_replicas,
            leader,
            0,
            leader_epoch,
            partition_epoch,
            directories,
        )
        if n:
            pos = _read_partition_record_tags(partition_record, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("PartitionRecord", version, pos - start, end - start, error) from error
    return partition_record


def _read_partition_record_tags(
    partition_record: PartitionRecord, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            (leader_recovery_state,) = _unpack_b(buf, pos)
            pos += 1
            partition_record.leader_recovery_state = leader_recovery_state
            check_tag_end(tag, pos, tag_end)
        elif tag == 1 and version >= 2:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            eligible_leader_replicas: list[int] | None = None
            if n >= 0:
                if n * 4 > end - pos:
                    refuse("eligible_leader_replicas", n, end - pos)
                eligible_leader_replicas = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
            partition_record.eligible_leader_replicas = eligible_leader_replicas
            check_tag_end(tag, pos, tag_end)
        elif tag == 2 and version >= 2:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            last_known_elr: list[int] | None = None
            if n >= 0:
                if n * 4 > end - pos:
                    refuse("last_known_elr", n, end - pos)
                last_known_elr = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
            partition_record.last_known_elr = last_known_elr
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_data(record: PartitionRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_iu(record.partition_id, record.topic_id)
    n = len(record.replicas)
    if n == 1:
        out += _pack_Bi(2, record.replicas[0])
    else:
        n = n + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += pack(f">{n - 1}i", *record.replicas)
    n = len(record.isr)
    if n == 1:
        out += _pack_Bi(2, record.isr[0])
    else:
        n = n + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += pack(f">{n - 1}i", *record.isr)
    n = len(record.removing_replicas)
    if n == 1:
        out += _pack_Bi(2, record.removing_replicas[0])
    else:
        n = n + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += pack(f">{n - 1}i", *record.removing_replicas)
    n = len(record.adding_replicas)
    if n == 1:
        out += _pack_Bi(2, record.adding_replicas[0])
    else:
        n = n + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += pack(f">{n - 1}i", *record.adding_replicas)
    out += _pack_iii(record.leader, record.leader_epoch, record.partition_epoch)
    if version >= 1:
        n = len(record.directories) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += b"".join(record.directories)
    else:
        if record.directories:
            refuse_field("directories", version)
    if (
        record.leader_recovery_state != 0
        or record.eligible_leader_replicas is not None
        or record.last_known_elr is not None
    ):
        _write_partition_record_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_partition_record_tags(buffer: bytearray, partition_record: PartitionRecord, version: int) -> None:
    fields: list[tuple[int, bytearray]] = []
    if partition_record.leader_recovery_state != 0:
        out = bytearray()
        out += _pack_b(partition_record.leader_recovery_state)
        fields.append((0, out))
    if not version >= 2 and partition_record.eligible_leader_replicas is not None:
        refuse_field("eligible_leader_replicas", version)
    if version >= 2 and partition_record.eligible_leader_replicas is not None:
        out = bytearray()
        n = len(partition_record.eligible_leader_replicas)
        if n == 1:
            out += _pack_Bi(2, partition_record.eligible_leader_replicas[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *partition_record.eligible_leader_replicas)
        fields.append((1, out))
    if not version >= 2 and partition_record.last_known_elr is not None:
        refuse_field("last_known_elr", version)
    if version >= 2 and partition_record.last_known_elr is not None:
        out = bytearray()
        n = len(partition_record.last_known_elr)
        if n == 1:
            out += _pack_Bi(2, partition_record.last_known_elr[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *partition_record.last_known_elr)
        fields.append((2, out))
    write_tagged_fields(buffer, fields)
