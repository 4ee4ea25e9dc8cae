"""The group coordinator: every group that this broker looks after, and what they committed.

Owns the groups, their timers and their offsets. Everything that must survive goes through the journal into the
partition of `__consumer_offsets` that the group's id hashes to, and is applied only after it was written; a start
applies it all again. Members of a stable group have their session timeout to be heard of after a restart, and go on
in the same generation.

`now_ms` is the monotonic clock; the wall clock is asked for what is written.
"""

from __future__ import annotations

import base64
import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kwire.broker.groups.classic import ClassicGroup
from kwire.broker.groups.events import (
    GROUPS_TOPIC,
    OTHER_PROTOCOLS,
    GroupEvent,
    GroupStored,
    OffsetCommitted,
    OtherStored,
    StoredGroup,
    decode_event,
    encode_event,
)
from kwire.broker.groups.known_topics import BrokerTopics
from kwire.broker.groups.members import Join, Joined, Parked, Synced
from kwire.broker.groups.offsets import OffsetStore, OpenTransaction, is_longer, partitions_of
from kwire.broker.groups.rebalancing import GroupSettings, Rebalancing
from kwire.broker.groups.timers import Timer, TimerKind, Timers
from kwire.broker.hashing import coordinator_index
from kwire.broker.journal import Journal, storage_is_elsewhere
from kwire.broker.partition import STORAGE_FAILURES
from kwire.codec import MalformedFrame
from kwire.errors import ErrorCode, KafkaError
from kwire.on_first_use import OnFirstUse
from kwire.records.batch import CONTROL_COMMIT, CorruptBatch, check_crc, iter_records, parse_header
from kwire.records.compression import DecompressionFailed

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.groups import classic_members, modern_events
    from kwire.broker.groups.consumer import ConsumerGroup, ConsumerSettings
    from kwire.broker.groups.consumers import ConsumerGroups
    from kwire.broker.groups.modern import KnownTopics
    from kwire.broker.groups.modern_events import ModernEvent
    from kwire.broker.groups.share import ShareGroup, ShareGroupSettings
    from kwire.broker.groups.shares import ShareGroups
    from kwire.broker.partition import Partition
else:
    classic_members = OnFirstUse("kwire.broker.groups.classic_members")
    modern_events = OnFirstUse("kwire.broker.groups.modern_events")

log = logging.getLogger(__name__)

AnyGroup: TypeAlias = "ClassicGroup | ConsumerGroup | ShareGroup"
"""A group of a protocol that is served; `kind` says which, so that nobody has to load the others."""

EVENTS_PER_BATCH = 2_000
"""Removals are written in batches of this many records, which stay far below `max.message.bytes`."""


GROUPS_AT_ONCE = 200
"""How many groups are looked through for what is over before others get their turn."""


