"""What an application does with confluent-kafka, as named cases: any version from 1.8 on, in Python 3.7 and newer.

What an older version has not is skipped there.
"""

from __future__ import annotations

import functools
import signal
import threading
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List  # noqa: UP035  old interpreters

import confluent_kafka
from cases import BOOTSTRAP, Grouped, check, child, eventually, fails, main, tell, unique
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
BASE = {"bootstrap.servers": BOOTSTRAP, "log_level": 3, "topic.metadata.refresh.interval.ms": 1000}
GROUP = {
    "session.timeout.ms": 6000,
    "heartbeat.interval.ms": 300,
    "auto.offset.reset": "earliest",
    "fetch.wait.max.ms": 200,
}


def without(owner: Any, *names: str) -> str:
    """Why a case is skipped: what this version has not; "" when it has all."""
    missing = [name for name in names if not hasattr(owner, name)]
    return f"confluent-kafka {confluent_kafka.__version__} has no {', '.join(missing)}" if missing else ""


def done(futures: Dict[Any, Any]) -> List[Any]:  # noqa: UP006
    return [future.result(60) for future in futures.values()]


@functools.lru_cache(maxsize=None)  # noqa: UP033  old interpreters
def admin() -> AdminClient:
    """One for all of a case: a client that nobody holds any more takes back what it was asked."""
    return AdminClient(BASE)


def new_topic(partitions: int = 1, **settings: str) -> str:
    topic = unique("confluent")
    config = {name.replace("_", "."): value for name, value in settings.items()}
    it = admin()
    done(it.create_topics([NewTopic(topic, partitions, 1, config=config)]))
    eventually(lambda: partitions_of(it, topic) == partitions, "the topic's leaders")
    return topic


def partitions_of(it: AdminClient, topic: str) -> int:
    """How many have a leader. All topics are asked for: one that the client knows by name, it would make again."""
    found = it.list_topics(timeout=30).topics.get(topic)
    return sum(one.leader >= 0 for one in found.partitions.values()) if found else 0


def write(topic: str, values: List[str], partitions: int = 1, **settings: Any) -> None:  # noqa: UP006
    producer = Producer({**BASE, **settings})
    for number, value in enumerate(values):
        producer.produce(topic, value, partition=number % partitions)
    assert producer.flush(60) == 0


def texts(begin: int, end: int) -> List[str]:  # noqa: UP006
    return [str(number) for number in range(begin, end)]


@contextmanager
def consuming(topics: List[str], group: str = "", **settings: Any) -> Iterator[Consumer]:  # noqa: UP006
    named = {name.replace("_", "."): value for name, value in settings.items()}
    it = Consumer({**BASE, **GROUP, "group.id": group or unique("group"), **named})
    if topics:
        it.subscribe(topics)
    try:
        yield it
    finally:
        it.close()


def poll(consumer: Consumer, count: int) -> List[Any]:  # noqa: UP006
    """The next messages, as many as asked for."""
    messages: List[Any] = []  # noqa: UP006

    def more() -> bool:
        for message in consumer.consume(count - len(messages), 0.2):
            if message.error():
                raise KafkaException(message.error())
            messages.append(message)
        return len(messages) == count

    eventually(more, f"{count} records")
    return messages


def read(topic: str, count: int, group: str = "", **settings: Any) -> List[str]:  # noqa: UP006
    with consuming([topic], group, **settings) as it:
        return values_of(poll(it, count))


def values_of(messages: List[Any]) -> List[str]:  # noqa: UP006
    return [message.value().decode() for message in messages]


# --- administration -----------------------------------------------------------------------------------------


@check("admin: topics are created, grown, listed and deleted")
def _() -> None:
    it = admin()
    topic = unique("topic")
    done(it.create_topics([NewTopic(topic, 2, 1)], validate_only=True))
    assert topic not in it.list_topics(timeout=30).topics
    done(it.create_topics([NewTopic(topic, 2, 1)]))
    twice = fails(lambda: done(it.create_topics([NewTopic(topic, 2, 1)])), KafkaException)
    assert twice.args[0].name() == "TOPIC_ALREADY_EXISTS"
    done(it.create_partitions([NewPartitions(topic, 4)]))
    eventually(lambda: partitions_of(it, topic) == 4, "four partitions")
    done(it.delete_topics([topic]))
    eventually(lambda: topic not in it.list_topics(timeout=30).topics, "the topic gone")


