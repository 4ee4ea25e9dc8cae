from __future__ import annotations

import pytest

from kwire.broker.metadata.image import Image, TopicImage
from kwire.broker.metadata.quorum import Quorum
from kwire.broker.metadata.takeover import refusals, remarks
from kwire.codec.stored.access_control_entry_record import AccessControlEntryRecord
from kwire.codec.stored.partition_record import PartitionRecord
from kwire.errors import CannotStart
from tests.broker.keeping import Keeper

HERE = bytes(15) + b"\xaa"
THERE = bytes(15) + b"\xbb"
TOPIC_ID = bytes(15) + b"\x11"


def image(*, replicas: list[int], directories: list[bytes]) -> Image:
    partition = PartitionRecord(topic_id=TOPIC_ID, replicas=replicas, directories=directories)
    return Image(topics={TOPIC_ID: TopicImage("t", TOPIC_ID, {0: partition})})


def reasons(
    found: Image, quorum: Quorum | None = None, present: tuple[tuple[str, int], ...] = ()
) -> list[str]:
    return list(refusals(found, quorum or Quorum(voters={1: None}), 1, [HERE], present))


def test_a_node_that_votes_alone_and_has_every_replica_is_taken_over() -> None:
    assert reasons(image(replicas=[1], directories=[HERE])) == []


def test_a_node_whose_controllers_are_elsewhere_is_refused() -> None:
    (reason,) = reasons(Image(), Quorum(voters={3000: None}))
    assert "other nodes (3000)" in reason


def test_one_controller_of_several_is_refused() -> None:
    (reason,) = reasons(Image(), Quorum(voters={1: None, 2: None, 3: None}))
    assert "3 controllers" in reason
    assert "2, 3" in reason


@pytest.mark.parametrize(
    ("name", "level"), [("metadata.version", 31), ("metadata.version", 3), ("new.version", 1)]
)
def test_features_that_are_not_known_are_refused(name: str, level: int) -> None:
    (reason,) = reasons(Image(features={name: level}))
    assert f"{name} {level}" in reason


def test_replicas_on_other_nodes_are_refused() -> None:
    (reason,) = reasons(image(replicas=[1, 2], directories=[HERE, THERE]))
    assert "1 partition (t-0) has replicas on other nodes (2)" in reason


def test_partitions_in_a_directory_that_is_not_named_are_refused_unless_they_are_here() -> None:
    (reason,) = reasons(image(replicas=[1], directories=[THERE]))
    assert "1 partition (t-0) is in the log directory AAAAAAAAAAAAAAAAAAAAuw" in reason
    assert reasons(image(replicas=[1], directories=[THERE]), present=(("t", 0),)) == []


def test_what_nothing_acts_on_is_named_once_with_its_count() -> None:
    found = Image()
    for number in range(2):
        found.apply(AccessControlEntryRecord(id=bytes([number]) * 16), number)
    assert remarks(found) == ["The metadata holds 2 ACLs: kept for Kafka, and not enforced by kwire"]


def test_a_start_says_why_it_refuses() -> None:
    keeper = Keeper()
    topic = keeper.broker.topics.create("t", partitions=1)
    keeper.broker.metadata.write(
        [PartitionRecord(topic_id=topic.topic_id, partition_id=0, replicas=[1, 2], isr=[1], leader=1)]
    )
    keeper.broker.close()
    with pytest.raises(CannotStart, match="replicas on other nodes"):
        keeper._start()
    assert "t-0" in keeper.directories(), "nothing was touched"
