"""A broker over in-memory files, which can be stopped, or killed, and started again."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from kwire.broker.broker import Broker
from kwire.config import Config
from kwire.log.files import MemoryFiles


class HandClock:
    """Time that a test moves by hand."""

    def __init__(self) -> None:
        self.now_ms = 1_000_000

    def time_ms(self) -> int:
        return 1_700_000_000_000 + self.now_ms

    def monotonic_ms(self) -> int:
        return self.now_ms


class Keeper:
    """One broker after another on the same files."""

    def __init__(self, settings: Mapping[str, str] | None = None, *, loses_unsynced: bool = False) -> None:
        self.settings = {"log.dirs": "/data", "offsets.topic.num.partitions": "3", **(settings or {})}
        self.clock = HandClock()
        self.files = MemoryFiles(loses_unsynced=loses_unsynced)
        self.random = Random(7)
        self.broker = self._start()

    def restart(self, settings: Mapping[str, str] | None = None) -> Broker:
        """An orderly stop and a start."""
        self.broker.close()
        return self.again(settings)

    def kill(self) -> Broker:
        """The process dies; what it wrote is there."""
        self.files = self.files.crash()
        return self.again(None)

    def again(self, settings: Mapping[str, str] | None = None) -> Broker:
        """A start, after whatever end."""
        self.settings |= settings or {}
        self.broker = self._start()
        return self.broker

    def _start(self) -> Broker:
        broker = Broker(Config(self.settings), clock=self.clock, files=self.files, random=self.random)
        broker.start()
        return broker

    def directories(self) -> set[str]:
        return {entry.name for entry in self.files.entries("/data") if entry.is_directory}
