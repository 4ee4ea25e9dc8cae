"""A data set from life: order events flow through the server to a group of three, while things break.

The producer's ledger of what was acknowledged and the readers' files are compared with the events as the script
makes them: nothing acknowledged is lost, nothing is written twice, every event reaches the group, and each
customer's events are read in order.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import confluent_kafka
import pytest

from compat_tests.harness import DEADLINE_S, Server, eventually, unique
from compat_tests.members import SESSION_TIMEOUT_MS, Member, Members
from compat_tests.orders.events import make_events
from compat_tests.topics import make_topic

HERE = Path(__file__).resolve().parent
COUNT = 300_000
SEED = 20_260
PER_SECOND = 20_000
PARTITIONS = 6

pytestmark = pytest.mark.slow


class Line:
    """One line of a reader's file."""

    __slots__ = ("event", "key", "number", "offset", "partition")

    def __init__(self, text: str) -> None:
        partition, offset, event, self.key, number = text.split()
        self.partition, self.offset, self.event, self.number = (
            int(partition),
            int(offset),
            int(event),
            int(number),
        )


def runs_of(file: Path) -> list[list[Line]]:
    """What one reader saw, cut wherever it was given a new assignment; half a last line is left out."""
    runs: list[list[Line]] = [[]]
    for text in file.read_text().splitlines(keepends=True):
        if text == "assigned\n":
            runs.append([])
        elif text.endswith("\n"):
            runs[-1].append(Line(text))
    return runs


def test_every_order_arrives_in_order_whatever_breaks(
    server: Server, members: Members, tmp_path: Path
) -> None:
    topic, group = make_topic(server, partitions=PARTITIONS, prefix="orders"), unique("group")
    files: list[Path] = []

    def reader() -> Member:
        files.append(tmp_path / f"reader-{len(files) + 1}")
        command = [sys.executable, str(HERE / "consume_orders.py"), "--bootstrap", server.bootstrap]
        command += ["--topic", topic, "--group", group, "--file", str(files[-1])]
        command += ["--session-timeout-ms", str(SESSION_TIMEOUT_MS)]
        return members.run(command, files[-1].name)

    ledger = tmp_path / "ledger"
    readers = [reader() for _ in range(3)]
    command = [
        sys.executable,
        str(HERE / "produce_orders.py"),
        "--bootstrap",
        server.bootstrap,
        "--topic",
        topic,
    ]
    command += ["--count", str(COUNT), "--seed", str(SEED), "--per-second", str(PER_SECOND)]
    producer = members.run([*command, "--ledger", str(ledger)], "producer")

    def acknowledged(share: float) -> None:
        def enough() -> bool:
            assert not producer.gone() or producer.of("left"), "the producer gave up"
            told = producer.of("acknowledged")
            return bool(told) and told[-1]["count"] >= share * COUNT

        eventually(enough, f"{share:.0%} of the events acknowledged", deadline_s=3 * DEADLINE_S)

    acknowledged(0.15)
    eventually(lambda: readers[1].of("progress"), "the second reader at work")
    readers[1].kill()
    acknowledged(0.3)
    readers.append(reader())
    acknowledged(0.45)
    server.restart()
    acknowledged(0.65)
    server.restart(clean=False)
    acknowledged(1.0)
    producer.ended()

    def read_so_far() -> int:
        return sum(told[-1]["count"] for member in readers if (told := member.of("progress")))

    eventually(lambda: read_so_far() >= COUNT, "the readers at the end", deadline_s=3 * DEADLINE_S)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": server.bootstrap, "group.id": group})
    places = [confluent_kafka.TopicPartition(topic, index) for index in range(PARTITIONS)]

    def all_committed() -> bool:
        ends = [consumer.get_watermark_offsets(place, timeout=DEADLINE_S)[1] for place in places]
        return [place.offset for place in consumer.committed(places, timeout=DEADLINE_S)] == ends

    eventually(all_committed, "everything committed", deadline_s=3 * DEADLINE_S)
    for member in (readers[0], readers[2], readers[3]):
        member.leave()
    ends = [consumer.get_watermark_offsets(place, timeout=DEADLINE_S)[1] for place in places]
    consumer.close()

    # The ledger: every event acknowledged once, each at an offset of its own, and no offset beyond those.
    where: dict[int, tuple[int, int]] = {}
    for text in ledger.read_text().splitlines():
        event, partition, offset = (int(part) for part in text.split())
        assert event not in where, f"event {event} acknowledged twice"
        where[event] = (partition, offset)
    assert len(where) == COUNT
    assert len(set(where.values())) == COUNT
    assert sum(ends) == COUNT, "the log holds more than was sent"

    # What was read is what was written, where the ledger says, whoever read it and however often.
    written = []
    for key, value in make_events(COUNT, SEED):
        written.append((str(key, "utf-8"), int(json.loads(value)["number"])))
    seen: set[int] = set()
    for file in files:
        for run in runs_of(file):
            position: dict[int, int] = {}
            number_of: dict[str, int] = {}
            for line in run:
                assert written[line.event] == (line.key, line.number)
                assert where[line.event] == (line.partition, line.offset)
                seen.add(line.event)
                # Within one assignment nothing is skipped and nothing comes back.
                assert line.offset == position.get(line.partition, line.offset - 1) + 1
                position[line.partition] = line.offset
                assert line.number == number_of.get(line.key, line.number - 1) + 1
                number_of[line.key] = line.number
    assert len(seen) == COUNT, f"{COUNT - len(seen)} events never reached the group"

    # Each customer's events stand in the log in the order in which they happened.
    last: dict[str, tuple[int, int]] = {}
    for event, (customer, _) in enumerate(written):
        before = last.get(customer)
        assert before is None or (before[0] == where[event][0] and before[1] < where[event][1])
        last[customer] = where[event]