@check("admin: what cannot be done is refused with Kafka's words")
def _() -> None:
    it = admin()
    topic = new_topic(3)
    for work, name in (
        (lambda: it.create_partitions([NewPartitions(topic, 2)]), "INVALID_PARTITIONS"),
        (lambda: it.create_topics([NewTopic(unique("t"), 1, 40)]), "INVALID_REPLICATION_FACTOR"),
        (lambda: it.create_topics([NewTopic("no spaces please", 1, 1)]), "TOPIC_EXCEPTION"),
        (lambda: it.create_topics([NewTopic(unique("t"), 1, 1, config={"x": "y"})]), "INVALID_CONFIG"),
        (lambda: it.delete_topics([unique("never")]), "UNKNOWN_TOPIC_OR_PART"),
    ):
        error = fails(lambda work=work: done(work()), KafkaException)
        assert error.args[0].name() == name, (error.args[0], name)


@check("admin: settings of topics and brokers are described and altered")
def _() -> None:
    it = admin()
    topic = new_topic(retention_ms="60000")
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    (found,) = done(it.describe_configs([resource]))
    assert found["retention.ms"].value == "60000"
    assert found["retention.ms"].source == 1
    assert found["cleanup.policy"].is_default
    changed = ConfigResource(ConfigResource.Type.TOPIC, topic, set_config={"cleanup.policy": "compact"})
    done(it.alter_configs([changed]))

    def settings() -> Any:
        return done(it.describe_configs([resource]))[0]

    eventually(lambda: settings()["cleanup.policy"].value == "compact", "the new policy")
    assert settings()["retention.ms"].source != 1  # AlterConfigs sets all, or unsets
    broker = str(it.list_topics(timeout=30).orig_broker_id)
    (of_broker,) = done(it.describe_configs([ConfigResource(ConfigResource.Type.BROKER, broker)]))
    assert int(of_broker["num.partitions"].value) >= 1


@check("admin: settings are altered one by one", unless=without(AdminClient, "incremental_alter_configs"))
def _() -> None:
    from confluent_kafka.admin import AlterConfigOpType, ConfigEntry

    it = admin()
    topic = new_topic(retention_ms="60000")
    for operation, value, expected in (
        (AlterConfigOpType.SET, "compact", "compact"),
        (AlterConfigOpType.APPEND, "delete", "compact,delete"),
        (AlterConfigOpType.SUBTRACT, "compact", "delete"),
    ):
        entry = ConfigEntry("cleanup.policy", value, incremental_operation=operation)
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
        done(it.incremental_alter_configs([resource]))

        def now(resource: ConfigResource = resource) -> Any:
            return done(it.describe_configs([resource]))[0]

        eventually(lambda: now()["cleanup.policy"].value == expected, expected)  # noqa: B023
        assert now()["retention.ms"].value == "60000"


@check("admin: topics and the cluster are described", unless=without(AdminClient, "describe_topics"))
def _() -> None:
    from confluent_kafka import TopicCollection

    it = admin()
    topic = new_topic(3)
    (found,) = done(it.describe_topics(TopicCollection([topic]), include_authorized_operations=True))
    assert (found.name, len(found.partitions), found.is_internal) == (topic, 3, False)
    assert found.authorized_operations
    cluster = it.describe_cluster(include_authorized_operations=True).result(60)
    assert cluster.cluster_id
    assert cluster.controller.id in [node.id for node in cluster.nodes]


@check("admin: records before an offset are deleted", unless=without(AdminClient, "delete_records"))
def _() -> None:
    topic = new_topic()
    write(topic, texts(0, 10))
    (found,) = done(admin().delete_records([TopicPartition(topic, 0, 4)]))
    assert found.low_watermark == 4
    assert read(topic, 6) == texts(4, 10)


