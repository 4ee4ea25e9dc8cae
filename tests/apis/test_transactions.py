"""What clients are answered about transactions, by one broker in memory; and what only a look inside can show."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from kwire.errors import ErrorCode
from tests.apis import epoch_claims, pending_offset_claims, transaction_claims, visibility_claims
from tests.apis.asking import Client
from tests.apis.in_memory import STEP_MS, HasToWait, InMemory
from tests.apis.talking import altered, unique
from tests.apis.transaction_claims import SAFE, Claim, begun, finalized, topic_of, updated

CLAIMS = [
    *transaction_claims.CLAIMS,
    *epoch_claims.CLAIMS,
    *epoch_claims.LONG_CLAIMS,
    *pending_offset_claims.CLAIMS,
    *visibility_claims.CLAIMS,
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_kwire_answers_as_kafka_does(claim: Claim) -> None:
    claim(InMemory())


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_the_answers_are_the_same_when_everything_must_be_durable_first(claim: Claim) -> None:
    claim(InMemory(log_flush_interval_messages="1"))


def test_without_verification_nobody_is_asked_for_the_first_generation() -> None:
    talk = InMemory(transaction_partition_verification_enable="false")
    topic = topic_of(talk)
    producer = talk.init("t")
    assert talk.produce("t", producer, topic, version=11).error_code == ErrorCode.NONE
    assert talk.commit_offsets("t", producer, "g", topic, 1, version=4) == ErrorCode.NONE
    assert talk.describe("t").transaction_state == "Empty"


def test_without_verification_the_second_generation_still_adds_its_partitions() -> None:
    talk = InMemory(transaction_partition_verification_enable="false")
    topic = topic_of(talk)
    begun(talk, "t", topic)
    assert talk.describe("t").topics[0].topic == topic


@pytest.mark.parametrize(
    ("version", "code"), [(11, ErrorCode.NOT_ENOUGH_REPLICAS), (12, ErrorCode.CONCURRENT_TRANSACTIONS)]
)
def test_a_producer_waits_while_its_transaction_before_ends_and_then_comes_back(
    version: int, code: ErrorCode
) -> None:
    talk = InMemory()
    stuck, free = topic_of(talk), topic_of(talk)
    producer = begun(talk, "t", stuck)

    def full(operation: str, path: str, size: int) -> None:
        if operation == "write" and f"/{stuck}-0/" in path:
            raise OSError(errno.ENOSPC, "full")

    talk.keeper.files.fault = full
    after = talk.end("t", producer, commit=True)
    began_ms = talk.keeper.clock.now_ms
    answer = talk.produce("t", after, free, version=version, patient=False)
    waited_ms = talk.keeper.clock.now_ms - began_ms
    assert answer.error_code == code
    assert waited_ms == (100 if version == 12 else 0)
    talk.keeper.files.fault = None
    if version == 12:
        assert talk.produce("t", after, free).error_code == ErrorCode.NONE


def test_while_a_transaction_is_being_ended_everybody_is_told_to_come_back() -> None:
    """In Apache Kafka too; who only verifies, or ends in the first generation, hears first that it is not the one."""
    talk = InMemory()
    topic, group = topic_of(talk), unique("g")
    producer = begun(talk, "t", topic)
    producer = talk.end("t", producer, commit=True)
    assert talk.produce("t", producer, topic).error_code == ErrorCode.NONE
    talk.coordinator(group, 0)

    def full(operation: str, path: str, size: int) -> None:
        if operation == "write" and f"/{topic}-0/" in path:
            raise OSError(errno.ENOSPC, "full")

    talk.keeper.files.fault = full
    after = talk.end("t", producer, commit=True)
    assert talk.describe("t").transaction_state == "PrepareCommit"
    place, partitions = (topic, 0), {topic: [0]}
    for who, first_words in (
        (after, ErrorCode.CONCURRENT_TRANSACTIONS),
        (altered(after, epochs=-1), ErrorCode.PRODUCER_FENCED),
        (altered(after, epochs=1), ErrorCode.PRODUCER_FENCED),
        (altered(after, ids=7), ErrorCode.INVALID_PRODUCER_ID_MAPPING),
    ):
        again: dict[str, Any] = {"producer_id": who.producer_id, "epoch": who.producer_epoch}
        come_back = [
            talk.init("t", patient=False, **again).error_code,
            talk.add("t", who, partitions)[place],
            talk.add_as_broker("t", who, partitions, verify_only=False)[place],
            talk.add_offsets("t", who, group),
            *(talk.end("t", who, commit=commit, patient=False).error_code for commit in (True, False)),
        ]
        assert set(come_back) == {ErrorCode.CONCURRENT_TRANSACTIONS}
        others = [
            talk.add_as_broker("t", who, partitions, verify_only=True)[place],
            *(
                talk.end("t", who, commit=commit, version=4, patient=False).error_code
                for commit in (True, False)
            ),
        ]
        assert set(others) == {first_words}
    talk.keeper.files.fault = None
    aborted = talk.end("t", after, commit=False)
    assert (aborted.error_code, aborted.producer_epoch) == (ErrorCode.NONE, after.producer_epoch + 1)


@pytest.mark.parametrize("flush_messages", ["1", "9223372036854775807"])
def test_a_batch_that_waits_for_the_marker_before_it_in_its_own_partition_is_written_after_that(
    flush_messages: str,
) -> None:
    talk = InMemory(log_flush_interval_messages=flush_messages)
    topic = topic_of(talk)
    producer = begun(talk, "t", topic)
    room_at_ms = talk.keeper.clock.now_ms + 3 * STEP_MS

    def full(operation: str, path: str, size: int) -> None:
        if operation == "write" and f"/{topic}-0/" in path and talk.keeper.clock.now_ms < room_at_ms:
            raise OSError(errno.ENOSPC, "full")

    talk.keeper.files.fault = full
    after = talk.end("t", producer, commit=True)
    answer = talk.produce("t", after, topic)
    assert answer.error_code == ErrorCode.NONE
    assert answer.base_offset == 2, "the record before, and its marker"


def test_a_batch_is_not_written_before_its_partition_is_durably_part_of_the_transaction() -> None:
    talk = InMemory(log_flush_interval_messages="1")
    topic = topic_of(talk)
    producer = talk.init("t")
    partition = talk.broker.topics.partition(topic, 0)
    talk.is_patient = False
    with pytest.raises(HasToWait):
        talk.produce("t", producer, topic)
    assert partition.log_end_offset == 0
    talk.step()
    assert talk.broker.transactions.describe("t").partitions == {(topic, 0)}


def test_the_level_of_a_feature_is_there_after_a_restart() -> None:
    talk = InMemory()
    updated(talk, ("transaction.version", 0, SAFE))
    talk.broker = talk.keeper.restart()
    talk.broker.endpoints = {"PLAINTEXT": ("here", 9092)}
    talk.client = Client(talk.broker)
    assert "transaction.version" not in finalized(talk)
