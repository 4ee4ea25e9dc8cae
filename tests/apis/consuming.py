"""Members of consumer groups who speak Kafka's protocol themselves, to whatever broker a `Talk` leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from kwire.codec.messages import load
from kwire.codec.stored.consumer_protocol_assignment import ConsumerProtocolAssignment
from kwire.codec.stored.consumer_protocol_subscription import ConsumerProtocolSubscription, TopicPartition
from kwire.errors import ErrorCode
from tests.apis.talking import RETRIABLE, Talk, unique

Owned = dict[str, list[int]]
"""Partitions by name of topic."""


def ask(talk: Talk, group_id: str, key: int, version: int, request: Any) -> Any:
    """The coordinator's answer, once there is one."""
    for _ in talk.patience():
        answer = talk.coordinator(group_id, 0).ask(key, version, request)
        if getattr(answer, "error_code", 0) not in RETRIABLE:
            return answer
    raise AssertionError(f"no coordinator for {group_id}")


def topic_ids(talk: Talk, *names: str) -> dict[str, bytes]:
    wire = load(3)
    request = wire.MetadataRequest(topics=[wire.MetadataRequestTopic(name=name) for name in names])
    return {topic.name: topic.topic_id for topic in talk.any().ask(3, 12, request).topics}


@attrs.define(eq=False)
class Consumer:
    """A member that says what it is told to, and takes what it is given."""

    talk: Talk
    topics: Mapping[str, bytes]
    """Ids of the topics that it subscribes to, and of others that it may be given."""
    group_id: str = attrs.Factory(lambda: unique("group"))
    member_id: str = attrs.Factory(lambda: unique("member"))
    instance_id: str | None = None
    epoch: int = 0
    owned: Owned = attrs.Factory(dict)
    last: Any = None

    def say(self, *, version: int = 1, owned: Owned | None = None, **fields: Any) -> ErrorCode:
        """One heartbeat; the code of its answer, which is kept as `last`."""
        wire = load(68)
        if owned is not None:
            fields["topic_partitions"] = [
                wire.TopicPartitions(self.topics[name], indexes) for name, indexes in owned.items()
            ]
        request = wire.ConsumerGroupHeartbeatRequest(
            **{
                "group_id": self.group_id,
                "member_id": self.member_id,
                "member_epoch": self.epoch,
                "instance_id": self.instance_id,
                **fields,
            }
        )
        answer = self.last = ask(self.talk, self.group_id, 68, version, request)
        if answer.error_code == ErrorCode.NONE:
            self.member_id, self.epoch = answer.member_id, answer.member_epoch
            if self.given is not None:
                self.owned = self.given
        return ErrorCode(answer.error_code)

    @property
    def given(self) -> Owned | None:
        """What the last answer says that it has now; None when it does not say."""
        assignment = self.last.assignment
        if assignment is None:
            return None
        names = {topic_id: name for name, topic_id in self.topics.items()}
        return {names[part.topic_id]: sorted(part.partitions) for part in assignment.topic_partitions}

    def join(self, *topics: str, **fields: Any) -> ErrorCode:
        """Begin with nothing; without `topics` it subscribes to all that it knows."""
        self.epoch, self.owned = 0, {}
        return self.say(
            **{
                "rebalance_timeout_ms": 60_000,
                "subscribed_topic_names": list(topics or self.topics),
                "owned": {},
                **fields,
            }
        )

    def go_on(self) -> ErrorCode:
        """A heartbeat that says what it owns."""
        return self.say(owned=self.owned)

    def leave(self, epoch: int = -1) -> ErrorCode:
        self.epoch = epoch
        return self.say()

    def commit(
        self, topic: str, *indexes: int, epoch: int | None = None, version: int = 9
    ) -> list[ErrorCode]:
        """OffsetCommit of offset 5 in these partitions; a code for each."""
        wire = load(8)
        parts = [wire.OffsetCommitRequestPartition(index, 5) for index in indexes]
        request = wire.OffsetCommitRequest(
            group_id=self.group_id,
            member_id=self.member_id,
            generation_id_or_member_epoch=self.epoch if epoch is None else epoch,
            topics=[wire.OffsetCommitRequestTopic(name=topic, partitions=parts)],
        )
        answer = ask(self.talk, self.group_id, 8, version, request)
        return [ErrorCode(part.error_code) for part in answer.topics[0].partitions]

    def committed(self, topic: str, *, epoch: int | None = None, as_member: bool = True) -> int | ErrorCode:
        """OffsetFetch of partition 0: the offset, or why not."""
        wire = load(9)
        asked = wire.OffsetFetchRequestGroup(
            group_id=self.group_id,
            member_id=self.member_id if as_member else None,
            member_epoch=-1 if not as_member else self.epoch if epoch is None else epoch,
            topics=[wire.OffsetFetchRequestTopics(name=topic, partition_indexes=[0])],
        )
        answer = ask(self.talk, self.group_id, 9, 9, wire.OffsetFetchRequest(groups=[asked])).groups[0]
        if answer.error_code:
            return ErrorCode(answer.error_code)
        offset: int = answer.topics[0].partitions[0].committed_offset
        return offset


