"""The name of a partition's directory, and the file in it that says which topic it belongs to (KIP-516)."""

from __future__ import annotations

import base64
import binascii

from kwire.log.seam import Files

FILE_NAME = "partition.metadata"


class BadPartitionMetadata(Exception):
    """A `partition.metadata` that does not read; the text says why."""


def encode_uuid(uuid: bytes) -> str:
    """16 bytes as Kafka writes an id: 22 characters of URL-safe base64."""
    return base64.urlsafe_b64encode(uuid).decode().rstrip("=")


def decode_uuid(text: str) -> bytes:
    """Raises ValueError."""
    try:
        uuid = base64.urlsafe_b64decode(text + "==")
    except binascii.Error as error:
        raise ValueError(f"{text!r} is not an id") from error
    if len(uuid) != 16:
        raise ValueError(f"{text!r} is not an id of 16 bytes")
    return uuid


def encode_partition_metadata(topic_id: bytes) -> bytes:
    return f"version: 0\ntopic_id: {encode_uuid(topic_id)}".encode()


def decode_partition_metadata(data: bytes) -> bytes | None:
    """The topic id; None for an empty file (a power loss soon after it was made). Raises BadPartitionMetadata."""
    text = data.decode("utf-8", "replace").strip("\x00\n ")
    if not text:
        return None
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    if fields.get("version") != "0":
        raise BadPartitionMetadata(f"its version is {fields.get('version')!r} and should be 0")
    try:
        return decode_uuid(fields.get("topic_id", ""))
    except ValueError as error:
        raise BadPartitionMetadata(str(error)) from error


def directory_name(topic: str, partition: int) -> str:
    return f"{topic}-{partition}"


def split_directory_name(name: str) -> tuple[str, int]:
    """Topic and partition of a directory name. Raises ValueError for a name of another kind."""
    topic, dash, partition = name.rpartition("-")
    if not dash or not topic or not partition.isdigit() or not partition.isascii():
        raise ValueError(f"{name!r} is not the name of a partition directory")
    return topic, int(partition)


def read_topic_id(files: Files, directory: str) -> bytes | None:
    """The id of the topic that a partition directory belongs to; None when it has none. Raises BadPartitionMetadata."""
    try:
        return decode_partition_metadata(files.read_bytes(f"{directory}/{FILE_NAME}"))
    except FileNotFoundError:
        return None


def write_topic_id(files: Files, directory: str, topic_id: bytes, *, sync: bool) -> None:
    files.write_atomic(f"{directory}/{FILE_NAME}", encode_partition_metadata(topic_id), sync=sync)
