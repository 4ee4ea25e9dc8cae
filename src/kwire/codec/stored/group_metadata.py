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
    malformed,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_bytes,
    write_compact_bytes,
    write_compact_string,
    write_string,
    write_uvarint,
)

_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_ii = Format(">ii").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_unpack_q = Format(">q").unpack_from
_unpack_qB = Format(">qB").unpack_from
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class GroupMetadataKey(Struct):
    TYPE: ClassVar[int] = 2
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> GroupMetadataKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> GroupMetadataKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group", n, end - pos)
        group = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("GroupMetadataKey", version, pos - start, end - start, error) from error
    return GroupMetadataKey(group)


def _encode_key(record: GroupMetadataKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group)
    return bytes(out)


@define(eq=False, repr=False)
class MemberMetadata(Struct):
    member_id: str = ""
    group_instance_id: str | None = None  # 3+
    client_id: str = ""
    client_host: str = ""
    rebalance_timeout: int = -1  # 1+
    session_timeout: int = 0
    subscription: bytes = b""
    assignment: bytes = b""


@define(eq=False, repr=False)
class GroupMetadataValue(Struct):
    TYPE: ClassVar[int] = 2
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 4

    protocol_type: str = ""
    generation: int = 0
    protocol: str | None = ""
    leader: str | None = ""
    current_state_timestamp: int = -1  # 2+
    members: list[MemberMetadata] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> GroupMetadataValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> GroupMetadataValue:
    if version >= 4:
        return _decode_value_flexible(buf, pos, end, version)
    return _decode_value_classic(buf, pos, end, version)


def _decode_value_classic(buf: Readable, pos: int, end: int, version: int) -> GroupMetadataValue:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("protocol_type", n, end - pos)
        protocol_type = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        generation, n = _unpack_ih(buf, pos)
        pos += 6
        protocol: str | None = None
        if n >= 0:
            stop = pos + n
            if stop > end:
                refuse("protocol", n, end - pos)
            protocol = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        leader: str | None = None
        if n >= 0:
            stop = pos + n
            if stop > end:
                refuse("leader", n, end - pos)
            leader = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        current_state_timestamp = -1
        if version >= 2:
            (current_state_timestamp,) = _unpack_q(buf, pos)
            pos += 8
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 18 > end - pos:
            refuse("members", n, end - pos)
        members: list[MemberMetadata] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("member_id", n, end - pos)
            member_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            group_instance_id: str | None = None
            if version >= 3:
                (n,) = _unpack_h(buf, pos)
                pos += 2
                group_instance_id = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("group_instance_id", n, end - pos)
                    group_instance_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("client_id", n, end - pos)
            client_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("client_host", n, end - pos)
            client_host = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            rebalance_timeout = -1
            if version >= 1:
                (rebalance_timeout,) = _unpack_i(buf, pos)
                pos += 4
            session_timeout, n = _unpack_ii(buf, pos)
            pos += 8
            stop = pos + n
            if n < 0 or stop > end:
                refuse("subscription", n, end - pos)
            subscription = bytes(buf[pos:stop])
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            stop = pos + n
            if n < 0 or stop > end:
                refuse("assignment", n, end - pos)
            assignment = bytes(buf[pos:stop])
            pos = stop
            members.append(
                MemberMetadata(
                    member_id,
                    group_instance_id,
                    client_id,
                    client_host,
                    rebalance_timeout,
                    session_timeout,
                    subscription,
                    assignment,
                )
            )
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("GroupMetadataValue", version, pos - start, end - start, error) from error
    return GroupMetadataValue(protocol_type, generation, protocol, leader, current_state_timestamp, members)


def _decode_value_flexible(buf: Readable, pos: int, end: int, version: int) -> GroupMetadataValue:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("protocol_type", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("protocol_type", n - 1, end - pos)
        protocol_type = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        generation, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("protocol", n - 1)
        protocol: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("protocol", n - 1, end - pos)
            protocol = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("leader", n - 1)
        leader: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("leader", n - 1, end - pos)
            leader = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        current_state_timestamp, n = _unpack_qB(buf, pos)
        pos += 9
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 15 > end - pos:
            refuse("members", n, end - pos)
        members: list[MemberMetadata] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("member_id", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("member_id", n - 1, end - pos)
            member_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("group_instance_id", n - 1)
            group_instance_id: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("group_instance_id", n - 1, end - pos)
                group_instance_id = buf[pos:stop].decode("utf-8", "replace")
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
            rebalance_timeout, session_timeout, n = _unpack_iiB(buf, pos)
            pos += 9
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("subscription", n - 1, end - pos)
            subscription = bytes(buf[pos:stop])
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("assignment", n - 1, end - pos)
            assignment = bytes(buf[pos:stop])
            pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            members.append(
                MemberMetadata(
                    member_id,
                    group_instance_id,
                    client_id,
                    client_host,
                    rebalance_timeout,
                    session_timeout,
                    subscription,
                    assignment,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("GroupMetadataValue", version, pos - start, end - start, error) from error
    return GroupMetadataValue(protocol_type, generation, protocol, leader, current_state_timestamp, members)


def _encode_value(record: GroupMetadataValue, version: int) -> bytes:
    if version >= 4:
        return _encode_value_flexible(record, version)
    return _encode_value_classic(record, version)


def _encode_value_classic(record: GroupMetadataValue, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.protocol_type)
    out += _pack_i(record.generation)
    write_string(out, record.protocol)
    write_string(out, record.leader)
    if version >= 2:
        out += _pack_q(record.current_state_timestamp)
    out += _pack_i(len(record.members))
    for member_metadata in record.members:
        write_string(out, member_metadata.member_id)
        if version >= 3:
            write_string(out, member_metadata.group_instance_id)
        write_string(out, member_metadata.client_id)
        write_string(out, member_metadata.client_host)
        if version >= 1:
            out += _pack_i(member_metadata.rebalance_timeout)
        out += _pack_i(member_metadata.session_timeout)
        write_bytes(out, member_metadata.subscription)
        write_bytes(out, member_metadata.assignment)
    return bytes(out)


def _encode_value_flexible(record: GroupMetadataValue, version: int) -> bytes:
    out = bytearray()
    write_compact_string(out, record.protocol_type)
    out += _pack_i(record.generation)
    write_compact_string(out, record.protocol)
    write_compact_string(out, record.leader)
    out += _pack_q(record.current_state_timestamp)
    n = len(record.members) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for member_metadata in record.members:
        write_compact_string(out, member_metadata.member_id)
        write_compact_string(out, member_metadata.group_instance_id)
        write_compact_string(out, member_metadata.client_id)
        write_compact_string(out, member_metadata.client_host)
        out += _pack_ii(member_metadata.rebalance_timeout, member_metadata.session_timeout)
        write_compact_bytes(out, member_metadata.subscription)
        write_compact_bytes(out, member_metadata.assignment)
        out.append(0)
    out.append(0)
    return bytes(out)
