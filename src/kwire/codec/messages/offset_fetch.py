"""GENERATED from protocol_specs/09_offset_fetch.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    NULL_INT32,
    ZERO_UUID,
    Buffer,
    Readable,
    Struct,
    malformed,
    refuse,
    refuse_field,
    refuse_null,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 9
NAME = "OffsetFetch"
MIN_VERSION = 1
MAX_VERSION = 10
FLEXIBLE_FROM = 6

_unpack_u = Format(">16s").unpack_from
_unpack_t = Format(">?").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iq = Format(">iq").unpack_from
_unpack_iqiB = Format(">iqiB").unpack_from
_pack_u = Format(">16s").pack
_pack_t = Format(">?").pack
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_hB = Format(">hB").pack
_pack_i = Format(">i").pack
_pack_ii = Format(">ii").pack
_pack_iq = Format(">iq").pack
_pack_iqi = Format(">iqi").pack


@define(eq=False, repr=False)
class OffsetFetchRequestTopic(Struct):
    name: str = ""
    partition_indexes: list[int] = field(factory=list)


@define(eq=False, repr=False)
class OffsetFetchRequestTopics(Struct):
    name: str = ""  # 8..9
    topic_id: bytes = ZERO_UUID  # version 10
    partition_indexes: list[int] = field(factory=list)


@define(eq=False, repr=False)
class OffsetFetchRequestGroup(Struct):
    group_id: str = ""
    member_id: str | None = None  # 9+
    member_epoch: int = -1  # 9+; -1 asks from outside of the group (KIP-848).
    topics: list[OffsetFetchRequestTopics] | None = field(factory=list)


@define(eq=False, repr=False)
class OffsetFetchRequest(Struct):
    group_id: str = ""  # 1..7
    topics: list[OffsetFetchRequestTopic] | None = field(factory=list)  # 1..7; Null for all.
    groups: list[OffsetFetchRequestGroup] = field(factory=list)  # 8+
    require_stable: bool = False  # 7+; Refuse while a transaction that commits offsets is open.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> OffsetFetchRequest:
    """OffsetFetch request of any version. Raises MalformedFrame."""
    if version >= 6:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> OffsetFetchRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_i(buf, pos)
        pos += 4
        topics: list[OffsetFetchRequestTopic] | None = None
        if n < 0 and not version >= 2:
            refuse("topics", -1, end - pos)
        if n >= 0:
            if n * 6 > end - pos:
                refuse("topics", n, end - pos)
            topics = []
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
                    refuse("partition_indexes", n, end - pos)
                partition_indexes: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                topics.append(OffsetFetchRequestTopic(name, partition_indexes))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetFetch request", version, pos - start, end - start, error) from error
    return OffsetFetchRequest(group_id, topics)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> OffsetFetchRequest:
    start = pos
    try:
        group_id = ""
        topics: list[OffsetFetchRequestTopic] | None = []
        if version <= 7:
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
            topics = None
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
                    topics.append(OffsetFetchRequestTopic(name, partition_indexes))
        groups: list[OffsetFetchRequestGroup] = []
        if version >= 8:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("groups", n, end - pos)
            groups = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("group_id", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("group_id", n - 1, end - pos)
                offset_fetch_request_group_group_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                member_id: str | None = None
                member_epoch = -1
                if version >= 9:
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("member_id", n - 1)
                    member_id = None
                    if n:
                        stop = pos + n - 1
                        if stop > end:
                            refuse("member_id", n - 1, end - pos)
                        member_id = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                    (member_epoch,) = _unpack_i(buf, pos)
                    pos += 4
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                offset_fetch_request_group_topics: list[OffsetFetchRequestTopics] | None = None
                if n >= 0:
                    if n * 2 > end - pos:
                        refuse("topics", n, end - pos)
                    offset_fetch_request_group_topics = []
                    for _ in range(n):
                        offset_fetch_request_topics_name = ""
                        if version <= 9:
                            n = buf[pos]
                            pos += 1
                            if n > 127:
                                n, pos = uvarint_rest(buf, pos, n)
                                if n > LONGEST_STRING + 1:
                                    refuse_string("name", n - 1)
                            stop = pos + n - 1
                            if n == 0 or stop > end:
                                refuse("name", n - 1, end - pos)
                            offset_fetch_request_topics_name = buf[pos:stop].decode("utf-8", "replace")
                            pos = stop
                        topic_id = ZERO_UUID
                        if version >= 10:
                            (topic_id,) = _unpack_u(buf, pos)
                            pos += 16
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0 or n * 4 > end - pos:
                            refuse("partition_indexes", n, end - pos)
                        offset_fetch_request_topics_partition_indexes: list[int] = list(
                            unpack_from(f">{n}i", buf, pos)
                        )
                        pos += n * 4
                        n = buf[pos]
                        pos += 1
                        if n:
                            pos = skip_tagged_fields(buf, pos, end, n)
                        offset_fetch_request_group_topics.append(
                            OffsetFetchRequestTopics(
                                offset_fetch_request_topics_name,
                                topic_id,
                                offset_fetch_request_topics_partition_indexes,
                            )
                        )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                groups.append(
                    OffsetFetchRequestGroup(
                        offset_fetch_request_group_group_id,
                        member_id,
                        member_epoch,
                        offset_fetch_request_group_topics,
                    )
                )
        require_stable = False
        if version >= 7:
            (require_stable,) = _unpack_t(buf, pos)
            pos += 1
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetFetch request", version, pos - start, end - start, error) from error
    return OffsetFetchRequest(group_id, topics, groups, require_stable)


def encode_request(request: OffsetFetchRequest, version: int, parts: list[Buffer]) -> None:
    """Append OffsetFetch request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 6:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: OffsetFetchRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.groups:
        refuse_field("groups", version)
    if request.require_stable:
        refuse_field("require_stable", version)
    write_string(out, request.group_id)
    if request.topics is None and not version >= 2:
        refuse_null("topics", version)
    if request.topics is None:
        out += NULL_INT32
    else:
        out += _pack_i(len(request.topics))
        for offset_fetch_request_topic in request.topics:
            write_string(out, offset_fetch_request_topic.name)
            n = len(offset_fetch_request_topic.partition_indexes)
            if n == 1:
                out += _pack_ii(1, offset_fetch_request_topic.partition_indexes[0])
            else:
                out += pack(f">i{n}i", n, *offset_fetch_request_topic.partition_indexes)
    parts.append(out)


