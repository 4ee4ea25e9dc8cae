"""What leaders and group coordinators ask the coordinator of share partitions, as values (KIP-932).

All are about partitions of one group. The answer is a result for each (topic id, index), a KafkaError where it could
not be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from kwire.broker.share.state import StateBatch
from kwire.errors import KafkaError

TopicIndex = tuple[bytes, int]
"""A partition: the id of its topic, and its index."""


@attrs.frozen
class InitializeState:
    """These begin to be kept: state epoch and start offset (-1: not known yet) of each. The result is None."""

    group_id: str
    partitions: Mapping[TopicIndex, tuple[int, int]]


@attrs.frozen
class ReadState:
    """What happened to these, asks the leader in this epoch of each. The result is a `StateRead`."""

    group_id: str
    partitions: Mapping[TopicIndex, int]


@attrs.frozen
class StateWrite:
    """What a leader puts on record."""

    state_epoch: int
    leader_epoch: int
    start_offset: int
    complete_count: int
    batches: tuple[StateBatch, ...]


@attrs.frozen
class WriteState:
    """This happened to these. The result is None."""

    group_id: str
    partitions: Mapping[TopicIndex, StateWrite]


@attrs.frozen
class DeleteState:
    """Nobody needs these any more. The result is None."""

    group_id: str
    partitions: tuple[TopicIndex, ...]


@attrs.frozen
class SummarizeState:
    """How far has the group come with these? The result is a `StateSummary`."""

    group_id: str
    partitions: tuple[TopicIndex, ...]


@attrs.frozen
class StateRead:
    """What happened to a share partition."""

    state_epoch: int
    start_offset: int
    batches: tuple[StateBatch, ...]


@attrs.frozen
class StateSummary:
    """How far a share partition is; offsets and counts are -1 where nobody knows."""

    state_epoch: int
    leader_epoch: int
    start_offset: int
    complete_count: int


ShareRequest: TypeAlias = InitializeState | ReadState | WriteState | DeleteState | SummarizeState
"""What is asked of those who keep share partitions."""

Results: TypeAlias = Mapping[TopicIndex, StateRead | StateSummary | KafkaError | None]
