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
class AbortTransactionRecord(Struct):
    TYPE: ClassVar[int] = 25
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    reason: str | None = None

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> AbortTransactionRecord:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_data(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_data(self, version)


def _decode_data(buf: Readable, pos: int, end: int, version: int) -> AbortTransactionRecord:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        abort_transaction_record = AbortTransactionRecord()
        if n:
            pos = _read_abort_transaction_record_tags(abort_transaction_record, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AbortTransactionRecord", version, pos - start, end - start, error) from error
    return abort_transaction_record


def _read_abort_transaction_record_tags(
    abort_transaction_record: AbortTransactionRecord, n: int, buf: Readable, pos: int, end: int, version: int
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
                    refuse_string("reason", n - 1)
            reason: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("reason", n - 1, end - pos)
                reason = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            abort_transaction_record.reason = reason
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_data(record: AbortTransactionRecord, version: int) -> bytes:
    out = bytearray()
    if record.reason is not None:
        _write_abort_transaction_record_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_abort_transaction_record_tags(
    buffer: bytearray, abort_transaction_record: AbortTransactionRecord, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if abort_transaction_record.reason is not None:
        out = bytearray()
        write_compact_string(out, abort_transaction_record.reason)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
