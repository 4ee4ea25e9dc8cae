"""A log that moves to another directory: its files are copied there first, and then change places.

The copy has a name of its own (`-future`) until it is whole and on disk. Then the old directory is renamed out of the
way, and after that is durable the new one gets the log's name: so at any time, and after any crash, one directory at
most has that name. A copy that is whole says so (`COMPLETE`): when a start finds no log of the name, it is the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import attrs

from kwire.log.checkpoint import encode_checkpoint
from kwire.log.directory import COMPLETE, FUTURE_SUFFIX, FoundCopy, FoundPartition, LogDirectory
from kwire.log.log import Log
from kwire.log.partition_metadata import directory_name
from kwire.log.recovery import CLEANED_SUFFIX, SWAP_SUFFIX, TEMPORARY_SUFFIX
from kwire.log.rescue import copy_file
from kwire.log.seam import Entry, Files
from kwire.log.segment import LOG_SUFFIX, Segment, file_name
from kwire.log.trash import DELETED_DIRECTORY_SUFFIX, DELETED_SUFFIX

_PASSING = (CLEANED_SUFFIX, SWAP_SUFFIX, TEMPORARY_SUFFIX, DELETED_SUFFIX)

_State: TypeAlias = tuple[int, int, Segment | None]
"""Size, time of the last change, and for a `.log` the segment that it is of: compaction puts another in its place."""


@attrs.define(eq=False)
class Relocation:
    """The copy of a log under way. `path` is where it is made."""

    _files: Files
    path: str
    _copied: dict[str, _State] = attrs.Factory(dict)
    _planned: dict[str, _State] = attrs.Factory(dict)
    copied_bytes: int = 0
    """Of records."""

    def begin(self) -> None:
        """From now on a start after a crash finds that the log is on its way. OSError."""
        self._files.make_directory(self.path)

    def plan(self, log: Log) -> list[str]:
        """Files of closed segments that are to be copied now; those do not change. OSError when there is no list."""
        closed_below = file_name(log.segments[-1].base_offset, "")
        self._planned = {
            entry.name: state
            for entry, state in self._states(log)
            if entry.name[:20].isdigit() and entry.name[:20] < closed_below
        }
        return [name for name, state in self._planned.items() if self._copied.get(name) != state]

    def copy(self, directory: str, names: Iterable[str]) -> None:
        """Copy these files of a plan, and sync them. In any thread. OSError when that fails."""
        for name in names:
            try:
                self._copy(directory, name)
            except FileNotFoundError:  # retention took it
                continue
            self._copied[name] = self._planned[name]
        self.copied_bytes = sum(state[0] for name, state in self._copied.items() if name.endswith(LOG_SUFFIX))

    def complete(self, log: Log) -> None:
        """Copy what is left of a log that nobody writes to, and is flushed. Then the copy is whole, and on disk.

        OSError when that fails; then it is not.
        """
        self._planned = {entry.name: state for entry, state in self._states(log)}
        for name, state in self._planned.items():
            if self._copied.get(name) != state:
                self._copy(log.directory, name)
                self._copied[name] = state
        for entry in self._files.entries(self.path):
            if entry.name not in self._planned:
                self._files.unlink(f"{self.path}/{entry.name}")
        self._files.write_atomic(f"{self.path}/{COMPLETE}", b"", sync=True)
        self._files.sync_directory(self.path)

    def left_bytes(self, log: Log) -> int:
        """How much of the log is not copied."""
        return sum(
            segment.size
            for segment in log.segments
            if self._copied_segment(segment.base_offset) is not segment
        )

    def _copied_segment(self, base_offset: int) -> Segment | None:
        copied = self._copied.get(file_name(base_offset, LOG_SUFFIX))
        return None if copied is None else copied[2]

    def end_offset(self, log: Log) -> int:
        """The log is copied up to here, as far as that is known."""
        for segment in log.segments:
            if self._copied_segment(segment.base_offset) is not segment:
                return segment.base_offset
        return log.log_end_offset

    def _states(self, log: Log) -> list[tuple[Entry, _State]]:
        segments = {file_name(segment.base_offset, LOG_SUFFIX): segment for segment in log.segments}
        return [
            (entry, (entry.size, entry.modified_ms, segments.get(entry.name)))
            for entry in self._files.entries(log.directory)
            if not entry.is_directory and not entry.name.endswith(_PASSING)
        ]

    def _copy(self, directory: str, name: str) -> None:
        copy_file(self._files, f"{directory}/{name}", f"{self.path}/{name}")


def future_path(directory: LogDirectory, topic: str, partition: int, unique: str) -> str:
    """Where the copy of a partition is made that is to be in `directory`."""
    return f"{directory.path}/{directory_name(topic, partition)}.{unique}{FUTURE_SUFFIX}"


def expect(directory: LogDirectory, log: Log, others: Iterable[Log]) -> None:
    """A log that is flushed will be there soon, beside these others: its checkpoints say so. Raises OSError."""
    key = log.topic, log.partition
    others = list(others)
    ends = {(each.topic, each.partition): each.log_end_offset for each in others}
    starts = {key: log.log_start_offset} if log.log_start_offset > log.segments[0].base_offset else {}
    expected = ({key: log.recovery_point}, starts, {key: log.log_end_offset})
    for (path, offsets), more in zip(directory.checkpoints(others, ends), expected, strict=True):
        directory.files.write_atomic(path, encode_checkpoint(offsets | more), sync=True)


def take_in(directory: LogDirectory, copy: FoundCopy) -> FoundPartition:
    """A complete copy is the log from now on. OSError when it cannot be renamed."""
    path = f"{directory.path}/{directory_name(copy.topic, copy.partition)}"
    directory.files.rename(copy.path, path)
    directory.files.sync_directory(directory.path)
    directory.files.unlink(f"{path}/{COMPLETE}")
    return directory.adopt(copy.topic, copy.partition)


def discard(directory: LogDirectory, path: str) -> None:
    """A copy is not wanted any more. Raises OSError."""
    if directory.files.exists(path):
        deleted = path.removesuffix(FUTURE_SUFFIX) + DELETED_DIRECTORY_SUFFIX
        directory.files.rename(path, deleted)
        directory.trash.add(deleted, 0)
