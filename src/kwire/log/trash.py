"""What was renamed out of the way and is removed later: readers may still be on it (`file.delete.delay.ms`).

Things may be put here from any thread; who takes them out does so from one.
"""

from __future__ import annotations

import attrs

from kwire.log.seam import Files

DELETED_SUFFIX = ".deleted"
DELETED_DIRECTORY_SUFFIX = "-delete"

RETRY_MS = 30_000
"""How long what could not be removed stays at least."""


@attrs.define(eq=False)
class TrashItem:
    """A file or a directory."""

    path: str
    delay_ms: int
    due_ms: int | None = None
    """None until somebody looked after it was put here."""


class Trash:
    """Files and directories that wait to be removed."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._items: dict[TrashItem, None] = {}

    def __len__(self) -> int:
        return len(self._items)

    def add(self, path: str, delay_ms: int) -> None:
        """Remove `path`, a file or a whole directory, `delay_ms` after the next look at what is due."""
        self._items[TrashItem(path, delay_ms)] = None

    def take_due(self, now_ms: int, at_most: int) -> list[TrashItem]:
        """What is due is the caller's to remove."""
        due: list[TrashItem] = []
        for item in list(self._items):
            if item.due_ms is None:
                item.due_ms = now_ms + item.delay_ms
            if item.due_ms <= now_ms and len(due) < at_most:
                del self._items[item]
                due.append(item)
        return due

    def give_back(self, item: TrashItem) -> None:
        """It could not be removed: once more, after a while."""
        self._items[TrashItem(item.path, max(item.delay_ms, RETRY_MS))] = None

    def next_due_ms(self) -> int | None:
        """When the next thing is due: at once when there is one that nobody looked at. None without any."""
        return min((0 if item.due_ms is None else item.due_ms for item in self._items), default=None)

    def remove(self, item: TrashItem) -> None:
        """Remove it for good, from any thread. OSError when that cannot be done."""
        if item.path.endswith(DELETED_DIRECTORY_SUFFIX):
            self._files.remove_tree(item.path)
        else:
            self._files.unlink(item.path)

    def purge(self, now_ms: int) -> int:
        """Remove what is due here and now; how many files and directories that were. OSError leaves the rest."""
        due = self.take_due(now_ms, len(self._items))
        for at, item in enumerate(due):
            try:
                self.remove(item)
            except OSError:
                for left in due[at:]:
                    self.give_back(left)
                raise
        return len(due)
