"""Transactions as the batches of a log tell them (KIP-98): which are open, and up to where all outcomes are known.

A transaction of a producer begins with its first transactional batch and ends with a marker. Always holds: the open
ones are in the order of their first offsets.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from kwire.log.txn_index import AbortedTransaction
from kwire.records.batch import CONTROL, TRANSACTIONAL, BatchHeader
from kwire.records.markers import read_marker


class OpenTransactions:
    """The open transactions of a log, by producer id, and those that ended where nobody may read yet."""

    __slots__ = ("_ended", "first_offsets")

    def __init__(self, first_offsets: Mapping[int, int] | None = None) -> None:
        self.first_offsets = dict(sorted((first_offsets or {}).items(), key=lambda item: item[1]))
        self._ended: deque[tuple[int, int]] = deque()  # (first offset, offset of the marker)

    def begin(self, producer_id: int, offset: int) -> None:
        """A transactional batch of the producer is at `offset`."""
        self.first_offsets.setdefault(producer_id, offset)

    def end(self, producer_id: int, marker_offset: int, *, aborted: bool) -> AbortedTransaction | None:
        """A marker is at `marker_offset`. What the index should keep of it, if the transaction had data and is void."""
        first_offset = self.first_offsets.pop(producer_id, None)
        if first_offset is None:
            return None
        self._ended.append((first_offset, marker_offset))
        if not aborted:
            return None
        stable = next(iter(self.first_offsets.values()), marker_offset + 1)
        return AbortedTransaction(producer_id, first_offset, marker_offset, stable)

    def stable_below(self, high_watermark: int) -> int:
        """Up to where everybody may know what counts: the first open transaction, or one whose end cannot be read."""
        ended = self._ended
        if not ended and not self.first_offsets:
            return high_watermark
        while ended and ended[0][1] < high_watermark:
            ended.popleft()
        stable = next(iter(self.first_offsets.values()), high_watermark)
        return min(stable, high_watermark, *(first_offset for first_offset, _ in ended))

    def replay(self, header: BatchHeader, batch: memoryview) -> AbortedTransaction | None:
        """Take note of any batch as it lies in the log; as `end` for an abort marker."""
        if not header.attributes & TRANSACTIONAL or header.producer_id < 0:
            return None
        if not header.attributes & CONTROL:
            self.begin(header.producer_id, header.base_offset)
            return None
        marker = read_marker(batch, header)
        if marker is None:
            return None
        return self.end(header.producer_id, header.base_offset, aborted=not marker.commit)


class AbortedFinder:
    """Finds the aborted transactions of segments that are gone through in order, for indexes that are made anew."""

    def __init__(self, open_before: Callable[[], OpenTransactions]) -> None:
        """`open_before` says what was open before the first segment; most logs never need to know."""
        self._open_before = open_before
        self._transactions: OpenTransactions | None = None
        self._found: list[AbortedTransaction] = []

    def add(self, header: BatchHeader, batch: memoryview) -> None:
        """The next batch that has the transactional bit."""
        if self._transactions is None:
            self._transactions = self._open_before()
        aborted = self._transactions.replay(header, batch)
        if aborted is not None:
            self._found.append(aborted)

    def take(self) -> list[AbortedTransaction]:
        """What was found since this was asked last."""
        found, self._found = self._found, []
        return found


def collect_aborted(
    indexes: Iterable[Iterable[AbortedTransaction]], from_offset: int, upper_bound: int
) -> list[AbortedTransaction]:
    """Of the aborted transactions of segment after segment, those with data in [`from_offset`, `upper_bound`)."""
    found = []
    for index in indexes:
        for aborted in index:
            if aborted.last_offset >= from_offset and aborted.first_offset < upper_bound:
                found.append(aborted)
            if aborted.last_stable_offset >= upper_bound:  # everything later begins there or behind it
                return found
    return found
