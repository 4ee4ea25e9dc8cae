"""The log directories of a broker (`log.dirs`): which there are, and which partition lives in which.

Always holds: all of them are of one node and one cluster; a partition is in at most one; and one that the metadata
places in a directory that is not here is never made anew, because its records are on a disk that somebody may bring
back.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

import attrs

from kwire.broker.jobs import Jobs
from kwire.errors import CannotStart
from kwire.log.checkpoint import TopicPartition, encode_checkpoint
from kwire.log.config import LogConfig
from kwire.log.directory import FoundPartition, LogDirectory
from kwire.log.log import Log, LogWriteFailed
from kwire.log.open_files import OpenFiles
from kwire.log.seam import Files

_NO_DIRECTORY = frozenset(bytes(15) + bytes([number]) for number in range(100))
"""Ids below 100 are reserved: for a place that nobody chose yet, or that is not known (KIP-858)."""


class Opened(Protocol):
    """A partition whose log is open."""

    @property
    def topic(self) -> str: ...

    @property
    def index(self) -> int: ...


class Storage:
    """The log directories that are open."""

    def __init__(self, directories: list[LogDirectory], metadata: LogDirectory) -> None:
        self.directories = directories
        self.metadata = metadata
        """Where the cluster's own log is (`metadata.log.dir`)."""
        self._checkpointing: dict[str, _CheckpointJob] = {}
        self._counts = dict.fromkeys((directory.path for directory in directories), 0)

    @classmethod
    def open(
        cls,
        files: Files,
        paths: list[str],
        metadata_path: str | None,
        *,
        node_id: int,
        cluster_id: str | None,
        random_bytes: Callable[[int], bytes],
        open_files: OpenFiles,
        worker: int = 1,
    ) -> Storage:
        """Take all directories; their logs share `open_files`. Raises CannotStart; then none is held.

        `node_id` is that of the first worker: the directories are its own.
        """
        if not paths:
            raise CannotStart("log.dirs is empty: say where the data is with --data DIR")
        paths = list(dict.fromkeys(map(posixpath.normpath, paths)))
        metadata_path = posixpath.normpath(metadata_path or paths[0])
        if metadata_path not in paths:
            paths.append(metadata_path)
        opened: list[LogDirectory] = []
        try:
            # Those that are there already know the cluster; new ones join it.
            for path in sorted(paths, key=lambda path: not LogDirectory.is_one(files, path)):
                directory = LogDirectory.open(
                    files,
                    path,
                    node_id=node_id,
                    cluster_id=cluster_id,
                    random_bytes=random_bytes,
                    open_files=open_files,
                    worker=worker,
                )
                opened.append(directory)
                cluster_id = directory.cluster_id
                for other in opened[:-1]:
                    if other.directory_id == directory.directory_id:
                        raise CannotStart(
                            f"{other.path} and {path} have the same directory.id: one is a copy of the other"
                        )
        except CannotStart:
            for directory in opened:
                directory.close([], clean=False)
            raise
        by_path = {directory.path: directory for directory in opened}
        return cls([by_path[path] for path in paths], by_path[metadata_path])

    @property
    def cluster_id(self) -> str:
        return self.metadata.cluster_id

    @property
    def directory_ids(self) -> list[bytes]:
        return [directory.directory_id for directory in self.directories]

    def found(self) -> dict[TopicPartition, tuple[LogDirectory, FoundPartition]]:
        """Every partition directory that is there. Raises CannotStart when one is there twice."""
        found: dict[TopicPartition, tuple[LogDirectory, FoundPartition]] = {}
        for directory in self.directories:
            for each in directory.partitions():
                key = (each.topic, each.partition)
                if key in found:
                    raise CannotStart(
                        f"{found[key][1].path} and {each.path} are the same partition: "
                        "keep one, and move the other away"
                    )
                found[key] = directory, each
                self._counts[directory.path] += 1
        return found

    # Several workers

    def take_in(self, led_by: Mapping[TopicPartition, int]) -> bool:
        """Before anything is opened: make what other workers left of these logs (by worker) our own knowledge.

        Whether every log was closed in order. Raises CannotStart, OSError.
        """
        all_clean = True
        for directory in self.directories:
            others = directory.other_workers()
            clean = directory.was_clean
            for worker in others:
                keys = [key for key, leader in led_by.items() if leader == worker]
                state = directory.state_of(worker)
                directory.take_over(keys, state)
                if keys:
                    directory.was_clean = False  # a marker could only speak of the first worker's logs
                    clean = clean and state.clean
            all_clean = all_clean and clean
        return all_clean

    def share(self, workers: Collection[int], *, clean: bool) -> None:
        """Leave what is known of all logs for these workers to begin with; what others left goes. Raises OSError."""
        for directory in self.directories:
            others = directory.other_workers()
            if workers or others:
                directory.share((1, *workers), clean=False)
                if clean:
                    directory.share(workers, clean=True)
            for worker in others - set(workers):
                directory.forget_worker(worker)

    def take_over(self, worker: int, keys: Collection[TopicPartition], own: Iterable[Log]) -> None:
        """A worker has closed these logs; what it said of them is ours to keep, on disk when this returns.

        `own` are the logs that are open here. Raises OSError, LogWriteFailed.
        """
        grouped = self._grouped(own)
        for directory in self.directories:
            directory.take_over(keys, directory.state_of(worker))
            directory.taking_over.update(keys)
            logs = grouped[directory.path]
            directory.write_checkpoints(
                logs, {(log.topic, log.partition): log.log_end_offset for log in logs}
            )

    def taken_over(self, worker: int) -> None:
        """Its logs are open here, as far as they can be. Raises OSError."""
        for directory in self.directories:
            directory.taking_over.clear()
            directory.forget_worker(worker)

    @property
    def others_left(self) -> bool:
        """Did another worker leave files that nobody took over?"""
        return any(directory.other_workers() for directory in self.directories)

    def opened(self, partitions: Iterable[Opened]) -> None:
        """All logs are open that are to be: what was known of others, and of how they were closed, is over."""
        keys = {(each.topic, each.index) for each in partitions}
        for directory in self.directories:
            directory.opened(keys)

    def find(
        self, topic: str, partition: int, topic_id: bytes, directory_ids: Iterable[bytes] | None
    ) -> LogDirectory | None:
        """The directory in which a partition lies, if it does."""
        wanted = set(directory_ids or ())
        for directory in sorted(self.directories, key=lambda each: each.directory_id not in wanted):
            if directory.holds(topic, partition, topic_id):
                return directory
        return None

    def pick(self) -> bytes:
        """The id of the directory for one more partition: the one with the fewest."""
        path = min(self._counts, key=self._counts.__getitem__)
        self._counts[path] += 1
        return next(each.directory_id for each in self.directories if each.path == path)

    def is_lost(self, directory_ids: Iterable[bytes]) -> bool:
        """Do the metadata place a partition in directories none of which is here?"""
        wanted = [each for each in directory_ids if each not in _NO_DIRECTORY]
        return bool(wanted) and not any(each in self.directory_ids for each in wanted)

    def create_log(
        self,
        directory_ids: Iterable[bytes],
        topic: str,
        partition: int,
        topic_id: bytes,
        config: LogConfig,
        now_ms: int,
    ) -> Log:
        """A new log, in the directory that the metadata name or else the first. Raises LogWriteFailed."""
        by_id = {directory.directory_id: directory for directory in self.directories}
        directory = next((by_id[each] for each in directory_ids if each in by_id), self.directories[0])
        return directory.create_log(topic, partition, topic_id, config, now_ms)

    def sync_names(self, jobs: Jobs, places: Iterable[bytes], warn: Callable[[str], None]) -> None:
        """Let the names of new partition directories survive a power loss, in the background."""
        wanted = set(places)
        for directory in self.directories:
            if directory.directory_id in wanted:
                jobs.put(_SyncNamesJob(directory, warn))

    def discard_log(self, log: Log) -> None:
        """Take back `create_log`: nobody has appended yet."""
        directory = self.directory_of(log)
        self._counts[directory.path] -= 1
        directory.discard_log(log)

    def directory_of(self, log: Log) -> LogDirectory:
        """Where a log is."""
        parent = posixpath.dirname(log.directory)
        return next(directory for directory in self.directories if directory.path == parent)

    def schedule_delete(self, log: Log) -> None:
        """Rename the log's directory out of the way at once, to be removed later. Raises LogWriteFailed."""
        directory = self.directory_of(log)
        self._counts[directory.path] -= 1
        directory.schedule_delete(log)

    def is_checkpointing(self, directory: LogDirectory) -> bool:
        """Are the checkpoints of a directory being written?"""
        return directory.path in self._checkpointing

    def moved(self, source: LogDirectory, destination: LogDirectory) -> None:
        """A partition is here now and no longer there; `schedule_delete` has counted its going."""
        self._counts[destination.path] += 1

    def checkpoint(self, jobs: Jobs, logs: Iterable[Log], warn: Callable[[str], None]) -> None:
        """Write recovery points, log starts and high watermarks of all these logs, in the background."""
        grouped = self._grouped(logs)
        for directory in self.directories:
            job = _CheckpointJob(self, directory, grouped[directory.path], warn)
            before = self._checkpointing.get(directory.path)
            if before is None:
                self._checkpointing[directory.path] = job
                jobs.put(job)
            else:  # two at once would write the same temporary file
                before.next = (jobs, job)

    def close(self, logs: Iterable[Log], *, clean: bool, broker_epoch: int = -1, marker: bool = True) -> None:
        """Close the logs and give all directories back; see `LogDirectory.close`. Raises LogWriteFailed at the end."""
        grouped = self._grouped(logs)
        failure: LogWriteFailed | None = None
        for directory in self.directories:
            try:
                directory.close(
                    grouped[directory.path], clean=clean, broker_epoch=broker_epoch, marker=marker
                )
            except LogWriteFailed as error:
                failure = failure or error
        if failure is not None:
            raise failure

    def _grouped(self, logs: Iterable[Log]) -> dict[str, list[Log]]:
        grouped: dict[str, list[Log]] = {directory.path: [] for directory in self.directories}
        for log in logs:
            grouped[posixpath.dirname(log.directory)].append(log)
        return grouped


