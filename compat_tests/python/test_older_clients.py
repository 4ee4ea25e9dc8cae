"""Clients as they were years ago: the same jobs with the request versions that brokers of that time knew."""

from __future__ import annotations

import confluent_kafka
import kafka
import pytest
from confluent_kafka.admin import AdminClient

from compat_tests.harness import DEADLINE_S, Server, eventually, unique
from compat_tests.topics import make_topic


@pytest.mark.parametrize("age", [(0, 11), (1, 0), (2, 0), (2, 3), (2, 6), (3, 0), (3, 9)], ids=str)
def test_kafka_python_of_every_age_produces_consumes_and_commits(
    server: Server, age: tuple[int, int]
) -> None:
    topic, group = make_topic(server, partitions=2), unique("group")
    codec = "gzip" if age < (2, 1) else "zstd"
    producer = kafka.KafkaProducer(
        bootstrap_servers=server.bootstrap, api_version=age, compression_type=codec, enable_idempotence=True
    )
    futures = [
        producer.send(topic, b"%d" % number, key=b"k", headers=[("n", b"%d" % number)], partition=number % 2)
        for number in range(200)
    ]
    producer.flush(timeout=DEADLINE_S)
    assert [future.get(DEADLINE_S).offset for future in futures] == [number // 2 for number in range(200)]
    producer.close()

    consumer = kafka.KafkaConsumer(
        bootstrap_servers=server.bootstrap,
        api_version=age,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        heartbeat_interval_ms=300,
    )
    consumer.subscribe([topic])
    seen: list[int] = []

    def all_read() -> bool:
        for records in consumer.poll(timeout_ms=450).values():
            seen.extend(int(record.value) for record in records)
        return len(seen) >= 200

    eventually(all_read, "200 records read")
    assert sorted(seen) == list(range(200))
    consumer.commit()
    places = [kafka.TopicPartition(topic, index) for index in (0, 1)]
    assert [consumer.committed(place) for place in places] == [100, 100]
    assert consumer.end_offsets(places) == dict.fromkeys(places, 100)
    found = consumer.offsets_for_times(dict.fromkeys(places, 0))
    assert [found[place].offset for place in places] == [0, 0]
    consumer.close()


@pytest.mark.parametrize("age", [(0, 11), (1, 0), (2, 0), (2, 4), (3, 9)], ids=str)
def test_kafka_python_of_every_age_administers(server: Server, age: tuple[int, int]) -> None:
    admin = kafka.KafkaAdminClient(bootstrap_servers=server.bootstrap, api_version=age)
    name = unique("old")
    wanted = {name: {"num_partitions": 2, "replication_factor": 1, "configs": {"retention.ms": "60000"}}}
    admin.create_topics(wanted)
    eventually(lambda: name in admin.list_topics(), "the topic listed")
    if age >= (1, 0):
        admin.create_partitions({name: 3})
        eventually(lambda: len(admin.describe_topics([name])[0]["partitions"]) == 3, "three partitions")
    assert admin.describe_cluster()["brokers"]
    admin.delete_topics([name])
    eventually(lambda: name not in admin.list_topics(), "the topic gone")
    admin.close()


def test_librdkafka_without_asking_for_versions(server: Server) -> None:
    """`api.version.request=false` with an old fallback: what the client then assumes about the broker must hold."""
    topic = make_topic(server)
    settings = {
        "bootstrap.servers": server.bootstrap,
        "api.version.request": False,
        "broker.version.fallback": "0.11.0.0",
    }
    producer = confluent_kafka.Producer(settings)
    for number in range(100):
        producer.produce(topic, b"%d" % number)
    assert producer.flush(DEADLINE_S) == 0
    admin = AdminClient({"bootstrap.servers": server.bootstrap, "log_level": 2})
    assert topic in admin.list_topics(timeout=DEADLINE_S).topics
    consumer = confluent_kafka.Consumer({"bootstrap.servers": server.bootstrap, "group.id": unique("group")})
    assert consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, 0)) == (0, 100)
    consumer.close()
