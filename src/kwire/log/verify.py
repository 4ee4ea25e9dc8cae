"""Checking one segment, offline and read-only: every batch, and its indexes against them.

The rules are those of recovery and of Kafka's DumpLogSegments. The walk goes on behind damage where a whole batch
follows, so that it can be said how much is lost. Always holds: nothing is written, and a file that a start would put
right by itself is worth a note, not a problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import attrs

from kwire.log.index import OFFSET_ENTRY_BYTES, TIME_ENTRY_BYTES, BadIndex, OffsetIndex, TimeIndex
from kwire.log.recovery import check_batch_at, next_whole_batch
from kwire.log.seam import File, Files
from kwire.log.segment import (
    INDEX_SUFFIX,
    LOG_SUFFIX,
    MAX_INT,
    TIME_INDEX_SUFFIX,
    TXN_INDEX_SUFFIX,
)
from kwire.log.txn_index import ENTRY_BYTES, AbortedTransaction, BadTxnIndex, decode_txn_index
from kwire.records.batch import (
    CONTROL_ABORT,
    BatchHeader,
    CorruptBatch,
    Record,
    iter_records,
    parse_header,
)
from kwire.records.compression import DecompressionFailed

_FAR = 1 << 63
_STEP_BYTES = 16 << 20

RecordCheck: TypeAlias = Callable[[Record], str | None]
"""What is wrong with a record, beyond its form; None when nothing is."""

REMAKE = "delete the file: the next start makes it anew from the log"
REMADE = "the next start makes it anew from the log"


@attrs.frozen
class Finding:
    """Something that is not as it should be."""

    path: str
    position: int | None
    """Byte in the file."""
    offset: int | None
    """Of a record of the partition."""
    what: str
    meaning: str
    """What it means for whoever needs the data, and what can be done."""
    problem: bool = True
    """False for what is normal after a stop that was not in order, or is left over and harmless."""


@attrs.frozen
class SegmentJob:
    """One segment, and what is known about its place."""

    directory: str
    base_offset: int
    size: int
    suffixes: frozenset[str]
    """Of the files that are there."""
    epochs: tuple[tuple[int, int], ...] | None = None
    """Epoch and start offset, as the partition's file has them; None when it cannot be read."""
    is_last: bool = False
    settled: bool = True
    """The next start takes it as it is; else it checks the batches and makes indexes and epochs anew."""
    gapless: bool = True
    """The topic was never compacted."""
    durable_end: int = 0
    """The recovery point: whatever is below was on the disk."""

    def path(self, suffix: str) -> str:
        return f"{self.directory}/{self.base_offset:020d}{suffix}"


@attrs.define
class SegmentReport:
    """What a walk through a segment brought."""

    findings: list[Finding] = attrs.Factory(list)
    batches: int = 0
    records: int = 0
    bytes: int = 0
    end_offset: int = 0
    """The offset after its last record."""
    unreadable: bool = False
    """The disk did not give it: nothing is known about what it holds."""


def check_segment(
    files: Files,
    job: SegmentJob,
    *,
    deep: bool,
    check_record: RecordCheck | None = None,
    progress: Callable[[int], None] = lambda count: None,
) -> SegmentReport:
    """Check a segment. `deep` opens the batches; `check_record` has a say about each record, and opens them too.

    `progress` is told how many bytes more are done. Raises OSError for what cannot be read.
    """
    return _Walk(files, job, deep or check_record is not None, check_record, progress).run()


