"""CreateAcls (key 30), versions 1 to 3: who may do what from now on (KIP-140).

1 patterns with prefixes (KIP-290); 2 flexible; 3 resources of the type user (KIP-373).
"""

from __future__ import annotations

from kwire.apis import Caller, CloseConnection
from kwire.broker.broker import Broker
from kwire.codec.messages.create_acls import AclCreationResult, CreateAclsRequest, CreateAclsResponse
from kwire.errors import ErrorCode

_UNKNOWN = 0


def create_acls(broker: Broker, caller: Caller, request: CreateAclsRequest) -> CreateAclsResponse:
    """Nobody keeps such lists without an authorizer."""
    for each in request.creations:
        if _UNKNOWN in (
            each.resource_pattern_type,
            each.resource_type,
            each.operation,
            each.permission_type,
        ):
            raise CloseConnection("an access rule has a part of the type UNKNOWN")
    return _refused(request, ErrorCode.SECURITY_DISABLED, "No Authorizer is configured.")


def error_response(request: CreateAclsRequest, code: ErrorCode) -> CreateAclsResponse:
    """The same code for every rule."""
    return _refused(request, code, None)


def _refused(request: CreateAclsRequest, code: ErrorCode, message: str | None) -> CreateAclsResponse:
    return CreateAclsResponse(results=[AclCreationResult(code, message) for _ in request.creations])
