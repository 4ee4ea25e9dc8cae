"""A share partition where it is led, while another worker keeps its state: what is on record, and what is not."""

from __future__ import annotations

import pytest

from kwire.apis import Caller, Wait
from kwire.apis.share_fetch import share_fetch
from kwire.apis.share_group_heartbeat import share_group_heartbeat
from kwire.broker.broker import Broker
from kwire.broker.hashing import coordinator_index
from kwire.broker.share.led import LedSharePartition, Outcome
from kwire.broker.share.runs import RecordState
from kwire.broker.share.share_partition import AcknowledgedBatch, Acquired
from kwire.broker.share.state import SHARE_TOPIC, ShareKey
from kwire.codec.messages import load
from kwire.errors import ErrorCode, KafkaError
from tests.broker.cluster import Cluster

GROUP = "g"
ACCEPT, RELEASE = 1, 2


class Apart:
    """Worker 1 leads a partition, worker 2 keeps what a group did with it."""

    def __init__(self) -> None:
        self.cluster = Cluster(2, {"share.coordinator.state.topic.num.partitions": "8"})
        self.cluster.create("t", partitions=16)
        self.cluster.controller.topics.ensure_internal(SHARE_TOPIC)
        self.cluster.settle()
        self.topic_id = self.cluster.controller.topics.by_name["t"].topic_id
        self.index = next(filter(self._is_apart, range(16)))
        self.at = self.topic_id, self.index
        for _ in range(4):
            self.cluster.produce("t", self.index, b"x")
        self.leader.sharing.sessions.open(GROUP, "m", "c", [self.at])

    def _is_apart(self, index: int) -> bool:
        topics = self.cluster.controller.topics
        key = str(ShareKey(GROUP, self.topic_id, index))
        states = topics.by_name[SHARE_TOPIC].partitions
        keeper = states[coordinator_index(key, len(states))].leader_id
        return (topics.partition("t", index).leader_id, keeper) == (1, 2)

    @property
    def leader(self) -> Broker:
        return self.cluster.brokers[1]

    def initialize(self, start_offset: int = 0) -> None:
        self.leader.sharing.persister.initialize(GROUP, {self.at: (0, start_offset)}, lambda _: None)
        self.cluster.settle()

    def loaded(self) -> LedSharePartition:
        led = self.leader.sharing.get(GROUP, self.at)
        assert led.ready() is None or led.share is not None
        self.cluster.settle()
        assert led.ready() is not None
        return led

    def acquire(self, led: LedSharePartition, member: str = "m") -> list[Acquired]:
        records = led.peek(10_000, at_least_one=True)
        if not records:
            return []
        now_ms = self.cluster.clock.now_ms
        return led.acquire(member, records, now_ms, max_records=100, batch_size=100, exactly=False)[1]

    def say(self, led: LedSharePartition, first: int, last: int, kind: int) -> Outcome:
        return led.acknowledge("m", [AcknowledgedBatch(first, last, [kind])], self.cluster.clock.now_ms)


def test_an_acknowledgement_counts_once_it_is_on_record() -> None:
    apart = Apart()
    apart.initialize()
    led = apart.loaded()
    assert apart.acquire(led) == [Acquired(0, 3, 1)]
    first = apart.say(led, 0, 0, ACCEPT)
    second = apart.say(led, 1, 1, RELEASE)
    third = apart.say(led, 2, 2, ACCEPT)
    assert [each.is_known for each in (first, second, third)] == [False] * 3
    assert apart.acquire(led, "other") == []
    apart.cluster.settle()
    assert [(each.is_known, each.error) for each in (first, second, third)] == [(True, None)] * 3
    assert apart.acquire(led, "other") == [Acquired(1, 1, 2)]


def test_what_could_not_be_put_on_record_did_not_happen() -> None:
    apart = Apart()
    apart.initialize()
    led = apart.loaded()
    apart.acquire(led)
    apart.cluster.kill(2)
    outcome = apart.say(led, 0, 3, ACCEPT)
    apart.cluster.settle()
    assert outcome.error is not None
    assert outcome.error.code == ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert led.share is not None
    assert [run.state for run in led.share.runs] == [RecordState.ACQUIRED]
    apart.cluster.start_one(2, rejoins=True)
    apart.cluster.settle()
    outcome = apart.say(led, 0, 3, ACCEPT)
    apart.cluster.settle()
    assert (outcome.is_known, outcome.error) == (True, None)
    assert led.share.start_offset == 4


