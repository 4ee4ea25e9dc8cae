"""One log directory: the partition directories in it, and the files that speak for all of them.

Those are `meta.properties` (whose it is), `.lock` (that one broker has it), the clean-shutdown marker, and
the checkpoints. Always holds: the marker is there only between an orderly close and the next opening, so its
presence means that every file can be trusted.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Callable, Collection, Iterable, Mapping

import attrs

from kwire.errors import CannotStart
from kwire.log.checkpoint import (
    CLEANER_OFFSETS,
    HIGH_WATERMARKS,
    LOG_STARTS,
    RECOVERY_POINTS,
    BadCheckpoint,
    TopicPartition,
    decode_checkpoint,
    encode_checkpoint,
)
from kwire.log.log import Log, LogConfig, LogWriteFailed
from kwire.log.meta_properties import META_PROPERTIES, parse_properties, refuse_foreign
from kwire.log.open_files import OpenFiles
from kwire.log.partition_metadata import FILE_NAME as PARTITION_METADATA
from kwire.log.partition_metadata import (
    BadPartitionMetadata,
    decode_partition_metadata,
    decode_uuid,
    directory_name,
    encode_uuid,
    split_directory_name,
)
from kwire.log.seam import DirectoryLocked, Files, Lock
from kwire.log.trash import DELETED_DIRECTORY_SUFFIX, Trash
from kwire.log.worker_files import (
    BOOT_ID,
    CLEAN_SHUTDOWN,
    LOCK_FILE,
    WorkerState,
    read_state,
    remove_state,
    suffix_of,
    workers_in,
    write_state,
)

_STRAY_SUFFIX = "-stray"
FUTURE_SUFFIX = "-future"
COMPLETE = "move-complete"
"""A file in the copy of a log that lacks nothing."""
_MAX_NAME_BYTES = 255
_MANY_LOGS = 100


@attrs.frozen
class FoundPartition:
    """A partition directory that is there."""

    topic: str
    partition: int
    topic_id: bytes | None
    path: str


@attrs.frozen
class FoundCopy:
    """A copy of a partition that was on its way here, for the moves of `relocation.py`."""

    topic: str
    partition: int
    path: str
    is_complete: bool


class LogDirectory:
    """One directory of `log.dirs`, open and locked. Made by `LogDirectory.open`."""

    def __init__(self, files: Files, path: str, lock: Lock, open_files: OpenFiles, worker: int = 1) -> None:
        self.files = files
        self.path = path
        self.worker = worker
        self._suffix = suffix_of(worker)
        self.cluster_id = ""
        """22 characters."""
        self.directory_id = bytes(16)
        self.was_clean = True
        """The broker before closed it in order, or it is new."""
        self.page_cache_kept = False
        """The machine has not started anew since the directory was last opened: all that was written is there."""
        self.broker_epoch = -1
        """What the clean-shutdown marker said, -1 without one."""
        self.warnings: list[str] = []
        """What was wrong and could be gone round, one sentence each, for the log lines of a start."""
        self.recovery_points: dict[TopicPartition, int] = {}
        self.log_starts: dict[TopicPartition, int] = {}
        self.high_watermarks: dict[TopicPartition, int] = {}
        self.cleaner_offsets: dict[TopicPartition, int] = {}
        """As they were at the opening; the cleaner keeps them from there on."""
        self.trash = Trash(files)
        self.copies: list[FoundCopy] = []
        """What was on its way here when `partitions` was asked."""
        self.unusable: set[TopicPartition] = set()
        """Logs that are here and could not be opened: what the checkpoints say of them is kept as it is."""
        self.closed_in_order: set[TopicPartition] = set()
        """Logs that can be trusted whatever `was_clean` says: another worker closed them."""
        self.taking_over: set[TopicPartition] = set()
        """Logs of another worker that are about to be opened: what the checkpoints say of them is kept as it is."""
        self.open_files = open_files
        """What the logs may keep open; several directories share it."""
        self._lock = lock
        self._random_bytes: Callable[[int], bytes] = os.urandom
        self._topic_ids: dict[TopicPartition, bytes | None] = {}

    @classmethod
    def open(
        cls,
        files: Files,
        path: str,
        *,
        node_id: int,
        cluster_id: str | None = None,
        random_bytes: Callable[[int], bytes] = os.urandom,
        open_files: OpenFiles | None = None,
        worker: int = 1,
    ) -> LogDirectory:
        """Take the directory, made if need be. `cluster_id` None takes what is there, or a new random one.

        Several workers may have one directory: the first makes it, and others take what the first left for them.

        Raises CannotStart with one sentence: locked, of another node or cluster, or not a data directory at
        all.
        """
        path = posixpath.normpath(path)
        try:
            files.make_directory(path)
            names = {entry.name for entry in files.entries(path)}
            if META_PROPERTIES not in names:
                refuse_foreign(path, names)
                files.sync_directory(posixpath.dirname(path))
            lock = files.lock(f"{path}/{LOCK_FILE}{suffix_of(worker)}")
        except DirectoryLocked as error:
            raise CannotStart(
                f"The data directory {path} is in use by another broker: stop that one, or name another directory"
            ) from error
        except OSError as error:
            raise CannotStart(f"Cannot use {path} as data directory: {error.strerror or error}") from error
        directory = cls(files, path, lock, OpenFiles() if open_files is None else open_files, worker)
        directory._random_bytes = random_bytes
        try:
            directory._load_meta_properties(names, node_id, cluster_id)
            directory._load_marker(names)
            directory._load_checkpoints(names)
            directory._load_boot(names)
        except OSError as error:
            lock.release()
            raise CannotStart(f"Cannot use {path} as data directory: {error.strerror or error}") from error
        except CannotStart:
            lock.release()
            raise
        return directory

    def own(self, name: str) -> str:
        """Where this worker has its own file of that name."""
        return f"{self.path}/{name}{self._suffix}"

    @staticmethod
    def is_one(files: Files, path: str) -> bool:
        """Is there a data directory already?"""
        return files.exists(f"{posixpath.normpath(path)}/{META_PROPERTIES}")

    def _load_meta_properties(self, names: set[str], node_id: int, cluster_id: str | None) -> None:
        path = f"{self.path}/{META_PROPERTIES}"
        if META_PROPERTIES not in names:
            self.cluster_id = cluster_id or encode_uuid(self._random_bytes(16))
            self.directory_id = self._random_bytes(16)
            properties = {
                "version": "1",
                "cluster.id": self.cluster_id,
                "node.id": str(node_id),
                "directory.id": encode_uuid(self.directory_id),
            }
            text = "".join(f"{name}={value}\n" for name, value in properties.items())
            self.files.write_atomic(path, text.encode(), sync=True)
            return
        properties = parse_properties(self.files.read_bytes(path).decode("utf-8", "replace"))
        version = properties.get("version")
        if version == "0":
            raise CannotStart(
                f"{path} is of a broker that ran with ZooKeeper: migrate it to KRaft with Kafka first"
            )
        if version != "1":
            raise CannotStart(f"{path} has version {version}, which is not known: 1 is")
        if properties.get("node.id") != str(node_id):
            raise CannotStart(
                f"The data directory {self.path} belongs to node {properties.get('node.id')}, this is node {node_id}: "
                f"set node.id, or name another directory"
            )
        found = properties.get("cluster.id", "")
        if not found or (cluster_id is not None and found != cluster_id):
            raise CannotStart(
                f"The data directory {self.path} belongs to cluster {found or 'unknown'}, this is {cluster_id}"
            )
        self.cluster_id = found
        try:
            self.directory_id = decode_uuid(properties.get("directory.id", ""))
        except ValueError as error:
            raise CannotStart(f"{path} has no good directory.id: {error}") from error

    def _load_marker(self, names: set[str]) -> None:
        name = f"{CLEAN_SHUTDOWN}{self._suffix}"
        if name not in names:
            self.was_clean = META_PROPERTIES not in names
            return
        path = f"{self.path}/{name}"
        try:
            marker = json.loads(self.files.read_bytes(path))
            self.broker_epoch = int(marker.get("brokerEpoch", -1))
        except (ValueError, AttributeError):
            self.broker_epoch = -1  # older brokers left an empty file
        self.files.unlink(path)
        self.files.sync_directory(self.path)

    def _load_boot(self, names: set[str]) -> None:
        name = f"{BOOT_ID}{self._suffix}"
        if name in names:
            noted = self.files.read_bytes(f"{self.path}/{name}").decode("ascii", "replace").strip()
            self.page_cache_kept = noted != "" and noted == self.files.boot_id()

    def note_boot(self) -> None:
        """Every log was opened, so what a power loss left is put right: note the machine's boot, for the next opening.

        Raises LogWriteFailed.
        """
        if not self.page_cache_kept:
            path = self.own(BOOT_ID)
            try:
                # Not synced: when a power loss takes it, what it would say is that there was one.
                self.files.write_atomic(path, f"{self.files.boot_id()}\n".encode(), sync=False)
            except OSError as error:
                raise LogWriteFailed(path, error) from error

    def _load_checkpoints(self, names: set[str]) -> None:
        self.recovery_points = self._load_checkpoint(
            names, RECOVERY_POINTS, "every log is checked from its start"
        )
        self.log_starts = self._load_checkpoint(
            names, LOG_STARTS, "records that were deleted from the start of a segment are there again"
        )
        self.high_watermarks = self._load_checkpoint(
            names, HIGH_WATERMARKS, "logs are readable up to their ends"
        )
        self.cleaner_offsets = self._load_checkpoint(
            names, CLEANER_OFFSETS, "compacted logs are cleaned from their start"
        )

    def _load_checkpoint(self, names: set[str], name: str, consequence: str) -> dict[TopicPartition, int]:
        name += self._suffix
        if name not in names:
            return {}
        path = f"{self.path}/{name}"
        try:
            return decode_checkpoint(self.files.read_bytes(path))
        except BadCheckpoint as error:
            self.warnings.append(f"{path} is damaged ({error}): {consequence}")
            return {}

    def partitions(self) -> list[FoundPartition]:
        """The partition directories that are there. Deleted ones are queued for removal, strays are left alone."""
        found = []
        self.copies = []
        for entry in self.files.entries(self.path):
            name = entry.name
            if not entry.is_directory or name.endswith(_STRAY_SUFFIX):
                continue
            path = f"{self.path}/{name}"
            if name.endswith(FUTURE_SUFFIX):
                self._note_copy(name, path)
                continue
            if name.endswith(DELETED_DIRECTORY_SUFFIX):
                if self.worker == 1:
                    self.trash.add(path, 0)
                continue
            try:
                topic, partition = split_directory_name(name)
            except ValueError:
                if name != "lost+found":
                    self.warnings.append(f"{path} is not a partition directory and is left alone")
                continue
            topic_id = self._load_topic_id(path)
            self._topic_ids[topic, partition] = topic_id
            found.append(FoundPartition(topic, partition, topic_id, path))
        found.sort(key=lambda each: (each.topic, each.partition))
        return found

    def _note_copy(self, name: str, path: str) -> None:
        try:
            topic, partition = split_directory_name(name.rpartition(".")[0])
        except ValueError:
            self.warnings.append(f"{path} is of no partition and is left alone")
            return
        is_complete = self.files.exists(f"{path}/{COMPLETE}")
        self.copies.append(FoundCopy(topic, partition, path, is_complete))

    # Moves between directories

    def adopt(self, topic: str, partition: int) -> FoundPartition:
        """A partition directory that has just got its name here."""
        path = f"{self.path}/{directory_name(topic, partition)}"
        topic_id = self._topic_ids[topic, partition] = self._load_topic_id(path)
        return FoundPartition(topic, partition, topic_id, path)

    def open_closed_log(self, closed: Log, config: LogConfig, now_ms: int) -> Log:
        """A log that is here, and that was `closed` in order just now. Raises CorruptLog, OSError."""
        key = closed.topic, closed.partition
        self.recovery_points[key] = closed.recovery_point
        self.log_starts[key] = closed.log_start_offset
        self.closed_in_order.add(key)
        try:
            return self.open_log(*key, config, now_ms)
        finally:
            self.closed_in_order.discard(key)

    def _load_topic_id(self, path: str) -> bytes | None:
        try:
            return decode_partition_metadata(self.files.read_bytes(f"{path}/{PARTITION_METADATA}"))
        except FileNotFoundError:
            return None
        except BadPartitionMetadata as error:
            self.warnings.append(f"{path}/{PARTITION_METADATA} is damaged: {error}")
            return None
        except OSError as error:  # whoever opens the log meets it too, and only this log is out of reach
            self.warnings.append(f"{path}/{PARTITION_METADATA} cannot be read: {error.strerror or error}")
            return None

    def create_log(self, topic: str, partition: int, topic_id: bytes, config: LogConfig, now_ms: int) -> Log:
        """A new log, empty whatever was left in its place. Raises LogWriteFailed, and then there is none."""
        path = f"{self.path}/{directory_name(topic, partition)}"
        try:
            if self.files.exists(path):  # of a deleted topic, when the disk refused to let it be renamed
                self.trash.add(self._rename_for_removal(topic, partition, path), 0)
        except OSError as error:
            raise LogWriteFailed(path, error) from error
        try:
            log = Log.create(
                self.files,
                path,
                topic,
                partition,
                topic_id,
                config,
                now_ms=now_ms,
                trash=self.trash,
                open_files=self.open_files,
            )
        except LogWriteFailed:
            self._try_to_remove(path)
            raise
        self._topic_ids[topic, partition] = topic_id
        return log

    def discard_log(self, log: Log) -> None:
        """Take back `create_log`: nobody has appended yet."""
        log.abandon()
        self._topic_ids.pop((log.topic, log.partition), None)
        self._try_to_remove(log.directory)

    def _try_to_remove(self, path: str) -> None:
        try:
            self.files.remove_tree(path)
        except OSError as error:  # the next log of this name, or the next start, puts it out of the way
            self.warnings.append(f"{path} is left over and could not be removed: {error.strerror or error}")

    def _rename_for_removal(self, topic: str, partition: int, directory: str) -> str:
        suffix = f"-{partition}.{self._random_bytes(16).hex()}{DELETED_DIRECTORY_SUFFIX}"
        path = f"{self.path}/{topic[: _MAX_NAME_BYTES - len(suffix)]}{suffix}"
        self.files.rename(directory, path)
        self.files.sync_directory(self.path)
        return path

    def open_log(
        self, topic: str, partition: int, config: LogConfig, now_ms: int, *, unseen: bool = False
    ) -> Log:
        """A log that is there, checked and cut first unless the directory was closed in order.

        Then with `unseen` nothing of it is read before it is used.

        Raises CorruptLog when it cannot be put right, OSError when it cannot be read.
        """
        key = (topic, partition)
        return Log.open(
            self.files,
            f"{self.path}/{directory_name(topic, partition)}",
            config,
            clean=self.was_clean or key in self.closed_in_order,
            recovery_point=self.recovery_points.get(key, 0),
            log_start_offset=self.log_starts.get(key, 0),
            page_cache_kept=self.page_cache_kept,
            unseen=unseen,
            now_ms=now_ms,
            topic_id=self._topic_ids.get(key),
            trash=self.trash,
            open_files=self.open_files,
        )

    def schedule_delete(self, log: Log) -> None:
        """Rename the log's directory out of the way at once; `purge` removes it later. Raises LogWriteFailed."""
        log.abandon()
        self.schedule_delete_of(log.topic, log.partition, log.config.file_delete_delay_ms)

    def schedule_delete_of(self, topic: str, partition: int, delay_ms: int) -> None:
        """The same for a partition without an open log. Raises LogWriteFailed."""
        old = f"{self.path}/{directory_name(topic, partition)}"
        try:
            path = self._rename_for_removal(topic, partition, old)
        except OSError as error:
            raise LogWriteFailed(old, error) from error
        self.trash.add(path, delay_ms)
        self.unusable.discard((topic, partition))
        for offsets in (self.recovery_points, self.log_starts, self.high_watermarks, self._topic_ids):
            offsets.pop((topic, partition), None)

    def set_aside(self, found: FoundPartition) -> str:
        """Rename a partition directory that the metadata does not know to `-stray`; its new path."""
        suffix = f"-{found.partition}.{self._random_bytes(16).hex()}-stray"
        path = f"{self.path}/{found.topic[: _MAX_NAME_BYTES - len(suffix)]}{suffix}"
        self.files.rename(found.path, path)
        self._topic_ids.pop((found.topic, found.partition), None)
        self.warnings.append(f"{found.path} belongs to no topic and is set aside as {path}")
        return path

    def purge(self, now_ms: int) -> int:
        """Remove deleted segments and topics whose time has come; how many files and directories."""
        return self.trash.purge(now_ms)

    def opened(self, keys: set[TopicPartition]) -> None:
        """These logs are open. What was known of others is not ours to know, and new ones were closed by nobody."""
        keys = keys | self.unusable
        for offsets in (self.recovery_points, self.log_starts, self.high_watermarks):
            for key in offsets.keys() - keys:
                del offsets[key]
        self.was_clean = False
        self.closed_in_order.clear()

    def holds(self, topic: str, partition: int, topic_id: bytes) -> bool:
        """Is this partition here, and not another one of the same name?"""
        path = f"{self.path}/{directory_name(topic, partition)}"
        if not self.files.is_directory(path):
            return False
        found = self._load_topic_id(path)
        self._topic_ids[topic, partition] = found
        return found in (None, topic_id)

    # Other workers

    def other_workers(self) -> set[int]:
        """The workers that left files here. Raises CannotStart when one of them still runs."""
        found = workers_in(entry.name for entry in self.files.entries(self.path)) - {self.worker}
        for worker in found:
            path = f"{self.path}/{LOCK_FILE}{suffix_of(worker)}"
            if self.files.exists(path) and self.files.is_locked(path):
                raise CannotStart(
                    f"The data directory {self.path} is in use by worker {worker} of another broker: "
                    "wait until it has stopped, or name another directory"
                )
        return found

    def state_of(self, worker: int) -> WorkerState:
        """What another worker said last of its logs here. Raises OSError."""
        return read_state(self.files, self.path, worker, self.warnings.append)

    def take_over(self, keys: Collection[TopicPartition], state: WorkerState) -> None:
        """What another worker says of these logs, which it has closed, counts from now on."""
        for own, its in (
            (self.recovery_points, state.recovery_points),
            (self.log_starts, state.log_starts),
            (self.high_watermarks, state.high_watermarks),
            (self.cleaner_offsets, state.cleaner_offsets),
        ):
            for key in keys:
                if key in its:
                    own[key] = its[key]
                else:
                    own.pop(key, None)
        if state.clean:
            self.closed_in_order.update(keys)
        else:
            self.closed_in_order.difference_update(keys)
        if state.boot_id != self.files.boot_id():
            self.page_cache_kept = False

    def share(self, workers: Iterable[int], *, clean: bool) -> None:
        """Tell these workers, before they begin, and the disk, what is known of every log here. Raises OSError."""
        state = WorkerState(
            self.recovery_points,
            self.log_starts,
            self.high_watermarks,
            self.cleaner_offsets,
            clean=clean,
            boot_id=self.files.boot_id() if self.page_cache_kept else "",
        )
        for worker in workers:
            write_state(self.files, self.path, worker, state)

    def forget_worker(self, worker: int) -> None:
        """Its files say nothing any more that is not said elsewhere. Raises OSError."""
        remove_state(self.files, self.path, worker)

    def checkpoints(
        self, logs: Iterable[Log], high_watermarks: Mapping[TopicPartition, int]
    ) -> list[tuple[str, dict[TopicPartition, int]]]:
        """(path, offsets) of the files that keep recovery points, log starts and high watermarks of all logs here.

        They are the caller's, who may put them into words in another thread.
        """
        logs = list(logs)
        kept = self.unusable | self.taking_over
        self.recovery_points = _only(self.recovery_points, kept) | {
            (log.topic, log.partition): log.recovery_point for log in logs
        }
        self.log_starts = _only(self.log_starts, kept) | {
            (log.topic, log.partition): log.log_start_offset
            for log in logs
            if log.log_start_offset > log.segments[0].base_offset
        }
        self.high_watermarks = _only(self.high_watermarks, kept) | dict(high_watermarks)
        return [
            (self.own(name), dict(offsets))
            for name, offsets in (
                (RECOVERY_POINTS, self.recovery_points),
                (LOG_STARTS, self.log_starts),
                (HIGH_WATERMARKS, self.high_watermarks),
            )
        ]

    def write_checkpoints(
        self, logs: Iterable[Log], high_watermarks: Mapping[TopicPartition, int], *, sync: bool = True
    ) -> None:
        """Write what `checkpoints` gives. Raises LogWriteFailed."""
        for path, offsets in self.checkpoints(logs, high_watermarks):
            try:
                self.files.write_atomic(path, encode_checkpoint(offsets), sync=sync)
            except OSError as error:
                raise LogWriteFailed(path, error) from error

    def close(
        self,
        logs: Iterable[Log],
        high_watermarks: Mapping[TopicPartition, int] | None = None,
        *,
        clean: bool = True,
        broker_epoch: int = -1,
        marker: bool = True,
    ) -> None:
        """Close the logs and give the directory back. `clean` makes all durable and leaves the marker, last.

        Without `marker` there is none, whatever came of it.

        Raises LogWriteFailed when not everything could be made durable: then there is no marker, and the next
        start checks the logs. Nor is there one when a log could not be opened. Every log is closed and the lock is
        released in any case.
        """
        logs = list(logs)
        failure: LogWriteFailed | None = None
        try:
            durable = self._sync_together(logs) if clean else set()
            for log in logs:
                try:
                    log.close(clean=clean, durable=log in durable)
                except LogWriteFailed as error:
                    log.abandon()
                    failure = failure or error
            if clean:
                if high_watermarks is None:
                    high_watermarks = {(log.topic, log.partition): log.log_end_offset for log in logs}
                self.write_checkpoints(logs, high_watermarks)
                if marker and failure is None and not self.unusable:
                    self._write_marker(broker_epoch)
        finally:
            self._lock.release()
        if failure is not None:
            raise failure

    def _sync_together(self, logs: list[Log]) -> set[Log]:
        """When many logs are to be synced, one sync of the file system takes a fraction of the time; whom it served."""
        unsynced = set()
        for log in logs:
            try:
                if log.end_writing():
                    unsynced.add(log)
            except LogWriteFailed:
                continue  # closing it comes to the same, and tells
        if len(unsynced) < _MANY_LOGS or not self._lock.sync_file_system():
            return set()
        return unsynced

    def _write_marker(self, broker_epoch: int) -> None:
        path = self.own(CLEAN_SHUTDOWN)
        marker = json.dumps({"version": 0, "brokerEpoch": broker_epoch}, separators=(",", ":"))
        try:
            self.files.write_atomic(path, marker.encode(), sync=True)
        except OSError as error:
            raise LogWriteFailed(path, error) from error


def _only(offsets: Mapping[TopicPartition, int], keys: set[TopicPartition]) -> dict[TopicPartition, int]:
    return {key: offset for key, offset in offsets.items() if key in keys}
