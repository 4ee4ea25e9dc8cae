"""The classic group: who gets what answer in which state."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.broker.groups.members import Joined, State
from kwire.errors import ErrorCode, KafkaError
from tests.broker.groups.bench import (
    RANGE,
    REBALANCE_MS,
    SESSION_MS,
    Bench,
    offers,
    subscription,
    waiting_still,
)


@pytest.fixture
def bench() -> Bench:
    return Bench()


# Joining


def test_a_new_member_gets_an_id_and_joins_with_it(bench: Bench) -> None:
    first = bench.ask_to_join(can_retry_with_id=True).answer
    assert first is not None
    assert first.error is ErrorCode.MEMBER_ID_REQUIRED
    assert first.member_id == "client-id1"
    asked = bench.ask_to_join(first.member_id, can_retry_with_id=True)
    bench.pass_time(0)
    (joined,) = bench.joined(asked)
    assert joined.member_id == "client-id1"


def test_an_old_client_joins_without_an_id(bench: Bench) -> None:
    (joined,) = bench.generation_of(1)
    assert joined.member_id == "client-id1"
    assert joined.generation == 1


def test_the_first_to_join_leads_and_is_told_of_everybody(bench: Bench) -> None:
    first, second = bench.generation_of(2)
    assert first.leader_id == second.leader_id == first.member_id
    assert first.members == [
        (first.member_id, None, subscription("t")),
        (second.member_id, None, subscription("t")),
    ]
    assert second.members == []


def test_an_id_that_nobody_gave_out_is_unknown(bench: Bench) -> None:
    assert bench.refused("somebody") is ErrorCode.UNKNOWN_MEMBER_ID
    bench.stable()
    assert bench.refused("somebody") is ErrorCode.UNKNOWN_MEMBER_ID


def test_an_id_that_was_given_out_is_for_a_dynamic_member(bench: Bench) -> None:
    pending = bench.ask_to_join(can_retry_with_id=True).answer
    assert pending is not None
    assert bench.refused(pending.member_id, instance_id="i") is ErrorCode.UNKNOWN_SERVER_ERROR


@pytest.mark.parametrize("wrong", [{"protocols": ()}, {"protocol_type": ""}])
def test_the_first_member_must_offer_something(bench: Bench, wrong: dict[str, Any]) -> None:
    assert bench.refused(**wrong) is ErrorCode.INCONSISTENT_GROUP_PROTOCOL


@pytest.mark.parametrize("wrong", [{"protocols": offers("sticky")}, {"protocol_type": "connect"}])
def test_others_must_share_something_with_all(bench: Bench, wrong: dict[str, Any]) -> None:
    (member,) = bench.stable()
    assert bench.refused(**wrong) is ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert bench.refused(member.member_id, protocol_type="connect") is ErrorCode.INCONSISTENT_GROUP_PROTOCOL


def test_a_protocol_that_one_member_lacks_is_not_shared(bench: Bench) -> None:
    asked = [bench.ask_to_join(protocols=offers("a", "b")), bench.ask_to_join(protocols=offers("b"))]
    assert bench.refused(protocols=offers("a")) is ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    bench.pass_time(0)
    assert {joined.protocol_name for joined in bench.joined(*asked)} == {"b"}


def test_most_votes_choose_the_protocol(bench: Bench) -> None:
    asked = [
        bench.ask_to_join(protocols=offers("a", "b")),
        bench.ask_to_join(protocols=offers("b", "a")),
        bench.ask_to_join(protocols=offers("b", "a", "c")),
    ]
    bench.pass_time(0)
    assert {joined.protocol_name for joined in bench.joined(*asked)} == {"b"}


def test_a_member_that_asks_twice_waits_in_its_newer_request(bench: Bench) -> None:
    (leader, follower) = bench.stable(2)
    first = bench.ask_to_join(leader.member_id)
    second = bench.ask_to_join(leader.member_id)
    assert first.answer is not None
    assert first.answer.error is ErrorCode.REBALANCE_IN_PROGRESS
    bench.ask_to_join(follower.member_id)
    (again,) = bench.joined(second)
    assert again.generation == 2


# The first rebalance waits


def test_a_group_that_was_empty_waits_for_others() -> None:
    bench = Bench(initial_rebalance_delay_ms=3_000)
    first = bench.ask_to_join()
    bench.pass_time(2_999)
    assert first.answer is None
    bench.pass_time(1)
    bench.joined(first)


def test_it_waits_again_when_somebody_came() -> None:
    bench = Bench(initial_rebalance_delay_ms=3_000)
    first = bench.ask_to_join()
    bench.pass_time(2_000)
    second = bench.ask_to_join()
    bench.pass_time(1_000)
    assert first.answer is None
    bench.pass_time(3_000)
    bench.joined(first, second)


def test_it_does_not_wait_longer_than_the_rebalance_timeout() -> None:
    bench = Bench(initial_rebalance_delay_ms=3_000)
    asked = [bench.ask_to_join(rebalance_timeout_ms=7_000)]
    for _ in range(6):
        bench.pass_time(1_000)
        asked.append(bench.ask_to_join(rebalance_timeout_ms=7_000))
    assert asked[0].answer is None
    bench.pass_time(1_000)
    bench.joined(*asked)


def test_without_a_delay_it_is_over_at_once(bench: Bench) -> None:
    asked = bench.ask_to_join()
    assert asked.answer is None
    bench.pass_time(0)
    bench.joined(asked)


# Later ones wait for all


def test_a_rebalance_waits_for_all_members(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    rejoined = bench.ask_to_join(leader.member_id)
    assert rejoined.answer is None
    assert bench.heartbeat(follower) is ErrorCode.REBALANCE_IN_PROGRESS
    bench.joined(bench.ask_to_join(follower.member_id), rejoined)
    assert bench.group.generation == 2


def test_who_does_not_come_is_left_out(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    asked = bench.ask_to_join(leader.member_id)
    for _ in range(REBALANCE_MS // 5_000):
        bench.heartbeat(follower)
        bench.pass_time(5_000)
    bench.joined(asked)
    assert [member.member_id for member in bench.group.members] == [leader.member_id]
    assert bench.heartbeat(follower) is ErrorCode.UNKNOWN_MEMBER_ID


def test_when_the_leader_does_not_come_another_leads(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    asked = bench.ask_to_join(follower.member_id, protocols=offers("range", "other"))
    bench.pass_time(SESSION_MS)
    (joined,) = bench.joined(asked)
    assert joined.leader_id == follower.member_id
    assert leader.member_id not in bench.group.members


def test_the_longest_rebalance_timeout_of_all_counts(bench: Bench) -> None:
    asked = [
        bench.ask_to_join(rebalance_timeout_ms=1_000),
        bench.ask_to_join(rebalance_timeout_ms=5_000),
    ]
    bench.pass_time(0)
    short, long = bench.joined(*asked)
    bench.assign([short, long])
    bench.ask_to_join(short.member_id, rebalance_timeout_ms=1_000)
    bench.pass_time(4_999)
    assert bench.is_in(State.PREPARING_REBALANCE)
    bench.pass_time(1)
    assert bench.is_in(State.COMPLETING_REBALANCE)
    assert long.member_id not in bench.group.members


def test_an_id_that_was_given_out_is_waited_for(bench: Bench) -> None:
    (member,) = bench.stable()
    pending = bench.ask_to_join(can_retry_with_id=True).answer
    asked = bench.ask_to_join(member.member_id)
    assert pending is not None
    assert asked.answer is None
    bench.joined(bench.ask_to_join(pending.member_id), asked)


def test_an_id_that_nobody_uses_is_waited_for_only_a_session_long(bench: Bench) -> None:
    (member,) = bench.stable()
    bench.ask_to_join(can_retry_with_id=True, session_timeout_ms=7_000)
    asked = bench.ask_to_join(member.member_id)
    bench.pass_time(6_999)
    assert asked.answer is None
    bench.pass_time(1)
    bench.joined(asked)


# Joining again


def test_a_follower_that_joins_unchanged_hears_the_same_generation(bench: Bench) -> None:
    _, follower = bench.stable(2)
    (again,) = bench.joined(bench.ask_to_join(follower.member_id))
    assert again.generation == 1
    assert bench.is_in(State.STABLE)


def test_a_follower_that_changed_begins_a_rebalance(bench: Bench) -> None:
    _, follower = bench.stable(2)
    bench.ask_to_join(follower.member_id, protocols=offers("range", topics=("t", "u")))
    assert bench.is_in(State.PREPARING_REBALANCE)


def test_a_leader_that_joins_begins_a_rebalance(bench: Bench) -> None:
    leader, _ = bench.stable(2)
    bench.ask_to_join(leader.member_id)
    assert bench.is_in(State.PREPARING_REBALANCE)


def test_before_the_assignment_an_unchanged_member_hears_the_same_again(bench: Bench) -> None:
    leader, follower = bench.generation_of(2)
    assert bench.joined(bench.ask_to_join(leader.member_id)) == [leader]
    assert bench.joined(bench.ask_to_join(follower.member_id)) == [follower]


def test_before_the_assignment_a_changed_member_begins_a_rebalance(bench: Bench) -> None:
    leader, follower = bench.generation_of(2)
    waiting = bench.ask_to_sync(follower)
    bench.ask_to_join(leader.member_id, protocols=offers("range", "other"))
    assert waiting.answer is not None
    assert waiting.answer.error is ErrorCode.REBALANCE_IN_PROGRESS


# The size of a group


def test_a_full_group_takes_nobody_new() -> None:
    bench = Bench(max_size=2)
    _, follower = bench.stable(2)
    assert bench.refused() is ErrorCode.GROUP_MAX_SIZE_REACHED
    bench.joined(bench.ask_to_join(follower.member_id))


def test_the_last_to_come_finds_no_room() -> None:
    bench = Bench(max_size=2)
    asked = [bench.ask_to_join(), bench.ask_to_join()]
    assert bench.refused() is ErrorCode.GROUP_MAX_SIZE_REACHED
    bench.pass_time(0)
    bench.joined(*asked)


def test_a_group_that_became_too_large_drops_the_last_to_come() -> None:
    bench = Bench()
    first, second, third = bench.stable(3)
    bench.settings = type(bench.settings)(max_size=2)
    bench.group.resume(bench.now_ms)
    asked = [bench.ask_to_join(third.member_id), bench.ask_to_join(second.member_id)]
    assert bench.refused(first.member_id) is ErrorCode.GROUP_MAX_SIZE_REACHED
    bench.joined(*asked)
    assert bench.heartbeat(first) is ErrorCode.UNKNOWN_MEMBER_ID


# Syncing


def test_followers_wait_for_the_leader(bench: Bench) -> None:
    leader, follower = bench.generation_of(2)
    waiting = bench.ask_to_sync(follower)
    assert waiting_still(waiting)
    led = bench.ask_to_sync(leader, {leader.member_id: b"L", follower.member_id: b"F"})
    assert led.answer is not None
    assert waiting.answer is not None
    assert (led.answer.assignment, waiting.answer.assignment) == (b"L", b"F")
    assert (waiting.answer.protocol_type, waiting.answer.protocol_name) == ("consumer", "range")
    assert bench.is_in(State.STABLE)


def test_who_is_forgotten_by_the_leader_gets_nothing(bench: Bench) -> None:
    leader, follower = bench.generation_of(2)
    waiting = bench.ask_to_sync(follower)
    bench.ask_to_sync(leader, {leader.member_id: b"L", "somebody": b"S"})
    assert waiting.answer is not None
    assert waiting.answer.assignment == b""
    assert waiting.answer.error is ErrorCode.NONE


def test_a_stable_group_gives_the_assignment_again(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    late = bench.ask_to_sync(follower).answer
    assert late is not None
    assert late.assignment == follower.member_id.encode()
    ignored = bench.ask_to_sync(leader, {leader.member_id: b"other"}).answer
    assert ignored is not None
    assert ignored.assignment == leader.member_id.encode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"member_id": "somebody"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"instance_id": "i"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"generation": 2}, ErrorCode.ILLEGAL_GENERATION),
        ({"generation": 2, "protocol_name": "other"}, ErrorCode.ILLEGAL_GENERATION),
        ({"protocol_name": "other"}, ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
        ({"protocol_type": "connect"}, ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
    ],
)
def test_a_sync_must_fit_the_generation(bench: Bench, change: dict[str, Any], code: ErrorCode) -> None:
    (member,) = bench.generation_of(1)
    asked: dict[str, Any] = {
        "member_id": member.member_id,
        "instance_id": None,
        "generation": 1,
        "protocol_type": "consumer",
        "protocol_name": "range",
        "assignments": {},
    }
    with pytest.raises(KafkaError) as caught:
        bench.group.sync(**(asked | change), now_ms=bench.now_ms)
    assert caught.value.code is code


def test_nobody_syncs_with_an_empty_group(bench: Bench) -> None:
    (member,) = bench.stable()
    bench.leave((member.member_id, None))
    with pytest.raises(KafkaError) as caught:
        bench.ask_to_sync(member)
    assert caught.value.code is ErrorCode.UNKNOWN_MEMBER_ID


def test_nobody_syncs_during_a_rebalance(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    bench.ask_to_join(leader.member_id)
    with pytest.raises(KafkaError) as caught:
        bench.ask_to_sync(follower)
    assert caught.value.code is ErrorCode.REBALANCE_IN_PROGRESS


def test_a_sync_asked_twice_waits_in_its_newer_request(bench: Bench) -> None:
    leader, follower = bench.generation_of(2)
    first, second = bench.ask_to_sync(follower), bench.ask_to_sync(follower)
    assert first.answer is not None
    assert first.answer.error is ErrorCode.REBALANCE_IN_PROGRESS
    bench.ask_to_sync(leader, {follower.member_id: b"F"})
    assert second.answer is not None
    assert second.answer.assignment == b"F"


def test_who_does_not_sync_in_time_is_left_out(bench: Bench) -> None:
    leader, follower = bench.generation_of(2, session_timeout_ms=600_000)
    bench.ask_to_sync(leader, {leader.member_id: b"L"})
    bench.pass_time(REBALANCE_MS - 1)
    assert bench.is_in(State.STABLE)
    bench.pass_time(1)
    assert bench.is_in(State.PREPARING_REBALANCE)
    assert bench.heartbeat(follower) is ErrorCode.UNKNOWN_MEMBER_ID
    assert bench.heartbeat(leader) is ErrorCode.REBALANCE_IN_PROGRESS


def test_a_leader_that_does_not_sync_is_left_out(bench: Bench) -> None:
    leader, follower = bench.generation_of(2, session_timeout_ms=600_000)
    waiting = bench.ask_to_sync(follower)
    bench.pass_time(REBALANCE_MS)
    assert waiting.answer is not None
    assert waiting.answer.error is ErrorCode.REBALANCE_IN_PROGRESS
    assert leader.member_id not in bench.group.members
    assert bench.group.members.leader_id == follower.member_id


def test_once_all_synced_there_is_nothing_to_wait_for(bench: Bench) -> None:
    bench.stable(2, session_timeout_ms=600_000)
    bench.pass_time(REBALANCE_MS * 2)
    assert bench.is_in(State.STABLE)


# Signs of life


def test_a_heartbeat_keeps_a_member(bench: Bench) -> None:
    (member,) = bench.stable()
    for _ in range(5):
        bench.pass_time(SESSION_MS - 1)
        assert bench.heartbeat(member) is ErrorCode.NONE


def test_a_silent_member_is_dropped(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    bench.pass_time(SESSION_MS - 1)
    bench.heartbeat(leader)
    bench.pass_time(1)
    assert bench.is_in(State.PREPARING_REBALANCE)
    assert bench.heartbeat(follower) is ErrorCode.UNKNOWN_MEMBER_ID


def test_a_commit_keeps_a_member(bench: Bench) -> None:
    (member,) = bench.stable()
    bench.pass_time(SESSION_MS - 1)
    assert bench.commit(member.member_id, 1) is ErrorCode.NONE
    bench.pass_time(SESSION_MS - 1)
    assert bench.heartbeat(member) is ErrorCode.NONE


def test_once_it_knows_its_id_a_member_must_be_heard_of(bench: Bench) -> None:
    bench.generation_of(1)
    bench.pass_time(SESSION_MS - 1)
    assert bench.is_in(State.COMPLETING_REBALANCE)
    bench.pass_time(1)
    assert bench.is_in(State.EMPTY)


def test_the_last_silent_member_leaves_an_empty_group(bench: Bench) -> None:
    bench.stable()
    bench.pass_time(SESSION_MS)
    assert bench.is_in(State.EMPTY)
    assert bench.group.generation == 2


def test_members_that_wait_for_us_may_be_silent(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    asked = bench.ask_to_join(leader.member_id)
    for _ in range(5):
        bench.pass_time(SESSION_MS - 1)
        bench.heartbeat(follower)
    bench.joined(bench.ask_to_join(follower.member_id), asked)
    waiting = bench.ask_to_sync(Joined(member_id=follower.member_id, generation=2))
    for _ in range(3):
        bench.pass_time(SESSION_MS - 1)
        bench.heartbeat(bench.joined(asked)[0])
    assert waiting.answer is None
    assert follower.member_id in bench.group.members


def test_a_new_member_that_waits_too_long_is_sent_back(bench: Bench) -> None:
    (member,) = bench.stable(rebalance_timeout_ms=600_000)
    asked = bench.ask_to_join()
    for _ in range(60):
        bench.pass_time(5_000)
        bench.heartbeat(member)
    assert asked.answer is not None
    assert asked.answer.error is ErrorCode.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize(
    ("member_id", "instance_id", "generation", "code"),
    [
        ("somebody", None, 1, ErrorCode.UNKNOWN_MEMBER_ID),
        ("somebody", None, 2, ErrorCode.UNKNOWN_MEMBER_ID),
        ("client-id1", "i", 1, ErrorCode.UNKNOWN_MEMBER_ID),
        ("client-id1", None, 2, ErrorCode.ILLEGAL_GENERATION),
        ("client-id1", None, 1, ErrorCode.NONE),
    ],
)
def test_a_heartbeat_must_fit(
    bench: Bench, member_id: str, instance_id: str | None, generation: int, code: ErrorCode
) -> None:
    bench.stable()
    said = Joined(member_id=member_id, generation=generation)
    assert bench.heartbeat(said, instance_id) is code


def test_before_the_assignment_a_heartbeat_is_fine(bench: Bench) -> None:
    (member,) = bench.generation_of(1)
    assert bench.heartbeat(member) is ErrorCode.NONE


# Leaving


def test_leaving_begins_a_rebalance(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    assert bench.leave((follower.member_id, None)) == [ErrorCode.NONE]
    assert bench.heartbeat(leader) is ErrorCode.REBALANCE_IN_PROGRESS


def test_the_last_to_leave_leaves_an_empty_group(bench: Bench) -> None:
    (member,) = bench.stable()
    bench.leave((member.member_id, None))
    assert bench.is_in(State.EMPTY)
    assert bench.stored[-1].members == ()
    assert bench.stored[-1].generation == 2
    assert bench.stored[-1].protocol_type == "consumer"


def test_each_that_leaves_is_told_by_itself(bench: Bench) -> None:
    members = bench.stable(2)
    asked = [(members[0].member_id, None), ("somebody", None), ("", None), ("", "i")]
    assert bench.leave(*asked) == [
        ErrorCode.NONE,
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.UNKNOWN_MEMBER_ID,
    ]


def test_who_leaves_while_it_joins_is_told_that_it_is_unknown(bench: Bench) -> None:
    leader, _ = bench.stable(2)
    asked = bench.ask_to_join(leader.member_id)
    bench.leave((leader.member_id, None))
    assert asked.answer is not None
    assert asked.answer.error is ErrorCode.UNKNOWN_MEMBER_ID


def test_leaving_completes_a_rebalance_that_waits_for_nobody_else(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    asked = bench.ask_to_join(leader.member_id)
    bench.leave((follower.member_id, None))
    bench.joined(asked)


def test_an_id_that_was_given_out_can_be_given_back(bench: Bench) -> None:
    (member,) = bench.stable()
    pending = bench.ask_to_join(can_retry_with_id=True).answer
    asked = bench.ask_to_join(member.member_id)
    assert pending is not None
    assert bench.leave((pending.member_id, None)) == [ErrorCode.NONE]
    bench.joined(asked)


def test_all_may_leave_during_the_first_rebalance() -> None:
    bench = Bench(initial_rebalance_delay_ms=3_000)
    bench.ask_to_join()
    bench.leave(("client-id1", None))
    bench.pass_time(3_000)
    assert bench.is_in(State.EMPTY)


# Committing


def test_anybody_commits_while_there_are_no_members(bench: Bench) -> None:
    assert bench.commit() is ErrorCode.NONE
    assert bench.commit("somebody") is ErrorCode.NONE
    assert bench.commit(instance_id="i") is ErrorCode.NONE


def test_a_generation_needs_a_member_even_in_an_empty_group(bench: Bench) -> None:
    (member,) = bench.stable()
    bench.leave((member.member_id, None))
    assert bench.commit(member.member_id, 2) is ErrorCode.UNKNOWN_MEMBER_ID


def test_only_members_commit_while_there_are_some(bench: Bench) -> None:
    (member,) = bench.stable()
    assert bench.commit() is ErrorCode.UNKNOWN_MEMBER_ID
    assert bench.commit("somebody", 1) is ErrorCode.UNKNOWN_MEMBER_ID
    assert bench.commit(member.member_id) is ErrorCode.ILLEGAL_GENERATION
    assert bench.commit(member.member_id, 2) is ErrorCode.ILLEGAL_GENERATION
    assert bench.commit(member.member_id, 1) is ErrorCode.NONE


def test_nobody_commits_between_joining_and_assignment(bench: Bench) -> None:
    (member,) = bench.generation_of(1)
    assert bench.commit(member.member_id, 1) is ErrorCode.REBALANCE_IN_PROGRESS


def test_members_commit_what_they_have_while_others_join(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    bench.ask_to_join(leader.member_id)
    assert bench.commit(follower.member_id, 1) is ErrorCode.NONE


# What is written, and what is read


def test_a_generation_is_written_when_it_is_assigned(bench: Bench) -> None:
    leader, follower = bench.generation_of(2)
    assert bench.stored == []
    bench.assign([leader, follower])
    (stored,) = bench.stored
    assert (stored.protocol_type, stored.generation, stored.protocol_name) == ("consumer", 1, "range")
    assert stored.leader_id == leader.member_id
    assert [(member.member_id, member.assignment) for member in stored.members] == [
        (leader.member_id, leader.member_id.encode()),
        (follower.member_id, follower.member_id.encode()),
    ]
    assert {member.subscription for member in stored.members} == {subscription("t")}


def test_members_go_on_after_a_restart(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    again = Bench()
    again.group.adopt(bench.stored[-1])
    again.group.resume(again.now_ms)
    again.pass_time(SESSION_MS - 1)
    assert again.heartbeat(leader) is ErrorCode.NONE
    assert again.heartbeat(follower) is ErrorCode.NONE
    kept = again.ask_to_sync(follower).answer
    assert kept is not None
    assert kept.assignment == follower.member_id.encode()
    assert again.is_in(State.STABLE)


def test_members_that_do_not_come_back_after_a_restart_are_dropped(bench: Bench) -> None:
    leader, _ = bench.stable(2)
    again = Bench()
    again.group.adopt(bench.stored[-1])
    again.group.resume(again.now_ms)
    again.pass_time(SESSION_MS - 1)
    again.heartbeat(leader)
    again.pass_time(1)
    assert again.is_in(State.PREPARING_REBALANCE)
    assert [member.member_id for member in again.group.members] == [leader.member_id]


def test_a_later_record_replaces_an_earlier_one(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    bench.leave((follower.member_id, None))
    bench.assign(bench.joined(bench.ask_to_join(leader.member_id)))
    again = Bench()
    for stored in bench.stored:
        again.group.adopt(stored)
    assert [member.member_id for member in again.group.members] == [leader.member_id]
    assert again.group.generation == 2


def test_an_assignment_that_cannot_be_written_is_not_given(bench: Bench) -> None:
    leader, follower = bench.generation_of(2)
    waiting = bench.ask_to_sync(follower)
    bench.failure = KafkaError(ErrorCode.NOT_COORDINATOR)
    led = bench.ask_to_sync(leader, {follower.member_id: b"F"})
    for asked in (led, waiting):
        assert asked.answer is not None
        assert asked.answer.error is ErrorCode.NOT_COORDINATOR
        assert asked.answer.assignment == b""
    assert bench.is_in(State.PREPARING_REBALANCE)


def test_a_group_becomes_empty_even_when_that_cannot_be_written(bench: Bench) -> None:
    (member,) = bench.stable()
    bench.failure = KafkaError(ErrorCode.NOT_COORDINATOR)
    bench.leave((member.member_id, None))
    assert bench.is_in(State.EMPTY)


# What is shown


def test_metadata_is_shown_only_while_it_is_settled(bench: Bench) -> None:
    (member,) = bench.generation_of(1)
    shown = bench.group.describe()
    assert (shown.state, shown.protocol_type, shown.protocol_name) == (
        State.COMPLETING_REBALANCE,
        "consumer",
        "",
    )
    assert [each.metadata for each in shown.members] == [b""]
    bench.assign([member])
    shown = bench.group.describe()
    assert (shown.state, shown.protocol_name) == (State.STABLE, "range")
    assert [(each.metadata, each.assignment) for each in shown.members] == [
        (subscription("t"), member.member_id.encode())
    ]


def test_an_assignment_that_was_not_completed_is_not_shown(bench: Bench) -> None:
    leader, follower = bench.stable(2)
    asked = bench.ask_to_join(leader.member_id)
    bench.joined(bench.ask_to_join(follower.member_id), asked)
    bench.ask_to_join(follower.member_id, protocols=offers("range", "other"))
    assert [each.assignment for each in bench.group.describe().members] == [b"", b""]


def test_the_topics_of_consumers_are_known(bench: Bench) -> None:
    bench.ask_to_join(protocols=offers("range", topics=("a",)))
    bench.ask_to_join(protocols=offers("range", topics=("b",)))
    bench.pass_time(0)
    assert bench.group.is_subscribed_to("a")
    assert bench.group.is_subscribed_to("b")
    assert not bench.group.is_subscribed_to("c")


@pytest.mark.parametrize("metadata", [b"", b"\x00", b"\xff\xff", b"\x00\x01\x00\x00\x00\x09"])
def test_consumers_that_cannot_be_read_may_want_any_topic(bench: Bench, metadata: bytes) -> None:
    bench.stable(protocols=(("range", metadata),))
    assert bench.group.is_subscribed_to("anything")


def test_a_group_of_something_else_subscribes_to_nothing(bench: Bench) -> None:
    bench.generation_of(1, protocol_type="connect", protocols=RANGE)
    assert not bench.group.is_subscribed_to("t")
