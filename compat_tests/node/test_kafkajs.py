"""kafkajs, the JavaScript client without native code: produce, consume, administer, join a group."""

from __future__ import annotations

import json
from pathlib import Path

import confluent_kafka
import pytest

from compat_tests.harness import DEADLINE_S, Server, eventually, require, run, skip_without, unique
from compat_tests.members import Member, Members, shared_out
from compat_tests.topics import make_topic

pytestmark = pytest.mark.node

HERE = Path(__file__).resolve().parent
PARTITIONS = 4


@pytest.fixture(scope="module", autouse=True)
def _kafkajs() -> None:
    skip_without(lambda: (require("node"), require("npm")))
    installed = HERE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        run([require("npm"), "ci", "--no-audit", "--no-fund"], cwd=HERE, timeout_s=300)


def test_kafkajs_administers_produces_and_consumes(server: Server) -> None:
    topic = unique("kafkajs")
    saw = json.loads(run([require("node"), str(HERE / "round_trip.js"), server.bootstrap, topic]).stdout)
    assert (saw["brokers"], saw["created"], saw["again"]) == (len(server.brokers), True, False)
    expected = [
        [
            number % 2,
            number // 2,
            f"key {number}",
            None if number == 3 else f"value {number}",
            {"number": str(number)},
            1_700_000_000_000 + number,
        ]
        for number in range(40)
    ]
    assert sorted(saw["seen"]) == sorted(expected)
    assert saw["offsets"] == {"0": 20, "1": 20}
    assert saw["byTime"] == {"0": 5, "1": 5}
    assert saw["committed"] == {"0": 20, "1": 20}
    assert (saw["listed"], saw["state"], saw["retention"]) == (True, "Empty", "-1")
    assert saw["low"] == {"0": 5, "1": 0, "2": 0}


def test_members_join_leave_and_crash_and_nothing_is_missed(server: Server, members: Members) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS), unique("group")
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap})
    sent: set[str] = set()

    def join() -> Member:
        command = [require("node"), str(HERE / "member.js"), server.bootstrap, topic, group]
        return members.run(command, f"member {len(members.started) + 1} (kafkajs)")

    def write(count: int) -> None:
        for number in range(len(sent), len(sent) + count):
            producer.produce(topic, str(number).encode(), partition=number % PARTITIONS)
            sent.add(str(number))
        assert producer.flush(DEADLINE_S) == 0
        eventually(
            lambda: {value for member in members.started for _, _, value in member.read} >= sent,
            f"{len(sent)} records read by the group",
        )

    first = join()
    shared_out([first], PARTITIONS)
    second = join()
    shared_out([first, second], PARTITIONS)
    write(200)
    second.leave()
    shared_out([first], PARTITIONS)
    write(200)
    third = join()
    shared_out([first, third], PARTITIONS)
    first.kill()
    shared_out([third], PARTITIONS)
    write(200)
    third.leave()
