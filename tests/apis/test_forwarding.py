"""Requests that a worker passes on to the controller, and the parts of them that are its own to answer."""

from __future__ import annotations

import logging
from typing import Any

from kwire.apis import Caller, Wait
from kwire.apis.forwarding import table_of_follower
from kwire.broker.quotas.client_quotas import CONTROLLER_MUTATION_RATE, Alteration, alter_quotas
from kwire.codec.messages import load
from kwire.errors import ErrorCode
from tests.broker.cluster import Cluster


def ask(cluster: Cluster, number: int, key: int, version: int, request: Any) -> Any:
    """What a client is answered by a worker that is not the controller."""
    broker = cluster.brokers[number]
    served, wire = table_of_follower()[key], load(key)
    parts: list[Any] = []
    wire.encode_request(request, version, parts)
    frame = b"".join(parts)
    answer = served.handle(
        broker, Caller(client_host="127.0.0.1", version=version), served.decode(frame, 0, len(frame), version)
    )
    cluster.settle()
    if isinstance(answer, Wait):
        answer = answer.attempt(True)
    parts = []
    served.encode(answer, version, parts)
    frame = b"".join(parts)
    return wire.decode_response(frame, 0, len(frame), version)


def test_of_a_change_of_settings_the_loggers_are_changed_here_and_the_rest_by_the_controller() -> None:
    cluster, wire = Cluster(2), load(44)
    logger = logging.getLogger("kwire.for.forwarding")
    resources = [
        wire.AlterConfigsResource(8, "2", [wire.AlterableConfig(logger.name, 0, "ERROR")]),
        wire.AlterConfigsResource(32, "g", [wire.AlterableConfig("consumer.session.timeout.ms", 0, "50000")]),
        wire.AlterConfigsResource(8, "1", [wire.AlterableConfig(logger.name, 0, "ERROR")]),
    ]
    answer = ask(cluster, 2, 44, 1, wire.IncrementalAlterConfigsRequest(resources=resources))
    assert {(each.resource_type, each.resource_name): each.error_code for each in answer.responses} == {
        (8, "2"): ErrorCode.NONE,
        (8, "1"): ErrorCode.INVALID_REQUEST,
        (32, "g"): ErrorCode.NONE,
    }
    assert logger.level == logging.ERROR
    for broker in cluster.brokers.values():
        assert broker.configs.group_value("g", "consumer.session.timeout.ms") == 50_000


def test_the_quorum_is_described_by_the_controller_with_everybody_who_follows() -> None:
    cluster, wire = Cluster(3), load(55)
    asked = wire.TopicData("__cluster_metadata", [wire.PartitionData(0)])
    answer = ask(cluster, 2, 55, 2, wire.DescribeQuorumRequest(topics=[asked]))
    partition = answer.topics[0].partitions[0]
    assert partition.leader_id == 1
    assert [each.replica_id for each in partition.current_voters] == [1]
    assert [each.replica_id for each in partition.observers] == [2, 3]
    for each in partition.observers:
        assert each.log_end_offset == partition.high_watermark
        assert each.last_fetch_timestamp == each.last_caught_up_timestamp == cluster.clock.time_ms()


def test_what_the_controller_says_of_a_quota_holds_where_the_client_asked() -> None:
    cluster = Cluster(2, {"controller.quota.window.num": "1"})
    alterations = [Alteration((("user", "ANONYMOUS"),), [(CONTROLLER_MUTATION_RATE, 1.0)])]
    alter_quotas(cluster.brokers[1], alterations, validate_only=False)
    cluster.settle()
    wire = load(19)

    def made(name: str) -> tuple[int, int]:
        topic = wire.CreatableTopic(name=name, num_partitions=4, replication_factor=1)
        answer = ask(cluster, 2, 19, 7, wire.CreateTopicsRequest(topics=[topic], timeout_ms=1000))
        return answer.topics[0].error_code, answer.throttle_time_ms

    assert made("first") == (ErrorCode.NONE, 0)
    assert made("second") == (ErrorCode.THROTTLING_QUOTA_EXCEEDED, 3000)
