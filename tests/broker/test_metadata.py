from __future__ import annotations

import json
from typing import Any

from kwire.broker.metadata import TOPIC_ID
from kwire.codec.stored import decode_metadata_record
from kwire.log.partition_metadata import encode_uuid
from kwire.records.batch import iter_records, parse_header
from tests.broker.keeping import Keeper


def records(keeper: Keeper) -> list[Any]:
    """Every record of the cluster's metadata, as Kafka's own format says; control batches as their type."""
    found: list[Any] = []
    for batch in keeper.broker.metadata.log.read_batches(0):
        for record in iter_records(batch):
            if parse_header(batch).is_control:
                assert record.key is not None
                found.append(int.from_bytes(record.key[2:4], "big"))
            else:
                assert record.key is None
                assert record.value is not None
                found.append(decode_metadata_record(record.value))
    return found


def kinds(keeper: Keeper) -> list[str]:
    return [
        each if isinstance(each, str) else getattr(type(each), "__name__", "") for each in records(keeper)
    ]


def test_a_new_directory_opens_as_one_of_kafka_does() -> None:
    keeper = Keeper()
    assert records(keeper)[0] == 2, "a leader change comes first"
    assert kinds(keeper)[1] == "BeginTransactionRecord"
    assert kinds(keeper)[2:8] == ["FeatureLevelRecord"] * 6
    assert kinds(keeper)[8:] == [
        "EndTransactionRecord",
        "ConfigRecord",
        "RegisterControllerRecord",
        "RegisterBrokerRecord",
        "BrokerRegistrationChangeRecord",
    ]
    registration = records(keeper)[11]
    assert registration.broker_epoch == keeper.broker.metadata.broker_epoch == 11
    assert keeper.broker.metadata.log.topic_id == TOPIC_ID


def test_each_start_leads_in_a_new_epoch_and_says_so() -> None:
    keeper = Keeper()
    assert keeper.broker.metadata.leader_epoch == 1
    keeper.restart()
    assert keeper.broker.metadata.leader_epoch == 2
    keeper.kill()
    assert keeper.broker.metadata.leader_epoch == 3
    state = json.loads(keeper.files.read_bytes("/data/__cluster_metadata-0/quorum-state"))
    assert (state["leaderId"], state["leaderEpoch"], state["votedId"]) == (1, 3, -1)
    assert [epoch for epoch, _ in keeper.broker.metadata.log.leader_epochs] == [1, 2, 3]
    assert kinds(keeper).count("BeginTransactionRecord") == 1, "a directory is set up once"


def test_a_topic_is_kept_as_kafka_keeps_it() -> None:
    keeper = Keeper()
    before = len(records(keeper))
    topic = keeper.broker.topics.create("t", partitions=2, configs={"retention.ms": "7"})
    made = records(keeper)[before:]
    assert [type(each).__name__ for each in made] == [
        "TopicRecord",
        "ConfigRecord",
        "PartitionRecord",
        "PartitionRecord",
    ]
    assert (made[0].name, made[0].topic_id) == ("t", topic.topic_id)
    assert (made[1].resource_type, made[1].resource_name, made[1].name, made[1].value) == (
        2,
        "t",
        "retention.ms",
        "7",
    )
    assert [(each.partition_id, each.replicas, each.isr, each.leader) for each in made[2:]] == [
        (0, [1], [1], 1),
        (1, [1], [1], 1),
    ]
    assert made[2].directories == [keeper.broker.directory.directory_id]


def test_the_cluster_keeps_its_identity() -> None:
    keeper = Keeper()
    cluster_id = keeper.broker.cluster_id
    assert keeper.restart().cluster_id == cluster_id
    assert keeper.kill().cluster_id == cluster_id
    text = keeper.files.read_bytes("/data/meta.properties").decode()
    assert f"cluster.id={cluster_id}" in text
    assert f"directory.id={encode_uuid(keeper.broker.directory.directory_id)}" in text


def test_producer_ids_are_never_given_twice() -> None:
    keeper = Keeper()
    given = [keeper.broker.next_producer_id() for _ in range(1500)]
    keeper.restart()
    given += [keeper.broker.next_producer_id() for _ in range(10)]
    keeper.kill()
    given += [keeper.broker.next_producer_id() for _ in range(10)]
    assert len(set(given)) == len(given)
    assert given[0] == 0


def test_features_are_told_with_the_offset_that_set_them() -> None:
    features = Keeper().broker.features
    assert features.finalized["metadata.version"] == 30
    assert features.finalized["transaction.version"] == 2
    assert features.epoch > 0
