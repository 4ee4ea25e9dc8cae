"""Messages of the usual shape: the short cuts read and write what the general code does."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.codec.messages import produce
from kwire.codec.messages.produce import (
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
    TopicProduceResponse,
)
from kwire.codec.primitives import Buffer

VERSIONS = range(produce.MIN_VERSION, produce.MAX_VERSION + 1)


def values(message: ProduceRequest) -> tuple[Any, ...]:
    """What a short cut gives of such a message."""
    ((topic,),) = (message.topic_data,)
    ((part,),) = (topic.partition_data,)
    return message.acks, message.timeout_ms, topic.name, topic.topic_id, part.index, part.records


def request(version: int, changes: dict[str, Any]) -> bytes:
    """One batch for one partition, unless `changes` say otherwise."""
    changes = dict(changes)
    part = PartitionProduceData(changes.pop("index", 7), changes.pop("records", b"r" * 300))
    parts = [part] * changes.pop("partitions", 1)
    name = changes.pop("name", "orders")
    topic_id = b"0123456789abcdef" if version >= 13 else bytes(16)
    topics = [TopicProduceData(name if version < 13 else "", topic_id, parts)] * changes.pop("topics", 1)
    message = ProduceRequest(changes.pop("transactional_id", None), -1, 1500, topics)
    assert not changes
    out: list[Buffer] = []
    produce.encode_request(message, version, out)
    return b"".join(out)


USUAL: list[dict[str, Any]] = [
    {},
    {"records": b""},
    {"records": b"x"},
    {"records": b"y" * 126},
    {"records": b"y" * 127},
    {"records": b"y" * 16_382},
    {"records": b"y" * 16_383},
    {"records": b"y" * 70_000},
    {"name": "n" * 126},
    {"name": ""},
]
UNUSUAL: list[dict[str, Any]] = [
    {"records": None},
    {"partitions": 0},
    {"partitions": 2},
    {"topics": 0},
    {"topics": 3},
    {"transactional_id": "tx"},
    {"transactional_id": ""},
]
EITHER: list[dict[str, Any]] = [
    {"name": "n" * 127},
    {"name": "\u00e4" * 100},
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("changes", USUAL + EITHER, ids=repr)
def test_a_request_of_the_usual_shape_is_read_as_by_the_general_code(
    version: int, changes: dict[str, Any]
) -> None:
    data = request(version, changes)
    frame = b"before" + data + b"after"
    read = produce.READ_USUAL[version](frame, 6, 6 + len(data))
    if read is None:
        assert changes in EITHER
    else:
        assert read == values(produce.decode_request(frame, 6, 6 + len(data), version))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("changes", UNUSUAL, ids=repr)
def test_any_other_request_is_left_to_the_general_code(version: int, changes: dict[str, Any]) -> None:
    data = request(version, changes)
    assert produce.READ_USUAL[version](data, 0, len(data)) is None


@pytest.mark.parametrize("version", VERSIONS)
def test_a_request_that_is_cut_off_or_changed_is_read_as_by_the_general_code_or_not_at_all(
    version: int,
) -> None:
    data = request(version, {"records": b"r" * 200})
    tries = [data[:size] for size in range(len(data))]
    tries += [
        data[:at] + bytes([value]) + data[at + 1 :]
        for at in range(len(data))
        for value in (0, 1, 2, 127, 128, 200, 255)
    ]
    taken = 0
    for frame in tries:
        read = produce.READ_USUAL[version](frame, 0, len(frame))
        if read is not None:
            taken += 1
            assert read == values(produce.decode_request(frame, 0, len(frame), version))
    assert taken > 200  # changes of what may be anything


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "name", ["orders", "", "n" * 126, "n" * 127, "\u00e4" * 63, "n" * 32_767, "n" * 32_768]
)
def test_a_response_of_the_usual_shape_is_written_as_by_the_general_code(version: int, name: str) -> None:
    topic_id = b"0123456789abcdef"
    said = produce.WRITE_USUAL[version](name, topic_id, 7, 3, 12345, 1_700_000_000_000, 99, 20)
    if said is None:
        assert len(name) > 126
        return
    part = PartitionProduceResponse(7, 3, 12345, 1_700_000_000_000, 99)
    parts: list[Buffer] = []
    produce.encode_response(
        ProduceResponse([TopicProduceResponse(name, topic_id, [part])], 20), version, parts
    )
    assert said == b"".join(parts)
