"""One partition's log: segments from the log start to the end, to which whole record batches are appended.

Knows no API, no client and no producer: who may append is decided above. Always holds: offsets rise without
overlap from batch to batch; a read gives whole batches from one segment; an append that failed left nothing
that can be read, and the end where it was.
"""

from __future__ import annotations

import posixpath
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from kwire.log import aborted, loading, swap, timestamps
from kwire.log.compaction import Group
from kwire.log.config import LogConfig as LogConfig
from kwire.log.epochs import EpochFile, LeaderEpochs
from kwire.log.flush import Flush
from kwire.log.open_files import OpenFiles
from kwire.log.partition_metadata import FILE_NAME as PARTITION_METADATA
from kwire.log.partition_metadata import split_directory_name, write_topic_id
from kwire.log.recovery import Recovered
from kwire.log.seam import Buffer, Files
from kwire.log.segment import MAX_INT, SUFFIXES, Segment, file_name
from kwire.log.snapshot import ProducerEntry, Snapshots
from kwire.log.trash import DELETED_SUFFIX, Trash
from kwire.log.txn_index import AbortedTransaction
from kwire.log.warming import Warm
from kwire.records.batch import BatchHeader


class LogWriteFailed(Exception):
    """The file system refused (a full or broken disk): `path` says where, `cause` is the OSError."""

    def __init__(self, path: str, cause: OSError) -> None:
        super().__init__(f"Cannot write {path}: {cause.strerror or cause}")
        self.path = path
        self.cause = cause


