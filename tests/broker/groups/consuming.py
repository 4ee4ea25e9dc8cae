"""Members of consumer groups in one line each, as the tests of the newer protocol want them."""

from __future__ import annotations

from typing import Any

import attrs

from kwire.broker.broker import Broker
from kwire.broker.groups.assignment import Assignment
from kwire.broker.groups.consumer import ConsumerGroup, Heartbeat
from kwire.broker.groups.modern import Beat
from kwire.log.files import MemoryFiles
from tests.broker.groups.brokers import TestClock, open_broker

GROUP = "g"


def new_broker(
    files: MemoryFiles | None = None,
    clock: TestClock | None = None,
    *,
    with_topics: bool = True,
    **settings: str,
) -> Broker:
    """With topics `t` (4 partitions) and `u` (2)."""
    broker = open_broker(files or MemoryFiles(), clock, seed=1, **settings)
    for name, partitions in (("t", 4), ("u", 2)):
        if with_topics and broker.topics.get(name) is None:
            broker.topics.create(name, partitions=partitions)
    return broker


def names(broker: Broker, assignment: Assignment) -> dict[str, list[int]]:
    return {
        str(broker.groups.known_topics.name_of(topic_id)): sorted(partitions)
        for topic_id, partitions in sorted(assignment.items())
    }


@attrs.define(eq=False)
class Member:
    """A client: it has an id, an epoch, and what it was given; it gives up at once what is taken from it."""

    broker: Broker
    member_id: str
    topics: tuple[str, ...] | None = ("t",)
    group_id: str = GROUP
    instance_id: str | None = None
    regex: str | None = None
    assignor: str | None = None
    epoch: int = 0
    owned: Assignment = attrs.Factory(dict)
    told: Assignment = attrs.Factory(dict)
    """What it was given last."""
    is_slow: bool = False
    """It does not give up what it should, and takes nothing."""

    def join(self, **more: Any) -> Beat:
        self.epoch, self.owned, self.told = 0, {}, {}
        return self.beat(
            rebalance_timeout_ms=60_000,
            topics=self.topics,
            regex=self.regex,
            server_assignor=self.assignor,
            owned={},
            **more,
        )

    def beat(self, **more: Any) -> Beat:
        """Say what changed, and what it owns."""
        if not self.is_slow:
            self.owned = self.told
        said: dict[str, Any] = {"owned": self.owned}
        answer = self.broker.groups.consumers.heartbeat(
            self.group_id,
            Heartbeat(
                member_id=self.member_id,
                epoch=self.epoch,
                client_id="client",
                client_host="/h",
                instance_id=self.instance_id,
                **(said | more),
            ),
            makes_own_id=False,
            now_ms=self.broker.clock.monotonic_ms(),
        )
        self.member_id, self.epoch = answer.member_id, answer.epoch
        if answer.assignment is not None:
            self.told = answer.assignment
            if not self.is_slow:
                self.owned = self.told
        return answer

    def leave(self, epoch: int = -1) -> None:
        self.epoch = epoch
        self.beat()

    @property
    def has(self) -> dict[str, list[int]]:
        return names(self.broker, self.owned)


def settle(*members: Member, rounds: int = 10) -> None:
    """Everybody sends heartbeats until nothing changes."""
    for _ in range(rounds):
        before = [(member.epoch, dict(member.owned)) for member in members]
        for member in members:
            member.beat()
        if before == [(member.epoch, dict(member.owned)) for member in members]:
            return
    raise AssertionError("they never come to rest")


def group_of(broker: Broker, group_id: str = GROUP) -> ConsumerGroup:
    return broker.groups.consumers.get(group_id)


def durable(group: ConsumerGroup) -> Any:
    """All that a restart must bring back."""
    return (
        group.epoch,
        group.metadata_hash,
        group.target_epoch,
        {member_id: (member.stored, member.current) for member_id, member in group.members.items()},
        dict(group.targets),
        dict(group.static),
        {text: each.topics for text, each in group.resolved.items()},
        {topic_id: dict(owners) for topic_id, owners in group.owners.items()},
        dict(group.subscribers),
    )
