"""A server that is killed again and again under load, and a ledger that is compared after each new start.

The clients go on as clients do; the campaign only kills, starts, and reads. It kills under load, while the server is
starting, right after that, and while it is stopping. What it checks after each start: nothing that was acknowledged,
or that a consumer was given, is lost or changed; nothing is there twice; the records of a producer keep their order;
offsets are dense, except where compaction made gaps; no committed offset went back. Every choice comes from one seed,
except the moment at which a signal meets an instruction.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import attrs

from compat_tests.harness import KwireServer, free_port
from soak.ledger import Findings, Ledger, Place, Violation
from soak.load import (
    CarelessProducer,
    Client,
    Committer,
    ConfluentProducer,
    GroupMember,
    KafkaPythonProducer,
    Producer,
    RawProducer,
    Topic,
)
from soak.wire import PATIENCE_S, Moving, Refused, Wire

SMALL = {"segment.bytes": str(2 << 20)}

TOPICS = [  # no large segments: DumpLogSegments reads a segment from its start for each entry of its index
    Topic("rolling", 3, {"segment.bytes": str(1 << 20)}, 1_000, 20_000),
    Topic("plain", 2, {"flush.ms": "200", "index.interval.bytes": "200", **SMALL}, 10, 300),
    Topic("flushed", 1, {"flush.messages": "1", **SMALL}, 10, 2_000, pause_s=0.01),
    Topic(
        "compacted",
        2,
        {
            "cleanup.policy": "compact",
            "segment.bytes": str(1 << 20),
            "segment.ms": "700",
            "min.cleanable.dirty.ratio": "0.01",
            # Longer than any acknowledgement takes: a tombstone that is gone before its producer was told of it
            # looks like a value that is lost.
            "delete.retention.ms": "60000",
            "file.delete.delay.ms": "500",
        },
        10,
        3_000,
    ),
]

SETTINGS = {
    "offsets.topic.num.partitions": "2",
    "offsets.topic.segment.bytes": str(1 << 20),
    "log.cleaner.backoff.ms": "100",
    "log.flush.offset.checkpoint.interval.ms": "250",
    "auto.create.topics.enable": "false",
}

OVERLAP = 300
"""So many records that were read before are read again after each start."""

ENOUGH_KILLS = 20
"""In so many lives of the server its cleaner must have got something done."""

Sabotage = Callable[[Path, "Campaign"], bool]
"""What a test does to the data directory behind the server's back; False when it found nothing to do it to."""


