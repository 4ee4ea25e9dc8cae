"""What the cluster's metadata says, after its last record: topics, settings, features, registrations.

`Image.apply` is the only thing that changes it, live, in replay and in inspection alike. Always holds: whatever a
snapshot of Kafka's would say can be said from the image again, also the records that nothing here acts on (access
control, credentials, quotas, tokens): they are kept as they are, under the key that a later record replaces them by.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TypeAlias

import attrs

from kwire.codec.stored import Stored
from kwire.codec.stored.abort_transaction_record import AbortTransactionRecord
from kwire.codec.stored.access_control_entry_record import AccessControlEntryRecord
from kwire.codec.stored.begin_transaction_record import BeginTransactionRecord
from kwire.codec.stored.broker_registration_change_record import BrokerRegistrationChangeRecord
from kwire.codec.stored.clear_elr_record import ClearElrRecord
from kwire.codec.stored.client_quota_record import ClientQuotaRecord
from kwire.codec.stored.config_record import ConfigRecord
from kwire.codec.stored.delegation_token_record import DelegationTokenRecord
from kwire.codec.stored.end_transaction_record import EndTransactionRecord
from kwire.codec.stored.feature_level_record import FeatureLevelRecord
from kwire.codec.stored.fence_broker_record import FenceBrokerRecord
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
from kwire.codec.stored.unfence_broker_record import UnfenceBrokerRecord
from kwire.codec.stored.unregister_broker_record import UnregisterBrokerRecord
from kwire.codec.stored.unregister_controller_record import UnregisterControllerRecord
from kwire.codec.stored.user_scram_credential_record import UserScramCredentialRecord

BROKER_RESOURCE = 4
TOPIC_RESOURCE = 2
GROUP_RESOURCE = 32

_UNCHANGED = -2

KeptRecord: TypeAlias = (
    AccessControlEntryRecord | ClientQuotaRecord | DelegationTokenRecord | UserScramCredentialRecord
)


@attrs.define
class TopicImage:
    """One topic, as the log has it."""

    name: str
    topic_id: bytes
    partitions: dict[int, PartitionRecord] = attrs.Factory(dict)


@attrs.define
class Image:
    """Everything that the log says, after its last record."""

    topics: dict[bytes, TopicImage] = attrs.Factory(dict)
    configs: dict[tuple[int, str], dict[str, str]] = attrs.Factory(dict)
    features: dict[str, int] = attrs.Factory(dict)
    next_producer_id: int = 0
    brokers: dict[int, RegisterBrokerRecord] = attrs.Factory(dict)
    controllers: dict[int, RegisterControllerRecord] = attrs.Factory(dict)
    kept: dict[Hashable, KeptRecord] = attrs.Factory(dict)
    """What nothing here acts on."""
    unknown_records: int = 0
    """Records of types that are not known: they stay in the log, and nobody knows what they say."""
    offset: int = -1

    def apply(self, record: Stored | None, offset: int) -> None:
        """`record` is None for a type that is not known."""
        self.offset = offset
        match record:
            case TopicRecord(name=name, topic_id=topic_id):
                self.topics[topic_id] = TopicImage(name, topic_id)
            case PartitionRecord(topic_id=topic_id, partition_id=index):
                self.topics[topic_id].partitions[index] = record
            case PartitionChangeRecord(topic_id=topic_id, partition_id=index):
                _change_partition(self.topics[topic_id].partitions[index], record)
            case RemoveTopicRecord(topic_id=topic_id):
                removed = self.topics.pop(topic_id)
                self.configs.pop((TOPIC_RESOURCE, removed.name), None)
            case ConfigRecord(resource_type=kind, resource_name=resource, name=name, value=value):
                values = self.configs.setdefault((kind, resource), {})
                if value is None:
                    values.pop(name, None)
                else:
                    values[name] = value
                if not values:
                    del self.configs[kind, resource]
            case FeatureLevelRecord(name=name, feature_level=level):
                if level:
                    self.features[name] = level
                else:
                    self.features.pop(name, None)
            case ProducerIdsRecord(next_producer_id=next_producer_id):
                self.next_producer_id = next_producer_id
            case ClearElrRecord(topic_name=topic_name):
                self._forget_eligible_replicas(topic_name)
            case None:
                self.unknown_records += 1
            case _:
                self._apply_registration(record)

    def _apply_registration(self, record: Stored) -> None:
        match record:
            case RegisterBrokerRecord(broker_id=broker_id):
                self.brokers[broker_id] = record
            case UnregisterBrokerRecord(broker_id=broker_id):
                self.brokers.pop(broker_id, None)
            case FenceBrokerRecord(id=broker_id):
                self.brokers[broker_id].fenced = True
            case UnfenceBrokerRecord(id=broker_id):
                self.brokers[broker_id].fenced = False
            case BrokerRegistrationChangeRecord(broker_id=broker_id):
                _change_registration(self.brokers[broker_id], record)
            case RegisterControllerRecord(controller_id=controller_id):
                self.controllers[controller_id] = record
            case UnregisterControllerRecord(controller_id=controller_id):
                self.controllers.pop(controller_id, None)
            case _:
                self._apply_kept(record)

    def _apply_kept(self, record: Stored) -> None:
        kept = self.kept
        match record:
            case AccessControlEntryRecord(id=acl_id):
                kept["acl", acl_id] = record
            case RemoveAccessControlEntryRecord(id=acl_id):
                kept.pop(("acl", acl_id), None)
            case UserScramCredentialRecord(name=name, mechanism=mechanism):
                kept["scram", name, mechanism] = record
            case RemoveUserScramCredentialRecord(name=name, mechanism=mechanism):
                kept.pop(("scram", name, mechanism), None)
            case DelegationTokenRecord(token_id=token_id):
                kept["token", token_id] = record
            case RemoveDelegationTokenRecord(token_id=token_id):
                kept.pop(("token", token_id), None)
            case ClientQuotaRecord(entity=entity, key=key, remove=remove):
                named = (
                    (each.entity_type, each.entity_name is None, each.entity_name or "") for each in entity
                )
                of = ("quota", key, *sorted(named))
                if remove:
                    kept.pop(of, None)
                else:
                    kept[of] = record
            case _:
                pass  # a record that says nothing lasting, such as NoOpRecord

    def _forget_eligible_replicas(self, topic_name: str) -> None:
        for topic in self.topics.values():
            if not topic_name or topic.name == topic_name:
                for partition in topic.partitions.values():
                    partition.eligible_leader_replicas = None
                    partition.last_known_elr = None

    def records(self) -> Iterator[Stored]:
        """Records that make this image out of an empty one, in the order that Kafka's snapshots have."""
        for name, level in self.features.items():
            yield FeatureLevelRecord(name=name, feature_level=level)
        yield from self.brokers.values()
        yield from self.controllers.values()
        for topic in self.topics.values():
            yield TopicRecord(name=topic.name, topic_id=topic.topic_id)
            yield from topic.partitions.values()
        for (kind, resource), values in self.configs.items():
            for name, value in values.items():
                yield ConfigRecord(resource_type=kind, resource_name=resource, name=name, value=value)
        if self.next_producer_id:
            yield ProducerIdsRecord(broker_id=-1, broker_epoch=-1, next_producer_id=self.next_producer_id)
        yield from self.kept.values()


