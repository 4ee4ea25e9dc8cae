from __future__ import annotations

import json
from typing import Any

import pytest

from kwire.broker.metadata.cluster import TOPIC_ID
from kwire.broker.metadata.quorum import Quorum
from kwire.broker.metadata.snapshot import SnapshotId, encode_snapshot, read_batches
from kwire.codec.stored import decode_metadata_record
from kwire.codec.stored.begin_transaction_record import BeginTransactionRecord
from kwire.codec.stored.feature_level_record import FeatureLevelRecord
from kwire.codec.stored.partition_change_record import PartitionChangeRecord
from kwire.codec.stored.topic_record import TopicRecord
from kwire.codec.stored.user_scram_credential_record import UserScramCredentialRecord
from kwire.errors import CannotStart
from kwire.log.partition_metadata import encode_uuid
from kwire.records.batch import iter_records, parse_header, stamped
from tests.broker.keeping import Keeper


def records(keeper: Keeper) -> list[Any]:
    """Every record of the cluster's metadata, as Kafka's own format says; control batches as their type."""
    found: list[Any] = []
    for batch in keeper.broker.controller.log.read_batches(0):
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
    assert records(keeper)[:3] == [2, 5, 6], "who leads, kraft.version, who votes"
    assert kinds(keeper)[3] == "BeginTransactionRecord"
    assert kinds(keeper)[4:10] == ["FeatureLevelRecord"] * 6
    assert kinds(keeper)[10:] == [
        "ConfigRecord",
        "EndTransactionRecord",
        "RegisterControllerRecord",
        "RegisterBrokerRecord",
        "BrokerRegistrationChangeRecord",
    ]
    registration = records(keeper)[13]
    assert registration.broker_epoch == keeper.broker.metadata.broker_epoch == 13
    assert keeper.broker.controller.log.topic_id == TOPIC_ID


def test_each_start_leads_in_a_new_epoch_and_says_so() -> None:
    keeper = Keeper()
    assert keeper.broker.metadata.leader_epoch == 1
    keeper.restart()
    assert keeper.broker.metadata.leader_epoch == 2
    keeper.kill()
    assert keeper.broker.metadata.leader_epoch == 3
    state = json.loads(keeper.files.read_bytes("/data/__cluster_metadata-0/quorum-state"))
    assert (state["leaderId"], state["leaderEpoch"], state["votedId"]) == (1, 3, -1)
    assert [epoch for epoch, _ in keeper.broker.controller.log.leader_epochs] == [1, 2, 3]
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
    assert made[2].directories == [keeper.broker.storage.metadata.directory_id]


def test_the_cluster_keeps_its_identity() -> None:
    keeper = Keeper()
    cluster_id = keeper.broker.cluster_id
    assert keeper.restart().cluster_id == cluster_id
    assert keeper.kill().cluster_id == cluster_id
    text = keeper.files.read_bytes("/data/meta.properties").decode()
    assert f"cluster.id={cluster_id}" in text
    assert f"directory.id={encode_uuid(keeper.broker.storage.metadata.directory_id)}" in text


def test_producer_ids_are_never_given_twice() -> None:
    keeper = Keeper()
    given = [keeper.broker.producer_ids.take() for _ in range(1500)]
    keeper.restart()
    given += [keeper.broker.producer_ids.take() for _ in range(10)]
    keeper.kill()
    given += [keeper.broker.producer_ids.take() for _ in range(10)]
    assert len(set(given)) == len(given)
    assert given[0] == 0


def test_features_are_told_with_the_offset_that_set_them() -> None:
    features = Keeper().broker.features
    assert features.finalized["metadata.version"] == 30
    assert features.finalized["transaction.version"] == 2
    assert features.epoch > 0


def partition(keeper: Keeper, topic: str) -> Any:
    topic_id = keeper.broker.topics.by_name[topic].topic_id
    return keeper.broker.metadata.image.topics[topic_id].partitions[0]


def test_the_voters_are_on_record_for_a_kafka_whose_settings_do_not_name_them() -> None:
    keeper = Keeper()
    state = json.loads(keeper.files.read_bytes("/data/__cluster_metadata-0/quorum-state"))
    assert state["data_version"] == 1
    assert "currentVoters" not in state
    snapshot = keeper.files.read_bytes(
        "/data/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint"
    )
    found = Quorum()
    for batch in read_batches(snapshot):
        found.replay(iter_records(batch))
    assert found.kraft_version == 1
    assert list(found.voters) == [1]
    voter = found.voters[1]
    assert voter is not None
    assert voter.voter_directory_id == keeper.broker.storage.metadata.directory_id
    assert [(each.name, each.host, each.port) for each in voter.endpoints] == [
        ("CONTROLLER", "localhost", 9093)
    ]


