"""The cluster's metadata: an image in memory, and the log `__cluster_metadata` that it is replayed from.

The records are those of Apache Kafka's KRaft (metadata.version 30, Kafka 4.3), one batch per decision. Always holds:
the image is what the log says, because only `_apply` changes it, live and in replay alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from kwire.broker.journal import Journal
from kwire.broker.signals import Signal
from kwire.codec.stored import Stored, decode_metadata_record, encode_metadata_record
from kwire.codec.stored.begin_transaction_record import BeginTransactionRecord
from kwire.codec.stored.broker_registration_change_record import BrokerRegistrationChangeRecord
from kwire.codec.stored.config_record import ConfigRecord
from kwire.codec.stored.end_transaction_record import EndTransactionRecord
from kwire.codec.stored.feature_level_record import FeatureLevelRecord
from kwire.codec.stored.leader_change_message import LeaderChangeMessage, Voter
from kwire.codec.stored.partition_change_record import PartitionChangeRecord
from kwire.codec.stored.partition_record import PartitionRecord
from kwire.codec.stored.producer_ids_record import ProducerIdsRecord
from kwire.codec.stored.register_broker_record import BrokerEndpoint, BrokerFeature, RegisterBrokerRecord
from kwire.codec.stored.register_controller_record import RegisterControllerRecord
from kwire.codec.stored.remove_topic_record import RemoveTopicRecord
from kwire.codec.stored.topic_record import TopicRecord
from kwire.errors import CannotStart, ErrorCode, KafkaError
from kwire.log.config import LogConfig
from kwire.log.log import Log, LogWriteFailed
from kwire.log.segment import CorruptLog
from kwire.records.batch import CONTROL_LEADER_CHANGE, Record, build_batch, parse_header

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

TOPIC = "__cluster_metadata"
TOPIC_ID = bytes(15) + b"\x01"
"""The reserved id of the metadata topic."""

PRODUCER_ID_BLOCK = 1000

BROKER_RESOURCE = 4
TOPIC_RESOURCE = 2

SUPPORTED_FEATURES: dict[str, tuple[int, int]] = {
    "eligible.leader.replicas.version": (0, 1),
    "group.version": (0, 1),
    "kraft.version": (0, 1),
    "metadata.version": (7, 30),
    "share.version": (0, 1),
    "streams.version": (0, 1),
    "transaction.version": (0, 2),
}
"""Lowest and highest level by feature: those of Apache Kafka 4.3, which can take over the directory."""

_BOOTSTRAP_FEATURES = {
    "metadata.version": 30,
    "eligible.leader.replicas.version": 1,
    "group.version": 1,
    "share.version": 1,
    "streams.version": 1,
    "transaction.version": 2,
}

_RECORD_VERSIONS: dict[type[Any], int] = {
    BrokerRegistrationChangeRecord: 3,
    PartitionRecord: 2,
    RegisterBrokerRecord: 4,
}
"""What Kafka writes at metadata.version 30, where that is not 0."""

_UNFENCE = -1


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
    offset: int = -1


@attrs.define
class Features:
    """What ApiVersions says of features (KIP-584)."""

    supported: dict[str, tuple[int, int]]
    finalized: dict[str, int]
    epoch: int


class ClusterMetadata:
    """The metadata of the cluster, kept by this node as its controller."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.image = Image()
        self.leader_epoch = 0
        self.broker_epoch = -1
        """The offset at which this broker registered: it tells this run from earlier ones."""
        self.log: Log
        self.appended = Signal()
        self._journal: Journal[Stored] = Journal(encode=_encode, decode=_decode, apply=self._apply)

    def load(self) -> None:
        """Open or make the log, replay it, and take the lead in a new epoch. Raises CannotStart."""
        broker = self._broker
        try:
            self._open_log()
            self._journal.replay(self)
            self._lead()
        except CorruptLog as error:
            raise CannotStart(f"The cluster's metadata cannot be read: {error}") from error
        except LogWriteFailed as error:
            raise CannotStart(str(error)) from error
        except OSError as error:
            raise CannotStart(
                f"Cannot use {broker.directory.path} as data directory: {error.strerror or error}"
            ) from error

    def write(self, records: Sequence[Stored]) -> None:
        """Append the records as one batch and apply them. KafkaError(KAFKA_STORAGE_ERROR) when that fails."""
        self._journal.write(self, records, self._broker.clock.time_ms())

    def next_producer_ids_block(self) -> range:
        """Ids that nobody was given before."""
        first = self.image.next_producer_id
        self.write(
            [
                ProducerIdsRecord(
                    broker_id=self._broker.node_id,
                    broker_epoch=self.broker_epoch,
                    next_producer_id=first + PRODUCER_ID_BLOCK,
                )
            ]
        )
        return range(first, first + PRODUCER_ID_BLOCK)

    def __repr__(self) -> str:
        return f"<ClusterMetadata epoch {self.leader_epoch}, end {self.log.log_end_offset}>"

    @property
    def features(self) -> Features:
        return Features(SUPPORTED_FEATURES, self.image.features, max(self.image.offset, 0))

    # The log, as a journal sees it

    def append_journal(self, batch: bytes, now_ms: int) -> int:
        """As in Kafka's raft, a decision counts once it is durable, whatever the flush settings say."""
        try:
            base_offset = self.log.append(batch, parse_header(batch), self.leader_epoch, now_ms).base_offset
        except LogWriteFailed as error:
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error
        flushing = self._broker.flushing
        flushing.owed.append(flushing.owe(self, self.log.log_end_offset))
        return base_offset

    def flushed(self) -> None:
        self.appended.fire()

    def reopened(self, log: Log) -> None:
        self.log.abandon()
        self.log = log
        self.appended.fire()

    def journal_batches(self) -> Iterator[memoryview]:
        for batch in self.log.read_batches(self.log.log_start_offset):
            if not parse_header(batch).is_control:
                yield batch

    def _open_log(self) -> None:
        broker = self._broker
        directory = broker.directory
        config = LogConfig(segment_bytes=broker.config.int("metadata.log.segment.bytes"))
        now_ms = broker.clock.time_ms()
        if any(found.topic == TOPIC for found in directory.partitions()):
            self.log = directory.open_log(TOPIC, 0, config, now_ms)
        else:
            self.log = directory.create_log(TOPIC, 0, TOPIC_ID, config, now_ms)

    def _lead(self) -> None:
        """Take the lead: a new epoch, bootstrap records in a new directory, and this broker's registration."""
        broker = self._broker
        fresh = self.log.log_end_offset == 0
        self.leader_epoch = max(self.log.leader_epochs.latest, 0) + 1
        self._write_quorum_state()
        voter = [Voter(voter_id=broker.node_id)]
        message = LeaderChangeMessage(leader_id=broker.node_id, voters=voter, granting_voters=voter)
        key = b"\x00\x00" + CONTROL_LEADER_CHANGE.to_bytes(2, "big")
        now_ms = broker.clock.time_ms()
        self.append_journal(build_batch([Record(0, now_ms, key, message.encode(0))], control=True), now_ms)
        if fresh:
            self.write(
                [
                    BeginTransactionRecord(name="Bootstrap records"),
                    *(
                        FeatureLevelRecord(name=name, feature_level=level)
                        for name, level in _BOOTSTRAP_FEATURES.items()
                    ),
                    EndTransactionRecord(),
                ]
            )
            self.write(
                [
                    ConfigRecord(
                        resource_type=BROKER_RESOURCE,
                        resource_name="",
                        name="min.insync.replicas",
                        value=str(broker.config.int("min.insync.replicas")),
                    )
                ]
            )
        self._register()

    def _register(self) -> None:
        broker = self._broker
        incarnation = broker.random.randbytes(16)
        self.write([RegisterControllerRecord(controller_id=broker.node_id, incarnation_id=incarnation)])
        self.broker_epoch = self.log.log_end_offset
        self.write(
            [
                RegisterBrokerRecord(
                    broker_id=broker.node_id,
                    incarnation_id=incarnation,
                    broker_epoch=self.broker_epoch,
                    end_points=[
                        BrokerEndpoint(name=name, host=host, port=port, security_protocol=0)
                        for name, (host, port) in broker.endpoints.items()
                    ],
                    features=[
                        BrokerFeature(name=name, min_supported_version=low, max_supported_version=high)
                        for name, (low, high) in SUPPORTED_FEATURES.items()
                    ],
                    rack=broker.config.text_or_none("broker.rack"),
                    fenced=True,
                    log_dirs=[broker.directory.directory_id],
                )
            ]
        )
        self.write(
            [
                BrokerRegistrationChangeRecord(
                    broker_id=broker.node_id, broker_epoch=self.broker_epoch, fenced=_UNFENCE
                )
            ]
        )

    def _write_quorum_state(self) -> None:
        """Who leads: Kafka's raft reads it before the log. Written before the epoch's first record."""
        node_id = self._broker.node_id
        state = {
            "clusterId": "",
            "leaderId": node_id,
            "leaderEpoch": self.leader_epoch,
            "votedId": -1,
            "appliedOffset": 0,
            "currentVoters": [{"voterId": node_id}],
            "data_version": 0,
        }
        text = json.dumps(state, separators=(",", ":"))
        self._broker.files.write_atomic(f"{self.log.directory}/quorum-state", text.encode(), sync=False)

    # The image

    def _apply(self, record: Stored, offset: int, timestamp_ms: int) -> None:
        image = self.image
        image.offset = offset
        match record:
            case TopicRecord(name=name, topic_id=topic_id):
                image.topics[topic_id] = TopicImage(name, topic_id)
            case PartitionRecord(topic_id=topic_id, partition_id=index):
                image.topics[topic_id].partitions[index] = record
            case PartitionChangeRecord(topic_id=topic_id, partition_id=index):
                _change_partition(image.topics[topic_id].partitions[index], record)
            case RemoveTopicRecord(topic_id=topic_id):
                removed = image.topics.pop(topic_id)
                image.configs.pop((TOPIC_RESOURCE, removed.name), None)
            case ConfigRecord(resource_type=kind, resource_name=resource, name=name, value=value):
                values = image.configs.setdefault((kind, resource), {})
                if value is None:
                    values.pop(name, None)
                else:
                    values[name] = value
                if not values:
                    del image.configs[kind, resource]
            case FeatureLevelRecord(name=name, feature_level=level):
                image.features[name] = level
            case ProducerIdsRecord(next_producer_id=next_producer_id):
                image.next_producer_id = next_producer_id
            case _:
                pass  # registrations and no-ops tell other nodes something; one node knows itself


def _change_partition(partition: PartitionRecord, change: PartitionChangeRecord) -> None:
    """What another controller recorded: a new leader, new replicas. Only what is set changes."""
    if change.replicas is not None:
        partition.replicas = change.replicas
    if change.isr is not None:
        partition.isr = change.isr
    if change.directories is not None:
        partition.directories = change.directories
    if change.leader != -2:  # -2: as it was
        partition.leader = change.leader
        partition.leader_epoch += 1
    partition.partition_epoch += 1


def _encode(record: Stored) -> tuple[bytes | None, bytes | None]:
    return None, encode_metadata_record(record, _RECORD_VERSIONS.get(type(record), 0))


def _decode(key: bytes | None, value: bytes | None) -> Stored | None:
    if value is None:
        return None
    record: Stored | None = decode_metadata_record(value)
    return record
