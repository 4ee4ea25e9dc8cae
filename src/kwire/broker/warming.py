"""Cold reads: what readers wait for is brought into memory by worker threads, a bounded lot at a time.

A read that finds its bytes on the disk only puts an order here, and its partition fires `warmed` when that is done.
Always holds: at most `MAX_UNDER_WAY` orders are with the threads, so that syncs find one that is free whatever the
disk does; those that somebody waits for come first, and what is only read ahead is refused when others wait.
"""

from __future__ import annotations

from collections import deque

import attrs

from kwire.broker.jobs import Jobs
from kwire.broker.signals import Signal
from kwire.log.warming import WarmUp

MAX_UNDER_WAY = 4
"""Enough to keep a disk busy. With `log.warming.CHUNK_BYTES` each, this bounds the memory that is being filled."""


class Warming:
    """The orders of all partitions of a broker."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._waiting: deque[_Job] = deque()
        self._under_way = 0

    def order(self, order: WarmUp, warmed: Signal) -> bool:
        """Have it performed and fire `warmed`. False when it is refused, which happens only to one for later."""
        if not order.urgent and self._under_way >= MAX_UNDER_WAY:
            return False
        self._waiting.append(_Job(self, order, warmed))
        self._go_on()
        return True

    def _go_on(self) -> None:
        while self._waiting and self._under_way < MAX_UNDER_WAY:
            self._under_way += 1
            self._jobs.put(self._waiting.popleft())

    def over(self) -> None:
        self._under_way -= 1
        self._go_on()


@attrs.define(eq=False)
class _Job:
    _warming: Warming
    _order: WarmUp
    _warmed: Signal

    def begin(self) -> bool:
        try:
            self._order.begin()
        except OSError as error:  # the segment is gone, or there are no descriptors
            self.finish(error)
            return False
        return True

    def perform(self) -> None:
        self._order.perform()

    def finish(self, error: Exception | None) -> None:
        self._order.finish(error)
        self._warming.over()
        self._warmed.fire()
