"""A real broker over files in memory, with a clock that the test moves."""

from __future__ import annotations

from random import Random

from kwire.broker.broker import Broker
from kwire.config import Config
from kwire.log.files import MemoryFiles


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
