"""What the tests of the group APIs begin with: a broker with topics `t` and `u`, and members in one line."""

from __future__ import annotations

from typing import Any

from kwire.broker.broker import Broker
from kwire.codec.messages.join_group import JoinGroupRequest, JoinGroupRequestProtocol
from kwire.codec.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from kwire.codec.messages.sync_group import SyncGroupRequest, SyncGroupRequestAssignment
from kwire.log.files import MemoryFiles
from tests.apis.asking import Client
from tests.broker.groups.bench import subscription
from tests.broker.groups.brokers import open_broker, pass_time


def new_broker() -> Broker:
    broker = open_broker(MemoryFiles())
    for name in ("t", "u"):
        broker.topics.create(name, partitions=3)
    return broker


def join_request(group_id: str = "g", **more: Any) -> JoinGroupRequest:
    asked: dict[str, Any] = {
        "group_id": group_id,
        "session_timeout_ms": 10_000,
        "rebalance_timeout_ms": 20_000,
        "protocol_type": "consumer",
        "protocols": [JoinGroupRequestProtocol("range", subscription("t"))],
    }
    return JoinGroupRequest(**(asked | more))


def join(client: Client, request: JoinGroupRequest, version: int) -> Any:
    """The answer of a JoinGroup that completes at once."""
    waiting = client.ask(request, version)
    pass_time(client.broker, 0)
    return client.settle(waiting, request, version)


def stable_member(client: Client, group_id: str = "g", **more: Any) -> str:
    """The id of the only member of a new stable group; its assignment is b"mine"."""
    answer = join(client, join_request(group_id, **more), 3)
    assignment = SyncGroupRequestAssignment(answer.member_id, b"mine")
    client.ask(SyncGroupRequest(group_id, 1, answer.member_id, assignments=[assignment]), 3)
    member_id: str = answer.member_id
    return member_id


def commit_request(
    *partitions: tuple[int, int], group_id: str = "g", topic: str = "t", **more: Any
) -> OffsetCommitRequest:
    """Of (partition, offset) in one topic."""
    return OffsetCommitRequest(
        group_id=group_id,
        topics=[
            OffsetCommitRequestTopic(
                name=topic,
                partitions=[
                    OffsetCommitRequestPartition(index, offset, committed_metadata="note")
                    for index, offset in partitions
                ],
            )
        ],
        **more,
    )
