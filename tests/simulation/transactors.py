"""Scripted clients that use transactions, of both generations of the protocol, and write down what they did and saw.

A producer that loses a connection, or is told to try again, does: the same batch, the same question. It may also give
up and come back as a new incarnation of its id, as an application does that was started anew; two of one id fence each
other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from random import Random
from typing import Any

import attrs

from kwire.codec.messages import (
    add_offsets_to_txn,
    add_partitions_to_txn,
    end_txn,
    fetch,
    init_producer_id,
    offset_fetch,
    produce,
    txn_offset_commit,
)
from kwire.errors import ErrorCode
from kwire.records.batch import CONTROL, TRANSACTIONAL, Record, build_batch, iter_records, parse_header
from tests.simulation.histories import History, Look, Outcome, Place, Records, Transaction
from tests.simulation.world import Call, Disconnected, Script, Sleep

PRODUCE, FETCH, OFFSET_FETCH, INIT, ADD, ADD_OFFSETS, END, COMMIT_OFFSETS = 0, 1, 9, 22, 24, 25, 26, 28

AGAIN = {
    ErrorCode.CONCURRENT_TRANSACTIONS,
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
    ErrorCode.NOT_ENOUGH_REPLICAS,
    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    ErrorCode.KAFKA_STORAGE_ERROR,
    ErrorCode.REQUEST_TIMED_OUT,
    ErrorCode.UNSTABLE_OFFSET_COMMIT,
    ErrorCode.NETWORK_EXCEPTION,
    ErrorCode.NOT_LEADER_OR_FOLLOWER,
}
GONE = {ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.PRODUCER_FENCED, ErrorCode.INVALID_TXN_STATE}
"""There is a newer incarnation, or the transaction took too long and was aborted."""

Steps = Generator[Call | Sleep, Any, Any]


class Fenced(Exception):
    """This incarnation is over."""


class GaveUp(Exception):
    """This incarnation ends here, in the middle of whatever it was at."""


@attrs.define
class Incarnation:
    """One producer of a transactional id, from its InitProducerId on."""

    history: History
    random: Random
    id: str
    name: str
    generation: int
    producer_id: int = -1
    epoch: int = -1
    sequences: dict[Place, int] = attrs.Factory(dict)
    added: set[Place] = attrs.Factory(set)

    def patiently(
        self, key: int, request: Any, version: int, code_of: Any, *, gives_up: float = 0.02
    ) -> Steps:
        """The answer, once there is one that is no reason to ask again. Raises Fenced and GaveUp."""
        while True:
            try:
                answer = yield Call(key, request, version)
                code = ErrorCode(code_of(answer))
                if code in GONE:
                    self.history.fenced.append(self.name)
                    raise Fenced(code.name)
                if code not in AGAIN:
                    return answer
            except Disconnected:
                pass
            if self.random.random() < gives_up:
                raise GaveUp
            yield Sleep(self.random.randrange(1, 100))

    def begin(self, timeout_ms: int) -> Steps:
        request = init_producer_id.InitProducerIdRequest(
            transactional_id=self.id, transaction_timeout_ms=timeout_ms
        )
        answer = yield from self.patiently(
            INIT, request, self.random.randint(2, 5), lambda answer: answer.error_code
        )
        assert answer.error_code == ErrorCode.NONE, answer
        self.producer_id, self.epoch = answer.producer_id, answer.producer_epoch

    def write(self, transaction: Transaction, place: Place, values: list[bytes]) -> Steps:
        """One batch."""
        if self.generation == 1 and place not in self.added:
            yield from self.add(place)
        first = self.sequences.get(place, 0)
        batch = build_batch(
            [Record(at, 1_700_000_000_000, b"k", value, []) for at, value in enumerate(values)],
            codec=self.random.randrange(5),
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            base_sequence=first,
            transactional=True,
        )
        part = produce.PartitionProduceData(index=place[1], records=batch)
        request = produce.ProduceRequest(
            transactional_id=self.id,
            acks=-1,
            timeout_ms=1000,
            topic_data=[produce.TopicProduceData(name=place[0], partition_data=[part])],
        )
        transaction.writes += [(place, value) for value in values]
        version = 12 if self.generation == 2 else self.random.randint(8, 11)

        def code_of(answer: Any) -> int:
            code: int = answer.responses[0].partition_responses[0].error_code
            return code

        answer = yield from self.patiently(PRODUCE, request, version, code_of)
        assert code_of(answer) == ErrorCode.NONE, answer
        self.sequences[place] = first + len(values)

    def add(self, place: Place) -> Steps:
        topic = add_partitions_to_txn.AddPartitionsToTxnTopic(name=place[0], partitions=[place[1]])
        request = add_partitions_to_txn.AddPartitionsToTxnRequest(
            v3_and_below_transactional_id=self.id,
            v3_and_below_producer_id=self.producer_id,
            v3_and_below_producer_epoch=self.epoch,
            v3_and_below_topics=[topic],
        )

        def code_of(answer: Any) -> int:
            code: int = answer.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code
            return code

        answer = yield from self.patiently(ADD, request, self.random.randint(0, 3), code_of)
        assert code_of(answer) == ErrorCode.NONE, answer
        self.added.add(place)

    def commit_offset(
        self, transaction: Transaction, group: str, place: Place, start: int, end: int
    ) -> Steps:
        if self.generation == 1:
            adding = add_offsets_to_txn.AddOffsetsToTxnRequest(
                transactional_id=self.id,
                producer_id=self.producer_id,
                producer_epoch=self.epoch,
                group_id=group,
            )
            answer = yield from self.patiently(
                ADD_OFFSETS, adding, self.random.randint(0, 3), lambda answer: answer.error_code
            )
            assert answer.error_code == ErrorCode.NONE, answer
        part = txn_offset_commit.TxnOffsetCommitRequestPartition(
            partition_index=place[1], committed_offset=end, committed_metadata=""
        )
        request = txn_offset_commit.TxnOffsetCommitRequest(
            transactional_id=self.id,
            group_id=group,
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            topics=[txn_offset_commit.TxnOffsetCommitRequestTopic(name=place[0], partitions=[part])],
        )
        version = 5 if self.generation == 2 else self.random.randint(3, 4)

        def code_of(answer: Any) -> int:
            code: int = answer.topics[0].partitions[0].error_code
            return code

        transaction.offsets[group, place] = start, end
        answer = yield from self.patiently(COMMIT_OFFSETS, request, version, code_of)
        assert code_of(answer) == ErrorCode.NONE, answer

    def end(self, transaction: Transaction, *, commit: bool) -> Steps:
        request = end_txn.EndTxnRequest(
            transactional_id=self.id,
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            committed=commit,
        )
        if commit:
            transaction.outcome = Outcome.UNKNOWN
        version = 5 if self.generation == 2 else self.random.randint(0, 4)
        answer = yield from self.patiently(
            END, request, version, lambda answer: answer.error_code, gives_up=0.1
        )
        assert answer.error_code == ErrorCode.NONE, answer
        if commit:
            transaction.outcome = Outcome.COMMITTED
        self.added.clear()
        if self.generation == 2:
            self.producer_id, self.epoch = answer.producer_id, answer.producer_epoch
            self.sequences.clear()


def writer(
    name: str,
    transactional_id: str,
    history: History,
    random: Random,
    places: list[Place],
    transactions: int,
    *,
    timeouts_ms: Sequence[int] = (500, 2_000, 60_000),
) -> Script:
    """Transactions of a few batches; of two writers with one id the newer one goes on."""
    number = 0
    while number < transactions:
        one = Incarnation(history, random, transactional_id, name, random.choice((1, 2)))
        try:
            yield from one.begin(random.choice(timeouts_ms))
            while number < transactions:
                number += 1
                transaction = history.begin(name, number)
                for batch in range(random.randrange(1, 5)):
                    head = f"{name}/{number}/{batch}/"
                    values = [f"{head}{at}".encode() for at in range(random.randrange(1, 4))]
                    yield from one.write(transaction, random.choice(places), values)
                    if random.random() < 0.1:
                        yield Sleep(random.randrange(1, 1500))
                yield from one.end(transaction, commit=random.random() < 0.7)
        except (Fenced, GaveUp):
            yield Sleep(random.randrange(1, 400))


def copier(
    name: str,
    transactional_id: str,
    group: str,
    history: History,
    random: Random,
    source: Place,
    target: Place,
    transactions: int,
    *,
    timeouts_ms: Sequence[int] = (1_000, 60_000),
) -> Script:
    """Consumes, transforms, produces, and commits where it is with what it wrote."""
    number = 0
    while number < transactions:
        one = Incarnation(history, random, transactional_id, name, random.choice((1, 2)))
        try:
            yield from one.begin(random.choice(timeouts_ms))
            position = yield from _position(one, group, source)
            while number < transactions:
                found, end = yield from _read_on(one, name, source, position)
                if not found:
                    number += 1
                    position = max(position, end)
                    yield Sleep(random.randrange(1, 300))
                    position = yield from _position(one, group, source)
                    continue
                number += 1
                transaction = history.begin(name, number)
                values = [b"%s>%s/%d" % (value, name.encode(), number) for _, value in found]
                yield from one.write(transaction, target, values)
                yield from one.commit_offset(transaction, group, source, position, end)
                commit = random.random() < 0.8
                yield from one.end(transaction, commit=commit)
                position = end if commit else position
        except (Fenced, GaveUp):
            yield Sleep(random.randrange(1, 400))


def _position(one: Incarnation, group: str, place: Place) -> Steps:
    """Where a group stands, when no transaction is about to change that."""
    topic = offset_fetch.OffsetFetchRequestTopic(name=place[0], partition_indexes=[place[1]])
    request = offset_fetch.OffsetFetchRequest(group_id=group, topics=[topic], require_stable=True)
    answer = yield from one.patiently(
        OFFSET_FETCH,
        request,
        7,
        lambda answer: answer.error_code or answer.topics[0].partitions[0].error_code,
    )
    position = max(answer.topics[0].partitions[0].committed_offset, 0)
    one.history.positions[f"{group} as {one.name} saw it", place].append(position)
    return position


def _read_on(one: Incarnation, name: str, place: Place, offset: int) -> Steps:
    request = committed_fetch(place, offset)
    answer = yield from one.patiently(
        FETCH, request, one.random.randint(5, 12), lambda answer: answer.responses[0].partitions[0].error_code
    )
    part = answer.responses[0].partitions[0]
    assert part.error_code == ErrorCode.NONE, part
    found, end = committed_records(part, offset)
    one.history.looks.append(Look(name, place, offset, end, found))
    return found, end


def reader(name: str, history: History, random: Random, places: list[Place], looks: int) -> Script:
    """Reads what is committed, and begins anew at times."""
    offsets = dict.fromkeys(places, 0)
    one = Incarnation(history, random, "", name, 1)
    for _ in range(looks):
        place = random.choice(places)
        if random.random() < 0.05:
            offsets[place] = 0
        with contextlib.suppress(GaveUp):
            _, offsets[place] = yield from _read_on(one, name, place, offsets[place])
        yield Sleep(random.randrange(1, 100))


def committed_fetch(place: Place, offset: int, *, max_bytes: int = 1000) -> fetch.FetchRequest:
    part = fetch.FetchPartition(partition=place[1], fetch_offset=offset, partition_max_bytes=max_bytes)
    return fetch.FetchRequest(
        max_wait_ms=0,
        min_bytes=1,
        max_bytes=1 << 20,
        isolation_level=1,
        topics=[fetch.FetchTopic(topic=place[0], partitions=[part])],
    )


def committed_records(part: Any, offset: int) -> tuple[Records, int]:
    """What a client makes of an answer: the records from `offset` on that are committed, and where it reads on."""
    pending = sorted((each.first_offset, each.producer_id) for each in part.aborted_transactions or [])
    aborted: set[int] = set()
    found: Records = []
    view = memoryview(part.records or b"")
    end = offset
    while len(view):
        header = parse_header(view)
        while pending and pending[0][0] < header.next_offset:
            aborted.add(pending.pop(0)[1])
        if header.attributes & CONTROL:
            aborted.discard(header.producer_id)
        elif not (header.attributes & TRANSACTIONAL and header.producer_id in aborted):
            for record in iter_records(view[: header.size], header):
                if record.offset >= offset:
                    assert record.value is not None
                    found.append((record.offset, bytes(record.value)))
        end = header.next_offset
        view = view[header.size :]
    return found, max(end, offset)
