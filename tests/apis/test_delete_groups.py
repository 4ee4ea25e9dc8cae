"""DeleteGroups over the wire."""

from __future__ import annotations

import pytest

from kwire.codec.messages.delete_groups import DeleteGroupsRequest
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.apis.groups import commit_request, new_broker, stable_member


@pytest.mark.parametrize("version", [0, 2, 3])
def test_groups_without_members_go(version: int) -> None:
    client = Client(new_broker())
    client.ask(commit_request((0, 5), group_id="simple"), 9)
    stable_member(client, "stable")
    answer = client.ask(DeleteGroupsRequest(["simple", "stable", "nobody", "simple", ""]), version)
    assert {result.group_id: result.error_code for result in answer.results} == {
        "simple": ErrorCode.NONE,
        "stable": ErrorCode.NON_EMPTY_GROUP,
        "nobody": ErrorCode.GROUP_ID_NOT_FOUND,
        "": ErrorCode.GROUP_ID_NOT_FOUND,
    }
    assert len(answer.results) == 4
    assert client.broker.groups.offsets.get("simple", "t", 0) is None
