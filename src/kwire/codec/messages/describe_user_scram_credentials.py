"""GENERATED from protocol_specs/50_describe_user_scram_credentials.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 50
NAME = "DescribeUserScramCredentials"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_biB = Format(">biB").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_biB = Format(">biB").pack
_pack_h = Format(">h").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class UserName(Struct):
    name: str = ""


@define(eq=False, repr=False)
class DescribeUserScramCredentialsRequest(Struct):
    users: list[UserName] | None = field(factory=list)  # Null for all.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeUserScramCredentialsRequest:
    """DescribeUserScramCredentials request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        users: list[UserName] | None = None
        if n >= 0:
            if n * 2 > end - pos:
                refuse("users", n, end - pos)
            users = []
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
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                users.append(UserName(name))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DescribeUserScramCredentials request", version, pos - start, end - start, error
        ) from error
    return DescribeUserScramCredentialsRequest(users)


def encode_request(request: DescribeUserScramCredentialsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeUserScramCredentials request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    if request.users is None:
        out.append(0)
    else:
        n = len(request.users) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for user_name in request.users:
            write_compact_string(out, user_name.name)
            out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class CredentialInfo(Struct):
    mechanism: int = 0  # 1 SCRAM-SHA-256, 2 SCRAM-SHA-512.
    iterations: int = 0


@define(eq=False, repr=False)
class DescribeUserScramCredentialsResult(Struct):
    user: str = ""
    error_code: int = 0
    error_message: str | None = ""
    credential_infos: list[CredentialInfo] = field(factory=list)


@define(eq=False, repr=False)
class DescribeUserScramCredentialsResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    results: list[DescribeUserScramCredentialsResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeUserScramCredentialsResponse:
    """DescribeUserScramCredentials response of any version. Raises MalformedFrame."""
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
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 6 > end - pos:
            refuse("results", n, end - pos)
        results: list[DescribeUserScramCredentialsResult] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("user", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("user", n - 1, end - pos)
            user = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            describe_user_scram_credentials_result_error_code, n = _unpack_hB(buf, pos)
            pos += 3
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("error_message", n - 1)
            describe_user_scram_credentials_result_error_message: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("error_message", n - 1, end - pos)
                describe_user_scram_credentials_result_error_message = buf[pos:stop].decode(
                    "utf-8", "replace"
                )
                pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 6 > end - pos:
                refuse("credential_infos", n, end - pos)
            credential_infos: list[CredentialInfo] = []
            for _ in range(n):
                mechanism, iterations, n = _unpack_biB(buf, pos)
                pos += 6
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                credential_infos.append(CredentialInfo(mechanism, iterations))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            results.append(
                DescribeUserScramCredentialsResult(
                    user,
                    describe_user_scram_credentials_result_error_code,
                    describe_user_scram_credentials_result_error_message,
                    credential_infos,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DescribeUserScramCredentials response", version, pos - start, end - start, error
        ) from error
    return DescribeUserScramCredentialsResponse(throttle_time_ms, error_code, error_message, results)


def encode_response(
    response: DescribeUserScramCredentialsResponse, version: int, parts: list[Buffer]
) -> None:
    """Append DescribeUserScramCredentials response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for describe_user_scram_credentials_result in response.results:
        write_compact_string(out, describe_user_scram_credentials_result.user)
        out += _pack_h(describe_user_scram_credentials_result.error_code)
        write_compact_string(out, describe_user_scram_credentials_result.error_message)
        n = len(describe_user_scram_credentials_result.credential_infos) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for credential_info in describe_user_scram_credentials_result.credential_infos:
            out += _pack_biB(credential_info.mechanism, credential_info.iterations, 0)
        out.append(0)
    out.append(0)
    parts.append(out)
