"""The cluster's metadata: an image in memory, and the log `__cluster_metadata` that it is replayed from.

The records are those of Apache Kafka's KRaft (metadata.version 30, Kafka 4.3), one batch per decision. Always holds:
the image is what the log says, because only `_apply` changes it, live and in replay alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kwire.broker.journal import Journal
from kwire.broker.metadata.image import BROKER_RESOURCE, Image, Replay
from kwire.broker.metadata.quorum import QUORUM_STATE, Address, Quorum
from kwire.broker.metadata.records import (
    BOOTSTRAP_FEATURES,
    Features,
    bootstrap_records,
    decode_record,
    encode_record,
    lead_change,
)
from kwire.broker.metadata.snapshot import SnapshotId, encode_snapshot, read_batches, snapshots
from kwire.broker.metadata.snapshotting import Snapshotting
from kwire.broker.metadata.takeover import SUPPORTED_FEATURES, refusals, remarks
from kwire.broker.metadata.workers import Workers
from kwire.broker.signals import Signal
from kwire.codec import MalformedFrame
from kwire.codec.stored import Stored
from kwire.codec.stored.abort_transaction_record import AbortTransactionRecord
from kwire.codec.stored.begin_transaction_record import BeginTransactionRecord
from kwire.codec.stored.broker_registration_change_record import BrokerRegistrationChangeRecord
from kwire.codec.stored.config_record import ConfigRecord
from kwire.codec.stored.end_transaction_record import EndTransactionRecord
from kwire.codec.stored.partition_change_record import PartitionChangeRecord
from kwire.codec.stored.producer_ids_record import ProducerIdsRecord
from kwire.codec.stored.register_broker_record import BrokerEndpoint, BrokerFeature, RegisterBrokerRecord
from kwire.codec.stored.register_controller_record import (
    ControllerEndpoint,
    ControllerFeature,
    RegisterControllerRecord,
)
from kwire.codec.stored.unregister_controller_record import UnregisterControllerRecord
from kwire.errors import CannotStart, ErrorCode, KafkaError
from kwire.log.checkpoint import TopicPartition
from kwire.log.config import LogConfig
from kwire.log.log import Log, LogWriteFailed
from kwire.log.segment import CorruptLog
from kwire.records.batch import CorruptBatch, iter_records, parse_header

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

TOPIC = "__cluster_metadata"
TOPIC_ID = bytes(15) + b"\x01"
"""The reserved id of the metadata topic."""

PRODUCER_ID_BLOCK = 1000

_BOOTSTRAP_CHECKPOINT = "bootstrap.checkpoint"

_FENCE = 1
_UNFENCE = -1
_UNREGISTERS_CONTROLLERS = 33
"""From this metadata.version on (4.4-IV2)."""
_RECORDS_PER_BATCH = 2_000
"""A batch of KRaft's has at most 8 MiB."""


