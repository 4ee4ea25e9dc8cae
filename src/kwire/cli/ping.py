"""`kwire ping`: does a server answer ApiVersions? For health checks; loads nothing but the codec."""

from __future__ import annotations

import socket
import struct
import sys

from kwire.codec.headers import RequestHeader, decode_response_header, encode_request_header
from kwire.codec.messages import api_versions
from kwire.errors import InvalidSetting

TIMEOUT_SECONDS = 5.0


def ping(address: str) -> int:
    """0 when a Kafka server answers at `HOST:PORT`, 1 when none does. Raises InvalidSetting."""
    host, separator, port = address.rpartition(":")
    if not separator or not port.isdigit():
        raise InvalidSetting(f"{address}: HOST:PORT is wanted")
    try:
        count = _ask(host.strip("[]"), int(port))
    except (OSError, ValueError) as error:
        print(f"kwire: no answer from {address}: {error}", file=sys.stderr)
        return 1
    print(f"{address} serves {count} APIs")
    return 0


def _ask(host: str, port: int) -> int:
    parts: list[bytes | bytearray | memoryview] = []
    encode_request_header(parts, RequestHeader(api_versions.KEY, 0, 1, "kwire-ping"))
    api_versions.encode_request(api_versions.ApiVersionsRequest(), 0, parts)
    request = b"".join(parts)
    with socket.create_connection((host, port), TIMEOUT_SECONDS) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        reader = connection.makefile("rb")
        head = reader.read(4)
        frame = reader.read(struct.unpack(">i", head)[0]) if len(head) == 4 else b""
    if not frame:
        raise ValueError("the connection was closed")
    _, position = decode_response_header(frame, 0, len(frame), api_versions.KEY, 0)
    return len(api_versions.decode_response(frame, position, len(frame), 0).api_keys)
