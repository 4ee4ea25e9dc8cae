"""DescribeAcls (key 29), versions 1 to 3: who may do what (KIP-140).

1 patterns with prefixes (KIP-290); 2 flexible; 3 resources of the type user (KIP-373).
"""

from __future__ import annotations

from kwire.apis import Caller, CloseConnection
from kwire.broker.broker import Broker
from kwire.codec.messages.describe_acls import DescribeAclsRequest, DescribeAclsResponse
from kwire.errors import ErrorCode

_UNKNOWN = 0


def describe_acls(broker: Broker, caller: Caller, request: DescribeAclsRequest) -> DescribeAclsResponse:
    """Nobody keeps such lists without an authorizer."""
    if _UNKNOWN in (
        request.pattern_type_filter,
        request.resource_type_filter,
        request.operation,
        request.permission_type,
    ):
        raise CloseConnection("a filter for access rules has a part of the type UNKNOWN")
    return DescribeAclsResponse(
        error_code=ErrorCode.SECURITY_DISABLED, error_message="No Authorizer is configured on the broker"
    )


def error_response(request: DescribeAclsRequest, code: ErrorCode) -> DescribeAclsResponse:
    return DescribeAclsResponse(error_code=code, error_message=None)
