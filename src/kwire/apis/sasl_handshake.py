"""SaslHandshake (key 17), versions 0 and 1: choose how to prove who one is (KIP-43).

On a listener without SASL there is nothing to choose. 1 is followed by SaslAuthenticate (KIP-152).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.sasl_handshake import SaslHandshakeRequest, SaslHandshakeResponse
from kwire.errors import ErrorCode


def sasl_handshake(broker: Broker, caller: Caller, request: SaslHandshakeRequest) -> SaslHandshakeResponse:
    return error_response(request, ErrorCode.ILLEGAL_SASL_STATE)


def error_response(request: SaslHandshakeRequest, code: ErrorCode) -> SaslHandshakeResponse:
    return SaslHandshakeResponse(error_code=code)
