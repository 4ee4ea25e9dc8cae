"""Signals: how a rule says that something changed, without knowing who waits for it.

The edge registers callbacks and decides when to look again; a rule only fires. A callback must do no more than
note that it was called (set a flag, reschedule a task): it never runs rules, so firing is safe in the middle of one.
"""

from __future__ import annotations

from collections.abc import Callable


class Signal:
    """Something that may have changed: a partition's end, a member's answer, the next deadline."""

    __slots__ = ("_waiters",)

    def __init__(self) -> None:
        self._waiters: set[Callable[[], None]] | None = None

    def fire(self) -> None:
        """Tell everyone who waits; costs one test when nobody does."""
        if self._waiters:
            for callback in tuple(self._waiters):
                callback()

    def add(self, callback: Callable[[], None]) -> None:
        if self._waiters is None:
            self._waiters = set()
        self._waiters.add(callback)

    def discard(self, callback: Callable[[], None]) -> None:
        if self._waiters:
            self._waiters.discard(callback)

    @property
    def has_waiters(self) -> bool:
        return bool(self._waiters)


class Soon(Signal):
    """Fires at once for whoever begins to wait: there is more to do, after everybody else had a turn."""

    __slots__ = ()

    def add(self, callback: Callable[[], None]) -> None:
        super().add(callback)
        callback()