@check("admin: ACLs without an authorizer are refused", unless=without(AdminClient, "create_acls"))
def _() -> None:
    from confluent_kafka import admin as names

    one = names.AclBinding(
        names.ResourceType.TOPIC,
        "t",
        names.ResourcePatternType.LITERAL,
        "User:a",
        "*",
        names.AclOperation.READ,
        names.AclPermissionType.ALLOW,
    )
    error = fails(lambda: done(admin().create_acls([one])), KafkaException)
    assert error.args[0].name() == "SECURITY_DISABLED", error


@check("admin: users' SCRAM credentials", unless=without(AdminClient, "alter_user_scram_credentials"))
def _() -> None:
    from confluent_kafka import admin as names

    it = admin()
    user = unique("user")
    how = names.ScramCredentialInfo(names.ScramMechanism.SCRAM_SHA_256, 8192)
    done(it.alter_user_scram_credentials([names.UserScramCredentialUpsertion(user, how, b"password")]))

    def described() -> Any:
        try:
            return it.describe_user_scram_credentials([user])[user].result(60)
        except KafkaException:
            return None

    found = eventually(described, "the credential")
    assert [one.iterations for one in found.scram_credential_infos] == [8192]
    deletion = names.UserScramCredentialDeletion(user, names.ScramMechanism.SCRAM_SHA_256)
    done(it.alter_user_scram_credentials([deletion]))


# --- produce and consume ------------------------------------------------------------------------------------


def of_codec(codec: str) -> Callable[[], None]:
    def work() -> None:
        topic = new_topic()
        write(topic, texts(0, 2000), **{"compression.type": codec, "linger.ms": 50})
        assert read(topic, 2000) == texts(0, 2000)

    return work


for _codec in CODECS:
    check(f"produce: {_codec}")(of_codec(_codec))


def of_acks(acks: str) -> Callable[[], None]:
    def work() -> None:
        topic = new_topic()
        offsets: List[int] = []  # noqa: UP006
        producer = Producer({**BASE, "acks": acks})
        for number in range(20):
            producer.produce(
                topic, str(number), on_delivery=lambda _, message: offsets.append(message.offset())
            )
        assert producer.flush(60) == 0
        assert len(offsets) == 20
        if acks != "0":
            assert offsets == list(range(20))
        assert read(topic, 20) == texts(0, 20)

    return work


for _acks in ("0", "1", "all"):
    check(f"produce: acks {_acks}")(of_acks(_acks))


@check("produce: keys, headers, nulls and times arrive as they were sent")
def _() -> None:
    topic = new_topic()
    producer = Producer(BASE)
    sent = [
        ("a", "one", [("x", b"1"), ("x", b"2"), ("null", None)]),
        (None, None, None),
        ("", "", []),
        ("ключ", "☃" * 1000, None),
    ]
    for number, (key, value, headers) in enumerate(sent):
        producer.produce(topic, value, key, headers=headers, timestamp=1_700_000_000_000 + number)
    assert producer.flush(60) == 0
    with consuming([topic]) as it:
        seen = poll(it, 4)
    for number, (message, (key, value, headers)) in enumerate(zip(seen, sent)):  # noqa: B905  Python 3.9 has no strict
        assert message.key() == (None if key is None else key.encode())
        assert message.value() == (None if value is None else value.encode())
        assert (message.headers() or None) == (headers or None)
        assert message.timestamp() == (confluent_kafka.TIMESTAMP_CREATE_TIME, 1_700_000_000_000 + number)


@check("produce: the broker's time, when the topic says so")
def _() -> None:
    topic = new_topic(message_timestamp_type="LogAppendTime")
    producer = Producer(BASE)
    producer.produce(topic, "x", timestamp=1_000)
    assert producer.flush(60) == 0
    with consuming([topic]) as it:
        (message,) = poll(it, 1)
    assert message.timestamp()[0] == confluent_kafka.TIMESTAMP_LOG_APPEND_TIME
    assert message.timestamp()[1] > 1_600_000_000_000


@check("produce: a record beyond max.message.bytes is refused")
def _() -> None:
    topic = new_topic(max_message_bytes="1000")
    errors: List[Any] = []  # noqa: UP006
    producer = Producer(BASE)
    producer.produce(topic, "x" * 5000, on_delivery=lambda error, _: errors.append(error))
    assert producer.flush(60) == 0
    assert [error.name() for error in errors] == ["MSG_SIZE_TOO_LARGE"]


