"""What any Kafka broker answers about its directories, replicas, leaders and voters: claims that are made of kwire, in
memory and as a process, and of Apache Kafka.
"""

from __future__ import annotations

from typing import Any

from kwire.codec.messages import load
from kwire.errors import ErrorCode
from tests.apis.talking import As, Talk
from tests.apis.transaction_claims import Claim, claims, topic_of

CLAIMS: list[Claim] = []
claim = claims(CLAIMS)

NONE = ErrorCode.NONE
UNKNOWN = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
NOT_NEEDED = ErrorCode.ELECTION_NOT_NEEDED
BAD_REQUEST = ErrorCode.INVALID_REQUEST
METADATA = "__cluster_metadata"
SOME_DIRECTORY = bytes(range(1, 17))


# DescribeLogDirs


def directories(
    talk: Talk, topics: dict[str, list[int]] | None, *, version: int = 4, led: tuple[str, int] | None = None
) -> list[Any]:
    """The directories of the broker that leads a partition, or of any."""
    wire = load(35)
    asked = None
    if topics is not None:
        asked = [wire.DescribableLogDirTopic(name, indexes) for name, indexes in topics.items()]
    broker = talk.any() if led is None else talk.leader(*led)
    answer = broker.ask(35, version, wire.DescribeLogDirsRequest(topics=asked))
    assert answer.error_code == NONE
    return list(answer.results)


def found(results: list[Any]) -> dict[tuple[str, int], Any]:
    return {
        (topic.name, partition.partition_index): partition
        for result in results
        for topic in result.topics
        for partition in topic.partitions
    }


@claim
def directories_say_which_partitions_lie_in_them_and_how_large_they_are(talk: Talk) -> None:
    topic = topic_of(talk, 2)
    talk.produce(None, As(-1, -1), topic, transactional=False, version=9)
    for version in (1, 2, 3, 4):
        results = directories(talk, None, version=version, led=(topic, 1))
        assert found(results)[topic, 1].partition_size == 0
        results = directories(talk, None, version=version, led=(topic, 0))
        assert all(result.error_code == NONE and result.log_dir.startswith("/") for result in results)
        partitions = found(results)
        assert partitions[topic, 0].partition_size > 0
        assert all(each.offset_lag == 0 and not each.is_future_key for each in partitions.values())
        assert all((result.total_bytes > result.usable_bytes > 0) == (version >= 4) for result in results)
        assert not any(name == METADATA for name, _ in partitions)


@claim
def directories_say_only_what_was_asked_for(talk: Talk) -> None:
    topic = topic_of(talk, 2)
    results = directories(talk, {topic: [1, 7], "nowhere": [0]}, led=(topic, 1))
    assert found(results).keys() == {(topic, 1)}
    results = directories(talk, {})
    assert results
    assert not found(results)


# ElectLeaders


def elected(
    talk: Talk, topics: dict[str, list[int]] | None, kind: int = 0, *, version: int = 2
) -> tuple[ErrorCode, dict[tuple[str, int], tuple[ErrorCode, str | None]]]:
    wire = load(43)
    asked = None
    if topics is not None:
        asked = [wire.TopicPartitions(name, indexes) for name, indexes in topics.items()]
    named = {"election_type": kind} if version >= 1 else {}
    answer = talk.any().ask(43, version, wire.ElectLeadersRequest(topic_partitions=asked, **named))
    return ErrorCode(answer.error_code), {
        (topic.topic, each.partition_id): (ErrorCode(each.error_code), each.error_message)
        for topic in answer.replica_election_results
        for each in topic.partition_result
    }


@claim
def a_partition_with_its_preferred_leader_needs_no_election(talk: Talk) -> None:
    topic = topic_of(talk)
    for version in (0, 1, 2):
        for kind in (0,) if version == 0 else (0, 1):
            assert elected(talk, {topic: [0, 7], "nowhere": [0]}, kind, version=version) == (
                NONE,
                {
                    (topic, 0): (NOT_NEEDED, "Leader election not needed for topic partition."),
                    (topic, 7): (UNKNOWN, f"No such partition as {topic}-7"),
                    ("nowhere", 0): (UNKNOWN, "No such topic as nowhere"),
                },
            )
    assert elected(talk, None) == (NONE, {})
    assert elected(talk, {}) == (NONE, {})


