"""The broker: owns everything below it, starts it, keeps its periodic work, and stops it.

Synchronous: the edge calls `start()`, then handlers, then `tick(now)` at each `next_deadline()`, then `close()`.
Time, randomness and files are handed in, so that a simulation can run a whole broker from one seed.
"""

from __future__ import annotations

import logging
import random as random_module
from collections.abc import Callable, Container, Iterable
from typing import TYPE_CHECKING, Any

import attrs

from kwire.broker.calls import Call, Calls, EndOffsets, JoinTransaction, WriteMarkers
from kwire.broker.clock import Clock
from kwire.broker.configs.dynamic import Configs
from kwire.broker.fetch_sessions import FetchSessions
from kwire.broker.groups.coordinator import GroupCoordinator
from kwire.broker.jobs import Jobs
from kwire.broker.metadata.cluster import ClusterMetadata
from kwire.broker.metadata.followed import Changes, FollowedMetadata
from kwire.broker.metadata.records import Features
from kwire.broker.partition import Partition
from kwire.broker.producer_ids import ProducerIds
from kwire.broker.quotas.throttling import Quotas
from kwire.broker.signals import Signal
from kwire.broker.storage.cleaner import Cleaner
from kwire.broker.storage.flushing import Flushing, LogOwner
from kwire.broker.storage.log_dirs import Storage
from kwire.broker.storage.moving import Moving
from kwire.broker.storage.purging import Purging
from kwire.broker.storage.reopening import Reopening
from kwire.broker.storage.retention import Retention
from kwire.broker.storage.warming import Warming
from kwire.broker.topic_registry import CONSUMER_OFFSETS, SHARE_GROUP_STATE, TRANSACTION_STATE, Topic
from kwire.broker.topics import Topics
from kwire.broker.transactions.coordinator import TransactionCoordinator
from kwire.broker.transactions.markers import write_markers
from kwire.broker.worker import Worker
from kwire.codec.stored.register_broker_record import RegisterBrokerRecord
from kwire.config import Config
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import DiskFiles, descriptor_budget
from kwire.log.log import Log
from kwire.log.open_files import OpenFiles
from kwire.log.rescue import reopen
from kwire.log.seam import Files
from kwire.log.segment import CorruptLog

if TYPE_CHECKING:
    from kwire.broker.share.coordinator import ShareCoordinator
    from kwire.broker.share.requests import ShareRequest
    from kwire.broker.share.sharing import Sharing

_log = logging.getLogger("kwire.broker")

PRODUCER_EXPIRATION_CHECK_MS = 600_000
SNAPSHOT_CHECK_MS = 60_000


@attrs.define
class _Chore:
    """Work that comes again: `run(wall clock ms)` every `every_ms`."""

    every_ms: int
    run: Callable[[int], None]
    due: int = 0


