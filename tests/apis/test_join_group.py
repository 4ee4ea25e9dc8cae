"""JoinGroup over the wire: what each version sees."""

from __future__ import annotations

import pytest

from kwire.apis import Wait
from kwire.broker.groups.classic import ClassicGroup
from kwire.codec.messages.describe_groups import DescribeGroupsRequest
from kwire.codec.messages.join_group import JoinGroupRequestProtocol
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.apis.groups import join, join_request, new_broker, stable_member
from tests.broker.groups.bench import subscription
from tests.broker.groups.brokers import pass_time


@pytest.fixture
def client() -> Client:
    return Client(new_broker())


@pytest.mark.parametrize("version", [0, 3])
def test_an_old_client_joins_at_once(client: Client, version: int) -> None:
    answer = join(client, join_request(), version)
    assert answer.error_code == 0
    assert answer.generation_id == 1
    assert answer.protocol_name == "range"
    assert answer.leader == answer.member_id
    assert answer.member_id.startswith("client-")
    assert [(member.member_id, member.metadata) for member in answer.members] == [
        (answer.member_id, subscription("t"))
    ]


@pytest.mark.parametrize("version", [4, 9])
def test_a_newer_client_gets_an_id_first(client: Client, version: int) -> None:
    first = client.ask(join_request(), version)
    assert first.error_code == ErrorCode.MEMBER_ID_REQUIRED
    answer = join(client, join_request(member_id=first.member_id), version)
    assert (answer.error_code, answer.member_id, answer.generation_id) == (0, first.member_id, 1)


@pytest.mark.parametrize("version", [5, 9])
def test_a_static_member_joins_at_once(client: Client, version: int) -> None:
    answer = join(client, join_request(group_instance_id="i"), version)
    assert answer.member_id.startswith("i-")
    assert [member.group_instance_id for member in answer.members] == ["i"]


@pytest.mark.parametrize("version", [7, 9])
def test_the_protocol_type_is_told_since_version_7(client: Client, version: int) -> None:
    answer = join(client, join_request(group_instance_id="i"), version)
    assert answer.protocol_type == "consumer"


@pytest.mark.parametrize(("version", "skipped"), [(8, False), (9, True)])
def test_a_returning_leader_skips_the_assignment_since_version_9(
    client: Client, version: int, skipped: bool
) -> None:
    join(client, join_request(group_instance_id="i"), version)
    pass_time(client.broker, 0)
    stable_member(client, "other")
    broker = client.broker
    group = broker.groups.groups["g"]
    assert isinstance(group, ClassicGroup)
    member_id = group.members.leader_id
    assert member_id is not None
    broker.groups.sync("g", member_id, "i", 1, None, None, {}, broker.clock.monotonic_ms())
    answer = client.ask(join_request(group_instance_id="i", reason="back"), version)
    assert (answer.error_code, answer.skip_assignment) == (0, skipped)
    assert (answer.leader == answer.member_id) is skipped


@pytest.mark.parametrize(("version", "protocol_name"), [(0, ""), (6, ""), (7, None), (9, None)])
def test_what_cannot_be(client: Client, version: int, protocol_name: str | None) -> None:
    for request, code in (
        (join_request(""), ErrorCode.INVALID_GROUP_ID),
        (join_request(session_timeout_ms=1), ErrorCode.INVALID_SESSION_TIMEOUT),
        (join_request(member_id="somebody"), ErrorCode.UNKNOWN_MEMBER_ID),
        (join_request(protocols=[]), ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
    ):
        answer = client.ask(request, version)
        assert answer.error_code == code
        assert answer.generation_id == -1
        assert answer.protocol_name == protocol_name
        assert answer.member_id == request.member_id
        assert answer.members == []


def test_version_0_has_the_session_timeout_to_rebalance(client: Client) -> None:
    join(client, join_request(session_timeout_ms=7_000), 0)
    group = client.broker.groups.groups["g"]
    assert isinstance(group, ClassicGroup)
    (member,) = group.members
    assert member.rebalance_timeout_ms == 7_000


def test_a_protocol_named_twice_counts_once(client: Client) -> None:
    twice = [JoinGroupRequestProtocol("range", b"first"), JoinGroupRequestProtocol("range", b"second")]
    answer = join(client, join_request(protocols=twice), 3)
    assert [member.metadata for member in answer.members] == [b"first"]


def test_the_answer_waits_for_the_others(client: Client) -> None:
    first, second = join_request(), join_request()
    waiting = client.ask(first, 3), client.ask(second, 3)
    assert isinstance(waiting[0], Wait)
    assert client.settle(waiting[0], first, 3) is None
    pass_time(client.broker, 0)
    answers = [client.settle(each, first, 3) for each in waiting]
    assert [len(answer.members) for answer in answers] == [2, 0]


def test_the_one_who_waits_is_woken(client: Client) -> None:
    woken: list[int] = []
    waiting = client.ask(join_request(), 3)
    for signal in waiting.wake_on:
        signal.add(lambda: woken.append(1))
    pass_time(client.broker, 0)
    assert woken == [1]


def test_a_server_that_stops_sends_members_elsewhere(client: Client) -> None:
    request = join_request()
    answer = client.settle(client.ask(request, 3), request, 3, final=True)
    assert answer.error_code == ErrorCode.NOT_COORDINATOR


def test_the_client_is_shown_as_kafka_shows_it(client: Client) -> None:
    stable_member(client)
    (group,) = client.ask(DescribeGroupsRequest(["g"]), 6).groups
    assert [(member.client_id, member.client_host) for member in group.members] == [("client", "/10.0.0.7")]
