"""Several workers on one data directory: who leads what, what reaches whom, and what is left when they are gone."""

from __future__ import annotations

from random import Random

import pytest

from kwire.broker.inspection.contents import inspect
from kwire.broker.inspection.migration import Answer, judge
from kwire.broker.inspection.verification import check_task, look_up, verify
from kwire.broker.metadata.workers import PATIENCE_MS
from kwire.broker.remote import RemotePartition
from kwire.codec.messages import load
from kwire.codec.messages.fetch import FetchPartition, FetchRequest, FetchTopic
from kwire.codec.messages.find_coordinator import FindCoordinatorRequest
from kwire.codec.messages.init_producer_id import InitProducerIdRequest
from kwire.codec.messages.metadata import MetadataRequest, MetadataRequestTopic
from kwire.codec.messages.produce import PartitionProduceData, ProduceRequest, TopicProduceData
from kwire.errors import CannotStart, ErrorCode, KafkaError
from kwire.log.worker_files import is_worker_file
from kwire.records.batch import Record, build_batch
from tests.apis.asking import Client
from tests.broker.cluster import DATA, Cluster


def leaders(cluster: Cluster, topic: str) -> list[int]:
    return [partition.leader_id for partition in cluster.controller.topics.by_name[topic].partitions]


def files(cluster: Cluster) -> set[str]:
    return {entry.name for entry in cluster.files.entries(DATA)}


def test_partitions_are_dealt_out_and_open_in_one_worker_only() -> None:
    cluster = Cluster(3)
    cluster.create("t", partitions=6)
    assert sorted(leaders(cluster, "t")) == [1, 1, 2, 2, 3, 3]
    for index, leader in enumerate(leaders(cluster, "t")):
        for number, broker in cluster.brokers.items():
            partition = broker.topics.partition("t", index)
            assert partition.leader_id == leader
            assert isinstance(partition, RemotePartition) == (number != leader)


def test_who_asks_the_wrong_worker_is_told_so() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=2)
    elsewhere = leaders(cluster, "t").index(2)
    partition = cluster.controller.topics.partition("t", elsewhere)
    for ask in (
        lambda: partition.append(memoryview(bytes(61)), 0),
        lambda: partition.read(0, 100, at_least_one=True),
        lambda: partition.offset_for_timestamp(0),
        lambda: partition.max_timestamp(),
        lambda: partition.delete_records(0),
        lambda: partition.log_start_offset,
        lambda: partition.high_watermark,
        lambda: partition.last_stable_offset,
    ):
        with pytest.raises(KafkaError) as caught:
            ask()
        assert caught.value.code == ErrorCode.NOT_LEADER_OR_FOLLOWER


@pytest.mark.parametrize("version", [9, 10, 13])
def test_a_producer_is_told_who_leads_instead(version: int) -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=2)
    elsewhere = leaders(cluster, "t").index(2)
    data = TopicProduceData(
        name="t",
        topic_id=cluster.controller.topics.by_name["t"].topic_id if version >= 13 else bytes(16),
        partition_data=[PartitionProduceData(elsewhere, build_batch([Record(0, 1, None, b"x", [])]))],
    )
    request = ProduceRequest(acks=-1, timeout_ms=1000, topic_data=[data])
    answer = Client(cluster.controller).ask(request, version)
    (part,) = answer.responses[0].partition_responses
    assert part.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
    if version < 10:
        assert part.current_leader is None
        assert not answer.node_endpoints
    else:
        assert (part.current_leader.leader_id, part.current_leader.leader_epoch) == (2, 0)
        assert [(node.node_id, node.host, node.port) for node in answer.node_endpoints] == [(2, "here", 9093)]


@pytest.mark.parametrize("version", [12, 16, 17])
def test_a_consumer_is_told_who_leads_instead(version: int) -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=2)
    elsewhere = leaders(cluster, "t").index(2)
    topic = FetchTopic(
        topic="t",
        topic_id=cluster.controller.topics.by_name["t"].topic_id if version >= 13 else bytes(16),
        partitions=[FetchPartition(partition=elsewhere, partition_max_bytes=1000)],
    )
    answer = Client(cluster.controller).ask(
        FetchRequest(max_wait_ms=1000, max_bytes=1000, topics=[topic]), version
    )
    (part,) = answer.responses[0].partitions
    assert part.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
    if version < 16:
        assert part.current_leader is None
        assert not answer.node_endpoints
    else:
        assert (part.current_leader.leader_id, part.current_leader.leader_epoch) == (2, 0)
        assert [(node.node_id, node.port) for node in answer.node_endpoints] == [(2, 9093)]


