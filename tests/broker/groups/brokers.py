"""A real broker over files in memory, with a clock that the test moves, and what clients of classic groups do."""

from __future__ import annotations

from random import Random

from kwire.broker.broker import Broker
from kwire.broker.groups.events import CommittedOffset, OffsetCommitted
from kwire.broker.groups.members import Join
from kwire.config import Config
from kwire.errors import ErrorCode
from kwire.log.files import MemoryFiles
from tests.broker.groups.bench import offers


class TestClock:
    """Both clocks in one; time moves when the test says so."""

    __test__ = False

    def __init__(self) -> None:
        self.now_ms = 0

    def time_ms(self) -> int:
        return 1_700_000_000_000 + self.now_ms

    def monotonic_ms(self) -> int:
        return 50_000 + self.now_ms


def open_broker(
    files: MemoryFiles, clock: TestClock | None = None, *, seed: int = 1, **settings: str
) -> Broker:
    """Started; dots in the names of settings are written as underscores."""
    properties = {
        "log.dirs": "/data",
        "node.id": "1",
        "offsets.topic.num.partitions": "3",
        "log.index.size.max.bytes": "4096",  # they are as large from the start, and many brokers come and go
    }
    properties |= {name.replace("_", "."): value for name, value in settings.items()}
    broker = Broker(Config(properties), clock=clock or TestClock(), files=files, random=Random(seed))
    broker.start()
    broker.endpoints = {"PLAINTEXT": ("here", 9092)}
    return broker


def pass_time(broker: Broker, milliseconds: int) -> None:
    """Let time pass, with a tick whenever the groups want one."""
    clock = broker.clock
    assert isinstance(clock, TestClock)
    end_ms = clock.now_ms + milliseconds
    while True:
        due_ms = broker.groups.next_deadline()
        if due_ms is None or due_ms - 50_000 > end_ms:
            break
        clock.now_ms = max(clock.now_ms, due_ms - 50_000)
        broker.groups.tick(clock.monotonic_ms())
    clock.now_ms = end_ms


def a_join(member_id: str = "", session_timeout_ms: int = 10_000, topic: str = "t") -> Join:
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


def stable_member(broker: Broker, group_id: str = "g", topic: str = "t") -> str:
    """The id of the only member of a new stable classic group."""
    now_ms = broker.clock.monotonic_ms()
    parked = broker.groups.join(group_id, a_join(topic=topic), now_ms)
    broker.groups.tick(now_ms)
    assert parked.answer is not None
    member_id = parked.answer.member_id
    broker.groups.sync(group_id, member_id, None, 1, None, None, {member_id: b"A"}, now_ms)
    return member_id


def commit(broker: Broker, group_id: str, topic: str, offset: int, metadata: str = "") -> list[ErrorCode]:
    committed = CommittedOffset(offset, metadata=metadata, commit_timestamp_ms=broker.clock.time_ms())
    return broker.groups.commit(
        group_id,
        "",
        None,
        -1,
        [OffsetCommitted(group_id, topic, 0, committed)],
        broker.clock.monotonic_ms(),
    )


def offset_of(broker: Broker, group_id: str, topic: str = "t") -> int | None:
    found = broker.groups.offsets.get(group_id, topic, 0)
    return None if found is None else found.offset


def restarted(broker: Broker, files: MemoryFiles) -> Broker:
    broker.close()
    return open_broker(files)
