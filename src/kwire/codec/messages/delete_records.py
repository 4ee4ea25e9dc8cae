"""GENERATED from protocol_specs/21_delete_records.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

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
    write_string,
    write_uvarint,
)

KEY = 21
NAME = "DeleteRecords"
MIN_VERSION = 0
MAX_VERSION = 2
FLEXIBLE_FROM = 2

_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_unpack_iq = Format(">iq").unpack_from
_unpack_iqB = Format(">iqB").unpack_from
_unpack_iqh = Format(">iqh").unpack_from
_unpack_iqhB = Format(">iqhB").unpack_from
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack
_pack_ii = Format(">ii").pack
_pack_iq = Format(">iq").pack
_pack_iqB = Format(">iqB").pack
_pack_iqh = Format(">iqh").pack
_pack_iqhB = Format(">iqhB").pack


@define(eq=False, repr=False)
class DeleteRecordsPartition(Struct):
    partition_index: int = 0
    offset: int = 0  # The new first offset; -1 for the high watermark.


@define(eq=False, repr=False)
class DeleteRecordsTopic(Struct):
    name: str = ""
    partitions: list[DeleteRecordsPartition] = field(factory=list)


@define(eq=False, repr=False)
class DeleteRecordsRequest(Struct):
    topics: list[DeleteRecordsTopic] = field(factory=list)
    timeout_ms: int = 0


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DeleteRecordsRequest:
    """DeleteRecords request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> DeleteRecordsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[DeleteRecordsTopic] = []
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
            if n < 0 or n * 12 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[DeleteRecordsPartition] = []
            for _ in range(n):
                partition_index, offset = _unpack_iq(buf, pos)
                pos += 12
                partitions.append(DeleteRecordsPartition(partition_index, offset))
            topics.append(DeleteRecordsTopic(name, partitions))
        (timeout_ms,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteRecords request", version, pos - start, end - start, error) from error
    return DeleteRecordsRequest(topics, timeout_ms)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> DeleteRecordsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[DeleteRecordsTopic] = []
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
            if n < 0 or n * 13 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[DeleteRecordsPartition] = []
            for _ in range(n):
                partition_index, offset, n = _unpack_iqB(buf, pos)
                pos += 13
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(DeleteRecordsPartition(partition_index, offset))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(DeleteRecordsTopic(name, partitions))
        timeout_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteRecords request", version, pos - start, end - start, error) from error
    return DeleteRecordsRequest(topics, timeout_ms)


def encode_request(request: DeleteRecordsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DeleteRecords request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: DeleteRecordsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.topics))
    for delete_records_topic in request.topics:
        write_string(out, delete_records_topic.name)
        out += _pack_i(len(delete_records_topic.partitions))
        for delete_records_partition in delete_records_topic.partitions:
            out += _pack_iq(delete_records_partition.partition_index, delete_records_partition.offset)
    out += _pack_i(request.timeout_ms)
    parts.append(out)


def _encode_request_flexible(request: DeleteRecordsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for delete_records_topic in request.topics:
        write_compact_string(out, delete_records_topic.name)
        n = len(delete_records_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for delete_records_partition in delete_records_topic.partitions:
            out += _pack_iqB(delete_records_partition.partition_index, delete_records_partition.offset, 0)
        out.append(0)
    out += _pack_iB(request.timeout_ms, 0)
    parts.append(out)


@define(eq=False, repr=False)
class DeleteRecordsPartitionResult(Struct):
    partition_index: int = 0
    low_watermark: int = 0  # The lowest start of all replicas.
    error_code: int = 0


@define(eq=False, repr=False)
class DeleteRecordsTopicResult(Struct):
    name: str = ""
    partitions: list[DeleteRecordsPartitionResult] = field(factory=list)


@define(eq=False, repr=False)
class DeleteRecordsResponse(Struct):
    throttle_time_ms: int = 0
    topics: list[DeleteRecordsTopicResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DeleteRecordsResponse:
    """DeleteRecords response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> DeleteRecordsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[DeleteRecordsTopicResult] = []
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
            if n < 0 or n * 14 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[DeleteRecordsPartitionResult] = []
            for _ in range(n):
                partition_index, low_watermark, error_code = _unpack_iqh(buf, pos)
                pos += 14
                partitions.append(DeleteRecordsPartitionResult(partition_index, low_watermark, error_code))
            topics.append(DeleteRecordsTopicResult(name, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteRecords response", version, pos - start, end - start, error) from error
    return DeleteRecordsResponse(throttle_time_ms, topics)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> DeleteRecordsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[DeleteRecordsTopicResult] = []
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
            if n < 0 or n * 15 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[DeleteRecordsPartitionResult] = []
            for _ in range(n):
                partition_index, low_watermark, error_code, n = _unpack_iqhB(buf, pos)
                pos += 15
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(DeleteRecordsPartitionResult(partition_index, low_watermark, error_code))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(DeleteRecordsTopicResult(name, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteRecords response", version, pos - start, end - start, error) from error
    return DeleteRecordsResponse(throttle_time_ms, topics)


def encode_response(response: DeleteRecordsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DeleteRecords response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: DeleteRecordsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.topics))
    for delete_records_topic_result in response.topics:
        write_string(out, delete_records_topic_result.name)
        out += _pack_i(len(delete_records_topic_result.partitions))
        for delete_records_partition_result in delete_records_topic_result.partitions:
            out += _pack_iqh(
                delete_records_partition_result.partition_index,
                delete_records_partition_result.low_watermark,
                delete_records_partition_result.error_code,
            )
    parts.append(out)


def _encode_response_flexible(response: DeleteRecordsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for delete_records_topic_result in response.topics:
        write_compact_string(out, delete_records_topic_result.name)
        n = len(delete_records_topic_result.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for delete_records_partition_result in delete_records_topic_result.partitions:
            out += _pack_iqhB(
                delete_records_partition_result.partition_index,
                delete_records_partition_result.low_watermark,
                delete_records_partition_result.error_code,
                0,
            )
        out.append(0)
    out.append(0)
    parts.append(out)
