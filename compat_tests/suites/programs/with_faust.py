"""What an application does with faust-streaming, as named cases: agents, tables and their changelogs."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from cases import BOOTSTRAP, Child, check, child, eventually, main, start, tell, unique


class Order(faust.Record, serializer="json"):
    customer: str
    amount: int


async def new_topics(*partitions: int) -> list[str]:
    names = [unique("faust") for _ in partitions]
    it = AIOKafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    await it.start()
    await it.create_topics([NewTopic(name, count, 1) for name, count in zip(names, partitions, strict=True)])
    await it.close()
    return names


async def topics() -> list[str]:
    it = AIOKafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    await it.start()
    listed = await it.list_topics()
    await it.close()
    return list(listed)


async def write(topic: str, values: list[tuple[str, Any]]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=BOOTSTRAP) as it:
        for key, value in values:
            await it.send(topic, json.dumps(value).encode(), key.encode())


async def read(topic: str, enough: Callable[[list[Any]], bool]) -> list[Any]:
    """(key, value) of the records of a topic until there are enough."""
    seen: list[Any] = []
    async with AIOKafkaConsumer(
        topic,
        bootstrap_servers=BOOTSTRAP,
        auto_offset_reset="earliest",
        group_id=unique("reader"),
        isolation_level="read_committed",
    ) as it:
        async for record in it:
            seen.append((record.key.decode() if record.key else None, json.loads(record.value)))
            if enough(seen):
                break
    return seen


def worker(app: faust.App) -> None:
    """Run as `faust worker` does, until SIGTERM."""

    @app.task
    async def started() -> None:
        tell(started=True)

    faust.Worker(app, loglevel="warning", redirect_stdouts=False, quiet=True).execute_from_commandline()


def application(name: str, data: str, **settings: Any) -> faust.App:
    return faust.App(
        name,
        broker=f"kafka://{BOOTSTRAP}",
        datadir=data,
        store="memory://",
        topic_partitions=2,
        topic_replication_factor=1,
        web_enabled=False,
        broker_session_timeout=6.0,
        broker_heartbeat_interval=0.3,
        stream_wait_empty=False,
        **settings,
    )


@child
def totals(source: str, target: str, name: str, guarantee: str = "at_least_once") -> None:
    """The sum of each customer's orders, in a table, sent on after each order."""
    app = application(name, tempfile.mkdtemp(), processing_guarantee=guarantee)
    table = app.Table("totals", default=int, partitions=2)
    orders = app.topic(source, key_type=str, value_type=Order)
    sink = app.topic(target, key_type=str, value_type=int)

    @app.agent(orders)
    async def add(stream: Any) -> None:
        async for order in stream:
            table[order.customer] += order.amount
            await sink.send(key=order.customer, value=table[order.customer])

    worker(app)


@child
def regrouped(source: str, target: str, name: str) -> None:
    """Orders grouped anew by customer: through a topic of its own."""
    app = application(name, tempfile.mkdtemp())
    table = app.Table("counts", default=int, partitions=2)
    orders = app.topic(source, key_type=str, value_type=Order)
    sink = app.topic(target, key_type=str, value_type=int)

    @app.agent(orders)
    async def add(stream: Any) -> None:
        async for order in stream.group_by(Order.customer, partitions=2):
            table[order.customer] += 1
            await sink.send(key=order.customer, value=table[order.customer])

    worker(app)


@child
def batches(source: str, target: str, name: str) -> None:
    """How many orders came together, at most ten or within half a second."""
    app = application(name, tempfile.mkdtemp())
    sink = app.topic(target, key_type=str, value_type=int)

    @app.agent(app.topic(source, key_type=str, value_type=Order))
    async def take(stream: Any) -> None:
        async for orders in stream.take(10, within=0.5):
            await sink.send(key="size", value=len(orders))

    worker(app)


@child
def asking(source: str, target: str, name: str) -> None:
    """An agent that is asked for an answer by the application itself."""
    app = application(name, tempfile.mkdtemp())
    sink = app.topic(target, key_type=str, value_type=int)

    @app.agent(app.topic(source, key_type=str, value_type=int))
    async def double(stream: Any) -> AsyncIterator[int]:
        async for number in stream:
            yield number * 2

    @app.timer(interval=1.0)
    async def ask() -> None:
        # The first takes three quarters of a minute, until faust's own clients have heard of the topic for replies.
        await sink.send(key="answer", value=await asyncio.wait_for(double.ask(21), 80))

    worker(app)


