"""ListGroups over the wire."""

from __future__ import annotations

import pytest

from kwire.codec.messages.list_groups import ListGroupsRequest
from tests.apis.asking import Client
from tests.apis.groups import commit_request, new_broker, stable_member


@pytest.fixture
def client() -> Client:
    client = Client(new_broker())
    client.ask(commit_request((0, 5), group_id="simple"), 9)
    stable_member(client, "stable")
    return client


@pytest.mark.parametrize("version", [0, 3, 4, 5])
def test_all_groups(client: Client, version: int) -> None:
    answer = client.ask(ListGroupsRequest(), version)
    assert {(group.group_id, group.protocol_type) for group in answer.groups} == {
        ("simple", ""),
        ("stable", "consumer"),
    }
    if version >= 4:
        assert {group.group_state for group in answer.groups} == {"Empty", "Stable"}
    if version >= 5:
        assert {group.group_type for group in answer.groups} == {"classic"}


@pytest.mark.parametrize(
    ("states", "types", "found"),
    [
        (["stable"], [], {"stable"}),
        ([" EMPTY", "Dead"], [], {"simple"}),
        (["nonsense"], [], set()),
        ([], ["CLASSIC"], {"simple", "stable"}),
        ([], ["consumer", "share"], set()),
        (["Stable"], ["classic"], {"stable"}),
    ],
)
def test_filters(client: Client, states: list[str], types: list[str], found: set[str]) -> None:
    answer = client.ask(ListGroupsRequest(states, types), 5)
    assert {group.group_id for group in answer.groups} == found
