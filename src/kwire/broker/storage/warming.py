"""Cold reads: what readers wait for is brought into memory by worker threads, a bounded lot at a time.

A read that finds its bytes on the disk only puts an order here, and its partition fires `warmed` when that is done.
Always holds: at most `MAX_UNDER_WAY` orders are with the threads, so that syncs find one that is free, and of those at
most `MAX_PER_DISK` are of one log directory, so that a disk that hangs holds up no other; what is only read ahead is
refused when that many are under way.
"""

from __future__ import annotations

from collections import deque

import attrs

from kwire.broker.jobs import Jobs
from kwire.broker.signals import Signal
from kwire.log.warming import WarmUp

MAX_PER_DISK = 3
"""Enough to keep a disk busy. With `log.warming.CHUNK_BYTES` each, this bounds the memory that is being filled."""

MAX_UNDER_WAY = 2 * MAX_PER_DISK


@attrs.define(eq=False)
class _Disk:
    """The orders for one log directory."""

    waiting: deque[_Job] = attrs.Factory(deque)
    under_way: int = 0


class Warming:
    """The orders of all partitions of a broker."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._disks: dict[str, _Disk] = {}
        self._under_way = 0

    def order(self, order: WarmUp, warmed: Signal, log_dir: str = "") -> bool:
        """Have it performed and fire `warmed`. False when it is refused, which happens only to one for later."""
        disk = self._disks.setdefault(log_dir, _Disk())
        if not order.urgent and not self._has_room(disk):
            return False
        disk.waiting.append(_Job(self, disk, order, warmed))
        self._go_on()
        return True

    def _has_room(self, disk: _Disk) -> bool:
        return disk.under_way < MAX_PER_DISK and self._under_way < MAX_UNDER_WAY

    def _go_on(self) -> None:
        for disk in sorted(self._disks.values(), key=lambda each: each.under_way):
            while disk.waiting and self._has_room(disk):
                disk.under_way += 1
                self._under_way += 1
                self._jobs.put(disk.waiting.popleft())

    def over(self, disk: _Disk) -> None:
        disk.under_way -= 1
        self._under_way -= 1
        self._go_on()


@attrs.define(eq=False)
class _Job:
    _warming: Warming
    _disk: _Disk
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
        self._warming.over(self._disk)
        self._warmed.fire()
