"""ListPartitionReassignments (key 46), version 0: partitions that are on the move to other replicas (KIP-455)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.metadata.reassignment import ongoing
from kwire.codec.messages.list_partition_reassignments import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsResponse,
    OngoingPartitionReassignment,
    OngoingTopicReassignment,
)
from kwire.errors import ErrorCode


def list_partition_reassignments(
    broker: Broker, caller: Caller, request: ListPartitionReassignmentsRequest
) -> ListPartitionReassignmentsResponse:
    """Of the partitions asked for, or of all, those that are being moved."""
    wanted = None
    if request.topics is not None:
        wanted = {(topic.name, index) for topic in request.topics for index in topic.partition_indexes}
    topics: dict[str, list[OngoingPartitionReassignment]] = {}
    for name, partition in ongoing(broker, wanted):
        topics.setdefault(name, []).append(
            OngoingPartitionReassignment(
                partition_index=partition.partition_id,
                replicas=partition.replicas,
                adding_replicas=partition.adding_replicas,
                removing_replicas=partition.removing_replicas,
            )
        )
    return ListPartitionReassignmentsResponse(
        error_message=None,
        topics=[OngoingTopicReassignment(name, partitions) for name, partitions in topics.items()],
    )


def error_response(
    request: ListPartitionReassignmentsRequest, code: ErrorCode
) -> ListPartitionReassignmentsResponse:
    return ListPartitionReassignmentsResponse(error_code=code, error_message=None)
