"""The coordinator: who may begin, who is fenced, what ends how, and what time does."""

from __future__ import annotations

import errno

import pytest

from kwire.broker.metadata.features import FeatureUpdate, UpgradeType, update_features
from kwire.broker.transactions.events import MAX_EPOCH
from kwire.broker.transactions.states import State
from kwire.errors import ErrorCode
from tests.broker.transactions.bench import MINUTE_MS, Bench, code_of, committed_values, markers

NONE = ErrorCode.NONE
FENCED = ErrorCode.PRODUCER_FENCED
BUSY = ErrorCode.CONCURRENT_TRANSACTIONS
WRONG_STATE = ErrorCode.INVALID_TXN_STATE
WRONG_ID = ErrorCode.INVALID_PRODUCER_ID_MAPPING


@pytest.fixture
def bench() -> Bench:
    return Bench()


def exhausted(bench: Bench, epoch: int = MAX_EPOCH - 1) -> tuple[int, int]:
    """A producer that is in its last epoch."""
    producer_id, _ = bench.init()
    known = bench.known()
    bench.transactions._write(
        type(known)(
            transactional_id="t",
            producer_id=producer_id,
            epoch=epoch,
            timeout_ms=MINUTE_MS,
            state=State.EMPTY,
            updated_ms=known.updated_ms,
            previous_producer_id=producer_id,
        )
    )
    return producer_id, epoch


# Who may begin


def test_a_new_id_begins_with_epoch_0(bench: Bench) -> None:
    assert bench.init("t")[1] == 0
    assert bench.state() is State.EMPTY


def test_each_id_has_a_producer_id_of_its_own(bench: Bench) -> None:
    assert bench.init("t")[0] != bench.init("u")[0]


def test_the_next_producer_gets_the_next_epoch_and_fences_the_one_before(bench: Bench) -> None:
    first = bench.init()
    second = bench.init()
    assert second == (first[0], 1)
    assert code_of(bench.add, first) == FENCED
    assert code_of(bench.end, first) == FENCED
    assert code_of(bench.end, first, client_version=2) == FENCED


@pytest.mark.parametrize("timeout_ms", [0, -1, 900_001])
def test_a_timeout_that_no_transaction_may_have_is_refused(bench: Bench, timeout_ms: int) -> None:
    assert code_of(bench.init, timeout_ms=timeout_ms) == ErrorCode.INVALID_TRANSACTION_TIMEOUT


def test_an_empty_id_is_refused(bench: Bench) -> None:
    assert code_of(bench.init, "") == ErrorCode.INVALID_REQUEST
    assert code_of(bench.add, (0, 0), transactional_id="") == ErrorCode.INVALID_REQUEST
    assert code_of(bench.end, (0, 0), transactional_id="") == ErrorCode.INVALID_REQUEST


def test_a_producer_that_goes_on_gets_the_next_epoch(bench: Bench) -> None:
    producer = bench.init()
    assert bench.init(expected=producer) == (producer[0], 1)


def test_a_producer_that_did_not_hear_of_its_epoch_is_told_again(bench: Bench) -> None:
    producer = bench.init()
    bumped = bench.init(expected=producer)
    assert bench.init(expected=producer) == bumped


def test_a_producer_that_was_replaced_does_not_go_on(bench: Bench) -> None:
    producer = bench.init()
    bench.init()
    assert code_of(bench.init, expected=producer) == FENCED


def test_nobody_goes_on_with_a_producer_id_of_somebody_else(bench: Bench) -> None:
    producer = bench.init()
    assert code_of(bench.init, expected=(producer[0] + 1, 0)) == FENCED


def test_a_producer_that_goes_on_with_an_id_that_was_forgotten_begins_anew(bench: Bench) -> None:
    assert bench.init(expected=(55, 3))[1] == 0


def test_after_the_last_epoch_comes_another_producer_id(bench: Bench) -> None:
    last = exhausted(bench)
    producer_id, epoch = bench.init()
    assert epoch == 0
    assert producer_id != last[0]


def test_a_producer_that_did_not_hear_of_its_new_producer_id_is_told_again(bench: Bench) -> None:
    last = exhausted(bench)
    rotated = bench.init(expected=last)
    assert bench.init(expected=last) == rotated


