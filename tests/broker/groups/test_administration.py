"""What administrators see of groups, and what they may remove."""

from __future__ import annotations

import pytest

from kwire.broker.broker import Broker
from kwire.broker.groups.administration import delete_group, delete_offsets, listed
from kwire.broker.groups.events import CommittedOffset, OffsetCommitted
from kwire.broker.groups.members import Join
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from tests.broker.groups.bench import RANGE
from tests.broker.groups.brokers import commit, offset_of, open_broker, restarted, stable_member


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles()


@pytest.fixture
def broker(files: MemoryFiles) -> Broker:
    return open_broker(files)


def test_groups_are_listed_by_state_and_type(broker: Broker) -> None:
    commit(broker, "simple", "t", 5)
    stable_member(broker, "stable")

    def ids(**filters: set[str]) -> set[str]:
        return {group.group_id for group in listed(broker, **filters)}

    assert ids() == {"simple", "stable"}
    assert ids(states={"stable", "dead"}) == {"stable"}
    assert ids(types={"classic", "share"}) == {"simple", "stable"}
    assert ids(types={"consumer"}) == set()


def test_only_a_group_without_members_can_be_deleted(broker: Broker) -> None:
    member_id = stable_member(broker)
    with pytest.raises(KafkaError) as caught:
        delete_group(broker, "g")
    assert caught.value.code is ErrorCode.NON_EMPTY_GROUP
    broker.groups.leave("g", [(member_id, None, None)], 0)
    delete_group(broker, "g")
    with pytest.raises(KafkaError) as caught:
        delete_group(broker, "g")
    assert caught.value.code is ErrorCode.GROUP_ID_NOT_FOUND


def test_a_deleted_group_stays_deleted(broker: Broker, files: MemoryFiles) -> None:
    commit(broker, "g", "t", 5)
    delete_group(broker, "g")
    again = restarted(broker, files)
    for each in (broker, again):
        assert list(listed(each)) == []
        assert offset_of(each, "g") is None


def test_very_many_removals_are_written_in_pieces(broker: Broker, files: MemoryFiles) -> None:
    events = [OffsetCommitted("g", f"t{number}", 0, CommittedOffset(1)) for number in range(4_500)]
    broker.groups.commit("g", "", None, -1, events, 0)
    delete_group(broker, "g")
    again = restarted(broker, files)
    assert list(listed(again)) == []


def test_offsets_are_deleted_unless_somebody_consumes_the_topic(broker: Broker) -> None:
    commit(broker, "g", "t", 5)
    commit(broker, "g", "u", 5)
    stable_member(broker, "g", topic="t")
    assert delete_offsets(broker, "g", [("t", 0), ("u", 0), ("u", 1)]) == {
        ("t", 0): ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
        ("u", 0): ErrorCode.NONE,
        ("u", 1): ErrorCode.NONE,
    }
    assert offset_of(broker, "g", "t") == 5
    assert offset_of(broker, "g", "u") is None


@pytest.mark.parametrize(
    ("group_id", "code"), [("", ErrorCode.INVALID_GROUP_ID), ("g", ErrorCode.GROUP_ID_NOT_FOUND)]
)
def test_deleting_offsets_of_no_group(broker: Broker, group_id: str, code: ErrorCode) -> None:
    with pytest.raises(KafkaError) as caught:
        delete_offsets(broker, group_id, [])
    assert caught.value.code is code


def test_deleting_offsets_of_members_that_are_no_consumers(broker: Broker) -> None:
    join = Join("", None, "c", "/h", 10_000, 10_000, "connect", RANGE, can_retry_with_id=False)
    broker.groups.join("g", join, 0)
    with pytest.raises(KafkaError) as caught:
        delete_offsets(broker, "g", [("t", 0)])
    assert caught.value.code is ErrorCode.NON_EMPTY_GROUP
