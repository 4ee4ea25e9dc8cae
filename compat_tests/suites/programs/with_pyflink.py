"""What an application does with PyFlink and its Kafka connector, mostly in SQL, as named cases.

`JARS` names the connector's jars, with commas between. Runs on Python 3.9 and newer.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cases import BOOTSTRAP, check, child, crash, eventually, main, start, tell, unique
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic
from pyflink.common import Configuration, Types, WatermarkStrategy
from pyflink.common.serialization import SimpleStringSchema
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors.base import DeliveryGuarantee
from pyflink.datastream.connectors.kafka import (
    KafkaOffsetsInitializer,
    KafkaRecordSerializationSchema,
    KafkaSink,
    KafkaSource,
)
from pyflink.java_gateway import get_gateway
from pyflink.table import EnvironmentSettings, TableEnvironment

BEGIN_MS = 1_700_000_000_000
JARS = [f"file://{path}" for path in os.environ["JARS"].split(",")]
KEYED = {"key.format": "raw", "key.fields": "k", "value.fields-include": "EXCEPT_KEY"}
BOUNDED = {"scan.startup.mode": "earliest-offset", "scan.bounded.mode": "latest-offset"}


def sql(settings: dict[str, str] | None = None) -> TableEnvironment:
    """An environment for SQL, in a cluster within this process."""
    config = Configuration()
    config.set_string("pipeline.jars", ";".join(JARS))
    config.set_string("parallelism.default", "1")
    for name, value in (settings or {}).items():
        config.set_string(name, value)
    made = EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(config).build()
    return TableEnvironment.create(made)


def declare(it: TableEnvironment, name: str, columns: str, options: dict[str, str]) -> None:
    """A table whose rows are the records of a topic, with values in JSON."""
    chosen = {
        "connector": "kafka",
        "properties.bootstrap.servers": BOOTSTRAP,
        "value.format": "json",
        **options,
    }
    listed = ", ".join(f"'{key}' = '{value}'" for key, value in chosen.items())
    it.execute_sql(f"CREATE TABLE {name} ({columns}) WITH ({listed})")


def rows(it: TableEnvironment, query: str) -> list[Any]:
    with it.execute_sql(query).collect() as found:
        return [tuple(row) for row in found]


def new_topic(partitions: int = 1, **settings: str) -> str:
    topic = unique("flink")
    it = AdminClient({"bootstrap.servers": BOOTSTRAP})
    for future in it.create_topics([NewTopic(topic, partitions, 1, config=settings)]).values():
        future.result(60)
    return topic


def write(topic: str, numbers: Iterable[int], partitions: int = 1) -> None:
    it = Producer({"bootstrap.servers": BOOTSTRAP})
    for number in numbers:
        value = json.dumps({"n": number})
        it.produce(topic, value, f"k{number % 5}", number % partitions, timestamp=BEGIN_MS + number)
    assert it.flush(60) == 0


def read(topic: str, isolation: str = "read_committed") -> list[Any]:
    """(key, value) of every record that another client sees now."""
    settings = {"bootstrap.servers": BOOTSTRAP, "group.id": unique("reader"), "enable.auto.commit": False}
    it = Consumer({**settings, "isolation.level": isolation, "enable.partition.eof": True})
    left = set(it.list_topics(topic, 60).topics[topic].partitions)
    it.assign([TopicPartition(topic, partition, 0) for partition in left])
    found = []
    while left:
        message = it.poll(60)
        assert message is not None, "no answer"
        if message.error() is None:
            found.append((message.key(), message.value()))
            continue
        assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
        left.discard(message.partition())
    it.close()
    return found


def numbers(topic: str, isolation: str = "read_committed") -> list[int]:
    return sorted(json.loads(value)["n"] for _, value in read(topic, isolation))


def committed(group: str, topic: str, partitions: int) -> list[int]:
    it = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": group})
    found = it.committed([TopicPartition(topic, partition) for partition in range(partitions)], 60)
    it.close()
    return [each.offset for each in found]


@check("produce: a table is written and read, from the earliest record to the latest")
def _() -> None:
    topic = new_topic(3)
    it = sql()
    declare(it, "t", "n INT, word STRING", {"topic": topic, **BOUNDED})
    wanted = [(number, f"w{number}") for number in range(300)]
    it.execute_sql(f"INSERT INTO t VALUES {', '.join(str(row) for row in wanted)}").wait()
    assert sorted(rows(it, "SELECT * FROM t")) == wanted


@check("produce: keys, headers and times arrive")
def _() -> None:
    topic = new_topic()
    it = sql()
    columns = (
        "k STRING, n INT, written TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',"
        " h MAP<STRING, BYTES> METADATA FROM 'headers', p INT METADATA FROM 'partition' VIRTUAL,"
        " o BIGINT METADATA FROM 'offset' VIRTUAL"
    )
    declare(it, "t", columns, {"topic": topic, **KEYED, **BOUNDED})
    it.execute_sql(
        f"INSERT INTO t SELECT 'key', 7, TO_TIMESTAMP_LTZ({BEGIN_MS}, 3), MAP['a', CAST('1' AS BYTES)]"
    ).wait()
    (row,) = rows(
        it, f"SELECT k, n, written = TO_TIMESTAMP_LTZ({BEGIN_MS}, 3), CAST(h['a'] AS STRING), p, o FROM t"
    )
    assert row == ("key", 7, True, "1", 0, 0), row


@check("produce: in Python, each record is worked on by a function")
def _() -> None:
    source, target = new_topic(2), new_topic()
    write(source, range(100), 2)
    config = Configuration()
    config.set_string("python.executable", sys.executable)
    it = StreamExecutionEnvironment.get_execution_environment(config)
    it.set_parallelism(1)
    it.add_jars(*JARS)
    reader = (
        KafkaSource.builder()
        .set_bootstrap_servers(BOOTSTRAP)
        .set_topics(source)
        .set_group_id(unique("group"))
        .set_starting_offsets(KafkaOffsetsInitializer.earliest())
        .set_bounded(KafkaOffsetsInitializer.latest())
        .set_value_only_deserializer(SimpleStringSchema())
        .build()
    )
    schema = KafkaRecordSerializationSchema.builder().set_topic(target)
    writer = (
        KafkaSink.builder()
        .set_bootstrap_servers(BOOTSTRAP)
        .set_record_serializer(schema.set_value_serialization_schema(SimpleStringSchema()).build())
        .set_delivery_guarantee(DeliveryGuarantee.AT_LEAST_ONCE)
        .build()
    )
    stream = it.from_source(reader, WatermarkStrategy.no_watermarks(), "source")
    doubled = stream.map(lambda text: json.dumps({"n": 2 * json.loads(text)["n"]}), Types.STRING())
    doubled.sink_to(writer)
    it.execute()
    assert numbers(target) == [2 * number for number in range(100)]


@check("offsets: a part of a topic is read, by offsets and by times")
def _() -> None:
    topic = new_topic(2)
    write(topic, range(100), 2)
    it = sql()
    by_offsets = {
        "scan.startup.mode": "specific-offsets",
        "scan.startup.specific-offsets": "partition:0,offset:10;partition:1,offset:0",
        "scan.bounded.mode": "specific-offsets",
        "scan.bounded.specific-offsets": "partition:0,offset:20;partition:1,offset:5",
    }
    declare(it, "by_offsets", "n INT", {"topic": topic, **by_offsets})
    found = sorted(number for (number,) in rows(it, "SELECT n FROM by_offsets"))
    assert found == sorted([*range(20, 40, 2), *range(1, 11, 2)]), found
    by_times = {
        "scan.startup.mode": "timestamp",
        "scan.startup.timestamp-millis": str(BEGIN_MS + 50),
        "scan.bounded.mode": "timestamp",
        "scan.bounded.timestamp-millis": str(BEGIN_MS + 60),
    }
    declare(it, "by_times", "n INT", {"topic": topic, **by_times})
    assert sorted(number for (number,) in rows(it, "SELECT n FROM by_times")) == list(range(50, 60))


@check("offsets: it goes on where a group had come to")
def _() -> None:
    topic, group = new_topic(), unique("group")
    write(topic, range(100))
    before = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": group})
    before.commit(offsets=[TopicPartition(topic, 0, 60)], asynchronous=False)
    before.close()
    it = sql()
    options = {"scan.startup.mode": "group-offsets", "properties.group.id": group}
    declare(it, "t", "n INT", {"topic": topic, **BOUNDED, **options})
    assert sorted(number for (number,) in rows(it, "SELECT n FROM t")) == list(range(60, 100))


@check("group: its offsets are committed with each checkpoint")
def _() -> None:
    source, target, group = new_topic(2), new_topic(), unique("group")
    it = sql({"execution.checkpointing.interval": "500 ms"})
    options = {"scan.startup.mode": "earliest-offset", "properties.group.id": group}
    declare(it, "source", "n INT", {"topic": source, **options})
    declare(it, "target", "n INT", {"topic": target})
    write(source, range(100), 2)
    it.execute_sql("INSERT INTO target SELECT n FROM source")
    eventually(lambda: committed(group, source, 2) == [50, 50], "the first hundred committed")
    write(source, range(100, 300), 2)
    eventually(lambda: committed(group, source, 2) == [150, 150], "all committed")
    assert numbers(target) == list(range(300))


@check("stream: a partition that is added later is read")
def _() -> None:
    source, target = new_topic(), new_topic()
    it = sql()
    options = {"scan.startup.mode": "earliest-offset", "scan.topic-partition-discovery.interval": "500 ms"}
    declare(it, "source", "n INT", {"topic": source, **options})
    declare(it, "target", "n INT", {"topic": target})
    it.execute_sql("INSERT INTO target SELECT n FROM source")
    write(source, range(10))
    eventually(lambda: numbers(target) == list(range(10)), "what was there")
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    for future in admin.create_partitions([NewPartitions(source, 3)]).values():
        future.result(60)
    known = admin.list_topics
    eventually(lambda: len(known(source, 60).topics[source].partitions) == 3, "three partitions")
    write(source, range(10, 40), 3)
    eventually(lambda: numbers(target) == list(range(40)), "what is in the new ones too")


@check("stream: counts are kept in a compacted topic, the last of each key (upsert-kafka)")
def _() -> None:
    source, target = new_topic(), new_topic(**{"cleanup.policy": "compact"})
    write(source, range(100))
    it = sql()
    declare(it, "source", "k STRING, n INT", {"topic": source, **KEYED, **BOUNDED})
    upsert = {"connector": "upsert-kafka", "key.format": "json", "topic": target}
    declare(it, "target", "k STRING, c BIGINT, PRIMARY KEY (k) NOT ENFORCED", upsert)
    it.execute_sql("INSERT INTO target SELECT k, COUNT(*) FROM source GROUP BY k").wait()
    last = {json.loads(key)["k"]: json.loads(value)["c"] for key, value in read(target)}
    assert last == {f"k{number}": 20 for number in range(5)}, last


@check("transactions: only what was committed is read")
def _() -> None:
    topic = new_topic()
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "transactional.id": unique("id")})
    producer.init_transactions(60)
    for round_ in range(4):
        producer.begin_transaction()
        for number in range(round_ * 10, round_ * 10 + 10):
            producer.produce(topic, json.dumps({"n": number}))
        assert producer.flush(60) == 0
        producer.abort_transaction(60) if round_ % 2 else producer.commit_transaction(60)
    it = sql()
    options = {"topic": topic, **BOUNDED}
    declare(it, "committed", "n INT", {**options, "properties.isolation.level": "read_committed"})
    declare(it, "everything", "n INT", {**options, "properties.isolation.level": "read_uncommitted"})
    found = sorted(number for (number,) in rows(it, "SELECT n FROM committed"))
    assert found == [*range(10), *range(20, 30)], found
    assert sorted(number for (number,) in rows(it, "SELECT n FROM everything")) == list(range(40))


def exactly_once(topic: str, prefix: str, naming: str) -> dict[str, str]:
    return {
        "topic": topic,
        "sink.delivery-guarantee": "exactly-once",
        "sink.transactional-id-prefix": prefix,
        "sink.transaction-naming-strategy": naming,
        "properties.transaction.timeout.ms": "600000",  # its own default is longer than brokers allow
    }


@check("transactions: what is written exactly once is there when the job is over")
def _() -> None:
    source, target = new_topic(2), new_topic(2)
    write(source, range(500), 2)
    it = sql({"execution.checkpointing.interval": "500 ms"})
    declare(it, "source", "n INT", {"topic": source, **BOUNDED})
    declare(it, "target", "n INT", exactly_once(target, unique("prefix"), "incrementing"))
    it.execute_sql("INSERT INTO target SELECT 2 * n FROM source").wait()
    assert numbers(target) == [2 * number for number in range(500)]


@child
def service(source: str, target: str, checkpoints: str, prefix: str, naming: str, restored: str = "") -> None:
    settings = {
        "execution.checkpointing.interval": "500 ms",
        "execution.checkpointing.dir": f"file://{checkpoints}",
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    }
    if restored:
        settings["execution.state-recovery.path"] = f"file://{restored}"
    it = sql(settings)
    declare(it, "source", "n INT", {"topic": source, "scan.startup.mode": "earliest-offset"})
    declare(it, "target", "n INT", exactly_once(target, prefix, naming))
    job = it.execute_sql("INSERT INTO target SELECT 2 * n FROM source")
    tell(jvm=get_gateway().jvm.java.lang.ProcessHandle.current().pid())
    job.wait()


def newest_checkpoint(directory: str) -> str:
    found = Path(directory).glob("*/chk-*/_metadata")
    return str(max((path.parent for path in found), key=lambda path: int(path.name[len("chk-") :])))


def killed_and_restored(naming: str) -> None:
    source, target, checkpoints = new_topic(2), new_topic(2), tempfile.mkdtemp()
    ended = threading.Event()
    written = 0

    def keep_writing() -> None:
        nonlocal written
        for begin in itertools.count(0, 10):
            if ended.is_set():
                return
            write(source, range(begin, begin + 10), 2)
            written = begin + 10
            time.sleep(0.05)  # a stream, not a heap

    writer = threading.Thread(target=keep_writing, daemon=True)
    writer.start()
    parameters = (source, target, checkpoints, unique("prefix"), naming)
    first = start(service, *parameters)
    eventually(lambda: len(numbers(target)) >= 100, "some of it committed")
    crash(first)  # most likely in the middle of a transaction, since it writes all the time
    start(service, *parameters, newest_checkpoint(checkpoints))
    before = len(numbers(target))
    eventually(lambda: len(numbers(target)) > before + 100, "more of it committed")
    ended.set()
    writer.join()
    eventually(lambda: len(numbers(target)) >= written, "all of it committed")
    assert numbers(target) == [2 * number for number in range(written)]


@check("transactions: killed in the middle of one, it goes on from its checkpoint; each record is there once")
def _() -> None:
    killed_and_restored("incrementing")


@check("transactions: the same, with ids from a pool, where brokers are asked for what was left open")
def _() -> None:
    killed_and_restored("pooling")


if __name__ == "__main__":
    main()
