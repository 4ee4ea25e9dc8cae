"""OffsetDelete over the wire."""

from __future__ import annotations

import pytest

from kwire.codec.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.apis.groups import commit_request, new_broker, stable_member


@pytest.fixture
def client() -> Client:
    return Client(new_broker())


def _request(group_id: str, topic: str, *partitions: int) -> OffsetDeleteRequest:
    parts = [OffsetDeleteRequestPartition(index) for index in partitions]
    return OffsetDeleteRequest(group_id, [OffsetDeleteRequestTopic(topic, parts)])


@pytest.mark.parametrize(
    ("topic", "code"), [("t", ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC), ("u", ErrorCode.NONE)]
)
def test_only_what_nobody_consumes_is_deleted(client: Client, topic: str, code: ErrorCode) -> None:
    client.ask(commit_request((0, 5), topic=topic), 9)
    stable_member(client)
    answer = client.ask(_request("g", topic, 0, 1, 7), 0)
    assert answer.error_code == 0
    assert [(part.partition_index, part.error_code) for part in answer.topics[0].partitions] == [
        (0, code),
        (1, code),
        (7, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
    ]
    assert (client.broker.groups.offsets.get("g", topic, 0) is None) == (code is ErrorCode.NONE)


@pytest.mark.parametrize(
    ("group_id", "code"), [("", ErrorCode.INVALID_GROUP_ID), ("nobody", ErrorCode.GROUP_ID_NOT_FOUND)]
)
def test_of_no_group(client: Client, group_id: str, code: ErrorCode) -> None:
    answer = client.ask(_request(group_id, "t", 0), 0)
    assert (answer.error_code, answer.topics) == (code, [])
