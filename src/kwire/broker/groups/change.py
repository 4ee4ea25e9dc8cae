"""A change of a consumer group while it is decided: what is known of the member that asks, and what will be written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from kwire.broker.groups.assignment import NOTHING, Assignment
from kwire.broker.groups.events import GroupEvent
from kwire.broker.groups.modern import JOIN_EPOCH, ModernMember
from kwire.broker.groups.modern_events import (
    Current,
    CurrentStored,
    MemberStored,
    Progress,
    StoredMember,
    TargetStored,
)

if TYPE_CHECKING:
    from kwire.broker.groups.consumer import ConsumerGroup


class Change:
    """What a heartbeat, or a member that goes, changes: gathered here, written at once, applied afterwards."""

    __slots__ = (
        "current",
        "events",
        "gone",
        "group",
        "is_new",
        "member_id",
        "resolved",
        "stored",
        "target",
        "targets",
        "targets_made_ms",
        "topics_version",
    )

    def __init__(self, group: ConsumerGroup, member_id: str) -> None:
        self.group = group
        self.member_id = member_id
        self.events: list[GroupEvent] = [*group.prologue]
        self.is_new = True
        self.stored = StoredMember(member_id)
        self.current = Current()
        self.target: Assignment = NOTHING
        self.targets: Mapping[str, Assignment] = group.targets
        self.gone: set[str] = set()
        self.resolved = {text: each.topics or frozenset() for text, each in group.resolved.items()}
        self.topics_version = group.topics_version
        self.targets_made_ms: int | None = None

    def goes_on(self, member: ModernMember) -> None:
        """The member is there already."""
        self.is_new = False
        self.stored = member.stored
        self.current = member.current
        self.target = self.group.targets.get(member.member_id, NOTHING)

    def begins_anew(self) -> None:
        """It has nothing in its hands, whatever it had: what it had to give up is given up."""
        self.current = Current(JOIN_EPOCH, JOIN_EPOCH, Progress.STABLE, self.current.assigned)

    def replaces(self, member: ModernMember) -> None:
        """A static member takes the place of this one, under its own id (KIP-345)."""
        group = self.group
        of, group_id = group.family, group.group_id
        self.takes_out(member.member_id)
        self.is_new = False
        self.stored = attrs.evolve(member.stored, member_id=self.member_id)
        self.current = Current(JOIN_EPOCH, JOIN_EPOCH, Progress.STABLE, member.current.assigned)
        self.target = group.targets.get(member.member_id, NOTHING)
        targets = dict(group.targets)
        targets.pop(member.member_id, None)
        targets[self.member_id] = self.target
        self.targets = targets
        self.events += [
            MemberStored(of, group_id, self.member_id, self.stored),
            TargetStored(of, group_id, self.member_id, self.target),
            CurrentStored(of, group_id, self.member_id, self.current),
        ]

    def takes_out(self, member_id: str) -> None:
        """A member is no more."""
        of, group_id = self.group.family, self.group.group_id
        self.gone.add(member_id)
        self.events += [
            CurrentStored(of, group_id, member_id, None),
            TargetStored(of, group_id, member_id, None),
            MemberStored(of, group_id, member_id, None),
        ]

    def members_with(self, updated: StoredMember) -> dict[str, StoredMember]:
        """Everybody who will be in the group."""
        members = {
            member_id: member.stored
            for member_id, member in self.group.members.items()
            if member_id not in self.gone
        }
        members[updated.member_id] = updated
        return members
