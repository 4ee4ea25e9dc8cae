"""The short way of a Produce: what `produce` would have said, and the same log afterwards."""

from __future__ import annotations

import errno
from random import Random
from typing import Any

import pytest

from kwire.apis import NO_RESPONSE, TABLE, Caller, CloseConnection, Wait
from kwire.apis import produce as api
from kwire.codec.messages import produce
from kwire.codec.primitives import Buffer
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import Record, build_batch
from tests.broker.keeping import Keeper

VERSIONS = range(produce.MIN_VERSION, produce.MAX_VERSION + 1)
TOPICS: dict[str, dict[str, str]] = {
    "plain": {},
    "stamped": {"message.timestamp.type": "LogAppendTime"},
    "compacted": {"cleanup.policy": "compact"},
    "small": {"max.message.bytes": "200"},
    "gzip": {"compression.type": "gzip"},
    "durable": {"flush.messages": "1"},
    "rolling": {"segment.bytes": "1048576", "segment.ms": "1"},
}


class Desk:
    """A broker that is asked the short way first, or never."""

    def __init__(self, *, short: bool) -> None:
        self.short = short
        self.keeper = Keeper()
        self.keeper.broker.endpoints = {"PLAINTEXT": ("here", 9092)}
        self.caller = Caller(client_id="client")
        self.taken = 0
        for name, settings in TOPICS.items():
            self.keeper.broker.topics.create(name, partitions=2, configs=settings)

    def topic_id(self, name: str) -> bytes:
        topic = self.keeper.broker.topics.by_name.get(name)
        return b"nobody's topic.." if topic is None else topic.topic_id

    def ask(self, version: int, name: str, index: int, records: bytes | None, **rest: Any) -> bytes:
        """The answer as it goes out; what is said of a request that gets none."""
        data = produce.TopicProduceData(
            name if version < 13 else "",
            self.topic_id(name) if version >= 13 else bytes(16),
            [produce.PartitionProduceData(index, records)],
        )
        request = produce.ProduceRequest(
            rest.get("transactional_id"), rest.get("acks", -1), 1500, [data] * rest.get("topics", 1)
        )
        parts: list[Buffer] = []
        produce.encode_request(request, version, parts)
        frame = b"before" + b"".join(parts)
        self.caller.version = version
        broker = self.keeper.broker
        answer: Any = None
        if self.short:
            answer = api.short_way(broker, self.caller, frame, 6, len(frame))
            self.taken += answer is not None
        decoded = produce.decode_request(frame, 6, len(frame), version)
        try:
            if answer is None:
                answer = api.produce(broker, self.caller, decoded)
            if isinstance(answer, Wait):
                assert answer.attempt(False) is None
                answer = answer.attempt(True)
        except CloseConnection as error:
            return str(error).encode()
        except KafkaError as error:
            answer = api.error_response(decoded, error.code)
        if answer is NO_RESPONSE:
            return b"no response"
        if isinstance(answer, bytes):
            return answer
        parts = []
        produce.encode_response(answer, version, parts)
        return b"".join(parts)

    def log(self) -> dict[str, bytes]:
        """What is in every partition."""
        return {
            f"{topic.name}-{partition.index}": b"".join(
                bytes(batch) for _, batch in partition.log.scan(partition.log_start_offset)
            )
            for topic in self.keeper.broker.topics.by_name.values()
            for partition in topic.partitions
        }


def batch(count: int = 1, *, size: int = 10, key: bytes | None = b"k", **rest: Any) -> bytes:
    now_ms = 1_700_000_000_000
    return build_batch([Record(n, now_ms + n, key, b"v" * size) for n in range(count)], **rest)


