"""GENERATED from protocol_specs/20_delete_topics.spec by protocol_specs/generate.py; do not edit."""

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
    read_compact_strings,
    read_strings,
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

KEY = 20
NAME = "DeleteTopics"
MIN_VERSION = 1
MAX_VERSION = 6
FLEXIBLE_FROM = 4

_unpack_u = Format(">16s").unpack_from
_unpack_uB = Format(">16sB").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ii = Format(">ii").unpack_from
_pack_u = Format(">16s").pack
_pack_uB = Format(">16sB").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_iB = Format(">iB").pack
_pack_ii = Format(">ii").pack


@define(eq=False, repr=False)
class DeleteTopicState(Struct):
    name: str | None = None  # Null when named by id.
    topic_id: bytes = ZERO_UUID


@define(eq=False, repr=False)
class DeleteTopicsRequest(Struct):
    topics: list[DeleteTopicState] = field(factory=list)  # version 6
    topic_names: list[str] = field(factory=list)  # 1..5
    timeout_ms: int = 0


def decode_request(buf: Readable, pos: int, end: int, version: int) -> DeleteTopicsRequest:
    """DeleteTopics request of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> DeleteTopicsRequest:
    start = pos
    try:
        (n,) = _unpack_i(buf, pos)
        pos += 4
        if n < 0:
            refuse("topic_names", n, end - pos)
        topic_names, pos = read_strings(buf, pos, end, n, "topic_names")
        (timeout_ms,) = _unpack_i(buf, pos)
        pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteTopics request", version, pos - start, end - start, error) from error
    return DeleteTopicsRequest([], topic_names, timeout_ms)


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> DeleteTopicsRequest:
    start = pos
    try:
        topics: list[DeleteTopicState] = []
        if version >= 6:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 18 > end - pos:
                refuse("topics", n, end - pos)
            topics = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("name", n - 1)
                name: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("name", n - 1, end - pos)
                    name = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                topic_id, n = _unpack_uB(buf, pos)
                pos += 17
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                topics.append(DeleteTopicState(name, topic_id))
        topic_names: list[str] = []
        if version <= 5:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0:
                refuse("topic_names", n, end - pos)
            topic_names, pos = read_compact_strings(buf, pos, end, n, "topic_names")
        timeout_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteTopics request", version, pos - start, end - start, error) from error
    return DeleteTopicsRequest(topics, topic_names, timeout_ms)


def encode_request(request: DeleteTopicsRequest, version: int, parts: list[Buffer]) -> None:
    """Append DeleteTopics request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: DeleteTopicsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if request.topics:
        refuse_field("topics", version)
    out += _pack_i(len(request.topic_names))
    for text in request.topic_names:
        write_string(out, text)
    out += _pack_i(request.timeout_ms)
    parts.append(out)


def _encode_request_flexible(request: DeleteTopicsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    if version >= 6:
        n = len(request.topics) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for delete_topic_state in request.topics:
            write_compact_string(out, delete_topic_state.name)
            out += _pack_uB(delete_topic_state.topic_id, 0)
    else:
        if request.topics:
            refuse_field("topics", version)
    if version <= 5:
        n = len(request.topic_names) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for text in request.topic_names:
            write_compact_string(out, text)
    out += _pack_iB(request.timeout_ms, 0)
    parts.append(out)


@define(eq=False, repr=False)
class DeletableTopicResult(Struct):
    name: str | None = ""
    topic_id: bytes = ZERO_UUID  # version 6
    error_code: int = 0
    error_message: str | None = None  # 5+


@define(eq=False, repr=False)
class DeleteTopicsResponse(Struct):
    throttle_time_ms: int = 0
    responses: list[DeletableTopicResult] = field(factory=list)


def decode_response(buf: Readable, pos: int, end: int, version: int) -> DeleteTopicsResponse:
    """DeleteTopics response of any version. Raises MalformedFrame."""
    if version >= 4:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> DeleteTopicsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_ii(buf, pos)
        pos += 8
        if n < 0 or n * 4 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[DeletableTopicResult] = []
        for _ in range(n):
            (n,) = _unpack_h(buf, pos)
            pos += 2
            stop = pos + n
            if n < 0 or stop > end:
                refuse("name", n, end - pos)
            name = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (error_code,) = _unpack_h(buf, pos)
            pos += 2
            responses.append(DeletableTopicResult(name, ZERO_UUID, error_code))
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteTopics response", version, pos - start, end - start, error) from error
    return DeleteTopicsResponse(throttle_time_ms, responses)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> DeleteTopicsResponse:
    start = pos
    try:
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("responses", n, end - pos)
        responses: list[DeletableTopicResult] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("name", n - 1)
            name: str | None = None
            if n == 0 and not version >= 6:
                refuse("name", -1, end - pos)
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("name", n - 1, end - pos)
                name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            topic_id = ZERO_UUID
            if version >= 6:
                (topic_id,) = _unpack_u(buf, pos)
                pos += 16
            (error_code,) = _unpack_h(buf, pos)
            pos += 2
            error_message: str | None = None
            if version >= 5:
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("error_message", n - 1)
                error_message = None
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
            responses.append(DeletableTopicResult(name, topic_id, error_code, error_message))
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("DeleteTopics response", version, pos - start, end - start, error) from error
    return DeleteTopicsResponse(throttle_time_ms, responses)


def encode_response(response: DeleteTopicsResponse, version: int, parts: list[Buffer]) -> None:
    """Append DeleteTopics response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 4:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: DeleteTopicsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_ii(response.throttle_time_ms, len(response.responses))
    for deletable_topic_result in response.responses:
        if deletable_topic_result.name is None:
            refuse_null("name", version)
        write_string(out, deletable_topic_result.name)
        out += _pack_h(deletable_topic_result.error_code)
    parts.append(out)


def _encode_response_flexible(response: DeleteTopicsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_i(response.throttle_time_ms)
    n = len(response.responses) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for deletable_topic_result in response.responses:
        if deletable_topic_result.name is None and not version >= 6:
            refuse_null("name", version)
        write_compact_string(out, deletable_topic_result.name)
        if version >= 6:
            out += _pack_u(deletable_topic_result.topic_id)
        out += _pack_h(deletable_topic_result.error_code)
        if version >= 5:
            write_compact_string(out, deletable_topic_result.error_message)
        out.append(0)
    out.append(0)
    parts.append(out)
