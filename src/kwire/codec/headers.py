"""Request and response headers: which version of them an API version uses, and their place before the message.

Request headers of version 1 carry no tagged fields, those of version 2 do; an API uses version 2 from its first
flexible version on. Responses likewise with 0 and 1, but for ApiVersions, whose answer must be readable before the
versions are agreed (KIP-511).
"""

from __future__ import annotations

from struct import Struct as Format

from kwire.codec import MalformedFrame
from kwire.codec.messages import INDEX
from kwire.codec.messages.request_header import RequestHeader, decode_header, encode_header
from kwire.codec.messages.response_header import ResponseHeader
from kwire.codec.messages.response_header import decode_header as decode_response_header_of_version
from kwire.codec.primitives import Buffer, Readable

__all__ = [
    "RequestHeader",
    "ResponseHeader",
    "answer_head",
    "answer_tagged_from",
    "decode_request_header",
    "decode_response_header",
    "encode_request_header",
    "encode_response_header",
]

_API_VERSIONS = 18
NEVER = 0x7FFF
"""No version."""
_SHORTEST = 8

_unpack_hh = Format(">hh").unpack_from
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack
_pack_ii = Format(">ii").pack
_pack_iiB = Format(">iiB").pack


def decode_request_header(buf: Readable, pos: int, end: int) -> tuple[RequestHeader, int]:
    """The header of a request, and where the request itself begins.

    The version may be one that is not served. Raises MalformedFrame, also for an API that does not exist: nobody
    knows what such a request looks like, nor how to answer it.
    """
    if end - pos < _SHORTEST:
        raise MalformedFrame(f"a frame of {end - pos} bytes has no room for a request header")
    api_key, version = _unpack_hh(buf, pos)
    info = INDEX.get(api_key)
    if info is None or version < 0:
        raise MalformedFrame(f"there is no API with key {api_key} and version {version}")
    return decode_header(buf, pos, end, 2 if version >= info.flexible_from else 1)


def encode_request_header(parts: list[Buffer], header: RequestHeader) -> None:
    """Append the header of a request of this API and version to `parts`. Raises KeyError for an unknown API."""
    encode_header(header, 2 if header.api_version >= INDEX[header.api_key].flexible_from else 1, parts)


def answer_tagged_from(api_key: int) -> int:
    """From this version of an API on the header of its answer has tagged fields."""
    return INDEX[api_key].flexible_from if api_key != _API_VERSIONS else NEVER


def answer_head(correlation_id: int, size: int, tagged: bool) -> bytes:
    """What goes out before an answer of `size` bytes: how long the frame is, and the header of the response."""
    return _pack_iiB(size + 5, correlation_id, 0) if tagged else _pack_ii(size + 4, correlation_id)


def encode_response_header(parts: list[Buffer], api_key: int, version: int, correlation_id: int) -> None:
    """Append the header of the answer to a request of this API and version to `parts`."""
    if version >= answer_tagged_from(api_key):
        parts.append(_pack_iB(correlation_id, 0))
    else:
        parts.append(_pack_i(correlation_id))


def decode_response_header(
    buf: Readable, pos: int, end: int, api_key: int, version: int
) -> tuple[ResponseHeader, int]:
    """The header of an answer, and where the answer itself begins. Raises MalformedFrame."""
    return decode_response_header_of_version(
        buf, pos, end, 1 if version >= answer_tagged_from(api_key) else 0
    )
