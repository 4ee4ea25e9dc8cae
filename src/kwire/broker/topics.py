"""Topics: what may be created, grown and deleted.

A decision is a batch of metadata records, and the logs follow the image (`TopicRegistry`). Only the controller decides;
other workers ask it for a topic that somebody uses before it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kwire.broker.calls import Call, EnsureTopic
from kwire.broker.metadata.cluster import TOPIC as METADATA_TOPIC
from kwire.broker.metadata.image import TOPIC_RESOURCE
from kwire.broker.remote import RemotePartition
from kwire.broker.topic_registry import (
    CONSUMER_OFFSETS,
    INTERNAL_TOPICS,
    SHARE_GROUP_STATE,
    TRANSACTION_STATE,
    Topic,
    TopicRegistry,
)
from kwire.codec.stored import Stored
from kwire.codec.stored.config_record import ConfigRecord
from kwire.codec.stored.partition_record import PartitionRecord
from kwire.codec.stored.remove_topic_record import RemoveTopicRecord
from kwire.codec.stored.topic_record import TopicRecord
from kwire.errors import ErrorCode, KafkaError
from kwire.log.log import Log, LogWriteFailed

if TYPE_CHECKING:
    from kwire.broker.configs.dynamic import TopicConfig

MAX_NAME_CHARACTERS = 249
MAX_PARTITIONS_AT_ONCE = 10_000
"""What one request may create, as Kafka's controller has it."""

_NAME = re.compile(r"[a-zA-Z0-9._-]+")
_RESERVED_IDS = (bytes(16), bytes(15) + b"\x01")


class Topics(TopicRegistry):
    """The topics of this broker, and what becomes of them."""

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

    def auto_create(self, name: str) -> Topic | None:
        """What Metadata makes of a name that is not there; None when the controller was asked to make it.

        Raises what `create` raises.
        """
        if not self._broker.is_controller:
            self._order(name)
            return None
        if name in INTERNAL_TOPICS:
            return self.ensure_internal(name)
        return self.create(name)

    def _order(self, name: str) -> None:
        """Ask the controller for a topic, unless that is under way."""
        if name not in self.ordered_names:
            self.ordered_names.add(name)
            count, configs = self._internal_settings(name) if name in INTERNAL_TOPICS else (-1, {})
            request = EnsureTopic(name, count, configs)

            def arrived(answer: object) -> None:
                self.ordered_names.discard(name)
                if isinstance(answer, Exception):
                    self._broker.warn(f"The controller did not make the topic {name}: {answer}")
                self.ordered.fire()

            self._broker.calls.put(Call(self._broker.worker.controller_id, request, arrived))

    def ensure_internal(self, name: str) -> Topic:
        """An internal topic, made with Kafka's settings when it is first needed.

        Raises KafkaError(COORDINATOR_NOT_AVAILABLE) while the controller makes it.
        """
        topic = self.by_name.get(name)
        if topic is None:
            if not self._broker.is_controller:
                self._order(name)
                raise KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE, f"{name} is being made.")
            count, configs = self._internal_settings(name)
            topic = self.create(name, partitions=count, replication_factor=1, configs=configs)
        return topic

    def _internal_settings(self, name: str) -> tuple[int, dict[str, str]]:
        """How many partitions an internal topic has, and which settings of its own."""
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
        return config.int(count), configs

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

    def delete(self, topic: Topic) -> None:
        """Remove the topic; its files go later. Raises KafkaError(KAFKA_STORAGE_ERROR)."""
        self._broker.metadata.write([RemoveTopicRecord(topic_id=topic.topic_id)])
        self._note_held(topic)
        self._forget(topic)

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
