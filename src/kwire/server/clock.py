"""The time of this machine, for a broker that serves. Simulations hand in another clock."""

from __future__ import annotations

import time


class SystemClock:
    """`kwire.broker.clock.Clock` on the clocks of the operating system."""

    def time_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000
