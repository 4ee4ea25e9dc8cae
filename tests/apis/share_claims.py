"""What any Kafka broker answers members of share groups (KIP-932): each claim is made of kwire, in memory and as a
process, and of Apache Kafka.
"""

from __future__ import annotations

from typing import Any

from kwire.errors import ErrorCode
from tests.apis.share_talking import (
    ACCEPT,
    GAP,
    REJECT,
    RELEASE,
    RENEW,
    acquired_of,
    given,
    member_id,
    parts,
    shared,
    values_of,
)
from tests.apis.talking import Talk
from tests.apis.transaction_claims import Claim, claims

CLAIMS: list[Claim] = []
claim = claims(CLAIMS)

NONE = ErrorCode.NONE
INVALID = ErrorCode.INVALID_REQUEST


# Sessions


@claim
def a_session_counts_its_requests(talk: Talk) -> None:
    group = shared(talk)
    member = group.member()
    assert member.fetch(epoch=1).error_code == ErrorCode.SHARE_SESSION_NOT_FOUND
    assert member.fetch().error_code == NONE
    assert member.fetch(epoch=2).error_code == ErrorCode.INVALID_SHARE_SESSION_EPOCH
    assert member.fetch().error_code == NONE
    assert member.say({}, epoch=1).error_code == ErrorCode.INVALID_SHARE_SESSION_EPOCH
    assert member.say({}).error_code == NONE
    assert member.fetch().error_code == NONE


@claim
def a_session_begins_anew_with_epoch_0(talk: Talk) -> None:
    group = shared(talk)
    member = group.member()
    for _ in range(2):
        assert member.fetch().error_code == NONE
    assert member.fetch(epoch=0).error_code == NONE
    assert member.fetch(epoch=2).error_code == ErrorCode.INVALID_SHARE_SESSION_EPOCH
    assert member.fetch(epoch=1).error_code == NONE


@claim
def a_session_ends_with_epoch_minus_1(talk: Talk) -> None:
    group = shared(talk)
    member = group.member()
    assert member.fetch(epoch=-1, indexes=()).error_code == ErrorCode.SHARE_SESSION_NOT_FOUND
    member.fetch()
    assert member.fetch(epoch=-1, indexes=()).error_code == NONE
    assert member.fetch(epoch=1).error_code == ErrorCode.SHARE_SESSION_NOT_FOUND
    assert member.say({}, epoch=1).error_code == ErrorCode.SHARE_SESSION_NOT_FOUND
    assert member.say({}, epoch=-1).error_code == ErrorCode.SHARE_SESSION_NOT_FOUND


@claim
def who_opens_a_session_has_nothing_to_acknowledge(talk: Talk) -> None:
    group = shared(talk)
    member = group.member()
    assert member.fetch({0: [(0, 0, [ACCEPT])]}).error_code == INVALID
    assert member.say({}, epoch=0).error_code == ErrorCode.INVALID_SHARE_SESSION_EPOCH


@claim
def a_member_id_is_no_longer_than_a_uuid(talk: Talk) -> None:
    group = shared(talk)
    for name in ("", "x" * 37):
        member = group.member(name=member_id())
        member.member_id = name
        assert member.fetch().error_code == INVALID
        assert member.say({}, epoch=1).error_code == INVALID


@claim
def partitions_that_are_not_there_are_told(talk: Talk) -> None:
    group = shared(talk)
    member = group.member()
    answer = member.fetch(indexes=(7,))
    assert answer.error_code == NONE
    assert parts(answer)[7].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


@claim
def a_forgotten_partition_gives_nothing(talk: Talk) -> None:
    group = shared(talk)
    member = group.member()
    member.fetch()
    group.produce(b"a")
    answer = member.fetch(indexes=(), forget=(0,))
    assert not acquired_of(answer)
    assert member.take() == [(0, 0, 1)]


# Acquiring


