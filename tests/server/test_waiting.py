"""Doorbells, timers and parked requests, under a clock that the test owns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from kwire.apis import Wait
from kwire.broker.signals import Signal
from kwire.server.waiting import Doorbell, Parked, Timers


class TrioClock:
    """The broker's clock, reading Trio's: one MockClock then drives both."""

    def time_ms(self) -> int:
        return self.monotonic_ms()

    def monotonic_ms(self) -> int:
        return round(trio.current_time() * 1000)


class Attempts:
    """An attempt that notes how it was called, and answers when it has something or must."""

    def __init__(self) -> None:
        self.calls: list[bool] = []
        self.response: str | None = None

    def __call__(self, final: bool) -> str | None:
        self.calls.append(final)
        return "late" if final and self.response is None else self.response


async def park(wait: Wait[Any], timers: Timers, answers: list[Any]) -> None:
    bell = Doorbell()
    parked = Parked(wait, timers, TrioClock(), bell.ring)
    try:
        response = None
        while response is None:
            await bell.wait()
            response = parked.answer()
        answers.append(response)
    finally:
        parked.end()


async def test_a_doorbell_wakes_its_task(nursery: trio.Nursery) -> None:
    bell = Doorbell()
    nursery.start_soon(bell.wait)
    await wait_all_tasks_blocked()
    bell.ring()


async def test_a_ring_before_the_wait_is_not_lost() -> None:
    bell = Doorbell()
    bell.ring()
    await bell.wait()


async def test_many_rings_are_one(autojump_clock: MockClock) -> None:
    bell = Doorbell()
    bell.ring()
    bell.ring()
    await bell.wait()
    with trio.move_on_after(1) as scope:
        await bell.wait()
    assert scope.cancelled_caught


async def test_a_cancelled_wait_leaves_the_bell_usable(autojump_clock: MockClock) -> None:
    bell = Doorbell()
    with trio.move_on_after(1):
        await bell.wait()
    bell.ring()
    await bell.wait()


async def test_timers_ring_in_order_of_their_time(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    clock = TrioClock()
    timers = Timers(clock)
    nursery.start_soon(timers.run)
    start = clock.monotonic_ms()
    rung: list[tuple[str, int]] = []

    def note(name: str) -> Callable[[], None]:
        return lambda: rung.append((name, clock.monotonic_ms() - start))

    timers.set(start + 300, note("later"))
    await wait_all_tasks_blocked()
    timers.set(start + 100, note("sooner"))
    timers.cancel(timers.set(start + 200, note("never")))
    await trio.sleep(1)
    assert rung == [("sooner", 100), ("later", 300)]


async def test_a_timer_whose_time_has_passed_rings_at_once(nursery: trio.Nursery) -> None:
    timers = Timers(TrioClock())
    nursery.start_soon(timers.run)
    bell = Doorbell()
    timers.set(-1, bell.ring)
    await bell.wait()


async def test_cancelled_timers_do_not_pile_up() -> None:
    timers = Timers(TrioClock())
    for number in range(100_000):
        timers.cancel(timers.set(10_000_000 + number, lambda: None))
    assert len(timers) < 3_000


async def test_cancelling_twice_or_after_the_ring_is_no_error(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    clock = TrioClock()
    timers = Timers(clock)
    nursery.start_soon(timers.run)
    timer = timers.set(clock.monotonic_ms() + 1, lambda: None)
    await trio.sleep(1)
    timers.cancel(timer)
    timers.cancel(timer)
    assert len(timers) == 0


async def test_a_parked_request_is_answered_when_its_signal_fires(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    clock = TrioClock()
    timers = Timers(clock)
    nursery.start_soon(timers.run)
    signal, attempts, answers = Signal(), Attempts(), list[Any]()
    wait = Wait(attempts, [signal], clock.monotonic_ms() + 60_000)
    nursery.start_soon(park, wait, timers, answers)
    await wait_all_tasks_blocked()
    signal.fire()
    await wait_all_tasks_blocked()
    assert answers == []
    attempts.response = "here"
    signal.fire()
    await wait_all_tasks_blocked()
    assert answers == ["here"]
    assert attempts.calls == [False, False]


async def test_many_signals_before_the_task_runs_are_one_attempt(nursery: trio.Nursery) -> None:
    clock = TrioClock()
    timers = Timers(clock)
    first, second, attempts, answers = Signal(), Signal(), Attempts(), list[Any]()
    nursery.start_soon(park, Wait(attempts, [first, second], clock.monotonic_ms() + 60_000), timers, answers)
    await wait_all_tasks_blocked()
    for _ in range(10):
        first.fire()
        second.fire()
    await wait_all_tasks_blocked()
    assert attempts.calls == [False]
    nursery.cancel_scope.cancel()


async def test_the_deadline_makes_one_final_attempt(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    clock = TrioClock()
    timers = Timers(clock)
    nursery.start_soon(timers.run)
    attempts, answers = Attempts(), list[Any]()
    start = clock.monotonic_ms()
    await park(Wait(attempts, [Signal()], start + 500), timers, answers)
    assert attempts.calls == [True]
    assert answers == ["late"]
    assert clock.monotonic_ms() - start == 500


async def test_a_signal_counts_from_the_moment_of_parking() -> None:
    clock = TrioClock()
    signal, attempts, rung = Signal(), Attempts(), []
    attempts.response = "here"
    parked = Parked(
        Wait(attempts, [signal], clock.monotonic_ms() + 60_000), Timers(clock), clock, lambda: rung.append(1)
    )
    signal.fire()
    assert rung == [1]
    assert parked.answer() == "here"
    parked.end()


async def test_a_released_request_makes_its_final_attempt_at_once() -> None:
    clock = TrioClock()
    attempts = Attempts()
    rung: list[int] = []
    parked = Parked(
        Wait(attempts, [], clock.monotonic_ms() + 60_000), Timers(clock), clock, lambda: rung.append(1)
    )
    assert parked.answer() is None
    parked.release()
    assert rung == [1]
    assert parked.answer() == "late"
    assert attempts.calls == [False, True]
    parked.end()


async def test_nothing_stays_registered(nursery: trio.Nursery) -> None:
    clock = TrioClock()
    signal, attempts = Signal(), Attempts()
    nursery.start_soon(park, Wait(attempts, [signal], clock.monotonic_ms() + 60_000), Timers(clock), [])
    await wait_all_tasks_blocked()
    assert signal.has_waiters
    nursery.cancel_scope.cancel()
    await trio.lowlevel.cancel_shielded_checkpoint()
    await trio.lowlevel.cancel_shielded_checkpoint()
    assert not signal.has_waiters


async def test_an_attempt_that_raises_raises_to_the_waiter() -> None:
    def broken(final: bool) -> None:
        raise LookupError("gone")

    clock = TrioClock()
    parked = Parked(Wait(broken, [], clock.monotonic_ms()), Timers(clock), clock, lambda: None)
    with pytest.raises(LookupError, match="gone"):
        parked.answer()
    parked.end()
