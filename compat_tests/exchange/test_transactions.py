"""Transactions that Apache Kafka wrote, read from kwire: committed, aborted and open ones, over many segments.

What readers of committed records see of a directory is the same on both servers, for the Java client and librdkafka,
also after the small files beside the log are lost. The indexes that kwire makes anew are Kafka's, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import confluent_kafka
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from compat_tests.exchange.sharing import Shared
from compat_tests.exchange.test_exchange import share as share
from compat_tests.harness import DEADLINE_S, Server, kafka_jars, require, skip_without

pytestmark = pytest.mark.java

TOPIC = "ledger"
QUIET = {"log_level": 2}


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    skip_without(lambda: (require("java"), require("javac"), kafka_jars()))


def write_transactions(server: Server, chance: Random) -> None:
    """Interleaved transactions of three producers and plain records, in a topic whose segments are of 1 MiB.

    At the end one transaction is left open, in front of records that were committed.
    """
    admin = AdminClient({"bootstrap.servers": server.bootstrap, **QUIET})
    topic = NewTopic(TOPIC, 1, 1, config={"segment.bytes": "1048576"})
    for future in admin.create_topics([topic]).values():
        future.result(DEADLINE_S)
    common = {"bootstrap.servers": server.bootstrap, "transaction.timeout.ms": 900_000, **QUIET}
    writers = [confluent_kafka.Producer({**common, "transactional.id": f"tx-{name}"}) for name in "abc"]
    plain = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap, **QUIET})
    for writer in writers:
        writer.init_transactions(DEADLINE_S)
    is_open = [False] * len(writers)

    def send(writer: confluent_kafka.Producer, count: int) -> None:
        for _ in range(count):
            value = b"%d " % chance.randrange(10**9) + chance.randbytes(chance.choice([10, 10, 60_000]))
            writer.produce(TOPIC, value, partition=0)
        assert writer.flush(DEADLINE_S) == 0

    for _ in range(150):
        at = chance.randrange(4)
        if at == 3:
            send(plain, 1)
        elif not is_open[at]:
            writers[at].begin_transaction()
            is_open[at] = True
            send(writers[at], chance.randint(1, 3))
        elif chance.random() < 0.5:
            send(writers[at], chance.randint(1, 3))
        else:
            end = chance.choice([writers[at].commit_transaction, writers[at].abort_transaction])
            end(DEADLINE_S)
            is_open[at] = False
    for at in (1, 2):
        if is_open[at]:
            writers[at].abort_transaction(DEADLINE_S)
    if not is_open[0]:
        writers[0].begin_transaction()
        send(writers[0], 1)
    writers[1].begin_transaction()
    send(writers[1], 2)
    writers[1].commit_transaction(DEADLINE_S)
    send(plain, 1)


def as_librdkafka_sees(server: Server) -> dict[str, Any]:
    """By isolation level: the end of the partition, and offset and value of every record."""
    seen: dict[str, Any] = {}
    for isolation in ("read_committed", "read_uncommitted"):
        consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": server.bootstrap,
                "group.id": "nobody",
                "isolation.level": isolation,
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 20,
                **QUIET,
            }
        )
        try:
            partition = confluent_kafka.TopicPartition(TOPIC, 0, 0)
            consumer.assign([partition])
            records = []
            while True:
                message = consumer.poll(DEADLINE_S)
                assert message is not None
                if message.error() is not None:
                    assert message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF
                    break
                records.append((message.offset(), message.value()))
            seen[isolation] = message.offset(), records
        finally:
            consumer.close()
    return seen


def everything(shared: Shared) -> tuple[Any, Any]:
    assert shared.running is not None
    facts = shared.facts()
    java = {part: facts[part][f"{TOPIC}-0"] for part in ("records", "committed records")}
    return java, as_librdkafka_sees(shared.running)


def aborted_on_disk(directory: Path) -> dict[str, bytes]:
    """The indexes of aborted transactions; Kafka leaves an empty one where it looked for some."""
    return {path.name: data for path in directory.glob("*.txnindex") if (data := path.read_bytes())}


def test_transactions_of_kafka_are_read_as_kafka_shows_them(share: Callable[..., Shared]) -> None:
    shared = share()
    directory = shared.data / f"{TOPIC}-0"
    write_transactions(shared.kafka(), Random(20))
    expected = everything(shared)
    java, librdkafka = expected
    assert java["committed records"]["end"] < java["records"]["end"], "a transaction is open"
    assert len(librdkafka["read_committed"][1]) < len(librdkafka["read_uncommitted"][1])
    shared.stop()
    aborted = aborted_on_disk(directory)
    assert len(aborted) > 1, "several segments have aborted transactions"

    shared.kwire()
    assert everything(shared) == expected
    shared.stop()
    assert aborted_on_disk(directory) == aborted

    for path in (*directory.glob("*.txnindex"), *directory.glob("*.snapshot")):
        path.unlink()
    (shared.data / ".kafka_cleanshutdown").unlink()
    (shared.data / "recovery-point-offset-checkpoint").unlink()
    shared.kwire()
    assert everything(shared) == expected
    shared.stop()
    assert aborted_on_disk(directory) == aborted

    shared.kafka()
    assert everything(shared) == expected
    shared.stop()
