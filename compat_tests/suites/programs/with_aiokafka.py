"""What an application does with aiokafka, as named cases."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition, errors
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from cases import BOOTSTRAP, CASE_S, Grouped, check, child, main, tell, unique

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


@asynccontextmanager
async def admin() -> AsyncIterator[AIOKafkaAdminClient]:
    it = AIOKafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    await it.start()
    try:
        yield it
    finally:
        await it.close()


@asynccontextmanager
async def producing(**settings: Any) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, **settings) as it:
        yield it


@asynccontextmanager
async def consuming(*topics: str, **settings: Any) -> AsyncIterator[AIOKafkaConsumer]:
    options = {"auto_offset_reset": "earliest", "group_id": unique("group"), **GROUP, **settings}
    async with AIOKafkaConsumer(*topics, bootstrap_servers=BOOTSTRAP, **options) as it:
        yield it


async def until(probe: Callable[[], Awaitable[Any]], what: str) -> Any:
    """Poll until the probe returns something true, and return that."""
    async with asyncio.timeout(CASE_S - 10):
        while not (answer := await probe()):
            await asyncio.sleep(0.05)
        return answer


async def new_topic(partitions: int = 1, **settings: str) -> str:
    topic = unique("aiokafka")
    config = {name.replace("_", "."): value for name, value in settings.items()}
    async with admin() as it:
        await it.create_topics([NewTopic(topic, partitions, 1, topic_configs=config)])

        async def known() -> bool:
            (found,) = await it.describe_topics([topic])
            return len(found["partitions"]) == partitions and all(
                p["leader"] >= 0 for p in found["partitions"]
            )

        await until(known, "leaders")
    return topic


async def write(topic: str, begin: int, end: int, partitions: int = 1, **settings: Any) -> None:
    async with producing(**settings) as it:
        sent = [
            await it.send(topic, b"%d" % number, partition=number % partitions)
            for number in range(begin, end)
        ]
        await asyncio.gather(*sent)


async def read(topic: str, count: int, **settings: Any) -> list[bytes]:
    async with consuming(topic, **settings) as it:
        return [(await it.getone()).value for _ in range(count)]


def texts(begin: int, end: int) -> list[bytes]:
    return [b"%d" % number for number in range(begin, end)]


# --- administration -----------------------------------------------------------------------------------------


@check("admin: topics are created, grown, listed and deleted")
async def _() -> None:
    topic = unique("topic")
    async with admin() as it:
        await it.create_topics([NewTopic(topic, 2, 1)])
        again = await it.create_topics([NewTopic(topic, 2, 1)])
        assert again.topic_errors[0][1] == errors.TopicAlreadyExistsError.errno

        async def listed() -> bool:
            return topic in await it.list_topics()

        await until(listed, "the topic listed")
        await it.create_partitions({topic: NewPartitions(4)})

        async def grown() -> bool:
            return len((await it.describe_topics([topic]))[0]["partitions"]) == 4

        await until(grown, "four partitions")
        await it.delete_topics([topic])

        async def gone() -> bool:
            return topic not in await it.list_topics()

        await until(gone, "the topic gone")
        assert (await it.describe_cluster())["brokers"]


@check("admin: settings of a topic are described and altered")
async def _() -> None:
    topic = await new_topic(retention_ms="60000")
    async with admin() as it:

        async def setting(name: str) -> Any:
            (answer,) = await it.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
            return {entry[0]: entry[1] for entry in answer.resources[0][4]}[name]

        assert await setting("retention.ms") == "60000"
        changed = ConfigResource(ConfigResourceType.TOPIC, topic, configs={"cleanup.policy": "compact"})
        await it.alter_configs([changed])

        async def altered() -> bool:
            return await setting("cleanup.policy") == "compact"

        await until(altered, "the new policy")


@check("admin: records before an offset are deleted")
async def _() -> None:
    from aiokafka.admin import RecordsToDelete

    topic = await new_topic()
    await write(topic, 0, 10)
    async with admin() as it:
        await it.delete_records({TopicPartition(topic, 0): RecordsToDelete(4)})
    assert await read(topic, 6) == texts(4, 10)


# --- produce and consume ------------------------------------------------------------------------------------


def of_codec(codec: str | None) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        topic = await new_topic()
        await write(topic, 0, 2000, compression_type=codec, linger_ms=20)
        assert await read(topic, 2000) == texts(0, 2000)

    return work


for _codec in CODECS:
    check(f"produce: {_codec or 'none'}")(of_codec(_codec))


def of_acks(acks: int | str) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        topic = await new_topic()
        async with producing(acks=acks) as it:
            told = [await it.send_and_wait(topic, b"%d" % number) for number in range(20)]
        if acks != 0:
            assert [one.offset for one in told] == list(range(20))
        assert await read(topic, 20) == texts(0, 20)

    return work


for _acks in (0, 1, "all"):
    check(f"produce: acks {_acks}")(of_acks(_acks))


@check("produce: keys, headers, nulls and times arrive as they were sent")
async def _() -> None:
    topic = await new_topic()
    async with producing() as it:
        first = await it.send_and_wait(
            topic, b"one", b"a", headers=[("x", b"1"), ("x", b"2")], timestamp_ms=1_700_000_000_000
        )
        assert (first.timestamp, first.timestamp_type) == (1_700_000_000_000, 0)
        await it.send_and_wait(topic, None, b"k", timestamp_ms=1_700_000_000_001)
        await it.send_and_wait(topic, b"", b"", timestamp_ms=1_700_000_000_002)
    async with consuming(topic) as reader:
        seen = [await reader.getone() for _ in range(3)]
    assert [(one.key, one.value) for one in seen] == [(b"a", b"one"), (b"k", None), (b"", b"")]
    assert list(seen[0].headers) == [("x", b"1"), ("x", b"2")]
    assert [one.timestamp for one in seen] == [1_700_000_000_000 + number for number in range(3)]


@check("produce: a batch built by hand")
async def _() -> None:
    topic = await new_topic()
    async with producing() as it:
        batch = it.create_batch()
        for value in texts(0, 100):
            assert batch.append(key=None, value=value, timestamp=None) is not None
        told = await (await it.send_batch(batch, topic, partition=0))
        assert told.offset == 0
    assert await read(topic, 100) == texts(0, 100)


@check("produce: a record beyond max.message.bytes is refused")
async def _() -> None:
    topic = await new_topic(max_message_bytes="1000")
    async with producing() as it:
        try:
            await it.send_and_wait(topic, b"x" * 5000)
        except errors.MessageSizeTooLargeError:
            return
    raise AssertionError("it was taken")


@check("produce: a topic that is not there is made for a producer")
async def _() -> None:
    topic = unique("made")
    async with producing() as it:
        await it.send_and_wait(topic, b"0")
    assert await read(topic, 1) == [b"0"]


@check("produce: idempotent")
async def _() -> None:
    topic = await new_topic(2)
    await write(topic, 0, 3000, 2, enable_idempotence=True)
    assert sorted(map(int, await read(topic, 3000))) == list(range(3000))


# --- offsets ------------------------------------------------------------------------------------------------


@check("offsets: by time, of the begin and of the end")
async def _() -> None:
    topic = await new_topic()
    place = TopicPartition(topic, 0)
    async with producing() as it:
        for number in range(20):
            await it.send(topic, b"%d" % number, timestamp_ms=1_700_000_000_000 + number)
    async with consuming(topic) as reader:
        assert await reader.beginning_offsets([place]) == {place: 0}
        assert await reader.end_offsets([place]) == {place: 20}
        found = await reader.offsets_for_times({place: 1_700_000_000_010})
        assert found[place].offset == 10
        assert await reader.offsets_for_times({place: 1_900_000_000_000}) == {place: None}


@check("offsets: seek goes where it is told")
async def _() -> None:
    topic = await new_topic()
    await write(topic, 0, 20)
    async with consuming(group_id=None) as it:
        place = TopicPartition(topic, 0)
        it.assign([place])
        it.seek(place, 17)
        assert [(await it.getone()).value for _ in range(3)] == texts(17, 20)
        await it.seek_to_beginning(place)
        assert (await it.getone()).value == b"0"
        assert await it.position(place) == 1


@check("offsets: what was committed by hand is where the next one begins")
async def _() -> None:
    topic, group = await new_topic(), unique("group")
    place = TopicPartition(topic, 0)
    await write(topic, 0, 20)
    async with consuming(topic, group_id=group, enable_auto_commit=False) as it:
        for _ in range(20):
            await it.getone()
        await it.commit({place: (12, "by hand")})
        assert await it.committed(place) == 12
    async with admin() as client:
        found = await client.list_consumer_group_offsets(group)
        assert (found[place].offset, found[place].metadata) == (12, "by hand")
    assert await read(topic, 8, group_id=group) == texts(12, 20)


@check("offsets: what was read is committed by itself, at the latest at the end")
async def _() -> None:
    topic, group = await new_topic(), unique("group")
    await write(topic, 0, 10)
    assert await read(topic, 10, group_id=group) == texts(0, 10)
    await write(topic, 10, 11)
    assert await read(topic, 1, group_id=group) == [b"10"]


@check("offsets: a paused partition stays where it is")
async def _() -> None:
    topic = await new_topic(2)
    await write(topic, 0, 20, 2)
    async with consuming(topic) as it:
        for _ in range(20):
            await it.getone()
        it.pause(TopicPartition(topic, 0))
        await write(topic, 20, 40, 2)
        assert {(await it.getone()).partition for _ in range(10)} == {1}
        it.resume(TopicPartition(topic, 0))
        assert {(await it.getone()).partition for _ in range(10)} == {0}


# --- groups -------------------------------------------------------------------------------------------------


@child
async def member(topic: str, group: str, assignor: str = "range", instance: str = "") -> None:
    options: dict[str, Any] = {"group_instance_id": instance} if instance else {}
    it = AIOKafkaConsumer(
        topic,
        bootstrap_servers=BOOTSTRAP,
        group_id=group,
        auto_offset_reset="earliest",
        partition_assignment_strategy=[ASSIGNORS[assignor]],
        **GROUP,
        **options,
    )
    leaving = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leaving.set)
    await it.start()
    owned: Any = None
    while not leaving.is_set():
        for records in (await it.getmany(timeout_ms=100)).values():
            for record in records:
                tell(value=record.value.decode())
        if owned != (owned := sorted(one.partition for one in it.assignment())):
            tell(owned=owned)
    await it.stop()
    tell(left=True)


async def more(it: Grouped) -> None:
    await write(it.topic, *it.next_hundred(), 4)
    it.all_read()


def join_and_leave(assignor: str) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        it = Grouped(member, await new_topic(4))
        first = it.join(assignor)
        it.shared(first)
        second = it.join(assignor)
        it.shared(first, second)
        await more(it)
        it.left(second)
        it.shared(first)
        await more(it)

    return work


for _assignor in ASSIGNORS:
    check(f"group: members join and leave, and share the partitions, {_assignor}")(join_and_leave(_assignor))


@check("group: a member that crashes is replaced by the others")
async def _() -> None:
    it = Grouped(member, await new_topic(4))
    first, second = it.join(), it.join()
    it.shared(first, second)
    await more(it)
    first.kill()
    it.shared(second)
    await more(it)


@check("group: a static member that comes back has what it had")
async def _() -> None:
    it = Grouped(member, await new_topic(4))
    first, second = it.join("range", "one"), it.join("range", "two")
    it.shared(first, second)
    before = first.of("owned")[-1]
    first.kill()
    again = it.join("range", "one")
    it.shared(again, second)
    assert again.of("owned")[-1] == before
    await more(it)


@check("group: is listed and described")
async def _() -> None:
    it = Grouped(member, await new_topic(4))
    it.shared(it.join())
    async with admin() as client:
        assert (it.group, "consumer") in [one[:2] for one in await client.list_consumer_groups()]
        (described,) = await client.describe_consumer_groups([it.group])
        assert described.groups[0][2] == "Stable"
        assert len(described.groups[0][5]) == 1


@check("group: topics are found by a pattern, later ones too")
async def _() -> None:
    stem = unique("pattern")
    async with admin() as client:
        await client.create_topics([NewTopic(f"{stem}-a", 1, 1), NewTopic(f"other-{stem}", 1, 1)])
        await write(f"{stem}-a", 0, 1)
        async with consuming() as it:
            it.subscribe(pattern=f"^{stem}-.*")
            assert (await it.getone()).topic == f"{stem}-a"
            await client.create_topics([NewTopic(f"{stem}-b", 1, 1)])
            await write(f"{stem}-b", 0, 1)
            assert (await it.getone()).topic == f"{stem}-b"


# --- transactions -------------------------------------------------------------------------------------------


@check("transactions: only what was committed is read")
async def _() -> None:
    topic = await new_topic()
    async with producing(transactional_id=unique("id")) as it:
        for number in range(4):
            await it.begin_transaction()
            for value in texts(number * 10, number * 10 + 10):
                await it.send_and_wait(topic, value)
            await (it.abort_transaction() if number % 2 else it.commit_transaction())
    await write(topic, 99, 100)
    committed = await read(topic, 21, isolation_level="read_committed")
    assert committed == [*texts(0, 10), *texts(20, 30), b"99"]
    assert len(await read(topic, 41, isolation_level="read_uncommitted")) == 41


@check("transactions: offsets are committed with the records or not at all")
async def _() -> None:
    source, target, group = await new_topic(), await new_topic(), unique("group")
    place = TopicPartition(source, 0)
    async with producing(transactional_id=unique("id")) as it:
        for offset, good in ((5, False), (8, True)):
            await it.begin_transaction()
            await it.send_and_wait(target, b"%d" % offset)
            await it.send_offsets_to_transaction({place: offset}, group)
            await (it.commit_transaction() if good else it.abort_transaction())
            async with admin() as client:

                async def at(client: AIOKafkaAdminClient = client) -> int:
                    found = await client.list_consumer_group_offsets(group)
                    return found[place].offset if place in found else -1

                async def as_expected(good: bool = good) -> bool:
                    return await at() == (8 if good else -1)

                await until(as_expected, "the offset of the transaction")
    assert await read(target, 1, isolation_level="read_committed") == [b"8"]


@check("transactions: the newer of two producers fences the older")
async def _() -> None:
    topic, name = await new_topic(), unique("id")
    older = AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, transactional_id=name)
    await older.start()
    await older.begin_transaction()
    await older.send_and_wait(topic, b"of the older")
    async with producing(transactional_id=name) as newer:
        async with newer.transaction():
            await newer.send_and_wait(topic, b"of the newer")
    try:
        await older.commit_transaction()
    except (errors.ProducerFenced, errors.InvalidProducerEpoch):
        assert await read(topic, 1, isolation_level="read_committed") == [b"of the newer"]
        return
    raise AssertionError("the older could commit")


if __name__ == "__main__":
    main()
