"""Which partitions belong to whom: the values that groups of the newer protocols think in.

An `Assignment` says what somebody is to have, an `Owned` what somebody has, with the member epoch in which each
partition was given to it (KIP-1251). Both are values: whoever wants another one makes another one. A topic without
partitions is not in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

Assignment: TypeAlias = Mapping[bytes, frozenset[int]]
"""Partitions by topic id."""

Owned: TypeAlias = Mapping[bytes, Mapping[int, int]]
"""For each topic id and partition, the epoch in which it was given."""

NOTHING: Assignment = {}


def as_assignment(parts: Iterable[tuple[bytes, Iterable[int]]]) -> Assignment:
    """Of (topic id, partitions), as messages and records have them."""
    found: dict[bytes, frozenset[int]] = {}
    for topic_id, partitions in parts:
        of_topic = frozenset(partitions)
        if of_topic:
            found[topic_id] = found[topic_id] | of_topic if topic_id in found else of_topic
    return found


def partitions_of(owned: Owned) -> Assignment:
    """What is owned, whenever it was given."""
    return {topic_id: frozenset(partitions) for topic_id, partitions in owned.items()}


def same_partitions(one: Owned, other: Owned) -> bool:
    """Are these the same partitions, whenever they were given?"""
    return one is other or (
        one.keys() == other.keys()
        and all(partitions.keys() == other[topic_id].keys() for topic_id, partitions in one.items())
    )


def is_within(some: Assignment, owned: Owned) -> bool:
    """Are all of these owned?"""
    return all(partitions <= owned.get(topic_id, {}).keys() for topic_id, partitions in some.items())


def overlaps(some: Assignment, owned: Owned) -> bool:
    """Is any of these owned?"""
    return any(not partitions.isdisjoint(owned.get(topic_id, ())) for topic_id, partitions in some.items())


def count(assignment: Assignment) -> int:
    """How many partitions."""
    return sum(map(len, assignment.values()))
