"""ShareGroupDescribe (key 77), version 1: epochs, members and assignments of share groups (KIP-932)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.authorized import GROUP_OPERATIONS
from kwire.broker.broker import Broker
from kwire.broker.groups.assignment import Assignment as Partitions
from kwire.codec.messages.share_group_describe import (
    Assignment,
    DescribedGroup,
    Member,
    ShareGroupDescribeRequest,
    ShareGroupDescribeResponse,
    TopicPartitions,
)
from kwire.errors import ErrorCode, KafkaError


def share_group_describe(
    broker: Broker, caller: Caller, request: ShareGroupDescribeRequest
) -> ShareGroupDescribeResponse:
    """Each group as it is now."""
    if not broker.groups.shares.is_served:
        return error_response(request, ErrorCode.UNSUPPORTED_VERSION)
    groups = [_describe(broker, group_id) for group_id in request.group_ids]
    if request.include_authorized_operations:
        for group in groups:
            if not group.error_code:
                group.authorized_operations = GROUP_OPERATIONS
    return ShareGroupDescribeResponse(groups=groups)


def error_response(request: ShareGroupDescribeRequest, code: ErrorCode) -> ShareGroupDescribeResponse:
    """The same code for every group."""
    return ShareGroupDescribeResponse(
        groups=[DescribedGroup(group_id=group_id, error_code=code) for group_id in request.group_ids]
    )


def _describe(broker: Broker, group_id: str) -> DescribedGroup:
    try:
        if not group_id:
            raise KafkaError(ErrorCode.INVALID_GROUP_ID)
        group = broker.groups.shares.describe(group_id)
    except KafkaError as error:
        return DescribedGroup(group_id=group_id, error_code=error.code, error_message=error.message)
    return DescribedGroup(
        group_id=group_id,
        group_state=group.state.value,
        group_epoch=group.epoch,
        assignment_epoch=group.target_epoch,
        assignor_name=group.assignor,
        members=[
            Member(
                member_id=member.stored.member_id,
                rack_id=member.stored.rack_id,
                member_epoch=member.epoch,
                client_id=member.stored.client_id,
                client_host=member.stored.client_host,
                subscribed_topic_names=[*member.stored.topics],
                assignment=_assignment(broker, member.assigned),
            )
            for member in group.members
        ],
    )


def _assignment(broker: Broker, partitions: Partitions) -> Assignment:
    """Topics that are gone have no name any more, and are left out."""
    parts = []
    for topic_id, indexes in partitions.items():
        name = broker.groups.known_topics.name_of(topic_id)
        if name is not None:
            parts.append(TopicPartitions(topic_id, name, sorted(indexes)))
    return Assignment(parts)
