"""Fetch sessions as a consumer uses them (KIP-227): only what changed is said, by either side."""

from __future__ import annotations

from random import Random
from typing import Any

import attrs
import pytest

from kwire.apis import Wait
from kwire.broker.topic_registry import Topic
from kwire.codec.messages import fetch
from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch, parse_header
from tests.apis.asking import Client
from tests.broker.keeping import Keeper

BY_NAME, BY_ID = 12, 17
ZERO = bytes(16)


@attrs.define
class Consumer:
    """A consumer of topic `t` (five partitions) with a session; `version` says whether topics go by id."""

    version: int = BY_ID
    settings: dict[str, str] = attrs.Factory(dict)
    keeper: Keeper = attrs.field(init=False)
    client: Client = attrs.field(init=False)
    topic: Topic = attrs.field(init=False)
    session_id: int = 0
    epoch: int = 0

    def __attrs_post_init__(self) -> None:
        self.keeper = Keeper(self.settings)
        self.client = Client(self.keeper.broker)
        self.topic = self.keeper.broker.topics.create("t", partitions=5)

    def append(self, index: int, size: int = 10, topic: Topic | None = None) -> None:
        batch = build_batch([Record(0, 1_700_000_000_000, b"k", b"v" * size)])
        (topic or self.topic).partitions[index].append(batch, self.keeper.clock.time_ms())

    def request(
        self, offsets: dict[int, int] | None = None, *, forget: list[int] | None = None, **fields: Any
    ) -> fetch.FetchRequest:
        """The next request: `offsets` for partitions that are new or wanted from elsewhere."""
        name, topic_id = ("t", ZERO) if self.version < 13 else ("", self.topic.topic_id)
        request = fetch.FetchRequest(
            max_wait_ms=0,
            min_bytes=1,
            max_bytes=1 << 20,
            session_id=self.session_id,
            session_epoch=self.epoch,
        )
        if offsets:
            parts = [
                fetch.FetchPartition(partition=index, fetch_offset=offset, partition_max_bytes=1 << 20)
                for index, offset in offsets.items()
            ]
            request.topics = [fetch.FetchTopic(topic=name, topic_id=topic_id, partitions=parts)]
        if forget:
            request.forgotten_topics_data = [
                fetch.ForgottenTopic(topic=name, topic_id=topic_id, partitions=forget)
            ]
        for field, value in fields.items():
            setattr(request, field, value)
        return request

    def ask(self, request: fetch.FetchRequest) -> Any:
        answer = self.client.ask(request, self.version)
        if not isinstance(answer, Wait):
            self.took(answer)
        else:
            self.epoch += 1
        return answer

    def took(self, answer: Any) -> None:
        if answer.error_code == 0:
            self.session_id = answer.session_id
            self.epoch += 1

    def fetch(self, offsets: dict[int, int] | None = None, **more: Any) -> dict[int, Any]:
        """What an answer says, by partition."""
        answer = self.ask(self.request(offsets, **more))
        assert answer.error_code == 0
        return said(answer)

    def settle(self, waiting: Wait[Any], *, final: bool = False) -> Any:
        return self.client.settle(waiting, self.request(), self.version, final=final)


def split(records: bytes) -> list[bytes]:
    """Batch by batch."""
    batches = []
    while records:
        size = parse_header(records).size
        batches.append(records[:size])
        records = records[size:]
    return batches


def said(answer: Any) -> dict[int, Any]:
    return {part.partition_index: part for data in answer.responses for part in data.partitions}


ALL = dict.fromkeys(range(5), 0)
VERSIONS = pytest.mark.parametrize("version", [7, BY_NAME, BY_ID])


@VERSIONS
def test_a_full_fetch_opens_a_session_and_tells_everything(version: int) -> None:
    consumer = Consumer(version)
    assert sorted(consumer.fetch(ALL)) == [0, 1, 2, 3, 4]
    assert consumer.session_id > 0


