"""GENERATED from protocol_specs/17_sasl_handshake.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    Buffer,
    Readable,
    Struct,
    malformed,
    read_strings,
    refuse,
    write_string,
)

KEY = 17
NAME = "SaslHandshake"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 2

_unpack_h = Format(">h").unpack_from
_unpack_hi = Format(">hi").unpack_from
_pack_hi = Format(">hi").pack


@define(eq=False, repr=False)
class SaslHandshakeRequest(Struct):
    mechanism: str = ""


def decode_request(buf: Readable, pos: int, end: int, version: int) -> SaslHandshakeRequest:
    """SaslHandshake request of any version. Raises MalformedFrame."""
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("mechanism", n, end - pos)
        mechanism = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SaslHandshake request", version, pos - start, end - start, error) from error
    return SaslHandshakeRequest(mechanism)


def encode_request(request: SaslHandshakeRequest, version: int, parts: list[Buffer]) -> None:
    """Append SaslHandshake request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_string(out, request.mechanism)
    parts.append(out)


@define(eq=False, repr=False)
class SaslHandshakeResponse(Struct):
    error_code: int = 0
    mechanisms: list[str] = field(factory=list)  # What the broker knows.


def decode_response(buf: Readable, pos: int, end: int, version: int) -> SaslHandshakeResponse:
    """SaslHandshake response of any version. Raises MalformedFrame."""
    start = pos
    try:
        error_code, n = _unpack_hi(buf, pos)
        pos += 6
        if n < 0:
            refuse("mechanisms", n, end - pos)
        mechanisms, pos = read_strings(buf, pos, end, n, "mechanisms")
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("SaslHandshake response", version, pos - start, end - start, error) from error
    return SaslHandshakeResponse(error_code, mechanisms)


def encode_response(response: SaslHandshakeResponse, version: int, parts: list[Buffer]) -> None:
    """Append SaslHandshake response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_hi(response.error_code, len(response.mechanisms))
    for text in response.mechanisms:
        write_string(out, text)
    parts.append(out)
