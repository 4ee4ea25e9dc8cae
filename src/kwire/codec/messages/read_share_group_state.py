"""GENERATED from protocol_specs/84_read_share_group_state.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
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

KEY = 84
NAME = "ReadShareGroupState"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_uB = Format(">16sB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_unpack_iqB = Format(">iqB").unpack_from
_unpack_qqbhB = Format(">qqbhB").unpack_from
_pack_u = Format(">16s").pack
_pack_ih = Format(">ih").pack
_pack_iiB = Format(">iiB").pack
_pack_iq = Format(">iq").pack
_pack_qqbhB = Format(">qqbhB").pack


@define(eq=False, repr=False)
class PartitionData(Struct):
    partition: int = 0
    leader_epoch: int = 0


@define(eq=False, repr=False)
class ReadStateData(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionData] = field(factory=list)


@define(eq=False, repr=False)
class ReadShareGroupStateRequest(Struct):
    group_id: str = ""
    topics: list[ReadStateData] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ReadShareGroupStateRequest:
    """ReadShareGroupState request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("group_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("group_id", n - 1, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[ReadStateData] = []
        for _ in range(n):
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 9 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionData] = []
            for _ in range(n):
                partition, leader_epoch, n = _unpack_iiB(buf, pos)
                pos += 9
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(PartitionData(partition, leader_epoch))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(ReadStateData(topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ReadShareGroupState request", version, pos - start, end - start, error) from error
    return ReadShareGroupStateRequest(group_id, topics)


def encode_request(request: ReadShareGroupStateRequest, version: int, parts: list[Buffer]) -> None:
    """Append ReadShareGroupState request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for read_state_data in request.topics:
        out += _pack_u(read_state_data.topic_id)
        n = len(read_state_data.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_data in read_state_data.partitions:
            out += _pack_iiB(partition_data.partition, partition_data.leader_epoch, 0)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class StateBatch(Struct):
    first_offset: int = 0
    last_offset: int = 0
    delivery_state: int = 0  # 0 available, 2 acknowledged, 4 archived.
    delivery_count: int = 0


@define(eq=False, repr=False)
class PartitionResult(Struct):
    partition: int = 0
    error_code: int = 0
    error_message: str | None = None
    state_epoch: int = 0
    start_offset: int = 0  # -1 when it is not known yet.
    state_batches: list[StateBatch] = field(factory=list)


@define(eq=False, repr=False)
class ReadStateResult(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionResult] = field(factory=list)


@define(eq=False, repr=False)
class ReadShareGroupStateResponse(Struct):
    results: list[ReadStateResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ReadShareGroupStateResponse:
    """ReadShareGroupState response of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("results", n, end - pos)
        results: list[ReadStateResult] = []
        for _ in range(n):
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 21 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionResult] = []
            for _ in range(n):
                partition, error_code, n = _unpack_ihB(buf, pos)
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
                state_epoch, start_offset, n = _unpack_iqB(buf, pos)
                pos += 13
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 20 > end - pos:
                    refuse("state_batches", n, end - pos)
                state_batches: list[StateBatch] = []
                for _ in range(n):
                    first_offset, last_offset, delivery_state, delivery_count, n = _unpack_qqbhB(buf, pos)
                    pos += 20
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    state_batches.append(
                        StateBatch(first_offset, last_offset, delivery_state, delivery_count)
                    )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    PartitionResult(
                        partition, error_code, error_message, state_epoch, start_offset, state_batches
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            results.append(ReadStateResult(topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ReadShareGroupState response", version, pos - start, end - start, error) from error
    return ReadShareGroupStateResponse(results)


def encode_response(response: ReadShareGroupStateResponse, version: int, parts: list[Buffer]) -> None:
    """Append ReadShareGroupState response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for read_state_result in response.results:
        out += _pack_u(read_state_result.topic_id)
        n = len(read_state_result.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_result in read_state_result.partitions:
            out += _pack_ih(partition_result.partition, partition_result.error_code)
            write_compact_string(out, partition_result.error_message)
            out += _pack_iq(partition_result.state_epoch, partition_result.start_offset)
            n = len(partition_result.state_batches) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for state_batch in partition_result.state_batches:
                out += _pack_qqbhB(
                    state_batch.first_offset,
                    state_batch.last_offset,
                    state_batch.delivery_state,
                    state_batch.delivery_count,
                    0,
                )
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
