"""Which partitions a share group has begun with, and how that lies in `__consumer_offsets` (KIP-932).

Somebody else keeps what a share group does with a partition. Before that is asked to begin, or to end, it is noted
here, so that an interrupted start or removal is gone on with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from kwire.broker.groups.assignment import NOTHING, Assignment
from kwire.codec.stored import share_group_state_partition_metadata as stored

KIND = stored.ShareGroupStatePartitionMetadataKey.TYPE


@attrs.frozen
class SharePartitions:
    """The partitions of a share group, and the names of their topics."""

    initializing: Assignment = attrs.Factory(dict)
    """Somebody was asked to keep these, and has not answered."""
    initialized: Assignment = attrs.Factory(dict)
    """These are kept."""
    deleting: frozenset[bytes] = frozenset()
    """Somebody was asked to forget these topics, and has not answered."""
    names: Mapping[bytes, str] = attrs.Factory(dict)

    def begins(self, some: Assignment, names: Mapping[bytes, str]) -> SharePartitions:
        """Somebody is asked to keep these."""
        return attrs.evolve(
            self,
            initializing=union(self.initializing, some),
            deleting=self.deleting - some.keys(),
            names={**self.names, **names},
        )

    def has_begun(self, some: Assignment) -> SharePartitions:
        """These are kept."""
        return attrs.evolve(
            self,
            initializing=difference(self.initializing, some),
            initialized=union(self.initialized, some),
        )

    def has_not_begun(self, some: Assignment) -> SharePartitions:
        """These are not kept: it is to be tried again."""
        return attrs.evolve(self, initializing=difference(self.initializing, some))

    def ends(self, topic_ids: Iterable[bytes]) -> SharePartitions:
        """Somebody is asked to forget these topics."""
        gone = frozenset(topic_ids)
        return attrs.evolve(
            self,
            initializing=without(self.initializing, gone),
            initialized=without(self.initialized, gone),
            deleting=self.deleting | gone,
        )

    def has_ended(self, topic_ids: Iterable[bytes]) -> SharePartitions:
        """Nothing of these topics is kept any more."""
        gone = frozenset(topic_ids)
        return attrs.evolve(
            self,
            initializing=without(self.initializing, gone),
            initialized=without(self.initialized, gone),
            deleting=self.deleting - gone,
            names={topic_id: name for topic_id, name in self.names.items() if topic_id not in gone},
        )

    @property
    def topic_ids(self) -> frozenset[bytes]:
        """Every topic that is named in one way or another."""
        return frozenset((*self.initializing, *self.initialized, *self.deleting))


def union(one: Assignment, other: Assignment) -> Assignment:
    return {
        topic_id: one.get(topic_id, frozenset()) | other.get(topic_id, frozenset())
        for topic_id in {**one, **other}
    }


def difference(one: Assignment, other: Assignment) -> Assignment:
    left = {topic_id: partitions - other.get(topic_id, frozenset()) for topic_id, partitions in one.items()}
    return {topic_id: partitions for topic_id, partitions in left.items() if partitions} or NOTHING


def without(some: Assignment, topic_ids: frozenset[bytes]) -> Assignment:
    return {topic_id: partitions for topic_id, partitions in some.items() if topic_id not in topic_ids}


def to_record(group_id: str, partitions: SharePartitions | None) -> tuple[Any, Any]:
    """Key and value; no value when the group is gone."""
    key = stored.ShareGroupStatePartitionMetadataKey(group_id)
    if partitions is None:
        return key, None
    names = partitions.names

    def infos(some: Assignment) -> list[stored.TopicPartitionsInfo]:
        return [
            stored.TopicPartitionsInfo(topic_id, names.get(topic_id, ""), sorted(indexes))
            for topic_id, indexes in some.items()
        ]

    return key, stored.ShareGroupStatePartitionMetadataValue(
        infos(partitions.initializing),
        infos(partitions.initialized),
        [stored.TopicInfo(topic_id, names.get(topic_id, "")) for topic_id in sorted(partitions.deleting)],
    )


def of_record(value: Any) -> SharePartitions | None:
    """What the value of a record says."""
    if value is None:
        return None
    every = [*value.initializing_topics, *value.initialized_topics, *value.deleting_topics]
    return SharePartitions(
        {each.topic_id: frozenset(each.partitions) for each in value.initializing_topics},
        {each.topic_id: frozenset(each.partitions) for each in value.initialized_topics},
        frozenset(each.topic_id for each in value.deleting_topics),
        {each.topic_id: each.topic_name for each in every},
    )
