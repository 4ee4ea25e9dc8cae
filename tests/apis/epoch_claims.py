"""What any Kafka broker answers to producers that go on after an error (KIP-360), and to those whose epochs run out."""

from __future__ import annotations

from typing import Any

from kwire.errors import ErrorCode
from tests.apis.talking import Talk, altered, unique
from tests.apis.transaction_claims import (
    FENCED,
    NONE,
    OLD_EPOCH,
    WRONG_ID,
    WRONG_STATE,
    Claim,
    begun,
    claims,
    topic_of,
)

CLAIMS: list[Claim] = []
claim = claims(CLAIMS)

LONG_CLAIMS: list[Claim] = []
"""Those for which a producer goes through all its epochs first."""
long_claim = claims(LONG_CLAIMS)

LAST_EPOCH = 32766
"""The last one that a producer is given; the coordinator keeps one more to fence it with."""


@claim
def an_id_and_an_epoch_come_together(talk: Talk) -> None:
    for producer_id, epoch in ((5, -1), (-1, 5)):
        answer = talk.init(unique("t"), producer_id=producer_id, epoch=epoch)
        assert answer.error_code == ErrorCode.INVALID_REQUEST
    assert talk.init(unique("t"), timeout_ms=-1).error_code == ErrorCode.INVALID_TRANSACTION_TIMEOUT


@claim
def who_was_replaced_does_not_go_on(talk: Talk) -> None:
    name = unique("t")
    first = talk.init(name)
    assert talk.init(name).producer_epoch == 1
    for version, code in ((3, OLD_EPOCH), (4, FENCED), (5, FENCED)):
        answer = talk.init(name, producer_id=first.producer_id, epoch=0, version=version)
        assert (answer.error_code, answer.producer_id, answer.producer_epoch) == (code, -1, -1)


@claim
def a_producer_that_goes_on_during_its_transaction_has_it_aborted(talk: Talk) -> None:
    for generation in (1, 2):
        name, topic = unique("t"), topic_of(talk)
        producer = begun(talk, name, topic, generation=generation)
        again: dict[str, Any] = {"producer_id": producer.producer_id, "epoch": 0}
        assert talk.init(name, patient=False, **again).error_code == ErrorCode.CONCURRENT_TRANSACTIONS
        assert talk.until(name, "CompleteAbort").producer_epoch == 1
        answer = talk.init(name, **again)
        assert (answer.error_code, answer.producer_epoch) == (NONE, 1), "the epoch that fenced it is its own"
        assert talk.end_offset(topic) == 2


@claim
def a_producer_of_generation_2_goes_on_after_its_end_with_either_epoch(talk: Talk) -> None:
    for epoch, following in ((0, 1), (1, 2)):
        name, topic = unique("t"), topic_of(talk)
        producer = begun(talk, name, topic)
        assert talk.end(name, producer, commit=True).producer_epoch == 1
        talk.until(name, "CompleteCommit")
        answer = talk.init(name, producer_id=producer.producer_id, epoch=epoch)
        assert (answer.error_code, answer.producer_epoch) == (NONE, following)


@claim
def an_end_is_not_told_again_once_the_next_transaction_began(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic)
    ended = talk.end(name, producer, commit=True)
    assert talk.produce(name, ended, topic).error_code == NONE
    assert talk.end(name, producer, commit=True).error_code == FENCED
    assert talk.describe(name).transaction_state == "Ongoing"


@claim
def both_generations_may_take_turns_under_one_id(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    for number in range(2):
        producer = talk.init(name)
        assert talk.add(name, producer, {topic: [0]}) == {(topic, 0): NONE}
        assert talk.produce(name, producer, topic, version=11).error_code == NONE
        assert talk.end(name, producer, commit=True, version=4).error_code == NONE
        talk.until(name, "CompleteCommit")
        producer = talk.init(name)
        assert talk.produce(name, producer, topic).error_code == NONE
        ended = talk.end(name, producer, commit=True)
        assert (ended.error_code, ended.producer_epoch) == (NONE, 2 + 3 * number)
        talk.until(name, "CompleteCommit")
    assert talk.end_offset(topic) == 8


@claim
def a_transaction_that_was_added_may_end_in_the_other_generation(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic, generation=1)
    ended = talk.end(name, producer, commit=True)
    assert (ended.error_code, ended.producer_epoch) == (NONE, 1)
    talk.until(name, "CompleteCommit")
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic)
    assert talk.end(name, producer, commit=True, version=4).error_code == NONE
    assert talk.until(name, "CompleteCommit").producer_epoch == 0


