"""DescribeGroups over the wire."""

from __future__ import annotations

import pytest

from kwire.codec.messages.describe_groups import DescribeGroupsRequest
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.apis.groups import new_broker, stable_member
from tests.broker.groups.bench import subscription

NOT_ASKED = -(2**31)


@pytest.fixture
def client() -> Client:
    return Client(new_broker())


@pytest.mark.parametrize("version", [0, 4, 6])
def test_a_group_and_its_members(client: Client, version: int) -> None:
    member_id = stable_member(client)
    (group,) = client.ask(DescribeGroupsRequest(["g"]), version).groups
    assert (group.error_code, group.group_id, group.group_state) == (0, "g", "Stable")
    assert (group.protocol_type, group.protocol_data) == ("consumer", "range")
    (member,) = group.members
    assert (member.member_id, member.client_id, member.client_host) == (member_id, "client", "/10.0.0.7")
    assert (member.member_metadata, member.member_assignment) == (subscription("t"), b"mine")
    assert group.authorized_operations == NOT_ASKED


@pytest.mark.parametrize(
    ("version", "code", "message"),
    [(5, ErrorCode.NONE, None), (6, ErrorCode.GROUP_ID_NOT_FOUND, "Group nobody not found.")],
)
def test_a_group_that_is_not_there_is_dead(
    client: Client, version: int, code: ErrorCode, message: str | None
) -> None:
    (group,) = client.ask(DescribeGroupsRequest(["nobody"]), version).groups
    assert (group.group_state, group.error_code, group.error_message) == ("Dead", code, message)


@pytest.mark.parametrize("version", [3, 6])
def test_what_the_caller_may_do_is_told_on_demand(client: Client, version: int) -> None:
    stable_member(client)
    (group,) = client.ask(DescribeGroupsRequest(["g"], True), version).groups
    assert group.authorized_operations == 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11
