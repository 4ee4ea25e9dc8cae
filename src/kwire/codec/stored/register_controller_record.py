"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

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

_unpack_HhB = Format(">HhB").unpack_from
_unpack_hhB = Format(">hhB").unpack_from
_unpack_iutB = Format(">i16s?B").unpack_from
_pack_HhB = Format(">HhB").pack
_pack_hhB = Format(">hhB").pack
_pack_iut = Format(">i16s?").pack


@define(eq=False, repr=False)
class ControllerEndpoint(Struct):
    name: str = ""
    host: str = ""
    port: int = 0
    security_protocol: int = 0


@define(eq=False, repr=False)
class ControllerFeature(Struct):
    name: str = ""
    min_supported_version: int = 0
    max_supported_version: int = 0


@define(eq=False, repr=False)
class RegisterControllerRecord(Struct):
    TYPE: ClassVar[int] = 27
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    controller_id: int = 0
    incarnation_id: bytes = ZERO_UUID
    zk_migration_ready: bool = False
    end_points: list[ControllerEndpoint] = field(factory=list)
    features: list[ControllerFeature] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> RegisterControllerRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> RegisterControllerRecord:
    start = pos
    try:
        controller_id, incarnation_id, zk_migration_ready, n = _unpack_iutB(buf, pos)
        pos += 22
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 7 > end - pos:
            refuse("end_points", n, end - pos)
        end_points: list[ControllerEndpoint] = []
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
            port, security_protocol, n = _unpack_HhB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            end_points.append(ControllerEndpoint(name, host, port, security_protocol))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 6 > end - pos:
            refuse("features", n, end - pos)
        features: list[ControllerFeature] = []
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
            controller_feature_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            min_supported_version, max_supported_version, n = _unpack_hhB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            features.append(
                ControllerFeature(controller_feature_name, min_supported_version, max_supported_version)
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("RegisterControllerRecord", version, pos - start, end - start, error) from error
    return RegisterControllerRecord(controller_id, incarnation_id, zk_migration_ready, end_points, features)


def _encode_data(record: RegisterControllerRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_iut(record.controller_id, record.incarnation_id, record.zk_migration_ready)
    n = len(record.end_points) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for controller_endpoint in record.end_points:
        write_compact_string(out, controller_endpoint.name)
        write_compact_string(out, controller_endpoint.host)
        out += _pack_HhB(controller_endpoint.port, controller_endpoint.security_protocol, 0)
    n = len(record.features) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for controller_feature in record.features:
        write_compact_string(out, controller_feature.name)
        out += _pack_hhB(
            controller_feature.min_supported_version, controller_feature.max_supported_version, 0
        )
    out.append(0)
    return bytes(out)
