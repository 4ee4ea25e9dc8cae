"""The share groups of a coordinator: requests find their group here, and groups what they need of the broker (KIP-932).

What a group does with partitions is kept elsewhere, maybe by other workers: whoever changes that hears of it later,
through a `Parked` answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs

from kwire.broker.calls import EndOffsets
from kwire.broker.groups.assignment import Assignment, partitions_of
from kwire.broker.groups.members import Parked
from kwire.broker.groups.modern import JOIN_EPOCH, LEAVE_EPOCH, Beat, ModernState
from kwire.broker.groups.modern_events import StoredMember
from kwire.broker.groups.share import SIMPLE, ShareGroup, ShareGroupSettings, ShareHeartbeat
from kwire.broker.share.requests import Results, StateSummary, TopicIndex
from kwire.broker.share.settings import serves_share_groups
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.groups.coordinator import GroupCoordinator

NO_TOPIC = bytes(16)


@attrs.frozen
class DescribedShareMember:
    """A member, as ShareGroupDescribe shows it."""

    stored: StoredMember
    epoch: int
    assigned: Assignment


@attrs.frozen
class DescribedShareGroup:
    """A group, as ShareGroupDescribe shows it."""

    state: ModernState
    epoch: int
    target_epoch: int
    assignor: str
    members: list[DescribedShareMember]


@attrs.frozen
class SharedOffset:
    """How far a group has come with a partition; -1 where nobody knows."""

    topic: str
    topic_id: bytes
    index: int
    start_offset: int = -1
    leader_epoch: int = 0
    lag: int = -1
    error: KafkaError | None = None


@attrs.frozen
class OffsetChange:
    """What became of the offsets of a partition, or of a topic (then the index is -1)."""

    topic: str
    topic_id: bytes
    index: int
    error: KafkaError | None = None


class ShareGroups:
    """What the coordinator knows of share groups."""

    def __init__(self, coordinator: GroupCoordinator, broker: Broker) -> None:
        self._coordinator = coordinator
        self._broker = broker
        self._max_size = broker.config.int("group.share.max.size")

    @property
    def is_served(self) -> bool:
        """Has the cluster a share.version that knows them?"""
        return serves_share_groups(self._broker)

    def settings_of(self, group_id: str) -> ShareGroupSettings:
        """What holds for a group: its own settings, within what the broker allows, or the broker's."""
        value = self._broker.configs.group_value
        return ShareGroupSettings(
            session_timeout_ms=value(group_id, "share.session.timeout.ms"),
            heartbeat_interval_ms=value(group_id, "share.heartbeat.interval.ms"),
            assignment_interval_ms=value(group_id, "share.assignment.interval.ms"),
            max_size=self._max_size,
        )

    def new(self, group_id: str) -> ShareGroup:
        """A group of which a record was found."""
        return ShareGroup(self._coordinator, group_id)

    # Members

    def heartbeat(self, group_id: str, beat: ShareHeartbeat, now_ms: int) -> Beat:
        """ShareGroupHeartbeat. Raises KafkaError."""
        _check(group_id, beat)
        if beat.epoch == LEAVE_EPOCH:
            self.get(group_id).leave(beat.member_id)
            return Beat(beat.member_id, beat.epoch, 0)
        if beat.epoch != JOIN_EPOCH or self._coordinator.groups.get(group_id) is not None:
            return self.get(group_id).heartbeat(beat, now_ms)
        with self._created(group_id) as group:
            return group.heartbeat(beat, now_ms)

    @contextmanager
    def _created(self, group_id: str) -> Iterator[ShareGroup]:
        """A group that stays if something of it is written. Raises KafkaError(GROUP_ID_NOT_FOUND)."""
        coordinator = self._coordinator
        if coordinator.is_of_another_protocol(group_id):
            raise _not_one(group_id)
        coordinator.check_reach(group_id)
        group = coordinator.groups[group_id] = ShareGroup(coordinator, group_id)
        try:
            yield group
        finally:
            if not group.epoch and not group.members:
                coordinator.restore(group_id, None)

    def get(self, group_id: str) -> ShareGroup:
        """Raises KafkaError(GROUP_ID_NOT_FOUND)."""
        group = self._coordinator.groups.get(group_id)
        if isinstance(group, ShareGroup):
            return group
        if group is None and not self._coordinator.is_of_another_protocol(group_id):
            self._coordinator.check_reach(group_id)
            raise KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} not found.")
        raise _not_one(group_id)

    def describe(self, group_id: str) -> DescribedShareGroup:
        """Raises KafkaError(GROUP_ID_NOT_FOUND)."""
        group = self.get(group_id)
        return DescribedShareGroup(
            state=group.state,
            epoch=group.epoch,
            target_epoch=group.target_epoch,
            assignor=SIMPLE,
            members=[
                DescribedShareMember(
                    member.stored, member.current.epoch, partitions_of(member.current.assigned)
                )
                for member in group.members.values()
            ],
        )

    # The state of partitions

    def begin_sharing(self, group: ShareGroup, some: Mapping[TopicIndex, int]) -> None:
        """Let the state of partitions be kept, from these offsets on."""

        def arrived(results: Results) -> None:
            failed = [at for at, result in results.items() if isinstance(result, KafkaError)]
            for at in failed:
                self._broker.warn(f"group {group.group_id}: partition {at[1]} is not kept yet: {results[at]}")
            if self._coordinator.groups.get(group.group_id) is group:
                group.has_begun(some, failed)

        self._broker.sharing.persister.initialize(
            group.group_id, {at: (group.epoch, start_offset) for at, start_offset in some.items()}, arrived
        )

    def topic_deleted(self, topic_id: bytes) -> None:
        """A topic is gone, and with it what groups did with it."""
        for group in [*self._coordinator.groups.values()]:
            if isinstance(group, ShareGroup) and topic_id in group.partitions.topic_ids:
                try:
                    group.store_partitions(group.partitions.has_ended((topic_id,)))
                except KafkaError as error:
                    self._broker.warn(f"group {group.group_id}: a deleted topic stays behind: {error}")

    def delete(self, group_id: str) -> Parked[list[KafkaError]]:
        """Forget a group without members, and what it did; the answer is why that cannot be. Raises KafkaError."""
        group = self.get(group_id)
        if not group.is_empty:
            raise KafkaError(ErrorCode.NON_EMPTY_GROUP)
        answer: Parked[list[KafkaError]] = Parked()
        topic_ids = group.partitions.topic_ids
        if topic_ids != group.partitions.deleting:
            group.store_partitions(group.partitions.ends(topic_ids))

        def arrived(results: Results) -> None:
            errors = [result for result in results.values() if isinstance(result, KafkaError)]
            if not errors:
                try:
                    self._coordinator.write_events(group_id, group.removals())
                except KafkaError as error:
                    errors = [error]
            answer.place(errors)

        self._broker.sharing.persister.delete(group_id, self._places(topic_ids), arrived)
        return answer

    def _places(self, topic_ids: Iterable[bytes]) -> list[TopicIndex]:
        """The partitions of these topics, of those that are there."""
        by_id = self._broker.topics.by_id
        return [
            (topic_id, index)
            for topic_id in topic_ids
            if topic_id in by_id
            for index in range(len(by_id[topic_id].partitions))
        ]

    # Offsets

    def delete_offsets(self, group_id: str, topics: Sequence[str]) -> Parked[list[OffsetChange]]:
        """DeleteShareGroupOffsets: forget what a group without members did with topics. Raises KafkaError."""
        if not group_id:
            raise KafkaError(ErrorCode.INVALID_GROUP_ID)
        group = self.get(group_id)
        if not group.is_empty:
            raise KafkaError(ErrorCode.NON_EMPTY_GROUP)
        answer: Parked[list[OffsetChange]] = Parked()
        refused: list[OffsetChange] = []
        names: dict[bytes, str] = {}
        for name in topics:
            topic = self._broker.topics.get(name)
            if topic is None:
                unknown = KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
                refused.append(OffsetChange(name, NO_TOPIC, -1, unknown))
            elif topic.topic_id not in group.partitions.initialized.keys() | group.partitions.deleting:
                nothing = "There is no offset information to delete."
                unknown = KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, nothing)
                refused.append(OffsetChange(name, NO_TOPIC, -1, unknown))
            else:
                names[topic.topic_id] = name
        if names:
            group.store_partitions(group.partitions.ends(names))

        def arrived(results: Results) -> None:
            errors = {at[0]: result for at, result in results.items() if isinstance(result, KafkaError)}
            done = [topic_id for topic_id in names if topic_id not in errors]
            if done:
                group.store_partitions(group.partitions.has_ended(done))
            changes = [
                OffsetChange(name, topic_id, -1, errors.get(topic_id)) for topic_id, name in names.items()
            ]
            answer.place(refused + changes)

        self._broker.sharing.persister.delete(group_id, self._places(names), arrived)
        return answer

    def alter_offsets(
        self, group_id: str, offsets: Mapping[tuple[str, int], int]
    ) -> Parked[list[OffsetChange]]:
        """AlterShareGroupOffsets: let a group without members begin elsewhere; it is made if need be.

        Raises KafkaError: INVALID_GROUP_ID, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP.
        """
        if not group_id:
            raise KafkaError(ErrorCode.INVALID_GROUP_ID)
        if self._coordinator.groups.get(group_id) is None:
            with self._created(group_id) as created:
                return self._alter(created, offsets)
        group = self.get(group_id)
        if not group.is_empty:
            raise KafkaError(ErrorCode.NON_EMPTY_GROUP)
        return self._alter(group, offsets)

    def _alter(self, group: ShareGroup, offsets: Mapping[tuple[str, int], int]) -> Parked[list[OffsetChange]]:
        answer: Parked[list[OffsetChange]] = Parked()
        changes: list[OffsetChange] = []
        wanted: dict[TopicIndex, tuple[int, int]] = {}
        some: dict[bytes, frozenset[int]] = {}
        names: dict[bytes, str] = {}
        for (name, index), offset in offsets.items():
            topic = self._broker.topics.get(name)
            topic_id = NO_TOPIC if topic is None else topic.topic_id
            if topic is None or not 0 <= index < len(topic.partitions):
                unknown = KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
                changes.append(OffsetChange(name, topic_id, index, unknown))
                continue
            wanted[topic_id, index] = (group.epoch + 1, offset)
            some[topic_id] = some.get(topic_id, frozenset()) | {index}
            names[topic_id] = name
        group.store_partitions(group.partitions.begins(some, names), moves_on=True)

        def arrived(results: Results) -> None:
            failed = [at for at, result in results.items() if isinstance(result, KafkaError)]
            if self._coordinator.groups.get(group.group_id) is group:
                group.has_begun(wanted, failed)
            for topic_id, index in wanted:
                result = results[topic_id, index]
                error = result if isinstance(result, KafkaError) else None
                changes.append(OffsetChange(names[topic_id], topic_id, index, error))
            answer.place(changes)

        self._broker.sharing.persister.initialize(group.group_id, wanted, arrived)
        return answer

    def describe_offsets(
        self, group_id: str, topics: Mapping[str, Sequence[int]] | None
    ) -> Parked[list[SharedOffset]]:
        """DescribeShareGroupOffsets: how far a group has come; None asks for all partitions that it has begun with."""
        answer: Parked[list[SharedOffset]] = Parked()
        found: list[SharedOffset] = []
        places: dict[TopicIndex, str] = {}
        if topics is None:
            group = self._coordinator.groups.get(group_id)
            initialized = group.partitions.initialized if isinstance(group, ShareGroup) else {}
            for topic_id, indexes in initialized.items():
                known = self._broker.topics.by_id.get(topic_id)
                if known is not None:
                    places |= {(topic_id, index): known.name for index in sorted(indexes)}
        else:
            for name, wanted in topics.items():
                topic = self._broker.topics.get(name)
                if topic is None:
                    found += [SharedOffset(name, NO_TOPIC, index) for index in wanted]
                else:
                    places |= {(topic.topic_id, index): name for index in wanted}

        def summarized(results: Results) -> None:
            self._with_lag(places, results, found, answer)

        self._broker.sharing.persister.summarize(group_id, places, summarized)
        return answer

    def _with_lag(
        self,
        places: Mapping[TopicIndex, str],
        results: Results,
        found: list[SharedOffset],
        answer: Parked[list[SharedOffset]],
    ) -> None:
        """Where partitions end is for their leaders to say."""
        ends: dict[TopicIndex, int | KafkaError] = {}
        asked: dict[int, list[TopicIndex]] = {}
        for at in places:
            summary = results[at]
            if isinstance(summary, StateSummary) and min(summary.start_offset, summary.complete_count) >= 0:
                asked.setdefault(self._broker.topics.by_id[at[0]].partitions[at[1]].leader_id, []).append(at)
        remaining = len(asked) + 1

        def told() -> None:
            nonlocal remaining
            remaining -= 1
            if not remaining:
                answer.place([*(_shared_offset(at, places[at], results[at], ends) for at in places), *found])

        for node_id, own in asked.items():
            names = {(places[at], at[1]): at for at in own}

            def arrived(reply: object, names: Mapping[tuple[str, int], TopicIndex] = names) -> None:
                offsets = reply if isinstance(reply, dict) else {}
                for name, at in names.items():
                    ends[at] = offsets.get(name, KafkaError(ErrorCode.NOT_LEADER_OR_FOLLOWER))
                told()

            self._broker.ask(node_id, EndOffsets(tuple(names)), arrived)
        told()


