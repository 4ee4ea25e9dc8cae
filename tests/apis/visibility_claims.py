"""What any Kafka broker shows to readers of committed records, and to those of all records (KIP-98)."""

from __future__ import annotations

from typing import Any

from kwire.errors import ErrorCode
from kwire.records.batch import BatchHeader, parse_header
from kwire.records.markers import read_marker
from tests.apis.talking import Talk, unique
from tests.apis.transaction_claims import ABORTABLE, NONE, Claim, begun, claims, topic_of

CLAIMS: list[Claim] = []
claim = claims(CLAIMS)


def batches(records: bytes) -> list[tuple[BatchHeader, bytes]]:
    found, position = [], 0
    while position < len(records):
        header = parse_header(records, position)
        found.append((header, records[position : position + header.size]))
        position += header.size
    return found


def base_offsets(records: bytes) -> list[int]:
    return [header.base_offset for header, _ in batches(records)]


def void(answer: Any) -> list[tuple[int, int]]:
    """Producer id and first offset of each transaction that the reader shall pass over."""
    return [(each.producer_id, each.first_offset) for each in answer.aborted_transactions or []]


@claim
def readers_of_committed_records_stop_before_the_first_open_transaction(talk: Talk) -> None:
    topic, names = topic_of(talk), [unique("t"), unique("t")]
    first, second = (begun(talk, name, topic) for name in names)
    answer = talk.fetch(topic)
    assert (answer.last_stable_offset, answer.high_watermark) == (0, 2)
    assert answer.records == b""
    assert (talk.end_offset(topic), talk.end_offset(topic, committed=False)) == (0, 2)
    everything = talk.fetch(topic, committed=False)
    assert base_offsets(everything.records) == [0, 1]
    assert void(everything) == []
    talk.end(names[0], first, commit=True)
    talk.until(names[0], "CompleteCommit")
    answer = talk.fetch(topic)
    assert answer.last_stable_offset == talk.end_offset(topic) == 1
    assert base_offsets(answer.records) == [0]
    talk.end(names[1], second, commit=True)
    talk.until(names[1], "CompleteCommit")
    answer = talk.fetch(topic)
    assert answer.last_stable_offset == talk.end_offset(topic) == 4
    assert base_offsets(answer.records) == [0, 1, 2, 3]


@claim
def aborted_transactions_are_named(talk: Talk) -> None:
    topic, names = topic_of(talk), [unique("t"), unique("t")]
    lost, kept = (begun(talk, name, topic) for name in names)
    talk.end(names[1], kept, commit=True)
    talk.until(names[1], "CompleteCommit")
    talk.end(names[0], lost, commit=False)
    talk.until(names[0], "CompleteAbort")
    assert void(talk.fetch(topic)) == [(lost.producer_id, 0)]
    assert void(talk.fetch(topic, offset=1)) == [(lost.producer_id, 0)], "it ends after that"
    assert void(talk.fetch(topic, offset=4)) == []
    assert void(talk.fetch(topic, committed=False)) == []


@claim
def a_marker_says_how_it_ended_and_who_said_so(talk: Talk) -> None:
    for generation, version in ((1, 4), (2, 5)):
        for commit in (True, False):
            name, topic = unique("t"), topic_of(talk)
            producer = begun(talk, name, topic, generation=generation)
            talk.end(name, producer, commit=commit, version=version)
            talk.until(name, "CompleteCommit", "CompleteAbort")
            (_, (header, batch)) = batches(talk.fetch(topic, committed=False).records)
            assert header.is_control
            assert header.is_transactional
            assert (header.producer_id, header.producer_epoch) == (producer.producer_id, generation - 1)
            assert (header.base_sequence, header.records_count) == (-1, 1)
            marker = read_marker(batch, header)
            assert marker is not None
            assert marker.commit == commit


@claim
def a_marker_without_records_moves_nothing(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic)
    assert talk.write_marker(topic, producer.producer_id + 1_000_000, 0) == NONE
    assert (talk.end_offset(topic), talk.end_offset(topic, committed=False)) == (0, 2)
    talk.end(name, producer, commit=False)
    talk.until(name, "CompleteAbort")
    answer = talk.fetch(topic)
    assert (answer.last_stable_offset, void(answer)) == (3, [(producer.producer_id, 0)])


@claim
def plain_records_behind_an_open_transaction_wait_too(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic)
    plain = talk.init(unique("t"))
    assert talk.produce(None, plain, topic, transactional=False).error_code == NONE
    assert talk.fetch(topic).records == b""
    talk.end(name, producer, commit=False)
    talk.until(name, "CompleteAbort")
    answer = talk.fetch(topic)
    assert base_offsets(answer.records) == [0, 1, 2]
    assert void(answer) == [(producer.producer_id, 0)]


@claim
def one_transaction_ends_in_all_its_partitions(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk, 4)
    producer = talk.init(name)
    for index in range(3):
        assert talk.produce(name, producer, topic, index).error_code == NONE
    assert [talk.end_offset(topic, index) for index in range(4)] == [0] * 4
    talk.end(name, producer, commit=True)
    assert talk.until(name, "CompleteCommit").topics == []
    assert [talk.end_offset(topic, index) for index in range(4)] == [2, 2, 2, 0]


@claim
def a_partition_that_was_added_and_never_written_gets_a_marker(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk, 2)
    producer = talk.init(name)
    assert set(talk.add(name, producer, {topic: [0, 1]}).values()) == {NONE}
    assert talk.produce(name, producer, topic, version=11).error_code == NONE
    talk.end(name, producer, commit=True, version=4)
    talk.until(name, "CompleteCommit")
    assert [talk.end_offset(topic, index) for index in range(2)] == [2, 1]


@claim
def brokers_add_for_several_transactions_at_once(talk: Talk) -> None:
    """Each has an answer of its own, and with `verify_only` nothing is added."""
    name, topic = unique("t"), topic_of(talk)
    producer = talk.init(name)
    place = (topic, 0)
    assert talk.add_as_broker(name, producer, {topic: [0]}, verify_only=True) == {place: ABORTABLE}
    assert talk.describe(name).transaction_state == "Empty"
    assert talk.add_as_broker(name, producer, {topic: [0]}, verify_only=False) == {place: NONE}
    assert talk.add_as_broker(name, producer, {topic: [0]}, verify_only=True) == {place: NONE}
    assert talk.describe(name).transaction_state == "Ongoing"
    codes = talk.add_as_broker(name, producer, {topic: [0, 9]}, verify_only=False)
    assert codes == {
        place: ErrorCode.OPERATION_NOT_ATTEMPTED,
        (topic, 9): ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    }
