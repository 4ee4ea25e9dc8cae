"""DeleteGroups (key 42), versions 0 to 3: remove groups without members, and their offsets (KIP-229).

2 flexible; 3 error messages.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.delete_groups import (
    DeletableGroupResult,
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)
from kwire.errors import ErrorCode, KafkaError


def delete_groups(broker: Broker, caller: Caller, request: DeleteGroupsRequest) -> DeleteGroupsResponse:
    """Remove each group once, however often it is named."""
    results = []
    for group_id in dict.fromkeys(request.groups_names):
        result = DeletableGroupResult(group_id=group_id)
        try:
            broker.groups.delete(group_id)
        except KafkaError as error:
            result.error_code = error.code
            result.error_message = error.message
        results.append(result)
    return DeleteGroupsResponse(results=results)


def error_response(request: DeleteGroupsRequest, code: ErrorCode) -> DeleteGroupsResponse:
    """The same code for every group."""
    return DeleteGroupsResponse(
        results=[
            DeletableGroupResult(group_id=group_id, error_code=code)
            for group_id in dict.fromkeys(request.groups_names)
        ]
    )
