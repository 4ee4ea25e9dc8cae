from __future__ import annotations

import errno

import pytest

from kwire.broker.topic_registry import CONSUMER_OFFSETS, SHARE_GROUP_STATE, TRANSACTION_STATE
from kwire.broker.topics import validate_topic_name
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import Record, build_batch
from tests.broker.keeping import Keeper

BATCH = build_batch([Record(0, 1_700_000_000_000, b"k", b"v", [])])


def refusal(keeper: Keeper, name: str, **wishes: object) -> ErrorCode:
    with pytest.raises(KafkaError) as caught:
        keeper.broker.topics.create(name, **wishes)  # type: ignore[arg-type]
    return caught.value.code


@pytest.mark.parametrize("name", ["a", "A.b_c-9", "x" * 249])
def test_good_names_are_taken(name: str) -> None:
    validate_topic_name(name)


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 250, "a b", "a/b", "ä", "a\n"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(KafkaError) as caught:
        validate_topic_name(name)
    assert caught.value.code == ErrorCode.INVALID_TOPIC_EXCEPTION


def test_a_topic_has_the_broker_s_defaults() -> None:
    keeper = Keeper({"num.partitions": "4"})
    assert len(keeper.broker.topics.create("t").partitions) == 4


def test_names_that_metrics_could_not_tell_apart_collide() -> None:
    keeper = Keeper()
    keeper.broker.topics.create("a.b")
    assert refusal(keeper, "a_b") == ErrorCode.INVALID_TOPIC_EXCEPTION
    keeper.broker.topics.delete(keeper.broker.topics.by_name["a.b"])
    keeper.broker.topics.create("a_b")


def test_the_cluster_s_own_log_is_no_topic() -> None:
    keeper = Keeper()
    assert refusal(keeper, "__cluster_metadata") == ErrorCode.INVALID_REQUEST
    with pytest.raises(KafkaError):
        keeper.broker.topics.auto_create("__cluster_metadata")
    keeper.kill()


def test_a_topic_is_there_once() -> None:
    keeper = Keeper()
    keeper.broker.topics.create("t")
    assert refusal(keeper, "t") == ErrorCode.TOPIC_ALREADY_EXISTS


@pytest.mark.parametrize("partitions", [0, -2])
def test_a_topic_has_partitions(partitions: int) -> None:
    assert refusal(Keeper(), "t", partitions=partitions) == ErrorCode.INVALID_PARTITIONS


@pytest.mark.parametrize("factor", [0, -2, 3])
def test_one_node_has_one_replica(factor: int) -> None:
    assert refusal(Keeper(), "t", replication_factor=factor) == ErrorCode.INVALID_REPLICATION_FACTOR


def test_any_replication_factor_is_taken_where_that_is_set() -> None:
    keeper = Keeper({"kwire.accept.any.replication.factor": "true"})
    keeper.broker.topics.create("t", replication_factor=3)


@pytest.mark.parametrize(
    "assignments",
    [
        {1: [1]},
        {0: [1], 2: [1]},
        {0: []},
        {0: [1, 1]},
        {0: [2]},
        {0: [1], 1: []},
    ],
)
def test_manual_assignments_must_make_sense(assignments: dict[int, list[int]]) -> None:
    assert refusal(Keeper(), "t", assignments=assignments) == ErrorCode.INVALID_REPLICA_ASSIGNMENT


def test_a_manual_assignment_says_how_many_partitions_there_are() -> None:
    topic = Keeper().broker.topics.create("t", assignments={0: [1], 1: [1]})
    assert len(topic.partitions) == 2


def test_a_manual_assignment_goes_with_no_other_numbers() -> None:
    assert refusal(Keeper(), "t", partitions=2, assignments={0: [1]}) == ErrorCode.INVALID_REQUEST


def test_a_refused_topic_leaves_nothing_behind() -> None:
    keeper = Keeper()
    before = keeper.broker.controller.log.log_end_offset
    assert refusal(keeper, "t", configs={"no.such": "1"}) == ErrorCode.INVALID_CONFIG
    assert refusal(keeper, "t", configs={"segment.bytes": "1"}) == ErrorCode.INVALID_CONFIG
    assert refusal(keeper, "t", configs={"segment.bytes": None}) == ErrorCode.INVALID_CONFIG
    assert keeper.broker.controller.log.log_end_offset == before
    assert keeper.directories() == {"__cluster_metadata-0"}


