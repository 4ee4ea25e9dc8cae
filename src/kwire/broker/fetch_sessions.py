"""Fetch sessions (KIP-227): what a consumer wants of many partitions is kept, so that it need not say it each time.

A session knows which of its partitions may have something to tell: those that changed since they were looked at in
vain. Only these are looked at, so a fetch costs what it brings, however many partitions the consumer has. Always holds:
a partition of a session that does not count as changed is watched: its next `appended` makes it count again, once.
"""

from __future__ import annotations

import random as random_module
from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol

from kwire.broker.partition import Partition
from kwire.broker.signals import Signal
from kwire.errors import ErrorCode, KafkaError

FULL_EPOCH = 0
"""Says everything, and begins a session."""

FINAL_EPOCH = -1
"""Says everything, and wants no session."""

_LAST_EPOCH = 2**31 - 1

EVICTABLE_AFTER_MS = 120_000
"""A session that was not used for so long makes room for any other; one that is so old, for a larger one."""


class Asked(Protocol):
    """What a reader wants of one partition; see the Fetch API."""

    partition: int
    current_leader_epoch: int
    fetch_offset: int
    last_fetched_epoch: int
    partition_max_bytes: int


class SessionPartition:
    """One partition of a session: what is wanted of it, and what was told of it last."""

    __slots__ = ("_session", "_watched", "asked", "high_watermark", "log_start_offset", "topic", "topic_id")

    def __init__(self, session: FetchSession, topic: str, topic_id: bytes, asked: Asked) -> None:
        self.topic = topic
        self.topic_id = topic_id
        self.asked = asked
        self.high_watermark = -1
        self.log_start_offset = -1
        self._session = session
        self._watched: Partition | None = None

    def told(self, high_watermark: int, log_start_offset: int) -> bool:
        """The client is about to hear this; whether it is news."""
        news = (high_watermark, log_start_offset) != (self.high_watermark, self.log_start_offset)
        self.high_watermark, self.log_start_offset = high_watermark, log_start_offset
        return news

    def watch(self, partition: Partition) -> None:
        """Let the next change of the partition be heard."""
        if self._watched is not partition:
            self.unwatch()
            self._watched = partition
            partition.appended.add(self.changed)

    def changed(self) -> None:
        """There may be something to tell."""
        self.unwatch()
        self._session.changed_partitions[self] = None
        self._session.changed.fire()

    def unwatch(self) -> None:
        if self._watched is not None:
            self._watched.appended.discard(self.changed)
            self._watched = None


Key = tuple[str | bytes, int]


class FetchSession:
    """What one consumer wants. `epoch` is that of the next request."""

    __slots__ = (
        "_partitions",
        "changed",
        "changed_partitions",
        "committed_only",
        "created_ms",
        "epoch",
        "evictable",
        "session_id",
        "used_ms",
        "uses_topic_ids",
    )

    def __init__(self, session_id: int, *, uses_topic_ids: bool, committed_only: bool, now_ms: int) -> None:
        self.session_id = session_id
        self.uses_topic_ids = uses_topic_ids
        self.committed_only = committed_only
        self.epoch = 1
        self.created_ms = now_ms
        self.used_ms = now_ms
        self.evictable = False
        self.changed = Signal()
        """Fires when a partition has changed that had nothing to tell before."""
        self.changed_partitions: dict[SessionPartition, None] = {}
        """Those to look at, in the order in which they come; who gave records goes to the end."""
        self._partitions: dict[Key, SessionPartition] = {}

    def __len__(self) -> int:
        return len(self._partitions)

    def _key(self, topic: str, topic_id: bytes, index: int) -> Key:
        return (topic_id if self.uses_topic_ids else topic, index)

    def want(self, topic: str, topic_id: bytes, asked: Asked) -> SessionPartition:
        """A partition is new in the session, or something else is wanted of it now."""
        key = self._key(topic, topic_id, asked.partition)
        partition = self._partitions.get(key)
        if partition is None:
            partition = self._partitions[key] = SessionPartition(self, topic, topic_id, asked)
            self.changed_partitions[partition] = None
        else:
            partition.asked = asked
            partition.changed()
        return partition

    def forget(self, topic: str, topic_id: bytes, index: int) -> None:
        """A partition leaves the session."""
        partition = self._partitions.pop(self._key(topic, topic_id, index), None)
        if partition is not None:
            partition.unwatch()
            self.changed_partitions.pop(partition, None)

    def look_at_all(self) -> None:
        """What counts as something to tell is another thing now."""
        for partition in self._partitions.values():
            partition.changed()

    def goes_last(self, partition: SessionPartition) -> None:
        """It gave records: the others come first next time (KIP-74)."""
        self.changed_partitions.pop(partition, None)
        self.changed_partitions[partition] = None

    def settle(self, partition: SessionPartition) -> None:
        """There is nothing to tell of it; it should be watched."""
        self.changed_partitions.pop(partition, None)

    def close(self) -> None:
        for partition in self._partitions.values():
            partition.unwatch()
        self._partitions.clear()
        self.changed_partitions.clear()