def test_every_worker_tells_the_same_of_the_cluster() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=4)
    answers = []
    for broker in cluster.brokers.values():
        request = MetadataRequest(topics=[MetadataRequestTopic(name="t")])
        answer = Client(broker).ask(request, 12)
        answers.append(
            (
                [(node.node_id, node.host, node.port) for node in answer.brokers],
                answer.controller_id,
                [
                    (part.partition_index, part.leader_id, part.error_code)
                    for part in answer.topics[0].partitions
                ],
            )
        )
    assert answers[0] == answers[1]
    assert answers[0][:2] == ([(1, "here", 9092), (2, "here", 9093)], 1)
    assert {leader for _, leader, _ in answers[0][2]} == {1, 2}


def test_what_is_assigned_to_a_worker_goes_there() -> None:
    cluster = Cluster(3)
    cluster.create("t", assignments={0: [3], 1: [3], 2: [1]})
    assert leaders(cluster, "t") == [3, 3, 1]
    with pytest.raises(KafkaError) as caught:
        cluster.controller.topics.create("u", assignments={0: [4]})
    assert caught.value.code == ErrorCode.INVALID_REPLICA_ASSIGNMENT


def test_partitions_that_are_added_reach_their_leader() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=1)
    cluster.controller.topics.add_partitions(cluster.controller.topics.by_name["t"], 4)
    cluster.settle()
    for index in range(4):
        assert cluster.produce("t", index, b"x") == 0


def test_settings_of_a_topic_reach_its_leader() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=2)
    elsewhere = leaders(cluster, "t").index(2)
    cluster.controller.configs.alter(2, "t", [("max.message.bytes", 0, "100")], validate_only=False)
    cluster.settle()
    assert cluster.brokers[2].topics.partition("t", elsewhere).config.max_message_bytes == 100


def test_a_deleted_topic_is_gone_everywhere_and_its_files_with_it() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=4)
    cluster.produce("t", 0, b"x")
    cluster.controller.topics.delete(cluster.controller.topics.by_name["t"])
    cluster.settle()
    assert all("t" not in broker.topics.by_name for broker in cluster.brokers.values())
    assert {
        name for name in files(cluster) if name.startswith("t-") and not name.endswith("-delete")
    } == set()


def test_a_name_is_not_free_while_a_worker_may_have_its_logs_open() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=4)
    cluster.controller.topics.delete(cluster.controller.topics.by_name["t"])
    with pytest.raises(KafkaError) as caught:
        cluster.controller.topics.create("t", partitions=4)
    assert caught.value.code == ErrorCode.TOPIC_ALREADY_EXISTS
    cluster.settle()
    cluster.create("t", partitions=4)
    assert [cluster.produce("t", index, b"new") for index in range(4)] == [0, 0, 0, 0]


def test_a_name_is_free_again_when_the_worker_that_died_has_started_anew() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=4)
    cluster.kill(2)
    cluster.controller.topics.delete(cluster.controller.topics.by_name["t"])
    cluster.settle()
    with pytest.raises(KafkaError):
        cluster.controller.topics.create("t", partitions=4)
    cluster.start_one(2, rejoins=True)
    cluster.settle()
    cluster.create("t", partitions=4)
    assert [cluster.produce("t", index, b"new") for index in range(4)] == [0, 0, 0, 0]


def test_an_answer_waits_until_the_workers_have_followed() -> None:
    cluster = Cluster(2)
    controller = cluster.controller
    controller.flushing.take_owed()
    controller.topics.create("t")
    owed = controller.flushing.take_owed()
    controller.jobs.run_all()
    assert not all(promise.is_kept() for promise in owed)
    cluster.settle()
    assert all(promise.is_kept() for promise in owed)


def test_an_answer_does_not_wait_for_a_worker_that_hangs() -> None:
    cluster = Cluster(2)
    controller = cluster.controller
    controller.flushing.take_owed()
    controller.topics.create("t")
    owed = controller.flushing.take_owed()
    controller.jobs.run_all()
    cluster.clock.now_ms += PATIENCE_MS
    assert controller.next_deadline() <= cluster.clock.now_ms
    controller.tick(cluster.clock.now_ms)
    assert all(promise.is_kept() for promise in owed)


