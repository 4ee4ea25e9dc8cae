"""AlterReplicaLogDirs (key 34), versions 1 and 2: move partitions between log directories of this broker (KIP-113).

The answer says whether the move begins; DescribeLogDirs shows how far it is. 2 flexible.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.alter_replica_log_dirs import (
    AlterReplicaLogDirPartitionResult,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
    AlterReplicaLogDirTopicResult,
)
from kwire.errors import ErrorCode, KafkaError


def alter_replica_log_dirs(
    broker: Broker, caller: Caller, request: AlterReplicaLogDirsRequest
) -> AlterReplicaLogDirsResponse:
    """Each partition stands on its own; of two directories for one the last counts."""
    results = {}
    for place, path in _wanted(request).items():
        results[place] = ErrorCode.NONE
        try:
            broker.moving.request(*place, path)
        except KafkaError as error:
            results[place] = error.code
    return _response(results)


def error_response(request: AlterReplicaLogDirsRequest, code: ErrorCode) -> AlterReplicaLogDirsResponse:
    """The same code for every partition."""
    return _response(dict.fromkeys(_wanted(request), code))


def _wanted(request: AlterReplicaLogDirsRequest) -> dict[tuple[str, int], str]:
    return {
        (topic.name, index): directory.path
        for directory in request.dirs
        for topic in directory.topics
        for index in topic.partitions
    }


def _response(codes: dict[tuple[str, int], ErrorCode]) -> AlterReplicaLogDirsResponse:
    topics: dict[str, list[AlterReplicaLogDirPartitionResult]] = {}
    for (name, index), code in codes.items():
        topics.setdefault(name, []).append(AlterReplicaLogDirPartitionResult(index, code))
    return AlterReplicaLogDirsResponse(
        results=[AlterReplicaLogDirTopicResult(name, partitions) for name, partitions in topics.items()]
    )
