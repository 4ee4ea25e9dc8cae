"""GENERATED from protocol_specs/62_broker_registration.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
    Buffer,
    Readable,
    Struct,
    malformed,
    read_uuids,
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 62
NAME = "BrokerRegistration"
MIN_VERSION = 0
MAX_VERSION = 4
FLEXIBLE_FROM = 0

_unpack_uB = Format(">16sB").unpack_from
_unpack_t = Format(">?").unpack_from
_unpack_HhB = Format(">HhB").unpack_from
_unpack_hhB = Format(">hhB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihqB = Format(">ihqB").unpack_from
_unpack_q = Format(">q").unpack_from
_pack_u = Format(">16s").pack
_pack_t = Format(">?").pack
_pack_HhB = Format(">HhB").pack
_pack_hhB = Format(">hhB").pack
_pack_i = Format(">i").pack
_pack_ihqB = Format(">ihqB").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class Listener(Struct):
    name: str = ""
    host: str = ""
    port: int = 0
    security_protocol: int = 0


@define(eq=False, repr=False)
class Feature(Struct):
    name: str = ""
    min_supported_version: int = 0
    max_supported_version: int = 0


@define(eq=False, repr=False)
class BrokerRegistrationRequest(Struct):
    broker_id: int = 0
    cluster_id: str = ""
    incarnation_id: bytes = ZERO_UUID  # New with each start.
    listeners: list[Listener] = field(factory=list)
    features: list[Feature] = field(factory=list)
    rack: str | None = ""
    is_migrating_zk_broker: bool = False  # 1+
    log_dirs: list[bytes] = field(factory=list)  # 2+
    previous_broker_epoch: int = -1  # 3+; Of the run that stopped in order.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> BrokerRegistrationRequest:
    """BrokerRegistration request of any version. Raises MalformedFrame."""
    start = pos
    try:
        broker_id, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("cluster_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("cluster_id", n - 1, end - pos)
        cluster_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        incarnation_id, n = _unpack_uB(buf, pos)
        pos += 17
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 7 > end - pos:
            refuse("listeners", n, end - pos)
        listeners: list[Listener] = []
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
            listeners.append(Listener(name, host, port, security_protocol))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 6 > end - pos:
            refuse("features", n, end - pos)
        features: list[Feature] = []
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
            feature_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            min_supported_version, max_supported_version, n = _unpack_hhB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            features.append(Feature(feature_name, min_supported_version, max_supported_version))
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
        is_migrating_zk_broker = False
        if version >= 1:
            (is_migrating_zk_broker,) = _unpack_t(buf, pos)
            pos += 1
        log_dirs: list[bytes] = []
        if version >= 2:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 16 > end - pos:
                refuse("log_dirs", n, end - pos)
            log_dirs = read_uuids(buf, pos, n)
            pos += 16 * n
        previous_broker_epoch = -1
        if version >= 3:
            (previous_broker_epoch,) = _unpack_q(buf, pos)
            pos += 8
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("BrokerRegistration request", version, pos - start, end - start, error) from error
    return BrokerRegistrationRequest(
        broker_id,
        cluster_id,
        incarnation_id,
        listeners,
        features,
        rack,
        is_migrating_zk_broker,
        log_dirs,
        previous_broker_epoch,
    )


def encode_request(request: BrokerRegistrationRequest, version: int, parts: list[Buffer]) -> None:
    """Append BrokerRegistration request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(request.broker_id)
    write_compact_string(out, request.cluster_id)
    out += _pack_u(request.incarnation_id)
    n = len(request.listeners) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for listener in request.listeners:
        write_compact_string(out, listener.name)
        write_compact_string(out, listener.host)
        out += _pack_HhB(listener.port, listener.security_protocol, 0)
    n = len(request.features) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for feature in request.features:
        write_compact_string(out, feature.name)
        out += _pack_hhB(feature.min_supported_version, feature.max_supported_version, 0)
    write_compact_string(out, request.rack)
    if version >= 1:
        out += _pack_t(request.is_migrating_zk_broker)
    else:
        if request.is_migrating_zk_broker:
            refuse_field("is_migrating_zk_broker", version)
    if version >= 2:
        n = len(request.log_dirs) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += b"".join(request.log_dirs)
    if version >= 3:
        out += _pack_q(request.previous_broker_epoch)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class BrokerRegistrationResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    broker_epoch: int = -1  # Tells this run of the broker from others.


def decode_response(buf: Readable, pos: int, end: int, version: int) -> BrokerRegistrationResponse:
    """BrokerRegistration response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, broker_epoch, n = _unpack_ihqB(buf, pos)
        pos += 15
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("BrokerRegistration response", version, pos - start, end - start, error) from error
    return BrokerRegistrationResponse(throttle_time_ms, error_code, broker_epoch)


def encode_response(response: BrokerRegistrationResponse, version: int, parts: list[Buffer]) -> None:
    """Append BrokerRegistration response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ihqB(response.throttle_time_ms, response.error_code, response.broker_epoch, 0)
    parts.append(out)
