"""The text files that keep one offset per partition of a log directory (`recovery-point-offset-checkpoint` and kin)."""

from __future__ import annotations

from collections.abc import Mapping

RECOVERY_POINTS = "recovery-point-offset-checkpoint"
LOG_STARTS = "log-start-offset-checkpoint"
HIGH_WATERMARKS = "replication-offset-checkpoint"
CLEANER_OFFSETS = "cleaner-offset-checkpoint"

TopicPartition = tuple[str, int]


class BadCheckpoint(Exception):
    """A checkpoint file that does not read; the text says why."""


def encode_checkpoint(offsets: Mapping[TopicPartition, int]) -> bytes:
    """Version, count, then one line `topic partition offset` each."""
    lines = [f"{topic} {partition} {offset}\n" for (topic, partition), offset in offsets.items()]
    return f"0\n{len(lines)}\n{''.join(lines)}".encode()


def decode_checkpoint(data: bytes) -> dict[TopicPartition, int]:
    """Raises BadCheckpoint. An empty file holds no entries."""
    if not data:
        return {}
    lines = data.decode("utf-8", "replace").splitlines()
    if lines[0].strip() != "0":
        raise BadCheckpoint(f"its version is {lines[0]!r} and should be 0")
    if not data.endswith(b"\n"):  # a power loss cuts a file anywhere, also in the middle of a number
        raise BadCheckpoint("its last line is cut")
    offsets: dict[TopicPartition, int] = {}
    try:
        count = int(lines[1])
        for line in lines[2:]:
            if line:
                topic, partition, offset = line.split()
                offsets[topic, int(partition)] = int(offset)
    except (IndexError, ValueError) as error:
        raise BadCheckpoint(f"a line does not read: {error}") from error
    if count != len(offsets):
        raise BadCheckpoint(f"it counts {count} entries and holds {len(offsets)}")
    return offsets