QUESTIONS: list[dict[str, Any]] = [
    {},
    {"records": batch(5)},
    {"name": "stamped", "records": batch(2)},
    {"name": "compacted"},
    {"name": "compacted", "records": batch(key=None)},
    {"name": "small", "records": batch(size=500)},
    {"name": "gzip", "records": batch(3)},
    {"name": "durable"},
    {"name": "rolling"},
    {"name": "nowhere"},
    {"name": "__consumer_offsets"},
    {"index": 1},
    {"index": 2},
    {"index": -1},
    {"acks": 1},
    {"acks": 0},
    {"acks": 0, "index": 9},
    {"acks": 2},
    {"topics": 0},
    {"topics": 2},
    {"records": None},
    {"records": b""},
    {"records": b"short"},
    {"records": batch()[:-1]},
    {"records": batch() + batch()},
    {"records": batch()[:-1] + b"?"},
    {"records": batch(codec=4)},
    {"records": batch(producer_id=7, producer_epoch=0, base_sequence=0)},
    {"records": batch(producer_id=7, producer_epoch=0, base_sequence=5)},
    {"records": batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True)},
    {"transactional_id": "tx"},
    {
        "transactional_id": "tx",
        "records": batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True),
    },
]


def outcome(desk: Desk, version: int, question: dict[str, Any]) -> bytes:
    asked = {"name": "plain", "index": 0, "records": batch(), **question}
    return desk.ask(version, asked.pop("name"), asked.pop("index"), asked.pop("records"), **asked)


def align(short: Desk, long: Desk) -> None:
    """Topic ids are random; there they are the same."""
    assert short.keeper.random.random() == long.keeper.random.random()
    assert short.topic_id("plain") == long.topic_id("plain")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_question_has_the_same_answer_both_ways(version: int) -> None:
    short, long = Desk(short=True), Desk(short=False)
    align(short, long)
    for number, question in enumerate(QUESTIONS):
        for turn in ("first", "again"):
            said, expected = outcome(short, version, question), outcome(long, version, question)
            assert said == expected, (number, turn, question)
    assert short.log() == long.log()
    assert short.taken > 10 if version >= 7 else short.taken == 0


@pytest.mark.parametrize("seed", range(20))
def test_any_history_has_the_same_answers_both_ways(seed: int) -> None:
    random = Random(seed)
    short, long = Desk(short=True), Desk(short=False)
    align(short, long)
    sequences = [0, 0, 0]
    for _ in range(200):
        question: dict[str, Any] = {"name": random.choice([*TOPICS]), "index": random.randrange(2)}
        if random.random() < 0.7:
            who, count = random.randrange(3), random.randint(1, 3)
            sequence = max(0, sequences[who] + random.choice([0, 0, 0, 0, -1, 1, -2]))
            sequences[who] = sequence + count
            question["records"] = batch(count, producer_id=who, producer_epoch=0, base_sequence=sequence)
        if random.random() < 0.1:
            question |= random.choice(QUESTIONS)
        for desk in (short, long):
            desk.keeper.clock.now_ms += 1
        version = random.choice(VERSIONS)
        assert outcome(short, version, question) == outcome(long, version, question)
    assert short.log() == long.log()


def test_a_disk_that_refuses_is_told_as_ever() -> None:
    desk = Desk(short=True)
    refused = []

    def full(operation: str, path: str, size: int) -> None:
        if operation == "write" and path.endswith(".log"):
            refused.append(path)
            raise OSError(errno.ENOSPC, "No space left on device")

    desk.keeper.files.fault = full
    said = outcome(desk, 13, {})
    (topic,) = produce.decode_response(said, 0, len(said), 13).responses
    assert topic.partition_responses[0].error_code == ErrorCode.KAFKA_STORAGE_ERROR
    assert len(refused) == 2  # both ways asked the disk
    desk.keeper.files.fault = None
    said = outcome(desk, 13, {})
    (topic,) = produce.decode_response(said, 0, len(said), 13).responses
    assert (topic.partition_responses[0].error_code, topic.partition_responses[0].base_offset) == (0, 0)


def test_only_produce_has_a_short_way() -> None:
    for served in TABLE.values():
        served.load()
    assert [served.name for served in TABLE.values() if served.short_way is not None] == ["Produce"]
