"""GENERATED from protocol_specs/61_describe_producers.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 61
NAME = "DescribeProducers"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_qiiqiqB = Format(">qiiqiqB").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_qiiqiqB = Format(">qiiqiqB").pack


@define(eq=False, repr=False)
class TopicRequest(Struct):
    name: str = ""
    partition_indexes: list[int] = field(factory=list)


@define(eq=False, repr=False)
class DescribeProducersRequest(Struct):
    topics: list[TopicRequest] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeProducersRequest:
    """DescribeProducers request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TopicRequest] = []
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
                refuse("partition_indexes", n, end - pos)
            partition_indexes: list[int] = list(unpack_from(f">{n}i", buf, pos))
            pos += n * 4
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(TopicRequest(name, partition_indexes))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeProducers request", version, pos - start, end - start, error) from error
    return DescribeProducersRequest(topics)


def encode_request(request: DescribeProducersRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeProducers request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_request in request.topics:
        write_compact_string(out, topic_request.name)
        n = len(topic_request.partition_indexes)
        if n == 1:
            out += _pack_Bi(2, topic_request.partition_indexes[0])
        else:
            n = n + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            out += pack(f">{n - 1}i", *topic_request.partition_indexes)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class ProducerState(Struct):
    producer_id: int = 0
    producer_epoch: int = 0
    last_sequence: int = -1
    last_timestamp: int = -1
    coordinator_epoch: int = 0
    current_txn_start_offset: int = -1  # -1 when no transaction is open.


@define(eq=False, repr=False)
class PartitionResponse(Struct):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = None
    active_producers: list[ProducerState] = field(factory=list)


@define(eq=False, repr=False)
class TopicResponse(Struct):
    name: str = ""
    partitions: list[PartitionResponse] = field(factory=list)


@define(eq=False, repr=False)
class DescribeProducersResponse(Struct):
    throttle_time_ms: int = 0
    topics: list[TopicResponse] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeProducersResponse:
    """DescribeProducers response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TopicResponse] = []
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
            if n < 0 or n * 9 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionResponse] = []
            for _ in range(n):
                partition_index, error_code, n = _unpack_ihB(buf, pos)
                pos += 7
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("error_message", n - 1)
                error_message: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("error_message", n - 1, end - pos)
                    error_message = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 37 > end - pos:
                    refuse("active_producers", n, end - pos)
                active_producers: list[ProducerState] = []
                for _ in range(n):
                    (
                        producer_id,
                        producer_epoch,
                        last_sequence,
                        last_timestamp,
                        coordinator_epoch,
                        current_txn_start_offset,
                        n,
                    ) = _unpack_qiiqiqB(buf, pos)
                    pos += 37
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    active_producers.append(
                        ProducerState(
                            producer_id,
                            producer_epoch,
                            last_sequence,
                            last_timestamp,
                            coordinator_epoch,
                            current_txn_start_offset,
                        )
                    )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    PartitionResponse(partition_index, error_code, error_message, active_producers)
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(TopicResponse(name, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeProducers response", version, pos - start, end - start, error) from error
    return DescribeProducersResponse(throttle_time_ms, topics)


def encode_response(response: DescribeProducersResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeProducers response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_response in response.topics:
        write_compact_string(out, topic_response.name)
        n = len(topic_response.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_response in topic_response.partitions:
            out += _pack_ih(partition_response.partition_index, partition_response.error_code)
            write_compact_string(out, partition_response.error_message)
            n = len(partition_response.active_producers) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for producer_state in partition_response.active_producers:
                out += _pack_qiiqiqB(
                    producer_state.producer_id,
                    producer_state.producer_epoch,
                    producer_state.last_sequence,
                    producer_state.last_timestamp,
                    producer_state.coordinator_epoch,
                    producer_state.current_txn_start_offset,
                    0,
                )
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
