"""What the codec writes it reads back equal: random messages of every spec in every version."""

from __future__ import annotations

import random

import pytest

from kwire.codec.messages import fetch, heartbeat, metadata, produce
from kwire.codec.primitives import Buffer
from protocol_specs.grammar import Spec
from tests.codec.random_messages import SEED, Case, all_specs, cases, identify

MESSAGES_EACH = 4
SPECS = all_specs()


@pytest.mark.parametrize("spec", SPECS, ids=identify)
def test_what_is_written_reads_back_equal(spec: Spec) -> None:
    for case in cases(spec):
        rng = random.Random(f"{SEED} {case}")
        for value in [case.default(), *(case.random(rng) for _ in range(MESSAGES_EACH))]:
            data = case.encode(value)
            assert case.decode(data) == value, f"{case}, KWIRE_SEED={SEED}"


@pytest.mark.parametrize("spec", SPECS, ids=identify)
def test_a_frame_is_read_where_it_lies_in_a_larger_buffer(spec: Spec) -> None:
    for case in cases(spec):
        value = case.random(random.Random(f"{SEED} {case}"))
        data = case.encode(value)
        for buf in (b"\xaa\xbb" + data + b"\xcc", bytearray(b"\xaa\xbb" + data + b"\xcc")):
            assert case.decode(buf, 2, 2 + len(data)) == value, f"{case}, KWIRE_SEED={SEED}"


def produce_request(version: int) -> tuple[Case, bytes]:

    request = produce.ProduceRequest(
        topic_data=[
            produce.TopicProduceData(partition_data=[produce.PartitionProduceData(records=b"r" * 1000)])
        ]
    )
    case = next(
        case
        for spec in SPECS
        if spec.name == "Produce"
        for case in cases(spec)
        if case.message.role == "request" and case.version == version
    )
    return case, case.encode(request)


@pytest.mark.parametrize("version", [3, 9, 13])
def test_records_are_a_view_of_the_frame_and_not_a_copy(version: int) -> None:
    case, data = produce_request(version)
    frame = bytearray(data)
    records = case.decode(frame).topic_data[0].partition_data[0].records
    assert isinstance(records, memoryview)
    assert records.obj is frame


@pytest.mark.parametrize("version", [4, 12, 18])
def test_records_are_sent_as_the_buffers_that_they_are(version: int) -> None:

    first, second = memoryview(b"first batch"), memoryview(b"second batch")
    response = fetch.FetchResponse(
        responses=[fetch.FetchableTopicResponse(partitions=[fetch.PartitionData(records=[first, second])])]
    )
    parts: list[Buffer] = []
    fetch.encode_response(response, version, parts)
    assert any(part is first for part in parts)
    assert any(part is second for part in parts)
    whole = b"".join(parts)
    decoded = fetch.decode_response(whole, 0, len(whole), version)
    assert decoded.responses[0].partitions[0].records == b"first batchsecond batch"


def test_a_value_that_the_version_cannot_say_is_refused() -> None:

    request = fetch.FetchRequest(forgotten_topics_data=[fetch.ForgottenTopic("t", partitions=[1])])
    with pytest.raises(ValueError, match="forgotten_topics_data is set, but version 6 does not have it"):
        fetch.encode_request(request, 6, [])


def test_an_ignorable_value_that_the_version_cannot_say_is_left_out() -> None:

    with_session, without = fetch.FetchRequest(session_id=7), fetch.FetchRequest()
    parts: list[Buffer] = []
    fetch.encode_request(with_session, 4, parts)
    expected: list[Buffer] = []
    fetch.encode_request(without, 4, expected)
    assert parts == expected


def test_null_where_the_version_has_none_is_refused() -> None:

    with pytest.raises(ValueError, match="topics may not be null in version 0"):
        metadata.encode_request(metadata.MetadataRequest(topics=None), 0, [])


def test_invalid_utf8_reads_as_replacement_characters_as_in_kafka() -> None:

    data = b"\x00\x02\xff\xfe" + b"\x00\x00\x00\x01" + b"\x00\x01m"
    assert heartbeat.decode_request(data, 0, len(data), 0).group_id == "\ufffd\ufffd"


def test_bytes_after_the_last_field_are_ignored_as_in_kafka() -> None:

    request = heartbeat.HeartbeatRequest("g", 1, "m")
    parts: list[Buffer] = []
    heartbeat.encode_request(request, 0, parts)
    data = b"".join(parts) + b"more"
    assert heartbeat.decode_request(data, 0, len(data), 0) == request
