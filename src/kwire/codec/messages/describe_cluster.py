"""GENERATED from protocol_specs/60_describe_cluster.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    Buffer,
    Readable,
    Struct,
    malformed,
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 60
NAME = "DescribeCluster"
MIN_VERSION = 0
MAX_VERSION = 2
FLEXIBLE_FROM = 0

_unpack_t = Format(">?").unpack_from
_unpack_b = Format(">b").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_t = Format(">?").pack
_pack_b = Format(">b").pack
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class DescribeClusterRequest(Struct):
    include_cluster_authorized_operations: bool = False
    endpoint_type: int = 1  # 1+; 1 brokers, 2 controllers.
    include_fenced_brokers: bool = False  # version 2


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeClusterRequest:
    """DescribeCluster request of any version. Raises MalformedFrame."""
    start = pos
    try:
        (include_cluster_authorized_operations,) = _unpack_t(buf, pos)
        pos += 1
        endpoint_type = 1
        if version >= 1:
            (endpoint_type,) = _unpack_b(buf, pos)
            pos += 1
        include_fenced_brokers = False
        if version >= 2:
            (include_fenced_brokers,) = _unpack_t(buf, pos)
            pos += 1
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeCluster request", version, pos - start, end - start, error) from error
    return DescribeClusterRequest(
        include_cluster_authorized_operations, endpoint_type, include_fenced_brokers
    )


def encode_request(request: DescribeClusterRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeCluster request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_t(request.include_cluster_authorized_operations)
    if version >= 1:
        out += _pack_b(request.endpoint_type)
    else:
        if request.endpoint_type != 1:
            refuse_field("endpoint_type", version)
    if version >= 2:
        out += _pack_t(request.include_fenced_brokers)
    else:
        if request.include_fenced_brokers:
            refuse_field("include_fenced_brokers", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class DescribeClusterBroker(Struct):
    broker_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None
    is_fenced: bool = False  # version 2


@define(eq=False, repr=False)
class DescribeClusterResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    endpoint_type: int = 1  # 1+; 1 brokers, 2 controllers.
    cluster_id: str = ""
    controller_id: int = -1
    brokers: list[DescribeClusterBroker] = field(factory=list)
    cluster_authorized_operations: int = -2147483648  # One bit each; the lowest int32 if not asked for.


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeClusterResponse:
    """DescribeCluster response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("error_message", n - 1)
        error_message: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("error_message", n - 1, end - pos)
            error_message = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        endpoint_type = 1
        if version >= 1:
            (endpoint_type,) = _unpack_b(buf, pos)
            pos += 1
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("cluster_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("cluster_id", n - 1, end - pos)
        cluster_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        controller_id, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 11 > end - pos:
            refuse("brokers", n, end - pos)
        brokers: list[DescribeClusterBroker] = []
        for _ in range(n):
            broker_id, n = _unpack_iB(buf, pos)
            pos += 5
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("host", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("host", n - 1, end - pos)
            host = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            port, n = _unpack_iB(buf, pos)
            pos += 5
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
            is_fenced = False
            if version >= 2:
                (is_fenced,) = _unpack_t(buf, pos)
                pos += 1
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            brokers.append(DescribeClusterBroker(broker_id, host, port, rack, is_fenced))
        cluster_authorized_operations, n = _unpack_iB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeCluster response", version, pos - start, end - start, error) from error
    return DescribeClusterResponse(
        throttle_time_ms,
        error_code,
        error_message,
        endpoint_type,
        cluster_id,
        controller_id,
        brokers,
        cluster_authorized_operations,
    )


def encode_response(response: DescribeClusterResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeCluster response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    if version >= 1:
        out += _pack_b(response.endpoint_type)
    else:
        if response.endpoint_type != 1:
            refuse_field("endpoint_type", version)
    write_compact_string(out, response.cluster_id)
    out += _pack_i(response.controller_id)
    n = len(response.brokers) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for describe_cluster_broker in response.brokers:
        out += _pack_i(describe_cluster_broker.broker_id)
        write_compact_string(out, describe_cluster_broker.host)
        out += _pack_i(describe_cluster_broker.port)
        write_compact_string(out, describe_cluster_broker.rack)
        if version >= 2:
            out += _pack_t(describe_cluster_broker.is_fenced)
        else:
            if describe_cluster_broker.is_fenced:
                refuse_field("is_fenced", version)
        out.append(0)
    out += _pack_iB(response.cluster_authorized_operations, 0)
    parts.append(out)
