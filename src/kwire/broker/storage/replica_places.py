"""What lies in each log directory of this broker, for whoever has to make room (KIP-113, KIP-827)."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

import attrs

from kwire.errors import ErrorCode

if TYPE_CHECKING:
    from kwire.broker.broker import Broker


@attrs.frozen
class Replica:
    """One partition in a directory."""

    topic: str
    index: int
    size_bytes: int
    offset_lag: int
    """How many records it is behind the partition that it is to replace; 0 for one in use."""
    is_future: bool


@attrs.frozen
class DirectoryContent:
    """One of `log.dirs`: what is in it, how large its disk is, and how much of that we may still use."""

    path: str
    replicas: list[Replica]
    error: ErrorCode = ErrorCode.NONE
    total_bytes: int = -1
    usable_bytes: int = -1


def directory_contents(broker: Broker, wanted: Container[tuple[str, int]] | None) -> list[DirectoryContent]:
    """All directories, with the `wanted` partitions (None: all) that are led here and lie in each."""
    storage = broker.storage
    replicas: dict[str, list[Replica]] = {directory.path: [] for directory in storage.directories}
    for partition in broker.topics.partitions():
        if wanted is None or (partition.topic, partition.index) in wanted:
            log = partition.log
            path = storage.directory_of(log).path
            replicas[path].append(
                Replica(partition.topic, partition.index, log.size_bytes, offset_lag=0, is_future=False)
            )
    for move in broker.moving.under_way():
        partition, log = move.partition, move.partition.log
        if wanted is None or (partition.topic, partition.index) in wanted:
            lag = log.log_end_offset - move.copy.end_offset(log)
            replicas[move.destination.path].append(
                Replica(partition.topic, partition.index, move.copy.copied_bytes, lag, is_future=True)
            )
    contents = []
    for directory in storage.directories:
        path = broker.files.absolute(directory.path)
        try:
            total, usable = broker.files.space(directory.path)
        except OSError:
            contents.append(DirectoryContent(path, [], ErrorCode.KAFKA_STORAGE_ERROR))
        else:
            contents.append(
                DirectoryContent(path, replicas[directory.path], total_bytes=total, usable_bytes=usable)
            )
    return contents
