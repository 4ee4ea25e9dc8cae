"""Time, as the rules see it: handed in, so that a simulation can own it."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Two readings of time, both in whole milliseconds."""

    def time_ms(self) -> int:
        """Wall-clock time since the epoch: for timestamps that are stored or shown."""
        ...

    def monotonic_ms(self) -> int:
        """Time that never goes back: for deadlines and timeouts."""
        ...
