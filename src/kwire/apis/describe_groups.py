"""DescribeGroups (key 15), versions 0 to 6: state and members of classic groups.

1 throttle time; 3 authorized operations (KIP-430); 4 instance ids (KIP-345); 5 flexible; 6 GROUP_ID_NOT_FOUND with a
message (KIP-1043). Before, a group that does not exist was shown as dead.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.authorized import GROUP_OPERATIONS
from kwire.broker.broker import Broker
from kwire.broker.groups.administration import describe_classic
from kwire.broker.groups.members import State
from kwire.codec.messages.describe_groups import (
    DescribedGroup,
    DescribedGroupMember,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
)
from kwire.errors import ErrorCode, KafkaError

NOT_FOUND_FROM = 6


def describe_groups(broker: Broker, caller: Caller, request: DescribeGroupsRequest) -> DescribeGroupsResponse:
    """Each group as it is now."""
    groups = [_describe(broker, caller.version, group_id) for group_id in request.groups]
    if request.include_authorized_operations:
        for group in groups:
            if not group.error_code:
                group.authorized_operations = GROUP_OPERATIONS
    return DescribeGroupsResponse(groups=groups)


def error_response(request: DescribeGroupsRequest, code: ErrorCode) -> DescribeGroupsResponse:
    """The same code for every group."""
    return DescribeGroupsResponse(
        groups=[DescribedGroup(group_id=group_id, error_code=code) for group_id in request.groups]
    )


def _describe(broker: Broker, version: int, group_id: str) -> DescribedGroup:
    try:
        group = describe_classic(broker, group_id)
    except KafkaError as error:
        dead = DescribedGroup(group_id=group_id, group_state=State.DEAD.value)
        if version >= NOT_FOUND_FROM:
            dead.error_code = error.code
            dead.error_message = error.message
        elif error.code != ErrorCode.GROUP_ID_NOT_FOUND:
            dead.error_code = error.code
        return dead
    return DescribedGroup(
        group_id=group_id,
        group_state=group.state.value,
        protocol_type=group.protocol_type,
        protocol_data=group.protocol_name,
        members=[
            DescribedGroupMember(
                member_id=member.member_id,
                group_instance_id=member.instance_id,
                client_id=member.client_id,
                client_host=member.client_host,
                member_metadata=member.metadata,
                member_assignment=member.assignment,
            )
            for member in group.members
        ],
    )
