"""GENERATED from protocol_specs/34_alter_replica_log_dirs.spec by protocol_specs/generate.py; do not edit."""

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
    write_string,
    write_uvarint,
)

KEY = 34
NAME = "AlterReplicaLogDirs"
MIN_VERSION = 1
MAX_VERSION = 2
FLEXIBLE_FROM = 2

_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_ihB = Format(">ihB").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class AlterReplicaLogDirTopic(Struct):
    name: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class AlterReplicaLogDir(Struct):
    path: str = ""
    topics: list[AlterReplicaLogDirTopic] = field(factory=list)


@define(eq=False, repr=False)
class AlterReplicaLogDirsRequest(Struct):
    dirs: list[AlterReplicaLogDir] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> AlterReplicaLogDirsRequest:
    """AlterReplicaLogDirs request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> AlterReplicaLogDirsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("dirs", n, end - pos)
        dirs: list[AlterReplicaLogDir] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("path", n, end - pos)
            path = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 6 > end - pos:
                refuse("topics", n, end - pos)
            topics: list[AlterReplicaLogDirTopic] = []
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
                topics.append(AlterReplicaLogDirTopic(name, partitions))
            dirs.append(AlterReplicaLogDir(path, topics))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterReplicaLogDirs request", version, pos - start, end - start, error) from error
    return AlterReplicaLogDirsRequest(dirs)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> AlterReplicaLogDirsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("dirs", n, end - pos)
        dirs: list[AlterReplicaLogDir] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("path", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("path", n - 1, end - pos)
            path = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("topics", n, end - pos)
            topics: list[AlterReplicaLogDirTopic] = []
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
                topics.append(AlterReplicaLogDirTopic(name, partitions))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            dirs.append(AlterReplicaLogDir(path, topics))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterReplicaLogDirs request", version, pos - start, end - start, error) from error
    return AlterReplicaLogDirsRequest(dirs)


def encode_request(request: AlterReplicaLogDirsRequest, version: int, parts: list[Buffer]) -> None:
    """Append AlterReplicaLogDirs request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: AlterReplicaLogDirsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.dirs))
    for alter_replica_log_dir in request.dirs:
        write_string(out, alter_replica_log_dir.path)
        out += _pack_i(len(alter_replica_log_dir.topics))
        for alter_replica_log_dir_topic in alter_replica_log_dir.topics:
            write_string(out, alter_replica_log_dir_topic.name)
            n = len(alter_replica_log_dir_topic.partitions)
            if n == 1:
                out += _pack_ii(1, alter_replica_log_dir_topic.partitions[0])
            else:
                out += pack(f">i{n}i", n, *alter_replica_log_dir_topic.partitions)
    parts.append(out)


def _encode_request_flexible(request: AlterReplicaLogDirsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.dirs) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for alter_replica_log_dir in request.dirs:
        write_compact_string(out, alter_replica_log_dir.path)
        n = len(alter_replica_log_dir.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for alter_replica_log_dir_topic in alter_replica_log_dir.topics:
            write_compact_string(out, alter_replica_log_dir_topic.name)
            n = len(alter_replica_log_dir_topic.partitions)
            if n == 1:
                out += _pack_Bi(2, alter_replica_log_dir_topic.partitions[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *alter_replica_log_dir_topic.partitions)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class AlterReplicaLogDirPartitionResult(Struct):
    partition_index: int = 0
    error_code: int = 0


@define(eq=False, repr=False)
class AlterReplicaLogDirTopicResult(Struct):
    topic_name: str = ""
    partitions: list[AlterReplicaLogDirPartitionResult] = field(factory=list)


@define(eq=False, repr=False)
class AlterReplicaLogDirsResponse(Struct):
    throttle_time_ms: int = 0
    results: list[AlterReplicaLogDirTopicResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> AlterReplicaLogDirsResponse:
    """AlterReplicaLogDirs response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> AlterReplicaLogDirsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 6 > end - pos:
            refuse("results", n, end - pos)
        results: list[AlterReplicaLogDirTopicResult] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("topic_name", n, end - pos)
            topic_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 6 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[AlterReplicaLogDirPartitionResult] = []
            for _ in range(n):
                partition_index, error_code = _unpack_ih(buf, pos)
                pos += 6
                partitions.append(AlterReplicaLogDirPartitionResult(partition_index, error_code))
            results.append(AlterReplicaLogDirTopicResult(topic_name, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterReplicaLogDirs response", version, pos - start, end - start, error) from error
    return AlterReplicaLogDirsResponse(throttle_time_ms, results)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> AlterReplicaLogDirsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("results", n, end - pos)
        results: list[AlterReplicaLogDirTopicResult] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("topic_name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("topic_name", n - 1, end - pos)
            topic_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 7 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[AlterReplicaLogDirPartitionResult] = []
            for _ in range(n):
                partition_index, error_code, n = _unpack_ihB(buf, pos)
                pos += 7
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(AlterReplicaLogDirPartitionResult(partition_index, error_code))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            results.append(AlterReplicaLogDirTopicResult(topic_name, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("AlterReplicaLogDirs response", version, pos - start, end - start, error) from error
    return AlterReplicaLogDirsResponse(throttle_time_ms, results)


def encode_response(response: AlterReplicaLogDirsResponse, version: int, parts: list[Buffer]) -> None:
    """Append AlterReplicaLogDirs response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(
    response: AlterReplicaLogDirsResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.results))
    for alter_replica_log_dir_topic_result in response.results:
        write_string(out, alter_replica_log_dir_topic_result.topic_name)
        out += _pack_i(len(alter_replica_log_dir_topic_result.partitions))
        for alter_replica_log_dir_partition_result in alter_replica_log_dir_topic_result.partitions:
            out += _pack_ih(
                alter_replica_log_dir_partition_result.partition_index,
                alter_replica_log_dir_partition_result.error_code,
            )
    parts.append(out)


def _encode_response_flexible(
    response: AlterReplicaLogDirsResponse, version: int, parts: list[Buffer]
) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for alter_replica_log_dir_topic_result in response.results:
        write_compact_string(out, alter_replica_log_dir_topic_result.topic_name)
        n = len(alter_replica_log_dir_topic_result.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for alter_replica_log_dir_partition_result in alter_replica_log_dir_topic_result.partitions:
            out += _pack_ihB(
                alter_replica_log_dir_partition_result.partition_index,
                alter_replica_log_dir_partition_result.error_code,
                0,
            )
        out.append(0)
    out.append(0)
    parts.append(out)
