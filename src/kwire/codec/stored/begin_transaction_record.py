"""GENERATED from protocol_specs/stored/cluster_metadata.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from typing import ClassVar

from attrs import define

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    refuse_string,
    uvarint_rest,
    write_compact_string,
    write_tagged_fields,
)


@define(eq=False, repr=False)
class BeginTransactionRecord(Struct):
    TYPE: ClassVar[int] = 23
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    name: str | None = None

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> BeginTransactionRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> BeginTransactionRecord:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        begin_transaction_record = BeginTransactionRecord()
        if n:
            pos = _read_begin_transaction_record_tags(begin_transaction_record, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("BeginTransactionRecord", version, pos - start, end - start, error) from error
    return begin_transaction_record


def _read_begin_transaction_record_tags(
    begin_transaction_record: BeginTransactionRecord, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("name", n - 1)
            name: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("name", n - 1, end - pos)
                name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            begin_transaction_record.name = name
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_data(record: BeginTransactionRecord, version: int) -> bytes:
    out = bytearray()
    if record.name is not None:
        _write_begin_transaction_record_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_begin_transaction_record_tags(
    buffer: bytearray, begin_transaction_record: BeginTransactionRecord, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if begin_transaction_record.name is not None:
        out = bytearray()
        write_compact_string(out, begin_transaction_record.name)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
