"""ConsumerGroupDescribe (key 69), versions 0 and 1: epochs, members and assignments of consumer groups (KIP-848).

1 the protocol of each member.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.authorized import GROUP_OPERATIONS
from kwire.broker.broker import Broker
from kwire.broker.groups.assignment import Assignment as Partitions
from kwire.broker.groups.consumers import DescribedMember
from kwire.codec.messages.consumer_group_describe import (
    Assignment,
    ConsumerGroupDescribeRequest,
    ConsumerGroupDescribeResponse,
    DescribedGroup,
    Member,
    TopicPartitions,
)
from kwire.errors import ErrorCode, KafkaError

CLASSIC, CONSUMER = 0, 1


def consumer_group_describe(
    broker: Broker, caller: Caller, request: ConsumerGroupDescribeRequest
) -> ConsumerGroupDescribeResponse:
    """Each group as it is now."""
    if not broker.groups.consumers.is_served:
        return error_response(request, ErrorCode.UNSUPPORTED_VERSION)
    groups = [_describe(broker, group_id) for group_id in request.group_ids]
    if request.include_authorized_operations:
        for group in groups:
            if not group.error_code:
                group.authorized_operations = GROUP_OPERATIONS
    return ConsumerGroupDescribeResponse(groups=groups)


def error_response(request: ConsumerGroupDescribeRequest, code: ErrorCode) -> ConsumerGroupDescribeResponse:
    """The same code for every group."""
    return ConsumerGroupDescribeResponse(
        groups=[DescribedGroup(group_id=group_id, error_code=code) for group_id in request.group_ids]
    )


def _describe(broker: Broker, group_id: str) -> DescribedGroup:
    try:
        group = broker.groups.consumers.describe(group_id)
    except KafkaError as error:
        return DescribedGroup(group_id=group_id, error_code=error.code, error_message=error.message)
    return DescribedGroup(
        group_id=group_id,
        group_state=group.state.value,
        group_epoch=group.epoch,
        assignment_epoch=group.target_epoch,
        assignor_name=group.assignor,
        members=[_member(broker, member) for member in group.members],
    )


def _member(broker: Broker, member: DescribedMember) -> Member:
    stored = member.stored
    return Member(
        member_id=stored.member_id,
        instance_id=stored.instance_id,
        rack_id=stored.rack_id,
        member_epoch=member.epoch,
        client_id=stored.client_id,
        client_host=stored.client_host,
        subscribed_topic_names=[*stored.topics],
        subscribed_topic_regex=stored.regex,
        assignment=_assignment(broker, member.assigned),
        target_assignment=_assignment(broker, member.target),
        member_type=CONSUMER if stored.classic is None else CLASSIC,
    )


def _assignment(broker: Broker, partitions: Partitions) -> Assignment:
    """Topics that are gone have no name any more, and are left out."""
    parts = []
    for topic_id, indexes in partitions.items():
        name = broker.groups.known_topics.name_of(topic_id)
        if name is not None:
            parts.append(TopicPartitions(topic_id, name, sorted(indexes)))
    return Assignment(parts)