@check("produce: a topic that is not there is made for a producer")
def _() -> None:
    topic = unique("made")
    producer = Producer(BASE)
    producer.produce(topic, "0")
    assert producer.flush(60) == 0
    assert read(topic, 1) == ["0"]


@check("produce: idempotent")
def _() -> None:
    topic = new_topic(2)
    write(topic, texts(0, 5000), 2, **{"enable.idempotence": True, "batch.num.messages": 100})
    assert sorted(map(int, read(topic, 5000))) == list(range(5000))


@check("produce: a megabyte in a record")
def _() -> None:
    topic = new_topic()
    write(topic, ["x" * 1_000_000, "end"], **{"message.max.bytes": 2_000_000})
    assert [len(value) for value in read(topic, 2)] == [1_000_000, 3]


# --- offsets ------------------------------------------------------------------------------------------------


@check("offsets: by time, of the begin and of the end")
def _() -> None:
    topic = new_topic()
    producer = Producer(BASE)
    for number in range(20):
        producer.produce(topic, str(number), timestamp=1_700_000_000_000 + number)
    assert producer.flush(60) == 0
    with consuming([]) as it:
        assert it.get_watermark_offsets(TopicPartition(topic, 0), 30) == (0, 20)
        for when, expected in (
            (1_700_000_000_010, 10),
            (0, 0),
            (1_900_000_000_000, confluent_kafka.OFFSET_END),
        ):
            (found,) = it.offsets_for_times([TopicPartition(topic, 0, when)], 30)
            assert found.offset == expected, (when, found.offset)


@check("offsets: the admin asks for any", unless=without(AdminClient, "list_offsets"))
def _() -> None:
    from confluent_kafka.admin import OffsetSpec

    topic = new_topic()
    producer = Producer(BASE)
    for number in range(10):
        producer.produce(topic, str(number), timestamp=1_700_000_000_000 + (7 * number) % 10)
    assert producer.flush(60) == 0
    for spec, expected in (
        (OffsetSpec.earliest(), 0),
        (OffsetSpec.latest(), 10),
        (OffsetSpec.max_timestamp(), 7),
        (OffsetSpec.for_timestamp(1_700_000_000_005), 1),
    ):
        (found,) = done(admin().list_offsets({TopicPartition(topic, 0): spec}))
        assert found.offset == expected


@check("offsets: seek and assign go where they are told")
def _() -> None:
    topic = new_topic()
    write(topic, texts(0, 20))
    with consuming([]) as it:
        it.assign([TopicPartition(topic, 0, 15)])
        assert values_of(poll(it, 5)) == texts(15, 20)
        it.seek(TopicPartition(topic, 0, 3))
        assert values_of(poll(it, 2)) == texts(3, 5)
        it.assign([TopicPartition(topic, 0, confluent_kafka.OFFSET_BEGINNING)])
        assert values_of(poll(it, 2)) == texts(0, 2)


@check("offsets: what was committed by hand is where the next one begins")
def _() -> None:
    topic, group = new_topic(), unique("group")
    write(topic, texts(0, 20))
    with consuming([topic], group, enable_auto_commit=False) as it:
        messages = poll(it, 20)
        it.commit(message=messages[11], asynchronous=False)
        assert it.committed([TopicPartition(topic, 0)], 30)[0].offset == 12
        assert it.position([TopicPartition(topic, 0)])[0].offset == 20
    assert read(topic, 8, group) == texts(12, 20)


@check("offsets: what was read is committed by itself, at the latest at the end")
def _() -> None:
    topic, group = new_topic(), unique("group")
    write(topic, texts(0, 10))
    assert read(topic, 10, group) == texts(0, 10)
    write(topic, ["next"])
    assert read(topic, 1, group) == ["next"]


@check("offsets: a paused partition stays where it is")
def _() -> None:
    topic = new_topic(2)
    write(topic, texts(0, 20), 2)
    with consuming([topic]) as it:
        poll(it, 20)
        it.pause([TopicPartition(topic, 0)])
        write(topic, texts(20, 40), 2)
        seen = poll(it, 10)
        assert {message.partition() for message in seen} == {1}
        it.resume([TopicPartition(topic, 0)])
        seen = poll(it, 10)
        assert {message.partition() for message in seen} == {0}


