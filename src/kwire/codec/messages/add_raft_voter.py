"""GENERATED from protocol_specs/80_add_raft_voter.spec by protocol_specs/generate.py; do not edit."""

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
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 80
NAME = "AddRaftVoter"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 0

_unpack_t = Format(">?").unpack_from
_unpack_HB = Format(">HB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_iiuB = Format(">ii16sB").unpack_from
_pack_t = Format(">?").pack
_pack_HB = Format(">HB").pack
_pack_ih = Format(">ih").pack
_pack_iiu = Format(">ii16s").pack


@define(eq=False, repr=False)
class Listener(Struct):
    name: str = ""
    host: str = ""
    port: int = 0


@define(eq=False, repr=False)
class AddRaftVoterRequest(Struct):
    cluster_id: str | None = ""
    timeout_ms: int = 0
    voter_id: int = 0
    voter_directory_id: bytes = ZERO_UUID
    listeners: list[Listener] = field(factory=list)
    ack_when_committed: bool = True  # version 1; False answers as soon as it is written.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> AddRaftVoterRequest:
    """AddRaftVoter request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("cluster_id", n - 1)
        cluster_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("cluster_id", n - 1, end - pos)
            cluster_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        timeout_ms, voter_id, voter_directory_id, n = _unpack_iiuB(buf, pos)
        pos += 25
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 5 > end - pos:
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
            port, n = _unpack_HB(buf, pos)
            pos += 3
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            listeners.append(Listener(name, host, port))
        ack_when_committed = True
        if version >= 1:
            (ack_when_committed,) = _unpack_t(buf, pos)
            pos += 1
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AddRaftVoter request", version, pos - start, end - start, error) from error
    return AddRaftVoterRequest(
        cluster_id, timeout_ms, voter_id, voter_directory_id, listeners, ack_when_committed
    )


def encode_request(request: AddRaftVoterRequest, version: int, parts: list[Buffer]) -> None:
    """Append AddRaftVoter request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.cluster_id)
    out += _pack_iiu(request.timeout_ms, request.voter_id, request.voter_directory_id)
    n = len(request.listeners) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for listener in request.listeners:
        write_compact_string(out, listener.name)
        write_compact_string(out, listener.host)
        out += _pack_HB(listener.port, 0)
    if version >= 1:
        out += _pack_t(request.ack_when_committed)
    else:
        if not request.ack_when_committed:
            refuse_field("ack_when_committed", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class AddRaftVoterResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""


def decode_response(buf: Readable, pos: int, end: int, version: int) -> AddRaftVoterResponse:
    """AddRaftVoter response of any version. Raises MalformedFrame."""
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
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AddRaftVoter response", version, pos - start, end - start, error) from error
    return AddRaftVoterResponse(throttle_time_ms, error_code, error_message)


def encode_response(response: AddRaftVoterResponse, version: int, parts: list[Buffer]) -> None:
    """Append AddRaftVoter response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    out.append(0)
    parts.append(out)
