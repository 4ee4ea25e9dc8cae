"""The records of `__cluster_metadata`: read them, write them in the version of the cluster, and which come first."""

from __future__ import annotations

import attrs

from kwire.codec.stored import Stored, decode_metadata_record, encode_metadata_record
from kwire.codec.stored.broker_registration_change_record import BrokerRegistrationChangeRecord
from kwire.codec.stored.feature_level_record import FeatureLevelRecord
from kwire.codec.stored.partition_change_record import PartitionChangeRecord
from kwire.codec.stored.partition_record import PartitionRecord
from kwire.codec.stored.register_broker_record import RegisterBrokerRecord

BOOTSTRAP_FEATURES = {
    "metadata.version": 30,
    "eligible.leader.replicas.version": 1,
    "group.version": 1,
    "share.version": 1,
    "streams.version": 1,
    "transaction.version": 2,
}


@attrs.define
class Features:
    """What ApiVersions says of features (KIP-584)."""

    supported: dict[str, tuple[int, int]]
    finalized: dict[str, int]
    epoch: int


def bootstrap_records() -> list[Stored]:
    """What a new cluster begins with."""
    return [FeatureLevelRecord(name=name, feature_level=level) for name, level in BOOTSTRAP_FEATURES.items()]


def decode_record(key: bytes | None, value: bytes | memoryview | None) -> Stored | None:
    """None for a record of a type that is not known, and for one without a value. Raises MalformedFrame."""
    if value is None:
        return None
    record: Stored | None = decode_metadata_record(bytes(value))
    return record


def encode_record(record: Stored, level: int) -> bytes:
    """In the version that Kafka writes at this metadata.version."""
    version = 0
    match record:
        case PartitionRecord():
            version = 2 if level >= 23 else 1 if level >= 17 else 0
            if version == 0:
                record = attrs.evolve(record, directories=[])
        case PartitionChangeRecord():
            version = 2 if level >= 23 else 1 if level >= 17 else 0
            if version == 0:
                record = attrs.evolve(record, directories=None)
        case RegisterBrokerRecord():
            version = 4 if level >= 30 else 3 if level >= 17 else 2 if level >= 8 else 1
            if version < 3:
                record = attrs.evolve(record, log_dirs=[])
        case BrokerRegistrationChangeRecord():
            version = 1 if record.in_controlled_shutdown else 0
    return encode_metadata_record(record, version)


def lead_change(topic_id: bytes, partition: PartitionRecord, leader: int) -> PartitionChangeRecord | None:
    """What makes a node the leader of a partition, and the only one that has it; None when it is that already."""
    only = [leader]
    moving = bool(partition.adding_replicas or partition.removing_replicas)
    if partition.leader == leader and partition.isr == only and partition.replicas == only and not moving:
        return None
    change = PartitionChangeRecord(partition_id=partition.partition_id, topic_id=topic_id)
    if partition.leader != leader:
        change.leader = leader
    if partition.isr != only:
        change.isr = only
    if partition.replicas != only:
        change.replicas = only
    if moving:
        change.adding_replicas = []
        change.removing_replicas = []
    if partition.eligible_leader_replicas:
        change.eligible_leader_replicas = []
    if partition.last_known_elr:
        change.last_known_elr = []
    return change
