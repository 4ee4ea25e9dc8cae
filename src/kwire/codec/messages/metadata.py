"""GENERATED from protocol_specs/03_metadata.spec by protocol_specs/generate.py; do not edit."""

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

KEY = 3
NAME = "Metadata"
MIN_VERSION = 0
MAX_VERSION = 13
FLEXIBLE_FROM = 9

_unpack_u = Format(">16s").unpack_from
_unpack_t = Format(">?").unpack_from
_unpack_tt = Format(">??").unpack_from
_unpack_tB = Format(">?B").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hh = Format(">hh").unpack_from
_unpack_hii = Format(">hii").unpack_from
_unpack_hiiiB = Format(">hiiiB").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ih = Format(">ih").unpack_from
_pack_u = Format(">16s").pack
_pack_t = Format(">?").pack
_pack_tt = Format(">??").pack
_pack_tB = Format(">?B").pack
_pack_Bi = Format(">Bi").pack
_pack_h = Format(">h").pack
_pack_hii = Format(">hii").pack
_pack_hiii = Format(">hiii").pack
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class MetadataRequestTopic(Struct):
    topic_id: bytes = ZERO_UUID  # 10+; Usable from version 12 on.
    name: str | None = ""


@define(eq=False, repr=False)
class MetadataRequest(Struct):
    # Null for all topics; in version 0 an empty list means all.
    topics: list[MetadataRequestTopic] | None = field(factory=list)
    allow_auto_topic_creation: bool = True  # 4+
    include_cluster_authorized_operations: bool = False  # 8..10; Moved to DescribeCluster.
    include_topic_authorized_operations: bool = False  # 8+


def decode_request(buf: Readable, pos: int, end: int, version: int) -> MetadataRequest:
    """Metadata request of any version. Raises MalformedFrame."""
    if version >= 9:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> MetadataRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        topics: list[MetadataRequestTopic] | None = None
        if n < 0 and not version >= 1:
            refuse("topics", -1, end - pos)
        if n >= 0:
            if n * 2 > end - pos:
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
                topics.append(MetadataRequestTopic(ZERO_UUID, name))
        allow_auto_topic_creation = True
        if version >= 4:
            (allow_auto_topic_creation,) = _unpack_t(buf, pos)
            pos += 1
        include_cluster_authorized_operations = False
        include_topic_authorized_operations = False
        if version >= 8:
            include_cluster_authorized_operations, include_topic_authorized_operations = _unpack_tt(buf, pos)
            pos += 2
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Metadata request", version, pos - start, end - start, error) from error
    return MetadataRequest(
        topics,
        allow_auto_topic_creation,
        include_cluster_authorized_operations,
        include_topic_authorized_operations,
    )


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> MetadataRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        topics: list[MetadataRequestTopic] | None = None
        if n >= 0:
            if n * 2 > end - pos:
                refuse("topics", n, end - pos)
            topics = []
            for _ in range(n):
                topic_id = ZERO_UUID
                if version >= 10:
                    (topic_id,) = _unpack_u(buf, pos)
                    pos += 16
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("name", n - 1)
                name: str | None = None
                if n == 0 and not version >= 10:
                    refuse("name", -1, end - pos)
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("name", n - 1, end - pos)
                    name = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                topics.append(MetadataRequestTopic(topic_id, name))
        (allow_auto_topic_creation,) = _unpack_t(buf, pos)
        pos += 1
        include_cluster_authorized_operations = False
        if version <= 10:
            (include_cluster_authorized_operations,) = _unpack_t(buf, pos)
            pos += 1
        include_topic_authorized_operations, n = _unpack_tB(buf, pos)
        pos += 2
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Metadata request", version, pos - start, end - start, error) from error
    return MetadataRequest(
        topics,
        allow_auto_topic_creation,
        include_cluster_authorized_operations,
        include_topic_authorized_operations,
    )


