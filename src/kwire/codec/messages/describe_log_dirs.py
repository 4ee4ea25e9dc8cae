"""GENERATED from protocol_specs/35_describe_log_dirs.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    NULL_INT32,
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

KEY = 35
NAME = "DescribeLogDirs"
MIN_VERSION = 1
MAX_VERSION = 5
FLEXIBLE_FROM = 2

_unpack_t = Format(">?").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ii = Format(">ii").unpack_from
_unpack_iqqt = Format(">iqq?").unpack_from
_unpack_iqqtB = Format(">iqq?B").unpack_from
_unpack_qq = Format(">qq").unpack_from
_pack_t = Format(">?").pack
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack
_pack_iqqt = Format(">iqq?").pack
_pack_iqqtB = Format(">iqq?B").pack
_pack_qq = Format(">qq").pack


@define(eq=False, repr=False)
class DescribableLogDirTopic(Struct):
    topic: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class DescribeLogDirsRequest(Struct):
    topics: list[DescribableLogDirTopic] | None = field(factory=list)  # Null for all.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DescribeLogDirsRequest:
    """DescribeLogDirs request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> DescribeLogDirsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        topics: list[DescribableLogDirTopic] | None = None
        if n >= 0:
            if n * 6 > end - pos:
                refuse("topics", n, end - pos)
            topics = []
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
                    refuse("partitions", n, end - pos)
                partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                topics.append(DescribableLogDirTopic(topic, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeLogDirs request", version, pos - start, end - start, error) from error
    return DescribeLogDirsRequest(topics)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> DescribeLogDirsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        topics: list[DescribableLogDirTopic] | None = None
        if n >= 0:
            if n * 3 > end - pos:
                refuse("topics", n, end - pos)
            topics = []
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
                topics.append(DescribableLogDirTopic(topic, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeLogDirs request", version, pos - start, end - start, error) from error
    return DescribeLogDirsRequest(topics)


def encode_request(request: DescribeLogDirsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DescribeLogDirs request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: DescribeLogDirsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.topics is None:
        out += NULL_INT32
    else:
        out += _pack_i(len(request.topics))
        for describable_log_dir_topic in request.topics:
            write_string(out, describable_log_dir_topic.topic)
            n = len(describable_log_dir_topic.partitions)
            if n == 1:
                out += _pack_ii(1, describable_log_dir_topic.partitions[0])
            else:
                out += pack(f">i{n}i", n, *describable_log_dir_topic.partitions)
    parts.append(out)


def _encode_request_flexible(request: DescribeLogDirsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.topics is None:
        out.append(0)
    else:
        n = len(request.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for describable_log_dir_topic in request.topics:
            write_compact_string(out, describable_log_dir_topic.topic)
            n = len(describable_log_dir_topic.partitions)
            if n == 1:
                out += _pack_Bi(2, describable_log_dir_topic.partitions[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *describable_log_dir_topic.partitions)
            out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class DescribeLogDirsPartition(Struct):
    partition_index: int = 0
    partition_size: int = 0
    offset_lag: int = 0  # How far it is behind the high watermark, or behind the replica it will replace.
    is_future_key: bool = False  # This replica will replace the one in use.


@define(eq=False, repr=False)
class DescribeLogDirsTopic(Struct):
    name: str = ""
    partitions: list[DescribeLogDirsPartition] = field(factory=list)


@define(eq=False, repr=False)
class DescribeLogDirsResult(Struct):
    error_code: int = 0
    log_dir: str = ""
    topics: list[DescribeLogDirsTopic] = field(factory=list)
    total_bytes: int = -1  # 4+
    usable_bytes: int = -1  # 4+
    is_cordoned: bool = False  # version 5


@define(eq=False, repr=False)
class DescribeLogDirsResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0  # 3+
    results: list[DescribeLogDirsResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DescribeLogDirsResponse:
    """DescribeLogDirs response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> DescribeLogDirsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 8 > end - pos:
            refuse("results", n, end - pos)
        results: list[DescribeLogDirsResult] = []
        for _ in range(n):
            error_code, n = _unpack_hh(buf, pos)
            pos += 4
            stop = pos + n
            if n < 0 or stop > end:
                refuse("log_dir", n, end - pos)
            log_dir = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 6 > end - pos:
                refuse("topics", n, end - pos)
            topics: list[DescribeLogDirsTopic] = []
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
                if n < 0 or n * 21 > end - pos:
                    refuse("partitions", n, end - pos)
                partitions: list[DescribeLogDirsPartition] = []
                for _ in range(n):
                    partition_index, partition_size, offset_lag, is_future_key = _unpack_iqqt(buf, pos)
                    pos += 21
                    partitions.append(
                        DescribeLogDirsPartition(partition_index, partition_size, offset_lag, is_future_key)
                    )
                topics.append(DescribeLogDirsTopic(name, partitions))
            results.append(DescribeLogDirsResult(error_code, log_dir, topics))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeLogDirs response", version, pos - start, end - start, error) from error
    return DescribeLogDirsResponse(throttle_time_ms, 0, results)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> DescribeLogDirsResponse:
    start = pos
    try:
        (throttle_time_ms,) = _unpack_i(buf, pos)
        pos += 4
        error_code = 0
        if version >= 3:
            (error_code,) = _unpack_h(buf, pos)
            pos += 2
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 5 > end - pos:
            refuse("results", n, end - pos)
        results: list[DescribeLogDirsResult] = []
        for _ in range(n):
            describe_log_dirs_result_error_code, n = _unpack_hB(buf, pos)
            pos += 3
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("log_dir", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("log_dir", n - 1, end - pos)
            log_dir = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("topics", n, end - pos)
            topics: list[DescribeLogDirsTopic] = []
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
                if n < 0 or n * 22 > end - pos:
                    refuse("partitions", n, end - pos)
                partitions: list[DescribeLogDirsPartition] = []
                for _ in range(n):
                    partition_index, partition_size, offset_lag, is_future_key, n = _unpack_iqqtB(buf, pos)
                    pos += 22
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    partitions.append(
                        DescribeLogDirsPartition(partition_index, partition_size, offset_lag, is_future_key)
                    )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                topics.append(DescribeLogDirsTopic(name, partitions))
            total_bytes = -1
            usable_bytes = -1
            if version >= 4:
                total_bytes, usable_bytes = _unpack_qq(buf, pos)
                pos += 16
            is_cordoned = False
            if version >= 5:
                (is_cordoned,) = _unpack_t(buf, pos)
                pos += 1
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            results.append(
                DescribeLogDirsResult(
                    describe_log_dirs_result_error_code,
                    log_dir,
                    topics,
                    total_bytes,
                    usable_bytes,
                    is_cordoned,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DescribeLogDirs response", version, pos - start, end - start, error) from error
    return DescribeLogDirsResponse(throttle_time_ms, error_code, results)


def encode_response(response: DescribeLogDirsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DescribeLogDirs response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: DescribeLogDirsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.results))
    for describe_log_dirs_result in response.results:
        out += _pack_h(describe_log_dirs_result.error_code)
        write_string(out, describe_log_dirs_result.log_dir)
        out += _pack_i(len(describe_log_dirs_result.topics))
        for describe_log_dirs_topic in describe_log_dirs_result.topics:
            write_string(out, describe_log_dirs_topic.name)
            out += _pack_i(len(describe_log_dirs_topic.partitions))
            for describe_log_dirs_partition in describe_log_dirs_topic.partitions:
                out += _pack_iqqt(
                    describe_log_dirs_partition.partition_index,
                    describe_log_dirs_partition.partition_size,
                    describe_log_dirs_partition.offset_lag,
                    describe_log_dirs_partition.is_future_key,
                )
    parts.append(out)


def _encode_response_flexible(response: DescribeLogDirsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    if version >= 3:
        out += _pack_h(response.error_code)
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for describe_log_dirs_result in response.results:
        out += _pack_h(describe_log_dirs_result.error_code)
        write_compact_string(out, describe_log_dirs_result.log_dir)
        n = len(describe_log_dirs_result.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for describe_log_dirs_topic in describe_log_dirs_result.topics:
            write_compact_string(out, describe_log_dirs_topic.name)
            n = len(describe_log_dirs_topic.partitions) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for describe_log_dirs_partition in describe_log_dirs_topic.partitions:
                out += _pack_iqqtB(
                    describe_log_dirs_partition.partition_index,
                    describe_log_dirs_partition.partition_size,
                    describe_log_dirs_partition.offset_lag,
                    describe_log_dirs_partition.is_future_key,
                    0,
                )
            out.append(0)
        if version >= 4:
            out += _pack_qq(describe_log_dirs_result.total_bytes, describe_log_dirs_result.usable_bytes)
        if version >= 5:
            out += _pack_t(describe_log_dirs_result.is_cordoned)
        out.append(0)
    out.append(0)
    parts.append(out)
