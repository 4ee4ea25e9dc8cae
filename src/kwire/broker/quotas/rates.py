"""Measuring how fast somebody is, as Kafka's quotas do: a sum over some windows of time, and a bucket of tokens.

Times are milliseconds of the monotonic clock.
"""

from __future__ import annotations

from collections import deque


class Rate:
    """What was recorded per second, over `windows` windows of `window_ms`: the newest, and those before it.

    As long as there are fewer windows than that, the others count as empty, so that a start is no burst.
    """

    __slots__ = ("_samples", "_sum", "_window_ms", "_windows", "last_ms")

    def __init__(self, windows: int, window_ms: int) -> None:
        self._windows = windows
        self._window_ms = window_ms
        self._samples: deque[list[float]] = deque()
        """[begin, sum] of each window in which something was recorded."""
        self._sum = 0.0
        self.last_ms = 0

    def record(self, value: float, now_ms: int) -> None:
        self.last_ms = now_ms
        self._forget(now_ms)
        if not self._samples or now_ms - self._samples[-1][0] >= self._window_ms:
            self._samples.append([now_ms, 0.0])
        self._samples[-1][1] += value
        self._sum += value

    def delay_ms(self, bound: float, now_ms: int) -> int:
        """How long nothing must come, so that the rate falls to `bound` per second; 0 when it is not above."""
        self._forget(now_ms)
        elapsed_ms = self._elapsed_ms(now_ms)
        rate = self._sum / elapsed_ms * 1000
        return round((rate - bound) / bound * elapsed_ms) if rate > bound else 0

    def _forget(self, now_ms: int) -> None:
        samples, oldest_ms = self._samples, now_ms - self._windows * self._window_ms
        while samples and samples[0][0] <= oldest_ms:
            self._sum -= samples.popleft()[1]
        if not samples:
            self._sum = 0.0  # whatever rounding left

    def _elapsed_ms(self, now_ms: int) -> float:
        elapsed_ms = now_ms - self._samples[0][0] if self._samples else 0
        missing = self._windows - 1 - elapsed_ms // self._window_ms
        return elapsed_ms + max(missing, 0) * self._window_ms or self._window_ms


class TokenBucket:
    """Tokens that come at a rate and go with each record; there may be a debt, and no more than some at once."""

    __slots__ = ("_burst_seconds", "_tokens", "last_ms")

    def __init__(self, windows: int, window_ms: int) -> None:
        self._burst_seconds = windows * window_ms / 1000
        self._tokens: float | None = None
        self.last_ms = 0

    def record(self, value: float, bound: float, now_ms: int) -> None:
        self._tokens = self._refilled(bound, now_ms) - value
        self.last_ms = now_ms

    def delay_ms(self, bound: float, now_ms: int) -> int:
        """How long until the debt is paid; 0 when there is none."""
        tokens = self._refilled(bound, now_ms)
        return round(-tokens / bound * 1000) if tokens < 0 else 0

    def _refilled(self, bound: float, now_ms: int) -> float:
        most = self._burst_seconds * bound
        if self._tokens is None:
            return most
        return min(most, self._tokens + (now_ms - self.last_ms) / 1000 * bound)
