"""What members of share groups are answered by one broker in memory, and what only a look inside can show."""

from __future__ import annotations

import pytest

from kwire.broker.partition import Partition
from kwire.codec.messages import load
from kwire.codec.stored.feature_level_record import FeatureLevelRecord
from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch
from tests.apis import share_claims, share_group_claims
from tests.apis.asking import Client
from tests.apis.in_memory import InMemory
from tests.apis.share_group_claims import Beating, alter, described, forget, set_config
from tests.apis.share_talking import (
    ACCEPT,
    REJECT,
    RELEASE,
    RENEW,
    acquired_of,
    given,
    parts,
    shared,
)
from tests.apis.transaction_claims import Claim

CLAIMS = [*share_claims.CLAIMS, *share_group_claims.CLAIMS]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_kwire_answers_as_kafka_does(claim: Claim) -> None:
    claim(InMemory())


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_the_answers_are_the_same_when_everything_must_be_durable_first(claim: Claim) -> None:
    claim(InMemory(log_flush_interval_messages="1"))


# What only a look at the clock, or at the inside, can show


LOCK_MS = 30_000


def pass_time(talk: InMemory, ms: int) -> None:
    talk.keeper.clock.now_ms += ms
    talk.step()


def restarted(talk: InMemory, *, kill: bool) -> None:
    """The same cluster after a stop, or after a kill; connections are new ones."""
    broker = talk.keeper.kill() if kill else talk.keeper.restart()
    broker.endpoints = {"PLAINTEXT": ("here", 9092)}
    talk.broker = broker
    talk.client = Client(broker)


@pytest.mark.parametrize("kill", [False, True], ids=["stop", "kill"])
def test_what_is_done_with_does_not_come_again_after_a_restart_and_deliveries_are_counted_on(
    kill: bool,
) -> None:
    talk = InMemory()
    group = shared(talk)
    group.produce(*[b"x"] * 6)
    member = group.member()
    assert member.take() == [(0, 5, 1)]
    assert member.code(0, 3, ACCEPT, RELEASE, REJECT, ACCEPT) == ErrorCode.NONE
    assert member.take() == [(1, 1, 2)]
    assert member.code(1, 1, RELEASE) == ErrorCode.NONE
    restarted(talk, kill=kill)
    found: list[tuple[int, int, int]] = []
    member = group.member()
    while sum(last - first + 1 for first, last, _ in found) < 3:
        found += member.take()
    assert sorted(found) == [(1, 1, 3), (4, 5, 1)]  # who has a record is not stored, and so it does not count


@pytest.mark.parametrize("kill", [False, True], ids=["stop", "kill"])
def test_members_and_what_they_have_survive_a_restart(kill: bool) -> None:
    talk = InMemory()
    group = shared(talk, 2, initialized=False)
    beating = Beating(group)
    beating.join()
    beating.until_assigned(0, 1)
    epoch = beating.epoch
    restarted(talk, kill=kill)
    answer = beating.beat()
    assert (answer.error_code, answer.member_epoch, answer.assignment) == (ErrorCode.NONE, epoch, None)
    pass_time(talk, 45_000)
    assert beating.beat().error_code == ErrorCode.UNKNOWN_MEMBER_ID
    assert described(group).group_state == "Empty"


def test_a_lock_ends_and_the_record_is_given_to_who_waits() -> None:
    talk = InMemory()
    group = shared(talk)
    group.produce(b"a")
    first, second = group.member(), group.member()
    assert first.take() == [(0, 0, 1)]
    second.fetch()
    pass_time(talk, LOCK_MS - 1_000)
    assert acquired_of(second.fetch(max_wait_ms=500)) == []
    assert acquired_of(second.fetch(max_wait_ms=5_000)) == [(0, 0, 2)]
    assert first.code(0, 0, ACCEPT) == ErrorCode.INVALID_RECORD_STATE


def test_a_renewed_lock_ends_later() -> None:
    talk = InMemory()
    group = shared(talk)
    group.produce(b"a")
    first, second = group.member(), group.member()
    assert first.take() == [(0, 0, 1)]
    pass_time(talk, LOCK_MS - 1_000)
    assert first.code(0, 0, RENEW, is_renew_ack=True) == ErrorCode.NONE
    pass_time(talk, LOCK_MS - 1_000)
    assert acquired_of(second.fetch()) == []
    assert first.code(0, 0, ACCEPT) == ErrorCode.NONE


def test_a_group_has_locks_and_limits_of_its_own() -> None:
    talk = InMemory()
    group = shared(talk)
    for name, value in (
        ("share.record.lock.duration.ms", "15000"),
        ("share.delivery.count.limit", "2"),
        ("share.partition.max.record.locks", "100"),
        ("share.renew.acknowledge.enable", "false"),
    ):
        set_config(talk, group.group_id, name, value)
    group.produce(*[b"x"] * 150)
    group.produce(b"y")
    member = group.member()
    answer = member.fetch()
    assert answer.acquisition_lock_timeout_ms == 15_000
    assert acquired_of(answer) == [(0, 149, 1)]  # whole batches: the limit is where the next one is not given
    assert acquired_of(member.fetch()) == []
    assert member.code(0, 0, RENEW, is_renew_ack=True) == ErrorCode.INVALID_RECORD_STATE
    pass_time(talk, 15_000)
    assert given(member.take()) == [*range(150)]
    pass_time(talk, 15_000)
    assert member.take() == [(150, 150, 1)]


