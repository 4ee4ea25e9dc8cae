"""GENERATED from protocol_specs/00_produce.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    ZERO_UUID,
    Buffer,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_records,
    write_string,
    write_tagged_fields,
    write_uvarint,
)

KEY = 0
NAME = "Produce"
MIN_VERSION = 3
MAX_VERSION = 13
FLEXIBLE_FROM = 9

_unpack_u = Format(">16s").unpack_from
_unpack_BhiBuBiB = Format(">BhiB16sBiB").unpack_from
_unpack_BhiBB = Format(">BhiBB").unpack_from
_unpack_BiB = Format(">BiB").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hhiih = Format(">hhiih").unpack_from
_unpack_hiB = Format(">hiB").unpack_from
_unpack_hii = Format(">hii").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ih = Format(">ih").unpack_from
_unpack_ihqq = Format(">ihqq").unpack_from
_unpack_ihqqqB = Format(">ihqqqB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_unpack_iii = Format(">iii").unpack_from
_unpack_q = Format(">q").unpack_from
_pack_u = Format(">16s").pack
_pack_BuBihqqqBBBBiB = Format(">B16sBihqqqBBBBiB").pack
_pack_BB = Format(">BB").pack
_pack_BihqqqBBBBiB = Format(">BihqqqBBBBiB").pack
_pack_hi = Format(">hi").pack
_pack_hii = Format(">hii").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_ihqq = Format(">ihqq").pack
_pack_ihqqq = Format(">ihqqq").pack
_pack_iiB = Format(">iiB").pack
_pack_iihqqi = Format(">iihqqi").pack
_pack_iihqqqi = Format(">iihqqqi").pack
_pack_iihqqqihi = Format(">iihqqqihi").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class PartitionProduceData(Struct):
    index: int = 0
    records: memoryview | bytes | None = None  # One record batch of version 2.


@define(eq=False, repr=False)
class TopicProduceData(Struct):
    name: str = ""  # 3..12
    topic_id: bytes = ZERO_UUID  # version 13
    partition_data: list[PartitionProduceData] = field(factory=list)


@define(eq=False, repr=False)
class ProduceRequest(Struct):
    transactional_id: str | None = None  # Null unless the batches belong to a transaction.
    acks: int = 0  # How many replicas must have it: 0 for no answer at all, 1 the leader, -1 all in sync.
    timeout_ms: int = 0  # How long to wait for replicas.
    topic_data: list[TopicProduceData] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ProduceRequest:
    """Produce request of any version. Raises MalformedFrame."""
    if version >= 9:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _usual_request_13(
    buf: Readable, pos: int, end: int
) -> tuple[int, int, str, bytes, int, memoryview | bytes] | None:
    if end - pos < 30:
        return None
    transactional_id_length, acks, timeout_ms, topic_data_count, topic_id, partition_data_count, index, n = (
        _unpack_BhiBuBiB(buf, pos)
    )
    pos += 30
    if transactional_id_length != 0 or topic_data_count != 2 or partition_data_count != 2:
        return None
    if n > 127:
        try:
            n, pos = uvarint_rest(buf, pos, n)
        except BROKEN:
            return None  # The general code says where it broke.
    stop = pos + n - 1
    if n == 0 or stop > end:
        return None
    records = memoryview(buf)[pos:stop]
    if buf[stop:end] != b"\x00\x00\x00":
        return None
    return acks, timeout_ms, "", topic_id, index, records


def _usual_request_9(
    buf: Readable, pos: int, end: int
) -> tuple[int, int, str, bytes, int, memoryview | bytes] | None:
    if end - pos < 9:
        return None
    transactional_id_length, acks, timeout_ms, topic_data_count, n = _unpack_BhiBB(buf, pos)
    pos += 9
    if transactional_id_length != 0 or topic_data_count != 2:
        return None
    stop = pos + n - 1
    if not 0 < n < 128 or stop > end:
        return None
    name = buf[pos:stop].decode("utf-8", "replace")
    if end - stop < 6:
        return None
    partition_data_count, index, n = _unpack_BiB(buf, stop)
    pos = stop + 6
    if partition_data_count != 2:
        return None
    if n > 127:
        try:
            n, pos = uvarint_rest(buf, pos, n)
        except BROKEN:
            return None  # The general code says where it broke.
    stop = pos + n - 1
    if n == 0 or stop > end:
        return None
    records = memoryview(buf)[pos:stop]
    if buf[stop:end] != b"\x00\x00\x00":
        return None
    return acks, timeout_ms, name, ZERO_UUID, index, records


def _usual_request_3(
    buf: Readable, pos: int, end: int
) -> tuple[int, int, str, bytes, int, memoryview | bytes] | None:
    if end - pos < 14:
        return None
    transactional_id_length, acks, timeout_ms, topic_data_count, n = _unpack_hhiih(buf, pos)
    pos += 14
    if transactional_id_length != -1 or topic_data_count != 1:
        return None
    stop = pos + n
    if n < 0 or stop > end:
        return None
    name = buf[pos:stop].decode("utf-8", "replace")
    if end - stop < 12:
        return None
    partition_data_count, index, n = _unpack_iii(buf, stop)
    pos = stop + 12
    if partition_data_count != 1:
        return None
    stop = pos + n
    if n < 0 or stop > end:
        return None
    records = memoryview(buf)[pos:stop]
    return acks, timeout_ms, name, ZERO_UUID, index, records


READ_USUAL: dict[
    int, Callable[[Readable, int, int], tuple[int, int, str, bytes, int, memoryview | bytes] | None]
] = {
    3: _usual_request_3,
    4: _usual_request_3,
    5: _usual_request_3,
    6: _usual_request_3,
    7: _usual_request_3,
    8: _usual_request_3,
    9: _usual_request_9,
    10: _usual_request_9,
    11: _usual_request_9,
    12: _usual_request_9,
    13: _usual_request_13,
}
"""By version: the values of a request of the usual shape, None for any other."""


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> ProduceRequest:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        transactional_id: str | None = None
        if n >= 0:
            stop = pos + n
            if stop > end:
                refuse("transactional_id", n, end - pos)
            transactional_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        acks, timeout_ms, n = _unpack_hii(buf, pos)
        pos += 10
        if n < 0 or n * 6 > end - pos:
            refuse("topic_data", n, end - pos)
        topic_data: list[TopicProduceData] = []
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
            if n < 0 or n * 8 > end - pos:
                refuse("partition_data", n, end - pos)
            partition_data: list[PartitionProduceData] = []
            for _ in range(n):
                index, n = _unpack_ii(buf, pos)
                pos += 8
                records: memoryview | bytes | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("records", n, end - pos)
                    records = memoryview(buf)[pos:stop]
                    pos = stop
                partition_data.append(PartitionProduceData(index, records))
            topic_data.append(TopicProduceData(name, ZERO_UUID, partition_data))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Produce request", version, pos - start, end - start, error) from error
    return ProduceRequest(transactional_id, acks, timeout_ms, topic_data)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> ProduceRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("transactional_id", n - 1)
        transactional_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("transactional_id", n - 1, end - pos)
            transactional_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        acks, timeout_ms, n = _unpack_hiB(buf, pos)
        pos += 7
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("topic_data", n, end - pos)
        topic_data: list[TopicProduceData] = []
        for _ in range(n):
            name = ""
            if version <= 12:
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
            if version >= 13:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 6 > end - pos:
                refuse("partition_data", n, end - pos)
            partition_data: list[PartitionProduceData] = []
            for _ in range(n):
                index, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                records: memoryview | bytes | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("records", n - 1, end - pos)
                    records = memoryview(buf)[pos:stop]
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partition_data.append(PartitionProduceData(index, records))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topic_data.append(TopicProduceData(name, topic_id, partition_data))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Produce request", version, pos - start, end - start, error) from error
    return ProduceRequest(transactional_id, acks, timeout_ms, topic_data)


def encode_request(request: ProduceRequest, version: int, parts: list[Buffer]) -> None:
    """Append Produce request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 9:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: ProduceRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_string(out, request.transactional_id)
    out += _pack_hii(request.acks, request.timeout_ms, len(request.topic_data))
    for topic_produce_data in request.topic_data:
        write_string(out, topic_produce_data.name)
        out += _pack_i(len(topic_produce_data.partition_data))
        for partition_produce_data in topic_produce_data.partition_data:
            out += _pack_i(partition_produce_data.index)
            out = write_records(out, parts, partition_produce_data.records, False)
    parts.append(out)


