"""A data directory goes from kwire to Apache Kafka and back, and from Apache Kafka to kwire and back.

Nothing is lost on the way: topics and their ids, settings, records of every codec with headers, nulls and timestamps,
log starts, committed offsets, what idempotent producers wrote last. Both servers are asked through the Java client, and
what one says after the other had the directory is compared with what the other said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import confluent_kafka
import pytest

from compat_tests.exchange.sharing import SequencedProducer, Shared
from compat_tests.harness import (
    DEADLINE_S,
    Server,
    eventually,
    free_port,
    kafka_jars,
    log_bytes,
    require,
    skip_without,
)
from kwire.errors import ErrorCode
from kwire.records.batch import parse_header
from tests.kafka_dump import assert_kafka_finds_nothing

pytestmark = pytest.mark.java

#: So that a start does not wait long for the session of a run that was killed, nor make 150 logs that nobody asks for.
QUICK = {
    "broker.session.timeout.ms": "1500",
    "broker.heartbeat.interval.ms": "300",
    "offsets.topic.num.partitions": "5",
    "transaction.state.log.num.partitions": "3",
    "share.coordinator.state.topic.num.partitions": "3",
}


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    skip_without(lambda: (require("java"), require("javac"), kafka_jars()))


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Callable[..., Shared]]:
    made: list[Shared] = []

    def make(**kafka_settings: str) -> Shared:
        settings = {name.replace("_", "."): value for name, value in kafka_settings.items()}
        made.append(Shared(tmp_path / str(len(made)), QUICK | settings))
        return made[-1]

    yield make
    for shared in made:
        if shared.running is not None and shared.running.running:
            shared.running.kill()


def assert_same(after: dict[str, Any], before: dict[str, Any], *, clean: bool) -> None:
    """Equal, told part by part so that a failure shows where.

    Kafka keeps log starts within the minute, so that a kill may bring deleted records back (`not clean`).
    """
    assert after.keys() == before.keys()
    if not clean:
        after, before = without_trimmed(after), without_trimmed(before)
    for part, told in before.items():
        if isinstance(told, dict):
            assert after[part].keys() == told.keys(), part
            for name, value in told.items():
                assert after[part][name] == value, f"{part}: {name}"
        else:
            assert after[part] == told, part


def without_trimmed(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        part: {name: value for name, value in told.items() if name != "trimmed-0"}
        if part in ("records", "committed records")
        else told
        for part, told in facts.items()
    }


@pytest.mark.parametrize("clean", [True, False], ids=["stopped", "killed"])
def test_kafka_takes_over_from_kwire_and_gives_back(share: Callable[..., Shared], clean: bool) -> None:
    shared = share()
    shared.kwire_settings = {
        "metadata.log.max.record.bytes.between.snapshots": "2000",
        "log.cleaner.backoff.ms": "200",
    }
    kwire = shared.kwire()
    shared.fill()
    producer = SequencedProducer.begin(kwire)
    assert producer.send(kwire, "sequenced", 0, 10) == (ErrorCode.NONE, 0)
    assert producer.send(kwire, "sequenced", 10, 5) == (ErrorCode.NONE, 10)
    written = shared.facts()
    assert len(written["records"]) == 10 + 1 + 40 + 3 + 4
    assert "deleted" not in written["topics"]
    assert written["records"]["trimmed-0"]["start"] == 7
    eventually(lambda: is_compacted(shared.data / "compacted-0"), "the closed segments are compacted")
    shared.stop(clean=clean)
    drop_log_before_newest_snapshot(shared.data / "__cluster_metadata-0")
    status, report = shared.check()
    assert status == 0, report
    assert "Everything carries over to Apache Kafka" in report

    kafka = shared.kafka()
    assert_same(shared.facts(), written, clean=clean)
    assert producer.send(kafka, "sequenced", 10, 5) == (ErrorCode.NONE, 10), "a repeat is not written again"
    assert producer.send(kafka, "sequenced", 99, 1)[0] == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert producer.send(kafka, "sequenced", 15, 5) == (ErrorCode.NONE, 15)
    assert SequencedProducer.begin(kafka).producer_id > producer.producer_id
    added = shared.facts()
    shared.stop(clean=clean)

    kwire = shared.kwire()
    assert_same(shared.facts(), added, clean=clean)
    assert producer.send(kwire, "sequenced", 15, 5) == (ErrorCode.NONE, 15), "a repeat is not written again"
    assert producer.send(kwire, "sequenced", 20, 5) == (ErrorCode.NONE, 20)
    assert SequencedProducer.begin(kwire).producer_id > producer.producer_id
    shared.stop()
    assert_kafka_finds_nothing(shared.data, compacted=["compacted"])


def test_kafka_takes_over_what_several_workers_leave(share: Callable[..., Shared]) -> None:
    shared = share()
    shared.port = free_port(3)
    shared.kwire(workers=3)
    shared.fill()
    written = shared.facts()
    leaders = {leader for topic in written["topics"].values() for leader in topic.pop("leaders")}
    assert leaders == {1, 2, 3}
    shared.stop()
    status, report = shared.check()
    assert status == 0, report
    shared.kafka()
    taken = shared.facts()
    for topic in taken["topics"].values():
        assert topic.pop("leaders") == [1]
    assert_same(taken, written, clean=True)
    shared.stop()
    shared.kwire(workers=2)
    again = shared.facts()
    assert {leader for topic in again["topics"].values() for leader in topic.pop("leaders")} == {1, 2}
    assert_same(again, written, clean=True)
    shared.stop()
    assert_kafka_finds_nothing(shared.data, compacted=["compacted"])


#: What Kafka writes that kwire does not serve yet, and so cannot be asked about.
MORE = ("transactions", "groups", "security")


@pytest.mark.parametrize("clean", [True, False], ids=["stopped", "killed"])
def test_kwire_takes_over_from_kafka_and_gives_back(share: Callable[..., Shared], clean: bool) -> None:
    shared = share(
        authorizer_class_name="org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        super_users="User:ANONYMOUS",
        metadata_log_max_record_bytes_between_snapshots="2000",
    )
    if clean:
        shared.split()
    kafka = shared.kafka()
    shared.fill(*MORE)
    producer = SequencedProducer.begin(kafka)
    assert producer.send(kafka, "sequenced", 0, 10) == (ErrorCode.NONE, 0)
    everything = shared.facts(*MORE)
    assert everything["committed records"]["transactional-0"]["end"] == 25
    written = shared.facts()
    assert "in use by a server; stop it first" in shared.check()[1]
    shared.stop(clean=clean)
    drop_log_before_newest_snapshot(shared.data / "__cluster_metadata-0")
    status, report = shared.check()
    assert status == 1, report
    assert "kwire can take this over; what is kept stays in the directory, without effect" in report
    for kept in ("1 ACL", "1 SCRAM credential"):
        assert f"kept  {kept}" in report
    for taken in ("1 share group", "1 quota"):
        assert f"yes   {taken}" in report
    assert "1 open transaction (tx-1)" in report

    kwire = shared.kwire_on_kafkas_file() if clean else shared.kwire()
    assert_same(shared.facts(), written, clean=clean)
    output = kwire.output_tail()
    for kept in ("1 ACL:", "1 SCRAM credential:"):
        assert f"The metadata holds {kept}" in output
    assert producer.send(kwire, "sequenced", 0, 10) == (ErrorCode.NONE, 0), "a repeat is not written again"
    assert producer.send(kwire, "sequenced", 10, 5) == (ErrorCode.NONE, 10)
    assert everything["types of groups"]["consumer-readers"] == "Consumer"
    read_as_classic_member(kwire, "consumer-readers", "codec-none", 30)
    types = shared.facts("groups")["types of groups"]
    # Of both protocols while its other member, which never left, has time to be heard of; a classic one after that.
    assert types["consumer-readers"] in ("Consumer", "Classic")
    everything["types of groups"]["consumer-readers"] = types["consumer-readers"]
    assert types == everything["types of groups"]
    everything |= {part: shared.facts()[part] for part in ("groups", "records")}
    assert everything["groups"]["consumer-readers"].keys() > written["groups"]["consumer-readers"].keys()
    everything["committed records"]["sequenced-0"] = everything["records"]["sequenced-0"]
    shared.stop(clean=clean)
    if clean:
        for directory in shared.directories:
            assert list(Path(directory).glob("codec-*")), "the partitions are spread"
            assert_kafka_finds_nothing(Path(directory), compacted=["compacted"])

    kafka = shared.kafka()
    assert_same(shared.facts(*MORE), everything, clean=clean)
    assert producer.send(kafka, "sequenced", 10, 5) == (ErrorCode.NONE, 10), "a repeat is not written again"


def is_compacted(directory: Path) -> bool:
    """Of 3.6 MB with 6 keys, less than 1 MB is left in closed segments, and less than that in the active one."""
    return log_bytes(directory) < 2_000_000


def read_as_classic_member(server: Server, group: str, topic: str, count: int) -> None:
    """Read the topic from its start and commit, by the classic protocol."""
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": server.bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "log_level": 2,
        }
    )
    try:
        consumer.subscribe([topic])
        seen = 0
        while seen < count:
            message = consumer.poll(DEADLINE_S)
            assert message is not None, f"only {seen} of {count} came"
            assert message.error() is None, message.error()
            seen += 1
        consumer.commit(asynchronous=False)
    finally:
        consumer.close()


def drop_log_before_newest_snapshot(directory: Path) -> None:
    """As retention leaves the metadata sooner or later: the log begins where the newest snapshot ends."""
    newest = max(directory.glob("*.checkpoint")).name
    start = int(newest[:20])
    assert start > 0, "no snapshot was taken"
    for path in directory.glob("*.log"):
        view = memoryview(path.read_bytes())
        position = 0
        while position < len(view) and parse_header(view, position).base_offset < start:
            position += parse_header(view, position).size
        for name in (path.stem + suffix for suffix in (".log", ".index", ".timeindex")):
            (directory / name).unlink()
        (directory / f"{start:020}.log").write_bytes(view[position:])
