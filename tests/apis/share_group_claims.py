"""What any Kafka broker answers members and administrators of share groups (KIP-932): who is in a group, what each has,
and where the group is. Each claim is made of kwire, in memory and as a process, and of Apache Kafka.
"""

from __future__ import annotations

from typing import Any

import attrs

from kwire.codec.messages import load
from kwire.errors import ErrorCode
from tests.apis.share_talking import ACCEPT, RETRIABLE, Shared, member_id, shared
from tests.apis.talking import Talk, unique
from tests.apis.transaction_claims import Claim, claims

CLAIMS: list[Claim] = []
claim = claims(CLAIMS)

NONE = ErrorCode.NONE
UNKNOWN_GROUP = ErrorCode.GROUP_ID_NOT_FOUND


@attrs.define
class Beating:
    """A member, as the coordinator of its group knows it."""

    group: Shared
    member_id: str = attrs.Factory(member_id)
    epoch: int = 0
    assigned: dict[bytes, list[int]] = attrs.Factory(dict)

    def beat(self, epoch: int | None = None, topics: list[str] | None = None, **fields: Any) -> Any:
        """One heartbeat; the whole answer."""
        wire = load(76)
        request = wire.ShareGroupHeartbeatRequest(
            group_id=self.group.group_id,
            member_id=self.member_id,
            member_epoch=self.epoch if epoch is None else epoch,
            subscribed_topic_names=topics,
            **fields,
        )
        answer = None
        for _ in self.group.talk.patience():
            answer = self.group.talk.coordinator(self.group.group_id, 0).ask(76, 1, request)
            if answer.error_code not in RETRIABLE:
                break
        assert answer is not None
        if answer.error_code == NONE:
            self.epoch = answer.member_epoch
            if answer.assignment is not None:
                self.assigned = {
                    each.topic_id: sorted(each.partitions) for each in answer.assignment.topic_partitions
                }
        return answer

    def join(self, *topics: str) -> Any:
        answer = self.beat(0, [*topics] or [self.group.topic])
        assert answer.error_code == NONE, answer
        return answer

    def until_assigned(self, *indexes: int) -> None:
        """Go on until the member has these partitions of the group's topic, and no others."""
        wanted = {self.group.topic_id: [*indexes]} if indexes else {}
        for _ in self.group.talk.patience():
            if self.assigned == wanted:
                return
            answer = self.beat()
            assert answer.error_code == NONE, answer
        raise AssertionError(f"it has {self.assigned}, not {wanted}")


def ask_coordinator(group: Shared, key: int, version: int, request: Any) -> Any:
    return group.talk.coordinator(group.group_id, 0).ask(key, version, request)


def described(group: Shared) -> Any:
    wire = load(77)
    request = wire.ShareGroupDescribeRequest(group_ids=[group.group_id])
    return ask_coordinator(group, 77, 1, request).groups[0]


def offsets_of(group: Shared, *, every: bool = False) -> dict[int, tuple[int, int, int]]:
    """(start offset, lag, error) of each partition."""
    wire = load(90)
    topics = None
    if not every:
        topics = [wire.DescribeShareGroupOffsetsRequestTopic(group.topic, [0])]
    asked = wire.DescribeShareGroupOffsetsRequestGroup(group_id=group.group_id, topics=topics)
    answer = ask_coordinator(group, 90, 1, wire.DescribeShareGroupOffsetsRequest(groups=[asked])).groups[0]
    assert answer.error_code == NONE, answer
    return {
        part.partition_index: (part.start_offset, part.lag, part.error_code)
        for topic in answer.topics
        for part in topic.partitions
    }


def alter(group: Shared, start_offset: int, *, index: int = 0, topic: str | None = None) -> Any:
    wire = load(91)
    part = wire.AlterShareGroupOffsetsRequestPartition(index, start_offset)
    request = wire.AlterShareGroupOffsetsRequest(
        group_id=group.group_id,
        topics=[wire.AlterShareGroupOffsetsRequestTopic(topic or group.topic, [part])],
    )
    return ask_coordinator(group, 91, 0, request)


