"""What an application does with kafka-python 2.0, as named cases; newer versions bring their own tests along."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cases import BOOTSTRAP, Grouped, check, child, eventually, fails, main, tell, unique
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition, errors
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.structs import OffsetAndMetadata

CODECS = (None, "gzip", "snappy", "lz4", "zstd")
GROUP = {
    "session_timeout_ms": 6000,
    "heartbeat_interval_ms": 300,
    "fetch_max_wait_ms": 200,
    "metadata_max_age_ms": 1000,
}
ASSIGNORS = {
    one.name: one for one in (RangePartitionAssignor, RoundRobinPartitionAssignor, StickyPartitionAssignor)
}


def admin() -> KafkaAdminClient:
    return KafkaAdminClient(bootstrap_servers=BOOTSTRAP)


def new_topic(partitions: int = 1, **settings: str) -> str:
    topic = unique("kafka-python")
    config = {name.replace("_", "."): value for name, value in settings.items()}
    it = admin()
    it.create_topics([NewTopic(topic, partitions, 1, topic_configs=config)])

    def known() -> bool:
        (found,) = it.describe_topics([topic])
        return len(found["partitions"]) == partitions and all(
            one["leader"] >= 0 for one in found["partitions"]
        )

    eventually(known, "leaders")
    it.close()
    return topic


def write(topic: str, begin: int, end: int, partitions: int = 1, **settings: Any) -> list[int]:
    it = KafkaProducer(bootstrap_servers=BOOTSTRAP, **settings)
    sent = [it.send(topic, b"%d" % number, partition=number % partitions) for number in range(begin, end)]
    it.flush(60)
    offsets = [future.get(60).offset for future in sent]
    it.close()
    return offsets


@contextmanager
def consuming(*topics: str, **settings: Any) -> Iterator[KafkaConsumer]:
    options = {"auto_offset_reset": "earliest", "group_id": unique("group"), **GROUP, **settings}
    it = KafkaConsumer(*topics, bootstrap_servers=BOOTSTRAP, **options)
    try:
        yield it
    finally:
        it.close()


def poll(consumer: KafkaConsumer, count: int) -> list[Any]:
    seen: list[Any] = []

    def enough() -> bool:
        for records in consumer.poll(timeout_ms=200).values():
            seen.extend(records)
        return len(seen) >= count

    eventually(enough, f"{count} records")
    return seen


def read(topic: str, count: int, **settings: Any) -> list[bytes]:
    with consuming(topic, **settings) as it:
        return [record.value for record in poll(it, count)]


def texts(begin: int, end: int) -> list[bytes]:
    return [b"%d" % number for number in range(begin, end)]


# --- administration -----------------------------------------------------------------------------------------


@check("admin: topics are created, grown, listed and deleted")
def _() -> None:
    it, topic = admin(), unique("topic")
    it.create_topics([NewTopic(topic, 2, 1)])
    fails(lambda: it.create_topics([NewTopic(topic, 2, 1)]), errors.TopicAlreadyExistsError)
    eventually(lambda: topic in it.list_topics(), "the topic listed")
    it.create_partitions({topic: NewPartitions(4)})
    eventually(lambda: len(it.describe_topics([topic])[0]["partitions"]) == 4, "four partitions")
    it.delete_topics([topic])
    eventually(lambda: topic not in it.list_topics(), "the topic gone")
    assert it.describe_cluster()["brokers"]


@check("admin: what cannot be done is refused with Kafka's words")
def _() -> None:
    it = admin()
    fails(lambda: it.create_topics([NewTopic(unique("t"), 1, 40)]), errors.InvalidReplicationFactorError)
    fails(lambda: it.create_topics([NewTopic("no spaces please", 1, 1)]), errors.InvalidTopicError)
    fails(lambda: it.delete_topics([unique("never")]), errors.UnknownTopicOrPartitionError)


@check("admin: settings of a topic are described and altered")
def _() -> None:
    it, topic = admin(), new_topic(retention_ms="60000")

    def setting(name: str) -> Any:
        (answer,) = it.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        return {entry[0]: entry[1] for entry in answer.resources[0][4]}[name]

    assert setting("retention.ms") == "60000"
    it.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"cleanup.policy": "compact"})])
    eventually(lambda: setting("cleanup.policy") == "compact", "the new policy")


# --- produce and consume ------------------------------------------------------------------------------------


def of_codec(codec: str | None) -> Callable[[], None]:
    def work() -> None:
        topic = new_topic()
        write(topic, 0, 2000, compression_type=codec, linger_ms=20)
        assert read(topic, 2000) == texts(0, 2000)

    return work


for _codec in CODECS:
    check(f"produce: {_codec or 'none'}")(of_codec(_codec))


def of_acks(acks: Any) -> Callable[[], None]:
    def work() -> None:
        topic = new_topic()
        offsets = write(topic, 0, 20, acks=acks)
        if acks != 0:
            assert offsets == list(range(20))
        assert read(topic, 20) == texts(0, 20)

    return work


for _acks in (0, 1, "all"):
    check(f"produce: acks {_acks}")(of_acks(_acks))


@check("produce: keys, headers, nulls and times arrive as they were sent")
def _() -> None:
    topic = new_topic()
    it = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    it.send(topic, b"one", b"a", headers=[("x", b"1"), ("x", b"2")], timestamp_ms=1_700_000_000_000)
    it.send(topic, None, b"k", timestamp_ms=1_700_000_000_001)
    it.send(topic, b"", b"", timestamp_ms=1_700_000_000_002)
    it.flush(60)
    with consuming(topic) as reader:
        seen = poll(reader, 3)
    assert [(one.key, one.value) for one in seen] == [(b"a", b"one"), (b"k", None), (b"", b"")]
    assert seen[0].headers == [("x", b"1"), ("x", b"2")]
    assert [one.timestamp for one in seen] == [1_700_000_000_000 + number for number in range(3)]


@check("produce: a record beyond max.message.bytes is refused")
def _() -> None:
    topic = new_topic(max_message_bytes="1000")
    it = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    fails(lambda: it.send(topic, b"x" * 5000).get(60), errors.MessageSizeTooLargeError)


@check("produce: a topic that is not there is made for a producer")
def _() -> None:
    topic = unique("made")
    write(topic, 0, 1)
    assert read(topic, 1) == [b"0"]


# --- offsets ------------------------------------------------------------------------------------------------


@check("offsets: by time, of the begin and of the end")
def _() -> None:
    topic = new_topic()
    place = TopicPartition(topic, 0)
    it = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    for number in range(20):
        it.send(topic, b"%d" % number, timestamp_ms=1_700_000_000_000 + number)
    it.flush(60)
    with consuming() as reader:
        assert reader.beginning_offsets([place]) == {place: 0}
        assert reader.end_offsets([place]) == {place: 20}
        assert reader.offsets_for_times({place: 1_700_000_000_010})[place].offset == 10
        assert reader.offsets_for_times({place: 1_900_000_000_000}) == {place: None}


@check("offsets: seek goes where it is told")
def _() -> None:
    topic = new_topic()
    write(topic, 0, 20)
    with consuming(group_id=None) as it:
        place = TopicPartition(topic, 0)
        it.assign([place])
        it.seek(place, 17)
        assert [one.value for one in poll(it, 3)] == texts(17, 20)
        it.seek_to_beginning(place)
        assert len(poll(it, 20)) == 20
        assert it.position(place) == 20


@check("offsets: what was committed by hand is where the next one begins")
def _() -> None:
    topic, group = new_topic(), unique("group")
    place = TopicPartition(topic, 0)
    write(topic, 0, 20)
    with consuming(topic, group_id=group, enable_auto_commit=False) as it:
        poll(it, 20)
        it.commit({place: OffsetAndMetadata(12, "by hand")})
        assert it.committed(place) == 12
    found = admin().list_consumer_group_offsets(group)
    assert found[place] == OffsetAndMetadata(12, "by hand")
    assert read(topic, 8, group_id=group) == texts(12, 20)


@check("offsets: a paused partition stays where it is")
def _() -> None:
    topic = new_topic(2)
    write(topic, 0, 20, 2)
    with consuming(topic) as it:
        poll(it, 20)
        it.pause(TopicPartition(topic, 0))
        write(topic, 20, 40, 2)
        assert {one.partition for one in poll(it, 10)} == {1}
        it.resume(TopicPartition(topic, 0))
        assert {one.partition for one in poll(it, 10)} == {0}


# --- groups -------------------------------------------------------------------------------------------------


@child
def member(topic: str, group: str, assignor: str = "range") -> None:
    strategy = [ASSIGNORS[assignor]]
    with consuming(topic, group_id=group, partition_assignment_strategy=strategy) as it:
        leaving = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: leaving.set())
        owned: Any = None
        while not leaving.is_set():
            for records in it.poll(timeout_ms=100).values():
                for record in records:
                    tell(value=record.value.decode())
            if owned != (owned := sorted(one.partition for one in it.assignment())):
                tell(owned=owned)
    tell(left=True)


def more(it: Grouped) -> None:
    write(it.topic, *it.next_hundred(), 4)
    it.all_read()


def join_and_leave(assignor: str) -> Callable[[], None]:
    def work() -> None:
        it = Grouped(member, new_topic(4))
        first = it.join(assignor)
        it.shared(first)
        second = it.join(assignor)
        it.shared(first, second)
        more(it)
        it.left(second)
        it.shared(first)
        more(it)

    return work


for _assignor in ASSIGNORS:
    check(f"group: members join and leave, and share the partitions, {_assignor}")(join_and_leave(_assignor))


@check("group: a member that crashes is replaced by the others")
def _() -> None:
    it = Grouped(member, new_topic(4))
    first, second = it.join(), it.join()
    it.shared(first, second)
    more(it)
    first.kill()
    it.shared(second)
    more(it)


@check("group: is listed and described, and deleted only when empty")
def _() -> None:
    it, client = Grouped(member, new_topic(4)), admin()
    only = it.join()
    it.shared(only)
    assert (it.group, "consumer") in client.list_consumer_groups()
    (described,) = client.describe_consumer_groups([it.group])
    assert (described.state, len(described.members)) == ("Stable", 1)
    assert client.delete_consumer_groups([it.group])[0][1] is errors.NonEmptyGroupError
    only.stop()
    assert client.delete_consumer_groups([it.group])[0][1] is errors.NoError


if __name__ == "__main__":
    main()
