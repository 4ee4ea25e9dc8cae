"""Performing a compaction, from its first step to its last."""

from __future__ import annotations

from kwire.log.compaction import Cleaned, Task, clean
from kwire.log.seam import Files


class Cleaning:
    """One run of the cleaner, in the thread that calls `perform`."""

    def __init__(self, files: Files, task: Task) -> None:
        self.files = files
        self.task = task
        self.result: Cleaned | None = None
        """What was done; None when the run failed or was stopped."""
        self.stopped = False

    def perform(self) -> None:
        """Clean, and return when that is done. Raises CorruptLog, OSError."""
        steps = clean(self.files, self.task)
        while not self.stopped:
            try:
                next(steps)
            except StopIteration as end:
                self.result = end.value
                return

    def stop(self) -> None:
        """Give up, from any thread; what was written so far is left for the next start to remove."""
        self.stopped = True


def run_here(files: Files, task: Task) -> Cleaned:
    """Clean without a pause. Raises CorruptLog, OSError."""
    cleaning = Cleaning(files, task)
    cleaning.perform()
    assert cleaning.result is not None
    return cleaning.result
