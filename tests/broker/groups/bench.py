"""A group on the bench: its own clock, no disk, and members in a line or two."""

from __future__ import annotations

from typing import Any

import attrs

from kwire.broker.groups.classic import ClassicGroup
from kwire.broker.groups.events import StoredGroup
from kwire.broker.groups.members import Join, Joined, Parked, Protocols, State, Synced
from kwire.broker.groups.rebalancing import GroupSettings, Rebalancing
from kwire.broker.groups.timers import Timers
from kwire.broker.signals import Signal
from kwire.codec.stored.consumer_protocol_subscription import ConsumerProtocolSubscription
from kwire.errors import ErrorCode, KafkaError

SESSION_MS = 10_000
REBALANCE_MS = 60_000


def subscription(*topics: str) -> bytes:
    """What a consumer says of itself: version 1, and the topics that it wants."""
    return b"\x00\x01" + ConsumerProtocolSubscription(topics=list(topics)).encode(1)


def offers(*names: str, topics: tuple[str, ...] = ("t",)) -> Protocols:
    return tuple((name, subscription(*topics)) for name in names)


RANGE = offers("range")


def waiting_still(parked: Parked[Any]) -> bool:
    return parked.answer is None


class Bench:
    """A group, and what it lives with."""

    def __init__(self, **settings: int) -> None:
        self.settings = GroupSettings(**settings)
        self.timers = Timers(Signal())
        self.now_ms = 1_000
        self.ids = 0
        self.stored: list[StoredGroup] = []
        self.failure: KafkaError | None = None
        self.group = ClassicGroup(self, "g")

    def new_id(self) -> str:
        self.ids += 1
        return f"id{self.ids}"

    def time_ms(self) -> int:
        return 1_700_000_000_000 + self.now_ms

    def store(self, group: Rebalancing, stored: StoredGroup) -> None:
        if self.failure is not None:
            raise self.failure
        self.stored.append(stored)
        group.adopt(stored)

    def is_in(self, state: State) -> bool:
        return self.group.state is state

    def pass_time(self, milliseconds: int) -> None:
        """Let time pass; every timer fires when it is due."""
        end_ms = self.now_ms + milliseconds
        while (due_ms := self.timers.next_due_ms) is not None and due_ms <= end_ms:
            self.now_ms = max(self.now_ms, due_ms)
            self._tick()
        self.now_ms = end_ms
        self._tick()

    def _tick(self) -> None:
        for timer in self.timers.expired(self.now_ms):
            timer.owner.expire(timer, self.now_ms)

    def ask_to_join(self, member_id: str = "", **more: Any) -> Parked[Joined]:
        """A JoinGroup as an old client sends it: whoever is new joins at once."""
        join = Join(
            member_id=member_id,
            instance_id=None,
            client_id="client",
            client_host="/127.0.0.1",
            session_timeout_ms=SESSION_MS,
            rebalance_timeout_ms=REBALANCE_MS,
            protocol_type="consumer",
            protocols=RANGE,
            can_retry_with_id=False,
        )
        return self.group.join(attrs.evolve(join, **more), self.now_ms)

    def refused(self, member_id: str = "", **more: Any) -> ErrorCode:
        """What a JoinGroup is told that cannot succeed."""
        answer = self.ask_to_join(member_id, **more).answer
        assert answer is not None
        return answer.error

    def ask_to_sync(self, joined: Joined, assignments: dict[str, bytes] | None = None) -> Parked[Synced]:
        return self.group.sync(
            joined.member_id, None, joined.generation, None, None, assignments or {}, self.now_ms
        )

    def heartbeat(self, joined: Joined, instance_id: str | None = None) -> ErrorCode:
        try:
            self.group.heartbeat(joined.member_id, instance_id, joined.generation, self.now_ms)
        except KafkaError as error:
            return error.code
        return ErrorCode.NONE

    def commit(self, member_id: str = "", generation: int = -1, instance_id: str | None = None) -> ErrorCode:
        try:
            self.group.check_commit(member_id, instance_id, generation, self.now_ms)
        except KafkaError as error:
            return error.code
        return ErrorCode.NONE

    def leave(self, *members: tuple[str, str | None]) -> list[ErrorCode]:
        return self.group.leave([(*member, None) for member in members], self.now_ms)

    def joined(self, *asked: Parked[Joined]) -> list[Joined]:
        """The answers, which must be there, and good."""
        answers = []
        for parked in asked:
            assert parked.answer is not None, "still waiting"
            assert parked.answer.error is ErrorCode.NONE
            answers.append(parked.answer)
        return answers

    def generation_of(self, count: int, **more: Any) -> list[Joined]:
        """`count` new members that joined together, in CompletingRebalance; the first one leads."""
        asked = [self.ask_to_join(**more) for _ in range(count)]
        self.pass_time(self.settings.initial_rebalance_delay_ms)
        self.pass_time(self.settings.initial_rebalance_delay_ms)
        return self.joined(*asked)

    def stable(self, count: int = 1, **more: Any) -> list[Joined]:
        """A stable group of `count` new members; each is assigned its own member id."""
        members = self.generation_of(count, **more)
        self.assign(members)
        return members

    def assign(self, members: list[Joined]) -> None:
        """Followers ask, the leader gives everybody its own member id."""
        everything = {member.member_id: member.member_id.encode() for member in members}
        leader_id = self.group.members.leader_id
        for member in sorted(members, key=lambda member: member.member_id == leader_id):
            self.ask_to_sync(member, everything if member.member_id == leader_id else None)
