"""What an application does with FastStream, on both of its Kafka clients, as named cases."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import faststream.confluent
import faststream.kafka
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from cases import BOOTSTRAP, CASE_S, Grouped, check, child, main, tell, unique
from faststream import AckPolicy
from pydantic import BaseModel

CLIENTS = {"aiokafka": faststream.kafka, "confluent": faststream.confluent}


class Order(BaseModel):
    number: int
    customer: str


async def new_topics(*partitions: int) -> list[str]:
    names = [unique("faststream") for _ in partitions]
    it = AIOKafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    await it.start()
    await it.create_topics([NewTopic(name, count, 1) for name, count in zip(names, partitions, strict=True)])
    await it.close()
    return names


class Seen(list[Any]):
    """What a subscriber was given, and a way to wait for more of it."""

    async def reaches(self, count: int) -> None:
        async with asyncio.timeout(CASE_S - 10):
            while len(self) < count:
                await asyncio.sleep(0.05)


def each(name: str) -> Callable[[Callable[[ModuleType], Awaitable[None]]], None]:
    """The same case with each of the two clients."""

    def register(work: Callable[[ModuleType], Awaitable[None]]) -> None:
        for client, module in CLIENTS.items():
            check(f"{name}, {client}")(lambda module=module: work(module))

    return register


@each("stream: subscribers are given what is published, as models")
async def _(client: ModuleType) -> None:
    broker = client.KafkaBroker(BOOTSTRAP)
    (topic,) = await new_topics(3)
    seen = Seen()

    @broker.subscriber(topic, group_id=unique("group"), auto_offset_reset="earliest")
    async def handle(order: Order) -> None:
        seen.append(order)

    async with broker:
        await broker.start()
        for number in range(100):
            await broker.publish(
                Order(number=number, customer=f"c{number % 7}"), topic, key=b"k%d" % (number % 7)
            )
        await seen.reaches(100)
    assert sorted(one.number for one in seen) == list(range(100))
    for customer in {one.customer for one in seen}:  # of one key, so in order
        numbers = [one.number for one in seen if one.customer == customer]
        assert numbers == sorted(numbers)


@each("stream: what a handler returns goes on to the next topic, with its correlation id")
async def _(client: ModuleType) -> None:
    broker = client.KafkaBroker(BOOTSTRAP)
    first, second = await new_topics(1, 1)
    seen = Seen()

    @broker.subscriber(first, group_id=unique("group"), auto_offset_reset="earliest")
    @broker.publisher(second)
    async def double(number: int) -> int:
        return number * 2

    @broker.subscriber(second, group_id=unique("group"), auto_offset_reset="earliest")
    async def collect(number: int, message: Any = faststream.Context()) -> None:  # noqa: B008  its way to inject
        seen.append((number, message.correlation_id))

    async with broker:
        await broker.start()
        for number in range(20):
            await broker.publish(number, first, correlation_id=f"id {number}")
        await seen.reaches(20)
    assert sorted(seen) == [(2 * number, f"id {number}") for number in sorted(range(20))]


@each("stream: a batch is published and handled at once")
async def _(client: ModuleType) -> None:
    broker = client.KafkaBroker(BOOTSTRAP)
    (topic,) = await new_topics(1)
    seen, sizes = Seen(), []

    @broker.subscriber(
        topic, batch=True, group_id=unique("group"), auto_offset_reset="earliest", max_records=50
    )
    async def handle(numbers: list[int]) -> None:
        sizes.append(len(numbers))
        seen.extend(numbers)

    async with broker:
        await broker.start()
        await broker.publish_batch(*range(100), topic=topic, headers={"of": "batch"})
        await seen.reaches(100)
    assert list(seen) == list(range(100))
    assert max(sizes) > 1


@each("stream: a reply goes where the message asks for it")
async def _(client: ModuleType) -> None:
    broker = client.KafkaBroker(BOOTSTRAP)
    asked, answered = await new_topics(1, 1)
    replies = Seen()

    @broker.subscriber(asked, group_id=unique("group"), auto_offset_reset="earliest")
    async def answer(text: str) -> str:
        return text.upper()

    @broker.subscriber(answered, group_id=unique("group"), auto_offset_reset="earliest")
    async def collect(text: str) -> None:
        replies.append(text)

    async with broker:
        await broker.start()
        await broker.publish("hello", asked, reply_to=answered)
        await replies.reaches(1)
    assert replies[0] == "HELLO"


@each("stream: what was not acknowledged comes again")
async def _(client: ModuleType) -> None:
    broker = client.KafkaBroker(BOOTSTRAP)
    (topic,) = await new_topics(1)
    seen, failures = Seen(), []

    @broker.subscriber(
        topic, group_id=unique("group"), auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR
    )
    async def handle(number: int) -> None:
        if number == 5 and len(failures) < 2:
            failures.append(number)
            raise RuntimeError("not this time")
        seen.append(number)

    async with broker:
        await broker.start()
        await broker.publish_batch(*range(10), topic=topic)
        await seen.reaches(10)
    assert set(seen) == set(range(10))
    assert failures == [5, 5]


@each("offsets: after a restart the application goes on where it was")
async def _(client: ModuleType) -> None:
    (topic,) = await new_topics(2)
    group, seen = unique("group"), Seen()
    for begin in (0, 50):
        broker = client.KafkaBroker(BOOTSTRAP)

        @broker.subscriber(topic, group_id=group, auto_offset_reset="earliest", ack_policy=AckPolicy.ACK)
        async def handle(number: int) -> None:
            seen.append(number)

        async with broker:
            await broker.start()
            for number in range(begin, begin + 50):
                await broker.publish(number, topic, partition=number % 2)
            await seen.reaches(begin + 50)
    assert sorted(seen) == list(range(100))


@child
async def service(topic: str, group: str, client: str) -> None:
    broker = CLIENTS[client].KafkaBroker(BOOTSTRAP)

    @broker.subscriber(
        topic,
        group_id=group,
        auto_offset_reset="earliest",
        session_timeout_ms=6000,
        heartbeat_interval_ms=300,
        ack_policy=AckPolicy.ACK,
    )
    async def handle(number: int) -> None:
        tell(value=str(number))

    leaving = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leaving.set)
    async with broker:
        await broker.start()
        tell(started=True)
        await leaving.wait()
    tell(left=True)


@each("group: an application that crashes is replaced by its twin")
async def _(client: ModuleType) -> None:
    (topic,) = await new_topics(4)
    name = next(name for name, module in CLIENTS.items() if module is client)
    it = Grouped(service, topic)
    broker = client.KafkaBroker(BOOTSTRAP)

    async def more() -> None:
        for number in range(*it.next_hundred()):
            await broker.publish(number, topic, partition=number % 4)
        it.all_read()

    async with broker:
        await broker.connect()
        first = it.join(name)
        await more()
        second = it.join(name)
        await more()
        first.kill()
        await more()
        it.left(second)


if __name__ == "__main__":
    main()
