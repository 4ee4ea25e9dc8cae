"""What an application does with Quix Streams, as named cases: state in RocksDB and its changelog topics."""

from __future__ import annotations

import functools
import json
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

from cases import BOOTSTRAP, Child, check, child, eventually, main, start, tell, unique
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from quixstreams import Application

BASE = {"bootstrap.servers": BOOTSTRAP, "log_level": 3}
BEGIN_MS = 1_700_000_000_000


@functools.cache
def admin() -> AdminClient:
    return AdminClient(BASE)


def new_topics(*partitions: int) -> list[str]:
    names = [unique("quix") for _ in partitions]
    made = [NewTopic(name, count, 1) for name, count in zip(names, partitions, strict=True)]
    for future in admin().create_topics(made).values():
        future.result(60)
    return names


def write(topic: str, values: list[tuple[str, Any, int]]) -> None:
    """(key, value, milliseconds since the begin) of each record."""
    producer = Producer(BASE)
    for key, value, at in values:
        producer.produce(topic, json.dumps(value), key, timestamp=BEGIN_MS + at)
    assert producer.flush(60) == 0


def read(topic: str, enough: Callable[[list[Any]], bool], isolation: str = "read_committed") -> list[Any]:
    """(key, value) of the records of a topic until there are enough."""
    it = Consumer(
        {
            **BASE,
            "group.id": unique("reader"),
            "auto.offset.reset": "earliest",
            "isolation.level": isolation,
            "topic.metadata.refresh.interval.ms": 500,
        }
    )
    it.subscribe([topic])
    seen: list[Any] = []

    def more() -> bool:
        for message in it.consume(500, 0.2):
            if message.error() and message.error().code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                return False  # the application has not made it yet
            if message.error():
                raise KafkaException(message.error())
            seen.append((message.key().decode(), json.loads(message.value())))
        return enough(seen)

    eventually(more, "enough results")
    it.close()
    return seen


def application(group: str, state: str, guarantee: str = "at-least-once") -> Application:
    return Application(
        BOOTSTRAP,
        consumer_group=group,
        auto_offset_reset="earliest",
        commit_interval=0.5,
        state_dir=state,
        processing_guarantee=guarantee,
        loglevel="WARNING",
        consumer_extra_config={"session.timeout.ms": 6000, "heartbeat.interval.ms": 300},
    )


def wait_for_signal(app: Application) -> None:
    """Run until SIGTERM, as in production."""
    tell(started=True)
    app.run()
    tell(left=True)


@child
def count(source: str, target: str, group: str, state: str, guarantee: str) -> None:
    """How many records there were of each key."""
    app = application(group, state, guarantee)
    frame = app.dataframe(app.topic(source, value_deserializer="json"))

    def counted(_: Any, it: Any) -> int:
        total = it.get("total", 0) + 1
        it.set("total", total)
        return total

    frame = frame.apply(counted, stateful=True)
    frame.to_topic(app.topic(target, value_serializer="json"))
    wait_for_signal(app)


@child
def windows(source: str, target: str, group: str, state: str, final: str) -> None:
    """The sum of each key in windows of ten seconds."""
    app = application(group, state)
    frame = app.dataframe(app.topic(source, value_deserializer="json"))
    window = frame.tumbling_window(10_000, grace_ms=1_000).sum()
    frame = window.final() if final == "final" else window.current()
    frame.to_topic(app.topic(target, value_serializer="json"))
    wait_for_signal(app)


@child
def regroup(source: str, target: str, group: str, state: str) -> None:
    """Records of many keys, grouped anew by a field: through a repartition topic."""
    app = application(group, state)
    frame = app.dataframe(app.topic(source, value_deserializer="json"))
    frame = frame.group_by("city")

    def counted(_: Any, it: Any) -> int:
        total = it.get("total", 0) + 1
        it.set("total", total)
        return total

    frame.apply(counted, stateful=True).to_topic(app.topic(target, value_serializer="json"))
    wait_for_signal(app)


def scratch() -> str:
    return tempfile.mkdtemp(prefix="quix-state-")


def ends(one: Child) -> None:
    assert one.stop() == 0
    assert one.of("left") == [True]


KEYS = [f"k{number}" for number in range(5)]
HUNDRED = [(KEYS[number % 5], number, number) for number in range(100)]


def latest(results: list[Any]) -> dict[str, Any]:
    return dict(results)


