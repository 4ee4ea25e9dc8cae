"""Heartbeat over the wire."""

from __future__ import annotations

import pytest

from kwire.codec.messages.heartbeat import HeartbeatRequest
from kwire.errors import ErrorCode
from tests.apis.asking import Client
from tests.apis.groups import new_broker, stable_member


@pytest.mark.parametrize("version", [0, 3, 4])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, ErrorCode.NONE),
        ({"group_id": ""}, ErrorCode.INVALID_GROUP_ID),
        ({"group_id": "other"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"member_id": "somebody"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"generation_id": 2}, ErrorCode.ILLEGAL_GENERATION),
    ],
)
def test_a_heartbeat_is_judged(version: int, change: dict[str, str | int], code: ErrorCode) -> None:
    client = Client(new_broker())
    asked = {"group_id": "g", "generation_id": 1, "member_id": stable_member(client)}
    assert client.ask(HeartbeatRequest(**(asked | change)), version).error_code == code  # type: ignore[arg-type]
