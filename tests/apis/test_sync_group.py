"""SyncGroup over the wire."""

from __future__ import annotations

import pytest

from kwire.codec.messages.sync_group import SyncGroupRequest, SyncGroupRequestAssignment
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.apis.groups import join, join_request, new_broker


@pytest.fixture
def client() -> Client:
    return Client(new_broker())


def _request(member_id: str, *assignments: tuple[str, bytes], **more: str | None) -> SyncGroupRequest:
    return SyncGroupRequest(
        "g", 1, member_id, assignments=[SyncGroupRequestAssignment(*each) for each in assignments], **more
    )


@pytest.mark.parametrize("version", [0, 3, 5])
def test_the_leader_gives_and_gets(client: Client, version: int) -> None:
    member_id = join(client, join_request(), 3).member_id
    request = _request(
        member_id,
        (member_id, b"mine"),
        ("somebody", b"other"),
        protocol_type="consumer",
        protocol_name="range",
    )
    answer = client.ask(request, version)
    assert (answer.error_code, answer.assignment) == (0, b"mine")
    if version >= 5:
        assert (answer.protocol_type, answer.protocol_name) == ("consumer", "range")


@pytest.mark.parametrize("missing", ["protocol_type", "protocol_name"])
def test_the_protocol_must_be_said_since_version_5(client: Client, missing: str) -> None:
    member_id = join(client, join_request(), 3).member_id
    said: dict[str, str | None] = {"protocol_type": "consumer", "protocol_name": "range"}
    answer = client.ask(_request(member_id, **(said | {missing: None})), 5)
    assert answer.error_code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL


@pytest.mark.parametrize("version", [0, 4])
def test_somebody_unknown_gets_nothing(client: Client, version: int) -> None:
    answer = client.ask(_request("somebody"), version)
    assert (answer.error_code, answer.assignment) == (ErrorCode.UNKNOWN_MEMBER_ID, b"")


def test_followers_wait_and_a_server_that_stops_sends_them_elsewhere(client: Client) -> None:
    first, second = join_request(), join_request()
    waiting = client.ask(first, 3), client.ask(second, 3)
    client.broker.groups.tick(client.broker.clock.monotonic_ms())
    follower = client.settle(waiting[1], second, 3)
    request = _request(follower.member_id)
    parked = client.ask(request, 3)
    assert client.settle(parked, request, 3) is None
    assert client.settle(parked, request, 3, final=True).error_code == ErrorCode.NOT_COORDINATOR
    client.ask(_request(follower.leader, (follower.member_id, b"yours")), 3)
    assert client.settle(parked, request, 3).assignment == b"yours"
