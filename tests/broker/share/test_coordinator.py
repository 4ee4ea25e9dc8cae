"""The share coordinator: what it keeps survives, is told as Kafka tells it, and old records go."""

from __future__ import annotations

import pytest

from kwire.broker.broker import Broker
from kwire.broker.share.coordinator import COLD_AFTER_MS, PRUNE_EVERY_MS
from kwire.broker.share.requests import (
    DeleteState,
    InitializeState,
    ReadState,
    StateRead,
    StateSummary,
    StateWrite,
    SummarizeState,
    WriteState,
)
from kwire.broker.share.state import (
    SHARE_TOPIC,
    ShareKey,
    SnapshotStored,
    StateBatch,
    UpdateStored,
    decode_event,
)
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import iter_records
from tests.broker.cluster import Cluster
from tests.broker.keeping import Keeper

GROUP = "g"
SETTINGS = {
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.snapshot.update.records.per.snapshot": "3",
}
ACKNOWLEDGED = 2


def keeper() -> Keeper:
    keeper = Keeper(SETTINGS)
    keeper.broker.topics.create("t", partitions=2)
    keeper.broker.topics.ensure_internal(SHARE_TOPIC)
    return keeper


def topic_id(broker: Broker) -> bytes:
    return broker.topics.by_name["t"].topic_id


def initialize(broker: Broker, index: int = 0, *, start_offset: int = 0) -> None:
    at = topic_id(broker), index
    assert broker.share_coordinator.answer(InitializeState(GROUP, {at: (0, start_offset)})) == {at: None}


def write(broker: Broker, start_offset: int, *batches: StateBatch, index: int = 0) -> None:
    at = topic_id(broker), index
    done = StateWrite(0, 0, start_offset, 0, batches)
    assert broker.share_coordinator.answer(WriteState(GROUP, {at: done})) == {at: None}


def read(broker: Broker, index: int = 0) -> object:
    at = topic_id(broker), index
    return broker.share_coordinator.answer(ReadState(GROUP, {at: 0}))[at]


def summary(broker: Broker, index: int = 0) -> object:
    at = topic_id(broker), index
    return broker.share_coordinator.answer(SummarizeState(GROUP, (at,)))[at]


def stored(broker: Broker) -> list[SnapshotStored | UpdateStored]:
    found = []
    for batch in broker.topics.partition(SHARE_TOPIC, 0).journal_batches():
        for record in iter_records(batch):
            event = decode_event(bytes(record.key or b""), record.value and bytes(record.value))
            assert event is not None
            found.append(event)
    return found


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_is_kept_survives(end: str) -> None:
    keeping = keeper()
    initialize(keeping.broker)
    write(keeping.broker, 5, StateBatch(7, 9, ACKNOWLEDGED, 1), StateBatch(5, 6, 0, 3))
    before = read(keeping.broker)
    assert before == StateRead(0, 5, (StateBatch(5, 6, 0, 3), StateBatch(7, 9, ACKNOWLEDGED, 1)))
    broker = keeping.restart() if end == "stop" else keeping.kill()
    assert read(broker) == before


def test_some_updates_are_followed_by_a_snapshot() -> None:
    keeping = keeper()
    broker = keeping.broker
    initialize(broker)
    for start in range(1, 6):
        write(broker, start, StateBatch(start + 10, start + 10, ACKNOWLEDGED, 1))
    kinds = [type(event) for event in stored(broker)]
    assert kinds == [SnapshotStored, *[UpdateStored] * 3, SnapshotStored, UpdateStored]
    epochs = [
        event.snapshot_epoch
        if isinstance(event, UpdateStored)
        else event.state and event.state.snapshot_epoch
        for event in stored(broker)
    ]
    assert epochs == [0, 0, 0, 0, 1, 1]
    before = read(broker)
    assert before == StateRead(0, 5, (StateBatch(11, 15, ACKNOWLEDGED, 1),))
    assert read(keeping.kill()) == before


def test_what_no_start_needs_is_removed() -> None:
    keeping = keeper()
    broker = keeping.broker
    initialize(broker, 0)
    initialize(broker, 1)
    for start in range(1, 9):
        write(broker, start)
    keeping.clock.now_ms += max(PRUNE_EVERY_MS, COLD_AFTER_MS) + 1
    broker.tick(keeping.clock.now_ms)
    partition = broker.topics.partition(SHARE_TOPIC, 0)
    assert partition.log_start_offset >= 10
    assert len(stored(broker)) <= 2
    broker = keeping.restart()
    assert read(broker) == StateRead(0, 8, ())
    assert read(broker, 1) == StateRead(0, 0, ())


