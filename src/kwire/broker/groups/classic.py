"""The classic group: members join, one of them leads and assigns (KIP-62, 345, 394, 559, 800, 814).

Here is what members may ask for, and in which order that is checked; how one generation follows another is in
`rebalancing`. What to do, by state:

| asked      | Empty   | PreparingRebalance | CompletingRebalance     | Stable                     |
| ---------- | ------- | ------------------ | ----------------------- | -------------------------- |
| join       | begin   | park               | again or begin anew     | answer or begin anew       |
| sync       | 25      | 27                 | park; the leader ends it | the assignment            |
| heartbeat  | 25      | 27                 | ok                      | ok                         |
| commit     | no member may | ok           | 27                      | ok                         |

`now_ms` is the monotonic clock. 25 is UNKNOWN_MEMBER_ID, 27 REBALANCE_IN_PROGRESS.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import attrs

from kwire.broker.groups.events import GroupStored
from kwire.broker.groups.members import (
    GroupDescription,
    Join,
    Joined,
    Member,
    MemberDescription,
    Parked,
    State,
    Synced,
)
from kwire.broker.groups.rebalancing import Rebalancing
from kwire.broker.groups.subscriptions import CONSUMER_PROTOCOL_TYPE
from kwire.broker.groups.timers import Timer, TimerKind
from kwire.errors import ErrorCode, KafkaError

log = logging.getLogger(__name__)

NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000
"""How long a new member may wait in its JoinGroup: it has no id yet, so it cannot say that it is alive."""


class ClassicGroup(Rebalancing):
    """One group of the classic protocol; without members, also what holds the offsets of a lone consumer."""

    __slots__ = ()

    kind: ClassVar[Literal["classic"]] = "classic"

    @property
    def is_empty(self) -> bool:
        return self.state is State.EMPTY

    @property
    def is_idle(self) -> bool:
        """Nobody is in it, or on the way into it."""
        return self.state is State.EMPTY and not self.members.pending

    @property
    def is_consumer_group(self) -> bool:
        return self.protocol_type == CONSUMER_PROTOCOL_TYPE

    def is_subscribed_to(self, topic: str) -> bool:
        """Does a member consume `topic`? When that is not known, a group of consumers may."""
        if self.subscribed_topics is None:
            return self.is_consumer_group
        return topic in self.subscribed_topics

    @property
    def offsets_kept_since_ms(self) -> int | None:
        """From when on the retention of its offsets counts (KIP-211): -1 from their commit, None while they are safe.

        Without members it counts from when they left; with members, for topics to which nobody subscribes, from the
        commit.
        """
        if self.protocol_type is None:
            return -1
        if self.state is State.EMPTY:
            return self.state_timestamp_ms
        return None if self.state is not State.STABLE or self.subscribed_topics is None else -1

    def removals(self) -> list[GroupStored]:
        """What takes the group out of the log."""
        return [GroupStored(self.group_id, None)]

    def describe(self) -> GroupDescription:
        """The group as it is shown: protocol and metadata only while they are settled."""
        stable = self.state is State.STABLE
        return GroupDescription(
            state=self.state,
            protocol_type=self.protocol_type or "",
            protocol_name=(self.protocol_name or "") if stable else "",
            members=[
                MemberDescription(
                    member_id=member.member_id,
                    instance_id=member.instance_id,
                    client_id=member.client_id,
                    client_host=member.client_host,
                    metadata=member.metadata(self.protocol_name) if stable else b"",
                    assignment=member.assignment,
                )
                for member in self.members
            ],
        )

    def join(self, join: Join, now_ms: int) -> Parked[Joined]:
        """Somebody wants to be in the next generation. What is wrong with that is part of the answer."""
        member_id = join.member_id
        if not self._has_room_for(member_id):
            self._remove(member_id)
            self._complete_join_if_ready(now_ms)
            return _refused(ErrorCode.GROUP_MAX_SIZE_REACHED)
        if not self._supports(join):
            return _refused(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, member_id)
        if not member_id:
            return self._join_new(join, now_ms)
        if member_id in self.members.pending:
            if join.instance_id is not None:  # ids are handed out in advance to dynamic members only
                return _refused(ErrorCode.UNKNOWN_SERVER_ERROR)
            return self._add(join, member_id, now_ms)
        try:
            member = self.members.validated(member_id, join.instance_id)
        except KafkaError as error:
            return Parked(Joined(error.code, member_id))
        if join.protocols == member.protocols:
            if self.state is State.COMPLETING_REBALANCE:
                return Parked(self._joined(member))  # the first answer did not reach it
            if self.state is State.STABLE and member_id != self.members.leader_id:
                return Parked(self._joined(member))  # a follower needs no rebalance to go on
        parked = self.members.update(member, join)
        self._rebalance_or_complete(f"{member_id} joins again", join.reason, now_ms)
        return parked

    def sync(
        self,
        member_id: str,
        instance_id: str | None,
        generation: int,
        protocol_type: str | None,
        protocol_name: str | None,
        assignments: Mapping[str, bytes],
        now_ms: int,
    ) -> Parked[Synced]:
        """A member asks for its part; the leader brings the parts of all. Raises KafkaError.

        A protocol type or name of None is not compared.
        """
        if self.state is State.EMPTY:
            raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID)
        member = self.members.validated(member_id, instance_id)
        if generation != self.generation:
            raise KafkaError(ErrorCode.ILLEGAL_GENERATION)
        if _differ(protocol_type, self.protocol_type) or _differ(protocol_name, self.protocol_name):
            raise KafkaError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
        if self.state is State.PREPARING_REBALANCE:
            raise KafkaError(ErrorCode.REBALANCE_IN_PROGRESS)
        self._has_synced(member)
        if self.state is State.STABLE:
            return Parked(self._synced(member))
        # It may ask anew, on a new connection: only its newest request waits.
        self.members.answer_sync(member, Synced(ErrorCode.REBALANCE_IN_PROGRESS))
        parked = member.syncing = Parked[Synced]()
        if member_id == self.members.leader_id:
            self._assign(assignments, now_ms)
        return parked

    def heartbeat(self, member_id: str, instance_id: str | None, generation: int, now_ms: int) -> None:
        """A member is alive. Raises KafkaError, REBALANCE_IN_PROGRESS when it should join again."""
        member = self.members.validated(member_id, instance_id)
        if generation != self.generation:
            raise KafkaError(ErrorCode.ILLEGAL_GENERATION)
        self._home.timers.set(member.session, now_ms + member.session_timeout_ms)
        if self.state is State.PREPARING_REBALANCE:
            raise KafkaError(ErrorCode.REBALANCE_IN_PROGRESS)

    def leave(self, leavers: Sequence[tuple[str, str | None, str | None]], now_ms: int) -> list[ErrorCode]:
        """Members, each (member id, instance id, reason), go at once; for each, whether it did.

        An empty member id with the instance id of a member is how an administrator removes it.
        """
        codes = [self._leave(member_id, instance_id, reason) for member_id, instance_id, reason in leavers]
        if ErrorCode.NONE in codes:
            if self.state in (State.STABLE, State.COMPLETING_REBALANCE):
                self._prepare_rebalance("members left", None, now_ms)
            else:
                self._complete_join_if_ready(now_ms)
        return codes

    def check_commit_in_transaction(self, member_id: str, instance_id: str | None, generation: int) -> None:
        """May a transaction commit offsets for this member? Raises KafkaError.

        Old producers do not say whom they commit for, and a transaction is not held up by a rebalance (KIP-447).
        """
        if generation < 0 and (self.state is State.EMPTY or not (member_id or instance_id is not None)):
            return
        self.members.validated(member_id, instance_id)
        if generation != self.generation:
            raise KafkaError(ErrorCode.ILLEGAL_GENERATION)

    def check_commit(self, member_id: str, instance_id: str | None, generation: int, now_ms: int) -> None:
        """May this member commit offsets now? It also counts as a sign of life. Raises KafkaError.

        Generation -1 is how somebody commits that is no member: allowed while there are none.
        """
        if generation < 0:
            if self.state is State.EMPTY:
                return
            if not member_id and instance_id is None:
                raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID)
        member = self.members.validated(member_id, instance_id)
        if generation != self.generation:
            raise KafkaError(ErrorCode.ILLEGAL_GENERATION)
        if self.state is State.COMPLETING_REBALANCE:
            raise KafkaError(ErrorCode.REBALANCE_IN_PROGRESS)
        self._home.timers.set(member.session, now_ms + member.session_timeout_ms)

    def _has_room_for(self, member_id: str) -> bool:
        max_size = self._home.settings.max_size
        if self.state is State.EMPTY:
            return True
        if self.state is State.PREPARING_REBALANCE:
            # Those who wait are counted, so that the last to come are the ones for whom there is no room.
            member = self.members.get(member_id)
            return (
                member is not None and member.joining is not None
            ) or self.members.awaiting_join < max_size
        return member_id in self.members or len(self.members) < max_size

    def _supports(self, join: Join) -> bool:
        if self.state is State.EMPTY:
            return bool(join.protocol_type) and bool(join.protocols)
        return join.protocol_type == self.protocol_type and self.members.all_support_one_of(join.protocols)

    def _join_new(self, join: Join, now_ms: int) -> Parked[Joined]:
        instance_id = join.instance_id
        member_id = f"{join.client_id if instance_id is None else instance_id}-{self._home.new_id()}"
        known = self.members.static_id(instance_id)
        if known is not None:
            return self._replace(known, member_id, join, now_ms)
        if instance_id is None and join.can_retry_with_id:
            timer = self.members.pending[member_id] = Timer(self, TimerKind.PENDING_JOIN, member_id)
            self._home.timers.set(timer, now_ms + join.session_timeout_ms)
            return _refused(ErrorCode.MEMBER_ID_REQUIRED, member_id)
        return self._add(join, member_id, now_ms)

    def _add(self, join: Join, member_id: str, now_ms: int) -> Parked[Joined]:
        parked = Parked[Joined]()
        member = Member(
            member_id=member_id,
            instance_id=join.instance_id,
            client_id=join.client_id,
            client_host=join.client_host,
            rebalance_timeout_ms=join.rebalance_timeout_ms,
            session_timeout_ms=join.session_timeout_ms,
            protocols=join.protocols,
            session=Timer(self, TimerKind.SESSION, member_id),
            is_new=True,
            joining=parked,
        )
        self._forget_pending(member_id)
        self._new_member_added = True
        if not self.members:
            self.protocol_type = join.protocol_type
        self.members.add(member)
        self._home.timers.set(member.session, now_ms + NEW_MEMBER_JOIN_TIMEOUT_MS)
        self._rebalance_or_complete(f"{member_id} joins", join.reason, now_ms)
        return parked

    def _replace(self, old_id: str, new_id: str, join: Join, now_ms: int) -> Parked[Joined]:
        """A static member came back without its member id: the old id is fenced, the place stays (KIP-345)."""
        log.info("group %s: %s takes the place of %s", self.group_id, new_id, old_id)
        old = self.members.validated(old_id, join.instance_id)
        old_leader = self.members.leader_id
        new = attrs.evolve(
            old,
            member_id=new_id,
            session=Timer(self, TimerKind.SESSION, new_id),
            is_new=False,
            joining=None,
            syncing=None,
        )
        self.members.replace(old, new)
        self._home.timers.clear(old.session)
        self._heard_of(new, now_ms)
        parked = self.members.update(new, join)
        if self.state is State.PREPARING_REBALANCE:
            self._complete_join_if_ready(now_ms)
        elif self.state is State.COMPLETING_REBALANCE:
            # The leader may know the old id already, and would assign to it.
            self._prepare_rebalance(f"{new_id} takes the place of {old_id}", join.reason, now_ms)
        elif self.members.select_protocol() != self.protocol_name:
            self._prepare_rebalance(f"{new_id} changes the protocol", join.reason, now_ms)
        else:
            self._store_replacement(old, new, old_leader or "", join.can_skip_assignment, now_ms)
        return parked

    def _store_replacement(
        self, old: Member, new: Member, old_leader: str, can_skip_assignment: bool, now_ms: int
    ) -> None:
        """Nothing changed but the member id: no rebalance, only a new record."""
        try:
            self._home.store(self, self._stored({each.member_id: each.assignment for each in self.members}))
        except KafkaError as error:
            log.warning("group %s: could not write who replaces %s: %s", self.group_id, old.member_id, error)
            self.members.answer_join(
                new, Joined(error.code, generation=self.generation, leader_id=old_leader)
            )
            self.members.replace(new, old)
            self._home.timers.clear(new.session)
            self._heard_of(old, now_ms)
            return
        answer = self._joined(new)
        if can_skip_assignment:
            answer.skip_assignment = new.member_id == self.members.leader_id
        else:
            # A leader that cannot skip would assign, and nobody waits for that: it is not told that it leads.
            answer.leader_id = old_leader
            answer.members = []
        self.members.answer_join(new, answer)

    def _leave(self, member_id: str, instance_id: str | None, reason: str | None) -> ErrorCode:
        if not member_id:
            known = self.members.static_id(instance_id)
            if known is None:
                return ErrorCode.UNKNOWN_MEMBER_ID
            member_id = known
        elif member_id not in self.members.pending:
            try:
                self.members.validated(member_id, instance_id)
            except KafkaError as error:
                return error.code
        log.info("group %s: %s leaves%s", self.group_id, member_id, f" ({reason})" if reason else "")
        self._remove(member_id)
        return ErrorCode.NONE


def _refused(code: ErrorCode, member_id: str = "") -> Parked[Joined]:
    return Parked(Joined(code, member_id))


def _differ(said: str | None, known: str | None) -> bool:
    return said is not None and known is not None and said != known
