"""Static members (KIP-345): they keep their place while they are away for a short time."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.broker.groups.members import Joined, Parked, State
from kwire.errors import ErrorCode, KafkaError
from tests.broker.groups.bench import SESSION_MS, Bench, offers


@pytest.fixture
def bench() -> Bench:
    return Bench()


def _come(bench: Bench, instance_id: str, **more: Any) -> Parked[Joined]:
    return bench.ask_to_join(instance_id=instance_id, can_retry_with_id=True, **more)


def _generation(bench: Bench, **more: Any) -> list[Joined]:
    asked = [_come(bench, "a", **more), _come(bench, "b", **more)]
    bench.pass_time(0)
    return bench.joined(*asked)


def _stable(bench: Bench, **more: Any) -> list[Joined]:
    members = _generation(bench, **more)
    bench.assign(members)
    return members


def test_it_joins_at_once_under_an_id_of_its_name(bench: Bench) -> None:
    leader, follower = _generation(bench)
    assert leader.member_id == "a-id1"
    assert [instance_id for _, instance_id, _ in leader.members] == ["a", "b"]
    assert follower.leader_id == "a-id1"


def test_coming_back_causes_no_rebalance(bench: Bench) -> None:
    _, follower = _stable(bench)
    (back,) = bench.joined(_come(bench, "b"))
    assert bench.is_in(State.STABLE)
    assert back.generation == 1
    assert back.member_id != follower.member_id
    kept = bench.ask_to_sync(back).answer
    assert kept is not None
    assert kept.assignment == follower.member_id.encode()


def test_coming_back_is_written(bench: Bench) -> None:
    _stable(bench)
    (back,) = bench.joined(_come(bench, "b"))
    assert [member.member_id for member in bench.stored[-1].members] == ["a-id1", back.member_id]


def test_the_old_id_is_fenced(bench: Bench) -> None:
    _, follower = _stable(bench)
    _come(bench, "b")
    assert bench.heartbeat(follower, "b") is ErrorCode.FENCED_INSTANCE_ID
    assert bench.heartbeat(follower) is ErrorCode.UNKNOWN_MEMBER_ID
    assert bench.commit(follower.member_id, 1, "b") is ErrorCode.FENCED_INSTANCE_ID
    assert bench.refused(follower.member_id, instance_id="b") is ErrorCode.FENCED_INSTANCE_ID
    assert bench.leave((follower.member_id, "b")) == [ErrorCode.FENCED_INSTANCE_ID]
    with pytest.raises(KafkaError) as caught:
        bench.group.sync(follower.member_id, "b", 1, None, None, {}, bench.now_ms)
    assert caught.value.code is ErrorCode.FENCED_INSTANCE_ID


def test_an_instance_that_is_not_there_is_unknown(bench: Bench) -> None:
    leader, _ = _stable(bench)
    assert bench.heartbeat(leader, "c") is ErrorCode.UNKNOWN_MEMBER_ID


def test_a_leader_that_comes_back_leads_and_may_skip_the_assignment(bench: Bench) -> None:
    _stable(bench)
    (back,) = bench.joined(_come(bench, "a"))
    assert back.skip_assignment
    assert back.leader_id == back.member_id
    assert len(back.members) == 2


def test_a_follower_that_comes_back_is_no_leader(bench: Bench) -> None:
    _stable(bench)
    (back,) = bench.joined(_come(bench, "b"))
    assert not back.skip_assignment
    assert back.members == []


def test_a_leader_that_cannot_skip_is_not_told_that_it_leads(bench: Bench) -> None:
    leader, _ = _stable(bench)
    (back,) = bench.joined(_come(bench, "a", can_skip_assignment=False))
    assert back.leader_id == leader.member_id
    assert back.members == []


def test_coming_back_with_another_choice_causes_a_rebalance(bench: Bench) -> None:
    both = offers("range", "other")
    _stable(bench, protocols=both)
    asked = _come(bench, "b", protocols=offers("other"))
    assert bench.is_in(State.PREPARING_REBALANCE)
    bench.joined(bench.ask_to_join("a-id1", instance_id="a", protocols=both), asked)
    assert bench.group.protocol_name == "other"


def test_coming_back_before_the_assignment_causes_a_rebalance(bench: Bench) -> None:
    _, follower = _generation(bench)
    waiting = bench.group.sync(follower.member_id, "b", 1, None, None, {}, bench.now_ms)
    _come(bench, "b")
    assert bench.is_in(State.PREPARING_REBALANCE)
    assert waiting.answer is not None
    assert waiting.answer.error is ErrorCode.FENCED_INSTANCE_ID


def test_coming_back_during_a_rebalance_fences_who_waits(bench: Bench) -> None:
    _stable(bench)
    waiting = bench.ask_to_join("b-id2", instance_id="b", protocols=offers("range", "other"))
    asked = _come(bench, "b", protocols=offers("range", "other"))
    assert waiting.answer is not None
    assert waiting.answer.error is ErrorCode.FENCED_INSTANCE_ID
    bench.joined(bench.ask_to_join("a-id1", instance_id="a"), asked)


def test_it_is_kept_when_it_does_not_join_in_time(bench: Bench) -> None:
    leader, follower = _stable(bench, session_timeout_ms=600_000, rebalance_timeout_ms=1_000)
    asked = bench.ask_to_join(leader.member_id, instance_id="a", rebalance_timeout_ms=1_000)
    bench.pass_time(1_000)
    (joined,) = bench.joined(asked)
    assert [member_id for member_id, _, _ in joined.members] == [leader.member_id, follower.member_id]


def test_it_is_dropped_when_its_session_ends(bench: Bench) -> None:
    leader, follower = _stable(bench)
    bench.pass_time(SESSION_MS - 1)
    bench.heartbeat(leader, "a")
    bench.pass_time(1)
    assert bench.heartbeat(follower, "b") is ErrorCode.UNKNOWN_MEMBER_ID
    assert bench.heartbeat(leader, "a") is ErrorCode.REBALANCE_IN_PROGRESS


def test_a_rebalance_to_which_nobody_comes_waits_on(bench: Bench) -> None:
    leader, follower = _stable(bench, session_timeout_ms=600_000, rebalance_timeout_ms=1_000)
    bench.ask_to_join(leader.member_id, instance_id="a", protocols=offers("range", "other"))
    bench.leave((leader.member_id, "a"))
    bench.pass_time(5_000)
    assert bench.is_in(State.PREPARING_REBALANCE)
    bench.joined(bench.ask_to_join(follower.member_id, instance_id="b"))


def test_when_all_that_were_waited_for_fail_the_group_is_empty(bench: Bench) -> None:
    leader, _ = _stable(bench, rebalance_timeout_ms=1_000)
    bench.ask_to_join(leader.member_id, instance_id="a", protocols=offers("range", "other"))
    bench.leave((leader.member_id, "a"))
    bench.pass_time(SESSION_MS)
    assert bench.is_in(State.EMPTY)


def test_an_administrator_removes_it_by_its_name(bench: Bench) -> None:
    leader, follower = _stable(bench)
    assert bench.leave(("", "b")) == [ErrorCode.NONE]
    assert bench.heartbeat(leader, "a") is ErrorCode.REBALANCE_IN_PROGRESS
    assert bench.heartbeat(follower, "b") is ErrorCode.UNKNOWN_MEMBER_ID


def test_when_coming_back_cannot_be_written_the_old_id_stays(bench: Bench) -> None:
    leader, follower = _stable(bench)
    bench.failure = KafkaError(ErrorCode.NOT_COORDINATOR)
    asked = _come(bench, "b", protocols=offers("range", "other"))
    assert asked.answer is not None
    assert asked.answer.error is ErrorCode.NOT_COORDINATOR
    assert bench.heartbeat(follower, "b") is ErrorCode.NONE
    bench.pass_time(SESSION_MS - 1)
    assert bench.heartbeat(leader, "a") is ErrorCode.NONE
    assert bench.heartbeat(follower, "b") is ErrorCode.NONE
