"""GENERATED from protocol_specs/stored/control_records.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    ZERO_UUID,
    Readable,
    Struct,
    malformed,
    refuse,
    refuse_field,
    skip_tagged_fields,
    uvarint_rest,
    write_uvarint,
)

_unpack_u = Format(">16s").unpack_from
_unpack_hiB = Format(">hiB").unpack_from
_unpack_i = Format(">i").unpack_from
_pack_u = Format(">16s").pack
_pack_hi = Format(">hi").pack
_pack_i = Format(">i").pack


@define(eq=False, repr=False)
class Voter(Struct):
    voter_id: int = 0
    voter_directory_id: bytes = ZERO_UUID  # version 1


@define(eq=False, repr=False)
class LeaderChangeMessage(Struct):
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 1

    version: int = 0
    leader_id: int = 0
    voters: list[Voter] = field(factory=list)
    granting_voters: list[Voter] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> LeaderChangeMessage:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> LeaderChangeMessage:
    start = pos
    try:
        leader_change_message_version, leader_id, n = _unpack_hiB(buf, pos)
        pos += 7
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 5 > end - pos:
            refuse("voters", n, end - pos)
        voters: list[Voter] = []
        for _ in range(n):
            (voter_id,) = _unpack_i(buf, pos)
            pos += 4
            voter_directory_id = ZERO_UUID
            if version >= 1:
                (voter_directory_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            voters.append(Voter(voter_id, voter_directory_id))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 5 > end - pos:
            refuse("granting_voters", n, end - pos)
        granting_voters: list[Voter] = []
        for _ in range(n):
            (voter_id,) = _unpack_i(buf, pos)
            pos += 4
            voter_directory_id = ZERO_UUID
            if version >= 1:
                (voter_directory_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            granting_voters.append(Voter(voter_id, voter_directory_id))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("LeaderChangeMessage", version, pos - start, end - start, error) from error
    return LeaderChangeMessage(leader_change_message_version, leader_id, voters, granting_voters)


def _encode_data(record: LeaderChangeMessage, version: int) -> bytes:
    out = bytearray()
    out += _pack_hi(record.version, record.leader_id)
    n = len(record.voters) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for voter in record.voters:
        out += _pack_i(voter.voter_id)
        if version >= 1:
            out += _pack_u(voter.voter_directory_id)
        else:
            if voter.voter_directory_id != ZERO_UUID:
                refuse_field("voter_directory_id", version)
        out.append(0)
    n = len(record.granting_voters) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for voter in record.granting_voters:
        out += _pack_i(voter.voter_id)
        if version >= 1:
            out += _pack_u(voter.voter_directory_id)
        else:
            if voter.voter_directory_id != ZERO_UUID:
                refuse_field("voter_directory_id", version)
        out.append(0)
    out.append(0)
    return bytes(out)
