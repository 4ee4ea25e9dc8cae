"""GENERATED from protocol_specs/41_describe_delegation_token.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    NULL_INT32,
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

KEY = 41
NAME = "DescribeDelegationToken"
MIN_VERSION = 1
MAX_VERSION = 3
FLEXIBLE_FROM = 2

_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hi = Format(">hi").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_qqqB = Format(">qqqB").unpack_from
_unpack_qqqh = Format(">qqqh").unpack_from
_pack_h = Format(">h").pack
_pack_hi = Format(">hi").pack
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack
_pack_qqq = Format(">qqq").pack


@define(eq=False, repr=False)
class DescribeDelegationTokenOwner(Struct):
    principal_type: str = ""
    principal_name: str = ""


@define(eq=False, repr=False)
class DescribeDelegationTokenRequest(Struct):
    owners: list[DescribeDelegationTokenOwner] | None = field(factory=list)  # Null for all.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeDelegationTokenRequest:
    """DescribeDelegationToken request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(
    buf: Readable, pos: int, end: int, version: int
) -> DescribeDelegationTokenRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        owners: list[DescribeDelegationTokenOwner] | None = None
        if n >= 0:
            if n * 4 > end - pos:
                refuse("owners", n, end - pos)
            owners = []
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
                owners.append(DescribeDelegationTokenOwner(principal_type, principal_name))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DescribeDelegationToken request", version, pos - start, end - start, error
        ) from error
    return DescribeDelegationTokenRequest(owners)


def _decode_request_flexible(
    buf: Readable, pos: int, end: int, version: int
) -> DescribeDelegationTokenRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        owners: list[DescribeDelegationTokenOwner] | None = None
        if n >= 0:
            if n * 3 > end - pos:
                refuse("owners", n, end - pos)
            owners = []
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
                owners.append(DescribeDelegationTokenOwner(principal_type, principal_name))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DescribeDelegationToken request", version, pos - start, end - start, error
        ) from error
    return DescribeDelegationTokenRequest(owners)


