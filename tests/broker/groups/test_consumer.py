"""Consumer groups (KIP-848): who gets what, and when."""

from __future__ import annotations

import errno

import pytest

from kwire.broker.broker import Broker
from kwire.broker.groups.administration import delete_group
from kwire.broker.groups.events import CommittedOffset, OffsetCommitted
from kwire.broker.groups.modern import ModernState
from kwire.broker.groups.modern_events import Progress
from kwire.codec.stored.config_record import ConfigRecord
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from tests.broker.groups.brokers import TestClock, pass_time
from tests.broker.groups.consuming import Member, durable, group_of, new_broker, settle


@pytest.fixture
def broker() -> Broker:
    return new_broker()


def refused(code: ErrorCode) -> pytest.RaisesExc[KafkaError]:
    return pytest.RaisesExc(KafkaError, check=lambda error: error.code == code)


def test_the_first_member_gets_everything_in_its_first_answer(broker: Broker) -> None:
    member = Member(broker, "a", ("t", "u"))
    answer = member.join()
    assert (answer.epoch, answer.heartbeat_interval_ms) == (2, 5_000)
    assert member.has == {"t": [0, 1, 2, 3], "u": [0, 1]}
    assert group_of(broker).state is ModernState.STABLE
    assert member.beat().assignment is None


def test_the_broker_makes_an_id_for_who_has_none(broker: Broker) -> None:
    member = Member(broker, "")
    member.join()
    assert [*group_of(broker).members] == [member.member_id]


def test_a_partition_is_given_up_before_another_member_gets_it(broker: Broker) -> None:
    one, two = Member(broker, "a"), Member(broker, "b")
    one.join()
    assert two.join().assignment == {}
    assert group_of(broker).state is ModernState.RECONCILING
    one.is_slow = True
    answer = one.beat()
    assert answer.epoch == 2
    assert answer.assignment is not None
    assert sum(map(len, answer.assignment.values())) == 2
    assert group_of(broker).members["a"].current.progress is Progress.UNREVOKED_PARTITIONS
    two.beat()
    assert two.has == {}
    one.is_slow = False
    assert one.beat().epoch == 3
    two.beat()
    assert sorted(one.has["t"] + two.has["t"]) == [0, 1, 2, 3]
    assert group_of(broker).state is ModernState.STABLE


def test_who_does_not_give_up_in_its_rebalance_timeout_is_out(broker: Broker) -> None:
    one, two = Member(broker, "a"), Member(broker, "b")
    one.join()
    two.join()
    one.is_slow = True
    one.beat()
    for _ in range(3):
        pass_time(broker, 20_000)
        two.beat()
        if "a" in group_of(broker).members:
            one.beat()
    assert [*group_of(broker).members] == ["b"]
    settle(two)
    assert two.has == {"t": [0, 1, 2, 3]}
    with refused(ErrorCode.UNKNOWN_MEMBER_ID):
        one.beat()


def test_who_is_silent_for_its_session_is_out(broker: Broker) -> None:
    member = Member(broker, "a")
    member.join()
    pass_time(broker, 44_999)
    assert not group_of(broker).is_empty
    pass_time(broker, 1)
    assert group_of(broker).state is ModernState.EMPTY
    assert group_of(broker).epoch == 3


def test_a_member_that_leaves_makes_room_at_once(broker: Broker) -> None:
    one, two = Member(broker, "a"), Member(broker, "b")
    one.join()
    two.join()
    settle(one, two)
    one.leave()
    assert group_of(broker).state is ModernState.ASSIGNING
    two.beat()
    assert two.has == {"t": [0, 1, 2, 3]}


def test_an_answer_that_was_lost_comes_again_while_nothing_is_taken_for_owned_that_is_not(
    broker: Broker,
) -> None:
    one, two = Member(broker, "a"), Member(broker, "b")
    one.join()
    two.join()
    one.beat()
    before = one.epoch, one.owned, one.told
    one.beat()
    one.epoch, one.owned, one.told = before
    assert one.beat(rebalance_timeout_ms=60_000, topics=("t",)).assignment is not None
    one.epoch = before[0]
    with refused(ErrorCode.FENCED_MEMBER_EPOCH):
        one.beat(owned={broker.topics.by_name["t"].topic_id: frozenset((0, 1, 2, 3))})
    with refused(ErrorCode.FENCED_MEMBER_EPOCH):
        one.beat(owned=None)


def test_an_epoch_from_the_future_is_fenced(broker: Broker) -> None:
    member = Member(broker, "a")
    member.join()
    member.epoch = 9
    with refused(ErrorCode.FENCED_MEMBER_EPOCH):
        member.beat()


