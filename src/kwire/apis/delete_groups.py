"""DeleteGroups (key 42), versions 0 to 3: remove groups without members, and their offsets (KIP-229).

2 flexible; 3 error messages. What a share group did is forgotten by those who keep it first (KIP-932).
"""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.apis.parked import when_placed
from kwire.broker.broker import Broker
from kwire.broker.groups.administration import delete_group
from kwire.broker.groups.members import Parked
from kwire.codec.messages.delete_groups import (
    DeletableGroupResult,
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)
from kwire.errors import ErrorCode, KafkaError


def delete_groups(
    broker: Broker, caller: Caller, request: DeleteGroupsRequest
) -> DeleteGroupsResponse | Wait[DeleteGroupsResponse]:
    """Remove each group once, however often it is named."""
    results: dict[str, KafkaError | None] = {}
    parked: dict[str, Parked[list[KafkaError]]] = {}
    for group_id in dict.fromkeys(request.groups_names):
        results[group_id] = None
        try:
            group = broker.groups.groups.get(group_id)
            if group is not None and group.kind == "share":
                parked[group_id] = broker.groups.shares.delete(group_id)
            else:
                delete_group(broker, group_id)
        except KafkaError as error:
            results[group_id] = error

    def answer() -> DeleteGroupsResponse:
        for group_id, each in parked.items():
            results[group_id] = next(iter(each.answer or ()), None)
        return DeleteGroupsResponse(results=[_result(*result) for result in results.items()])

    return when_placed(broker, [*parked.values()], answer)


def _result(group_id: str, error: KafkaError | None) -> DeletableGroupResult:
    result = DeletableGroupResult(group_id=group_id)
    if error is not None:
        result.error_code, result.error_message = error.code, error.message
    return result


def error_response(request: DeleteGroupsRequest, code: ErrorCode) -> DeleteGroupsResponse:
    """The same code for every group."""
    return DeleteGroupsResponse(
        results=[
            DeletableGroupResult(group_id=group_id, error_code=code)
            for group_id in dict.fromkeys(request.groups_names)
        ]
    )
