"""Snapshots of the cluster's metadata, in Kafka's format: `<end offset, 20 digits>-<epoch, 10 digits>.checkpoint`.

A snapshot says everything that the log said before its end offset: a batch that opens with the header and names the
voters, batches of metadata records, and a batch with the footer. Always holds: a file of that name is whole, because
it is written under another one and renamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import attrs

from kwire.broker.metadata.quorum import Quorum, control_batch
from kwire.codec.stored.snapshot_footer_record import SnapshotFooterRecord
from kwire.codec.stored.snapshot_header_record import SnapshotHeaderRecord
from kwire.log.seam import Files
from kwire.records.batch import (
    BATCH_OVERHEAD,
    CONTROL_SNAPSHOT_FOOTER,
    CONTROL_SNAPSHOT_HEADER,
    MAGIC,
    CorruptBatch,
    Record,
    build_batch,
    crc_ok,
    iter_records,
    parse_header,
)

SUFFIX = ".checkpoint"
_NAME = re.compile(r"([0-9]{20})-([0-9]{10})\.checkpoint\Z")
_RECORDS_PER_BATCH = 1000


@attrs.frozen(order=True)
class SnapshotId:
    """What a snapshot stands for: the log before `end_offset`, whose last epoch was `epoch`."""

    end_offset: int
    epoch: int

    @property
    def file_name(self) -> str:
        return f"{self.end_offset:020}-{self.epoch:010}{SUFFIX}"


def snapshots(files: Files, directory: str) -> list[SnapshotId]:
    """Those that are there, oldest first."""
    matches = (_NAME.match(entry.name) for entry in files.entries(directory) if not entry.is_directory)
    return sorted(SnapshotId(int(match[1]), int(match[2])) for match in matches if match)


def last_timestamp(files: Files, path: str) -> int:
    """The timestamp in ms of the last record that a snapshot stands for. Raises CorruptBatch, OSError."""
    file = files.open(path, read_only=True)
    try:
        size = parse_header(file.read(0, BATCH_OVERHEAD)).size
        batch = bytes(file.read(0, size))
    finally:
        file.close()
    for record in iter_records(batch):
        if (record.key or b"")[2:4] == CONTROL_SNAPSHOT_HEADER.to_bytes(2, "big"):
            value = record.value or b""
            return SnapshotHeaderRecord.decode(value, 0, len(value), 0).last_contained_log_timestamp
    raise CorruptBatch(f"{path} does not begin with a snapshot's header")


def read_batches(data: bytes) -> Iterator[memoryview]:
    """The batches of a snapshot file, checked. Raises CorruptBatch when it is not whole."""
    view = memoryview(data)
    position = 0
    footer = False
    while position < len(view):
        header = parse_header(view, position)
        end = position + header.size
        if header.magic != MAGIC or header.size < BATCH_OVERHEAD or end > len(view):
            raise CorruptBatch(f"there is no whole batch at position {position}")
        if not crc_ok(view, position, header.size):
            raise CorruptBatch(f"the batch at position {position} does not match its CRC-32C")
        batch = view[position:end]
        if header.is_control:
            kinds = [int.from_bytes((record.key or b"")[2:4], "big") for record in iter_records(batch)]
            if (position == 0) != (CONTROL_SNAPSHOT_HEADER in kinds):
                raise CorruptBatch("its header is not where it begins")
            footer = CONTROL_SNAPSHOT_FOOTER in kinds
        yield batch
        position = end
    if not footer:
        raise CorruptBatch("it ends without its footer")


def encode_snapshot(
    quorum: Quorum, records: Iterable[bytes], *, last_timestamp_ms: int, now_ms: int
) -> bytes:
    """A whole snapshot file. `last_timestamp_ms` is that of the last record which it stands for."""
    header = SnapshotHeaderRecord(last_contained_log_timestamp=last_timestamp_ms).encode(0)
    opening = [(CONTROL_SNAPSHOT_HEADER, header), *quorum.control_records()]
    out = bytearray(control_batch(opening, now_ms, leader_epoch=0))
    offset = len(opening)
    pending: list[bytes] = []

    def write_pending() -> None:
        nonlocal offset
        if pending:
            out.extend(_data_batch(pending, offset, now_ms))
            offset += len(pending)
            pending.clear()

    for record in records:
        pending.append(record)
        if len(pending) == _RECORDS_PER_BATCH:
            write_pending()
    write_pending()
    footer = [(CONTROL_SNAPSHOT_FOOTER, SnapshotFooterRecord().encode(0))]
    out += control_batch(footer, now_ms, base_offset=offset, leader_epoch=0)
    return bytes(out)


def _data_batch(values: Sequence[bytes], base_offset: int, now_ms: int) -> bytes:
    records = [Record(base_offset + index, now_ms, None, value) for index, value in enumerate(values)]
    return build_batch(records, leader_epoch=0)
