"""Removing the oldest records of every topic that deletes, when they are too old or too many (`retention.*`).

One round looks at every partition, a few in each tick, so that thousands of them hold up nobody. Only whole segments
go, oldest first and never beyond the high watermark; the log start then is where the first one left begins.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from kwire.broker.partition import Partition, storage_errors
from kwire.errors import KafkaError
from kwire.log.retention import expired

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

PARTITIONS_AT_ONCE = 100
SEGMENTS_AT_ONCE = 50
PAUSE_MS = 5
"""Between two parts of a round."""


class Retention:
    """The rounds: the first after `log.initial.task.delay.ms`, the others `log.retention.check.interval.ms` apart."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._due = broker.clock.monotonic_ms() + broker.config.int("log.initial.task.delay.ms")
        self._left: deque[Partition] = deque()
        self._removed_any = False

    def tick(self, now_ms: int) -> None:
        """Go on with the round, or begin one, when it is time."""
        if self._due > now_ms:
            return
        broker = self._broker
        wall_ms = broker.clock.time_ms()
        if not self._left:
            self._left.extend(broker.topics.partitions())
        segments = SEGMENTS_AT_ONCE
        for _ in range(min(PARTITIONS_AT_ONCE, len(self._left))):
            partition = self._left[0]
            try:
                removed = remove_expired(partition, wall_ms, segments)
            except KafkaError as error:
                broker.warn(f"The oldest records of {partition.topic}-{partition.index} stay: {error}")
                removed = 0
            segments -= removed
            self._removed_any = self._removed_any or removed > 0
            if segments <= 0:
                break
            self._left.popleft()
        if self._left:
            self._due = now_ms + PAUSE_MS
            return
        self._due = now_ms + broker.config.int("log.retention.check.interval.ms")
        if self._removed_any:
            self._removed_any = False
            broker.log_starts_changed()
            broker.purging.look()

    def next_deadline(self) -> int:
        return self._due


def remove_expired(partition: Partition, now_ms: int, at_most: int) -> int:
    """Remove what the topic's settings no longer keep, up to `at_most` segments; how many. KafkaError on failure.

    A topic that does not delete by itself still lets go of what is below its log start.
    """
    log = partition.log
    if partition.deleted or partition.is_offline or log.closed or log.failed is not None:
        return 0
    config = partition.config
    segments = log.segments
    with storage_errors():
        count = expired(
            segments,
            log_start_offset=log.log_start_offset,
            log_end_offset=log.log_end_offset,
            high_watermark=partition.high_watermark,
            retention_bytes=config.log.retention_bytes if config.deletes else -1,
            retention_ms=config.log.retention_ms if config.deletes else -1,
            now_ms=now_ms,
        )
    count = min(count, at_most)
    if not count:
        return 0
    if count == len(segments):
        partition.roll(now_ms)
    partition.advance_log_start(log.segments[count].base_offset)
    return count
