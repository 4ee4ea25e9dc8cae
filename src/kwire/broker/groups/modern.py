"""What consumer groups and share groups have in common: members and epochs that the broker keeps (KIP-848, KIP-932).

Members describe themselves in heartbeats. What changes who should have what moves the group's epoch on; a target
assignment is made for it; each member goes to its target, and to its epoch, in its own heartbeats. Always holds: what
outlives the process changes only in `adopt`, after it was written; epochs only grow.

`now_ms` is the monotonic clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from hashlib import blake2b
from typing import ClassVar, Protocol

import attrs

from kwire.broker.groups.assignment import NOTHING, Assignment
from kwire.broker.groups.assignors import Assignor, Subscriber
from kwire.broker.groups.events import GroupEvent
from kwire.broker.groups.modern_events import (
    Current,
    CurrentStored,
    Family,
    GroupEpoch,
    MemberStored,
    ModernEvent,
    StoredMember,
    TargetEpoch,
    TargetStored,
)
from kwire.broker.groups.reconciliation import is_reconciled
from kwire.broker.groups.timers import Timer, TimerKind, Timers
from kwire.errors import ErrorCode, KafkaError

JOIN_EPOCH = 0
LEAVE_EPOCH = -1
LEAVE_STATIC_EPOCH = -2
"""A static member goes, and will be back."""

TopicInfo = tuple[bytes, int]
"""Topic id, and how many partitions there are."""


class KnownTopics(Protocol):
    """The topics of the cluster, as groups want to know them."""

    @property
    def version(self) -> int:
        """Grows whenever anything may have changed."""
        ...

    def find(self, name: str) -> TopicInfo | None: ...

    def name_of(self, topic_id: bytes) -> str | None: ...

    def names(self) -> Iterable[str]: ...


class ModernHome(Protocol):
    """What a group needs of the coordinator that it lives with."""

    timers: Timers
    known_topics: KnownTopics

    def new_member_id(self) -> str:
        """A new UUID, as Kafka writes it."""
        ...

    def time_ms(self) -> int:
        """The wall clock."""
        ...

    def write_events(self, group_id: str, events: Sequence[GroupEvent]) -> None:
        """Write them as one batch, then let the group adopt each. Raises KafkaError, and then nothing changed."""
        ...


class ModernState(Enum):
    """Where a group stands, by Kafka's names."""

    EMPTY = "Empty"
    ASSIGNING = "Assigning"
    """There is no target for its epoch yet."""
    RECONCILING = "Reconciling"
    """Members are on the way to their targets."""
    STABLE = "Stable"


@attrs.define(eq=False)
class ModernMember:
    """One member of a group."""

    stored: StoredMember
    session: Timer
    current: Current = attrs.Factory(Current)
    timers: dict[TimerKind, Timer] = attrs.Factory(dict)
    """What else it has to do in time."""

    @property
    def member_id(self) -> str:
        return self.stored.member_id


@attrs.frozen
class Beat:
    """The answer to a heartbeat."""

    member_id: str
    epoch: int
    heartbeat_interval_ms: int
    assignment: Assignment | None = None
    """None: as before."""