@check("offsets: beyond the end, the policy decides")
def _() -> None:
    topic = new_topic()
    write(topic, texts(0, 5))
    with consuming([]) as it:
        it.assign([TopicPartition(topic, 0, 100)])
        assert values_of(poll(it, 5)) == texts(0, 5)


@check(
    "offsets: of a group are listed and altered", unless=without(AdminClient, "alter_consumer_group_offsets")
)
def _() -> None:
    from confluent_kafka import ConsumerGroupTopicPartitions

    topic, group = new_topic(), unique("group")
    write(topic, texts(0, 10))
    read(topic, 10, group)
    it = admin()

    def at() -> int:
        asked = [ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0)])]
        return int(done(it.list_consumer_group_offsets(asked))[0].topic_partitions[0].offset)

    assert at() == 10
    done(
        it.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 3)])])
    )
    assert at() == 3
    assert read(topic, 7, group) == texts(3, 10)


# --- groups -------------------------------------------------------------------------------------------------


@child
def member(topic: str, group: str, *settings: str) -> None:
    options = dict(zip(settings[::2], settings[1::2]))  # noqa: B905
    common = {} if "group.protocol" in options else GROUP
    it = Consumer({**BASE, "auto.offset.reset": "earliest", **common, "group.id": group, **options})
    leaving = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: leaving.set())
    it.subscribe([topic])
    owned: Any = None
    while not leaving.is_set():
        message = it.poll(0.1)
        if message is not None and not message.error():
            tell(value=message.value().decode())
        now = sorted(one.partition for one in it.assignment())
        if now != owned:
            owned = now
            tell(owned=now)
    it.close()
    tell(left=True)


def more(it: Grouped) -> None:
    write(it.topic, texts(*it.next_hundred()), 4)
    it.all_read()


def join_and_leave(*settings: str) -> None:
    it = Grouped(member, new_topic(4))
    first = it.join(*settings)
    it.shared(first)
    second = it.join(*settings)
    it.shared(first, second)
    more(it)
    it.left(second)
    it.shared(first)
    more(it)


for _strategy in ("range", "roundrobin", "cooperative-sticky"):
    check(f"group: members join and leave, and share the partitions, {_strategy}")(
        lambda strategy=_strategy: join_and_leave("partition.assignment.strategy", strategy)
    )


@check("group: members join and leave (KIP-848)", unless=without(AdminClient, "describe_topics"))
def _() -> None:
    join_and_leave("group.protocol", "consumer")


@check("group: a member that crashes is replaced by the others")
def _() -> None:
    it = Grouped(member, new_topic(4))
    first, second = it.join(), it.join()
    it.shared(first, second)
    more(it)
    first.kill()
    it.shared(second)
    more(it)


@check("group: a static member that comes back has what it had")
def _() -> None:
    it = Grouped(member, new_topic(4))
    first, second = it.join("group.instance.id", "one"), it.join("group.instance.id", "two")
    it.shared(first, second)
    before, rebalances = first.of("owned")[-1], len(second.of("owned"))
    first.kill()
    again = it.join("group.instance.id", "one")
    eventually(lambda: (again.of("owned") or [[]])[-1], "its partitions again")
    assert again.of("owned")[-1] == before
    more(it)
    assert len(second.of("owned")) == rebalances


@check(
    "group: is listed and described, and deleted only when empty",
    unless=without(AdminClient, "delete_consumer_groups"),
)
def _() -> None:
    it, client = Grouped(member, new_topic(4)), admin()
    only = it.join()
    it.shared(only)
    listed = client.list_consumer_groups().result(60)
    assert it.group in [one.group_id for one in listed.valid]
    (described,) = done(client.describe_consumer_groups([it.group], include_authorized_operations=True))
    assert described.state == confluent_kafka.ConsumerGroupState.STABLE
    (one,) = described.members
    assert sorted(place.partition for place in one.assignment.topic_partitions) == [0, 1, 2, 3]
    error = fails(lambda: done(client.delete_consumer_groups([it.group])), KafkaException)
    assert error.args[0].name() == "NON_EMPTY_GROUP"
    only.stop()
    done(client.delete_consumer_groups([it.group]))
    assert it.group not in [one.group_id for one in client.list_consumer_groups().result(60).valid]


