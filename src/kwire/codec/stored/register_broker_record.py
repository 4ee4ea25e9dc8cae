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
    check_tag_end,
    malformed,
    read_tag,
    read_uuids,
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_tagged_fields,
    write_uvarint,
)

_unpack_uqB = Format(">16sqB").unpack_from
_unpack_t = Format(">?").unpack_from
_unpack_HhB = Format(">HhB").unpack_from
_unpack_hhB = Format(">hhB").unpack_from
_unpack_i = Format(">i").unpack_from
_pack_uq = Format(">16sq").pack
_pack_t = Format(">?").pack
_pack_HhB = Format(">HhB").pack
_pack_hhB = Format(">hhB").pack
_pack_i = Format(">i").pack


@define(eq=False, repr=False)
class BrokerEndpoint(Struct):
    name: str = ""
    host: str = ""
    port: int = 0
    security_protocol: int = 0


@define(eq=False, repr=False)
class BrokerFeature(Struct):
    name: str = ""
    min_supported_version: int = 0
    max_supported_version: int = 0


@define(eq=False, repr=False)
class RegisterBrokerRecord(Struct):
    TYPE: ClassVar[int] = 0
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 4

    broker_id: int = 0
    is_migrating_zk_broker: bool = False  # 2+
    incarnation_id: bytes = ZERO_UUID
    broker_epoch: int = 0
    end_points: list[BrokerEndpoint] = field(factory=list)
    features: list[BrokerFeature] = field(factory=list)
    rack: str | None = ""
    fenced: bool = True
    in_controlled_shutdown: bool = False  # 1+
    log_dirs: list[bytes] = field(factory=list)  # 3+
    cordoned_log_dirs: list[bytes] | None = None  # version 4

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> RegisterBrokerRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> RegisterBrokerRecord:
    start = pos
    try:
        (broker_id,) = _unpack_i(buf, pos)
        pos += 4
        is_migrating_zk_broker = False
        if version >= 2:
            (is_migrating_zk_broker,) = _unpack_t(buf, pos)
            pos += 1
        incarnation_id, broker_epoch, n = _unpack_uqB(buf, pos)
        pos += 25
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 7 > end - pos:
            refuse("end_points", n, end - pos)
        end_points: list[BrokerEndpoint] = []
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
            end_points.append(BrokerEndpoint(name, host, port, security_protocol))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 6 > end - pos:
            refuse("features", n, end - pos)
        features: list[BrokerFeature] = []
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
            broker_feature_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            min_supported_version, max_supported_version, n = _unpack_hhB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            features.append(BrokerFeature(broker_feature_name, min_supported_version, max_supported_version))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("rack", n - 1)
        rack: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("rack", n - 1, end - pos)
            rack = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        (fenced,) = _unpack_t(buf, pos)
        pos += 1
        in_controlled_shutdown = False
        if version >= 1:
            (in_controlled_shutdown,) = _unpack_t(buf, pos)
            pos += 1
        n = buf[pos]
        pos += 1
        register_broker_record = RegisterBrokerRecord(
            broker_id,
            is_migrating_zk_broker,
            incarnation_id,
            broker_epoch,
            end_points,
            features,
            rack,
            fenced,
            in_controlled_shutdown,
        )
        if n:
            pos = _read_register_broker_record_tags(register_broker_record, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("RegisterBrokerRecord", version, pos - start, end - start, error) from error
    return register_broker_record


def _read_register_broker_record_tags(
    register_broker_record: RegisterBrokerRecord, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0 and version >= 3:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 16 > end - pos:
                refuse("log_dirs", n, end - pos)
            log_dirs: list[bytes] = read_uuids(buf, pos, n)
            pos += 16 * n
            register_broker_record.log_dirs = log_dirs
            check_tag_end(tag, pos, tag_end)
        elif tag == 1 and version >= 4:
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
            register_broker_record.cordoned_log_dirs = cordoned_log_dirs
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_data(record: RegisterBrokerRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_i(record.broker_id)
    if version >= 2:
        out += _pack_t(record.is_migrating_zk_broker)
    else:
        if record.is_migrating_zk_broker:
            refuse_field("is_migrating_zk_broker", version)
    out += _pack_uq(record.incarnation_id, record.broker_epoch)
    n = len(record.end_points) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for broker_endpoint in record.end_points:
        write_compact_string(out, broker_endpoint.name)
        write_compact_string(out, broker_endpoint.host)
        out += _pack_HhB(broker_endpoint.port, broker_endpoint.security_protocol, 0)
    n = len(record.features) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for broker_feature in record.features:
        write_compact_string(out, broker_feature.name)
        out += _pack_hhB(broker_feature.min_supported_version, broker_feature.max_supported_version, 0)
    write_compact_string(out, record.rack)
    out += _pack_t(record.fenced)
    if version >= 1:
        out += _pack_t(record.in_controlled_shutdown)
    else:
        if record.in_controlled_shutdown:
            refuse_field("in_controlled_shutdown", version)
    if record.log_dirs or record.cordoned_log_dirs is not None:
        _write_register_broker_record_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_register_broker_record_tags(
    buffer: bytearray, register_broker_record: RegisterBrokerRecord, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if not version >= 3 and register_broker_record.log_dirs:
        refuse_field("log_dirs", version)
    if version >= 3 and register_broker_record.log_dirs:
        out = bytearray()
        n = len(register_broker_record.log_dirs) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += b"".join(register_broker_record.log_dirs)
        fields.append((0, out))
    if not version >= 4 and register_broker_record.cordoned_log_dirs is not None:
        refuse_field("cordoned_log_dirs", version)
    if version >= 4 and register_broker_record.cordoned_log_dirs is not None:
        out = bytearray()
        n = len(register_broker_record.cordoned_log_dirs) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += b"".join(register_broker_record.cordoned_log_dirs)
        fields.append((1, out))
    write_tagged_fields(buffer, fields)