def _encode_request_flexible(request: ProduceRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_string(out, request.transactional_id)
    out += _pack_hi(request.acks, request.timeout_ms)
    n = len(request.topic_data) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_produce_data in request.topic_data:
        if version <= 12:
            write_compact_string(out, topic_produce_data.name)
        if version >= 13:
            out += _pack_u(topic_produce_data.topic_id)
        n = len(topic_produce_data.partition_data) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_produce_data in topic_produce_data.partition_data:
            out += _pack_i(partition_produce_data.index)
            out = write_records(out, parts, partition_produce_data.records, True)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class BatchIndexAndErrorMessage(Struct):
    batch_index: int = 0  # Counts records of the batch from 0.
    batch_index_error_message: str | None = None


@define(eq=False, repr=False)
class LeaderIdAndEpoch(Struct):
    leader_id: int = -1
    leader_epoch: int = -1


@define(eq=False, repr=False)
class PartitionProduceResponse(Struct):
    index: int = 0
    error_code: int = 0
    base_offset: int = 0  # The offset of the first record.
    log_append_time_ms: int = -1  # Set for topics with LogAppendTime, else -1.
    log_start_offset: int = -1  # 5+
    # 8+; Which records made the whole batch fail.
    record_errors: list[BatchIndexAndErrorMessage] = field(factory=list)
    error_message: str | None = None  # 8+
    # 10+; With NOT_LEADER_OR_FOLLOWER: who to ask instead (KIP-951).
    current_leader: LeaderIdAndEpoch | None = None


@define(eq=False, repr=False)
class TopicProduceResponse(Struct):
    name: str = ""  # 3..12
    topic_id: bytes = ZERO_UUID  # version 13
    partition_responses: list[PartitionProduceResponse] = field(factory=list)


@define(eq=False, repr=False)
class NodeEndpoint(Struct):
    node_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None


@define(eq=False, repr=False)
class ProduceResponse(Struct):
    responses: list[TopicProduceResponse] = field(factory=list)
    throttle_time_ms: int = 0
    # 10+; Where the leaders named above can be reached.
    node_endpoints: list[NodeEndpoint] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ProduceResponse:
    """Produce response of any version. Raises MalformedFrame."""
    if version >= 9:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> ProduceResponse:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[TopicProduceResponse] = []
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
            if n < 0 or n * 22 > end - pos:
                refuse("partition_responses", n, end - pos)
            partition_responses: list[PartitionProduceResponse] = []
            for _ in range(n):
                index, error_code, base_offset, log_append_time_ms = _unpack_ihqq(buf, pos)
                pos += 22
                log_start_offset = -1
                if version >= 5:
                    (log_start_offset,) = _unpack_q(buf, pos)
                    pos += 8
                record_errors: list[BatchIndexAndErrorMessage] = []
                error_message: str | None = None
                if version >= 8:
                    (n,) = _unpack_i(buf, pos)
                    pos += 4
                    if n < 0 or n * 6 > end - pos:
                        refuse("record_errors", n, end - pos)
                    record_errors = []
                    for _ in range(n):
                        batch_index, n = _unpack_ih(buf, pos)
                        pos += 6
                        batch_index_error_message: str | None = None
                        if n >= 0:
                            stop = pos + n
                            if stop > end:
                                refuse("batch_index_error_message", n, end - pos)
                            batch_index_error_message = buf[pos:stop].decode("utf-8", "replace")
                            pos = stop
                        record_errors.append(
                            BatchIndexAndErrorMessage(batch_index, batch_index_error_message)
                        )
                    (n,) = _unpack_h(buf, pos)
                    pos += 2
                    error_message = None
                    if n >= 0:
                        stop = pos + n
                        if stop > end:
                            refuse("error_message", n, end - pos)
                        error_message = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                partition_responses.append(
                    PartitionProduceResponse(
                        index,
                        error_code,
                        base_offset,
                        log_append_time_ms,
                        log_start_offset,
                        record_errors,
                        error_message,
                    )
                )
            responses.append(TopicProduceResponse(name, ZERO_UUID, partition_responses))
        (throttle_time_ms,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Produce response", version, pos - start, end - start, error) from error
    return ProduceResponse(responses, throttle_time_ms)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> ProduceResponse:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[TopicProduceResponse] = []
        for _ in range(n):
            name = ""
            if version <= 12:
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
            if version >= 13:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 33 > end - pos:
                refuse("partition_responses", n, end - pos)
            partition_responses: list[PartitionProduceResponse] = []
            for _ in range(n):
                index, error_code, base_offset, log_append_time_ms, log_start_offset, n = _unpack_ihqqqB(
                    buf, pos
                )
                pos += 31
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 6 > end - pos:
                    refuse("record_errors", n, end - pos)
                record_errors: list[BatchIndexAndErrorMessage] = []
                for _ in range(n):
                    batch_index, n = _unpack_iB(buf, pos)
                    pos += 5
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("batch_index_error_message", n - 1)
                    batch_index_error_message: str | None = None
                    if n:
                        stop = pos + n - 1
                        if stop > end:
                            refuse("batch_index_error_message", n - 1, end - pos)
                        batch_index_error_message = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    record_errors.append(BatchIndexAndErrorMessage(batch_index, batch_index_error_message))
                n = buf[pos]
                pos += 1
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
                partition_produce_response = PartitionProduceResponse(
                    index,
                    error_code,
                    base_offset,
                    log_append_time_ms,
                    log_start_offset,
                    record_errors,
                    error_message,
                )
                if n:
                    pos = _read_partition_produce_response_tags(
                        partition_produce_response, n, buf, pos, end, version
                    )
                partition_responses.append(partition_produce_response)
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            responses.append(TopicProduceResponse(name, topic_id, partition_responses))
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        produce_response = ProduceResponse(responses, throttle_time_ms)
        if n:
            pos = _read_produce_response_tags(produce_response, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Produce response", version, pos - start, end - start, error) from error
    return produce_response


def _read_partition_produce_response_tags(
    partition_produce_response: PartitionProduceResponse,
    n: int,
    buf: Readable,
    pos: int,
    end: int,
    version: int,
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0 and version >= 10:
            leader_id, leader_epoch, n = _unpack_iiB(buf, pos)
            pos += 9
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            current_leader = LeaderIdAndEpoch(leader_id, leader_epoch)
            partition_produce_response.current_leader = current_leader
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def _read_produce_response_tags(
    produce_response: ProduceResponse, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0 and version >= 10:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 11 > end - pos:
                refuse("node_endpoints", n, end - pos)
            node_endpoints: list[NodeEndpoint] = []
            for _ in range(n):
                node_id, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("host", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("host", n - 1, end - pos)
                host = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                port, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("rack", n - 1)
                rack: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("rack", n - 1, end - pos)
                    rack = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                node_endpoints.append(NodeEndpoint(node_id, host, port, rack))
            produce_response.node_endpoints = node_endpoints
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def encode_response(response: ProduceResponse, version: int, parts: list[Buffer]) -> None:
    """Append Produce response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 9:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _usual_response_13(
    name: str,
    topic_id: bytes,
    index: int,
    error_code: int,
    base_offset: int,
    log_append_time_ms: int,
    log_start_offset: int,
    throttle_time_ms: int,
) -> bytes | None:
    return _pack_BuBihqqqBBBBiB(
        2,
        topic_id,
        2,
        index,
        error_code,
        base_offset,
        log_append_time_ms,
        log_start_offset,
        1,
        0,
        0,
        0,
        throttle_time_ms,
        0,
    )


def _usual_response_10(
    name: str,
    topic_id: bytes,
    index: int,
    error_code: int,
    base_offset: int,
    log_append_time_ms: int,
    log_start_offset: int,
    throttle_time_ms: int,
) -> bytes | None:
    text = name.encode()
    if len(text) > 126:
        return None
    return (
        _pack_BB(2, len(text) + 1)
        + text
        + _pack_BihqqqBBBBiB(
            2,
            index,
            error_code,
            base_offset,
            log_append_time_ms,
            log_start_offset,
            1,
            0,
            0,
            0,
            throttle_time_ms,
            0,
        )
    )


def _usual_response_9(
    name: str,
    topic_id: bytes,
    index: int,
    error_code: int,
    base_offset: int,
    log_append_time_ms: int,
    log_start_offset: int,
    throttle_time_ms: int,
) -> bytes | None:
    text = name.encode()
    if len(text) > 126:
        return None
    return (
        _pack_BB(2, len(text) + 1)
        + text
        + _pack_BihqqqBBBBiB(
            2,
            index,
            error_code,
            base_offset,
            log_append_time_ms,
            log_start_offset,
            1,
            0,
            0,
            0,
            throttle_time_ms,
            0,
        )
    )


def _usual_response_8(
    name: str,
    topic_id: bytes,
    index: int,
    error_code: int,
    base_offset: int,
    log_append_time_ms: int,
    log_start_offset: int,
    throttle_time_ms: int,
) -> bytes | None:
    text = name.encode()
    if len(text) > LONGEST_STRING:
        return None
    return (
        _pack_ih(1, len(text))
        + text
        + _pack_iihqqqihi(
            1, index, error_code, base_offset, log_append_time_ms, log_start_offset, 0, -1, throttle_time_ms
        )
    )


def _usual_response_5(
    name: str,
    topic_id: bytes,
    index: int,
    error_code: int,
    base_offset: int,
    log_append_time_ms: int,
    log_start_offset: int,
    throttle_time_ms: int,
) -> bytes | None:
    text = name.encode()
    if len(text) > LONGEST_STRING:
        return None
    return (
        _pack_ih(1, len(text))
        + text
        + _pack_iihqqqi(
            1, index, error_code, base_offset, log_append_time_ms, log_start_offset, throttle_time_ms
        )
    )


def _usual_response_3(
    name: str,
    topic_id: bytes,
    index: int,
    error_code: int,
    base_offset: int,
    log_append_time_ms: int,
    log_start_offset: int,
    throttle_time_ms: int,
) -> bytes | None:
    text = name.encode()
    if len(text) > LONGEST_STRING:
        return None
    return (
        _pack_ih(1, len(text))
        + text
        + _pack_iihqqi(1, index, error_code, base_offset, log_append_time_ms, throttle_time_ms)
    )


WRITE_USUAL: dict[int, Callable[[str, bytes, int, int, int, int, int, int], bytes | None]] = {
    3: _usual_response_3,
    4: _usual_response_3,
    5: _usual_response_5,
    6: _usual_response_5,
    7: _usual_response_5,
    8: _usual_response_8,
    9: _usual_response_9,
    10: _usual_response_10,
    11: _usual_response_10,
    12: _usual_response_10,
    13: _usual_response_13,
}
"""By version: a response of the usual shape with these values; None when it cannot be written so."""


def _encode_response_classic(response: ProduceResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if response.node_endpoints:
        refuse_field("node_endpoints", version)
    out += _pack_i(len(response.responses))
    for topic_produce_response in response.responses:
        write_string(out, topic_produce_response.name)
        out += _pack_i(len(topic_produce_response.partition_responses))
        for partition_produce_response in topic_produce_response.partition_responses:
            if partition_produce_response.current_leader is not None:
                refuse_field("current_leader", version)
            out += _pack_ihqq(
                partition_produce_response.index,
                partition_produce_response.error_code,
                partition_produce_response.base_offset,
                partition_produce_response.log_append_time_ms,
            )
            if version >= 5:
                out += _pack_q(partition_produce_response.log_start_offset)
            if version >= 8:
                out += _pack_i(len(partition_produce_response.record_errors))
                for batch_index_and_error_message in partition_produce_response.record_errors:
                    out += _pack_i(batch_index_and_error_message.batch_index)
                    write_string(out, batch_index_and_error_message.batch_index_error_message)
                write_string(out, partition_produce_response.error_message)
    out += _pack_i(response.throttle_time_ms)
    parts.append(out)


def _encode_response_flexible(response: ProduceResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(response.responses) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topic_produce_response in response.responses:
        if version <= 12:
            write_compact_string(out, topic_produce_response.name)
        if version >= 13:
            out += _pack_u(topic_produce_response.topic_id)
        n = len(topic_produce_response.partition_responses) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_produce_response in topic_produce_response.partition_responses:
            out += _pack_ihqqq(
                partition_produce_response.index,
                partition_produce_response.error_code,
                partition_produce_response.base_offset,
                partition_produce_response.log_append_time_ms,
                partition_produce_response.log_start_offset,
            )
            n = len(partition_produce_response.record_errors) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for batch_index_and_error_message in partition_produce_response.record_errors:
                out += _pack_i(batch_index_and_error_message.batch_index)
                write_compact_string(out, batch_index_and_error_message.batch_index_error_message)
                out.append(0)
            write_compact_string(out, partition_produce_response.error_message)
            if partition_produce_response.current_leader is not None:
                _write_partition_produce_response_tags(out, partition_produce_response, version)
            else:
                out.append(0)
        out.append(0)
    out += _pack_i(response.throttle_time_ms)
    if response.node_endpoints:
        _write_produce_response_tags(out, response, version)
    else:
        out.append(0)
    parts.append(out)


def _write_partition_produce_response_tags(
    buffer: bytearray, partition_produce_response: PartitionProduceResponse, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if not version >= 10 and partition_produce_response.current_leader is not None:
        refuse_field("current_leader", version)
    if (
        version >= 10
        and partition_produce_response.current_leader is not None
        and partition_produce_response.current_leader != LeaderIdAndEpoch()
    ):
        out = bytearray()
        out += _pack_iiB(
            partition_produce_response.current_leader.leader_id,
            partition_produce_response.current_leader.leader_epoch,
            0,
        )
        fields.append((0, out))
    write_tagged_fields(buffer, fields)


def _write_produce_response_tags(buffer: bytearray, produce_response: ProduceResponse, version: int) -> None:
    fields: list[tuple[int, bytearray]] = []
    if not version >= 10 and produce_response.node_endpoints:
        refuse_field("node_endpoints", version)
    if version >= 10 and produce_response.node_endpoints:
        out = bytearray()
        n = len(produce_response.node_endpoints) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for node_endpoint in produce_response.node_endpoints:
            out += _pack_i(node_endpoint.node_id)
            write_compact_string(out, node_endpoint.host)
            out += _pack_i(node_endpoint.port)
            write_compact_string(out, node_endpoint.rack)
            out.append(0)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
