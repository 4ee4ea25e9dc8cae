"""Putting cleaned segments in the place of those that they were made from, so that a crash at any point is harmless.

First the results are renamed from `.cleaned` to `.swap`: from there on a start finishes what follows. Then the old
segments go, and last the results get their names. Between the steps the directory is synced, because a file system
may otherwise keep the later step and forget the earlier one.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from kwire.log.compaction import Group
from kwire.log.recovery import CLEANED_SUFFIX, SWAP_SUFFIX
from kwire.log.seam import Files
from kwire.log.segment import LOG_SUFFIX, SUFFIXES, TXN_INDEX_SUFFIX, file_name

if TYPE_CHECKING:
    from kwire.log.log import Log


def can_replace(log: Log, group: Group) -> bool:
    """Are the segments still there, all closed, that the group was made from?"""
    first = bisect_left(log._bases, group.base_offset)
    last = first + len(group.replaced)
    return list(group.replaced) == log._bases[first:last] and last < len(log._bases)


def replace(log: Log, group: Group, now_ms: int) -> None:
    """Put a group in place. OSError: early on all is as before, later the log has failed."""
    files, directory = log._files, log.directory
    names = [
        f"{directory}/{file_name(group.base_offset, suffix)}"
        for suffix in SUFFIXES
        if suffix != TXN_INDEX_SUFFIX or group.has_txn_index
    ]
    try:
        for name in names:
            files.rename(name + CLEANED_SUFFIX, name + SWAP_SUFFIX)
        files.sync_directory(directory)
    except OSError:
        for name in names:
            files.unlink(name + CLEANED_SUFFIX)
            files.unlink(name + SWAP_SUFFIX)
        raise
    first = bisect_left(log._bases, group.base_offset)
    last = first + len(group.replaced)
    try:
        log._remove_segments(first, last)
        files.sync_directory(directory)
        for name in names:  # the log itself comes first in SUFFIXES: without it an index would be an orphan
            files.rename(name + SWAP_SUFFIX, name)
    except OSError as error:
        log.fail(error)
        raise
    log._names_synced = False
    segment = log.segment(group.base_offset, group.size, now_ms)
    log._segments.insert(first, segment)
    log._bases.insert(first, group.base_offset)
    if group.has_txn_index:
        log.aborted.found(group.base_offset)


def discard(files: Files, directory: str, group: Group) -> None:
    """Remove the results of a group that is not wanted any more."""
    for suffix in SUFFIXES:
        files.unlink(f"{directory}/{file_name(group.base_offset, suffix)}{CLEANED_SUFFIX}")


assert SUFFIXES[0] == LOG_SUFFIX