@pytest.mark.parametrize("clean", [True, False])
def test_topics_and_their_records_are_there_after_a_restart(clean: bool) -> None:
    keeper = Keeper()
    topic = keeper.broker.topics.create("t", partitions=2, configs={"max.message.bytes": "1234"})
    topic.partitions[1].append(BATCH, keeper.clock.time_ms())
    topic_id = topic.topic_id
    broker = keeper.restart() if clean else keeper.kill()
    topic = broker.topics.by_name["t"]
    assert topic.topic_id == topic_id
    assert broker.topics.by_id[topic_id] is topic
    assert [partition.log_end_offset for partition in topic.partitions] == [0, 1]
    assert topic.partitions[0].config.max_message_bytes == 1234


def test_growth_survives_and_never_shrinks() -> None:
    keeper = Keeper()
    topics = keeper.broker.topics
    topic = topics.create("t", partitions=2)
    topics.add_partitions(topic, 5)
    for count in (5, 4, 0, -1):
        with pytest.raises(KafkaError) as caught:
            topics.add_partitions(topic, count)
        assert caught.value.code == ErrorCode.INVALID_PARTITIONS
    assert len(keeper.kill().topics.by_name["t"].partitions) == 5


def test_added_partitions_may_be_assigned_by_hand() -> None:
    keeper = Keeper()
    topic = keeper.broker.topics.create("t", partitions=1)
    for assignments in ([[1]], [[1], [2]], [[1], []]):
        with pytest.raises(KafkaError) as caught:
            keeper.broker.topics.add_partitions(topic, 3, assignments)
        assert caught.value.code == ErrorCode.INVALID_REPLICA_ASSIGNMENT
    keeper.broker.topics.add_partitions(topic, 3, [[1], [1]])
    assert len(topic.partitions) == 3


def test_only_a_question_changes_nothing() -> None:
    keeper = Keeper()
    topic = keeper.broker.topics.create("t", partitions=1)
    keeper.broker.topics.add_partitions(topic, 3, validate_only=True)
    assert len(topic.partitions) == 1


def test_a_deleted_topic_is_gone_at_once_and_its_files_later() -> None:
    keeper = Keeper({"log.segment.delete.delay.ms": "1000"})
    topic = keeper.broker.topics.create("t")
    told = []
    topic.partitions[0].appended.add(lambda: told.append(True))
    keeper.broker.topics.delete(topic)
    assert told, "who waits for records is told"
    assert "t" not in keeper.broker.topics.by_name
    assert topic.topic_id not in keeper.broker.topics.by_id
    assert any(name.endswith("-delete") for name in keeper.directories())
    for _ in range(3):
        keeper.clock.now_ms += 60_000
        keeper.broker.tick(keeper.clock.now_ms)
        keeper.broker.jobs.run_all()
    assert keeper.directories() == {"__cluster_metadata-0"}


@pytest.mark.parametrize("clean", [True, False])
def test_a_topic_made_again_is_another_one(clean: bool) -> None:
    keeper = Keeper()
    first = keeper.broker.topics.create("t", configs={"retention.ms": "5"})
    first.partitions[0].append(BATCH, keeper.clock.time_ms())
    keeper.broker.topics.delete(first)
    second = keeper.broker.topics.create("t")
    assert second.topic_id != first.topic_id
    broker = keeper.restart() if clean else keeper.kill()
    assert broker.topics.by_name["t"].topic_id == second.topic_id
    assert broker.topics.by_name["t"].partitions[0].log_end_offset == 0
    own = [entry for entry in broker.configs.describe(2, "t") if entry.source.name == "TOPIC"]
    assert own == [], "settings go with their topic"


