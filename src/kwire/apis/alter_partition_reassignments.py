"""AlterPartitionReassignments (key 45), versions 0 and 1: other replicas for partitions (KIP-455).

1 may forbid another number of replicas (KIP-860).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.metadata.reassignment import reassign
from kwire.codec.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
    ReassignablePartition,
    ReassignablePartitionResponse,
    ReassignableTopicResponse,
)
from kwire.errors import ErrorCode, KafkaError


def alter_partition_reassignments(
    broker: Broker, caller: Caller, request: AlterPartitionReassignmentsRequest
) -> AlterPartitionReassignmentsResponse:
    """Each partition stands on its own."""
    allow_factor_change = request.allow_replication_factor_change or caller.version < 1

    def reassigned(topic: str, asked: ReassignablePartition) -> ReassignablePartitionResponse:
        try:
            reassign(
                broker,
                topic,
                asked.partition_index,
                asked.replicas,
                allow_factor_change=allow_factor_change,
            )
        except KafkaError as error:
            return ReassignablePartitionResponse(asked.partition_index, error.code, error.message)
        return ReassignablePartitionResponse(partition_index=asked.partition_index, error_message=None)

    return AlterPartitionReassignmentsResponse(
        allow_replication_factor_change=allow_factor_change,
        error_message=None,
        responses=[
            ReassignableTopicResponse(topic.name, [reassigned(topic.name, each) for each in topic.partitions])
            for topic in request.topics
        ],
    )


def error_response(
    request: AlterPartitionReassignmentsRequest, code: ErrorCode
) -> AlterPartitionReassignmentsResponse:
    """The same code for all."""
    return AlterPartitionReassignmentsResponse(
        error_code=code,
        responses=[
            ReassignableTopicResponse(
                topic.name,
                [ReassignablePartitionResponse(each.partition_index, code) for each in topic.partitions],
            )
            for topic in request.topics
        ],
    )
