"""The markers that end a transaction in a partition: control batches with one record each (KIP-98)."""

from __future__ import annotations

import struct

import attrs

from kwire.records.batch import (
    CONTROL_ABORT,
    CONTROL_COMMIT,
    BatchHeader,
    Buffer,
    CorruptBatch,
    Record,
    build_batch,
    iter_records,
)

_KEY = struct.Struct(">hh")
_VALUE = struct.Struct(">hi")


@attrs.frozen
class Marker:
    """How a transaction ended, and which coordinator said so."""

    commit: bool
    coordinator_epoch: int


def build_marker(
    producer_id: int, producer_epoch: int, *, commit: bool, coordinator_epoch: int, timestamp: int
) -> bytes:
    """The batch that ends a transaction."""
    key = _KEY.pack(0, CONTROL_COMMIT if commit else CONTROL_ABORT)
    return build_batch(
        [Record(0, timestamp, key, _VALUE.pack(0, coordinator_epoch))],
        producer_id=producer_id,
        producer_epoch=producer_epoch,
        transactional=True,
        control=True,
    )


def read_marker(batch: Buffer, header: BatchHeader) -> Marker | None:
    """What a control batch says. None when it ends nothing: of another type, emptied by compaction, or not readable.

    A transaction whose marker cannot be read stays open, so that nobody takes for committed what may not be.
    """
    if not header.records_count:
        return None
    try:
        record = next(iter_records(batch, header))
        _, kind = _KEY.unpack_from(record.key or b"")
        if kind not in (CONTROL_ABORT, CONTROL_COMMIT):
            return None
        _, coordinator_epoch = _VALUE.unpack_from(record.value or b"")
    except (CorruptBatch, struct.error):
        return None
    return Marker(kind == CONTROL_COMMIT, coordinator_epoch)
