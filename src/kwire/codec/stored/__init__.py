"""Records that the broker writes into topics of its own, in Kafka's formats: one generated module per record type.

A record of a coordinator has a key, int16 type and fields, and a value, int16 version and fields; no value is a
tombstone. A record of `__cluster_metadata` has only a value: varints for the frame version, type and version, then the
fields. Types that are not known read as None, because a newer broker may have written them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from struct import Struct as Format
from typing import Any, ClassVar, Protocol

from kwire.codec import MalformedFrame
from kwire.codec.primitives import BROKEN, Readable, read_uvarint, write_uvarint
from kwire.codec.stored.index import (
    CLUSTER_METADATA,
    CONSUMER_OFFSETS,
    SHARE_GROUP_STATE,
    TRANSACTION_STATE,
)

COORDINATOR_TOPICS: dict[str, Mapping[int, tuple[str, str]]] = {
    "__consumer_offsets": CONSUMER_OFFSETS,
    "__transaction_state": TRANSACTION_STATE,
    "__share_group_state": SHARE_GROUP_STATE,
}
"""For each coordinator's topic: module and name of each record type."""

_FRAME_VERSION = 1

_unpack_h = Format(">h").unpack_from
_pack_h = Format(">h").pack


class Stored(Protocol):
    """What every class of a stored record with a type has."""

    TYPE: ClassVar[int]
    MIN_VERSION: ClassVar[int]
    MAX_VERSION: ClassVar[int]

    def encode(self, version: int) -> bytes: ...


def encode_coordinator_key(key: Stored) -> bytes:
    """Type and fields."""
    return _pack_h(key.TYPE) + key.encode(0)


def encode_coordinator_value(value: Stored, version: int) -> bytes:
    """Version and fields. Raises ValueError for what the version cannot say."""
    return _pack_h(version) + value.encode(version)


def decode_coordinator_record(
    topic: str, key: bytes | bytearray | memoryview, value: bytes | bytearray | memoryview | None
) -> tuple[Any, Any] | None:
    """The key and the value, which is None for a tombstone; None altogether when the type is not known.

    `topic` is the name of the coordinator's topic. Raises MalformedFrame, also for a version of the value that is
    not known.
    """
    key = bytes(key)
    found = COORDINATOR_TOPICS[topic].get(_int16(key, "record type"))
    if found is None:
        return None
    key_class, value_class = _class(found[0], f"{found[1]}Key"), _class(found[0], f"{found[1]}Value")
    read_key = key_class.decode(key, 2, len(key), 0)
    if value is None:
        return read_key, None
    value = bytes(value)
    version = _int16(value, "version")
    _check_version(value_class, version)
    return read_key, value_class.decode(value, 2, len(value), version)


def encode_metadata_record(record: Stored, version: int) -> bytes:
    """The value of a record of `__cluster_metadata`. Raises ValueError for what the version cannot say."""
    out = bytearray((_FRAME_VERSION,))
    write_uvarint(out, record.TYPE)
    write_uvarint(out, version)
    out += record.encode(version)
    return bytes(out)


def decode_metadata_record(value: bytes | bytearray | memoryview) -> Any | None:
    """The record in a value of `__cluster_metadata`; None when its type is not known. Raises MalformedFrame."""
    value = bytes(value)
    try:
        frame_version, pos = read_uvarint(value, 0)
        type_, pos = read_uvarint(value, pos)
        version, pos = read_uvarint(value, pos)
    except BROKEN as error:
        raise MalformedFrame("a metadata record ends before its head does") from error
    if frame_version != _FRAME_VERSION:
        raise MalformedFrame(f"a metadata record in frame version {frame_version}")
    found = CLUSTER_METADATA.get(type_)
    if found is None:
        return None
    record_class = _class(*found)
    _check_version(record_class, version)
    return record_class.decode(value, pos, len(value), version)


def _int16(data: Readable, what: str) -> int:
    if len(data) < 2:
        raise MalformedFrame(f"a stored record without {what}")
    value: int = _unpack_h(data, 0)[0]
    return value


def _check_version(record_class: Any, version: int) -> None:
    if not record_class.MIN_VERSION <= version <= record_class.MAX_VERSION:
        raise MalformedFrame(f"{record_class.__name__} version {version} is not known")


@cache
def _class(module: str, name: str) -> Any:
    return getattr(import_module(f"{__name__}.{module}"), name)