@child
def windowed(source: str, target: str, name: str) -> None:
    """A table of windows that expire."""
    app = application(name, tempfile.mkdtemp())
    table = app.Table("windows", default=int, partitions=2).tumbling(
        timedelta(seconds=60), expires=timedelta(minutes=10)
    )
    sink = app.topic(target, key_type=str, value_type=int)

    @app.agent(app.topic(source, key_type=str, value_type=Order))
    async def add(stream: Any) -> None:
        async for order in stream:
            table[order.customer] += 1
            await sink.send(key=order.customer, value=table[order.customer].now())

    worker(app)


CUSTOMERS = [f"c{number}" for number in range(5)]
FIFTY = [(CUSTOMERS[number % 5], {"customer": CUSTOMERS[number % 5], "amount": 1}) for number in range(50)]


def began(one: Child) -> Child:
    eventually(lambda: one.of("started"), "the worker started")
    return one


@check("admin: the application makes its topics")
async def _() -> None:
    source, target = await new_topics(2, 1)
    name = unique("app")
    one = began(start(totals, source, target, name))
    await write(source, FIFTY[:5])
    await read(target, lambda results: len(results) >= 5)
    listed = await topics()
    assert f"{name}-totals-changelog" in listed, listed
    assert one.stop() == 0


@check("stream: a table goes on after a restart, from its changelog")
async def _() -> None:
    source, target = await new_topics(2, 1)
    name = unique("app")
    for round_ in (1, 2):
        one = began(start(totals, source, target, name))
        await write(source, FIFTY)
        wanted = dict.fromkeys(CUSTOMERS, 10 * round_)
        await read(target, lambda results, wanted=wanted: dict(results) == wanted)
        assert one.stop() == 0


@check("stream: a worker that crashes is replaced by another")
async def _() -> None:
    source, target = await new_topics(2, 1)
    name = unique("app")
    first = began(start(totals, source, target, name))
    start(totals, source, target, name)
    await write(source, FIFTY)
    await read(
        target, lambda results: min([0, *dict(results).values()][1:] or [0]) >= 10 and len(dict(results)) == 5
    )
    first.kill()
    await write(source, FIFTY)
    # What the killed one had not committed is added again by the other.
    await read(target, lambda results: len(dict(results)) == 5 and min(dict(results).values()) >= 20)


@check("stream: grouped anew by a field, through a topic between")
async def _() -> None:
    source, target = await new_topics(2, 1)
    name = unique("app")
    one = began(start(regrouped, source, target, name))
    await write(source, [(str(number), order) for number, (_, order) in enumerate(FIFTY)])
    await read(target, lambda results: dict(results) == dict.fromkeys(CUSTOMERS, 10))
    between = [
        topic for topic in await topics() if "-repartition" in topic and (name in topic or source in topic)
    ]
    assert len(between) == 1, between
    assert one.stop() == 0


@check("stream: records are taken in batches")
async def _() -> None:
    source, target = await new_topics(1, 1)
    one = began(start(batches, source, target, unique("app")))
    await write(source, FIFTY)
    sizes = await read(target, lambda results: sum(value for _, value in results) >= 50)
    assert max(value for _, value in sizes) <= 10
    assert one.stop() == 0


@check("stream: an agent is asked and answers")
async def _() -> None:
    source, target = await new_topics(1, 1)
    one = began(start(asking, source, target, unique("app")))
    assert (await read(target, bool))[0] == ("answer", 42)
    assert one.stop() == 0


@check("stream: a table of windows")
async def _() -> None:
    source, target = await new_topics(2, 1)
    one = began(start(windowed, source, target, unique("app")))
    await write(source, FIFTY)
    results = await read(target, lambda results: len(results) >= 50)
    assert all(value >= 1 for _, value in results)
    assert one.stop() == 0


@check("transactions: exactly once, over a restart")
async def _() -> None:
    source, target = await new_topics(2, 1)
    name = unique("app")
    for round_ in (1, 2):
        one = began(start(totals, source, target, name, "exactly_once"))
        await write(source, FIFTY)
        wanted = dict.fromkeys(CUSTOMERS, 10 * round_)
        results = await read(target, lambda results, wanted=wanted: dict(results) == wanted)
        assert one.stop() == 0
    for customer in CUSTOMERS:
        assert [value for key, value in results if key == customer] == list(range(1, 21))


if __name__ == "__main__":
    main()
