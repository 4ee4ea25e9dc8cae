"""The aborted transactions of a log: the `.txnindex` files of its segments, made anew from the batches where need be.

Always holds: what is known of is answered for, also when the disk did not take it yet; a log without aborted
transactions has no such file, and costs nothing.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kwire.log.damage import CorruptLog
from kwire.log.seam import Files
from kwire.log.transactions import AbortedFinder, OpenTransactions, collect_aborted
from kwire.log.txn_index import AbortedTransaction, BadTxnIndex, TxnIndex
from kwire.records.batch import SCAN, TRANSACTIONAL

if TYPE_CHECKING:
    from kwire.log.log import Log

SUFFIX = ".txnindex"


class AbortedTransactions:
    """The indexes of those segments that have one, by base offset."""

    __slots__ = ("_directory", "_files", "_indexes")

    def __init__(self, files: Files, directory: str, names: Iterable[str] = ()) -> None:
        self._files = files
        self._directory = directory
        self._indexes: dict[int, TxnIndex] = {}
        for name in names:
            if name.endswith(SUFFIX) and name[:20].isdigit():
                self.found(int(name[:20]))

    def __bool__(self) -> bool:
        return bool(self._indexes)

    def get(self, base_offset: int) -> TxnIndex | None:
        return self._indexes.get(base_offset)

    def found(self, base_offset: int) -> TxnIndex:
        """A segment has an index, or has another one than before: look at it when it is needed."""
        path = f"{self._directory}/{base_offset:020d}{SUFFIX}"
        index = self._indexes[base_offset] = TxnIndex(self._files, path, base_offset)
        return index

    def unwritten(self) -> list[int]:
        """Segments with something that the disk did not take."""
        return [base_offset for base_offset, index in self._indexes.items() if not index.is_written]

    def replace(self, base_offset: int, entries: Sequence[AbortedTransaction]) -> None:
        """Make these all of a segment. OSError when that fails."""
        index = self._indexes.get(base_offset)
        if entries:
            (index or self.found(base_offset)).replace(entries)
        elif index is not None:
            index.replace(())
            del self._indexes[base_offset]

    def forget(self, base_offset: int) -> None:
        """The segment is not part of the log any more."""
        self._indexes.pop(base_offset, None)


def note(log: Log, aborted: AbortedTransaction) -> None:
    """The marker that was just appended made a transaction void.

    It counts from now on. A disk that does not take it is asked again by `flush`, and what a crash leaves out is found
    in the batches.
    """
    base_offset = log._bases[-1]
    index = log.aborted.get(base_offset) or log.aborted.found(base_offset)
    index.add(aborted)
    with contextlib.suppress(OSError, CorruptLog):
        flush(log)


def flush(log: Log) -> None:
    """Write what the disk did not take. Raises CorruptLog, OSError when that fails."""
    for base_offset in log.aborted.unwritten():
        aborted_in(log, bisect_left(log._bases, base_offset))  # which sees to it that the file is good
        index = log.aborted.get(base_offset)
        if index is not None:
            index.flush()


def collect(log: Log, from_offset: int, upper_bound: int) -> list[AbortedTransaction]:
    """The aborted transactions with data in [`from_offset`, `upper_bound`); some around it may be among them.

    Raises CorruptLog, OSError.
    """
    if not log.aborted:
        return []
    first = max(bisect_right(log._bases, from_offset) - 1, 0)
    return collect_aborted(
        (aborted_in(log, at) for at in range(first, len(log._bases))), from_offset, upper_bound
    )


def collect_for(
    log: Log, offset: int, records: memoryview | bytes, upper_bound: int
) -> list[AbortedTransaction]:
    """The aborted transactions in what `Log.read` gave for `offset`. Raises CorruptLog, OSError."""
    if not log.aborted or not records:
        return []
    base_offset: int = SCAN.unpack_from(records)[0]
    return collect(log, offset, min(_offset_beyond(log, base_offset, len(records)), upper_bound))


def _offset_beyond(log: Log, base_offset: int, size: int) -> int:
    """An offset beyond `size` bytes of batches from the one with `base_offset` on, as near as the index knows it."""
    at = max(bisect_right(log._bases, base_offset) - 1, 0)
    segment = log._segments[at]
    index = segment.index
    entry = bisect_left(index.positions, segment.position_of(base_offset) + size)
    if entry < len(index):
        return segment.base_offset + index.offsets[entry]
    return log._bases[at + 1] if at + 1 < len(log._bases) else log.log_end_offset


def aborted_in(log: Log, at: int) -> Sequence[AbortedTransaction]:
    """Those whose markers are in one segment; from its batches where the index is bad. Raises CorruptLog, OSError."""
    segment = log._segments[at]
    index = log.aborted.get(segment.base_offset)
    if index is None:
        return ()
    try:
        return index.entries
    except BadTxnIndex:
        found = _find_in(log, at)
        log.aborted.replace(segment.base_offset, found)
        segment.dirty = True
        return found


def _find_in(log: Log, at: int) -> list[AbortedTransaction]:
    finder = finder_from(log, at)
    for _, header, batch in log._segments[at].batches():
        if header.attributes & TRANSACTIONAL:
            finder.add(header, batch)
    return finder.take()


def finder_from(log: Log, at: int) -> AbortedFinder:
    """For the segments from the one with the index `at` on."""
    return AbortedFinder(lambda: _open_before(log, log._bases[at]))


def _open_before(log: Log, offset: int) -> OpenTransactions:
    """The transactions that were open in front of the segment that begins with `offset`."""
    replay_from = log._bases[0]
    transactions = OpenTransactions()
    snapshot = log._snapshots.at_most(offset)
    if snapshot is not None:
        replay_from, entries = snapshot
        transactions = OpenTransactions(
            {
                entry.producer_id: entry.current_txn_first_offset
                for entry in entries
                if entry.current_txn_first_offset >= 0
            }
        )
    if replay_from < offset:
        for header, batch in log.scan(replay_from):
            if header.base_offset >= offset:
                break
            transactions.replay(header, batch)
    return transactions
