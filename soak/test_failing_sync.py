"""A disk whose writes go well and whose fsync fails: one that believes to have more room than it has.

This is the fault after which asking again proves nothing: the kernel counts the pages as written, and the next fsync
says that all is well. Partitions refuse writes until they were opened anew from synced copies, by themselves, and no
client loses a record over it, or writes one twice. The kernel may forget pages that it could not write at any moment,
and here it is asked to: what was acknowledged must be on the disk.
"""

from __future__ import annotations

import os
from pathlib import Path

import attrs
import pytest

from compat_tests.harness import KwireServer, eventually
from kwire.errors import ErrorCode
from soak.campaign import SETTINGS, Campaign, remove
from soak.disks import ConfinedServer, NotPermitted, SmallDisk, small_disk
from soak.dump import kafka_finds_nothing
from soak.ledger import Place
from soak.load import Client, Committer, ConfluentProducer, GroupMember, RawProducer, Topic
from soak.test_kills import SEED, new_directory
from soak.wire import Refused, Wire

MEBIBYTES = 48

TOPICS = [
    Topic("rolling", 2, {"segment.bytes": str(1 << 20)}, 500, 10_000, pause_s=0.01),
    Topic("plain", 1, {}, 10, 300, pause_s=0.01),
]

REFUSED = (ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND)
REFUSED_COMMITS = (ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR)


@attrs.define
class FailingSync(Campaign):
    """A campaign on a thin disk, on which everything is synced before it is acknowledged."""

    disk: SmallDisk = attrs.field(kw_only=True)

    def make_server(self) -> KwireServer:
        settings = {**SETTINGS, "log.flush.interval.messages": "1"}
        return ConfinedServer(self.directory, settings=settings, disk=self.disk)

    @property
    def data(self) -> Path:
        return self.disk.root

    def make_clients(self) -> list[Client]:
        ledger, port, topics = self.ledger, self.server.port, self.topics
        return [
            RawProducer("raw", ledger, port, topics, self.seed, window=1, bears=REFUSED),
            ConfluentProducer("confluent", ledger, port, topics, self.seed, settings={}),
            GroupMember("member", ledger, port, topics, "readers"),
            Committer("committer", ledger, port, Place("plain", 0), bears=REFUSED_COMMITS),
        ]

    def faults(self) -> None:
        for _ in range(3):
            self.fail()
            self.disk.forget_clean_pages()
            self.check(everything=True, commits=False)  # no coordinator while its log cannot be written
            self.disk.make_room()
            self.wait_for_progress()
            eventually(self.serves_groups, "groups are served again")
            self.check(everything=True)

    def stop(self) -> int:
        """What the kernel failed to write by itself is told by the last sync, and the server tells it on."""
        code = super().stop()
        if code == 1 and "the next start checks the logs" in self.server.output_tail():
            self.server.start()
            code = super().stop()
        return code

    def serves_groups(self) -> bool:
        """Was the log of their offsets opened anew, too?"""
        with Wire(self.server.port) as wire:
            try:
                for group, place in self.ledger.commits():
                    wire.committed(group, place)
            except Refused as refused:
                if refused.code != ErrorCode.NOT_COORDINATOR:
                    raise
                return False
        return True

    def fail(self) -> None:
        """Until producers are refused."""
        clients = [client for client in self.clients if isinstance(client, RawProducer)]
        before = {client.name: client.refusals for client in clients}
        self.disk.fill()

        def refused() -> bool:
            self.disk.fill()
            self.ledger.raise_failures()
            return all(client.refusals > before[client.name] + 3 for client in clients)

        eventually(refused, "producers are refused on a disk that does not sync")


def test_an_fsync_that_fails_costs_nothing_acknowledged_and_nobody_a_restart() -> None:
    if os.getuid() != 0:
        pytest.skip("only root may mount a small disk")
    directory = new_directory()
    try:
        with small_disk("thin", directory / "data", MEBIBYTES) as disk:
            campaign = FailingSync(directory, SEED, 0, disk=disk, topics=TOPICS, inspect=kafka_finds_nothing)
            campaign.run()
            print(campaign.summary())
    except NotPermitted as reason:
        pytest.skip(f"cannot mount a thin disk here: {reason}")
    remove(directory)
