"""GENERATED from protocol_specs/24_add_partitions_to_txn.spec by protocol_specs/generate.py; do not edit."""

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
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 24
NAME = "AddPartitionsToTxn"
MIN_VERSION = 0
MAX_VERSION = 5
FLEXIBLE_FROM = 3

_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_unpack_qhtB = Format(">qh?B").unpack_from
_unpack_qhB = Format(">qhB").unpack_from
_unpack_qhi = Format(">qhi").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_ihB = Format(">ihB").pack
_pack_ii = Format(">ii").pack
_pack_qh = Format(">qh").pack
_pack_qht = Format(">qh?").pack
_pack_qhi = Format(">qhi").pack


@define(eq=False, repr=False)
class AddPartitionsToTxnTopic(Struct):
    name: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class AddPartitionsToTxnTransaction(Struct):
    transactional_id: str = ""
    producer_id: int = 0
    producer_epoch: int = 0
    verify_only: bool = False  # Only ask whether they are in it.
    topics: list[AddPartitionsToTxnTopic] = field(factory=list)


@define(eq=False, repr=False)
class AddPartitionsToTxnRequest(Struct):
    transactions: list[AddPartitionsToTxnTransaction] = field(factory=list)  # 4+
    v3_and_below_transactional_id: str = ""  # 0..3
    v3_and_below_producer_id: int = 0  # 0..3
    v3_and_below_producer_epoch: int = 0  # 0..3
    v3_and_below_topics: list[AddPartitionsToTxnTopic] = field(factory=list)  # 0..3


def decode_request(buf: Readable, pos: int, end: int, version: int) -> AddPartitionsToTxnRequest:
    """AddPartitionsToTxn request of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> AddPartitionsToTxnRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("v3_and_below_transactional_id", n, end - pos)
        v3_and_below_transactional_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        v3_and_below_producer_id, v3_and_below_producer_epoch, n = _unpack_qhi(buf, pos)
        pos += 14
        if n < 0 or n * 6 > end - pos:
            refuse("v3_and_below_topics", n, end - pos)
        v3_and_below_topics: list[AddPartitionsToTxnTopic] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 4 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
            pos += n * 4
            v3_and_below_topics.append(AddPartitionsToTxnTopic(name, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AddPartitionsToTxn request", version, pos - start, end - start, error) from error
    return AddPartitionsToTxnRequest(
        [],
        v3_and_below_transactional_id,
        v3_and_below_producer_id,
        v3_and_below_producer_epoch,
        v3_and_below_topics,
    )


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> AddPartitionsToTxnRequest:
    start = pos
    try:
        transactions: list[AddPartitionsToTxnTransaction] = []
        if version >= 4:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 14 > end - pos:
                refuse("transactions", n, end - pos)
            transactions = []
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
                producer_id, producer_epoch, verify_only, n = _unpack_qhtB(buf, pos)
                pos += 12
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("topics", n, end - pos)
                topics: list[AddPartitionsToTxnTopic] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("name", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("name", n - 1, end - pos)
                    name = buf[pos:stop].decode("utf-8", "replace")
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
                    topics.append(AddPartitionsToTxnTopic(name, partitions))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                transactions.append(
                    AddPartitionsToTxnTransaction(
                        transactional_id, producer_id, producer_epoch, verify_only, topics
                    )
                )
        v3_and_below_transactional_id = ""
        v3_and_below_producer_id = 0
        v3_and_below_producer_epoch = 0
        v3_and_below_topics: list[AddPartitionsToTxnTopic] = []
        if version <= 3:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("v3_and_below_transactional_id", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("v3_and_below_transactional_id", n - 1, end - pos)
            v3_and_below_transactional_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            v3_and_below_producer_id, v3_and_below_producer_epoch, n = _unpack_qhB(buf, pos)
            pos += 11
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("v3_and_below_topics", n, end - pos)
            v3_and_below_topics = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("name", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("name", n - 1, end - pos)
                name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("partitions", n, end - pos)
                partitions = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                v3_and_below_topics.append(AddPartitionsToTxnTopic(name, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AddPartitionsToTxn request", version, pos - start, end - start, error) from error
    return AddPartitionsToTxnRequest(
        transactions,
        v3_and_below_transactional_id,
        v3_and_below_producer_id,
        v3_and_below_producer_epoch,
        v3_and_below_topics,
    )


def encode_request(request: AddPartitionsToTxnRequest, version: int, parts: list[Buffer]) -> None:
    """Append AddPartitionsToTxn request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: AddPartitionsToTxnRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.transactions:
        refuse_field("transactions", version)
    write_string(out, request.v3_and_below_transactional_id)
    out += _pack_qhi(
        request.v3_and_below_producer_id,
        request.v3_and_below_producer_epoch,
        len(request.v3_and_below_topics),
    )
    for add_partitions_to_txn_topic in request.v3_and_below_topics:
        write_string(out, add_partitions_to_txn_topic.name)
        n = len(add_partitions_to_txn_topic.partitions)
        if n == 1:
            out += _pack_ii(1, add_partitions_to_txn_topic.partitions[0])
        else:
            out += pack(f">i{n}i", n, *add_partitions_to_txn_topic.partitions)
    parts.append(out)


