"""GENERATED from protocol_specs/87_read_share_group_state_summary.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 87
NAME = "ReadShareGroupStateSummary"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 0

_unpack_uB = Format(">16sB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_unpack_iiq = Format(">iiq").unpack_from
_pack_u = Format(">16s").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_iiB = Format(">iiB").pack
_pack_iiq = Format(">iiq").pack


@define(eq=False, repr=False)
class PartitionData(Struct):
    partition: int = 0
    leader_epoch: int = 0


@define(eq=False, repr=False)
class ReadStateSummaryData(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionData] = field(factory=list)


@define(eq=False, repr=False)
class ReadShareGroupStateSummaryRequest(Struct):
    group_id: str = ""
    topics: list[ReadStateSummaryData] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ReadShareGroupStateSummaryRequest:
    """ReadShareGroupStateSummary request of any version. Raises MalformedFrame."""
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
        topics: list[ReadStateSummaryData] = []
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
            topics.append(ReadStateSummaryData(topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ReadShareGroupStateSummary request", version, pos - start, end - start, error
        ) from error
    return ReadShareGroupStateSummaryRequest(group_id, topics)


def encode_request(request: ReadShareGroupStateSummaryRequest, version: int, parts: list[Buffer]) -> None:
    """Append ReadShareGroupStateSummary request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for read_state_summary_data in request.topics:
        out += _pack_u(read_state_summary_data.topic_id)
        n = len(read_state_summary_data.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_data in read_state_summary_data.partitions:
            out += _pack_iiB(partition_data.partition, partition_data.leader_epoch, 0)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class PartitionResult(Struct):
    partition: int = 0
    error_code: int = 0
    error_message: str | None = None
    state_epoch: int = 0
    leader_epoch: int = 0
    start_offset: int = 0
    delivery_complete_count: int = -1  # version 1; Offsets from the start offset on that are done with.


@define(eq=False, repr=False)
class ReadStateSummaryResult(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionResult] = field(factory=list)


@define(eq=False, repr=False)
class ReadShareGroupStateSummaryResponse(Struct):
    results: list[ReadStateSummaryResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ReadShareGroupStateSummaryResponse:
    """ReadShareGroupStateSummary response of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("results", n, end - pos)
        results: list[ReadStateSummaryResult] = []
        for _ in range(n):
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 24 > end - pos:
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
                state_epoch, leader_epoch, start_offset = _unpack_iiq(buf, pos)
                pos += 16
                delivery_complete_count = -1
                if version >= 1:
                    (delivery_complete_count,) = _unpack_i(buf, pos)
                    pos += 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    PartitionResult(
                        partition,
                        error_code,
                        error_message,
                        state_epoch,
                        leader_epoch,
                        start_offset,
                        delivery_complete_count,
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            results.append(ReadStateSummaryResult(topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "ReadShareGroupStateSummary response", version, pos - start, end - start, error
        ) from error
    return ReadShareGroupStateSummaryResponse(results)


def encode_response(response: ReadShareGroupStateSummaryResponse, version: int, parts: list[Buffer]) -> None:
    """Append ReadShareGroupStateSummary response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for read_state_summary_result in response.results:
        out += _pack_u(read_state_summary_result.topic_id)
        n = len(read_state_summary_result.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_result in read_state_summary_result.partitions:
            out += _pack_ih(partition_result.partition, partition_result.error_code)
            write_compact_string(out, partition_result.error_message)
            out += _pack_iiq(
                partition_result.state_epoch, partition_result.leader_epoch, partition_result.start_offset
            )
            if version >= 1:
                out += _pack_i(partition_result.delivery_complete_count)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
