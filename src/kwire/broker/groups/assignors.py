"""The assignors of consumer groups: who is to have which partitions (KIP-848).

`range` gives each member a run of the partitions of each topic, so that topics of the same size are dealt alike.
`uniform` gives everybody the same number, within one, and moves as little as it can. Where members subscribe to
different topics, `uniform` fills up who has least and then takes from who has most.

Members come in the order in which they joined; a member's turn does not depend on its id but for `range`, which goes
by instance id and then by member id. Racks do not count: Kafka's own assignors do not look at them either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from heapq import heapify, heappop, heappush, heapreplace

import attrs

from kwire.broker.groups.assignment import Assignment, count

MOST_ROUNDS = 16
"""How often the topics are gone through at most: where subscriptions overlap, balance comes in the limit only."""


@attrs.frozen
class Subscriber:
    """A member, as an assignor sees it."""

    member_id: str
    instance_id: str | None
    topics: frozenset[bytes]
    """The ids of the topics that it subscribes to, of those that exist."""
    target: Assignment
    """What it was to have before."""


Partitions = Mapping[bytes, int]
"""How many partitions each topic has."""

Assignor = Callable[[Sequence[Subscriber], Partitions], dict[str, Assignment]]
"""A target for every subscriber; each partition of a topic that somebody subscribes to is in one of them."""


def assign_range(subscribers: Sequence[Subscriber], partitions: Partitions) -> dict[str, Assignment]:
    """Of each topic, a run of partitions; the first members get one more when they do not divide evenly."""
    ordered = sorted(
        subscribers, key=lambda each: (each.instance_id is None, each.instance_id or "", each.member_id)
    )
    readers: dict[bytes, list[Subscriber]] = {}
    for each in ordered:
        for topic_id in sorted(each.topics):
            readers.setdefault(topic_id, []).append(each)
    targets: dict[str, dict[bytes, frozenset[int]]] = {each.member_id: {} for each in subscribers}
    for topic_id, members in readers.items():
        least, extra = divmod(partitions[topic_id], len(members))
        start = 0
        for turn, each in enumerate(members):
            end = start + least + (turn < extra)
            if start < end:
                targets[each.member_id][topic_id] = frozenset(range(start, end))
            start = end
    return dict(targets)


def assign_uniform(subscribers: Sequence[Subscriber], partitions: Partitions) -> dict[str, Assignment]:
    """Everybody the same number, within one; what can stay stays."""
    if not subscribers:
        return {}
    topics = subscribers[0].topics
    if all(each.topics == topics for each in subscribers):
        return _alike(subscribers, topics, partitions)
    return _Balance(subscribers, partitions).balanced()


def _alike(
    subscribers: Sequence[Subscriber], topics: frozenset[bytes], partitions: Partitions
) -> dict[str, Assignment]:
    """Everybody subscribes to the same topics: a quota each, and what is over it is dealt out anew."""
    least, extra = divmod(sum(partitions[topic_id] for topic_id in topics), len(subscribers))
    kept = {each.member_id: _still_there(each.target, topics, partitions) for each in subscribers}
    # Who had one more keeps it, before others get one.
    sizes = {member_id: count(target) if target else 0 for member_id, target in kept.items()}
    by_size = sorted(subscribers, key=lambda each: -sizes[each.member_id])
    quotas = {each.member_id: least + (turn < extra) for turn, each in enumerate(by_size)}
    taken: dict[bytes, set[int]] = {topic_id: set() for topic_id in topics}
    room = []
    for each in subscribers:
        member_id = each.member_id
        missing = quotas[member_id]
        if sizes[member_id]:
            mine = kept[member_id] = _at_most(kept[member_id], missing, taken)
            missing -= count(mine)
        if missing:
            room.append((member_id, missing))
    free = (
        (topic_id, index)
        for topic_id in sorted(topics)
        for index in range(partitions[topic_id])
        if index not in taken[topic_id]
    )
    for member_id, missing in room:
        more = {topic_id: set(indexes) for topic_id, indexes in kept[member_id].items()}
        for _ in range(missing):
            topic_id, index = next(free)
            more.setdefault(topic_id, set()).add(index)
        kept[member_id] = {topic_id: frozenset(indexes) for topic_id, indexes in more.items()}
    return kept


def _still_there(target: Assignment, topics: frozenset[bytes], partitions: Partitions) -> Assignment:
    """What of an earlier target exists and is still subscribed to."""
    if not target or all(
        topic_id in topics and max(indexes) < partitions[topic_id] for topic_id, indexes in target.items()
    ):
        return target
    return {
        topic_id: there
        for topic_id, indexes in target.items()
        if topic_id in topics
        and (there := frozenset(index for index in indexes if index < partitions[topic_id]))
    }


def _at_most(target: Assignment, quota: int, taken: dict[bytes, set[int]]) -> Assignment:
    """The target, or the first `quota` of it, marked as taken; the same object when nothing has to go."""
    is_whole = count(target) <= quota and all(
        indexes.isdisjoint(taken[topic_id]) for topic_id, indexes in target.items()
    )
    mine: dict[bytes, frozenset[int]] = {}
    for topic_id, indexes in target.items():
        stay = sorted(indexes - taken[topic_id])[:quota] if not is_whole else indexes
        quota -= len(stay)
        taken[topic_id].update(stay)
        if stay:
            mine[topic_id] = frozenset(stay)
    return target if is_whole else mine


class _Balance:
    """Members with different subscriptions: everything is given to whoever has least, then moved until it is even."""

    def __init__(self, subscribers: Sequence[Subscriber], partitions: Partitions) -> None:
        self._partitions = partitions
        self._readers: dict[bytes, list[str]] = {}
        for each in subscribers:
            for topic_id in each.topics:
                self._readers.setdefault(topic_id, []).append(each.member_id)
        self._turn = {each.member_id: turn for turn, each in enumerate(subscribers)}
        self._size = dict.fromkeys(self._turn, 0)
        self._owners: dict[bytes, dict[int, str]] = {topic_id: {} for topic_id in self._readers}
        for each in subscribers:
            for topic_id, indexes in _still_there(each.target, each.topics, partitions).items():
                for index in indexes:
                    if index not in self._owners[topic_id]:
                        self._give(topic_id, index, each.member_id)
        # Topics whose partitions have the fewest readers to go to come first: the others can make up for them.
        self._topics = sorted(
            self._readers,
            key=lambda topic_id: (
                -partitions[topic_id] / len(self._readers[topic_id]),
                len(self._readers[topic_id]),
                topic_id,
            ),
        )

    def balanced(self) -> dict[str, Assignment]:
        for topic_id in self._topics:
            self._fill(topic_id)
        for _ in range(MOST_ROUNDS):
            moves = [self._even_out(topic_id) for topic_id in self._topics]
            if not any(moves):
                break
        targets: dict[str, dict[bytes, set[int]]] = {member_id: {} for member_id in self._turn}
        for topic_id, owners in self._owners.items():
            for index, member_id in owners.items():
                targets[member_id].setdefault(topic_id, set()).add(index)
        return {
            member_id: {topic_id: frozenset(indexes) for topic_id, indexes in target.items()}
            for member_id, target in targets.items()
        }

    def _give(self, topic_id: bytes, index: int, member_id: str) -> None:
        before = self._owners[topic_id].get(index)
        if before is not None:
            self._size[before] -= 1
        self._owners[topic_id][index] = member_id
        self._size[member_id] += 1

    def _load(self, member_id: str) -> tuple[int, int]:
        return self._size[member_id], self._turn[member_id]

    def _fill(self, topic_id: bytes) -> None:
        """Each partition that nobody has goes to the reader who has least."""
        owners = self._owners[topic_id]
        free = [index for index in range(self._partitions[topic_id]) if index not in owners]
        if free:
            queue = [(*self._load(member_id), member_id) for member_id in self._readers[topic_id]]
            heapify(queue)
            for index in free:
                size, turn, member_id = queue[0]
                self._give(topic_id, index, member_id)
                heapreplace(queue, (size + 1, turn, member_id))

    def _even_out(self, topic_id: bytes) -> bool:
        """Move partitions from the reader who has most to the one who has least, while that makes it more even."""
        readers = self._readers[topic_id]
        if len(readers) < 2:
            return False
        held: dict[str, list[int]] = {}
        for index, member_id in sorted(self._owners[topic_id].items()):
            held.setdefault(member_id, []).append(index)
        poorest = [(*self._load(member_id), member_id) for member_id in readers]
        richest = [(-self._size[member_id], -self._turn[member_id], member_id) for member_id in held]
        heapify(poorest)
        heapify(richest)
        moved = False
        while richest:
            most, _, giver = richest[0]
            least, turn, taker = poorest[0]
            if -most != self._size[giver] or not held.get(giver):
                heappop(richest)  # it got something meanwhile, or has nothing left to give
                if held.get(giver):
                    heappush(richest, (-self._size[giver], -self._turn[giver], giver))
                continue
            if least != self._size[taker]:
                heapreplace(poorest, (*self._load(taker), taker))
                continue
            if -most - least <= 1:
                break
            self._give(topic_id, held[giver].pop(), taker)
            heapreplace(richest, (-self._size[giver], -self._turn[giver], giver))
            heapreplace(poorest, (least + 1, turn, taker))
            moved = True
        return moved


ASSIGNORS: dict[str, Assignor] = {"uniform": assign_uniform, "range": assign_range}

_CLASSES = {
    "org.apache.kafka.coordinator.group.assignor.UniformAssignor": "uniform",
    "org.apache.kafka.coordinator.group.assignor.RangeAssignor": "range",
}


def known_assignors(names: Sequence[str]) -> list[str]:
    """Those of the setting `group.consumer.assignors` that are here, by short name; classes of others cannot be run."""
    short = [_CLASSES.get(name, name) for name in names]
    return [name for name in dict.fromkeys(short) if name in ASSIGNORS]