def settle(*consumers: Consumer) -> None:
    """Heartbeats of all until nothing changes any more."""
    still = 0
    for _ in consumers[0].talk.patience():
        before = [(each.epoch, each.owned) for each in consumers]
        for each in consumers:
            assert each.go_on() == ErrorCode.NONE, each.last
        still = still + 1 if before == [(each.epoch, each.owned) for each in consumers] else 0
        if still == 2:
            return
    raise AssertionError("they never come to rest")


def describe(talk: Talk, group_id: str) -> Any:
    wire = load(69)
    return ask(talk, group_id, 69, 1, wire.ConsumerGroupDescribeRequest(group_ids=[group_id])).groups[0]


def listed(talk: Talk, group_id: str, **filters: list[str]) -> list[tuple[str, str, str]]:
    """(protocol type, state, type) of the group, if it passes the filters."""
    request = load(16).ListGroupsRequest(**filters)
    answer = talk.coordinator(group_id, 0).ask(16, 5, request)
    return [
        (group.protocol_type, group.group_state, group.group_type)
        for group in answer.groups
        if group.group_id == group_id
    ]


@attrs.define(eq=False)
class ClassicConsumer:
    """A member of the classic protocol, cooperative."""

    talk: Talk
    topics: tuple[str, ...]
    group_id: str
    member_id: str = ""
    generation: int = -1
    owned: Owned = attrs.Factory(dict)
    protocol: str = "range"

    def join(
        self, *, version: int = 3, protocol_type: str = "consumer", metadata: bytes | None = None
    ) -> Any:
        wire = load(11)
        owned = [TopicPartition(name, indexes) for name, indexes in self.owned.items()]
        said = b"\0\3" + ConsumerProtocolSubscription([*self.topics], None, owned, -1, None).encode(3)
        request = wire.JoinGroupRequest(
            group_id=self.group_id,
            session_timeout_ms=30_000,
            rebalance_timeout_ms=30_000,
            member_id=self.member_id,
            protocol_type=protocol_type,
            protocols=[wire.JoinGroupRequestProtocol(self.protocol, said if metadata is None else metadata)],
        )
        answer = ask(self.talk, self.group_id, 11, version, request)
        if answer.error_code == ErrorCode.NONE:
            self.member_id, self.generation = answer.member_id, answer.generation_id
        return answer

    def sync(self, *, protocol: str | None = None, generation: int | None = None, **more: Any) -> ErrorCode:
        wire = load(14)
        request = wire.SyncGroupRequest(
            group_id=self.group_id,
            generation_id=self.generation if generation is None else generation,
            member_id=self.member_id,
            protocol_type="consumer",
            protocol_name=protocol or self.protocol,
            **more,
        )
        answer = ask(self.talk, self.group_id, 14, 5, request)
        if answer.error_code == ErrorCode.NONE:
            data = answer.assignment
            self.owned = {}
            if data:
                found = ConsumerProtocolAssignment.decode(data, 2, len(data), 0)
                self.owned = {part.topic: sorted(part.partitions) for part in found.assigned_partitions}
        return ErrorCode(answer.error_code)

    def beat(self, generation: int | None = None) -> ErrorCode:
        wire = load(12)
        request = wire.HeartbeatRequest(
            group_id=self.group_id,
            generation_id=self.generation if generation is None else generation,
            member_id=self.member_id,
        )
        return ErrorCode(ask(self.talk, self.group_id, 12, 4, request).error_code)

    def go_on(self) -> None:
        """As clients do: told to rebalance, it joins and syncs."""
        code = self.beat()
        while code == ErrorCode.REBALANCE_IN_PROGRESS:
            assert self.join().error_code == ErrorCode.NONE
            code = self.sync()
        assert code == ErrorCode.NONE

    def lead(self, assignment: Owned) -> None:
        """Be the first member of a classic group, with this in its hands."""
        from kwire.codec.stored import consumer_protocol_assignment as stored

        assert self.join().error_code == ErrorCode.NONE
        parts = [stored.TopicPartition(name, indexes) for name, indexes in assignment.items()]
        data = b"\0\3" + ConsumerProtocolAssignment(parts).encode(3)
        mine = load(14).SyncGroupRequestAssignment(self.member_id, data)
        assert self.sync(assignments=[mine]) == ErrorCode.NONE
        assert self.owned == assignment
