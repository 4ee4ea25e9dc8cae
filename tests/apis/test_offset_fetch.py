"""OffsetFetch over the wire: one group or many, some topics or all, by name or by id."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.broker.groups.events import CommittedOffset, OffsetCommitted
from kwire.codec.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.apis.groups import commit_request, new_broker

NOTHING = (-1, -1, "", 0)


@pytest.fixture
def client() -> Client:
    client = Client(new_broker())
    client.ask(commit_request((0, 5), (2, 7)), 9)
    client.ask(commit_request((1, 1), topic="u"), 9)
    return client


def _shown(topics: Any) -> dict[tuple[str, int], tuple[int, int, str, int]]:
    return {
        (topic.name, part.partition_index): (
            part.committed_offset,
            part.committed_leader_epoch,
            part.metadata,
            part.error_code,
        )
        for topic in topics
        for part in topic.partitions
    }


def _fetch(client: Client, version: int, group_id: str, wanted: dict[str, list[int]] | None) -> Any:
    """The answer in one shape."""
    if version >= 8:
        topics = None
        if wanted is not None:
            topics = [OffsetFetchRequestTopics(name, partition_indexes=part) for name, part in wanted.items()]
        request = OffsetFetchRequest(groups=[OffsetFetchRequestGroup(group_id, topics=topics)])
        (group,) = client.ask(request, version).groups
        assert (group.group_id, group.error_code) == (group_id, 0)
        return _shown(group.topics)
    old = None
    if wanted is not None:
        old = [OffsetFetchRequestTopic(name, part) for name, part in wanted.items()]
    answer = client.ask(OffsetFetchRequest(group_id=group_id, topics=old), version)
    assert answer.error_code == 0
    return _shown(answer.topics)


@pytest.mark.parametrize("version", [1, 7, 8, 9])
def test_what_was_committed_is_found(client: Client, version: int) -> None:
    assert _fetch(client, version, "g", {"t": [0, 1, 9], "nowhere": [0]}) == {
        ("t", 0): (5, -1, "note", 0),
        ("t", 1): NOTHING,
        ("t", 9): NOTHING,
        ("nowhere", 0): NOTHING,
    }


@pytest.mark.parametrize("version", [2, 7, 8, 9])
def test_everything_can_be_asked_for(client: Client, version: int) -> None:
    assert set(_fetch(client, version, "g", None)) == {("t", 0), ("t", 2), ("u", 1)}
    assert _fetch(client, version, "nobody", None) == {}


@pytest.mark.parametrize("version", [1, 9])
def test_a_group_that_is_not_there_has_committed_nothing(client: Client, version: int) -> None:
    assert _fetch(client, version, "nobody", {"t": [0]}) == {("t", 0): NOTHING}


def test_many_groups_are_answered_each(client: Client) -> None:
    groups = [OffsetFetchRequestGroup(group_id, topics=None) for group_id in ("g", "nobody")]
    answer = client.ask(OffsetFetchRequest(groups=groups), 9)
    assert [(group.group_id, len(group.topics)) for group in answer.groups] == [("g", 2), ("nobody", 0)]


def test_topics_have_ids_since_version_10(client: Client) -> None:
    known, unknown = client.broker.topics.by_name["t"].topic_id, b"\x01" * 16
    asked = [
        OffsetFetchRequestTopics(topic_id=topic_id, partition_indexes=[0]) for topic_id in (known, unknown)
    ]
    groups = [OffsetFetchRequestGroup("g", topics=asked), OffsetFetchRequestGroup("g", topics=None)]
    some, everything = client.ask(OffsetFetchRequest(groups=groups), 10).groups
    assert [(topic.topic_id, topic.partitions[0].committed_offset) for topic in some.topics] == [
        (known, 5),
        (unknown, -1),
    ]
    assert some.topics[1].partitions[0].error_code == ErrorCode.UNKNOWN_TOPIC_ID
    assert {topic.topic_id for topic in everything.topics} == {
        client.broker.topics.by_name[name].topic_id for name in ("t", "u")
    }


@pytest.mark.parametrize("version", [1, 9])
def test_an_offset_of_a_topic_that_was_made_anew_is_none(client: Client, version: int) -> None:
    stale = CommittedOffset(9, topic_id=b"\x02" * 16)
    client.broker.groups.commit("old", "", None, -1, [OffsetCommitted("old", "t", 0, stale)], 0)
    assert _fetch(client, version, "old", {"t": [0]}) == {("t", 0): NOTHING}
    if version > 1:
        assert _fetch(client, version, "old", None) == {}


@pytest.mark.parametrize("version", [2, 9])
def test_a_negative_offset_is_shown_as_it_was_committed(client: Client, version: int) -> None:
    client.ask(commit_request((0, -5), group_id="odd"), 9)
    assert _fetch(client, version, "odd", None) == {("t", 0): (-5, -1, "note", 0)}


@pytest.mark.parametrize(
    ("stable", "code"), [(True, ErrorCode.UNSTABLE_OFFSET_COMMIT), (False, ErrorCode.NONE)]
)
@pytest.mark.parametrize("all_topics", [True, False])
def test_what_a_transaction_may_change_can_be_refused(
    client: Client, stable: bool, code: ErrorCode, all_topics: bool
) -> None:
    open_commit = OffsetCommitted("g", "t", 0, CommittedOffset(8))
    client.broker.groups.offsets.apply_in_transaction((0, 1), open_commit, 100)
    topics = None if all_topics else [OffsetFetchRequestTopics("t", partition_indexes=[0])]
    request = OffsetFetchRequest(groups=[OffsetFetchRequestGroup("g", topics=topics)], require_stable=stable)
    (group,) = client.ask(request, 9).groups
    shown = _shown(group.topics)["t", 0]
    assert (shown[0], shown[3]) == (-1 if stable else 5, code)
