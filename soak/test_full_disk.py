"""A disk that fills under a real server and real clients, and gets room again.

While it is full: producers are refused and wait, consumers go on and are given nothing that is half there, nothing can
be created, the server lives. When there is room again everybody goes on, without a restart and without a person.
Whatever happens to a server on a full disk, an orderly stop or a kill, costs nothing that was acknowledged.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import attrs
import pytest

from compat_tests.harness import KwireServer, eventually
from kwire.errors import ErrorCode
from soak.campaign import SETTINGS, Campaign, remove
from soak.disks import ConfinedServer, NotPermitted, SmallDisk, small_disk
from soak.dump import kafka_finds_nothing
from soak.ledger import Place, Violation
from soak.load import (
    Client,
    Committer,
    ConfluentProducer,
    GroupMember,
    KafkaPythonProducer,
    RawProducer,
    Topic,
)
from soak.test_kills import SEED, new_directory
from soak.wire import PATIENCE_S, Refused, Wire

MEBIBYTES = 64

TOPICS = [
    Topic("rolling", 2, {"segment.bytes": str(1 << 20)}, 500, 20_000),
    Topic("plain", 2, {}, 10, 300),
    Topic("flushed", 1, {"flush.messages": "1"}, 10, 2_000, pause_s=0.01),
]

REFUSED = (ErrorCode.KAFKA_STORAGE_ERROR,)
REFUSED_COMMITS = (ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR)


@attrs.define
class FullDisk(Campaign):
    """A campaign on a small disk."""

    disk: SmallDisk = attrs.field(kw_only=True)

    def make_server(self) -> KwireServer:
        return ConfinedServer(self.directory, settings=dict(SETTINGS), disk=self.disk)

    @property
    def data(self) -> Path:
        return self.disk.root

    def make_clients(self) -> list[Client]:
        ledger, port, topics = self.ledger, self.server.port, self.topics
        return [
            RawProducer("raw", ledger, port, topics, self.seed, window=1, bears=REFUSED),
            ConfluentProducer("confluent", ledger, port, topics, self.seed, settings={}),
            KafkaPythonProducer("kafka-python", ledger, port, topics, self.seed),
            GroupMember("member", ledger, port, topics, "readers"),
            Committer("committer", ledger, port, Place("plain", 0), bears=REFUSED_COMMITS),
        ]

    def faults(self) -> None:
        for way in ("wait", "kill", "wait", "stop", "wait"):
            self.fill()
            self.look_around()
            if way == "kill":
                self.server.kill()
            elif way == "stop":
                self.stop_on_full_disk()
            if way != "wait":
                self.start_on_full_disk()
                said = "serves" if self.server.running else "says that it cannot start"
                print(f"{way} on a full disk; the next start {said}")
            self.disk.make_room()
            if not self.server.running:
                self.server.start()
            self.wait_for_progress()
            self.check(everything=True)

    def fill(self) -> None:
        """Until producers and those who commit are refused."""
        clients = [client for client in self.clients if isinstance(client, RawProducer | Committer)]
        before = {client.name: client.refusals for client in clients}
        self.disk.fill()

        def refused() -> bool:
            self.disk.fill()
            self.ledger.raise_failures()
            return all(client.refusals > before[client.name] + 3 for client in clients)

        eventually(refused, "producers are refused on a full disk")

    def look_around(self) -> None:
        """What a full disk leaves as it was."""
        self.check(everything=True)
        with Wire(self.server.port) as wire:
            topics = wire.topics()
            for attempt in range(2):
                try:
                    wire.create_topic(f"new-{attempt}", 3, {})
                except Refused as refused:
                    if refused.code != ErrorCode.KAFKA_STORAGE_ERROR:
                        raise
                else:
                    raise Violation("a topic was created on a full disk")
            if wire.topics() != topics:
                raise Violation(f"a topic that was refused is half there: {wire.topics()}")
        read = self.ledger.counts.get("a reader (member)", 0)
        if not read:
            raise Violation("readers read nothing")

    def stop_on_full_disk(self) -> None:
        code = self.server.stop()
        said = self.server.output_tail()
        marked = (self.data / ".kafka_cleanshutdown").exists()
        if (code == 0) != marked:
            raise Violation(f"ended with {code}, and the clean-shutdown marker is there: {marked}")
        if "Traceback" in said:
            raise Violation(f"no word for a person about the full disk:\n{said[-2000:]}")

    def start_on_full_disk(self) -> None:
        """It serves, or it says in a sentence why not; either way nothing is lost."""
        self.server.launch()
        process = self.server.process
        assert process is not None
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            said = self.server.output.read_text("utf-8", "replace")[self.server.launched_at :]
            if self.server.is_ready(said):
                return
            if process.poll() is not None:
                if "No space left on device" not in said or "Traceback" in said:
                    raise Violation(f"ended with {process.returncode} on a full disk and said:\n{said}")
                return
            time.sleep(0.02)
        raise Violation("neither serves nor ends on a full disk")


@pytest.mark.parametrize("kind", ["tmpfs", "ext4"])
def test_a_disk_that_fills_costs_nothing_acknowledged_and_nobody_a_restart(kind: str) -> None:
    if os.getuid() != 0:
        pytest.skip("only root may mount a small disk")
    directory = new_directory()
    try:
        with small_disk(kind, directory / "data", MEBIBYTES) as disk:
            campaign = FullDisk(directory, SEED, 0, disk=disk, topics=TOPICS, inspect=kafka_finds_nothing)
            campaign.run()
            print(campaign.summary())
    except NotPermitted as reason:
        pytest.skip(f"cannot mount a small {kind} here: {reason}")
    remove(directory)
