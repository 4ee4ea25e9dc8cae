"""How a transaction ends when something is in the way: a kill or a power loss at any step, full disks, lost topics."""

from __future__ import annotations

import errno
from random import Random

import pytest

from kwire.broker.transactions.states import State
from kwire.errors import ErrorCode
from tests.broker.transactions.bench import Bench, code_of, committed_values, markers

PLACES = (("a", 0), ("a", 1), ("b", 0))


class Killed(BaseException):
    """The process ends here."""


class Reaper:
    """Ends the process with the n-th operation on a file."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, operation: str, path: str, size: int) -> None:
        if operation in ("write", "sync", "truncate"):
            if not self.left:
                raise Killed
            self.left -= 1


def ended_until(bench: Bench, at: int, client_version: int, *, commit: bool) -> tuple[bool, bool]:
    """Begin a transaction, and end it until the n-th operation: was it told to be over, and did the reaper miss it?"""
    producer = bench.init()
    bench.add(producer, *PLACES, client_version=client_version)
    for name, index in PLACES:
        bench.write(producer, name, index)
    bench.broker.jobs.run_all()
    bench.broker.flushing.take_owed()
    is_told = False
    bench.files.fault = Reaper(at)
    try:
        bench.transactions.end("t", *producer, commit=commit, client_version=client_version)
        promises = bench.broker.flushing.take_owed()
        for _ in range(6):
            is_told = is_told or all(promise.is_kept() for promise in promises)
            bench.broker.jobs.run_all()
            bench.broker.tick(bench.clock.now_ms)
    except Killed:
        return is_told, False
    finally:
        bench.files.fault = None
    return is_told, True


def check_outcome(bench: Bench, *, commit: bool, is_told: bool) -> None:
    """After a restart every partition has the same outcome, and it is the one that was told."""
    for _ in range(6):
        bench.pass_time(200)
    state = bench.state()
    if state is State.ONGOING:
        assert not is_told
        for name, index in PLACES:
            assert committed_values(bench.partition(name, index)) == []
            assert not markers(bench.partition(name, index))
        return
    assert state is (State.COMPLETE_COMMIT if commit else State.COMPLETE_ABORT)
    for name, index in PLACES:
        partition = bench.partition(name, index)
        assert partition.last_stable_offset == partition.high_watermark == partition.log_end_offset
        assert committed_values(partition) == ([b"v"] if commit else [])


@pytest.mark.parametrize("client_version", [0, 2])
@pytest.mark.parametrize("commit", [True, False])
def test_a_kill_at_any_step_leaves_one_outcome_everywhere(client_version: int, commit: bool) -> None:
    outcomes = set()
    for at in range(100):
        bench = Bench()
        is_told, is_missed = ended_until(bench, at, client_version, commit=commit)
        bench.kill()
        check_outcome(bench, commit=commit, is_told=is_told)
        outcomes.add(bench.state())
        if is_missed:
            break
    assert is_missed
    assert at >= 5, "a decision, three markers, the end"
    assert len(outcomes) == 2, "before the decision it stays open, after it there is no way back"


@pytest.mark.parametrize("client_version", [0, 2])
@pytest.mark.parametrize("commit", [True, False])
def test_a_power_loss_at_any_step_leaves_one_outcome_everywhere(client_version: int, commit: bool) -> None:
    """With `flush.messages=1`: nobody is told before the disk has the decision, and no marker is there before that."""
    for at in range(300):
        bench = Bench(loses_unsynced=True, log_flush_interval_messages="1")
        is_told, is_missed = ended_until(bench, at, client_version, commit=commit)
        bench.files = bench.files.crash(Random(at), power_loss=True)
        bench.again()
        check_outcome(bench, commit=commit, is_told=is_told)
        if is_missed:
            assert is_told
            break
    assert is_missed


def test_markers_wait_until_the_decision_is_durable() -> None:
    bench = Bench(log_flush_interval_messages="1")
    producer = bench.init()
    bench.add(producer)
    bench.write(producer)
    bench.transactions.end("t", *producer, commit=True)
    assert bench.state() is State.PREPARE_COMMIT
    assert not markers(bench.partition())
    for _ in range(3):
        bench.settle()
    assert bench.state() is State.COMPLETE_COMMIT
    assert len(markers(bench.partition())) == 1


def test_a_decision_that_could_not_be_synced_is_written_again() -> None:
    bench = Bench(log_flush_interval_messages="1")
    producer = bench.init()
    bench.add(producer)
    bench.write(producer)
    bench.settle()

    def fails(operation: str, path: str, size: int) -> None:
        if operation == "sync" and "__transaction_state" in path:
            raise OSError(errno.EIO, "no")

    bench.transactions.end("t", *producer, commit=True)
    promises = bench.broker.flushing.take_owed()
    bench.files.fault = fails
    bench.broker.jobs.run_all()
    bench.files.fault = None
    assert code_of(promises[0].is_kept) == ErrorCode.NOT_COORDINATOR
    assert not markers(bench.partition())
    for _ in range(20):
        bench.pass_time(1_000)
    assert bench.state() is State.COMPLETE_COMMIT
    assert committed_values(bench.partition()) == [b"v"]


def test_a_partition_that_cannot_be_written_gets_its_marker_when_it_can() -> None:
    bench = Bench()
    producer = bench.init()
    bench.add(producer, *PLACES)
    for name, index in PLACES:
        bench.write(producer, name, index)

    def full(operation: str, path: str, size: int) -> None:
        if operation == "write" and "/a-1/" in path:
            raise OSError(errno.ENOSPC, "full")

    bench.files.fault = full
    bench.end(producer)
    bench.pass_time(100)
    assert bench.state() is State.PREPARE_COMMIT
    assert code_of(bench.add, producer) == ErrorCode.CONCURRENT_TRANSACTIONS
    assert code_of(bench.end, producer) == ErrorCode.CONCURRENT_TRANSACTIONS
    assert code_of(bench.end, producer, commit=False) == ErrorCode.CONCURRENT_TRANSACTIONS
    assert code_of(bench.init) == ErrorCode.CONCURRENT_TRANSACTIONS
    assert committed_values(bench.partition("a", 1)) == []
    assert committed_values(bench.partition("a", 0)) == [b"v"], "the others do not wait for it"
    bench.files.fault = None
    bench.pass_time(2_000)
    assert bench.state() is State.COMPLETE_COMMIT
    assert committed_values(bench.partition("a", 1)) == [b"v"]
    assert len(markers(bench.partition("a", 0))) == 1, "who has one does not get another"


def test_an_end_that_could_not_be_written_down_is_written_when_it_can() -> None:
    bench = Bench()
    producer = bench.init()
    bench.add(producer)
    bench.write(producer)
    left = 1

    def full(operation: str, path: str, size: int) -> None:
        nonlocal left
        if operation == "write" and "__transaction_state" in path:
            left -= 1
            if left < 0:
                raise OSError(errno.ENOSPC, "full")

    bench.files.fault = full
    bench.end(producer)
    assert bench.state() is State.PREPARE_COMMIT
    bench.files.fault = None
    bench.pass_time(1_000)
    assert bench.state() is State.COMPLETE_COMMIT
    assert len(markers(bench.partition())) == 1


def test_a_topic_that_was_deleted_needs_no_marker() -> None:
    bench = Bench()
    producer = bench.init()
    bench.add(producer, *PLACES)
    bench.write(producer, "b", 0)
    topic = bench.broker.topics.get("a")
    assert topic is not None
    bench.broker.topics.delete(topic)
    bench.end(producer)
    assert bench.state() is State.COMPLETE_COMMIT
    assert committed_values(bench.partition("b", 0)) == [b"v"]


def test_an_offline_partition_is_tried_again_until_it_is_back() -> None:
    bench = Bench()
    producer = bench.init()
    bench.add(producer)
    bench.broker.topics.take_offline(bench.partition(), "it burned")
    bench.end(producer)
    bench.pass_time(5_000)
    assert bench.state() is State.PREPARE_COMMIT
    bench.kill()
    bench.pass_time(0)
    assert bench.state() is State.COMPLETE_COMMIT


def test_a_partition_that_another_coordinator_has_ended_refuses_for_good(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    producer = bench.init()
    bench.add(producer)
    bench.write(producer)
    bench.partition().append_marker(
        *producer, commit=False, coordinator_epoch=9, now_ms=bench.clock.time_ms()
    )
    bench.end(producer)
    bench.pass_time(10_000)
    assert bench.state() is State.PREPARE_COMMIT
    assert "refuses its marker (TRANSACTION_COORDINATOR_FENCED)" in caplog.text
    assert len(markers(bench.partition())) == 1