def test_producer_ids_are_given_out_once() -> None:
    cluster = Cluster(3)
    given = []
    for _ in range(700):
        for broker in cluster.brokers.values():
            producer_id = broker.producer_ids.take()
            if producer_id is None:
                cluster.settle()
                producer_id = broker.producer_ids.take()
            assert producer_id is not None
            given.append(producer_id)
        cluster.settle() if len(given) % 500 < 3 else None
    assert len(set(given)) == len(given)


def test_a_client_waits_for_its_id_until_the_controller_gave_some() -> None:
    cluster = Cluster(2)
    client = Client(cluster.brokers[2])
    request = InitProducerIdRequest(transactional_id=None)
    waiting = client.ask(request, 4)
    assert client.settle(waiting, request, 4) is None
    cluster.settle()
    assert client.settle(waiting, request, 4).producer_id >= 0


def test_a_client_is_told_to_come_again_when_the_controller_gives_no_ids() -> None:
    cluster = Cluster(2)
    cluster.kill(1)
    client = Client(cluster.brokers[2])
    request = InitProducerIdRequest(transactional_id=None)
    waiting = client.ask(request, 4)
    cluster.settle()
    answer = client.settle(waiting, request, 4, final=True)
    assert answer.error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


def test_a_topic_that_is_used_first_at_another_worker_is_made_by_the_controller() -> None:
    cluster = Cluster(2)
    client = Client(cluster.brokers[2])
    request = MetadataRequest(topics=[MetadataRequestTopic(name="new")], allow_auto_topic_creation=True)
    waiting = client.ask(request, 9)
    assert client.settle(waiting, request, 9) is None
    cluster.settle()
    answer = client.settle(waiting, request, 9)
    assert [(topic.name, topic.error_code) for topic in answer.topics] == [("new", ErrorCode.NONE)]
    assert "new" in cluster.controller.topics.by_name


def test_groups_are_dealt_out_like_the_partitions_that_hold_them() -> None:
    cluster = Cluster(2)
    asked = Client(cluster.brokers[2])
    first = asked.ask(FindCoordinatorRequest(coordinator_keys=["g"]), 4).coordinators[0]
    assert first.error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE  # its topic is being made
    cluster.settle()
    found = set()
    for number in range(20):
        request = FindCoordinatorRequest(coordinator_keys=[f"g{number}"])
        answers = {
            (answer.node_id, answer.port)
            for broker in cluster.brokers.values()
            for answer in Client(broker).ask(request, 4).coordinators
        }
        assert len(answers) == 1
        found |= answers
        (node_id, _) = next(iter(answers))
        wrong = cluster.brokers[3 - node_id]
        with pytest.raises(KafkaError) as caught:
            wrong.groups.heartbeat(f"g{number}", "m", None, 1, 0)
        assert caught.value.code == ErrorCode.NOT_COORDINATOR
    assert found == {(1, 9092), (2, 9093)}


# Registration


def test_a_worker_that_is_silent_is_fenced_and_comes_back() -> None:
    cluster = Cluster(2, {"broker.session.timeout.ms": "1000"})
    cluster.create("t", partitions=2)
    cluster.clock.now_ms += 1000
    cluster.controller.tick(cluster.clock.now_ms)
    answer = Client(cluster.controller).ask(MetadataRequest(topics=[MetadataRequestTopic(name="t")]), 12)
    assert [node.node_id for node in answer.brokers] == [1]
    assert {(part.leader_id, part.error_code) for part in answer.topics[0].partitions} == {
        (1, ErrorCode.NONE),
        (-1, ErrorCode.LEADER_NOT_AVAILABLE),
    }
    cluster.settle()
    answer = Client(cluster.controller).ask(MetadataRequest(topics=[MetadataRequestTopic(name="t")]), 12)
    assert {part.leader_id for part in answer.topics[0].partitions} == {1, 2}


def test_a_heartbeat_of_an_earlier_run_counts_for_nothing() -> None:
    cluster = Cluster(2)
    wire = load(63)
    request = wire.BrokerHeartbeatRequest(broker_id=2, broker_epoch=1, current_metadata_offset=10**6)
    assert cluster.ask_controller(63, 1, request).error_code == ErrorCode.STALE_BROKER_EPOCH


