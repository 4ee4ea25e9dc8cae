"""A consumer group (KIP-848) that goes from one server to the other with the data directory, members and all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compat_tests.exchange.sharing import Shared
from compat_tests.exchange.test_exchange import share as share  # the fixture
from compat_tests.transactions.wire import Servers
from kwire.errors import ErrorCode
from tests.apis.consuming import ClassicConsumer, Consumer, describe, topic_ids
from tests.kafka_dump import assert_kafka_finds_nothing

SETTINGS = {"group.consumer.assignment.interval.ms": "0"}
NONE = ErrorCode.NONE


def shown(talk: Servers, group_id: str) -> dict[str, Any]:
    """What stays as it is when another server takes over."""
    return {
        member.member_id: (
            member.instance_id,
            member.client_id,
            member.subscribed_topic_names,
            member.subscribed_topic_regex,
            member.member_type,
            {part.topic_name: sorted(part.partitions) for part in member.assignment.topic_partitions},
        )
        for member in describe(talk, group_id).members
    }


@pytest.mark.parametrize("first", ["kwire", "kafka"])
def test_a_group_goes_over_with_its_members_and_comes_back(share: Callable[..., Shared], first: str) -> None:
    shared = share()
    shared.kafka_settings |= SETTINGS
    shared.kwire_settings |= SETTINGS
    servers = [shared.kwire, shared.kafka] if first == "kwire" else [shared.kafka, shared.kwire]
    talk = Servers(servers[0]().bootstrap)
    talk.create_topic("read", 4)
    one = Consumer(talk, topic_ids(talk, "read"), "readers")
    two = Consumer(talk, one.topics, "readers", instance_id="i")
    three = Consumer(talk, one.topics, "readers")
    assert one.join() == NONE
    assert two.join() == NONE
    assert three.join(subscribed_topic_names=None, subscribed_topic_regex="re.d") == NONE
    classic = ClassicConsumer(talk, ("read",), "readers")
    assert classic.join().error_code == NONE
    assert classic.sync() == NONE
    for _ in range(10):
        for each in (one, two, three, classic):
            each.go_on()
    assert one.commit("read", *one.owned["read"]) == [NONE] * len(one.owned["read"])
    before = shown(talk, "readers")
    assert sorted(index for *_, owned in before.values() for index in owned["read"]) == [0, 1, 2, 3]
    talk.close()
    shared.stop()

    for start in (servers[1], servers[0]):
        talk = Servers(start().bootstrap)
        for each in (one, two, three, classic):
            each.talk = talk
        for _ in talk.patience():
            if one.go_on() == NONE:
                break
        for _ in range(5):
            for each in (two, three, classic, one):
                each.go_on()
        assert shown(talk, "readers") == before
        assert one.commit("read", one.owned["read"][0]) == [NONE]
        assert one.committed("read", as_member=False) in (5, -1)
        talk.close()
        shared.stop()
    assert_kafka_finds_nothing(Path(shared.data))
