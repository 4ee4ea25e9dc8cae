"""Logs that take no more writes after a failed sync are opened anew, in the background, until that works."""

from __future__ import annotations

import logging
from collections.abc import Callable

import attrs

from kwire.broker.clock import Clock
from kwire.broker.jobs import Jobs
from kwire.broker.signals import Signal
from kwire.broker.storage.flushing import LogOwner
from kwire.log.log import Log
from kwire.log.segment import CorruptLog

_log = logging.getLogger("kwire.broker")

RETRY_MS = 5_000
"""How long to wait before a log is tried again: a disk that fails needs time, or a person."""


class Reopening:
    """The logs that failed, each with the time at which it is tried next."""

    def __init__(
        self, jobs: Jobs, clock: Clock, deadline_changed: Signal, reopen: Callable[[Log, int], Log]
    ) -> None:
        """`reopen(failed log, wall clock ms)` opens it anew, in any thread; it raises when that cannot be done."""
        self.on_damage: Callable[[LogOwner, CorruptLog], None] = lambda owner, damage: None
        """Told when a log cannot be opened anew because it is damaged, which no waiting mends."""
        self._jobs = jobs
        self._clock = clock
        self._deadline_changed = deadline_changed
        self._reopen = reopen
        self._failed: dict[LogOwner, int] = {}
        self._under_way: set[LogOwner] = set()

    def failed(self, owner: LogOwner) -> None:
        """The log of `owner` takes no more writes. It may be told more than once of one failure."""
        if owner in self._under_way:  # two at once would replace each other's files
            return
        self._failed[owner] = self._clock.monotonic_ms()
        self._deadline_changed.fire()

    def tick(self, now_ms: int) -> None:
        """Try what is due."""
        for owner, due in list(self._failed.items()):
            if due <= now_ms:
                del self._failed[owner]
                self._under_way.add(owner)
                self._jobs.put(_ReopenJob(self, owner))

    def next_deadline(self) -> int | None:
        return min(self._failed.values(), default=None)

    def _ended(self, job: _ReopenJob, error: Exception | None) -> None:
        owner = job.owner
        self._under_way.discard(owner)
        if owner.log.closed:
            if job.opened is not None:
                job.opened.abandon()
        elif job.opened is not None:
            lost = owner.log.log_end_offset - job.opened.log_end_offset
            job.opened.open_files = owner.log.open_files
            owner.reopened(job.opened)
            _log.warning(
                "%s: opened anew and durable, %s", owner, f"{lost} records lost" if lost else "nothing lost"
            )
        elif isinstance(error, CorruptLog):
            self.on_damage(owner, error)
        else:
            _log.warning("%s: still takes no writes: %s", owner, error)
            self._failed[owner] = self._clock.monotonic_ms() + RETRY_MS
            self._deadline_changed.fire()


@attrs.define(eq=False)
class _ReopenJob:
    _reopening: Reopening
    owner: LogOwner
    opened: Log | None = None

    def begin(self) -> bool:
        self._wall_ms = self._reopening._clock.time_ms()
        self._log = self.owner.log
        if self._log.closed or self._log.failed is None:
            self._reopening._under_way.discard(self.owner)
            return False
        return True

    def perform(self) -> None:
        self.opened = self._reopening._reopen(self._log, self._wall_ms)

    def finish(self, error: Exception | None) -> None:
        self._reopening._ended(self, error)

    _wall_ms: int = 0
    _log: Log = attrs.field(init=False)
