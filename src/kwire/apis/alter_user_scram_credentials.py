"""AlterUserScramCredentials (key 51), version 0: make and remove SCRAM credentials (KIP-554)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.credentials import Deletion, Upsertion, alter_credentials
from kwire.codec.messages.alter_user_scram_credentials import (
    AlterUserScramCredentialsRequest,
    AlterUserScramCredentialsResponse,
    AlterUserScramCredentialsResult,
)
from kwire.errors import ErrorCode


def alter_user_scram_credentials(
    broker: Broker, caller: Caller, request: AlterUserScramCredentialsRequest
) -> AlterUserScramCredentialsResponse:
    """Each user stands alone, and is changed once."""
    results = alter_credentials(
        broker,
        [Deletion(each.name, each.mechanism) for each in request.deletions],
        [
            Upsertion(
                each.name, each.mechanism, each.iterations, bytes(each.salt), bytes(each.salted_password)
            )
            for each in request.upsertions
        ],
    )
    return AlterUserScramCredentialsResponse(
        results=[
            AlterUserScramCredentialsResult(
                user=user,
                error_code=ErrorCode.NONE if error is None else error.code,
                error_message=None if error is None else error.message,
            )
            for user, error in results.items()
        ]
    )


def error_response(
    request: AlterUserScramCredentialsRequest, code: ErrorCode
) -> AlterUserScramCredentialsResponse:
    """The same code for every user."""
    users = dict.fromkeys(
        [each.name for each in request.deletions] + [each.name for each in request.upsertions]
    )
    return AlterUserScramCredentialsResponse(
        results=[
            AlterUserScramCredentialsResult(user=user, error_code=code, error_message=None) for user in users
        ]
    )