class ModernGroup:
    """One group. What is special about a protocol is added by those that inherit."""

    family: ClassVar[Family]
    __slots__ = (
        "epoch",
        "group_id",
        "home",
        "members",
        "metadata_hash",
        "subscribers",
        "target_epoch",
        "targets",
        "targets_made_ms",
        "topics_version",
    )

    def __init__(self, home: ModernHome, group_id: str) -> None:
        self.home = home
        self.group_id = group_id
        self.epoch = 0
        self.metadata_hash = 0
        """Of the topics that the members subscribe to: a change of it moves the epoch on."""
        self.members: dict[str, ModernMember] = {}
        self.target_epoch = 0
        """The epoch that the targets were made for."""
        self.targets: dict[str, Assignment] = {}
        self.targets_made_ms: int | None = None
        """When, on the monotonic clock; None when not in this process."""
        self.subscribers: Counter[str] = Counter()
        """How many members subscribe to each topic by its name."""
        self.topics_version = -1
        """The version of the topics that `metadata_hash` was compared with."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.group_id!r} epoch {self.epoch}, {len(self.members)} members>"

    # What is shown

    @property
    def protocol_type(self) -> str:
        return self.family.name

    @property
    def state(self) -> ModernState:
        if not self.members:
            return ModernState.EMPTY
        if self.epoch > self.target_epoch:
            return ModernState.ASSIGNING
        if all(is_reconciled(member.current, self.target_epoch) for member in self.members.values()):
            return ModernState.STABLE
        return ModernState.RECONCILING

    @property
    def is_empty(self) -> bool:
        return not self.members

    @property
    def is_idle(self) -> bool:
        """Nobody is in it, or on the way into it."""
        return not self.members

    def is_subscribed_to(self, topic: str) -> bool:
        return topic in self.subscribers

    # The log

    def adopt(self, event: ModernEvent) -> None:
        """Be what the log says: called after each write, and for each record that is read at start-up."""
        match event:
            case GroupEpoch(epoch=int() as epoch):
                self.epoch = epoch
                self.metadata_hash = event.metadata_hash
            case MemberStored(member_id=member_id, member=None):
                self._forget_member(member_id)
            case MemberStored(member=StoredMember() as stored):
                self._adopt_member(stored)
            case TargetEpoch(epoch=epoch):
                self.target_epoch = epoch or 0
            case TargetStored(member_id=member_id, target=None):
                self.targets.pop(member_id, None)
            case TargetStored(member_id=member_id, target=target):
                self.targets[member_id] = target or NOTHING
            case CurrentStored(member_id=member_id, current=None):
                member = self.members.get(member_id)
                if member is not None:
                    self._adopt_current(member, Current())
            case CurrentStored(member_id=member_id, current=Current() as current):
                # The compaction of the log may leave this record before the one that describes the member.
                self._adopt_current(self._member(member_id), current)

    def _member(self, member_id: str) -> ModernMember:
        member = self.members.get(member_id)
        if member is None:
            member = ModernMember(StoredMember(member_id), Timer(self, TimerKind.SESSION, member_id))
            self.members[member_id] = member
        return member

    def _adopt_member(self, stored: StoredMember) -> None:
        member = self._member(stored.member_id)
        self._unsubscribe(member.stored.topics)
        member.stored = stored
        self.subscribers.update(stored.topics)

    def _adopt_current(self, member: ModernMember, current: Current) -> None:
        member.current = current

    def _forget_member(self, member_id: str) -> None:
        member = self.members.pop(member_id, None)
        if member is not None:
            self._adopt_current(member, Current())
            self._unsubscribe(member.stored.topics)
            self._clear_timers(member)

    def _unsubscribe(self, topics: Iterable[str]) -> None:
        subscribers = self.subscribers
        for topic in topics:
            subscribers[topic] -= 1
            if not subscribers[topic]:
                del subscribers[topic]

    def forget(self) -> None:
        """The group is gone, or lives on in another shape."""
        for member in self.members.values():
            self._clear_timers(member)

    def removals(self) -> list[ModernEvent]:
        """What takes the group out of the log: members before what they are members of, as Kafka does it."""
        of, group_id = self.family, self.group_id
        gone: list[ModernEvent] = []
        gone += [CurrentStored(of, group_id, member_id, None) for member_id in self.members]
        gone += [TargetStored(of, group_id, member_id, None) for member_id in self.targets]
        gone.append(TargetEpoch(of, group_id, None))
        gone += [MemberStored(of, group_id, member_id, None) for member_id in self.members]
        gone.append(GroupEpoch(of, group_id, None))
        return gone

    # Time

    def expire(self, timer: Timer, now_ms: int) -> None:
        """A timer of a member is due."""
        raise NotImplementedError

    def set_timer(self, member: ModernMember, kind: TimerKind, due_ms: int) -> None:
        timer = member.timers.get(kind)
        if timer is None:
            timer = member.timers[kind] = Timer(self, kind, member.member_id)
        self.home.timers.set(timer, due_ms)

    def clear_timer(self, member: ModernMember, kind: TimerKind) -> None:
        timer = member.timers.get(kind)
        if timer is not None:
            self.home.timers.clear(timer)

    def _clear_timers(self, member: ModernMember) -> None:
        self.home.timers.clear(member.session)
        for timer in member.timers.values():
            self.home.timers.clear(timer)

    # Epochs and targets

    def hash_of(self, topics: Iterable[str]) -> int:
        """64 bits that change when one of these topics comes, goes, is made anew, or gets more partitions."""
        known = [(name, info) for name in topics if (info := self.home.known_topics.find(name)) is not None]
        if not known:
            return 0
        digest = blake2b(digest_size=8)
        for name, (topic_id, partitions) in sorted(known):
            digest.update(name.encode())
            digest.update(topic_id)
            digest.update(partitions.to_bytes(4, "big"))
        return int.from_bytes(digest.digest(), "big", signed=True)

    def targets_for(
        self,
        epoch: int,
        members: Mapping[str, StoredMember],
        topics_of: Mapping[str, frozenset[str]],
        earlier: Mapping[str, Assignment],
        assignor: Assignor,
    ) -> tuple[dict[str, Assignment], list[ModernEvent]]:
        """A target for each of `members`, who subscribe to `topics_of` them; and what has to be written of it."""
        infos: dict[str, TopicInfo] = {}
        for names in set(topics_of.values()):
            for name in names:
                info = self.home.known_topics.find(name)
                if info is not None:
                    infos[name] = info
        ids = {
            names: frozenset(infos[name][0] for name in names if name in infos)
            for names in set(topics_of.values())
        }
        targets = assignor(
            [
                Subscriber(
                    member_id, stored.instance_id, ids[topics_of[member_id]], earlier.get(member_id, NOTHING)
                )
                for member_id, stored in members.items()
            ],
            dict(infos.values()),
        )
        of, group_id = self.family, self.group_id
        events: list[ModernEvent] = [
            TargetStored(of, group_id, member_id, target)
            for member_id, target in targets.items()
            if earlier.get(member_id) != target
        ]
        events.append(TargetEpoch(of, group_id, epoch, self.home.time_ms()))
        return targets, events


def check_epoch(member: ModernMember, epoch: int, *, may_be_previous: bool, what: str) -> None:
    """Is this the epoch that the member is in, or the one before, if that may be? Raises KafkaError."""
    known = member.current.epoch
    if epoch == known or (may_be_previous and epoch == member.current.previous_epoch and epoch < known):
        return
    compared = "greater" if epoch > known else "smaller"
    raise KafkaError(
        ErrorCode.FENCED_MEMBER_EPOCH,
        f"The {what} group member has a {compared} member epoch ({epoch}) than the one known by the group "
        f"coordinator ({known}). The member must abandon all its partitions and rejoin.",
    )
