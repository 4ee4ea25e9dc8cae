"""`kwire ping`: does a server answer ApiVersions? For health checks; loads nothing but the codec and the settings."""

from __future__ import annotations

import os
import socket
import struct
import sys

from kwire.codec import MalformedFrame
from kwire.codec.headers import RequestHeader, decode_response_header, encode_request_header
from kwire.codec.messages import api_versions
from kwire.config import Config
from kwire.config.listeners import is_address
from kwire.errors import InvalidSetting

TIMEOUT_SECONDS = 5.0
_MAX_ANSWER_BYTES = 1 << 20
_LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


def ping(address: str | None) -> int:
    """0 when a Kafka server answers at `HOST:PORT`, 1 when none does. Raises InvalidSetting.

    Without an address it is the first listener that the environment names, on this machine.
    """
    if address is None:
        listener = Config.from_sources(environment=os.environ).listeners[0]
        host, port = _LOOPBACK.get(listener.host, listener.host), listener.port
    elif is_address(address):
        host, _, digits = address.rpartition(":")
        host, port = _LOOPBACK.get(host.strip("[]"), host.strip("[]")), int(digits)
    else:
        raise InvalidSetting(f"{address}: HOST:PORT is wanted")
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        count = _ask(host, port)
    except (OSError, ValueError, MalformedFrame) as error:
        print(f"kwire: no answer of a Kafka server from {where}: {error}", file=sys.stderr)
        return 1
    print(f"{where} serves {count} APIs")
    return 0


def _ask(host: str, port: int) -> int:
    parts: list[bytes | bytearray | memoryview] = []
    encode_request_header(parts, RequestHeader(api_versions.KEY, 0, 1, "kwire-ping"))
    api_versions.encode_request(api_versions.ApiVersionsRequest(), 0, parts)
    request = b"".join(parts)
    with socket.create_connection((host, port), TIMEOUT_SECONDS) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as reader:
            size = int.from_bytes(reader.read(4), "big")
            if size > _MAX_ANSWER_BYTES:
                raise ValueError("what it says is not Kafka's protocol")
            frame = reader.read(size)
    if not frame:
        raise ValueError("it closed the connection")
    _, position = decode_response_header(frame, 0, len(frame), api_versions.KEY, 0)
    return len(api_versions.decode_response(frame, position, len(frame), 0).api_keys)