class Broker:
    """A Kafka broker without sockets."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock,
        files: Files | None = None,
        random: random_module.Random | None = None,
        worker: Worker | None = None,
    ) -> None:
        self.config = config
        self.worker = worker if worker is not None else Worker(first_node_id=config.node_id)
        self.clock = clock
        self.files: Files = files if files is not None else DiskFiles()
        self.random: random_module.Random = random if random is not None else random_module.SystemRandom()
        self.node_id = self.worker.node_id
        self.cluster_id = ""
        self.endpoints: dict[str, tuple[str, int]] = dict(config.advertised)
        """Advertised (host, port) by listener name; the edge fills in ports that the system picked."""
        self.fetch_max_bytes = config.int("fetch.max.bytes")
        self.fetch_sessions = FetchSessions(
            config.int("max.incremental.fetch.session.cache.slots"), self.random
        )
        self.deadline_changed = Signal()
        """Fires when `next_deadline()` may have come nearer."""
        self.jobs = Jobs()
        """Slow work on files, for the edge to perform."""
        self.warming = Warming(self.jobs)
        self.flushing = Flushing(self.jobs, clock, self.deadline_changed)
        self.reopening = Reopening(self.jobs, clock, self.deadline_changed, self._reopen)
        self.flushing.on_failure = self.reopening.failed
        self.reopening.on_damage = self._damaged
        self.purging = Purging(self.jobs, clock, self.deadline_changed)
        self.retention: Retention
        self.storage: Storage
        self.metadata: ClusterMetadata | FollowedMetadata
        self.calls = Calls()
        """What the rules ask of other workers, for the edge to carry."""
        self.configs: Configs
        self.quotas = Quotas(self)
        self.topics: Topics
        self.groups: GroupCoordinator
        self.transactions: TransactionCoordinator
        self._share_coordinator: ShareCoordinator | None = None
        self._sharing: Sharing | None = None
        self.cleaner = Cleaner(self)
        self.moving = Moving(self)
        self._chores: list[_Chore] = []
        self._checkpointing: _Chore
        self.producer_ids = ProducerIds(self)

    def start(self, followed: FollowedMetadata | None = None) -> None:
        """Open the data directory and bring everything back that it holds.

        A worker that is not the controller is given the metadata that it `followed` so far. Raises CannotStart when
        the directory is in use, foreign or unreadable.
        """
        self.storage = Storage.open(
            self.files,
            self.config.log_dirs,
            self.config.text_or_none("metadata.log.dir"),
            node_id=self.worker.first_node_id,
            worker=self.worker.number,
            cluster_id=self.config.text_or_none("cluster.id"),
            random_bytes=self.random.randbytes,
            open_files=self._open_files(),
        )
        self.cluster_id = self.storage.cluster_id
        if followed is not None:
            self.metadata = followed
        else:
            self.flushing.foundation = self.metadata = ClusterMetadata(self)
        self.configs = Configs(self)
        self.topics = Topics(self)
        self.groups = GroupCoordinator(self)
        self.transactions = TransactionCoordinator(self)
        if self.is_controller:
            self.controller.load()
        self.configs.apply()
        self.quotas.apply()
        self.topics.open()
        self.groups.load()
        self.transactions.load()
        if self.topics.get(SHARE_GROUP_STATE) is not None:
            self.share_coordinator.load()
        self.cleaner.load()
        self.topics.resume_moves()
        now = self.clock.monotonic_ms()
        # Kafka writes each of the files at its own pace; here they are written together.
        checkpoint_every_ms = min(
            self.config.int("log.flush.offset.checkpoint.interval.ms"),
            self.config.int("log.flush.start.offset.checkpoint.interval.ms"),
        )
        self._checkpointing = _Chore(checkpoint_every_ms, self._checkpoint)
        self._chores = [
            self._checkpointing,
            _Chore(PRODUCER_EXPIRATION_CHECK_MS, self._expire_producers),
        ]
        if self.is_controller:
            self._chores.append(_Chore(SNAPSHOT_CHECK_MS, self._consider_snapshot))
        for chore in self._chores:
            chore.due = now + chore.every_ms
        self.purging.bins = [directory.trash for directory in self.storage.directories]
        self.retention = Retention(self)
        if self.is_controller:
            self.controller.begun_at = self.controller.log.log_end_offset
        self.flushing.take_owed()  # nobody waits for what a start writes
        for directory in self.storage.directories:
            for warning in dict.fromkeys(directory.warnings):
                self.warn(warning)

    def _open_files(self) -> OpenFiles:
        limit = self.config.int("kwire.log.open.files.max")
        return OpenFiles(descriptor_budget() if limit < 0 else limit)

    def tick(self, now_ms: int) -> None:
        """Do what is due at `now_ms` (monotonic)."""
        wall_ms = self.clock.time_ms()
        for chore in self._chores:
            if chore.due <= now_ms:
                chore.due = now_ms + chore.every_ms
                chore.run(wall_ms)
        self.flushing.tick(now_ms)
        self.reopening.tick(now_ms)
        self.retention.tick(now_ms)
        self.purging.tick(now_ms)
        self.cleaner.tick(now_ms)
        self.moving.tick(now_ms)
        self.groups.tick(now_ms)
        self.transactions.tick(now_ms)
        if self._share_coordinator is not None:
            self._share_coordinator.tick(now_ms)
        if self._sharing is not None:
            self._sharing.tick(now_ms)
        if self.is_controller:
            self.controller.workers.tick(now_ms)
        self.flushing.take_owed()  # nobody waits for what time brings

    def next_deadline(self) -> int:
        """When `tick` is wanted next, on the monotonic clock in milliseconds."""
        deadlines = (
            self.flushing.next_deadline(),
            self.reopening.next_deadline(),
            self.retention.next_deadline(),
            self.purging.next_deadline(),
            self.cleaner.next_deadline(),
            self.moving.next_deadline(),
            self.groups.next_deadline(),
            self.transactions.next_deadline(),
            self._share_coordinator.next_deadline() if self._share_coordinator is not None else None,
            self._sharing.next_deadline() if self._sharing is not None else None,
            self.controller.workers.next_deadline() if self.is_controller else None,
            *(chore.due for chore in self._chores),
        )
        return min(due for due in deadlines if due is not None)

    def stopping(self) -> None:
        """There is to be an end soon: long work that can be done later is given up."""
        self.cleaner.stop()

    def close(self) -> None:
        """Leave a clean directory: producers' state, checkpoints, fsync, and the marker that says so."""
        if self.is_controller:
            try:
                self.controller.fence()
            except KafkaError as error:
                self.warn(f"The stop is not on record: {error}")
        for partition in self.topics.partitions():
            partition.write_snapshot()
        # The marker of the first worker speaks for the directory: not when another left logs that nobody took over.
        marker = not self.is_controller or not self.storage.others_left
        self.storage.close(self._logs(), clean=True, broker_epoch=self.metadata.broker_epoch, marker=marker)

    def abandon(self) -> None:
        """Stop without the clean marker, as after a failed start: only the locks are given back."""
        self.storage.close([partition.log for partition in self.topics.partitions()], clean=False)

    def _logs(self) -> list[Log]:
        logs = [partition.log for partition in self.topics.partitions()]
        return [self.controller.log, *logs] if self.is_controller else logs

    @property
    def is_controller(self) -> bool:
        """Does this broker decide what the metadata say?"""
        return self.worker.is_controller

    @property
    def controller(self) -> ClusterMetadata:
        """The metadata, where this broker is the controller."""
        assert isinstance(self.metadata, ClusterMetadata)
        return self.metadata

    @property
    def share_coordinator(self) -> ShareCoordinator:
        """Those share partitions that are kept here. Its code is loaded when the first is asked for."""
        if self._share_coordinator is None:
            from kwire.broker.share.coordinator import ShareCoordinator

            self._share_coordinator = ShareCoordinator(self)
            self.deadline_changed.fire()
        return self._share_coordinator

    @property
    def sharing(self) -> Sharing:
        """What members of share groups are given here, loaded as late."""
        if self._sharing is None:
            from kwire.broker.share.sharing import Sharing

            self._sharing = Sharing(self)
        return self._sharing

    def _consider_snapshot(self, wall_ms: int) -> None:
        self.controller.snapshotting.consider()

    def metadata_changed(self, changes: Changes) -> None:
        """The controller decided something: let it hold here."""
        self.topics.follow(changes.topics)
        if changes.configs:
            self.configs.apply()
        if changes.quotas:
            self.quotas.apply()
        self.flushing.take_owed()  # nobody waits here for what follows from it

    def adopt(self, partitions: Iterable[tuple[str, int]]) -> None:
        """These were led elsewhere, and are led here now: so are the groups and the transactions in them."""
        adopted: dict[str, list[Partition]] = {}
        for name, index in partitions:
            topic = self.topics.get(name)
            if topic is not None:
                adopted.setdefault(name, []).append(topic.partitions[index])
        if CONSUMER_OFFSETS in adopted:
            self.groups.adopt(adopted[CONSUMER_OFFSETS])
        if TRANSACTION_STATE in adopted:
            self.transactions.adopt(adopted[TRANSACTION_STATE])
        if SHARE_GROUP_STATE in adopted:
            self.share_coordinator.adopt(adopted[SHARE_GROUP_STATE])

    def topic_deleted(self, topic: Topic) -> None:
        """A topic is gone, and with it what groups did with it."""
        self.groups.topic_deleted(topic.name, topic.topic_id)
        if self._sharing is not None:
            self._sharing.topic_deleted(topic.topic_id)
        if self._share_coordinator is not None:
            self._share_coordinator.topic_deleted(topic.topic_id)

    def disconnected(self, connection_id: str) -> None:
        """A client's connection is closed."""
        if self._sharing is not None:
            self._sharing.disconnected(connection_id)

    def ask(
        self,
        node_id: int,
        request: JoinTransaction | WriteMarkers | EndOffsets | ShareRequest,
        then: Callable[[Any], None],
    ) -> None:
        """Ask a worker; `then` gets the answer as a `Call` has it. When it is this one, at once."""
        if node_id != self.node_id:
            self.calls.put(Call(node_id, request, then))
        elif isinstance(request, WriteMarkers):
            then(write_markers(self, request))
        elif isinstance(request, JoinTransaction):
            then(self.transactions.join(request))
        elif isinstance(request, EndOffsets):
            then(self.topics.end_offsets(request.partitions))
        else:
            then(self.share_coordinator.answer(request))

    def nodes(self) -> list[RegisterBrokerRecord]:
        """The workers that serve, in the order of their ids, this one always among them."""
        brokers = self.metadata.image.brokers
        return [
            brokers[node_id]
            for node_id in self.worker.node_ids
            if node_id in brokers and (node_id == self.node_id or not brokers[node_id].fenced)
        ]

    @property
    def serving(self) -> Container[int]:
        """The node ids of `nodes()`."""
        if self.worker.count == 1:
            return self.worker.node_ids
        return {node.broker_id for node in self.nodes()}

    def address(self, node: RegisterBrokerRecord, listener: str) -> tuple[str, int]:
        """Where clients of a listener reach a worker: (host, port)."""
        if node.broker_id == self.node_id:
            return self.endpoints[listener]
        for endpoint in node.end_points:
            if endpoint.name == listener:
                return endpoint.host, endpoint.port
        raise KafkaError(ErrorCode.LISTENER_NOT_FOUND)

    def reconfigure(self, config: Config) -> None:
        """Settings were changed while the broker runs: let them hold everywhere."""
        self.config = config
        self.fetch_max_bytes = config.int("fetch.max.bytes")
        self.topics.apply_configs()

    @property
    def features(self) -> Features:
        """What ApiVersions says of features."""
        return self.metadata.features

    def warn(self, message: str) -> None:
        """Something went wrong that no client sees: one line for the person who runs the broker."""
        _log.warning(message)

    def log_starts_changed(self) -> None:
        """Somebody moved a log start, which only a checkpoint remembers: write it soon."""
        self._checkpointing.due = self.clock.monotonic_ms()
        self.deadline_changed.fire()

    def _damaged(self, owner: LogOwner, damage: CorruptLog) -> None:
        if isinstance(owner, Partition):
            self.topics.take_offline(owner, str(damage))
        else:
            self.warn(f"{owner} takes no writes any more: {damage}")

    def _reopen(self, failed: Log, wall_ms: int) -> Log:
        """Runs in any thread."""
        return reopen(
            self.files,
            failed,
            failed.config,
            log_start_offset=failed.log_start_offset,
            now_ms=wall_ms,
            trash=self.storage.directory_of(failed).trash,
        )

    def _checkpoint(self, wall_ms: int) -> None:
        """Write recovery points, log starts and high watermarks."""
        self.storage.checkpoint(self.jobs, self._logs(), self.warn)

    def _expire_producers(self, wall_ms: int) -> None:
        expiration_ms = self.config.int("producer.id.expiration.ms")
        for partition in self.topics.partitions():
            partition.producers.expire(wall_ms, expiration_ms)