@long_claim
def after_the_last_epoch_comes_another_producer_id(talk: Talk) -> None:
    name = unique("t")
    last = talk.exhaust(name)
    assert last.producer_epoch == LAST_EPOCH
    following = talk.init(name)
    assert (following.error_code, following.producer_epoch) == (NONE, 0)
    assert following.producer_id != last.producer_id
    answer = talk.init(name, producer_id=last.producer_id, epoch=LAST_EPOCH)
    assert answer.error_code == FENCED, "it was not this one that went on"


@long_claim
def a_producer_goes_on_beyond_its_last_epoch(talk: Talk) -> None:
    name = unique("t")
    last = talk.exhaust(name)
    new = set()
    for _ in range(2):
        answer = talk.init(name, producer_id=last.producer_id, epoch=LAST_EPOCH)
        assert (answer.error_code, answer.producer_epoch) == (NONE, 0)
        new.add(answer.producer_id)
    assert len(new) == 1
    assert last.producer_id not in new


@long_claim
def the_second_generation_goes_on_beyond_its_last_epoch(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    last = talk.exhaust(name)
    assert talk.produce(name, last, topic).error_code == NONE
    ended = talk.end(name, last, commit=True)
    assert (ended.error_code, ended.producer_epoch) == (NONE, 0)
    assert ended.producer_id != last.producer_id
    talk.until(name, "CompleteCommit")
    again = talk.end(name, last, commit=True)
    assert (again.error_code, again.producer_id, again.producer_epoch) == (NONE, ended.producer_id, 0)
    assert talk.end(name, last, commit=False).error_code == WRONG_STATE
    (seen,) = talk.producers(topic).active_producers
    assert (seen.producer_id, seen.producer_epoch) == (last.producer_id, LAST_EPOCH + 1)
    assert talk.produce(name, ended, topic).error_code == NONE
    assert talk.end(name, last, commit=True).error_code == WRONG_ID
    assert talk.end(name, ended, commit=True).producer_epoch == 1


@long_claim
def the_first_generation_stays_in_its_last_epoch(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    last = talk.exhaust(name)
    for number in range(2):
        assert talk.add(name, last, {topic: [0]}) == {(topic, 0): NONE}
        assert talk.produce(name, last, topic, sequence=number, version=11).error_code == NONE
        assert talk.end(name, last, commit=True, version=4).error_code == NONE
        talk.until(name, "CompleteCommit")
    assert talk.end_offset(topic) == 4


@long_claim
def who_is_fenced_in_its_last_epoch_is_replaced_under_another_producer_id(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    zombie = talk.exhaust(name)
    assert talk.produce(name, zombie, topic).error_code == NONE
    assert talk.init(name, patient=False).error_code == ErrorCode.CONCURRENT_TRANSACTIONS
    described = talk.until(name, "CompleteAbort")
    assert described.producer_epoch == 0
    assert described.producer_id != zombie.producer_id
    for version, code in ((4, WRONG_ID), (5, WRONG_STATE)):
        assert talk.end(name, zombie, commit=True, version=version).error_code == code
    for who in (zombie, altered(zombie, epochs=1)):
        answer = talk.produce(name, who, topic, sequence=1, patient=False)
        assert answer.error_code in (OLD_EPOCH, WRONG_ID)
    heir = talk.init(name)
    assert (heir.error_code, heir.producer_id, heir.producer_epoch) == (NONE, described.producer_id, 1)
    for version, code in ((4, WRONG_ID), (5, WRONG_ID)):
        assert talk.end(name, zombie, commit=True, version=version).error_code == code
    assert talk.produce(name, heir, topic).error_code == NONE
    (_, seen) = sorted(talk.producers(topic).active_producers, key=lambda each: each.producer_id)
    assert (seen.producer_id, seen.producer_epoch) == (heir.producer_id, 1)