class GroupCoordinator:
    """All the groups of this broker."""

    def __init__(self, broker: Broker) -> None:
        config = broker.config
        self._broker = broker
        self.settings = GroupSettings(
            min_session_timeout_ms=config.int("group.min.session.timeout.ms"),
            max_session_timeout_ms=config.int("group.max.session.timeout.ms"),
            initial_rebalance_delay_ms=config.int("group.initial.rebalance.delay.ms"),
            max_size=config.int("group.max.size"),
        )
        self.timers = Timers(broker.deadline_changed)
        self.known_topics: KnownTopics = BrokerTopics(broker)
        self._consumers: ConsumerGroups | None = None
        self._shares: ShareGroups | None = None
        self.groups: dict[str, AnyGroup] = {}
        self.offsets = OffsetStore()
        self._others: dict[str, dict[bytes, OtherStored]] = {}
        """What groups of other protocols left in the log, by group."""
        self._offset_metadata_max = config.int("offset.metadata.max.bytes")
        self._retention_ms = config.int("offsets.retention.minutes") * 60_000
        self._check_every_ms = config.int("offsets.retention.check.interval.ms")
        self._unchecked: list[str] = []
        self._expiration = Timer(self, TimerKind.EXPIRATION)
        self._journal = Journal[GroupEvent](encode=encode_event, decode=decode_event, apply=self._apply)

    @property
    def consumers(self) -> ConsumerGroups:
        """The groups of the consumer protocol. Their code is loaded for the first record or request of one."""
        if self._consumers is None:
            from kwire.broker.groups.consumers import ConsumerGroups

            self._consumers = ConsumerGroups(self, self._broker)
        return self._consumers

    @property
    def shares(self) -> ShareGroups:
        """The share groups, loaded as late."""
        if self._shares is None:
            from kwire.broker.groups.shares import ShareGroups

            self._shares = ShareGroups(self, self._broker)
        return self._shares

    # Start, and time

    def load(self) -> None:
        """Bring back every group that the log holds."""
        topic = self._broker.topics.get(GROUPS_TOPIC)
        self.adopt(topic.partitions if topic is not None else ())
        self.timers.set(self._expiration, self._broker.clock.monotonic_ms() + self._check_every_ms)

    def adopt(self, partitions: Iterable[Partition]) -> None:
        """Look after the groups in these partitions from now on."""
        known = set(self.groups)
        for partition in partitions:
            if not partition.is_offline:
                try:
                    self._replay(partition)
                except (*STORAGE_FAILURES, CorruptBatch, DecompressionFailed) as error:
                    self._broker.topics.take_offline(partition, str(error))
        now_ms = self._broker.clock.monotonic_ms()
        for group_id, group in self.groups.items():
            if group_id not in known:
                group.resume(now_ms)
        self._say_what_is_not_served()

    def _say_what_is_not_served(self) -> None:
        counts = Counter(
            OTHER_PROTOCOLS[other.kind]
            for others in self._others.values()
            for other in others.values()
            if other.kind in OTHER_PROTOCOLS
        )
        for protocol, count in counts.items():
            self._broker.warn(
                f"{GROUPS_TOPIC} holds {count} {protocol} group{'' if count == 1 else 's'}: "
                "kept for Kafka, and their members are not served"
            )

    def tick(self, now_ms: int) -> None:
        """Do what is due."""
        for timer in self.timers.expired(now_ms):
            timer.owner.expire(timer, now_ms)

    def next_deadline(self) -> int | None:
        """When `tick` is wanted next, on the monotonic clock in milliseconds; it may be early."""
        return self.timers.next_due_ms

    def expire(self, timer: Timer, now_ms: int) -> None:
        """Time to look for what nobody needs any more: some groups at a time, so that nobody waits for it."""
        if not self._unchecked:
            self._unchecked = list(self.groups)
        for group_id in self._unchecked[-GROUPS_AT_ONCE:]:
            group = self.groups.get(group_id)
            if group is not None:
                self._expire_offsets(group)
        del self._unchecked[-GROUPS_AT_ONCE:]
        self.timers.set(timer, now_ms + (1 if self._unchecked else self._check_every_ms))

    def check_reach(self, group_id: str) -> None:
        """Raises KafkaError(NOT_COORDINATOR) when the partition that holds the group is offline.

        To say that there is no such group, or no offset, would send its consumers back to the beginning.
        """
        topic = self._broker.topics.get(GROUPS_TOPIC)
        if topic is not None:
            partition = topic.partitions[coordinator_index(group_id, len(topic.partitions))]
            if partition.is_offline:
                raise KafkaError(ErrorCode.NOT_COORDINATOR, f"{partition}")

    def coordinator_of(self, group_id: str) -> int:
        """The node that looks after a group. Raises KafkaError(COORDINATOR_NOT_AVAILABLE)."""
        topic = self._broker.topics.ensure_internal(GROUPS_TOPIC)
        partition = topic.partitions[coordinator_index(group_id, len(topic.partitions))]
        if partition.leader_id == self._broker.node_id and partition.is_offline:
            raise KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE, f"{partition}")
        return partition.leader_id

    def settle(self, group_id: str) -> None:
        """Let the answer in hand wait for everything that was written for the group, as far as flush settings say."""
        topic = self._broker.topics.get(GROUPS_TOPIC)
        if topic is not None:
            partition = topic.partitions[coordinator_index(group_id, len(topic.partitions))]
            if not partition.is_offline:
                partition.owe_all()

    # Members

    def join(self, group_id: str, join: Join, now_ms: int) -> Parked[Joined]:
        """JoinGroup. Raises KafkaError when it cannot be judged; else what is wrong is part of the answer."""
        if not group_id:
            raise KafkaError(ErrorCode.INVALID_GROUP_ID)
        settings = self.settings
        if not settings.min_session_timeout_ms <= join.session_timeout_ms <= settings.max_session_timeout_ms:
            raise KafkaError(ErrorCode.INVALID_SESSION_TIMEOUT)
        group = self.groups.get(group_id)
        if group is not None and group.kind == "consumer" and not group.is_empty:
            return self.consumers.join_classic(group, join, now_ms)
        self._become_classic(group_id)
        group = self.groups.get(group_id)
        if group is None:
            self.check_reach(group_id)
            if join.member_id:
                raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID)
            empty = StoredGroup(None, 0, None, None, self.time_ms())
            self._write(group_id, [GroupStored(group_id, empty)])
            group = self.groups[group_id]
        assert isinstance(group, ClassicGroup)
        return group.join(join, now_ms)

    def _become_classic(self, group_id: str) -> None:
        """An empty group of the consumer protocol may be taken over.

        Raises KafkaError(INCONSISTENT_GROUP_PROTOCOL) for a group of another protocol.
        """
        group = self.groups.get(group_id)
        if group is not None and group.kind == "consumer" and group.is_empty:
            self._write(group_id, group.removals())
        elif group_id in self._others or not isinstance(group, ClassicGroup | None):
            raise KafkaError(
                ErrorCode.INCONSISTENT_GROUP_PROTOCOL, f"Group {group_id} is of another protocol."
            )

    def sync(
        self,
        group_id: str,
        member_id: str,
        instance_id: str | None,
        generation: int,
        protocol_type: str | None,
        protocol_name: str | None,
        assignments: Mapping[str, bytes],
        now_ms: int,
    ) -> Parked[Synced]:
        """SyncGroup. Raises KafkaError."""
        group = self._group_of_member(group_id)
        if group is not None and group.kind == "consumer":
            return classic_members.sync(
                group, member_id, instance_id, generation, protocol_type, protocol_name, now_ms
            )
        return group.sync(
            member_id, instance_id, generation, protocol_type, protocol_name, assignments, now_ms
        )

    def heartbeat(
        self, group_id: str, member_id: str, instance_id: str | None, generation: int, now_ms: int
    ) -> None:
        """Heartbeat. Raises KafkaError."""
        group = self._group_of_member(group_id)
        if group is not None and group.kind == "consumer":
            classic_members.heartbeat(group, member_id, instance_id, generation, now_ms)
        else:
            group.heartbeat(member_id, instance_id, generation, now_ms)

    def leave(
        self, group_id: str, leavers: Sequence[tuple[str, str | None, str | None]], now_ms: int
    ) -> list[ErrorCode]:
        """LeaveGroup of members (member id, instance id, reason); one code each. Raises INVALID_GROUP_ID."""
        if not group_id:
            raise KafkaError(ErrorCode.INVALID_GROUP_ID)
        group = self.groups.get(group_id)
        if group is None:
            self.check_reach(group_id)
            return [ErrorCode.UNKNOWN_MEMBER_ID] * len(leavers)
        if group is not None and group.kind == "consumer":
            return classic_members.leave(group, leavers, now_ms)
        if group is not None and group.kind == "share":
            return [ErrorCode.UNKNOWN_MEMBER_ID] * len(leavers)
        return group.leave(leavers, now_ms)

    # Offsets

    def commit(
        self,
        group_id: str,
        member_id: str,
        instance_id: str | None,
        generation: int,
        offsets: Sequence[OffsetCommitted],
        now_ms: int,
        *,
        knows_epochs: bool = True,
    ) -> list[ErrorCode]:
        """OffsetCommit; one code for each offset. Raises KafkaError, GROUP_ID_NOT_FOUND when there is no such group.

        A negative generation comes from a consumer that no group manages: it needs none to be there. `knows_epochs`:
        can the request say a member epoch?
        """
        group = self.groups.get(group_id)
        if group is not None and group.kind == "share":
            group.no_consumer_group()
        elif group is not None and group.kind == "consumer":
            group.check_commit(
                member_id, generation, partitions=partitions_of(offsets), knows_epochs=knows_epochs
            )
        elif group is not None:
            group.check_commit(member_id, instance_id, generation, now_ms)
        elif generation >= 0:
            self.check_reach(group_id)
            raise KafkaError(ErrorCode.GROUP_ID_NOT_FOUND)
        accepted, codes = self._accept(offsets)
        if accepted:
            self._write(group_id, accepted)
        return codes

    def _accept(self, offsets: Sequence[OffsetCommitted]) -> tuple[list[OffsetCommitted], list[ErrorCode]]:
        """Those whose metadata are not too long, and a code for each of all."""
        limit = self._offset_metadata_max
        codes = []
        accepted = []
        for event in offsets:
            if event.committed is not None and is_longer(event.committed.metadata, limit):
                codes.append(ErrorCode.OFFSET_METADATA_TOO_LARGE)
            else:
                codes.append(ErrorCode.NONE)
                accepted.append(event)
        return accepted, codes

    def check_fetch(self, group_id: str, member_id: str | None, epoch: int) -> None:
        """May this member fetch the group's offsets? Raises KafkaError; classic groups do not mind."""
        group = self.groups.get(group_id)
        if group is not None and group.kind == "share":
            group.no_consumer_group()
        elif group is not None and group.kind == "consumer":
            group.check_fetch(member_id, epoch)

    def commit_in_transaction(
        self,
        group_id: str,
        member_id: str,
        instance_id: str | None,
        generation: int,
        offsets: Sequence[OffsetCommitted],
        producer: tuple[int, int],
    ) -> list[ErrorCode]:
        """TxnOffsetCommit: as `commit`, but out of sight until the transaction of `producer` (id, epoch) is committed.

        That the transaction is open, and this group part of it, is for the caller to know. Raises KafkaError as
        `commit` does, and INVALID_PRODUCER_EPOCH.
        """
        group = self.groups.get(group_id)
        if group is not None and group.kind == "share":
            group.no_consumer_group()
        elif group is not None and group.kind == "consumer":
            group.check_commit(member_id, generation, partitions=partitions_of(offsets), in_transaction=True)
        elif group is not None:
            group.check_commit_in_transaction(member_id, instance_id, generation)
        elif generation >= 0:
            self.check_reach(group_id)
            raise KafkaError(ErrorCode.GROUP_ID_NOT_FOUND)
        accepted, codes = self._accept(offsets)
        if accepted:
            producer_id, epoch = producer
            partition = self._partition(group_id)
            now_ms = self.time_ms()
            batch = self._journal.batch(
                accepted, now_ms, producer_id=producer_id, producer_epoch=epoch, transactional=True
            )
            with storage_is_elsewhere():
                first = partition.append_journal(batch, now_ms)
            for index, event in enumerate(accepted):
                self._apply_in_transaction((partition.index, producer_id), event, first + index)
        return codes

    def end_transaction(self, partition: Partition, producer_id: int, *, commit: bool) -> None:
        """A marker was written to a partition of offsets: what waited for it counts, or is gone."""
        self.offsets.end_transaction((partition.index, producer_id), commit=commit)

    def offsets_partition(self, group_id: str) -> Partition:
        """Where a group's offsets are. Raises KafkaError: COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR."""
        partition = self._partition(group_id)
        if partition.is_offline:
            raise KafkaError(ErrorCode.NOT_COORDINATOR, f"{partition}")
        return partition

    def topic_deleted(self, topic: str, topic_id: bytes) -> None:
        """A topic is gone, and with it the offsets in it, and what share groups did."""
        gone: dict[str, list[OffsetCommitted]] = {}
        for group_id, partition in self.offsets.with_topic(topic):
            gone.setdefault(group_id, []).append(OffsetCommitted(group_id, topic, partition, None))
        for group_id, events in gone.items():
            try:
                self.write_removals(group_id, events)
            except KafkaError as error:
                # They carry the id of the topic that is gone, so that nobody takes them for offsets in a new one.
                log.warning("group %s: its offsets in %s stay behind: %s", group_id, topic, error)
        if self._shares is not None:
            self._shares.topic_deleted(topic_id)

    def _expire_offsets(self, group: AnyGroup) -> None:
        """Remove offsets whose retention is over, and the group when nothing is left of it."""
        group_id = group.group_id
        try:
            self.write_removals(group_id, self.offsets.expired(group, self.time_ms(), self._retention_ms))
            if (
                group.is_idle
                and not self.offsets.has_any(group_id)
                and not self.offsets.has_open_transaction(group_id)
            ):
                self._write(group_id, group.removals())
        except KafkaError as error:
            log.warning("group %s: could not remove what is over: %s", group_id, error)

    # What groups need, and who administers them

    def known(self, group_id: str) -> AnyGroup:
        """The group, of whatever protocol. Raises KafkaError(GROUP_ID_NOT_FOUND, NOT_COORDINATOR)."""
        group = self.groups.get(group_id)
        if group is None:
            self.check_reach(group_id)
            raise KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} not found.")
        return group

    def new_id(self) -> str:
        return str(uuid.UUID(bytes=self._broker.random.randbytes(16), version=4))

    def new_member_id(self) -> str:
        fresh = uuid.UUID(bytes=self._broker.random.randbytes(16), version=4)
        return base64.urlsafe_b64encode(fresh.bytes).rstrip(b"=").decode()

    def time_ms(self) -> int:
        return self._broker.clock.time_ms()

    def store(self, group: Rebalancing, stored: StoredGroup) -> None:
        self._write(group.group_id, [GroupStored(group.group_id, stored)])

    def write_events(self, group_id: str, events: Sequence[GroupEvent]) -> None:
        self._write(group_id, events)

    def write_removals(self, group_id: str, events: Sequence[GroupEvent]) -> None:
        """They may be very many, and need not be one step, unlike `write_events`. Raises KafkaError."""
        for start in range(0, len(events), EVENTS_PER_BATCH):
            self._write(group_id, events[start : start + EVENTS_PER_BATCH])

    def share_settings(self, group_id: str) -> ShareGroupSettings:
        return self.shares.settings_of(group_id)

    def begin_sharing(self, group: ShareGroup, some: Mapping[tuple[bytes, int], int]) -> None:
        self.shares.begin_sharing(group, some)

    def consumer_settings(self, group_id: str) -> ConsumerSettings:
        return self.consumers.settings_of(group_id)

    def left_to_classic(self, group: ConsumerGroup, leaving: Sequence[str], now_ms: int) -> bool:
        return self.consumers.downgrade(group, leaving, now_ms)

    def is_of_another_protocol(self, group_id: str) -> bool:
        """Is the id taken by a group of a protocol that is not served?"""
        return group_id in self._others

    def others_of(self, group_id: str) -> Iterable[OtherStored]:
        """The records that a group of a protocol that is not served left in the log."""
        return self._others.get(group_id, {}).values()

    def restore(self, group_id: str, group: AnyGroup | None) -> None:
        """Another shape of the group could not be written: it is what it was."""
        if group is None:
            del self.groups[group_id]
        else:
            self.groups[group_id] = group

    # The log

    def _partition(self, group_id: str) -> Partition:
        topic = self._broker.topics.ensure_internal(GROUPS_TOPIC)
        return topic.partitions[coordinator_index(group_id, len(topic.partitions))]

    def _write(self, group_id: str, events: Sequence[GroupEvent]) -> None:
        """Raises KafkaError, NOT_COORDINATOR when the disk fails: clients then look for a coordinator that can."""
        with storage_is_elsewhere():
            self._journal.write(self._partition(group_id), events, self._broker.clock.time_ms())

    def _apply(self, event: GroupEvent, record_offset: int, timestamp_ms: int) -> None:
        """The only place where durable state changes."""
        if isinstance(event, OtherStored):
            others = self._others.setdefault(event.group_id, {})
            if event.is_there:
                others[event.key] = event
            else:
                others.pop(event.key, None)
                if not others:
                    del self._others[event.group_id]
            return
        group = self.groups.get(event.group_id)
        if not isinstance(event, OffsetCommitted | GroupStored):
            self._apply_modern(event, group)
        elif isinstance(event, OffsetCommitted):
            if group is None and event.committed is not None:
                self.groups[event.group_id] = ClassicGroup(self, event.group_id)
            self.offsets.apply(event, record_offset)
        elif event.group is None:
            if isinstance(group, ClassicGroup):  # else it has become another one already
                del self.groups[event.group_id]
                group.forget()
        else:
            if not isinstance(group, ClassicGroup):
                group = self.groups[event.group_id] = ClassicGroup(self, event.group_id)
            group.adopt(event.group)

    def _apply_modern(self, event: ModernEvent, group: AnyGroup | None) -> None:
        if group is None or group.kind == "classic" or group.kind != event.family.name:
            if modern_events.is_removal(event):
                return
            # So far it was no more than what its offsets made of it.
            rooms = self.shares if event.family.name == "share" else self.consumers
            group = self.groups[event.group_id] = rooms.new(event.group_id)
        if modern_events.is_end(event):
            del self.groups[event.group_id]
            group.forget()
        else:
            group.adopt(event)

    def _apply_in_transaction(
        self, transaction: OpenTransaction, event: OffsetCommitted, record_offset: int
    ) -> None:
        """The same for a commit that counts when its transaction does; its group is there from now on."""
        if event.group_id not in self.groups and event.committed is not None:
            self.groups[event.group_id] = ClassicGroup(self, event.group_id)
        self.offsets.apply_in_transaction(transaction, event, record_offset)

    def _replay(self, partition: Partition) -> None:
        """Apply what the log holds. A batch of a transaction counts only when its end says so (KIP-98)."""
        for batch in partition.log.read_batches(partition.log.log_start_offset):
            header = parse_header(batch)
            check_crc(batch, header)
            for record in iter_records(batch, header):
                if header.is_control:
                    committed = (
                        int.from_bytes(record.key[2:4] if record.key else b"", "big") == CONTROL_COMMIT
                    )
                    self.end_transaction(partition, header.producer_id, commit=committed)
                    continue
                try:
                    event = decode_event(record.key, record.value)
                except MalformedFrame as error:
                    log.error("%s, offset %d: passed over: %s", partition, record.offset, error)
                    continue
                if event is None:
                    continue
                if header.is_transactional and isinstance(event, OffsetCommitted):
                    self._apply_in_transaction((partition.index, header.producer_id), event, record.offset)
                else:
                    self._apply(event, record.offset, record.timestamp)

    def _group_of_member(self, group_id: str) -> ClassicGroup | ConsumerGroup:
        group = self.groups.get(group_id)
        if group is None:
            self.check_reach(group_id)
        if group is None or group.kind == "share":
            raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID if group_id else ErrorCode.INVALID_GROUP_ID)
        return group