@VERSIONS
def test_in_a_session_only_what_changed_is_told(version: int) -> None:
    consumer = Consumer(version)
    consumer.fetch(ALL)
    assert consumer.fetch() == {}
    consumer.append(3)
    (part,) = consumer.fetch().values()
    assert (part.partition_index, part.high_watermark) == (3, 1)
    assert len(part.records) > 0
    assert consumer.fetch({3: 1}) == {}


def test_records_come_again_until_another_offset_is_wanted() -> None:
    consumer = Consumer()
    consumer.fetch(ALL)
    consumer.append(1)
    assert [list(consumer.fetch()) for _ in range(3)] == [[1], [1], [1]]
    assert consumer.fetch({1: 1}) == {}


def test_a_fetch_without_a_session_opens_none() -> None:
    consumer = Consumer()
    answer = consumer.ask(consumer.request(ALL, session_epoch=-1))
    assert answer.session_id == 0
    assert len(consumer.keeper.broker.fetch_sessions) == 0
    consumer.epoch = 0
    assert len(said(consumer.ask(consumer.request(ALL)))) == 5
    assert consumer.ask(consumer.request(ALL, session_epoch=-1)).session_id == 0
    assert len(consumer.keeper.broker.fetch_sessions) == 0, "the last request of a session closes it"


def test_a_full_fetch_replaces_the_session() -> None:
    consumer = Consumer()
    consumer.fetch(ALL)
    before = consumer.session_id
    assert len(consumer.fetch(ALL, session_epoch=0)) == 5
    assert consumer.session_id not in (0, before)
    assert len(consumer.keeper.broker.fetch_sessions) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"session_id": 1}, ErrorCode.FETCH_SESSION_ID_NOT_FOUND),
        ({"session_epoch": 2}, ErrorCode.INVALID_FETCH_SESSION_EPOCH),
    ],
)
def test_a_request_that_fits_no_session_is_refused_whole(changes: dict[str, Any], code: ErrorCode) -> None:
    consumer = Consumer()
    consumer.fetch(ALL)
    answer = consumer.ask(consumer.request(ALL, **changes))
    assert (answer.error_code, answer.session_id, answer.responses) == (code, 0, [])


def test_a_session_keeps_to_ids_or_names() -> None:
    consumer = Consumer(BY_ID)
    consumer.fetch(ALL)
    consumer.version = BY_NAME
    answer = consumer.ask(consumer.request())
    assert (answer.error_code, answer.session_id) == (ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR, 0)


def test_partitions_come_and_go() -> None:
    consumer = Consumer()
    assert list(consumer.fetch({0: 0})) == [0]
    assert list(consumer.fetch({1: 0, 2: 0})) == [1, 2], "a new one is told of, although it has nothing"
    for index in range(3):
        consumer.append(index)
    assert sorted(consumer.fetch({0: 1}, forget=[1])) == [0, 2], "0 has another high watermark"
    assert not consumer.topic.partitions[1].appended.has_waiters


def test_a_session_without_partitions_is_closed() -> None:
    consumer = Consumer()
    consumer.fetch({0: 0})
    answer = consumer.ask(consumer.request(forget=[0]))
    assert (answer.error_code, answer.session_id, answer.responses) == (0, 0, [])
    assert len(consumer.keeper.broker.fetch_sessions) == 0


def test_another_log_start_is_news_without_records() -> None:
    consumer = Consumer()
    for _ in range(3):
        consumer.append(0)
    consumer.fetch({0: 3, 1: 0})
    consumer.topic.partitions[0].delete_records(2)
    (part,) = consumer.fetch().values()
    assert (part.partition_index, part.log_start_offset, len(part.records)) == (0, 2, 0)
    assert consumer.fetch() == {}


@VERSIONS
def test_an_error_is_told_each_time_and_its_end_once(version: int) -> None:
    consumer = Consumer(version)
    unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert consumer.fetch({0: 0, 5: 0})[5].error_code == unknown
    assert [each.error_code for each in consumer.fetch().values()] == [unknown]
    topics = consumer.keeper.broker.topics
    topics.add_partitions(consumer.topic, 6)
    assert [(part.partition_index, part.error_code) for part in consumer.fetch().values()] == [(5, 0)]
    assert consumer.fetch() == {}


