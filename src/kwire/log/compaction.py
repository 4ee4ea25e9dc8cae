"""Compaction: closed segments are written anew with only the last record of each key (KIP-58, KIP-534).

One run has two passes. The first reads the dirty part of the log and notes the last offset of every key, as far as
the buffer goes. The second writes all segments up to there anew, in groups that fill a segment each, without the
records that a later one with the same key has replaced. Offsets never change; a batch that loses records keeps its
offset range, its producer and its sequence. Nothing here touches a live log: segments are read by path, the results
are `.cleaned` files, synced, which the owner of the log then puts in place (`Log.replace_segments`).

What else goes: a tombstone `delete.retention.ms` after the first run that saw it; data of aborted transactions at
once, their markers and those of transactions without data left like tombstones. What stays, even empty: the last
batch of each producer, for its sequence, and the last batch before the end of the run, for the offsets after it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from hashlib import md5

import attrs

from kwire.log.index import OFFSET_ENTRY_BYTES, TIME_ENTRY_BYTES, IndexBuilder
from kwire.log.recovery import CLEANED_SUFFIX
from kwire.log.seam import File, Files
from kwire.log.segment import (
    INDEX_SUFFIX,
    LOG_SUFFIX,
    MAX_INT,
    TIME_INDEX_SUFFIX,
    TXN_INDEX_SUFFIX,
    CorruptLog,
    file_name,
)
from kwire.log.txn_index import AbortedTransaction, decode_txn_index, encode_txn_index
from kwire.records.batch import (
    BATCH_OVERHEAD,
    BatchHeader,
    CorruptBatch,
    Record,
    build_batch,
    check_crc,
    iter_records,
    parse_header,
)
from kwire.records.compression import DecompressionFailed
from kwire.records.markers import read_marker

KEY_BYTES = 184
"""What one key costs in memory: its digest, its offset and their place in the map, as CPython lays them out."""

_SLICE_BYTES = 256 * 1024
_WRITE_BYTES = 1 << 20
_DIGEST_BYTES = 16


@attrs.frozen
class Source:
    """A closed segment that takes part."""

    base_offset: int
    size: int


@attrs.frozen
class Task:
    """One run over one log: everything that it needs to know, as a value."""

    directory: str
    segments: Sequence[Source]
    """From the first of the log up to `end_offset`, oldest first."""
    first_dirty_offset: int
    end_offset: int
    """Where the segment after the last of them begins."""
    now_ms: int
    delete_retention_ms: int
    segment_bytes: int
    segment_index_bytes: int
    index_interval_bytes: int
    buffer_bytes: int
    """Memory for the map of keys."""
    producers: Mapping[int, tuple[int, int]] = attrs.Factory(dict)
    """Epoch and last data offset of each producer that is remembered; the offset is -1 when only a marker is known."""


@attrs.frozen
class Group:
    """Segments that became one: its files end with `.cleaned`."""

    base_offset: int
    replaced: Sequence[int]
    """Base offsets of the segments in it."""
    size: int
    has_txn_index: bool


@attrs.frozen
class Cleaned:
    """What a run did."""

    groups: Sequence[Group]
    end_offset: int
    """The log is clean up to here: where the next run begins."""
    bytes_read: int
    bytes_written: int
    records_read: int
    records_kept: int


class KeyMap:
    """The last offset of each key, for as many keys as fit."""

    __slots__ = ("_offsets", "capacity", "latest_offset")

    def __init__(self, buffer_bytes: int) -> None:
        self.capacity = max(buffer_bytes // KEY_BYTES, 1)
        self.latest_offset = -1
        """Every record up to here is in the map."""
        self._offsets: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._offsets)

    def put(self, key: bytes, offset: int) -> bool:
        """Note a record; False when the map is full."""
        offsets = self._offsets
        digest = key if len(key) < _DIGEST_BYTES else md5(key, usedforsecurity=False).digest()
        if len(offsets) >= self.capacity and digest not in offsets:
            return False
        offsets[digest] = offset
        return True

    def get(self, key: bytes) -> int:
        """The last offset of the key; -1 when it is not in the map."""
        return self._offsets.get(
            key if len(key) < _DIGEST_BYTES else md5(key, usedforsecurity=False).digest(), -1
        )


class Transactions:
    """Follows transactions through batches in log order: which are aborted, and whose data is all gone."""

    def __init__(self, aborted: Iterable[AbortedTransaction]) -> None:
        self._aborted = sorted(aborted, key=lambda each: each.first_offset, reverse=True)
        self._ongoing_aborted: dict[int, AbortedTransaction] = {}
        self._seen: set[int] = set()
        """Producers in an aborted transaction of which data was met."""
        self._ongoing_committed: set[int] = set()
        self.kept: list[AbortedTransaction] = []
        """Aborted transactions whose marker still has data before it."""

    def is_aborted(self, header: BatchHeader) -> bool:
        """Is this data batch part of a transaction that was aborted?"""
        self._begin(header.last_offset)
        if not header.is_transactional:
            return False
        if header.producer_id in self._ongoing_aborted:
            self._seen.add(header.producer_id)
            return True
        self._ongoing_committed.add(header.producer_id)
        return False

    def is_needless(self, header: BatchHeader, batch: memoryview) -> bool:
        """Is this marker all that is left of its transaction?"""
        self._begin(header.last_offset)
        if header.records_count == 0:
            return True
        marker = read_marker(batch, header)
        producer_id = header.producer_id
        if marker is None:
            return False
        if not marker.commit:
            transaction = self._ongoing_aborted.pop(producer_id, None)
            if transaction is not None and producer_id in self._seen:
                self._seen.discard(producer_id)
                self.kept.append(transaction)
                return False
            return True
        if producer_id in self._ongoing_committed:
            self._ongoing_committed.discard(producer_id)
            return False
        return True

    def _begin(self, offset: int) -> None:
        while self._aborted and self._aborted[-1].first_offset <= offset:
            transaction = self._aborted.pop()
            self._ongoing_aborted[transaction.producer_id] = transaction


def clean(files: Files, task: Task) -> Generator[None, None, Cleaned]:
    """Perform a run; it pauses now and then, so that whoever drives it can do, or break, something else.

    Raises CorruptLog for segments that are not what was written, OSError. What was written until then is left over
    with the suffix `.cleaned`, which the next run and the next start remove.
    """
    run = _Run(files, task)
    keys = KeyMap(task.buffer_bytes)
    yield from run.map_keys(keys)
    groups = []
    if keys.latest_offset >= task.first_dirty_offset:
        transactions = Transactions(run.aborted())
        sources = [source for source in task.segments if source.base_offset <= keys.latest_offset]
        for group in group_segments(task, sources):
            groups.append((yield from run.clean_group(group, keys, transactions)))
    return Cleaned(
        groups,
        max(keys.latest_offset + 1, task.first_dirty_offset),
        run.bytes_read,
        run.bytes_written,
        run.records_read,
        run.records_kept,
    )


def group_segments(task: Task, sources: Sequence[Source]) -> list[list[Source]]:
    """Neighbours that fit into one segment together, even if nothing goes."""
    index_entries = task.segment_index_bytes // max(OFFSET_ENTRY_BYTES, TIME_ENTRY_BYTES)
    group_bytes = min(task.segment_bytes, index_entries * (task.index_interval_bytes + 1), MAX_INT)
    groups: list[list[Source]] = []
    size = 0
    for at, source in enumerate(sources):
        after = sources[at + 1].base_offset if at + 1 < len(sources) else task.end_offset
        if groups and size + source.size <= group_bytes and after - 1 - groups[-1][0].base_offset <= MAX_INT:
            groups[-1].append(source)
            size += source.size
        else:
            groups.append([source])
            size = source.size
    return groups


class _Run:
    def __init__(self, files: Files, task: Task) -> None:
        self._files = files
        self._task = task
        self.bytes_read = 0
        self.bytes_written = 0
        self.records_read = 0
        self.records_kept = 0

    def aborted(self) -> list[AbortedTransaction]:
        """Every aborted transaction of these segments."""
        found: list[AbortedTransaction] = []
        for source in self._task.segments:
            path = self._path(source.base_offset, TXN_INDEX_SUFFIX)
            if self._files.exists(path):
                found += decode_txn_index(self._files.read_bytes(path))
        return found

    def map_keys(self, keys: KeyMap) -> Generator[None, None, None]:
        """The first pass: the keys from the first dirty offset on, until the map is full."""
        task = self._task
        transactions = Transactions(self.aborted())
        for at, source in enumerate(task.segments):
            end = task.segments[at + 1].base_offset if at + 1 < len(task.segments) else task.end_offset
            if end <= task.first_dirty_offset:
                continue
            for _, header, batch in self._batches(source):
                if header.is_control:
                    transactions.is_needless(header, batch)
                elif not transactions.is_aborted(header) and header.last_offset >= task.first_dirty_offset:
                    for record in iter_records(batch, header):
                        if (
                            record.key is not None
                            and record.offset >= task.first_dirty_offset
                            and not keys.put(record.key, record.offset)
                        ):
                            if keys.latest_offset < 0:
                                # Not one batch fits. The records before this one are all in the map, so the run
                                # may end in the middle of a batch.
                                keys.latest_offset = record.offset - 1
                            return
                if header.last_offset >= task.first_dirty_offset:
                    keys.latest_offset = header.last_offset
                yield

    def clean_group(
        self, group: Sequence[Source], keys: KeyMap, transactions: Transactions
    ) -> Generator[None, None, Group]:
        """The second pass over some segments, which become one."""
        base_offset = group[0].base_offset
        transactions.kept = []
        output = _Output(self._files, self._task, base_offset)
        try:
            since_pause = 0
            for source in group:
                for _, header, batch in self._batches(source):
                    kept = self._filter(header, batch, keys, transactions)
                    if kept is not None:
                        output.add(kept)
                    since_pause += len(batch)
                    if since_pause >= _SLICE_BYTES:
                        since_pause = 0
                        yield
            yield
            has_txn_index = output.finish(transactions.kept)
        finally:
            output.close()
        yield
        self.bytes_written += output.size
        return Group(base_offset, tuple(source.base_offset for source in group), output.size, has_txn_index)

    def _filter(
        self, header: BatchHeader, batch: memoryview, keys: KeyMap, transactions: Transactions
    ) -> memoryview | bytes | None:
        """The batch as it stays: itself, a smaller one, or None."""
        task = self._task
        horizon = header.delete_horizon_ms
        marker_alone = False
        if header.is_control:
            marker_alone = transactions.is_needless(header, batch)
            discard = marker_alone and horizon is not None and horizon <= task.now_ms
        else:
            discard = transactions.is_aborted(header)
        kept: list[Record] = []
        has_tombstone = False
        self.records_read += header.records_count
        if not discard:
            tombstones_stay = horizon is None or task.now_ms < horizon
            for record in iter_records(batch, header):
                if header.is_control or self._stays(record, keys, tombstones_stay):
                    kept.append(record)
                    has_tombstone = has_tombstone or record.value is None
        self.records_kept += len(kept)
        if not kept:
            return _rebuilt(header, [], None) if self._stays_empty(header) else None
        if horizon is None and (has_tombstone or marker_alone):
            horizon = task.now_ms + task.delete_retention_ms
        elif len(kept) == header.records_count:
            return batch
        return _rebuilt(header, kept, horizon)

    def _stays(self, record: Record, keys: KeyMap, tombstones_stay: bool) -> bool:
        if record.offset > keys.latest_offset:
            return True
        if record.key is None:
            return False
        return record.offset >= keys.get(record.key) and (record.value is not None or tombstones_stay)

    def _stays_empty(self, header: BatchHeader) -> bool:
        if header.next_offset == self._task.end_offset:
            return True
        if header.producer_id < 0:
            return False
        epoch, last_offset = self._task.producers.get(header.producer_id, (-1, -2))
        if last_offset >= 0:
            return header.last_offset == last_offset
        return last_offset == -1 and header.is_control and header.producer_epoch == epoch

    def _batches(self, source: Source) -> Iterator[tuple[int, BatchHeader, memoryview]]:
        path = self._path(source.base_offset, LOG_SUFFIX)
        file = self._files.open(path, read_only=True)
        try:
            view = memoryview(file.read(0, source.size))
            position = 0
            try:
                while position < source.size:
                    header = parse_header(view, position)
                    after = position + header.size
                    if header.size < BATCH_OVERHEAD or after > len(view):
                        raise CorruptBatch(f"a batch says it has {header.size} bytes")
                    batch = view[position:after]
                    check_crc(batch, header)  # or damage would get a new checksum that fits
                    yield position, header, batch
                    position = after
            except (CorruptBatch, DecompressionFailed) as error:
                raise CorruptLog(path, position, str(error)) from error
            self.bytes_read += source.size
        finally:
            file.close()

    def _path(self, base_offset: int, suffix: str) -> str:
        return f"{self._task.directory}/{file_name(base_offset, suffix)}"


def _rebuilt(header: BatchHeader, records: Sequence[Record], horizon: int | None) -> bytes:
    """The batch with only these records, or none: range, producer and sequence stay."""
    return build_batch(
        records,
        base_offset=header.base_offset,
        last_offset_delta=header.last_offset_delta,
        codec=header.codec if records else 0,
        producer_id=header.producer_id,
        producer_epoch=header.producer_epoch,
        base_sequence=header.base_sequence,
        transactional=header.is_transactional,
        control=header.is_control,
        leader_epoch=header.leader_epoch,
        log_append_time_ms=header.max_timestamp if header.is_log_append_time else None,
        max_timestamp=None if records else header.max_timestamp,
        delete_horizon_ms=horizon,
    )


class _Output:
    """The files of one cleaned segment."""

    def __init__(self, files: Files, task: Task, base_offset: int) -> None:
        self.size = 0
        self._files = files
        self._stem = f"{task.directory}/{file_name(base_offset, '')}"
        self._builder = IndexBuilder(base_offset, task.index_interval_bytes)
        self._pending: list[memoryview | bytes] = []
        self._pending_bytes = 0
        self._file: File | None = self._new(LOG_SUFFIX)

    def add(self, batch: memoryview | bytes) -> None:
        header = parse_header(batch)
        newest = header.max_timestamp if header.records_count else -1
        self._builder.add(self.size + self._pending_bytes, len(batch), header.last_offset, newest)
        self._pending.append(batch)
        self._pending_bytes += len(batch)
        if self._pending_bytes >= _WRITE_BYTES or len(self._pending) >= 512:  # IOV_MAX is 1,024
            self._write()

    def _write(self) -> None:
        if self._pending:
            assert self._file is not None
            self._file.write(self.size, self._pending, self._pending_bytes)
            self.size += self._pending_bytes
            self._pending, self._pending_bytes = [], 0

    def finish(self, aborted: Sequence[AbortedTransaction]) -> bool:
        """Write and sync the rest; is there an index of aborted transactions?"""
        self._write()
        assert self._file is not None
        self._file.sync()
        self._builder.finish()
        self._put(INDEX_SUFFIX, self._builder.offsets.encode())
        self._put(TIME_INDEX_SUFFIX, self._builder.times.encode())
        if aborted:
            self._put(TXN_INDEX_SUFFIX, encode_txn_index(aborted))
        else:
            self._files.unlink(f"{self._stem}{TXN_INDEX_SUFFIX}{CLEANED_SUFFIX}")
        return bool(aborted)

    def _put(self, suffix: str, data: bytes) -> None:
        file = self._new(suffix)
        try:
            file.write(0, [data], len(data))
            file.sync()
        finally:
            file.close()

    def _new(self, suffix: str) -> File:
        file = self._files.open(f"{self._stem}{suffix}{CLEANED_SUFFIX}", create=True)
        file.truncate(0)
        return file

    def close(self) -> None:
        self._pending.clear()
        if self._file is not None:
            self._file.close()
            self._file = None
