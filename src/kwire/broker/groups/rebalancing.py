"""How a classic group gets from one generation to the next.

A rebalance parks the JoinGroups of all members, ends when they are all there or their time is up, makes the next
generation, and parks their SyncGroups until its leader brings the assignment. Always holds: whoever is parked is
parked under a timer of the group, so nobody waits for ever; the generation only grows; what outlives the process
(`StoredGroup`) changes only in `adopt`, after it was written.

`now_ms` is the monotonic clock.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from enum import Enum, auto
from typing import Protocol

import attrs

from kwire.broker.groups.events import StoredGroup, StoredMember
from kwire.broker.groups.members import Joined, Member, State, Synced
from kwire.broker.groups.membership import Membership
from kwire.broker.groups.subscriptions import CONSUMER_PROTOCOL_TYPE, subscribed_topics
from kwire.broker.groups.timers import Timer, TimerKind, Timers
from kwire.errors import ErrorCode, KafkaError

log = logging.getLogger(__name__)


class Event(Enum):
    """What moves a group from state to state."""

    REBALANCE = auto()
    """Everybody has to join again."""
    JOINED = auto()
    """The next generation is complete."""
    DESERTED = auto()
    """Nobody is left."""
    ASSIGNED = auto()
    """The leader brought the assignment, and it was written."""


MOVES = {
    (State.EMPTY, Event.REBALANCE): State.PREPARING_REBALANCE,
    (State.STABLE, Event.REBALANCE): State.PREPARING_REBALANCE,
    (State.COMPLETING_REBALANCE, Event.REBALANCE): State.PREPARING_REBALANCE,
    (State.PREPARING_REBALANCE, Event.DESERTED): State.EMPTY,
    (State.PREPARING_REBALANCE, Event.JOINED): State.COMPLETING_REBALANCE,
    (State.COMPLETING_REBALANCE, Event.ASSIGNED): State.STABLE,
}
"""Every way there is; anything else is a bug of ours. A group that is not there any more is Dead."""


@attrs.frozen
class GroupSettings:
    """The settings of the broker that classic groups follow."""

    min_session_timeout_ms: int = 6_000
    max_session_timeout_ms: int = 1_800_000
    initial_rebalance_delay_ms: int = 0
    max_size: int = 2_147_483_647


class GroupHome(Protocol):
    """What a group needs of the coordinator that it lives with."""

    settings: GroupSettings
    timers: Timers

    def new_id(self) -> str:
        """A new UUID, as text."""
        ...

    def time_ms(self) -> int:
        """The wall clock."""
        ...

    def store(self, group: Rebalancing, stored: StoredGroup) -> None:
        """Write it, then let the group adopt it. Raises KafkaError, and then nothing changed."""
        ...


class Rebalancing:
    """The part of a `ClassicGroup` that moves by itself."""

    __slots__ = (
        "_home",
        "_initial_delay_ms",
        "_initial_remaining_ms",
        "_is_initial",
        "_join_timer",
        "_new_member_added",
        "_pending_sync",
        "_sync_timer",
        "generation",
        "group_id",
        "members",
        "protocol_name",
        "protocol_type",
        "state",
        "state_timestamp_ms",
        "subscribed_topics",
    )

    def __init__(self, home: GroupHome, group_id: str) -> None:
        self._home = home
        self.group_id = group_id
        self.state = State.EMPTY
        self.state_timestamp_ms = home.time_ms()
        self.generation = 0
        self.protocol_type: str | None = None
        self.protocol_name: str | None = None
        self.members = Membership()
        self.subscribed_topics: frozenset[str] | None = None
        """What the members of this generation consume; None when that is not known."""
        self._pending_sync: set[str] = set()
        """Who has not asked for its assignment of this generation yet."""
        self._join_timer = Timer(self, TimerKind.JOIN)
        self._sync_timer = Timer(self, TimerKind.SYNC)
        self._is_initial = False
        """The rebalance began with an empty group: it ends when its time is up, not when those known are there."""
        self._initial_delay_ms = 0
        self._initial_remaining_ms: int | None = None
        self._new_member_added = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.group_id!r} {self.state.value} generation {self.generation}>"

    # The log and the clock

    def adopt(self, stored: StoredGroup) -> None:
        """Be what the log says: called after each write, and for each record that is read at start-up."""
        self.generation = stored.generation
        self.protocol_type = stored.protocol_type
        self.protocol_name = stored.protocol_name
        self.state_timestamp_ms = stored.state_timestamp_ms
        if self.state is State.COMPLETING_REBALANCE:
            self._move(Event.ASSIGNED)
        else:
            self.state = State.STABLE if stored.members else State.EMPTY
        members = []
        for each in stored.members:
            member = self.members.get(each.member_id)
            if member is None or member.metadata(stored.protocol_name) != each.subscription:
                member = self._restored(each, stored.protocol_name or "")
            member.assignment = each.assignment
            members.append(member)
        self.members.restore(members, stored.leader_id)
        self.subscribed_topics = self._subscribed_topics()

    def resume(self, now_ms: int) -> None:
        """Go on after a restart: members have their session timeout, from now on, to be heard of."""
        for member in self.members:
            self._heard_of(member, now_ms)
        if len(self.members) > self._home.settings.max_size:
            self._prepare_rebalance("the group is larger than group.max.size", None, now_ms)

    def rebalance(self, cause: str, now_ms: int) -> None:
        """Everybody has to join again, unless they are at it."""
        if self.state in (State.STABLE, State.COMPLETING_REBALANCE):
            self._prepare_rebalance(cause, None, now_ms)

    def send_away(self) -> None:
        """The group lives on in another shape, in which its members go on; who waits is told to ask again."""
        for member in self.members:
            self.members.answer_join(member, Joined(ErrorCode.REBALANCE_IN_PROGRESS, member.member_id))
            self.members.answer_sync(member, Synced(ErrorCode.REBALANCE_IN_PROGRESS))
            self._home.timers.clear(member.session)

    def forget(self) -> None:
        """The group is gone; there are no members any more."""
        self.state = State.DEAD
        timers = self._home.timers
        timers.clear(self._join_timer)
        timers.clear(self._sync_timer)
        for member_id in tuple(self.members.pending):
            self._forget_pending(member_id)

    def expire(self, timer: Timer, now_ms: int) -> None:
        """A timer of the group is due."""
        match timer.kind:
            case TimerKind.SESSION:
                self._expire_session(timer, now_ms)
            case TimerKind.PENDING_JOIN:
                self._expire_pending(timer, now_ms)
            case TimerKind.JOIN:
                self._expire_join(now_ms)
            case TimerKind.SYNC:
                self._expire_sync(now_ms)

    def _expire_session(self, timer: Timer, now_ms: int) -> None:
        member = self.members.get(timer.member_id)
        if member is None or member.session is not timer or member.may_be_silent:
            return
        log.info("group %s: nothing was heard of %s in time", self.group_id, member.member_id)
        self._remove(member.member_id)
        if self.state in (State.STABLE, State.COMPLETING_REBALANCE):
            self._prepare_rebalance(f"{member.member_id} failed", None, now_ms)
        elif self.state is State.PREPARING_REBALANCE and self.members.all_joined:
            self._complete_join(now_ms)

    def _expire_pending(self, timer: Timer, now_ms: int) -> None:
        if self.members.pending.get(timer.member_id) is not timer:
            return
        log.info("group %s: %s never came back to join", self.group_id, timer.member_id)
        self._forget_pending(timer.member_id)
        if self.state is State.PREPARING_REBALANCE and self.members.all_joined:
            self._complete_join(now_ms)

    def _expire_join(self, now_ms: int) -> None:
        if self.state is not State.PREPARING_REBALANCE:
            return
        remaining_ms = self._initial_remaining_ms
        if remaining_ms and self._new_member_added:
            self._new_member_added = False
            delay_ms = min(self._home.settings.initial_rebalance_delay_ms, remaining_ms)
            self._initial_remaining_ms = max(remaining_ms - self._initial_delay_ms, 0)
            self._initial_delay_ms = delay_ms
            self._home.timers.set(self._join_timer, now_ms + delay_ms)
        else:
            self._complete_join(now_ms)

    def _expire_sync(self, now_ms: int) -> None:
        if self.state in (State.COMPLETING_REBALANCE, State.STABLE) and self._pending_sync:
            for member_id in tuple(self._pending_sync):
                log.info("group %s: %s did not ask for its assignment in time", self.group_id, member_id)
                self._remove(member_id)
            self._prepare_rebalance("members did not sync", None, now_ms)

    # Joining

    def _prepare_rebalance(self, cause: str, reason: str | None, now_ms: int) -> None:
        """Everybody has to join again; the first rebalance of a group waits a little for others to come."""
        log.info(
            "group %s: rebalance after generation %d: %s%s",
            self.group_id,
            self.generation,
            cause,
            f" ({reason})" if reason else "",
        )
        timers = self._home.timers
        if self.state is State.COMPLETING_REBALANCE:
            self._take_back_assignments(ErrorCode.REBALANCE_IN_PROGRESS, now_ms)
        self._pending_sync.clear()
        timers.clear(self._sync_timer)
        self._is_initial = self.state is State.EMPTY
        self._move(Event.REBALANCE)
        timeout_ms = self.members.rebalance_timeout_ms
        if self._is_initial:
            delay_ms = self._home.settings.initial_rebalance_delay_ms
            self._new_member_added = False
            self._initial_delay_ms = delay_ms
            self._initial_remaining_ms = max(timeout_ms - delay_ms, 0)
            timers.set(self._join_timer, now_ms + delay_ms)
        elif self.members.all_joined:
            self._complete_join(now_ms)
        else:
            timers.set(self._join_timer, now_ms + timeout_ms)

    def _rebalance_or_complete(self, cause: str, reason: str | None, now_ms: int) -> None:
        if self.state is State.PREPARING_REBALANCE:
            self._complete_join_if_ready(now_ms)
        else:
            self._prepare_rebalance(cause, reason, now_ms)

    def _complete_join_if_ready(self, now_ms: int) -> None:
        if self.state is State.PREPARING_REBALANCE and not self._is_initial and self.members.all_joined:
            self._complete_join(now_ms)

    def _complete_join(self, now_ms: int) -> None:
        """The next generation is those who joined; static members stay until their session ends."""
        timers = self._home.timers
        timers.clear(self._join_timer)
        self._initial_remaining_ms = None
        late = [member for member in self.members if member.joining is None and not member.is_static]
        for member in late:
            log.info("group %s: %s did not join in time", self.group_id, member.member_id)
            self._remove(member.member_id)
        if not self.members:
            self._become_empty()
            return
        timeout_ms = self.members.rebalance_timeout_ms
        if not self.members.elect_leader():
            timers.set(self._join_timer, now_ms + timeout_ms)  # nobody is there: wait for one
            return
        self.generation += 1
        self.protocol_name = self.members.select_protocol()
        self.subscribed_topics = self._subscribed_topics()
        self._move(Event.JOINED)
        log.info("group %s: generation %d has %d members", self.group_id, self.generation, len(self.members))
        for member in self.members:
            self.members.answer_join(member, self._joined(member))
            self._heard_of(member, now_ms)
            member.is_new = False
            self._pending_sync.add(member.member_id)
        timers.set(self._sync_timer, now_ms + timeout_ms)

    def _become_empty(self) -> None:
        self._move(Event.DESERTED)
        stored = StoredGroup(self.protocol_type, self.generation + 1, None, None, self._home.time_ms())
        log.info("group %s: generation %d has no members", self.group_id, stored.generation)
        try:
            self._home.store(self, stored)
        except KafkaError as error:
            # It is empty all the same; after a restart its last members would be missed once more, and no harm done.
            log.warning("group %s: could not write that it is empty: %s", self.group_id, error)
            self.adopt(stored)

    # Syncing

    def _has_synced(self, member: Member) -> None:
        """A member asked for its assignment; the last one stops the timer."""
        self._pending_sync.discard(member.member_id)
        if not self._pending_sync:
            self._home.timers.clear(self._sync_timer)

    def _assign(self, assignments: Mapping[str, bytes], now_ms: int) -> None:
        """The leader has spoken: write it down, then tell everyone who waits."""
        try:
            self._home.store(self, self._stored(assignments))
        except KafkaError as error:
            log.warning("group %s: could not write generation %d: %s", self.group_id, self.generation, error)
            self._take_back_assignments(error.code, now_ms)
            self._prepare_rebalance("its assignment could not be written", None, now_ms)
            return
        for member in self.members:
            if member.syncing is not None:
                self.members.answer_sync(member, self._synced(member))
                self._heard_of(member, now_ms)

    def _take_back_assignments(self, code: ErrorCode, now_ms: int) -> None:
        for member in self.members:
            member.assignment = b""
            if member.syncing is not None:
                self.members.answer_sync(member, Synced(code))
                self._heard_of(member, now_ms)

    # Members

    def _heard_of(self, member: Member, now_ms: int) -> None:
        self._home.timers.set(member.session, now_ms + member.session_timeout_ms)

    def _remove(self, member_id: str) -> None:
        """Member or not yet, it is no more."""
        self._forget_pending(member_id)
        member = self.members.remove(member_id)
        if member is not None:
            self._pending_sync.discard(member_id)
            self._home.timers.clear(member.session)

    def _forget_pending(self, member_id: str) -> None:
        timer = self.members.pending.pop(member_id, None)
        if timer is not None:
            self._home.timers.clear(timer)

    # Shapes

    def _move(self, event: Event) -> None:
        self.state = MOVES[self.state, event]

    def _joined(self, member: Member) -> Joined:
        """This generation, as this member should see it."""
        answer = Joined(
            member_id=member.member_id,
            generation=self.generation,
            protocol_type=self.protocol_type,
            protocol_name=self.protocol_name,
            leader_id=self.members.leader_id or "",
        )
        if member.member_id == self.members.leader_id:
            answer.members = [
                (each.member_id, each.instance_id, each.metadata(self.protocol_name)) for each in self.members
            ]
        return answer

    def _synced(self, member: Member) -> Synced:
        return Synced(ErrorCode.NONE, self.protocol_type, self.protocol_name, member.assignment)

    def _stored(self, assignments: Mapping[str, bytes]) -> StoredGroup:
        return StoredGroup(
            protocol_type=self.protocol_type,
            generation=self.generation,
            protocol_name=self.protocol_name,
            leader_id=self.members.leader_id,
            state_timestamp_ms=self._home.time_ms(),
            members=tuple(
                member.stored(self.protocol_name, assignments.get(member.member_id, b""))
                for member in self.members
            ),
        )

    def _restored(self, stored: StoredMember, protocol_name: str) -> Member:
        return Member(
            member_id=stored.member_id,
            instance_id=stored.instance_id,
            client_id=stored.client_id,
            client_host=stored.client_host,
            rebalance_timeout_ms=stored.rebalance_timeout_ms,
            session_timeout_ms=stored.session_timeout_ms,
            protocols=((protocol_name, stored.subscription),),
            session=Timer(self, TimerKind.SESSION, stored.member_id),
        )

    def _subscribed_topics(self) -> frozenset[str] | None:
        if self.protocol_type != CONSUMER_PROTOCOL_TYPE:
            return None
        return subscribed_topics(member.metadata(self.protocol_name) for member in self.members)
