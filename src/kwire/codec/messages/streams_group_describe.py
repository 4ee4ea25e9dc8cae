"""GENERATED from protocol_specs/89_streams_group_describe.spec by protocol_specs/generate.py; do not edit."""

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
    read_compact_strings,
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 89
NAME = "StreamsGroupDescribe"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 0

_unpack_t = Format(">?").unpack_from
_unpack_tB = Format(">?B").unpack_from
_unpack_HB = Format(">HB").unpack_from
_unpack_bB = Format(">bB").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_unpack_iqB = Format(">iqB").unpack_from
_pack_t = Format(">?").pack
_pack_tB = Format(">?B").pack
_pack_Bi = Format(">Bi").pack
_pack_HB = Format(">HB").pack
_pack_b = Format(">b").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_ii = Format(">ii").pack
_pack_iqB = Format(">iqB").pack


@define(eq=False, repr=False)
class StreamsGroupDescribeRequest(Struct):
    group_ids: list[str] = field(factory=list)
    include_authorized_operations: bool = False
    include_topology_description: bool = False  # version 1


def decode_request(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupDescribeRequest:
    """StreamsGroupDescribe request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0:
            refuse("group_ids", n, end - pos)
        group_ids, pos = read_compact_strings(buf, pos, end, n, "group_ids")
        (include_authorized_operations,) = _unpack_t(buf, pos)
        pos += 1
        include_topology_description = False
        if version >= 1:
            (include_topology_description,) = _unpack_t(buf, pos)
            pos += 1
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("StreamsGroupDescribe request", version, pos - start, end - start, error) from error
    return StreamsGroupDescribeRequest(group_ids, include_authorized_operations, include_topology_description)


def encode_request(request: StreamsGroupDescribeRequest, version: int, parts: list[Buffer]) -> None:
    """Append StreamsGroupDescribe request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(request.group_ids) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for text in request.group_ids:
        write_compact_string(out, text)
    out += _pack_t(request.include_authorized_operations)
    if version >= 1:
        out += _pack_t(request.include_topology_description)
    else:
        if request.include_topology_description:
            refuse_field("include_topology_description", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class KeyValue(Struct):
    key: str = ""
    value: str = ""


@define(eq=False, repr=False)
class TopicInfo(Struct):
    name: str = ""
    partitions: int = 0
    replication_factor: int = 0
    topic_configs: list[KeyValue] = field(factory=list)


@define(eq=False, repr=False)
class Subtopology(Struct):
    subtopology_id: str = ""
    source_topics: list[str] = field(factory=list)
    repartition_sink_topics: list[str] = field(factory=list)
    state_changelog_topics: list[TopicInfo] = field(factory=list)
    repartition_source_topics: list[TopicInfo] = field(factory=list)


@define(eq=False, repr=False)
class Topology(Struct):
    epoch: int = 0
    subtopologies: list[Subtopology] | None = None


@define(eq=False, repr=False)
class Endpoint(Struct):
    host: str = ""
    port: int = 0


@define(eq=False, repr=False)
class TaskOffset(Struct):
    subtopology_id: str = ""
    partition: int = 0
    offset: int = 0


@define(eq=False, repr=False)
class TaskIds(Struct):
    subtopology_id: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class Assignment(Struct):
    active_tasks: list[TaskIds] = field(factory=list)
    standby_tasks: list[TaskIds] = field(factory=list)
    warmup_tasks: list[TaskIds] = field(factory=list)


@define(eq=False, repr=False)
class Member(Struct):
    member_id: str = ""
    member_epoch: int = 0
    instance_id: str | None = None
    rack_id: str | None = None
    client_id: str = ""
    client_host: str = ""
    topology_epoch: int = 0
    process_id: str = ""
    user_endpoint: Endpoint | None = None
    client_tags: list[KeyValue] = field(factory=list)
    task_offsets: list[TaskOffset] = field(factory=list)
    task_end_offsets: list[TaskOffset] = field(factory=list)
    assignment: Assignment = field(factory=Assignment)
    target_assignment: Assignment = field(factory=Assignment)
    is_classic: bool = False


@define(eq=False, repr=False)
class TopologyDescriptionNode(Struct):
    name: str = ""
    node_type: int = 0
    source_topics: list[str] = field(factory=list)
    sink_topic: str | None = None
    stores: list[str] = field(factory=list)
    successors: list[str] = field(factory=list)


@define(eq=False, repr=False)
class TopologyDescriptionSubtopology(Struct):
    subtopology_id: str = ""
    nodes: list[TopologyDescriptionNode] = field(factory=list)


@define(eq=False, repr=False)
class TopologyDescriptionGlobalStore(Struct):
    source: TopologyDescriptionNode = field(factory=TopologyDescriptionNode)
    processor: TopologyDescriptionNode = field(factory=TopologyDescriptionNode)


@define(eq=False, repr=False)
class TopologyDescription(Struct):
    subtopologies: list[TopologyDescriptionSubtopology] = field(factory=list)
    global_stores: list[TopologyDescriptionGlobalStore] = field(factory=list)


@define(eq=False, repr=False)
class DescribedGroup(Struct):
    error_code: int = 0
    error_message: str | None = None
    group_id: str = ""
    group_state: str = ""
    group_epoch: int = 0
    assignment_epoch: int = 0
    topology: Topology | None = None
    members: list[Member] = field(factory=list)
    authorized_operations: int = -2147483648
    topology_description: TopologyDescription | None = None  # version 1
    topology_description_status: int = 0  # version 1
    assignor_name: str | None = None  # version 1


@define(eq=False, repr=False)
class StreamsGroupDescribeResponse(Struct):
    throttle_time_ms: int = 0
    groups: list[DescribedGroup] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupDescribeResponse:
    """StreamsGroupDescribe response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 20 > end - pos:
            refuse("groups", n, end - pos)
        groups: list[DescribedGroup] = []
        for _ in range(n):
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
                if n > LONGEST_STRING + 1:
                    refuse_string("group_state", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("group_state", n - 1, end - pos)
            group_state = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            group_epoch, assignment_epoch, n = _unpack_iiB(buf, pos)
            pos += 9
            topology: Topology | None = None
            if n < 128:
                epoch, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                subtopologies: list[Subtopology] | None = None
                if n >= 0:
                    if n * 6 > end - pos:
                        refuse("subtopologies", n, end - pos)
                    subtopologies = []
                    for _ in range(n):
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                            if n > LONGEST_STRING + 1:
                                refuse_string("subtopology_id", n - 1)
                        stop = pos + n - 1
                        if n == 0 or stop > end:
                            refuse("subtopology_id", n - 1, end - pos)
                        subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0:
                            refuse("source_topics", n, end - pos)
                        source_topics, pos = read_compact_strings(buf, pos, end, n, "source_topics")
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0:
                            refuse("repartition_sink_topics", n, end - pos)
                        repartition_sink_topics, pos = read_compact_strings(
                            buf, pos, end, n, "repartition_sink_topics"
                        )
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0 or n * 9 > end - pos:
                            refuse("state_changelog_topics", n, end - pos)
                        state_changelog_topics: list[TopicInfo] = []
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
                            partitions, replication_factor, n = _unpack_ihB(buf, pos)
                            pos += 7
                            if n > 127:
                                n, pos = uvarint_rest(buf, pos, n)
                            n -= 1
                            if n < 0 or n * 3 > end - pos:
                                refuse("topic_configs", n, end - pos)
                            topic_configs: list[KeyValue] = []
                            for _ in range(n):
                                n = buf[pos]
                                pos += 1
                                if n > 127:
                                    n, pos = uvarint_rest(buf, pos, n)
                                    if n > LONGEST_STRING + 1:
                                        refuse_string("key", n - 1)
                                stop = pos + n - 1
                                if n == 0 or stop > end:
                                    refuse("key", n - 1, end - pos)
                                key = buf[pos:stop].decode("utf-8", "replace")
                                pos = stop
                                n = buf[pos]
                                pos += 1
                                if n > 127:
                                    n, pos = uvarint_rest(buf, pos, n)
                                    if n > LONGEST_STRING + 1:
                                        refuse_string("value", n - 1)
                                stop = pos + n - 1
                                if n == 0 or stop > end:
                                    refuse("value", n - 1, end - pos)
                                key_value_value = buf[pos:stop].decode("utf-8", "replace")
                                pos = stop
                                n = buf[pos]
                                pos += 1
                                if n:
                                    pos = skip_tagged_fields(buf, pos, end, n)
                                topic_configs.append(KeyValue(key, key_value_value))
                            n = buf[pos]
                            pos += 1
                            if n:
                                pos = skip_tagged_fields(buf, pos, end, n)
                            state_changelog_topics.append(
                                TopicInfo(name, partitions, replication_factor, topic_configs)
                            )
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0 or n * 9 > end - pos:
                            refuse("repartition_source_topics", n, end - pos)
                        repartition_source_topics: list[TopicInfo] = []
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
                            partitions, replication_factor, n = _unpack_ihB(buf, pos)
                            pos += 7
                            if n > 127:
                                n, pos = uvarint_rest(buf, pos, n)
                            n -= 1
                            if n < 0 or n * 3 > end - pos:
                                refuse("topic_configs", n, end - pos)
                            topic_configs = []
                            for _ in range(n):
                                n = buf[pos]
                                pos += 1
                                if n > 127:
                                    n, pos = uvarint_rest(buf, pos, n)
                                    if n > LONGEST_STRING + 1:
                                        refuse_string("key", n - 1)
                                stop = pos + n - 1
                                if n == 0 or stop > end:
                                    refuse("key", n - 1, end - pos)
                                key = buf[pos:stop].decode("utf-8", "replace")
                                pos = stop
                                n = buf[pos]
                                pos += 1
                                if n > 127:
                                    n, pos = uvarint_rest(buf, pos, n)
                                    if n > LONGEST_STRING + 1:
                                        refuse_string("value", n - 1)
                                stop = pos + n - 1
                                if n == 0 or stop > end:
                                    refuse("value", n - 1, end - pos)
                                key_value_value = buf[pos:stop].decode("utf-8", "replace")
                                pos = stop
                                n = buf[pos]
                                pos += 1
                                if n:
                                    pos = skip_tagged_fields(buf, pos, end, n)
                                topic_configs.append(KeyValue(key, key_value_value))
                            n = buf[pos]
                            pos += 1
                            if n:
                                pos = skip_tagged_fields(buf, pos, end, n)
                            repartition_source_topics.append(
                                TopicInfo(name, partitions, replication_factor, topic_configs)
                            )
                        n = buf[pos]
                        pos += 1
                        if n:
                            pos = skip_tagged_fields(buf, pos, end, n)
                        subtopologies.append(
                            Subtopology(
                                subtopology_id,
                                source_topics,
                                repartition_sink_topics,
                                state_changelog_topics,
                                repartition_source_topics,
                            )
                        )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                topology = Topology(epoch, subtopologies)
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 28 > end - pos:
                refuse("members", n, end - pos)
            members: list[Member] = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("member_id", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("member_id", n - 1, end - pos)
                member_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                member_epoch, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("instance_id", n - 1)
                instance_id: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("instance_id", n - 1, end - pos)
                    instance_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("rack_id", n - 1)
                rack_id: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("rack_id", n - 1, end - pos)
                    rack_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("client_id", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("client_id", n - 1, end - pos)
                client_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("client_host", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("client_host", n - 1, end - pos)
                client_host = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                topology_epoch, n = _unpack_iB(buf, pos)
                pos += 5
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("process_id", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("process_id", n - 1, end - pos)
                process_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                user_endpoint: Endpoint | None = None
                if n < 128:
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("host", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("host", n - 1, end - pos)
                    host = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    port, n = _unpack_HB(buf, pos)
                    pos += 3
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    user_endpoint = Endpoint(host, port)
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("client_tags", n, end - pos)
                client_tags: list[KeyValue] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("key", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("key", n - 1, end - pos)
                    key = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("value", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("value", n - 1, end - pos)
                    key_value_value = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    client_tags.append(KeyValue(key, key_value_value))
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 14 > end - pos:
                    refuse("task_offsets", n, end - pos)
                task_offsets: list[TaskOffset] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("subtopology_id", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("subtopology_id", n - 1, end - pos)
                    task_offset_subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    partition, offset, n = _unpack_iqB(buf, pos)
                    pos += 13
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    task_offsets.append(TaskOffset(task_offset_subtopology_id, partition, offset))
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 14 > end - pos:
                    refuse("task_end_offsets", n, end - pos)
                task_end_offsets: list[TaskOffset] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("subtopology_id", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("subtopology_id", n - 1, end - pos)
                    task_offset_subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    partition, offset, n = _unpack_iqB(buf, pos)
                    pos += 13
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    task_end_offsets.append(TaskOffset(task_offset_subtopology_id, partition, offset))
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("active_tasks", n, end - pos)
                active_tasks: list[TaskIds] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("subtopology_id", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("subtopology_id", n - 1, end - pos)
                    task_ids_subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 4 > end - pos:
                        refuse("partitions", n, end - pos)
                    task_ids_partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    active_tasks.append(TaskIds(task_ids_subtopology_id, task_ids_partitions))
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("standby_tasks", n, end - pos)
                standby_tasks: list[TaskIds] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("subtopology_id", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("subtopology_id", n - 1, end - pos)
                    task_ids_subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 4 > end - pos:
                        refuse("partitions", n, end - pos)
                    task_ids_partitions = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    standby_tasks.append(TaskIds(task_ids_subtopology_id, task_ids_partitions))
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("warmup_tasks", n, end - pos)
                warmup_tasks: list[TaskIds] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("subtopology_id", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("subtopology_id", n - 1, end - pos)
                    task_ids_subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 4 > end - pos:
                        refuse("partitions", n, end - pos)
                    task_ids_partitions = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    warmup_tasks.append(TaskIds(task_ids_subtopology_id, task_ids_partitions))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                assignment = Assignment(active_tasks, standby_tasks, warmup_tasks)
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("active_tasks", n, end - pos)
                active_tasks = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("subtopology_id", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("subtopology_id", n - 1, end - pos)
                    task_ids_subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 4 > end - pos:
                        refuse("partitions", n, end - pos)
                    task_ids_partitions = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    active_tasks.append(TaskIds(task_ids_subtopology_id, task_ids_partitions))
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("standby_tasks", n, end - pos)
                standby_tasks = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("subtopology_id", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("subtopology_id", n - 1, end - pos)
                    task_ids_subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 4 > end - pos:
                        refuse("partitions", n, end - pos)
                    task_ids_partitions = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    standby_tasks.append(TaskIds(task_ids_subtopology_id, task_ids_partitions))
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("warmup_tasks", n, end - pos)
                warmup_tasks = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                        if n > LONGEST_STRING + 1:
                            refuse_string("subtopology_id", n - 1)
                    stop = pos + n - 1
                    if n == 0 or stop > end:
                        refuse("subtopology_id", n - 1, end - pos)
                    task_ids_subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 4 > end - pos:
                        refuse("partitions", n, end - pos)
                    task_ids_partitions = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    warmup_tasks.append(TaskIds(task_ids_subtopology_id, task_ids_partitions))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                target_assignment = Assignment(active_tasks, standby_tasks, warmup_tasks)
                is_classic, n = _unpack_tB(buf, pos)
                pos += 2
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                members.append(
                    Member(
                        member_id,
                        member_epoch,
                        instance_id,
                        rack_id,
                        client_id,
                        client_host,
                        topology_epoch,
                        process_id,
                        user_endpoint,
                        client_tags,
                        task_offsets,
                        task_end_offsets,
                        assignment,
                        target_assignment,
                        is_classic,
                    )
                )
            (authorized_operations,) = _unpack_i(buf, pos)
            pos += 4
            topology_description: TopologyDescription | None = None
            topology_description_status = 0
            assignor_name: str | None = None
            if version >= 1:
                n = buf[pos]
                pos += 1
                topology_description = None
                if n < 128:
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 3 > end - pos:
                        refuse("subtopologies", n, end - pos)
                    topology_description_subtopologies: list[TopologyDescriptionSubtopology] = []
                    for _ in range(n):
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                            if n > LONGEST_STRING + 1:
                                refuse_string("subtopology_id", n - 1)
                        stop = pos + n - 1
                        if n == 0 or stop > end:
                            refuse("subtopology_id", n - 1, end - pos)
                        topology_description_subtopology_subtopology_id = buf[pos:stop].decode(
                            "utf-8", "replace"
                        )
                        pos = stop
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0 or n * 7 > end - pos:
                            refuse("nodes", n, end - pos)
                        nodes: list[TopologyDescriptionNode] = []
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
                            topology_description_node_name = buf[pos:stop].decode("utf-8", "replace")
                            pos = stop
                            node_type, n = _unpack_bB(buf, pos)
                            pos += 2
                            if n > 127:
                                n, pos = uvarint_rest(buf, pos, n)
                            n -= 1
                            if n < 0:
                                refuse("source_topics", n, end - pos)
                            topology_description_node_source_topics, pos = read_compact_strings(
                                buf, pos, end, n, "source_topics"
                            )
                            n = buf[pos]
                            pos += 1
                            if n > 127:
                                n, pos = uvarint_rest(buf, pos, n)
                                if n > LONGEST_STRING + 1:
                                    refuse_string("sink_topic", n - 1)
                            sink_topic: str | None = None
                            if n:
                                stop = pos + n - 1
                                if stop > end:
                                    refuse("sink_topic", n - 1, end - pos)
                                sink_topic = buf[pos:stop].decode("utf-8", "replace")
                                pos = stop
                            n = buf[pos]
                            pos += 1
                            if n > 127:
                                n, pos = uvarint_rest(buf, pos, n)
                            n -= 1
                            if n < 0:
                                refuse("stores", n, end - pos)
                            stores, pos = read_compact_strings(buf, pos, end, n, "stores")
                            n = buf[pos]
                            pos += 1
                            if n > 127:
                                n, pos = uvarint_rest(buf, pos, n)
                            n -= 1
                            if n < 0:
                                refuse("successors", n, end - pos)
                            successors, pos = read_compact_strings(buf, pos, end, n, "successors")
                            n = buf[pos]
                            pos += 1
                            if n:
                                pos = skip_tagged_fields(buf, pos, end, n)
                            nodes.append(
                                TopologyDescriptionNode(
                                    topology_description_node_name,
                                    node_type,
                                    topology_description_node_source_topics,
                                    sink_topic,
                                    stores,
                                    successors,
                                )
                            )
                        n = buf[pos]
                        pos += 1
                        if n:
                            pos = skip_tagged_fields(buf, pos, end, n)
                        topology_description_subtopologies.append(
                            TopologyDescriptionSubtopology(
                                topology_description_subtopology_subtopology_id, nodes
                            )
                        )
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 15 > end - pos:
                        refuse("global_stores", n, end - pos)
                    global_stores: list[TopologyDescriptionGlobalStore] = []
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
                        topology_description_node_name = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                        node_type, n = _unpack_bB(buf, pos)
                        pos += 2
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0:
                            refuse("source_topics", n, end - pos)
                        topology_description_node_source_topics, pos = read_compact_strings(
                            buf, pos, end, n, "source_topics"
                        )
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                            if n > LONGEST_STRING + 1:
                                refuse_string("sink_topic", n - 1)
                        sink_topic = None
                        if n:
                            stop = pos + n - 1
                            if stop > end:
                                refuse("sink_topic", n - 1, end - pos)
                            sink_topic = buf[pos:stop].decode("utf-8", "replace")
                            pos = stop
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0:
                            refuse("stores", n, end - pos)
                        stores, pos = read_compact_strings(buf, pos, end, n, "stores")
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0:
                            refuse("successors", n, end - pos)
                        successors, pos = read_compact_strings(buf, pos, end, n, "successors")
                        n = buf[pos]
                        pos += 1
                        if n:
                            pos = skip_tagged_fields(buf, pos, end, n)
                        source = TopologyDescriptionNode(
                            topology_description_node_name,
                            node_type,
                            topology_description_node_source_topics,
                            sink_topic,
                            stores,
                            successors,
                        )
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                            if n > LONGEST_STRING + 1:
                                refuse_string("name", n - 1)
                        stop = pos + n - 1
                        if n == 0 or stop > end:
                            refuse("name", n - 1, end - pos)
                        topology_description_node_name = buf[pos:stop].decode("utf-8", "replace")
                        pos = stop
                        node_type, n = _unpack_bB(buf, pos)
                        pos += 2
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0:
                            refuse("source_topics", n, end - pos)
                        topology_description_node_source_topics, pos = read_compact_strings(
                            buf, pos, end, n, "source_topics"
                        )
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                            if n > LONGEST_STRING + 1:
                                refuse_string("sink_topic", n - 1)
                        sink_topic = None
                        if n:
                            stop = pos + n - 1
                            if stop > end:
                                refuse("sink_topic", n - 1, end - pos)
                            sink_topic = buf[pos:stop].decode("utf-8", "replace")
                            pos = stop
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0:
                            refuse("stores", n, end - pos)
                        stores, pos = read_compact_strings(buf, pos, end, n, "stores")
                        n = buf[pos]
                        pos += 1
                        if n > 127:
                            n, pos = uvarint_rest(buf, pos, n)
                        n -= 1
                        if n < 0:
                            refuse("successors", n, end - pos)
                        successors, pos = read_compact_strings(buf, pos, end, n, "successors")
                        n = buf[pos]
                        pos += 1
                        if n:
                            pos = skip_tagged_fields(buf, pos, end, n)
                        processor = TopologyDescriptionNode(
                            topology_description_node_name,
                            node_type,
                            topology_description_node_source_topics,
                            sink_topic,
                            stores,
                            successors,
                        )
                        n = buf[pos]
                        pos += 1
                        if n:
                            pos = skip_tagged_fields(buf, pos, end, n)
                        global_stores.append(TopologyDescriptionGlobalStore(source, processor))
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    topology_description = TopologyDescription(
                        topology_description_subtopologies, global_stores
                    )
                topology_description_status, n = _unpack_bB(buf, pos)
                pos += 2
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("assignor_name", n - 1)
                assignor_name = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("assignor_name", n - 1, end - pos)
                    assignor_name = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            groups.append(
                DescribedGroup(
                    error_code,
                    error_message,
                    group_id,
                    group_state,
                    group_epoch,
                    assignment_epoch,
                    topology,
                    members,
                    authorized_operations,
                    topology_description,
                    topology_description_status,
                    assignor_name,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("StreamsGroupDescribe response", version, pos - start, end - start, error) from error
    return StreamsGroupDescribeResponse(throttle_time_ms, groups)


def encode_response(response: StreamsGroupDescribeResponse, version: int, parts: list[Buffer]) -> None:
    """Append StreamsGroupDescribe response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.groups) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for described_group in response.groups:
        out += _pack_h(described_group.error_code)
        write_compact_string(out, described_group.error_message)
        write_compact_string(out, described_group.group_id)
        write_compact_string(out, described_group.group_state)
        out += _pack_ii(described_group.group_epoch, described_group.assignment_epoch)
        if described_group.topology is None:
            out += b"\xff"
        else:
            out.append(1)
            out += _pack_i(described_group.topology.epoch)
            if described_group.topology.subtopologies is None:
                out.append(0)
            else:
                n = len(described_group.topology.subtopologies) + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                for subtopology in described_group.topology.subtopologies:
                    write_compact_string(out, subtopology.subtopology_id)
                    n = len(subtopology.source_topics) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for text in subtopology.source_topics:
                        write_compact_string(out, text)
                    n = len(subtopology.repartition_sink_topics) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for text in subtopology.repartition_sink_topics:
                        write_compact_string(out, text)
                    n = len(subtopology.state_changelog_topics) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for topic_info in subtopology.state_changelog_topics:
                        write_compact_string(out, topic_info.name)
                        out += _pack_ih(topic_info.partitions, topic_info.replication_factor)
                        n = len(topic_info.topic_configs) + 1
                        if n < 128:
                            out.append(n)
                        else:
                            write_uvarint(out, n)
                        for key_value in topic_info.topic_configs:
                            write_compact_string(out, key_value.key)
                            write_compact_string(out, key_value.value)
                            out.append(0)
                        out.append(0)
                    n = len(subtopology.repartition_source_topics) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for topic_info in subtopology.repartition_source_topics:
                        write_compact_string(out, topic_info.name)
                        out += _pack_ih(topic_info.partitions, topic_info.replication_factor)
                        n = len(topic_info.topic_configs) + 1
                        if n < 128:
                            out.append(n)
                        else:
                            write_uvarint(out, n)
                        for key_value in topic_info.topic_configs:
                            write_compact_string(out, key_value.key)
                            write_compact_string(out, key_value.value)
                            out.append(0)
                        out.append(0)
                    out.append(0)
            out.append(0)
        n = len(described_group.members) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for member in described_group.members:
            write_compact_string(out, member.member_id)
            out += _pack_i(member.member_epoch)
            write_compact_string(out, member.instance_id)
            write_compact_string(out, member.rack_id)
            write_compact_string(out, member.client_id)
            write_compact_string(out, member.client_host)
            out += _pack_i(member.topology_epoch)
            write_compact_string(out, member.process_id)
            if member.user_endpoint is None:
                out += b"\xff"
            else:
                out.append(1)
                write_compact_string(out, member.user_endpoint.host)
                out += _pack_HB(member.user_endpoint.port, 0)
            n = len(member.client_tags) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for key_value in member.client_tags:
                write_compact_string(out, key_value.key)
                write_compact_string(out, key_value.value)
                out.append(0)
            n = len(member.task_offsets) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for task_offset in member.task_offsets:
                write_compact_string(out, task_offset.subtopology_id)
                out += _pack_iqB(task_offset.partition, task_offset.offset, 0)
            n = len(member.task_end_offsets) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for task_offset in member.task_end_offsets:
                write_compact_string(out, task_offset.subtopology_id)
                out += _pack_iqB(task_offset.partition, task_offset.offset, 0)
            n = len(member.assignment.active_tasks) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for task_ids in member.assignment.active_tasks:
                write_compact_string(out, task_ids.subtopology_id)
                n = len(task_ids.partitions)
                if n == 1:
                    out += _pack_Bi(2, task_ids.partitions[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *task_ids.partitions)
                out.append(0)
            n = len(member.assignment.standby_tasks) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for task_ids in member.assignment.standby_tasks:
                write_compact_string(out, task_ids.subtopology_id)
                n = len(task_ids.partitions)
                if n == 1:
                    out += _pack_Bi(2, task_ids.partitions[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *task_ids.partitions)
                out.append(0)
            n = len(member.assignment.warmup_tasks) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for task_ids in member.assignment.warmup_tasks:
                write_compact_string(out, task_ids.subtopology_id)
                n = len(task_ids.partitions)
                if n == 1:
                    out += _pack_Bi(2, task_ids.partitions[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *task_ids.partitions)
                out.append(0)
            out.append(0)
            n = len(member.target_assignment.active_tasks) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for task_ids in member.target_assignment.active_tasks:
                write_compact_string(out, task_ids.subtopology_id)
                n = len(task_ids.partitions)
                if n == 1:
                    out += _pack_Bi(2, task_ids.partitions[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *task_ids.partitions)
                out.append(0)
            n = len(member.target_assignment.standby_tasks) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for task_ids in member.target_assignment.standby_tasks:
                write_compact_string(out, task_ids.subtopology_id)
                n = len(task_ids.partitions)
                if n == 1:
                    out += _pack_Bi(2, task_ids.partitions[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *task_ids.partitions)
                out.append(0)
            n = len(member.target_assignment.warmup_tasks) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for task_ids in member.target_assignment.warmup_tasks:
                write_compact_string(out, task_ids.subtopology_id)
                n = len(task_ids.partitions)
                if n == 1:
                    out += _pack_Bi(2, task_ids.partitions[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *task_ids.partitions)
                out.append(0)
            out.append(0)
            out += _pack_tB(member.is_classic, 0)
        out += _pack_i(described_group.authorized_operations)
        if version >= 1:
            if described_group.topology_description is None:
                out += b"\xff"
            else:
                out.append(1)
                n = len(described_group.topology_description.subtopologies) + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                for topology_description_subtopology in described_group.topology_description.subtopologies:
                    write_compact_string(out, topology_description_subtopology.subtopology_id)
                    n = len(topology_description_subtopology.nodes) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for topology_description_node in topology_description_subtopology.nodes:
                        write_compact_string(out, topology_description_node.name)
                        out += _pack_b(topology_description_node.node_type)
                        n = len(topology_description_node.source_topics) + 1
                        if n < 128:
                            out.append(n)
                        else:
                            write_uvarint(out, n)
                        for text in topology_description_node.source_topics:
                            write_compact_string(out, text)
                        write_compact_string(out, topology_description_node.sink_topic)
                        n = len(topology_description_node.stores) + 1
                        if n < 128:
                            out.append(n)
                        else:
                            write_uvarint(out, n)
                        for text in topology_description_node.stores:
                            write_compact_string(out, text)
                        n = len(topology_description_node.successors) + 1
                        if n < 128:
                            out.append(n)
                        else:
                            write_uvarint(out, n)
                        for text in topology_description_node.successors:
                            write_compact_string(out, text)
                        out.append(0)
                    out.append(0)
                n = len(described_group.topology_description.global_stores) + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                for topology_description_global_store in described_group.topology_description.global_stores:
                    write_compact_string(out, topology_description_global_store.source.name)
                    out += _pack_b(topology_description_global_store.source.node_type)
                    n = len(topology_description_global_store.source.source_topics) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for text in topology_description_global_store.source.source_topics:
                        write_compact_string(out, text)
                    write_compact_string(out, topology_description_global_store.source.sink_topic)
                    n = len(topology_description_global_store.source.stores) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for text in topology_description_global_store.source.stores:
                        write_compact_string(out, text)
                    n = len(topology_description_global_store.source.successors) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for text in topology_description_global_store.source.successors:
                        write_compact_string(out, text)
                    out.append(0)
                    write_compact_string(out, topology_description_global_store.processor.name)
                    out += _pack_b(topology_description_global_store.processor.node_type)
                    n = len(topology_description_global_store.processor.source_topics) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for text in topology_description_global_store.processor.source_topics:
                        write_compact_string(out, text)
                    write_compact_string(out, topology_description_global_store.processor.sink_topic)
                    n = len(topology_description_global_store.processor.stores) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for text in topology_description_global_store.processor.stores:
                        write_compact_string(out, text)
                    n = len(topology_description_global_store.processor.successors) + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    for text in topology_description_global_store.processor.successors:
                        write_compact_string(out, text)
                    out.append(0)
                    out.append(0)
                out.append(0)
            out += _pack_b(described_group.topology_description_status)
            write_compact_string(out, described_group.assignor_name)
        else:
            if described_group.topology_description is not None:
                refuse_field("topology_description", version)
            if described_group.topology_description_status != 0:
                refuse_field("topology_description_status", version)
        out.append(0)
    out.append(0)
    parts.append(out)
