"""What was renamed out of the way and is removed later: readers may still be on it (`file.delete.delay.ms`)."""

from __future__ import annotations

import attrs

from kwire.log.seam import Files

DELETED_SUFFIX = ".deleted"
DELETED_DIRECTORY_SUFFIX = "-delete"


@attrs.define
class _Item:
    path: str
    delay_ms: int
    due_ms: int | None  # None until the first purge after it was put here


class Trash:
    """Files and directories that wait to be removed."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._items: list[_Item] = []

    def __len__(self) -> int:
        return len(self._items)

    def add(self, path: str, delay_ms: int) -> None:
        """Remove `path`, a file or a whole directory, `delay_ms` after the next `purge`."""
        self._items.append(_Item(path, delay_ms, None))

    def purge(self, now_ms: int) -> int:
        """Remove what is due; how many files and directories that were. OSError leaves the rest for the next time."""
        removed = 0
        for item in list(self._items):
            if item.due_ms is None:
                item.due_ms = now_ms + item.delay_ms
            if item.due_ms <= now_ms:
                if item.path.endswith(DELETED_DIRECTORY_SUFFIX):
                    self._files.remove_tree(item.path)
                else:
                    self._files.unlink(item.path)
                self._items.remove(item)
                removed += 1
        return removed
