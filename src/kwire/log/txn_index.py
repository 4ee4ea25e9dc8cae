"""The index of aborted transactions of a segment (`.txnindex`): what a reader of committed records leaves out."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import attrs

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
