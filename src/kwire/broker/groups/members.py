"""Members of a classic group, what they ask, and what they are told."""

from __future__ import annotations

from enum import Enum
from typing import Generic, TypeVar

import attrs

from kwire.broker.groups.events import StoredMember
from kwire.broker.groups.timers import Timer
from kwire.broker.signals import Signal
from kwire.errors import ErrorCode

A = TypeVar("A")

Protocols = tuple[tuple[str, bytes], ...]
"""(name, metadata) of the assignment strategies that a member offers, the one it likes best first; names differ."""


class Parked(Generic[A]):
    """An answer that a rule will place, now or later; `placed` fires when it is there."""

    __slots__ = ("answer", "placed")

    def __init__(self, answer: A | None = None) -> None:
        self.answer = answer
        self.placed = Signal()

    def place(self, answer: A) -> None:
        """The first answer counts."""
        if self.answer is None:
            self.answer = answer
            self.placed.fire()


@attrs.frozen
class Join:
    """A member asks to belong to the next generation."""

    member_id: str
    """Empty for somebody new."""
    instance_id: str | None
    """Set for a static member (KIP-345), which keeps its place when it comes back under a new member id."""
    client_id: str
    client_host: str
    session_timeout_ms: int
    rebalance_timeout_ms: int
    protocol_type: str
    protocols: Protocols
    reason: str | None = None
    """Why, as the client says (KIP-800); only logged."""
    can_retry_with_id: bool = True
    """A new dynamic member first gets an id, and joins with it (KIP-394)."""
    can_skip_assignment: bool = True
    """A returning leader can be told that nobody needs a new assignment (KIP-814)."""


@attrs.define
class Joined:
    """The answer to a Join. `members` is for the leader: (member id, instance id, metadata)."""

    error: ErrorCode = ErrorCode.NONE
    member_id: str = ""
    generation: int = -1
    protocol_type: str | None = None
    protocol_name: str | None = None
    leader_id: str = ""
    skip_assignment: bool = False
    members: list[tuple[str, str | None, bytes]] = attrs.Factory(list)


@attrs.define
class Synced:
    """The answer to a SyncGroup: what this member owns in this generation."""

    error: ErrorCode = ErrorCode.NONE
    protocol_type: str | None = None
    protocol_name: str | None = None
    assignment: bytes = b""


@attrs.define(eq=False)
class Member:
    """One member of a group."""

    member_id: str
    instance_id: str | None
    client_id: str
    client_host: str
    rebalance_timeout_ms: int
    session_timeout_ms: int
    protocols: Protocols
    session: Timer
    assignment: bytes = b""
    is_new: bool = False
    """It has not been told its id yet, so it cannot send heartbeats."""
    joining: Parked[Joined] | None = None
    syncing: Parked[Synced] | None = None

    @property
    def is_static(self) -> bool:
        return self.instance_id is not None

    @property
    def may_be_silent(self) -> bool:
        """It waits for us, so nothing is to be heard of it."""
        return not self.is_new and (self.joining is not None or self.syncing is not None)

    def metadata(self, protocol_name: str | None) -> bytes:
        """What it said of itself under this protocol; empty when it does not offer it."""
        for name, metadata in self.protocols:
            if name == protocol_name:
                return metadata
        return b""

    def vote(self, candidates: set[str]) -> str:
        """The candidate that it likes best; there must be one."""
        return next(name for name, _ in self.protocols if name in candidates)

    def stored(self, protocol_name: str | None, assignment: bytes) -> StoredMember:
        return StoredMember(
            member_id=self.member_id,
            instance_id=self.instance_id,
            client_id=self.client_id,
            client_host=self.client_host,
            rebalance_timeout_ms=self.rebalance_timeout_ms,
            session_timeout_ms=self.session_timeout_ms,
            subscription=self.metadata(protocol_name),
            assignment=assignment,
        )


class State(Enum):
    """Where a classic group stands, by Kafka's names."""

    EMPTY = "Empty"
    PREPARING_REBALANCE = "PreparingRebalance"
    COMPLETING_REBALANCE = "CompletingRebalance"
    STABLE = "Stable"
    DEAD = "Dead"


@attrs.frozen
class MemberDescription:
    """A member, as DescribeGroups shows it."""

    member_id: str
    instance_id: str | None
    client_id: str
    client_host: str
    metadata: bytes
    assignment: bytes


@attrs.frozen
class GroupDescription:
    """A group, as DescribeGroups shows it."""

    state: State
    protocol_type: str
    protocol_name: str
    members: list[MemberDescription]