class Log:
    """The log of one partition. Made by `Log.create` or `Log.open`."""

    __slots__ = (
        "_active",
        "_bases",
        "_config",
        "_epoch_file",
        "_failed",
        "_files",
        "_latest_epoch",
        "_names_synced",
        "_open_files",
        "_roll_ms",
        "_segment_bytes",
        "_segments",
        "_snapshots",
        "_trash",
        "_truncations",
        "aborted",
        "closed",
        "directory",
        "leader_epochs",
        "log_end_offset",
        "log_start_offset",
        "partition",
        "recovered",
        "recovery_point",
        "rolled_at",
        "topic",
        "topic_id",
    )

    def __init__(
        self,
        files: Files,
        directory: str,
        topic_id: bytes | None,
        config: LogConfig,
        trash: Trash | None,
        open_files: OpenFiles | None = None,
    ) -> None:
        self.directory = directory
        self.topic, self.partition = split_directory_name(posixpath.basename(directory))
        self.topic_id = topic_id
        self.log_start_offset = 0
        self.log_end_offset = 0
        self.recovery_point = 0
        """Everything below is on disk for good."""
        self.rolled_at = -1
        """The batch at this offset made `append` begin a new segment, most recently."""
        self.closed = False
        self.recovered: Recovered | None = None
        """What the opening had to check and cut after an unclean stop."""
        self.aborted = aborted.AbortedTransactions(files, directory)
        self.leader_epochs = LeaderEpochs()
        self._latest_epoch = -1
        self._files = files
        self._open_files = open_files
        self._trash = Trash(files) if trash is None else trash
        self._segments: list[Segment] = []
        self._bases: list[int] = []  # base offsets of the segments, to search in
        self._snapshots = Snapshots(files, directory)
        self._failed: OSError | None = None
        self._names_synced = False
        self._truncations = 0
        self._epoch_file = EpochFile(files, directory)
        self._config = config
        self._segment_bytes = 0
        self._roll_ms = 0

    def __repr__(self) -> str:
        return f"<Log {self.directory} [{self.log_start_offset}, {self.log_end_offset})>"

    # Opening and closing

    @classmethod
    def create(
        cls,
        files: Files,
        directory: str,
        topic: str,
        partition: int,
        topic_id: bytes,
        config: LogConfig,
        *,
        now_ms: int = 0,
        trash: Trash | None = None,
        open_files: OpenFiles | None = None,
    ) -> Log:
        """A new, empty log in a directory named `<topic>-<partition>`, which is made.

        Raises LogWriteFailed, ValueError for a directory of another name.
        """
        log = cls(files, directory, topic_id, config, trash, open_files)
        if (log.topic, log.partition) != (topic, partition):
            raise ValueError(f"{directory} is not the directory of {topic}-{partition}")
        try:
            files.make_directory(directory)
            write_topic_id(files, directory, topic_id, sync=False)
            log._add_segment(0, now_ms)
        except OSError as error:
            raise LogWriteFailed(directory, error) from error
        return log

    @classmethod
    def open(
        cls,
        files: Files,
        directory: str,
        config: LogConfig,
        *,
        clean: bool,
        recovery_point: int = 0,
        log_start_offset: int = 0,
        page_cache_kept: bool = False,
        unseen: bool = False,
        now_ms: int = 0,
        topic_id: bytes | None = None,
        trash: Trash | None = None,
        open_files: OpenFiles | None = None,
    ) -> Log:
        """The log in a directory. `clean`: it was closed in order, so its files are trusted and not read through. With
        `unseen` not even its end is looked at before the log is used: it is the recovery point.

        Otherwise everything from `recovery_point` on is checked, and a torn tail is cut; `recovered` says what was
        done. `page_cache_kept` says that only the process died: then, as below the recovery point, bad bytes with
        whole batches after them are damage and no torn tail. Raises CorruptLog for damage, and for what cannot be
        put right, OSError when it cannot be read.
        """
        log = cls(files, directory, topic_id, config, trash, open_files)
        loading.load(
            log,
            clean=clean,
            recovery_point=recovery_point,
            log_start_offset=log_start_offset,
            page_cache_kept=page_cache_kept,
            unseen=unseen,
            now_ms=now_ms,
        )
        return log

    def end_writing(self) -> bool:
        """Complete the indexes for a clean stop; False when nothing is to be synced then. Raises LogWriteFailed."""
        try:
            aborted.flush(self)
            for segment in self._segments:
                segment.end_writing()
        except OSError as error:
            raise LogWriteFailed(self.directory, error) from error
        return not self._is_durable()

    def close(self, *, clean: bool = True, durable: bool = False) -> None:
        """Give everything back. `clean` first completes the indexes and makes all durable.

        `durable` says that somebody else has synced everything since `end_writing`. LogWriteFailed when something was
        not possible; everything is given back all the same.
        """
        try:
            if clean and self.end_writing():
                self.flush(durable=durable)
        finally:
            self.abandon()

    def _is_durable(self) -> bool:
        return (
            self._failed is None
            and self.recovery_point >= self.log_end_offset
            and self._names_synced
            and self._epoch_file.synced
            and not any(segment.dirty for segment in self._segments)
        )

    def abandon(self) -> None:
        """Give everything back and write nothing: the log is deleted, or is to look as after a kill."""
        self.closed = True
        for segment in self._segments:
            segment.abandon()

    def assign_topic_id(self, topic_id: bytes) -> None:
        """Keep the id of the topic beside the log, where `topic_id` is None. Raises LogWriteFailed."""
        try:
            write_topic_id(self._files, self.directory, topic_id, sync=False)
        except OSError as error:
            raise LogWriteFailed(self.directory, error) from error
        self.topic_id = topic_id

    @property
    def open_files(self) -> OpenFiles | None:
        """Whose budget the descriptors of this log count for; None for nobody's."""
        return self._open_files

    @open_files.setter
    def open_files(self, open_files: OpenFiles | None) -> None:
        self._open_files = open_files
        for segment in self._segments:
            segment.open_files = open_files

    # Settings

    @property
    def config(self) -> LogConfig:
        return self._config

    @config.setter
    def config(self, config: LogConfig) -> None:
        self._config = config
        self._set_limits()

    def _set_limits(self) -> None:
        config = self._config
        self._segment_bytes = config.segment_bytes
        self._roll_ms = config.segment_ms
        spread = min(config.segment_jitter_ms, config.segment_ms)
        if spread > 0:  # the same segment always gets the same share, so that a seed reproduces a run
            name = f"{self.topic}-{self.partition}-{self._active.base_offset}"
            self._roll_ms -= zlib.crc32(name.encode()) % spread

    # Appending

    def append(self, batch: Buffer, header: BatchHeader, leader_epoch: int, now_ms: int) -> int:
        """Append one whole batch, stamped with its offset and the leader's epoch; its other bytes stay.

        Its base offset; when that is `rolled_at`, a new segment begins with it. Raises LogWriteFailed; then nothing
        was appended.
        """
        base_offset = self.log_end_offset
        last_offset = base_offset + header.last_offset_delta
        timestamp = header.max_timestamp
        segment = self._active
        try:
            if self._failed is not None:
                raise self._failed
            if leader_epoch > self._latest_epoch:
                self._begin_epoch(leader_epoch, base_offset)
            if not segment.writable and not segment.full:
                segment.begin_writing(self._config.segment_index_bytes)
            size = segment.size
            if size and (
                size + len(batch) > self._segment_bytes
                or segment.full
                or last_offset - segment.base_offset > MAX_INT
                or (
                    timestamp - segment.first_timestamp
                    if segment.first_timestamp >= 0
                    else now_ms - segment.created_ms
                )
                > self._roll_ms
            ):
                segment = self._roll(now_ms)
                segment.begin_writing(self._config.segment_index_bytes)
                self.rolled_at = base_offset
            segment.append(batch, header.length, base_offset, last_offset, timestamp, leader_epoch)
        except OSError as error:
            raise LogWriteFailed(segment.path, error) from error
        self.log_end_offset = last_offset + 1
        return base_offset

    def roll(self, now_ms: int) -> bool:
        """Begin a new segment; False when the last one is empty. Raises LogWriteFailed."""
        if self._active.size == 0:
            return False
        try:
            self._roll(now_ms)
        except OSError as error:
            raise LogWriteFailed(self.directory, error) from error
        return True

    def _roll(self, now_ms: int) -> Segment:
        aborted.flush(self)
        self._active.end_writing()
        # Should the next one fail to be made, its files may be there: nothing more may go in front of them.
        self._active.full = True
        return self._add_segment(self.log_end_offset, now_ms)

    def _add_segment(self, base_offset: int, now_ms: int) -> Segment:
        segment = self.segment(base_offset, 0, now_ms)
        segment.create_files()
        self._segments.append(segment)
        self._bases.append(base_offset)
        self._active = segment
        self._names_synced = False
        self._set_limits()
        return segment

    def segment(self, base_offset: int, size: int, created_ms: int) -> Segment:
        """A segment of this log's files, which is not part of it yet."""
        return Segment(
            self._files,
            self.directory,
            base_offset,
            size,
            interval_bytes=self._config.index_interval_bytes,
            created_ms=created_ms,
            open_files=self._open_files,
        )

    def _begin_epoch(self, epoch: int, start_offset: int) -> None:
        self.leader_epochs.assign(epoch, start_offset)
        self._epoch_file.write(self.leader_epochs)
        self._latest_epoch = epoch

    @property
    def failed(self) -> OSError | None:
        """Why the log takes no more appends: a sync failed, and what the disk has is unknown."""
        return self._failed

    def fail(self, error: OSError) -> None:
        """Take no more appends: what was to be made durable cannot be."""
        self._failed = error

    def flush(self, *, durable: bool = False) -> None:
        """Make everything durable that was appended, and move the recovery point there. Raises LogWriteFailed.

        With `durable` it is already, and only to be taken note of.
        After a failure the log takes no more appends: what the disk has is unknown, and asking again may lie.
        """
        flush = self.begin_flush()
        try:
            if durable:
                flush.give_back()
            else:
                flush.perform()
        except OSError as error:
            self.end_flush(flush, error)
            raise LogWriteFailed(self.directory, error) from error
        self.end_flush(flush, None)

    def begin_flush(self) -> Flush:
        """What is to be synced so that everything appended so far is durable; `end_flush` takes note of the outcome.

        Raises LogWriteFailed.
        """
        if self._failed is not None:
            raise LogWriteFailed(self.directory, self._failed)
        flush = Flush(self.directory, self.log_end_offset, self._truncations, self._files)
        begun = []
        try:
            for segment in self._segments:
                if segment.dirty:
                    segment.begin_flush(flush)
                    begun.append(segment)
        except OSError as error:  # out of descriptors: nothing was synced, and nothing is lost yet
            flush.give_back()
            for segment in begun:
                segment.dirty = True
            raise LogWriteFailed(self.directory, error) from error
        if not self._names_synced or not self._epoch_file.synced:
            # The small files and the names of all: recovery takes what is below the recovery point from them.
            flush.small += [self._epoch_file.path, f"{self.directory}/{PARTITION_METADATA}"]
            flush.directories.append(self.directory)
            if not self._names_synced:
                flush.directories.append(posixpath.dirname(self.directory))
        self._epoch_file.synced = self._names_synced = True
        return flush

    def end_flush(self, flush: Flush, error: OSError | None) -> None:
        """The flush was performed: what it covers is durable, or nothing that was not durable before can be trusted."""
        if error is not None:
            self.fail(error)
        elif flush.truncations == self._truncations:
            self.recovery_point = max(self.recovery_point, flush.end_offset)

    # Reading

    @property
    def size_bytes(self) -> int:
        """Bytes of all segments."""
        return sum(segment.size for segment in self._segments)

    @property
    def segments(self) -> Sequence[Segment]:
        """Oldest first; the last one takes the appends."""
        return self._segments

    def read(
        self,
        offset: int,
        max_bytes: int,
        upper_bound_offset: int,
        at_least_one: bool,
        warm: Warm | None = None,
    ) -> bytes | memoryview:
        """Whole batches from the one with `offset` on, all of one segment, all below `upper_bound_offset`.

        At most `max_bytes`; `at_least_one` gives the first batch whole even when it is larger. Empty when
        there is none. The caller checks that `offset` is within the log. Raises CorruptLog, OSError. With `warm`
        it never waits for the disk: it raises Cold when what would warm the bytes was ordered there.
        """
        active = self._active
        if offset >= active.base_offset:
            return (
                active.read(offset, max_bytes, upper_bound_offset, at_least_one, self.log_end_offset, warm)
                or b""
            )
        bases = self._bases
        for at in range(max(bisect_right(bases, offset) - 1, 0), len(bases)):
            if bases[at] >= upper_bound_offset:
                break
            end_offset = bases[at + 1] if at + 1 < len(bases) else self.log_end_offset
            data = self._segments[at].read(
                offset, max_bytes, upper_bound_offset, at_least_one, end_offset, warm
            )
            if data is not None:
                return data
        return b""

    def batches(self, from_offset: int) -> Iterator[BatchHeader]:
        """The header of every batch, from the one with `from_offset` on. Raises CorruptLog."""
        for header, _ in self.scan(from_offset):
            yield header

    def read_batches(self, from_offset: int) -> Iterator[memoryview]:
        """Every batch, from the one with `from_offset` on. Raises CorruptLog."""
        for _, batch in self.scan(from_offset):
            yield batch

    def scan(self, from_offset: int) -> Iterator[tuple[BatchHeader, memoryview]]:
        """Header and bytes of every batch, from the one with `from_offset` on. Raises CorruptLog."""
        first = max(bisect_right(self._bases, from_offset) - 1, 0)
        for segment in self._segments[first:]:
            position = 0 if segment.base_offset >= from_offset else segment.position_of(from_offset)
            for _, header, batch in segment.batches(position):
                yield header, batch

    def offset_for_timestamp(
        self, timestamp: int, upper_bound_offset: int, warm: Warm | None = None
    ) -> tuple[int, int, int] | None:
        """(offset, timestamp, leader epoch) of the first record that is at least as new as `timestamp`.

        Within [log start, `upper_bound_offset`); None when there is none. Opens the batch that has it
        (KIP-79). `warm` as for `read`.
        """
        found = timestamps.first_since(self._segments, timestamp, self.log_start_offset, warm)
        return found if found is not None and found[0] < upper_bound_offset else None

    def max_timestamp(self, warm: Warm | None = None) -> tuple[int, int, int] | None:
        """(timestamp, offset, leader epoch) of the first record with the largest timestamp (KIP-734).

        None for a log without records, or without timestamps. `warm` as for `read`.
        """
        return timestamps.newest(self._segments, self.log_start_offset, warm)

    def end_offset_for_epoch(self, epoch: int) -> tuple[int, int]:
        """(largest epoch up to `epoch`, offset where it ends); (-1, -1) when unknown (KIP-279)."""
        return self.leader_epochs.end_offset(epoch, self.log_end_offset)

    def note_aborted(self, transaction: AbortedTransaction) -> None:
        """The marker that was just appended made a transaction void."""
        aborted.note(self, transaction)

    def aborted_transactions(self, from_offset: int, upper_bound: int) -> list[AbortedTransaction]:
        """Those with data in [`from_offset`, `upper_bound`), and maybe some around it. Raises CorruptLog, OSError."""
        return aborted.collect(self, from_offset, upper_bound)

    # Removing

    def advance_log_start(self, offset: int) -> None:
        """Records below `offset` are gone; segments wholly below are removed. Raises LogWriteFailed.

        ValueError beyond the end of the log. The caller sees to the checkpoint of log starts.
        """
        if offset > self.log_end_offset:
            raise ValueError(f"{offset} is beyond the end of {self!r}")
        offset = self.log_start_offset = max(offset, self.log_start_offset)
        gone = bisect_right(self._bases, offset) - 1
        try:
            if gone > 0:
                self._remove_segments(0, gone)
            if self.leader_epochs.truncate_start(offset):
                self._epoch_file.write(self.leader_epochs)
        except OSError as error:
            raise LogWriteFailed(self.directory, error) from error

    def truncate_to(self, offset: int) -> None:
        """Forget the batches that hold `offset` or a later one. Raises LogWriteFailed.

        The caller sees to it that no checkpoint has a recovery point beyond `offset` before.
        """
        if offset >= self.log_end_offset:
            return
        at = max(bisect_right(self._bases, offset) - 1, 0)
        self._truncations += 1
        self.rolled_at = -1
        try:
            if at + 1 < len(self._segments):
                self._remove_segments(at + 1, len(self._segments))
                # What was cut must not come back behind what comes now.
                self._files.sync_directory(self.directory)
            segment = self._segments[at]
            kept = [each for each in aborted.aborted_in(self, at) if each.last_offset < offset]
            self.aborted.replace(segment.base_offset, kept)
            position = segment.position_of(offset)
            self.log_end_offset = segment.base_offset
            segment.truncate(position)
            segment.sync()
            self._names_synced = False
            self._active = segment
            loading.find_end(self)
            self.recovery_point = min(self.recovery_point, self.log_end_offset)
            self.log_start_offset = min(self.log_start_offset, self.log_end_offset)
            loading.trim_state(self)
            self._epoch_file.write(self.leader_epochs)
            self._set_limits()
        except OSError as error:
            raise LogWriteFailed(self.directory, error) from error

    def _remove_segments(self, first: int, last: int) -> None:
        """Take segments out of the log; their files go after a while."""
        removed = self._segments[first:last]
        del self._segments[first:last]
        del self._bases[first:last]
        if self._segments:
            self._active = self._segments[-1]
        # A crash on the way must not leave a hole: the oldest go oldest first, the newest go newest first.
        for segment in removed if first == 0 else reversed(removed):
            segment.abandon()
            self.aborted.forget(segment.base_offset)
            for suffix in SUFFIXES:
                path = f"{self.directory}/{file_name(segment.base_offset, suffix)}"
                if self._files.exists(path):
                    self._files.rename(path, path + DELETED_SUFFIX)
                    self._trash.add(path + DELETED_SUFFIX, self._config.file_delete_delay_ms)
        self._snapshots.prune(self._bases)

    def replace_segments(self, group: Group, now_ms: int) -> bool:
        """Put what a compaction made of some closed segments in their place; readers of the old ones go on undisturbed.

        False when those segments are not all there any more: then nothing changes. Raises LogWriteFailed.
        """
        if self.closed or self._failed is not None or not swap.can_replace(self, group):
            swap.discard(self._files, self.directory, group)
            return False
        try:
            swap.replace(self, group, now_ms)
        except OSError as error:
            raise LogWriteFailed(self.directory, error) from error
        return True

    def purge(self, now_ms: int) -> int:
        """Remove files whose time has come; how many. A log of a LogDirectory is purged by that."""
        return self._trash.purge(now_ms)

    # Producer state

    def latest_snapshot(self) -> tuple[int, list[ProducerEntry]] | None:
        """(offset up to which it is complete, state) of the newest good snapshot file; bad ones are removed."""
        return self._snapshots.latest()

    def write_snapshot(self, offset: int, entries: Sequence[ProducerEntry]) -> bool:
        """Keep the producers' state as it is before `offset`; older files that nothing needs are removed.

        False when the disk refused: the state then comes from an older file and more of the log.
        """
        try:
            self._snapshots.write(offset, entries)
            self._snapshots.prune(self._bases)
        except OSError:
            return False
        return True
