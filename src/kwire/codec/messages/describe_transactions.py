"""GENERATED from protocol_specs/65_describe_transactions.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    Buffer,
    Readable,
    Struct,
    malformed,
    read_compact_strings,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 65
NAME = "DescribeTransactions"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_hB = Format(">hB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_iqqhB = Format(">iqqhB").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_iqqh = Format(">iqqh").pack


@define(eq=False, repr=False)
class DescribeTransactionsRequest(Struct):
    transactional_ids: list[str] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeTransactionsRequest:
    """DescribeTransactions request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("transactional_ids", n, end - pos)
        transactional_ids, pos = read_compact_strings(buf, pos, end, n, "transactional_ids")
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeTransactions request", version, pos - start, end - start, error) from error
    return DescribeTransactionsRequest(transactional_ids)


def encode_request(request: DescribeTransactionsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeTransactions request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(request.transactional_ids) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in request.transactional_ids:
        write_compact_string(out, text)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class TopicData(Struct):
    topic: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class TransactionState(Struct):
    error_code: int = 0
    transactional_id: str = ""
    transaction_state: str = ""
    transaction_timeout_ms: int = 0
    transaction_start_time_ms: int = 0
    producer_id: int = 0
    producer_epoch: int = 0
    topics: list[TopicData] = field(factory=list)


@define(eq=False, repr=False)
class DescribeTransactionsResponse(Struct):
    throttle_time_ms: int = 0
    transaction_states: list[TransactionState] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeTransactionsResponse:
    """DescribeTransactions response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 28 > end - pos:
            refuse("transaction_states", n, end - pos)
        transaction_states: list[TransactionState] = []
        for _ in range(n):
            error_code, n = _unpack_hB(buf, pos)
            pos += 3
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("transactional_id", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("transactional_id", n - 1, end - pos)
            transactional_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("transaction_state", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("transaction_state", n - 1, end - pos)
            transaction_state = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            transaction_timeout_ms, transaction_start_time_ms, producer_id, producer_epoch, n = _unpack_iqqhB(
                buf, pos
            )
            pos += 23
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("topics", n, end - pos)
            topics: list[TopicData] = []
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
                    refuse("partitions", n, end - pos)
                partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                topics.append(TopicData(topic, partitions))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            transaction_states.append(
                TransactionState(
                    error_code,
                    transactional_id,
                    transaction_state,
                    transaction_timeout_ms,
                    transaction_start_time_ms,
                    producer_id,
                    producer_epoch,
                    topics,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeTransactions response", version, pos - start, end - start, error) from error
    return DescribeTransactionsResponse(throttle_time_ms, transaction_states)


def encode_response(response: DescribeTransactionsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeTransactions response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.transaction_states) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for transaction_state in response.transaction_states:
        out += _pack_h(transaction_state.error_code)
        write_compact_string(out, transaction_state.transactional_id)
        write_compact_string(out, transaction_state.transaction_state)
        out += _pack_iqqh(
            transaction_state.transaction_timeout_ms,
            transaction_state.transaction_start_time_ms,
            transaction_state.producer_id,
            transaction_state.producer_epoch,
        )
        n = len(transaction_state.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for topic_data in transaction_state.topics:
            write_compact_string(out, topic_data.topic)
            n = len(topic_data.partitions)
            if n == 1:
                out += _pack_Bi(2, topic_data.partitions[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *topic_data.partitions)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
