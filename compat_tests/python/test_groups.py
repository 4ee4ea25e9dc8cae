"""Consumer groups of real clients: members join, leave, crash, come back under their instance id."""

from __future__ import annotations

import time

import confluent_kafka
import pytest
from confluent_kafka.admin import AdminClient

from compat_tests.harness import DEADLINE_S, Server, eventually, unique
from compat_tests.members import SESSION_TIMEOUT_MS, Member, Members, shared_out
from compat_tests.topics import make_topic

PARTITIONS = 6

every_client = pytest.mark.parametrize("client", ["confluent-kafka", "kafka-python", "aiokafka"])


class Feed:
    """Writes numbered records to a topic, and knows what the group must have read."""

    def __init__(self, server: Server, topic: str) -> None:
        self.topic = topic
        self.sent = 0
        self.producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap})

    def write(self, count: int) -> None:
        for _ in range(count):
            self.producer.produce(self.topic, str(self.sent).encode(), partition=self.sent % PARTITIONS)
            self.sent += 1
        assert self.producer.flush(DEADLINE_S) == 0

    def all_read_by(self, members: Members) -> None:
        """Wait until every record that was written was read by somebody."""
        wanted = {str(number) for number in range(self.sent)}

        def complete() -> bool:
            return {value for member in members.started for _, _, value in member.read} >= wanted

        eventually(complete, f"{self.sent} records read by the group")


def assert_committed_to_the_end(server: Server, topic: str, group: str) -> None:
    consumer = confluent_kafka.Consumer({"bootstrap.servers": server.bootstrap, "group.id": group})
    places = [confluent_kafka.TopicPartition(topic, index) for index in range(PARTITIONS)]
    ends = [consumer.get_watermark_offsets(place, timeout=DEADLINE_S)[1] for place in places]
    committed = [place.offset for place in consumer.committed(places, timeout=DEADLINE_S)]
    consumer.close()
    assert committed == ends


@every_client
def test_members_join_leave_and_crash_and_nothing_is_missed(
    server: Server, members: Members, client: str
) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    feed = Feed(server, topic)

    def join() -> Member:
        return members.start(client, server.bootstrap, topic, group)

    first = join()
    shared_out([first], PARTITIONS)
    feed.write(600)
    second = join()
    shared_out([first, second], PARTITIONS)
    third = join()
    shared_out([first, second, third], PARTITIONS)
    assert [len(member.owned or ()) for member in (first, second, third)] == [2, 2, 2]
    feed.write(600)
    feed.all_read_by(members)

    left_at = time.monotonic()
    third.leave()
    shared_out([first, second], PARTITIONS)
    # Leaving is said, not noticed: the rest need not wait for the session to end.
    assert time.monotonic() - left_at < SESSION_TIMEOUT_MS / 1000
    feed.write(600)

    second.kill()
    killed_at = time.monotonic()
    shared_out([first], PARTITIONS)
    # Silence is noticed when the session has ended; the last heartbeat was up to an interval earlier.
    assert time.monotonic() - killed_at > SESSION_TIMEOUT_MS / 1000 - 1
    feed.write(600)
    feed.all_read_by(members)
    first.leave()
    assert_committed_to_the_end(server, topic, group)


@every_client
def test_a_static_member_that_comes_back_in_time_causes_no_rebalance(
    server: Server, members: Members, client: str
) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    feed = Feed(server, topic)
    names = ["instance-a", "instance-b", "instance-c"]
    three = [members.start(client, server.bootstrap, topic, group, instance_id=name) for name in names]
    shared_out(three, PARTITIONS)
    before = [member.owned for member in three]
    told = [len(member.of("assignment")) + len(member.of("revoked")) for member in three]

    three[1].kill()
    back = members.start(client, server.bootstrap, topic, group, instance_id=names[1])
    eventually(lambda: back.owned, "the returning member's partitions")
    assert back.owned == before[1]
    feed.write(600)
    feed.all_read_by(members)
    for index in (0, 2):
        member = three[index]
        assert member.owned == before[index]
        assert len(member.of("assignment")) + len(member.of("revoked")) == told[index]

    # A static member does not say goodbye; its partitions stay its own until the session ends.
    back.leave()
    feed.write(600)
    shared_out([three[0], three[2]], PARTITIONS)
    feed.all_read_by(members)


def test_a_second_process_with_the_same_instance_id_fences_the_first(
    server: Server, members: Members
) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    first = members.start("confluent-kafka", server.bootstrap, topic, group, instance_id="same")
    shared_out([first], PARTITIONS)
    second = members.start("confluent-kafka", server.bootstrap, topic, group, instance_id="same")
    shared_out([second], PARTITIONS)
    fenced = "Static consumer fenced by other consumer"
    eventually(
        lambda: any(fenced in line for line in list(first.errors)), "the first one told that it was fenced"
    )


@pytest.mark.parametrize("client", ["confluent-kafka", "kafka-python"])
def test_cooperative_members_keep_what_does_not_move(server: Server, members: Members, client: str) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    feed = Feed(server, topic)

    def join() -> Member:
        return members.start(client, server.bootstrap, topic, group, strategy="cooperative-sticky")

    first = join()
    shared_out([first], PARTITIONS)
    feed.write(600)
    second = join()
    shared_out([first, second], PARTITIONS)
    third = join()
    shared_out([first, second, third], PARTITIONS)
    assert [len(member.owned or ()) for member in (first, second, third)] == [2, 2, 2]
    feed.write(600)
    feed.all_read_by(members)
    # Each partition that a member ever gave up went to another; nobody was ever asked to drop everything.
    gave_up = [one for event in first.of("revoked") for one in event["partitions"]]
    assert len(gave_up) == 4
    assert set(gave_up).isdisjoint(first.owned or ())
    shares = [event["partitions"] for event in first.of("assignment")]
    assert all(shares[1:])

    second.kill()
    shared_out([first, third], PARTITIONS)
    feed.write(600)
    feed.all_read_by(members)
    for member in (first, third):
        member.leave()
    assert_committed_to_the_end(server, topic, group)


def test_the_group_settles_on_an_assignor_that_all_members_know(server: Server, members: Members) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    both, one = "range,roundrobin", "roundrobin"
    settled: list[Member] = []
    # One after the other: aiokafka offers other assignors than it knows while several rebalances run together.
    for client, strategy in (("confluent-kafka", both), ("kafka-python", one), ("aiokafka", both)):
        settled.append(members.start(client, server.bootstrap, topic, group, strategy=strategy))
        shared_out(settled, PARTITIONS)
    admin = AdminClient({"bootstrap.servers": server.bootstrap, "log_level": 2})
    described = admin.describe_consumer_groups([group])[group].result(DEADLINE_S)
    assert described.partition_assignor == "roundrobin"

    stranger = members.start("kafka-python", server.bootstrap, topic, group, strategy="range")
    eventually(stranger.gone, "a member without a common assignor refused")
    assert any("InconsistentGroupProtocolError" in line for line in stranger.errors)
    shared_out(settled, PARTITIONS)


def test_members_survive_a_restart_of_the_server(server: Server, members: Members) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    feed = Feed(server, topic)
    three = [
        members.start(client, server.bootstrap, topic, group)
        for client in ("confluent-kafka", "kafka-python", "aiokafka")
    ]
    shared_out(three, PARTITIONS)
    feed.write(600)
    for clean in (True, False):
        server.restart(clean=clean)
        feed.write(600)
        feed.all_read_by(members)
        shared_out(three, PARTITIONS)
    for member in three:
        member.leave()
    assert_committed_to_the_end(server, topic, group)
