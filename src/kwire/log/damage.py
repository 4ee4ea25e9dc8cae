"""How the log says that what is on the disk is not what was written there."""

from __future__ import annotations


class CorruptLog(Exception):
    """The bytes of a log file are not what was written: the text names file, position, and offset where known."""

    def __init__(self, path: str, position: int, reason: str, *, offset: int | None = None) -> None:
        where = f"byte {position}" if offset is None else f"byte {position}, offset {offset}"
        super().__init__(f"{path} is damaged at {where}: {reason}")
        self.path = path
        self.position = position
        self.reason = reason
        self.offset = offset
