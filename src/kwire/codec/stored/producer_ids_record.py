"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    Readable,
    Struct,
    malformed,
    refuse,
    skip_tagged_fields,
)

_unpack_iqqB = Format(">iqqB").unpack_from
_pack_iqqB = Format(">iqqB").pack


@define(eq=False, repr=False)
class ProducerIdsRecord(Struct):
    TYPE: ClassVar[int] = 15
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    broker_id: int = 0
    broker_epoch: int = -1
    next_producer_id: int = 0

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> ProducerIdsRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> ProducerIdsRecord:
    start = pos
    try:
        broker_id, broker_epoch, next_producer_id, n = _unpack_iqqB(buf, pos)
        pos += 21
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ProducerIdsRecord", version, pos - start, end - start, error) from error
    return ProducerIdsRecord(broker_id, broker_epoch, next_producer_id)


def _encode_data(record: ProducerIdsRecord, version: int) -> bytes:
    out = bytearray()
    out += _pack_iqqB(record.broker_id, record.broker_epoch, record.next_producer_id, 0)
    return bytes(out)
