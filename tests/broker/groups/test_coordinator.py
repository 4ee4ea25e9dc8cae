"""The coordinator: what is written, what a restart brings back, and what goes in time."""

from __future__ import annotations

import errno

import pytest

from kwire.broker.broker import Broker
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
from tests.broker.groups.bench import RANGE, offers
from tests.broker.groups.brokers import TestClock, open_broker, pass_time

DAY_MS = 86_400_000


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles()


@pytest.fixture
def broker(files: MemoryFiles) -> Broker:
    return open_broker(files)


def _join(member_id: str = "", session_timeout_ms: int = 10_000, topic: str = "t") -> Join:
    return Join(
        member_id=member_id,
        instance_id=None,
        client_id="c",
        client_host="/h",
        session_timeout_ms=session_timeout_ms,
        rebalance_timeout_ms=60_000,
        protocol_type="consumer",
        protocols=offers("range", topics=(topic,)),
        can_retry_with_id=False,
    )


def _stable_member(broker: Broker, group_id: str = "g", topic: str = "t") -> str:
    """The id of the only member of a new stable group."""
    now_ms = broker.clock.monotonic_ms()
    parked = broker.groups.join(group_id, _join(topic=topic), now_ms)
    broker.groups.tick(now_ms)
    assert parked.answer is not None
    member_id = parked.answer.member_id
    broker.groups.sync(group_id, member_id, None, 1, None, None, {member_id: b"A"}, now_ms)
    return member_id


def _commit(broker: Broker, group_id: str, topic: str, offset: int, metadata: str = "") -> list[ErrorCode]:
    committed = CommittedOffset(offset, metadata=metadata, commit_timestamp_ms=broker.clock.time_ms())
    return broker.groups.commit(
        group_id,
        "",
        None,
        -1,
        [OffsetCommitted(group_id, topic, 0, committed)],
        broker.clock.monotonic_ms(),
    )


def _offset(broker: Broker, group_id: str, topic: str = "t") -> int | None:
    found = broker.groups.offsets.get(group_id, topic, 0)
    return None if found is None else found.offset


def _restarted(broker: Broker, files: MemoryFiles) -> Broker:
    broker.close()
    return open_broker(files)


def _code(caught: pytest.ExceptionInfo[KafkaError]) -> ErrorCode:
    return caught.value.code


# The log


def test_a_group_is_written_to_the_partition_of_its_id(broker: Broker) -> None:
    _commit(broker, "my-group", "t", 5)
    sizes = [partition.log_end_offset for partition in broker.topics.by_name["__consumer_offsets"].partitions]
    expected = [0, 0, 0]
    expected[coordinator_index("my-group", 3)] = 1
    assert sizes == expected


def test_offsets_come_back(broker: Broker, files: MemoryFiles) -> None:
    for number in range(20):
        _commit(broker, f"g{number}", "t", number, "note")
    again = _restarted(broker, files)
    for number in range(20):
        assert again.groups.offsets.get(f"g{number}", "t", 0) == broker.groups.offsets.get(
            f"g{number}", "t", 0
        )


def test_a_killed_broker_remembers_what_it_acknowledged(broker: Broker, files: MemoryFiles) -> None:
    _commit(broker, "g", "t", 5)
    member_id = _stable_member(broker, "h")
    again = open_broker(files.crash(power_loss=False))
    assert _offset(again, "g") == 5
    again.groups.heartbeat("h", member_id, None, 1, again.clock.monotonic_ms())


def test_a_stable_group_goes_on_in_its_generation(broker: Broker, files: MemoryFiles) -> None:
    member_id = _stable_member(broker)
    before = broker.groups.describe("g")
    again = _restarted(broker, files)
    assert again.groups.describe("g") == before
    again.groups.heartbeat("g", member_id, None, 1, again.clock.monotonic_ms())
    answer = again.groups.sync("g", member_id, None, 1, None, None, {}, again.clock.monotonic_ms()).answer
    assert answer is not None
    assert answer.assignment == b"A"


def test_a_member_that_stays_away_after_a_restart_is_dropped(broker: Broker, files: MemoryFiles) -> None:
    _stable_member(broker)
    again = _restarted(broker, files)
    pass_time(again, 9_999)
    assert again.groups.describe("g").state is State.STABLE
    pass_time(again, 1)
    assert again.groups.describe("g").state is State.EMPTY