@VERSIONS
def test_a_topic_that_goes_is_told_of(version: int) -> None:
    consumer = Consumer(version)
    consumer.fetch({0: 0})
    topics = consumer.keeper.broker.topics
    topics.delete(consumer.topic)
    code = ErrorCode.UNKNOWN_TOPIC_ID if version >= 13 else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert consumer.fetch()[0].error_code == code
    if version < 13:
        consumer.topic = topics.create("t", partitions=5)
        assert consumer.fetch()[0].error_code == 0, "the session wants whatever has that name"


def test_who_gave_records_comes_last_next_time() -> None:
    consumer = Consumer()
    for index in range(3):
        for _ in range(3):
            consumer.append(index, size=1000)
    consumer.fetch({0: 3, 1: 3, 2: 3})
    consumer.fetch({0: 0, 1: 0, 2: 0}, max_bytes=1)
    served = []
    offsets: dict[int, int] = {0: 1}
    for _ in range(6):
        parts = consumer.fetch(offsets, max_bytes=1)
        (index,) = [index for index, part in parts.items() if part.records]
        served.append(index)
        offsets = {index: len([each for each in served if each == index]) + (index == 0)}
    assert sorted(served[:3]) == [0, 1, 2], "nobody is served twice before everybody was"


def test_a_fetch_of_a_session_waits_for_records() -> None:
    consumer = Consumer()
    consumer.fetch(ALL)
    waiting = consumer.ask(consumer.request(max_wait_ms=500))
    assert isinstance(waiting, Wait)
    woken: list[bool] = []
    for signal in waiting.wake_on:
        signal.add(lambda: woken.append(True))
    consumer.append(2)
    assert woken
    answer = consumer.settle(waiting)
    assert list(said(answer)) == [2]


def test_small_appends_add_up_to_the_bytes_that_are_wanted() -> None:
    consumer = Consumer()
    consumer.fetch(ALL)
    waiting = consumer.ask(consumer.request(max_wait_ms=500, min_bytes=350))
    woken: list[int] = []
    for signal in waiting.wake_on:
        signal.add(lambda: woken.append(1))
    answers = []
    for count, index in enumerate((2, 2, 4), 1):
        consumer.append(index, size=100)
        assert len(woken) == count, "an append is noticed although the partition counts as changed"
        answers.append(consumer.settle(waiting))
    assert answers[:2] == [None, None]
    assert sorted(said(answers[2])) == [2, 4]


def test_who_waited_in_vain_is_told_of_nothing() -> None:
    consumer = Consumer()
    consumer.fetch(ALL)
    waiting = consumer.ask(consumer.request(max_wait_ms=500))
    answer = consumer.settle(waiting, final=True)
    assert (answer.error_code, answer.session_id, answer.responses) == (0, consumer.session_id, [])


def test_an_answer_that_another_request_overtook_is_refused() -> None:
    consumer = Consumer()
    consumer.fetch(ALL)
    waiting = consumer.ask(consumer.request(max_wait_ms=500))
    consumer.fetch()
    answer = consumer.settle(waiting, final=True)
    assert answer.error_code == ErrorCode.INVALID_FETCH_SESSION_EPOCH
    assert answer.responses == []


def test_records_that_only_others_may_read_become_news_when_the_isolation_changes() -> None:
    consumer = Consumer()
    consumer.append(0)
    partition = consumer.topic.partitions[0]
    partition.append(
        build_batch(
            [Record(0, 1_700_000_000_000, b"k", b"v")],
            producer_id=5,
            producer_epoch=0,
            base_sequence=0,
            transactional=True,
        ),
        consumer.keeper.clock.time_ms(),
        transaction_verified=True,
    )
    assert len(consumer.fetch({0: 1}, isolation_level=1)[0].records) == 0
    assert consumer.fetch(isolation_level=1) == {}
    assert len(consumer.fetch(isolation_level=0)[0].records) > 0
    assert consumer.fetch({0: 1}, isolation_level=1) == {}
    partition.append_marker(5, 0, commit=True, coordinator_epoch=0, now_ms=consumer.keeper.clock.time_ms())
    assert len(consumer.fetch(isolation_level=1)[0].records) > 0


