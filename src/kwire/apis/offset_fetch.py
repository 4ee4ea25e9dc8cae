"""OffsetFetch (key 9), versions 1 to 10: how far groups have come.

2 all topics of the group, and an error for the whole; 3 throttle time; 5 leader epoch (KIP-320); 6 flexible; 7 only
stable offsets on demand (KIP-447); 8 many groups (KIP-709); 9 member id and epoch for the newer protocol (KIP-848); 10
topics by id (KIP-516). A group that does not exist has committed nothing, and that is no error.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.groups.events import CommittedOffset
from kwire.broker.topic_registry import Topic
from kwire.codec.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)
from kwire.codec.primitives import ZERO_UUID
from kwire.errors import ErrorCode, KafkaError

MANY_GROUPS_FROM = 8
BY_ID_FROM = 10


def offset_fetch(broker: Broker, caller: Caller, request: OffsetFetchRequest) -> OffsetFetchResponse:
    """For each partition asked for, what was committed; -1 where nothing was."""
    by_id = caller.version >= BY_ID_FROM
    for group_id in {request.group_id, *(group.group_id for group in request.groups)}:
        broker.groups.settle(group_id)
    if caller.version >= MANY_GROUPS_FROM:
        return OffsetFetchResponse(
            groups=[_fetch(broker, group, by_id, request.require_stable) for group in request.groups]
        )
    found = _fetch(broker, _only_group(request), by_id, request.require_stable)
    if found.error_code:
        return error_response(request, ErrorCode(found.error_code))
    return _alone(found)


def error_response(request: OffsetFetchRequest, code: ErrorCode) -> OffsetFetchResponse:
    """The code for every group, in both shapes; in the oldest version for every partition."""
    response = _alone(
        OffsetFetchResponseGroup(
            topics=[
                OffsetFetchResponseTopics(
                    name=topic.name,
                    partitions=[_nothing(index, code) for index in topic.partition_indexes],
                )
                for topic in request.topics or []
            ],
            error_code=code,
        )
    )
    response.groups = [
        OffsetFetchResponseGroup(group_id=group.group_id, error_code=code) for group in request.groups
    ]
    return response


def _only_group(request: OffsetFetchRequest) -> OffsetFetchRequestGroup:
    """The request in the shape that it has since there can be many groups."""
    topics = None
    if request.topics is not None:
        topics = [
            OffsetFetchRequestTopics(name=topic.name, partition_indexes=topic.partition_indexes)
            for topic in request.topics
        ]
    return OffsetFetchRequestGroup(group_id=request.group_id, topics=topics)


def _alone(group: OffsetFetchResponseGroup) -> OffsetFetchResponse:
    """The shape that the answer had before."""
    return OffsetFetchResponse(
        error_code=group.error_code,
        topics=[
            OffsetFetchResponseTopic(
                name=topic.name,
                partitions=[
                    OffsetFetchResponsePartition(
                        partition_index=part.partition_index,
                        committed_offset=part.committed_offset,
                        committed_leader_epoch=part.committed_leader_epoch,
                        metadata=part.metadata,
                        error_code=part.error_code,
                    )
                    for part in topic.partitions
                ],
            )
            for topic in group.topics
        ],
    )


def _fetch(
    broker: Broker, group: OffsetFetchRequestGroup, by_id: bool, require_stable: bool
) -> OffsetFetchResponseGroup:
    group_id = group.group_id
    try:
        broker.groups.check_reach(group_id)
        broker.groups.check_fetch(group_id, group.member_id, group.member_epoch)
    except KafkaError as error:
        return OffsetFetchResponseGroup(group_id, error_code=error.code)
    if group.topics is None:
        return OffsetFetchResponseGroup(group_id, _everything(broker, group_id, by_id, require_stable))
    offsets = broker.groups.offsets
    answers = []
    for data in group.topics:
        topic = broker.topics.by_id.get(data.topic_id) if by_id else broker.topics.by_name.get(data.name)
        if topic is None and by_id:
            partitions = [_nothing(index, ErrorCode.UNKNOWN_TOPIC_ID) for index in data.partition_indexes]
        else:
            name = data.name if topic is None else topic.name
            partitions = []
            for index in data.partition_indexes:
                if require_stable and offsets.is_unstable(group_id, name, index):
                    partitions.append(_nothing(index, ErrorCode.UNSTABLE_OFFSET_COMMIT))
                else:
                    partitions.append(_found(index, offsets.get(group_id, name, index), topic))
        answers.append(
            OffsetFetchResponseTopics(name=data.name, topic_id=data.topic_id, partitions=partitions)
        )
    return OffsetFetchResponseGroup(group_id, answers)


def _everything(
    broker: Broker, group_id: str, by_id: bool, require_stable: bool
) -> list[OffsetFetchResponseTopics]:
    """Every offset of the group; by id only what is in topics that exist."""
    offsets = broker.groups.offsets
    answers: dict[str, OffsetFetchResponseTopics] = {}
    for name, index, committed in offsets.of_group(group_id):
        topic = broker.topics.by_name.get(name)
        if (topic is None and by_id) or _is_of_another(committed, topic):
            continue
        if require_stable and offsets.is_unstable(group_id, name, index):
            part = _nothing(index, ErrorCode.UNSTABLE_OFFSET_COMMIT)
        else:
            part = _found(index, committed, topic)
        if name not in answers:
            answers[name] = OffsetFetchResponseTopics(
                name=name, topic_id=ZERO_UUID if topic is None else topic.topic_id
            )
        answers[name].partitions.append(part)
    return list(answers.values())


def _found(
    index: int, committed: CommittedOffset | None, topic: Topic | None
) -> OffsetFetchResponsePartitions:
    if committed is None or _is_of_another(committed, topic):
        return _nothing(index, ErrorCode.NONE)
    return OffsetFetchResponsePartitions(
        partition_index=index,
        committed_offset=committed.offset,
        committed_leader_epoch=committed.leader_epoch,
        metadata=committed.metadata,
    )


def _is_of_another(committed: CommittedOffset, topic: Topic | None) -> bool:
    """Was it committed to a topic of this name that is gone?"""
    return topic is not None and committed.topic_id not in (ZERO_UUID, topic.topic_id)


def _nothing(index: int, code: ErrorCode) -> OffsetFetchResponsePartitions:
    return OffsetFetchResponsePartitions(
        partition_index=index, committed_offset=-1, committed_leader_epoch=-1, metadata="", error_code=code
    )
