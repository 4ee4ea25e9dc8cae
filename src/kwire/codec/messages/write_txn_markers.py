"""GENERATED from protocol_specs/27_write_txn_markers.spec by protocol_specs/generate.py; do not edit."""

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
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 27
NAME = "WriteTxnMarkers"
MIN_VERSION = 1
MAX_VERSION = 2
FLEXIBLE_FROM = 1

_unpack_b = Format(">b").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_unpack_qB = Format(">qB").unpack_from
_unpack_qhtB = Format(">qh?B").unpack_from
_pack_Bi = Format(">Bi").pack
_pack_b = Format(">b").pack
_pack_i = Format(">i").pack
_pack_ihB = Format(">ihB").pack
_pack_q = Format(">q").pack
_pack_qht = Format(">qh?").pack


@define(eq=False, repr=False)
class WritableTxnMarkerTopic(Struct):
    name: str = ""
    partition_indexes: list[int] = field(factory=list)


@define(eq=False, repr=False)
class WritableTxnMarker(Struct):
    producer_id: int = 0
    producer_epoch: int = 0
    transaction_result: bool = False  # True for committed.
    topics: list[WritableTxnMarkerTopic] = field(factory=list)
    coordinator_epoch: int = 0  # Markers of an older coordinator are refused.
    transaction_version: int = 0  # version 2


@define(eq=False, repr=False)
class WriteTxnMarkersRequest(Struct):
    markers: list[WritableTxnMarker] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> WriteTxnMarkersRequest:
    """WriteTxnMarkers request of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 17 > end - pos:
            refuse("markers", n, end - pos)
        markers: list[WritableTxnMarker] = []
        for _ in range(n):
            producer_id, producer_epoch, transaction_result, n = _unpack_qhtB(buf, pos)
            pos += 12
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("topics", n, end - pos)
            topics: list[WritableTxnMarkerTopic] = []
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
                topics.append(WritableTxnMarkerTopic(name, partition_indexes))
            (coordinator_epoch,) = _unpack_i(buf, pos)
            pos += 4
            transaction_version = 0
            if version >= 2:
                (transaction_version,) = _unpack_b(buf, pos)
                pos += 1
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            markers.append(
                WritableTxnMarker(
                    producer_id,
                    producer_epoch,
                    transaction_result,
                    topics,
                    coordinator_epoch,
                    transaction_version,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("WriteTxnMarkers request", version, pos - start, end - start, error) from error
    return WriteTxnMarkersRequest(markers)


def encode_request(request: WriteTxnMarkersRequest, version: int, parts: list[Buffer]) -> None:
    """Append WriteTxnMarkers request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(request.markers) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for writable_txn_marker in request.markers:
        out += _pack_qht(
            writable_txn_marker.producer_id,
            writable_txn_marker.producer_epoch,
            writable_txn_marker.transaction_result,
        )
        n = len(writable_txn_marker.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for writable_txn_marker_topic in writable_txn_marker.topics:
            write_compact_string(out, writable_txn_marker_topic.name)
            n = len(writable_txn_marker_topic.partition_indexes)
            if n == 1:
                out += _pack_Bi(2, writable_txn_marker_topic.partition_indexes[0])
            else:
                n = n + 1
                if n < 128:
                    out.append(n)
                else:
                    write_uvarint(out, n)
                out += pack(f">{n - 1}i", *writable_txn_marker_topic.partition_indexes)
            out.append(0)
        out += _pack_i(writable_txn_marker.coordinator_epoch)
        if version >= 2:
            out += _pack_b(writable_txn_marker.transaction_version)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class WritableTxnMarkerPartitionResult(Struct):
    partition_index: int = 0
    error_code: int = 0


@define(eq=False, repr=False)
class WritableTxnMarkerTopicResult(Struct):
    name: str = ""
    partitions: list[WritableTxnMarkerPartitionResult] = field(factory=list)


@define(eq=False, repr=False)
class WritableTxnMarkerResult(Struct):
    producer_id: int = 0
    topics: list[WritableTxnMarkerTopicResult] = field(factory=list)


@define(eq=False, repr=False)
class WriteTxnMarkersResponse(Struct):
    markers: list[WritableTxnMarkerResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> WriteTxnMarkersResponse:
    """WriteTxnMarkers response of any version. Raises MalformedFrame."""
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 10 > end - pos:
            refuse("markers", n, end - pos)
        markers: list[WritableTxnMarkerResult] = []
        for _ in range(n):
            producer_id, n = _unpack_qB(buf, pos)
            pos += 9
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 3 > end - pos:
                refuse("topics", n, end - pos)
            topics: list[WritableTxnMarkerTopicResult] = []
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
                if n < 0 or n * 7 > end - pos:
                    refuse("partitions", n, end - pos)
                partitions: list[WritableTxnMarkerPartitionResult] = []
                for _ in range(n):
                    partition_index, error_code, n = _unpack_ihB(buf, pos)
                    pos += 7
                    if n:
                        pos = skip_tagged_fields(buf, pos, end, n)
                    partitions.append(WritableTxnMarkerPartitionResult(partition_index, error_code))
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                topics.append(WritableTxnMarkerTopicResult(name, partitions))
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            markers.append(WritableTxnMarkerResult(producer_id, topics))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("WriteTxnMarkers response", version, pos - start, end - start, error) from error
    return WriteTxnMarkersResponse(markers)


def encode_response(response: WriteTxnMarkersResponse, version: int, parts: list[Buffer]) -> None:
    """Append WriteTxnMarkers response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    n = len(response.markers) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for writable_txn_marker_result in response.markers:
        out += _pack_q(writable_txn_marker_result.producer_id)
        n = len(writable_txn_marker_result.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for writable_txn_marker_topic_result in writable_txn_marker_result.topics:
            write_compact_string(out, writable_txn_marker_topic_result.name)
            n = len(writable_txn_marker_topic_result.partitions) + 1
            if n < 128:
                out.append(n)
            else:
                write_uvarint(out, n)
            for writable_txn_marker_partition_result in writable_txn_marker_topic_result.partitions:
                out += _pack_ihB(
                    writable_txn_marker_partition_result.partition_index,
                    writable_txn_marker_partition_result.error_code,
                    0,
                )
            out.append(0)
        out.append(0)
    out.append(0)
    parts.append(out)