def test_a_lock_that_cannot_be_taken_back_on_record_is_tried_again() -> None:
    apart = Apart()
    apart.initialize()
    led = apart.loaded()
    apart.acquire(led)
    apart.cluster.kill(2)
    apart.cluster.clock.now_ms += 30_000
    apart.leader.tick(apart.cluster.clock.now_ms)
    apart.cluster.settle()
    assert apart.acquire(led, "other") == []
    apart.cluster.start_one(2, rejoins=True)
    apart.cluster.settle()
    apart.cluster.clock.now_ms += 1_000
    apart.leader.tick(apart.cluster.clock.now_ms)
    apart.cluster.settle()
    assert apart.acquire(led, "other") == [Acquired(0, 3, 2)]


def test_a_state_that_nobody_can_read_is_told_and_asked_for_again() -> None:
    apart = Apart()
    led = apart.leader.sharing.get(GROUP, apart.at)
    apart.cluster.settle()
    with pytest.raises(KafkaError) as refused:
        led.ready()
    assert refused.value.code == ErrorCode.UNKNOWN_SERVER_ERROR
    apart.initialize()
    assert apart.loaded() is not led


def test_who_was_fenced_loads_it_anew() -> None:
    apart = Apart()
    apart.initialize()
    led = apart.loaded()
    apart.acquire(led)
    apart.leader.sharing.persister.initialize(GROUP, {apart.at: (5, 2)}, lambda _: None)
    apart.cluster.settle()
    outcome = apart.say(led, 0, 3, ACCEPT)
    apart.cluster.settle()
    assert outcome.error is not None
    assert outcome.error.code == ErrorCode.NOT_LEADER_OR_FOLLOWER
    again = apart.loaded()
    assert again is not led
    assert again.share is not None
    assert again.share.start_offset == 2


def test_where_a_group_begins_is_on_record_when_somebody_comes() -> None:
    apart = Apart()
    apart.initialize(-1)
    led = apart.loaded()
    assert led.share is not None
    assert led.share.start_offset == 4
    apart.cluster.settle()
    apart.cluster.produce("t", apart.index, b"new")
    apart.leader.sharing.forget(led)
    again = apart.loaded()
    assert apart.acquire(again) == [Acquired(4, 4, 1)]


def test_state_of_records_that_a_power_loss_took_is_of_no_use() -> None:
    apart = Apart()
    apart.initialize(9)
    led = apart.loaded()
    assert led.share is not None
    assert led.share.start_offset == 4


def test_a_group_that_was_deleted_has_nothing_here_any_more() -> None:
    apart = Apart()
    apart.initialize()
    led = apart.loaded()
    apart.acquire(led)
    apart.leader.sharing.persister.delete(GROUP, [apart.at], lambda _: None)
    apart.cluster.settle()
    outcome = apart.say(led, 0, 3, ACCEPT)
    apart.cluster.settle()
    assert outcome.error is not None
    assert apart.leader.sharing.known(GROUP, apart.at) is None


def test_a_member_that_joins_waits_a_moment_for_other_workers() -> None:
    apart = Apart()
    apart.cluster.controller.topics.ensure_internal("__consumer_offsets")
    apart.cluster.settle()
    name = next(f"g{n}" for n in range(99) if apart.leader.groups.coordinator_of(f"g{n}") == 1)
    request = load(76).ShareGroupHeartbeatRequest(
        group_id=name, member_id="m", member_epoch=0, subscribed_topic_names=["t"]
    )
    waiting = share_group_heartbeat(apart.leader, Caller(version=1), request)
    assert isinstance(waiting, Wait)
    assert waiting.attempt(False) is None
    apart.cluster.settle()
    answer = waiting.attempt(False)
    assert answer is not None
    assert answer.assignment is not None
    (given,) = answer.assignment.topic_partitions
    assert given.partitions == [*range(16)]


def test_who_asks_the_wrong_worker_is_told_who_leads() -> None:
    apart = Apart()
    topics = apart.leader.topics
    index = next(each for each in range(16) if topics.partition("t", each).leader_id == 2)
    wire = load(78)
    request = wire.ShareFetchRequest(
        group_id=GROUP,
        member_id="other",
        max_records=1,
        topics=[wire.FetchTopic(apart.topic_id, [wire.FetchPartition(index)])],
    )
    answer = share_fetch(apart.leader, Caller(version=2), request)
    assert not isinstance(answer, Wait)
    part = answer.responses[0].partitions[0]
    assert (part.error_code, part.current_leader.leader_id) == (ErrorCode.NOT_LEADER_OR_FOLLOWER, 2)
    assert [node.node_id for node in answer.node_endpoints] == [2]
