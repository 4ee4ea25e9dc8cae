"""Transactions whose coordinator, partitions and groups are in different workers, some of which die in the middle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kwire.apis import Wait
from kwire.broker.broker import Broker
from kwire.broker.calls import JoinTransaction, WriteMarkers
from kwire.broker.groups.events import GROUPS_TOPIC
from kwire.broker.transactions.events import TRANSACTIONS_TOPIC
from kwire.broker.transactions.states import State
from kwire.codec.messages import load
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import Record, build_batch
from tests.apis.asking import Client
from tests.broker.cluster import Cluster
from tests.broker.transactions.bench import committed_values, markers

SETTINGS = {"transaction.state.log.num.partitions": "6", "num.partitions": "3"}
PLACES = tuple(("a", index) for index in range(3))


class Workers(Cluster):
    """Three workers, a topic `a` with one partition in each, and a transactional id that the third looks after."""

    def __init__(self) -> None:
        super().__init__(3, SETTINGS)
        self.create("a")
        self.controller.topics.ensure_internal(TRANSACTIONS_TOPIC)
        self.controller.topics.ensure_internal(GROUPS_TOPIC)
        self.settle()
        self.id = self.key_of(3, lambda broker: broker.transactions.coordinator_of)
        self.group = self.key_of(2, lambda broker: broker.groups.coordinator_of)
        assert sorted(self.controller.topics.partition(*place).leader_id for place in PLACES) == [1, 2, 3]

    def key_of(self, node_id: int, coordinator: Callable[[Broker], Callable[[str], int]]) -> str:
        """A key that hashes to a partition which this worker leads."""
        return next(key for key in map(str, range(100)) if coordinator(self.controller)(key) == node_id)

    @property
    def coordinator(self) -> Broker:
        return self.brokers[3]

    def pass_time(self, milliseconds: int = 3_000) -> None:
        self.clock.now_ms += milliseconds
        for broker in self.brokers.values():
            broker.tick(self.clock.now_ms)
        self.settle()

    def ask_client(self, node_id: int, request: Any, version: int) -> Any:
        """What a client is answered, however long it has to wait."""
        client = Client(self.brokers[node_id])
        answer = client.ask(request, version)
        while isinstance(answer, Wait):
            self.settle()
            answer = answer.attempt(False) or answer.attempt(True)
            if not isinstance(answer, Wait):
                return client.over_the_wire(answer, client._served(request)[1], version)
        return answer

    def init(self) -> tuple[int, int]:
        wire = load(22)
        request = wire.InitProducerIdRequest(transactional_id=self.id, transaction_timeout_ms=60_000)
        answer = self.ask_client(3, request, 5)
        assert answer.error_code == ErrorCode.NONE
        return answer.producer_id, answer.producer_epoch

    def produce_request(
        self, producer: tuple[int, int], index: int, *, sequence: int = 0, value: bytes = b"v"
    ) -> Any:
        """One batch for `a`."""
        wire = load(0)
        batch = build_batch(
            [Record(0, self.clock.time_ms(), b"k", value, [])],
            producer_id=producer[0],
            producer_epoch=producer[1],
            base_sequence=sequence,
            transactional=True,
        )
        part = wire.PartitionProduceData(index=index, records=batch)
        data = wire.TopicProduceData(name="a", partition_data=[part])
        return wire.ProduceRequest(transactional_id=self.id, acks=-1, timeout_ms=1000, topic_data=[data])

    def send(
        self,
        producer: tuple[int, int],
        index: int,
        *,
        version: int = 12,
        sequence: int = 0,
        value: bytes = b"v",
    ) -> ErrorCode:
        request = self.produce_request(producer, index, sequence=sequence, value=value)
        answer = self.ask_client(self.leader_of(index), request, version)
        return ErrorCode(answer.responses[0].partition_responses[0].error_code)

    def leader_of(self, index: int) -> int:
        leader: int = self.controller.topics.partition("a", index).leader_id
        return leader

    def led_by_the_first(self) -> int:
        """The partition of `a` whose leader is the first worker."""
        return next(index for index in range(3) if self.leader_of(index) == 1)

    def commit_offset(self, producer: tuple[int, int], offset: int) -> ErrorCode:
        wire = load(28)
        part = wire.TxnOffsetCommitRequestPartition(partition_index=0, committed_offset=offset)
        request = wire.TxnOffsetCommitRequest(
            transactional_id=self.id,
            group_id=self.group,
            producer_id=producer[0],
            producer_epoch=producer[1],
            topics=[wire.TxnOffsetCommitRequestTopic(name="a", partitions=[part])],
        )
        return ErrorCode(self.ask_client(2, request, 5).topics[0].partitions[0].error_code)

    def end(
        self, producer: tuple[int, int], *, commit: bool = True, client_version: int = 2
    ) -> tuple[int, int]:
        ended = self.coordinator.transactions.end(
            self.id, *producer, commit=commit, client_version=client_version
        )
        assert ended is not None
        return ended

    def state(self) -> State:
        return self.coordinator.transactions.describe(self.id).state

    def values(self) -> list[list[bytes]]:
        return [committed_values(self.leader(*place).topics.partition(*place)) for place in PLACES]

    def committed_offset(self) -> int | None:
        found = self.brokers[2].groups.offsets.get(self.group, "a", 0)
        return None if found is None else found.offset


@pytest.fixture
def workers() -> Workers:
    return Workers()


def begun(workers: Workers) -> tuple[int, int]:
    """A transaction with a record in every worker, and offsets."""
    producer = workers.init()
    for index in range(3):
        assert workers.send(producer, index) == ErrorCode.NONE
    assert workers.commit_offset(producer, 7) == ErrorCode.NONE
    return producer


def test_partitions_join_by_asking_the_coordinator_elsewhere(workers: Workers) -> None:
    begun(workers)
    known = workers.coordinator.transactions.describe(workers.id)
    assert {name for name, _ in known.partitions} == {"a", GROUPS_TOPIC}
    assert known.state is State.ONGOING
    assert workers.values() == [[], [], []]
    assert workers.committed_offset() is None


@pytest.mark.parametrize("commit", [True, False])
def test_an_end_reaches_every_worker(workers: Workers, commit: bool) -> None:
    workers.end(begun(workers), commit=commit)
    assert workers.state() in (State.PREPARE_COMMIT, State.PREPARE_ABORT)
    workers.settle()
    assert workers.state() is (State.COMPLETE_COMMIT if commit else State.COMPLETE_ABORT)
    assert workers.values() == ([[b"v"]] * 3 if commit else [[], [], []])
    assert workers.committed_offset() == (7 if commit else None)


def test_the_first_generation_is_verified_across_workers(workers: Workers) -> None:
    producer = workers.init()
    assert workers.send(producer, 0, version=11) == ErrorCode.TRANSACTION_ABORTABLE
    assert workers.send(producer, 1, version=10) == ErrorCode.INVALID_TXN_STATE
    workers.coordinator.transactions.add(workers.id, *producer, PLACES)
    for index in range(3):
        assert workers.send(producer, index, version=11) == ErrorCode.NONE
    workers.end(producer, client_version=0)
    workers.settle()
    assert workers.values() == [[b"v"]] * 3


def test_a_coordinator_that_is_not_there_makes_producers_try_again(workers: Workers) -> None:
    producer = workers.init()
    workers.kill(3)
    index = next(
        index for index in range(3) if workers.controller.topics.partition("a", index).leader_id == 1
    )
    assert workers.send(producer, index) == ErrorCode.NOT_ENOUGH_REPLICAS
    assert workers.commit_offset(producer, 7) == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    workers.start_one(3, rejoins=True)
    workers.settle()
    assert workers.send(producer, index) == ErrorCode.NONE


@pytest.mark.parametrize("killed", [1, 2])
def test_a_worker_that_was_away_gets_its_markers_when_it_is_back(workers: Workers, killed: int) -> None:
    producer = begun(workers)
    workers.kill(killed)
    workers.end(producer)
    workers.settle()
    workers.pass_time()
    assert workers.state() is State.PREPARE_COMMIT
    with pytest.raises(KafkaError) as caught:
        workers.coordinator.transactions.add(workers.id, producer[0], producer[1] + 1, PLACES, 2)
    assert caught.value.code == ErrorCode.CONCURRENT_TRANSACTIONS
    workers.start_one(killed, rejoins=True)
    workers.settle()
    for _ in range(3):
        workers.pass_time()
    assert workers.state() is State.COMPLETE_COMMIT
    assert workers.values() == [[b"v"]] * 3
    assert workers.committed_offset() == 7


@pytest.mark.parametrize("answers", range(4))
@pytest.mark.parametrize("commit", [True, False])
def test_a_coordinator_killed_after_any_answer_goes_on_when_it_is_back(
    workers: Workers, answers: int, commit: bool
) -> None:
    """It has decided; some leaders have written their markers, and it has heard of them or not."""
    producer = begun(workers)
    workers.end(producer, commit=commit)
    calls = []
    while (call := workers.coordinator.calls.next()) is not None:
        calls.append(call)
    assert sorted(call.node_id for call in calls) == [1, 2]
    for count, call in enumerate(calls):
        assert isinstance(call.request, WriteMarkers)
        if count * 2 < answers:
            answer: list[Any] = []
            workers.brokers[call.node_id].ask(call.node_id, call.request, answer.append)
            if count * 2 + 1 < answers:
                call.then(answer[0])
    workers.kill(3)
    workers.start_one(3, rejoins=True)
    workers.settle()
    for _ in range(3):
        workers.pass_time()
    assert workers.state() is (State.COMPLETE_COMMIT if commit else State.COMPLETE_ABORT)
    assert workers.values() == ([[b"v"]] * 3 if commit else [[], [], []])
    assert workers.committed_offset() == (7 if commit else None)
    for place in PLACES:
        partition = workers.leader(*place).topics.partition(*place)
        assert partition.last_stable_offset == partition.log_end_offset


def test_an_answer_that_was_lost_writes_the_same_marker_again(workers: Workers) -> None:
    producer = begun(workers)
    workers.end(producer)
    call = workers.coordinator.calls.next()
    assert call is not None
    answer: list[Any] = []
    workers.brokers[call.node_id].ask(call.node_id, call.request, answer.append)
    call.then(ConnectionResetError())
    workers.settle()
    workers.pass_time()
    assert workers.state() is State.COMPLETE_COMMIT
    name, index = next(place for place in call.request.partitions if place[0] == "a")
    partition = workers.brokers[call.node_id].topics.partition(name, index)
    assert len(markers(partition)) == 2
    assert committed_values(partition) == [b"v"]


def test_a_verification_that_comes_after_the_marker_admits_nothing(workers: Workers) -> None:
    """The race that left transactions open for ever: an old batch must not begin a transaction after its end."""
    producer = workers.init()
    index = workers.led_by_the_first()
    workers.coordinator.transactions.add(workers.id, *producer, [("a", index)])
    partition = workers.controller.topics.partition("a", index)
    request = workers.produce_request(producer, index, value=b"late")
    waiting = Client(workers.controller).ask(request, 11)
    assert isinstance(waiting, Wait)
    call = workers.controller.calls.next()
    assert call is not None
    assert isinstance(call.request, JoinTransaction)
    answer: list[Any] = []
    workers.coordinator.ask(3, call.request, answer.append)
    workers.end(producer, client_version=0)
    workers.settle()
    assert workers.state() is State.COMPLETE_COMMIT
    call.then(answer[0])
    response = waiting.attempt(False)
    assert response is not None
    assert response.responses[0].partition_responses[0].error_code == ErrorCode.INVALID_TXN_STATE
    assert partition.last_stable_offset == partition.log_end_offset


def test_a_marker_that_comes_late_does_not_shut_out_the_next_transaction(workers: Workers) -> None:
    """A client goes on when the outcome is decided; markers are then still on their way."""
    producer = begun(workers)
    following = workers.end(producer)
    index = workers.led_by_the_first()
    waiting = Client(workers.controller).ask(workers.produce_request(following, index), 12)
    assert isinstance(waiting, Wait)
    call = workers.controller.calls.next()
    assert call is not None
    assert isinstance(call.request, JoinTransaction)
    workers.settle()
    assert workers.state() is State.COMPLETE_COMMIT
    answer: list[Any] = []
    workers.coordinator.ask(3, call.request, answer.append)
    call.then(answer[0])
    response = waiting.attempt(False)
    assert response is not None
    assert response.responses[0].partition_responses[0].error_code == ErrorCode.NONE
    workers.end(following)
    workers.settle()
    assert workers.values()[index] == [b"v", b"v"]


def test_a_worker_that_left_hands_its_transactions_over(workers: Workers) -> None:
    producer = begun(workers)
    broker = workers.brokers.pop(3)
    broker.jobs.run_all()
    broker.close()
    workers._beat(broker, want_shut_down=True)
    workers.settle()
    assert workers.controller.transactions.coordinator_of(workers.id) == 1
    ended = workers.controller.transactions.end(workers.id, *producer, commit=True, client_version=2)
    assert ended == (producer[0], producer[1] + 1)
    workers.settle()
    for _ in range(3):
        workers.pass_time()
    assert workers.controller.transactions.describe(workers.id).state is State.COMPLETE_COMMIT
    assert workers.values() == [[b"v"]] * 3


def test_one_node_goes_on_with_what_workers_began(workers: Workers) -> None:
    producer = begun(workers)
    workers.end(producer)
    workers.kill_all()
    workers.start(1)
    for _ in range(3):
        workers.pass_time()
    assert workers.controller.transactions.describe(workers.id).state is State.COMPLETE_COMMIT
    assert workers.values() == [[b"v"]] * 3


def test_who_is_not_the_coordinator_says_so(workers: Workers) -> None:
    wire = load(26)
    request = wire.EndTxnRequest(transactional_id=workers.id, producer_id=0, producer_epoch=0, committed=True)
    assert Client(workers.brokers[2]).ask(request, 5).error_code == ErrorCode.NOT_COORDINATOR
    found = load(10)
    asked = found.FindCoordinatorRequest(key_type=1, coordinator_keys=[workers.id])
    assert Client(workers.brokers[2]).ask(asked, 4).coordinators[0].node_id == 3
