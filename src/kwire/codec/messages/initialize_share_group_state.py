"""GENERATED from protocol_specs/83_initialize_share_group_state.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 83
NAME = "InitializeShareGroupState"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_uB = Format(">16sB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_iiqB = Format(">iiqB").unpack_from
_pack_u = Format(">16s").pack
_pack_ih = Format(">ih").pack
_pack_iiqB = Format(">iiqB").pack


@define(eq=False, repr=False)
class PartitionData(Struct):
    partition: int = 0
    state_epoch: int = 0
    start_offset: int = 0  # -1 when it is not known yet.


@define(eq=False, repr=False)
class InitializeStateData(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionData] = field(factory=list)


@define(eq=False, repr=False)
class InitializeShareGroupStateRequest(Struct):
    group_id: str = ""
    topics: list[InitializeStateData] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> InitializeShareGroupStateRequest:
    """InitializeShareGroupState request of any version. Raises MalformedFrame."""
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
        topics: list[InitializeStateData] = []
        for _ in range(n):
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 17 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[PartitionData] = []
            for _ in range(n):
                partition, state_epoch, start_offset, n = _unpack_iiqB(buf, pos)
                pos += 17
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(PartitionData(partition, state_epoch, start_offset))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(InitializeStateData(topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "InitializeShareGroupState request", version, pos - start, end - start, error
        ) from error
    return InitializeShareGroupStateRequest(group_id, topics)


def encode_request(request: InitializeShareGroupStateRequest, version: int, parts: list[Buffer]) -> None:
    """Append InitializeShareGroupState request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for initialize_state_data in request.topics:
        out += _pack_u(initialize_state_data.topic_id)
        n = len(initialize_state_data.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_data in initialize_state_data.partitions:
            out += _pack_iiqB(
                partition_data.partition, partition_data.state_epoch, partition_data.start_offset, 0
            )
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class PartitionResult(Struct):
    partition: int = 0
    error_code: int = 0
    error_message: str | None = None


@define(eq=False, repr=False)
class InitializeStateResult(Struct):
    topic_id: bytes = ZERO_UUID
    partitions: list[PartitionResult] = field(factory=list)


@define(eq=False, repr=False)
class InitializeShareGroupStateResponse(Struct):
    results: list[InitializeStateResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> InitializeShareGroupStateResponse:
    """InitializeShareGroupState response of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 18 > end - pos:
            refuse("results", n, end - pos)
        results: list[InitializeStateResult] = []
        for _ in range(n):
            topic_id, n = _unpack_uB(buf, pos)
            pos += 17
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 8 > end - pos:
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
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(PartitionResult(partition, error_code, error_message))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            results.append(InitializeStateResult(topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "InitializeShareGroupState response", version, pos - start, end - start, error
        ) from error
    return InitializeShareGroupStateResponse(results)


def encode_response(response: InitializeShareGroupStateResponse, version: int, parts: list[Buffer]) -> None:
    """Append InitializeShareGroupState response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for initialize_state_result in response.results:
        out += _pack_u(initialize_state_result.topic_id)
        n = len(initialize_state_result.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_result in initialize_state_result.partitions:
            out += _pack_ih(partition_result.partition, partition_result.error_code)
            write_compact_string(out, partition_result.error_message)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
