"""`kwire dump`: prints what the files of a data directory hold and checks them, offline and read-only.

Every problem is one line that begins with `PROBLEM`. A file is checked against its neighbours: an index needs
its log.
"""

from __future__ import annotations

import contextlib
import json
import posixpath
from collections.abc import Callable, Iterator
from typing import TextIO, TypeAlias

from kwire.log.checkpoint import BadCheckpoint, decode_checkpoint
from kwire.log.epochs import FILE_NAME as EPOCHS_FILE
from kwire.log.epochs import LeaderEpochs
from kwire.log.files import DiskFiles, Files
from kwire.log.index import TIME_ENTRY_BYTES, BadIndex, OffsetIndex, TimeIndex
from kwire.log.partition_metadata import FILE_NAME as PARTITION_METADATA
from kwire.log.partition_metadata import (
    BadPartitionMetadata,
    decode_partition_metadata,
    encode_uuid,
    split_directory_name,
)
from kwire.log.recovery import check_batch_at
from kwire.log.segment import INDEX_SUFFIX, LOG_SUFFIX, MAX_INT, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX
from kwire.log.snapshot import SUFFIX as SNAPSHOT_SUFFIX
from kwire.log.snapshot import BadSnapshot, decode_snapshot
from kwire.log.txn_index import BadTxnIndex, decode_txn_index
from kwire.log.verify import SegmentJob, check_records, check_segment
from kwire.records.batch import BatchHeader, Record
from kwire.records.compression import CODEC_NAMES

ShowRecord: TypeAlias = Callable[[str, Record, bool], str | None]
"""Topic, record, is it a control record: the text; None for none. Raises ValueError for one that does not decode."""

CHECKPOINT_SUFFIX = "-offset-checkpoint"

_CONTROL_TYPES = (
    "ABORT",
    "COMMIT",
    "LEADER_CHANGE",
    "SNAPSHOT_HEADER",
    "SNAPSHOT_FOOTER",
    "KRAFT_VERSION",
    "KRAFT_VOTERS",
)
_SHOWN_BYTES = 100


def dump_file(
    path: str,
    out: TextIO,
    deep: bool = False,
    *,
    files: Files | None = None,
    show_time: Callable[[int], str] = str,
    show_record: ShowRecord | None = None,
    topic: str | None = None,
    quiet: bool = False,
) -> int:
    """Print and check one file, or every known file of a directory; how many problems were found.

    `deep` opens the batches: it prints the records of `.log` files and checks them against their batches. `show_time`
    makes text of a timestamp in ms, for those who would rather read a date; `show_record` makes text of a record of the
    given topic, which is that of the directory unless `topic` says. `quiet` prints problems only. Raises OSError for a
    file that cannot be read.
    """
    files = DiskFiles() if files is None else files
    if files.is_directory(path):
        problems = 0
        for entry in sorted(files.entries(path), key=lambda entry: entry.name):
            if entry.is_directory or _printer(entry.name) is not None:
                problems += dump_file(
                    f"{path.rstrip('/')}/{entry.name}",
                    out,
                    deep,
                    files=files,
                    show_time=show_time,
                    show_record=show_record,
                    topic=topic,
                    quiet=quiet,
                )
        return problems
    printer = _printer(posixpath.basename(path))
    if printer is None:
        files.open(path, read_only=True).close()  # that there is no such file would be the better complaint
        print(f"PROBLEM {path}: not a file that kwire knows", file=out)
        return 1
    dump = _Dump(files, path, out, deep, quiet, show_time, show_record, topic or _topic_of(path))
    if not quiet:
        print(path, file=out)
    printer(dump)
    return dump.problems


def _topic_of(path: str) -> str:
    try:
        return split_directory_name(posixpath.basename(posixpath.dirname(path)))[0]
    except ValueError:
        return ""


class _Dump:
    """The printing of one file."""

    def __init__(
        self,
        files: Files,
        path: str,
        out: TextIO,
        deep: bool,
        quiet: bool,
        show_time: Callable[[int], str],
        show_record: ShowRecord | None,
        topic: str,
    ) -> None:
        self.path = path
        self.deep = deep
        self.problems = 0
        self.files = files
        self._out = out
        self._quiet = quiet
        self._show_time = show_time
        self._show_record = show_record
        self._topic = topic

    def time(self, timestamp_ms: int) -> str:
        return "none" if timestamp_ms < 0 else self._show_time(timestamp_ms)

    def record(self, record: Record, control: bool) -> str | None:
        """A record of a topic that is known, as text. Raises ValueError for one that does not decode."""
        return None if self._show_record is None else self._show_record(self._topic, record, control)

    def line(self, text: str) -> None:
        if not self._quiet:
            print(f"  {text}", file=self._out)

    def problem(self, text: str) -> None:
        self.problems += 1
        print(f"PROBLEM {self.path}: {text}", file=self._out)

    def read(self) -> bytes:
        return self.files.read_bytes(self.path)

    @property
    def base_offset(self) -> int:
        stem = posixpath.basename(self.path).partition(".")[0]
        return int(stem) if stem.isdigit() else 0

    def map(self, path: str) -> memoryview:
        file = self.files.open(path, read_only=True)
        try:
            return memoryview(file.read(0, file.size()))
        finally:
            file.close()