def following(epoch: int) -> int:
    return 1 if epoch == _LAST_EPOCH else epoch + 1


class FetchSessions:
    """The sessions of one broker, at most `slots` of them (`max.incremental.fetch.session.cache.slots`)."""

    def __init__(self, slots: int, random: random_module.Random) -> None:
        self.slots = slots
        self._random = random
        self._by_id: OrderedDict[int, FetchSession] = OrderedDict()  # used longest ago comes first

    def __len__(self) -> int:
        return len(self._by_id)

    def resume(self, session_id: int, epoch: int, *, uses_topic_ids: bool, now_ms: int) -> FetchSession:
        """The session that a request goes on with; it expects the next epoch then.

        Raises KafkaError: FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR.
        """
        session = self._by_id.get(session_id)
        if session is None:
            raise KafkaError(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
        if session.epoch != epoch:
            raise KafkaError(ErrorCode.INVALID_FETCH_SESSION_EPOCH)
        if session.uses_topic_ids != uses_topic_ids:
            raise KafkaError(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR)
        session.epoch = following(epoch)
        session.used_ms = now_ms
        session.evictable = now_ms - session.created_ms > EVICTABLE_AFTER_MS
        self._by_id.move_to_end(session_id)
        return session

    def close(self, session_id: int) -> None:
        """Forget a session; nothing happens when there is none."""
        session = self._by_id.pop(session_id, None)
        if session is not None:
            session.close()

    def open(
        self, size: int, *, uses_topic_ids: bool, committed_only: bool, now_ms: int
    ) -> FetchSession | None:
        """A new session for `size` partitions; None when it is not worth more than those that are there."""
        if len(self._by_id) >= self.slots and not self._evict(size, now_ms):
            return None
        session_id = 0
        while session_id == 0 or session_id in self._by_id:
            session_id = self._random.randint(1, _LAST_EPOCH)
        session = FetchSession(
            session_id, uses_topic_ids=uses_topic_ids, committed_only=committed_only, now_ms=now_ms
        )
        self._by_id[session_id] = session
        return session

    def _evict(self, size: int, now_ms: int) -> bool:
        """Make room for a session of `size` partitions, by Kafka's rules."""
        if not self._by_id:
            return False
        oldest = next(iter(self._by_id.values()))
        if now_ms - oldest.used_ms > EVICTABLE_AFTER_MS:
            self.close(oldest.session_id)
            return True
        evictable: Iterable[FetchSession] = (each for each in self._by_id.values() if each.evictable)
        smallest = min(evictable, key=lambda each: (len(each), each.session_id), default=None)
        if smallest is None or size <= len(smallest):
            return False
        self.close(smallest.session_id)
        return True