def check_records(
    batch: memoryview, header: BatchHeader, check_record: RecordCheck | None = None
) -> Iterator[tuple[int, str, str]]:
    """Offset, complaint and what it means for each thing that is wrong inside a whole batch.

    `check_record` sees every record.
    """
    next_offset = header.base_offset
    newest = -1
    count = 0
    try:
        for record in iter_records(batch, header):
            if record.offset < next_offset:
                yield (
                    record.offset,
                    f"the record with offset {record.offset} comes where {next_offset} or more was due",
                    "its producer wrote it so: who reads by offset may miss it",
                )
            if check_record is not None and (wrong := check_record(record)):
                what = f"the record with offset {record.offset} does not decode: {wrong}"
                yield record.offset, what, "a start that needs this record fails, or goes on without it"
            next_offset = record.offset + 1
            newest = max(newest, record.timestamp)
            count += 1
    except (CorruptBatch, DecompressionFailed) as error:
        what = f"the batch with offset {header.base_offset} does not open: {error}"
        yield header.base_offset, what, "its producer wrote it so: consumers stop here"
        return
    if next_offset > header.next_offset:
        yield (
            header.base_offset,
            f"the batch with offset {header.base_offset} has records beyond {header.last_offset}",
            "its producer wrote it so: there are two records of the same offset",
        )
    if count and newest != header.max_timestamp:
        yield (
            header.base_offset,
            f"the batch with offset {header.base_offset} says its newest record is of {header.max_timestamp}, "
            f"it is of {newest}",
            "its producer wrote it so: reads by time may miss it",
        )