def test_a_topic_whose_making_a_crash_cut_short_was_never_there() -> None:
    keeper = Keeper()

    class Died(BaseException):
        pass

    for operation, end in (("mkdir", "t-1"), ("write", "__cluster_metadata-0/00000000000000000000.log")):

        def die(each: str, path: str, size: int, operation: str = operation, end: str = end) -> None:
            if each == operation and path.endswith(end):
                raise Died

        keeper.files.fault = die
        with pytest.raises(Died):
            keeper.broker.topics.create("t", partitions=3)
        assert "t" not in keeper.kill().topics.by_name
    topic = keeper.broker.topics.create("t", partitions=3)
    for partition in topic.partitions:
        partition.append(BATCH, keeper.clock.time_ms())


def test_a_topic_that_the_disk_refuses_is_not_there_and_can_be_made_later() -> None:
    keeper = Keeper()

    def refuse(operation: str, path: str, size: int) -> None:
        if operation == "mkdir" and path.endswith("-2"):
            raise OSError(errno.ENOSPC, "No space left on device", path)

    keeper.broker.topics.create("small", partitions=2)
    small = keeper.broker.topics.by_name["small"]
    keeper.files.fault = refuse
    with pytest.raises(KafkaError, match="No space left on device") as refused:
        keeper.broker.topics.create("t", partitions=3)
    assert refused.value.code == ErrorCode.KAFKA_STORAGE_ERROR
    with pytest.raises(KafkaError, match="No space left on device") as refused:
        keeper.broker.topics.add_partitions(small, 3)
    assert refused.value.code == ErrorCode.KAFKA_STORAGE_ERROR
    keeper.files.fault = None
    assert keeper.directories() == {"__cluster_metadata-0", "small-0", "small-1"}
    for broker in (keeper.broker, keeper.kill()):
        assert set(broker.topics.by_name) == {"small"}
        assert len(broker.topics.by_name["small"].partitions) == 2
    broker.topics.create("t", partitions=3)
    broker.topics.add_partitions(broker.topics.by_name["small"], 3)
    assert {name: len(topic.partitions) for name, topic in keeper.restart().topics.by_name.items()} == {
        "small": 3,
        "t": 3,
    }


def test_a_directory_that_belongs_to_no_topic_is_set_aside() -> None:
    keeper = Keeper()
    topic = keeper.broker.topics.create("t")
    keeper.broker.close()
    keeper.files.rename("/data/t-0", "/data/other-0")
    broker = keeper.again()
    assert any(name.startswith("other-0.") and name.endswith("-stray") for name in keeper.directories())
    assert broker.topics.by_name["t"].topic_id == topic.topic_id
    assert broker.topics.by_name["t"].partitions[0].log_end_offset == 0


def test_internal_topics_have_kafka_s_settings() -> None:
    keeper = Keeper()
    broker = keeper.broker
    offsets = broker.topics.ensure_internal(CONSUMER_OFFSETS)
    assert offsets.internal
    assert len(offsets.partitions) == 3
    assert offsets.partitions[0].config.compacted
    assert offsets.partitions[0].log.config.segment_bytes == 100 * 1024 * 1024
    assert broker.topics.ensure_internal(CONSUMER_OFFSETS) is offsets
    assert len(broker.topics.ensure_internal(TRANSACTION_STATE).partitions) == 50
    share = broker.topics.ensure_internal(SHARE_GROUP_STATE)
    assert not share.partitions[0].config.compacted


def test_a_thousand_partitions_are_one_batch_of_metadata() -> None:
    keeper = Keeper()
    batches = len(list(keeper.broker.controller.log.batches(0)))
    assert len(keeper.broker.topics.create("wide", partitions=1000).partitions) == 1000
    assert len(list(keeper.broker.controller.log.batches(0))) == batches + 1
    assert len(keeper.kill().topics.by_name["wide"].partitions) == 1000


def test_a_full_disk_refuses_the_topic_and_the_next_one_is_made() -> None:
    keeper = Keeper()

    def full(operation: str, path: str, size: int) -> None:
        if operation == "write":
            raise OSError(28, "No space left on device", path)

    keeper.files.fault = full
    assert refusal(keeper, "t") == ErrorCode.KAFKA_STORAGE_ERROR
    assert "t" not in keeper.broker.topics.by_name
    keeper.files.fault = None
    keeper.broker.topics.create("t")
