"""Topics: what there is, by name and by id, and the partitions that hold it.

Decides what may be created, grown and deleted; the decision is a batch of metadata records, and the logs follow the
image. Always holds after a start: every partition in the metadata has an open log, and a directory that the metadata
does not know is set aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs

from kwire.broker.image import TOPIC_RESOURCE, TopicImage
from kwire.broker.metadata import TOPIC as METADATA_TOPIC
from kwire.broker.offline import OfflinePartition
from kwire.broker.partition import STORAGE_FAILURES, Partition
from kwire.broker.remote import RemotePartition
from kwire.codec.stored import Stored
from kwire.codec.stored.config_record import ConfigRecord
from kwire.codec.stored.partition_record import PartitionRecord
from kwire.codec.stored.remove_topic_record import RemoveTopicRecord
from kwire.codec.stored.topic_record import TopicRecord
from kwire.errors import CannotStart, ErrorCode, KafkaError
from kwire.log.checkpoint import TopicPartition
from kwire.log.directory import LogDirectory
from kwire.log.log import Log, LogWriteFailed

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.configs import TopicConfig
    from kwire.broker.metadata import ClusterMetadata

OnDisk = dict[TopicPartition, LogDirectory]
"""Partitions whose directory is there, and in which log directory."""

CONSUMER_OFFSETS = "__consumer_offsets"
TRANSACTION_STATE = "__transaction_state"
SHARE_GROUP_STATE = "__share_group_state"
INTERNAL_TOPICS = frozenset((CONSUMER_OFFSETS, TRANSACTION_STATE, SHARE_GROUP_STATE))

MAX_NAME_CHARACTERS = 249
MAX_PARTITIONS_AT_ONCE = 10_000
"""What one request may create, as Kafka's controller has it."""

_NAME = re.compile(r"[a-zA-Z0-9._-]+")
_RESERVED_IDS = (bytes(16), bytes(15) + b"\x01")


@attrs.define(eq=False)
class Topic:
    """One topic."""

    name: str
    topic_id: bytes
    partitions: list[Partition]
    internal: bool


