"""The coordinator: what is written, what a restart brings back, and what goes in time."""

from __future__ import annotations

import errno

import pytest

from kwire.broker.broker import Broker
from kwire.broker.groups.administration import describe_classic, listed
from kwire.broker.groups.events import (
    CommittedOffset,
    GroupStored,
    OffsetCommitted,
    StoredGroup,
    encode_event,
)
from kwire.broker.groups.members import Join, State
from kwire.broker.hashing import coordinator_index
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from kwire.records.batch import Record, build_batch
from tests.broker.groups.bench import RANGE
from tests.broker.groups.brokers import (
    TestClock,
    a_join,
    commit,
    offset_of,
    open_broker,
    pass_time,
    restarted,
    stable_member,
)

DAY_MS = 86_400_000


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles()


@pytest.fixture
def broker(files: MemoryFiles) -> Broker:
    return open_broker(files)


def _code(caught: pytest.ExceptionInfo[KafkaError]) -> ErrorCode:
    return caught.value.code


# The log


def test_a_group_is_written_to_the_partition_of_its_id(broker: Broker) -> None:
    commit(broker, "my-group", "t", 5)
    sizes = [partition.log_end_offset for partition in broker.topics.by_name["__consumer_offsets"].partitions]
    expected = [0, 0, 0]
    expected[coordinator_index("my-group", 3)] = 1
    assert sizes == expected


def test_offsets_come_back(broker: Broker, files: MemoryFiles) -> None:
    for number in range(20):
        commit(broker, f"g{number}", "t", number, "note")
    again = restarted(broker, files)
    for number in range(20):
        assert again.groups.offsets.get(f"g{number}", "t", 0) == broker.groups.offsets.get(
            f"g{number}", "t", 0
        )


def test_a_killed_broker_remembers_what_it_acknowledged(broker: Broker, files: MemoryFiles) -> None:
    commit(broker, "g", "t", 5)
    member_id = stable_member(broker, "h")
    again = open_broker(files.crash(power_loss=False))
    assert offset_of(again, "g") == 5
    again.groups.heartbeat("h", member_id, None, 1, again.clock.monotonic_ms())


def test_a_stable_group_goes_on_in_its_generation(broker: Broker, files: MemoryFiles) -> None:
    member_id = stable_member(broker)
    before = describe_classic(broker, "g")
    again = restarted(broker, files)
    assert describe_classic(again, "g") == before
    again.groups.heartbeat("g", member_id, None, 1, again.clock.monotonic_ms())
    answer = again.groups.sync("g", member_id, None, 1, None, None, {}, again.clock.monotonic_ms()).answer
    assert answer is not None
    assert answer.assignment == b"A"


def test_a_member_that_stays_away_after_a_restart_is_dropped(broker: Broker, files: MemoryFiles) -> None:
    stable_member(broker)
    again = restarted(broker, files)
    pass_time(again, 9_999)
    assert describe_classic(again, "g").state is State.STABLE
    pass_time(again, 1)
    assert describe_classic(again, "g").state is State.EMPTY


def test_a_transaction_in_the_log_counts_by_its_end(broker: Broker, files: MemoryFiles) -> None:
    def batch(topic: str, producer_id: int) -> bytes:
        key, value = encode_event(OffsetCommitted("g", topic, 0, CommittedOffset(5)))
        return build_batch(
            [Record(0, 0, key, value)],
            producer_id=producer_id,
            producer_epoch=0,
            base_sequence=0,
            transactional=True,
        )

    def marker(producer_id: int, kind: int) -> bytes:
        return build_batch(
            [Record(0, 0, bytes((0, 0, 0, kind)), bytes(6))],
            producer_id=producer_id,
            producer_epoch=0,
            transactional=True,
            control=True,
        )

    partition = broker.topics.ensure_internal("__consumer_offsets").partitions[coordinator_index("g", 3)]
    for each in (batch("kept", 1), batch("dropped", 2), batch("open", 3), marker(2, 0), marker(1, 1)):
        partition.append_journal(each, 0)
    again = restarted(broker, files)
    assert offset_of(again, "g", "kept") == 5
    assert offset_of(again, "g", "dropped") is None
    assert offset_of(again, "g", "open") is None
    assert again.groups.offsets.is_unstable("g", "open", 0)


