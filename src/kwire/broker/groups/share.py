"""A share group (KIP-932): members have partitions in common, and nobody has to give anything up before others get it.

So a member is at its target as soon as it hears of it. Only partitions that somebody keeps the state of are given out
(`share_partitions`): the group sees to that for each topic that its members subscribe to.

| epoch | a heartbeat                                                     |
| ----- | --------------------------------------------------------------- |
| 0     | joins, or joins again                                           |
| > 0   | goes on; the epoch before is taken when an answer may be lost   |
| -1    | leaves                                                          |
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal, NoReturn, Protocol

import attrs

from kwire.broker.groups.assignment import NOTHING, Assignment, partitions_of
from kwire.broker.groups.assignors import Subscriber
from kwire.broker.groups.events import GroupEvent
from kwire.broker.groups.modern import (
    JOIN_EPOCH,
    Beat,
    ModernGroup,
    ModernHome,
    ModernMember,
    ModernState,
    check_epoch,
)
from kwire.broker.groups.modern_events import (
    SHARE,
    Current,
    CurrentStored,
    GroupEpoch,
    MemberStored,
    ModernEvent,
    Progress,
    SharePartitionsStored,
    StoredMember,
    TargetEpoch,
    TargetStored,
)
from kwire.broker.groups.share_partitions import SharePartitions, difference, union
from kwire.broker.groups.simple_assignor import assign_simple
from kwire.broker.groups.timers import Timer
from kwire.broker.signals import Signal
from kwire.errors import ErrorCode, KafkaError

log = logging.getLogger(__name__)

STORAGE_RETRY_MS = 1_000
"""When somebody's time is up and that cannot be written: how soon to try again."""

SIMPLE = "simple"


@attrs.frozen
class ShareGroupSettings:
    """The settings of the broker and of the group that its members follow."""

    session_timeout_ms: int = 45_000
    heartbeat_interval_ms: int = 5_000
    assignment_interval_ms: int = 0
    max_size: int = 200


class ShareHome(ModernHome, Protocol):
    """What a share group needs of the coordinator that it lives with."""

    def share_settings(self, group_id: str) -> ShareGroupSettings: ...

    def begin_sharing(self, group: ShareGroup, some: Mapping[tuple[bytes, int], int]) -> None:
        """Let the state of partitions be kept, from these offsets on; `group.has_begun` hears of it, maybe at once."""
        ...


@attrs.frozen
class ShareHeartbeat:
    """What a member says. None: as before."""

    member_id: str
    epoch: int
    client_id: str = ""
    client_host: str = ""
    rack_id: str | None = None
    topics: tuple[str, ...] | None = None
    """Sorted, each once."""


