"""The checker finds every kind of anomaly, and none where there is none."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.histories import Anomaly, History, Look, Outcome, Place, Records, check, check_copies

A, B, IN = ("t", 0), ("t", 1), ("in", 0)
GROUP = ("g", IN)
Final = dict[Place, Records]


def good() -> tuple[History, Final, dict[tuple[str, Place], int]]:
    """Two producers, five transactions with every outcome, two readers, one group."""
    history = History()
    first = history.begin("p", 1)
    first.writes = [(A, b"p1"), (B, b"p2"), (A, b"p3")]
    first.outcome = Outcome.COMMITTED
    first.offsets = {GROUP: (0, 2)}
    second = history.begin("p", 2)
    second.writes = [(A, b"p4")]
    third = history.begin("q", 1)
    third.writes = [(A, b"q1"), (B, b"q2")]
    third.outcome = Outcome.UNKNOWN
    third.offsets = {GROUP: (2, 5)}
    fourth = history.begin("q", 2)
    fourth.writes = [(A, b"q3"), (B, b"q4")]
    fourth.outcome = Outcome.UNKNOWN
    fifth = history.begin("p", 3)
    fifth.writes = [(B, b"p5")]
    fifth.outcome = Outcome.COMMITTED
    final: Final = {A: [(0, b"p1"), (1, b"p3"), (5, b"q1")], B: [(0, b"p2"), (2, b"q2"), (9, b"p5")]}
    history.looks = [
        Look("r", A, 0, 3, [(0, b"p1"), (1, b"p3")]),
        Look("r", A, 3, 7, [(5, b"q1")]),
        Look("s", B, 1, 9, [(2, b"q2")]),
    ]
    history.positions[GROUP] = [0, 0, 2, 5]
    return history, final, {GROUP: 5}


def test_a_good_history_passes() -> None:
    check(*good())


def lose(history: History, final: Final) -> None:
    final[B].remove((9, b"p5"))


def show_aborted(history: History, final: Final) -> None:
    final[A].insert(2, (3, b"p4"))


def halve(history: History, final: Final) -> None:
    final[B].append((11, b"q4"))


def double(history: History, final: Final) -> None:
    final[A].append((8, b"p1"))


def misplace(history: History, final: Final) -> None:
    final[A].append((8, b"p5"))


def invent(history: History, final: Final) -> None:
    final[A].append((8, b"nobody's"))


def reorder(history: History, final: Final) -> None:
    final[A][:2] = [(0, b"p3"), (1, b"p1")]
    history.looks.clear()


def reorder_transactions(history: History, final: Final) -> None:
    final[B] = [(0, b"p5"), (2, b"q2"), (9, b"p2")]
    history.looks.clear()


def vanish(history: History, final: Final) -> None:
    history.looks.append(Look("r", A, 7, 9, [(8, b"p4")]))


def change(history: History, final: Final) -> None:
    history.looks.append(Look("r", A, 0, 1, [(0, b"p3")]))


def skip(history: History, final: Final) -> None:
    history.looks.append(Look("r", A, 0, 7, [(0, b"p1"), (5, b"q1")]))


def go_back(history: History, final: Final) -> None:
    history.looks.append(Look("r", A, 0, 3, [(1, b"p3"), (0, b"p1")]))


def forget_position(history: History, final: Final) -> None:
    history.positions[GROUP].append(2)


def consume_twice(history: History, final: Final) -> None:
    again = history.begin("q", 3)
    again.outcome = Outcome.COMMITTED
    again.offsets = {GROUP: (0, 4)}


def commit_from_elsewhere(history: History, final: Final) -> None:
    history.transactions[2].offsets = {GROUP: (3, 5)}


def lose_commit(history: History, final: Final) -> None:
    history.transactions[-1].offsets = {GROUP: (5, 8)}


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (lose, "lost write"),
        (show_aborted, "aborted read"),
        (halve, "half a transaction"),
        (double, "duplicate"),
        (misplace, "unwritten"),
        (invent, "unwritten"),
        (reorder, "reordered"),
        (reorder_transactions, "reordered"),
        (vanish, "vanished"),
        (change, "vanished"),
        (skip, "skipped"),
        (go_back, "offsets that go back"),
        (forget_position, "positions that go back"),
        (consume_twice, "consumed twice"),
        (commit_from_elsewhere, "positions without a commit"),
        (lose_commit, "lost commit"),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_every_anomaly_is_found(damage: Callable[[History, Final], None], kind: str) -> None:
    history, final, positions = good()
    damage(history, final)
    with pytest.raises(Anomaly) as found:
        check(history, final, positions)
    assert found.value.kind == kind


@given(
    plan=st.lists(
        st.tuples(
            st.sampled_from("pq"),
            st.lists(st.sampled_from([A, B]), max_size=4),
            st.sampled_from(Outcome),
            st.booleans(),
        ),
        max_size=12,
    ),
    cuts=st.lists(st.integers(0, 40), max_size=6),
)
def test_what_a_right_server_does_passes(
    plan: list[tuple[str, list[Place], Outcome, bool]], cuts: list[int]
) -> None:
    history = History()
    final: Final = {A: [], B: []}
    ends = {A: 0, B: 0}
    numbers = {"p": 0, "q": 0}
    for count, (producer, places, outcome, happened) in enumerate(plan):
        numbers[producer] += 1
        transaction = history.begin(producer, numbers[producer])
        transaction.outcome = outcome
        committed = outcome is Outcome.COMMITTED or (outcome is Outcome.UNKNOWN and happened)
        for at, place in enumerate(places):
            value = f"{count}/{at}".encode()
            transaction.writes.append((place, value))
            if committed:
                final[place].append((ends[place], value))
            ends[place] += 1
        for place in set(places):
            ends[place] += 1  # a marker
    for start, end in itertools.pairwise(cuts):
        if start < end:
            inside = [each for each in final[A] if start <= each[0] < end]
            history.looks.append(Look("r", A, start, end, inside))
    check(history, final)


SOURCE = [(0, b"a"), (1, b"b"), (4, b"c")]


@pytest.mark.parametrize(
    ("copies", "kind"),
    [
        ([b"a>1", b"b>2"], None),
        ([b"a>1", b"b>2", b"a>3"], "copied twice"),
        ([b"a>1"], "not copied"),
        ([b"a>1", b"b>2", b"c>3"], "copied without a commit"),
    ],
)
def test_copies_are_compared_with_what_was_consumed(copies: list[bytes], kind: str | None) -> None:
    if kind is None:
        check_copies(SOURCE, copies, 3)
        return
    with pytest.raises(Anomaly) as found:
        check_copies(SOURCE, copies, 3)
    assert found.value.kind == kind
