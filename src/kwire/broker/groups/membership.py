"""Who is in a classic group: members, ids that were given out, the leader, and what everybody offers.

Owns the counts that make a rebalance cheap with thousands of members: how many wait in a JoinGroup, and how many
offer each protocol. Always holds: those counts are true, an instance id has one member, the leader is a member.
Whoever is taken out of here is answered first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from kwire.broker.groups.members import Join, Joined, Member, Parked, Protocols, Synced
from kwire.broker.groups.timers import Timer
from kwire.errors import ErrorCode, KafkaError


class Membership:
    """The members of one group, the longest-serving first."""

    __slots__ = ("_by_id", "_static", "_supporters", "awaiting_join", "leader_id", "pending")

    def __init__(self) -> None:
        self._by_id: dict[str, Member] = {}
        self._static: dict[str, str] = {}
        self._supporters: Counter[str] = Counter()
        self.leader_id: str | None = None
        self.awaiting_join = 0
        """How many members have a parked JoinGroup."""
        self.pending: dict[str, Timer] = {}
        """Member ids that were given out and not used yet, with the end of each."""

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._by_id.values())

    def __contains__(self, member_id: str) -> bool:
        return member_id in self._by_id

    def get(self, member_id: str) -> Member | None:
        return self._by_id.get(member_id)

    def static_id(self, instance_id: str | None) -> str | None:
        """The member id that this instance has now."""
        return None if instance_id is None else self._static.get(instance_id)

    def validated(self, member_id: str, instance_id: str | None) -> Member:
        """The member. Raises KafkaError: UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID when another took its place."""
        if instance_id is not None:
            known = self._static.get(instance_id)
            if known is None:
                raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID)
            if known != member_id:
                raise KafkaError(ErrorCode.FENCED_INSTANCE_ID)
        member = self._by_id.get(member_id)
        if member is None:
            raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID)
        return member

    @property
    def all_joined(self) -> bool:
        """Is there nobody left to wait for?"""
        return len(self._by_id) == self.awaiting_join and not self.pending

    @property
    def rebalance_timeout_ms(self) -> int:
        """The longest time that a member asked for."""
        return max((member.rebalance_timeout_ms for member in self), default=0)

    # Protocols

    def all_support_one_of(self, protocols: Protocols) -> bool:
        everybody = len(self._by_id)
        return any(self._supporters[name] == everybody for name, _ in protocols)

    def select_protocol(self) -> str:
        """The one that most members like best among those that all of them offer. There must be members."""
        everybody = len(self._by_id)
        candidates = {name for name, supporters in self._supporters.items() if supporters == everybody}
        votes = Counter(member.vote(candidates) for member in self)
        return votes.most_common(1)[0][0]

    # Changes

    def add(self, member: Member) -> None:
        """Somebody new, perhaps waiting in a JoinGroup; the first one leads."""
        self._by_id[member.member_id] = member
        if member.instance_id is not None:
            self._static[member.instance_id] = member.member_id
        if member.joining is not None:
            self.awaiting_join += 1
        self._supporters.update(name for name, _ in member.protocols)
        if self.leader_id is None:
            self.leader_id = member.member_id

    def update(self, member: Member, join: Join) -> Parked[Joined]:
        """What a member offers from now on, and its place in the next generation."""
        self._no_longer_supports(member)
        self._supporters.update(name for name, _ in join.protocols)
        member.protocols = join.protocols
        member.rebalance_timeout_ms = join.rebalance_timeout_ms
        member.session_timeout_ms = join.session_timeout_ms
        # It may ask anew, on a new connection: only its newest request is part of the rebalance.
        self.answer_join(member, Joined(ErrorCode.REBALANCE_IN_PROGRESS, member.member_id))
        parked = member.joining = Parked[Joined]()
        self.awaiting_join += 1
        return parked

    def remove(self, member_id: str) -> Member | None:
        """Take a member out, and answer what it waits for: it is unknown here. None when it is not there."""
        member = self._by_id.pop(member_id, None)
        if member is None:
            return None
        self.answer_join(member, Joined(ErrorCode.UNKNOWN_MEMBER_ID))
        self.answer_sync(member, Synced(ErrorCode.UNKNOWN_MEMBER_ID))
        self._no_longer_supports(member)
        if member.instance_id is not None:
            self._static.pop(member.instance_id, None)
        if self.leader_id == member_id:
            self.leader_id = next(iter(self._by_id), None)
        return member

    def replace(self, old: Member, new: Member) -> None:
        """`new` is `old` under another member id: whoever still waits under the old one is fenced (KIP-345)."""
        self.answer_join(old, Joined(ErrorCode.FENCED_INSTANCE_ID, old.member_id))
        self.answer_sync(old, Synced(ErrorCode.FENCED_INSTANCE_ID))
        self._no_longer_supports(old)
        del self._by_id[old.member_id]
        if self.leader_id == old.member_id:
            self.leader_id = new.member_id
        self.add(new)

    def restore(self, members: Iterable[Member], leader_id: str | None) -> None:
        """These are the members, and nobody else."""
        self._by_id = {}
        self._static = {}
        self._supporters = Counter()
        self.awaiting_join = 0
        self.leader_id = leader_id
        for member in members:
            self.add(member)
        self.leader_id = leader_id

    def elect_leader(self) -> bool:
        """The leader stays when it joined; else the first that did. False when nobody did."""
        leader = self._by_id.get(self.leader_id or "")
        if leader is None or leader.joining is None:
            leader = next((member for member in self if member.joining is not None), None)
            if leader is None:
                return False
            self.leader_id = leader.member_id
        return True

    def answer_join(self, member: Member, answer: Joined) -> None:
        if member.joining is not None:
            parked, member.joining = member.joining, None
            self.awaiting_join -= 1
            parked.place(answer)

    def answer_sync(self, member: Member, answer: Synced) -> None:
        if member.syncing is not None:
            parked, member.syncing = member.syncing, None
            parked.place(answer)

    def _no_longer_supports(self, member: Member) -> None:
        for name, _ in member.protocols:
            if self._supporters[name] > 1:
                self._supporters[name] -= 1
            else:
                del self._supporters[name]
