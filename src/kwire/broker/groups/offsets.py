"""Committed offsets of all groups, by topic and partition.

Changed only by what was read from or written to the log. Offsets that are part of a transaction wait, out of sight,
for its end (KIP-98): a commit brings them in unless a newer plain commit is there, an abort drops them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Protocol

from kwire.broker.groups.events import CommittedOffset, OffsetCommitted

OpenTransaction = tuple[int, int]
"""The partition of `__consumer_offsets` that was written to, and the producer id: it ends in each by itself."""


class KeepsOffsets(Protocol):
    """A group, as far as its offsets are concerned."""

    group_id: str

    @property
    def offsets_kept_since_ms(self) -> int | None:
        """From when on their retention counts: -1 from the commit of each, None while nothing may go."""
        ...

    def is_subscribed_to(self, topic: str) -> bool: ...


class OffsetStore:
    """What every group committed. An offset comes with the place of its record in the log, which tells new from old."""

    __slots__ = ("_groups", "_open", "_open_keys")

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, dict[int, tuple[CommittedOffset, int]]]] = {}
        self._open: dict[OpenTransaction, dict[tuple[str, str, int], tuple[CommittedOffset, int]]] = {}
        self._open_keys: Counter[tuple[str, str, int]] = Counter()

    def get(self, group_id: str, topic: str, partition: int) -> CommittedOffset | None:
        topics = self._groups.get(group_id)
        if topics is None:
            return None
        partitions = topics.get(topic)
        if partitions is None:
            return None
        found = partitions.get(partition)
        return None if found is None else found[0]

    def of_group(self, group_id: str) -> Iterator[tuple[str, int, CommittedOffset]]:
        """(topic, partition, offset) of everything that the group committed; topics come in one piece."""
        for topic, partitions in self._groups.get(group_id, {}).items():
            for partition, (committed, _) in partitions.items():
                yield topic, partition, committed

    def with_topic(self, topic: str) -> Iterator[tuple[str, int]]:
        """(group id, partition) of every offset in this topic, in transactions too."""
        for group_id, topics in self._groups.items():
            for partition in topics.get(topic, {}):
                yield group_id, partition
        for group_id, name, partition in self._open_keys:
            if name == topic and self.get(group_id, topic, partition) is None:
                yield group_id, partition

    def has_any(self, group_id: str) -> bool:
        return group_id in self._groups

    def is_unstable(self, group_id: str, topic: str, partition: int) -> bool:
        """May a transaction that is still open change this offset?"""
        return (group_id, topic, partition) in self._open_keys

    def has_open_transaction(self, group_id: str) -> bool:
        return any(key[0] == group_id for key in self._open_keys)

    def apply(self, event: OffsetCommitted, record_offset: int) -> None:
        """A plain commit, or its removal."""
        committed = event.committed
        if committed is None:
            self._remove(event.group_id, event.topic, event.partition)
            return
        topics = self._groups.get(event.group_id)
        if topics is None:
            topics = self._groups[event.group_id] = {}
        partitions = topics.get(event.topic)
        if partitions is None:
            partitions = topics[event.topic] = {}
        partitions[event.partition] = (committed, record_offset)

    def apply_in_transaction(
        self, transaction: OpenTransaction, event: OffsetCommitted, record_offset: int
    ) -> None:
        """A commit that counts when the producer's transaction does."""
        key = (event.group_id, event.topic, event.partition)
        if event.committed is None:
            self._remove(*key)
            return
        waiting = self._open.setdefault(transaction, {})
        if key not in waiting:
            self._open_keys[key] += 1
        waiting[key] = (event.committed, record_offset)

    def end_transaction(self, transaction: OpenTransaction, *, commit: bool) -> None:
        """The producer's transaction ended on the partition."""
        for key, (committed, record_offset) in self._open.pop(transaction, {}).items():
            self._close_key(key)
            if not commit:
                continue
            group_id, topic, partition = key
            known = self._groups.get(group_id, {}).get(topic, {}).get(partition)
            if known is None or known[1] < record_offset:
                self.apply(OffsetCommitted(group_id, topic, partition, committed), record_offset)

    def expired(self, group: KeepsOffsets, now_ms: int, retention_ms: int) -> list[OffsetCommitted]:
        """The removal of what the group does not need any more; `now_ms` is the wall clock (KIP-211)."""
        group_id = group.group_id
        since_ms = group.offsets_kept_since_ms
        if since_ms is None:
            return []
        gone = []
        for topic, partition, committed in self.of_group(group_id):
            if group.is_subscribed_to(topic) or self.is_unstable(group_id, topic, partition):
                continue
            if committed.expire_timestamp_ms >= 0:
                is_over = now_ms >= committed.expire_timestamp_ms
            else:
                is_over = (
                    now_ms - (since_ms if since_ms >= 0 else committed.commit_timestamp_ms) >= retention_ms
                )
            if is_over:
                gone.append(OffsetCommitted(group_id, topic, partition, None))
        return gone

    def _remove(self, group_id: str, topic: str, partition: int) -> None:
        topics = self._groups.get(group_id, {})
        partitions = topics.get(topic, {})
        if partitions.pop(partition, None) is not None and not partitions:
            del topics[topic]
            if not topics:
                del self._groups[group_id]
        key = (group_id, topic, partition)
        if key in self._open_keys:
            for waiting in self._open.values():
                if waiting.pop(key, None) is not None:
                    self._close_key(key)

    def _close_key(self, key: tuple[str, str, int]) -> None:
        self._open_keys[key] -= 1
        if not self._open_keys[key]:
            del self._open_keys[key]


def partitions_of(offsets: Iterable[OffsetCommitted]) -> Iterator[tuple[bytes, int]]:
    """(topic id, partition) of what is to be committed."""
    for event in offsets:
        if event.committed is not None:
            yield event.committed.topic_id, event.partition


def is_longer(text: str, limit: int) -> bool:
    """More than `limit` UTF-16 code units, which is how Kafka counts?"""
    size = len(text)
    if size > limit or size * 2 <= limit:
        return size > limit
    return not text.isascii() and len(text.encode("utf-16-le", "surrogatepass")) > limit * 2