def test_who_was_fenced_joins_again_under_its_own_id(broker: Broker) -> None:
    one, two = Member(broker, "a"), Member(broker, "b")
    one.join()
    two.join()
    settle(one, two)
    assert one.join().epoch == 3
    assert len(one.has["t"]) == 2


def test_static_members_keep_their_place_for_a_while(broker: Broker) -> None:
    one, two = Member(broker, "a", instance_id="i"), Member(broker, "b")
    one.join()
    two.join()
    settle(one, two)
    had, epoch = one.has, group_of(broker).epoch
    usurper = Member(broker, "c", instance_id="i")
    with refused(ErrorCode.UNRELEASED_INSTANCE_ID):
        usurper.join()
    one.leave(-2)
    two.beat()
    assert len(two.has["t"]) == 2
    assert usurper.join().epoch == epoch
    assert usurper.has == had
    assert [*group_of(broker).members] == ["b", "c"]
    with refused(ErrorCode.FENCED_INSTANCE_ID):
        one.leave()


def test_a_static_member_that_does_not_come_back_is_out_after_its_session(broker: Broker) -> None:
    member = Member(broker, "a", instance_id="i")
    member.join()
    member.leave(-2)
    pass_time(broker, 45_000)
    assert group_of(broker).is_empty
    with refused(ErrorCode.UNKNOWN_MEMBER_ID):
        member.leave(-1)


def test_more_partitions_are_given_out(broker: Broker) -> None:
    member = Member(broker, "a", ("t", "new"))
    member.join()
    broker.topics.create("new", partitions=1)
    assert member.beat().epoch == 3
    assert member.has == {"t": [0, 1, 2, 3], "new": [0]}
    broker.topics.create("foreign", partitions=1)
    assert member.beat().epoch == 3


def test_a_topic_that_is_deleted_is_taken_from_its_reader(broker: Broker) -> None:
    member = Member(broker, "a", ("t", "u"))
    member.join()
    broker.topics.delete(broker.topics.by_name["u"])
    member.beat()
    settle(member)
    assert member.has == {"t": [0, 1, 2, 3]}
    assert group_of(broker).state is ModernState.STABLE


def test_a_regular_expression_stands_for_the_topics_that_match(broker: Broker) -> None:
    member = Member(broker, "a", None, regex="t|new.*")
    member.join()
    assert member.has == {"t": [0, 1, 2, 3]}
    broker.topics.create("newer", partitions=1)
    member.beat()
    assert member.has == {"t": [0, 1, 2, 3], "newer": [0]}
    member.beat(regex="u", topics=())
    settle(member)
    assert member.has == {"u": [0, 1]}
    assert [*group_of(broker).resolved] == ["u"]


def test_an_expression_that_is_none_is_refused_and_no_group_is_left(broker: Broker) -> None:
    with refused(ErrorCode.INVALID_REGULAR_EXPRESSION):
        Member(broker, "a", None, regex="(t").join()
    assert "g" not in broker.groups.groups


def test_the_assignor_that_most_members_want_is_taken(broker: Broker) -> None:
    one, two = Member(broker, "a", ("t", "u"), assignor="range"), Member(broker, "b", ("t", "u"))
    one.join()
    two.join()
    settle(one, two)
    assert one.has == {"t": [0, 1], "u": [0]}
    assert two.has == {"t": [2, 3], "u": [1]}
    assert broker.groups.consumers.describe("g").assignor == "range"
    with refused(ErrorCode.UNSUPPORTED_ASSIGNOR):
        Member(broker, "c", assignor="best").join()


def test_the_first_assignor_of_the_settings_is_for_who_asks_for_none() -> None:
    broker = new_broker(group_consumer_assignors="org.apache.kafka.coordinator.group.assignor.RangeAssignor")
    Member(broker, "a").join()
    assert broker.groups.consumers.describe("g").assignor == "range"
    with refused(ErrorCode.UNSUPPORTED_ASSIGNOR):
        Member(broker, "b", assignor="uniform").join()


def test_nothing_holds_that_could_not_be_written() -> None:
    files = MemoryFiles()
    broker = new_broker(files)
    one, two = Member(broker, "a"), Member(broker, "b")
    one.join()
    before = durable(group_of(broker))

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "write" and "__consumer_offsets" in path:
            raise OSError(errno.ENOSPC, "full")

    files.fault = fault
    with refused(ErrorCode.NOT_COORDINATOR):
        two.join()
    with refused(ErrorCode.NOT_COORDINATOR):
        Member(broker, "c", group_id="new").join()
    assert durable(group_of(broker)) == before
    pass_time(broker, 46_000)
    assert [*group_of(broker).members] == ["a"]  # its end cannot be written either
    files.fault = None
    pass_time(broker, 1_000)
    assert group_of(broker).is_empty
    assert "new" not in broker.groups.groups


