"""TxnOffsetCommit (key 28), versions 0 to 6: remember how far a group has come, if a transaction is committed.

2 leader epoch; 3 flexible, and whom it is for: member, generation, instance (KIP-447); 4 TRANSACTION_ABORTABLE; 5 the
group becomes part of the transaction by this (KIP-890); 6 topics by id, GROUP_ID_NOT_FOUND (KIP-1319).
"""

from __future__ import annotations

from typing import Any

from kwire.apis import Caller, Wait
from kwire.apis.joining import Codes, join_first
from kwire.broker.broker import Broker
from kwire.broker.calls import JoinTransaction
from kwire.broker.groups.events import CommittedOffset, OffsetCommitted
from kwire.codec.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitResponse,
    TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
)
from kwire.errors import ErrorCode, KafkaError

LOADING_FROM = 2
ABORTABLE_FROM = 4
JOINING_FROM = 5
BY_ID_FROM = 6


def txn_offset_commit(
    broker: Broker, caller: Caller, request: TxnOffsetCommitRequest
) -> TxnOffsetCommitResponse | Wait[TxnOffsetCommitResponse]:
    """Commit what is in partitions that exist; the group's answer is the answer for each of them."""
    version = caller.version
    response, offsets, places = _read(broker, version, request)
    if not offsets:
        return response

    def go_on(codes: Codes) -> TxnOffsetCommitResponse:
        try:
            for code in codes.values():
                _check_code(code, version)
            partition = broker.groups.offsets_partition(request.group_id)
            if verifies:
                partition.producers.check_first(*producer, 0, verification, bumps=bumps)
            results = broker.groups.commit_in_transaction(
                request.group_id,
                request.member_id,
                request.group_instance_id,
                request.generation_id_or_member_epoch,
                offsets,
                producer,
            )
        except KafkaError as error:
            results = [_code_for(error.code, version)] * len(offsets)
        for answer, result in zip(places, results, strict=True):
            answer.error_code = result
        return response

    producer = request.producer_id, request.producer_epoch
    bumps = version >= JOINING_FROM
    verifies = bumps or broker.config.bool("transaction.partition.verification.enable")
    verification = None
    try:
        if not request.group_id:
            raise KafkaError(ErrorCode.INVALID_GROUP_ID)
        partition = broker.groups.offsets_partition(request.group_id)
        if verifies:
            verification = partition.producers.verification(*producer, 0, broker.clock.time_ms())
    except KafkaError as error:
        return _refused(response, places, _code_for(error.code, version))
    if verification is None:
        return go_on({})
    asked = JoinTransaction(
        request.transactional_id, *producer, ((partition.topic, partition.index),), verify_only=not bumps
    )
    answer: TxnOffsetCommitResponse | Wait[TxnOffsetCommitResponse] = join_first(broker, asked, go_on)
    return answer


def _read(
    broker: Broker, version: int, request: TxnOffsetCommitRequest
) -> tuple[TxnOffsetCommitResponse, list[OffsetCommitted], list[TxnOffsetCommitResponsePartition]]:
    """The answer, what is to be committed, and where in the answer the code of each goes."""
    topics = broker.topics
    by_id = version >= BY_ID_FROM
    now_ms = broker.clock.time_ms()
    answers, offsets, places = [], [], []
    for data in request.topics:
        topic = topics.by_id.get(data.topic_id) if by_id else topics.by_name.get(data.name)
        partitions = []
        for part in data.partitions:
            answer = TxnOffsetCommitResponsePartition(part.partition_index)
            partitions.append(answer)
            if topic is None and by_id:
                answer.error_code = ErrorCode.UNKNOWN_TOPIC_ID
            elif topic is None or not 0 <= part.partition_index < len(topic.partitions):
                answer.error_code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
            else:
                committed = CommittedOffset(
                    part.committed_offset,
                    part.committed_leader_epoch,
                    part.committed_metadata or "",
                    now_ms,
                    topic_id=topic.topic_id,
                )
                offsets.append(OffsetCommitted(request.group_id, topic.name, part.partition_index, committed))
                places.append(answer)
        answers.append(
            TxnOffsetCommitResponseTopic(name=data.name, topic_id=data.topic_id, partitions=partitions)
        )
    return TxnOffsetCommitResponse(topics=answers), offsets, places


def _check_code(code: ErrorCode, version: int) -> None:
    """What the coordinator of the transaction said, as clients of groups understand it. Raises KafkaError."""
    if code == ErrorCode.NONE:
        return
    if code == ErrorCode.PRODUCER_FENCED:
        raise KafkaError(ErrorCode.INVALID_PRODUCER_EPOCH)
    if code == ErrorCode.TRANSACTION_ABORTABLE and version < ABORTABLE_FROM:
        raise KafkaError(ErrorCode.INVALID_TXN_STATE)
    if code in (ErrorCode.NETWORK_EXCEPTION, ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_NOT_AVAILABLE):
        # The coordinator of the transaction is meant: the client is not to look for another one of the group.
        raise KafkaError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
    raise KafkaError(code)


def _code_for(code: ErrorCode, version: int) -> ErrorCode:
    if code == ErrorCode.GROUP_ID_NOT_FOUND and version < BY_ID_FROM:
        return ErrorCode.ILLEGAL_GENERATION
    if code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS and version < LOADING_FROM:
        return ErrorCode.COORDINATOR_NOT_AVAILABLE
    return code


def _refused(
    response: TxnOffsetCommitResponse, places: list[TxnOffsetCommitResponsePartition], code: ErrorCode
) -> TxnOffsetCommitResponse:
    for answer in places:
        answer.error_code = code
    return response


def error_response(request: TxnOffsetCommitRequest, code: ErrorCode) -> TxnOffsetCommitResponse:
    """The same code for every partition of the request."""

    def refused(data: Any) -> list[TxnOffsetCommitResponsePartition]:
        return [TxnOffsetCommitResponsePartition(part.partition_index, code) for part in data.partitions]

    return TxnOffsetCommitResponse(
        topics=[
            TxnOffsetCommitResponseTopic(name=data.name, topic_id=data.topic_id, partitions=refused(data))
            for data in request.topics
        ]
    )