def test_a_deleted_group_stays_deleted(broker: Broker, files: MemoryFiles) -> None:
    _commit(broker, "g", "t", 5)
    broker.groups.delete("g")
    again = _restarted(broker, files)
    for each in (broker, again):
        assert list(each.groups.listed()) == []
        assert _offset(each, "g") is None


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
    again = _restarted(broker, files)
    assert _offset(again, "g", "kept") == 5
    assert _offset(again, "g", "dropped") is None
    assert _offset(again, "g", "open") is None
    assert again.groups.offsets.is_unstable("g", "open", 0)


def test_what_others_wrote_is_passed_over(
    broker: Broker, files: MemoryFiles, caplog: pytest.LogCaptureFixture
) -> None:
    partition = broker.topics.ensure_internal("__consumer_offsets").partitions[0]
    strange = [Record(0, 0, bytes.fromhex("0003000167"), bytes(6)), Record(1, 0, b"\x00\x01", b"x")]
    partition.append_journal(build_batch(strange), 0)
    again = _restarted(broker, files)
    assert list(again.groups.listed()) == []
    assert "offset 1: passed over" in caplog.text


def test_when_the_disk_fails_members_look_elsewhere(broker: Broker, files: MemoryFiles) -> None:
    _commit(broker, "g", "t", 5)

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "write" and "__consumer_offsets" in path:
            raise OSError(errno.ENOSPC, "full")

    files.fault = fault
    with pytest.raises(KafkaError) as caught:
        _commit(broker, "g", "t", 6)
    assert _code(caught) is ErrorCode.NOT_COORDINATOR
    with pytest.raises(KafkaError) as caught:
        broker.groups.join("new", _join(), broker.clock.monotonic_ms())
    assert _code(caught) is ErrorCode.NOT_COORDINATOR
    assert _offset(broker, "g") == 5
    assert [group.group_id for group in broker.groups.listed()] == ["g"]
    files.fault = None
    assert _commit(broker, "g", "t", 7) == [ErrorCode.NONE]


# Members


@pytest.mark.parametrize(
    ("group_id", "join", "code"),
    [
        ("", _join(session_timeout_ms=1), ErrorCode.INVALID_GROUP_ID),
        ("g", _join(session_timeout_ms=5_999), ErrorCode.INVALID_SESSION_TIMEOUT),
        ("g", _join(session_timeout_ms=1_800_001), ErrorCode.INVALID_SESSION_TIMEOUT),
        ("g", _join("somebody"), ErrorCode.UNKNOWN_MEMBER_ID),
    ],
)
def test_a_join_that_cannot_be_judged(broker: Broker, group_id: str, join: Join, code: ErrorCode) -> None:
    with pytest.raises(KafkaError) as caught:
        broker.groups.join(group_id, join, 0)
    assert _code(caught) is code
    assert list(broker.groups.listed()) == []


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
    broker.groups.join("g", _join(), broker.clock.monotonic_ms())
    assert told
    assert broker.groups.next_deadline() == broker.clock.monotonic_ms()


# Offsets


def test_a_commit_of_nobody_makes_a_simple_group(broker: Broker) -> None:
    assert _commit(broker, "g", "t", 5) == [ErrorCode.NONE]
    shown = broker.groups.describe("g")
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
    assert _commit(broker, "g", "t", 5, metadata) == [code]
    assert _offset(broker, "g") == (5 if code is ErrorCode.NONE else None)


def test_offsets_are_deleted_unless_somebody_consumes_the_topic(broker: Broker) -> None:
    _commit(broker, "g", "t", 5)
    _commit(broker, "g", "u", 5)
    _stable_member(broker, "g", topic="t")
    assert broker.groups.delete_offsets("g", [("t", 0), ("u", 0), ("u", 1)]) == {
        ("t", 0): ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
        ("u", 0): ErrorCode.NONE,
        ("u", 1): ErrorCode.NONE,
    }
    assert _offset(broker, "g", "t") == 5
    assert _offset(broker, "g", "u") is None


@pytest.mark.parametrize(
    ("group_id", "code"), [("", ErrorCode.INVALID_GROUP_ID), ("g", ErrorCode.GROUP_ID_NOT_FOUND)]
)
def test_deleting_offsets_of_no_group(broker: Broker, group_id: str, code: ErrorCode) -> None:
    with pytest.raises(KafkaError) as caught:
        broker.groups.delete_offsets(group_id, [])
    assert _code(caught) is code


