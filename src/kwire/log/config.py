"""What a log needs to know of its topic's settings, already resolved (topic over broker over default)."""

from __future__ import annotations

import attrs

MAX_LONG = 2**63 - 1


@attrs.frozen
class LogConfig:
    """Settings of one log, by Kafka's topic setting names; the defaults are Kafka's.

    A log takes a new set at any time by assignment to `Log.config`; what was written stays as it is.
    """

    segment_bytes: int = 1024 * 1024 * 1024
    segment_ms: int = 7 * 24 * 60 * 60 * 1000
    segment_jitter_ms: int = 0
    index_interval_bytes: int = 4096
    segment_index_bytes: int = 10 * 1024 * 1024
    flush_messages: int = MAX_LONG
    flush_ms: int = MAX_LONG
    compacted: bool = False
    """`cleanup.policy` has `compact`: offsets may be missing between the batches of this log."""
    file_delete_delay_ms: int = 60 * 1000
    retention_ms: int = 7 * 24 * 60 * 60 * 1000
    retention_bytes: int = -1


@attrs.frozen
class CleaningConfig:
    """What a compacted topic wants of the cleaner, by Kafka's topic setting names; the defaults are Kafka's."""

    min_cleanable_dirty_ratio: float = 0.5
    min_compaction_lag_ms: int = 0
    max_compaction_lag_ms: int = MAX_LONG
    delete_retention_ms: int = 24 * 60 * 60 * 1000
