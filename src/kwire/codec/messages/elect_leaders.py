"""GENERATED from protocol_specs/43_elect_leaders.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

KEY = 43
NAME = "ElectLeaders"
MIN_VERSION = 0
MAX_VERSION = 2
FLEXIBLE_FROM = 2

_unpack_b = Format(">b").unpack_from
_unpack_bB = Format(">bB").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_ihh = Format(">ihh").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_b = Format(">b").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack
_pack_ih = Format(">ih").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class TopicPartitions(Struct):
    topic: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class ElectLeadersRequest(Struct):
    election_type: int = 0  # 1+; 0 the preferred one, 1 also one that is not in sync.
    topic_partitions: list[TopicPartitions] | None = field(factory=list)  # Null for all.
    timeout_ms: int = 60000


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ElectLeadersRequest:
    """ElectLeaders request of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> ElectLeadersRequest:
    start = pos
    try:
        election_type = 0
        if version >= 1:
            (election_type,) = _unpack_b(buf, pos)
            pos += 1
        (n,) = _unpack_i(buf, pos)
        pos += 4
        topic_partitions: list[TopicPartitions] | None = None
        if n >= 0:
            if n * 6 > end - pos:
                refuse("topic_partitions", n, end - pos)
            topic_partitions = []
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
                topic_partitions.append(TopicPartitions(topic, partitions))
        (timeout_ms,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ElectLeaders request", version, pos - start, end - start, error) from error
    return ElectLeadersRequest(election_type, topic_partitions, timeout_ms)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> ElectLeadersRequest:
    start = pos
    try:
        election_type, n = _unpack_bB(buf, pos)
        pos += 2
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        topic_partitions: list[TopicPartitions] | None = None
        if n >= 0:
            if n * 3 > end - pos:
                refuse("topic_partitions", n, end - pos)
            topic_partitions = []
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
                topic_partitions.append(TopicPartitions(topic, partitions))
        timeout_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ElectLeaders request", version, pos - start, end - start, error) from error
    return ElectLeadersRequest(election_type, topic_partitions, timeout_ms)


def encode_request(request: ElectLeadersRequest, version: int, parts: list[Buffer]) -> None:
    """Append ElectLeaders request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: ElectLeadersRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 1:
        out += _pack_b(request.election_type)
    else:
        if request.election_type != 0:
            refuse_field("election_type", version)
    if request.topic_partitions is None:
        out += NULL_INT32
    else:
        out += _pack_i(len(request.topic_partitions))
        for topic_partitions in request.topic_partitions:
            write_string(out, topic_partitions.topic)
            n = len(topic_partitions.partitions)
            if n == 1:
                out += _pack_ii(1, topic_partitions.partitions[0])
            else:
                out += pack(f">i{n}i", n, *topic_partitions.partitions)
    out += _pack_i(request.timeout_ms)
    parts.append(out)


def _encode_request_flexible(request: ElectLeadersRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_b(request.election_type)
    if request.topic_partitions is None:
        out.append(0)
    else:
        n = len(request.topic_partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for topic_partitions in request.topic_partitions:
            write_compact_string(out, topic_partitions.topic)
            n = len(topic_partitions.partitions)
            if n == 1:
                out += _pack_Bi(2, topic_partitions.partitions[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *topic_partitions.partitions)
            out.append(0)
    out += _pack_iB(request.timeout_ms, 0)
    parts.append(out)


@define(eq=False, repr=False)
class PartitionResult(Struct):
    partition_id: int = 0
    error_code: int = 0
    error_message: str | None = ""


@define(eq=False, repr=False)
class ReplicaElectionResult(Struct):
    topic: str = ""
    partition_result: list[PartitionResult] = field(factory=list)


@define(eq=False, repr=False)
class ElectLeadersResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0  # 1+
    replica_election_results: list[ReplicaElectionResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ElectLeadersResponse:
    """ElectLeaders response of any version. Raises MalformedFrame."""
    if version >= 2:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> ElectLeadersResponse:
    start = pos
    try:
        (throttle_time_ms,) = _unpack_i(buf, pos)
        pos += 4
        error_code = 0
        if version >= 1:
            (error_code,) = _unpack_h(buf, pos)
            pos += 2
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 6 > end - pos:
            refuse("replica_election_results", n, end - pos)
        replica_election_results: list[ReplicaElectionResult] = []
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
            if n < 0 or n * 8 > end - pos:
                refuse("partition_result", n, end - pos)
            partition_result: list[PartitionResult] = []
            for _ in range(n):
                partition_id, partition_result_error_code, n = _unpack_ihh(buf, pos)
                pos += 8
                error_message: str | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("error_message", n, end - pos)
                    error_message = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                partition_result.append(
                    PartitionResult(partition_id, partition_result_error_code, error_message)
                )
            replica_election_results.append(ReplicaElectionResult(topic, partition_result))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ElectLeaders response", version, pos - start, end - start, error) from error
    return ElectLeadersResponse(throttle_time_ms, error_code, replica_election_results)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> ElectLeadersResponse:
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("replica_election_results", n, end - pos)
        replica_election_results: list[ReplicaElectionResult] = []
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
            if n < 0 or n * 8 > end - pos:
                refuse("partition_result", n, end - pos)
            partition_result: list[PartitionResult] = []
            for _ in range(n):
                partition_id, partition_result_error_code, n = _unpack_ihB(buf, pos)
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
                partition_result.append(
                    PartitionResult(partition_id, partition_result_error_code, error_message)
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            replica_election_results.append(ReplicaElectionResult(topic, partition_result))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ElectLeaders response", version, pos - start, end - start, error) from error
    return ElectLeadersResponse(throttle_time_ms, error_code, replica_election_results)


def encode_response(response: ElectLeadersResponse, version: int, parts: list[Buffer]) -> None:
    """Append ElectLeaders response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 2:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: ElectLeadersResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    if version >= 1:
        out += _pack_h(response.error_code)
    else:
        if response.error_code != 0:
            refuse_field("error_code", version)
    out += _pack_i(len(response.replica_election_results))
    for replica_election_result in response.replica_election_results:
        write_string(out, replica_election_result.topic)
        out += _pack_i(len(replica_election_result.partition_result))
        for partition_result in replica_election_result.partition_result:
            out += _pack_ih(partition_result.partition_id, partition_result.error_code)
            write_string(out, partition_result.error_message)
    parts.append(out)


def _encode_response_flexible(response: ElectLeadersResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    n = len(response.replica_election_results) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for replica_election_result in response.replica_election_results:
        write_compact_string(out, replica_election_result.topic)
        n = len(replica_election_result.partition_result) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for partition_result in replica_election_result.partition_result:
            out += _pack_ih(partition_result.partition_id, partition_result.error_code)
            write_compact_string(out, partition_result.error_message)
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
