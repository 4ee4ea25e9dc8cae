"""OffsetCommit over the wire: what each version can say, and what each partition is told."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.broker.groups.events import CommittedOffset
from kwire.codec.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from kwire.codec.primitives import ZERO_UUID
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.apis.groups import commit_request, new_broker, stable_member


@pytest.fixture
def client() -> Client:
    return Client(new_broker())


def _codes(answer: Any) -> list[list[int]]:
    return [[part.error_code for part in topic.partitions] for topic in answer.topics]


@pytest.mark.parametrize("version", [2, 9])
def test_an_offset_is_kept(client: Client, version: int) -> None:
    assert _codes(client.ask(commit_request((0, 5), (2, 7)), version)) == [[0, 0]]
    kept = client.broker.groups.offsets.get("g", "t", 2)
    assert kept == CommittedOffset(
        7, -1, "note", client.broker.clock.time_ms(), -1, client.broker.topics.by_name["t"].topic_id
    )


@pytest.mark.parametrize("version", [6, 9])
def test_the_leader_epoch_is_kept_since_version_6(client: Client, version: int) -> None:
    request = commit_request((0, 5))
    request.topics[0].partitions[0].committed_leader_epoch = 4
    client.ask(request, version)
    kept = client.broker.groups.offsets.get("g", "t", 0)
    assert kept is not None
    assert kept.leader_epoch == 4


def test_no_metadata_is_empty_metadata(client: Client) -> None:
    request = commit_request((0, 5))
    request.topics[0].partitions[0].committed_metadata = None
    client.ask(request, 9)
    kept = client.broker.groups.offsets.get("g", "t", 0)
    assert kept is not None
    assert kept.metadata == ""


@pytest.mark.parametrize(("retention_ms", "expires"), [(-1, -1), (1_000, 1_700_000_001_000)])
def test_old_clients_may_say_how_long_to_keep_it(client: Client, retention_ms: int, expires: int) -> None:
    client.ask(commit_request((0, 5), retention_time_ms=retention_ms), 4)
    kept = client.broker.groups.offsets.get("g", "t", 0)
    assert kept is not None
    assert kept.expire_timestamp_ms == expires


def test_only_what_exists_can_be_committed(client: Client) -> None:
    request = commit_request((0, 5), (3, 5), (-1, 5))
    request.topics += commit_request((0, 5), topic="nowhere").topics
    unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert _codes(client.ask(request, 9)) == [[0, unknown, unknown], [unknown]]


def test_topics_have_ids_since_version_10(client: Client) -> None:
    known = client.broker.topics.by_name["t"].topic_id
    request = OffsetCommitRequest(
        group_id="g",
        topics=[
            OffsetCommitRequestTopic(topic_id=topic_id, partitions=[OffsetCommitRequestPartition(0, 5)])
            for topic_id in (known, b"\x01" * 16, ZERO_UUID)
        ],
    )
    answer = client.ask(request, 10)
    assert [topic.topic_id for topic in answer.topics] == [known, b"\x01" * 16, ZERO_UUID]
    assert _codes(answer) == [[0], [ErrorCode.UNKNOWN_TOPIC_ID], [ErrorCode.UNKNOWN_TOPIC_ID]]


@pytest.mark.parametrize(
    ("version", "code"), [(8, ErrorCode.ILLEGAL_GENERATION), (9, ErrorCode.GROUP_ID_NOT_FOUND)]
)
def test_a_generation_of_no_group(client: Client, version: int, code: ErrorCode) -> None:
    request = commit_request((0, 5), (9, 1), member_id="m", generation_id_or_member_epoch=1)
    assert _codes(client.ask(request, version)) == [[code, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]]


@pytest.mark.parametrize("version", [2, 9])
def test_a_member_commits_in_its_generation(client: Client, version: int) -> None:
    member_id = stable_member(client)
    good = commit_request((0, 5), member_id=member_id, generation_id_or_member_epoch=1)
    late = commit_request((0, 6), member_id=member_id, generation_id_or_member_epoch=2)
    assert _codes(client.ask(good, version)) == [[ErrorCode.NONE]]
    assert _codes(client.ask(late, version)) == [[ErrorCode.ILLEGAL_GENERATION]]
    assert _codes(client.ask(commit_request((0, 7)), version)) == [[ErrorCode.UNKNOWN_MEMBER_ID]]


def test_metadata_that_is_too_large_is_refused_alone(client: Client) -> None:
    request = commit_request((0, 5), (1, 6))
    request.topics[0].partitions[0].committed_metadata = "m" * 4097
    assert _codes(client.ask(request, 9)) == [[ErrorCode.OFFSET_METADATA_TOO_LARGE, ErrorCode.NONE]]


def test_nothing_to_commit_is_no_error(client: Client) -> None:
    request = OffsetCommitRequest(group_id="g", member_id="m", generation_id_or_member_epoch=3)
    assert _codes(client.ask(request, 9)) == []


def test_a_group_may_have_no_name(client: Client) -> None:
    assert _codes(client.ask(commit_request((0, 5), group_id=""), 9)) == [[ErrorCode.NONE]]