def encode_request(request: MetadataRequest, version: int, parts: list[Buffer]) -> None:
    """Append Metadata request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 9:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: MetadataRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.topics is None and not version >= 1:
        refuse_null("topics", version)
    if request.topics is None:
        out += NULL_INT32
    else:
        out += _pack_i(len(request.topics))
        for metadata_request_topic in request.topics:
            if metadata_request_topic.name is None:
                refuse_null("name", version)
            write_string(out, metadata_request_topic.name)
    if version >= 4:
        out += _pack_t(request.allow_auto_topic_creation)
    else:
        if not request.allow_auto_topic_creation:
            refuse_field("allow_auto_topic_creation", version)
    if version >= 8:
        out += _pack_tt(
            request.include_cluster_authorized_operations, request.include_topic_authorized_operations
        )
    else:
        if request.include_cluster_authorized_operations:
            refuse_field("include_cluster_authorized_operations", version)
        if request.include_topic_authorized_operations:
            refuse_field("include_topic_authorized_operations", version)
    parts.append(out)


def _encode_request_flexible(request: MetadataRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.topics is None:
        out.append(0)
    else:
        n = len(request.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for metadata_request_topic in request.topics:
            if version >= 10:
                out += _pack_u(metadata_request_topic.topic_id)
            if metadata_request_topic.name is None and not version >= 10:
                refuse_null("name", version)
            write_compact_string(out, metadata_request_topic.name)
            out.append(0)
    out += _pack_t(request.allow_auto_topic_creation)
    if version <= 10:
        out += _pack_t(request.include_cluster_authorized_operations)
    else:
        if request.include_cluster_authorized_operations:
            refuse_field("include_cluster_authorized_operations", version)
    out += _pack_tB(request.include_topic_authorized_operations, 0)
    parts.append(out)


@define(eq=False, repr=False)
class MetadataResponseBroker(Struct):
    node_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None  # 1+


@define(eq=False, repr=False)
class MetadataResponsePartition(Struct):
    error_code: int = 0
    partition_index: int = 0
    leader_id: int = 0
    leader_epoch: int = -1  # 7+
    replica_nodes: list[int] = field(factory=list)
    isr_nodes: list[int] = field(factory=list)  # The replicas in sync.
    offline_replicas: list[int] = field(factory=list)  # 5+


@define(eq=False, repr=False)
class MetadataResponseTopic(Struct):
    error_code: int = 0
    name: str | None = ""
    topic_id: bytes = ZERO_UUID  # 10+
    is_internal: bool = False  # 1+
    partitions: list[MetadataResponsePartition] = field(factory=list)
    topic_authorized_operations: int = -2147483648  # 8+; One bit each; the lowest int32 if not asked for.


@define(eq=False, repr=False)
class MetadataResponse(Struct):
    throttle_time_ms: int = 0  # 3+
    brokers: list[MetadataResponseBroker] = field(factory=list)
    cluster_id: str | None = None  # 2+
    controller_id: int = -1  # 1+; Some broker that forwards to the controller.
    topics: list[MetadataResponseTopic] = field(factory=list)
    # 8..10; One bit each; the lowest int32 if not asked for.
    cluster_authorized_operations: int = -2147483648
    error_code: int = 0  # version 13


def decode_response(buf: Readable, pos: int, end: int, version: int) -> MetadataResponse:
    """Metadata response of any version. Raises MalformedFrame."""
    if version >= 9:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> MetadataResponse:
    start = pos
    try:
        throttle_time_ms = 0
        if version >= 3:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 10 > end - pos:
            refuse("brokers", n, end - pos)
        brokers: list[MetadataResponseBroker] = []
        for _ in range(n):
            node_id, n = _unpack_ih(buf, pos)
            pos += 6
            stop = pos + n
            if n < 0 or stop > end:
                refuse("host", n, end - pos)
            host = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (port,) = _unpack_i(buf, pos)
            pos += 4
            rack: str | None = None
            if version >= 1:
                (n,) = _unpack_h(buf, pos)
                pos += 2
                rack = None
                if n >= 0:
                    stop = pos + n
                    if stop > end:
                        refuse("rack", n, end - pos)
                    rack = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
            brokers.append(MetadataResponseBroker(node_id, host, port, rack))
        cluster_id: str | None = None
        if version >= 2:
            (n,) = _unpack_h(buf, pos)
            pos += 2
            cluster_id = None
            if n >= 0:
                stop = pos + n
                if stop > end:
                    refuse("cluster_id", n, end - pos)
                cluster_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
        controller_id = -1
        if version >= 1:
            (controller_id,) = _unpack_i(buf, pos)
            pos += 4
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0 or n * 8 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[MetadataResponseTopic] = []
        for _ in range(n):
            error_code, n = _unpack_hh(buf, pos)
            pos += 4
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            is_internal = False
            if version >= 1:
                (is_internal,) = _unpack_t(buf, pos)
                pos += 1
            (n,) = _unpack_i(buf, pos)
            pos += 4
            if n < 0 or n * 18 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[MetadataResponsePartition] = []
            for _ in range(n):
                metadata_response_partition_error_code, partition_index, leader_id = _unpack_hii(buf, pos)
                pos += 10
                leader_epoch = -1
                if version >= 7:
                    (leader_epoch,) = _unpack_i(buf, pos)
                    pos += 4
                (n,) = _unpack_i(buf, pos)
                pos += 4
                if n < 0 or n * 4 > end - pos:
                    refuse("replica_nodes", n, end - pos)
                replica_nodes: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                (n,) = _unpack_i(buf, pos)
                pos += 4
                if n < 0 or n * 4 > end - pos:
                    refuse("isr_nodes", n, end - pos)
                isr_nodes: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                offline_replicas: list[int] = []
                if version >= 5:
                    (n,) = _unpack_i(buf, pos)
                    pos += 4
                    if n < 0 or n * 4 > end - pos:
                        refuse("offline_replicas", n, end - pos)
                    offline_replicas = list(unpack_from(f">{n}i", buf, pos))
                    pos += n * 4
                partitions.append(
                    MetadataResponsePartition(
                        metadata_response_partition_error_code,
                        partition_index,
                        leader_id,
                        leader_epoch,
                        replica_nodes,
                        isr_nodes,
                        offline_replicas,
                    )
                )
            topic_authorized_operations = -2147483648
            if version >= 8:
                (topic_authorized_operations,) = _unpack_i(buf, pos)
                pos += 4
            topics.append(
                MetadataResponseTopic(
                    error_code, name, ZERO_UUID, is_internal, partitions, topic_authorized_operations
                )
            )
        cluster_authorized_operations = -2147483648
        if version >= 8:
            (cluster_authorized_operations,) = _unpack_i(buf, pos)
            pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Metadata response", version, pos - start, end - start, error) from error
    return MetadataResponse(
        throttle_time_ms, brokers, cluster_id, controller_id, topics, cluster_authorized_operations
    )


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> MetadataResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 11 > end - pos:
            refuse("brokers", n, end - pos)
        brokers: list[MetadataResponseBroker] = []
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
            brokers.append(MetadataResponseBroker(node_id, host, port, rack))
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("cluster_id", n - 1)
        cluster_id: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("cluster_id", n - 1, end - pos)
            cluster_id = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        controller_id, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 10 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[MetadataResponseTopic] = []
        for _ in range(n):
            error_code, n = _unpack_hB(buf, pos)
            pos += 3
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("name", n - 1)
            name: str | None = None
            if n == 0 and not version >= 12:
                refuse("name", -1, end - pos)
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("name", n - 1, end - pos)
                name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            topic_id = ZERO_UUID
            if version >= 10:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            is_internal, n = _unpack_tB(buf, pos)
            pos += 2
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 18 > end - pos:
                refuse("partitions", n, end - pos)
            partitions: list[MetadataResponsePartition] = []
            for _ in range(n):
                metadata_response_partition_error_code, partition_index, leader_id, leader_epoch, n = (
                    _unpack_hiiiB(buf, pos)
                )
                pos += 15
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("replica_nodes", n, end - pos)
                replica_nodes: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("isr_nodes", n, end - pos)
                isr_nodes: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                n -= 1
                if n < 0 or n * 4 > end - pos:
                    refuse("offline_replicas", n, end - pos)
                offline_replicas: list[int] = list(unpack_from(f">{n}i", buf, pos))
                pos += n * 4
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                partitions.append(
                    MetadataResponsePartition(
                        metadata_response_partition_error_code,
                        partition_index,
                        leader_id,
                        leader_epoch,
                        replica_nodes,
                        isr_nodes,
                        offline_replicas,
                    )
                )
            topic_authorized_operations, n = _unpack_iB(buf, pos)
            pos += 5
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(
                MetadataResponseTopic(
                    error_code, name, topic_id, is_internal, partitions, topic_authorized_operations
                )
            )
        cluster_authorized_operations = -2147483648
        if version <= 10:
            (cluster_authorized_operations,) = _unpack_i(buf, pos)
            pos += 4
        metadata_response_error_code = 0
        if version >= 13:
            (metadata_response_error_code,) = _unpack_h(buf, pos)
            pos += 2
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("Metadata response", version, pos - start, end - start, error) from error
    return MetadataResponse(
        throttle_time_ms,
        brokers,
        cluster_id,
        controller_id,
        topics,
        cluster_authorized_operations,
        metadata_response_error_code,
    )


def encode_response(response: MetadataResponse, version: int, parts: list[Buffer]) -> None:
    """Append Metadata response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 9:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: MetadataResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 3:
        out += _pack_i(response.throttle_time_ms)
    out += _pack_i(len(response.brokers))
    for metadata_response_broker in response.brokers:
        out += _pack_i(metadata_response_broker.node_id)
        write_string(out, metadata_response_broker.host)
        out += _pack_i(metadata_response_broker.port)
        if version >= 1:
            write_string(out, metadata_response_broker.rack)
    if version >= 2:
        write_string(out, response.cluster_id)
    if version >= 1:
        out += _pack_i(response.controller_id)
    out += _pack_i(len(response.topics))
    for metadata_response_topic in response.topics:
        out += _pack_h(metadata_response_topic.error_code)
        if metadata_response_topic.name is None:
            refuse_null("name", version)
        write_string(out, metadata_response_topic.name)
        if version >= 1:
            out += _pack_t(metadata_response_topic.is_internal)
        out += _pack_i(len(metadata_response_topic.partitions))
        for metadata_response_partition in metadata_response_topic.partitions:
            out += _pack_hii(
                metadata_response_partition.error_code,
                metadata_response_partition.partition_index,
                metadata_response_partition.leader_id,
            )
            if version >= 7:
                out += _pack_i(metadata_response_partition.leader_epoch)
            n = len(metadata_response_partition.replica_nodes)
            if n == 1:
                out += _pack_ii(1, metadata_response_partition.replica_nodes[0])
            else:
                out += pack(f">i{n}i", n, *metadata_response_partition.replica_nodes)
            n = len(metadata_response_partition.isr_nodes)
            if n == 1:
                out += _pack_ii(1, metadata_response_partition.isr_nodes[0])
            else:
                out += pack(f">i{n}i", n, *metadata_response_partition.isr_nodes)
            if version >= 5:
                n = len(metadata_response_partition.offline_replicas)
                if n == 1:
                    out += _pack_ii(1, metadata_response_partition.offline_replicas[0])
                else:
                    out += pack(f">i{n}i", n, *metadata_response_partition.offline_replicas)
        if version >= 8:
            out += _pack_i(metadata_response_topic.topic_authorized_operations)
        else:
            if metadata_response_topic.topic_authorized_operations != -2147483648:
                refuse_field("topic_authorized_operations", version)
    if version >= 8:
        out += _pack_i(response.cluster_authorized_operations)
    else:
        if response.cluster_authorized_operations != -2147483648:
            refuse_field("cluster_authorized_operations", version)
    parts.append(out)


