"""What is asked of the coordinator of share partitions, as messages of Kafka's protocol (KIP-932)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from kwire.apis.share_state import by_topic, to_wire
from kwire.broker.calls import EndOffsets
from kwire.broker.share.requests import (
    DeleteState,
    InitializeState,
    ReadState,
    ShareRequest,
    StateRead,
    StateSummary,
    SummarizeState,
    TopicIndex,
    WriteState,
)
from kwire.broker.share.state import StateBatch
from kwire.codec.messages import load
from kwire.errors import ErrorCode, KafkaError


def share_call(request: ShareRequest) -> tuple[int, int, Any, Callable[[Any], Any]]:
    """API, version, message, and how its answer is read."""
    partitions: Mapping[TopicIndex, Any]
    match request:
        case InitializeState():
            key, version, name, partitions = 83, 0, "Initialize", request.partitions
        case ReadState():
            key, version, name, partitions = 84, 0, "Read", request.partitions
        case WriteState():
            key, version, name, partitions = 85, 1, "Write", request.partitions
        case DeleteState():
            key, version, name, partitions = 86, 0, "Delete", dict.fromkeys(request.partitions)
        case SummarizeState():
            key, version, name, partitions = 87, 1, "Read", dict.fromkeys(request.partitions)
    wire = load(key)
    suffix = "Summary" if key == 87 else ""
    make_topic = getattr(wire, f"{name}State{suffix}Data")
    make_request = getattr(wire, f"{name}ShareGroupState{suffix}Request")
    topics = [
        make_topic(topic_id, [_partition(wire, key, index, what) for index, what in some])
        for topic_id, some in by_topic(partitions)
    ]
    return key, version, make_request(request.group_id, topics), lambda answer: _results(key, answer)


def _partition(wire: Any, key: int, index: int, what: Any) -> Any:
    match key:
        case 83:
            return wire.PartitionData(index, *what)
        case 84:
            return wire.PartitionData(index, what)
        case 85:
            return wire.PartitionData(
                index,
                what.state_epoch,
                what.leader_epoch,
                what.start_offset,
                what.complete_count,
                to_wire(what.batches, wire.StateBatch),
            )
        case _:
            return wire.PartitionData(index)


def _results(key: int, answer: Any) -> Mapping[TopicIndex, Any]:
    return {
        (topic.topic_id, part.partition): _result(key, part)
        for topic in answer.results
        for part in topic.partitions
    }


def _result(key: int, part: Any) -> StateRead | StateSummary | KafkaError | None:
    if part.error_code:
        return KafkaError(ErrorCode(part.error_code), part.error_message)
    match key:
        case 84:
            return StateRead(
                part.state_epoch,
                part.start_offset,
                tuple(
                    StateBatch(each.first_offset, each.last_offset, each.delivery_state, each.delivery_count)
                    for each in part.state_batches
                ),
            )
        case 87:
            return StateSummary(
                part.state_epoch, part.leader_epoch, part.start_offset, part.delivery_complete_count
            )
        case _:
            return None


def end_offsets_call(request: EndOffsets) -> tuple[int, int, Any, Callable[[Any], Any]]:
    """The same for where partitions end, which is ListOffsets."""
    wire = load(2)
    topics = [
        wire.ListOffsetsTopic(
            name=name,
            partitions=[
                wire.ListOffsetsPartition(partition_index=index, current_leader_epoch=-1, timestamp=-1)
                for _, index in some
            ],
        )
        for name, some in groupby(sorted(request.partitions), key=itemgetter(0))
    ]

    def read(answer: Any) -> dict[tuple[str, int], int | KafkaError]:
        return {
            (topic.name, part.partition_index): KafkaError(ErrorCode(part.error_code))
            if part.error_code
            else part.offset
            for topic in answer.topics
            for part in topic.partitions
        }

    return 2, 7, wire.ListOffsetsRequest(replica_id=-1, topics=topics), read