def test_what_others_wrote_is_passed_over(
    broker: Broker, files: MemoryFiles, caplog: pytest.LogCaptureFixture
) -> None:
    partition = broker.topics.ensure_internal("__consumer_offsets").partitions[0]
    strange = [Record(0, 0, bytes.fromhex("0003000167"), bytes(6)), Record(1, 0, b"\x00\x01", b"x")]
    partition.append_journal(build_batch(strange), 0)
    again = restarted(broker, files)
    assert list(listed(again)) == []
    assert "offset 1: passed over" in caplog.text


def test_when_the_disk_fails_members_look_elsewhere(broker: Broker, files: MemoryFiles) -> None:
    commit(broker, "g", "t", 5)

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "write" and "__consumer_offsets" in path:
            raise OSError(errno.ENOSPC, "full")

    files.fault = fault
    with pytest.raises(KafkaError) as caught:
        commit(broker, "g", "t", 6)
    assert _code(caught) is ErrorCode.NOT_COORDINATOR
    with pytest.raises(KafkaError) as caught:
        broker.groups.join("new", a_join(), broker.clock.monotonic_ms())
    assert _code(caught) is ErrorCode.NOT_COORDINATOR
    assert offset_of(broker, "g") == 5
    assert [group.group_id for group in listed(broker)] == ["g"]
    files.fault = None
    assert commit(broker, "g", "t", 7) == [ErrorCode.NONE]


# Members


@pytest.mark.parametrize(
    ("group_id", "join", "code"),
    [
        ("", a_join(session_timeout_ms=1), ErrorCode.INVALID_GROUP_ID),
        ("g", a_join(session_timeout_ms=5_999), ErrorCode.INVALID_SESSION_TIMEOUT),
        ("g", a_join(session_timeout_ms=1_800_001), ErrorCode.INVALID_SESSION_TIMEOUT),
        ("g", a_join("somebody"), ErrorCode.UNKNOWN_MEMBER_ID),
    ],
)
def test_a_join_that_cannot_be_judged(broker: Broker, group_id: str, join: Join, code: ErrorCode) -> None:
    with pytest.raises(KafkaError) as caught:
        broker.groups.join(group_id, join, 0)
    assert _code(caught) is code
    assert list(listed(broker)) == []


@pytest.mark.parametrize(
    ("group_id", "code"), [("", ErrorCode.INVALID_GROUP_ID), ("g", ErrorCode.UNKNOWN_MEMBER_ID)]
)
def test_nobody_is_in_a_group_that_is_not_there(broker: Broker, group_id: str, code: ErrorCode) -> None:
    groups = broker.groups
    with pytest.raises(KafkaError) as caught:
        groups.heartbeat(group_id, "m", None, 1, 0)
    assert _code(caught) is code
    with pytest.raises(KafkaError) as caught:
        groups.sync(group_id, "m", None, 1, None, None, {}, 0)
    assert _code(caught) is code


def test_leaving_a_group_that_is_not_there(broker: Broker) -> None:
    assert broker.groups.leave("g", [("a", None, None), ("b", None, None)], 0) == [
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.UNKNOWN_MEMBER_ID,
    ]
    with pytest.raises(KafkaError) as caught:
        broker.groups.leave("", [], 0)
    assert _code(caught) is ErrorCode.INVALID_GROUP_ID


def test_the_broker_is_told_of_a_nearer_deadline(broker: Broker) -> None:
    told: list[int] = []
    broker.deadline_changed.add(lambda: told.append(1))
    broker.groups.join("g", a_join(), broker.clock.monotonic_ms())
    assert told
    assert broker.groups.next_deadline() == broker.clock.monotonic_ms()


# Offsets