@claim
def there_are_two_kinds_of_elections(talk: Talk) -> None:
    topic = topic_of(talk)
    assert elected(talk, {topic: [0]}, 2) == (
        BAD_REQUEST,
        {(topic, 0): (BAD_REQUEST, "Unknown election type 2")},
    )
    assert elected(talk, None, 2) == (BAD_REQUEST, {})


# Reassignments


def reassigned(
    talk: Talk, topic: str, index: int, replicas: list[int] | None, *, version: int = 1, allow: bool = True
) -> tuple[ErrorCode, str | None]:
    wire = load(45)
    partition = wire.ReassignablePartition(partition_index=index, replicas=replicas)
    named = {"allow_replication_factor_change": allow} if version >= 1 else {}
    request = wire.AlterPartitionReassignmentsRequest(
        topics=[wire.ReassignableTopic(topic, [partition])], **named
    )
    answer = talk.any().ask(45, version, request)
    assert (answer.error_code, answer.error_message) == (NONE, None)
    assert answer.allow_replication_factor_change == allow
    (result,) = answer.responses[0].partitions
    return ErrorCode(result.error_code), result.error_message


@claim
def a_partition_that_is_where_it_is_to_be_stays_there(talk: Talk) -> None:
    topic = topic_of(talk)
    leader = leader_of(talk, topic)
    for version in (0, 1):
        assert reassigned(talk, topic, 0, [leader], version=version) == (NONE, None)
    assert reassigned(talk, topic, 0, [leader], allow=False) == (NONE, None)


def leader_of(talk: Talk, topic: str) -> int:
    wire = load(3)
    answer = talk.any().ask(3, 8, wire.MetadataRequest(topics=[wire.MetadataRequestTopic(name=topic)]))
    leader: int = answer.topics[0].partitions[0].leader_id
    return leader


@claim
def what_is_not_on_the_move_cannot_be_stopped(talk: Talk) -> None:
    topic = topic_of(talk)
    assert reassigned(talk, topic, 0, None) == (ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, None)
    assert reassigned(talk, "nowhere", 0, None) == (UNKNOWN, "Unable to find a topic named nowhere.")


@claim
def replicas_that_cannot_be_are_refused(talk: Talk) -> None:
    topic = topic_of(talk)
    for replicas, problem in (
        ([], "an empty replica list."),
        ([1, 1], "the broker 1 more than once."),
        ([77], "broker 77, but no such broker is registered."),
        ([1, 77], "broker 77, but no such broker is registered."),
        ([-1], "broker -1, but no such broker is registered."),
    ):
        for version in (0, 1):
            assert reassigned(talk, topic, 0, replicas, version=version) == (
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                f"The manual partition assignment includes {problem}",
            )
    assert reassigned(talk, topic, 7, [1]) == (UNKNOWN, f"Unable to find partition {topic}:7.")
    assert reassigned(talk, "nowhere", 0, [1]) == (UNKNOWN, "Unable to find a topic named nowhere.")


@claim
def nothing_is_on_the_move(talk: Talk) -> None:
    wire, topic = load(46), topic_of(talk)
    named = wire.ListPartitionReassignmentsTopics(topic, [0, 9])
    for topics in (None, [], [named, wire.ListPartitionReassignmentsTopics("nowhere", [0])]):
        answer = talk.any().ask(46, 0, wire.ListPartitionReassignmentsRequest(topics=topics))
        assert (answer.error_code, answer.error_message, answer.topics) == (NONE, None, [])


# The quorum


def quorum(talk: Talk, topics: dict[str, list[int]], *, version: int = 2) -> Any:
    wire = load(55)
    asked = [
        wire.TopicData(name, [wire.PartitionData(index) for index in indexes])
        for name, indexes in topics.items()
    ]
    answer = talk.any().ask(55, version, wire.DescribeQuorumRequest(topics=asked))
    assert answer.error_code == NONE
    return answer


@claim
def the_quorum_is_described(talk: Talk) -> None:
    topic_of(talk)  # which is answered when it is durable
    for version in (0, 1, 2):
        answer = quorum(talk, {METADATA: [0]}, version=version)
        partition = answer.topics[0].partitions[0]
        assert (partition.error_code, partition.leader_id) == (NONE, 1)
        assert partition.leader_epoch > 0
        (voter,) = partition.current_voters
        assert voter.replica_id == 1
        assert 0 < partition.high_watermark <= voter.log_end_offset
        now_ms = talk.time_ms()
        seen = (voter.last_fetch_timestamp, voter.last_caught_up_timestamp)
        if version == 0:
            assert seen == (-1, -1)
        else:
            assert all(now_ms - 60_000 < each <= now_ms for each in seen)
        assert any(voter.replica_directory_id) == (version >= 2)
        if version >= 2:
            (node,) = answer.nodes
            assert node.node_id == 1
            assert node.listeners[0].name == "CONTROLLER"


