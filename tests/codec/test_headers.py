"""Headers: which version an API uses, and what stands before a message."""

from __future__ import annotations

import io
from struct import pack

import pytest
from kio.index import UnknownAPIKey, UnknownEntity, load_request_schema, load_response_schema
from kio.serial import entity_reader, entity_writer

from kwire.codec import MalformedFrame
from kwire.codec.headers import (
    RequestHeader,
    decode_request_header,
    decode_response_header,
    encode_request_header,
    encode_response_header,
)
from kwire.codec.messages import INDEX
from kwire.codec.primitives import Buffer

EVERY_VERSION = [
    (key, version) for key, info in INDEX.items() for version in range(info.min_version, info.max_version + 1)
]


def request_header(key: int, version: int, client_id: str | None = "client") -> bytes:
    parts: list[Buffer] = []
    encode_request_header(parts, RequestHeader(key, version, 77, client_id))
    return b"".join(parts)


@pytest.mark.parametrize("client_id", [None, "", "client", "klient-ä"])
def test_a_request_header_reads_back_equal(client_id: str | None) -> None:
    for key, version in EVERY_VERSION:
        data = request_header(key, version, client_id) + b"the message"
        header, pos = decode_request_header(b"\xff" + data, 1, len(data) + 1)
        assert header == RequestHeader(key, version, 77, client_id)
        assert data[pos - 1 :] == b"the message"


def test_every_header_is_what_kio_writes() -> None:
    for key, version in EVERY_VERSION:
        try:
            kind = load_request_schema(key, version)
        except (UnknownAPIKey, UnknownEntity):
            continue
        data = request_header(key, version)
        header, size = entity_reader(kind.__header_schema__)(data, 0)
        assert size == len(data)
        out = io.BytesIO()
        entity_writer(kind.__header_schema__)(out, header)
        assert out.getvalue() == data


def test_every_response_header_is_what_kio_reads() -> None:
    for key, version in EVERY_VERSION:
        try:
            kind = load_response_schema(key, version)
        except (UnknownAPIKey, UnknownEntity):
            continue
        parts: list[Buffer] = []
        encode_response_header(parts, key, version, 77)
        data = b"".join(parts)
        header, size = entity_reader(kind.__header_schema__)(data, 0)
        assert (header.correlation_id, size) == (77, len(data))


def test_the_header_of_an_answer_reads_back() -> None:
    for key, version in EVERY_VERSION:
        parts: list[Buffer] = []
        encode_response_header(parts, key, version, -5)
        data = b"".join(parts) + b"message"
        header, pos = decode_response_header(data, 0, len(data), key, version)
        assert header.correlation_id == -5
        assert data[pos:] == b"message"


def test_the_answer_to_api_versions_never_has_tags_in_its_header() -> None:
    for version in range(6):
        parts: list[Buffer] = []
        encode_response_header(parts, 18, version, 1)
        assert b"".join(parts) == pack(">i", 1)


def test_unknown_tags_of_a_header_are_passed_by() -> None:
    data = request_header(18, 3)[:-1] + b"\x02\x00\x03abc\x64\x00" + b"message"
    header, pos = decode_request_header(data, 0, len(data))
    assert header.client_id == "client"
    assert data[pos:] == b"message"


def test_a_version_from_the_future_still_has_a_header() -> None:
    data = pack(">hhih", 18, 99, 5, 1) + b"c\x00"
    header, pos = decode_request_header(data, 0, len(data))
    assert (header.api_version, header.client_id, pos) == (99, "c", len(data))


@pytest.mark.parametrize(("key", "version"), [(4, 0), (-1, 0), (95, 0), (1000, 3), (0, -1)])
def test_an_api_that_does_not_exist_is_refused(key: int, version: int) -> None:
    data = pack(">hhih", key, version, 5, -1)
    with pytest.raises(MalformedFrame, match=f"key {key} and version {version}"):
        decode_request_header(data, 0, len(data))


def test_a_header_that_is_cut_short_is_refused() -> None:
    whole = request_header(0, 9)
    for size in range(len(whole)):
        with pytest.raises(MalformedFrame):
            decode_request_header(whole, 0, size)
        with pytest.raises(MalformedFrame):
            decode_request_header(whole[:size], 0, size)