def _encode_request_flexible(request: AddPartitionsToTxnRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 4:
        n = len(request.transactions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for add_partitions_to_txn_transaction in request.transactions:
            write_compact_string(out, add_partitions_to_txn_transaction.transactional_id)
            out += _pack_qht(
                add_partitions_to_txn_transaction.producer_id,
                add_partitions_to_txn_transaction.producer_epoch,
                add_partitions_to_txn_transaction.verify_only,
            )
            n = len(add_partitions_to_txn_transaction.topics) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for add_partitions_to_txn_topic in add_partitions_to_txn_transaction.topics:
                write_compact_string(out, add_partitions_to_txn_topic.name)
                n = len(add_partitions_to_txn_topic.partitions)
                if n == 1:
                    out += _pack_Bi(2, add_partitions_to_txn_topic.partitions[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *add_partitions_to_txn_topic.partitions)
                out.append(0)
            out.append(0)
    else:
        if request.transactions:
            refuse_field("transactions", version)
    if version <= 3:
        write_compact_string(out, request.v3_and_below_transactional_id)
        out += _pack_qh(request.v3_and_below_producer_id, request.v3_and_below_producer_epoch)
        n = len(request.v3_and_below_topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for add_partitions_to_txn_topic in request.v3_and_below_topics:
            write_compact_string(out, add_partitions_to_txn_topic.name)
            n = len(add_partitions_to_txn_topic.partitions)
            if n == 1:
                out += _pack_Bi(2, add_partitions_to_txn_topic.partitions[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *add_partitions_to_txn_topic.partitions)
            out.append(0)
    else:
        if request.v3_and_below_transactional_id:
            refuse_field("v3_and_below_transactional_id", version)
        if request.v3_and_below_producer_id != 0:
            refuse_field("v3_and_below_producer_id", version)
        if request.v3_and_below_producer_epoch != 0:
            refuse_field("v3_and_below_producer_epoch", version)
        if request.v3_and_below_topics:
            refuse_field("v3_and_below_topics", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class AddPartitionsToTxnPartitionResult(Struct):
    partition_index: int = 0
    partition_error_code: int = 0


@define(eq=False, repr=False)
class AddPartitionsToTxnTopicResult(Struct):
    name: str = ""
    results_by_partition: list[AddPartitionsToTxnPartitionResult] = field(factory=list)


@define(eq=False, repr=False)
class AddPartitionsToTxnResult(Struct):
    transactional_id: str = ""
    topic_results: list[AddPartitionsToTxnTopicResult] = field(factory=list)


@define(eq=False, repr=False)
class AddPartitionsToTxnResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0  # 4+
    results_by_transaction: list[AddPartitionsToTxnResult] = field(factory=list)  # 4+
    results_by_topic_v3_and_below: list[AddPartitionsToTxnTopicResult] = field(factory=list)  # 0..3


def decode_response(buf: Readable, pos: int, end: int, version: int) -> AddPartitionsToTxnResponse:
    """AddPartitionsToTxn response of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> AddPartitionsToTxnResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 6 > end - pos:
            refuse("results_by_topic_v3_and_below", n, end - pos)
        results_by_topic_v3_and_below: list[AddPartitionsToTxnTopicResult] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 6 > end - pos:
                refuse("results_by_partition", n, end - pos)
            results_by_partition: list[AddPartitionsToTxnPartitionResult] = []
            for _ in range(n):
                partition_index, partition_error_code = _unpack_ih(buf, pos)
                pos += 6
                results_by_partition.append(
                    AddPartitionsToTxnPartitionResult(partition_index, partition_error_code)
                )
            results_by_topic_v3_and_below.append(AddPartitionsToTxnTopicResult(name, results_by_partition))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AddPartitionsToTxn response", version, pos - start, end - start, error) from error
    return AddPartitionsToTxnResponse(throttle_time_ms, 0, [], results_by_topic_v3_and_below)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> AddPartitionsToTxnResponse:
    start = pos
    try:
        (throttle_time_ms,) = _unpack_i(buf, pos)
        pos += 4
        error_code = 0
        results_by_transaction: list[AddPartitionsToTxnResult] = []
        if version >= 4:
            error_code, n = _unpack_hB(buf, pos)
            pos += 3
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("results_by_transaction", n, end - pos)
            results_by_transaction = []
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
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("topic_results", n, end - pos)
                topic_results: list[AddPartitionsToTxnTopicResult] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("name", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("name", n - 1, end - pos)
                    name = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 7 > end - pos:
                        refuse("results_by_partition", n, end - pos)
                    results_by_partition: list[AddPartitionsToTxnPartitionResult] = []
                    for _ in range(n):
                        partition_index, partition_error_code, n = _unpack_ihB(buf, pos)
                        pos += 7
                        if n:
                            pos = skip_tagged_fields(buf, pos, end, n)
                        results_by_partition.append(
                            AddPartitionsToTxnPartitionResult(partition_index, partition_error_code)
                        )
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    topic_results.append(AddPartitionsToTxnTopicResult(name, results_by_partition))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                results_by_transaction.append(AddPartitionsToTxnResult(transactional_id, topic_results))
        results_by_topic_v3_and_below: list[AddPartitionsToTxnTopicResult] = []
        if version <= 3:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("results_by_topic_v3_and_below", n, end - pos)
            results_by_topic_v3_and_below = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("name", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("name", n - 1, end - pos)
                name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 7 > end - pos:
                    refuse("results_by_partition", n, end - pos)
                results_by_partition = []
                for _ in range(n):
                    partition_index, partition_error_code, n = _unpack_ihB(buf, pos)
                    pos += 7
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    results_by_partition.append(
                        AddPartitionsToTxnPartitionResult(partition_index, partition_error_code)
                    )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                results_by_topic_v3_and_below.append(
                    AddPartitionsToTxnTopicResult(name, results_by_partition)
                )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AddPartitionsToTxn response", version, pos - start, end - start, error) from error
    return AddPartitionsToTxnResponse(
        throttle_time_ms, error_code, results_by_transaction, results_by_topic_v3_and_below
    )


def encode_response(response: AddPartitionsToTxnResponse, version: int, parts: list[Buffer]) -> None:
    """Append AddPartitionsToTxn response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: AddPartitionsToTxnResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if response.results_by_transaction:
        refuse_field("results_by_transaction", version)
    out += _pack_ii(response.throttle_time_ms, len(response.results_by_topic_v3_and_below))
    for add_partitions_to_txn_topic_result in response.results_by_topic_v3_and_below:
        write_string(out, add_partitions_to_txn_topic_result.name)
        out += _pack_i(len(add_partitions_to_txn_topic_result.results_by_partition))
        for add_partitions_to_txn_partition_result in add_partitions_to_txn_topic_result.results_by_partition:
            out += _pack_ih(
                add_partitions_to_txn_partition_result.partition_index,
                add_partitions_to_txn_partition_result.partition_error_code,
            )
    parts.append(out)


def _encode_response_flexible(
    response: AddPartitionsToTxnResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    if version >= 4:
        out += _pack_h(response.error_code)
        n = len(response.results_by_transaction) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for add_partitions_to_txn_result in response.results_by_transaction:
            write_compact_string(out, add_partitions_to_txn_result.transactional_id)
            n = len(add_partitions_to_txn_result.topic_results) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for add_partitions_to_txn_topic_result in add_partitions_to_txn_result.topic_results:
                write_compact_string(out, add_partitions_to_txn_topic_result.name)
                n = len(add_partitions_to_txn_topic_result.results_by_partition) + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                for (
                    add_partitions_to_txn_partition_result
                ) in add_partitions_to_txn_topic_result.results_by_partition:
                    out += _pack_ihB(
                        add_partitions_to_txn_partition_result.partition_index,
                        add_partitions_to_txn_partition_result.partition_error_code,
                        0,
                    )
                out.append(0)
            out.append(0)
    else:
        if response.results_by_transaction:
            refuse_field("results_by_transaction", version)
    if version <= 3:
        n = len(response.results_by_topic_v3_and_below) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for add_partitions_to_txn_topic_result in response.results_by_topic_v3_and_below:
            write_compact_string(out, add_partitions_to_txn_topic_result.name)
            n = len(add_partitions_to_txn_topic_result.results_by_partition) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for (
                add_partitions_to_txn_partition_result
            ) in add_partitions_to_txn_topic_result.results_by_partition:
                out += _pack_ihB(
                    add_partitions_to_txn_partition_result.partition_index,
                    add_partitions_to_txn_partition_result.partition_error_code,
                    0,
                )
            out.append(0)
    else:
        if response.results_by_topic_v3_and_below:
            refuse_field("results_by_topic_v3_and_below", version)
    out.append(0)
    parts.append(out)
