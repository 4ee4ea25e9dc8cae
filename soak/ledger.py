"""What was promised to clients, kept outside the server, and what the logs are found to hold.

Every value names the producer that made it and its number there, so that a value tells whether it was lost, doubled or
overtaken. Promises come from many threads; one lock guards them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

import attrs


class Violation(AssertionError):
    """A promise was broken. The text says which."""


@attrs.frozen(order=True)
class Place:
    """One partition."""

    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition}"


def make_value(producer: str, number: int, size: int) -> bytes:
    """`producer:number|` over and over, at least once, cut to `size`."""
    head = b"%s:%d|" % (producer.encode(), number)
    return (head * (size // len(head) + 1))[: max(size, len(head))]


def name_of(value: bytes) -> bytes:
    """`producer:number` of a value that is whole. Raises Violation for any other bytes."""
    head, bar, _ = value.partition(b"|")
    head += bar
    if not bar or value != (head * (len(value) // len(head) + 1))[: len(value)]:
        raise Violation(f"{value[:60]!r}... of {len(value)} bytes was never written")
    return head[:-1]


SOMEWHERE = -1
"""The offset of a promise that names none: the record is there, once, wherever."""


@attrs.frozen
class Promise:
    """Somebody was told that this record is at this offset."""

    place: Place
    offset: int
    name: bytes
    """Of its value; of its key for one without a value."""
    whom: str
    key: bytes | None = None
    tombstone: bool = False


class Ledger:
    """What clients were told."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._promises: list[Promise] = []
        self._commits: dict[tuple[str, Place], int] = {}
        self._highest: dict[Place, int] = {}
        self.counts: dict[str, int] = {}
        """How many promises each client was given."""
        self.failures: list[Exception] = []
        """What ended a client's thread."""

    def promise(self, *promises: Promise) -> None:
        with self._lock:
            self._promises += promises
            for promise in promises:
                self.counts[promise.whom] = self.counts.get(promise.whom, 0) + 1
                self._highest[promise.place] = max(promise.offset, self._highest.get(promise.place, -1))

    def committed(self, group: str, place: Place, offset: int) -> None:
        """The group was told that its offset is kept."""
        with self._lock:
            self._commits[group, place] = max(offset, self._commits.get((group, place), -1))

    def take_promises(self) -> list[Promise]:
        """Those that came since the last time."""
        with self._lock:
            promises, self._promises = self._promises, []
            return promises

    def highest(self, place: Place) -> int:
        """The last offset that was promised to anybody, -1 for none."""
        with self._lock:
            return self._highest.get(place, -1)

    def commits(self) -> dict[tuple[str, Place], int]:
        with self._lock:
            return dict(self._commits)

    def raise_failures(self) -> None:
        for failure in self.failures:
            raise failure


@attrs.frozen
class Kept:
    """A record as it was found."""

    key: bytes | None
    name: bytes | None
    """Of its value; None for a tombstone."""


class Findings:
    """What one partition was found to hold, checked as it grows: dense, in order, nothing twice, nothing changed."""

    def __init__(self, place: Place, *, compacted: bool = False) -> None:
        self.place = place
        self.compacted = compacted
        self.end = 0
        self.kept: dict[int, Kept] = {}
        self._newest: dict[bytes, int] = {}  # producer -> number of its newest record
        self._newest_of_key: dict[bytes | None, int] = {}
        self._promised_of_key: dict[bytes | None, Promise] = {}

    @property
    def has_gaps(self) -> bool:
        return len(self.kept) < self.end

    def read(self, records: Iterable[tuple[int, bytes | None, bytes | None]], start: int) -> None:
        """(offset, key, value) of everything from `start`, which is at most `end`, to the end. Raises Violation."""
        place = self.place
        due = start
        found = set()
        for offset, key, value in records:
            if offset < due or (offset > due and not self.compacted):
                raise Violation(f"{place}: offset {offset} comes where {due} is due")
            due = offset + 1
            kept = Kept(key, None if value is None else name_of(value))
            if offset < self.end:
                found.add(offset)
                before = self.kept.get(offset)
                if before != kept:
                    raise Violation(f"{place}: offset {offset} was {before} and is now {kept}")
                continue
            self._add(offset, kept)
        if due < self.end and not self.compacted:
            raise Violation(f"{place}: ended at {self.end} and now ends at {due}")
        if self.compacted:
            for offset in [offset for offset in self.kept if start <= offset < self.end]:
                if offset not in found:
                    del self.kept[offset]
            self._newest_of_key = {kept.key: offset for offset, kept in sorted(self.kept.items())}
        self.end = max(due, self.end)

    def _add(self, offset: int, kept: Kept) -> None:
        self.kept[offset] = kept
        name = kept.name if kept.name is not None else kept.key
        assert name is not None
        producer, _, number = name.rpartition(b":")
        if kept.name is not None:
            newest = self._newest.get(producer, -1)
            if int(number) == newest:
                raise Violation(
                    f"{self.place}: {name.decode()} is there twice, the second at offset {offset}"
                )
            if int(number) < newest:
                raise Violation(
                    f"{self.place}: {name.decode()} at offset {offset} comes after number {newest} of its producer"
                )
            self._newest[producer] = int(number)

    def check(self, promise: Promise) -> None:
        """Is the promise kept? Everything up to the end was read after it was given. Raises Violation."""
        kept = self.kept.get(promise.offset)
        text = (
            f"{self.place}: {promise.name.decode()} at offset {promise.offset}, promised to {promise.whom},"
        )
        if promise.offset == SOMEWHERE:
            if not self.compacted and all(each.name != promise.name for each in self.kept.values()):
                raise Violation(f"{text} is nowhere: the log ends at {self.end}")
            return
        if not self.compacted:
            if kept is None:
                raise Violation(f"{text} is lost: the log ends at {self.end}")
            if kept.name != promise.name:
                raise Violation(f"{text} is lost: {kept} is there")
            return
        if kept is not None and not promise.tombstone and kept.name != promise.name:
            raise Violation(f"{text} is lost: {kept} is there")
        last = self._promised_of_key.get(promise.key)
        if last is None or promise.offset > last.offset:
            self._promised_of_key[promise.key] = promise

    def check_keys(self) -> None:
        """Of a compacted partition: each key has the last value that was promised, or a later one. Raises Violation."""
        for key, promise in self._promised_of_key.items():
            newest = self._newest_of_key.get(key, -1)
            if newest >= promise.offset or (promise.tombstone and newest < 0):
                continue
            raise Violation(
                f"{self.place}: the last value of key {key!r} promised to {promise.whom} is at offset "
                f"{promise.offset}, the newest one there is at {newest}"
            )
