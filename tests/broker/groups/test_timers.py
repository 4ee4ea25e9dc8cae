"""Timers: none too late, none too early, none twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kwire.broker.groups.timers import Timer, TimerKind, Timers
from kwire.broker.signals import Signal


class _Owner:
    def expire(self, timer: Timer, now_ms: int) -> None:
        raise AssertionError


def _timer() -> Timer:
    return Timer(_Owner(), TimerKind.SESSION)


def test_a_timer_is_due_once() -> None:
    timers = Timers(Signal())
    timer = _timer()
    timers.set(timer, 10)
    assert list(timers.expired(9)) == []
    assert list(timers.expired(10)) == [timer]
    assert list(timers.expired(11)) == []


def test_a_timer_set_later_is_due_later() -> None:
    timers = Timers(Signal())
    timer = _timer()
    timers.set(timer, 10)
    timers.set(timer, 20)
    assert list(timers.expired(19)) == []
    assert list(timers.expired(20)) == [timer]


def test_a_timer_set_nearer_is_due_nearer_and_not_again() -> None:
    timers = Timers(Signal())
    timer = _timer()
    timers.set(timer, 20)
    timers.set(timer, 10)
    assert list(timers.expired(10)) == [timer]
    assert list(timers.expired(30)) == []


def test_a_timer_that_is_cleared_is_never_due() -> None:
    timers = Timers(Signal())
    timer = _timer()
    timers.set(timer, 10)
    timers.clear(timer)
    assert list(timers.expired(100)) == []


def test_a_timer_set_while_others_are_handled_is_due_in_the_same_round() -> None:
    timers = Timers(Signal())
    first, second = _timer(), _timer()
    timers.set(first, 10)
    seen = []
    for timer in timers.expired(10):
        seen.append(timer)
        if timer is first:
            timers.set(second, 10)
    assert seen == [first, second]


def test_only_a_nearer_deadline_is_told() -> None:
    nearer = Signal()
    told: list[int] = []
    nearer.add(lambda: told.append(1))
    timers = Timers(nearer)
    timers.set(_timer(), 20)
    timers.set(_timer(), 30)
    assert len(told) == 1
    timers.set(_timer(), 10)
    assert len(told) == 2


def test_thousands_of_heartbeats_leave_the_heap_as_it_is() -> None:
    timers = Timers(Signal())
    members = [_timer() for _ in range(1_000)]
    for now_ms in range(50):
        for timer in members:
            timers.set(timer, now_ms + 100)
    assert len(timers._heap) == 1_000


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.one_of(st.none(), st.integers(0, 50)), st.integers(0, 5)), max_size=60
    )
)
def test_it_does_what_a_table_of_deadlines_would(steps: list[tuple[int, int | None, int]]) -> None:
    timers = Timers(Signal())
    all_timers = [_timer() for _ in range(5)]
    table: dict[int, int] = {}
    now_ms = 0
    for which, delay_ms, passing_ms in steps:
        if delay_ms is None:
            timers.clear(all_timers[which])
            table.pop(which, None)
        else:
            timers.set(all_timers[which], now_ms + delay_ms)
            table[which] = now_ms + delay_ms
        if table:
            assert timers.next_due_ms is not None
            assert timers.next_due_ms <= min(table.values())
        now_ms += passing_ms
        due = {which for which, due_ms in table.items() if due_ms <= now_ms}
        assert {all_timers.index(timer) for timer in timers.expired(now_ms)} == due
        table = {which: due_ms for which, due_ms in table.items() if which not in due}
