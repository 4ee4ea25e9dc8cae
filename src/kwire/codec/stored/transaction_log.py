"""GENERATED from protocol_specs/stored/transaction_state.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    NULL_INT32,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_tagged_fields,
    write_uvarint,
)

_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_q = Format(">q").unpack_from
_unpack_qhibB = Format(">qhibB").unpack_from
_unpack_qhibi = Format(">qhibi").unpack_from
_unpack_qq = Format(">qq").unpack_from
_unpack_qqB = Format(">qqB").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack
_pack_q = Format(">q").pack
_pack_qhib = Format(">qhib").pack
_pack_qq = Format(">qq").pack


@define(eq=False, repr=False)
class TransactionLogKey(Struct):
    TYPE: ClassVar[int] = 0
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    transactional_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> TransactionLogKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> TransactionLogKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("transactional_id", n, end - pos)
        transactional_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("TransactionLogKey", version, pos - start, end - start, error) from error
    return TransactionLogKey(transactional_id)


def _encode_key(record: TransactionLogKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.transactional_id)
    return bytes(out)


@define(eq=False, repr=False)
class PartitionsSchema(Struct):
    topic: str = ""
    partition_ids: list[int] = field(factory=list)


@define(eq=False, repr=False)
class TransactionLogValue(Struct):
    TYPE: ClassVar[int] = 0
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 1

    producer_id: int = 0
    previous_producer_id: int = -1  # version 1
    next_producer_id: int = -1  # version 1
    producer_epoch: int = 0
    next_producer_epoch: int = -1  # version 1
    transaction_timeout_ms: int = 0
    # 0 empty, 1 ongoing, 2 prepare commit, 3 prepare abort, 4 and 5 complete, 6 dead.
    transaction_status: int = 0
    transaction_partitions: list[PartitionsSchema] | None = field(factory=list)  # Null when there are none.
    transaction_last_update_timestamp_ms: int = 0
    transaction_start_timestamp_ms: int = 0
    client_transaction_version: int = 0  # version 1

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> TransactionLogValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> TransactionLogValue:
    if version >= 1:
        return _decode_value_flexible(buf, pos, end, version)
    return _decode_value_classic(buf, pos, end, version)


def _decode_value_classic(buf: Readable, pos: int, end: int, version: int) -> TransactionLogValue:
    start = pos
    try:
        producer_id, producer_epoch, transaction_timeout_ms, transaction_status, n = _unpack_qhibi(buf, pos)
        pos += 19
        transaction_partitions: list[PartitionsSchema] | None = None
        if n >= 0:
            if n * 6 > end - pos:
                refuse("transaction_partitions", n, end - pos)
            transaction_partitions = []
            for _ in range(n):
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("topic", n, end - pos)
                topic = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                (n,) = _unpack_i(buf, pos)
                pos += 4
                if n < 0 or n * 4 > end - pos:
                    refuse("partition_ids", n, end - pos)
                partition_ids: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                transaction_partitions.append(PartitionsSchema(topic, partition_ids))
        transaction_last_update_timestamp_ms, transaction_start_timestamp_ms = _unpack_qq(buf, pos)
        pos += 16
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("TransactionLogValue", version, pos - start, end - start, error) from error
    return TransactionLogValue(
        producer_id,
        -1,
        -1,
        producer_epoch,
        -1,
        transaction_timeout_ms,
        transaction_status,
        transaction_partitions,
        transaction_last_update_timestamp_ms,
        transaction_start_timestamp_ms,
    )


def _decode_value_flexible(buf: Readable, pos: int, end: int, version: int) -> TransactionLogValue:
    start = pos
    try:
        producer_id, producer_epoch, transaction_timeout_ms, transaction_status, n = _unpack_qhibB(buf, pos)
        pos += 16
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        transaction_partitions: list[PartitionsSchema] | None = None
        if n >= 0:
            if n * 3 > end - pos:
                refuse("transaction_partitions", n, end - pos)
            transaction_partitions = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("topic", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("topic", n - 1, end - pos)
                topic = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("partition_ids", n, end - pos)
                partition_ids: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                transaction_partitions.append(PartitionsSchema(topic, partition_ids))
        transaction_last_update_timestamp_ms, transaction_start_timestamp_ms, n = _unpack_qqB(buf, pos)
        pos += 17
        transaction_log_value = TransactionLogValue(
            producer_id,
            -1,
            -1,
            producer_epoch,
            -1,
            transaction_timeout_ms,
            transaction_status,
            transaction_partitions,
            transaction_last_update_timestamp_ms,
            transaction_start_timestamp_ms,
        )
        if n:
            pos = _read_transaction_log_value_tags(transaction_log_value, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("TransactionLogValue", version, pos - start, end - start, error) from error
    return transaction_log_value


def _read_transaction_log_value_tags(
    transaction_log_value: TransactionLogValue, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            (previous_producer_id,) = _unpack_q(buf, pos)
            pos += 8
            transaction_log_value.previous_producer_id = previous_producer_id
            check_tag_end(tag, pos, tag_end)
        elif tag == 1:
            (next_producer_id,) = _unpack_q(buf, pos)
            pos += 8
            transaction_log_value.next_producer_id = next_producer_id
            check_tag_end(tag, pos, tag_end)
        elif tag == 2:
            (client_transaction_version,) = _unpack_h(buf, pos)
            pos += 2
            transaction_log_value.client_transaction_version = client_transaction_version
            check_tag_end(tag, pos, tag_end)
        elif tag == 3:
            (next_producer_epoch,) = _unpack_h(buf, pos)
            pos += 2
            transaction_log_value.next_producer_epoch = next_producer_epoch
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _encode_value(record: TransactionLogValue, version: int) -> bytes:
    if version >= 1:
        return _encode_value_flexible(record, version)
    return _encode_value_classic(record, version)


def _encode_value_classic(record: TransactionLogValue, version: int) -> bytes:
    out = bytearray()
    if record.previous_producer_id != -1:
        refuse_field("previous_producer_id", version)
    if record.next_producer_id != -1:
        refuse_field("next_producer_id", version)
    if record.next_producer_epoch != -1:
        refuse_field("next_producer_epoch", version)
    if record.client_transaction_version != 0:
        refuse_field("client_transaction_version", version)
    out += _pack_qhib(
        record.producer_id, record.producer_epoch, record.transaction_timeout_ms, record.transaction_status
    )
    if record.transaction_partitions is None:
        out += NULL_INT32
    else:
        out += _pack_i(len(record.transaction_partitions))
        for partitions_schema in record.transaction_partitions:
            write_string(out, partitions_schema.topic)
            n = len(partitions_schema.partition_ids)
            if n == 1:
                out += _pack_ii(1, partitions_schema.partition_ids[0])
            else:
                out += pack(f">i{n}i", n, *partitions_schema.partition_ids)
    out += _pack_qq(record.transaction_last_update_timestamp_ms, record.transaction_start_timestamp_ms)
    return bytes(out)


def _encode_value_flexible(record: TransactionLogValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_qhib(
        record.producer_id, record.producer_epoch, record.transaction_timeout_ms, record.transaction_status
    )
    if record.transaction_partitions is None:
        out.append(0)
    else:
        n = len(record.transaction_partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partitions_schema in record.transaction_partitions:
            write_compact_string(out, partitions_schema.topic)
            n = len(partitions_schema.partition_ids)
            if n == 1:
                out += _pack_Bi(2, partitions_schema.partition_ids[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *partitions_schema.partition_ids)
            out.append(0)
    out += _pack_qq(record.transaction_last_update_timestamp_ms, record.transaction_start_timestamp_ms)
    if (
        record.previous_producer_id != -1
        or record.next_producer_id != -1
        or record.client_transaction_version != 0
        or record.next_producer_epoch != -1
    ):
        _write_transaction_log_value_tags(out, record, version)
    else:
        out.append(0)
    return bytes(out)


def _write_transaction_log_value_tags(
    buffer: bytearray, transaction_log_value: TransactionLogValue, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if transaction_log_value.previous_producer_id != -1:
        out = bytearray()
        out += _pack_q(transaction_log_value.previous_producer_id)
        fields.append((0, out))
    if transaction_log_value.next_producer_id != -1:
        out = bytearray()
        out += _pack_q(transaction_log_value.next_producer_id)
        fields.append((1, out))
    if transaction_log_value.client_transaction_version != 0:
        out = bytearray()
        out += _pack_h(transaction_log_value.client_transaction_version)
        fields.append((2, out))
    if transaction_log_value.next_producer_epoch != -1:
        out = bytearray()
        out += _pack_h(transaction_log_value.next_producer_epoch)
        fields.append((3, out))
    write_tagged_fields(buffer, fields)