def test_a_commit_of_nobody_makes_a_simple_group(broker: Broker) -> None:
    assert commit(broker, "g", "t", 5) == [ErrorCode.NONE]
    shown = describe_classic(broker, "g")
    assert (shown.state, shown.protocol_type, shown.members) == (State.EMPTY, "", [])


def test_a_generation_in_a_group_that_is_not_there(broker: Broker) -> None:
    with pytest.raises(KafkaError) as caught:
        broker.groups.commit("g", "m", None, 1, [], 0)
    assert _code(caught) is ErrorCode.GROUP_ID_NOT_FOUND


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("m" * 4096, ErrorCode.NONE),
        ("m" * 4097, ErrorCode.OFFSET_METADATA_TOO_LARGE),
        ("\u00e9" * 4096, ErrorCode.NONE),
        ("\U0001f600" * 2048, ErrorCode.NONE),
        ("\U0001f600" * 2048 + "m", ErrorCode.OFFSET_METADATA_TOO_LARGE),
    ],
)
def test_metadata_has_a_limit_in_utf16(broker: Broker, metadata: str, code: ErrorCode) -> None:
    assert commit(broker, "g", "t", 5, metadata) == [code]
    assert offset_of(broker, "g") == (5 if code is ErrorCode.NONE else None)


def test_offsets_go_with_their_topic(broker: Broker, files: MemoryFiles) -> None:
    commit(broker, "g", "t", 5)
    commit(broker, "h", "t", 6)
    commit(broker, "g", "u", 7)
    broker.groups.topic_deleted("t", bytes(16))
    again = restarted(broker, files)
    for each in (broker, again):
        assert offset_of(each, "g", "t") is None
        assert offset_of(each, "h", "t") is None
        assert offset_of(each, "g", "u") == 7


# What is over


def test_a_group_of_which_nothing_is_left_goes(files: MemoryFiles) -> None:
    broker = open_broker(files, offsets_retention_minutes="1440")
    member_id = stable_member(broker)
    broker.groups.leave("g", [(member_id, None, None)], 0)
    commit(broker, "g", "t", 5)
    pass_time(broker, DAY_MS - 600_001)
    assert offset_of(broker, "g") == 5
    pass_time(broker, 1_200_000)
    assert offset_of(broker, "g") is None
    assert list(listed(broker)) == []
    again = restarted(broker, files)
    assert list(listed(again)) == []


def test_very_many_groups_are_looked_through_in_turns(files: MemoryFiles) -> None:
    broker = open_broker(files, offsets_retention_minutes="1")
    for number in range(450):
        commit(broker, f"g{number}", "t", number)
    pass_time(broker, 600_000)
    assert len(list(listed(broker))) == 250
    pass_time(broker, 2)
    assert list(listed(broker)) == []


def test_a_group_with_members_stays(broker: Broker) -> None:
    member_id = stable_member(broker)
    for _ in range(70):
        pass_time(broker, 9_000)
        broker.groups.heartbeat("g", member_id, None, 1, broker.clock.monotonic_ms())
    assert [group.group_id for group in listed(broker)] == ["g"]


def test_a_group_that_waits_for_a_member_stays(broker: Broker) -> None:
    join = Join("", None, "c", "/h", 1_800_000, 10_000, "consumer", RANGE)
    broker.groups.join("g", join, broker.clock.monotonic_ms())
    pass_time(broker, 610_000)
    assert [group.group_id for group in listed(broker)] == ["g"]


def test_a_group_of_old_members_is_read_into_the_same_state() -> None:
    clock = TestClock()
    files = MemoryFiles()
    broker = open_broker(files, clock)
    stored = StoredGroup("consumer", 7, None, None, 123)
    key, value = encode_event(GroupStored("g", stored))
    partition = broker.topics.ensure_internal("__consumer_offsets").partitions[coordinator_index("g", 3)]
    partition.append_journal(build_batch([Record(0, 0, key, value)]), 0)
    broker.close()
    again = open_broker(files, clock)
    parked = again.groups.join("g", a_join(), again.clock.monotonic_ms())
    again.groups.tick(again.clock.monotonic_ms())
    assert parked.answer is not None
    assert parked.answer.generation == 8
