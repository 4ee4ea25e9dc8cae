"""What a data directory holds, found out without opening it: nothing is locked, written, cut or repaired.

Reads the directories' own files, the metadata (newest snapshot and log), the start of every segment, and the records of
`__consumer_offsets` and `__transaction_state`. A log is read up to its first batch that is not whole, as a recovery
would leave it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import attrs

from kwire.broker.metadata.image import Image, Replay
from kwire.broker.metadata.quorum import QUORUM_STATE, Quorum
from kwire.broker.metadata.snapshot import read_batches, snapshots
from kwire.codec import MalformedFrame
from kwire.codec.stored import decode_coordinator_record, decode_metadata_record
from kwire.codec.stored.partition_record import PartitionRecord
from kwire.log.meta_properties import META_PROPERTIES, parse_properties
from kwire.log.partition_metadata import decode_uuid, split_directory_name
from kwire.log.recovery import check_batch_at
from kwire.log.seam import Files
from kwire.log.segment import LOG_SUFFIX
from kwire.log.worker_files import CLEAN_SHUTDOWN, LOCK_FILE
from kwire.records.batch import BATCH_OVERHEAD, MAGIC, CorruptBatch, iter_records, parse_header

METADATA_DIRECTORY = "__cluster_metadata-0"

_MAGIC_AT = 16
_OFFSET_KEYS = (0, 1)
_GROUP_KINDS = {2: "classic", 3: "consumer", 11: "share", 17: "streams"}
"""The record that says that a group is there, by the protocol that the group speaks."""

_IN_TRANSACTION = (1, 2, 3)
"""Ongoing, PrepareCommit, PrepareAbort."""


class NotADataDirectory(Exception):
    """The text says why."""


@attrs.define
class Inspection:
    """What was found."""

    paths: list[str]
    version: int = 1
    """Of `meta.properties`; 0 is from the time of ZooKeeper."""
    cluster_id: str = ""
    node_id: int = -1
    directory_ids: list[bytes] = attrs.Factory(list)
    in_use: list[str] = attrs.Factory(list)
    unclean: list[str] = attrs.Factory(list)
    image: Image = attrs.Factory(Image)
    quorum: Quorum = attrs.Factory(Quorum)
    has_metadata: bool = False
    present: set[tuple[str, int]] = attrs.Factory(set)
    moving: list[str] = attrs.Factory(list)
    """Partitions on their way from one log directory to another."""
    old_formats: list[str] = attrs.Factory(list)
    """Partitions with batches from before Kafka 0.11."""
    groups: Counter[str] = attrs.Factory(Counter)
    """How many groups there are of each kind; "offsets" are those that only committed."""
    transactional_ids: int = 0
    open_transactions: list[str] = attrs.Factory(list)
    """The transactional ids that have one."""

    def has(self, partition: PartitionRecord) -> bool:
        """Is this partition to be here: of this node, or of another worker on the same directories?"""
        return self.node_id in partition.replicas or (
            len(partition.replicas) == 1 and not set(partition.directories).isdisjoint(self.directory_ids)
        )

    @property
    def written_by_kwire(self) -> bool:
        """The last run was one of kwire: its broker and its controller are the same, also by incarnation."""
        broker = self.image.brokers.get(self.node_id)
        controller = self.image.controllers.get(self.node_id)
        if broker is None or controller is None:
            return False
        return broker.incarnation_id == controller.incarnation_id


def inspect(files: Files, paths: Sequence[str]) -> Inspection:
    """Look at the directories of one node. Raises NotADataDirectory, and OSError for what cannot be read."""
    found = Inspection([path.rstrip("/") or "/" for path in paths])
    for path in found.paths:
        read_directory(files, path, found)
    for path in found.paths:
        if files.is_directory(f"{path}/{METADATA_DIRECTORY}"):
            found.has_metadata = True
            read_metadata(files, f"{path}/{METADATA_DIRECTORY}", found.image, found.quorum)
    groups: dict[str, str] = {}
    for path in found.paths:
        for entry in files.entries(path):
            if entry.is_directory:
                _read_partition(files, f"{path}/{entry.name}", entry.name, found, groups)
    found.groups = Counter(groups.values())
    return found


def read_directory(files: Files, path: str, found: Inspection) -> None:
    """Whose directory it is, whether it is in use, how the last run ended. Raises NotADataDirectory."""
    if not files.is_directory(path):
        raise NotADataDirectory(f"{path} is not a directory")
    if not files.exists(f"{path}/{META_PROPERTIES}"):
        raise NotADataDirectory(f"{path} is not a data directory: it has no {META_PROPERTIES}")
    properties = parse_properties(files.read_bytes(f"{path}/{META_PROPERTIES}").decode("utf-8", "replace"))
    try:
        found.version = int(properties.get("version", ""))
        node_id = int(properties.get("node.id") or properties["broker.id"])
    except (KeyError, ValueError):
        raise NotADataDirectory(
            f"{path}/{META_PROPERTIES} says neither version nor node: it is damaged"
        ) from None
    cluster_id = properties.get("cluster.id", "")
    if found.cluster_id and (found.cluster_id, found.node_id) != (cluster_id, node_id):
        raise NotADataDirectory(
            f"{path} is of node {node_id} of cluster {cluster_id}, and {found.paths[0]} of node {found.node_id} of "
            f"cluster {found.cluster_id}: name the directories of one node"
        )
    found.cluster_id, found.node_id = cluster_id, node_id
    if "directory.id" in properties:
        try:
            found.directory_ids.append(decode_uuid(properties["directory.id"]))
        except ValueError as error:
            raise NotADataDirectory(f"{path}/{META_PROPERTIES} has no good directory.id: {error}") from error
    if files.is_locked(f"{path}/{LOCK_FILE}"):
        found.in_use.append(path)
    elif not files.exists(f"{path}/{CLEAN_SHUTDOWN}"):
        found.unclean.append(path)


def read_metadata(files: Files, directory: str, image: Image, quorum: Quorum) -> None:
    """Read newest snapshot and log into an empty image. Raises NotADataDirectory when they cannot be read."""
    replay = Replay(image)
    start = 0
    try:
        if files.exists(f"{directory}/{QUORUM_STATE}"):
            quorum.read_state(files.read_bytes(f"{directory}/{QUORUM_STATE}"))
        newest = max(snapshots(files, directory), default=None)
        if newest is not None:
            start = newest.end_offset
            for batch in read_batches(files.read_bytes(f"{directory}/{newest.file_name}")):
                _replay_batch(batch, replay, quorum, 0)
        for batch in _log_batches(files, directory, start):
            _replay_batch(batch, replay, quorum, start)
    except (CorruptBatch, MalformedFrame, KeyError, ValueError) as error:
        raise NotADataDirectory(f"The metadata in {directory} cannot be read: {error}") from error


def _replay_batch(batch: memoryview, replay: Replay, quorum: Quorum, start: int) -> None:
    header = parse_header(batch)
    if header.is_control:
        quorum.replay(iter_records(batch, header))
        return
    for record in iter_records(batch, header):
        if record.offset >= start and record.value is not None:
            replay.feed(decode_metadata_record(record.value), record.offset)


def _read_partition(files: Files, path: str, name: str, found: Inspection, groups: dict[str, str]) -> None:
    if name.endswith("-future"):
        found.moving.append(path)
    if name == METADATA_DIRECTORY or name.endswith(("-future", "-stray", "-delete")):
        return
    try:
        topic, partition = split_directory_name(name)
    except ValueError:
        return
    found.present.add((topic, partition))
    if _has_old_format(files, path):
        found.old_formats.append(name)
    elif topic == "__consumer_offsets":
        _read_groups(files, path, groups)
    elif topic == "__transaction_state":
        _read_transactions(files, path, found)


def _segments(files: Files, directory: str) -> list[str]:
    names = (entry.name for entry in files.entries(directory) if not entry.is_directory)
    return sorted(f"{directory}/{name}" for name in names if name.endswith(LOG_SUFFIX))


def _has_old_format(files: Files, directory: str) -> bool:
    for path in _segments(files, directory):
        file = files.open(path, read_only=True)
        try:
            head = bytes(file.read(0, _MAGIC_AT + 1))
        finally:
            file.close()
        if len(head) > _MAGIC_AT and head[_MAGIC_AT] < MAGIC:
            return True
    return False


def _log_batches(files: Files, directory: str, from_offset: int) -> Iterator[memoryview]:
    """Every whole batch from the one with `from_offset` on."""
    next_offset = 0
    for path in _segments(files, directory):
        base_offset = int(path[-len(LOG_SUFFIX) - 20 : -len(LOG_SUFFIX)])
        file = files.open(path, read_only=True)
        try:
            view = memoryview(file.read(0, file.size()))
        finally:
            file.close()
        position = 0
        while position + BATCH_OVERHEAD <= len(view):
            header = check_batch_at(view, position, max(next_offset, base_offset), base_offset)
            if isinstance(header, str):
                return
            next_offset = header.next_offset
            if header.last_offset >= from_offset:
                yield view[position : position + header.size]
            position += header.size


def _newest_records(files: Files, directory: str) -> dict[bytes, bytes]:
    """The last value of each key that is not a tombstone."""
    newest: dict[bytes, bytes] = {}
    for batch in _log_batches(files, directory, 0):
        if parse_header(batch).is_control:
            continue
        for record in iter_records(batch):
            if record.key is None:
                continue
            if record.value is None:
                newest.pop(record.key, None)
            else:
                newest[record.key] = record.value
    return newest


def _read_groups(files: Files, directory: str, groups: dict[str, str]) -> None:
    for key in _newest_records(files, directory):
        kind = int.from_bytes(key[:2], "big")
        if kind not in _GROUP_KINDS and kind not in _OFFSET_KEYS:
            continue
        record = decode_coordinator_record("__consumer_offsets", key, None)
        if record is None:
            continue
        group = (
            record[0].group
            if kind in _OFFSET_KEYS
            else getattr(record[0], "group", None) or record[0].group_id
        )
        if kind in _GROUP_KINDS:
            groups[group] = _GROUP_KINDS[kind]
        else:
            groups.setdefault(group, "offsets")


def _read_transactions(files: Files, directory: str, found: Inspection) -> None:
    for key, value in _newest_records(files, directory).items():
        try:
            record = decode_coordinator_record("__transaction_state", key, value)
        except MalformedFrame:
            record = None  # of a version to come: its id is there, its state cannot be told
        found.transactional_ids += 1
        if record is not None and record[1].transaction_status in _IN_TRANSACTION:
            found.open_transactions.append(record[0].transactional_id)
