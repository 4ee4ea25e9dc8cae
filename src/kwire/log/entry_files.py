"""The files of a segment's two indexes while entries are added to them.

Entries come once in some kilobytes of log, so these files are idle most of the time, and they count for themselves in
the budget of open files: a broker with more logs than descriptors closes them before it closes logs.
"""

from __future__ import annotations

from kwire.log.open_files import Holder, OpenFiles
from kwire.log.seam import File, Files


class EntryFiles:
    """`.index` and `.timeindex`, open or not."""

    __slots__ = ("_files", "_index_path", "_open", "_open_files", "_time_index_path", "used")

    def __init__(
        self, files: Files, index_path: str, time_index_path: str, open_files: OpenFiles | None
    ) -> None:
        self.used = False
        """They were asked for; see OpenFiles."""
        self._files = files
        self._index_path = index_path
        self._time_index_path = time_index_path
        self._open_files = open_files
        self._open: tuple[File, File] | None = None

    def opened(self, segment: Holder) -> tuple[File, File]:
        """Both, offsets first, made where they are missing. Others may lose their files for it, but not their segment,
        which is in the middle of an append. OSError.
        """
        self.used = True
        if self._open is None:
            offsets = self._files.open(self._index_path, create=True)
            try:
                times = self._files.open(self._time_index_path, create=True)
            except BaseException:
                offsets.close()
                raise
            self._open = offsets, times
            self._note(segment)
        return self._open

    def close(self) -> None:
        both, self._open = self._open, None
        if both is not None:
            self._note()
            for file in both:
                file.close()

    def give_back(self) -> bool:
        """Close them: what was written is in them, and the next entry opens them again."""
        self.close()
        return True

    def count_for(self, open_files: OpenFiles | None) -> None:
        """Another budget from now on; None for nobody's."""
        if self._open_files is not None:
            self._open_files.note(self, 0)
        self._open_files = open_files
        self._note()

    def _note(self, segment: Holder | None = None) -> None:
        if self._open_files is not None:
            descriptors = 0 if self._open is None else sum(file.descriptors for file in self._open)
            self._open_files.note(self, descriptors, spare=segment)