def forget(group: Shared, topic: str | None = None) -> Any:
    wire = load(92)
    request = wire.DeleteShareGroupOffsetsRequest(
        group_id=group.group_id, topics=[wire.DeleteShareGroupOffsetsRequestTopic(topic or group.topic)]
    )
    return ask_coordinator(group, 92, 0, request)


def delete(group: Shared) -> ErrorCode:
    wire = load(42)
    request = wire.DeleteGroupsRequest(groups_names=[group.group_id])
    return ErrorCode(ask_coordinator(group, 42, 2, request).results[0].error_code)


def listed(group: Shared, *types: str) -> list[tuple[str, str, str]]:
    wire = load(16)
    answer = ask_coordinator(group, 16, 5, wire.ListGroupsRequest(types_filter=[*types]))
    return [
        (each.protocol_type, each.group_state, each.group_type.lower())
        for each in answer.groups
        if each.group_id == group.group_id
    ]


def set_config(talk: Talk, group_id: str, name: str, value: str) -> None:
    wire = load(44)
    resource = wire.AlterConfigsResource(
        resource_type=32, resource_name=group_id, configs=[wire.AlterableConfig(name, 0, value)]
    )
    answer = talk.any().ask(44, 1, wire.IncrementalAlterConfigsRequest(resources=[resource]))
    assert answer.responses[0].error_code == NONE, answer


def new_group(talk: Talk, partitions: int = 1) -> Shared:
    return shared(talk, partitions, initialized=False)


# Members


@claim
def a_member_joins_and_is_given_partitions(talk: Talk) -> None:
    group = new_group(talk, 3)
    member = Beating(group)
    answer = member.join()
    assert (answer.member_id, answer.heartbeat_interval_ms) == (member.member_id, 5000)
    assert answer.member_epoch > 0
    assert answer.assignment is not None
    member.until_assigned(0, 1, 2)
    assert member.beat().assignment is None


@claim
def members_share_partitions(talk: Talk) -> None:
    group = new_group(talk, 2)
    members = [Beating(group) for _ in range(3)]
    for member in members:
        member.join()
    for _ in talk.patience():
        for member in members:
            member.beat()
        given = [member.assigned.get(group.topic_id, []) for member in members]
        if sorted(map(len, given)) == [1, 1, 2] and {index for some in given for index in some} == {0, 1}:
            break
    else:
        raise AssertionError(given)


@claim
def partitions_are_dealt_to_few_members(talk: Talk) -> None:
    group = new_group(talk, 4)
    first, second = Beating(group), Beating(group)
    first.join()
    first.until_assigned(0, 1, 2, 3)
    second.join()
    for _ in talk.patience():
        first.beat()
        second.beat()
        given = [each.assigned.get(group.topic_id, []) for each in (first, second)]
        if sorted(map(len, given)) == [2, 2]:
            break
    assert sorted(given[0] + given[1]) == [0, 1, 2, 3]
    assert second.beat(-1).error_code == NONE
    first.until_assigned(0, 1, 2, 3)


@claim
def who_is_no_member_is_told(talk: Talk) -> None:
    group = new_group(talk)
    nobody = Beating(group)
    assert nobody.beat(1).error_code == UNKNOWN_GROUP
    assert nobody.beat(-1).error_code == UNKNOWN_GROUP
    Beating(group).join()
    assert nobody.beat(1).error_code == ErrorCode.UNKNOWN_MEMBER_ID
    assert nobody.beat(-1).error_code == ErrorCode.UNKNOWN_MEMBER_ID


@claim
def a_member_says_its_epoch(talk: Talk) -> None:
    group = new_group(talk)
    member = Beating(group)
    member.join()
    member.until_assigned(0)
    assert member.beat(member.epoch + 5).error_code == ErrorCode.FENCED_MEMBER_EPOCH
    assert member.beat().error_code == NONE
    assert member.beat(-2).error_code == ErrorCode.INVALID_REQUEST
    assert member.beat(-1).member_epoch == -1
    assert member.beat(1).error_code == ErrorCode.UNKNOWN_MEMBER_ID


