"""What topics there are, by name and by id, and the partitions that hold their records.

The logs follow the metadata. Always holds after a start: every partition in the metadata that this broker leads has an
open log, and a directory that the metadata does not know is set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import attrs

from kwire.broker.metadata.cluster import TOPIC as METADATA_TOPIC
from kwire.broker.metadata.image import TopicImage
from kwire.broker.offline import OfflinePartition
from kwire.broker.partition import STORAGE_FAILURES, Partition
from kwire.broker.remote import RemotePartition
from kwire.broker.signals import Signal
from kwire.errors import CannotStart, ErrorCode, KafkaError
from kwire.log.checkpoint import TopicPartition
from kwire.log.directory import FoundPartition, LogDirectory
from kwire.log.log import Log, LogWriteFailed
from kwire.log.relocation import discard, take_in

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.configs.dynamic import TopicConfig
    from kwire.broker.metadata.cluster import ClusterMetadata

OnDisk = dict[TopicPartition, LogDirectory]
"""Partitions whose directory is there, and in which log directory."""

CONSUMER_OFFSETS = "__consumer_offsets"
TRANSACTION_STATE = "__transaction_state"
SHARE_GROUP_STATE = "__share_group_state"
INTERNAL_TOPICS = frozenset((CONSUMER_OFFSETS, TRANSACTION_STATE, SHARE_GROUP_STATE))


@attrs.define(eq=False)
class Topic:
    """One topic."""

    name: str
    topic_id: bytes
    partitions: list[Partition]
    internal: bool


class TopicRegistry:
    """What there is, by name and by id, with the logs that are led here open."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.by_name: dict[str, Topic] = {}
        self.by_id: dict[bytes, Topic] = {}
        self.generation = 0
        """Counts changes of what there is."""
        self.ordered = Signal()
        """Fires when the controller answered a request for a topic."""
        self.ordered_names: set[str] = set()
        self.interrupted_moves: list[tuple[TopicPartition, LogDirectory]] = []
        """Partitions that were on their way to another directory, and begin anew."""
        """The topics that the controller was asked for and has not answered."""
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
        self._look_at_copies(found)
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

    def _look_at_copies(self, found: dict[TopicPartition, tuple[LogDirectory, FoundPartition]]) -> None:
        """Partitions were on their way between directories: those that had left have arrived, others begin anew."""
        broker = self._broker
        images = {image.name: image for image in broker.metadata.image.topics.values()}
        starts_all = broker.is_controller and not broker.worker.rejoins
        for directory in broker.storage.directories:
            for copy in directory.copies:
                key = copy.topic, copy.partition
                image = images.get(copy.topic)
                record = None if image is None else image.partitions.get(copy.partition)
                if record is None or not (starts_all or record.leader == broker.node_id):
                    continue
                try:
                    if key not in found and copy.is_complete:
                        found[key] = directory, take_in(directory, copy)
                    elif key in found:
                        discard(directory, copy.path)
                        self.interrupted_moves.append((key, directory))
                except OSError as error:
                    directory.warnings.append(f"{copy.path} is left as it is: {error.strerror or error}")

    def resume_moves(self) -> None:
        """Moves between directories that ended with an earlier run begin anew."""
        for (name, index), directory in self.interrupted_moves:
            topic = self.by_name.get(name)
            if topic is not None and index < len(topic.partitions):
                partition = topic.partitions[index]
                if not partition.is_offline:
                    try:
                        self._broker.moving.begin(partition, directory)
                    except KafkaError as error:
                        self._broker.warn(f"{partition} is not moved to {directory.path}: {error}")
        self.interrupted_moves.clear()

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
                self._broker.topic_deleted(topic)

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

    def end_offsets(self, partitions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int | KafkaError]:
        """Where each of these ends for readers; a KafkaError where nobody can say."""
        found: dict[tuple[str, int], int | KafkaError] = {}
        for name, index in partitions:
            try:
                found[name, index] = self.partition(name, index).high_watermark
            except KafkaError as error:
                found[name, index] = error
        return found

    def partitions(self) -> Iterator[Partition]:
        """Every partition of every topic, but for those that are offline."""
        for topic in self.by_name.values():
            for partition in topic.partitions:
                if not partition.is_offline:
                    yield partition

    def apply_configs(self) -> None:
        """Settings changed somewhere: give every partition what holds for it now."""
        for topic in self.by_name.values():
            config = self._broker.configs.topic_config(topic.name)
            for partition in topic.partitions:
                partition.config = config
                if not partition.is_offline:
                    partition.log.config = config.log

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
            leader = max(record.leader_epoch, 0), record.leader
            if leader != (partition.leader_epoch, partition.leader_id):
                partition.leader_epoch, partition.leader_id = leader
                partition.appended.fire()  # who waits for records may have to ask elsewhere
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
        offline = self._offline(image, partition.index, partition.config, reason, directory)
        offline.leader_epoch, offline.leader_id = partition.leader_epoch, partition.leader_id
        self.by_id[partition.topic_id].partitions[partition.index] = offline
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
