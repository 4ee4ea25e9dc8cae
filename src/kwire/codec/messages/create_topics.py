"""GENERATED from protocol_specs/19_create_topics.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from

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
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_tagged_fields,
    write_uvarint,
)

KEY = 19
NAME = "CreateTopics"
MIN_VERSION = 2
MAX_VERSION = 7
FLEXIBLE_FROM = 5

_unpack_u = Format(">16s").unpack_from
_unpack_tbtB = Format(">?b?B").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_it = Format(">i?").unpack_from
_unpack_itB = Format(">i?B").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_ihi = Format(">ihi").unpack_from
_unpack_ii = Format(">ii").unpack_from
_pack_u = Format(">16s").pack
_pack_tbtB = Format(">?b?B").pack
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_it = Format(">i?").pack
_pack_itB = Format(">i?B").pack
_pack_ih = Format(">ih").pack
_pack_ihi = Format(">ihi").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class CreatableReplicaAssignment(Struct):
    partition_index: int = 0
    broker_ids: list[int] = field(factory=list)


@define(eq=False, repr=False)
class CreatableTopicConfig(Struct):
    name: str = ""
    value: str | None = ""


@define(eq=False, repr=False)
class CreatableTopic(Struct):
    name: str = ""
    num_partitions: int = 0  # -1 for the default of the broker, or when assigned by hand.
    replication_factor: int = 0  # -1 for the default of the broker, or when assigned by hand.
    # By hand: which brokers hold which partition.
    assignments: list[CreatableReplicaAssignment] = field(factory=list)
    configs: list[CreatableTopicConfig] = field(factory=list)


@define(eq=False, repr=False)
class CreateTopicsRequest(Struct):
    topics: list[CreatableTopic] = field(factory=list)
    timeout_ms: int = 60000
    validate_only: bool = False  # Check, but make nothing.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> CreateTopicsRequest:
    """CreateTopics request of any version. Raises MalformedFrame."""
    if version >= 5:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> CreateTopicsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 16 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[CreatableTopic] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            num_partitions, replication_factor, n = _unpack_ihi(buf, pos)
            pos += 10
            if n < 0 or n * 8 > end - pos:
                refuse("assignments", n, end - pos)
            assignments: list[CreatableReplicaAssignment] = []
            for _ in range(n):
                partition_index, n = _unpack_ii(buf, pos)
                pos += 8
                if n < 0 or n * 4 > end - pos:
                    refuse("broker_ids", n, end - pos)
                broker_ids: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                assignments.append(CreatableReplicaAssignment(partition_index, broker_ids))
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 4 > end - pos:
                refuse("configs", n, end - pos)
            configs: list[CreatableTopicConfig] = []
            for _ in range(n):
                (n,) = _unpack_h(buf, pos)
                pos += 2
                stop = pos + n
                if n < 0 or stop > end:
                    refuse("name", n, end - pos)
                creatable_topic_config_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                (n,) = _unpack_h(buf, pos)
                pos += 2
                creatable_topic_config_value: str | None = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("value", n, end - pos)
                    creatable_topic_config_value = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                configs.append(
                    CreatableTopicConfig(creatable_topic_config_name, creatable_topic_config_value)
                )
            topics.append(CreatableTopic(name, num_partitions, replication_factor, assignments, configs))
        timeout_ms, validate_only = _unpack_it(buf, pos)
        pos += 5
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateTopics request", version, pos - start, end - start, error) from error
    return CreateTopicsRequest(topics, timeout_ms, validate_only)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> CreateTopicsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 10 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[CreatableTopic] = []
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
            num_partitions, replication_factor, n = _unpack_ihB(buf, pos)
            pos += 7
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 6 > end - pos:
                refuse("assignments", n, end - pos)
            assignments: list[CreatableReplicaAssignment] = []
            for _ in range(n):
                partition_index, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("broker_ids", n, end - pos)
                broker_ids: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                assignments.append(CreatableReplicaAssignment(partition_index, broker_ids))
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("configs", n, end - pos)
            configs: list[CreatableTopicConfig] = []
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
                creatable_topic_config_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("value", n - 1)
                creatable_topic_config_value: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("value", n - 1, end - pos)
                    creatable_topic_config_value = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                configs.append(
                    CreatableTopicConfig(creatable_topic_config_name, creatable_topic_config_value)
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(CreatableTopic(name, num_partitions, replication_factor, assignments, configs))
        timeout_ms, validate_only, n = _unpack_itB(buf, pos)
        pos += 6
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateTopics request", version, pos - start, end - start, error) from error
    return CreateTopicsRequest(topics, timeout_ms, validate_only)


def encode_request(request: CreateTopicsRequest, version: int, parts: list[Buffer]) -> None:
    """Append CreateTopics request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 5:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: CreateTopicsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(len(request.topics))
    for creatable_topic in request.topics:
        write_string(out, creatable_topic.name)
        out += _pack_ihi(
            creatable_topic.num_partitions,
            creatable_topic.replication_factor,
            len(creatable_topic.assignments),
        )
        for creatable_replica_assignment in creatable_topic.assignments:
            out += _pack_i(creatable_replica_assignment.partition_index)
            n = len(creatable_replica_assignment.broker_ids)
            if n == 1:
                out += _pack_ii(1, creatable_replica_assignment.broker_ids[0])
            else:
                out += pack(f">i{n}i", n, *creatable_replica_assignment.broker_ids)
        out += _pack_i(len(creatable_topic.configs))
        for creatable_topic_config in creatable_topic.configs:
            write_string(out, creatable_topic_config.name)
            write_string(out, creatable_topic_config.value)
    out += _pack_it(request.timeout_ms, request.validate_only)
    parts.append(out)


