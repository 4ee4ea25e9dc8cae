"""GENERATED from protocol_specs/66_list_transactions.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 66
NAME = "ListTransactions"
MIN_VERSION = 0
MAX_VERSION = 2
FLEXIBLE_FROM = 0

_unpack_ihB = Format(">ihB").unpack_from
_unpack_q = Format(">q").unpack_from
_unpack_qB = Format(">qB").unpack_from
_pack_Bq = Format(">Bq").pack
_pack_ih = Format(">ih").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class ListTransactionsRequest(Struct):
    state_filters: list[str] = field(factory=list)  # Empty for all.
    producer_id_filters: list[int] = field(factory=list)  # Empty for all.
    duration_filter: int = -1  # 1+; Only what runs longer; milliseconds.
    transactional_id_pattern: str | None = None  # version 2; RE2; null for all.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ListTransactionsRequest:
    """ListTransactions request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("state_filters", n, end - pos)
        state_filters, pos = read_compact_strings(buf, pos, end, n, "state_filters")
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 8 > end - pos:
            refuse("producer_id_filters", n, end - pos)
        producer_id_filters: list[int] = list(unpack_from(f">{n}q", buf, pos))
        pos += n * 8
        duration_filter = -1
        if version >= 1:
            (duration_filter,) = _unpack_q(buf, pos)
            pos += 8
        transactional_id_pattern: str | None = None
        if version >= 2:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("transactional_id_pattern", n - 1)
            transactional_id_pattern = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("transactional_id_pattern", n - 1, end - pos)
                transactional_id_pattern = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListTransactions request", version, pos - start, end - start, error) from error
    return ListTransactionsRequest(
        state_filters, producer_id_filters, duration_filter, transactional_id_pattern
    )


def encode_request(request: ListTransactionsRequest, version: int, parts: list[Buffer]) -> None:
    """Append ListTransactions request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(request.state_filters) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in request.state_filters:
        write_compact_string(out, text)
    n = len(request.producer_id_filters)
    if n == 1:
        out += _pack_Bq(2, request.producer_id_filters[0])
    else:
        n = n + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        out += pack(f">{n - 1}q", *request.producer_id_filters)
    if version >= 1:
        out += _pack_q(request.duration_filter)
    else:
        if request.duration_filter != -1:
            refuse_field("duration_filter", version)
    if version >= 2:
        write_compact_string(out, request.transactional_id_pattern)
    else:
        if request.transactional_id_pattern is not None:
            refuse_field("transactional_id_pattern", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class TransactionState(Struct):
    transactional_id: str = ""
    producer_id: int = 0
    transaction_state: str = ""


@define(eq=False, repr=False)
class ListTransactionsResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    unknown_state_filters: list[str] = field(factory=list)
    transaction_states: list[TransactionState] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ListTransactionsResponse:
    """ListTransactions response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("unknown_state_filters", n, end - pos)
        unknown_state_filters, pos = read_compact_strings(buf, pos, end, n, "unknown_state_filters")
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 11 > end - pos:
            refuse("transaction_states", n, end - pos)
        transaction_states: list[TransactionState] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("transactional_id", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("transactional_id", n - 1, end - pos)
            transactional_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            producer_id, n = _unpack_qB(buf, pos)
            pos += 9
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("transaction_state", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("transaction_state", n - 1, end - pos)
            transaction_state = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            transaction_states.append(TransactionState(transactional_id, producer_id, transaction_state))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ListTransactions response", version, pos - start, end - start, error) from error
    return ListTransactionsResponse(throttle_time_ms, error_code, unknown_state_filters, transaction_states)


def encode_response(response: ListTransactionsResponse, version: int, parts: list[Buffer]) -> None:
    """Append ListTransactions response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    n = len(response.unknown_state_filters) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in response.unknown_state_filters:
        write_compact_string(out, text)
    n = len(response.transaction_states) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for transaction_state in response.transaction_states:
        write_compact_string(out, transaction_state.transactional_id)
        out += _pack_q(transaction_state.producer_id)
        write_compact_string(out, transaction_state.transaction_state)
        out.append(0)
    out.append(0)
    parts.append(out)
