"""DescribeQuorum (key 55), versions 0 to 2: who votes on the cluster's metadata, and who follows (KIP-595).

1 when each was heard of (KIP-836); 2 directories, and where voters listen (KIP-853).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.metadata.cluster import TOPIC
from kwire.codec.messages.describe_quorum import (
    DescribeQuorumRequest,
    DescribeQuorumResponse,
    Listener,
    Node,
    PartitionDataResponse,
    ReplicaState,
    TopicDataResponse,
)
from kwire.errors import ErrorCode

_NO_DIRECTORY = bytes(16)


def describe_quorum(broker: Broker, caller: Caller, request: DescribeQuorumRequest) -> DescribeQuorumResponse:
    """The quorum of the metadata's only partition. Who asks for anything else is told that it is not here."""
    asked = [
        (topic.topic_name, each.partition_index) for topic in request.topics for each in topic.partitions
    ]
    if asked != [(TOPIC, 0)]:
        return _unknown(request)
    controller = broker.controller
    quorum, log = controller.quorum, controller.log
    now_ms = broker.clock.time_ms()

    def state(
        node_id: int, directory_id: bytes, end: int, fetched_ms: int, caught_up_ms: int
    ) -> ReplicaState:
        return ReplicaState(
            replica_id=node_id,
            replica_directory_id=directory_id if caller.version >= 2 else _NO_DIRECTORY,
            log_end_offset=end,
            last_fetch_timestamp=fetched_ms,
            last_caught_up_timestamp=caught_up_ms,
        )

    partition = PartitionDataResponse(
        partition_index=0,
        error_message="",
        leader_id=broker.node_id,
        leader_epoch=controller.leader_epoch,
        high_watermark=log.recovery_point,
        current_voters=[
            state(
                voter_id,
                voter.voter_directory_id if voter is not None else _NO_DIRECTORY,
                log.log_end_offset if voter_id == broker.node_id else -1,
                now_ms if voter_id == broker.node_id else -1,
                now_ms if voter_id == broker.node_id else -1,
            )
            for voter_id, voter in quorum.voters.items()
        ],
        observers=[
            state(each.node_id, _NO_DIRECTORY, each.followed, each.fetched_ms, each.caught_up_ms)
            for each in controller.workers.observers()
        ],
    )
    return DescribeQuorumResponse(
        error_message="",
        topics=[TopicDataResponse(TOPIC, [partition])],
        nodes=_nodes(broker) if caller.version >= 2 else [],
    )


def error_response(request: DescribeQuorumRequest, code: ErrorCode) -> DescribeQuorumResponse:
    return DescribeQuorumResponse(error_code=code)


def _nodes(broker: Broker) -> list[Node]:
    """Where the voters listen: as the voters say themselves, or else as the settings do."""
    controller = broker.controller
    nodes = []
    for voter_id, voter in controller.quorum.voters.items():
        if voter is not None:
            listeners = [Listener(each.name, each.host, each.port) for each in voter.endpoints]
        elif voter_id == broker.node_id:
            listeners = [Listener(*controller.controller_address())]
        else:
            listeners = []
        nodes.append(Node(voter_id, listeners))
    return nodes


def _unknown(request: DescribeQuorumRequest) -> DescribeQuorumResponse:
    return DescribeQuorumResponse(
        error_message="",
        topics=[
            TopicDataResponse(
                topic.topic_name,
                [
                    PartitionDataResponse(
                        partition_index=each.partition_index,
                        error_code=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        error_message="This server does not host this topic-partition.",
                    )
                    for each in topic.partitions
                ],
            )
            for topic in request.topics
        ],
    )