@check("group: is listed the old way")
def _() -> None:
    it = Grouped(member, new_topic(4))
    it.shared(it.join())
    (found,) = admin().list_groups(group=it.group, timeout=30)
    assert (found.id, found.state, found.protocol_type, len(found.members)) == (
        it.group,
        "Stable",
        "consumer",
        1,
    )


@check("group: topics are found by a pattern, later ones too")
def _() -> None:
    stem = unique("pattern")
    it = admin()
    done(it.create_topics([NewTopic(f"{stem}-a", 1, 1), NewTopic(f"other-{stem}", 1, 1)]))
    write(f"{stem}-a", ["a"])
    write(f"other-{stem}", ["no"])
    with consuming([f"^{stem}-.*"]) as reader:
        assert values_of(poll(reader, 1)) == ["a"]
        done(it.create_topics([NewTopic(f"{stem}-b", 1, 1)]))
        write(f"{stem}-b", ["b"])
        assert values_of(poll(reader, 1)) == ["b"]


# --- transactions -------------------------------------------------------------------------------------------


def transactional(name: str) -> Producer:
    producer = Producer({**BASE, "transactional.id": name})
    producer.init_transactions(60)
    return producer


@check("transactions: only what was committed is read")
def _() -> None:
    topic = new_topic()
    producer = transactional(unique("id"))
    for number in range(4):
        producer.begin_transaction()
        for value in texts(number * 10, number * 10 + 10):
            producer.produce(topic, value)
        producer.abort_transaction(60) if number % 2 else producer.commit_transaction(60)
    write(topic, ["end"])
    assert read(topic, 21) == [*texts(0, 10), *texts(20, 30), "end"]
    with consuming([topic], isolation_level="read_uncommitted") as it:
        seen = poll(it, 1)
        while seen[-1].value() != b"end":
            seen += poll(it, 1)
    # An abort purges what was not sent yet, so how much of it is in the log is the client's affair.
    assert 21 <= len(seen) <= 41


@check("transactions: offsets are committed with the records or not at all")
def _() -> None:
    source, target, group = new_topic(), new_topic(), unique("group")
    write(source, texts(0, 10))
    producer = transactional(unique("id"))
    with consuming([source], group, enable_auto_commit=False) as it:
        poll(it, 10)

        def at() -> int:
            return int(it.committed([TopicPartition(source, 0)], 30)[0].offset)

        for offset, good in ((5, False), (8, True)):
            producer.begin_transaction()
            producer.produce(target, str(offset))
            places = [TopicPartition(source, 0, offset)]
            producer.send_offsets_to_transaction(places, it.consumer_group_metadata(), 60)
            producer.commit_transaction(60) if good else producer.abort_transaction(60)
            assert at() == (8 if good else confluent_kafka.OFFSET_INVALID)
    assert read(target, 1) == ["8"]


@check("transactions: the newer of two producers fences the older")
def _() -> None:
    topic, name = new_topic(), unique("id")
    older = transactional(name)
    older.begin_transaction()
    older.produce(topic, "of the older")
    assert older.flush(60) == 0
    newer = transactional(name)
    newer.begin_transaction()
    newer.produce(topic, "of the newer")
    newer.commit_transaction(60)
    error = fails(lambda: older.commit_transaction(60), KafkaException)
    assert error.args[0].fatal(), error
    assert error.args[0].name() == "_FENCED", error
    assert read(topic, 1) == ["of the newer"]


@check("transactions: one that is open holds readers of committed records back")
def _() -> None:
    topic = new_topic()
    producer = transactional(unique("id"))
    producer.begin_transaction()
    producer.produce(topic, "held")
    assert producer.flush(60) == 0
    write(topic, ["after"])
    with consuming([topic]) as it, consuming([topic], isolation_level="read_uncommitted") as dirty:
        assert values_of(poll(dirty, 2)) == ["held", "after"]
        assert it.poll(1.0) is None
        producer.commit_transaction(60)
        assert values_of(poll(it, 2)) == ["held", "after"]


if __name__ == "__main__":
    main()
