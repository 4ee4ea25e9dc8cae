"""GENERATED from protocol_specs/38_create_delegation_token.spec by protocol_specs/generate.py; do not edit."""

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
    write_bytes,
    write_compact_bytes,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 38
NAME = "CreateDelegationToken"
MIN_VERSION = 1
MAX_VERSION = 3
FLEXIBLE_FROM = 2

_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_q = Format(">q").unpack_from
_unpack_qB = Format(">qB").unpack_from
_unpack_qqqB = Format(">qqqB").unpack_from
_unpack_qqqh = Format(">qqqh").unpack_from
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack
_pack_q = Format(">q").pack
_pack_qB = Format(">qB").pack
_pack_qqq = Format(">qqq").pack


@define(eq=False, repr=False)
class CreatableRenewers(Struct):
    principal_type: str = ""
    principal_name: str = ""


@define(eq=False, repr=False)
class CreateDelegationTokenRequest(Struct):
    owner_principal_type: str | None = ""  # version 3
    owner_principal_name: str | None = ""  # version 3; Null for whoever asks.
    renewers: list[CreatableRenewers] = field(factory=list)
    max_lifetime_ms: int = 0  # -1 for the default.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> CreateDelegationTokenRequest:
    """CreateDelegationToken request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> CreateDelegationTokenRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 4 > end - pos:
            refuse("renewers", n, end - pos)
        renewers: list[CreatableRenewers] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("principal_type", n, end - pos)
            principal_type = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("principal_name", n, end - pos)
            principal_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            renewers.append(CreatableRenewers(principal_type, principal_name))
        (max_lifetime_ms,) = _unpack_q(buf, pos)
        pos += 8
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateDelegationToken request", version, pos - start, end - start, error) from error
    return CreateDelegationTokenRequest("", "", renewers, max_lifetime_ms)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> CreateDelegationTokenRequest:
    start = pos
    try:
        owner_principal_type: str | None = ""
        owner_principal_name: str | None = ""
        if version >= 3:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("owner_principal_type", n - 1)
            owner_principal_type = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("owner_principal_type", n - 1, end - pos)
                owner_principal_type = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("owner_principal_name", n - 1)
            owner_principal_name = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("owner_principal_name", n - 1, end - pos)
                owner_principal_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("renewers", n, end - pos)
        renewers: list[CreatableRenewers] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("principal_type", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("principal_type", n - 1, end - pos)
            principal_type = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("principal_name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("principal_name", n - 1, end - pos)
            principal_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            renewers.append(CreatableRenewers(principal_type, principal_name))
        max_lifetime_ms, n = _unpack_qB(buf, pos)
        pos += 9
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateDelegationToken request", version, pos - start, end - start, error) from error
    return CreateDelegationTokenRequest(owner_principal_type, owner_principal_name, renewers, max_lifetime_ms)


def encode_request(request: CreateDelegationTokenRequest, version: int, parts: list[Buffer]) -> None:
    """Append CreateDelegationToken request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: CreateDelegationTokenRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.owner_principal_type is None or request.owner_principal_type:
        refuse_field("owner_principal_type", version)
    if request.owner_principal_name is None or request.owner_principal_name:
        refuse_field("owner_principal_name", version)
    out += _pack_i(len(request.renewers))
    for creatable_renewers in request.renewers:
        write_string(out, creatable_renewers.principal_type)
        write_string(out, creatable_renewers.principal_name)
    out += _pack_q(request.max_lifetime_ms)
    parts.append(out)


