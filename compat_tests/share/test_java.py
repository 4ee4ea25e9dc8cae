"""The Java share consumer (KIP-932), and Kafka's tools for share groups."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from compat_tests.harness import (
    DEADLINE_S,
    Server,
    ended_at_exit,
    eventually,
    java_classes,
    java_command,
    kafka_jars,
    make_server,
    require,
    run_java,
    skip_without,
    unique,
)
from compat_tests.python.clients import CLIENTS, Message
from compat_tests.topics import make_topic

pytestmark = pytest.mark.java

client = CLIENTS[0]

SHARE_GROUPS = "org.apache.kafka.tools.consumer.group.ShareGroupCommand"
CONFIGS = "kafka.admin.ConfigCommand"
CONSOLE_SHARE_CONSUMER = "org.apache.kafka.tools.consumer.ConsoleShareConsumer"

SOURCE = Path(__file__).with_name("Sharer.java")


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    skip_without(lambda: (require("java"), kafka_jars()))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.stop()


def tool(server: Server, main_class: str, *arguments: str) -> str:
    """What the tool printed; a non-zero exit fails the test."""
    done = run_java(main_class, "--bootstrap-server", server.bootstrap, *arguments)
    assert "Exception" not in done.stderr, done.stderr
    return done.stdout


def produce(server: Server, topic: str, values: list[str]) -> None:
    client.produce(server.bootstrap, topic, [Message(value=value.encode()) for value in values])


def from_the_beginning(server: Server, group: str) -> None:
    tool(
        server,
        CONFIGS,
        "--alter",
        "--group",
        group,
        "--add-config",
        "share.auto.offset.reset=earliest",
    )


def sharing(server: Server, group: str, topic: str, wanted: int, mode: str) -> list[str]:
    return [
        *java_command(classpath=[java_classes(SOURCE)]),
        "Sharer",
        server.bootstrap,
        group,
        topic,
        str(wanted),
        mode,
    ]


def share(server: Server, group: str, topic: str, wanted: int, mode: str = "batch_optimized") -> list[str]:
    """What a member printed that accepts `wanted` records and leaves."""
    done = subprocess.run(
        sharing(server, group, topic, wanted, mode), capture_output=True, text=True, timeout=2 * DEADLINE_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "error" not in done.stdout, done.stdout
    printed = done.stdout.splitlines()
    assert printed[0] == "ready"
    assert printed[-1] == "done"
    return printed[1:-1]


@pytest.mark.parametrize("mode", ["batch_optimized", "record_limit"])
def test_records_are_accepted_released_and_rejected(server: Server, mode: str) -> None:
    topic, group = make_topic(server), unique("share")
    from_the_beginning(server, group)
    values = [*(f"plain-{number}" for number in range(40)), "release", "reject"]
    produce(server, topic, values)
    printed = share(server, group, topic, 41, mode)
    assert sorted(line for line in printed if line.startswith("accepted")) == sorted(
        ["accepted release 2", *(f"accepted plain-{number} 1" for number in range(40))]
    )
    assert [line for line in printed if not line.startswith("accepted")] == [
        "released release 1",
        "rejected reject 1",
    ]
    produce(server, topic, ["after"])
    assert share(server, group, topic, 1, mode) == ["accepted after 1"]


def test_two_members_share_one_partition_and_who_dies_gives_back(server: Server) -> None:
    topic, group = make_topic(server), unique("share")
    from_the_beginning(server, group)
    produce(server, topic, ["die"])
    dying = subprocess.run(
        sharing(server, group, topic, 1, "batch_optimized"),
        capture_output=True,
        text=True,
        timeout=2 * DEADLINE_S,
    )
    assert dying.stdout.splitlines() == ["ready", "dies die 1"], dying.stderr
    produce(server, topic, ["plain"])
    assert sorted(share(server, group, topic, 2)) == ["accepted die 2", "accepted plain 1"]


@pytest.mark.parametrize("clean", [True, False], ids=["stop", "kill"])
def test_a_restart_forgets_nothing(tmp_path: Path, clean: bool) -> None:
    server = make_server(tmp_path)
    server.start()
    try:
        topic, group = make_topic(server), unique("share")
        from_the_beginning(server, group)
        produce(server, topic, [f"first-{number}" for number in range(20)])
        assert len(share(server, group, topic, 20)) == 20
        produce(server, topic, ["release"])
        dying = [*sharing(server, group, topic, 1, "batch_optimized")]
        assert subprocess.run(dying, capture_output=True, timeout=2 * DEADLINE_S).returncode == 0
        server.restart(clean=clean)
        produce(server, topic, ["last"])
        assert share(server, group, topic, 1) == ["accepted last 1"]
    finally:
        server.stop()


def test_the_console_share_consumer_prints_lines(server: Server) -> None:
    topic, group = make_topic(server), unique("share")
    from_the_beginning(server, group)
    values = [f"line {number}" for number in range(5)]
    produce(server, topic, values)
    printed = tool(server, CONSOLE_SHARE_CONSUMER, "--topic", topic, "--group", group, "--max-messages", "5")
    assert sorted(printed.split("\n")[:5]) == values


def test_share_groups_are_listed_described_moved_and_deleted(server: Server) -> None:
    topic, group = make_topic(server), unique("share")
    from_the_beginning(server, group)
    produce(server, topic, [f"v{number}" for number in range(10)])
    member = subprocess.Popen(
        sharing(server, group, topic, 1000, "batch_optimized"), stdout=subprocess.PIPE, text=True
    )
    with ended_at_exit(member):
        assert member.stdout is not None
        while "v9" not in member.stdout.readline():
            pass
        assert group in tool(server, SHARE_GROUPS, "--list").split()

        def settled() -> str | None:
            shown = tool(server, SHARE_GROUPS, "--describe", "--group", group)
            return shown if re.search(rf"{group}\s+{topic}\s+0\s+10\s+0\b", shown) else None

        eventually(settled, "ten records are accepted")
        state = tool(server, SHARE_GROUPS, "--describe", "--group", group, "--state")
        assert re.search(rf"{group}.*Stable\s+1\b", state), state
        members = tool(server, SHARE_GROUPS, "--describe", "--group", group, "--members")
        assert re.search(rf"{group}\s+\S+\s+\S+\s+\S+\s+1\s+{topic}:0", members), members
    left = eventually(
        lambda: re.search(
            rf"{group}.*Empty\s+0\b", tool(server, SHARE_GROUPS, "--describe", "--group", group, "--state")
        ),
        "the member that was killed is out",
        deadline_s=3 * DEADLINE_S,
    )
    assert left
    moved = tool(
        server,
        SHARE_GROUPS,
        "--reset-offsets",
        "--group",
        group,
        "--topic",
        topic,
        "--to-earliest",
        "--execute",
    )
    assert re.search(rf"{group}\s+{topic}\s+0\s+0\b", moved), moved
    shown = tool(server, SHARE_GROUPS, "--describe", "--group", group)
    assert re.search(rf"{group}\s+{topic}\s+0\s+0\s+10\b", shown), shown
    forgotten = tool(server, SHARE_GROUPS, "--delete-offsets", "--group", group, "--topic", topic)
    assert topic in forgotten
    deleted = tool(server, SHARE_GROUPS, "--delete", "--group", group)
    assert "successful" in deleted, deleted
    assert group not in tool(server, SHARE_GROUPS, "--list").split()
