"""Messages of the usual shape: the short cuts read and write what the general code does."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from kwire.codec import MalformedFrame
from kwire.codec.messages import produce
from kwire.codec.messages.produce import (
    BatchIndexAndErrorMessage,
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
    TopicProduceResponse,
)
from kwire.codec.primitives import Buffer

VERSIONS = range(produce.MIN_VERSION, produce.MAX_VERSION + 1)


def turn_off(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let no message have a usual shape; the short cuts that there are."""
    names = [name for name in vars(module) if name.startswith("_usual_")]
    for name in names:
        monkeypatch.setattr(module, name, lambda *_: None)
    return names


def written(response: ProduceResponse, version: int) -> bytes:
    parts: list[Buffer] = []
    produce.encode_response(response, version, parts)
    return b"".join(parts)


def request(version: int, **changes: Any) -> bytes:
    """One batch for one partition, unless `changes` say otherwise."""
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


def plain(message: ProduceRequest) -> str:
    """What it says; views of memory as bytes."""
    for topic in message.topic_data:
        for part in topic.partition_data:
            part.records = None if part.records is None else bytes(part.records)
    return repr(message)


REQUESTS: list[dict[str, Any]] = [
    {},
    {"records": b""},
    {"records": b"x"},
    {"records": None},
    {"records": b"y" * 70_000},
    {"partitions": 0},
    {"partitions": 2},
    {"topics": 0},
    {"topics": 3},
    {"transactional_id": "tx"},
    {"transactional_id": ""},
    {"name": "n" * 126},
    {"name": "n" * 127},
    {"name": ""},
    {"name": "\u00e4" * 100},
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("changes", REQUESTS, ids=repr)
def test_a_request_is_read_as_without_short_cuts(
    version: int, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = request(version, **changes)
    frame = b"before" + data + b"after"
    read = plain(produce.decode_request(frame, 6, 6 + len(data), version))
    turn_off(produce, monkeypatch)
    assert plain(produce.decode_request(frame, 6, 6 + len(data), version)) == read


@pytest.mark.parametrize("version", VERSIONS)
def test_a_request_that_is_cut_off_or_changed_is_refused_as_without_short_cuts(
    version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = request(version, records=b"r" * 200)
    tries = [data[:size] for size in range(len(data))]
    tries += [
        data[:at] + bytes([value]) + data[at + 1 :] for at in range(len(data)) for value in (0, 1, 2, 200)
    ]

    def outcome(frame: bytes) -> str:
        try:
            return plain(produce.decode_request(frame, 0, len(frame), version))
        except MalformedFrame as error:
            return str(error)

    with_short_cuts = [outcome(frame) for frame in tries]
    turn_off(produce, monkeypatch)
    assert [outcome(frame) for frame in tries] == with_short_cuts


def answer(**changes: Any) -> PartitionProduceResponse:
    part = PartitionProduceResponse(3, 0, 12345, -1, 99)
    for name, value in changes.items():
        setattr(part, name, value)
    return part


RESPONSES = [
    ProduceResponse([TopicProduceResponse("orders", b"i" * 16, [answer()])]),
    ProduceResponse([TopicProduceResponse("n" * 127, b"i" * 16, [answer(error_code=3)])], 20),
    ProduceResponse([TopicProduceResponse("orders", b"i" * 16, [answer(), answer()])]),
    ProduceResponse([TopicProduceResponse("orders", b"i" * 16, [])]),
    ProduceResponse([TopicProduceResponse("a", b"i" * 16, [answer()])] * 2),
    ProduceResponse([]),
    ProduceResponse([TopicProduceResponse("a", b"i" * 16, [answer(error_message="no")])]),
    ProduceResponse(
        [TopicProduceResponse("a", b"i" * 16, [answer(record_errors=[BatchIndexAndErrorMessage(1, "no")])])]
    ),
]
LEADERS = [
    ProduceResponse([TopicProduceResponse("a", b"i" * 16, [answer(current_leader=LeaderIdAndEpoch(1, 2))])]),
    ProduceResponse([TopicProduceResponse("a", b"i" * 16, [answer()])], 0, [NodeEndpoint(1, "h", 2)]),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("number", range(len(RESPONSES)))
def test_a_response_is_written_as_without_short_cuts(
    version: int, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = written(RESPONSES[number], version)
    assert turn_off(produce, monkeypatch)
    assert written(RESPONSES[number], version) == data


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("number", range(len(LEADERS)))
def test_what_a_version_cannot_say_is_refused_all_the_same(
    version: int, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if version < 10:
        with pytest.raises(ValueError, match="does not have it"):
            written(LEADERS[number], version)
        return
    data = written(LEADERS[number], version)
    turn_off(produce, monkeypatch)
    assert written(LEADERS[number], version) == data


def test_the_usual_produce_takes_the_short_cut() -> None:
    data = request(13)
    assert produce._usual_request_13(data, 0, len(data)) is not None
    assert produce._usual_response_13(RESPONSES[0]) == written(RESPONSES[0], 13)
