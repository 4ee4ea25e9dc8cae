"""ListGroups (key 16), versions 0 to 5: which groups there are.

1 throttle time; 3 flexible; 4 states, and a filter for them (KIP-518); 5 types, and a filter for them (KIP-848).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.groups.administration import listed
from kwire.codec.messages.list_groups import (
    ListedGroup,
    ListGroupsRequest,
    ListGroupsResponse,
)
from kwire.errors import ErrorCode


def list_groups(broker: Broker, caller: Caller, request: ListGroupsRequest) -> ListGroupsResponse:
    """The groups that pass the filters; case does not matter."""
    found = listed(
        broker,
        states={state.strip().lower() for state in request.states_filter},
        types={each.lower() for each in request.types_filter},
    )
    return ListGroupsResponse(
        groups=[
            ListedGroup(
                group_id=group.group_id,
                protocol_type=group.protocol_type or "",
                group_state=group.state.value,
                group_type=group.kind,
            )
            for group in found
        ]
    )


def error_response(request: ListGroupsRequest, code: ErrorCode) -> ListGroupsResponse:
    return ListGroupsResponse(error_code=code)