@attrs.define
class Replay:
    """Applies the records of a log or a snapshot; those of a metadata transaction only when it ends (KIP-868)."""

    image: Image
    _pending: list[tuple[Stored | None, int]] | None = None

    @property
    def in_transaction(self) -> bool:
        """A transaction was begun and neither ended nor aborted."""
        return self._pending is not None

    def feed(self, record: Stored | None, offset: int) -> None:
        match record:
            case BeginTransactionRecord():
                self._pending = []
            case EndTransactionRecord():
                pending, self._pending = self._pending, None
                for each, its_offset in pending or ():
                    self.image.apply(each, its_offset)
                self.image.offset = offset
            case AbortTransactionRecord():
                self._pending = None
                self.image.offset = offset
            case _ if self._pending is not None:
                self._pending.append((record, offset))
            case _:
                self.image.apply(record, offset)


def _change_partition(partition: PartitionRecord, change: PartitionChangeRecord) -> None:
    """What a controller recorded: a new leader, new replicas. Only what is set changes."""
    if change.replicas is not None:
        partition.replicas = change.replicas
    if change.isr is not None:
        partition.isr = change.isr
    if change.removing_replicas is not None:
        partition.removing_replicas = change.removing_replicas
    if change.adding_replicas is not None:
        partition.adding_replicas = change.adding_replicas
    if change.directories is not None:
        partition.directories = change.directories
    if change.eligible_leader_replicas is not None:
        partition.eligible_leader_replicas = change.eligible_leader_replicas or None
    if change.last_known_elr is not None:
        partition.last_known_elr = change.last_known_elr or None
    if change.leader_recovery_state >= 0:
        partition.leader_recovery_state = change.leader_recovery_state
    if change.leader != _UNCHANGED:
        partition.leader = change.leader
        partition.leader_epoch += 1
    partition.partition_epoch += 1


def _change_registration(broker: RegisterBrokerRecord, change: BrokerRegistrationChangeRecord) -> None:
    if change.fenced:
        broker.fenced = change.fenced > 0
    if change.in_controlled_shutdown:
        broker.in_controlled_shutdown = True
    if change.log_dirs:
        broker.log_dirs = change.log_dirs
