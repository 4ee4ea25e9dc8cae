"""A Produce of megabytes for many partitions: written a slice at a time, answered as one."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.apis import NO_RESPONSE, Wait
from kwire.codec.messages.produce import PartitionProduceData, ProduceRequest, TopicProduceData
from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch
from tests.apis.asking import Client
from tests.broker.keeping import Keeper

SIZE = 400_000
TIMEOUT_MS = 30_000


class Desk:
    """A broker with topics `a` and `b` of three partitions each, and a client."""

    def __init__(self, **configs: str) -> None:
        self.keeper = Keeper()
        self.broker = self.keeper.broker
        named = {name.replace("_", "."): value for name, value in configs.items()}
        for name in ("a", "b"):
            self.broker.topics.create(name, partitions=3, configs=named)
        self.broker.jobs.run_all()
        self.client = Client(self.broker)

    def request(self, *places: tuple[str, int], size: int = SIZE, acks: int = -1) -> ProduceRequest:
        topics: list[TopicProduceData] = []
        for topic, index in places:
            if not topics or topics[-1].name != topic:
                topics.append(TopicProduceData(name=topic))
            records = build_batch([Record(0, self.broker.clock.time_ms(), b"k", bytes(size), [])])
            topics[-1].partition_data.append(PartitionProduceData(index, records))
        return ProduceRequest(acks=acks, timeout_ms=TIMEOUT_MS, topic_data=topics)

    def ask(self, request: ProduceRequest, version: int = 9) -> Any:
        return self.client.ask(request, version)

    def written(self) -> list[tuple[str, int]]:
        return [
            (name, index)
            for name in ("a", "b")
            for index in range(3)
            if self.broker.topics.partition(name, index).log_end_offset
        ]


EVERYWHERE = [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)]


def outcome(answer: Any) -> list[tuple[str, list[tuple[int, int, int]]]]:
    return [
        (topic.name, [(part.index, part.error_code, part.base_offset) for part in topic.partition_responses])
        for topic in answer.responses
    ]


def test_a_megabyte_is_written_and_then_others_have_a_turn() -> None:
    desk = Desk()
    request = desk.request(*EVERYWHERE)
    waiting = desk.ask(request)
    assert isinstance(waiting, Wait)
    assert desk.written() == EVERYWHERE[:2]
    rings: list[bool] = []
    for signal in waiting.wake_on:
        signal.add(lambda: rings.append(True))
    assert rings == [True], "it goes on in the next round"
    assert desk.client.settle(waiting, request, 9) is None
    assert desk.written() == EVERYWHERE[:4]
    assert rings == [True, True]
    answer = desk.client.settle(waiting, request, 9)
    assert outcome(answer) == [("a", [(0, 0, 0), (1, 0, 0), (2, 0, 0)]), ("b", [(0, 0, 0), (1, 0, 0)])]
    assert rings == [True, True]


def test_a_batch_that_is_larger_than_a_slice_is_one() -> None:
    desk = Desk(max_message_bytes="10000000")
    waiting = desk.ask(desk.request(*EVERYWHERE[:3], size=3_000_000))
    assert isinstance(waiting, Wait)
    assert desk.written() == EVERYWHERE[:1]


@pytest.mark.parametrize("size", [1000, 200_000])
def test_what_fits_one_slice_is_written_at_once(size: int) -> None:
    desk = Desk()
    answer = desk.ask(desk.request(*EVERYWHERE, size=size))
    assert [code for _, parts in outcome(answer) for _, code, _ in parts] == [0] * 5


def test_one_large_batch_is_written_at_once() -> None:
    desk = Desk(max_message_bytes="10000000")
    assert outcome(desk.ask(desk.request(("a", 1), size=5_000_000))) == [("a", [(1, 0, 0)])]


def test_without_acks_everything_is_written_at_once() -> None:
    desk = Desk()
    assert desk.ask(desk.request(*EVERYWHERE, acks=0)) is NO_RESPONSE
    assert desk.written() == EVERYWHERE, "such a client may be gone before the next round"


def test_the_rest_is_written_when_time_is_up_or_the_server_stops() -> None:
    desk = Desk()
    request = desk.request(*EVERYWHERE)
    waiting = desk.ask(request)
    answer = desk.client.settle(waiting, request, 9, final=True)
    assert [code for _, parts in outcome(answer) for _, code, _ in parts] == [0] * 5
    assert desk.written() == EVERYWHERE


def test_each_partition_has_its_own_error() -> None:
    desk = Desk()
    places = [("a", 0), ("a", 7), ("a", 2), ("nowhere", 0), ("b", 1)]
    request = desk.request(*places)
    waiting = desk.ask(request)
    answer = None
    while answer is None:
        answer = desk.client.settle(waiting, request, 9)
    unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert outcome(answer) == [
        ("a", [(0, 0, 0), (7, unknown, -1), (2, 0, 0)]),
        ("nowhere", [(0, unknown, -1)]),
        ("b", [(1, 0, 0)]),
    ]


def test_a_topic_that_is_deleted_between_two_slices_is_unknown_from_there_on() -> None:
    desk = Desk()
    request = desk.request(*EVERYWHERE)
    waiting = desk.ask(request)
    desk.broker.topics.delete(desk.broker.topics.by_name["b"])
    answer = desk.client.settle(waiting, request, 9, final=True)
    assert [code for _, code, _ in outcome(answer)[1][1]] == [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION] * 2


def test_the_answer_waits_for_the_sync_of_every_slice() -> None:
    desk = Desk(flush_messages="1")
    request = desk.request(*EVERYWHERE)
    waiting = desk.ask(request)
    desk.broker.jobs.run_all()  # what was written first is durable before the rest is written
    assert waiting.attempt(False) is None
    durable = waiting.attempt(False)
    assert isinstance(durable, Wait)
    assert durable.attempt(False) is None
    rings: list[bool] = []
    for signal in durable.wake_on:
        signal.add(lambda: rings.append(True))
    desk.broker.jobs.run_all()
    assert rings
    assert [code for _, parts in outcome(durable.attempt(False)) for _, code, _ in parts] == [0] * 5
    for topic, index in EVERYWHERE:
        assert desk.broker.topics.partition(topic, index).log.recovery_point == 1


def test_what_is_not_durable_in_time_is_said_of_the_slice_that_is_not() -> None:
    desk = Desk(flush_messages="1")
    request = desk.request(*EVERYWHERE)
    waiting = desk.ask(request)
    desk.broker.jobs.run_all()
    answer = desk.client.settle(waiting, request, 9, final=True)
    late = ErrorCode.REQUEST_TIMED_OUT
    assert [code for _, parts in outcome(answer) for _, code, _ in parts] == [0, 0, late, late, late]