def test_a_producer_that_begins_while_another_has_a_transaction_open_has_it_aborted(bench: Bench) -> None:
    producer = bench.init()
    bench.add(producer)
    bench.write(producer)
    assert code_of(bench.init) == BUSY
    assert bench.state() is State.COMPLETE_ABORT
    assert committed_values(bench.partition()) == []
    assert code_of(bench.end, producer) == FENCED
    assert bench.init() == (producer[0], producer[1] + 2)


# Partitions


def test_the_first_partition_begins_a_transaction(bench: Bench) -> None:
    producer = bench.init()
    bench.add(producer, ("a", 0))
    known = bench.known()
    assert (known.state, known.partitions) == (State.ONGOING, frozenset({("a", 0)}))
    assert known.started_ms == bench.clock.time_ms()


def test_more_partitions_join_the_same_transaction(bench: Bench) -> None:
    producer = bench.init()
    bench.add(producer, ("a", 0))
    began_ms = bench.known().started_ms
    bench.clock.now_ms += 5
    bench.add(producer, ("b", 1))
    assert bench.known().partitions == {("a", 0), ("b", 1)}
    assert bench.known().started_ms == began_ms


def test_a_partition_that_is_part_already_is_not_written_again(bench: Bench) -> None:
    producer = bench.init()
    bench.add(producer)
    end = bench.transactions._partition("t").log_end_offset
    bench.add(producer)
    assert bench.transactions._partition("t").log_end_offset == end


def test_only_the_producer_of_the_id_adds_partitions(bench: Bench) -> None:
    producer_id, epoch = bench.init()
    assert code_of(bench.add, (producer_id + 1, epoch)) == WRONG_ID
    assert code_of(bench.add, (producer_id, epoch + 1)) == FENCED
    assert code_of(bench.add, (producer_id, epoch), transactional_id="unknown") == WRONG_ID


def test_what_was_not_added_is_not_part_of_it(bench: Bench) -> None:
    producer = bench.init()
    bench.add(producer, ("a", 0))
    assert bench.transactions.verify("t", *producer, [("a", 0), ("a", 1)]) == {
        ("a", 0): NONE,
        ("a", 1): ErrorCode.TRANSACTION_ABORTABLE,
    }


def test_only_the_producer_of_the_id_is_verified(bench: Bench) -> None:
    producer_id, epoch = bench.init()
    verify = bench.transactions.verify
    assert code_of(verify, "t", producer_id + 1, epoch, [("a", 0)]) == WRONG_ID
    assert code_of(verify, "t", producer_id, epoch + 1, [("a", 0)]) == FENCED


# Ends, first generation


@pytest.mark.parametrize("commit", [True, False])
def test_an_end_reaches_every_partition(bench: Bench, commit: bool) -> None:
    producer = bench.init()
    bench.add(producer, ("a", 0), ("b", 1))
    bench.write(producer, "a", 0, value=b"one")
    bench.write(producer, "b", 1, value=b"two")
    assert bench.end(producer, commit=commit) == producer
    assert bench.state() is (State.COMPLETE_COMMIT if commit else State.COMPLETE_ABORT)
    for name, index, value in (("a", 0, b"one"), ("b", 1, b"two")):
        partition = bench.partition(name, index)
        assert committed_values(partition) == ([value] if commit else [])
        assert [(pid, epoch, marker.commit) for pid, epoch, marker in markers(partition)] == [
            (*producer, commit)
        ]
    assert bench.known().partitions == frozenset()


@pytest.mark.parametrize("commit", [True, False])
def test_an_end_that_comes_again_is_the_same_end(bench: Bench, commit: bool) -> None:
    producer = bench.init()
    bench.add(producer)
    bench.end(producer, commit=commit)
    assert bench.end(producer, commit=commit) == producer
    assert code_of(bench.end, producer, commit=not commit) == WRONG_STATE
    assert len(markers(bench.partition())) == 1


@pytest.mark.parametrize("commit", [True, False])
def test_there_is_nothing_to_end_before_anything_was_added(bench: Bench, commit: bool) -> None:
    assert code_of(bench.end, bench.init(), commit=commit) == WRONG_STATE


def test_only_the_producer_of_the_id_ends_its_transaction(bench: Bench) -> None:
    producer_id, epoch = bench.init()
    for client_version in (0, 2):
        assert code_of(bench.end, (producer_id + 1, epoch), client_version=client_version) == WRONG_ID
        assert code_of(bench.end, (producer_id, epoch + 3), client_version=client_version) == FENCED
        assert (
            code_of(
                bench.end, (producer_id, epoch), client_version=client_version, transactional_id="unknown"
            )
            == WRONG_ID
        )


