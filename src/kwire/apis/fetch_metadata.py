"""Fetch (key 1) between nodes, versions 4 to 18: a worker follows the controller's metadata, as KRaft's observers do.

Only the log of the cluster's metadata can be read, and of it what is durable. Below its start a snapshot is named.
"""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.broker.broker import Broker
from kwire.broker.metadata.cluster import TOPIC, TOPIC_ID
from kwire.codec.messages.fetch import (
    FetchableTopicResponse,
    FetchPartition,
    FetchRequest,
    FetchResponse,
    LeaderIdAndEpoch,
    PartitionData,
    SnapshotId,
)
from kwire.errors import ErrorCode, KafkaError


def fetch_metadata(
    broker: Broker, caller: Caller, request: FetchRequest
) -> FetchResponse | Wait[FetchResponse]:
    """Batches from the offset on; who asks has applied everything before it."""
    by_id = caller.version >= 13
    topics = [
        topic for topic in request.topics if (topic.topic_id == TOPIC_ID if by_id else topic.topic == TOPIC)
    ]
    if len(topics) != 1 or len(topics[0].partitions) != 1 or len(request.topics) != 1:
        return FetchResponse(error_code=ErrorCode.INVALID_REQUEST)
    asked = topics[0].partitions[0]
    state = request.replica_state
    node_id = request.replica_id if caller.version < 15 or state is None else state.replica_id
    broker.controller.workers.note_followed(node_id, asked.fetch_offset)
    response = _read(broker, request, asked)
    if response is not None:
        return response
    return Wait(
        lambda final: _read(broker, request, asked, final=final),
        [broker.controller.appended],
        broker.clock.monotonic_ms() + request.max_wait_ms,
    )


def error_response(request: FetchRequest, code: ErrorCode) -> FetchResponse:
    return FetchResponse(error_code=code)


def _read(
    broker: Broker, request: FetchRequest, asked: FetchPartition, *, final: bool = False
) -> FetchResponse | None:
    controller = broker.controller
    log = controller.log
    answer = PartitionData(
        partition_index=asked.partition,
        high_watermark=log.recovery_point,
        last_stable_offset=log.recovery_point,
        log_start_offset=log.log_start_offset,
        current_leader=LeaderIdAndEpoch(leader_id=broker.node_id, leader_epoch=controller.leader_epoch),
        aborted_transactions=None,
        records=b"",
    )
    if log.recovery_point < controller.begun_at:
        # Who leads what is being decided: a worker that opened its logs by what was before would open others'.
        if not final:
            return None
        answer.error_code = ErrorCode.LEADER_NOT_AVAILABLE
        return _answer(request, answer)
    try:
        answer.records = controller.read_durable(
            asked.fetch_offset, min(asked.partition_max_bytes, request.max_bytes)
        )
    except KafkaError as error:
        snapshot = controller.newest_snapshot()
        if asked.fetch_offset < log.log_start_offset and snapshot is not None:
            answer.snapshot_id = SnapshotId(end_offset=snapshot.end_offset, epoch=snapshot.epoch)
        else:
            answer.error_code = error.code
    else:
        if not answer.records and not final:
            return None
    return _answer(request, answer)


def _answer(request: FetchRequest, answer: PartitionData) -> FetchResponse:
    topic = request.topics[0]
    return FetchResponse(
        responses=[
            FetchableTopicResponse(topic=topic.topic, topic_id=topic.topic_id, partitions=[answer]),
        ]
    )