def _encode_request_flexible(request: OffsetFetchRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version <= 7:
        write_compact_string(out, request.group_id)
        if request.topics is None:
            out.append(0)
        else:
            n = len(request.topics) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for offset_fetch_request_topic in request.topics:
                write_compact_string(out, offset_fetch_request_topic.name)
                n = len(offset_fetch_request_topic.partition_indexes)
                if n == 1:
                    out += _pack_Bi(2, offset_fetch_request_topic.partition_indexes[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *offset_fetch_request_topic.partition_indexes)
                out.append(0)
    else:
        if request.group_id:
            refuse_field("group_id", version)
        if request.topics is None or request.topics:
            refuse_field("topics", version)
    if version >= 8:
        n = len(request.groups) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for offset_fetch_request_group in request.groups:
            write_compact_string(out, offset_fetch_request_group.group_id)
            if version >= 9:
                write_compact_string(out, offset_fetch_request_group.member_id)
                out += _pack_i(offset_fetch_request_group.member_epoch)
            if offset_fetch_request_group.topics is None:
                out.append(0)
            else:
                n = len(offset_fetch_request_group.topics) + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                for offset_fetch_request_topics in offset_fetch_request_group.topics:
                    if version <= 9:
                        write_compact_string(out, offset_fetch_request_topics.name)
                    if version >= 10:
                        out += _pack_u(offset_fetch_request_topics.topic_id)
                    n = len(offset_fetch_request_topics.partition_indexes)
                    if n == 1:
                        out += _pack_Bi(2, offset_fetch_request_topics.partition_indexes[0])
                    else:
                        n = n + 1
                        if n < 128:
                            out.append(n)
                        else:
                            write_uvarint(out, n)
                        out += pack(f">{n - 1}i", *offset_fetch_request_topics.partition_indexes)
                    out.append(0)
            out.append(0)
    else:
        if request.groups:
            refuse_field("groups", version)
    if version >= 7:
        out += _pack_t(request.require_stable)
    else:
        if request.require_stable:
            refuse_field("require_stable", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class OffsetFetchResponsePartition(Struct):
    partition_index: int = 0
    committed_offset: int = 0  # -1 when there is none.
    committed_leader_epoch: int = -1  # 5+
    metadata: str | None = ""
    error_code: int = 0


@define(eq=False, repr=False)
class OffsetFetchResponseTopic(Struct):
    name: str = ""
    partitions: list[OffsetFetchResponsePartition] = field(factory=list)


@define(eq=False, repr=False)
class OffsetFetchResponsePartitions(Struct):
    partition_index: int = 0
    committed_offset: int = 0
    committed_leader_epoch: int = -1
    metadata: str | None = ""
    error_code: int = 0


@define(eq=False, repr=False)
class OffsetFetchResponseTopics(Struct):
    name: str = ""  # 8..9
    topic_id: bytes = ZERO_UUID  # version 10
    partitions: list[OffsetFetchResponsePartitions] = field(factory=list)


@define(eq=False, repr=False)
class OffsetFetchResponseGroup(Struct):
    group_id: str = ""
    topics: list[OffsetFetchResponseTopics] = field(factory=list)
    error_code: int = 0


@define(eq=False, repr=False)
class OffsetFetchResponse(Struct):
    throttle_time_ms: int = 0  # 3+
    topics: list[OffsetFetchResponseTopic] = field(factory=list)  # 1..7
    error_code: int = 0  # 2..7
    groups: list[OffsetFetchResponseGroup] = field(factory=list)  # 8+


def decode_response(buf: Readable, pos: int, end: int, version: int) -> OffsetFetchResponse:
    """OffsetFetch response of any version. Raises MalformedFrame."""
    if version >= 6:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> OffsetFetchResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 3:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[OffsetFetchResponseTopic] = []
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
            if n < 0 or n * 16 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[OffsetFetchResponsePartition] = []
            for _ in range(n):
                partition_index, committed_offset = _unpack_iq(buf, pos)
                pos += 12
                committed_leader_epoch = -1
                if version >= 5:
                    (committed_leader_epoch,) = _unpack_i(buf, pos)
                    pos += 4
                (n,) = _unpack_h(buf, pos)
                pos += 2
                metadata: str | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("metadata", n, end - pos)
                    metadata = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                (error_code,) = _unpack_h(buf, pos)
                pos += 2
                partitions.append(
                    OffsetFetchResponsePartition(
                        partition_index, committed_offset, committed_leader_epoch, metadata, error_code
                    )
                )
            topics.append(OffsetFetchResponseTopic(name, partitions))
        offset_fetch_response_error_code = 0
        if version >= 2:
            (offset_fetch_response_error_code,) = _unpack_h(buf, pos)
            pos += 2
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetFetch response", version, pos - start, end - start, error) from error
    return OffsetFetchResponse(throttle_time_ms, topics, offset_fetch_response_error_code)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> OffsetFetchResponse:
    start = pos
    try:
        (throttle_time_ms,) = _unpack_i(buf, pos)
        pos += 4
        topics: list[OffsetFetchResponseTopic] = []
        error_code = 0
        if version <= 7:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("topics", n, end - pos)
            topics = []
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
                if n < 0 or n * 20 > end - pos:
                    refuse("partitions", n, end - pos)
                partitions: list[OffsetFetchResponsePartition] = []
                for _ in range(n):
                    partition_index, committed_offset, committed_leader_epoch, n = _unpack_iqiB(buf, pos)
                    pos += 17
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("metadata", n - 1)
                    metadata: str | None = None
                    if n:
                        stop = pos + n - 1
                        if stop > end:
                            refuse("metadata", n - 1, end - pos)
                        metadata = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                    offset_fetch_response_partition_error_code, n = _unpack_hB(buf, pos)
                    pos += 3
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    partitions.append(
                        OffsetFetchResponsePartition(
                            partition_index,
                            committed_offset,
                            committed_leader_epoch,
                            metadata,
                            offset_fetch_response_partition_error_code,
                        )
                    )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                topics.append(OffsetFetchResponseTopic(name, partitions))
            (error_code,) = _unpack_h(buf, pos)
            pos += 2
        groups: list[OffsetFetchResponseGroup] = []
        if version >= 8:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 5 > end - pos:
                refuse("groups", n, end - pos)
            groups = []
            for _ in range(n):
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
                if n < 0 or n * 2 > end - pos:
                    refuse("topics", n, end - pos)
                offset_fetch_response_group_topics: list[OffsetFetchResponseTopics] = []
                for _ in range(n):
                    offset_fetch_response_topics_name = ""
                    if version <= 9:
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                            if n > LONGEST_STRING + 1:
                                refuse_string("name", n - 1)
                        stop = pos + n - 1
                        if n == 0 or stop > end:
                            refuse("name", n - 1, end - pos)
                        offset_fetch_response_topics_name = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                    topic_id = ZERO_UUID
                    if version >= 10:
                        (topic_id,) = _unpack_u(buf, pos)
                        pos += 16
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 20 > end - pos:
                        refuse("partitions", n, end - pos)
                    offset_fetch_response_topics_partitions: list[OffsetFetchResponsePartitions] = []
                    for _ in range(n):
                        (
                            offset_fetch_response_partitions_partition_index,
                            offset_fetch_response_partitions_committed_offset,
                            offset_fetch_response_partitions_committed_leader_epoch,
                            n,
                        ) = _unpack_iqiB(buf, pos)
                        pos += 17
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                            if n > LONGEST_STRING + 1:
                                refuse_string("metadata", n - 1)
                        offset_fetch_response_partitions_metadata: str | None = None
                        if n:
                            stop = pos + n - 1
                            if stop > end:
                                refuse("metadata", n - 1, end - pos)
                            offset_fetch_response_partitions_metadata = buf[pos:stop].decode(
                                "utf-8", "replace"
                            )
                            pos = stop
                        offset_fetch_response_partitions_error_code, n = _unpack_hB(buf, pos)
                        pos += 3
                        if n:
                            pos = skip_tagged_fields(buf, pos, end, n)
                        offset_fetch_response_topics_partitions.append(
                            OffsetFetchResponsePartitions(
                                offset_fetch_response_partitions_partition_index,
                                offset_fetch_response_partitions_committed_offset,
                                offset_fetch_response_partitions_committed_leader_epoch,
                                offset_fetch_response_partitions_metadata,
                                offset_fetch_response_partitions_error_code,
                            )
                        )
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    offset_fetch_response_group_topics.append(
                        OffsetFetchResponseTopics(
                            offset_fetch_response_topics_name,
                            topic_id,
                            offset_fetch_response_topics_partitions,
                        )
                    )
                offset_fetch_response_group_error_code, n = _unpack_hB(buf, pos)
                pos += 3
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                groups.append(
                    OffsetFetchResponseGroup(
                        group_id, offset_fetch_response_group_topics, offset_fetch_response_group_error_code
                    )
                )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("OffsetFetch response", version, pos - start, end - start, error) from error
    return OffsetFetchResponse(throttle_time_ms, topics, error_code, groups)


def encode_response(response: OffsetFetchResponse, version: int, parts: list[Buffer]) -> None:
    """Append OffsetFetch response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 6:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: OffsetFetchResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if response.groups:
        refuse_field("groups", version)
    if version >= 3:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_i(len(response.topics))
    for offset_fetch_response_topic in response.topics:
        write_string(out, offset_fetch_response_topic.name)
        out += _pack_i(len(offset_fetch_response_topic.partitions))
        for offset_fetch_response_partition in offset_fetch_response_topic.partitions:
            out += _pack_iq(
                offset_fetch_response_partition.partition_index,
                offset_fetch_response_partition.committed_offset,
            )
            if version >= 5:
                out += _pack_i(offset_fetch_response_partition.committed_leader_epoch)
            write_string(out, offset_fetch_response_partition.metadata)
            out += _pack_h(offset_fetch_response_partition.error_code)
    if version >= 2:
        out += _pack_h(response.error_code)
    parts.append(out)


def _encode_response_flexible(response: OffsetFetchResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    if version <= 7:
        n = len(response.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for offset_fetch_response_topic in response.topics:
            write_compact_string(out, offset_fetch_response_topic.name)
            n = len(offset_fetch_response_topic.partitions) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for offset_fetch_response_partition in offset_fetch_response_topic.partitions:
                out += _pack_iqi(
                    offset_fetch_response_partition.partition_index,
                    offset_fetch_response_partition.committed_offset,
                    offset_fetch_response_partition.committed_leader_epoch,
                )
                write_compact_string(out, offset_fetch_response_partition.metadata)
                out += _pack_hB(offset_fetch_response_partition.error_code, 0)
            out.append(0)
        out += _pack_h(response.error_code)
    else:
        if response.topics:
            refuse_field("topics", version)
    if version >= 8:
        n = len(response.groups) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for offset_fetch_response_group in response.groups:
            write_compact_string(out, offset_fetch_response_group.group_id)
            n = len(offset_fetch_response_group.topics) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for offset_fetch_response_topics in offset_fetch_response_group.topics:
                if version <= 9:
                    write_compact_string(out, offset_fetch_response_topics.name)
                if version >= 10:
                    out += _pack_u(offset_fetch_response_topics.topic_id)
                n = len(offset_fetch_response_topics.partitions) + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                for offset_fetch_response_partitions in offset_fetch_response_topics.partitions:
                    out += _pack_iqi(
                        offset_fetch_response_partitions.partition_index,
                        offset_fetch_response_partitions.committed_offset,
                        offset_fetch_response_partitions.committed_leader_epoch,
                    )
                    write_compact_string(out, offset_fetch_response_partitions.metadata)
                    out += _pack_hB(offset_fetch_response_partitions.error_code, 0)
                out.append(0)
            out += _pack_hB(offset_fetch_response_group.error_code, 0)
    else:
        if response.groups:
            refuse_field("groups", version)
    out.append(0)
    parts.append(out)
