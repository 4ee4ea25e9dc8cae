"""Records of the broker's own topics as JSON, field by field as Kafka's dump tool names them."""

from __future__ import annotations

import json
import re
from typing import Any

import attrs

from kwire.codec import MalformedFrame
from kwire.codec.primitives import read_uvarint
from kwire.codec.stored import COORDINATOR_TOPICS, decode_coordinator_record, decode_metadata_record
from kwire.codec.stored.kraft_version_record import KRaftVersionRecord
from kwire.codec.stored.leader_change_message import LeaderChangeMessage
from kwire.codec.stored.snapshot_footer_record import SnapshotFooterRecord
from kwire.codec.stored.snapshot_header_record import SnapshotHeaderRecord
from kwire.codec.stored.voters_record import VotersRecord
from kwire.log.partition_metadata import encode_uuid
from kwire.records.batch import (
    CONTROL_KRAFT_VERSION,
    CONTROL_KRAFT_VOTERS,
    CONTROL_LEADER_CHANGE,
    CONTROL_SNAPSHOT_FOOTER,
    CONTROL_SNAPSHOT_HEADER,
    Record,
)

METADATA_TOPIC = "__cluster_metadata"
TOPICS = (METADATA_TOPIC, *COORDINATOR_TOPICS)

_CONTROL_RECORDS: dict[int, Any] = {
    CONTROL_LEADER_CHANGE: LeaderChangeMessage,
    CONTROL_SNAPSHOT_HEADER: SnapshotHeaderRecord,
    CONTROL_SNAPSHOT_FOOTER: SnapshotFooterRecord,
    CONTROL_KRAFT_VERSION: KRaftVersionRecord,
    CONTROL_KRAFT_VOTERS: VotersRecord,
}
_UUID_BYTES = 16


def show_record(topic: str, record: Record, control: bool) -> str | None:
    """The record as text; None when the topic is not one of the broker's own. Raises ValueError for one that is bad."""
    if topic not in TOPICS:
        return None
    try:
        if control:
            return _show_control(record)
        if topic == METADATA_TOPIC:
            return _show_metadata(record)
        return _show_coordinator(topic, record)
    except MalformedFrame as error:
        raise ValueError(str(error)) from error


def _show_control(record: Record) -> str | None:
    kind = int.from_bytes((record.key or b"")[2:4], "big")
    found = _CONTROL_RECORDS.get(kind)
    if found is None or record.value is None:
        return None
    version = min(int.from_bytes(record.value[:2], "big"), 1 if kind == CONTROL_LEADER_CHANGE else 0)
    return f"{_name(found)} {_json(found.decode(record.value, 0, len(record.value), version))}"


def _show_metadata(record: Record) -> str:
    if record.value is None:
        raise ValueError("it has no value")
    decoded = decode_metadata_record(record.value)
    _, position = read_uvarint(record.value, 0)
    kind, position = read_uvarint(record.value, position)
    version, _ = read_uvarint(record.value, position)
    name = str(kind) if decoded is None else _name(type(decoded))
    return f"{name} version {version} {_json(decoded)}"


def _show_coordinator(topic: str, record: Record) -> str:
    if record.key is None:
        raise ValueError("it has no key")
    decoded = decode_coordinator_record(topic, record.key, record.value)
    if decoded is None:
        return f"of type {int.from_bytes(record.key[:2], 'big')}, which is not known"
    key, value = decoded
    if value is None:
        return f"{_name(type(key))} {_json(key)}  deleted"
    version = int.from_bytes((record.value or b"")[:2], "big")
    return f"{_name(type(key))} {_json(key)}  version {version} {_json(value)}"


def _name(kind: type) -> str:
    """`TopicRecord` as TOPIC_RECORD."""
    name = kind.__name__.removesuffix("Key").replace("KRaft", "Kraft")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


def _json(value: Any) -> str:
    return json.dumps(_plain(value), separators=(",", ":"))


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        return {_camel(field.name): _plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        return encode_uuid(data) if len(data) == _UUID_BYTES else data.decode("latin-1")
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
