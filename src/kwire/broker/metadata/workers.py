"""The other workers as the controller knows them: who registered, how far each has followed, who left.

The rules are those of Kafka's controller for its brokers (KIP-631), with one difference: a worker that is silent keeps
its partitions, because nobody else may open its logs while it may still have them open. It is fenced, so that clients
are not sent to it, and comes back where it was. Always holds: a worker's partitions go to another only after it closed
their logs and said so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from kwire.broker.metadata.records import lead_change
from kwire.broker.signals import Signal
from kwire.codec.stored import Stored
from kwire.codec.stored.broker_registration_change_record import BrokerRegistrationChangeRecord
from kwire.codec.stored.register_broker_record import BrokerEndpoint, BrokerFeature, RegisterBrokerRecord
from kwire.codec.stored.unregister_broker_record import UnregisterBrokerRecord
from kwire.errors import ErrorCode, KafkaError
from kwire.log.log import LogWriteFailed

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.metadata.cluster import ClusterMetadata

FENCE = 1
UNFENCE = -1

PATIENCE_MS = 500
"""How long the answer to a change waits for workers that have not followed yet."""


@attrs.frozen
class Registration:
    """What a worker says of itself when it joins."""

    node_id: int
    cluster_id: str
    incarnation_id: bytes
    endpoints: Sequence[BrokerEndpoint]
    features: Sequence[BrokerFeature]
    rack: str | None
    log_dirs: Sequence[bytes]


@attrs.define(eq=False)
class Session:
    """One run of one worker."""

    epoch: int
    heard_ms: int
    followed: int = 0
    """It has applied the metadata below this offset."""
    fetched_ms: int = -1
    """When it last asked for more, by the wall clock; -1 for not yet."""
    caught_up_ms: int = -1
    """When there last was no more for it."""


@attrs.frozen
class Observer:
    """How far a worker has followed, and when it last asked; see `Session`."""

    node_id: int
    followed: int
    fetched_ms: int
    caught_up_ms: int


@attrs.frozen
class Heard:
    """What a worker is told when it is heard of."""

    is_caught_up: bool
    is_fenced: bool
    should_shut_down: bool


@attrs.define(eq=False)
class Followed:
    """A promise that the workers know of a decision before its answer leaves, or that they took too long."""

    _workers: Workers
    _offset: int
    _until_ms: int

    @property
    def signals(self) -> list[Signal]:
        return [self._workers.moved]

    def is_kept(self) -> bool:
        workers = self._workers
        return workers.have_followed(self._offset) or workers.now_ms() >= self._until_ms


class Workers:
    """Every worker but this one, which is the controller. `moved` fires when one has followed, or time is up."""

    def __init__(self, broker: Broker, metadata: ClusterMetadata) -> None:
        self._broker = broker
        self._metadata = metadata
        self._sessions: dict[int, Session] = {}
        self._session_ms = broker.config.int("broker.session.timeout.ms")
        self._promised_until: list[int] = []
        self.moved = Signal()

    def now_ms(self) -> int:
        return self._broker.clock.monotonic_ms()

    def start(self) -> None:
        """Nobody has joined yet; or, when it is the controller that came back, the others are expected to go on."""
        worker = self._broker.worker
        changes: list[Stored] = []
        for node_id, registered in self._metadata.image.brokers.items():
            if node_id not in worker.node_ids or node_id == worker.node_id:
                continue
            if worker.rejoins:
                self._sessions[node_id] = Session(registered.broker_epoch, self.now_ms())
            elif not registered.fenced:
                changes.append(_change(node_id, registered.broker_epoch, fenced=FENCE))
        if changes:
            self._metadata.write(changes)

    def register(self, registration: Registration) -> int:
        """A worker has opened its logs and wants to serve; its epoch.

        Raises KafkaError: INCONSISTENT_CLUSTER_ID, BROKER_ID_NOT_REGISTERED for a node that is none of the workers.
        """
        worker = self._broker.worker
        node_id = registration.node_id
        if registration.cluster_id != self._broker.cluster_id:
            raise KafkaError(ErrorCode.INCONSISTENT_CLUSTER_ID)
        if node_id not in worker.node_ids or node_id == worker.node_id:
            raise KafkaError(ErrorCode.BROKER_ID_NOT_REGISTERED)
        epoch = self._metadata.log.log_end_offset
        self._metadata.write(
            [
                RegisterBrokerRecord(
                    broker_id=node_id,
                    incarnation_id=registration.incarnation_id,
                    broker_epoch=epoch,
                    end_points=list(registration.endpoints),
                    features=list(registration.features),
                    rack=registration.rack,
                    fenced=True,
                    log_dirs=list(registration.log_dirs),
                )
            ]
        )
        self._sessions[node_id] = Session(epoch, self.now_ms())
        self._broker.deadline_changed.fire()
        return epoch

    def heartbeat(
        self, node_id: int, epoch: int, followed: int, *, want_fence: bool, want_shut_down: bool
    ) -> Heard:
        """A worker lives, or wants to leave. Raises KafkaError: STALE_BROKER_EPOCH, KAFKA_STORAGE_ERROR."""
        session = self._sessions.get(node_id)
        if session is None or session.epoch != epoch:
            raise KafkaError(ErrorCode.STALE_BROKER_EPOCH)
        session.heard_ms = self.now_ms()
        if want_shut_down:
            self._leave(node_id, epoch)
            return Heard(True, True, True)
        caught_up = followed >= epoch
        registered = self._metadata.image.brokers[node_id]
        if registered.fenced and caught_up and not want_fence:
            self._metadata.write([_change(node_id, epoch, fenced=UNFENCE)])
        elif want_fence and not registered.fenced:
            self._metadata.write([_change(node_id, epoch, fenced=FENCE)])
        return Heard(caught_up, registered.fenced, False)

    def note_followed(self, node_id: int, offset: int) -> None:
        """A worker asks for the metadata from `offset` on: it has applied what comes before."""
        session = self._sessions.get(node_id)
        if session is None:
            return
        session.fetched_ms = self._broker.clock.time_ms()
        if offset >= self._metadata.log.recovery_point:
            session.caught_up_ms = session.fetched_ms
        if offset > session.followed:
            session.followed = offset
            self.moved.fire()

    def observers(self) -> list[Observer]:
        """Everybody who follows."""
        return [
            Observer(node_id, session.followed, session.fetched_ms, session.caught_up_ms)
            for node_id, session in self._sessions.items()
        ]

    def unregister(self, node_id: int) -> None:
        """Forget a broker of former times. Raises KafkaError: BROKER_ID_NOT_REGISTERED, INVALID_REQUEST."""
        registered = self._metadata.image.brokers.get(node_id)
        if registered is None:
            raise KafkaError(
                ErrorCode.BROKER_ID_NOT_REGISTERED, f"Broker ID {node_id} is not currently registered"
            )
        if node_id in self._broker.worker.node_ids:
            raise KafkaError(ErrorCode.INVALID_REQUEST, f"Broker ID {node_id} is one of those that serve")
        self._metadata.write(
            [UnregisterBrokerRecord(broker_id=node_id, broker_epoch=registered.broker_epoch)]
        )

    def have_followed(self, offset: int) -> bool:
        """Have all that serve applied the metadata below `offset`?"""
        brokers = self._metadata.image.brokers
        return all(
            session.followed >= offset or node_id not in brokers or brokers[node_id].fenced
            for node_id, session in self._sessions.items()
        )

    def owe(self, offset: int) -> Followed | None:
        """Let an answer wait until everybody knows what it says; None when nobody is behind."""
        if not self._sessions or self.have_followed(offset):
            return None
        until_ms = self.now_ms() + PATIENCE_MS
        self._promised_until.append(until_ms)
        self._broker.deadline_changed.fire()
        return Followed(self, offset, until_ms)

    def may_hold(self, offset: int) -> bool:
        """May a worker still have open what the metadata at `offset` took away? Only what it says itself counts."""
        return any(session.followed <= offset for session in self._sessions.values())

    @property
    def present(self) -> int:
        """How many have registered and have not left."""
        return len(self._sessions)

    def tick(self, now_ms: int) -> None:
        """Fence those that were not heard of."""
        if self._promised_until and self._promised_until[0] <= now_ms:
            self._promised_until = [until_ms for until_ms in self._promised_until if until_ms > now_ms]
            self.moved.fire()
        brokers = self._metadata.image.brokers
        for node_id, session in self._sessions.items():
            if session.heard_ms + self._session_ms <= now_ms:
                session.heard_ms = now_ms  # and if that does not change, it is looked at again after as long
                if not brokers[node_id].fenced:
                    self._broker.warn(
                        f"worker {node_id} was not heard of for {self._session_ms} ms: it is fenced"
                    )
                    try:
                        self._metadata.write([_change(node_id, session.epoch, fenced=FENCE)])
                    except KafkaError as error:
                        self._broker.warn(f"worker {node_id} could not be fenced: {error}")

    def next_deadline(self) -> int | None:
        silent = [session.heard_ms + self._session_ms for session in self._sessions.values()]
        return min([*silent, *self._promised_until[:1]], default=None)

    def _leave(self, node_id: int, epoch: int) -> None:
        """A worker has closed its logs in order: they are ours now."""
        broker = self._broker
        metadata = self._metadata
        own = broker.worker.node_id
        led = [
            (topic, partition)
            for topic in metadata.image.topics.values()
            for partition in topic.partitions.values()
            if partition.leader == node_id
        ]
        number = broker.worker.number_of(node_id)
        try:
            broker.storage.take_over(
                number,
                [(topic.name, partition.partition_id) for topic, partition in led],
                [partition.log for partition in broker.topics.partitions()],
            )
            changes: list[Stored] = []
            for topic, partition in led:
                change = lead_change(topic.topic_id, partition, own)
                if change is not None:
                    changes.append(change)
            changes += [
                _change(node_id, epoch, fenced=FENCE, in_controlled_shutdown=1),
                UnregisterBrokerRecord(broker_id=node_id, broker_epoch=epoch),
            ]
            metadata.write_many(changes)
            del self._sessions[node_id]
            broker.topics.follow(dict.fromkeys(topic.topic_id for topic, _ in led))
            broker.storage.taken_over(number)
        except (OSError, LogWriteFailed) as error:
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error
        broker.adopt((topic.name, partition.partition_id) for topic, partition in led)
        self.moved.fire()


def _change(
    node_id: int, epoch: int, *, fenced: int = 0, in_controlled_shutdown: int = 0
) -> BrokerRegistrationChangeRecord:
    return BrokerRegistrationChangeRecord(
        broker_id=node_id,
        broker_epoch=epoch,
        fenced=fenced,
        in_controlled_shutdown=in_controlled_shutdown,
    )