@claim
def a_member_that_joins_says_what_it_wants(talk: Talk) -> None:
    group = new_group(talk)
    member = Beating(group)
    nothing: list[list[str] | None] = [None, []]
    for topics in nothing:
        assert member.beat(0, topics).error_code == ErrorCode.INVALID_REQUEST
    assert member.beat(0, [group.topic], rack_id="").error_code == ErrorCode.INVALID_REQUEST
    member.member_id = ""
    assert member.beat(0, [group.topic]).error_code == ErrorCode.INVALID_REQUEST
    member.member_id = "x" * 37
    assert member.beat(0, [group.topic]).error_code == ErrorCode.INVALID_REQUEST


@claim
def a_subscription_changes(talk: Talk) -> None:
    group, other = new_group(talk), new_group(talk, 2)
    member = Beating(group)
    member.join()
    member.until_assigned(0)
    before = member.epoch
    member.beat(topics=[other.topic])
    wanted = {other.topic_id: [0, 1]}
    for _ in talk.patience():
        if member.assigned == wanted:
            break
        member.beat()
    assert member.assigned == wanted
    assert member.epoch > before


@claim
def a_topic_that_comes_later_is_given(talk: Talk) -> None:
    group = new_group(talk)
    later = unique("later")
    member = Beating(group)
    member.join(group.topic, later)
    member.until_assigned(0)
    talk.create_topic(later)
    for _ in talk.patience():
        member.beat()
        if len(member.assigned) == 2:
            break
    assert sorted(map(len, member.assigned.values())) == [1, 1]


@claim
def a_group_is_of_one_kind(talk: Talk) -> None:
    group = new_group(talk)
    member = Beating(group)
    member.join()
    wire = load(11)
    request = wire.JoinGroupRequest(
        group_id=group.group_id,
        session_timeout_ms=30_000,
        rebalance_timeout_ms=30_000,
        protocol_type="consumer",
        protocols=[wire.JoinGroupRequestProtocol(name="range", metadata=b"")],
    )
    assert ask_coordinator(group, 11, 5, request).error_code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    wire = load(8)
    part = wire.OffsetCommitRequestPartition(partition_index=0, committed_offset=1, committed_metadata="")
    commit = wire.OffsetCommitRequest(
        group_id=group.group_id,
        topics=[wire.OffsetCommitRequestTopic(name=group.topic, partitions=[part])],
    )
    code = ask_coordinator(group, 8, 8, commit).topics[0].partitions[0].error_code
    assert code in (UNKNOWN_GROUP, ErrorCode.ILLEGAL_GENERATION, ErrorCode.INVALID_GROUP_ID)


# What is shown


@claim
def a_group_is_described(talk: Talk) -> None:
    group = new_group(talk)
    assert described(group).error_code == UNKNOWN_GROUP
    member = Beating(group)
    member.join()
    member.until_assigned(0)
    found = described(group)
    assert (found.error_code, found.group_state, found.assignor_name) == (NONE, "Stable", "simple")
    assert found.group_epoch == found.assignment_epoch == found.members[0].member_epoch == member.epoch
    (shown,) = found.members
    assert (shown.member_id, shown.subscribed_topic_names) == (member.member_id, [group.topic])
    (topic,) = shown.assignment.topic_partitions
    assert (topic.topic_name, topic.partitions) == (group.topic, [0])
    member.beat(-1)
    found = described(group)
    assert (found.group_state, found.members) == ("Empty", [])


@claim
def a_group_is_listed(talk: Talk) -> None:
    group = new_group(talk)
    member = Beating(group)
    member.join()
    assert listed(group) == listed(group, "share") == [("share", "Stable", "share")]
    assert listed(group, "classic") == listed(group, "consumer") == []
    member.beat(-1)
    assert listed(group) == [("share", "Empty", "share")]


