"""A share partition: who is given which record, how often, and where the group begins."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kwire.broker.share.runs import RecordState, Run, Runs
from kwire.broker.share.share_partition import (
    AcknowledgedBatch,
    Acquired,
    Change,
    ShareLimits,
    SharePartition,
)
from kwire.errors import ErrorCode, KafkaError

ACCEPT, RELEASE, REJECT, RENEW = 1, 2, 3, 4


def acquire(share: SharePartition, member: str, *batches: tuple[int, int], **more: object) -> list[Acquired]:
    asked: dict[str, object] = {"max_records": 500} | more
    return share.acquire(member, batches, 0, **asked)  # type: ignore[arg-type]


def say(share: SharePartition, member: str, first: int, last: int, *types: int, now_ms: int = 0) -> None:
    change = share.acknowledge(member, [AcknowledgedBatch(first, last, types)], now_ms)
    if change is not None:
        share.settle(change, is_stored=True)


def refusal(share: SharePartition, member: str, first: int, last: int, *types: int) -> ErrorCode:
    with pytest.raises(KafkaError) as refused:
        share.acknowledge(member, [AcknowledgedBatch(first, last, types)], 0)
    return refused.value.code


def test_a_record_is_given_to_one_member() -> None:
    share = SharePartition(0)
    assert acquire(share, "a", (0, 9)) == [Acquired(0, 9, 1)]
    assert acquire(share, "b", (0, 9), (10, 14)) == [Acquired(10, 14, 1)]
    assert share.next_fetch_offset == share.end_offset == 15


def test_accepted_records_move_the_start_offset() -> None:
    share = SharePartition(0)
    acquire(share, "a", (0, 9))
    say(share, "a", 5, 9, ACCEPT)
    assert (share.start_offset, share.complete_count, share.in_flight) == (0, 5, 5)
    say(share, "a", 0, 4, ACCEPT)
    assert (share.start_offset, share.complete_count, share.in_flight, share.runs) == (10, 0, 0, [])


def test_released_records_are_given_again_and_counted() -> None:
    share = SharePartition(0)
    acquire(share, "a", (0, 9))
    say(share, "a", 0, 9, ACCEPT, RELEASE, REJECT, *[ACCEPT] * 7)
    assert share.start_offset == share.next_fetch_offset == 1
    assert acquire(share, "b", (0, 9)) == [Acquired(1, 1, 2)]
    say(share, "b", 1, 1, ACCEPT)
    assert share.start_offset == 10


def test_a_record_that_comes_back_too_often_is_archived() -> None:
    share = SharePartition(0, limits=ShareLimits(max_deliveries=2))
    for deliveries in (1, 2):
        assert acquire(share, "a", (0, 0)) == [Acquired(0, 0, deliveries)]
        say(share, "a", 0, 0, RELEASE)
    assert share.start_offset == 1


def test_a_lock_ends_and_can_be_renewed() -> None:
    share = SharePartition(0, limits=ShareLimits(lock_ms=100))
    acquire(share, "a", (0, 9))
    say(share, "a", 0, 4, RENEW, now_ms=60)
    assert share.next_deadline == 100
    change = share.expire(100)
    assert change is not None
    share.settle(change, is_stored=True)
    assert share.runs == [
        Run(0, 4, RecordState.ACQUIRED, 1, "a", 160),
        Run(5, 9, RecordState.AVAILABLE, 1),
    ]
    assert share.next_deadline == 160


def test_renewing_can_be_forbidden() -> None:
    share = SharePartition(0, limits=ShareLimits(renews=False))
    acquire(share, "a", (0, 9))
    assert refusal(share, "a", 0, 9, RENEW) == ErrorCode.INVALID_RECORD_STATE


def test_what_a_member_had_is_free_when_it_is_gone() -> None:
    share = SharePartition(0)
    acquire(share, "a", (0, 4))
    acquire(share, "b", (5, 9))
    change = share.release("a")
    assert change is not None
    share.settle(change, is_stored=True)
    assert share.release("a") is None
    assert acquire(share, "b", (0, 9)) == [Acquired(0, 4, 2)]


def test_who_may_say_what() -> None:
    share = SharePartition(0)
    assert refusal(share, "a", 0, 0, ACCEPT) == ErrorCode.INVALID_RECORD_STATE
    acquire(share, "a", (0, 9))
    assert refusal(share, "b", 0, 0, ACCEPT) == ErrorCode.INVALID_RECORD_STATE
    assert refusal(share, "a", 5, 10, ACCEPT) == ErrorCode.INVALID_REQUEST
    assert refusal(share, "a", 10, 10, ACCEPT) == ErrorCode.INVALID_REQUEST
    say(share, "a", 3, 3, ACCEPT)
    assert refusal(share, "a", 0, 9, ACCEPT) == ErrorCode.INVALID_RECORD_STATE
    assert next(run.state for run in share.runs) is RecordState.ACQUIRED


def test_what_is_done_with_can_be_said_again_without_effect() -> None:
    share = SharePartition(10)
    assert share.acknowledge("a", [AcknowledgedBatch(0, 9, [ACCEPT])], 0) is None


def test_a_change_that_could_not_be_stored_did_not_happen() -> None:
    share = SharePartition(0)
    acquire(share, "a", (0, 9))
    before = share.runs
    change = share.acknowledge("a", [AcknowledgedBatch(0, 4, [RELEASE])], 0)
    assert change is not None
    assert acquire(share, "b", (0, 9)) == []
    assert refusal(share, "a", 0, 0, ACCEPT) == ErrorCode.INVALID_RECORD_STATE
    share.settle(change, is_stored=False)
    assert share.runs == before


def test_a_change_says_what_is_stored() -> None:
    share = SharePartition(0)
    acquire(share, "a", (0, 9))
    change = share.acknowledge("a", [AcknowledgedBatch(0, 1, [ACCEPT]), AcknowledgedBatch(4, 5, [ACCEPT])], 0)
    assert change is not None
    assert (change.start_offset, change.complete_count) == (2, 2)
    assert change.after == (
        Run(0, 1, RecordState.ACKNOWLEDGED, 1),
        Run(4, 5, RecordState.ACKNOWLEDGED, 1),
    )


def test_whole_batches_or_no_record_more() -> None:
    share = SharePartition(0)
    assert acquire(share, "a", (0, 9), (10, 19), (20, 29), max_records=15) == [Acquired(0, 19, 1)]
    share = SharePartition(0)
    assert acquire(share, "a", (0, 9), (10, 19), (20, 29), max_records=15, exactly=True) == [
        Acquired(0, 14, 1)
    ]


def test_the_answer_is_cut_between_batches() -> None:
    share = SharePartition(0)
    batches = [(0, 9), (10, 19), (20, 49)]
    assert acquire(share, "a", *batches, batch_size=20) == [Acquired(0, 19, 1), Acquired(20, 49, 1)]


def test_so_many_are_in_flight_at_most() -> None:
    share = SharePartition(0, limits=ShareLimits(max_in_flight=10))
    acquire(share, "a", (0, 7))
    assert share.can_acquire
    assert acquire(share, "a", (8, 19), exactly=True) == [Acquired(8, 9, 1)]
    assert [share.can_acquire] == [False]
    say(share, "a", 5, 5, RELEASE)
    assert share.can_acquire
    assert acquire(share, "b", (0, 19)) == [Acquired(5, 5, 2)]


def test_who_cannot_cope_with_a_record_is_given_fewer_at_once() -> None:
    share = SharePartition(0)
    for deliveries in (1, 2, 3):
        assert acquire(share, "a", (0, 7), (8, 9)) == [Acquired(0, 9, deliveries)]
        say(share, "a", 0, 9, RELEASE)
    assert acquire(share, "a", (0, 7), (8, 9)) == [Acquired(0, 3, 4)]
    assert acquire(share, "b", (0, 7), (8, 9)) == [Acquired(4, 7, 4)]
    assert acquire(share, "c", (8, 9)) == [Acquired(8, 8, 4)]
    say(share, "a", 0, 3, RELEASE)
    for offset in range(4):
        assert acquire(share, "a", (0, 7)) == [Acquired(offset, offset, 5)]
    say(share, "a", 0, 3, RELEASE)
    assert share.start_offset == 4


def test_gaps_of_the_log_are_passed_over() -> None:
    share = SharePartition(0)
    acquire(share, "a", (0, 4))
    say(share, "a", 0, 4, ACCEPT)
    share.skip(5, 4)
    assert (share.start_offset, share.runs) == (5, [])
    share.skip(5, 9)
    assert acquire(share, "a", (10, 14)) == [Acquired(10, 14, 1)]
    share.skip(15, 19)
    assert (share.start_offset, share.next_fetch_offset) == (10, 20)
    say(share, "a", 10, 14, RELEASE)
    share.skip(10, 11)
    assert share.start_offset == share.next_fetch_offset == 12


def test_records_that_left_the_log_are_done_with() -> None:
    share = SharePartition(0)
    acquire(share, "a", (0, 9))
    share.log_starts_at(5)
    assert (share.end_offset, share.start_offset) == (10, 5)
    say(share, "a", 0, 9, ACCEPT)
    assert not share.runs


def test_records_of_aborted_transactions_are_for_nobody() -> None:
    share = SharePartition(0)
    acquire(share, "a", (0, 9))
    share.pass_over(0, 4)
    assert (share.start_offset, share.next_fetch_offset) == (5, 10)
    assert acquire(share, "b", (0, 11)) == [Acquired(10, 11, 1)]


def test_what_was_stored_is_gone_on_with() -> None:
    share = SharePartition(5, [Run(0, 6, RecordState.ACKNOWLEDGED, 1), Run(8, 9, RecordState.AVAILABLE, 2)])
    assert share.start_offset == 7
    assert acquire(share, "a", (0, 11)) == [Acquired(7, 7, 1), Acquired(8, 9, 3), Acquired(10, 11, 1)]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10), st.integers(0, 3)), max_size=20))
def test_runs_say_of_every_offset_what_was_said_last(puts: list[tuple[int, int, int]]) -> None:
    runs, model = Runs(), dict[int, int]()
    for first, length, deliveries in puts:
        runs.put(Run(first, first + length, RecordState.AVAILABLE, deliveries))
        model.update(dict.fromkeys(range(first, first + length + 1), deliveries))
    told = [(offset, run.deliveries) for run in runs for offset in range(run.first, run.last + 1)]
    assert told == sorted(model.items())
    neighbours = list(runs)
    assert not any(later.continues(before) for before, later in pairwise(neighbours))


class _Model:
    """The same rule told for each record, and checked beside the other after every step."""

    def __init__(self, limits: ShareLimits) -> None:
        self.share = SharePartition(0, limits=limits)
        self.state: dict[int, tuple[str, int, str]] = {}  # offset: state, deliveries, member
        self.pending: list[tuple[Change, dict[int, tuple[str, int, str]]]] = []

    def check(self) -> None:
        told = {
            offset: run
            for run in self.share.runs
            for offset in range(run.first, run.last + 1)
            if not run.unsettled
        }
        waiting = {offset for _, outcome in self.pending for offset in outcome}
        for offset, (state, deliveries, member) in self.state.items():
            if offset in waiting:
                assert offset >= self.share.start_offset, "not on record, and yet the start is behind it"
            elif offset >= self.share.start_offset:
                run = told[offset]
                assert (run.state.name, run.deliveries, run.member_id) == (state, deliveries, member)
            else:
                assert state in ("ACKNOWLEDGED", "ARCHIVED"), f"{offset} is lost"


@given(st.data())
def test_nothing_is_lost_and_nobody_shares_a_record(data: st.DataObject) -> None:
    limits = ShareLimits(max_deliveries=3, lock_ms=10, max_in_flight=12)
    model = _Model(limits)
    share, now_ms = model.share, 0
    for _ in range(data.draw(st.integers(1, 25))):
        step = data.draw(st.sampled_from(["acquire", "acknowledge", "settle", "expire", "release"]))
        member = data.draw(st.sampled_from("ab"))
        now_ms += data.draw(st.integers(0, 6))
        change = None
        if step == "acquire":
            first = share.next_fetch_offset
            batches = [(first - first % 4 + at, first - first % 4 + at + 3) for at in (0, 4)]
            most = data.draw(st.integers(1, 8))
            exactly = data.draw(st.booleans())
            given_out = share.acquire(member, batches, now_ms, max_records=most, exactly=exactly)
            for each in given_out:
                for offset in range(each.first, each.last + 1):
                    state, deliveries, _ = model.state.get(offset, ("AVAILABLE", 0, ""))
                    assert state == "AVAILABLE"
                    assert not any(offset in outcome for _, outcome in model.pending)
                    assert each.deliveries == deliveries + 1 <= limits.max_deliveries
                    model.state[offset] = ("ACQUIRED", deliveries + 1, member)
            assert not exactly or sum(each.last - each.first + 1 for each in given_out) <= most
        elif step == "acknowledge":
            mine = [run for run in share.runs if run.member_id == member and not run.unsettled]
            if mine:
                run = data.draw(st.sampled_from(mine))
                kinds = data.draw(st.lists(st.integers(0, 3), min_size=len(run), max_size=len(run)))
                change = share.acknowledge(member, [AcknowledgedBatch(run.first, run.last, kinds)], now_ms)
        elif step == "settle":
            if model.pending:
                settled, outcome = model.pending.pop(data.draw(st.integers(0, len(model.pending) - 1)))
                is_stored = data.draw(st.booleans())
                share.settle(settled, is_stored=is_stored)
                if is_stored:
                    model.state.update(outcome)
        elif step == "expire":
            change = share.expire(now_ms)
        else:
            change = share.release(member)
        if change is not None:
            outcome = {
                offset: (run.state.name, run.deliveries, "")
                for run in change.after
                for offset in range(run.first, run.last + 1)
            }
            assert set(outcome) == {
                offset for run in change.before for offset in range(run.first, run.last + 1)
            }
            for offset, (state, deliveries, _) in model.state.items():
                if offset < change.start_offset:
                    final = outcome.get(offset, (state,))[0]
                    assert final in ("ACKNOWLEDGED", "ARCHIVED"), "a lost record goes on record"
                assert offset not in outcome or outcome[offset][1] == deliveries
            model.pending.append((change, outcome))
        model.check()