def test_a_fetch_waits_for_enough() -> None:
    talk = InMemory()
    group = shared(talk)
    member = group.member()
    member.fetch()
    group.produce(b"x" * 100)
    before_ms = talk.keeper.clock.now_ms
    assert acquired_of(member.fetch(min_bytes=10_000, max_wait_ms=700)) == [(0, 0, 1)]
    assert talk.keeper.clock.now_ms - before_ms >= 700
    group.produce(b"x" * 100)
    before_ms = talk.keeper.clock.now_ms
    assert acquired_of(member.fetch(min_bytes=1, max_wait_ms=700)) == [(1, 1, 1)]
    assert talk.keeper.clock.now_ms == before_ms


def test_who_finds_no_room_for_a_session_is_told_after_a_while() -> None:
    talk = InMemory(group_share_max_share_sessions="1")
    group = shared(talk)
    first, second = group.member(), group.member()
    first.fetch()
    before_ms = talk.keeper.clock.now_ms
    assert second.fetch(max_wait_ms=400).error_code == ErrorCode.SHARE_SESSION_LIMIT_REACHED
    assert talk.keeper.clock.now_ms - before_ms >= 400
    first.close()
    assert second.fetch().error_code == ErrorCode.NONE


def test_a_topic_that_is_deleted_ends_a_fetch_that_waits() -> None:
    talk = InMemory()
    group = shared(talk)
    member = group.member()
    member.fetch()
    wire = load(20)
    request = wire.DeleteTopicsRequest(topics=[wire.DeleteTopicState(name=group.topic)], timeout_ms=1_000)
    assert talk.ask(20, 6, request).responses[0].error_code == ErrorCode.NONE
    before_ms = talk.keeper.clock.now_ms
    answer = member.fetch(max_wait_ms=10_000)
    assert parts(answer)[0].error_code == ErrorCode.UNKNOWN_TOPIC_ID
    assert talk.keeper.clock.now_ms == before_ms


def test_records_that_are_deleted_are_done_with() -> None:
    talk = InMemory()
    group = shared(talk)
    group.produce(*[b"x"] * 4)
    member = group.member()
    assert member.take() == [(0, 3, 1)]
    assert member.code(0, 3, RELEASE) == ErrorCode.NONE
    talk.broker.topics.partition(group.topic, 0).delete_records(2)
    assert member.take() == [(2, 3, 2)]


def test_gaps_that_compaction_left_are_passed_over() -> None:
    talk = InMemory()
    group = shared(talk)
    group.produce(b"a", b"b")
    member = group.member()
    assert member.take() == [(0, 1, 1)]
    assert member.code(0, 1, ACCEPT) == ErrorCode.NONE
    batch = build_batch([Record(5, talk.time_ms(), None, b"c", [])])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Partition, "read", lambda *_, **__: batch)
        patch.setattr(Partition, "log_end_offset", property(lambda _: 6))
        assert member.take() == [(5, 5, 1)]
        assert member.code(5, 5, ACCEPT) == ErrorCode.NONE
    assert group.state(87, 1, 0).start_offset == 6


def test_without_the_feature_nobody_is_served() -> None:
    talk = InMemory()
    group = shared(talk)
    talk.broker.metadata.write([FeatureLevelRecord(name="share.version", feature_level=0)])
    refused = ErrorCode.UNSUPPORTED_VERSION
    member = group.member()
    assert member.fetch().error_code == refused
    assert member.say({}, epoch=1).error_code == refused
    assert Beating(group).beat(0, [group.topic]).error_code == refused
    assert described(group).error_code == refused
    assert alter(group, 0).error_code == refused
    assert forget(group).error_code == refused


def test_partitions_take_turns() -> None:
    talk = InMemory()
    group = shared(talk, 2)
    for index in (0, 1):
        for _ in range(4):
            group.produce(b"x", index=index)
    member = group.member()
    first = [
        index
        for _ in range(8)
        for index, part in parts(member.fetch(indexes=(0, 1), max_records=1)).items()
        if part.acquired_records
    ]
    assert sorted(first) == [0, 0, 0, 0, 1, 1, 1, 1]
    assert first[:2] in ([0, 1], [1, 0])


def test_what_nobody_may_see_holds_nobody_up() -> None:
    talk = InMemory()
    group = shared(talk)
    set_config(talk, group.group_id, "share.isolation.level", "read_committed")
    for _ in range(3):
        producer = talk.init("t")
        assert talk.produce("t", producer, group.topic).error_code == ErrorCode.NONE
        talk.end("t", producer, commit=False)
    group.produce(b"plain")
    member = group.member()
    before_ms = talk.keeper.clock.now_ms
    offsets: list[int] = []
    while 6 not in offsets:
        offsets += given(acquired_of(member.fetch(max_wait_ms=10_000, max_bytes=1)))
    assert not {0, 2, 4} & {*offsets}
    assert talk.keeper.clock.now_ms == before_ms