class _Walk:
    """One walk through the batches; the entries of the indexes are met on the way, in their order."""

    def __init__(
        self,
        files: Files,
        job: SegmentJob,
        deep: bool,
        check_record: RecordCheck | None,
        progress: Callable[[int], None],
    ) -> None:
        self._files = files
        self._job = job
        self._deep = deep
        self._check_record = check_record
        self._progress = progress
        self._report = SegmentReport(end_offset=job.base_offset)
        self._last_time = -1
        self._log_path = job.path(LOG_SUFFIX)
        self._offsets = iter(self._offset_entries())
        self._times = iter(self._time_entries())
        self._offset_entry = next(self._offsets, (0, _FAR, 0))
        self._time_entry = next(self._times, (0, 0, _FAR))
        self._aborted = self._aborted_transactions()
        self._markers: dict[int, int] = {}
        """Producer id by offset of each abort marker, where there is an index of them."""
        self._newest = -1
        self._epoch = -1
        self._epoch_until = -1

    def run(self) -> SegmentReport:
        report, job = self._report, self._job
        file = self._files.open(self._log_path, read_only=True)
        try:
            size = file.size()
            view = memoryview(file.read(0, size))
            end = self._walk(file, view, job.base_offset)
            del view
        finally:
            file.close()
        report.bytes = size
        if end == size:
            self._close_indexes()
        self._check_aborted()
        return report

    def _walk(self, file: File, view: memoryview, next_offset: int) -> int:
        """Where the last whole batch ends."""
        report, job = self._report, self._job
        base_offset, gapless = job.base_offset, job.gapless
        position = told = warm = 0
        end = len(view)
        while position < end:
            if position + _STEP_BYTES > warm and warm < end:
                # A disk that fails is an OSError here, and the end of the process when a map is touched.
                start, warm = warm, min(position + 4 * _STEP_BYTES, end)
                if file.resident_end(start, warm) < warm:
                    file.warm(start, warm)
            header = check_batch_at(view, position, next_offset, base_offset)
            if isinstance(header, str):
                after = self._pass_damage(view, position, next_offset, header)
                if after is None:
                    break
                position, next_offset = after
                self._pass_entries(position, next_offset)
                continue
            if gapless and header.base_offset != next_offset:
                self._problem(
                    self._log_path,
                    position,
                    next_offset,
                    f"offsets {next_offset}..{header.base_offset - 1} are missing: the next batch begins with "
                    f"{header.base_offset}",
                    "these records are lost, unless the topic was compacted before",
                )
            if header.leader_epoch != self._epoch or header.base_offset >= self._epoch_until:
                self._check_epoch(position, header)
            if header.max_timestamp > self._newest:
                self._newest = header.max_timestamp
            if position >= self._offset_entry[1]:
                self._meet_offset_entry(position, header)
            if header.last_offset >= self._time_entry[2]:
                self._meet_time_entry(header)
            size = header.size
            if self._deep:
                self._open_batch(position, header, view[position : position + size])
            if self._aborted and header.is_control and header.is_transactional:
                self._note_marker(header, view[position : position + size])
            report.batches += 1
            report.records += header.records_count
            report.end_offset = next_offset = header.next_offset
            position += size
            if position - told >= _STEP_BYTES:
                self._progress(position - told)
                told = position
        self._progress(end - told)
        return position

    def _pass_damage(
        self, view: memoryview, position: int, next_offset: int, why: str
    ) -> tuple[int, int] | None:
        """Say what is wrong at `position`; where a whole batch follows, and with which offset. None for nowhere."""
        job = self._job
        if isinstance(whole := _whole_batch(view, position), BatchHeader):
            self._problem(
                self._log_path,
                position,
                whole.base_offset,
                why,
                "its offset is damaged or it is here twice: who reads by offset misses records here",
            )
            in_range = job.base_offset <= whole.base_offset and whole.last_offset - job.base_offset <= MAX_INT
            return position + whole.size, (whole.next_offset if in_range else next_offset)
        found = next_whole_batch(view[position + 1 :], next_offset, job.base_offset)
        if found is not None:
            after = position + 1 + found
            resumed = parse_header(view, after).base_offset
            self._problem(
                self._log_path,
                position,
                next_offset,
                why,
                f"bytes {position}..{after - 1} are damaged, and with them {_span(next_offset, resumed)}; "
                "a start that checks this log takes the partition offline",
            )
            return after, resumed
        left = len(view) - position
        if not job.is_last:
            meaning = (
                f"the last {left} bytes of this segment are damaged, and the records in them; the next one "
                "goes on"
            )
        elif job.settled:
            meaning = (
                f"the server had stopped in order, so these {left} bytes are damage: their records are lost"
            )
        elif next_offset < job.durable_end:
            meaning = (
                f"it was on disk up to offset {job.durable_end}: {_span(next_offset, job.durable_end)} lost"
            )
        else:
            self._note(
                self._log_path,
                position,
                next_offset,
                f"a torn end of {left} bytes: {why}",
                "normal after a stop that was not in order: the next start cuts it off",
            )
            return None
        self._problem(self._log_path, position, next_offset, why, meaning)
        return None

    def _pass_entries(self, position: int, offset: int) -> None:
        """Leave out what the indexes say of damaged batches."""
        while self._offset_entry[1] < position:
            self._offset_entry = next(self._offsets, (0, _FAR, 0))
        while self._time_entry[2] < offset:
            self._time_entry = next(self._times, (0, 0, _FAR))

    def _check_epoch(self, position: int, header: BatchHeader) -> None:
        epochs = self._job.epochs
        if epochs is None:
            self._epoch, self._epoch_until = header.leader_epoch, _FAR
            return
        at = -1
        for number, (_, start) in enumerate(epochs):
            if start > header.base_offset:
                break
            at = number
        if at < 0 and epochs:  # from before the log start that the file knows of
            self._epoch, self._epoch_until = header.leader_epoch, epochs[0][1]
            return
        expected = epochs[at][0] if epochs else -1
        self._epoch = header.leader_epoch  # so that the same is said once for a run of batches
        self._epoch_until = epochs[at + 1][1] if 0 <= at < len(epochs) - 1 else _FAR
        if header.leader_epoch == expected:
            return
        what = (
            f"a batch is of leader epoch {header.leader_epoch}, and leader-epoch-checkpoint says {expected}"
        )
        if self._job.settled:
            meaning = (
                "its leader epoch is damaged, or that file is: followers and clients may truncate wrongly"
            )
            self._problem(self._log_path, position, header.base_offset, what, meaning)
        else:
            self._note(self._log_path, position, header.base_offset, what, REMADE)

    def _open_batch(self, position: int, header: BatchHeader, batch: memoryview) -> None:
        check_record = None if header.is_control else self._check_record
        for offset, what, meaning in check_records(batch, header, check_record):
            self._problem(self._log_path, position, offset, what, meaning)

    # Indexes

    def _offset_entries(self) -> Iterator[tuple[int, int, int]]:
        """(byte in the index, position in the log, absolute offset), rising."""
        path = self._job.path(INDEX_SUFFIX)
        data = self._read_index(INDEX_SUFFIX)
        if data is None:
            return
        try:
            index = OffsetIndex.decode(data, max(self._job.size, 1))
        except BadIndex as error:
            self._bad_index(path, None, None, str(error))
            return
        last = (0, 0)
        for at, (relative, position) in enumerate(zip(index.offsets, index.positions, strict=True)):
            offset = self._job.base_offset + relative
            if relative <= last[0] or position <= last[1]:
                what = f"the entry for offset {offset} does not rise above the one before"
                self._bad_index(path, at * OFFSET_ENTRY_BYTES, offset, what)
                continue
            last = relative, position
            yield at * OFFSET_ENTRY_BYTES, position, offset

    def _meet_offset_entry(self, position: int, header: BatchHeader) -> None:
        while position >= self._offset_entry[1]:
            at, pointed, offset = self._offset_entry
            if pointed < position:
                what = f"the entry for offset {offset} points to byte {pointed}, where no batch begins"
            elif header.last_offset != offset:
                what = (
                    f"the entry for offset {offset} points to byte {pointed}, where the batch ends with offset "
                    f"{header.last_offset}"
                )
            else:
                what = ""
            if what:
                self._bad_index(self._job.path(INDEX_SUFFIX), at, offset, what)
            self._offset_entry = next(self._offsets, (0, _FAR, 0))

    def _time_entries(self) -> Iterator[tuple[int, int, int]]:
        """(byte in the index, timestamp, absolute offset), rising."""
        path = self._job.path(TIME_INDEX_SUFFIX)
        data = self._read_index(TIME_INDEX_SUFFIX)
        if data is None:
            return
        try:
            index = TimeIndex.decode(data)
        except BadIndex as error:
            self._bad_index(path, None, None, str(error))
            return
        last = (-1, -1)
        for at in range(len(index)):
            timestamp, relative = index[at]
            offset = self._job.base_offset + relative
            if timestamp <= last[0] or relative <= last[1]:
                what = f"the entry for offset {offset} does not rise above the one before"
                self._bad_index(path, at * TIME_ENTRY_BYTES, offset, what)
                continue
            last = timestamp, relative
            yield at * TIME_ENTRY_BYTES, timestamp, offset
        self._last_time = last[0]

    def _meet_time_entry(self, header: BatchHeader) -> None:
        while header.last_offset >= self._time_entry[2]:
            at, timestamp, offset = self._time_entry
            if header.last_offset != offset:
                what = f"no batch ends with offset {offset}"
            elif header.max_timestamp != timestamp:
                newest = header.max_timestamp
                what = f"the batch that ends with offset {offset} is of {newest}, the entry says {timestamp}"
            else:
                what = ""
            if what:
                self._bad_index(self._job.path(TIME_INDEX_SUFFIX), at, offset, what)
            self._time_entry = next(self._times, (0, 0, _FAR))

    def _close_indexes(self) -> None:
        """The log was walked to its end: entries that were not met point beyond it."""
        for at, position, offset in [self._offset_entry, *self._offsets]:
            if position != _FAR:
                what = f"the entry for offset {offset} points to byte {position}, beyond the log"
                self._bad_index(self._job.path(INDEX_SUFFIX), at, offset, what)
        beyond = [self._time_entry, *self._times]
        for at, _, offset in beyond:
            if offset != _FAR:
                what = f"the entry for offset {offset} is beyond the log"
                self._bad_index(self._job.path(TIME_INDEX_SUFFIX), at, offset, what)
        closed = self._job.settled or not self._job.is_last
        if closed and TIME_INDEX_SUFFIX in self._job.suffixes and self._last_time < self._newest:
            what = f"the newest record is of {self._newest}, the last entry says {self._last_time}"
            self._bad_index(self._job.path(TIME_INDEX_SUFFIX), None, None, what)

    def _read_index(self, suffix: str) -> bytes | None:
        if suffix in self._job.suffixes:
            return self._files.read_bytes(self._job.path(suffix))
        if self._job.size:
            self._bad_index(self._job.path(suffix), None, None, "it is missing", REMADE)
        return None

    def _bad_index(
        self, path: str, position: int | None, offset: int | None, what: str, remedy: str = REMAKE
    ) -> None:
        if self._job.settled:
            harm = "reads by time" if path.endswith(TIME_INDEX_SUFFIX) else "reads by offset"
            self._problem(path, position, offset, what, f"{harm} may miss records; {remedy}")
        else:
            self._note(path, position, offset, what, REMADE)

    # Aborted transactions

    def _aborted_transactions(self) -> list[AbortedTransaction]:
        if TXN_INDEX_SUFFIX not in self._job.suffixes:
            return []
        path = self._job.path(TXN_INDEX_SUFFIX)
        try:
            return decode_txn_index(self._files.read_bytes(path))
        except BadTxnIndex as error:
            self._bad_aborted(path, None, None, str(error))
            return []

    def _note_marker(self, header: BatchHeader, batch: memoryview) -> None:
        try:
            for record in iter_records(batch, header):
                if int.from_bytes((record.key or b"")[2:4], "big") == CONTROL_ABORT:
                    self._markers[record.offset] = header.producer_id
        except CorruptBatch:
            return  # `deep` says so; the entry that needs it finds no marker

    def _check_aborted(self) -> None:
        path = self._job.path(TXN_INDEX_SUFFIX)
        last_offset = self._job.base_offset - 1
        for at, entry in enumerate(self._aborted):
            position = at * ENTRY_BYTES
            what = ""
            if entry.last_offset <= last_offset:
                what = f"an entry for offset {entry.last_offset} does not come after {last_offset}"
            elif not 0 <= entry.first_offset <= entry.last_offset:
                what = f"an entry says a transaction began at {entry.first_offset} and ended at {entry.last_offset}"
            elif self._job.gapless and self._markers.get(entry.last_offset) != entry.producer_id:
                what = f"at offset {entry.last_offset} producer {entry.producer_id} aborted nothing"
            if what:
                self._bad_aborted(path, position, entry.last_offset, what)
            last_offset = max(last_offset, entry.last_offset)

    def _bad_aborted(self, path: str, position: int | None, offset: int | None, what: str) -> None:
        if self._job.settled:
            meaning = "consumers that read committed records only may see aborted ones, or miss good ones"
            self._problem(path, position, offset, what, meaning)
        else:
            self._note(path, position, offset, what, REMADE)

    def _problem(self, path: str, position: int | None, offset: int | None, what: str, meaning: str) -> None:
        self._report.findings.append(Finding(path, position, offset, what, meaning))

    def _note(self, path: str, position: int | None, offset: int | None, what: str, meaning: str) -> None:
        self._report.findings.append(Finding(path, position, offset, what, meaning, problem=False))


def _whole_batch(view: memoryview, position: int) -> BatchHeader | None:
    """The batch at `position` when it is whole and matches its checksum, whatever its offsets."""
    try:
        base_offset = parse_header(view, position).base_offset
    except CorruptBatch:
        return None
    found = check_batch_at(view, position, base_offset, base_offset)
    return found if isinstance(found, BatchHeader) else None


def _span(first: int, after: int) -> str:
    return f"offsets {first}..{after - 1}" if after - first > 1 else f"offset {first}"
