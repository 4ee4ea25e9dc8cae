"""The assignor of share groups, `simple` (KIP-932): a partition may belong to several members.

Every partition has at least one member, and as many as it takes for every member to have a partition. Members have
the same number of partitions, within one, and what can stay with a member stays.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from kwire.broker.groups.assignment import Assignment, as_assignment
from kwire.broker.groups.assignors import Subscriber

Place = tuple[bytes, int]
"""A partition."""


def assign_simple(subscribers: Sequence[Subscriber], partitions: Assignment) -> dict[str, Assignment]:
    """A target for every subscriber, of the partitions that can be assigned.

    Where members subscribe to different topics, each topic is shared out for itself.
    """
    found: dict[str, set[Place]] = {each.member_id: set() for each in subscribers}
    if not subscribers:
        return {}
    topics = subscribers[0].topics
    if all(each.topics == topics for each in subscribers):
        _share_out(subscribers, _places(topics, partitions), found)
    else:
        for topic_id in sorted(frozenset().union(*(each.topics for each in subscribers))):
            readers = [each for each in subscribers if topic_id in each.topics]
            _share_out(readers, _places((topic_id,), partitions), found)
    return {
        member_id: as_assignment((topic_id, (index,)) for topic_id, index in sorted(places))
        for member_id, places in found.items()
    }


def _places(topics: Sequence[bytes] | frozenset[bytes], partitions: Assignment) -> list[Place]:
    return [
        (topic_id, index) for topic_id in sorted(topics) for index in sorted(partitions.get(topic_id, ()))
    ]


def _share_out(
    members: Sequence[Subscriber], places: Sequence[Place], found: Mapping[str, set[Place]]
) -> None:
    """Deal `places` to members, all of whom want all of them."""
    if not places:
        return
    sharing = -(-len(members) // len(places))
    holders: dict[Place, set[str]] = {place: set() for place in places}
    unfilled: deque[tuple[str, int]] = deque()
    dealt = 0
    for turn, member in enumerate(members, 1):
        quota = -(-(sharing * len(places) * turn) // len(members)) - dealt
        dealt += quota
        kept = 0
        for topic_id, indexes in sorted(member.target.items()):
            for index in sorted(indexes):
                place = topic_id, index
                if kept < quota and place in holders and len(holders[place]) < sharing:
                    holders[place].add(member.member_id)
                    found[member.member_id].add(place)
                    kept += 1
        if kept < quota:
            unfilled.append((member.member_id, quota - kept))
    for place, of_place in sorted(holders.items(), key=lambda each: len(each[1])):
        passed_over = 0
        while len(of_place) < sharing and passed_over < len(unfilled):
            member_id, wanted = unfilled.popleft()
            if member_id in of_place:
                passed_over += 1
            else:
                of_place.add(member_id)
                found[member_id].add(place)
                wanted -= 1
            if wanted:
                unfilled.append((member_id, wanted))