def test_the_epoch_stays_in_the_first_generation(bench: Bench) -> None:
    producer = bench.init()
    for sequence in range(3):
        bench.add(producer)
        bench.write(producer, sequence=sequence)
        bench.end(producer)
    assert len(committed_values(bench.partition())) == 3


# Ends, second generation (KIP-890)


def test_every_end_gives_the_epoch_of_the_next_transaction(bench: Bench) -> None:
    producer = bench.init()
    bench.add(producer, client_version=2)
    bench.write(producer)
    after = bench.end(producer, client_version=2)
    assert after == (producer[0], producer[1] + 1)
    assert [epoch for _, epoch, _ in markers(bench.partition())] == [after[1]]


@pytest.mark.parametrize("commit", [True, False])
def test_an_end_that_comes_again_gets_the_same_epoch(bench: Bench, commit: bool) -> None:
    producer = bench.init()
    bench.add(producer, client_version=2)
    after = bench.end(producer, commit=commit, client_version=2)
    assert bench.end(producer, commit=commit, client_version=2) == after
    assert code_of(bench.end, producer, commit=not commit, client_version=2) == WRONG_STATE


def test_an_abort_of_nothing_gives_an_epoch_too(bench: Bench) -> None:
    producer = bench.init()
    after = bench.end(producer, commit=False, client_version=2)
    assert after == (producer[0], 1)
    assert bench.state() is State.COMPLETE_ABORT
    assert bench.end(after, commit=False, client_version=2) == (producer[0], 2)


def test_there_is_no_commit_of_nothing(bench: Bench) -> None:
    producer = bench.init()
    assert code_of(bench.end, producer, client_version=2) == WRONG_STATE
    bench.add(producer, client_version=2)
    after = bench.end(producer, client_version=2)
    assert code_of(bench.end, after, client_version=2) == WRONG_STATE


def test_an_epoch_long_gone_is_fenced(bench: Bench) -> None:
    producer = bench.init()
    after = producer
    for _ in range(2):
        bench.add(after, client_version=2)
        after = bench.end(after, client_version=2)
    assert code_of(bench.end, producer, client_version=2) == FENCED


def test_the_last_epoch_ends_with_another_producer_id(bench: Bench) -> None:
    last = exhausted(bench)
    bench.add(last, client_version=2)
    bench.write(last)
    rotated = bench.end(last, client_version=2)
    assert rotated[0] != last[0]
    assert rotated[1] == 0
    assert [(pid, epoch) for pid, epoch, _ in markers(bench.partition())] == [(last[0], MAX_EPOCH)]
    assert bench.end(last, client_version=2) == rotated
    bench.add(rotated, client_version=2)
    assert bench.end(rotated, client_version=2) == (rotated[0], 1)


def test_a_transaction_version_without_room_for_it_refuses_the_second_generation(bench: Bench) -> None:
    update_features(
        bench.broker,
        [FeatureUpdate("transaction.version", 0, UpgradeType.SAFE_DOWNGRADE)],
        validate_only=False,
    )
    producer = bench.init()
    assert code_of(bench.add, producer, client_version=2) == ErrorCode.UNSUPPORTED_VERSION
    assert code_of(bench.end, producer, commit=False, client_version=2) == ErrorCode.UNSUPPORTED_VERSION
    bench.add(producer)
    assert bench.end(producer) == producer
    assert bench.kill().transactions.describe("t").state is State.COMPLETE_COMMIT


# Time


@pytest.mark.parametrize("client_version", [0, 2])
def test_a_transaction_that_takes_too_long_is_aborted_in_another_epoch(
    bench: Bench, client_version: int
) -> None:
    producer = bench.init()
    bench.add(producer, client_version=client_version)
    bench.write(producer)
    bench.pass_time(MINUTE_MS - 1)
    assert bench.state() is State.ONGOING
    bench.pass_time(10_001)
    known = bench.known()
    assert (known.state, known.epoch) == (State.COMPLETE_ABORT, producer[1] + 1)
    assert committed_values(bench.partition()) == []
    assert bench.partition().last_stable_offset == bench.partition().high_watermark


