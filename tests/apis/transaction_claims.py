"""What any Kafka broker answers about transactions: each claim is made of kwire, in memory and as a process, and of
Apache Kafka.

A claim is a function that talks; its name says what is claimed. Epochs, offsets and what consumers see have modules of
their own. The broker looks for late transactions every second or more often, and has transaction.version 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kwire.codec.messages import load
from kwire.errors import ErrorCode
from tests.apis.talking import As, Talk, altered, unique

Claim = Callable[[Talk], None]
CLAIMS: list[Claim] = []

NONE = ErrorCode.NONE
FENCED = ErrorCode.PRODUCER_FENCED
OLD_EPOCH = ErrorCode.INVALID_PRODUCER_EPOCH
WRONG_STATE = ErrorCode.INVALID_TXN_STATE
WRONG_ID = ErrorCode.INVALID_PRODUCER_ID_MAPPING
ABORTABLE = ErrorCode.TRANSACTION_ABORTABLE


def claims(into: list[Claim]) -> Callable[[Claim], Claim]:
    """A decorator that puts claims into a list."""

    def claim(function: Claim) -> Claim:
        into.append(function)
        return function

    return claim


claim = claims(CLAIMS)


def topic_of(talk: Talk, partitions: int = 1) -> str:
    name = unique("topic")
    talk.create_topic(name, partitions)
    return name


def begun(talk: Talk, name: str, topic: str, *, timeout_ms: int = 60_000, generation: int = 2) -> Any:
    """A producer with a record in an open transaction."""
    producer = talk.init(name, timeout_ms=timeout_ms)
    if generation == 1:
        assert talk.add(name, producer, {topic: [0]}) == {(topic, 0): NONE}
    answer = talk.produce(name, producer, topic, version=11 if generation == 1 else 12)
    assert answer.error_code == NONE, answer
    return producer


# InitProducerId


@claim
def a_new_id_begins_with_epoch_0(talk: Talk) -> None:
    name = unique("t")
    first = talk.init(name)
    assert (first.error_code, first.producer_epoch) == (NONE, 0)
    second = talk.init(name)
    assert (second.producer_id, second.producer_epoch) == (first.producer_id, 1)


@claim
def timeouts_out_of_range_are_refused(talk: Talk) -> None:
    for timeout_ms in (0, 900_001):
        assert (
            talk.init(unique("t"), timeout_ms=timeout_ms).error_code == ErrorCode.INVALID_TRANSACTION_TIMEOUT
        )


@claim
def a_producer_that_goes_on_is_told_the_same_epoch_twice(talk: Talk) -> None:
    name = unique("t")
    producer = talk.init(name)
    for _ in range(2):
        again = talk.init(name, producer_id=producer.producer_id, epoch=0)
        assert (again.error_code, again.producer_epoch) == (NONE, 1)
    assert talk.init(name, producer_id=producer.producer_id, epoch=77).error_code == FENCED


@claim
def a_foreign_producer_id_is_fenced_in_words_that_old_clients_know(talk: Talk) -> None:
    name = unique("t")
    producer = talk.init(name)
    foreign = producer.producer_id + 1_000_000
    assert talk.init(name, producer_id=foreign, epoch=0, version=4).error_code == FENCED
    assert talk.init(name, producer_id=foreign, epoch=0, version=3).error_code == OLD_EPOCH


@claim
def an_id_that_nobody_knows_goes_on_with_epoch_0(talk: Talk) -> None:
    answer = talk.init(unique("t"), producer_id=5, epoch=3)
    assert (answer.error_code, answer.producer_epoch) == (NONE, 0)


@claim
def who_begins_during_a_transaction_has_it_aborted_and_comes_back(talk: Talk) -> None:
    for generation in (1, 2):
        name, topic = unique("t"), topic_of(talk)
        zombie = begun(talk, name, topic, generation=generation)
        assert talk.init(name, patient=False).error_code == ErrorCode.CONCURRENT_TRANSACTIONS
        assert talk.until(name, "CompleteAbort").producer_epoch == 1
        assert talk.init(name).producer_epoch == 2
        version = 3 + generation
        for commit in (True, False):
            assert talk.end(name, zombie, commit=commit, version=version).error_code == FENCED
        produce_version = 10 + generation
        answer = talk.produce(name, zombie, topic, sequence=1, version=produce_version)
        assert answer.error_code == OLD_EPOCH


# AddPartitionsToTxn


@claim
def one_unknown_partition_fails_all(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = talk.init(name)
    assert talk.add(name, producer, {topic: [0, 7], "nowhere": [0]}) == {
        (topic, 0): ErrorCode.OPERATION_NOT_ATTEMPTED,
        (topic, 7): ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ("nowhere", 0): ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    }
    assert talk.describe(name).transaction_state == "Empty"


@claim
def only_its_producer_adds_partitions(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = talk.init(name)
    place = (topic, 0)
    assert talk.add(name, altered(producer, ids=1), {topic: [0]}) == {place: WRONG_ID}
    assert talk.add(name, altered(producer, epochs=1), {topic: [0]}) == {place: FENCED}
    assert talk.add(name, altered(producer, epochs=1), {topic: [0]}, version=1) == {place: OLD_EPOCH}
    assert talk.add("", producer, {topic: [0]}) == {place: ErrorCode.INVALID_REQUEST}


@claim
def brokers_ask_whether_a_partition_is_part_of_it(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk, 2)
    producer = talk.init(name)
    talk.add(name, producer, {topic: [0]})
    assert talk.add_as_broker(name, producer, {topic: [0, 1]}, verify_only=True) == {
        (topic, 0): NONE,
        (topic, 1): ABORTABLE,
    }
    for wrong, code in ((altered(producer, epochs=1), FENCED), (altered(producer, ids=1), WRONG_ID)):
        assert talk.add_as_broker(name, wrong, {topic: [0]}, verify_only=True) == {(topic, 0): code}


@claim
def only_its_producer_adds_a_group(talk: Talk) -> None:
    name = unique("t")
    producer = talk.init(name)
    talk.coordinator("g", 0)
    assert talk.add_offsets(name, altered(producer, ids=1), "g") == WRONG_ID
    assert talk.add_offsets(name, altered(producer, epochs=1), "g") == FENCED
    assert talk.add_offsets(name, altered(producer, epochs=1), "g", version=1) == OLD_EPOCH
    assert talk.add_offsets(name, producer, "g") == NONE
    described = talk.describe(name)
    assert (described.transaction_state, described.topics[0].topic) == ("Ongoing", "__consumer_offsets")


# EndTxn


@claim
def the_first_generation_keeps_its_epoch_and_may_end_twice(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = talk.init(name)
    for commit in (True, False):
        assert talk.end(name, producer, commit=commit, version=4).error_code == WRONG_STATE
    talk.add(name, producer, {topic: [0]})
    for _ in range(2):
        assert talk.end(name, producer, commit=True, version=4).error_code == NONE
    assert talk.end(name, producer, commit=False, version=4).error_code == WRONG_STATE
    assert talk.describe(name).producer_epoch == 0


@claim
def the_second_generation_gets_an_epoch_with_every_end(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic)
    for _ in range(2):
        ended = talk.end(name, producer, commit=True)
        assert (ended.error_code, ended.producer_id) == (NONE, producer.producer_id)
        assert ended.producer_epoch == 1
    assert talk.end(name, producer, commit=False).error_code == WRONG_STATE
    assert talk.end(name, ended, commit=True).error_code == WRONG_STATE, "there is nothing to commit"


@claim
def the_second_generation_may_abort_nothing(talk: Talk) -> None:
    name = unique("t")
    producer = talk.init(name)
    assert talk.end(name, producer, commit=True).error_code == WRONG_STATE
    for _ in range(2):
        ended = talk.end(name, producer, commit=False)
        assert (ended.error_code, ended.producer_epoch) == (NONE, 1)
    assert talk.end(name, altered(producer, epochs=5), commit=True).error_code == FENCED
    assert talk.end(name, altered(producer, epochs=-1), commit=True).error_code == FENCED
    assert talk.end(name, altered(producer, ids=1), commit=True).error_code == WRONG_ID


@claim
def nobody_ends_what_was_never_begun(talk: Talk) -> None:
    name = unique("t")
    talk.init(name)
    talk.coordinator(unique("other"))
    stranger = unique("other")
    for version in (4, 5):
        assert talk.end(stranger, As(1, 0), commit=True, version=version).error_code == WRONG_ID


# Time


@claim
def a_late_transaction_is_aborted_and_its_producer_of_generation_1_fenced(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    zombie = begun(talk, name, topic, timeout_ms=1000, generation=1)
    assert talk.until(name, "CompleteAbort").producer_epoch == 1
    for commit in (True, False):
        assert talk.end(name, zombie, commit=commit, version=4).error_code == FENCED
        assert talk.end(name, zombie, commit=commit, version=1).error_code == OLD_EPOCH
    assert talk.produce(name, zombie, topic, sequence=1, version=11).error_code == OLD_EPOCH
    assert talk.add(name, zombie, {topic: [0]}) == {(topic, 0): FENCED}
    again = talk.init(name, producer_id=zombie.producer_id, epoch=0)
    assert (again.error_code, again.producer_epoch) == (NONE, 1)


@claim
def a_late_transaction_of_generation_2_may_still_be_aborted_by_its_producer(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk, 2)
    zombie = begun(talk, name, topic, timeout_ms=1000)
    assert talk.until(name, "CompleteAbort").producer_epoch == 1
    assert talk.end(name, zombie, commit=True).error_code == WRONG_STATE
    ended = talk.end(name, zombie, commit=False)
    assert (ended.error_code, ended.producer_epoch) == (NONE, 1)
    for index, sequence in ((0, 1), (1, 0)):
        answer = talk.produce(name, zombie, topic, index, sequence=sequence, patient=False)
        assert answer.error_code == OLD_EPOCH


# Produce


@claim
def a_partition_that_was_not_added_takes_nothing(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = talk.init(name)
    for version, code in ((7, WRONG_STATE), (10, WRONG_STATE), (11, ABORTABLE)):
        answer = talk.produce(name, producer, topic, version=version, patient=False)
        assert answer.error_code == code
        assert answer.base_offset == -1
        if version == 10:
            assert answer.error_message == "Partition was not added to the transaction"


@claim
def a_producer_that_is_not_that_of_the_id_writes_nothing(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = talk.init(name)
    for version in (11, 12):
        for asked, who, code in (
            (unique("other"), producer, WRONG_ID),
            (name, altered(producer, epochs=1), OLD_EPOCH),
            (name, altered(producer, ids=1), WRONG_ID),
        ):
            talk.coordinator(asked)
            answer = talk.produce(asked, who, topic, version=version, patient=False)
            assert answer.error_code == code


@claim
def a_transactional_batch_needs_a_transactional_id(talk: Talk) -> None:
    producer, topic = talk.init(unique("t")), topic_of(talk)
    answer = talk.produce(None, producer, topic, version=11, patient=False)
    assert answer.error_code == ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED


@claim
def a_transactional_id_may_come_with_plain_batches(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = talk.init(name)
    assert talk.produce(name, producer, topic, version=11, transactional=False).error_code == NONE


@claim
def a_plain_batch_has_no_place_in_an_open_transaction(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic)
    answer = talk.produce(name, producer, topic, sequence=1, transactional=False)
    assert answer.error_code == WRONG_STATE


@claim
def a_transaction_does_not_begin_in_the_middle_of_its_sequence(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = talk.init(name)
    answer = talk.produce(name, producer, topic, sequence=5, patient=False)
    assert answer.error_code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


@claim
def a_batch_of_an_ended_transaction_does_not_come_again(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic)
    talk.end(name, producer, commit=True)
    talk.until(name, "CompleteCommit")
    assert talk.produce(name, producer, topic, patient=False).error_code == OLD_EPOCH
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic, generation=1)
    talk.end(name, producer, commit=True, version=4)
    talk.until(name, "CompleteCommit")
    assert talk.produce(name, producer, topic, version=11, patient=False).error_code == ABORTABLE
    talk.add(name, producer, {topic: [0]})
    repeated = talk.produce(name, producer, topic, version=11)
    assert (repeated.error_code, repeated.base_offset) == (NONE, 0)


@claim
def many_batches_of_one_transaction_are_written(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk, 2)
    producer = talk.init(name)
    for sequence in range(3):
        for index in range(2):
            answer = talk.produce(name, producer, topic, index, sequence=sequence)
            assert (answer.error_code, answer.base_offset) == (NONE, sequence)
    described = talk.describe(name)
    assert [(each.topic, sorted(each.partitions)) for each in described.topics] == [(topic, [0, 1])]
    after = talk.end(name, producer, commit=True)
    talk.until(name, "CompleteCommit")
    assert talk.produce(name, after, topic).base_offset == 4, "after three records and a marker"


# TxnOffsetCommit


@claim
def offsets_wait_for_the_commit(talk: Talk) -> None:
    name, topic, group = unique("t"), topic_of(talk), unique("g")
    producer = talk.init(name)
    assert talk.commit_offsets(name, producer, group, topic, 5) == NONE
    assert talk.committed(group, topic) == (-1, ErrorCode.UNSTABLE_OFFSET_COMMIT)
    assert talk.committed(group, topic, stable=False) == (-1, NONE)
    talk.end(name, producer, commit=True)
    talk.until(name, "CompleteCommit")
    assert talk.committed(group, topic) == (5, NONE)


@claim
def offsets_are_gone_after_an_abort(talk: Talk) -> None:
    name, topic, group = unique("t"), topic_of(talk), unique("g")
    producer = talk.init(name)
    talk.coordinator(group, 0)
    assert talk.add_offsets(name, producer, group) == NONE
    assert talk.commit_offsets(name, producer, group, topic, 7, version=3) == NONE
    talk.end(name, producer, commit=False, version=4)
    talk.until(name, "CompleteAbort")
    assert talk.committed(group, topic) == (-1, NONE)


@claim
def a_group_that_was_not_added_takes_no_offsets(talk: Talk) -> None:
    name, topic, group = unique("t"), topic_of(talk), unique("g")
    producer = talk.init(name)
    assert talk.commit_offsets(name, producer, group, topic, 5, version=3) == WRONG_STATE
    assert talk.commit_offsets(name, producer, group, topic, 5, version=4) == ABORTABLE


@claim
def only_its_producer_commits_offsets(talk: Talk) -> None:
    name, topic, group = unique("t"), topic_of(talk), unique("g")
    producer = talk.init(name)
    other = unique("other")
    talk.coordinator(other)
    assert talk.commit_offsets(name, altered(producer, ids=1), group, topic, 5) == WRONG_ID
    assert talk.commit_offsets(name, altered(producer, epochs=-1), group, topic, 5) == OLD_EPOCH
    assert talk.commit_offsets(other, producer, group, topic, 5) == WRONG_ID


@claim
def what_is_wrong_with_an_offset_is_said(talk: Talk) -> None:
    name, topic, group = unique("t"), topic_of(talk), unique("g")
    producer = talk.init(name)
    commit = talk.commit_offsets
    assert commit(name, producer, "", topic, 5) == ErrorCode.INVALID_GROUP_ID
    assert commit(name, producer, group, "nowhere", 5) == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert commit(name, producer, group, topic, 5, index=9) == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    long = "x" * 5000
    assert commit(name, producer, group, topic, 5, metadata=long) == ErrorCode.OFFSET_METADATA_TOO_LARGE
    strange: dict[str, Any] = {"generation": 3, "member_id": "m"}
    assert commit(name, producer, unique("g"), topic, 5, **strange) == ErrorCode.ILLEGAL_GENERATION
    assert commit(name, producer, group, topic, 5) == NONE
    assert commit(name, producer, group, topic, 5, **strange) == ErrorCode.UNKNOWN_MEMBER_ID


# Markers, and looking


@claim
def an_administrator_ends_what_was_left_open(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic)
    open_at = [each.current_txn_start_offset for each in talk.producers(topic).active_producers]
    assert open_at == [0]
    code = talk.write_marker(topic, producer.producer_id, 0, version=2, transaction_version=2)
    assert code == OLD_EPOCH, "a marker of this generation has a later epoch"
    for _ in range(2):
        assert talk.write_marker(topic, producer.producer_id, 0, coordinator_epoch=-1) == NONE
    open_at = [each.current_txn_start_offset for each in talk.producers(topic).active_producers]
    assert open_at == [-1]


@claim
def markers_of_older_coordinators_are_refused(talk: Talk) -> None:
    topic = topic_of(talk)
    assert talk.write_marker(topic, 77, 3, coordinator_epoch=5) == NONE
    refused = talk.write_marker(topic, 77, 3, coordinator_epoch=4)
    assert refused == ErrorCode.TRANSACTION_COORDINATOR_FENCED
    assert talk.write_marker(topic, 77, 2, coordinator_epoch=5) == OLD_EPOCH
    for epoch in (3, 4):
        code = talk.write_marker(topic, 77, epoch, coordinator_epoch=5, version=2, transaction_version=2)
        assert code == NONE


@claim
def a_marker_needs_a_partition(talk: Talk) -> None:
    wire = load(27)
    topics = [wire.WritableTxnMarkerTopic(name="nowhere", partition_indexes=[0])]
    marker = wire.WritableTxnMarker(
        producer_id=1, producer_epoch=0, transaction_result=True, topics=topics, coordinator_epoch=0
    )
    answer = talk.any().ask(27, 1, wire.WriteTxnMarkersRequest(markers=[marker]))
    code = answer.markers[0].topics[0].partitions[0].error_code
    assert code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


@claim
def producers_are_described_with_their_transactions(talk: Talk) -> None:
    name, topic = unique("t"), topic_of(talk)
    producer = begun(talk, name, topic)
    (seen,) = talk.producers(topic).active_producers
    assert (seen.producer_id, seen.producer_epoch) == (producer.producer_id, 0)
    assert (seen.last_sequence, seen.coordinator_epoch, seen.current_txn_start_offset) == (0, -1, 0)
    talk.end(name, producer, commit=True)
    talk.until(name, "CompleteCommit")
    (seen,) = talk.producers(topic).active_producers
    assert (seen.producer_epoch, seen.last_sequence, seen.current_txn_start_offset) == (1, -1, -1)


@claim
def producers_of_nothing_are_not_described(talk: Talk) -> None:
    wire = load(61)
    for name, code in (
        ("nowhere", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        ("a b", ErrorCode.INVALID_TOPIC_EXCEPTION),
        ("", ErrorCode.INVALID_TOPIC_EXCEPTION),
    ):
        request = wire.DescribeProducersRequest(topics=[wire.TopicRequest(name=name, partition_indexes=[0])])
        assert talk.any().ask(61, 0, request).topics[0].partitions[0].error_code == code


@claim
def transactions_are_described(talk: Talk) -> None:
    name = unique("t")
    producer = talk.init(name, timeout_ms=12_345)
    described = talk.describe(name)
    assert (described.transaction_state, described.transaction_timeout_ms) == ("Empty", 12_345)
    assert (described.producer_id, described.producer_epoch) == (producer.producer_id, 0)
    assert described.transaction_start_time_ms == -1
    assert talk.describe(unique("other")).error_code == ErrorCode.TRANSACTIONAL_ID_NOT_FOUND
    assert talk.describe("").error_code == ErrorCode.INVALID_REQUEST


@claim
def transactions_are_listed_as_filters_let_them_through(talk: Talk) -> None:
    prefix = unique("list")
    topic = topic_of(talk)
    idle, busy = f"{prefix}-idle", f"{prefix}-busy"
    talk.init(idle)
    producer = begun(talk, busy, topic)
    wire = load(66)

    def listed(**filters: Any) -> set[str]:
        found = set()
        for name in (idle, busy):  # they may have coordinators of their own
            request = wire.ListTransactionsRequest(**filters)
            answer = talk.coordinator(name).ask(66, 2, request)
            assert answer.error_code == NONE
            found |= {each.transactional_id for each in answer.transaction_states}
        return {name.removeprefix(prefix) for name in found if name.startswith(prefix)}

    assert listed() == listed(transactional_id_pattern="") == {"-idle", "-busy"}
    assert listed(state_filters=["Empty"]) == {"-idle"}
    assert listed(state_filters=["Ongoing", "nonsense"]) == {"-busy"}
    assert listed(state_filters=["nonsense"]) == listed(state_filters=["Dead"]) == set()
    assert listed(producer_id_filters=[producer.producer_id]) == {"-busy"}
    assert listed(duration_filter=10_000_000) == {"-idle"}, "it began before anything was"
    assert listed(transactional_id_pattern=f"{prefix}-b.*") == {"-busy"}
    assert listed(transactional_id_pattern=prefix) == set(), "the whole id must match"


@claim
def filters_that_say_nothing_are_named(talk: Talk) -> None:
    wire = load(66)
    request = wire.ListTransactionsRequest(state_filters=["Empty", "empty", "nonsense"])
    assert talk.any().ask(66, 1, request).unknown_state_filters == ["empty", "nonsense"]
    for pattern in ("(", "(?=a)", r"(a)\1"):
        request = wire.ListTransactionsRequest(transactional_id_pattern=pattern)
        answer = talk.any().ask(66, 2, request)
        assert answer.error_code == ErrorCode.INVALID_REGULAR_EXPRESSION


# UpdateFeatures

UPGRADE, SAFE, UNSAFE = 1, 2, 3
FAILED = "The update failed for all features since the following feature had an error: "


def updated(talk: Talk, *updates: tuple[str, int, int], version: int = 1, look: bool = False) -> Any:
    wire = load(57)
    keys = [
        wire.FeatureUpdateKey(feature=feature, max_version_level=level, upgrade_type=kind)
        for feature, level, kind in updates
    ]
    return talk.any().ask(57, version, wire.UpdateFeaturesRequest(feature_updates=keys, validate_only=look))


@claim
def features_move_as_far_as_somebody_wants_to_go(talk: Talk) -> None:
    for name, level, kind, reason in (
        ("transaction.version", 3, UPGRADE, "Local controller 1 only supports versions 0-2"),
        ("transaction.version", -1, SAFE, "A feature version cannot be less than 0."),
        ("nonsense", 1, UPGRADE, "Local controller 1 does not support this feature."),
        ("transaction.version", 2, 0, "The controller does not support the given upgrade type."),
        (
            "transaction.version",
            1,
            UPGRADE,
            "Can't downgrade the version of this feature without setting the upgrade type to either safe or "
            "unsafe downgrade.",
        ),
    ):
        answer = updated(talk, (name, level, kind))
        assert answer.error_code == ErrorCode.INVALID_UPDATE_VERSION
        assert answer.error_message == f"{FAILED}Invalid update version {level} for feature {name}. {reason}"
        assert answer.results == []


@claim
def metadata_do_not_go_back(talk: Talk) -> None:
    for kind, why in (
        (SAFE, "Refusing to perform the requested downgrade because it might delete metadata information."),
        (UNSAFE, "Unsafe metadata downgrade is not supported in this version."),
    ):
        answer = updated(talk, ("metadata.version", 25, kind), look=True)
        expected = f"{FAILED}Unsupported metadata.version downgrade from 30 to 25. {why}"
        assert answer.error_message == expected


@claim
def nothing_is_changed_when_one_update_is_refused_or_nobody_means_it(talk: Talk) -> None:
    both = updated(talk, ("transaction.version", 1, SAFE), ("nonsense", 1, UPGRADE))
    assert both.error_code == ErrorCode.INVALID_UPDATE_VERSION
    looked = updated(talk, ("transaction.version", 1, SAFE), look=True)
    assert looked.error_code == NONE
    assert finalized(talk)["transaction.version"] == 2


@claim
def the_transaction_version_goes_down_and_up(talk: Talk) -> None:
    down = updated(talk, ("transaction.version", 1, SAFE))
    assert [(each.feature, each.error_code) for each in down.results] == [("transaction.version", 0)]
    for _ in talk.patience():
        if finalized(talk)["transaction.version"] == 1:
            break
    assert finalized(talk)["transaction.version"] == 1
    wrong = updated(talk, ("transaction.version", 2, SAFE))
    assert "Can't downgrade to a newer version." in wrong.error_message
    assert updated(talk, ("transaction.version", 2, UPGRADE), version=2).error_code == NONE
    for _ in talk.patience():
        if finalized(talk)["transaction.version"] == 2:
            break
    assert finalized(talk)["transaction.version"] == 2


def finalized(talk: Talk) -> dict[str, int]:
    wire = load(18)
    request = wire.ApiVersionsRequest(client_software_name="x", client_software_version="1")
    answer = talk.any().ask(18, 3, request)
    return {each.name: each.max_version_level for each in answer.finalized_features}