@check("admin: the application makes its topics and changelogs")
def _() -> None:
    source, target = unique("source"), unique("target")
    group = unique("group")
    one = start(count, source, target, group, scratch(), "at-least-once")
    write(source, HUNDRED[:5])
    read(target, lambda results: len(results) >= 5)
    topics = admin().list_topics(timeout=30).topics
    changelog = [name for name in topics if name.startswith(f"changelog__{group}--{source}")]
    assert len(changelog) == 1, sorted(topics)
    ends(one)


@check("stream: counts go on after a restart with the same state")
def _() -> None:
    source, target = new_topics(2, 1)
    group, state = unique("group"), scratch()
    for round_ in (1, 2):
        one = start(count, source, target, group, state, "at-least-once")
        write(source, HUNDRED)
        wanted = dict.fromkeys(KEYS, 20 * round_)
        read(target, lambda results, wanted=wanted: latest(results) == wanted)
        ends(one)


@check("stream: state that is lost comes back from the changelog")
def _() -> None:
    source, target = new_topics(2, 1)
    group = unique("group")
    for round_ in (1, 2):
        state = scratch()
        one = start(count, source, target, group, state, "at-least-once")
        write(source, HUNDRED)
        wanted = dict.fromkeys(KEYS, 20 * round_)
        read(target, lambda results, wanted=wanted: latest(results) == wanted)
        ends(one)
        shutil.rmtree(state)


@check("stream: two of an application share the work, and one that crashes is replaced")
def _() -> None:
    source, target = new_topics(4, 1)
    group = unique("group")
    first = start(count, source, target, group, scratch(), "at-least-once")
    second = start(count, source, target, group, scratch(), "at-least-once")
    write(source, HUNDRED)

    def counted(wanted: int) -> Callable[[list[Any]], bool]:
        # What was not committed before a rebalance or a kill is counted again.
        return lambda results: len(latest(results)) == 5 and min(latest(results).values()) >= wanted

    read(target, counted(20))
    first.kill()
    write(source, HUNDRED)
    read(target, counted(40))
    ends(second)


@check("stream: windows are told while they grow")
def _() -> None:
    source, target = new_topics(1, 1)
    one = start(windows, source, target, unique("group"), scratch(), "current")
    write(source, [("k", 1, at * 1000) for at in range(25)])
    results = read(target, lambda results: len(results) >= 25)
    last = {value["start"] - BEGIN_MS: value["value"] for _, value in results}
    assert sum(last.values()) == 25, last
    ends(one)


@check("stream: windows are told when they are over, over a restart")
def _() -> None:
    source, target = new_topics(1, 1)
    group, state = unique("group"), scratch()
    one = start(windows, source, target, group, state, "final")
    write(source, [("k", 1, at * 1000) for at in range(15)])
    read(target, bool)
    ends(one)
    one = start(windows, source, target, group, state, "final")
    write(source, [("k", 1, at * 1000) for at in range(15, 60)])
    results = read(target, lambda results: len(results) >= 5)
    values = [value["value"] for _, value in results][:5]
    assert values[1:] == [10, 10, 10, 10], results
    ends(one)


@check("stream: grouped by another field, through a topic between")
def _() -> None:
    source, target = new_topics(3, 1)
    group = unique("group")
    one = start(regroup, source, target, group, scratch())
    write(source, [(str(number), {"city": f"c{number % 3}"}, number) for number in range(90)])
    read(target, lambda results: latest(results) == {f"c{number}": 30 for number in range(3)})
    between = [
        name for name in admin().list_topics(timeout=30).topics if name.startswith(f"repartition__{group}")
    ]
    assert len(between) == 1, between
    ends(one)


@check("transactions: exactly once, killed in the middle")
def _() -> None:
    source, target = new_topics(2, 1)
    group = unique("group")
    one = start(count, source, target, group, scratch(), "exactly-once")
    write(source, HUNDRED)
    read(target, lambda results: len(results) >= 30)
    one.kill()
    again = start(count, source, target, group, scratch(), "exactly-once")
    write(source, HUNDRED)
    results = read(target, lambda results: latest(results) == dict.fromkeys(KEYS, 40))
    for key in KEYS:
        assert [value for name, value in results if name == key] == list(range(1, 41)), key
    ends(again)


if __name__ == "__main__":
    main()