def _encode_request_flexible(
    request: CreateDelegationTokenRequest, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    if version >= 3:
        write_compact_string(out, request.owner_principal_type)
        write_compact_string(out, request.owner_principal_name)
    else:
        if request.owner_principal_type is None or request.owner_principal_type:
            refuse_field("owner_principal_type", version)
        if request.owner_principal_name is None or request.owner_principal_name:
            refuse_field("owner_principal_name", version)
    n = len(request.renewers) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for creatable_renewers in request.renewers:
        write_compact_string(out, creatable_renewers.principal_type)
        write_compact_string(out, creatable_renewers.principal_name)
        out.append(0)
    out += _pack_qB(request.max_lifetime_ms, 0)
    parts.append(out)


@define(eq=False, repr=False)
class CreateDelegationTokenResponse(Struct):
    error_code: int = 0
    principal_type: str = ""
    principal_name: str = ""
    token_requester_principal_type: str = ""  # version 3
    token_requester_principal_name: str = ""  # version 3
    issue_timestamp_ms: int = 0
    expiry_timestamp_ms: int = 0
    max_timestamp_ms: int = 0
    token_id: str = ""
    hmac: bytes = b""
    throttle_time_ms: int = 0


def decode_response(buf: Readable, pos: int, end: int, version: int) -> CreateDelegationTokenResponse:
    """CreateDelegationToken response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(
    buf: Readable, pos: int, end: int, version: int
) -> CreateDelegationTokenResponse:
    start = pos
    try:
        error_code, n = _unpack_hh(buf, pos)
        pos += 4
        stop = pos + n
        if n < 0 or stop > end:
            refuse("principal_type", n, end - pos)
        principal_type = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("principal_name", n, end - pos)
        principal_name = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        issue_timestamp_ms, expiry_timestamp_ms, max_timestamp_ms, n = _unpack_qqqh(buf, pos)
        pos += 26
        stop = pos + n
        if n < 0 or stop > end:
            refuse("token_id", n, end - pos)
        token_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_i(buf, pos)
        pos += 4
        stop = pos + n
        if n < 0 or stop > end:
            refuse("hmac", n, end - pos)
        hmac = bytes(buf[pos:stop])
        pos = stop
        (throttle_time_ms,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateDelegationToken response", version, pos - start, end - start, error) from error
    return CreateDelegationTokenResponse(
        error_code,
        principal_type,
        principal_name,
        "",
        "",
        issue_timestamp_ms,
        expiry_timestamp_ms,
        max_timestamp_ms,
        token_id,
        hmac,
        throttle_time_ms,
    )


def _decode_response_flexible(
    buf: Readable, pos: int, end: int, version: int
) -> CreateDelegationTokenResponse:
    start = pos
    try:
        error_code, n = _unpack_hB(buf, pos)
        pos += 3
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("principal_type", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("principal_type", n - 1, end - pos)
        principal_type = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("principal_name", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("principal_name", n - 1, end - pos)
        principal_name = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        token_requester_principal_type = ""
        token_requester_principal_name = ""
        if version >= 3:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("token_requester_principal_type", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("token_requester_principal_type", n - 1, end - pos)
            token_requester_principal_type = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("token_requester_principal_name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("token_requester_principal_name", n - 1, end - pos)
            token_requester_principal_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        issue_timestamp_ms, expiry_timestamp_ms, max_timestamp_ms, n = _unpack_qqqB(buf, pos)
        pos += 25
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("token_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("token_id", n - 1, end - pos)
        token_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("hmac", n - 1, end - pos)
        hmac = bytes(buf[pos:stop])
        pos = stop
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateDelegationToken response", version, pos - start, end - start, error) from error
    return CreateDelegationTokenResponse(
        error_code,
        principal_type,
        principal_name,
        token_requester_principal_type,
        token_requester_principal_name,
        issue_timestamp_ms,
        expiry_timestamp_ms,
        max_timestamp_ms,
        token_id,
        hmac,
        throttle_time_ms,
    )


def encode_response(response: CreateDelegationTokenResponse, version: int, parts: list[Buffer]) -> None:
    """Append CreateDelegationToken response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(
    response: CreateDelegationTokenResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    if response.token_requester_principal_type:
        refuse_field("token_requester_principal_type", version)
    if response.token_requester_principal_name:
        refuse_field("token_requester_principal_name", version)
    out += _pack_h(response.error_code)
    write_string(out, response.principal_type)
    write_string(out, response.principal_name)
    out += _pack_qqq(response.issue_timestamp_ms, response.expiry_timestamp_ms, response.max_timestamp_ms)
    write_string(out, response.token_id)
    write_bytes(out, response.hmac)
    out += _pack_i(response.throttle_time_ms)
    parts.append(out)


def _encode_response_flexible(
    response: CreateDelegationTokenResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_h(response.error_code)
    write_compact_string(out, response.principal_type)
    write_compact_string(out, response.principal_name)
    if version >= 3:
        write_compact_string(out, response.token_requester_principal_type)
        write_compact_string(out, response.token_requester_principal_name)
    else:
        if response.token_requester_principal_type:
            refuse_field("token_requester_principal_type", version)
        if response.token_requester_principal_name:
            refuse_field("token_requester_principal_name", version)
    out += _pack_qqq(response.issue_timestamp_ms, response.expiry_timestamp_ms, response.max_timestamp_ms)
    write_compact_string(out, response.token_id)
    write_compact_bytes(out, response.hmac)
    out += _pack_iB(response.throttle_time_ms, 0)
    parts.append(out)
