"""Leader epochs: which leader wrote which offsets (`leader-epoch-checkpoint`, KIP-101).

Always holds: epochs and start offsets both strictly rise.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from kwire.log.checkpoint import BadCheckpoint
from kwire.log.seam import Files

FILE_NAME = "leader-epoch-checkpoint"

UNDEFINED = -1


class LeaderEpochs:
    """The epochs of one log, oldest first."""

    __slots__ = ("_epochs", "_starts")

    def __init__(self, entries: Iterable[tuple[int, int]] = ()) -> None:
        self._epochs: list[int] = []
        self._starts: list[int] = []
        for epoch, start_offset in entries:
            self.assign(epoch, start_offset)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Pairs (epoch, offset of its first record)."""
        return iter(zip(self._epochs, self._starts, strict=True))

    def __len__(self) -> int:
        return len(self._epochs)

    def __repr__(self) -> str:
        return f"LeaderEpochs({list(self)})"

    @property
    def latest(self) -> int:
        """The newest epoch, -1 when there is none."""
        return self._epochs[-1] if self._epochs else UNDEFINED

    @property
    def start_offset(self) -> float:
        """Where the first epoch that is known begins; infinity when there is none."""
        return self._starts[0] if self._starts else math.inf

    def assign(self, epoch: int, start_offset: int) -> bool:
        """`epoch` writes from `start_offset` on; False when that is not news.

        An older leader that never wrote below `start_offset` is forgotten: its range is empty.
        """
        if epoch <= self.latest:
            return False
        while self._starts and self._starts[-1] >= start_offset:
            self._starts.pop()
            self._epochs.pop()
        self._epochs.append(epoch)
        self._starts.append(start_offset)
        return True

    def at(self, offset: int) -> int:
        """The epoch that wrote `offset`, -1 when that is not known."""
        found = bisect_right(self._starts, offset)
        return self._epochs[found - 1] if found else UNDEFINED

    def end_offset(self, epoch: int, log_end_offset: int) -> tuple[int, int]:
        """(largest epoch up to `epoch`, offset where it ends); (-1, -1) when `epoch` is unknown (KIP-279)."""
        if epoch < 0 or epoch > self.latest:
            return UNDEFINED, UNDEFINED
        if epoch == self._epochs[-1]:
            return epoch, log_end_offset
        found = bisect_right(self._epochs, epoch)
        return (self._epochs[found - 1] if found else epoch), self._starts[found]

    def truncate_end(self, end_offset: int) -> bool:
        """Forget epochs that begin at or after `end_offset`; did anything change?"""
        before = len(self._starts)
        while self._starts and self._starts[-1] >= end_offset:
            self._starts.pop()
            self._epochs.pop()
        return len(self._starts) != before

    def truncate_start(self, start_offset: int) -> bool:
        """Forget epochs that end at or before `start_offset`; the first one kept begins there."""
        gone = bisect_right(self._starts, start_offset) - 1
        if gone < 0:
            return False
        changed = gone > 0 or self._starts[0] != start_offset
        del self._starts[:gone]
        del self._epochs[:gone]
        self._starts[0] = start_offset
        return changed

    def encode(self) -> bytes:
        lines = [f"{epoch} {start}\n" for epoch, start in self]
        return f"0\n{len(lines)}\n{''.join(lines)}".encode()

    @classmethod
    def decode(cls, data: bytes) -> LeaderEpochs:
        """Raises BadCheckpoint with what is wrong. An empty file holds no epochs."""
        if not data:
            return cls()
        lines = data.decode("utf-8", "replace").splitlines()
        if lines[0].strip() != "0":
            raise BadCheckpoint(f"its version is {lines[0]!r} and should be 0")
        if not data.endswith(b"\n"):  # a power loss cuts a file anywhere, also in the middle of a number
            raise BadCheckpoint("its last line is cut")
        try:
            count = int(lines[1])
            entries = [
                (int(epoch), int(start)) for epoch, start in (line.split() for line in lines[2:] if line)
            ]
        except (IndexError, ValueError) as error:
            raise BadCheckpoint(f"a line does not read: {error}") from error
        if count != len(entries):
            raise BadCheckpoint(f"it counts {count} entries and holds {len(entries)}")
        epochs = cls(entries)
        if list(epochs) != entries:
            raise BadCheckpoint("its epochs do not rise")
        return epochs


class EpochFile:
    """The file that keeps the epochs of one log."""

    __slots__ = ("_files", "path", "synced")

    def __init__(self, files: Files, directory: str) -> None:
        self._files = files
        self.path = f"{directory}/{FILE_NAME}"
        self.synced = True
        """What it says would survive a power loss."""

    def read(self) -> LeaderEpochs:
        """No epochs when there is no file. Raises BadCheckpoint."""
        try:
            return LeaderEpochs.decode(self._files.read_bytes(self.path))
        except FileNotFoundError:
            return LeaderEpochs()

    def has(self, epochs: LeaderEpochs) -> bool:
        """Is this what the file says?"""
        try:
            return self._files.read_bytes(self.path) == epochs.encode()
        except FileNotFoundError:
            return False

    def renew(self) -> None:
        """Write what it says once more, as the disk has it."""
        if self._files.exists(self.path):
            self._files.drop_cache(self.path)
            self._files.write_atomic(self.path, self._files.read_bytes(self.path), sync=False)
            self.synced = False

    def write(self, epochs: LeaderEpochs, *, sync: bool = False) -> None:
        self._files.write_atomic(self.path, epochs.encode(), sync=sync)
        self.synced = sync
