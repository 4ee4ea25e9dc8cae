"""GENERATED from protocol_specs/92_delete_share_group_offsets.spec by protocol_specs/generate.py; do not edit."""

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
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 92
NAME = "DeleteShareGroupOffsets"
MIN_VERSION = 0
MAX_VERSION = 0
FLEXIBLE_FROM = 0

_unpack_uhB = Format(">16shB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_uh = Format(">16sh").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class DeleteShareGroupOffsetsRequestTopic(Struct):
    topic_name: str = ""


@define(eq=False, repr=False)
class DeleteShareGroupOffsetsRequest(Struct):
    group_id: str = ""
    topics: list[DeleteShareGroupOffsetsRequestTopic] = field(factory=list)


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DeleteShareGroupOffsetsRequest:
    """DeleteShareGroupOffsets request of any version. Raises MalformedFrame."""
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
        n -= 1
        if n < 0 or n * 2 > end - pos:
            refuse("topics", n, end - pos)
        topics: list[DeleteShareGroupOffsetsRequestTopic] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("topic_name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("topic_name", n - 1, end - pos)
            topic_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            topics.append(DeleteShareGroupOffsetsRequestTopic(topic_name))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DeleteShareGroupOffsets request", version, pos - start, end - start, error
        ) from error
    return DeleteShareGroupOffsetsRequest(group_id, topics)


def encode_request(request: DeleteShareGroupOffsetsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DeleteShareGroupOffsets request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    write_compact_string(out, request.group_id)
    n = len(request.topics) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for delete_share_group_offsets_request_topic in request.topics:
        write_compact_string(out, delete_share_group_offsets_request_topic.topic_name)
        out.append(0)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class DeleteShareGroupOffsetsResponseTopic(Struct):
    topic_name: str = ""
    topic_id: bytes = ZERO_UUID
    error_code: int = 0
    error_message: str | None = None


@define(eq=False, repr=False)
class DeleteShareGroupOffsetsResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    responses: list[DeleteShareGroupOffsetsResponseTopic] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DeleteShareGroupOffsetsResponse:
    """DeleteShareGroupOffsets response of any version. Raises MalformedFrame."""
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
        n -= 1
        if n < 0 or n * 21 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[DeleteShareGroupOffsetsResponseTopic] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("topic_name", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("topic_name", n - 1, end - pos)
            topic_name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            topic_id, delete_share_group_offsets_response_topic_error_code, n = _unpack_uhB(buf, pos)
            pos += 19
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("error_message", n - 1)
            delete_share_group_offsets_response_topic_error_message: str | None = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("error_message", n - 1, end - pos)
                delete_share_group_offsets_response_topic_error_message = buf[pos:stop].decode(
                    "utf-8", "replace"
                )
                pos = stop
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            responses.append(
                DeleteShareGroupOffsetsResponseTopic(
                    topic_name,
                    topic_id,
                    delete_share_group_offsets_response_topic_error_code,
                    delete_share_group_offsets_response_topic_error_message,
                )
            )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed(
            "DeleteShareGroupOffsets response", version, pos - start, end - start, error
        ) from error
    return DeleteShareGroupOffsetsResponse(throttle_time_ms, error_code, error_message, responses)


def encode_response(response: DeleteShareGroupOffsetsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DeleteShareGroupOffsets response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    n = len(response.responses) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for delete_share_group_offsets_response_topic in response.responses:
        write_compact_string(out, delete_share_group_offsets_response_topic.topic_name)
        out += _pack_uh(
            delete_share_group_offsets_response_topic.topic_id,
            delete_share_group_offsets_response_topic.error_code,
        )
        write_compact_string(out, delete_share_group_offsets_response_topic.error_message)
        out.append(0)
    out.append(0)
    parts.append(out)