def test_nothing_stays_behind_when_a_session_is_closed() -> None:
    consumer = Consumer()
    consumer.fetch(ALL)
    consumer.fetch()
    assert all(partition.appended.has_waiters for partition in consumer.topic.partitions)
    consumer.ask(consumer.request(session_epoch=-1))
    assert not any(partition.appended.has_waiters for partition in consumer.topic.partitions)


def test_a_session_that_is_left_alone_is_told_of_a_partition_once() -> None:
    consumer = Consumer()
    consumer.fetch(ALL)
    consumer.fetch()
    consumer.append(0)
    assert not consumer.topic.partitions[0].appended.has_waiters


def test_there_are_as_many_sessions_as_the_setting_says() -> None:
    consumer = Consumer(settings={"max.incremental.fetch.session.cache.slots": "1"})
    consumer.fetch(ALL)
    assert consumer.session_id > 0
    consumer.session_id, consumer.epoch = 0, 0
    assert len(consumer.fetch(ALL)) == 5
    assert consumer.session_id == 0
    consumer.epoch = 0
    assert len(consumer.fetch(ALL)) == 5, "without a session every fetch is a full one"


@pytest.mark.parametrize("seed", range(30))
def test_a_session_tells_what_full_fetches_tell(seed: int) -> None:
    """A consumer that is told only of changes knows what one knows that asks for everything each time."""
    choose = Random(seed)
    consumer = Consumer(choose.choice([BY_NAME, BY_ID]))
    topics = consumer.keeper.broker.topics
    wanted: dict[int, int] = {}
    known: dict[int, tuple[int, int, int]] = {}
    changes: dict[int, int] = {}
    forget: list[int] = []
    for _ in range(200):
        match choose.randrange(8):
            case 0 | 1 | 2:
                consumer.append(choose.randrange(5), choose.randrange(300))
            case 3:
                index = choose.randrange(6)
                changes[index] = wanted[index] = choose.randrange(4)
                forget = [each for each in forget if each != index]
            case 4 if len(wanted) > 1 and len(wanted) > len(forget):
                index = choose.choice(list(wanted))
                del wanted[index]
                changes.pop(index, None)
                known.pop(index, None)
                forget.append(index)
            case 5:
                partition = consumer.topic.partitions[choose.randrange(5)]
                partition.delete_records(choose.randint(partition.log_start_offset, partition.log_end_offset))
            case 6 if consumer.version == BY_NAME and choose.random() < 0.1:
                topics.delete(consumer.topic)
                consumer.topic = topics.create("t", partitions=5)
        if not wanted or choose.random() < 0.5:
            continue
        max_bytes = choose.choice([1, 500, 1 << 20])
        if choose.random() < 0.05:
            changes = dict(wanted)
            answer = consumer.ask(consumer.request(changes, session_epoch=0, max_bytes=max_bytes))
            consumer.epoch = 1
        else:
            answer = consumer.ask(consumer.request(changes, forget=forget, max_bytes=max_bytes))
        assert answer.error_code == 0
        changes, forget = {}, []
        told = said(answer)
        expected = said(
            Client(consumer.keeper.broker).ask(
                consumer.request(wanted, session_id=0, session_epoch=-1), consumer.version
            )
        )
        for index, part in told.items():
            known[index] = (part.error_code, part.high_watermark, part.log_start_offset)
        with_records = {index: bytes(part.records) for index, part in told.items() if part.records}
        if max_bytes == 1 << 20:  # else there was no room for all of it
            assert known == {
                index: (part.error_code, part.high_watermark, part.log_start_offset)
                for index, part in expected.items()
            }
            assert with_records == {
                index: bytes(part.records) for index, part in expected.items() if part.records
            }
        for index in with_records:
            if choose.random() < 0.7:
                last = [parse_header(batch) for batch in split(with_records[index])][-1]
                changes[index] = wanted[index] = last.next_offset
