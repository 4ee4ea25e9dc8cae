"""RenewDelegationToken (key 39), versions 1 and 2: lets a token live longer (KIP-48). 2 flexible.

Who has not proved who it is may not ask, and on PLAINTEXT nobody can.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.renew_delegation_token import (
    RenewDelegationTokenRequest,
    RenewDelegationTokenResponse,
)
from kwire.errors import ErrorCode


def renew_delegation_token(
    broker: Broker, caller: Caller, request: RenewDelegationTokenRequest
) -> RenewDelegationTokenResponse:
    return error_response(request, ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED)


def error_response(request: RenewDelegationTokenRequest, code: ErrorCode) -> RenewDelegationTokenResponse:
    return RenewDelegationTokenResponse(error_code=code, expiry_timestamp_ms=-1)
