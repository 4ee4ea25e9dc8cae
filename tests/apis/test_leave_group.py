"""LeaveGroup over the wire."""

from __future__ import annotations

import pytest

from kwire.codec.messages.leave_group import LeaveGroupRequest, MemberIdentity
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.apis.groups import new_broker, stable_member


@pytest.fixture
def client() -> Client:
    return Client(new_broker())


@pytest.mark.parametrize("version", [0, 2])
def test_one_leaves(client: Client, version: int) -> None:
    request = LeaveGroupRequest("g", stable_member(client))
    assert client.ask(request, version).error_code == ErrorCode.NONE
    assert client.ask(request, version).error_code == ErrorCode.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize("version", [3, 5])
def test_many_leave_and_each_is_told(client: Client, version: int) -> None:
    member_id = stable_member(client)
    asked = [MemberIdentity(member_id), MemberIdentity("somebody", "i")]
    answer = client.ask(LeaveGroupRequest("g", members=asked), version)
    assert answer.error_code == ErrorCode.NONE
    assert [(each.member_id, each.group_instance_id, each.error_code) for each in answer.members] == [
        (member_id, None, ErrorCode.NONE),
        ("somebody", "i", ErrorCode.UNKNOWN_MEMBER_ID),
    ]


def test_of_a_group_that_is_not_there(client: Client) -> None:
    asked = [MemberIdentity("m")]
    answer = client.ask(LeaveGroupRequest("g", members=asked), 5)
    assert (answer.error_code, answer.members[0].error_code) == (0, ErrorCode.UNKNOWN_MEMBER_ID)
    assert client.ask(LeaveGroupRequest("g", "m"), 2).error_code == ErrorCode.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize("version", [0, 5])
def test_of_a_group_without_a_name(client: Client, version: int) -> None:
    answer = client.ask(LeaveGroupRequest("", "m" if version < 3 else ""), version)
    assert answer.error_code == ErrorCode.INVALID_GROUP_ID
    assert answer.members == []