def _walk(view: memoryview, base_offset: int) -> Iterator[tuple[int, BatchHeader | str]]:
    """Position and header of every batch, ending with the reason why the rest is none."""
    position = 0
    next_offset = base_offset
    while position < len(view):
        header = check_batch_at(view, position, next_offset, base_offset)
        yield position, header
        if isinstance(header, str):
            return
        next_offset = header.next_offset
        position += header.size


def _dump_log(dump: _Dump) -> None:
    view = dump.map(dump.path)
    batches = 0
    for position, header in _walk(view, dump.base_offset):
        if isinstance(header, str):
            dump.problem(f"byte {position} of {len(view)}: {header}")
            return
        batches += 1
        dump.line(_describe_batch(dump, position, header))
        if dump.deep:
            _dump_records(dump, header, view[position : position + header.size])
    dump.line(f"{batches} batches, {len(view)} bytes")


def _describe_batch(dump: _Dump, position: int, header: BatchHeader) -> str:
    kind = "LogAppendTime" if header.is_log_append_time else "CreateTime"
    words = [
        f"offset {header.base_offset}..{header.last_offset}",
        f"records {header.records_count}",
        f"position {position}",
        f"size {header.size}",
        f"codec {CODEC_NAMES[header.codec] if header.codec < len(CODEC_NAMES) else header.codec}",
        f"leader epoch {header.leader_epoch}",
        f"{kind} {dump.time(header.max_timestamp)}",
        f"crc {header.crc:08x}",
    ]
    if header.producer_id >= 0:
        words.append(f"producer {header.producer_id} epoch {header.producer_epoch}")
        if header.base_sequence >= 0:
            words.append(f"sequence {header.base_sequence}..{header.last_sequence}")
    if header.delete_horizon_ms is not None:
        words.append(f"delete horizon {dump.time(header.delete_horizon_ms)}")
    if header.is_transactional:
        words.append("transactional")
    if header.is_control:
        words.append("control")
    return "  ".join(words)


def _dump_records(dump: _Dump, header: BatchHeader, batch: memoryview) -> None:
    def show(record: Record) -> str | None:
        try:
            text = dump.record(record, header.is_control)
        except ValueError as error:
            dump.line(_describe_record(dump, record, header.is_control, None))
            return str(error)
        dump.line(_describe_record(dump, record, header.is_control, text))
        return None

    for _, wrong, _ in check_records(batch, header, show):
        dump.problem(wrong)


def _describe_record(dump: _Dump, record: Record, control: bool, text: str | None) -> str:
    words = [f"  | offset {record.offset}", dump.time(record.timestamp)]
    if control and record.key is not None and len(record.key) >= 4:
        kind = int.from_bytes(record.key[2:4], "big")
        words.append(f"control {_CONTROL_TYPES[kind] if kind < len(_CONTROL_TYPES) else kind}")
        if text is not None:
            words.append(text)
    elif text is not None:
        words.append(text)
    else:
        words.append(f"key {_show(record.key)}")
        words.append(f"value {_show(record.value)}")
    if record.headers:
        words.append(
            "headers "
            + " ".join(f"{key.decode('utf-8', 'replace')}={_show(value)}" for key, value in record.headers)
        )
    return "  ".join(words)


def _show(data: bytes | None) -> str:
    if data is None:
        return "null"
    shown = ascii(data[:_SHOWN_BYTES].decode("latin-1"))
    return shown if len(data) <= _SHOWN_BYTES else f"{shown}... ({len(data)} bytes)"


def _dump_index(dump: _Dump) -> None:
    with contextlib.suppress(BadIndex):  # the check says so
        index = OffsetIndex.decode(dump.read(), MAX_INT)
        for offset, position in zip(index.offsets, index.positions, strict=True):
            dump.line(f"offset {dump.base_offset + offset}  position {position}")
        dump.line(f"{len(index)} entries")
    _check_against_log(dump, closed=True)


