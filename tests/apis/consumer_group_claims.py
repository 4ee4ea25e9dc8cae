"""What any Kafka broker answers about consumer groups (KIP-848): claims of kwire and of Apache Kafka alike.

`group.consumer.assignment.interval.ms` is 0, so that a heartbeat knows the newest target.
"""

from __future__ import annotations

from kwire.codec.messages import load
from kwire.errors import ErrorCode
from tests.apis.consuming import ClassicConsumer, Consumer, ask, describe, listed, settle, topic_ids
from tests.apis.talking import Talk, unique
from tests.apis.transaction_claims import Claim, claims

CLAIMS: list[Claim] = []
claim = claims(CLAIMS)

NONE = ErrorCode.NONE
FENCED = ErrorCode.FENCED_MEMBER_EPOCH
INVALID = ErrorCode.INVALID_REQUEST
UNKNOWN_MEMBER = ErrorCode.UNKNOWN_MEMBER_ID
NO_GROUP = ErrorCode.GROUP_ID_NOT_FOUND
STALE = ErrorCode.STALE_MEMBER_EPOCH


def topics_of(talk: Talk, *partitions: int) -> dict[str, bytes]:
    names = [unique("topic") for _ in partitions]
    for name, count in zip(names, partitions, strict=True):
        talk.create_topic(name, count)
    return topic_ids(talk, *names)


def pair(talk: Talk, partitions: int = 4) -> tuple[str, Consumer, Consumer]:
    """A topic, and two new members of one group."""
    topics = topics_of(talk, partitions)
    one = Consumer(talk, topics)
    return next(iter(topics)), one, Consumer(talk, topics, one.group_id)


# Joining and going on


@claim
def the_first_member_has_everything_at_once_in_epoch_2(talk: Talk) -> None:
    topics = topics_of(talk, 2, 1)
    member = Consumer(talk, topics)
    assert member.join() == NONE
    assert (member.epoch, member.last.heartbeat_interval_ms) == (2, 5_000)
    first, second = topics
    assert member.owned == {first: [0, 1], second: [0]}
    assert member.say() == NONE
    assert member.given is None


@claim
def who_subscribes_to_nothing_is_in_epoch_1(talk: Talk) -> None:
    member = Consumer(talk, {})
    assert member.join() == NONE
    assert (member.epoch, member.given) == (1, {})
    assert describe(talk, member.group_id).group_state == "Stable"


@claim
def a_join_that_was_answered_may_come_again(talk: Talk) -> None:
    _, member, other = pair(talk)
    assert member.join() == NONE
    assert member.join() == NONE
    assert (member.epoch, len(*member.owned.values())) == (2, 4)
    assert other.join() == NONE
    settle(member, other)
    assert member.join() == NONE
    assert (member.epoch, len(*member.owned.values())) == (3, 2)


@claim
def in_version_0_the_broker_makes_the_id(talk: Talk) -> None:
    _, member, _ = pair(talk)
    member.member_id = ""
    assert member.join() == INVALID
    assert member.join(version=0) == NONE
    assert len(member.member_id) == 22


@claim
def a_first_request_has_to_say_everything(talk: Talk) -> None:
    topic, member, other = pair(talk)
    assert member.join(rebalance_timeout_ms=-1) == INVALID
    assert member.join(owned={topic: [0]}) == INVALID
    assert member.join(owned=None) == INVALID
    assert member.join(subscribed_topic_names=None) == INVALID
    for name in ("instance_id", "rack_id", "group_id"):
        assert other.join(**{name: ""}) == INVALID
    assert describe(talk, member.group_id).error_code == NO_GROUP


@claim
def an_assignor_that_is_not_there_and_an_expression_that_is_none_are_refused(talk: Talk) -> None:
    _, member, _ = pair(talk)
    assert member.join(server_assignor="best") == ErrorCode.UNSUPPORTED_ASSIGNOR
    assert member.join(subscribed_topic_regex="(") == ErrorCode.INVALID_REGULAR_EXPRESSION
    assert "is not a valid regular expression" in member.last.error_message


