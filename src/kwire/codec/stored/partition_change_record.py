"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from
from typing import ClassVar

from attrs import define

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
_unpack_i = Format(">i").unpack_from
_unpack_iuB = Format(">i16sB").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_b = Format(">b").pack
_pack_i = Format(">i").pack
_pack_iu = Format(">i16s").pack


@define(eq=False, repr=False)
class PartitionChangeRecord(Struct):
    TYPE: ClassVar[int] = 5
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 2

    partition_id: int = -1
    topic_id: bytes = ZERO_UUID
    isr: list[int] | None = None
    leader: int = -2  # -2 when it has not changed.
    replicas: list[int] | None = None
    removing_replicas: list[int] | None = None
    adding_replicas: list[int] | None = None
    leader_recovery_state: int = -1
    directories: list[bytes] | None = None  # 1+
    eligible_leader_replicas: list[int] | None = None  # version 2
    last_known_elr: list[int] | None = None  # version 2

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> PartitionChangeRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> PartitionChangeRecord:
    start = pos
    try:
        partition_id, topic_id, n = _unpack_iuB(buf, pos)
        pos += 21
        partition_change_record = PartitionChangeRecord(partition_id, topic_id)
        if n:
            pos = _read_partition_change_record_tags(partition_change_record, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("PartitionChangeRecord", version, pos - start, end - start, error) from error
    return partition_change_record


def _read_partition_change_record_tags(
    partition_change_record: PartitionChangeRecord, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            isr: list[int] | None = None
            if n >= 0:
                if n * 4 > end - pos:
                    refuse("isr", n, end - pos)
                isr = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
            partition_change_record.isr = isr
            check_tag_end(tag, pos, tag_end)
        elif tag == 1:
            (leader,) = _unpack_i(buf, pos)
            pos += 4
            partition_change_record.leader = leader
            check_tag_end(tag, pos, tag_end)
        elif tag == 2:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            replicas: list[int] | None = None
            if n >= 0:
                if n * 4 > end - pos:
                    refuse("replicas", n, end - pos)
                replicas = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
            partition_change_record.replicas = replicas
            check_tag_end(tag, pos, tag_end)
        elif tag == 3:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            removing_replicas: list[int] | None = None
            if n >= 0:
                if n * 4 > end - pos:
                    refuse("removing_replicas", n, end - pos)
                removing_replicas = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
            partition_change_record.removing_replicas = removing_replicas
            check_tag_end(tag, pos, tag_end)
        elif tag == 4:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            adding_replicas: list[int] | None = None
            if n >= 0:
                if n * 4 > end - pos:
                    refuse("adding_replicas", n, end - pos)
                adding_replicas = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
            partition_change_record.adding_replicas = adding_replicas
            check_tag_end(tag, pos, tag_end)
        elif tag == 5:
            (leader_recovery_state,) = _unpack_b(buf, pos)
            pos += 1
            partition_change_record.leader_recovery_state = leader_recovery_state
            check_tag_end(tag, pos, tag_end)
        elif tag == 6 and version >= 2:
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
            partition_change_record.eligible_leader_replicas = eligible_leader_replicas
            check_tag_end(tag, pos, tag_end)
        elif tag == 7 and version >= 2:
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
            partition_change_record.last_known_elr = last_known_elr
            check_tag_end(tag, pos, tag_end)
        elif tag == 8 and version >= 1:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            directories: list[bytes] | None = None
            if n >= 0:
                if n * 16 > end - pos:
                    refuse("directories", n, end - pos)
                directories = read_uuids(buf, pos, n)
                pos += 16 * n
            partition_change_record.directories = directories
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_data(record: PartitionChangeRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_iu(record.partition_id, record.topic_id)
    if (
        record.isr is not None
        or record.leader != -2
        or record.replicas is not None
        or record.removing_replicas is not None
        or record.adding_replicas is not None
        or record.leader_recovery_state != -1
        or record.eligible_leader_replicas is not None
        or record.last_known_elr is not None
        or record.directories is not None
    ):
        _write_partition_change_record_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_partition_change_record_tags(
    buffer: bytearray, partition_change_record: PartitionChangeRecord, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if partition_change_record.isr is not None:
        out = bytearray()
        n = len(partition_change_record.isr)
        if n == 1:
            out += _pack_Bi(2, partition_change_record.isr[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *partition_change_record.isr)
        fields.append((0, out))
    if partition_change_record.leader != -2:
        out = bytearray()
        out += _pack_i(partition_change_record.leader)
        fields.append((1, out))
    if partition_change_record.replicas is not None:
        out = bytearray()
        n = len(partition_change_record.replicas)
        if n == 1:
            out += _pack_Bi(2, partition_change_record.replicas[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *partition_change_record.replicas)
        fields.append((2, out))
    if partition_change_record.removing_replicas is not None:
        out = bytearray()
        n = len(partition_change_record.removing_replicas)
        if n == 1:
            out += _pack_Bi(2, partition_change_record.removing_replicas[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *partition_change_record.removing_replicas)
        fields.append((3, out))
    if partition_change_record.adding_replicas is not None:
        out = bytearray()
        n = len(partition_change_record.adding_replicas)
        if n == 1:
            out += _pack_Bi(2, partition_change_record.adding_replicas[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *partition_change_record.adding_replicas)
        fields.append((4, out))
    if partition_change_record.leader_recovery_state != -1:
        out = bytearray()
        out += _pack_b(partition_change_record.leader_recovery_state)
        fields.append((5, out))
    if not version >= 2 and partition_change_record.eligible_leader_replicas is not None:
        refuse_field("eligible_leader_replicas", version)
    if version >= 2 and partition_change_record.eligible_leader_replicas is not None:
        out = bytearray()
        n = len(partition_change_record.eligible_leader_replicas)
        if n == 1:
            out += _pack_Bi(2, partition_change_record.eligible_leader_replicas[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *partition_change_record.eligible_leader_replicas)
        fields.append((6, out))
    if not version >= 2 and partition_change_record.last_known_elr is not None:
        refuse_field("last_known_elr", version)
    if version >= 2 and partition_change_record.last_known_elr is not None:
        out = bytearray()
        n = len(partition_change_record.last_known_elr)
        if n == 1:
            out += _pack_Bi(2, partition_change_record.last_known_elr[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *partition_change_record.last_known_elr)
        fields.append((7, out))
    if not version >= 1 and partition_change_record.directories is not None:
        refuse_field("directories", version)
    if version >= 1 and partition_change_record.directories is not None:
        out = bytearray()
        n = len(partition_change_record.directories) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += b"".join(partition_change_record.directories)
        fields.append((8, out))
    write_tagged_fields(buffer, fields)