def test_when_nothing_is_kept_everything_is_removed() -> None:
    keeping = keeper()
    broker = keeping.broker
    initialize(broker)
    at = topic_id(broker), 0
    assert broker.share_coordinator.answer(DeleteState(GROUP, (at,))) == {at: None}
    broker.share_coordinator.prune()
    assert stored(broker) == []
    assert summary(keeping.restart()) == StateSummary(0, 0, -1, -1)


def test_a_deleted_topic_is_forgotten() -> None:
    keeping = keeper()
    broker = keeping.broker
    initialize(broker)
    topic = broker.topics.by_name["t"]
    broker.topics.delete(topic)
    broker.topic_deleted(topic)
    assert stored(broker)[-1] == SnapshotStored(ShareKey(GROUP, topic.topic_id, 0), None)


def test_a_start_offset_never_goes_back_and_counts_go_with_it() -> None:
    broker = keeper().broker
    initialize(broker)
    at = topic_id(broker), 0
    answer = broker.share_coordinator.answer
    answer(WriteState(GROUP, {at: StateWrite(0, 0, 5, 2, ())}))
    assert summary(broker) == StateSummary(0, 0, 5, 2)
    answer(WriteState(GROUP, {at: StateWrite(0, 0, 3, 7, ())}))
    assert summary(broker) == StateSummary(0, 0, 5, 2)
    answer(WriteState(GROUP, {at: StateWrite(0, 0, 8, 0, ())}))
    assert summary(broker) == StateSummary(0, 0, 8, 0)


def test_workers_keep_share_partitions_for_each_other() -> None:
    cluster = Cluster(2, {"share.coordinator.state.topic.num.partitions": "4"})
    cluster.create("t", partitions=8)
    cluster.controller.topics.ensure_internal(SHARE_TOPIC)
    cluster.settle()
    first = cluster.brokers[1]
    ids = [(topic_id(first), index) for index in range(8)]
    answers: list[dict[tuple[bytes, int], object]] = []
    persister = first.sharing.persister
    persister.initialize(GROUP, dict.fromkeys(ids, (0, 4)), lambda results: answers.append(dict(results)))
    cluster.settle()
    persister.read(GROUP, dict.fromkeys(ids, 0), lambda results: answers.append(dict(results)))
    persister.write(
        GROUP,
        {at: StateWrite(0, 0, 6, 1, (StateBatch(8, 8, ACKNOWLEDGED, 1),)) for at in ids},
        lambda results: answers.append(dict(results)),
    )
    cluster.settle()
    persister.summarize(GROUP, ids, lambda results: answers.append(dict(results)))
    cluster.settle()
    persister.delete(GROUP, ids, lambda results: answers.append(dict(results)))
    cluster.settle()
    assert answers[0] == dict.fromkeys(ids)
    assert answers[1] == dict.fromkeys(ids, StateRead(0, 4, ()))
    assert answers[2] == dict.fromkeys(ids)
    assert answers[3] == dict.fromkeys(ids, StateSummary(0, 0, 6, 1))
    assert answers[4] == dict.fromkeys(ids)
    kept = [len(broker.share_coordinator._kept) for broker in cluster.brokers.values()]
    assert kept == [0, 0]


def test_who_cannot_be_reached_is_told_as_not_available() -> None:
    cluster = Cluster(2, {"share.coordinator.state.topic.num.partitions": "4"})
    cluster.create("t", partitions=8)
    cluster.controller.topics.ensure_internal(SHARE_TOPIC)
    cluster.settle()
    first = cluster.brokers[1]
    cluster.kill(2)
    answers: list[dict[tuple[bytes, int], object]] = []
    first.sharing.persister.initialize(
        GROUP,
        {(topic_id(first), index): (0, 0) for index in range(8)},
        lambda results: answers.append(dict(results)),
    )
    cluster.settle()
    (answer,) = answers
    codes = {result.code for result in answer.values() if isinstance(result, KafkaError)}
    assert codes == {ErrorCode.COORDINATOR_NOT_AVAILABLE}
    assert None in answer.values()