@attrs.define(eq=False)
class _SyncNamesJob:
    _directory: LogDirectory
    _warn: Callable[[str], None]

    def begin(self) -> bool:
        return True

    def perform(self) -> None:
        self._directory.files.sync_directory(self._directory.path)

    def finish(self, error: Exception | None) -> None:
        if error is not None:  # a start makes anew what the metadata has and a power loss took
            self._warn(f"New names in {self._directory.path} are not synced: {error}")


@attrs.define(eq=False)
class _CheckpointJob:
    """The checkpoint files of one directory: what they say is gathered here, put into words and written elsewhere.

    With 10,000 partitions the words take 12 ms, in which nobody should have to wait.
    """

    _storage: Storage
    _directory: LogDirectory
    _logs: list[Log]
    _warn: Callable[[str], None]
    next: tuple[Jobs, _CheckpointJob] | None = None
    """What was asked for while this one waited or ran."""
    _contents: list[tuple[str, dict[TopicPartition, int]]] = attrs.Factory(list)

    def begin(self) -> bool:
        logs = [log for log in self._logs if not log.closed]
        self._contents = self._directory.checkpoints(
            logs, {(log.topic, log.partition): log.log_end_offset for log in logs}
        )
        return True

    def perform(self) -> None:
        for path, offsets in self._contents:
            self._directory.files.write_atomic(path, encode_checkpoint(offsets), sync=True)

    def finish(self, error: Exception | None) -> None:
        under_way = self._storage._checkpointing
        if self.next is None:
            del under_way[self._directory.path]
        else:
            jobs, job = self.next
            under_way[self._directory.path] = job
            jobs.put(job)
        if error is not None:
            self._warn(f"The checkpoints of {self._directory.path} were not written: {error}")
