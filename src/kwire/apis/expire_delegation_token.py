"""ExpireDelegationToken (key 40), versions 1 and 2: lets a token end sooner (KIP-48). 2 flexible.

Who has not proved who it is may not ask, and on PLAINTEXT nobody can.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.expire_delegation_token import (
    ExpireDelegationTokenRequest,
    ExpireDelegationTokenResponse,
)
from kwire.errors import ErrorCode


def expire_delegation_token(
    broker: Broker, caller: Caller, request: ExpireDelegationTokenRequest
) -> ExpireDelegationTokenResponse:
    return error_response(request, ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED)


def error_response(request: ExpireDelegationTokenRequest, code: ErrorCode) -> ExpireDelegationTokenResponse:
    return ExpireDelegationTokenResponse(error_code=code, expiry_timestamp_ms=-1)
