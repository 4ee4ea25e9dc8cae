"""Transactions of confluent-kafka: what readers of committed records see, fencing, offsets, crashes in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import confluent_kafka
import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from compat_tests.harness import (
    DEADLINE_S,
    KwireServer,
    Server,
    make_server,
    unique,
    worker_count,
)
from compat_tests.topics import make_topic
from compat_tests.transactions.reading import seen, until_seen
from compat_tests.transactions.test_claims import SETTINGS

QUIET = {"log_level": 2}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_server(tmp_path_factory.mktemp("server"), SETTINGS)
    server.start()
    yield server
    if server.running:
        server.stop()


def transactional(server: Server, name: str, **settings: Any) -> confluent_kafka.Producer:
    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": server.bootstrap,
            "transactional.id": name,
            **QUIET,
            **{key.replace("_", "."): value for key, value in settings.items()},
        }
    )
    producer.init_transactions(DEADLINE_S)
    return producer


def write(producer: confluent_kafka.Producer, topic: str, *values: str, partitions: int = 3) -> None:
    for at, value in enumerate(values):
        producer.produce(topic, value, partition=at % partitions)


def topic_of(server: Server) -> str:
    return make_topic(server, partitions=3, prefix="ledger")


def test_committed_records_are_read_and_aborted_ones_are_not(server: Server) -> None:
    topic = topic_of(server)
    producer = transactional(server, unique("tx"))
    for number in range(6):
        producer.begin_transaction()
        write(producer, topic, f"{number}a", f"{number}b", f"{number}c")
        if number % 2:
            producer.abort_transaction(DEADLINE_S)
        else:
            producer.commit_transaction(DEADLINE_S)
    until_seen(server, topic, *(f"{number}{letter}" for number in (0, 2, 4) for letter in "abc"))


def test_nobody_reads_before_the_commit(server: Server) -> None:
    topic = topic_of(server)
    producer = transactional(server, unique("tx"))
    producer.begin_transaction()
    write(producer, topic, "a", "b", "c")
    assert producer.flush(DEADLINE_S) == 0
    assert seen(server, topic) == []
    assert seen(server, topic, committed=False) == ["a", "b", "c"]
    producer.commit_transaction(DEADLINE_S)
    until_seen(server, topic, "a", "b", "c")


def test_the_second_producer_of_an_id_fences_the_first(server: Server) -> None:
    topic, name = topic_of(server), unique("tx")
    zombie = transactional(server, name)
    zombie.begin_transaction()
    write(zombie, topic, "old")
    assert zombie.flush(DEADLINE_S) == 0
    heir = transactional(server, name)
    heir.begin_transaction()
    write(heir, topic, "new")
    heir.commit_transaction(DEADLINE_S)
    with pytest.raises(KafkaException) as caught:
        zombie.commit_transaction(DEADLINE_S)
    assert caught.value.args[0].code() in (KafkaError._FENCED, KafkaError.INVALID_TXN_STATE)
    until_seen(server, topic, "new")


def test_a_transaction_that_is_late_is_aborted(server: Server) -> None:
    topic = topic_of(server)
    producer = transactional(server, unique("tx"), transaction_timeout_ms=1000, message_timeout_ms=1000)
    producer.begin_transaction()
    write(producer, topic, "late")
    assert producer.flush(DEADLINE_S) == 0
    after = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap, **QUIET})
    after.produce(topic, "after", partition=0)
    assert after.flush(DEADLINE_S) == 0
    until_seen(server, topic, "after")
    with pytest.raises(KafkaException):
        producer.commit_transaction(DEADLINE_S)


def test_offsets_and_records_are_committed_together(server: Server) -> None:
    """Read, process, write: an abort takes back both, and the reader begins again where it was."""
    source, target, group = topic_of(server), topic_of(server), unique("group")
    plain = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap, **QUIET})
    for number in range(4):
        plain.produce(source, str(number), partition=0)
    assert plain.flush(DEADLINE_S) == 0
    producer = transactional(server, unique("tx"))

    def process(*, commit: bool) -> list[str]:
        reader = confluent_kafka.Consumer(
            {
                "bootstrap.servers": server.bootstrap,
                "group.id": group,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                **QUIET,
            }
        )
        reader.subscribe([source])
        values: list[str] = []
        producer.begin_transaction()
        while len(values) < 2:
            message = reader.poll(DEADLINE_S)
            assert message is not None
            assert message.error() is None
            values.append(message.value().decode())
            producer.produce(target, f"{values[-1]}!", partition=0)
        position = [TopicPartition(source, 0, int(values[-1]) + 1)]
        producer.send_offsets_to_transaction(position, reader.consumer_group_metadata(), DEADLINE_S)
        if commit:
            producer.commit_transaction(DEADLINE_S)
        else:
            producer.abort_transaction(DEADLINE_S)
        reader.close()
        return values

    assert process(commit=False) == ["0", "1"]
    assert process(commit=True) == ["0", "1"]
    assert process(commit=True) == ["2", "3"]
    until_seen(server, target, "0!", "1!", "2!", "3!")


@pytest.mark.parametrize("clean", [True, False])
def test_an_open_transaction_goes_on_after_the_server_was_away(server: Server, clean: bool) -> None:
    topic = topic_of(server)
    producer = transactional(server, unique("tx"))
    producer.begin_transaction()
    write(producer, topic, "a", "b", "c")
    assert producer.flush(DEADLINE_S) == 0
    server.restart(clean=clean)
    write(producer, topic, "d", "e", "f")
    producer.commit_transaction(DEADLINE_S)
    until_seen(server, topic, *"abcdef")


@pytest.mark.skipif(worker_count() < 2, reason="needs several workers")
def test_a_worker_that_is_killed_comes_back_and_ends_its_transactions(server: Server) -> None:
    assert isinstance(server, KwireServer)
    topic = topic_of(server)
    producers = [transactional(server, unique("tx")) for _ in range(4)]
    expected = []
    for round_ in range(3):
        for number, producer in enumerate(producers):
            producer.begin_transaction()
            values = [f"{round_}-{number}-{letter}" for letter in "abc"]
            write(producer, topic, *values)
            expected += values
            if number == 1:
                os.kill(server.worker_pids()[-1], signal.SIGKILL)
            producer.commit_transaction(DEADLINE_S)
    until_seen(server, topic, *expected)


def test_a_producer_that_died_leaves_nothing_behind(server: Server) -> None:
    topic, name = topic_of(server), unique("tx")
    script = (
        "import confluent_kafka, os, sys\n"
        "p = confluent_kafka.Producer({'bootstrap.servers': sys.argv[1], 'transactional.id': sys.argv[2]})\n"
        "p.init_transactions(60)\n"
        "p.begin_transaction()\n"
        "p.produce(sys.argv[3], 'unfinished', partition=0)\n"
        "assert p.flush(60) == 0\n"
        "os._exit(9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, server.bootstrap, name, topic],
        timeout=DEADLINE_S,
        stderr=subprocess.DEVNULL,
    )
    assert done.returncode == 9
    assert seen(server, topic, committed=False) == ["unfinished"]
    heir = transactional(server, name)
    heir.begin_transaction()
    write(heir, topic, "whole")
    heir.commit_transaction(DEADLINE_S)
    until_seen(server, topic, "whole")
