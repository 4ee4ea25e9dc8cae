"""Envelope (key 58), version 0: a client's request that another worker passed on (KIP-590)."""

from __future__ import annotations

import socket
from typing import Any

from kwire.apis import FORWARDED, NO_RESPONSE, TABLE, Caller, Served, Wait
from kwire.broker.broker import Broker
from kwire.codec import MalformedFrame
from kwire.codec.headers import RequestHeader, decode_request_header, encode_response_header
from kwire.codec.messages.envelope import EnvelopeRequest, EnvelopeResponse
from kwire.codec.primitives import Buffer
from kwire.codec.stored.default_principal_data import DefaultPrincipalData
from kwire.errors import ErrorCode, KafkaError


def envelope(
    broker: Broker, caller: Caller, request: EnvelopeRequest
) -> EnvelopeResponse | Wait[EnvelopeResponse]:
    """What the client is to get, as if it had asked here."""
    data = bytes(request.request_data)
    try:
        header, body = decode_request_header(data, 0, len(data))
        served = TABLE.get(header.api_key)
        if header.api_key not in FORWARDED or served is None:
            raise KafkaError(ErrorCode.INVALID_REQUEST, f"API {header.api_key} is not passed on")
        if not served.min_version <= header.api_version <= served.max_version:
            raise KafkaError(ErrorCode.UNSUPPORTED_VERSION)
        asked = served.decode(data, body, len(data), header.api_version)
        client = Caller(
            client_host=_address(request.client_host_address),
            listener=caller.listener,
            principal=_principal(request.request_principal),
            client_id=header.client_id or "",
            version=header.api_version,
        )
    except MalformedFrame:
        return error_response(request, ErrorCode.INVALID_REQUEST)
    response = served.handle(broker, client, asked)
    if response.__class__ is not Wait:
        return _sealed(served, header, response)

    def attempt(final: bool) -> EnvelopeResponse | None:
        later = response.attempt(final)
        return None if later is None else _sealed(served, header, later)

    return Wait(attempt, response.wake_on, response.until)


def error_response(request: EnvelopeRequest, code: ErrorCode) -> EnvelopeResponse:
    return EnvelopeResponse(error_code=code)


def _sealed(served: Served, header: RequestHeader, response: Any) -> EnvelopeResponse:
    assert response is not NO_RESPONSE
    parts: list[Buffer] = []
    encode_response_header(parts, served.key, header.api_version, header.correlation_id)
    served.encode(response, header.api_version, parts)
    return EnvelopeResponse(response_data=b"".join(parts))


def _principal(data: bytes | memoryview | None) -> str:
    """Raises MalformedFrame."""
    if data is None:
        return "User:ANONYMOUS"
    data = bytes(data)
    principal = DefaultPrincipalData.decode(data, 2, len(data), 0)
    return f"{principal.type}:{principal.name}"


def encode_principal(principal: str) -> bytes:
    """`User:alice` as an envelope carries it."""
    kind, _, name = principal.partition(":")
    return bytes(2) + DefaultPrincipalData(type=kind, name=name).encode(0)


def _address(data: bytes | memoryview) -> str:
    family = {4: socket.AF_INET, 16: socket.AF_INET6}.get(len(data))
    return socket.inet_ntop(family, data) if family is not None else ""


def encode_address(host: str) -> bytes:
    """An address as an envelope carries it; nothing for one that is none."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_pton(family, host.partition("%")[0])
        except OSError:
            continue
    return b""