def _dump_time_index(dump: _Dump) -> None:
    data = dump.read()
    closed = True
    with contextlib.suppress(BadIndex):  # the check says so
        index = TimeIndex.decode(data)
        closed = len(data) == len(index) * TIME_ENTRY_BYTES
        for timestamp, offset in map(index.__getitem__, range(len(index))):
            dump.line(f"{dump.time(timestamp)}  offset {dump.base_offset + offset}")
        dump.line(f"{len(index)} entries")
    _check_against_log(dump, closed=closed)


def _check_against_log(dump: _Dump, *, closed: bool) -> None:
    """Say what is wrong with a file of a segment, which shows beside the `.log`."""
    directory, name = posixpath.split(dump.path)
    log = dump.path[: dump.path.rindex(".")] + LOG_SUFFIX
    try:
        file = dump.files.open(log, read_only=True)
    except FileNotFoundError:
        dump.problem(f"there is no {posixpath.basename(log)} beside it to check it against")
        return
    size = file.size()
    file.close()
    job = SegmentJob(
        directory,
        dump.base_offset,
        size,
        frozenset([posixpath.splitext(name)[1]]),
        is_last=True,
        settled=closed,
        gapless=posixpath.splitext(name)[1] == TXN_INDEX_SUFFIX,
    )
    for finding in check_segment(dump.files, job, deep=False).findings:
        if finding.path == dump.path:
            where = "" if finding.position is None else f"byte {finding.position}: "
            dump.problem(where + finding.what)


def _dump_txn_index(dump: _Dump) -> None:
    with contextlib.suppress(BadTxnIndex):  # the check says so
        aborted = decode_txn_index(dump.read())
        for entry in aborted:
            dump.line(
                f"producer {entry.producer_id}  aborted {entry.first_offset}..{entry.last_offset}  "
                f"last stable offset {entry.last_stable_offset}"
            )
        dump.line(f"{len(aborted)} entries")
    _check_against_log(dump, closed=True)


def _dump_snapshot(dump: _Dump) -> None:
    try:
        entries = decode_snapshot(dump.read())
    except BadSnapshot as error:
        dump.problem(str(error))
        return
    for entry in entries:
        dump.line(
            f"producer {entry.producer_id}  epoch {entry.epoch}  last sequence {entry.last_sequence}  "
            f"last offset {entry.last_offset}  offset delta {entry.offset_delta}  {dump.time(entry.timestamp)}  "
            f"coordinator epoch {entry.coordinator_epoch}  transaction since {entry.current_txn_first_offset}"
        )
    dump.line(f"{len(entries)} producers")


def _dump_checkpoint(dump: _Dump) -> None:
    try:
        offsets = decode_checkpoint(dump.read())
    except BadCheckpoint as error:
        dump.problem(str(error))
        return
    for (topic, partition), offset in offsets.items():
        dump.line(f"{topic}-{partition}  offset {offset}")


def _dump_epochs(dump: _Dump) -> None:
    try:
        epochs = LeaderEpochs.decode(dump.read())
    except BadCheckpoint as error:
        dump.problem(str(error))
        return
    for epoch, start_offset in epochs:
        dump.line(f"leader epoch {epoch}  from offset {start_offset}")


def _dump_partition_metadata(dump: _Dump) -> None:
    try:
        topic_id = decode_partition_metadata(dump.read())
    except BadPartitionMetadata as error:
        dump.problem(str(error))
        return
    dump.line(f"topic id {'none' if topic_id is None else encode_uuid(topic_id)}")


def _dump_text(dump: _Dump) -> None:
    for line in dump.read().decode("utf-8", "replace").splitlines():
        dump.line(line)


def _dump_json(dump: _Dump) -> None:
    try:
        json.loads(dump.read())
    except ValueError as error:
        dump.problem(f"it is no JSON: {error}")
    _dump_text(dump)


_BY_SUFFIX: dict[str, Callable[[_Dump], None]] = {
    LOG_SUFFIX: _dump_log,
    INDEX_SUFFIX: _dump_index,
    TIME_INDEX_SUFFIX: _dump_time_index,
    TXN_INDEX_SUFFIX: _dump_txn_index,
    SNAPSHOT_SUFFIX: _dump_snapshot,
    EPOCHS_FILE: _dump_epochs,
    CHECKPOINT_SUFFIX: _dump_checkpoint,
    PARTITION_METADATA: _dump_partition_metadata,
    "meta.properties": _dump_text,
    "quorum-state": _dump_json,
    ".kafka_cleanshutdown": _dump_json,
    ".checkpoint": _dump_log,
}


def _printer(name: str) -> Callable[[_Dump], None] | None:
    for suffix, printer in _BY_SUFFIX.items():
        if name.endswith(suffix):
            return printer
    return None
