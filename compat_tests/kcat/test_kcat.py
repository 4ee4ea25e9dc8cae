"""kcat, as people use it in a shell: list, produce, consume, query offsets, join a group."""

from __future__ import annotations

import json

import confluent_kafka
import pytest

from compat_tests.harness import DEADLINE_S, Server, eventually, require, run, skip_without, unique
from compat_tests.members import Member, Members
from compat_tests.topics import make_topic


@pytest.fixture(scope="module", autouse=True)
def _kcat() -> None:
    skip_without(lambda: require("kcat"))


def kcat(server: Server, *arguments: str, stdin: str | None = None) -> str:
    return run([require("kcat"), "-b", server.bootstrap, *arguments], stdin=stdin).stdout


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_lines_go_in_and_come_out(server: Server, codec: str) -> None:
    topic = make_topic(server)
    text = "".join(f"key{number}:value {number} ☃\n" for number in range(1_000))
    kcat(server, "-P", "-t", topic, "-K", ":", "-z", codec, "-H", "who=kcat", stdin=text)
    assert kcat(server, "-C", "-t", topic, "-e", "-q", "-K", ":") == text
    record = json.loads(kcat(server, "-C", "-t", topic, "-o", "999", "-c", "1", "-q", "-J"))
    assert (record["offset"], record["key"], record["payload"]) == (999, "key999", "value 999 ☃")
    assert record["headers"] == ["who", "kcat"]


def test_empty_messages_are_null(server: Server) -> None:
    topic = make_topic(server)
    kcat(server, "-P", "-t", topic, "-K", ":", "-Z", stdin="key:\n")
    record = json.loads(kcat(server, "-C", "-t", topic, "-e", "-q", "-J"))
    assert (record["key"], record["payload"]) == ("key", None)


def test_the_list_shows_brokers_topics_and_partitions(server: Server) -> None:
    topic = make_topic(server, partitions=3)
    listed = json.loads(kcat(server, "-L", "-J"))
    assert {broker["name"] for broker in listed["brokers"]} == set(server.brokers)
    assert listed["controllerid"] == 1
    (found,) = [one for one in listed["topics"] if one["topic"] == topic]
    assert [one["partition"] for one in found["partitions"]] == [0, 1, 2]


def test_offsets_are_found_by_time_and_from_the_end(server: Server) -> None:
    topic = make_topic(server)
    kcat(server, "-P", "-t", topic, stdin="".join(f"{number}\n" for number in range(100)))
    assert kcat(server, "-C", "-t", topic, "-o", "-3", "-e", "-q") == "97\n98\n99\n"
    assert kcat(server, "-Q", "-t", f"{topic}:0:-2").strip() == f"{topic} [0] offset 0"
    assert kcat(server, "-Q", "-t", f"{topic}:0:-1").strip() == f"{topic} [0] offset 100"
    assert kcat(server, "-Q", "-t", f"{topic}:0:1").strip() == f"{topic} [0] offset 0"


def test_times_name_offsets_and_parts_of_a_topic(server: Server) -> None:
    topic = make_topic(server)
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap})
    for number in range(20):
        producer.produce(topic, str(number), timestamp=1_700_000_000_000 + number)
    assert producer.flush(DEADLINE_S) == 0
    assert kcat(server, "-Q", "-t", f"{topic}:0:1700000000007").strip() == f"{topic} [0] offset 7"
    later = kcat(server, "-Q", "-t", f"{topic}:0:1900000000000").strip()
    assert later in (f"{topic} [0] offset -1", f"{topic} [0] offset 20")  # versions of kcat differ
    part = ["-o", "s@1700000000005", "-o", "e@1700000000008"]
    assert kcat(server, "-C", "-t", topic, *part, "-e", "-q") == "5\n6\n7\n"


def test_an_idempotent_producer_writes_each_line_once(server: Server) -> None:
    topic = make_topic(server)
    text = "".join(f"{number}\n" for number in range(1_000))
    kcat(server, "-P", "-t", topic, "-X", "enable.idempotence=true", stdin=text)
    assert kcat(server, "-C", "-t", topic, "-e", "-q") == text


def test_two_members_of_a_group_share_the_partitions(server: Server, members: Members) -> None:
    topic, group = make_topic(server, partitions=4), unique("group")
    settings = ["-X", "auto.offset.reset=earliest", "-X", "heartbeat.interval.ms=300"]
    # One JSON object a record, like the members of the other tests; kcat ends on SIGTERM.
    command = [require("kcat"), "-b", server.bootstrap, *settings, "-u", "-J", "-G", group, topic]
    both = [members.run(command, f"kcat {number}") for number in (1, 2)]

    def assigned(member: Member) -> int:
        """How many partitions kcat last said that it was given."""
        told = [line for line in list(member.errors) if "assigned:" in line]
        return told[-1].count("[") if told else 0

    eventually(lambda: [assigned(one) for one in both] == [2, 2], "two partitions for each member")
    text = "".join(f"key{number}:{number}\n" for number in range(400))
    kcat(server, "-P", "-t", topic, "-K", ":", stdin=text)

    def everything_read() -> bool:
        shares = [{event["payload"] for event in list(one.events) if "payload" in event} for one in both]
        return all(shares) and len(shares[0] | shares[1]) == 400

    eventually(everything_read, "400 records read by the two members")
    shares = [{event["payload"] for event in list(one.events) if "payload" in event} for one in both]
    assert not shares[0] & shares[1]
    for member in both:
        member.process.terminate()
        assert member.process.wait() == 0
