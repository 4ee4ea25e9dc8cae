"""Waiting: the doorbell that wakes one task, the timers that ring doorbells, and requests that are parked.

A rule never waits; it returns `Wait(attempt, wake_on, until)`, and `Parked` performs it. Always holds: however often
a bell is rung before its task runs, the task wakes once; and a signal that fires after `Parked` was made is not
missed. One task keeps the time for everybody, because a cancel scope per request would cost more than many a handler.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any, ClassVar

import attrs
import trio
from trio import lowlevel

from kwire.apis import Wait
from kwire.broker.clock import Clock

_STALE_TIMERS = 1024


class Doorbell:
    """Wakes the one task that waits at it. `ring` may be called from anywhere on Trio's thread, at any time."""

    __slots__ = ("_rung", "_task")

    rings: ClassVar[int] = 0
    """How often any of them has woken a task: whoever holds up Trio sees that it must not."""

    def __init__(self) -> None:
        self._rung = False
        self._task: lowlevel.Task | None = None

    def ring(self) -> None:
        """Wake the waiting task, or let its next `wait` return at once."""
        if not self._rung:
            self._rung = True
            if self._task is not None:
                Doorbell.rings += 1
                lowlevel.reschedule(self._task)
                self._task = None

    async def wait(self) -> None:
        """Return once rung since the last `wait` returned; at once when that has happened already."""
        if not self._rung:
            self._task = lowlevel.current_task()
            await lowlevel.wait_task_rescheduled(self._abort)
        self._rung = False

    def _abort(self, _: object) -> lowlevel.Abort:
        self._task = None
        return lowlevel.Abort.SUCCEEDED


@attrs.define(eq=False)
class Timer:
    """Something to call at a time; None once that has happened or was cancelled."""

    ring: Callable[[], None] | None


class Timers:
    """Rings doorbells at their time: a heap, and one task that sleeps until the earliest.

    Times are milliseconds of `clock.monotonic_ms()`. Setting and cancelling cost about a microsecond; cancelled
    timers are swept when they are the greater part.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[int, int, Timer]] = []  # (until, number, timer): numbers break ties
        self._numbers = 0
        self._cancelled = 0
        self._armed: float = float("inf")
        self._sooner = Doorbell()

    def __len__(self) -> int:
        return len(self._heap)

    def set(self, until: int, ring: Callable[[], None]) -> Timer:
        """Call `ring` once when the clock reaches `until`; at the next turn of the loop when it has."""
        self._numbers += 1
        timer = Timer(ring)
        heapq.heappush(self._heap, (until, self._numbers, timer))
        if until < self._armed:
            self._armed = until
            self._sooner.ring()
        return timer

    def cancel(self, timer: Timer) -> None:
        """The timer will not ring. No error when it has rung."""
        if timer.ring is None:
            return
        timer.ring = None
        self._cancelled += 1
        if self._cancelled > _STALE_TIMERS and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].ring is not None]
            heapq.heapify(self._heap)
            self._cancelled = 0

    async def run(self) -> None:
        """Ring until cancelled."""
        while True:
            now = self._clock.monotonic_ms()
            while self._heap and self._heap[0][0] <= now:
                self._ring_first()
            self._armed = self._heap[0][0] if self._heap else float("inf")
            with trio.move_on_after((self._armed - now) / 1000):
                await self._sooner.wait()

    def _ring_first(self) -> None:
        _, _, timer = heapq.heappop(self._heap)
        ring, timer.ring = timer.ring, None
        if ring is None:
            self._cancelled -= 1
        else:
            ring()


class Parked:
    """A request that waits for its answer: performs one `Wait`, by calling `ring` when it is time to ask for it.

    Signals count from the moment this is made, until `end`.
    """

    __slots__ = ("_clock", "_last_call", "_ring", "_timer", "_timers", "_wait")

    def __init__(self, wait: Wait[Any], timers: Timers, clock: Clock, ring: Callable[[], None]) -> None:
        """`ring` is called from within rules, any number of times: it must do no more than take note."""
        self._wait = wait
        self._timers = timers
        self._clock = clock
        self._ring = ring
        self._last_call = False
        for signal in wait.wake_on:
            signal.add(ring)
        self._timer = timers.set(wait.until, ring)

    def end(self) -> None:
        """Nobody waits any more: nothing stays registered."""
        ring = self._ring
        for signal in self._wait.wake_on:
            signal.discard(ring)
        self._timers.cancel(self._timer)

    def release(self) -> None:
        """Ask for the answer now, whatever it is: the server stops."""
        self._last_call = True
        self._ring()

    def answer(self) -> Any:
        """The response, or None while there is none: final at the deadline, or when released.

        Raises what the attempt raises.
        """
        wait = self._wait
        final = self._last_call or self._clock.monotonic_ms() >= wait.until
        response = wait.attempt(final)
        if response is None and final:
            raise AssertionError(f"{wait.attempt!r} did not answer its final attempt")
        return response