@claim
def records_are_given_to_one_member(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a", b"b", b"c")
    first, second = group.member(), group.member()
    assert first.take() == [(0, 2, 1)]
    assert acquired_of(second.fetch()) == []
    group.produce(b"d")
    assert second.take() == [(3, 3, 1)]


@claim
def the_records_come_with_the_answer(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a", b"b")
    group.produce(b"c")
    member = group.member()
    seen: dict[int, bytes] = {}
    for _ in talk.patience():
        answer = member.fetch()
        if acquired_of(answer):
            seen |= values_of(answer)
            assert answer.acquisition_lock_timeout_ms == 30_000
        if len(seen) == 3:
            break
    assert seen == {0: b"a", 1: b"b", 2: b"c"}


@claim
def a_group_begins_where_it_was_told_to(talk: Talk) -> None:
    group = shared(talk, start_offset=2)
    group.produce(b"a", b"b", b"c", b"d")
    assert group.member().take() == [(2, 3, 1)]


@claim
def a_group_that_was_told_nothing_begins_at_the_end(talk: Talk) -> None:
    group = shared(talk, start_offset=-1)
    group.produce(b"a", b"b")
    member = group.member()
    for _ in range(3):
        assert acquired_of(member.fetch()) == []
    group.produce(b"c")
    assert member.take() == [(2, 2, 1)]


@claim
def whole_batches_are_given_unless_a_member_says_otherwise(talk: Talk) -> None:
    group = shared(talk)
    for _ in range(3):
        group.produce(b"a", b"b", b"c", b"d")
    member = group.member()
    assert member.take(max_records=6) == [(0, 7, 1)]
    assert member.take(max_records=1) == [(8, 11, 1)]
    for _ in range(2):
        group.produce(b"a", b"b", b"c", b"d")
    assert member.take(max_records=3, share_acquire_mode=1) == [(12, 14, 1)]
    assert given(member.take(max_records=3, share_acquire_mode=1)) == [15, 16, 17]
    assert given(member.take(max_records=3, share_acquire_mode=1)) == [18, 19]


@claim
def acquired_records_are_cut_between_batches(talk: Talk) -> None:
    group = shared(talk)
    for _ in range(4):
        group.produce(b"a", b"b")
    member = group.member()
    assert member.take(batch_size=3) == [(0, 3, 1), (4, 7, 1)]


@claim
def who_wants_no_records_gets_none(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a")
    member = group.member()
    for _ in range(3):
        assert acquired_of(member.fetch(max_records=0)) == []
    assert member.take() == [(0, 0, 1)]


@claim
def aborted_and_open_transactions_are_seen_unless_the_group_says_otherwise(talk: Talk) -> None:
    group = shared(talk)
    producer = talk.init(group.topic)
    answer = talk.produce(group.topic, producer, group.topic)
    assert answer.error_code == NONE
    assert group.member().take() == [(0, 0, 1)]


# Acknowledging


@claim
def what_is_accepted_does_not_come_again(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a", b"b", b"c")
    member = group.member()
    member.take()
    assert member.code(0, 2, ACCEPT) == NONE
    assert member.fetch(epoch=-1, indexes=()).error_code == NONE
    group.produce(b"d")
    assert group.member().take() == [(3, 3, 1)]


@claim
def what_is_released_comes_again_and_is_counted(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a", b"b", b"c")
    member = group.member()
    member.take()
    assert member.code(0, 2, ACCEPT, RELEASE, REJECT) == NONE
    assert member.take() == [(1, 1, 2)]
    assert member.code(1, 1, ACCEPT) == NONE
    assert acquired_of(member.fetch()) == []


@claim
def gaps_are_passed_over(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a", b"b")
    member = group.member()
    member.take()
    assert member.code(0, 1, ACCEPT, GAP) == NONE
    assert acquired_of(member.fetch()) == []


@claim
def a_record_that_is_released_too_often_is_given_up(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a")
    member = group.member()
    for deliveries in range(1, 6):
        assert member.take() == [(0, 0, deliveries)]
        assert member.code(0, 0, RELEASE) == NONE
    assert acquired_of(member.fetch()) == []
    group.produce(b"b")
    assert member.take() == [(1, 1, 1)]


@claim
def who_cannot_cope_with_a_record_is_given_fewer_at_once(talk: Talk) -> None:
    group = shared(talk)
    group.produce(*[b"x"] * 8)
    member = group.member()
    for deliveries in (1, 2, 3):
        assert member.take() == [(0, 7, deliveries)]
        assert member.code(0, 7, RELEASE) == NONE
    assert member.take() == [(0, 3, 4)]
    assert member.code(0, 3, RELEASE) == NONE
    assert member.take() == [(0, 0, 5)]
    assert member.code(0, 0, ACCEPT) == NONE
    assert member.take() == [(1, 1, 5)]


@claim
def a_request_acknowledges_and_fetches(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a", b"b")
    member = group.member()
    member.take()
    group.produce(b"c")
    found = member.take({0: [(0, 0, [ACCEPT]), (1, 1, [RELEASE])]})
    while sorted(given(found)) != [1, 2]:
        found += member.take()
    assert sorted(found) == [(1, 1, 2), (2, 2, 1)]


@claim
def the_last_request_of_a_session_may_acknowledge(talk: Talk) -> None:
    for through_fetch in (True, False):
        group = shared(talk)
        group.produce(b"a", b"b")
        member = group.member()
        member.take()
        said = {0: [(0, 0, [ACCEPT])]}
        answer = member.fetch(said, epoch=-1, indexes=()) if through_fetch else member.say(said, epoch=-1)
        assert answer.error_code == NONE
        assert group.member().take() == [(1, 1, 2)]


@claim
def a_member_that_is_gone_has_nothing(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a")
    member = group.member()
    other = group.member()
    member.take()
    assert acquired_of(other.fetch()) == []
    member.close()
    assert other.take() == [(0, 0, 2)]


@claim
def only_who_has_a_record_may_speak_of_it(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a", b"b", b"c")
    first, second = group.member(), group.member()
    first.take()
    second.fetch()
    assert second.code(0, 0, ACCEPT) == ErrorCode.INVALID_RECORD_STATE
    assert first.code(0, 0, ACCEPT) == NONE
    assert first.code(1, 1, ACCEPT) == NONE
    assert first.code(1, 2, ACCEPT) in (NONE, ErrorCode.INVALID_RECORD_STATE)


@claim
def records_that_nobody_was_given_cannot_be_acknowledged(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a", b"b")
    member = group.member()
    member.take()
    assert member.code(0, 2, ACCEPT) == INVALID
    assert member.code(5, 5, ACCEPT) == INVALID
    assert member.code(0, 1, ACCEPT) == NONE


@claim
def acknowledgements_are_in_order_and_complete(talk: Talk) -> None:
    group = shared(talk)
    group.produce(*[b"x"] * 10)
    member = group.member()
    member.take()
    wrong: list[list[tuple[int, int, list[int]]]] = [
        [(1, 0, [ACCEPT])],
        [(4, 5, [ACCEPT]), (0, 1, [ACCEPT])],
        [(0, 1, [])],
        [(0, 2, [ACCEPT, ACCEPT])],
        [(0, 0, [5])],
        [(0, 0, [-1])],
        [(0, 0, [RENEW])],
    ]
    for batches in wrong:
        answer = member.say({0: batches})
        assert answer.error_code == NONE, batches
        assert answer.responses[0].partitions[0].error_code == INVALID, batches
    assert member.code(0, 9, ACCEPT) == NONE


@claim
def an_acknowledgement_holds_as_a_whole_or_not_at_all(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a", b"b")
    member = group.member()
    member.take()
    answer = member.say({0: [(0, 0, [ACCEPT]), (5, 5, [ACCEPT])]})
    assert answer.responses[0].partitions[0].error_code == INVALID
    assert member.code(0, 0, RELEASE) == NONE
    assert member.take() == [(0, 0, 2)]


@claim
def partitions_that_nobody_fetched_cannot_be_acknowledged(talk: Talk) -> None:
    group = shared(talk, 2)
    member = group.member()
    member.fetch()
    answer = member.say({1: [(0, 0, [ACCEPT])], 7: [(0, 0, [ACCEPT])]})
    assert answer.error_code == NONE
    assert {part.error_code for part in parts(answer).values()} == {ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}
    group.topic_id = bytes(range(16))
    answer = member.say({0: [(0, 0, [ACCEPT])]})
    assert parts(answer)[0].error_code == ErrorCode.UNKNOWN_TOPIC_ID


# More time (KIP-1222)


@claim
def a_member_asks_for_more_time(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a", b"b")
    member = group.member()
    member.take()
    assert member.code(0, 0, RENEW, is_renew_ack=True) == NONE
    answer = member.fetch(
        {0: [(1, 1, [RENEW])]}, is_renew_ack=True, max_wait_ms=0, min_bytes=0, max_bytes=0, max_records=0
    )
    assert (answer.error_code, parts(answer)[0].acknowledge_error_code) == (NONE, NONE)
    assert member.code(0, 1, ACCEPT) == NONE


@claim
def who_asks_for_more_time_asks_for_nothing_else(talk: Talk) -> None:
    group = shared(talk)
    group.produce(b"a")
    member = group.member()
    member.take()
    assert member.fetch({0: [(0, 0, [RENEW])]}, is_renew_ack=True).error_code == INVALID
    assert member.fetch({0: [(0, 0, [RENEW])]}, version=1).responses[0].partitions[
        0
    ].acknowledge_error_code == (INVALID)


# Where it is kept


@claim
def the_state_of_a_share_partition_is_kept(talk: Talk) -> None:
    group = shared(talk)
    group.produce(*[b"x"] * 6)
    member = group.member()
    member.take()
    assert member.code(0, 1, ACCEPT) == NONE
    assert member.code(3, 4, RELEASE, ACCEPT) == NONE
    state = group.state(84, 0, 0, leader_epoch=0)
    assert (state.error_code, state.start_offset) == (NONE, 2)
    found = [
        (each.first_offset, each.last_offset, each.delivery_state, each.delivery_count)
        for each in state.state_batches
    ]
    assert found == [(3, 3, 0, 1), (4, 4, 2, 1)]
    summary = group.state(87, 1, 0)
    assert (summary.start_offset, summary.delivery_complete_count) == (2, 1)


@claim
def who_is_fenced_does_not_write(talk: Talk) -> None:
    group = shared(talk, initialized=False)
    assert group.state(84, 0, 0, leader_epoch=3).error_code == INVALID
    summary = group.state(87, 1, 0)
    assert (summary.error_code, summary.start_offset) == (NONE, -1)
    assert group.initialize(0, start_offset=5, state_epoch=2) == [NONE]
    assert group.initialize(0, start_offset=5, state_epoch=1) == [ErrorCode.FENCED_STATE_EPOCH]
    state = group.state(84, 0, 0, leader_epoch=3)
    assert (state.error_code, state.state_epoch, state.start_offset) == (NONE, 2, 5)
    assert group.state(84, 0, 0, leader_epoch=2).error_code == ErrorCode.FENCED_LEADER_EPOCH
    write: dict[str, Any] = {"start_offset": 6, "delivery_complete_count": 0, "state_batches": []}
    assert (
        group.state(85, 1, 0, leader_epoch=2, state_epoch=2, **write).error_code
        == ErrorCode.FENCED_LEADER_EPOCH
    )
    assert (
        group.state(85, 1, 0, leader_epoch=3, state_epoch=1, **write).error_code
        == ErrorCode.FENCED_STATE_EPOCH
    )
    assert group.state(85, 1, 0, leader_epoch=3, state_epoch=2, **write).error_code == NONE
    assert group.state(87, 1, 0).start_offset == 6
    assert group.state(86, 0, 0).error_code == NONE
    assert group.state(87, 1, 0).start_offset == -1
    assert group.state(85, 1, 0, leader_epoch=3, state_epoch=2, **write).error_code == INVALID


@claim
def what_is_not_there_is_not_kept(talk: Talk) -> None:
    group = shared(talk)
    assert group.initialize(7) == [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
    assert group.state(87, 1, 7).error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert group.state(86, 0, 7).error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


@claim
def a_share_partition_that_is_not_kept_cannot_be_fetched(talk: Talk) -> None:
    group = shared(talk, initialized=False)
    answer = group.member().fetch()
    assert answer.error_code == NONE
    assert parts(answer)[0].error_code == ErrorCode.UNKNOWN_SERVER_ERROR