@attrs.define
class Campaign:
    """One run."""

    directory: Path
    seed: int
    kills: int
    read_all_every: int = 10
    sabotage: Sabotage | None = None
    inspect: Callable[[Path], None] = lambda data: None
    """Looks at the data directory of a server that was stopped in order; raises when it finds something."""
    inspect_every: int = 50
    topics: list[Topic] = attrs.field(factory=lambda: TOPICS)
    workers: int = 1
    server: KwireServer = attrs.field(init=False)
    ledger: Ledger = attrs.field(factory=Ledger)
    clients: list[Client] = attrs.field(factory=list)
    findings: dict[Place, Findings] = attrs.field(factory=dict)
    random: Random = attrs.field(init=False)
    killed: dict[str, int] = attrs.field(factory=dict)
    damages: int = 0
    """How often there was something for `sabotage` to do."""

    def __attrs_post_init__(self) -> None:
        self.server = self.make_server()
        self.random = Random(self.seed)

    def make_server(self) -> KwireServer:
        return KwireServer(
            self.directory, free_port(self.workers), settings=dict(SETTINGS), workers=self.workers
        )

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def run(self) -> None:
        """The whole campaign. Raises Violation, or what a client could not get over, with where to look."""
        try:
            self._begin()
            self.faults()
            self._end()
        except BaseException as error:
            error.add_note(
                f"seed {self.seed}, after {sum(self.killed.values())} kills {self.killed}; "
                f"the data directory is kept in {self.data}, the server's output in {self.server.output}"
            )
            raise
        finally:
            for client in self.clients:
                client.abandon()
            for client in self.clients:
                client.join(PATIENCE_S)
            if self.server.running:
                self.server.kill()

    def summary(self) -> str:
        records = sum(len(findings.kept) for findings in self.findings.values())
        promised = ", ".join(f"{name} {count}" for name, count in sorted(self.ledger.counts.items()))
        return f"seed {self.seed}, killed {self.killed}: {records} records; promises kept: {promised}"

    def faults(self) -> None:
        """What is done to the server."""
        for number in range(1, self.kills + 1):
            self._kill(number)
            self.check(everything=number % self.read_all_every == 0)
            self.wait_for_progress()
            if number % self.inspect_every == 0 and number != self.kills:
                self._stop_and_inspect()

    def _begin(self) -> None:
        self.server.start()
        with Wire(self.server.port) as wire:
            for topic in self.topics:
                wire.create_topic(topic.name, topic.partitions, topic.settings)
                for index in range(topic.partitions):
                    place = Place(topic.name, index)
                    self.findings[place] = Findings(place, compacted=topic.compacted)
        self.clients = self.make_clients()
        for client in self.clients:
            client.start()
        self.wait_for_progress()

    def _end(self) -> None:
        for client in self.clients:
            client.halt()
        for client in self.clients:
            client.join(PATIENCE_S)
            if client.is_alive():
                raise Violation(f"{client.name} does not come to its end")
        self.check(everything=True)
        compacted = [findings for findings in self.findings.values() if findings.compacted]
        if self.kills >= ENOUGH_KILLS and not any(findings.has_gaps for findings in compacted):
            raise Violation("compaction never came to its end, so it was not tested")
        self._stop_and_inspect()
        self.check(everything=True)
        self.stop()

    def stop(self) -> int:
        """Stop the server in order; its exit code."""
        return self.server.stop()

    def make_clients(self) -> list[Client]:
        ledger, port = self.ledger, self.server.port

        def seed() -> int:
            return self.random.randrange(1 << 30)

        confluent = [
            ConfluentProducer(
                f"confluent-{codec}",
                ledger,
                port,
                TOPICS,
                seed(),
                settings={"compression.type": codec, "batch.size": size},
            )
            for codec, size in (("none", 200_000), ("lz4", 5_000), ("zstd", 50_000))
        ]
        raw = [
            RawProducer("raw-wide", ledger, port, TOPICS, seed(), window=5),
            RawProducer("raw-narrow", ledger, port, TOPICS, seed(), window=1),
        ]
        return [
            *confluent,
            *raw,
            KafkaPythonProducer("kafka-python", ledger, port, TOPICS, seed()),
            CarelessProducer("careless", ledger, port, TOPICS, seed()),
            *(GroupMember(f"member-{number}", ledger, port, TOPICS, "readers") for number in (1, 2)),
            Committer("committer", ledger, port, Place("plain", 0)),
        ]

    # Killing

    def _kill(self, number: int) -> None:
        """Kill the server in one of the ways, and leave a new one running."""
        if self.workers > 1 and self.random.random() < 0.7:
            self._kill_worker()
            return
        # After an orderly stop a start knows where each log must end, and notices the damage before anybody else does.
        stops = 1 if self.sabotage is None else 0
        way = self.random.choices(("under load", "right after a start", "stopping"), (7, 2, stops))[0]
        if way == "under load":
            time.sleep(self.random.uniform(0, 0.5))
        elif way == "stopping":
            self.server.terminate()
            time.sleep(self.random.uniform(0, 0.1))
        else:
            self.kill("under load")
            self.server.start()
        self.kill(way)
        while self.random.random() < 0.3:
            self.server.launch()
            time.sleep(self.random.uniform(0, 0.4))
            self.kill("while starting")
        if self.sabotage is not None and self.sabotage(self.data, self):
            self.damages += 1
        self.server.start()

    def _kill_worker(self) -> None:
        """One of the workers dies, perhaps again while it starts, or another with it: their parent sees to that."""
        time.sleep(self.random.uniform(0, 0.5))
        while True:
            pids = self.server.worker_pids()
            if pids:
                number = self.random.randrange(len(pids))
                with suppress(ProcessLookupError):
                    os.kill(pids[number], signal.SIGKILL)
                way = "the controller" if number == 0 else "another worker"
                self.killed[way] = self.killed.get(way, 0) + 1
            if self.random.random() < 0.7:
                return
            time.sleep(self.random.uniform(0, 0.6))

    def kill(self, way: str) -> None:
        self.server.kill()
        self.killed[way] = self.killed.get(way, 0) + 1

    def _stop_and_inspect(self) -> None:
        code = self.stop()
        if code != 0:
            raise Violation(f"the server ended with {code} on SIGTERM")
        self.inspect(self.data)
        self.server.start()

    # Checking

    def check(self, *, everything: bool, commits: bool = True) -> None:
        """Compare what clients were told up to now with what the server has."""
        self.ledger.raise_failures()
        committed = self.ledger.commits() if commits else {}
        promises = self.ledger.take_promises()
        with self._auditor() as wire:
            for place, findings in self.findings.items():
                start = 0 if everything or findings.compacted else max(findings.end - OVERLAP, 0)
                try:
                    found = [(each.offset, each.key, each.value) for each in wire.read(place, start)]
                except Refused as refused:
                    raise Violation(f"{place} ended at {findings.end}: {refused}") from refused
                findings.read(found, start)
            for promise in promises:
                self.findings[promise.place].check(promise)
            for findings in self.findings.values():
                if findings.compacted:
                    findings.check_keys()
            for (group, place), offset in committed.items():
                found_offset = self._committed(wire, group, place)
                if found_offset < offset:
                    raise Violation(
                        f"{group} committed {offset} in {place}, and now it has {found_offset} committed"
                    )
        self.ledger.raise_failures()

    def _committed(self, wire: Wire, group: str, place: Place) -> int:
        """What a group has committed, asked until its coordinator is there."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return wire.committed(group, place)
            except Moving:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _auditor(self) -> Wire:
        """A connection to every worker, each of which serves: one that was killed may be starting again."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                wire = Wire(self.server.port, client_id="auditor")
                for place in self.findings:
                    wire.leader(place)
                return wire
            except (OSError, EOFError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def wait_for_progress(self) -> None:
        """Until every producer was promised something by the server that is there now."""
        before = dict(self.ledger.counts)
        waiting = [
            client.name
            for client in self.clients
            if isinstance(client, Producer) and not isinstance(client, CarelessProducer)
        ]
        deadline = time.monotonic() + PATIENCE_S
        while waiting:
            time.sleep(0.01)
            self.ledger.raise_failures()
            waiting = [name for name in waiting if self.ledger.counts.get(name, 0) == before.get(name, 0)]
            if time.monotonic() > deadline:
                raise Violation(f"no progress after {PATIENCE_S:.0f} s: {', '.join(waiting)}")


def remove(directory: Path) -> None:
    """What a campaign that went well leaves."""
    shutil.rmtree(directory)
