"""FindCoordinator: always this node, by the address of the listener that was asked."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.codec.messages.find_coordinator import FindCoordinatorRequest
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.apis.groups import new_broker

SHARE_KEY = "group:AAAAAAAAAAAAAAAAAAAAAA:0"


@pytest.fixture
def client() -> Client:
    return Client(new_broker())


def _ask(client: Client, version: int, key_type: int, key: str) -> Any:
    if version >= 4:
        answer = client.ask(FindCoordinatorRequest(key_type=key_type, coordinator_keys=[key]), version)
        (found,) = answer.coordinators
        assert found.key == key
        return found
    return client.ask(FindCoordinatorRequest(key=key, key_type=key_type), version)


@pytest.mark.parametrize(
    ("version", "key_type", "key"),
    [(0, 0, "g"), (3, 0, ""), (3, 1, "txn"), (4, 0, "g"), (6, 0, "g"), (6, 1, "txn"), (6, 2, SHARE_KEY)],
)
def test_this_node_looks_after_everything(client: Client, version: int, key_type: int, key: str) -> None:
    found = _ask(client, version, key_type, key)
    assert (found.error_code, found.node_id, found.host, found.port) == (0, 1, "here", 9092)


@pytest.mark.parametrize(
    ("version", "key_type", "key"),
    [
        (1, 2, "g"),
        (3, 3, "g"),
        (5, 2, SHARE_KEY),
        (6, 2, "g"),
        (6, 2, "g:notanid:0"),
        (6, 2, SHARE_KEY[:-1]),
        (6, -1, "g"),
    ],
)
def test_some_keys_have_no_coordinator(client: Client, version: int, key_type: int, key: str) -> None:
    found = _ask(client, version, key_type, key)
    assert (found.error_code, found.node_id, found.host, found.port) == (
        ErrorCode.INVALID_REQUEST,
        -1,
        "",
        -1,
    )


def test_many_keys_are_answered_each(client: Client) -> None:
    answer = client.ask(FindCoordinatorRequest(key_type=0, coordinator_keys=["a", "b"]), 6)
    assert [found.key for found in answer.coordinators] == ["a", "b"]


def test_the_topic_of_the_groups_is_there_afterwards(client: Client) -> None:
    _ask(client, 6, 0, "g")
    assert len(client.broker.topics.by_name["__consumer_offsets"].partitions) == 3


def test_another_listener_has_another_address(client: Client) -> None:
    client.broker.endpoints["OUTSIDE"] = ("there", 19092)
    client.caller.listener = "OUTSIDE"
    found = _ask(client, 6, 0, "g")
    assert (found.host, found.port) == ("there", 19092)