def test_a_directory_whose_voters_are_in_kafkas_settings_stays_so() -> None:
    keeper = Keeper()
    keeper.broker.close()
    keeper.files.unlink("/data/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint")
    log = "/data/__cluster_metadata-0/00000000000000000000.log"
    old = Quorum(voters={1: None}, epoch=1)
    keeper.files.unlink(log)
    written = keeper.files.open(log, create=True)
    batch = old.leader_batch(1, 0)
    written.write(0, [stamped(batch, 0, 1)], len(batch))
    keeper.files.write_atomic("/data/__cluster_metadata-0/quorum-state", old.encode_state(1), sync=False)
    keeper.broker = keeper._start()
    state = json.loads(keeper.files.read_bytes("/data/__cluster_metadata-0/quorum-state"))
    assert (state["data_version"], state["currentVoters"], state["leaderEpoch"]) == (0, [{"voterId": 1}], 2)
    assert [each for each in records(keeper) if isinstance(each, int)] == [2, 2]


def test_an_orderly_stop_is_on_record_so_that_kafka_need_not_wait() -> None:
    keeper = Keeper()
    keeper.broker.close()
    assert keeper.broker.metadata.image.brokers[1].fenced
    keeper.broker = keeper._start()
    assert not keeper.broker.metadata.image.brokers[1].fenced


def test_partitions_that_an_orderly_stop_of_kafka_left_without_a_leader_get_one() -> None:
    keeper = Keeper()
    topic = keeper.broker.topics.create("t", partitions=1)
    left = PartitionChangeRecord(
        partition_id=0,
        topic_id=topic.topic_id,
        leader=-1,
        isr=[],
        eligible_leader_replicas=[1],
        last_known_elr=[1],
    )
    keeper.broker.metadata.write([left])
    keeper.restart()
    found = partition(keeper, "t")
    assert (found.leader, found.isr, found.leader_epoch) == (1, [1], 2)
    assert found.eligible_leader_replicas is None
    assert found.last_known_elr is None
    assert keeper.broker.topics.partition("t", 0).leader_epoch == 2
    end = keeper.broker.controller.log.log_end_offset
    keeper.kill()
    assert partition(keeper, "t").leader_epoch == 2, "a leader that is one already stays it"
    assert "PartitionChangeRecord" not in kinds(keeper)[end:]


def test_an_unfinished_metadata_transaction_has_no_effect_and_is_ended() -> None:
    keeper = Keeper()
    keeper.broker.metadata.write([BeginTransactionRecord(name="cut short")])
    keeper.broker.metadata.write([TopicRecord(name="never", topic_id=bytes(15) + b"\x07")])
    keeper.kill()
    assert "never" not in keeper.broker.topics.by_name
    assert "AbortTransactionRecord" in kinds(keeper)
    keeper.broker.topics.create("t", partitions=1)
    keeper.restart()
    assert list(keeper.broker.topics.by_name) == ["t"]


def test_older_features_get_records_in_the_versions_of_their_time() -> None:
    keeper = Keeper()
    keeper.broker.metadata.write([FeatureLevelRecord(name="metadata.version", feature_level=16)])
    keeper.broker.topics.create("t", partitions=1)
    keeper.restart()
    assert partition(keeper, "t").directories == []
    versions = {}
    for batch in keeper.broker.controller.log.read_batches(0):
        if not parse_header(batch).is_control:
            for record in iter_records(batch):
                assert record.value is not None
                versions[type(decode_metadata_record(record.value)).__name__] = record.value[2]
    assert versions["PartitionRecord"] == 0
    assert versions["RegisterBrokerRecord"] == 2


def test_the_image_is_made_of_the_newest_snapshot_and_the_log_after_it() -> None:
    keeper = Keeper()
    topic = keeper.broker.topics.create("kept", partitions=2, configs={"retention.ms": "7"})
    keeper.broker.metadata.write([UserScramCredentialRecord(name="ann", mechanism=1)])
    metadata = keeper.broker.controller
    end = metadata.log.log_end_offset
    keeper.broker.close()
    snapshot = encode_snapshot(
        metadata.quorum,
        [metadata.encode_value(record) for record in metadata.image.records()],
        last_timestamp_ms=5,
        now_ms=6,
    )
    name = SnapshotId(end, 1).file_name
    keeper.files.write_atomic(f"/data/__cluster_metadata-0/{name}", snapshot, sync=True)
    keeper.files.unlink("/data/__cluster_metadata-0/00000000000000000000.log")
    keeper.broker = keeper._start()
    assert keeper.broker.controller.log.log_start_offset == end
    assert keeper.broker.topics.by_name["kept"].topic_id == topic.topic_id
    assert len(keeper.broker.topics.by_name["kept"].partitions) == 2
    assert keeper.broker.metadata.image.configs[2, "kept"] == {"retention.ms": "7"}
    assert keeper.broker.metadata.leader_epoch == 2
    assert keeper.broker.storage.metadata.warnings == [
        "The metadata holds 1 SCRAM credential: kept for Kafka, and not asked for by kwire"
    ]
    keeper.broker.topics.create("later", partitions=1)
    keeper.kill()
    assert set(keeper.broker.topics.by_name) == {"kept", "later"}


def test_a_damaged_snapshot_is_refused_by_name() -> None:
    keeper = Keeper()
    keeper.broker.close()
    path = "/data/__cluster_metadata-0/00000000000000000005-0000000001.checkpoint"
    data = keeper.files.read_bytes("/data/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint")
    keeper.files.write_atomic(path, data[:-10], sync=True)
    with pytest.raises(CannotStart, match=path):
        keeper._start()
