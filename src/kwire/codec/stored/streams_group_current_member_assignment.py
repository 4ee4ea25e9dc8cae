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
_unpack_iibB = Format(">iibB").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_iib = Format(">iib").pack


@define(eq=False, repr=False)
class StreamsGroupCurrentMemberAssignmentKey(Struct):
    TYPE: ClassVar[int] = 22
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""
    member_id: str = ""

    @classmethod
    def decode(
        cls, buf: Readable, pos: int, end: int, version: int
    ) -> StreamsGroupCurrentMemberAssignmentKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupCurrentMemberAssignmentKey:
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
            "StreamsGroupCurrentMemberAssignmentKey", version, pos - start, end - start, error
        ) from error
    return StreamsGroupCurrentMemberAssignmentKey(group_id, member_id)


def _encode_key(record: StreamsGroupCurrentMemberAssignmentKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    write_string(out, record.member_id)
    return bytes(out)


@define(eq=False, repr=False)
class TaskIds(Struct):
    subtopology_id: str = ""
    partitions: list[int] = field(factory=list)
    assignment_epochs: list[int] | None = field(factory=list)


@define(eq=False, repr=False)
class StreamsGroupCurrentMemberAssignmentValue(Struct):
    TYPE: ClassVar[int] = 22
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    member_epoch: int = 0
    previous_member_epoch: int = 0
    state: int = 0
    active_tasks: list[TaskIds] = field(factory=list)
    standby_tasks: list[TaskIds] = field(factory=list)
    warmup_tasks: list[TaskIds] = field(factory=list)
    active_tasks_pending_revocation: list[TaskIds] = field(factory=list)
    standby_tasks_pending_revocation: list[TaskIds] = field(factory=list)
    warmup_tasks_pending_revocation: list[TaskIds] = field(factory=list)

    @classmethod
    def decode(
        cls, buf: Readable, pos: int, end: int, version: int
    ) -> StreamsGroupCurrentMemberAssignmentValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(
    buf: Readable, pos: int, end: int, version: int
) -> StreamsGroupCurrentMemberAssignmentValue:
    start = pos
    try:
        member_epoch, previous_member_epoch, state, n = _unpack_iibB(buf, pos)
        pos += 10
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
            task_ids = TaskIds(subtopology_id, partitions)
            if n:
                pos = _read_task_ids_tags(task_ids, n, buf, pos, end, version)
            active_tasks.append(task_ids)
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
            task_ids = TaskIds(subtopology_id, partitions)
            if n:
                pos = _read_task_ids_tags(task_ids, n, buf, pos, end, version)
            standby_tasks.append(task_ids)
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
            task_ids = TaskIds(subtopology_id, partitions)
            if n:
                pos = _read_task_ids_tags(task_ids, n, buf, pos, end, version)
            warmup_tasks.append(task_ids)
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("active_tasks_pending_revocation", n, end - pos)
        active_tasks_pending_revocation: list[TaskIds] = []
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
            task_ids = TaskIds(subtopology_id, partitions)
            if n:
                pos = _read_task_ids_tags(task_ids, n, buf, pos, end, version)
            active_tasks_pending_revocation.append(task_ids)
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("standby_tasks_pending_revocation", n, end - pos)
        standby_tasks_pending_revocation: list[TaskIds] = []
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
            task_ids = TaskIds(subtopology_id, partitions)
            if n:
                pos = _read_task_ids_tags(task_ids, n, buf, pos, end, version)
            standby_tasks_pending_revocation.append(task_ids)
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("warmup_tasks_pending_revocation", n, end - pos)
        warmup_tasks_pending_revocation: list[TaskIds] = []
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
            task_ids = TaskIds(subtopology_id, partitions)
            if n:
                pos = _read_task_ids_tags(task_ids, n, buf, pos, end, version)
            warmup_tasks_pending_revocation.append(task_ids)
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "StreamsGroupCurrentMemberAssignmentValue", version, pos - start, end - start, error
        ) from error
    return StreamsGroupCurrentMemberAssignmentValue(
        member_epoch,
        previous_member_epoch,
        state,
        active_tasks,
        standby_tasks,
        warmup_tasks,
        active_tasks_pending_revocation,
        standby_tasks_pending_revocation,
        warmup_tasks_pending_revocation,
    )


def _read_task_ids_tags(task_ids: TaskIds, n: int, buf: Readable, pos: int, end: int, version: int) -> int:
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
            assignment_epochs: list[int] | None = None
            if n >= 0:
                if n * 4 > end - pos:
                    refuse("assignment_epochs", n, end - pos)
                assignment_epochs = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
            task_ids.assignment_epochs = assignment_epochs
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_value(record: StreamsGroupCurrentMemberAssignmentValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_iib(record.member_epoch, record.previous_member_epoch, record.state)
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
        if task_ids.assignment_epochs is None or task_ids.assignment_epochs:
            _write_task_ids_tags(out, task_ids, version)
        else:
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
        if task_ids.assignment_epochs is None or task_ids.assignment_epochs:
            _write_task_ids_tags(out, task_ids, version)
        else:
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
        if task_ids.assignment_epochs is None or task_ids.assignment_epochs:
            _write_task_ids_tags(out, task_ids, version)
        else:
            out.append(0)
    n = len(record.active_tasks_pending_revocation) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for task_ids in record.active_tasks_pending_revocation:
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
        if task_ids.assignment_epochs is None or task_ids.assignment_epochs:
            _write_task_ids_tags(out, task_ids, version)
        else:
            out.append(0)
    n = len(record.standby_tasks_pending_revocation) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for task_ids in record.standby_tasks_pending_revocation:
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
        if task_ids.assignment_epochs is None or task_ids.assignment_epochs:
            _write_task_ids_tags(out, task_ids, version)
        else:
            out.append(0)
    n = len(record.warmup_tasks_pending_revocation) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for task_ids in record.warmup_tasks_pending_revocation:
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
        if task_ids.assignment_epochs is None or task_ids.assignment_epochs:
            _write_task_ids_tags(out, task_ids, version)
        else:
            out.append(0)
    out.append(0)
    return bytes(out)


def _write_task_ids_tags(buffer: bytearray, task_ids: TaskIds, version: int) -> None:
    fields: list[tuple[int, bytearray]] = []
    if task_ids.assignment_epochs is None or task_ids.assignment_epochs:
        out = bytearray()
        if task_ids.assignment_epochs is None:
            out.append(0)
        else:
            n = len(task_ids.assignment_epochs)
            if n == 1:
                out += _pack_Bi(2, task_ids.assignment_epochs[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *task_ids.assignment_epochs)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
