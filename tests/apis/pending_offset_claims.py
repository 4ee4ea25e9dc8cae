"""What any Kafka broker answers about offsets that are committed in transactions and wait for their end."""

from __future__ import annotations

from typing import Any

from kwire.codec.messages import load
from kwire.errors import ErrorCode
from tests.apis.talking import Talk, unique
from tests.apis.transaction_claims import NONE, OLD_EPOCH, Claim, claims, topic_of

CLAIMS: list[Claim] = []
claim = claims(CLAIMS)

UNSTABLE = (-1, ErrorCode.UNSTABLE_OFFSET_COMMIT)


@claim
def of_a_plain_commit_and_one_in_a_transaction_the_later_counts(talk: Talk) -> None:
    topic = topic_of(talk)
    for plain_first, offset in ((False, 9), (True, 5)):
        name, group = unique("t"), unique("g")
        producer = talk.init(name)
        talk.coordinator(group, 0)
        if plain_first:
            assert talk.commit_plainly(group, topic, 9) == NONE
        assert talk.commit_offsets(name, producer, group, topic, 5) == NONE
        if not plain_first:
            assert talk.commit_plainly(group, topic, 9) == NONE
        assert talk.committed(group, topic) == UNSTABLE
        assert talk.committed(group, topic, stable=False) == (9, NONE)
        talk.end(name, producer, commit=True)
        talk.until(name, "CompleteCommit")
        assert talk.committed(group, topic) == (offset, NONE)


@claim
def an_abort_leaves_what_was_committed_plainly(talk: Talk) -> None:
    name, topic, group = unique("t"), topic_of(talk), unique("g")
    producer = talk.init(name)
    talk.coordinator(group, 0)
    assert talk.commit_plainly(group, topic, 9) == NONE
    assert talk.commit_offsets(name, producer, group, topic, 5) == NONE
    talk.end(name, producer, commit=False)
    talk.until(name, "CompleteAbort")
    assert talk.committed(group, topic) == (9, NONE)


@claim
def offsets_are_stable_when_the_last_of_their_transactions_ends(talk: Talk) -> None:
    topic, group = topic_of(talk, 2), unique("g")
    names = [unique("t"), unique("t")]
    producers = [talk.init(name) for name in names]
    talk.coordinator(group, 0)
    for offset, (name, producer) in enumerate(zip(names, producers, strict=True)):
        assert talk.commit_offsets(name, producer, group, topic, offset) == NONE
    assert talk.committed(group, topic, 1) == (-1, NONE), "the other partition has none"
    talk.end(names[1], producers[1], commit=True)
    talk.until(names[1], "CompleteCommit")
    assert talk.committed(group, topic) == UNSTABLE
    assert talk.committed(group, topic, stable=False) == (1, NONE)
    talk.end(names[0], producers[0], commit=True)
    talk.until(names[0], "CompleteCommit")
    assert talk.committed(group, topic) == (1, NONE), "what was committed later stays"


@claim
def one_transaction_commits_the_last_offset_that_it_was_given(talk: Talk) -> None:
    name, topic, group = unique("t"), topic_of(talk), unique("g")
    producer = talk.init(name)
    talk.coordinator(group, 0)
    for offset in (5, 3):
        assert talk.commit_offsets(name, producer, group, topic, offset) == NONE
    talk.end(name, producer, commit=True)
    talk.until(name, "CompleteCommit")
    assert talk.committed(group, topic) == (3, NONE)


@claim
def only_members_commit_in_the_name_of_members(talk: Talk) -> None:
    name, topic, group = unique("t"), topic_of(talk), unique("g")
    producer = talk.init(name)
    member = talk.join(group, instance_id="i")
    assert member.error_code == NONE
    mine: dict[str, Any] = {"member_id": member.member_id, "generation": member.generation_id}

    def commit(**changed: Any) -> ErrorCode:
        return talk.commit_offsets(name, producer, group, topic, 5, **{**mine, **changed})

    assert commit() == NONE, "before the assignment is known too"
    assert talk.sync(group, member) == NONE
    assert commit() == commit(instance_id="i") == NONE
    assert commit(generation=member.generation_id + 1) == ErrorCode.ILLEGAL_GENERATION
    assert commit(member_id="stranger") == ErrorCode.UNKNOWN_MEMBER_ID
    assert commit(member_id="stranger", instance_id="i") == ErrorCode.FENCED_INSTANCE_ID
    assert commit(instance_id="other") == ErrorCode.UNKNOWN_MEMBER_ID
    assert commit(member_id="", generation=-1) == NONE, "who says nothing is not asked (KIP-447)"


@claim
def a_zombie_of_a_transaction_commits_no_offsets(talk: Talk) -> None:
    topic = topic_of(talk)
    for version in (3, 5):
        name, group = unique("t"), unique("g")
        zombie = talk.init(name)
        talk.coordinator(group, 0)
        if version == 3:
            assert talk.add_offsets(name, zombie, group) == NONE
        assert talk.commit_offsets(name, zombie, group, topic, 5, version=version) == NONE
        heir = talk.init(name)
        assert talk.commit_offsets(name, zombie, group, topic, 6, version=version) == OLD_EPOCH
        assert talk.committed(group, topic) == (-1, NONE)
        if version == 3:
            assert talk.add_offsets(name, heir, group) == NONE
        assert talk.commit_offsets(name, heir, group, topic, 7, version=version) == NONE
        talk.end(name, heir, commit=True, version=4 if version == 3 else 5)
        talk.until(name, "CompleteCommit")
        assert talk.committed(group, topic) == (7, NONE)


@claim
def a_group_may_be_deleted_while_its_offsets_wait(talk: Talk) -> None:
    name, topic, group = unique("t"), topic_of(talk), unique("g")
    producer = talk.init(name)
    talk.coordinator(group, 0)
    assert talk.commit_plainly(group, topic, 9) == NONE
    assert talk.commit_offsets(name, producer, group, topic, 5) == NONE
    wire = load(42)
    answer = talk.coordinator(group, 0).ask(42, 2, wire.DeleteGroupsRequest([group]))
    assert answer.results[0].error_code == NONE
    assert talk.committed(group, topic, stable=False) == (-1, NONE)
    assert talk.committed(group, topic) == (-1, NONE)
    talk.end(name, producer, commit=True)
    talk.until(name, "CompleteCommit")
    assert talk.committed(group, topic) == (-1, NONE)


@claim
def offsets_may_be_deleted_while_others_wait(talk: Talk) -> None:
    name, topic, group = unique("t"), topic_of(talk), unique("g")
    producer = talk.init(name)
    talk.coordinator(group, 0)
    assert talk.commit_plainly(group, topic, 9) == NONE
    assert talk.commit_offsets(name, producer, group, topic, 5) == NONE
    wire = load(47)
    part = wire.OffsetDeleteRequestPartition(0)
    request = wire.OffsetDeleteRequest(group, [wire.OffsetDeleteRequestTopic(topic, [part])])
    answer = talk.coordinator(group, 0).ask(47, 0, request)
    assert (answer.error_code, answer.topics[0].partitions[0].error_code) == (NONE, NONE)
    assert talk.committed(group, topic, stable=False) == (-1, NONE)
    talk.end(name, producer, commit=True)
    talk.until(name, "CompleteCommit")
    assert talk.committed(group, topic) == (-1, NONE)
