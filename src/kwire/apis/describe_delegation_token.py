"""DescribeDelegationToken (key 41), versions 1 to 3: the tokens that the caller may see (KIP-48).

2 flexible; 3 who asked for a token (KIP-373). Who has not proved who it is may not ask, and on PLAINTEXT nobody can.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.describe_delegation_token import (
    DescribeDelegationTokenRequest,
    DescribeDelegationTokenResponse,
)
from kwire.errors import ErrorCode


def describe_delegation_token(
    broker: Broker, caller: Caller, request: DescribeDelegationTokenRequest
) -> DescribeDelegationTokenResponse:
    return error_response(request, ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED)


def error_response(
    request: DescribeDelegationTokenRequest, code: ErrorCode
) -> DescribeDelegationTokenResponse:
    return DescribeDelegationTokenResponse(error_code=code)
