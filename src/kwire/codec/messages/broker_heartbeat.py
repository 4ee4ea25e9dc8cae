"""GENERATED from protocol_specs/63_broker_heartbeat.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    Buffer,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    read_uuids,
    refuse,
    refuse_field,
    skip_tagged_fields,
    uvarint_rest,
    write_tagged_fields,
    write_uvarint,
)

KEY = 63
NAME = "BrokerHeartbeat"
MIN_VERSION = 0
MAX_VERSION = 2
FLEXIBLE_FROM = 0

_unpack_ihtttB = Format(">ih???B").unpack_from
_unpack_iqqttB = Format(">iqq??B").unpack_from
_pack_ihtttB = Format(">ih???B").pack
_pack_iqqtt = Format(">iqq??").pack


@define(eq=False, repr=False)
class BrokerHeartbeatRequest(Struct):
    broker_id: int = 0
    broker_epoch: int = -1
    current_metadata_offset: int = 0  # Up to which the broker has applied the metadata.
    want_fence: bool = False  # Not ready to serve clients.
    want_shut_down: bool = False  # Its partitions are to go to others.
    offline_log_dirs: list[bytes] = field(factory=list)  # 1+
    cordoned_log_dirs: list[bytes] | None = None  # version 2


def decode_request(buf: Readable, pos: int, end: int, version: int) -> BrokerHeartbeatRequest:
    """BrokerHeartbeat request of any version. Raises MalformedFrame."""
    start = pos
    try:
        broker_id, broker_epoch, current_metadata_offset, want_fence, want_shut_down, n = _unpack_iqqttB(
            buf, pos
        )
        pos += 23
        broker_heartbeat_request = BrokerHeartbeatRequest(
            broker_id, broker_epoch, current_metadata_offset, want_fence, want_shut_down
        )
        if n:
            pos = _read_broker_heartbeat_request_tags(broker_heartbeat_request, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("BrokerHeartbeat request", version, pos - start, end - start, error) from error
    return broker_heartbeat_request


def _read_broker_heartbeat_request_tags(
    broker_heartbeat_request: BrokerHeartbeatRequest, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0 and version >= 1:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 16 > end - pos:
                refuse("offline_log_dirs", n, end - pos)
            offline_log_dirs: list[bytes] = read_uuids(buf, pos, n)
            pos += 16 * n
            broker_heartbeat_request.offline_log_dirs = offline_log_dirs
            check_tag_end(tag, pos, tag_end)
        elif tag == 1 and version >= 2:
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
            broker_heartbeat_request.cordoned_log_dirs = cordoned_log_dirs
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def encode_request(request: BrokerHeartbeatRequest, version: int, parts: list[Buffer]) -> None:
    """Append BrokerHeartbeat request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_iqqtt(
        request.broker_id,
        request.broker_epoch,
        request.current_metadata_offset,
        request.want_fence,
        request.want_shut_down,
    )
    if request.offline_log_dirs or request.cordoned_log_dirs is not None:
        _write_broker_heartbeat_request_tags(out, request, version)
    else:
        out.append(0)
    parts.append(out)


def _write_broker_heartbeat_request_tags(
    buffer: bytearray, broker_heartbeat_request: BrokerHeartbeatRequest, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if not version >= 1 and broker_heartbeat_request.offline_log_dirs:
        refuse_field("offline_log_dirs", version)
    if version >= 1 and broker_heartbeat_request.offline_log_dirs:
        out = bytearray()
        n = len(broker_heartbeat_request.offline_log_dirs) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += b"".join(broker_heartbeat_request.offline_log_dirs)
        fields.append((0, out))
    if not version >= 2 and broker_heartbeat_request.cordoned_log_dirs is not None:
        refuse_field("cordoned_log_dirs", version)
    if version >= 2 and broker_heartbeat_request.cordoned_log_dirs is not None:
        out = bytearray()
        n = len(broker_heartbeat_request.cordoned_log_dirs) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += b"".join(broker_heartbeat_request.cordoned_log_dirs)
        fields.append((1, out))
    write_tagged_fields(buffer, fields)


@define(eq=False, repr=False)
class BrokerHeartbeatResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    is_caught_up: bool = False
    is_fenced: bool = True
    should_shut_down: bool = False


def decode_response(buf: Readable, pos: int, end: int, version: int) -> BrokerHeartbeatResponse:
    """BrokerHeartbeat response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, is_caught_up, is_fenced, should_shut_down, n = _unpack_ihtttB(buf, pos)
        pos += 10
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("BrokerHeartbeat response", version, pos - start, end - start, error) from error
    return BrokerHeartbeatResponse(throttle_time_ms, error_code, is_caught_up, is_fenced, should_shut_down)


def encode_response(response: BrokerHeartbeatResponse, version: int, parts: list[Buffer]) -> None:
    """Append BrokerHeartbeat response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ihtttB(
        response.throttle_time_ms,
        response.error_code,
        response.is_caught_up,
        response.is_fenced,
        response.should_shut_down,
        0,
    )
    parts.append(out)