@claim
def there_is_one_quorum(talk: Talk) -> None:
    for topics in ({METADATA: [1]}, {"t": [0]}, {METADATA: [0], "t": [0]}, {METADATA: [0, 1]}):
        answer = quorum(talk, topics)
        for topic in answer.topics:
            for partition in topic.partitions:
                assert (partition.error_code, partition.error_message) == (
                    UNKNOWN,
                    "This server does not host this topic-partition.",
                )
    assert quorum(talk, {}).topics == []


def added(talk: Talk, *, version: int = 1, **fields: Any) -> tuple[ErrorCode, str | None]:
    wire = load(80)
    listener = wire.Listener("CONTROLLER", "127.0.0.1", 9)
    given = {
        "cluster_id": None,
        "timeout_ms": 1000,
        "voter_id": 1,
        "voter_directory_id": SOME_DIRECTORY,
        "listeners": [listener],
        **fields,
    }
    answer = talk.any().ask(80, version, wire.AddRaftVoterRequest(**given))
    return ErrorCode(answer.error_code), answer.error_message


def removed(talk: Talk, **fields: Any) -> tuple[ErrorCode, str | None]:
    given = {"cluster_id": None, "voter_id": 2, "voter_directory_id": SOME_DIRECTORY, **fields}
    answer = talk.any().ask(81, 0, load(81).RemoveRaftVoterRequest(**given))
    return ErrorCode(answer.error_code), answer.error_message


def cluster_id(talk: Talk) -> str:
    name: str = talk.any().ask(60, 0, load(60).DescribeClusterRequest()).cluster_id
    return name


@claim
def who_votes_already_is_not_added(talk: Talk) -> None:
    for version in (0, 1):
        for named in (None, cluster_id(talk)):
            code, message = added(talk, version=version, cluster_id=named)
            assert code == ErrorCode.DUPLICATE_VOTER
            assert message is not None
            assert message.startswith(
                "The voter id for ReplicaKey(id=1, directoryId=AQIDBAUGBwgJCgsMDQ4PEA) is already part of"
            )


@claim
def a_voter_that_is_added_is_named_and_can_be_reached(talk: Talk) -> None:
    refusal = (BAD_REQUEST, "Add voter request didn't include a valid voter")
    assert added(talk, voter_id=-1) == refusal
    assert added(talk, voter_directory_id=bytes(16)) == refusal
    wire = load(80)
    for listeners in ([], [wire.Listener("OTHER", "127.0.0.1", 9)]):
        code, message = added(talk, listeners=listeners)
        assert code == BAD_REQUEST
        assert message is not None
        assert message.startswith("Add voter request didn't include the endpoint")


@claim
def who_does_not_vote_is_not_removed(talk: Talk) -> None:
    for voter_id in (1, 2):
        code, message = removed(talk, voter_id=voter_id, cluster_id=cluster_id(talk))
        assert code == ErrorCode.VOTER_NOT_FOUND
        assert message is not None
        assert message.startswith(f"Cannot remove voter ReplicaKey(id={voter_id}, directoryId=AQID")
    refusal = (BAD_REQUEST, "Remove voter request didn't include a valid voter")
    assert removed(talk, voter_id=-1) == refusal
    assert removed(talk, voter_directory_id=bytes(16)) == refusal


@claim
def voters_are_of_this_cluster(talk: Talk) -> None:
    refusal = (
        ErrorCode.INCONSISTENT_CLUSTER_ID,
        f'The given id "another" doesn\'t match the cluster id "{cluster_id(talk)}"',
    )
    assert added(talk, cluster_id="another") == refusal
    assert removed(talk, cluster_id="another") == refusal


@claim
def who_is_not_registered_cannot_be_forgotten(talk: Talk) -> None:
    for broker_id in (77, -1):
        answer = talk.any().ask(64, 0, load(64).UnregisterBrokerRequest(broker_id=broker_id))
        assert (answer.error_code, answer.error_message) == (
            ErrorCode.BROKER_ID_NOT_REGISTERED,
            f"Broker ID {broker_id} is not currently registered",
        )
