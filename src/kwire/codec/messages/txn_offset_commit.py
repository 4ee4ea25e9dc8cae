"""GENERATED from protocol_specs/28_txn_offset_commit.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 28
NAME = "TxnOffsetCommit"
MIN_VERSION = 0
MAX_VERSION = 6
FLEXIBLE_FROM = 3

_unpack_u = Format(">16s").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_unpack_iq = Format(">iq").unpack_from
_unpack_iqiB = Format(">iqiB").unpack_from
_unpack_qhi = Format(">qhi").unpack_from
_unpack_qhiB = Format(">qhiB").unpack_from
_pack_u = Format(">16s").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_ihB = Format(">ihB").pack
_pack_ii = Format(">ii").pack
_pack_iq = Format(">iq").pack
_pack_iqi = Format(">iqi").pack
_pack_qhi = Format(">qhi").pack


@define(eq=False, repr=False)
class TxnOffsetCommitRequestPartition(Struct):
    partition_index: int = 0
    committed_offset: int = 0  # The next one to read.
    committed_leader_epoch: int = -1  # 2+
    committed_metadata: str | None = ""  # Whatever the client wants to keep.


@define(eq=False, repr=False)
class TxnOffsetCommitRequestTopic(Struct):
    name: str = ""  # 0..5
    topic_id: bytes = ZERO_UUID  # version 6
    partitions: list[TxnOffsetCommitRequestPartition] = field(factory=list)


@define(eq=False, repr=False)
class TxnOffsetCommitRequest(Struct):
    transactional_id: str = ""
    group_id: str = ""
    producer_id: int = 0
    producer_epoch: int = 0
    generation_id_or_member_epoch: int = -1  # 3+; -1 checks nothing.
    member_id: str = ""  # 3+
    group_instance_id: str | None = None  # 3+
    topics: list[TxnOffsetCommitRequestTopic] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> TxnOffsetCommitRequest:
    """TxnOffsetCommit request of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> TxnOffsetCommitRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("transactional_id", n, end - pos)
        transactional_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        producer_id, producer_epoch, n = _unpack_qhi(buf, pos)
        pos += 14
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TxnOffsetCommitRequestTopic] = []
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
            partitions: list[TxnOffsetCommitRequestPartition] = []
            for _ in range(n):
                partition_index, committed_offset = _unpack_iq(buf, pos)
                pos += 12
                committed_leader_epoch = -1
                if version >= 2:
                    (committed_leader_epoch,) = _unpack_i(buf, pos)
                    pos += 4
                (n,) = _unpack_h(buf, pos)
                pos += 2
                committed_metadata: str | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("committed_metadata", n, end - pos)
                    committed_metadata = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                partitions.append(
                    TxnOffsetCommitRequestPartition(
                        partition_index, committed_offset, committed_leader_epoch, committed_metadata
                    )
                )
            topics.append(TxnOffsetCommitRequestTopic(name, ZERO_UUID, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("TxnOffsetCommit request", version, pos - start, end - start, error) from error
    return TxnOffsetCommitRequest(
        transactional_id, group_id, producer_id, producer_epoch, -1, "", None, topics
    )


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> TxnOffsetCommitRequest:
    start = pos
    try:
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
            if n > LONGEST_STRING + 1:
                refuse_string("group_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("group_id", n - 1, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        producer_id, producer_epoch, generation_id_or_member_epoch, n = _unpack_qhiB(buf, pos)
        pos += 15
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("member_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("member_id", n - 1, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("group_instance_id", n - 1)
        group_instance_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("group_instance_id", n - 1, end - pos)
            group_instance_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TxnOffsetCommitRequestTopic] = []
        for _ in range(n):
            name = ""
            if version <= 5:
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
            topic_id = ZERO_UUID
            if version >= 6:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 18 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[TxnOffsetCommitRequestPartition] = []
            for _ in range(n):
                partition_index, committed_offset, committed_leader_epoch, n = _unpack_iqiB(buf, pos)
                pos += 17
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("committed_metadata", n - 1)
                committed_metadata: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("committed_metadata", n - 1, end - pos)
                    committed_metadata = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    TxnOffsetCommitRequestPartition(
                        partition_index, committed_offset, committed_leader_epoch, committed_metadata
                    )
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(TxnOffsetCommitRequestTopic(name, topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("TxnOffsetCommit request", version, pos - start, end - start, error) from error
    return TxnOffsetCommitRequest(
        transactional_id,
        group_id,
        producer_id,
        producer_epoch,
        generation_id_or_member_epoch,
        member_id,
        group_instance_id,
        topics,
    )


def encode_request(request: TxnOffsetCommitRequest, version: int, parts: list[Buffer]) -> None:
    """Append TxnOffsetCommit request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: TxnOffsetCommitRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.generation_id_or_member_epoch != -1:
        refuse_field("generation_id_or_member_epoch", version)
    if request.member_id:
        refuse_field("member_id", version)
    if request.group_instance_id is not None:
        refuse_field("group_instance_id", version)
    write_string(out, request.transactional_id)
    write_string(out, request.group_id)
    out += _pack_qhi(request.producer_id, request.producer_epoch, len(request.topics))
    for txn_offset_commit_request_topic in request.topics:
        write_string(out, txn_offset_commit_request_topic.name)
        out += _pack_i(len(txn_offset_commit_request_topic.partitions))
        for txn_offset_commit_request_partition in txn_offset_commit_request_topic.partitions:
            out += _pack_iq(
                txn_offset_commit_request_partition.partition_index,
                txn_offset_commit_request_partition.committed_offset,
            )
            if version >= 2:
                out += _pack_i(txn_offset_commit_request_partition.committed_leader_epoch)
            write_string(out, txn_offset_commit_request_partition.committed_metadata)
    parts.append(out)


def _encode_request_flexible(request: TxnOffsetCommitRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_string(out, request.transactional_id)
    write_compact_string(out, request.group_id)
    out += _pack_qhi(request.producer_id, request.producer_epoch, request.generation_id_or_member_epoch)
    write_compact_string(out, request.member_id)
    write_compact_string(out, request.group_instance_id)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for txn_offset_commit_request_topic in request.topics:
        if version <= 5:
            write_compact_string(out, txn_offset_commit_request_topic.name)
        if version >= 6:
            out += _pack_u(txn_offset_commit_request_topic.topic_id)
        n = len(txn_offset_commit_request_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for txn_offset_commit_request_partition in txn_offset_commit_request_topic.partitions:
            out += _pack_iqi(
                txn_offset_commit_request_partition.partition_index,
                txn_offset_commit_request_partition.committed_offset,
                txn_offset_commit_request_partition.committed_leader_epoch,
            )
            write_compact_string(out, txn_offset_commit_request_partition.committed_metadata)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class TxnOffsetCommitResponsePartition(Struct):
    partition_index: int = 0
    error_code: int = 0


@define(eq=False, repr=False)
class TxnOffsetCommitResponseTopic(Struct):
    name: str = ""  # 0..5
    topic_id: bytes = ZERO_UUID  # version 6
    partitions: list[TxnOffsetCommitResponsePartition] = field(factory=list)


@define(eq=False, repr=False)
class TxnOffsetCommitResponse(Struct):
    throttle_time_ms: int = 0
    topics: list[TxnOffsetCommitResponseTopic] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> TxnOffsetCommitResponse:
    """TxnOffsetCommit response of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> TxnOffsetCommitResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TxnOffsetCommitResponseTopic] = []
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
                refuse("partitions", n, end - pos)
            partitions: list[TxnOffsetCommitResponsePartition] = []
            for _ in range(n):
                partition_index, error_code = _unpack_ih(buf, pos)
                pos += 6
                partitions.append(TxnOffsetCommitResponsePartition(partition_index, error_code))
            topics.append(TxnOffsetCommitResponseTopic(name, ZERO_UUID, partitions))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("TxnOffsetCommit response", version, pos - start, end - start, error) from error
    return TxnOffsetCommitResponse(throttle_time_ms, topics)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> TxnOffsetCommitResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[TxnOffsetCommitResponseTopic] = []
        for _ in range(n):
            name = ""
            if version <= 5:
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
            topic_id = ZERO_UUID
            if version >= 6:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 7 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[TxnOffsetCommitResponsePartition] = []
            for _ in range(n):
                partition_index, error_code, n = _unpack_ihB(buf, pos)
                pos += 7
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(TxnOffsetCommitResponsePartition(partition_index, error_code))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(TxnOffsetCommitResponseTopic(name, topic_id, partitions))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("TxnOffsetCommit response", version, pos - start, end - start, error) from error
    return TxnOffsetCommitResponse(throttle_time_ms, topics)


def encode_response(response: TxnOffsetCommitResponse, version: int, parts: list[Buffer]) -> None:
    """Append TxnOffsetCommit response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: TxnOffsetCommitResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.topics))
    for txn_offset_commit_response_topic in response.topics:
        write_string(out, txn_offset_commit_response_topic.name)
        out += _pack_i(len(txn_offset_commit_response_topic.partitions))
        for txn_offset_commit_response_partition in txn_offset_commit_response_topic.partitions:
            out += _pack_ih(
                txn_offset_commit_response_partition.partition_index,
                txn_offset_commit_response_partition.error_code,
            )
    parts.append(out)


def _encode_response_flexible(response: TxnOffsetCommitResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for txn_offset_commit_response_topic in response.topics:
        if version <= 5:
            write_compact_string(out, txn_offset_commit_response_topic.name)
        if version >= 6:
            out += _pack_u(txn_offset_commit_response_topic.topic_id)
        n = len(txn_offset_commit_response_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for txn_offset_commit_response_partition in txn_offset_commit_response_topic.partitions:
            out += _pack_ihB(
                txn_offset_commit_response_partition.partition_index,
                txn_offset_commit_response_partition.error_code,
                0,
            )
        out.append(0)
    out.append(0)
    parts.append(out)