def _encode_response_flexible(response: MetadataResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.brokers) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for metadata_response_broker in response.brokers:
        out += _pack_i(metadata_response_broker.node_id)
        write_compact_string(out, metadata_response_broker.host)
        out += _pack_i(metadata_response_broker.port)
        write_compact_string(out, metadata_response_broker.rack)
        out.append(0)
    write_compact_string(out, response.cluster_id)
    out += _pack_i(response.controller_id)
    n = len(response.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for metadata_response_topic in response.topics:
        out += _pack_h(metadata_response_topic.error_code)
        if metadata_response_topic.name is None and not version >= 12:
            refuse_null("name", version)
        write_compact_string(out, metadata_response_topic.name)
        if version >= 10:
            out += _pack_u(metadata_response_topic.topic_id)
        out += _pack_t(metadata_response_topic.is_internal)
        n = len(metadata_response_topic.partitions) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for metadata_response_partition in metadata_response_topic.partitions:
            out += _pack_hiii(
                metadata_response_partition.error_code,
                metadata_response_partition.partition_index,
                metadata_response_partition.leader_id,
                metadata_response_partition.leader_epoch,
            )
            n = len(metadata_response_partition.replica_nodes)
            if n == 1:
                out += _pack_Bi(2, metadata_response_partition.replica_nodes[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *metadata_response_partition.replica_nodes)
            n = len(metadata_response_partition.isr_nodes)
            if n == 1:
                out += _pack_Bi(2, metadata_response_partition.isr_nodes[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *metadata_response_partition.isr_nodes)
            n = len(metadata_response_partition.offline_replicas)
            if n == 1:
                out += _pack_Bi(2, metadata_response_partition.offline_replicas[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *metadata_response_partition.offline_replicas)
            out.append(0)
        out += _pack_iB(metadata_response_topic.topic_authorized_operations, 0)
    if version <= 10:
        out += _pack_i(response.cluster_authorized_operations)
    else:
        if response.cluster_authorized_operations != -2147483648:
            refuse_field("cluster_authorized_operations", version)
    if version >= 13:
        out += _pack_h(response.error_code)
    out.append(0)
    parts.append(out)
