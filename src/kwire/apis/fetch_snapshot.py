"""FetchSnapshot (key 59), versions 0 and 1: a piece of a snapshot of the metadata (KIP-630). 1 directory ids."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.metadata.cluster import TOPIC
from kwire.broker.metadata.snapshot import SnapshotId
from kwire.codec.messages.fetch_snapshot import (
    FetchSnapshotRequest,
    FetchSnapshotResponse,
    LeaderIdAndEpoch,
    PartitionSnapshot,
    PartitionSnapshotResponse,
    SnapshotIdResponse,
    TopicSnapshot,
    TopicSnapshotResponse,
)
from kwire.errors import ErrorCode, KafkaError


def fetch_snapshot(broker: Broker, caller: Caller, request: FetchSnapshotRequest) -> FetchSnapshotResponse:
    """Bytes of the snapshot from a position on."""
    return FetchSnapshotResponse(
        topics=[
            TopicSnapshotResponse(
                name=topic.name,
                partitions=[_read(broker, topic, part, request.max_bytes) for part in topic.partitions],
            )
            for topic in request.topics
        ]
    )


def error_response(request: FetchSnapshotRequest, code: ErrorCode) -> FetchSnapshotResponse:
    return FetchSnapshotResponse(error_code=code)


def _read(
    broker: Broker, topic: TopicSnapshot, asked: PartitionSnapshot, max_bytes: int
) -> PartitionSnapshotResponse:
    controller = broker.controller
    answer = PartitionSnapshotResponse(
        index=asked.partition,
        snapshot_id=SnapshotIdResponse(
            end_offset=asked.snapshot_id.end_offset, epoch=asked.snapshot_id.epoch
        ),
        current_leader=LeaderIdAndEpoch(leader_id=broker.node_id, leader_epoch=controller.leader_epoch),
        position=asked.position,
        unaligned_records=b"",
    )
    try:
        if topic.name != TOPIC or asked.partition != 0:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        wanted = SnapshotId(asked.snapshot_id.end_offset, asked.snapshot_id.epoch)
        answer.size, answer.unaligned_records = controller.read_snapshot(wanted, asked.position, max_bytes)
    except KafkaError as error:
        answer.error_code = error.code
    return answer
