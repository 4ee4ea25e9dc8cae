"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from
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

_unpack_h = Format(">h").unpack_from
_pack_Bi = Format(">Bi").pack


@define(eq=False, repr=False)
class StreamsGroupTargetAssignmentMemberKey(Struct):
    TYPE: ClassVar[int] = 21
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""
    member_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> StreamsGroupTargetAssignmentMemberKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupTargetAssignmentMemberKey:
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
        raise malformed(
            "StreamsGroupTargetAssignmentMemberKey", version, pos - start, end - start, error
        ) from error
    return StreamsGroupTargetAssignmentMemberKey(group_id, member_id)


def _encode_key(record: StreamsGroupTargetAssignmentMemberKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    write_string(out, record.member_id)
    return bytes(out)


@define(eq=False, repr=False)
class TaskIds(Struct):
    subtopology_id: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class StreamsGroupTargetAssignmentMemberValue(Struct):
    TYPE: ClassVar[int] = 21
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    active_tasks: list[TaskIds] = field(factory=list)
    standby_tasks: list[TaskIds] = field(factory=list)
    warmup_tasks: list[TaskIds] = field(factory=list)

    @classmethod
    def decode(
        cls, buf: Readable, pos: int, end: int, version: int
    ) -> StreamsGroupTargetAssignmentMemberValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupTargetAssignmentMemberValue:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("active_tasks", n, end - pos)
        active_tasks: list[TaskIds] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("subtopology_id", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("subtopology_id", n - 1, end - pos)
            subtopology_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 4 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
            pos += n * 4
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            active_tasks.append(TaskIds(subtopology_id, partitions))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("standby_tasks", n, end - pos)
        standby_tasks: list[TaskIds] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("subtopology_id", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("subtopology_id", n - 1, end - pos)
            subtopology_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 4 > end - pos:
                refuse("partitions", n, end - pos)
            partitions = list(unpack_from(f">{n}i", buf, pos))
            pos += n * 4
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            standby_tasks.append(TaskIds(subtopology_id, partitions))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("warmup_tasks", n, end - pos)
        warmup_tasks: list[TaskIds] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("subtopology_id", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("subtopology_id", n - 1, end - pos)
            subtopology_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 4 > end - pos:
                refuse("partitions", n, end - pos)
            partitions = list(unpack_from(f">{n}i", buf, pos))
            pos += n * 4
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            warmup_tasks.append(TaskIds(subtopology_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "StreamsGroupTargetAssignmentMemberValue", version, pos - start, end - start, error
        ) from error
    return StreamsGroupTargetAssignmentMemberValue(active_tasks, standby_tasks, warmup_tasks)


def _encode_value(record: StreamsGroupTargetAssignmentMemberValue, version: int) -> bytes:
    out = bytearray()
    n = len(record.active_tasks) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for task_ids in record.active_tasks:
        write_compact_string(out, task_ids.subtopology_id)
        n = len(task_ids.partitions)
        if n == 1:
            out += _pack_Bi(2, task_ids.partitions[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *task_ids.partitions)
        out.append(0)
    n = len(record.standby_tasks) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for task_ids in record.standby_tasks:
        write_compact_string(out, task_ids.subtopology_id)
        n = len(task_ids.partitions)
        if n == 1:
            out += _pack_Bi(2, task_ids.partitions[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *task_ids.partitions)
        out.append(0)
    n = len(record.warmup_tasks) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for task_ids in record.warmup_tasks:
        write_compact_string(out, task_ids.subtopology_id)
        n = len(task_ids.partitions)
        if n == 1:
            out += _pack_Bi(2, task_ids.partitions[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *task_ids.partitions)
        out.append(0)
    out.append(0)
    return bytes(out)
