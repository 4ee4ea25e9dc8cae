"""GENERATED from protocol_specs/stored/consumer_offsets.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format
from struct import pack, unpack_from
from typing import ClassVar

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    Readable,
    Struct,
    malformed,
    read_compact_strings,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_string,
    write_uvarint,
)

_unpack_h = Format(">h").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_Bh = Format(">Bh").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class StreamsGroupTopologyKey(Struct):
    TYPE: ClassVar[int] = 23
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    group_id: str = ""

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> StreamsGroupTopologyKey:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_key(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_key(self, version)


def _decode_key(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupTopologyKey:
    start = pos
    try:
        (n,) = _unpack_h(buf, pos)
        pos += 2
        stop = pos + n
        if n < 0 or stop > end:
            refuse("group_id", n, end - pos)
        group_id = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("StreamsGroupTopologyKey", version, pos - start, end - start, error) from error
    return StreamsGroupTopologyKey(group_id)


def _encode_key(record: StreamsGroupTopologyKey, version: int) -> bytes:
    out = bytearray()
    write_string(out, record.group_id)
    return bytes(out)


@define(eq=False, repr=False)
class TopicConfig(Struct):
    key: str = ""
    value: str = ""


@define(eq=False, repr=False)
class TopicInfo(Struct):
    name: str = ""
    partitions: int = 0
    replication_factor: int = 0
    topic_configs: list[TopicConfig] = field(factory=list)


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
    copartition_groups: list[CopartitionGroup] = field(factory=list)


@define(eq=False, repr=False)
class StreamsGroupTopologyValue(Struct):
    TYPE: ClassVar[int] = 23
    MIN_VERSION: ClassVar[int] = 0
    MAX_VERSION: ClassVar[int] = 0

    epoch: int = 0
    subtopologies: list[Subtopology] = field(factory=list)

    @classmethod
    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> StreamsGroupTopologyValue:
        """The fields, from `pos` to `end`. Raises MalformedFrame."""
        return _decode_value(buf, pos, end, version)

    def encode(self, version: int) -> bytes:
        """The fields. Raises ValueError for what the version cannot say."""
        return _encode_value(self, version)


def _decode_value(buf: Readable, pos: int, end: int, version: int) -> StreamsGroupTopologyValue:
    start = pos
    try:
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
                topic_configs: list[TopicConfig] = []
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
                    topic_config_value = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    topic_configs.append(TopicConfig(key, topic_config_value))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                state_changelog_topics.append(TopicInfo(name, partitions, replication_factor, topic_configs))
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0:
                refuse("repartition_sink_topics", n, end - pos)
            repartition_sink_topics, pos = read_compact_strings(buf, pos, end, n, "repartition_sink_topics")
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
                    topic_config_value = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                    n = buf[pos]
                    pos += 1
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    topic_configs.append(TopicConfig(key, topic_config_value))
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
                copartition_group_repartition_source_topics: list[int] = list(unpack_from(f">{n}h", buf, pos))
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
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("StreamsGroupTopologyValue", version, pos - start, end - start, error) from error
    return StreamsGroupTopologyValue(epoch, subtopologies)


def _encode_value(record: StreamsGroupTopologyValue, version: int) -> bytes:
    out = bytearray()
    out += _pack_i(record.epoch)
    n = len(record.subtopologies) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for subtopology in record.subtopologies:
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
            for topic_config in topic_info.topic_configs:
                write_compact_string(out, topic_config.key)
                write_compact_string(out, topic_config.value)
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
            for topic_config in topic_info.topic_configs:
                write_compact_string(out, topic_config.key)
                write_compact_string(out, topic_config.value)
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
    return bytes(out)