@claim
def a_group_is_deleted_when_nobody_is_in_it(talk: Talk) -> None:
    group = new_group(talk)
    assert delete(group) == UNKNOWN_GROUP
    member = Beating(group)
    member.join()
    member.until_assigned(0)
    assert delete(group) == ErrorCode.NON_EMPTY_GROUP
    member.beat(-1)
    assert delete(group) == NONE
    assert described(group).error_code == UNKNOWN_GROUP
    assert listed(group) == []
    assert group.state(87, 1, 0).start_offset == -1


# Where a group is


@claim
def a_group_knows_how_far_it_is(talk: Talk) -> None:
    group = new_group(talk)
    set_config(talk, group.group_id, "share.auto.offset.reset", "earliest")
    assert offsets_of(group) == {0: (-1, -1, NONE)}
    assert offsets_of(group, every=True) == {}
    group.produce(b"a", b"b", b"c", b"d")
    beating = Beating(group)
    beating.join()
    beating.until_assigned(0)
    member = group.member()
    assert member.take() == [(0, 3, 1)]
    assert member.code(0, 0, ACCEPT) == NONE
    assert member.code(2, 2, ACCEPT) == NONE
    assert offsets_of(group) == offsets_of(group, every=True) == {0: (1, 2, NONE)}


@claim
def a_group_begins_where_an_administrator_says(talk: Talk) -> None:
    group = new_group(talk)
    group.produce(*[b"x"] * 5)
    answer = alter(group, 3)
    assert answer.error_code == NONE, answer
    assert answer.responses[0].partitions[0].error_code == NONE
    assert listed(group) == [("share", "Empty", "share")]
    assert offsets_of(group) == {0: (3, 2, NONE)}
    member = Beating(group)
    member.join()
    member.until_assigned(0)
    assert group.member().take() == [(3, 4, 1)]
    assert alter(group, 1).error_code == ErrorCode.NON_EMPTY_GROUP


@claim
def only_what_is_there_can_be_moved(talk: Talk) -> None:
    group = new_group(talk)
    answer = alter(group, 0, index=7)
    assert answer.error_code == NONE, answer
    assert answer.responses[0].partitions[0].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    answer = alter(group, 0, topic="nowhere")
    assert answer.responses[0].partitions[0].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


@claim
def a_group_forgets_topics(talk: Talk) -> None:
    group = new_group(talk)
    assert forget(group).error_code == UNKNOWN_GROUP
    assert alter(group, 0).error_code == NONE
    answer = forget(group, "nowhere")
    assert answer.error_code == NONE, answer
    assert answer.responses[0].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    answer = forget(group)
    assert (answer.error_code, answer.responses[0].error_code) == (NONE, NONE)
    assert offsets_of(group) == {0: (-1, -1, NONE)}
    assert forget(group).responses[0].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    member = Beating(group)
    member.join()
    assert forget(group).error_code == ErrorCode.NON_EMPTY_GROUP


@claim
def a_group_begins_where_its_settings_say(talk: Talk) -> None:
    for reset, first in (("earliest", 0), ("latest", 2), ("by_duration:PT1H", 0)):
        group = new_group(talk)
        set_config(talk, group.group_id, "share.auto.offset.reset", reset)
        group.produce(b"a", b"b")
        beating = Beating(group)
        beating.join()
        beating.until_assigned(0)
        member = group.member()
        if first:
            for _ in range(3):
                member.fetch()
        group.produce(b"c")
        found: list[int] = []
        while 2 not in found:
            found += [offset for one, last, _ in member.take() for offset in range(one, last + 1)]
        assert found == [*range(first, 3)], reset


@claim
def a_group_may_see_committed_records_only(talk: Talk) -> None:
    group = new_group(talk)
    set_config(talk, group.group_id, "share.isolation.level", "read_committed")
    group.initialize(0)
    name = unique("t")
    producer = talk.init(name)
    assert talk.produce(name, producer, group.topic).error_code == NONE
    talk.end(name, producer, commit=False)
    producer = talk.init(name)
    assert talk.produce(name, producer, group.topic).error_code == NONE
    talk.end(name, producer, commit=True)
    member = group.member()
    found: list[int] = []
    while 2 not in found:
        found += [offset for one, last, _ in member.take() for offset in range(one, last + 1)]
    assert 0 not in found
