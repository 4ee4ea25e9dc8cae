"""GENERATED from protocol_specs/93_streams_group_topology_description_update.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

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
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 93
NAME = "StreamsGroupTopologyDescriptionUpdate"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_bB = Format(">bB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_b = Format(">b").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class TopologyDescriptionNode(Struct):
    name: str = ""
    node_type: int = 0  # 0 source, 1 processor, 2 sink.
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
class StreamsGroupTopologyDescriptionUpdateRequest(Struct):
    group_id: str = ""
    member_id: str = ""
    topology_epoch: int = 0
    topology_description: TopologyDescription = field(factory=TopologyDescription)


def decode_request(
    buf: Readable, pos: int, end: int, version: int
) -> StreamsGroupTopologyDescriptionUpdateRequest:
    """StreamsGroupTopologyDescriptionUpdate request of any version. Raises MalformedFrame."""
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
        topology_epoch, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 3 > end - pos:
            refuse("subtopologies", n, end - pos)
        subtopologies: list[TopologyDescriptionSubtopology] = []
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
                name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                node_type, n = _unpack_bB(buf, pos)
                pos += 2
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
                    TopologyDescriptionNode(name, node_type, source_topics, sink_topic, stores, successors)
                )
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            subtopologies.append(TopologyDescriptionSubtopology(subtopology_id, nodes))
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
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            node_type, n = _unpack_bB(buf, pos)
            pos += 2
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
            source = TopologyDescriptionNode(name, node_type, source_topics, sink_topic, stores, successors)
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
            node_type, n = _unpack_bB(buf, pos)
            pos += 2
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
                name, node_type, source_topics, sink_topic, stores, successors
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
        topology_description = TopologyDescription(subtopologies, global_stores)
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "StreamsGroupTopologyDescriptionUpdate request", version, pos - start, end - start, error
        ) from error
    return StreamsGroupTopologyDescriptionUpdateRequest(
        group_id, member_id, topology_epoch, topology_description
    )


def encode_request(
    request: StreamsGroupTopologyDescriptionUpdateRequest, version: int, parts: list[Buffer]
) -> None:
    """Append StreamsGroupTopologyDescriptionUpdate request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    write_compact_string(out, request.member_id)
    out += _pack_i(request.topology_epoch)
    n = len(request.topology_description.subtopologies) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topology_description_subtopology in request.topology_description.subtopologies:
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
    n = len(request.topology_description.global_stores) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for topology_description_global_store in request.topology_description.global_stores:
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
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class StreamsGroupTopologyDescriptionUpdateResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None


def decode_response(
    buf: Readable, pos: int, end: int, version: int
) -> StreamsGroupTopologyDescriptionUpdateResponse:
    """StreamsGroupTopologyDescriptionUpdate response of any version. Raises MalformedFrame."""
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
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "StreamsGroupTopologyDescriptionUpdate response", version, pos - start, end - start, error
        ) from error
    return StreamsGroupTopologyDescriptionUpdateResponse(throttle_time_ms, error_code, error_message)


def encode_response(
    response: StreamsGroupTopologyDescriptionUpdateResponse, version: int, parts: list[Buffer]
) -> None:
    """Append StreamsGroupTopologyDescriptionUpdate response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    out.append(0)
    parts.append(out)