def _shared_offset(
    at: TopicIndex, name: str, summary: object, ends: Mapping[TopicIndex, int | KafkaError]
) -> SharedOffset:
    topic_id, index = at
    if not isinstance(summary, StateSummary):
        return SharedOffset(name, topic_id, index)
    end = ends.get(at)
    if isinstance(end, KafkaError):
        return SharedOffset(name, topic_id, index, error=end)
    lag = -1 if end is None else end - summary.start_offset - summary.complete_count
    return SharedOffset(name, topic_id, index, summary.start_offset, summary.leader_epoch, lag)


def _check(group_id: str, beat: ShareHeartbeat) -> None:
    """Is this something that a member may say? Raises KafkaError(INVALID_REQUEST)."""
    if not group_id.strip():
        raise KafkaError(ErrorCode.INVALID_REQUEST, "GroupId can't be empty.")
    if beat.rack_id is not None and not beat.rack_id.strip():
        raise KafkaError(ErrorCode.INVALID_REQUEST, "RackId can't be empty.")
    if beat.epoch == JOIN_EPOCH and not beat.topics:
        raise KafkaError(ErrorCode.INVALID_REQUEST, "SubscribedTopicNames must be set in first request.")
    if beat.epoch < LEAVE_EPOCH:
        raise KafkaError(ErrorCode.INVALID_REQUEST, "MemberEpoch is invalid.")


def _not_one(group_id: str) -> KafkaError:
    return KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} is not a share group.")
