"""Which segments of a log have outlived their topic's settings: the choice alone, nothing is touched.

Always holds: what is chosen is the oldest segments without a gap, all of it below the high watermark. The last
segment may be among them; whoever removes it begins a new one first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Aging(Protocol):
    """What the choice needs to know of a segment."""

    @property
    def base_offset(self) -> int: ...

    @property
    def size(self) -> int: ...

    def largest_timestamp(self) -> int:
        """Time of its newest record; when it was last written to, if its records have no time."""
        ...


def expired(
    segments: Sequence[Aging],
    *,
    log_start_offset: int,
    log_end_offset: int,
    high_watermark: int,
    retention_bytes: int,
    retention_ms: int,
    now_ms: int,
) -> int:
    """How many segments may go, counted from the oldest. Negative limits are none.

    In Kafka's order: those below the log start, those in front of the newest `retention_bytes`, those whose newest
    record is older than `retention_ms`.
    """
    count = 0
    last = len(segments) - 1

    def removable(at: int) -> bool:
        end_offset = segments[at + 1].base_offset if at < last else log_end_offset
        return end_offset <= high_watermark and (at < last or segments[at].size > 0)

    while count < last and segments[count + 1].base_offset <= log_start_offset and removable(count):
        count += 1
    if retention_bytes >= 0:
        surplus = sum(segment.size for segment in segments[count:]) - retention_bytes
        while count <= last and surplus >= segments[count].size and removable(count):
            surplus -= segments[count].size
            count += 1
    if retention_ms >= 0:
        while (
            count <= last and removable(count) and now_ms - segments[count].largest_timestamp() > retention_ms
        ):
            count += 1
    return count
