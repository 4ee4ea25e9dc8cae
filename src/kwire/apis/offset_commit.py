"""OffsetCommit (key 8), versions 2 to 10: remember how far a group has come.

3 throttle time; 5 no retention time any more (KIP-211); 6 leader epoch (KIP-320); 7 static members (KIP-345); 8
flexible; 9 GROUP_ID_NOT_FOUND where it was ILLEGAL_GENERATION (KIP-848); 10 topics by id (KIP-516).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.groups.events import CommittedOffset, OffsetCommitted
from kwire.codec.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)
from kwire.errors import ErrorCode, KafkaError

EPOCHS_FROM = 9


def offset_commit(broker: Broker, caller: Caller, request: OffsetCommitRequest) -> OffsetCommitResponse:
    """Commit what is in partitions that exist; the group's answer is the answer for each of them."""
    version = caller.version
    by_id = version >= 10
    now_ms = broker.clock.time_ms()
    expire_ms = now_ms + request.retention_time_ms if request.retention_time_ms >= 0 else -1
    group_id = request.group_id
    topics = broker.topics
    answers = []
    offsets = []
    places = []
    for data in request.topics:
        topic = topics.by_id.get(data.topic_id) if by_id else topics.by_name.get(data.name)
        partitions = []
        for part in data.partitions:
            index = part.partition_index
            answer = OffsetCommitResponsePartition(index)
            partitions.append(answer)
            if topic is None:
                answer.error_code = (
                    ErrorCode.UNKNOWN_TOPIC_ID if by_id else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                )
            elif not 0 <= index < len(topic.partitions):
                answer.error_code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
            else:
                committed = CommittedOffset(
                    part.committed_offset,
                    part.committed_leader_epoch,
                    part.committed_metadata or "",
                    now_ms,
                    expire_ms,
                    topic.topic_id,
                )
                offsets.append(OffsetCommitted(group_id, topic.name, index, committed))
                places.append(answer)
        answers.append(
            OffsetCommitResponseTopic(name=data.name, topic_id=data.topic_id, partitions=partitions)
        )
    if offsets:
        try:
            codes = broker.groups.commit(
                group_id,
                request.member_id,
                request.group_instance_id,
                request.generation_id_or_member_epoch,
                offsets,
                broker.clock.monotonic_ms(),
                knows_epochs=version >= EPOCHS_FROM,
            )
        except KafkaError as error:
            code = error.code
            if code == ErrorCode.GROUP_ID_NOT_FOUND and version < EPOCHS_FROM:
                code = ErrorCode.ILLEGAL_GENERATION
            codes = [code] * len(offsets)
        for answer, code in zip(places, codes, strict=True):
            answer.error_code = code
    return OffsetCommitResponse(topics=answers)


def error_response(request: OffsetCommitRequest, code: ErrorCode) -> OffsetCommitResponse:
    """The same code for every partition of the request."""
    return OffsetCommitResponse(
        topics=[
            OffsetCommitResponseTopic(
                name=data.name,
                topic_id=data.topic_id,
                partitions=[
                    OffsetCommitResponsePartition(part.partition_index, code) for part in data.partitions
                ],
            )
            for data in request.topics
        ]
    )
