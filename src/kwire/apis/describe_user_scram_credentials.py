"""DescribeUserScramCredentials (key 50), version 0: who has a SCRAM password, without the password (KIP-554)."""

from __future__ import annotations

from collections import Counter

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.credentials import credentials
from kwire.codec.messages.describe_user_scram_credentials import (
    CredentialInfo,
    DescribeUserScramCredentialsRequest,
    DescribeUserScramCredentialsResponse,
    DescribeUserScramCredentialsResult,
)
from kwire.errors import ErrorCode


def describe_user_scram_credentials(
    broker: Broker, caller: Caller, request: DescribeUserScramCredentialsRequest
) -> DescribeUserScramCredentialsResponse:
    """The users asked for; everybody when nobody is named."""
    known = credentials(broker.metadata.image)
    times = Counter(user.name for user in request.users or ())
    results = []
    for user in times or known:
        result = DescribeUserScramCredentialsResult(user=user, error_message="")
        if times[user] > 1:
            result.error_code = ErrorCode.DUPLICATE_RESOURCE
            result.error_message = (
                f"Cannot describe SCRAM credentials for the same user twice in a single request: {user}"
            )
        elif user not in known:
            result.error_code = ErrorCode.RESOURCE_NOT_FOUND
            result.error_message = f"Attempt to describe a user credential that does not exist: {user}"
        else:
            result.credential_infos = [
                CredentialInfo(record.mechanism, record.iterations) for record in known[user]
            ]
        results.append(result)
    return DescribeUserScramCredentialsResponse(error_message="", results=results)


def error_response(
    request: DescribeUserScramCredentialsRequest, code: ErrorCode
) -> DescribeUserScramCredentialsResponse:
    return DescribeUserScramCredentialsResponse(error_code=code, error_message=None)
