"""Sharing: what members of share groups are given of the partitions that are led here (KIP-932).

Owns the share partitions that are loaded and the sessions of their members. A share partition is loaded when a member
first asks for it, and forgotten when no member of its group has a session here.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from kwire.broker.partition import Partition
from kwire.broker.remote import NotLeader, RemotePartition
from kwire.broker.share.led import LedSharePartition
from kwire.broker.share.persister import Persister
from kwire.broker.share.requests import TopicIndex
from kwire.broker.share.sessions import ShareSession, ShareSessions
from kwire.broker.share.state import ShareKey
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker


class Sharing:
    """All the share partitions of this broker that somebody uses."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.persister = Persister(broker)
        self.sessions = ShareSessions(broker.config.int("group.share.max.share.sessions"))
        self._led: dict[ShareKey, LedSharePartition] = {}
        self._locks: list[tuple[int, int, LedSharePartition]] = []
        self._serial = 0

    # Time

    def tick(self, now_ms: int) -> None:
        """Locks that are over end."""
        while self._locks and self._locks[0][0] <= now_ms:
            due_ms, _, led = heappop(self._locks)
            if led.lock_due_ms == due_ms:
                led.expire(now_ms)

    def next_deadline(self) -> int | None:
        """When `tick` is wanted next, on the monotonic clock in milliseconds; it may be early."""
        return self._locks[0][0] if self._locks else None

    def locks_end(self, led: LedSharePartition, due_ms: int) -> None:
        """A lock of this share partition ends then."""
        if led.lock_due_ms is None or due_ms < led.lock_due_ms:
            led.lock_due_ms = due_ms
            nearer = not self._locks or due_ms < self._locks[0][0]
            self._serial += 1
            heappush(self._locks, (due_ms, self._serial, led))
            if nearer:
                self.broker.deadline_changed.fire()

    # Share partitions

    def known(self, group_id: str, at: TopicIndex) -> LedSharePartition | None:
        """A share partition that is loaded, and is led here still."""
        led = self._led.get(ShareKey(group_id, *at))
        if led is not None and not self._is_current(led):
            led.fail(KafkaError(ErrorCode.NOT_LEADER_OR_FOLLOWER))
            return None
        return led

    def get(self, group_id: str, at: TopicIndex) -> LedSharePartition:
        """A share partition, which begins to be loaded when it is not.

        Raises KafkaError: UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, NotLeader, KAFKA_STORAGE_ERROR.
        """
        partition = self._partition(at)
        led = self.known(group_id, at)
        if led is None:
            led = LedSharePartition(self, ShareKey(group_id, *at), partition)
            self._led[led.key] = led
            led.load()
        return led

    def _partition(self, at: TopicIndex) -> Partition:
        topic_id, index = at
        topic = self.broker.topics.by_id.get(topic_id)
        if topic is None:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_ID)
        if not 0 <= index < len(topic.partitions):
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        partition = topic.partitions[index]
        if isinstance(partition, RemotePartition):
            raise NotLeader(partition.leader_id, partition.leader_epoch, f"{partition}")
        if partition.is_offline:
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, f"{partition}")
        return partition

    def _is_current(self, led: LedSharePartition) -> bool:
        try:
            partition = self._partition((led.key.topic_id, led.key.index))
        except KafkaError:
            return False
        return partition is led.partition and partition.leader_epoch == led.leader_epoch

    def forget(self, led: LedSharePartition) -> None:
        """Whoever asks for it next loads it anew."""
        led.is_gone = True
        if self._led.get(led.key) is led:
            del self._led[led.key]

    def settled(self, led: LedSharePartition) -> None:
        """Nothing of it waits to be put on record: is it needed still?"""
        if not self.sessions.has_members(led.key.group_id):
            self.forget(led)

    def topic_deleted(self, topic_id: bytes) -> None:
        """A topic is gone."""
        for key in [key for key in self._led if key.topic_id == topic_id]:
            self._led[key].fail(KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION))

    # Sessions

    def release(self, session: ShareSession) -> None:
        """A session ends: what its member has can be given to others."""
        group_id, member_id = session.group_id, session.member_id
        self.sessions.close(group_id, member_id)
        for at in session.partitions:
            led = self.known(group_id, at)
            if led is not None:
                led.release(member_id)
        if not self.sessions.has_members(group_id):
            for led in [led for led in self._led.values() if led.key.group_id == group_id]:
                if not led.is_busy:
                    self.forget(led)

    def disconnected(self, connection_id: str) -> None:
        """A connection is closed, and the sessions on it with it."""
        for session in self.sessions.of_connection(connection_id):
            self.release(session)
