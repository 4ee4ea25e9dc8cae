"""GENERATED from protocol_specs/81_remove_raft_voter.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
    Buffer,
    Readable,
    Struct,
    malformed,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
)

KEY = 81
NAME = "RemoveRaftVoter"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_iuB = Format(">i16sB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_iuB = Format(">i16sB").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class RemoveRaftVoterRequest(Struct):
    cluster_id: str | None = ""
    voter_id: int = 0
    voter_directory_id: bytes = ZERO_UUID


def decode_request(buf: Readable, pos: int, end: int, version: int) -> RemoveRaftVoterRequest:
    """RemoveRaftVoter request of any version. Raises MalformedFrame."""
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
        voter_id, voter_directory_id, n = _unpack_iuB(buf, pos)
        pos += 21
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("RemoveRaftVoter request", version, pos - start, end - start, error) from error
    return RemoveRaftVoterRequest(cluster_id, voter_id, voter_directory_id)


def encode_request(request: RemoveRaftVoterRequest, version: int, parts: list[Buffer]) -> None:
    """Append RemoveRaftVoter request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.cluster_id)
    out += _pack_iuB(request.voter_id, request.voter_directory_id, 0)
    parts.append(out)


@define(eq=False, repr=False)
class RemoveRaftVoterResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""


def decode_response(buf: Readable, pos: int, end: int, version: int) -> RemoveRaftVoterResponse:
    """RemoveRaftVoter response of any version. Raises MalformedFrame."""
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
        raise malformed("RemoveRaftVoter response", version, pos - start, end - start, error) from error
    return RemoveRaftVoterResponse(throttle_time_ms, error_code, error_message)


def encode_response(response: RemoveRaftVoterResponse, version: int, parts: list[Buffer]) -> None:
    """Append RemoveRaftVoter response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    out.append(0)
    parts.append(out)