class ClusterMetadata:
    """The metadata of the cluster, kept by this node as its controller."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.image = Image()
        self.quorum = Quorum()
        self.broker_epoch = -1
        """The offset at which this broker registered: it tells this run from earlier ones."""
        self.log: Log
        self.appended = Signal()
        self.founded_at = 0
        self.begun_at = 0
        """Where the log ended when the start was over: before that is durable, nobody else may act on any of it."""
        self._journal: Journal[Stored] = Journal(encode=self._encode, decode=decode_record, apply=self._apply)
        self._unfinished = False
        self.snapshotting = Snapshotting(broker, self)
        self.workers = Workers(broker, self)

    @property
    def leader_epoch(self) -> int:
        return self.quorum.epoch

    def load(self) -> None:
        """Open or make the log, replay it, and take the lead in a new epoch. Raises CannotStart."""
        broker = self._broker
        try:
            self._open_log()
            self._replay()
            # A partition whose directory is not here is offline; that is no reason to refuse the others.
            everywhere = {
                (topic.name, index) for topic in self.image.topics.values() for index in topic.partitions
            }
            own = broker.storage.directory_ids
            for reason in refusals(self.image, self.quorum, broker.node_id, own, everywhere):
                raise CannotStart(reason)
            broker.storage.metadata.warnings += remarks(self.image)
            self._lead()
            self.workers.start()
            self.snapshotting.found(self.log.directory)
        except (CorruptLog, CorruptBatch, MalformedFrame, KeyError) as error:
            raise CannotStart(f"The cluster's metadata cannot be read: {error}") from error
        except LogWriteFailed as error:
            raise CannotStart(str(error)) from error
        except OSError as error:
            raise CannotStart(
                f"Cannot use {broker.storage.metadata.path} as data directory: {error.strerror or error}"
            ) from error

    def write(self, records: Sequence[Stored]) -> None:
        """Append the records as one batch and apply them. KafkaError(KAFKA_STORAGE_ERROR) when that fails."""
        self._journal.write(self, records, self._broker.clock.time_ms())

    def next_producer_ids_block(self, node_id: int | None = None, epoch: int = -1) -> range:
        """Ids that nobody was given before, for this broker or for another worker. Raises KafkaError."""
        first = self.image.next_producer_id
        self.write(
            [
                ProducerIdsRecord(
                    broker_id=self._broker.node_id if node_id is None else node_id,
                    broker_epoch=self.broker_epoch if node_id is None else epoch,
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
            base_offset = self.log.append(batch, parse_header(batch), self.leader_epoch, now_ms)
        except LogWriteFailed as error:
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error
        self.snapshotting.appended(len(batch), now_ms)
        flushing = self._broker.flushing
        flushing.owed.append(flushing.owe(self, self.log.log_end_offset))
        if (followed := self.workers.owe(self.log.log_end_offset)) is not None:
            flushing.owed.append(followed)
        return base_offset

    def owe_all(self) -> None:
        """The answer in hand rests on what another request decided: it waits as that one does."""
        if self.log.recovery_point < self.log.log_end_offset:
            flushing = self._broker.flushing
            flushing.owed.append(flushing.owe(self, self.log.log_end_offset))

    def read_durable(self, offset: int, max_bytes: int) -> memoryview | bytes:
        """Whole batches from `offset` on, for workers that follow: what is not durable is not there yet.

        Raises KafkaError(OFFSET_OUT_OF_RANGE) before the log start (a snapshot has it) and beyond the end.
        """
        end = self.log.recovery_point
        if not self.log.log_start_offset <= offset <= self.log.log_end_offset:
            raise KafkaError(ErrorCode.OFFSET_OUT_OF_RANGE)
        return self.log.read(offset, max_bytes, end, True) if offset < end else b""

    def read_snapshot(self, snapshot: SnapshotId, position: int, max_bytes: int) -> tuple[int, bytes]:
        """(size of the snapshot, bytes of it from `position` on).

        Raises KafkaError: SNAPSHOT_NOT_FOUND, POSITION_OUT_OF_RANGE.
        """
        path = f"{self.log.directory}/{snapshot.file_name}"
        try:
            data = self._broker.files.read_bytes(path)
        except FileNotFoundError as error:
            raise KafkaError(ErrorCode.SNAPSHOT_NOT_FOUND) from error
        except OSError as error:
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error
        if not 0 <= position < len(data):
            raise KafkaError(ErrorCode.POSITION_OUT_OF_RANGE)
        return len(data), data[position : position + max(max_bytes, 0)]

    def newest_snapshot(self) -> SnapshotId | None:
        return max(self._snapshots(), default=None)

    def flushed(self) -> None:
        self.appended.fire()
        self.snapshotting.consider()

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
        directory = broker.storage.metadata
        config = LogConfig(
            segment_bytes=broker.config.int("metadata.log.segment.bytes"),
            segment_ms=broker.config.int("metadata.log.segment.ms"),
        )
        now_ms = broker.clock.time_ms()
        if broker.files.is_directory(f"{directory.path}/{TOPIC}-0"):
            self.log = directory.open_log(TOPIC, 0, config, now_ms)
            newest = max(self._snapshots(), default=None)
            if newest is not None and newest.end_offset > self.log.log_end_offset:
                # As Kafka does: what the log lacks is in the snapshot, and the log goes on after it.
                self.log.abandon()
                directory.log_starts[TOPIC, 0] = newest.end_offset
                self.log = directory.open_log(TOPIC, 0, config, now_ms)
        else:
            self.log = directory.create_log(TOPIC, 0, TOPIC_ID, config, now_ms)

    def _snapshots(self) -> list[SnapshotId]:
        return snapshots(self._broker.files, self.log.directory)

    def _replay(self) -> None:
        """Read the newest snapshot and the log after it."""
        files = self._broker.files
        state_path = f"{self.log.directory}/{QUORUM_STATE}"
        if files.exists(state_path):
            try:
                self.quorum.read_state(files.read_bytes(state_path))
            except (ValueError, KeyError, TypeError) as error:
                # The log tells of every epoch that wrote anything, and this node is the only one that votes.
                self._broker.storage.metadata.warnings.append(
                    f"{state_path} does not read and is made anew: {error}"
                )
        replay = Replay(self.image)
        start = self.log.log_start_offset
        newest = max(self._snapshots(), default=None)
        if newest is not None and newest.end_offset >= start:
            start = newest.end_offset
            self.quorum.epoch = max(self.quorum.epoch, newest.epoch)
            path = f"{self.log.directory}/{newest.file_name}"
            try:
                for batch in read_batches(files.read_bytes(path)):
                    self._replay_batch(replay, batch, start - 1)
            except (CorruptBatch, MalformedFrame) as error:
                raise CannotStart(f"The metadata's snapshot {path} cannot be read: {error}") from error
        elif start > 0:
            raise CannotStart(
                f"{self.log.directory} begins with offset {start}, and the snapshot of what was before is not there"
            )
        for batch in self.log.read_batches(start):
            self._replay_batch(replay, batch, None)
            self.snapshotting.appended(len(batch), parse_header(batch).max_timestamp)
        self.quorum.epoch = max(self.quorum.epoch, self.log.leader_epochs.latest)
        self._unfinished = replay.in_transaction

    def _replay_batch(self, replay: Replay, batch: memoryview, offset: int | None) -> None:
        """`offset` is what a snapshot's records count as."""
        header = parse_header(batch)
        if header.is_control:
            self.quorum.replay(iter_records(batch, header))
            return
        for record in iter_records(batch, header):
            replay.feed(decode_record(None, record.value), record.offset if offset is None else offset)

    def _lead(self) -> None:
        """Take the lead: a new epoch, bootstrap records in a new directory, and this broker's registration."""
        broker = self._broker
        fresh = self.log.log_end_offset == 0 and not self.image.features
        now_ms = broker.clock.time_ms()
        if fresh:
            self._found(now_ms)
        self.quorum.epoch += 1
        self._write_file(f"{self.log.directory}/{QUORUM_STATE}", self.quorum.encode_state(broker.node_id))
        self.append_journal(self.quorum.leader_batch(broker.node_id, now_ms), now_ms)
        if self._unfinished:
            self.write([AbortTransactionRecord(reason="The controller that began it is gone")])
        if fresh:
            self.write(
                [
                    BeginTransactionRecord(name="Bootstrap records"),
                    *bootstrap_records(),
                    ConfigRecord(
                        resource_type=BROKER_RESOURCE,
                        resource_name="",
                        name="min.insync.replicas",
                        value=str(broker.config.int("min.insync.replicas")),
                    ),
                    EndTransactionRecord(),
                ]
            )
        self._register()

    def _found(self, now_ms: int) -> None:
        """What Kafka's own formatting leaves in a new directory: the features to begin with, and the voters."""
        broker = self._broker
        listener, host, port = self.controller_address()
        nobody = Quorum()
        records = [self.encode_value(record) for record in bootstrap_records()]
        data = encode_snapshot(nobody, records, last_timestamp_ms=0, now_ms=now_ms)
        self._write_file(f"{broker.storage.metadata.path}/{_BOOTSTRAP_CHECKPOINT}", data)
        self.quorum.found_alone(
            broker.node_id, broker.storage.metadata.directory_id, Address(listener, host, port)
        )
        data = encode_snapshot(self.quorum, [], last_timestamp_ms=now_ms, now_ms=now_ms)
        name = SnapshotId(0, 0).file_name
        self._write_file(f"{self.log.directory}/{name}", data)

    def _write_file(self, path: str, data: bytes) -> None:
        try:
            self._broker.files.write_atomic(path, data, sync=True)
        except OSError as error:
            raise LogWriteFailed(path, error) from error

    def controller_address(self) -> tuple[str, str, int]:
        """Listener, host and port for controllers: kwire opens none, and Kafka writes its own when it leads."""
        for listener in self._broker.config.controller_listeners:
            return listener.name, listener.host or "localhost", listener.port
        return "CONTROLLER", "localhost", 9093

    def _register(self) -> None:
        broker = self._broker
        incarnation = broker.random.randbytes(16)
        if self._metadata_version >= 15:
            listener, host, port = self.controller_address()
            self.write(
                [
                    RegisterControllerRecord(
                        controller_id=broker.node_id,
                        incarnation_id=incarnation,
                        end_points=[
                            ControllerEndpoint(name=listener, host=host, port=port, security_protocol=0)
                        ],
                        features=[
                            ControllerFeature(
                                name=name, min_supported_version=low, max_supported_version=high
                            )
                            for name, (low, high) in SUPPORTED_FEATURES.items()
                        ],
                    )
                ]
            )
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
                    log_dirs=broker.storage.directory_ids,
                )
            ]
        )
        self._change_registration(fenced=_UNFENCE)

    def _change_registration(self, *, fenced: int = 0, in_controlled_shutdown: int = 0) -> None:
        self.write(
            [
                BrokerRegistrationChangeRecord(
                    broker_id=self._broker.node_id,
                    broker_epoch=self.broker_epoch,
                    fenced=fenced,
                    in_controlled_shutdown=in_controlled_shutdown,
                )
            ]
        )

    def lead_partitions(
        self, places: Mapping[TopicPartition, bytes], leader_of: Callable[[bytes, int], int]
    ) -> None:
        """Give every partition the leader that it is to have.

        `places` says in which directory each was found; one that was not found keeps the place that it has on record.
        """
        changes: list[Stored] = []
        for topic in self.image.topics.values():
            for index, partition in topic.partitions.items():
                leader = leader_of(topic.topic_id, index)
                place = places.get((topic.name, index))
                moved = bool(partition.directories) and place is not None and partition.directories != [place]
                change = lead_change(topic.topic_id, partition, leader)
                if moved and place is not None:
                    change = change or PartitionChangeRecord(partition_id=index, topic_id=topic.topic_id)
                    change.directories = [place]
                if change is not None:
                    changes.append(change)
        self.write_many(changes)

    def write_many(self, records: Sequence[Stored]) -> None:
        """The same as `write` for more than one batch may hold."""
        for first in range(0, len(records), _RECORDS_PER_BATCH):
            self.write(records[first : first + _RECORDS_PER_BATCH])

    def fence(self) -> None:
        """An orderly stop, on record: whoever leads next need not wait for this broker's session to end."""
        self._change_registration(in_controlled_shutdown=1)
        self._change_registration(fenced=_FENCE)

    def unregister_controller(self, controller_id: int) -> None:
        """Forget a controller. Raises KafkaError: UNSUPPORTED_VERSION, CONTROLLER_ID_NOT_REGISTERED."""
        if self._metadata_version < _UNREGISTERS_CONTROLLERS:
            raise KafkaError(
                ErrorCode.UNSUPPORTED_VERSION,
                "The current MetadataVersion is too old to support controller unregistration.",
            )
        if controller_id not in self.image.controllers:
            raise KafkaError(
                ErrorCode.CONTROLLER_ID_NOT_REGISTERED,
                f"Controller ID {controller_id} is not currently registered.",
            )
        self.write([UnregisterControllerRecord(controller_id=controller_id)])

    @property
    def _metadata_version(self) -> int:
        return self.image.features.get("metadata.version", BOOTSTRAP_FEATURES["metadata.version"])

    # Records

    def _apply(self, record: Stored, offset: int, timestamp_ms: int) -> None:
        self.image.apply(record, offset)

    def _encode(self, record: Stored) -> tuple[bytes | None, bytes | None]:
        return None, self.encode_value(record)

    def encode_value(self, record: Stored) -> bytes:
        """In the version that Kafka writes at the cluster's metadata.version."""
        return encode_record(record, self._metadata_version)