@claim
def epochs_below_minus_2_are_none_and_minus_2_is_for_static_members(talk: Talk) -> None:
    _, member, _ = pair(talk)
    assert member.join() == NONE
    assert member.say(member_epoch=-3) == INVALID
    assert member.say(member_epoch=-2) == INVALID
    assert member.say(member_epoch=-2, instance_id="i") == UNKNOWN_MEMBER
    assert member.say(member_epoch=2, instance_id="i") == UNKNOWN_MEMBER


@claim
def who_is_not_there_is_told_so(talk: Talk) -> None:
    _, member, other = pair(talk)
    assert member.say(member_epoch=1) == NO_GROUP
    assert member.leave() == NO_GROUP
    assert other.join() == NONE
    assert member.say(member_epoch=1) == UNKNOWN_MEMBER
    assert member.say(member_epoch=-1) == UNKNOWN_MEMBER


# Reconciling


@claim
def a_partition_has_one_owner_at_a_time(talk: Talk) -> None:
    topic, one, two = pair(talk)
    assert one.join() == NONE
    assert two.join() == NONE
    assert (two.epoch, two.given) == (3, {})
    had = one.owned
    assert one.go_on() == NONE
    assert (one.epoch, len(one.owned[topic])) == (2, 2)
    assert describe(talk, one.group_id).group_state == "Reconciling"
    assert one.say() == NONE  # says nothing of what it owns
    assert one.say(owned=had) == NONE
    assert (one.epoch, one.given) == (2, None)
    assert two.go_on() == NONE
    assert two.owned == {}
    assert one.go_on() == NONE
    assert (one.epoch, one.given) == (3, None)
    assert two.go_on() == NONE
    assert (two.epoch, sorted(one.owned[topic] + two.owned[topic])) == (3, [0, 1, 2, 3])
    assert describe(talk, one.group_id).group_state == "Stable"


@claim
def the_epoch_before_is_good_while_nothing_is_owned_that_is_not_assigned(talk: Talk) -> None:
    topic, one, two = pair(talk)
    assert one.join() == NONE
    assert two.join() == NONE
    assert one.go_on() == NONE
    mine = one.owned
    assert one.go_on() == NONE
    assert one.epoch == 3
    assert one.say(member_epoch=2, owned=mine) == NONE
    assert one.last.assignment is None
    assert (
        one.say(member_epoch=2, owned=mine, rebalance_timeout_ms=60_000, subscribed_topic_names=[topic])
        == NONE
    )
    assert one.given == mine
    assert one.say(member_epoch=2) == FENCED
    assert one.say(member_epoch=2, owned={topic: [0, 1, 2, 3]}) == FENCED
    assert one.say(member_epoch=1, owned={}) == FENCED
    assert one.say(member_epoch=4) == FENCED


@claim
def who_leaves_makes_room_for_the_others(talk: Talk) -> None:
    topic, one, two = pair(talk)
    assert one.join() == NONE
    assert two.join() == NONE
    settle(one, two)
    assert one.leave() == NONE
    assert (one.last.member_epoch, one.last.assignment) == (-1, None)
    described = describe(talk, one.group_id)
    assert (described.group_state, described.group_epoch, described.assignment_epoch) == ("Assigning", 4, 3)
    assert two.go_on() == NONE
    assert (two.epoch, two.owned) == (4, {topic: [0, 1, 2, 3]})
    assert two.leave() == NONE
    described = describe(talk, one.group_id)
    assert (described.group_state, described.group_epoch, described.members) == ("Empty", 5, [])


@claim
def range_gives_runs_of_each_topic(talk: Talk) -> None:
    topics = topics_of(talk, 3, 2)
    one = Consumer(talk, topics, member_id="a")
    two = Consumer(talk, topics, one.group_id, member_id="b")
    assert one.join(server_assignor="range") == NONE
    assert two.join(server_assignor="range") == NONE
    settle(one, two)
    first, second = topics
    assert one.owned == {first: [0, 1], second: [0]}
    assert two.owned == {first: [2], second: [1]}
    assert describe(talk, one.group_id).assignor_name == "range"


