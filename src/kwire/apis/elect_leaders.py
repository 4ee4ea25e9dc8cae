"""ElectLeaders (key 43), versions 0 to 2: another leader for partitions (KIP-183, KIP-460).

0 elects preferred leaders only; 1 one code for all, and elections that may lose records; 2 flexible.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.metadata.reassignment import Election, election_outcome
from kwire.codec.messages.elect_leaders import (
    ElectLeadersRequest,
    ElectLeadersResponse,
    PartitionResult,
    ReplicaElectionResult,
    TopicPartitions,
)
from kwire.errors import ErrorCode


def elect_leaders(broker: Broker, caller: Caller, request: ElectLeadersRequest) -> ElectLeadersResponse:
    """What became of each partition asked for; of all, those that have the leader they are to have are left out."""
    try:
        kind = Election(request.election_type if caller.version >= 1 else Election.PREFERRED)
    except ValueError:
        return _refused(request, ErrorCode.INVALID_REQUEST, f"Unknown election type {request.election_type}")
    if request.topic_partitions is not None:
        return ElectLeadersResponse(
            replica_election_results=[
                ReplicaElectionResult(
                    topic.topic, [_elected(broker, topic.topic, index, kind) for index in topic.partitions]
                )
                for topic in request.topic_partitions
            ]
        )
    results = []
    for topic in broker.controller.image.topics.values():
        elected = [_elected(broker, topic.name, index, kind) for index in topic.partitions]
        results.append(
            ReplicaElectionResult(
                topic.name, [each for each in elected if each.error_code != ErrorCode.ELECTION_NOT_NEEDED]
            )
        )
    return ElectLeadersResponse(replica_election_results=results)


def error_response(request: ElectLeadersRequest, code: ErrorCode) -> ElectLeadersResponse:
    """The same code for every partition; version 0 has no other place for it."""
    if request.topic_partitions is None:
        return ElectLeadersResponse(error_code=code)
    response = _refused(request, code, None)
    response.error_code = ErrorCode.NONE
    return response


def _refused(request: ElectLeadersRequest, code: ErrorCode, message: str | None) -> ElectLeadersResponse:
    asked: list[TopicPartitions] = request.topic_partitions or []
    return ElectLeadersResponse(
        error_code=code,
        replica_election_results=[
            ReplicaElectionResult(
                topic.topic, [PartitionResult(index, code, message) for index in topic.partitions]
            )
            for topic in asked
        ],
    )


def _elected(broker: Broker, topic: str, index: int, kind: Election) -> PartitionResult:
    code, message = election_outcome(broker, topic, index, kind)
    return PartitionResult(partition_id=index, error_code=code, error_message=message)