@pytest.mark.parametrize(
    ("node_id", "cluster_id", "code"),
    [
        (1, None, ErrorCode.BROKER_ID_NOT_REGISTERED),
        (9, None, ErrorCode.BROKER_ID_NOT_REGISTERED),
        (2, "AAAAAAAAAAAAAAAAAAAAAA", ErrorCode.INCONSISTENT_CLUSTER_ID),
    ],
)
def test_strangers_are_not_let_in(node_id: int, cluster_id: str | None, code: ErrorCode) -> None:
    cluster = Cluster(2)
    wire = load(62)
    request = wire.BrokerRegistrationRequest(
        broker_id=node_id, cluster_id=cluster_id or cluster.controller.cluster_id
    )
    assert cluster.ask_controller(62, 4, request).error_code == code


def test_nobody_may_follow_before_it_is_durable_who_leads_what() -> None:
    cluster = Cluster(1)
    cluster.stop()
    cluster.count = 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kwire.broker.jobs.Jobs.run_all", lambda self: None)
        cluster.start_one(1)
        wire = load(1)
        topic = wire.FetchTopic(
            topic_id=bytes(15) + b"\x01",
            partitions=[wire.FetchPartition(partition=0, partition_max_bytes=1000)],
        )
        answer = cluster.ask_controller(1, 17, wire.FetchRequest(max_bytes=1000, topics=[topic]))
    assert answer.responses[0].partitions[0].error_code == ErrorCode.LEADER_NOT_AVAILABLE


# Ends, and starts after them


def test_an_orderly_stop_leaves_the_directory_of_one_node() -> None:
    cluster = Cluster(3)
    cluster.create("t", partitions=6)
    for index in range(6):
        cluster.produce("t", index, b"x")
    cluster.stop()
    assert not [name for name in files(cluster) if is_worker_file(name)]
    assert ".kafka_cleanshutdown" in files(cluster)
    cluster.start(1)
    assert leaders(cluster, "t") == [1] * 6
    assert cluster.offsets("t") == [(0, 1)] * 6
    image = cluster.controller.metadata.image
    assert list(image.brokers) == [1]
    assert {
        tuple(part.replicas) for topic in image.topics.values() for part in topic.partitions.values()
    } == {(1,)}


def test_after_an_orderly_stop_no_log_is_read_by_any_worker() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=4)
    for index in range(4):
        cluster.produce("t", index, b"x")
    cluster.stop()
    cluster.start(3)
    for index in range(4):
        log = cluster.leader("t", index).topics.partition("t", index).log
        assert log.recovered is None
        assert log.recovery_point == 1


def test_a_worker_that_was_killed_takes_its_own_again() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=2)
    for index in range(2):
        cluster.produce("t", index, b"x")
    before = leaders(cluster, "t")
    cluster.kill(2)
    cluster.start_one(2, rejoins=True)
    cluster.settle()
    assert leaders(cluster, "t") == before
    assert cluster.offsets("t") == [(0, 1), (0, 1)]


def test_a_controller_that_was_killed_leaves_the_others_what_they_lead() -> None:
    cluster = Cluster(2)
    cluster.create("t", assignments={0: [2], 1: [2], 2: [1]})
    for index in range(3):
        cluster.produce("t", index, b"x")
    epochs = [partition.leader_epoch for partition in cluster.controller.topics.by_name["t"].partitions]
    cluster.kill(1)
    cluster.start_one(1, rejoins=True)
    cluster.settle()
    assert leaders(cluster, "t") == [2, 2, 1]
    assert [
        partition.leader_epoch for partition in cluster.controller.topics.by_name["t"].partitions
    ] == epochs
    assert cluster.offsets("t") == [(0, 1)] * 3
    assert cluster.produce("t", 0, b"y") == 1
    cluster.create("u", partitions=2)
    assert cluster.produce("u", 0, b"x") == cluster.produce("u", 1, b"x") == 0


def test_a_worker_that_could_not_hand_over_is_found_at_the_next_start() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=4)
    for index in range(4):
        cluster.produce("t", index, b"x")
    cluster.brokers[2].close()
    del cluster.brokers[2]
    cluster.stop()
    assert ".kafka_cleanshutdown" not in files(cluster)
    cluster.start(1)
    assert cluster.offsets("t") == [(0, 1)] * 4