@claim
def uniform_gives_the_same_number_to_all_and_moves_as_little_as_it_can(talk: Talk) -> None:
    topics = topics_of(talk, 3, 4)
    members = [Consumer(talk, topics)]
    members += [Consumer(talk, topics, members[0].group_id) for _ in range(2)]
    for count, member in enumerate(members, 1):
        before = [set(_pairs(each)) for each in members[: count - 1]]
        assert member.join() == NONE
        settle(*members[:count])
        sizes = sorted(len(_pairs(each)) for each in members[:count])
        assert sizes == sorted(7 // count + (turn < 7 % count) for turn in range(count))
        for had, each in zip(before, members, strict=False):
            assert had >= set(_pairs(each))


@claim
def members_with_different_subscriptions_get_only_what_they_want(talk: Talk) -> None:
    topics = topics_of(talk, 2, 2)
    first, second = topics
    one, both = Consumer(talk, topics), Consumer(talk, topics)
    both.group_id = one.group_id
    assert one.join(first) == NONE
    assert both.join() == NONE
    settle(one, both)
    assert one.owned == {first: [0, 1]}
    assert both.owned == {second: [0, 1]}


def _pairs(member: Consumer) -> list[tuple[str, int]]:
    return [(topic, index) for topic, indexes in member.owned.items() for index in indexes]


@claim
def a_subscription_changes_when_it_is_said_again(talk: Talk) -> None:
    topics = topics_of(talk, 1, 1)
    first, second = topics
    member = Consumer(talk, topics)
    assert member.join(first) == NONE
    assert member.say(subscribed_topic_names=[second]) == NONE
    settle(member)
    assert (member.epoch, member.owned) == (3, {second: [0]})
    assert member.say(subscribed_topic_names=[second]) == NONE
    assert member.epoch == 3


@claim
def topics_that_come_later_are_assigned_when_they_are_there(talk: Talk) -> None:
    topics = topics_of(talk, 1)
    later = unique("topic")
    member = Consumer(talk, topics)
    assert member.join(*topics, later) == NONE
    talk.create_topic(later, 1)
    member.topics = {**topics, **topic_ids(talk, later)}
    for _ in talk.patience():
        assert member.go_on() == NONE
        if later in member.owned:
            break
    assert member.owned == {name: [0] for name in member.topics}
    assert member.epoch == 3


@claim
def an_expression_stands_for_topics_that_match_as_a_whole(talk: Talk) -> None:
    topics = topics_of(talk, 2)
    (name,) = topics
    talk.create_topic(f"{name}-longer", 1)
    member = Consumer(talk, topics)
    assert member.join(subscribed_topic_names=None, subscribed_topic_regex=f"{name[:-1]}[a-z0-9]") == NONE
    for _ in talk.patience():
        if member.owned:
            break
        assert member.go_on() == NONE
    assert (member.epoch, member.owned) == (2, {name: [0, 1]})
    (described,) = describe(talk, member.group_id).members
    assert described.subscribed_topic_regex == f"{name[:-1]}[a-z0-9]"


@claim
def topics_that_come_later_and_match_an_expression_are_assigned_too(talk: Talk) -> None:
    topics = topics_of(talk, 1)
    (name,) = topics
    member = Consumer(talk, topics)
    assert member.join(subscribed_topic_names=None, subscribed_topic_regex=f"{name}.*") == NONE
    later = f"{name}-later"
    talk.create_topic(later, 1)
    member.topics = {**topics, **topic_ids(talk, later)}
    for _ in talk.patience():
        if len(member.owned) == 2:
            break
        assert member.go_on() == NONE
    assert member.owned == {name: [0], later: [0]}


@claim
def a_group_may_have_an_interval_of_its_own(talk: Talk) -> None:
    _, member, _ = pair(talk)
    assert member.join() == NONE
    wire = load(44)
    entry = wire.AlterableConfig(name="consumer.heartbeat.interval.ms", config_operation=0, value="7000")
    resource = wire.AlterConfigsResource(resource_type=32, resource_name=member.group_id, configs=[entry])
    answer = talk.any().ask(44, 1, wire.IncrementalAlterConfigsRequest(resources=[resource]))
    assert answer.responses[0].error_code == NONE
    for _ in talk.patience():
        assert member.say() == NONE
        if member.last.heartbeat_interval_ms != 5_000:
            break
    assert member.last.heartbeat_interval_ms == 7_000


# Static members


@claim
def a_static_member_keeps_its_place_for_who_comes_with_its_instance_id(talk: Talk) -> None:
    topic, one, _ = pair(talk)
    one.instance_id = "i"
    assert one.join() == NONE
    assert one.join() == ErrorCode.UNRELEASED_INSTANCE_ID
    one.epoch = 2
    heir = Consumer(talk, one.topics, one.group_id, instance_id="i")
    assert heir.join() == ErrorCode.UNRELEASED_INSTANCE_ID
    assert heir.say(member_epoch=2) == ErrorCode.FENCED_INSTANCE_ID
    assert heir.say(member_epoch=-1) == ErrorCode.FENCED_INSTANCE_ID
    assert one.leave(-2) == NONE
    assert one.last.member_epoch == -2
    (described,) = describe(talk, one.group_id).members
    assert (described.member_epoch, described.instance_id) == (-2, "i")
    assert one.say(member_epoch=2, owned={}) == FENCED
    assert heir.join() == NONE
    assert (heir.epoch, heir.owned) == (2, {topic: [0, 1, 2, 3]})
    assert one.say(member_epoch=-1) == ErrorCode.FENCED_INSTANCE_ID
    (described,) = describe(talk, one.group_id).members
    assert described.member_id == heir.member_id
    assert heir.leave() == NONE
    assert describe(talk, one.group_id).group_epoch == 3


# What is shown


@claim
def a_group_is_described_with_its_members(talk: Talk) -> None:
    topic, member, _ = pair(talk, 1)
    assert member.join(rack_id="r", instance_id="i") == NONE
    group = describe(talk, member.group_id)
    assert (group.group_state, group.group_epoch, group.assignment_epoch) == ("Stable", 2, 2)
    (described,) = group.members
    assert (described.member_id, described.instance_id, described.rack_id) == (member.member_id, "i", "r")
    assert (described.subscribed_topic_names, described.subscribed_topic_regex) == ([topic], "")
    assert (described.member_epoch, described.member_type) == (2, 1)
    for assignment in (described.assignment, described.target_assignment):
        (part,) = assignment.topic_partitions
        assert (part.topic_name, part.topic_id, part.partitions) == (topic, member.topics[topic], [0])


@claim
def each_protocol_has_its_own_way_to_describe(talk: Talk) -> None:
    _, member, _ = pair(talk)
    assert member.join() == NONE
    wire = load(15)
    old = ask(talk, member.group_id, 15, 5, wire.DescribeGroupsRequest(groups=[member.group_id])).groups[0]
    assert (old.error_code, old.group_state) == (NONE, "Dead")
    new = ask(talk, member.group_id, 15, 6, wire.DescribeGroupsRequest(groups=[member.group_id])).groups[0]
    assert (new.error_code, new.error_message) == (
        NO_GROUP,
        f"Group {member.group_id} is not a classic group.",
    )
    nobody = describe(talk, unique("group"))
    assert (nobody.error_code, nobody.error_message) == (NO_GROUP, f"Group {nobody.group_id} not found.")
    classic = ClassicConsumer(talk, (), unique("group"))
    assert classic.join().error_code == NONE
    other = describe(talk, classic.group_id)
    assert (other.error_code, other.error_message) == (
        NO_GROUP,
        f"Group {classic.group_id} is not a consumer group.",
    )


@claim
def groups_are_listed_by_type_and_state(talk: Talk) -> None:
    _, member, _ = pair(talk)
    assert member.join() == NONE
    shown = [("consumer", "Stable", "consumer")]
    group_id = member.group_id
    assert listed(talk, group_id) == shown
    assert listed(talk, group_id, types_filter=["Consumer"]) == shown
    assert listed(talk, group_id, states_filter=["stable"]) == shown
    assert listed(talk, group_id, types_filter=["classic"]) == []
    assert listed(talk, group_id, states_filter=["Empty"]) == []


@claim
def a_group_with_members_is_not_deleted_and_one_without_is(talk: Talk) -> None:
    topic, member, _ = pair(talk)
    assert member.join() == NONE
    assert member.commit(topic, 0) == [NONE]
    wire = load(42)
    request = wire.DeleteGroupsRequest(groups_names=[member.group_id])
    assert ask(talk, member.group_id, 42, 2, request).results[0].error_code == ErrorCode.NON_EMPTY_GROUP
    offsets = load(47)
    part = offsets.OffsetDeleteRequestPartition(0)
    asked = offsets.OffsetDeleteRequest(
        group_id=member.group_id, topics=[offsets.OffsetDeleteRequestTopic(name=topic, partitions=[part])]
    )
    deleted = ask(talk, member.group_id, 47, 0, asked)
    assert deleted.topics[0].partitions[0].error_code == ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
    assert member.leave() == NONE
    assert ask(talk, member.group_id, 42, 2, request).results[0].error_code == NONE
    assert describe(talk, member.group_id).error_code == NO_GROUP
    assert listed(talk, member.group_id) == []


# Offsets


@claim
def offsets_are_committed_in_the_member_s_epoch_or_since_it_has_the_partition(talk: Talk) -> None:
    topic, one, two = pair(talk)
    assert one.commit(topic, 0, epoch=1) == [NO_GROUP]
    assert one.commit(topic, 0, epoch=1, version=8) == [ErrorCode.ILLEGAL_GENERATION]
    assert one.join() == NONE
    assert two.join() == NONE
    assert one.go_on() == NONE
    assert one.commit(topic, 0, 1, 2, 3) == [NONE] * 4
    assert one.go_on() == NONE
    kept, gone = one.owned[topic][0], next(index for index in range(4) if index not in one.owned[topic])
    assert one.commit(topic, kept, epoch=2) == [NONE]
    assert one.commit(topic, kept, gone, epoch=2) == [STALE, STALE]
    assert one.commit(topic, kept, epoch=1) == [STALE]
    assert one.commit(topic, kept, epoch=9) == [STALE]
    assert one.commit(topic, kept, version=8) == [ErrorCode.UNSUPPORTED_VERSION]
    stranger = Consumer(talk, one.topics, one.group_id)
    assert stranger.commit(topic, 0, epoch=2) == [UNKNOWN_MEMBER]
    stranger.member_id = ""
    assert stranger.commit(topic, 0, epoch=-1) == [UNKNOWN_MEMBER]
    assert one.leave() == NONE
    assert two.leave() == NONE
    assert stranger.commit(topic, 0, epoch=-1) == [NONE]


@claim
def offsets_are_fetched_by_members_in_their_epoch_and_by_who_is_none(talk: Talk) -> None:
    topic, member, _ = pair(talk)
    assert member.committed(topic, epoch=1) == -1
    assert member.join() == NONE
    assert member.commit(topic, 0) == [NONE]
    assert member.committed(topic) == 5
    assert member.committed(topic, as_member=False) == 5
    assert member.committed(topic, epoch=1) == STALE
    assert member.committed(topic, epoch=9) == STALE
    assert member.committed(topic, epoch=-1) == STALE
    stranger = Consumer(talk, member.topics, member.group_id)
    assert stranger.committed(topic, epoch=2) == UNKNOWN_MEMBER


@claim
def a_transaction_commits_offsets_for_a_member_in_its_epoch(talk: Talk) -> None:
    topic, member, _ = pair(talk)
    assert member.join() == NONE
    name = unique("transaction")
    producer = talk.init(name)

    def commit(epoch: int, member_id: str) -> ErrorCode:
        return talk.commit_offsets(
            name, producer, member.group_id, topic, 7, generation=epoch, member_id=member_id
        )

    assert commit(2, member.member_id) == NONE
    assert commit(1, member.member_id) == ErrorCode.ILLEGAL_GENERATION
    assert commit(2, "nobody") == UNKNOWN_MEMBER
    assert commit(-1, "") == NONE
    assert talk.end(name, producer, commit=True).error_code == NONE


# Both protocols in one group


@claim
def a_consumer_that_joins_a_classic_group_shares_with_its_members(talk: Talk) -> None:
    topic, member, _ = pair(talk)
    classic = ClassicConsumer(talk, (topic,), member.group_id)
    classic.lead({topic: [0, 1, 2, 3]})
    assert member.join() == NONE
    assert (member.epoch, member.owned) == (2, {})
    assert classic.beat() == ErrorCode.REBALANCE_IN_PROGRESS
    assert classic.sync() == ErrorCode.REBALANCE_IN_PROGRESS
    answer = classic.join()
    assert (answer.generation_id, answer.leader, answer.members) == (1, "", [])
    assert classic.sync() == NONE
    assert len(classic.owned[topic]) == 2
    assert classic.beat() == ErrorCode.REBALANCE_IN_PROGRESS
    classic.go_on()
    assert classic.generation == 2
    assert member.go_on() == NONE
    assert sorted(member.owned[topic] + classic.owned[topic]) == [0, 1, 2, 3]
    types = {each.member_id: each.member_type for each in describe(talk, member.group_id).members}
    assert types == {member.member_id: 1, classic.member_id: 0}


@claim
def the_group_is_classic_again_when_only_classic_members_are_left(talk: Talk) -> None:
    topic, member, _ = pair(talk)
    classic = ClassicConsumer(talk, (topic,), member.group_id)
    classic.lead({topic: [0, 1, 2, 3]})
    assert member.join() == NONE
    classic.go_on()
    classic.go_on()
    assert member.leave() == NONE
    assert listed(talk, member.group_id) == [("consumer", "PreparingRebalance", "classic")]
    assert classic.beat() == ErrorCode.REBALANCE_IN_PROGRESS
    answer = classic.join()
    assert (answer.error_code, answer.leader) == (NONE, classic.member_id)


@claim
def classic_members_of_a_consumer_group_are_told_what_is_wrong(talk: Talk) -> None:
    topic, member, _ = pair(talk)
    assert member.join() == NONE
    classic = ClassicConsumer(talk, (topic,), member.group_id)
    assert classic.join(version=4).error_code == ErrorCode.MEMBER_ID_REQUIRED
    assert classic.join(protocol_type="connect").error_code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert classic.join(metadata=b"").error_code == ErrorCode.UNKNOWN_SERVER_ERROR
    assert classic.join().error_code == NONE
    assert classic.sync(generation=1) == ErrorCode.ILLEGAL_GENERATION
    assert classic.sync(protocol="best") == ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert classic.sync() == NONE
    assert classic.beat() == NONE
    assert classic.beat(1) == ErrorCode.ILLEGAL_GENERATION
    other = ClassicConsumer(talk, (topic,), member.group_id, protocol="best")
    assert other.join().error_code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    other.member_id, other.generation = member.member_id, member.epoch
    assert other.beat() == UNKNOWN_MEMBER
    assert other.sync() == UNKNOWN_MEMBER


@claim
def members_of_either_protocol_can_be_sent_away(talk: Talk) -> None:
    topic, member, other = pair(talk)
    assert member.join() == NONE
    assert other.join() == NONE
    classic = ClassicConsumer(talk, (topic,), member.group_id)
    assert classic.join().error_code == NONE
    wire = load(13)
    leavers = [member.member_id, classic.member_id, classic.member_id, "nobody"]
    request = wire.LeaveGroupRequest(
        group_id=member.group_id, members=[wire.MemberIdentity(member_id=each) for each in leavers]
    )
    answer = ask(talk, member.group_id, 13, 3, request)
    assert [each.error_code for each in answer.members] == [NONE, NONE, NONE, UNKNOWN_MEMBER]
    settle(other)
    assert other.owned == {topic: [0, 1, 2, 3]}


@claim
def an_empty_group_changes_its_protocol_freely(talk: Talk) -> None:
    topic, member, _ = pair(talk)
    assert member.join() == NONE
    assert member.commit(topic, 0) == [NONE]
    assert member.leave() == NONE
    classic = ClassicConsumer(talk, (topic,), member.group_id)
    classic.lead({topic: [0]})
    assert listed(talk, member.group_id) == [("consumer", "Stable", "classic")]
    wire = load(13)
    leaving = [wire.MemberIdentity(member_id=classic.member_id)]
    request = wire.LeaveGroupRequest(group_id=member.group_id, members=leaving)
    assert ask(talk, member.group_id, 13, 3, request).members[0].error_code == NONE
    assert member.join() == NONE
    assert (member.epoch, member.owned) == (2, {topic: [0, 1, 2, 3]})
    assert member.committed(topic) == 5


@claim
def a_group_of_something_else_takes_no_consumers(talk: Talk) -> None:
    _, member, _ = pair(talk)
    classic = ClassicConsumer(talk, (), member.group_id)
    assert classic.join(protocol_type="connect").error_code == NONE
    assert member.join() == NO_GROUP
    assert member.say(member_epoch=1) == NO_GROUP