class ShareGroup(ModernGroup):
    """One share group."""

    family = SHARE
    kind: ClassVar[Literal["share"]] = "share"
    home: ShareHome
    __slots__ = ("asked", "begun", "partitions")

    def __init__(self, home: ShareHome, group_id: str) -> None:
        super().__init__(home, group_id)
        self.partitions = SharePartitions()
        self.asked: Assignment = NOTHING
        """What this process asked to be kept, and has not heard of yet."""
        self.begun = Signal()
        """Fires when it heard of some."""

    # Heartbeats

    def heartbeat(self, beat: ShareHeartbeat, now_ms: int) -> Beat:
        """A member joins, or goes on. Raises KafkaError."""
        settings = self.home.share_settings(self.group_id)
        member = self.members.get(beat.member_id)
        if member is None:
            if len(self.members) >= settings.max_size:
                raise KafkaError(
                    ErrorCode.GROUP_MAX_SIZE_REACHED,
                    f"The share group has reached its maximum capacity of {settings.max_size} members.",
                )
            if beat.epoch != JOIN_EPOCH:
                raise self.unknown(beat.member_id)
            log.info("group %s: %s joins", self.group_id, beat.member_id)
        elif beat.epoch != JOIN_EPOCH:
            check_epoch(member, beat.epoch, may_be_previous=True, what="share")
        before = Current() if member is None else member.current
        changed = self._update(beat, member)
        self._begin()
        self._assign(beat.member_id, changed, now_ms)
        member = self.members[beat.member_id]
        self.home.timers.set(member.session, now_ms + settings.session_timeout_ms)
        assignment = partitions_of(member.current.assigned)
        is_news = assignment != partitions_of(before.assigned)
        return Beat(
            beat.member_id,
            member.current.epoch,
            settings.heartbeat_interval_ms,
            assignment if is_news or beat.epoch == JOIN_EPOCH or beat.topics is not None else None,
        )

    def unknown(self, member_id: str) -> KafkaError:
        return KafkaError(
            ErrorCode.UNKNOWN_MEMBER_ID, f"Member {member_id} is not a member of group {self.group_id}."
        )

    def _update(self, beat: ShareHeartbeat, member: ModernMember | None) -> bool:
        """Write what the member says of itself, and the epoch when that moves on; whether it subscribes otherwise."""
        of, group_id = self.family, self.group_id
        stored = StoredMember(beat.member_id) if member is None else member.stored
        updated = attrs.evolve(
            stored,
            rack_id=stored.rack_id if beat.rack_id is None else beat.rack_id,
            client_id=beat.client_id,
            client_host=beat.client_host,
            topics=stored.topics if beat.topics is None else beat.topics,
        )
        events: list[GroupEvent] = []
        if member is None or updated != stored:
            events.append(MemberStored(of, group_id, updated.member_id, updated))
        changed = updated.topics != stored.topics
        version = self.home.known_topics.version
        moves_on = (
            changed or not self.epoch or (self.target_epoch >= self.epoch and self._has_more_to_assign())
        )
        if moves_on or version != self.topics_version:
            metadata_hash = self.hash_of(self._subscribed(updated))
            if moves_on or metadata_hash != self.metadata_hash:
                events.append(GroupEpoch(of, group_id, self.epoch + 1, metadata_hash))
        if events:
            self.home.write_events(group_id, events)
        self.topics_version = version
        return changed

    def _subscribed(self, updated: StoredMember | None, without: str = "") -> set[str]:
        """Every topic that somebody subscribes to, once a member is like this, or gone."""
        skipped = without if updated is None else updated.member_id
        topics = {
            name
            for member_id, member in self.members.items()
            if member_id != skipped
            for name in member.stored.topics
        }
        return topics if updated is None else topics.union(updated.topics)

    # Partitions

    def _begin(self) -> None:
        """Let the partitions of the topics that somebody subscribes to be kept, where they are not.

        A group begins with a topic where its settings say; with partitions that a topic gets later, at their first
        record.
        """
        wanted: dict[tuple[bytes, int], int] = {}
        names: dict[bytes, str] = {}
        known = union(self.partitions.initialized, self.asked)
        for name in self.subscribers:
            info = self.home.known_topics.find(name)
            if info is None:
                continue
            topic_id, count = info
            start_offset = 0 if topic_id in self.partitions.initialized else -1
            for index in set(range(count)) - known.get(topic_id, frozenset()):
                wanted[topic_id, index] = start_offset
                names[topic_id] = name
        if not wanted:
            return
        some = _as_assignment(wanted)
        self._store(self.partitions.begins(some, names))
        self.asked = union(self.asked, some)
        self.home.begin_sharing(self, wanted)

    def has_begun(self, asked: Iterable[tuple[bytes, int]], failed: Iterable[tuple[bytes, int]]) -> None:
        """Of those that were asked for, all but the failed are kept now."""
        not_kept = _as_assignment(failed)
        every = _as_assignment(asked)
        self.asked = difference(self.asked, every)
        partitions = self.partitions.has_begun(difference(every, not_kept)).has_not_begun(not_kept)
        try:
            self._store(partitions)
        except KafkaError as error:
            log.warning("group %s: what it has begun with is not on record: %s", self.group_id, error)
        self.begun.fire()

    def _store(self, partitions: SharePartitions) -> None:
        if partitions != self.partitions:
            self.home.write_events(self.group_id, [SharePartitionsStored(self.group_id, partitions)])

    def store_partitions(self, partitions: SharePartitions, *, moves_on: bool = False) -> None:
        """An administrator changes what the group has begun with. Raises KafkaError."""
        events: list[GroupEvent] = []
        if moves_on:
            events.append(GroupEpoch(self.family, self.group_id, self.epoch + 1, self.metadata_hash))
        self.home.write_events(self.group_id, [*events, SharePartitionsStored(self.group_id, partitions)])

    def _assignable(self) -> Assignment:
        """Partitions that are kept, of topics that are there."""
        known = self.home.known_topics
        return {
            topic_id: partitions
            for topic_id, partitions in self.partitions.initialized.items()
            if known.name_of(topic_id) is not None
        }

    def _has_more_to_assign(self) -> bool:
        """Are there partitions that somebody subscribes to, and nobody was given?"""
        given: Assignment = {}
        for target in self.targets.values():
            given = union(given, target)
        known = self.home.known_topics
        return any(
            not partitions <= given.get(topic_id, frozenset())
            for topic_id, partitions in self._assignable().items()
            if known.name_of(topic_id) in self.subscribers
        )

    # Targets

    def _assign(self, member_id: str, changed: bool, now_ms: int) -> None:
        """Make targets for the epoch, when it is time; and let the member be at its own."""
        of, group_id = self.family, self.group_id
        events: list[GroupEvent] = []
        targets: Mapping[str, Assignment] = self.targets
        target_epoch = self.target_epoch
        if self.epoch > target_epoch and self._may_assign(now_ms):
            members = {each: member.stored for each, member in self.members.items()}
            assignable = self._assignable()

            def assign(subscribers: Sequence[Subscriber], _: Mapping[bytes, int]) -> dict[str, Assignment]:
                return assign_simple(subscribers, assignable)

            topics_of = {each: frozenset(stored.topics) for each, stored in members.items()}
            targets, made = self.targets_for(self.epoch, members, topics_of, self.targets, assign)
            events += made
            target_epoch = self.epoch
            self.targets_made_ms = now_ms
        member = self.members[member_id]
        current = member.current
        if current.epoch != target_epoch or changed:
            assigned = self._within_subscription(targets.get(member_id, NOTHING), member.stored)
            now = Current(
                target_epoch,
                current.epoch if current.epoch != target_epoch else current.previous_epoch,
                Progress.STABLE,
                {topic_id: dict.fromkeys(indexes, target_epoch) for topic_id, indexes in assigned.items()},
            )
            if now != current:
                events.append(CurrentStored(of, group_id, member_id, now))
        if events:
            self.home.write_events(group_id, events)

    def _within_subscription(self, target: Assignment, stored: StoredMember) -> Assignment:
        known = self.home.known_topics
        return {
            topic_id: indexes
            for topic_id, indexes in target.items()
            if known.name_of(topic_id) in stored.topics
        }

    def _may_assign(self, now_ms: int) -> bool:
        """Not more often than the settings say: many members may come at once."""
        made_ms = self.targets_made_ms
        interval_ms = self.home.share_settings(self.group_id).assignment_interval_ms
        return made_ms is None or now_ms - made_ms >= interval_ms

    # Leaving

    def leave(self, member_id: str) -> None:
        """A member goes; the others hear of it in their next heartbeats. Raises KafkaError."""
        if member_id not in self.members:
            raise self.unknown(member_id)
        of, group_id = self.family, self.group_id
        log.info("group %s: %s leaves", group_id, member_id)
        epoch = self.epoch + 1
        events: list[GroupEvent] = [
            CurrentStored(of, group_id, member_id, None),
            TargetStored(of, group_id, member_id, None),
            MemberStored(of, group_id, member_id, None),
            GroupEpoch(of, group_id, epoch, self.hash_of(self._subscribed(None, member_id))),
        ]
        is_last = len(self.members) == 1
        if is_last:
            events.append(TargetEpoch(of, group_id, epoch, 0))
        self.home.write_events(group_id, events)
        if is_last:
            self.targets_made_ms = None

    def expire(self, timer: Timer, now_ms: int) -> None:
        member = self.members.get(timer.member_id)
        if member is None or timer is not member.session:
            return
        log.info("group %s: %s is out: it was not heard of in time", self.group_id, member.member_id)
        try:
            self.leave(member.member_id)
        except KafkaError as error:
            log.warning("group %s: %s cannot be taken out: %s", self.group_id, member.member_id, error)
            self.home.timers.set(timer, now_ms + STORAGE_RETRY_MS)

    def resume(self, now_ms: int) -> None:
        """Go on after a restart: members have their session timeout, from now on, to be heard of."""
        timeout_ms = self.home.share_settings(self.group_id).session_timeout_ms
        for member in self.members.values():
            self.home.timers.set(member.session, now_ms + timeout_ms)

    # What is shown

    @property
    def state(self) -> ModernState:
        return ModernState.STABLE if self.members else ModernState.EMPTY

    @property
    def is_idle(self) -> bool:
        """It stays until somebody deletes it: what it has read is not to be read again."""
        return False

    # Offsets: there are none

    def no_consumer_group(self) -> NoReturn:
        """Raises KafkaError(GROUP_ID_NOT_FOUND)."""
        raise KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {self.group_id} is not a consumer group.")

    @property
    def offsets_kept_since_ms(self) -> int | None:
        return None

    # The log

    def adopt(self, event: ModernEvent) -> None:
        if isinstance(event, SharePartitionsStored):
            self.partitions = event.partitions if event.partitions is not None else SharePartitions()
        else:
            super().adopt(event)

    def removals(self) -> list[ModernEvent]:
        *gone, group = super().removals()
        return [*gone, SharePartitionsStored(self.group_id, None), group]


def _as_assignment(some: Iterable[tuple[bytes, int]]) -> Assignment:
    found: dict[bytes, set[int]] = {}
    for topic_id, index in some:
        found.setdefault(topic_id, set()).add(index)
    return {topic_id: frozenset(indexes) for topic_id, indexes in found.items()}
