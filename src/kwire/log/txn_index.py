"""The index of aborted transactions of a segment (`.txnindex`): what a reader of committed records leaves out."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import attrs

from kwire.log.seam import Files

_ENTRY = struct.Struct(">hqqqq")
_VERSION = 0

ENTRY_BYTES = _ENTRY.size


class BadTxnIndex(Exception):
    """A file that does not read; the text says why."""


@attrs.frozen
class AbortedTransaction:
    """One aborted transaction that wrote here."""

    producer_id: int
    first_offset: int
    last_offset: int
    """Offset of the abort marker."""
    last_stable_offset: int
    """As it was right after the abort."""


def encode_txn_index(entries: Sequence[AbortedTransaction]) -> bytes:
    return b"".join(
        _ENTRY.pack(
            _VERSION, entry.producer_id, entry.first_offset, entry.last_offset, entry.last_stable_offset
        )
        for entry in entries
    )


def decode_txn_index(data: bytes) -> list[AbortedTransaction]:
    """Raises BadTxnIndex."""
    if len(data) % _ENTRY.size:
        raise BadTxnIndex(f"its size of {len(data)} bytes is not a multiple of {_ENTRY.size}")
    entries = []
    for version, *fields in _ENTRY.iter_unpack(data):
        if version != _VERSION:
            raise BadTxnIndex(f"an entry has version {version} and should have {_VERSION}")
        entries.append(AbortedTransaction(*fields))
    return entries


class TxnIndex:
    """The `.txnindex` of one segment. There is no file before the first abort.

    Always holds: what was added is not forgotten, also when the disk did not take it yet; `flush` tries again.
    """

    __slots__ = ("_added", "_base_offset", "_files", "_path", "_written")

    def __init__(self, files: Files, path: str, base_offset: int) -> None:
        self._files = files
        self._path = path
        self._base_offset = base_offset
        self._written: list[AbortedTransaction] | None = None
        self._added: list[AbortedTransaction] = []

    @property
    def entries(self) -> Sequence[AbortedTransaction]:
        """In the order of their markers. Raises BadTxnIndex, OSError."""
        written = self._load()
        return [*written, *self._added] if self._added else written

    def _load(self) -> list[AbortedTransaction]:
        if self._written is None:
            try:
                entries = decode_txn_index(self._files.read_bytes(self._path))
            except FileNotFoundError:
                entries = []
            if entries and entries[0].last_offset < self._base_offset:
                raise BadTxnIndex(f"it knows of offset {entries[0].last_offset}, before its segment")
            self._written = entries
        return self._written

    @property
    def is_written(self) -> bool:
        return not self._added

    def add(self, aborted: AbortedTransaction) -> None:
        """One more, for `flush` to write."""
        self._added.append(aborted)

    def flush(self) -> None:
        """Write what was not written yet. BadTxnIndex, OSError when that fails."""
        if not self._added:
            return
        written = self._load()
        data = encode_txn_index(self._added)
        file = self._files.open(self._path, create=True)
        try:
            file.write(len(written) * _ENTRY.size, (data,), len(data))
        finally:
            file.close()
        written += self._added
        self._added = []

    def replace(self, entries: Sequence[AbortedTransaction]) -> None:
        """Make the file hold just these, and forget what was added. OSError when that fails."""
        if entries:
            self._files.write_atomic(self._path, encode_txn_index(entries), sync=False)
        else:
            self._files.unlink(self._path)
        self._written = list(entries)
        self._added = []
