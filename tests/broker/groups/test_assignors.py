"""The assignors of consumer groups: everything has one owner, who wants it, and nobody has much more than others."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kwire.broker.groups.assignment import Assignment, count
from kwire.broker.groups.assignors import (
    ASSIGNORS,
    Assignor,
    Subscriber,
    assign_range,
    assign_uniform,
    known_assignors,
)

A, B, C = (letter * 16 for letter in (b"a", b"b", b"c"))


def member(
    name: str, *topics: bytes, target: Assignment | None = None, instance: str | None = None
) -> Subscriber:
    return Subscriber(name, instance, frozenset(topics), target or {})


def shown(targets: Mapping[str, Assignment]) -> dict[str, dict[str, list[int]]]:
    return {
        name: {topic[:1].decode(): sorted(parts) for topic, parts in sorted(target.items())}
        for name, target in targets.items()
    }


@st.composite
def groups(draw: st.DrawFn) -> tuple[list[Subscriber], dict[bytes, int]]:
    """Members with subscriptions of all kinds, and whatever they were to have before."""
    partitions = {topic: draw(st.integers(1, 9)) for topic in (A, B, C)}
    names = draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8, unique=True))
    same = draw(st.booleans())
    wanted = draw(st.sets(st.sampled_from((A, B, C))))
    left = {(topic, index) for topic in (A, B, C) for index in range(partitions[topic] + 2)}
    subscribers = []
    for name in names:
        mine = draw(st.sets(st.sampled_from(sorted(left)))) if left else set()
        left -= mine
        target: dict[bytes, frozenset[int]] = {}
        for topic, index in mine:
            target[topic] = target.get(topic, frozenset()) | {index}
        topics = wanted if same else draw(st.sets(st.sampled_from((A, B, C))))
        subscribers.append(Subscriber(name, None, frozenset(topics), target))
    return subscribers, partitions


@pytest.mark.parametrize("assignor", ASSIGNORS.values(), ids=ASSIGNORS.keys())
@given(group=groups())
@settings(max_examples=150)
def test_every_partition_that_somebody_wants_has_one_owner_who_wants_it(
    assignor: Assignor, group: tuple[list[Subscriber], dict[bytes, int]]
) -> None:
    subscribers, partitions = group
    targets = assignor(subscribers, partitions)
    assert targets.keys() == {each.member_id for each in subscribers}
    owned = []
    for each in subscribers:
        for topic, indexes in targets[each.member_id].items():
            assert topic in each.topics
            assert indexes
            owned += [(topic, index) for index in indexes]
    wanted = {topic for each in subscribers for topic in each.topics}
    assert sorted(owned) == sorted((topic, index) for topic in wanted for index in range(partitions[topic]))


@given(group=groups())
@settings(max_examples=150)
def test_uniform_leaves_things_as_they_are_when_nothing_changed(
    group: tuple[list[Subscriber], dict[bytes, int]],
) -> None:
    subscribers, partitions = group
    targets = assign_uniform(subscribers, partitions)
    again = [Subscriber(each.member_id, None, each.topics, targets[each.member_id]) for each in subscribers]
    settled = assign_uniform(again, partitions)
    assert {name: count(target) for name, target in settled.items()} == {
        name: count(target) for name, target in targets.items()
    }
    if len({each.topics for each in subscribers}) == 1:
        assert settled == targets
        sizes = [count(target) for target in targets.values()]
        assert max(sizes) - min(sizes) <= 1


@given(group=groups())
@settings(max_examples=150)
def test_uniform_is_as_even_as_one_move_can_make_it(group: tuple[list[Subscriber], dict[bytes, int]]) -> None:
    subscribers, partitions = group
    targets = assign_uniform(subscribers, partitions)
    for giver in subscribers:
        for taker in subscribers:
            if any(topic in taker.topics for topic in targets[giver.member_id]):
                assert count(targets[giver.member_id]) - count(targets[taker.member_id]) <= 1


def test_uniform_takes_from_who_has_too_much_and_from_nobody_else() -> None:
    before = [
        member("a", A, target={A: frozenset((0, 1, 2))}),
        member("b", A, target={A: frozenset((3, 4))}),
        member("c", A),
    ]
    assert shown(assign_uniform(before, {A: 5})) == {"a": {"a": [0, 1]}, "b": {"a": [3, 4]}, "c": {"a": [2]}}


def test_range_gives_runs_that_begin_with_the_static_members() -> None:
    members = [member("a", A, B), member("z", A, B, instance="2"), member("y", A, B, instance="1")]
    assert shown(assign_range(members, {A: 4, B: 3})) == {
        "y": {"a": [0, 1], "b": [0]},
        "z": {"a": [2], "b": [1]},
        "a": {"a": [3], "b": [2]},
    }


def test_range_divides_each_topic_among_its_readers() -> None:
    members = [member("a", A), member("b", A, B), member("c", B)]
    assert shown(assign_range(members, {A: 3, B: 1})) == {
        "a": {"a": [0, 1]},
        "b": {"a": [2], "b": [0]},
        "c": {},
    }


def test_nobody_gets_nothing() -> None:
    assert assign_uniform([], {}) == {}
    assert assign_range([], {}) == {}


def test_assignors_are_known_by_their_classes_too() -> None:
    names = [
        "org.apache.kafka.coordinator.group.assignor.RangeAssignor",
        "range",
        "org.example.Best",
        "uniform",
    ]
    assert known_assignors(names) == ["range", "uniform"]
