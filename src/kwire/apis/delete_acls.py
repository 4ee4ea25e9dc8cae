"""DeleteAcls (key 31), versions 1 to 3: access rules that are to go (KIP-140).

1 patterns with prefixes (KIP-290); 2 flexible; 3 resources of the type user (KIP-373).
"""

from __future__ import annotations

from kwire.apis import Caller, CloseConnection
from kwire.broker.broker import Broker
from kwire.codec.messages.delete_acls import DeleteAclsFilterResult, DeleteAclsRequest, DeleteAclsResponse
from kwire.errors import ErrorCode

_UNKNOWN = 0


def delete_acls(broker: Broker, caller: Caller, request: DeleteAclsRequest) -> DeleteAclsResponse:
    """Nobody keeps such lists without an authorizer."""
    for each in request.filters:
        if _UNKNOWN in (
            each.pattern_type_filter,
            each.resource_type_filter,
            each.operation,
            each.permission_type,
        ):
            raise CloseConnection("a filter for access rules has a part of the type UNKNOWN")
    return _refused(request, ErrorCode.SECURITY_DISABLED, "No Authorizer is configured.")


def error_response(request: DeleteAclsRequest, code: ErrorCode) -> DeleteAclsResponse:
    """The same code for every filter."""
    return _refused(request, code, None)


def _refused(request: DeleteAclsRequest, code: ErrorCode, message: str | None) -> DeleteAclsResponse:
    return DeleteAclsResponse(filter_results=[DeleteAclsFilterResult(code, message) for _ in request.filters])
