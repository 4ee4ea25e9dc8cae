"""Producer state beside the log: `<offset>.snapshot` holds what every producer wrote last below that offset.

A checksum protects the file; one that does not match is as good as none, and the state comes from an older
file and more of the log.
"""

from __future__ import annotations

import struct
from collections.abc import Container, Iterable, Sequence

import attrs

from kwire.log.seam import Files
from kwire.records.crc import crc32c

SUFFIX = ".snapshot"

VERSION = 1

_HEAD = struct.Struct(">hI")
_COUNT = struct.Struct(">i")
_ENTRY = struct.Struct(">qhiqiqiq")


class BadSnapshot(Exception):
    """A snapshot file that does not read; the text says why."""


@attrs.frozen
class ProducerEntry:
    """The last batch of one producer: sequence and offset of its last record, and how far before its first one is."""

    producer_id: int
    epoch: int
    last_sequence: int
    last_offset: int
    """-1 when no batch is known."""
    offset_delta: int
    timestamp: int
    coordinator_epoch: int = -1
    current_txn_first_offset: int = -1
    """-1 when no transaction is open."""


def encode_snapshot(entries: Sequence[ProducerEntry]) -> bytes:
    body = _COUNT.pack(len(entries)) + b"".join(
        _ENTRY.pack(
            entry.producer_id,
            entry.epoch,
            entry.last_sequence,
            entry.last_offset,
            entry.offset_delta,
            entry.timestamp,
            entry.coordinator_epoch,
            entry.current_txn_first_offset,
        )
        for entry in entries
    )
    return _HEAD.pack(VERSION, crc32c(body)) + body


def decode_snapshot(data: bytes) -> list[ProducerEntry]:
    """Raises BadSnapshot."""
    if len(data) < _HEAD.size + _COUNT.size:
        raise BadSnapshot(f"it has only {len(data)} bytes")
    version, crc = _HEAD.unpack_from(data)
    if version != VERSION:
        raise BadSnapshot(f"its version is {version} and should be {VERSION}")
    body = memoryview(data)[_HEAD.size :]
    if crc32c(body) != crc:
        raise BadSnapshot("it does not match its CRC-32C")
    count: int = _COUNT.unpack_from(body)[0]
    if len(body) != _COUNT.size + count * _ENTRY.size:
        raise BadSnapshot(f"it counts {count} producers in {len(body) - _COUNT.size} bytes")
    return [ProducerEntry(*fields) for fields in _ENTRY.iter_unpack(body[_COUNT.size :])]


class Snapshots:
    """The snapshot files of one partition directory, by the offset up to which each is complete."""

    __slots__ = ("_directory", "_files", "offsets")

    def __init__(self, files: Files, directory: str, names: Iterable[str] = ()) -> None:
        self._files = files
        self._directory = directory
        self.offsets = sorted(
            int(name[:20]) for name in names if name.endswith(SUFFIX) and name[:20].isdigit()
        )

    def latest(self) -> tuple[int, list[ProducerEntry]] | None:
        """(offset, state) of the newest good file; bad ones are removed."""
        while self.offsets:
            offset = self.offsets[-1]
            try:
                return offset, decode_snapshot(self._files.read_bytes(self._path(offset)))
            except (BadSnapshot, FileNotFoundError):
                self._remove(offset)
        return None

    def at_most(self, offset: int) -> tuple[int, list[ProducerEntry]] | None:
        """As `latest`, of files that know of nothing at or beyond `offset`; bad ones are passed over."""
        for found in reversed(self.offsets):
            if found <= offset:
                try:
                    return found, decode_snapshot(self._files.read_bytes(self._path(found)))
                except (BadSnapshot, FileNotFoundError):
                    continue
        return None

    def distrust(self, recovery_point: int) -> None:
        """A power loss may have torn any file, and brought back those of records that are gone: keep what is sure.

        Beyond the recovery point the log may hold other records than a file knows of.
        """
        self.truncate(recovery_point)
        for offset in list(self.offsets):
            try:
                decode_snapshot(self._files.read_bytes(self._path(offset)))
            except BadSnapshot:
                self._remove(offset)

    def write(self, offset: int, entries: Sequence[ProducerEntry]) -> None:
        self._files.write_atomic(self._path(offset), encode_snapshot(entries), sync=False)
        if offset not in self.offsets:
            self.offsets.append(offset)
            self.offsets.sort()

    def prune(self, base_offsets: Container[int]) -> None:
        """Keep the newest, and those at the beginning of a segment."""
        for offset in self.offsets[:-1]:
            if offset not in base_offsets:
                self._remove(offset)

    def truncate(self, end_offset: int) -> None:
        """Remove those that know of more than the log has."""
        while self.offsets and self.offsets[-1] > end_offset:
            self._remove(self.offsets[-1])

    def _remove(self, offset: int) -> None:
        self._files.unlink(self._path(offset))
        self.offsets.remove(offset)

    def _path(self, offset: int) -> str:
        return f"{self._directory}/{offset:020d}{SUFFIX}"
