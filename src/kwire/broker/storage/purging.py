"""Removing for good what was put aside: deleted segments and topics, each when its delay is over, in worker threads.

Always holds: at most one job a log directory, so that a slow disk is not asked for everything at once.
"""

from __future__ import annotations

import logging

import attrs

from kwire.broker.clock import Clock
from kwire.broker.jobs import Jobs
from kwire.broker.signals import Signal
from kwire.log.trash import Trash, TrashItem

_log = logging.getLogger("kwire.broker")

LOOK_AT_LEAST_EVERY_MS = 30_000
"""Delays are of the wall clock, which somebody may set."""

AT_ONCE = 200


class Purging:
    """Looks after the trash of all log directories."""

    def __init__(self, jobs: Jobs, clock: Clock, deadline_changed: Signal) -> None:
        self._jobs = jobs
        self._clock = clock
        self._deadline_changed = deadline_changed
        self._due = clock.monotonic_ms()
        self._busy: set[Trash] = set()
        self.bins: list[Trash] = []

    def look(self) -> None:
        """Something was put aside: see when it is due."""
        now = self._clock.monotonic_ms()
        if self._due > now:
            self._due = now
            self._deadline_changed.fire()

    def tick(self, now_ms: int) -> None:
        """Have what is due removed."""
        if self._due > now_ms:
            return
        wall_ms = self._clock.time_ms()
        self._due = now_ms + LOOK_AT_LEAST_EVERY_MS
        for trash in self.bins:
            if trash in self._busy:
                continue
            items = trash.take_due(wall_ms, AT_ONCE)
            if items:
                self._busy.add(trash)
                self._jobs.put(_PurgeJob(self, trash, items))
                continue
            next_due_ms = trash.next_due_ms()
            if next_due_ms is not None:
                self._due = min(self._due, now_ms + max(next_due_ms - wall_ms, 1))

    def next_deadline(self) -> int:
        return self._due

    def _ended(self, trash: Trash) -> None:
        self._busy.discard(trash)
        self.look()


@attrs.define(eq=False)
class _PurgeJob:
    _purging: Purging
    _trash: Trash
    _items: list[TrashItem]
    _failed: list[tuple[TrashItem, OSError]] = attrs.Factory(list)

    def begin(self) -> bool:
        return True

    def perform(self) -> None:
        for item in self._items:
            try:
                self._trash.remove(item)
            except OSError as error:
                self._failed.append((item, error))

    def finish(self, error: Exception | None) -> None:
        for item, reason in self._failed:
            self._trash.give_back(item)
            _log.warning("%s cannot be removed: %s", item.path, reason)
        self._purging._ended(self._trash)
        if error is not None:
            raise error