def test_a_full_group_takes_nobody_new() -> None:
    broker = new_broker(group_consumer_max_size="1")
    one = Member(broker, "a")
    one.join()
    with refused(ErrorCode.GROUP_MAX_SIZE_REACHED):
        Member(broker, "b").join()
    one.join()


def test_targets_are_made_no_more_often_than_the_settings_say() -> None:
    broker = new_broker(group_consumer_assignment_interval_ms="1000")
    one, two = Member(broker, "a"), Member(broker, "b")
    one.join()
    assert two.join().epoch == 2
    assert group_of(broker).state is ModernState.ASSIGNING
    pass_time(broker, 1_000)
    settle(one, two)
    assert group_of(broker).state is ModernState.STABLE
    assert len(two.has["t"]) == 2


def test_groups_may_have_settings_of_their_own_within_those_of_the_broker(broker: Broker) -> None:
    member = Member(broker, "a")
    member.join()
    assert member.beat().heartbeat_interval_ms == 5_000
    own = {"consumer.heartbeat.interval.ms": "6000", "consumer.session.timeout.ms": "1000000"}
    broker.metadata.write(
        [
            ConfigRecord(resource_type=32, resource_name="g", name=name, value=value)
            for name, value in own.items()
        ]
    )
    assert member.beat().heartbeat_interval_ms == 6_000
    pass_time(broker, 59_999)
    assert not group_of(broker).is_empty
    pass_time(broker, 1)
    assert group_of(broker).is_empty


def test_a_restart_brings_members_epochs_and_assignments_back() -> None:
    files, clock = MemoryFiles(), TestClock()
    broker = new_broker(files, clock)
    members = [
        Member(broker, "a", ("t", "u")),
        Member(broker, "b", instance_id="i"),
        Member(broker, "c", None, regex="u.*"),
    ]
    for member in members:
        member.join()
    settle(*members)
    Member(broker, "d").join()
    before = durable(group_of(broker))
    broker.close()
    again = new_broker(files, clock)
    assert durable(group_of(again)) == before
    for member in members:
        member.broker = again
    settle(*members)
    pass_time(again, 44_999)
    assert len(group_of(again).members) == 4
    pass_time(again, 1)
    assert group_of(again).is_empty


def test_an_empty_group_goes_when_it_is_deleted(broker: Broker) -> None:
    member = Member(broker, "a")
    member.join()
    with refused(ErrorCode.NON_EMPTY_GROUP):
        delete_group(broker, "g")
    member.leave()
    delete_group(broker, "g")
    with refused(ErrorCode.GROUP_ID_NOT_FOUND):
        broker.groups.consumers.get("g")
    assert member.join().epoch == 2


def test_offsets_that_nobody_needs_expire_and_an_empty_group_goes_with_its_last() -> None:
    broker = new_broker(
        group_consumer_session_timeout_ms="60000",
        offsets_retention_minutes="10",
        offsets_retention_check_interval_ms="60000",
    )
    member = Member(broker, "a")
    member.join()
    offsets = [
        OffsetCommitted("g", name, 0, CommittedOffset(1, -1, "", broker.clock.time_ms()))
        for name in ("t", "u")
    ]
    assert broker.groups.commit("g", "a", None, 2, offsets, 0) == [ErrorCode.NONE] * 2
    for _ in range(15):
        pass_time(broker, 50_000)
        member.beat()
    assert broker.groups.offsets.get("g", "t", 0) is not None
    assert broker.groups.offsets.get("g", "u", 0) is None
    member.leave()
    pass_time(broker, 60_000)
    assert "g" not in broker.groups.groups
    assert not broker.groups.offsets.has_any("g")


def test_an_unknown_group_has_no_members(broker: Broker) -> None:
    member = Member(broker, "a")
    member.epoch = 1
    with refused(ErrorCode.GROUP_ID_NOT_FOUND):
        member.beat()
    with refused(ErrorCode.GROUP_ID_NOT_FOUND):
        member.leave()
    member.join()
    stranger = Member(broker, "b", epoch=1)
    with refused(ErrorCode.UNKNOWN_MEMBER_ID):
        stranger.beat()
