"""GENERATED from protocol_specs/88_streams_group_heartbeat.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 88
NAME = "StreamsGroupHeartbeat"
MIN_VERSION = 0
MAX_VERSION = 1
FLEXIBLE_FROM = 0

_unpack_t = Format(">?").unpack_from
_unpack_tB = Format(">?B").unpack_from
_unpack_HB = Format(">HB").unpack_from
_unpack_bB = Format(">bB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_unpack_iiB = Format(">iiB").unpack_from
_unpack_iqB = Format(">iqB").unpack_from
_unpack_q = Format(">q").unpack_from
_pack_t = Format(">?").pack
_pack_tB = Format(">?B").pack
_pack_Bh = Format(">Bh").pack
_pack_Bi = Format(">Bi").pack
_pack_HB = Format(">HB").pack
_pack_b = Format(">b").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack
_pack_ii = Format(">ii").pack
_pack_iqB = Format(">iqB").pack
_pack_q = Format(">q").pack


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
class CopartitionGroup(Struct):
    source_topics: list[int] = field(factory=list)
    source_topic_regex: list[int] = field(factory=list)
    repartition_source_topics: list[int] = field(factory=list)


@define(eq=False, repr=False)
class Subtopology(Struct):
    subtopology_id: str = ""
    source_topics: list[str] = field(factory=list)
    source_topic_regex: list[str] = field(factory=list)
    state_changelog_topics: list[TopicInfo] = field(factory=list)
    repartition_sink_topics: list[str] = field(factory=list)
    repartition_source_topics: list[TopicInfo] = field(factory=list)
    copartition_groups: list[CopartitionGroup] = field(factory=list)  # Indexes into the lists above.


@define(eq=False, repr=False)
class Topology(Struct):
    epoch: int = 0
    subtopologies: list[Subtopology] = field(factory=list)


@define(eq=False, repr=False)
class TaskIds(Struct):
    subtopology_id: str = ""
    partitions: list[int] = field(factory=list)


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
class StreamsGroupHeartbeatRequest(Struct):
    group_id: str = ""
    member_id: str = ""
    member_epoch: int = 0  # 0 joins, -1 leaves, -2 leaves as a static member.
    endpoint_information_epoch: int = 0
    instance_id: str | None = None
    rack_id: str | None = None
    rebalance_timeout_ms: int = -1
    topology: Topology | None = None  # Null when nothing changed.
    active_tasks: list[TaskIds] | None = None  # What it owns; null when nothing changed.
    standby_tasks: list[TaskIds] | None = None
    warmup_tasks: list[TaskIds] | None = None
    process_id: str | None = None
    user_endpoint: Endpoint | None = None  # Where interactive queries reach this member.
    client_tags: list[KeyValue] | None = None
    task_offsets: list[TaskOffset] | None = None
    task_end_offsets: list[TaskOffset] | None = None
    shutdown_application: bool = False  # All members shall stop.


def decode_request(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupHeartbeatRequest:
    """StreamsGroupHeartbeat request of any version. Raises MalformedFrame."""
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
            if n > LONGEST_STRING + 1:
                refuse_string("member_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("member_id", n - 1, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        member_epoch, endpoint_information_epoch, n = _unpack_iiB(buf, pos)
        pos += 9
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
        rebalance_timeout_ms, n = _unpack_iB(buf, pos)
        pos += 5
        topology: Topology | None = None
        if n < 128:
            epoch, n = _unpack_iB(buf, pos)
            pos += 5
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 8 > end - pos:
                refuse("subtopologies", n, end - pos)
            subtopologies: list[Subtopology] = []
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
                    refuse("source_topic_regex", n, end - pos)
                source_topic_regex, pos = read_compact_strings(buf, pos, end, n, "source_topic_regex")
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
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("copartition_groups", n, end - pos)
                copartition_groups: list[CopartitionGroup] = []
                for _ in range(n):
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 2 > end - pos:
                        refuse("source_topics", n, end - pos)
                    copartition_group_source_topics: list[int] = list(unpack_from(f">{n}h", buf, pos))
                    pos += n * 2
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 2 > end - pos:
                        refuse("source_topic_regex", n, end - pos)
                    copartition_group_source_topic_regex: list[int] = list(unpack_from(f">{n}h", buf, pos))
                    pos += n * 2
                    n = buf[pos]
                    pos += 1
                    if n > 127:
                        n, pos = uvarint_rest(buf, pos, n)
                    n -= 1
                    if n < 0 or n * 2 > end - pos:
                        refuse("repartition_source_topics", n, end - pos)
                    copartition_group_repartition_source_topics: list[int] = list(
                        unpack_from(f">{n}h", buf, pos)
                    )
                    pos += n * 2
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    copartition_groups.append(
                        CopartitionGroup(
                            copartition_group_source_topics,
                            copartition_group_source_topic_regex,
                            copartition_group_repartition_source_topics,
                        )
                    )
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                subtopologies.append(
                    Subtopology(
                        subtopology_id,
                        source_topics,
                        source_topic_regex,
                        state_changelog_topics,
                        repartition_sink_topics,
                        repartition_source_topics,
                        copartition_groups,
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
        active_tasks: list[TaskIds] | None = None
        if n >= 0:
            if n * 3 > end - pos:
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
        standby_tasks: list[TaskIds] | None = None
        if n >= 0:
            if n * 3 > end - pos:
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
        warmup_tasks: list[TaskIds] | None = None
        if n >= 0:
            if n * 3 > end - pos:
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
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("process_id", n - 1)
        process_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
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
        client_tags: list[KeyValue] | None = None
        if n >= 0:
            if n * 3 > end - pos:
                refuse("client_tags", n, end - pos)
            client_tags = []
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
        task_offsets: list[TaskOffset] | None = None
        if n >= 0:
            if n * 14 > end - pos:
                refuse("task_offsets", n, end - pos)
            task_offsets = []
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
        task_end_offsets: list[TaskOffset] | None = None
        if n >= 0:
            if n * 14 > end - pos:
                refuse("task_end_offsets", n, end - pos)
            task_end_offsets = []
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
        shutdown_application, n = _unpack_tB(buf, pos)
        pos += 2
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("StreamsGroupHeartbeat request", version, pos - start, end - start, error) from error
    return StreamsGroupHeartbeatRequest(
        group_id,
        member_id,
        member_epoch,
        endpoint_information_epoch,
        instance_id,
        rack_id,
        rebalance_timeout_ms,
        topology,
        active_tasks,
        standby_tasks,
        warmup_tasks,
        process_id,
        user_endpoint,
        client_tags,
        task_offsets,
        task_end_offsets,
        shutdown_application,
    )


def encode_request(request: StreamsGroupHeartbeatRequest, version: int, parts: list[Buffer]) -> None:
    """Append StreamsGroupHeartbeat request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    write_compact_string(out, request.member_id)
    out += _pack_ii(request.member_epoch, request.endpoint_information_epoch)
    write_compact_string(out, request.instance_id)
    write_compact_string(out, request.rack_id)
    out += _pack_i(request.rebalance_timeout_ms)
    if request.topology is None:
        out += b"\xff"
    else:
        out.append(1)
        out += _pack_i(request.topology.epoch)
        n = len(request.topology.subtopologies) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for subtopology in request.topology.subtopologies:
            write_compact_string(out, subtopology.subtopology_id)
            n = len(subtopology.source_topics) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for text in subtopology.source_topics:
                write_compact_string(out, text)
            n = len(subtopology.source_topic_regex) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for text in subtopology.source_topic_regex:
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
            n = len(subtopology.repartition_sink_topics) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for text in subtopology.repartition_sink_topics:
                write_compact_string(out, text)
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
            n = len(subtopology.copartition_groups) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for copartition_group in subtopology.copartition_groups:
                n = len(copartition_group.source_topics)
                if n == 1:
                    out += _pack_Bh(2, copartition_group.source_topics[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}h", *copartition_group.source_topics)
                n = len(copartition_group.source_topic_regex)
                if n == 1:
                    out += _pack_Bh(2, copartition_group.source_topic_regex[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}h", *copartition_group.source_topic_regex)
                n = len(copartition_group.repartition_source_topics)
                if n == 1:
                    out += _pack_Bh(2, copartition_group.repartition_source_topics[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}h", *copartition_group.repartition_source_topics)
                out.append(0)
            out.append(0)
        out.append(0)
    if request.active_tasks is None:
        out.append(0)
    else:
        n = len(request.active_tasks) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for task_ids in request.active_tasks:
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
    if request.standby_tasks is None:
        out.append(0)
    else:
        n = len(request.standby_tasks) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for task_ids in request.standby_tasks:
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
    if request.warmup_tasks is None:
        out.append(0)
    else:
        n = len(request.warmup_tasks) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for task_ids in request.warmup_tasks:
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
    write_compact_string(out, request.process_id)
    if request.user_endpoint is None:
        out += b"\xff"
    else:
        out.append(1)
        write_compact_string(out, request.user_endpoint.host)
        out += _pack_HB(request.user_endpoint.port, 0)
    if request.client_tags is None:
        out.append(0)
    else:
        n = len(request.client_tags) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for key_value in request.client_tags:
            write_compact_string(out, key_value.key)
            write_compact_string(out, key_value.value)
            out.append(0)
    if request.task_offsets is None:
        out.append(0)
    else:
        n = len(request.task_offsets) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for task_offset in request.task_offsets:
            write_compact_string(out, task_offset.subtopology_id)
            out += _pack_iqB(task_offset.partition, task_offset.offset, 0)
    if request.task_end_offsets is None:
        out.append(0)
    else:
        n = len(request.task_end_offsets) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for task_offset in request.task_end_offsets:
            write_compact_string(out, task_offset.subtopology_id)
            out += _pack_iqB(task_offset.partition, task_offset.offset, 0)
    out += _pack_tB(request.shutdown_application, 0)
    parts.append(out)


@define(eq=False, repr=False)
class Status(Struct):
    status_code: int = 0
    status_detail: str = ""


@define(eq=False, repr=False)
class TaskIdsResponse(Struct):
    subtopology_id: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class EndpointResponse(Struct):
    host: str = ""
    port: int = 0


@define(eq=False, repr=False)
class TopicPartition(Struct):
    topic: str = ""
    partitions: list[int] = field(factory=list)


@define(eq=False, repr=False)
class EndpointToPartitions(Struct):
    # Where interactive queries reach this member.
    user_endpoint: EndpointResponse = field(factory=EndpointResponse)
    active_partitions: list[TopicPartition] = field(factory=list)
    standby_partitions: list[TopicPartition] = field(factory=list)


@define(eq=False, repr=False)
class StreamsGroupHeartbeatResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    member_id: str = ""
    member_epoch: int = 0
    heartbeat_interval_ms: int = 0
    acceptable_recovery_lag_legacy: int = 0  # version 0
    task_offset_interval_ms: int = 0
    acceptable_recovery_lag: int = -1  # version 1
    status: list[Status] | None = field(factory=list)
    active_tasks: list[TaskIdsResponse] | None = None
    standby_tasks: list[TaskIdsResponse] | None = None
    warmup_tasks: list[TaskIdsResponse] | None = None
    topology_description_required: bool = False  # version 1
    endpoint_information_epoch: int = 0
    partitions_by_user_endpoint: list[EndpointToPartitions] | None = None


def decode_response(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupHeartbeatResponse:
    """StreamsGroupHeartbeat response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
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
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("member_id", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("member_id", n - 1, end - pos)
        member_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        member_epoch, heartbeat_interval_ms = _unpack_ii(buf, pos)
        pos += 8
        acceptable_recovery_lag_legacy = 0
        if version <= 0:
            (acceptable_recovery_lag_legacy,) = _unpack_i(buf, pos)
            pos += 4
        (task_offset_interval_ms,) = _unpack_i(buf, pos)
        pos += 4
        acceptable_recovery_lag = -1
        if version >= 1:
            (acceptable_recovery_lag,) = _unpack_q(buf, pos)
            pos += 8
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        status: list[Status] | None = None
        if n >= 0:
            if n * 3 > end - pos:
                refuse("status", n, end - pos)
            status = []
            for _ in range(n):
                status_code, n = _unpack_bB(buf, pos)
                pos += 2
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("status_detail", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("status_detail", n - 1, end - pos)
                status_detail = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                status.append(Status(status_code, status_detail))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        active_tasks: list[TaskIdsResponse] | None = None
        if n >= 0:
            if n * 3 > end - pos:
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
                subtopology_id = buf[pos:stop].decode("utf-8", "replace")
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
                active_tasks.append(TaskIdsResponse(subtopology_id, partitions))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        standby_tasks: list[TaskIdsResponse] | None = None
        if n >= 0:
            if n * 3 > end - pos:
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
                subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("partitions", n, end - pos)
                partitions = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                standby_tasks.append(TaskIdsResponse(subtopology_id, partitions))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        warmup_tasks: list[TaskIdsResponse] | None = None
        if n >= 0:
            if n * 3 > end - pos:
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
                subtopology_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("partitions", n, end - pos)
                partitions = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                warmup_tasks.append(TaskIdsResponse(subtopology_id, partitions))
        topology_description_required = False
        if version >= 1:
            (topology_description_required,) = _unpack_t(buf, pos)
            pos += 1
        endpoint_information_epoch, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        partitions_by_user_endpoint: list[EndpointToPartitions] | None = None
        if n >= 0:
            if n * 7 > end - pos:
                refuse("partitions_by_user_endpoint", n, end - pos)
            partitions_by_user_endpoint = []
            for _ in range(n):
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
                user_endpoint = EndpointResponse(host, port)
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("active_partitions", n, end - pos)
                active_partitions: list[TopicPartition] = []
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
                    topic_partition_partitions: list[int] = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    active_partitions.append(TopicPartition(topic, topic_partition_partitions))
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 3 > end - pos:
                    refuse("standby_partitions", n, end - pos)
                standby_partitions: list[TopicPartition] = []
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
                    topic_partition_partitions = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    standby_partitions.append(TopicPartition(topic, topic_partition_partitions))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions_by_user_endpoint.append(
                    EndpointToPartitions(user_endpoint, active_partitions, standby_partitions)
                )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("StreamsGroupHeartbeat response", version, pos - start, end - start, error) from error
    return StreamsGroupHeartbeatResponse(
        throttle_time_ms,
        error_code,
        error_message,
        member_id,
        member_epoch,
        heartbeat_interval_ms,
        acceptable_recovery_lag_legacy,
        task_offset_interval_ms,
        acceptable_recovery_lag,
        status,
        active_tasks,
        standby_tasks,
        warmup_tasks,
        topology_description_required,
        endpoint_information_epoch,
        partitions_by_user_endpoint,
    )


def encode_response(response: StreamsGroupHeartbeatResponse, version: int, parts: list[Buffer]) -> None:
    """Append StreamsGroupHeartbeat response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    write_compact_string(out, response.member_id)
    out += _pack_ii(response.member_epoch, response.heartbeat_interval_ms)
    if version <= 0:
        out += _pack_i(response.acceptable_recovery_lag_legacy)
    else:
        if response.acceptable_recovery_lag_legacy != 0:
            refuse_field("acceptable_recovery_lag_legacy", version)
    out += _pack_i(response.task_offset_interval_ms)
    if version >= 1:
        out += _pack_q(response.acceptable_recovery_lag)
    if response.status is None:
        out.append(0)
    else:
        n = len(response.status) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for status in response.status:
            out += _pack_b(status.status_code)
            write_compact_string(out, status.status_detail)
            out.append(0)
    if response.active_tasks is None:
        out.append(0)
    else:
        n = len(response.active_tasks) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for task_ids in response.active_tasks:
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
    if response.standby_tasks is None:
        out.append(0)
    else:
        n = len(response.standby_tasks) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for task_ids in response.standby_tasks:
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
    if response.warmup_tasks is None:
        out.append(0)
    else:
        n = len(response.warmup_tasks) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for task_ids in response.warmup_tasks:
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
    if version >= 1:
        out += _pack_t(response.topology_description_required)
    else:
        if response.topology_description_required:
            refuse_field("topology_description_required", version)
    out += _pack_i(response.endpoint_information_epoch)
    if response.partitions_by_user_endpoint is None:
        out.append(0)
    else:
        n = len(response.partitions_by_user_endpoint) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for endpoint_to_partitions in response.partitions_by_user_endpoint:
            write_compact_string(out, endpoint_to_partitions.user_endpoint.host)
            out += _pack_HB(endpoint_to_partitions.user_endpoint.port, 0)
            n = len(endpoint_to_partitions.active_partitions) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for topic_partition in endpoint_to_partitions.active_partitions:
                write_compact_string(out, topic_partition.topic)
                n = len(topic_partition.partitions)
                if n == 1:
                    out += _pack_Bi(2, topic_partition.partitions[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *topic_partition.partitions)
                out.append(0)
            n = len(endpoint_to_partitions.standby_partitions) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for topic_partition in endpoint_to_partitions.standby_partitions:
                write_compact_string(out, topic_partition.topic)
                n = len(topic_partition.partitions)
                if n == 1:
                    out += _pack_Bi(2, topic_partition.partitions[0])
                else:
                    n = n + 1
                    if n < 128:
                        out.append(n)
                    else:
                        write_uvarint(out, n)
                    out += pack(f">{n - 1}i", *topic_partition.partitions)
                out.append(0)
            out.append(0)
    out.append(0)
    parts.append(out)
