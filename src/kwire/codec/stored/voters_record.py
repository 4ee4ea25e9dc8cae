"""GENERATED from protocol_specs/stored/control_records.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
    Readable,
    Struct,
    malformed,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

_unpack_HB = Format(">HB").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hhB = Format(">hhB").unpack_from
_unpack_iuB = Format(">i16sB").unpack_from
_pack_HB = Format(">HB").pack
_pack_h = Format(">h").pack
_pack_hhB = Format(">hhB").pack
_pack_iu = Format(">i16s").pack


@define(eq=False, repr=False)
class Endpoint(Struct):
    name: str = ""
    host: str = ""
    port: int = 0


@define(eq=False, repr=False)
class KRaftVersionFeature(Struct):
    min_supported_version: int = 0
    max_supported_version: int = 0


@define(eq=False, repr=False)
class Voter(Struct):
    voter_id: int = 0
    voter_directory_id: bytes = ZERO_UUID
    endpoints: list[Endpoint] = field(factory=list)
    kraft_version_feature: KRaftVersionFeature = field(factory=KRaftVersionFeature)


@define(eq=False, repr=False)
class VotersRecord(Struct):
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    version: int = 0
    voters: list[Voter] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> VotersRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> VotersRecord:
    start = pos
    try:
        voters_record_version, n = _unpack_hB(buf, pos)
        pos += 3
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 27 > end - pos:
            refuse("voters", n, end - pos)
        voters: list[Voter] = []
        for _ in range(n):
            voter_id, voter_directory_id, n = _unpack_iuB(buf, pos)
            pos += 21
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 5 > end - pos:
                refuse("endpoints", n, end - pos)
            endpoints: list[Endpoint] = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("name", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("name", n - 1, end - pos)
                name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("host", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("host", n - 1, end - pos)
                host = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                port, n = _unpack_HB(buf, pos)
                pos += 3
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                endpoints.append(Endpoint(name, host, port))
            min_supported_version, max_supported_version, n = _unpack_hhB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            kraft_version_feature = KRaftVersionFeature(min_supported_version, max_supported_version)
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            voters.append(Voter(voter_id, voter_directory_id, endpoints, kraft_version_feature))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("VotersRecord", version, pos - start, end - start, error) from error
    return VotersRecord(voters_record_version, voters)


def _encode_data(record: VotersRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_h(record.version)
    n = len(record.voters) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for voter in record.voters:
        out += _pack_iu(voter.voter_id, voter.voter_directory_id)
        n = len(voter.endpoints) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for endpoint in voter.endpoints:
            write_compact_string(out, endpoint.name)
            write_compact_string(out, endpoint.host)
            out += _pack_HB(endpoint.port, 0)
        out += _pack_hhB(
            voter.kraft_version_feature.min_supported_version,
            voter.kraft_version_feature.max_supported_version,
            0,
        )
        out.append(0)
    out.append(0)
    return bytes(out)
