"""How many files the logs of a broker keep open: one budget for all, and whoever was idle longest gives back first.

A segment opens its file when it is needed and says so here; when that makes too many, segments that were not used
lately close theirs, and get them again at their next use. The hot paths only set `used`: a segment that was used since
its turn last came is passed over once ("second chance"), which comes close to least recently used and costs nothing.
Always holds: nothing is closed that another thread is using, because only the thread of the broker comes here; a log
that another thread has in the making gets its budget when it is handed over (`Log.open_files`).
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from typing import Protocol

DESCRIPTORS_OF_A_MAP = 0 if sys.version_info >= (3, 13) else 1
"""Before Python 3.13 a memory map keeps a descriptor of its own."""

UNLIMITED = sys.maxsize


class Holder(Protocol):
    """What holds open files and can do without them for a while."""

    used: bool
    """Set at each use, cleared here."""

    def give_back(self) -> bool:
        """Close the files, and `note` it; False when that is not possible now."""
        ...


class OpenFiles:
    """The budget of one broker."""

    __slots__ = ("_holders", "descriptors", "limit")

    def __init__(self, limit: int = UNLIMITED) -> None:
        self.limit = limit
        self.descriptors = 0
        """Open now, as far as they count."""
        self._holders: OrderedDict[Holder, int] = OrderedDict()  # the next to give back comes first

    def __len__(self) -> int:
        """How many hold something."""
        return len(self._holders)

    def note(self, holder: Holder, descriptors: int, *, spare: Holder | None = None) -> None:
        """`holder` has so many descriptors open now. When all together are too many, others close theirs, but not
        `spare`.
        """
        holders = self._holders
        self.descriptors += descriptors - holders.pop(holder, 0)
        if descriptors:
            holders[holder] = descriptors
            if self.descriptors > self.limit:
                self._make_room(holder, spare)

    def _make_room(self, newest: Holder, spare: Holder | None) -> None:
        holders = self._holders
        turns = 2 * len(holders)  # everyone may be passed over once
        while self.descriptors > self.limit and turns:
            turns -= 1
            holder = next(iter(holders))
            if holder is newest or holder is spare or holder.used or not holder.give_back():
                holder.used = False
                holders.move_to_end(holder)
