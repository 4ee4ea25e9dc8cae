from __future__ import annotations

from typing import Any

from kwire.broker.metadata.image import Image, Replay
from kwire.codec.stored.abort_transaction_record import AbortTransactionRecord
from kwire.codec.stored.access_control_entry_record import AccessControlEntryRecord
from kwire.codec.stored.begin_transaction_record import BeginTransactionRecord
from kwire.codec.stored.broker_registration_change_record import BrokerRegistrationChangeRecord
from kwire.codec.stored.clear_elr_record import ClearElrRecord
from kwire.codec.stored.client_quota_record import ClientQuotaRecord, EntityData
from kwire.codec.stored.config_record import ConfigRecord
from kwire.codec.stored.delegation_token_record import DelegationTokenRecord
from kwire.codec.stored.end_transaction_record import EndTransactionRecord
from kwire.codec.stored.feature_level_record import FeatureLevelRecord
from kwire.codec.stored.partition_change_record import PartitionChangeRecord
from kwire.codec.stored.partition_record import PartitionRecord
from kwire.codec.stored.producer_ids_record import ProducerIdsRecord
from kwire.codec.stored.register_broker_record import RegisterBrokerRecord
from kwire.codec.stored.register_controller_record import RegisterControllerRecord
from kwire.codec.stored.remove_access_control_entry_record import RemoveAccessControlEntryRecord
from kwire.codec.stored.remove_delegation_token_record import RemoveDelegationTokenRecord
from kwire.codec.stored.remove_topic_record import RemoveTopicRecord
from kwire.codec.stored.remove_user_scram_credential_record import RemoveUserScramCredentialRecord
from kwire.codec.stored.topic_record import TopicRecord
from kwire.codec.stored.unregister_broker_record import UnregisterBrokerRecord
from kwire.codec.stored.unregister_controller_record import UnregisterControllerRecord
from kwire.codec.stored.user_scram_credential_record import UserScramCredentialRecord

ONE = bytes(15) + b"\x11"
TWO = bytes(15) + b"\x22"


def said() -> list[Any]:
    return [
        FeatureLevelRecord(name="metadata.version", feature_level=30),
        RegisterControllerRecord(controller_id=1),
        RegisterControllerRecord(controller_id=9),
        UnregisterControllerRecord(controller_id=9),
        RegisterBrokerRecord(broker_id=1),
        RegisterBrokerRecord(broker_id=2),
        BrokerRegistrationChangeRecord(broker_id=1, fenced=-1),
        UnregisterBrokerRecord(broker_id=2),
        TopicRecord(name="one", topic_id=ONE),
        PartitionRecord(topic_id=ONE, partition_id=0, replicas=[1], isr=[1], leader=1, leader_epoch=0),
        ConfigRecord(resource_type=2, resource_name="one", name="retention.ms", value="7"),
        ConfigRecord(resource_type=4, resource_name="", name="min.insync.replicas", value="1"),
        TopicRecord(name="two", topic_id=TWO),
        ConfigRecord(resource_type=2, resource_name="two", name="retention.ms", value="7"),
        RemoveTopicRecord(topic_id=TWO),
        PartitionChangeRecord(topic_id=ONE, partition_id=0, leader=-1, isr=[], eligible_leader_replicas=[1]),
        ProducerIdsRecord(next_producer_id=5000),
        AccessControlEntryRecord(id=ONE, principal="User:ann"),
        AccessControlEntryRecord(id=TWO),
        RemoveAccessControlEntryRecord(id=TWO),
        UserScramCredentialRecord(name="ann", mechanism=1, iterations=4096),
        UserScramCredentialRecord(name="ben", mechanism=1),
        RemoveUserScramCredentialRecord(name="ben", mechanism=1),
        DelegationTokenRecord(token_id="t1"),
        DelegationTokenRecord(token_id="t2"),
        RemoveDelegationTokenRecord(token_id="t2"),
        ClientQuotaRecord(entity=[EntityData("user", "ann")], key="producer_byte_rate", value=1.0),
        ClientQuotaRecord(entity=[EntityData("user", None)], key="producer_byte_rate", value=2.0),
        ClientQuotaRecord(entity=[EntityData("user", "ann")], key="producer_byte_rate", remove=True),
    ]


def replayed(records: list[Any]) -> Image:
    image = Image()
    replay = Replay(image)
    for offset, record in enumerate(records):
        replay.feed(record, offset)
    return image


def told(image: Image) -> list[str]:
    return [repr(record) for record in image.records()]


def test_an_image_can_be_told_again_by_its_records() -> None:
    image = replayed(said())
    assert told(replayed(list(image.records()))) == told(image)


def test_a_later_record_replaces_or_removes_what_an_earlier_one_said() -> None:
    image = replayed(said())
    assert [topic.name for topic in image.topics.values()] == ["one"]
    assert list(image.configs) == [(2, "one"), (4, "")]
    assert list(image.brokers) == list(image.controllers) == [1]
    assert not image.brokers[1].fenced
    assert [type(record).__name__ for record in image.kept.values()] == [
        "AccessControlEntryRecord",
        "UserScramCredentialRecord",
        "DelegationTokenRecord",
        "ClientQuotaRecord",
    ]
    partition = image.topics[ONE].partitions[0]
    assert (partition.leader, partition.leader_epoch, partition.partition_epoch) == (-1, 1, 0)
    assert partition.eligible_leader_replicas == [1]
    image.apply(ClearElrRecord(topic_name="one"), 99)
    assert partition.eligible_leader_replicas is None


def test_a_metadata_transaction_counts_when_it_ends() -> None:
    begin, end = BeginTransactionRecord(name="x"), EndTransactionRecord()
    one = TopicRecord(name="one", topic_id=ONE)
    two = TopicRecord(name="two", topic_id=TWO)
    aborted = AbortTransactionRecord(reason="")
    assert list(replayed([begin, one]).topics) == []
    assert list(replayed([begin, one, end]).topics) == [ONE]
    assert list(replayed([begin, one, aborted, two]).topics) == [TWO]


def test_records_of_kinds_that_are_not_known_are_counted() -> None:
    assert replayed([None, None]).unknown_records == 2
