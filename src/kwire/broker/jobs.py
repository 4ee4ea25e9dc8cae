"""Jobs: slow work on files that must not hold up the rules, as values that the edge performs in a worker thread.

A job begins and finishes here, on the broker's own thread; only the part in between touches nothing but files, and may
run anywhere. Whoever has no threads (a simulation) performs it on the spot, or dies before it is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

import attrs

from kwire.broker.signals import Signal
from kwire.log.seam import Files


class Job(Protocol):
    """One piece of slow work."""

    def begin(self) -> bool:
        """Get ready, right before `perform`. False when there is nothing to do any more: the job is over then."""
        ...

    def perform(self) -> None:
        """The slow part, in any thread. Whatever it raises is handed to `finish`."""
        ...

    def finish(self, error: Exception | None) -> None:
        """Take the outcome over. `error` is what `perform` raised."""
        ...


@attrs.define(eq=False)
class WriteFile:
    """A small file to be replaced and synced; `warn` is told when that fails."""

    _files: Files
    _path: str
    _data: bytes
    _warn: Callable[[str], None]

    def begin(self) -> bool:
        return True

    def perform(self) -> None:
        self._files.write_atomic(self._path, self._data, sync=True)

    def finish(self, error: Exception | None) -> None:
        if error is not None:
            self._warn(f"{self._path} was not written: {error}")


class Jobs:
    """Jobs that wait to be performed, oldest first. `put` fires `added`."""

    def __init__(self) -> None:
        self.added = Signal()
        self._waiting: deque[Job] = deque()
        self._urgent: deque[Job] = deque()

    def __len__(self) -> int:
        return len(self._urgent) + len(self._waiting)

    def put(self, job: Job, *, urgent: bool = False) -> None:
        """`urgent`: a client waits for it, so that it goes before those for which nobody does."""
        (self._urgent if urgent else self._waiting).append(job)
        self.added.fire()

    def next(self) -> Job | None:
        """A job that has begun: perform it, then finish it. None when there is none."""
        while queue := self._urgent or self._waiting:
            job = queue.popleft()
            if job.begin():
                return job
        return None

    def run_all(self) -> None:
        """Perform everything here and now, also what that brings up."""
        while (job := self.next()) is not None:
            run(job)


def run(job: Job) -> None:
    """Perform and finish a job that has begun."""
    try:
        job.perform()
    except Exception as error:  # noqa: BLE001 - the job knows what to make of it
        job.finish(error)
    else:
        job.finish(None)