def encode_request(request: DescribeDelegationTokenRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeDelegationToken request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(
    request: DescribeDelegationTokenRequest, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    if request.owners is None:
        out += NULL_INT32
    else:
        out += _pack_i(len(request.owners))
        for describe_delegation_token_owner in request.owners:
            write_string(out, describe_delegation_token_owner.principal_type)
            write_string(out, describe_delegation_token_owner.principal_name)
    parts.append(out)


def _encode_request_flexible(
    request: DescribeDelegationTokenRequest, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    if request.owners is None:
        out.append(0)
    else:
        n = len(request.owners) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for describe_delegation_token_owner in request.owners:
            write_compact_string(out, describe_delegation_token_owner.principal_type)
            write_compact_string(out, describe_delegation_token_owner.principal_name)
            out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class DescribedDelegationTokenRenewer(Struct):
    principal_type: str = ""
    principal_name: str = ""


@define(eq=False, repr=False)
class DescribedDelegationToken(Struct):
    principal_type: str = ""
    principal_name: str = ""
    token_requester_principal_type: str = ""  # version 3
    token_requester_principal_name: str = ""  # version 3
    issue_timestamp: int = 0
    expiry_timestamp: int = 0
    max_timestamp: int = 0
    token_id: str = ""
    hmac: bytes = b""
    renewers: list[DescribedDelegationTokenRenewer] = field(factory=list)


@define(eq=False, repr=False)
class DescribeDelegationTokenResponse(Struct):
    error_code: int = 0
    tokens: list[DescribedDelegationToken] = field(factory=list)
    throttle_time_ms: int = 0


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeDelegationTokenResponse:
    """DescribeDelegationToken response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(
    buf: Readable, pos: int, end: int, version: int
) -> DescribeDelegationTokenResponse:
    start = pos
    try:
        error_code, n = _unpack_hi(buf, pos)
        pos += 6
        if n < 0 or n * 38 > end - pos:
            refuse("tokens", n, end - pos)
        tokens: list[DescribedDelegationToken] = []
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
            issue_timestamp, expiry_timestamp, max_timestamp, n = _unpack_qqqh(buf, pos)
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
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 4 > end - pos:
                refuse("renewers", n, end - pos)
            renewers: list[DescribedDelegationTokenRenewer] = []
            for _ in range(n):
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("principal_type", n, end - pos)
                described_delegation_token_renewer_principal_type = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("principal_name", n, end - pos)
                described_delegation_token_renewer_principal_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                renewers.append(
                    DescribedDelegationTokenRenewer(
                        described_delegation_token_renewer_principal_type,
                        described_delegation_token_renewer_principal_name,
                    )
                )
            tokens.append(
                DescribedDelegationToken(
                    principal_type,
                    principal_name,
                    "",
                    "",
                    issue_timestamp,
                    expiry_timestamp,
                    max_timestamp,
                    token_id,
                    hmac,
                    renewers,
                )
            )
        (throttle_time_ms,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DescribeDelegationToken response", version, pos - start, end - start, error
        ) from error
    return DescribeDelegationTokenResponse(error_code, tokens, throttle_time_ms)


def _decode_response_flexible(
    buf: Readable, pos: int, end: int, version: int
) -> DescribeDelegationTokenResponse:
    start = pos
    try:
        error_code, n = _unpack_hB(buf, pos)
        pos += 3
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 30 > end - pos:
            refuse("tokens", n, end - pos)
        tokens: list[DescribedDelegationToken] = []
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
            issue_timestamp, expiry_timestamp, max_timestamp, n = _unpack_qqqB(buf, pos)
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
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("renewers", n, end - pos)
            renewers: list[DescribedDelegationTokenRenewer] = []
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
                described_delegation_token_renewer_principal_type = buf[pos:stop].decode("utf-8", "replace")
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
                described_delegation_token_renewer_principal_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                renewers.append(
                    DescribedDelegationTokenRenewer(
                        described_delegation_token_renewer_principal_type,
                        described_delegation_token_renewer_principal_name,
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            tokens.append(
                DescribedDelegationToken(
                    principal_type,
                    principal_name,
                    token_requester_principal_type,
                    token_requester_principal_name,
                    issue_timestamp,
                    expiry_timestamp,
                    max_timestamp,
                    token_id,
                    hmac,
                    renewers,
                )
            )
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DescribeDelegationToken response", version, pos - start, end - start, error
        ) from error
    return DescribeDelegationTokenResponse(error_code, tokens, throttle_time_ms)


def encode_response(response: DescribeDelegationTokenResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeDelegationToken response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(
    response: DescribeDelegationTokenResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_hi(response.error_code, len(response.tokens))
    for described_delegation_token in response.tokens:
        if described_delegation_token.token_requester_principal_type:
            refuse_field("token_requester_principal_type", version)
        if described_delegation_token.token_requester_principal_name:
            refuse_field("token_requester_principal_name", version)
        write_string(out, described_delegation_token.principal_type)
        write_string(out, described_delegation_token.principal_name)
        out += _pack_qqq(
            described_delegation_token.issue_timestamp,
            described_delegation_token.expiry_timestamp,
            described_delegation_token.max_timestamp,
        )
        write_string(out, described_delegation_token.token_id)
        write_bytes(out, described_delegation_token.hmac)
        out += _pack_i(len(described_delegation_token.renewers))
        for described_delegation_token_renewer in described_delegation_token.renewers:
            write_string(out, described_delegation_token_renewer.principal_type)
            write_string(out, described_delegation_token_renewer.principal_name)
    out += _pack_i(response.throttle_time_ms)
    parts.append(out)


def _encode_response_flexible(
    response: DescribeDelegationTokenResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_h(response.error_code)
    n = len(response.tokens) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for described_delegation_token in response.tokens:
        write_compact_string(out, described_delegation_token.principal_type)
        write_compact_string(out, described_delegation_token.principal_name)
        if version >= 3:
            write_compact_string(out, described_delegation_token.token_requester_principal_type)
            write_compact_string(out, described_delegation_token.token_requester_principal_name)
        else:
            if described_delegation_token.token_requester_principal_type:
                refuse_field("token_requester_principal_type", version)
            if described_delegation_token.token_requester_principal_name:
                refuse_field("token_requester_principal_name", version)
        out += _pack_qqq(
            described_delegation_token.issue_timestamp,
            described_delegation_token.expiry_timestamp,
            described_delegation_token.max_timestamp,
        )
        write_compact_string(out, described_delegation_token.token_id)
        write_compact_bytes(out, described_delegation_token.hmac)
        n = len(described_delegation_token.renewers) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for described_delegation_token_renewer in described_delegation_token.renewers:
            write_compact_string(out, described_delegation_token_renewer.principal_type)
            write_compact_string(out, described_delegation_token_renewer.principal_name)
            out.append(0)
        out.append(0)
    out += _pack_iB(response.throttle_time_ms, 0)
    parts.append(out)
