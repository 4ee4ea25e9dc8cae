"""Transactions of aiokafka, which shares no code with librdkafka or the Java client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import aiokafka
import aiokafka.errors
import pytest

from compat_tests.harness import Server, make_server, unique
from compat_tests.topics import make_topic
from compat_tests.transactions.reading import seen, until_seen
from compat_tests.transactions.test_claims import SETTINGS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_server(tmp_path_factory.mktemp("server"), SETTINGS)
    server.start()
    yield server
    server.stop()


def transactional(server: Server, name: str, timeout_ms: int = 60_000) -> aiokafka.AIOKafkaProducer:
    return aiokafka.AIOKafkaProducer(
        bootstrap_servers=server.bootstrap, transactional_id=name, transaction_timeout_ms=timeout_ms
    )


def test_committed_records_are_read_and_aborted_ones_are_not(server: Server) -> None:
    topic = make_topic(server, partitions=3)

    async def write() -> None:
        async with transactional(server, unique("tx")) as producer:
            for number in range(6):
                await producer.begin_transaction()
                for index in range(3):
                    await producer.send_and_wait(topic, f"{number}-{index}".encode(), partition=index)
                if number % 2:
                    await producer.abort_transaction()
                else:
                    await producer.commit_transaction()

    asyncio.run(write())
    until_seen(server, topic, *(f"{number}-{index}" for number in (0, 2, 4) for index in range(3)))
    assert len(seen(server, topic, committed=False)) == 18


def test_offsets_and_records_are_committed_together(server: Server) -> None:
    source, target, group = make_topic(server), make_topic(server), unique("group")

    async def transform() -> None:
        async with aiokafka.AIOKafkaProducer(bootstrap_servers=server.bootstrap) as plain:
            for number in range(100):
                await plain.send_and_wait(source, str(number).encode())
        place = aiokafka.TopicPartition(source, 0)
        consumer = aiokafka.AIOKafkaConsumer(
            source,
            bootstrap_servers=server.bootstrap,
            group_id=group,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=10,
        )
        done = transactions = 0
        async with consumer, transactional(server, unique("tx")) as producer:
            while done < 100:
                records = (await consumer.getmany(timeout_ms=1000)).get(place, [])
                if not records:
                    continue
                transactions += 1
                await producer.begin_transaction()
                for record in records:
                    await producer.send(target, b"%d!" % int(record.value))
                offsets = {place: records[-1].offset + 1}
                await producer.send_offsets_to_transaction(offsets, group)
                if transactions % 4 == 0:
                    await producer.abort_transaction()
                    consumer.seek(place, records[0].offset)
                else:
                    await producer.commit_transaction()
                    done += len(records)
            while await consumer.committed(place) != 100:  # the marker may come after the answer
                await asyncio.sleep(0.02)

    asyncio.run(transform())
    until_seen(server, target, *(f"{number}!" for number in range(100)))


def test_the_second_producer_of_an_id_fences_the_first(server: Server) -> None:
    topic, name = make_topic(server), unique("tx")

    async def fence() -> None:
        zombie = transactional(server, name)
        await zombie.start()
        await zombie.begin_transaction()
        await zombie.send_and_wait(topic, b"of the zombie")
        async with transactional(server, name) as heir, heir.transaction():
            await heir.send_and_wait(topic, b"of the heir")
        with pytest.raises(aiokafka.errors.ProducerFenced):
            await zombie.commit_transaction()
        await zombie.stop()

    asyncio.run(fence())
    until_seen(server, topic, "of the heir")