def test_a_producer_of_the_first_generation_learns_of_its_timeout_when_it_goes_on(bench: Bench) -> None:
    producer = bench.init()
    bench.add(producer)
    bench.pass_time(MINUTE_MS + 10_000)
    assert code_of(bench.add, producer) == FENCED
    for commit in (True, False):
        assert code_of(bench.end, producer, commit=commit) == FENCED


def test_a_producer_of_the_second_generation_may_still_abort_what_timed_out(bench: Bench) -> None:
    producer = bench.init()
    bench.add(producer, client_version=2)
    bench.pass_time(MINUTE_MS + 10_000)
    assert code_of(bench.add, producer, client_version=2) == FENCED
    assert code_of(bench.end, producer, client_version=2) == WRONG_STATE
    assert bench.end(producer, commit=False, client_version=2) == (producer[0], producer[1] + 1)


def test_a_producer_whose_transaction_timed_out_gets_the_epoch_that_it_was_fenced_with(bench: Bench) -> None:
    producer = bench.init()
    bench.add(producer)
    bench.pass_time(MINUTE_MS + 10_000)
    assert bench.init(expected=producer) == (producer[0], producer[1] + 1)


def test_ids_that_nobody_uses_are_forgotten() -> None:
    bench = Bench(transactional_id_expiration_ms=str(MINUTE_MS))
    bench.init("idle")
    busy = bench.init("busy", timeout_ms=900_000)
    bench.add(busy, transactional_id="busy")
    bench.pass_time(3_600_000 + MINUTE_MS)
    assert [each.transactional_id for each in bench.transactions.listed()] == ["busy"]
    assert [each.transactional_id for each in bench.kill().transactions.listed()] == ["busy"]


def test_an_unused_id_is_kept_for_its_time() -> None:
    bench = Bench()
    bench.init()
    bench.pass_time(3_600_000)
    assert bench.state() is State.EMPTY


# What stays


@pytest.mark.parametrize("client_version", [0, 2])
def test_an_open_transaction_goes_on_after_a_restart(bench: Bench, client_version: int) -> None:
    producer = bench.init()
    bench.add(producer, client_version=client_version)
    bench.write(producer, value=b"before")
    before = bench.known()
    bench.kill()
    assert bench.known() == before
    bench.write(producer, sequence=1, value=b"after")
    bench.end(producer, client_version=client_version)
    assert committed_values(bench.partition()) == [b"before", b"after"]


def test_a_clean_restart_changes_nothing(bench: Bench) -> None:
    for transactional_id in ("x", "y", "z"):
        producer = bench.init(transactional_id)
        bench.add(producer, transactional_id=transactional_id)
    bench.end(producer, transactional_id="z", client_version=2)
    before = {each.transactional_id: each for each in bench.transactions.listed()}
    bench.restart()
    after = {each.transactional_id: each for each in bench.transactions.listed()}
    assert after.keys() == before.keys()
    assert [each.state for each in after.values()] == [before[name].state for name in after]


def test_a_full_disk_sends_the_client_to_look_for_another_coordinator(bench: Bench) -> None:
    producer = bench.init()

    def full(operation: str, path: str, size: int) -> None:
        if operation == "write" and "__transaction_state" in path:
            raise OSError(errno.ENOSPC, "full")

    bench.files.fault = full
    assert code_of(bench.add, producer) == ErrorCode.NOT_COORDINATOR
    bench.files.fault = None
    bench.add(producer)
    assert bench.state() is State.ONGOING


def test_an_id_that_is_looked_after_elsewhere_is_not_answered_for(bench: Bench) -> None:
    assert code_of(bench.transactions.describe, "t") == ErrorCode.NOT_COORDINATOR
    bench.init()
    bench.broker.topics.take_offline(bench.transactions._partition("t"), "it burned")
    for code in (code_of(bench.init), code_of(bench.add, (0, 0)), code_of(bench.end, (0, 0))):
        assert code == ErrorCode.NOT_COORDINATOR
    assert code_of(bench.transactions.coordinator_of, "t") == ErrorCode.COORDINATOR_NOT_AVAILABLE


def test_an_id_that_is_not_there_is_not_found(bench: Bench) -> None:
    bench.init()
    assert code_of(bench.transactions.describe, "unknown") == ErrorCode.TRANSACTIONAL_ID_NOT_FOUND
    assert code_of(bench.transactions.describe, "") == ErrorCode.INVALID_REQUEST
