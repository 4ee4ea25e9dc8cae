"""One member of a consumer group as a process of its own, so that a test can crash it.

It prints one JSON object a line: {"event": "assignment", "partitions": [...]} whenever what it owns changes,
"revoked" and "lost" as the client calls back, "records" with [partition, offset, value] for what it read. Each
batch is committed after it was printed. A line on standard input (or its end) makes it leave the group and
finish; then it prints "left". Run by members.py.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
from collections.abc import Iterable
from typing import Any

STOP = threading.Event()


def tell(event: str, **details: Any) -> None:
    # One write for the whole line: callbacks of some clients run in another thread.
    sys.stdout.write(json.dumps({"event": event, **details}) + "\n")
    sys.stdout.flush()


def numbers(places: Iterable[Any]) -> list[int]:
    return sorted(place.partition for place in places)


class Ownership:
    """Tells the assignment each time it is another one than before."""

    def __init__(self) -> None:
        self.last: list[int] | None = None

    def now(self, places: Iterable[Any]) -> None:
        current = numbers(places)
        if current != self.last:
            self.last = current
            tell("assignment", partitions=current)


def confluent(options: argparse.Namespace) -> None:
    import confluent_kafka

    settings: dict[str, Any] = {
        "bootstrap.servers": options.bootstrap,
        "group.id": options.group,
        "group.protocol": "classic",
        "session.timeout.ms": options.session_timeout_ms,
        "heartbeat.interval.ms": options.heartbeat_interval_ms,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "partition.assignment.strategy": options.strategy,
        # Short pauses between attempts, so that a restarted server is found again quickly.
        "reconnect.backoff.max.ms": 500,
    }
    if options.instance_id:
        settings["group.instance.id"] = options.instance_id
    consumer = confluent_kafka.Consumer(settings)
    consumer.subscribe(
        [options.topic],
        on_revoke=lambda _, places: tell("revoked", partitions=numbers(places)),
        on_lost=lambda _, places: tell("lost", partitions=numbers(places)),
    )
    ownership = Ownership()
    while not STOP.is_set():
        batch = [record for record in consumer.consume(500, timeout=0.1) if record.error() is None]
        ownership.now(consumer.assignment())
        if not batch:
            continue
        tell(
            "records",
            records=[[one.partition(), one.offset(), (one.value() or b"").decode()] for one in batch],
        )
        try:
            consumer.commit(asynchronous=False)
        except confluent_kafka.KafkaException as refused:
            # A rebalance came in between: whoever owns the partitions next reads the batch again.
            tell("commit failed", reason=refused.args[0].name())
    consumer.close()


def kafka_python(options: argparse.Namespace) -> None:
    import kafka
    from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
    from kafka.coordinator.assignors.range import RangePartitionAssignor
    from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

    assignors = {
        "range": RangePartitionAssignor,
        "roundrobin": RoundRobinPartitionAssignor,
        "cooperative-sticky": CooperativeStickyAssignor,
    }

    class Listener(kafka.ConsumerRebalanceListener):  # type: ignore[misc]
        def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
            tell("revoked", partitions=numbers(revoked))

        def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
            pass

    consumer = kafka.KafkaConsumer(
        bootstrap_servers=options.bootstrap,
        group_id=options.group,
        group_instance_id=options.instance_id,
        session_timeout_ms=options.session_timeout_ms,
        heartbeat_interval_ms=options.heartbeat_interval_ms,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        partition_assignment_strategy=tuple(assignors[name] for name in options.strategy.split(",")),
    )
    consumer.subscribe([options.topic], listener=Listener())
    ownership = Ownership()
    while not STOP.is_set():
        # Long, and no multiple of 100 ms, at which this client looks for new metadata: when the poll that began to
        # rejoin runs out, it forgets its join (and stops its heartbeats) if the server answers before the next poll.
        try:
            polled = consumer.poll(timeout_ms=1950, max_records=500)
        except (
            kafka.errors.KafkaConnectionError
        ):  # this client says so while the server is down; others only wait
            continue
        ownership.now(consumer.assignment())
        batch = [record for records in polled.values() for record in records]
        if not batch:
            continue
        tell("records", records=[[one.partition, one.offset, one.value.decode()] for one in batch])
        try:
            consumer.commit()
        except (kafka.errors.CommitFailedError, kafka.errors.KafkaConnectionError) as refused:
            tell("commit failed", reason=type(refused).__name__)
    consumer.close()


def aio_kafka(options: argparse.Namespace) -> None:
    import aiokafka
    from aiokafka.coordinator.assignors.range import RangePartitionAssignor
    from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

    assignors = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor}

    class Listener(aiokafka.ConsumerRebalanceListener):  # type: ignore[misc]
        async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
            tell("revoked", partitions=numbers(revoked))

        async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
            pass

    async def main() -> None:
        consumer = aiokafka.AIOKafkaConsumer(
            bootstrap_servers=options.bootstrap,
            group_id=options.group,
            group_instance_id=options.instance_id,
            session_timeout_ms=options.session_timeout_ms,
            heartbeat_interval_ms=options.heartbeat_interval_ms,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            partition_assignment_strategy=tuple(assignors[name] for name in options.strategy.split(",")),
        )
        consumer.subscribe([options.topic], listener=Listener())
        await consumer.start()
        ownership = Ownership()
        while not STOP.is_set():
            polled = await consumer.getmany(timeout_ms=100, max_records=500)
            ownership.now(consumer.assignment())
            batch = [record for records in polled.values() for record in records]
            if not batch:
                continue
            tell("records", records=[[one.partition, one.offset, one.value.decode()] for one in batch])
            try:
                await consumer.commit()
            except (aiokafka.errors.CommitFailedError, aiokafka.errors.IllegalStateError) as refused:
                tell("commit failed", reason=type(refused).__name__)
        await consumer.stop()

    asyncio.run(main())


RUN = {"confluent-kafka": confluent, "kafka-python": kafka_python, "aiokafka": aio_kafka}


def wait_for_the_word() -> None:
    sys.stdin.readline()
    STOP.set()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--client", choices=sorted(RUN), required=True)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--group", required=True)
    parser.add_argument("--strategy", default="range")
    parser.add_argument("--instance-id")
    parser.add_argument("--session-timeout-ms", type=int, required=True)
    parser.add_argument("--heartbeat-interval-ms", type=int, required=True)
    options = parser.parse_args()
    threading.Thread(target=wait_for_the_word, daemon=True).start()
    tell("started")
    RUN[options.client](options)
    tell("left")


if __name__ == "__main__":
    main()
