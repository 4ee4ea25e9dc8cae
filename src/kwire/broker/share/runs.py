"""Runs: what became of records, told for ranges of offsets instead of for each.

A partition has up to thousands of records in flight, and neighbours mostly share their fate. Runs never overlap and
are in the order of their offsets. An offset in no run was never given to anybody.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from enum import IntEnum

import attrs


class RecordState(IntEnum):
    """What became of a record; the numbers are those that Kafka stores."""

    AVAILABLE = 0
    ACQUIRED = 1
    ACKNOWLEDGED = 2
    ARCHIVED = 4

    @property
    def is_final(self) -> bool:
        """Is nobody ever given the record again?"""
        return self in (RecordState.ACKNOWLEDGED, RecordState.ARCHIVED)


@attrs.frozen
class Run:
    """Records from `first` to `last`, both included, to which the same happened."""

    first: int
    last: int
    state: RecordState
    deliveries: int
    """How often they were given to a member."""
    member_id: str = ""
    """Who has them, while they are acquired."""
    locked_until_ms: int = -1
    """Until when (monotonic clock), while they are acquired."""
    unsettled: int = 0
    """The number of the change that made them this and is not on record yet; 0 for none."""

    def __len__(self) -> int:
        return self.last - self.first + 1

    def within(self, first: int, last: int) -> Run:
        """The part between two offsets, which must not be empty."""
        if first <= self.first and last >= self.last:
            return self
        return attrs.evolve(self, first=max(first, self.first), last=min(last, self.last))

    def continues(self, before: Run) -> bool:
        """Can the two be told as one?"""
        return (
            before.last + 1 == self.first and attrs.evolve(before, first=self.first, last=self.last) == self
        )


class Runs:
    """Runs in order."""

    __slots__ = ("_firsts", "_runs")

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._runs: list[Run] = []
        self._firsts: list[int] = []
        for run in runs:
            self.put(run)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def last_offset(self) -> int | None:
        """The last offset in any run."""
        return self._runs[-1].last if self._runs else None

    def between(self, first: int, last: int) -> list[Run]:
        """What is known of the offsets from `first` to `last`, cut to them."""
        at = self._at(first)
        found = []
        while at < len(self._runs) and self._runs[at].first <= last:
            found.append(self._runs[at].within(first, last))
            at += 1
        return found

    def put(self, run: Run) -> None:
        """From now on this is what holds for the offsets of `run`."""
        start = end = self._at(run.first)
        kept = []
        while end < len(self._runs) and self._runs[end].first <= run.last:
            old = self._runs[end]
            if old.first < run.first:
                kept.append(old.within(old.first, run.first - 1))
            if old.last > run.last:
                kept.append(old.within(run.last + 1, old.last))
            end += 1
        kept.append(run)
        kept.sort(key=lambda each: each.first)
        if start > 0:
            start -= 1
            kept.insert(0, self._runs[start])
        if end < len(self._runs):
            kept.append(self._runs[end])
            end += 1
        self._replace(start, end, merged(kept))

    def cut_below(self, offset: int) -> None:
        """Forget what is below `offset`."""
        at = self._at(offset)
        kept = self._runs[at : at + 1]
        if kept and kept[0].first < offset:
            kept = [kept[0].within(offset, kept[0].last)]
            self._replace(0, at + 1, kept)
        else:
            self._replace(0, at, [])

    def _at(self, offset: int) -> int:
        """The index of the first run that ends at `offset` or behind it."""
        at = bisect_right(self._firsts, offset)
        return at - 1 if at and self._runs[at - 1].last >= offset else at

    def _replace(self, start: int, end: int, runs: list[Run]) -> None:
        self._runs[start:end] = runs
        self._firsts[start:end] = [run.first for run in runs]


def merged(runs: Iterable[Run]) -> list[Run]:
    """The same, with neighbours told as one where they can be."""
    found: list[Run] = []
    for run in runs:
        if found and run.continues(found[-1]):
            found[-1] = attrs.evolve(found[-1], last=run.last)
        else:
            found.append(run)
    return found
