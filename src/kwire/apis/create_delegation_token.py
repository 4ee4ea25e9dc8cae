"""CreateDelegationToken (key 38), versions 1 to 3: a token that stands for its owner (KIP-48).

2 flexible; 3 for another owner (KIP-373). Who has not proved who it is gets none, and on PLAINTEXT nobody can.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.create_delegation_token import (
    CreateDelegationTokenRequest,
    CreateDelegationTokenResponse,
)
from kwire.errors import ErrorCode


def create_delegation_token(
    broker: Broker, caller: Caller, request: CreateDelegationTokenRequest
) -> CreateDelegationTokenResponse:
    """A refusal, which names the owner and who asks."""
    response = error_response(request, ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED)
    kind, _, name = caller.principal.partition(":")
    if not request.owner_principal_name:
        response.principal_type, response.principal_name = kind, name
    if caller.version >= 3:
        response.token_requester_principal_type, response.token_requester_principal_name = kind, name
    return response


def error_response(request: CreateDelegationTokenRequest, code: ErrorCode) -> CreateDelegationTokenResponse:
    return CreateDelegationTokenResponse(
        error_code=code,
        principal_type=request.owner_principal_type or "",
        principal_name=request.owner_principal_name or "",
        issue_timestamp_ms=-1,
        expiry_timestamp_ms=-1,
        max_timestamp_ms=-1,
    )
