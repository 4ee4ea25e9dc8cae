"""Making a log durable, in three steps: the log says what is to be synced, any thread syncs it, the log takes note.

Only the middle step is slow. It holds handles of its own, so the log may go on, roll, or be closed meanwhile.
"""

from __future__ import annotations

import contextlib

import attrs

from kwire.log.recovery import FAILED_SYNC
from kwire.log.seam import File, Files


@attrs.define
class Flush:
    """What must be synced so that everything below `end_offset` survives a power loss.

    Made by `Log.begin_flush`; then `perform`, once, in any thread; then `Log.end_flush` where the log lives.
    """

    directory: str
    end_offset: int
    truncations: int
    """How often the log had been cut when this was made: a later cut makes `end_offset` meaningless."""
    files: Files
    small: list[str] = attrs.Factory(list)
    """Files that are replaced whole; one that is gone was removed with its log."""
    directories: list[str] = attrs.Factory(list)
    paths: list[str] = attrs.Factory(list)
    """Closed segments, the oldest first; one that is gone was removed too."""
    handles: list[File] = attrs.Factory(list)
    """The segment that takes appends."""

    def perform(self) -> None:
        """Sync everything, and give the handles back in any case. OSError when something could not be synced.

        Names before records, and the newest records last: after a crash in the middle a log may end too early, and its
        newest segment is never all that is left of it.
        """
        try:
            for path in self.small:
                self._sync_path(path)
            for directory in self.directories:
                self.files.sync_directory(directory)
            for path in self.paths:
                self._sync_path(path)
            for handle in self.handles:
                handle.sync()
        except OSError:
            with contextlib.suppress(OSError):  # a disk that takes no name takes no record either
                self.files.open(f"{self.directory}/{FAILED_SYNC}", create=True).close()
            raise
        finally:
            self.give_back()

    def give_back(self) -> None:
        """Close the handles."""
        for handle in self.handles:
            handle.close()
        self.handles.clear()

    def _sync_path(self, path: str) -> None:
        try:
            file = self.files.open(path)
        except FileNotFoundError:
            return
        try:
            file.sync()
        finally:
            file.close()