class TopicRegistry:
    """The topics of this broker."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.by_name: dict[str, Topic] = {}
        self.by_id: dict[bytes, Topic] = {}
        self.generation = 0
        """Counts changes of what there is."""
        self._held: dict[str, int] = {}  # names of deleted topics that other workers may still have open
        self._collision_keys: dict[str, str] = {}  # '.' read as '_': metrics could not tell such names apart

    def open(self) -> None:
        """Open the log of every partition that this broker leads; make what a crash left out.

        One that cannot be opened is offline. Raises CannotStart.
        """
        broker = self._broker
        storage = broker.storage
        found = storage.found()
        found.pop((METADATA_TOPIC, 0), None)
        on_disk: OnDisk = {}
        for image in broker.metadata.image.topics.values():
            for index in image.partitions:
                directory, present = found.get((image.name, index), (None, None))
                if (
                    directory is not None
                    and present is not None
                    and present.topic_id in (None, image.topic_id)
                ):
                    on_disk[image.name, index] = directory
        if broker.is_controller:
            for key, (directory, present) in found.items():
                if key not in on_disk:
                    directory.set_aside(present)
            self._choose_leaders(broker.controller, on_disk)
        for image in broker.metadata.image.topics.values():
            self._follow(image, on_disk)
        for directory in storage.directories:
            try:
                directory.note_boot()
            except LogWriteFailed as error:
                raise CannotStart(str(error)) from error
        storage.opened(self.partitions())

    def _choose_leaders(self, controller: ClusterMetadata, on_disk: OnDisk) -> None:
        """Every partition gets a worker that leads it: at a start of all of them anew, later the one that it has.

        Each worker finds what is known of every log before the metadata give it any.
        """
        broker = self._broker
        worker = broker.worker
        places = {key: directory.directory_id for key, directory in on_disk.items()}
        images = controller.image.topics
        if worker.rejoins:
            node_ids = worker.node_ids

            def keep(topic_id: bytes, index: int) -> int:
                leader = images[topic_id].partitions[index].leader
                return leader if leader in node_ids else worker.leader_of(topic_id, index)

            controller.lead_partitions(places, keep)
            return
        try:
            clean = broker.storage.take_in(
                {
                    (topic.name, index): worker.number_of(partition.leader)
                    for topic in images.values()
                    for index, partition in topic.partitions.items()
                }
            )
            broker.storage.share([*range(2, worker.count + 1)], clean=clean)
        except OSError as error:
            raise CannotStart(f"What is known of the logs cannot be passed on: {error}") from error
        controller.lead_partitions(places, worker.leader_of)

    def follow(self, topic_ids: Iterable[bytes]) -> None:
        """The metadata changed in these topics: bring what is here to what they say."""
        topics = self._broker.metadata.image.topics
        for topic_id in topic_ids:
            image = topics.get(topic_id)
            topic = self.by_id.get(topic_id)
            if image is not None:
                self._follow(image, self._places_of(image))
            elif topic is not None:
                self._forget(topic)
                self._broker.groups.topic_deleted(topic.name)

    def _places_of(self, image: TopicImage) -> OnDisk:
        """Where the partitions of one topic are that this broker leads."""
        found: OnDisk = {}
        for index, record in image.partitions.items():
            if record.leader == self._broker.node_id:
                directory = self._broker.storage.find(image.name, index, image.topic_id, record.directories)
                if directory is not None:
                    found[image.name, index] = directory
        return found

    def get(self, name: str) -> Topic | None:
        return self.by_name.get(name)

    def partition(self, name: str, index: int) -> Partition:
        """Raises KafkaError(UNKNOWN_TOPIC_OR_PARTITION)."""
        topic = self.by_name.get(name)
        if topic is None or not 0 <= index < len(topic.partitions):
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        return topic.partitions[index]

    def partitions(self) -> Iterator[Partition]:
        """Every partition of every topic, but for those that are offline."""
        for topic in self.by_name.values():
            for partition in topic.partitions:
                if not partition.is_offline:
                    yield partition

    # Creating

    def check_creation(
        self,
        name: str,
        *,
        partitions: int = -1,
        replication_factor: int = -1,
        assignments: Mapping[int, Sequence[int]] | None = None,
        configs: Mapping[str, str | None] | None = None,
    ) -> tuple[int, int, dict[str, str]]:
        """Would this topic be created? (partitions, replication factor, settings) as they would be; -1 is the default.

        Raises KafkaError: INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_REQUEST, INVALID_PARTITIONS,
        INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG.
        """
        broker = self._broker
        validate_topic_name(name)
        if name == METADATA_TOPIC:
            raise KafkaError(
                ErrorCode.INVALID_REQUEST, f"Creation of internal topic {METADATA_TOPIC} is prohibited."
            )
        if name in self.by_name:
            raise KafkaError(ErrorCode.TOPIC_ALREADY_EXISTS, f"Topic '{name}' already exists.")
        if self._is_held(name):
            raise KafkaError(ErrorCode.TOPIC_ALREADY_EXISTS, f"Topic '{name}' is being deleted.")
        other = self._collision_keys.get(name.replace(".", "_"))
        if other is not None:
            raise KafkaError(
                ErrorCode.INVALID_TOPIC_EXCEPTION, f"Topic '{name}' collides with existing topic: {other}"
            )
        overrides = broker.configs.check_topic_overrides(configs or {})
        if assignments:
            if partitions != -1 or replication_factor != -1:
                raise KafkaError(
                    ErrorCode.INVALID_REQUEST,
                    "A manual partition assignment was given: partitions and replication factor must both be -1.",
                )
            partitions, replication_factor = self._check_assignments(assignments)
        if partitions == -1:
            partitions = broker.config.int("num.partitions")
        elif partitions < 1:
            raise KafkaError(ErrorCode.INVALID_PARTITIONS, "Number of partitions must be larger than 0.")
        if partitions > MAX_PARTITIONS_AT_ONCE:
            raise KafkaError(
                ErrorCode.POLICY_VIOLATION,
                f"At most {MAX_PARTITIONS_AT_ONCE} partitions can be created at once.",
            )
        if replication_factor == -1:
            replication_factor = broker.config.int("default.replication.factor")
        elif replication_factor < 1:
            raise KafkaError(
                ErrorCode.INVALID_REPLICATION_FACTOR, "Replication factor must be larger than 0."
            )
        if replication_factor > 1 and not broker.config.bool("kwire.accept.any.replication.factor"):
            raise KafkaError(
                ErrorCode.INVALID_REPLICATION_FACTOR,
                f"Unable to replicate the partition {replication_factor} time(s): "
                "The target replication factor cannot be reached because only 1 broker(s) are registered.",
            )
        return partitions, replication_factor, overrides

    def create(
        self,
        name: str,
        *,
        partitions: int = -1,
        replication_factor: int = -1,
        assignments: Mapping[int, Sequence[int]] | None = None,
        configs: Mapping[str, str | None] | None = None,
    ) -> Topic:
        """A new topic, its logs open. Raises what `check_creation` raises, and KafkaError(KAFKA_STORAGE_ERROR)."""
        count, _, overrides = self.check_creation(
            name,
            partitions=partitions,
            replication_factor=replication_factor,
            assignments=assignments,
            configs=configs,
        )
        return self.create_checked(name, count, overrides, assignments)

    def create_checked(
        self,
        name: str,
        count: int,
        overrides: Mapping[str, str],
        assignments: Mapping[int, Sequence[int]] | None = None,
    ) -> Topic:
        """Make what `check_creation` has approved, or nothing of it. Raises KafkaError(KAFKA_STORAGE_ERROR)."""
        topic_id = self.new_id()
        records: list[Stored] = [TopicRecord(name=name, topic_id=topic_id)]
        records += [
            ConfigRecord(resource_type=TOPIC_RESOURCE, resource_name=name, name=key, value=value)
            for key, value in overrides.items()
        ]
        places = [self._broker.storage.pick() for _ in range(count)]
        leaders = self._leaders(topic_id, range(count), assignments)
        records += [
            _partition_record(topic_id, index, place, leaders[index]) for index, place in enumerate(places)
        ]
        config = self._broker.configs.topic_config_with(overrides)
        with self._new_logs(name, topic_id, dict(enumerate(places)), config) as logs:
            self._broker.metadata.write(records)
            self._let_go_of_others(logs, leaders)
        return self._follow(self._broker.metadata.image.topics[topic_id], {}, logs)

    def auto_create(self, name: str) -> Topic:
        """What Metadata makes of a name that is not there. Raises what `create` raises."""
        if name in INTERNAL_TOPICS:
            return self.ensure_internal(name)
        return self.create(name)

    def ensure_internal(self, name: str) -> Topic:
        """An internal topic, made with Kafka's settings when it is first needed."""
        topic = self.by_name.get(name)
        if topic is None:
            config = self._broker.config
            count, configs = {
                CONSUMER_OFFSETS: (
                    "offsets.topic.num.partitions",
                    {
                        "cleanup.policy": "compact",
                        "compression.type": "producer",
                        "segment.bytes": config.text("offsets.topic.segment.bytes"),
                    },
                ),
                TRANSACTION_STATE: (
                    "transaction.state.log.num.partitions",
                    {
                        "cleanup.policy": "compact",
                        "compression.type": "uncompressed",
                        "min.insync.replicas": config.text("transaction.state.log.min.isr"),
                        "segment.bytes": config.text("transaction.state.log.segment.bytes"),
                        "unclean.leader.election.enable": "false",
                    },
                ),
                SHARE_GROUP_STATE: (
                    "share.coordinator.state.topic.num.partitions",
                    {
                        "cleanup.policy": "delete",
                        "compression.type": "producer",
                        "min.insync.replicas": config.text("share.coordinator.state.topic.min.isr"),
                        "retention.ms": "-1",
                        "segment.bytes": config.text("share.coordinator.state.topic.segment.bytes"),
                    },
                ),
            }[name]
            topic = self.create(name, partitions=config.int(count), replication_factor=1, configs=configs)
        return topic

    def add_partitions(
        self,
        topic: Topic,
        count: int,
        assignments: Sequence[Sequence[int]] | None = None,
        *,
        validate_only: bool = False,
    ) -> None:
        """Grow the topic to `count` partitions. Raises KafkaError: INVALID_PARTITIONS, INVALID_REPLICA_ASSIGNMENT."""
        present = len(topic.partitions)
        if count == present:
            raise KafkaError(ErrorCode.INVALID_PARTITIONS, f"Topic already has {present} partition(s).")
        if count < present:
            raise KafkaError(
                ErrorCode.INVALID_PARTITIONS,
                f"The topic {topic.name} currently has {present} partition(s); {count} would not be an increase.",
            )
        added = range(present, count)
        if len(added) > MAX_PARTITIONS_AT_ONCE:
            raise KafkaError(
                ErrorCode.POLICY_VIOLATION,
                f"At most {MAX_PARTITIONS_AT_ONCE} partitions can be created at once.",
            )
        if assignments is not None:
            if len(assignments) != len(added):
                raise KafkaError(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    f"Attempted to add {len(added)} additional partition(s), but only {len(assignments)} "
                    "assignment(s) were specified.",
                )
            self._check_assignments(dict(zip(added, assignments, strict=True)), first=present)
        if validate_only:
            return
        config = self._broker.configs.topic_config(topic.name)
        places = {index: self._broker.storage.pick() for index in added}
        chosen = None if assignments is None else dict(zip(added, assignments, strict=True))
        leaders = self._leaders(topic.topic_id, added, chosen)
        with self._new_logs(topic.name, topic.topic_id, places, config) as logs:
            self._broker.metadata.write(
                [
                    _partition_record(topic.topic_id, index, place, leaders[index])
                    for index, place in places.items()
                ]
            )
            self._let_go_of_others(logs, leaders)
        self._follow(self._broker.metadata.image.topics[topic.topic_id], {}, logs)

    # Deleting

    def delete(self, topic: Topic) -> None:
        """Remove the topic; its files go later. Raises KafkaError(KAFKA_STORAGE_ERROR)."""
        self._broker.metadata.write([RemoveTopicRecord(topic_id=topic.topic_id)])
        self._note_held(topic)
        self._forget(topic)

    def _forget(self, topic: Topic) -> None:
        """The topic is not in the metadata any more; the files go of those partitions that are led here."""
        del self.by_name[topic.name]
        del self.by_id[topic.topic_id]
        del self._collision_keys[topic.name.replace(".", "_")]
        self.generation += 1
        for partition in topic.partitions:
            partition.deleted = True
            self._broker.cleaner.forget(partition)
            try:
                if isinstance(partition, OfflinePartition):
                    partition.delete_files()
                elif not isinstance(partition, RemotePartition):
                    self._broker.storage.schedule_delete(partition.log)
            except LogWriteFailed as error:
                # The metadata has it gone already: the next start sets the directory aside.
                self._broker.warn(f"The files of {partition.topic}-{partition.index} stay behind: {error}")
            partition.appended.fire()
        self._broker.purging.look()

    def _note_held(self, topic: Topic) -> None:
        """Other workers remove their part of a topic when they hear of it; until then its name is not free."""
        if any(isinstance(each, RemotePartition) for each in topic.partitions):
            controller = self._broker.controller
            offset = controller.log.log_end_offset - 1
            if controller.workers.may_hold(offset):
                self._held[topic.name] = offset

    def _is_held(self, name: str) -> bool:
        if name in self._held:
            if self._broker.controller.workers.may_hold(self._held[name]):
                return True
            del self._held[name]
        return False

    def _leaders(
        self, topic_id: bytes, indices: Iterable[int], assignments: Mapping[int, Sequence[int]] | None
    ) -> dict[int, int]:
        """Who leads new partitions: the first broker that somebody named for each, or the workers in turn."""
        worker = self._broker.worker
        leaders = {}
        for index in indices:
            named = [*assignments[index][:1]] if assignments else []
            leaders[index] = (
                named[0] if named and named[0] in worker.node_ids else worker.leader_of(topic_id, index)
            )
        return leaders

    def _let_go_of_others(self, logs: dict[int, Log], leaders: Mapping[int, int]) -> None:
        """Of new logs, those that other workers lead are there now, and theirs to open."""
        for index in [*logs]:
            if leaders[index] != self._broker.node_id:
                logs.pop(index).abandon()

    def new_id(self) -> bytes:
        """A random topic id: none that is reserved, none whose text begins with '-'."""
        while True:
            topic_id = self._broker.random.randbytes(16)
            if topic_id not in _RESERVED_IDS and topic_id not in self.by_id and topic_id[0] >> 2 != 62:
                return topic_id

    def apply_configs(self) -> None:
        """Settings changed somewhere: give every partition what holds for it now."""
        for topic in self.by_name.values():
            config = self._broker.configs.topic_config(topic.name)
            for partition in topic.partitions:
                partition.config = config
                if not partition.is_offline:
                    partition.log.config = config.log

    @contextmanager
    def _new_logs(
        self, name: str, topic_id: bytes, places: Mapping[int, bytes], config: TopicConfig
    ) -> Iterator[dict[int, Log]]:
        """Empty logs of new partitions, for the caller to write into the metadata; all go again when that fails.

        The logs come first, because a disk that is full refuses them most often, and then nothing was promised. A
        crash before the metadata is written leaves directories that the next start sets aside.
        """
        storage = self._broker.storage
        logs: dict[int, Log] = {}
        try:
            for index, place in places.items():
                logs[index] = storage.create_log(
                    [place], name, index, topic_id, config.log, self._broker.clock.time_ms()
                )
            yield logs
            storage.sync_names(self._broker.jobs, places.values(), self._broker.warn)
        except (LogWriteFailed, KafkaError) as error:
            for log in logs.values():
                storage.discard_log(log)
            if isinstance(error, KafkaError):
                raise
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error

    def _follow(self, image: TopicImage, on_disk: OnDisk, logs: Mapping[int, Log] | None = None) -> Topic:
        """Bring topic and logs to what the metadata says; `logs` are new ones, made for it already."""
        is_controller = self._broker.is_controller
        topic = self.by_id.get(image.topic_id)
        if topic is None:
            topic = Topic(image.name, image.topic_id, [], image.name in INTERNAL_TOPICS)
        config = self._broker.configs.topic_config(image.name)
        for index in range(len(topic.partitions), len(image.partitions)):
            partition = self._open_partition(image, index, config, on_disk, logs or {})
            if is_controller:
                partition.founded_at = self._broker.controller.log.log_end_offset
            topic.partitions.append(partition)
        own = self._broker.node_id
        for index, record in image.partitions.items():
            partition = topic.partitions[index]
            if isinstance(partition, RemotePartition) and record.leader == own:
                before, partition = partition, self._open_partition(image, index, config, on_disk, {})
                topic.partitions[index] = partition
                before.appended.fire()
            partition.leader_epoch = max(record.leader_epoch, 0)
            partition.leader_id = record.leader
        self.by_name[topic.name] = topic
        self.by_id[topic.topic_id] = topic
        self._collision_keys[topic.name.replace(".", "_")] = topic.name
        self.generation += 1
        return topic

    def _open_partition(
        self,
        image: TopicImage,
        index: int,
        config: TopicConfig,
        on_disk: OnDisk,
        logs: Mapping[int, Log],
    ) -> Partition:
        """A partition with its log, opened or made. Raises KafkaError(KAFKA_STORAGE_ERROR) when it cannot be made."""
        broker = self._broker
        storage = broker.storage
        now_ms = broker.clock.time_ms()
        name, topic_id = image.name, image.topic_id
        directory = on_disk.get((name, index))
        placed = image.partitions[index].directories or ()
        if image.partitions[index].leader != broker.node_id:
            return RemotePartition(name, topic_id, index, config)
        if index in logs:
            return Partition(
                name, topic_id, index, logs[index], config, flushing=broker.flushing, warming=broker.warming
            )
        if directory is None:
            if storage.is_lost(placed):
                reason = "its records are in a log directory that is not in log.dirs"
                return self._offline(image, index, config, reason, None)
            try:
                log = storage.create_log(placed, name, index, topic_id, config.log, now_ms)
            except LogWriteFailed as error:
                raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error
            return Partition(
                name, topic_id, index, log, config, flushing=broker.flushing, warming=broker.warming
            )
        try:
            log = directory.open_log(name, index, config.log, now_ms, unseen=True)
            if log.topic_id is None:  # a power loss just after its making may have left it without
                log.assign_topic_id(topic_id)
            partition = Partition(
                name, topic_id, index, log, config, flushing=broker.flushing, warming=broker.warming
            )
        except STORAGE_FAILURES as error:
            return self._offline(image, index, config, str(error), directory)
        partition.producers.expire(now_ms, broker.config.int("producer.id.expiration.ms"))
        if log.recovered is not None:
            if log.recovered.damage is not None:
                broker.warn(
                    f"{name}-{index}: {log.recovered.damage}; the log ends there now, "
                    f"{log.recovered.truncated_bytes} bytes were cut"
                )
            if log.recovery_point < log.log_end_offset:  # so that the next start need not check it again
                broker.flushing.want(partition)
        return partition

    def take_offline(self, partition: Partition, reason: str) -> None:
        """The log of a partition turned out to be damaged: nothing of it is served, or changed, any more."""
        image = self._broker.metadata.image.topics[partition.topic_id]
        directory = self._broker.storage.directory_of(partition.log)
        partition.log.abandon()
        self.by_id[partition.topic_id].partitions[partition.index] = self._offline(
            image, partition.index, partition.config, reason, directory
        )
        partition.appended.fire()  # whoever waits for it hears of this

    def _offline(
        self,
        image: TopicImage,
        index: int,
        config: TopicConfig,
        reason: str,
        directory: LogDirectory | None,
    ) -> Partition:
        if directory is not None:
            directory.unusable.add((image.name, index))
        self._broker.warn(f"{image.name}-{index} is offline: {reason}")
        return OfflinePartition(image.name, image.topic_id, index, config, reason, directory)

    def _check_assignments(
        self, assignments: Mapping[int, Sequence[int]], *, first: int = 0
    ) -> tuple[int, int]:
        """(partitions, replication factor) of a manual assignment. Raises KafkaError(INVALID_REPLICA_ASSIGNMENT)."""
        if sorted(assignments) != list(range(first, first + len(assignments))):
            raise KafkaError(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                "Partitions should be a consecutive 0-based integer sequence.",
            )
        factors = set()
        for index, replicas in assignments.items():
            if not replicas:
                raise KafkaError(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    f"The manual assignment of partition {index} is empty.",
                )
            if len(set(replicas)) != len(replicas):
                raise KafkaError(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    f"The manual assignment of partition {index} names a broker twice.",
                )
            unknown = [replica for replica in replicas if replica not in self._broker.worker.node_ids]
            if unknown and not self._broker.config.bool("kwire.accept.any.replication.factor"):
                raise KafkaError(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    f"The manual partition assignment includes broker {unknown[0]}, but no such broker is registered.",
                )
            factors.add(len(replicas))
        if len(factors) > 1:
            raise KafkaError(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                "The manual assignments have different replication factors.",
            )
        return len(assignments), factors.pop()


def validate_topic_name(name: str) -> None:
    """Raises KafkaError(INVALID_TOPIC_EXCEPTION) for a name that no topic may have."""
    if not name:
        problem = "it is empty"
    elif name in (".", ".."):
        problem = "'.' and '..' are no names"
    elif len(name) > MAX_NAME_CHARACTERS:
        problem = f"it is longer than {MAX_NAME_CHARACTERS} characters"
    elif not _NAME.fullmatch(name):
        problem = "only ASCII letters and digits, '.', '_' and '-' may be in it"
    else:
        return
    raise KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, f"Topic name is invalid: {problem}")


def _partition_record(topic_id: bytes, index: int, place: bytes, leader: int) -> PartitionRecord:
    return PartitionRecord(
        partition_id=index,
        topic_id=topic_id,
        replicas=[leader],
        isr=[leader],
        leader=leader,
        leader_epoch=0,
        partition_epoch=0,
        directories=[place],
    )
