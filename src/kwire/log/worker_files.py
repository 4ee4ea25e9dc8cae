"""The files in which several workers say what they know of the logs that they have open in one log directory.

A worker has its own checkpoints, clean-shutdown marker, boot id and lock, under Kafka's names with `.worker-N` after
them; the first worker's have no such ending, so that a directory without other workers is Kafka's. Kafka ignores the
rest. What a file says of a partition counts when its worker leads that partition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import attrs

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
from kwire.log.seam import Files

LOCK_FILE = ".lock"
CLEAN_SHUTDOWN = ".kafka_cleanshutdown"
BOOT_ID = ".kwire_boot_id"
"""Ours, and ignored by Kafka: the boot of the machine in which the directory was last opened."""

_CHECKPOINTS = (RECOVERY_POINTS, LOG_STARTS, HIGH_WATERMARKS, CLEANER_OFFSETS)
_NAMES = (*_CHECKPOINTS, CLEAN_SHUTDOWN, BOOT_ID, LOCK_FILE)
_OF_WORKER = re.compile(r"(.+)\.worker-([0-9]{1,4})(?:\.tmp)?\Z")


def suffix_of(worker: int) -> str:
    """What stands after the names of a worker's files; nothing for the first."""
    return "" if worker == 1 else f".worker-{worker}"


def is_worker_file(name: str) -> bool:
    """Is this a file of a worker other than the first?"""
    match = _OF_WORKER.match(name)
    return match is not None and match[1] in _NAMES


def workers_in(names: Iterable[str]) -> set[int]:
    """The workers, other than the first, of which there are files."""
    matches = (_OF_WORKER.match(name) for name in names)
    return {int(match[2]) for match in matches if match and match[1] in _NAMES}


@attrs.define
class WorkerState:
    """What the files of one worker say; offsets by (topic, partition)."""

    recovery_points: dict[TopicPartition, int] = attrs.Factory(dict)
    log_starts: dict[TopicPartition, int] = attrs.Factory(dict)
    high_watermarks: dict[TopicPartition, int] = attrs.Factory(dict)
    cleaner_offsets: dict[TopicPartition, int] = attrs.Factory(dict)
    clean: bool = False
    """It closed its logs in order."""
    boot_id: str = ""
    """Of the machine, when it last opened its logs."""


def read_state(files: Files, path: str, worker: int, warn: Callable[[str], None]) -> WorkerState:
    """What worker `worker` left in the directory `path`. A file that does not read counts as empty. Raises OSError."""
    suffix = suffix_of(worker)
    found: list[dict[TopicPartition, int]] = []
    for name in _CHECKPOINTS:
        file = f"{path}/{name}{suffix}"
        offsets: dict[TopicPartition, int] = {}
        if files.exists(file):
            try:
                offsets = decode_checkpoint(files.read_bytes(file))
            except BadCheckpoint as error:
                warn(f"{file} is damaged ({error}): its logs are checked from their start")
        found.append(offsets)
    boot = f"{path}/{BOOT_ID}{suffix}"
    return WorkerState(
        found[0],
        found[1],
        found[2],
        found[3],
        clean=files.exists(f"{path}/{CLEAN_SHUTDOWN}{suffix}"),
        boot_id=files.read_bytes(boot).decode("ascii", "replace").strip() if files.exists(boot) else "",
    )


def write_state(files: Files, path: str, worker: int, state: WorkerState) -> None:
    """Leave this for worker `worker` to begin with, on the disk when this returns. Raises OSError."""
    suffix = suffix_of(worker)
    marker = f"{path}/{CLEAN_SHUTDOWN}{suffix}"
    if not state.clean and files.exists(marker):
        files.unlink(marker)
        files.sync_directory(path)
    for name, offsets in zip(
        _CHECKPOINTS,
        (state.recovery_points, state.log_starts, state.high_watermarks, state.cleaner_offsets),
        strict=True,
    ):
        files.write_atomic(f"{path}/{name}{suffix}", encode_checkpoint(offsets), sync=True)
    files.write_atomic(f"{path}/{BOOT_ID}{suffix}", f"{state.boot_id}\n".encode(), sync=True)
    if state.clean:
        files.write_atomic(marker, b'{"version":0,"brokerEpoch":-1}', sync=True)


def remove_state(files: Files, path: str, worker: int) -> None:
    """Nothing of a worker's counts any more. Raises OSError."""
    suffix = suffix_of(worker)
    for name in (CLEAN_SHUTDOWN, *_CHECKPOINTS, BOOT_ID, LOCK_FILE):
        file = f"{path}/{name}{suffix}"
        if files.exists(file):
            files.unlink(file)
    files.sync_directory(path)
