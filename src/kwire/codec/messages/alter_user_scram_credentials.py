"""GENERATED from protocol_specs/51_alter_user_scram_credentials.spec by protocol_specs/generate.py; do not edit."""

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
    write_compact_bytes,
    write_compact_string,
    write_uvarint,
)

KEY = 51
NAME = "AlterUserScramCredentials"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_bB = Format(">bB").unpack_from
_unpack_biB = Format(">biB").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_pack_bB = Format(">bB").pack
_pack_bi = Format(">bi").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack


@define(eq=False, repr=False)
class ScramCredentialDeletion(Struct):
    name: str = ""
    mechanism: int = 0  # 1 SCRAM-SHA-256, 2 SCRAM-SHA-512.


@define(eq=False, repr=False)
class ScramCredentialUpsertion(Struct):
    name: str = ""
    mechanism: int = 0
    iterations: int = 0
    salt: bytes = b""
    salted_password: bytes = b""


@define(eq=False, repr=False)
class AlterUserScramCredentialsRequest(Struct):
    deletions: list[ScramCredentialDeletion] = field(factory=list)
    upsertions: list[ScramCredentialUpsertion] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> AlterUserScramCredentialsRequest:
    """AlterUserScramCredentials request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("deletions", n, end - pos)
        deletions: list[ScramCredentialDeletion] = []
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
            mechanism, n = _unpack_bB(buf, pos)
            pos += 2
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            deletions.append(ScramCredentialDeletion(name, mechanism))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 9 > end - pos:
            refuse("upsertions", n, end - pos)
        upsertions: list[ScramCredentialUpsertion] = []
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
            scram_credential_upsertion_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            scram_credential_upsertion_mechanism, iterations, n = _unpack_biB(buf, pos)
            pos += 6
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("salt", n - 1, end - pos)
            salt = bytes(buf[pos:stop])
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("salted_password", n - 1, end - pos)
            salted_password = bytes(buf[pos:stop])
            pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            upsertions.append(
                ScramCredentialUpsertion(
                    scram_credential_upsertion_name,
                    scram_credential_upsertion_mechanism,
                    iterations,
                    salt,
                    salted_password,
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
            "AlterUserScramCredentials request", version, pos - start, end - start, error
        ) from error
    return AlterUserScramCredentialsRequest(deletions, upsertions)


def encode_request(request: AlterUserScramCredentialsRequest, version: int, parts: list[Buffer]) -> None:
    """Append AlterUserScramCredentials request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(request.deletions) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for scram_credential_deletion in request.deletions:
        write_compact_string(out, scram_credential_deletion.name)
        out += _pack_bB(scram_credential_deletion.mechanism, 0)
    n = len(request.upsertions) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for scram_credential_upsertion in request.upsertions:
        write_compact_string(out, scram_credential_upsertion.name)
        out += _pack_bi(scram_credential_upsertion.mechanism, scram_credential_upsertion.iterations)
        write_compact_bytes(out, scram_credential_upsertion.salt)
        write_compact_bytes(out, scram_credential_upsertion.salted_password)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class AlterUserScramCredentialsResult(Struct):
    user: str = ""
    error_code: int = 0
    error_message: str | None = ""


@define(eq=False, repr=False)
class AlterUserScramCredentialsResponse(Struct):
    throttle_time_ms: int = 0
    results: list[AlterUserScramCredentialsResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> AlterUserScramCredentialsResponse:
    """AlterUserScramCredentials response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 5 > end - pos:
            refuse("results", n, end - pos)
        results: list[AlterUserScramCredentialsResult] = []
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
            error_code, n = _unpack_hB(buf, pos)
            pos += 3
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
            results.append(AlterUserScramCredentialsResult(user, error_code, error_message))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "AlterUserScramCredentials response", version, pos - start, end - start, error
        ) from error
    return AlterUserScramCredentialsResponse(throttle_time_ms, results)


def encode_response(response: AlterUserScramCredentialsResponse, version: int, parts: list[Buffer]) -> None:
    """Append AlterUserScramCredentials response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for alter_user_scram_credentials_result in response.results:
        write_compact_string(out, alter_user_scram_credentials_result.user)
        out += _pack_h(alter_user_scram_credentials_result.error_code)
        write_compact_string(out, alter_user_scram_credentials_result.error_message)
        out.append(0)
    out.append(0)
    parts.append(out)
