"""A group with members changes its protocol (KIP-848), and nobody loses what it has meanwhile."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from kwire.broker.broker import Broker
from kwire.broker.groups.assignment import Assignment
from kwire.broker.groups.classic import ClassicGroup
from kwire.broker.groups.consumer import ConsumerGroup
from kwire.broker.groups.conversion import read_assignment, read_version, write_assignment
from kwire.broker.groups.members import Join, Joined, State
from kwire.broker.groups.modern import ModernState
from kwire.codec.stored.consumer_protocol_subscription import ConsumerProtocolSubscription, TopicPartition
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from tests.broker.groups.brokers import TestClock, pass_time
from tests.broker.groups.consuming import GROUP, Member, durable, group_of, names, new_broker, settle


def refused(code: ErrorCode) -> pytest.RaisesExc[KafkaError]:
    return pytest.RaisesExc(KafkaError, check=lambda error: error.code == code)


@attrs.define(eq=False)
class Classic:
    """A client of the classic protocol that gives up only what it has to (the cooperative assignor)."""

    broker: Broker
    member_id: str = ""
    topics: tuple[str, ...] = ("t",)
    instance_id: str | None = None
    generation: int = -1
    owned: Assignment = attrs.Factory(dict)
    protocol: str = "cooperative-sticky"

    @property
    def _now_ms(self) -> int:
        return self.broker.clock.monotonic_ms()

    def join(self, *, is_alone: bool = True) -> Any:
        owned = [TopicPartition(name, parts) for name, parts in names(self.broker, self.owned).items()]
        subscription = ConsumerProtocolSubscription([*self.topics], None, owned, -1, None)
        wish = Join(
            member_id=self.member_id,
            instance_id=self.instance_id,
            client_id="classic",
            client_host="/h",
            session_timeout_ms=10_000,
            rebalance_timeout_ms=30_000,
            protocol_type="consumer",
            protocols=((self.protocol, b"\0\3" + subscription.encode(3)),),
            can_retry_with_id=False,
        )
        parked = self.broker.groups.join(GROUP, wish, self._now_ms)
        if is_alone:
            pass_time(self.broker, 0)
        return parked

    def joined(self, answer: Joined | None) -> None:
        assert answer is not None
        assert answer.error == ErrorCode.NONE
        self.member_id, self.generation = answer.member_id, answer.generation

    def sync(self, assignments: dict[str, bytes] | None = None) -> None:
        parked = self.broker.groups.sync(
            GROUP,
            self.member_id,
            self.instance_id,
            self.generation,
            "consumer",
            self.protocol,
            assignments or {},
            self._now_ms,
        )
        assert parked.answer is not None
        assert parked.answer.error == ErrorCode.NONE
        self.owned = read_assignment(parked.answer.assignment, self.broker.groups.known_topics)

    def beat(self) -> None:
        """As the client does: told to rebalance, it joins and syncs."""
        try:
            self.broker.groups.heartbeat(
                GROUP, self.member_id, self.instance_id, self.generation, self._now_ms
            )
        except KafkaError as error:
            if error.code != ErrorCode.REBALANCE_IN_PROGRESS:
                raise
            self.joined(self.join().answer)
            self.sync()

    @property
    def epoch(self) -> int:
        return self.generation

    @property
    def has(self) -> dict[str, list[int]]:
        return names(self.broker, self.owned)


def alone(broker: Broker, **more: Any) -> Classic:
    """The only member of a classic group, with everything."""
    classic = Classic(broker, **more)
    classic.joined(classic.join().answer)
    topic_id, count = broker.groups.known_topics.find("t") or (b"", 0)
    everything = {topic_id: dict.fromkeys(range(count), 0)}
    classic.sync({classic.member_id: write_assignment(everything, 3, broker.groups.known_topics)})
    assert classic.has == {"t": [0, 1, 2, 3]}
    return classic


def everybody(*members: Any) -> None:
    for _ in range(10):
        before = [(member.epoch, dict(member.owned)) for member in members]
        for member in members:
            member.beat()
        if before == [(member.epoch, dict(member.owned)) for member in members]:
            return
    raise AssertionError("they never come to rest")


@pytest.fixture
def broker() -> Broker:
    return new_broker()


def test_a_consumer_that_joins_a_classic_group_makes_it_its_own_and_both_get_their_part(
    broker: Broker,
) -> None:
    classic, member = alone(broker), Member(broker, "m")
    assert member.join().assignment == {}
    group = group_of(broker)
    assert (group.epoch, {*group.members}) == (2, {classic.member_id, "m"})
    everybody(classic, member)
    assert sorted(classic.has["t"] + member.has["t"]) == [0, 1, 2, 3]
    assert len(classic.has["t"]) == 2
    assert group.state is ModernState.STABLE


def test_a_classic_member_joins_a_consumer_group(broker: Broker) -> None:
    member, classic = Member(broker, "m"), Classic(broker)
    member.join()
    classic.joined(classic.join().answer)
    classic.sync()
    assert classic.has == {}
    everybody(member, classic)
    assert len(classic.has["t"]) == len(member.has["t"]) == 2


def test_a_new_classic_member_gets_its_id_first(broker: Broker) -> None:
    Member(broker, "m").join()
    wish = Join("", None, "c", "/h", 10_000, 10_000, "consumer", (("range", b"\0\0" + bytes(8)),))
    answer = broker.groups.join(GROUP, wish, 0).answer
    assert answer is not None
    assert answer.error == ErrorCode.MEMBER_ID_REQUIRED
    assert answer.member_id
    assert [*group_of(broker).members] == ["m"]


def test_when_the_last_consumer_leaves_the_classic_members_rebalance_as_they_used_to(broker: Broker) -> None:
    classic, member = alone(broker), Member(broker, "m")
    member.join()
    everybody(classic, member)
    member.leave()
    group = broker.groups.groups[GROUP]
    assert isinstance(group, ClassicGroup)
    assert group.state is State.PREPARING_REBALANCE
    with refused(ErrorCode.REBALANCE_IN_PROGRESS):
        broker.groups.heartbeat(GROUP, classic.member_id, None, classic.generation, 0)
    before = classic.generation
    classic.joined(classic.join().answer)
    assert classic.generation > before


def test_when_the_last_consumer_is_silent_the_group_is_classic_again(broker: Broker) -> None:
    classic, member = alone(broker), Member(broker, "m")
    member.join()
    everybody(classic, member)
    for _ in range(9):
        pass_time(broker, 5_000)
        if isinstance(broker.groups.groups[GROUP], ConsumerGroup):
            classic.beat()
    assert isinstance(broker.groups.groups[GROUP], ClassicGroup)


def test_a_classic_member_that_does_not_join_again_is_out(broker: Broker) -> None:
    classic, member = alone(broker), Member(broker, "m")
    member.join()
    with refused(ErrorCode.REBALANCE_IN_PROGRESS):
        broker.groups.heartbeat(
            GROUP, classic.member_id, None, classic.generation, broker.clock.monotonic_ms()
        )
    for _ in range(4):
        pass_time(broker, 7_500)
        if classic.member_id in group_of(broker).members:
            with refused(ErrorCode.REBALANCE_IN_PROGRESS):
                broker.groups.heartbeat(
                    GROUP, classic.member_id, None, classic.generation, broker.clock.monotonic_ms()
                )
        member.beat()
    settle(member)
    assert [*group_of(broker).members] == ["m"]
    assert member.has == {"t": [0, 1, 2, 3]}


def test_a_static_member_comes_back_with_the_newer_protocol_and_has_what_it_had(broker: Broker) -> None:
    classic = alone(broker, instance_id="i")
    member = Member(broker, "m", instance_id="i")
    assert member.join().epoch >= 1
    assert member.has == classic.has
    assert [*group_of(broker).members] == ["m"]
    back = Classic(broker, instance_id="i")
    back.join()
    assert isinstance(broker.groups.groups[GROUP], ClassicGroup)


def test_a_classic_member_that_goes_on_with_the_newer_protocol_need_not_sync_any_more(broker: Broker) -> None:
    other, classic = Member(broker, "m"), Classic(broker)
    other.join()
    classic.joined(classic.join().answer)
    newer = Member(broker, classic.member_id)
    newer.join()
    for _ in range(8):
        pass_time(broker, 5_000)
        settle(other, newer)
    assert len(newer.has["t"]) == 2


def test_a_new_member_may_be_on_its_way_into_an_empty_group_that_changes_its_protocol(broker: Broker) -> None:
    wish = Join("", None, "c", "/h", 10_000, 10_000, "consumer", (("range", b"\0\0" + bytes(8)),))
    assert broker.groups.join(GROUP, wish, broker.clock.monotonic_ms()).answer is not None
    Member(broker, "m").join()
    pass_time(broker, 10_000)
    assert [*group_of(broker).members] == ["m"]


def test_who_waits_in_a_classic_rebalance_is_told_to_come_again() -> None:
    broker = new_broker(group_initial_rebalance_delay_ms="3000")
    parked = Classic(broker).join()
    assert not parked.answer
    Member(broker, "m").join()
    assert getattr(parked.answer, "error", None) == ErrorCode.REBALANCE_IN_PROGRESS
    assert len(group_of(broker).members) == 2


@pytest.mark.parametrize("policy", ["disabled", "DOWNGRADE"])
def test_where_the_policy_forbids_it_a_classic_group_stays_one(policy: str) -> None:
    broker = new_broker(group_consumer_migration_policy=policy)
    classic = alone(broker)
    with refused(ErrorCode.GROUP_ID_NOT_FOUND):
        Member(broker, "m").join()
    classic.beat()
    assert isinstance(broker.groups.groups[GROUP], ClassicGroup)


def test_a_classic_group_that_is_full_stays_one() -> None:
    broker = new_broker(group_consumer_max_size="1")
    alone(broker)
    with refused(ErrorCode.GROUP_MAX_SIZE_REACHED):
        Member(broker, "m").join()
    assert isinstance(broker.groups.groups[GROUP], ClassicGroup)


def test_a_classic_group_whose_members_say_something_else_stays_one(broker: Broker) -> None:
    wish = Join("", None, "c", "/h", 10_000, 10_000, "consumer", (("range", b""),), can_retry_with_id=False)
    broker.groups.join(GROUP, wish, broker.clock.monotonic_ms())
    with refused(ErrorCode.GROUP_ID_NOT_FOUND):
        Member(broker, "m").join()
    assert isinstance(broker.groups.groups[GROUP], ClassicGroup)


def test_where_the_policy_forbids_it_classic_members_stay_in_the_consumer_group() -> None:
    broker = new_broker(group_consumer_migration_policy="upgrade")
    classic, member = alone(broker), Member(broker, "m")
    member.join()
    everybody(classic, member)
    member.leave()
    everybody(classic)
    assert isinstance(broker.groups.groups[GROUP], ConsumerGroup)
    assert classic.has == {"t": [0, 1, 2, 3]}


def test_a_classic_member_leaves_and_its_generation_is_its_epoch(broker: Broker) -> None:
    classic, member = alone(broker), Member(broker, "m")
    member.join()
    everybody(classic, member)
    with refused(ErrorCode.ILLEGAL_GENERATION):
        broker.groups.heartbeat(GROUP, classic.member_id, None, 1, 0)
    with refused(ErrorCode.UNKNOWN_MEMBER_ID):
        broker.groups.heartbeat(GROUP, "m", None, member.epoch, 0)
    codes = broker.groups.leave(
        GROUP, [(classic.member_id, None, None), ("x", None, None), ("m", "i", None)], 0
    )
    assert codes == [ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.UNKNOWN_MEMBER_ID]
    settle(member)
    assert member.has == {"t": [0, 1, 2, 3]}


def test_a_mixed_group_lives_through_a_restart() -> None:
    files, clock = MemoryFiles(), TestClock()
    broker = new_broker(files, clock)
    classic, member = alone(broker), Member(broker, "m")
    member.join()
    everybody(classic, member)
    before = durable(group_of(broker))
    broker.close()
    again = new_broker(files, clock)
    assert durable(group_of(again)) == before
    classic.broker = member.broker = again
    everybody(classic, member)
    member.leave()
    again.close()
    last = new_broker(files, clock)
    assert isinstance(last.groups.groups[GROUP], ClassicGroup)


def test_a_version_of_the_future_is_read_as_the_newest() -> None:
    assert read_version(b"\0\x09") == 3
