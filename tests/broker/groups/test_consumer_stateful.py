"""Consumer groups under everything at once: members come, go, fall silent and lose answers; topics come, grow and go;
the broker starts anew.

What always holds: no partition has two owners, and a member never holds what the broker does not know to be its own;
epochs never go back; what the log says is what is. When everybody was heard of, every partition has an owner.
"""

from __future__ import annotations

import attrs
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kwire.broker.broker import Broker
from kwire.broker.groups.consumer import ConsumerGroup
from kwire.broker.groups.modern import ModernState
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from tests.broker.groups.brokers import TestClock, pass_time
from tests.broker.groups.consuming import GROUP, Member, durable, new_broker

TOPICS = ("t", "u", "v")
SUBSCRIPTIONS = st.sampled_from([("t",), ("t", "u"), ("u", "v"), TOPICS])
FENCED = (ErrorCode.FENCED_MEMBER_EPOCH, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.GROUP_ID_NOT_FOUND)


@attrs.define(eq=False)
class Client:
    """A member, and whether anybody still runs it."""

    member: Member
    is_in: bool = True


class ConsumerGroupMachine(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.files = MemoryFiles()
        self.clock = TestClock()
        self.broker = self._open(with_topics=True)
        self.clients: list[Client] = []
        self.made = 0
        self.epochs = (0, 0)

    def _open(self, *, with_topics: bool) -> Broker:
        """A broker that does not forget an empty group, so that epochs can be compared."""
        return new_broker(
            self.files,
            self.clock,
            with_topics=with_topics,
            offsets_retention_check_interval_ms="1000000000",
        )

    @property
    def group(self) -> ConsumerGroup | None:
        group = self.broker.groups.groups.get(GROUP)
        return group if isinstance(group, ConsumerGroup) else None

    def _heard(self, client: Client) -> None:
        """One heartbeat, as a client sends it: fenced, it has nothing and joins again."""
        try:
            client.member.beat()
        except KafkaError as error:
            if error.code not in FENCED:
                raise
            self._begin_anew(client)

    def _begin_anew(self, client: Client) -> None:
        """A static member whose place is still taken, be it by itself, gives up, as with Apache Kafka."""
        try:
            client.member.join()
        except KafkaError as error:
            if error.code != ErrorCode.UNRELEASED_INSTANCE_ID:
                raise
            self.clients.remove(client)

    @rule(
        topics=SUBSCRIPTIONS,
        assignor=st.sampled_from([None, "range", "uniform"]),
        regex=st.sampled_from([None, None, "t|v", "u.*"]),
        instance=st.sampled_from([None, None, "i", "j"]),
    )
    def join(
        self, topics: tuple[str, ...], assignor: str | None, regex: str | None, instance: str | None
    ) -> None:
        if instance is not None and any(
            each.member.instance_id == instance for each in self.clients if each.is_in
        ):
            instance = None
        self.made += 1
        member = Member(
            self.broker, f"m{self.made}", topics, instance_id=instance, assignor=assignor, regex=regex
        )
        try:
            member.join()
        except KafkaError as error:
            if error.code != ErrorCode.UNRELEASED_INSTANCE_ID:
                raise
        else:
            self.clients.append(Client(member))

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def beat(self, data: st.DataObject) -> None:
        self._heard(data.draw(st.sampled_from(self.clients)))

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def beat_slowly(self, data: st.DataObject) -> None:
        """It does not give up what it should."""
        client = data.draw(st.sampled_from(self.clients))
        client.member.is_slow = True
        self._heard(client)
        client.member.is_slow = False

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def lose_an_answer(self, data: st.DataObject) -> None:
        """The broker hears of it, and it hears nothing; then it says everything again."""
        client = data.draw(st.sampled_from(self.clients))
        member = client.member
        before = member.epoch, member.owned, member.told
        try:
            member.beat()
        except KafkaError as error:
            if error.code not in FENCED:
                raise
            return
        member.epoch, member.owned, member.told = before
        try:
            member.beat(
                rebalance_timeout_ms=60_000,
                topics=member.topics,
                regex=member.regex,
            )
        except KafkaError as error:
            if error.code not in FENCED:
                raise
            self._begin_anew(client)

    @precondition(lambda self: self.clients)
    @rule(data=st.data(), topics=SUBSCRIPTIONS)
    def subscribe_to_something_else(self, data: st.DataObject, topics: tuple[str, ...]) -> None:
        client = data.draw(st.sampled_from(self.clients))
        client.member.topics = topics
        try:
            client.member.beat(topics=topics)
        except KafkaError as error:
            if error.code not in FENCED:
                raise
            self._begin_anew(client)

    @precondition(lambda self: self.clients)
    @rule(data=st.data(), for_a_while=st.booleans())
    def leave(self, data: st.DataObject, for_a_while: bool) -> None:
        client = data.draw(st.sampled_from(self.clients))
        self.clients.remove(client)
        try:
            client.member.leave(-2 if for_a_while and client.member.instance_id else -1)
        except KafkaError as error:
            if error.code not in FENCED:
                raise

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def die(self, data: st.DataObject) -> None:
        self.clients.remove(data.draw(st.sampled_from(self.clients)))

    @rule(milliseconds=st.sampled_from([1_000, 20_000, 50_000]))
    def let_time_pass(self, milliseconds: int) -> None:
        pass_time(self.broker, milliseconds)

    @rule(name=st.sampled_from(TOPICS), partitions=st.integers(1, 5))
    def change_a_topic(self, name: str, partitions: int) -> None:
        topic = self.broker.topics.get(name)
        if topic is None:
            self.broker.topics.create(name, partitions=partitions)
        elif partitions > len(topic.partitions):
            self.broker.topics.add_partitions(topic, partitions)

    @rule(name=st.sampled_from(TOPICS))
    def delete_a_topic(self, name: str) -> None:
        topic = self.broker.topics.get(name)
        if topic is not None:
            self.broker.topics.delete(topic)

    @rule()
    def start_anew(self) -> None:
        before = None if self.group is None else durable(self.group)
        self.broker.close()
        self.broker = self._open(with_topics=False)
        for client in self.clients:
            client.member.broker = self.broker
        assert (None if self.group is None else durable(self.group)) == before

    @rule()
    def everybody_is_heard_of(self) -> None:
        pass_time(self.broker, 4_000)
        for _ in range(12):
            for client in [*self.clients]:
                self._heard(client)
        pass_time(self.broker, 41_000)  # the dead are out by now
        for _ in range(12):
            for client in [*self.clients]:
                self._heard(client)
        group = self.group
        if not self.clients or group is None:
            return
        assert {*group.members} == {client.member.member_id for client in self.clients}
        assert group.state is ModernState.STABLE
        wanted = {
            (topic.topic_id, index)
            for topic in self.broker.topics.by_name.values()
            if group.is_subscribed_to(topic.name)
            for index in range(len(topic.partitions))
        }
        held = [
            (topic_id, index)
            for client in self.clients
            for topic_id, indexes in client.member.owned.items()
            for index in indexes
        ]
        assert len(held) == len(set(held))
        assert set(held) == wanted

    @invariant()
    def no_partition_has_two_owners(self) -> None:
        group = self.group
        if group is None:
            return
        owned = [
            (topic_id, index)
            for member in group.members.values()
            for part in (member.current.assigned, member.current.revoking)
            for topic_id, indexes in part.items()
            for index in indexes
        ]
        assert len(owned) == len(set(owned))
        assert set(owned) == {(topic_id, index) for topic_id, of in group.owners.items() for index in of}
        for client in self.clients:
            member = group.members.get(client.member.member_id)
            if member is not None and member.current.epoch == client.member.epoch:
                known = {
                    (topic_id, index)
                    for part in (member.current.assigned, member.current.revoking)
                    for topic_id, indexes in part.items()
                    for index in indexes
                }
                assert known >= {
                    (topic_id, index)
                    for topic_id, indexes in client.member.owned.items()
                    for index in indexes
                }

    @invariant()
    def epochs_never_go_back(self) -> None:
        group = self.group
        if group is not None:
            epochs = group.epoch, group.target_epoch
            assert epochs >= self.epochs
            assert group.target_epoch <= group.epoch
            assert all(member.current.epoch <= group.target_epoch for member in group.members.values())
            self.epochs = epochs


ConsumerGroupMachine.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.data_too_large],
)
TestConsumerGroups = ConsumerGroupMachine.TestCase