def test_deleting_offsets_of_members_that_are_no_consumers(broker: Broker) -> None:
    join = Join("", None, "c", "/h", 10_000, 10_000, "connect", RANGE, can_retry_with_id=False)
    broker.groups.join("g", join, 0)
    with pytest.raises(KafkaError) as caught:
        broker.groups.delete_offsets("g", [("t", 0)])
    assert _code(caught) is ErrorCode.NON_EMPTY_GROUP


def test_offsets_go_with_their_topic(broker: Broker, files: MemoryFiles) -> None:
    _commit(broker, "g", "t", 5)
    _commit(broker, "h", "t", 6)
    _commit(broker, "g", "u", 7)
    broker.groups.topic_deleted("t", bytes(16))
    again = _restarted(broker, files)
    for each in (broker, again):
        assert _offset(each, "g", "t") is None
        assert _offset(each, "h", "t") is None
        assert _offset(each, "g", "u") == 7


# Groups as a whole


def test_only_a_group_without_members_can_be_deleted(broker: Broker) -> None:
    member_id = _stable_member(broker)
    with pytest.raises(KafkaError) as caught:
        broker.groups.delete("g")
    assert _code(caught) is ErrorCode.NON_EMPTY_GROUP
    broker.groups.leave("g", [(member_id, None, None)], 0)
    broker.groups.delete("g")
    with pytest.raises(KafkaError) as caught:
        broker.groups.delete("g")
    assert _code(caught) is ErrorCode.GROUP_ID_NOT_FOUND


def test_groups_are_listed_by_state_and_type(broker: Broker) -> None:
    _commit(broker, "simple", "t", 5)
    _stable_member(broker, "stable")

    def ids(**filters: set[str]) -> set[str]:
        return {group.group_id for group in broker.groups.listed(**filters)}

    assert ids() == {"simple", "stable"}
    assert ids(states={"stable", "dead"}) == {"stable"}
    assert ids(types={"classic", "share"}) == {"simple", "stable"}
    assert ids(types={"consumer"}) == set()


# What is over


def test_a_group_of_which_nothing_is_left_goes(files: MemoryFiles) -> None:
    broker = open_broker(files, offsets_retention_minutes="1440")
    member_id = _stable_member(broker)
    broker.groups.leave("g", [(member_id, None, None)], 0)
    _commit(broker, "g", "t", 5)
    pass_time(broker, DAY_MS - 600_001)
    assert _offset(broker, "g") == 5
    pass_time(broker, 1_200_000)
    assert _offset(broker, "g") is None
    assert list(broker.groups.listed()) == []
    again = _restarted(broker, files)
    assert list(again.groups.listed()) == []


def test_very_many_groups_are_looked_through_in_turns(files: MemoryFiles) -> None:
    broker = open_broker(files, offsets_retention_minutes="1")
    for number in range(450):
        _commit(broker, f"g{number}", "t", number)
    pass_time(broker, 600_000)
    assert len(list(broker.groups.listed())) == 250
    pass_time(broker, 2)
    assert list(broker.groups.listed()) == []


def test_a_group_with_members_stays(broker: Broker) -> None:
    member_id = _stable_member(broker)
    for _ in range(70):
        pass_time(broker, 9_000)
        broker.groups.heartbeat("g", member_id, None, 1, broker.clock.monotonic_ms())
    assert [group.group_id for group in broker.groups.listed()] == ["g"]


def test_a_group_that_waits_for_a_member_stays(broker: Broker) -> None:
    join = Join("", None, "c", "/h", 1_800_000, 10_000, "consumer", RANGE)
    broker.groups.join("g", join, broker.clock.monotonic_ms())
    pass_time(broker, 610_000)
    assert [group.group_id for group in broker.groups.listed()] == ["g"]


def test_very_many_removals_are_written_in_pieces(broker: Broker, files: MemoryFiles) -> None:
    events = [OffsetCommitted("g", f"t{number}", 0, CommittedOffset(1)) for number in range(4_500)]
    broker.groups.commit("g", "", None, -1, events, 0)
    broker.groups.delete("g")
    again = _restarted(broker, files)
    assert list(again.groups.listed()) == []


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
    parked = again.groups.join("g", _join(), again.clock.monotonic_ms())
    again.groups.tick(again.clock.monotonic_ms())
    assert parked.answer is not None
    assert parked.answer.generation == 8