def test_before_they_have_handed_over_kafka_cannot_take_over_and_nothing_is_wrong_with_the_data() -> None:
    cluster = Cluster(2)
    cluster.create("t", partitions=4)
    for index in range(4):
        cluster.produce("t", index, b"x")
    for broker in cluster.brokers.values():
        broker.tick(cluster.clock.now_ms + 61_000)
    cluster.settle()
    cluster.kill_all()
    found = verify(
        cluster.files,
        look_up(cluster.files, [DATA]),
        lambda tasks: [check_task(cluster.files, task) for task in tasks],
    )
    assert found.problems == []
    assert found.records > 4
    lines = judge(inspect(cluster.files, [DATA]), to_kwire=False)
    (line,) = [line for line in lines if line.about == "workers"]
    assert line.answer is Answer.NO
    cluster.start(1)
    cluster.stop()
    assert not [
        line for line in judge(inspect(cluster.files, [DATA]), to_kwire=False) if line.about == "workers"
    ]


def test_a_second_broker_does_not_begin_while_a_worker_still_runs() -> None:
    cluster = Cluster(2)
    cluster.files.locks.discard(f"{DATA}/.lock")
    with pytest.raises(CannotStart, match="in use by worker 2"):
        cluster.start_one(1)


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_lost_whatever_ends_and_however_many_begin(seed: int) -> None:
    """Starts, stops, kills and power losses in any order, with any number of workers; every record is durable."""
    random = Random(seed)
    print("seed", seed)
    cluster = Cluster(
        random.randint(1, 4),
        {
            "log.dirs": "/data,/more" if seed % 2 else "/data",
            "log.flush.interval.messages": "1",
            "log.flush.offset.checkpoint.interval.ms": "1000",
        },
        loses_unsynced=True,
    )
    cluster.random = random
    expected: dict[tuple[str, int], tuple[int, int]] = {}
    for step in range(40):
        match random.randrange(12):
            case 0 if len(cluster.brokers) == cluster.count and len({topic for topic, _ in expected}) < 6:
                name = f"t{step}"
                cluster.create(name, partitions=random.randint(1, 5))
                for index in range(len(cluster.controller.topics.by_name[name].partitions)):
                    expected[name, index] = (0, 0)
            case 1:
                cluster.stop()
                cluster.start(random.randint(1, 4))
            case 2:
                cluster.kill_all(power_loss=random.random() < 0.5)
                cluster.start(random.randint(1, 4))
            case 3:
                number = random.randint(1, cluster.count)
                cluster.kill(number)
                if random.random() < 0.3 and number != 1 and cluster.count > 2:
                    other = next(each for each in cluster.brokers if each not in (1, number))
                    cluster.kill(other)
                    cluster.start_one(other, rejoins=True)
                cluster.start_one(number, rejoins=True)
                cluster.settle()
            case 4:
                cluster.clock.now_ms += random.randint(1, 1500)
                for broker in cluster.brokers.values():
                    broker.tick(cluster.clock.now_ms)
                cluster.settle()
            case 5 if expected:
                topic, index = random.choice(sorted(expected))
                start, end = expected[topic, index]
                start = random.randint(start, end)
                cluster.leader(topic, index).topics.partition(topic, index).delete_records(start)
                cluster.settle()
                cluster.leader(topic, index).log_starts_changed()
                cluster.clock.now_ms += 1
                for broker in cluster.brokers.values():
                    broker.tick(cluster.clock.now_ms)
                cluster.settle()
                expected[topic, index] = (start, end)
            case 6 if expected and random.random() < 0.3:
                topic, _ = random.choice(sorted(expected))
                cluster.controller.topics.delete(cluster.controller.topics.by_name[topic])
                cluster.settle()
                expected = {key: value for key, value in expected.items() if key[0] != topic}
            case _ if expected:
                for topic, index in random.sample(sorted(expected), min(3, len(expected))):
                    start, end = expected[topic, index]
                    assert cluster.produce(topic, index, random.randbytes(50)) == end
                    expected[topic, index] = (start, end + 1)
                cluster.settle()
            case _:
                pass
        for topic in {topic for topic, _ in expected}:
            found = cluster.offsets(topic)
            assert found == [expected[topic, index] for index in range(len(found))]
