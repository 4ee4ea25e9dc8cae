"""How producers of different ages are told that another one took their place."""

from __future__ import annotations

from typing import Final

from kwire.errors import ErrorCode

PRODUCER_FENCED_FROM: Final = 2
"""From this version of AddPartitionsToTxn, AddOffsetsToTxn and EndTxn on, clients know PRODUCER_FENCED."""


def fencing_code(code: ErrorCode, version: int) -> ErrorCode:
    """The code in words that a client of this version understands."""
    if code == ErrorCode.PRODUCER_FENCED and version < PRODUCER_FENCED_FROM:
        return ErrorCode.INVALID_PRODUCER_EPOCH
    return code
