"""What an application does with PySpark's Structured Streaming and its Kafka connector, as named cases.

`JARS` names the connector's jars, with commas between.
"""

from __future__ import annotations

import functools
import json
import os
import tempfile
from typing import Any

from cases import BOOTSTRAP, check, child, crash, eventually, main, start, tell, unique
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

BEGIN_MS = 1_700_000_000_000


@functools.cache
def spark() -> SparkSession:
    return (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", os.environ["JARS"])
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )


def new_topic(partitions: int = 1) -> str:
    topic = unique("spark")
    it = AdminClient({"bootstrap.servers": BOOTSTRAP})
    for future in it.create_topics([NewTopic(topic, partitions, 1)]).values():
        future.result(60)
    return topic


def write(topic: str, begin: int, end: int, partitions: int = 1) -> None:
    it = Producer({"bootstrap.servers": BOOTSTRAP})
    for number in range(begin, end):
        it.produce(topic, str(number), f"k{number % 5}", number % partitions, timestamp=BEGIN_MS + number)
    assert it.flush(60) == 0


def reading(topic: str, **options: str) -> DataFrame:
    """The records of a topic as a table."""
    it = spark().read.format("kafka").option("kafka.bootstrap.servers", BOOTSTRAP).option("subscribe", topic)
    return it.options(**options).load()


def numbers(frame: DataFrame) -> list[int]:
    return sorted(int(row.value) for row in frame.select(f.col("value").cast("string")).collect())


def streaming(topic: str, **options: str) -> DataFrame:
    it = (
        spark()
        .readStream.format("kafka")
        .option("kafka.bootstrap.servers", BOOTSTRAP)
        .option("subscribe", topic)
    )
    return it.option("startingOffsets", "earliest").options(**options).load()


def doubled(source: str, target: str, checkpoint: str) -> Any:
    """A stream that writes each number doubled, and keeps where it is."""
    frame = streaming(source, maxOffsetsPerTrigger="50").select(
        "key", (f.col("value").cast("string").cast("int") * 2).cast("string").alias("value")
    )
    it = (
        frame.writeStream.format("kafka").option("kafka.bootstrap.servers", BOOTSTRAP).option("topic", target)
    )
    return it.option("checkpointLocation", checkpoint)


@check("produce: a table is written and read")
def _() -> None:
    topic = new_topic(3)
    rows = [(f"k{number}", str(number)) for number in range(300)]
    frame = spark().createDataFrame(rows, ["key", "value"])
    frame.write.format("kafka").option("kafka.bootstrap.servers", BOOTSTRAP).option("topic", topic).save()
    seen = reading(topic).select(f.col("key").cast("string"), f.col("value").cast("string")).collect()
    assert sorted((row.key, row.value) for row in seen) == sorted(rows)


@check("produce: headers arrive")
def _() -> None:
    topic = new_topic()
    frame = spark().sql(
        "select 'k' as key, 'v' as value, array(struct('a' as key, cast('1' as binary) as value)) as headers"
    )
    to_topic = frame.write.format("kafka").option("kafka.bootstrap.servers", BOOTSTRAP)
    to_topic.option("topic", topic).option("includeHeaders", "true").save()
    (row,) = reading(topic, includeHeaders="true").collect()
    assert [(one.key, bytes(one.value)) for one in row.headers] == [("a", b"1")]


@check("offsets: a part of a topic is read, by offsets and by times")
def _() -> None:
    topic = new_topic(2)
    write(topic, 0, 100, 2)
    part = {
        "startingOffsets": json.dumps({topic: {"0": 10, "1": -2}}),
        "endingOffsets": json.dumps({topic: {"0": 20, "1": 5}}),
    }
    assert numbers(reading(topic, **part)) == sorted([*range(20, 40, 2), *range(1, 11, 2)])
    times = {"startingTimestamp": str(BEGIN_MS + 50), "endingTimestamp": str(BEGIN_MS + 60)}
    assert numbers(reading(topic, **times)) == list(range(50, 60))


@check("stream: what is there is worked through, and after a restart only what is new")
def _() -> None:
    source, target, checkpoint = new_topic(2), new_topic(), tempfile.mkdtemp()
    for begin in (0, 200):
        write(source, begin, begin + 200, 2)
        query = doubled(source, target, checkpoint).trigger(availableNow=True).start()
        assert query.awaitTermination(80)
    assert numbers(reading(target)) == [2 * number for number in range(400)]


@check("stream: windows of event time are counted")
def _() -> None:
    source, target = new_topic(), new_topic()
    write(source, 0, 100)
    frame = streaming(source).withWatermark("timestamp", "1 second")
    counted = frame.groupBy(f.window("timestamp", "1 second"), "key").count()
    rows = counted.select(f.col("key"), f.col("count").cast("string").alias("value"))
    to_topic = (
        rows.writeStream.format("kafka").option("kafka.bootstrap.servers", BOOTSTRAP).option("topic", target)
    )
    query = (
        to_topic.outputMode("update")
        .option("checkpointLocation", tempfile.mkdtemp())
        .trigger(availableNow=True)
        .start()
    )
    assert query.awaitTermination(80)
    assert numbers(reading(target)) == [20] * 5


@child
def service(source: str, target: str, checkpoint: str) -> None:
    tell(jvm=spark()._jvm.java.lang.ProcessHandle.current().pid())
    while True:
        query = doubled(source, target, checkpoint).trigger(processingTime="200 milliseconds").start()
        try:
            query.awaitTermination()
        except StreamingQueryException:
            # After a crash Spark 4.1 does the last batch again, and then stumbles over its own metrics of it.
            continue


@check("stream: killed, it goes on from its checkpoint and misses nothing")
def _() -> None:
    source, target, checkpoint = new_topic(2), new_topic(), tempfile.mkdtemp()
    write(source, 0, 500, 2)
    first = start(service, source, target, checkpoint)
    eventually(lambda: len(numbers(reading(target))) >= 100, "some of it")
    crash(first)
    write(source, 500, 600, 2)
    start(service, source, target, checkpoint)
    # At least once: what was written after the last checkpoint comes again.
    eventually(lambda: set(numbers(reading(target))) == {2 * number for number in range(600)}, "all of it")


@check("transactions: only what was committed is read")
def _() -> None:
    topic = new_topic()
    it = Producer({"bootstrap.servers": BOOTSTRAP, "transactional.id": unique("id")})
    it.init_transactions(60)
    for round_ in range(4):
        it.begin_transaction()
        for number in range(round_ * 10, round_ * 10 + 10):
            it.produce(topic, str(number))
        assert it.flush(60) == 0
        it.abort_transaction(60) if round_ % 2 else it.commit_transaction(60)
    committed = reading(topic, **{"kafka.isolation.level": "read_committed"})
    assert numbers(committed) == [*range(10), *range(20, 30)]
    assert numbers(reading(topic)) == list(range(40))


if __name__ == "__main__":
    main()