def _encode_request_flexible(request: CreateTopicsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for creatable_topic in request.topics:
        write_compact_string(out, creatable_topic.name)
        out += _pack_ih(creatable_topic.num_partitions, creatable_topic.replication_factor)
        n = len(creatable_topic.assignments) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for creatable_replica_assignment in creatable_topic.assignments:
            out += _pack_i(creatable_replica_assignment.partition_index)
            n = len(creatable_replica_assignment.broker_ids)
            if n == 1:
                out += _pack_Bi(2, creatable_replica_assignment.broker_ids[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *creatable_replica_assignment.broker_ids)
            out.append(0)
        n = len(creatable_topic.configs) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for creatable_topic_config in creatable_topic.configs:
            write_compact_string(out, creatable_topic_config.name)
            write_compact_string(out, creatable_topic_config.value)
            out.append(0)
        out.append(0)
    out += _pack_itB(request.timeout_ms, request.validate_only, 0)
    parts.append(out)


@define(eq=False, repr=False)
class CreatableTopicConfigs(Struct):
    name: str = ""
    value: str | None = ""
    read_only: bool = False
    config_source: int = -1  # Where the value comes from, as in DescribeConfigs.
    is_sensitive: bool = False


@define(eq=False, repr=False)
class CreatableTopicResult(Struct):
    name: str = ""
    topic_id: bytes = ZERO_UUID  # version 7
    error_code: int = 0
    error_message: str | None = ""
    topic_config_error_code: int = 0  # 5+; Why configs is null.
    num_partitions: int = -1  # 5+; -1 for the default of the broker, or when assigned by hand.
    replication_factor: int = -1  # 5+; -1 for the default of the broker, or when assigned by hand.
    configs: list[CreatableTopicConfigs] | None = field(factory=list)  # 5+


@define(eq=False, repr=False)
class CreateTopicsResponse(Struct):
    throttle_time_ms: int = 0
    topics: list[CreatableTopicResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> CreateTopicsResponse:
    """CreateTopics response of any version. Raises MalformedFrame."""
    if version >= 5:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> CreateTopicsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 6 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[CreatableTopicResult] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            error_code, n = _unpack_hh(buf, pos)
            pos += 4
            error_message: str | None = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("error_message", n, end - pos)
                error_message = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            topics.append(CreatableTopicResult(name, ZERO_UUID, error_code, error_message))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateTopics response", version, pos - start, end - start, error) from error
    return CreateTopicsResponse(throttle_time_ms, topics)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> CreateTopicsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 12 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[CreatableTopicResult] = []
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
            topic_id = ZERO_UUID
            if version >= 7:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            error_code, n = _unpack_hB(buf, pos)
            pos += 3
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
            num_partitions, replication_factor, n = _unpack_ihB(buf, pos)
            pos += 7
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            configs: list[CreatableTopicConfigs] | None = None
            if n >= 0:
                if n * 6 > end - pos:
                    refuse("configs", n, end - pos)
                configs = []
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
                    creatable_topic_configs_name = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("value", n - 1)
                    creatable_topic_configs_value: str | None = None
                    if n:
                        stop = pos + n - 1
                        if stop > end:
                            refuse("value", n - 1, end - pos)
                        creatable_topic_configs_value = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                    read_only, config_source, is_sensitive, n = _unpack_tbtB(buf, pos)
                    pos += 4
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    configs.append(
                        CreatableTopicConfigs(
                            creatable_topic_configs_name,
                            creatable_topic_configs_value,
                            read_only,
                            config_source,
                            is_sensitive,
                        )
                    )
            n = buf[pos]
            pos += 1
            creatable_topic_result = CreatableTopicResult(
                name, topic_id, error_code, error_message, 0, num_partitions, replication_factor, configs
            )
            if n:
                pos = _read_creatable_topic_result_tags(creatable_topic_result, n, buf, pos, end, version)
            topics.append(creatable_topic_result)
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("CreateTopics response", version, pos - start, end - start, error) from error
    return CreateTopicsResponse(throttle_time_ms, topics)


def _read_creatable_topic_result_tags(
    creatable_topic_result: CreatableTopicResult, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            (topic_config_error_code,) = _unpack_h(buf, pos)
            pos += 2
            creatable_topic_result.topic_config_error_code = topic_config_error_code
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def encode_response(response: CreateTopicsResponse, version: int, parts: list[Buffer]) -> None:
    """Append CreateTopics response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 5:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: CreateTopicsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.topics))
    for creatable_topic_result in response.topics:
        write_string(out, creatable_topic_result.name)
        out += _pack_h(creatable_topic_result.error_code)
        write_string(out, creatable_topic_result.error_message)
    parts.append(out)


def _encode_response_flexible(response: CreateTopicsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for creatable_topic_result in response.topics:
        write_compact_string(out, creatable_topic_result.name)
        if version >= 7:
            out += _pack_u(creatable_topic_result.topic_id)
        out += _pack_h(creatable_topic_result.error_code)
        write_compact_string(out, creatable_topic_result.error_message)
        out += _pack_ih(creatable_topic_result.num_partitions, creatable_topic_result.replication_factor)
        if creatable_topic_result.configs is None:
            out.append(0)
        else:
            n = len(creatable_topic_result.configs) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for creatable_topic_configs in creatable_topic_result.configs:
                write_compact_string(out, creatable_topic_configs.name)
                write_compact_string(out, creatable_topic_configs.value)
                out += _pack_tbtB(
                    creatable_topic_configs.read_only,
                    creatable_topic_configs.config_source,
                    creatable_topic_configs.is_sensitive,
                    0,
                )
        if creatable_topic_result.topic_config_error_code != 0:
            _write_creatable_topic_result_tags(out, creatable_topic_result, version)
        else:
            out.append(0)
    out.append(0)
    parts.append(out)


def _write_creatable_topic_result_tags(
    buffer: bytearray, creatable_topic_result: CreatableTopicResult, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if creatable_topic_result.topic_config_error_code != 0:
        out = bytearray()
        out += _pack_h(creatable_topic_result.topic_config_error_code)
        fields.append((0, out))
    write_tagged_fields(buffer, fields)
