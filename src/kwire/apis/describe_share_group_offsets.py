"""DescribeShareGroupOffsets (key 90), versions 0 to 1: how far share groups have come (KIP-932).

1 how many records are before them (KIP-1226).
"""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.apis.parked import when_placed
from kwire.broker.broker import Broker
from kwire.broker.groups.members import Parked
from kwire.broker.groups.shares import SharedOffset
from kwire.codec.messages.describe_share_group_offsets import (
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsRequestGroup,
    DescribeShareGroupOffsetsResponse,
    DescribeShareGroupOffsetsResponseGroup,
    DescribeShareGroupOffsetsResponsePartition,
    DescribeShareGroupOffsetsResponseTopic,
)
from kwire.errors import ErrorCode


def describe_share_group_offsets(
    broker: Broker, caller: Caller, request: DescribeShareGroupOffsetsRequest
) -> DescribeShareGroupOffsetsResponse | Wait[DescribeShareGroupOffsetsResponse]:
    """Each partition that is asked for; of a group that nobody knows, nothing is known."""
    if not broker.groups.shares.is_served:
        return error_response(request, ErrorCode.UNSUPPORTED_VERSION)
    parked = [_ask(broker, group) for group in request.groups]

    def answer() -> DescribeShareGroupOffsetsResponse:
        return DescribeShareGroupOffsetsResponse(
            groups=[
                _group(group.group_id, each.answer or [])
                for group, each in zip(request.groups, parked, strict=True)
            ]
        )

    return when_placed(broker, parked, answer)


def _ask(broker: Broker, group: DescribeShareGroupOffsetsRequestGroup) -> Parked[list[SharedOffset]]:
    topics = None
    if group.topics is not None:
        topics = {topic.topic_name: topic.partitions for topic in group.topics}
    return broker.groups.shares.describe_offsets(group.group_id, topics)


def _group(group_id: str, offsets: list[SharedOffset]) -> DescribeShareGroupOffsetsResponseGroup:
    topics: dict[str, DescribeShareGroupOffsetsResponseTopic] = {}
    for each in offsets:
        topic = topics.get(each.topic)
        if topic is None:
            topic = topics[each.topic] = DescribeShareGroupOffsetsResponseTopic(each.topic, each.topic_id)
        part = DescribeShareGroupOffsetsResponsePartition(
            partition_index=each.index,
            start_offset=each.start_offset,
            leader_epoch=each.leader_epoch,
            lag=each.lag,
        )
        if each.error is not None:
            part.error_code, part.error_message = each.error.code, each.error.message
        topic.partitions.append(part)
    return DescribeShareGroupOffsetsResponseGroup(group_id=group_id, topics=[*topics.values()])


def error_response(
    request: DescribeShareGroupOffsetsRequest, code: ErrorCode
) -> DescribeShareGroupOffsetsResponse:
    """The same code for every group."""
    return DescribeShareGroupOffsetsResponse(
        groups=[
            DescribeShareGroupOffsetsResponseGroup(group_id=group.group_id, error_code=code)
            for group in request.groups
        ]
    )
