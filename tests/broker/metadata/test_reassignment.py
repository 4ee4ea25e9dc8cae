from __future__ import annotations

import pytest

from kwire.broker.metadata.reassignment import Election, election_outcome, ongoing, reassign
from kwire.broker.metadata.records import lead_change
from kwire.codec.stored.partition_change_record import PartitionChangeRecord
from kwire.codec.stored.partition_record import PartitionRecord
from kwire.errors import ErrorCode, KafkaError
from tests.broker.cluster import Cluster
from tests.broker.keeping import Keeper


def test_a_partition_whose_worker_is_away_has_no_leader_to_elect() -> None:
    cluster = Cluster(2)
    broker = cluster.brokers[1]
    topic = broker.topics.create("t", partitions=2)
    cluster.settle()
    (away,) = (
        each.partition_id
        for each in broker.metadata.image.topics[topic.topic_id].partitions.values()
        if each.leader == 2
    )
    cluster.kill(2)
    cluster.clock.now_ms += 60_000
    broker.tick(cluster.clock.now_ms)
    for kind, code in (
        (Election.PREFERRED, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE),
        (Election.UNCLEAN, ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE),
    ):
        assert election_outcome(broker, "t", away, kind)[0] == code
        assert election_outcome(broker, "t", 1 - away, kind)[0] == ErrorCode.ELECTION_NOT_NEEDED


def test_a_partition_stays_with_its_worker() -> None:
    cluster = Cluster(2)
    broker = cluster.brokers[1]
    broker.topics.create("t", partitions=2)
    for replicas in ([1], [2], [1, 2]):
        codes = set()
        for index in (0, 1):
            try:
                reassign(broker, "t", index, replicas, allow_factor_change=True)
                codes.add(ErrorCode.NONE)
            except KafkaError as error:
                codes.add(error.code)
        expected = {ErrorCode.INVALID_REPLICA_ASSIGNMENT}
        assert codes == (expected if len(replicas) > 1 else {ErrorCode.NONE, *expected})


def test_another_number_of_replicas_may_be_forbidden() -> None:
    broker = Cluster(2).brokers[1]
    broker.topics.create("t", partitions=1)
    with pytest.raises(KafkaError) as caught:
        reassign(broker, "t", 0, [1, 2], allow_factor_change=False)
    assert caught.value.code == ErrorCode.INVALID_REPLICATION_FACTOR
    assert caught.value.message == "The replication factor is changed from 1 to 2"


def test_what_was_on_the_move_when_apache_kafka_stopped_has_arrived() -> None:
    keeper = Keeper()
    topic = keeper.broker.topics.create("t", partitions=1)
    keeper.broker.controller.write(
        [PartitionChangeRecord(partition_id=0, topic_id=topic.topic_id, adding_replicas=[2])]
    )
    assert [name for name, _ in ongoing(keeper.broker, None)] == ["t"]
    assert not [*ongoing(keeper.broker, {("t", 1)})]
    keeper.restart()
    assert not [*ongoing(keeper.broker, None)]


def test_only_what_is_not_as_it_should_be_is_changed() -> None:
    partition = PartitionRecord(
        partition_id=0, topic_id=bytes(16), replicas=[1], isr=[1], leader=1, removing_replicas=[2]
    )
    change = lead_change(bytes(16), partition, 1)
    assert change is not None
    assert (change.removing_replicas, change.replicas, change.isr) == ([], None, None)
    partition.removing_replicas = []
    assert lead_change(bytes(16), partition, 1) is None
