"""Deadlines of all groups, in one heap.

A timer is data: what is due, for whom, and when. Moving a timer away, as every heartbeat does, only changes its
`due_ms`: its place in the heap is looked at again when its turn comes. So thousands of members cost one comparison
each per heartbeat, and `next_due_ms` is the top of the heap. It may be early, never late.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from heapq import heappop, heappush
from typing import Protocol

from kwire.broker.signals import Signal


class TimerKind(Enum):
    """What is due."""

    SESSION = auto()
    """A member was not heard of in time."""
    PENDING_JOIN = auto()
    """A member id was given out, and nobody came back with it."""
    JOIN = auto()
    """The members had their time to join."""
    SYNC = auto()
    """The members had their time to ask for their assignment."""
    REVOCATION = auto()
    """A member had its time to give up what it has to give up."""
    EXPIRATION = auto()
    """Time to look for offsets that nobody needs any more."""


class TimerOwner(Protocol):
    """Who is told that a timer is due."""

    def expire(self, timer: Timer, now_ms: int) -> None: ...


class Timer:
    """One deadline, on the monotonic clock in milliseconds; `due_ms` is None while it is not set."""

    __slots__ = ("due_ms", "kind", "member_id", "owner", "queued_ms")

    def __init__(self, owner: TimerOwner, kind: TimerKind, member_id: str = "") -> None:
        self.owner = owner
        self.kind = kind
        self.member_id = member_id
        self.due_ms: int | None = None
        self.queued_ms: int | None = None
        """Where it stands in the heap: at `due_ms` or before it."""

    def __repr__(self) -> str:
        return f"<Timer {self.kind.name} {self.member_id or '-'} due {self.due_ms}>"


class Timers:
    """All the timers that are set."""

    __slots__ = ("_heap", "_nearer", "_serial")

    def __init__(self, nearer: Signal) -> None:
        """`nearer` fires when the next deadline came nearer."""
        self._heap: list[tuple[int, int, Timer]] = []
        self._nearer = nearer
        self._serial = 0

    def set(self, timer: Timer, due_ms: int) -> None:
        """Let `timer` be due at `due_ms` instead of whenever it was."""
        timer.due_ms = due_ms
        queued_ms = timer.queued_ms
        if queued_ms is None or due_ms < queued_ms:
            self._push(timer, due_ms)

    def clear(self, timer: Timer) -> None:
        timer.due_ms = None

    @property
    def next_due_ms(self) -> int | None:
        """When something may be due next; None when nothing is set."""
        return self._heap[0][0] if self._heap else None

    def expired(self, now_ms: int) -> Iterator[Timer]:
        """Take out, in order, the timers that are due, and those that become due while these are handled."""
        heap = self._heap
        while heap and heap[0][0] <= now_ms:
            queued_ms, _, timer = heappop(heap)
            if timer.queued_ms != queued_ms:
                continue  # it was set nearer afterwards, and this is its old place
            timer.queued_ms = None
            due_ms = timer.due_ms
            if due_ms is None:
                continue
            if due_ms > now_ms:
                self._push(timer, due_ms)
                continue
            timer.due_ms = None
            yield timer

    def _push(self, timer: Timer, due_ms: int) -> None:
        heap = self._heap
        nearer = not heap or due_ms < heap[0][0]
        self._serial += 1
        heappush(heap, (due_ms, self._serial, timer))
        timer.queued_ms = due_ms
        if nearer:
            self._nearer.fire()
