"""The three Python clients behind one small surface, so that one test covers all of them.

Every call makes its own client objects and closes them. The clients run with the defaults of their authors
but for what an argument names; nothing here works around a server.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import aiokafka
import aiokafka.admin
import attrs
import confluent_kafka
import kafka

from compat_tests.harness import DEADLINE_S, eventually

T = TypeVar("T")
Headers = tuple[tuple[str, bytes | None], ...]
#: topic, partition
Place = tuple[str, int]


@attrs.frozen
class Message:
    """A record to produce; None leaves the choice (timestamp, partition) to the client."""

    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()
    timestamp_ms: int | None = None
    partition: int | None = None


@attrs.frozen
class Received:
    """A record as a consumer saw it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int


@attrs.frozen
class Committed:
    offset: int
    metadata: str


class ProduceFailed(Exception):
    """The client reported that a record was refused; `code` is Kafka's error code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Client(ABC):
    """What every client can do. `acks` is 0, 1 or -1 (all)."""

    name: str
    #: Whether its producer lets a header have no value.
    null_headers = True

    def __str__(self) -> str:
        return self.name

    @abstractmethod
    def produce(
        self,
        bootstrap: str,
        topic: str,
        messages: Iterable[Message],
        *,
        codec: str = "none",
        acks: int = -1,
        idempotent: bool = False,
        max_request_bytes: int = 1_048_576,
    ) -> list[tuple[int, int]]:
        """Send in the given order; return (partition, offset) of each as the client reports it (offset -1
        where acks=0 tells none). Raises ProduceFailed."""

    @abstractmethod
    def read(self, bootstrap: str, topic: str, starts: Mapping[int, int], count: int) -> list[Received]:
        """Assign the partitions, seek each to its start offset, and read until `count` records came."""

    @abstractmethod
    def offsets_for_time(self, bootstrap: str, topic: str, partition: int, timestamp_ms: int) -> int | None:
        """The offset of the first record at or after the time; None when there is none."""

    @abstractmethod
    def bounds(self, bootstrap: str, topic: str, partition: int) -> tuple[int, int]:
        """(beginning offset, end offset)"""

    @abstractmethod
    def commit(self, bootstrap: str, group: str, offsets: Mapping[Place, Committed]) -> None:
        """Commit as a consumer that assigns its partitions itself."""

    @abstractmethod
    def committed(self, bootstrap: str, group: str, places: Sequence[Place]) -> dict[Place, Committed | None]:
        """What the group committed for each place; None where it never did."""

    @abstractmethod
    def consume_in_group(self, bootstrap: str, topic: str, group: str, count: int) -> list[Received]:
        """Subscribe as a group of one (earliest, no auto-commit), read `count` records, commit, and leave."""


def _before(deadline_s: float, what: str) -> Callable[[], None]:
    end = time.monotonic() + deadline_s

    def check() -> None:
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s:.0f} s: {what}")

    return check


class Confluent(Client):
    name = "confluent-kafka"

    def _consumer(self, bootstrap: str, group: str = "not-used", **settings: Any) -> confluent_kafka.Consumer:
        return confluent_kafka.Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                **settings,
            }
        )

    def produce(
        self,
        bootstrap: str,
        topic: str,
        messages: Iterable[Message],
        *,
        codec: str = "none",
        acks: int = -1,
        idempotent: bool = False,
        max_request_bytes: int = 1_048_576,
    ) -> list[tuple[int, int]]:
        producer = confluent_kafka.Producer(
            {
                "bootstrap.servers": bootstrap,
                "compression.type": codec,
                "acks": acks,
                "enable.idempotence": idempotent,
                "message.max.bytes": max_request_bytes,
                "linger.ms": 5,
                "queue.buffering.max.messages": 200_000,
            }
        )
        results: dict[int, tuple[Any, int, int]] = {}
        count = 0
        for index, message in enumerate(messages):

            def report(error: Any, record: Any, index: int = index) -> None:
                # librdkafka gives no offset, or an invalid one of -1001, where acks=0 tells none.
                results[index] = (error, record.partition(), max(record.offset() or 0, -1))

            producer.produce(
                topic,
                value=message.value,
                key=message.key,
                headers=list(message.headers),
                timestamp=message.timestamp_ms or 0,
                partition=-1 if message.partition is None else message.partition,
                on_delivery=report,
            )
            producer.poll(0)
            count += 1
        left = producer.flush(DEADLINE_S)
        assert left == 0, f"{left} records without an answer"
        answers = [results[index] for index in range(count)]
        for error, _, _ in answers:
            if error is not None:
                raise ProduceFailed(error.code())
        return [(partition, offset) for _, partition, offset in answers]

    def read(self, bootstrap: str, topic: str, starts: Mapping[int, int], count: int) -> list[Received]:
        consumer = self._consumer(bootstrap)
        try:
            consumer.assign(
                [confluent_kafka.TopicPartition(topic, index, offset) for index, offset in starts.items()]
            )
            return self._collect(consumer, count)
        finally:
            consumer.close()

    def _collect(self, consumer: confluent_kafka.Consumer, count: int) -> list[Received]:
        check = _before(DEADLINE_S, f"{count} records read")
        received: list[Received] = []
        while len(received) < count:
            for record in consumer.consume(min(count - len(received), 10_000), timeout=0.2):
                error = record.error()
                if error is not None:
                    raise confluent_kafka.KafkaException(error)
                pairs: Any = record.headers() or ()
                stamp = record.timestamp()[1]
                place: Any = (record.partition(), record.offset())
                headers = tuple((key, value) for key, value in pairs)
                received.append(Received(place[0], place[1], record.key(), record.value(), headers, stamp))
            check()
        return received

    def offsets_for_time(self, bootstrap: str, topic: str, partition: int, timestamp_ms: int) -> int | None:
        consumer = self._consumer(bootstrap)
        try:
            (found,) = consumer.offsets_for_times(
                [confluent_kafka.TopicPartition(topic, partition, timestamp_ms)], timeout=DEADLINE_S
            )
            return None if found.offset < 0 else int(found.offset)
        finally:
            consumer.close()

    def bounds(self, bootstrap: str, topic: str, partition: int) -> tuple[int, int]:
        consumer = self._consumer(bootstrap)
        try:
            place = confluent_kafka.TopicPartition(topic, partition)

            def ask() -> tuple[int, int] | None:
                try:
                    low, high = consumer.get_watermark_offsets(place, timeout=DEADLINE_S)
                except confluent_kafka.KafkaException as failed:
                    # Just after a restart a broker may still say that it does not lead the partition.
                    if failed.args[0].code() != confluent_kafka.KafkaError.NOT_LEADER_FOR_PARTITION:
                        raise
                    return None
                return low, high

            return eventually(ask, f"watermarks of {topic}-{partition}")
        finally:
            consumer.close()

    def commit(self, bootstrap: str, group: str, offsets: Mapping[Place, Committed]) -> None:
        consumer = self._consumer(bootstrap, group)
        try:
            wanted = [
                confluent_kafka.TopicPartition(topic, index, one.offset, metadata=one.metadata)
                for (topic, index), one in offsets.items()
            ]
            for answer in consumer.commit(offsets=wanted, asynchronous=False):
                assert answer.error is None, answer.error
        finally:
            consumer.close()

    def committed(self, bootstrap: str, group: str, places: Sequence[Place]) -> dict[Place, Committed | None]:
        consumer = self._consumer(bootstrap, group)
        try:
            asked = [confluent_kafka.TopicPartition(topic, index) for topic, index in places]
            answers = consumer.committed(asked, timeout=DEADLINE_S)
            return {
                (one.topic, one.partition): (
                    None if one.offset < 0 else Committed(one.offset, one.metadata or "")
                )
                for one in answers
            }
        finally:
            consumer.close()

    def consume_in_group(self, bootstrap: str, topic: str, group: str, count: int) -> list[Received]:
        consumer = self._consumer(bootstrap, group)
        try:
            consumer.subscribe([topic])
            received = self._collect(consumer, count)
            consumer.commit(asynchronous=False)
            return received
        finally:
            consumer.close()


class KafkaPython(Client):
    name = "kafka-python"
    null_headers = False

    def _consumer(self, bootstrap: str, group: str | None = None, **settings: Any) -> Any:
        return kafka.KafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            **settings,
        )

    def produce(
        self,
        bootstrap: str,
        topic: str,
        messages: Iterable[Message],
        *,
        codec: str = "none",
        acks: int = -1,
        idempotent: bool = False,
        max_request_bytes: int = 1_048_576,
    ) -> list[tuple[int, int]]:
        producer = kafka.KafkaProducer(
            bootstrap_servers=bootstrap,
            compression_type=None if codec == "none" else codec,
            acks=acks,
            enable_idempotence=idempotent,
            max_request_size=max_request_bytes,
            linger_ms=5,
        )
        try:
            futures = [
                producer.send(
                    topic,
                    value=message.value,
                    key=message.key,
                    headers=list(message.headers),
                    timestamp_ms=message.timestamp_ms,
                    partition=message.partition,
                )
                for message in messages
            ]
            producer.flush(timeout=DEADLINE_S)
            try:
                answers = [future.get(timeout=DEADLINE_S) for future in futures]
            except kafka.errors.BrokerResponseError as refused:
                raise ProduceFailed(refused.errno) from refused
            return [(answer.partition, answer.offset) for answer in answers]
        finally:
            producer.close()

    def read(self, bootstrap: str, topic: str, starts: Mapping[int, int], count: int) -> list[Received]:
        consumer = self._consumer(bootstrap)
        try:
            places = {kafka.TopicPartition(topic, index): offset for index, offset in starts.items()}
            consumer.assign(list(places))
            for place, offset in places.items():
                consumer.seek(place, offset)
            return self._collect(consumer, count)
        finally:
            consumer.close()

    def _collect(self, consumer: Any, count: int) -> list[Received]:
        check = _before(DEADLINE_S, f"{count} records read")
        received: list[Received] = []
        while len(received) < count:
            polled = consumer.poll(timeout_ms=200, max_records=min(count - len(received), 5_000))
            for records in polled.values():
                received.extend(
                    Received(
                        record.partition,
                        record.offset,
                        record.key,
                        record.value,
                        tuple((key, value) for key, value in record.headers),
                        record.timestamp,
                    )
                    for record in records
                )
            check()
        return received

    def offsets_for_time(self, bootstrap: str, topic: str, partition: int, timestamp_ms: int) -> int | None:
        consumer = self._consumer(bootstrap)
        try:
            place = kafka.TopicPartition(topic, partition)
            found = consumer.offsets_for_times({place: timestamp_ms})[place]
            return None if found is None else int(found.offset)
        finally:
            consumer.close()

    def bounds(self, bootstrap: str, topic: str, partition: int) -> tuple[int, int]:
        consumer = self._consumer(bootstrap)
        try:
            place = kafka.TopicPartition(topic, partition)
            return consumer.beginning_offsets([place])[place], consumer.end_offsets([place])[place]
        finally:
            consumer.close()

    def commit(self, bootstrap: str, group: str, offsets: Mapping[Place, Committed]) -> None:
        consumer = self._consumer(bootstrap, group)
        try:
            consumer.assign([kafka.TopicPartition(*place) for place in offsets])
            consumer.commit(
                {
                    kafka.TopicPartition(*place): kafka.OffsetAndMetadata(one.offset, one.metadata, -1)
                    for place, one in offsets.items()
                }
            )
        finally:
            consumer.close()

    def committed(self, bootstrap: str, group: str, places: Sequence[Place]) -> dict[Place, Committed | None]:
        consumer = self._consumer(bootstrap, group)
        try:
            answers = {
                place: consumer.committed(kafka.TopicPartition(*place), metadata=True) for place in places
            }
            return {
                place: None if answer is None else Committed(answer.offset, answer.metadata)
                for place, answer in answers.items()
            }
        finally:
            consumer.close()

    def consume_in_group(self, bootstrap: str, topic: str, group: str, count: int) -> list[Received]:
        consumer = self._consumer(bootstrap, group)
        try:
            consumer.subscribe([topic])
            received = self._collect(consumer, count)
            consumer.commit()
            return received
        finally:
            consumer.close()


class AioKafka(Client):
    name = "aiokafka"

    def _run(self, work: Callable[[], Awaitable[T]]) -> T:
        async def main() -> T:
            return await work()

        return asyncio.run(main())

    async def _with_consumer(
        self, bootstrap: str, group: str | None, use: Callable[[Any], Awaitable[T]], *topics: str
    ) -> T:
        consumer = aiokafka.AIOKafkaConsumer(
            *topics,
            bootstrap_servers=bootstrap,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await consumer.start()
        try:
            return await use(consumer)
        finally:
            await consumer.stop()

    def produce(
        self,
        bootstrap: str,
        topic: str,
        messages: Iterable[Message],
        *,
        codec: str = "none",
        acks: int = -1,
        idempotent: bool = False,
        max_request_bytes: int = 1_048_576,
    ) -> list[tuple[int, int]]:
        async def work() -> list[tuple[int, int]]:
            producer = aiokafka.AIOKafkaProducer(
                bootstrap_servers=bootstrap,
                compression_type=None if codec == "none" else codec,
                acks=acks,
                enable_idempotence=idempotent,
                max_request_size=max_request_bytes,
                linger_ms=5,
            )
            await producer.start()
            try:
                futures = [
                    await producer.send(
                        topic,
                        value=message.value,
                        key=message.key,
                        headers=list(message.headers),
                        timestamp_ms=message.timestamp_ms,
                        partition=message.partition,
                    )
                    for message in messages
                ]
                answers = [await future for future in futures]
            except aiokafka.errors.BrokerResponseError as refused:
                raise ProduceFailed(refused.errno) from refused
            finally:
                await producer.stop()
            # With acks=0 there is no answer to tell the offset.
            return [(-1, -1) if one is None else (one.partition, one.offset) for one in answers]

        return self._run(work)

    def read(self, bootstrap: str, topic: str, starts: Mapping[int, int], count: int) -> list[Received]:
        async def use(consumer: Any) -> list[Received]:
            places = {aiokafka.TopicPartition(topic, index): offset for index, offset in starts.items()}
            consumer.assign(list(places))
            for place, offset in places.items():
                consumer.seek(place, offset)
            return await self._collect(consumer, count)

        return self._run(lambda: self._with_consumer(bootstrap, None, use))

    async def _collect(self, consumer: Any, count: int) -> list[Received]:
        check = _before(DEADLINE_S, f"{count} records read")
        received: list[Received] = []
        while len(received) < count:
            polled = await consumer.getmany(timeout_ms=200, max_records=min(count - len(received), 5_000))
            for records in polled.values():
                received.extend(
                    Received(
                        record.partition,
                        record.offset,
                        record.key,
                        record.value,
                        tuple((key, value) for key, value in record.headers),
                        record.timestamp,
                    )
                    for record in records
                )
            check()
        return received

    def offsets_for_time(self, bootstrap: str, topic: str, partition: int, timestamp_ms: int) -> int | None:
        async def use(consumer: Any) -> int | None:
            place = aiokafka.TopicPartition(topic, partition)
            found = (await consumer.offsets_for_times({place: timestamp_ms}))[place]
            return None if found is None else int(found.offset)

        return self._run(lambda: self._with_consumer(bootstrap, None, use))

    def bounds(self, bootstrap: str, topic: str, partition: int) -> tuple[int, int]:
        async def use(consumer: Any) -> tuple[int, int]:
            place = aiokafka.TopicPartition(topic, partition)
            low = (await consumer.beginning_offsets([place]))[place]
            return low, (await consumer.end_offsets([place]))[place]

        return self._run(lambda: self._with_consumer(bootstrap, None, use))

    def commit(self, bootstrap: str, group: str, offsets: Mapping[Place, Committed]) -> None:
        async def use(consumer: Any) -> None:
            consumer.assign([aiokafka.TopicPartition(*place) for place in offsets])
            await consumer.commit(
                {
                    aiokafka.TopicPartition(*place): (one.offset, one.metadata)
                    for place, one in offsets.items()
                }
            )

        self._run(lambda: self._with_consumer(bootstrap, group, use))

    def committed(self, bootstrap: str, group: str, places: Sequence[Place]) -> dict[Place, Committed | None]:
        async def work() -> dict[Place, Committed | None]:
            admin = aiokafka.admin.AIOKafkaAdminClient(bootstrap_servers=bootstrap)
            await admin.start()
            try:
                answers = await admin.list_consumer_group_offsets(
                    group, partitions=[aiokafka.TopicPartition(*place) for place in places]
                )
            finally:
                await admin.close()
            return {
                (place.topic, place.partition): (
                    None if one.offset < 0 else Committed(one.offset, one.metadata)
                )
                for place, one in answers.items()
            }

        return self._run(work)

    def consume_in_group(self, bootstrap: str, topic: str, group: str, count: int) -> list[Received]:
        async def use(consumer: Any) -> list[Received]:
            received = await self._collect(consumer, count)
            await consumer.commit()
            return received

        return self._run(lambda: self._with_consumer(bootstrap, group, use, topic))


CLIENTS: tuple[Client, ...] = (Confluent(), KafkaPython(), AioKafka())
