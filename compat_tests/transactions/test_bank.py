"""The bank of `examples/`: its service and its server are killed again and again, and the total never changes."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import confluent_kafka
import pytest

from compat_tests.harness import DEADLINE_S, Server, eventually, make_server, run
from compat_tests.transactions.reading import records

BANK = Path(__file__).resolve().parents[2] / "examples" / "bank.py"
SETTINGS = {
    "transaction.state.log.num.partitions": "2",
    "offsets.topic.num.partitions": "2",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
}
OPENED = {f"account-{number}": 100 for number in range(10)}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = make_server(tmp_path, SETTINGS)
    server.start()
    yield server
    server.stop()


def bank(server: Server, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BANK), "--bootstrap", server.bootstrap, *arguments]
    return run(command, check=check, timeout_s=2 * DEADLINE_S)


class Service:
    """The bank's process, killed and started again."""

    def __init__(self, server: Server, *options: str) -> None:
        self.command = [sys.executable, str(BANK), "--bootstrap", server.bootstrap, "serve", *options]
        self.log = server.directory / "bank.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(self.command, stdout=sink, stderr=subprocess.STDOUT)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


def wishes(server: Server) -> list[dict[str, object]]:
    return [json.loads(value) for _, value in records(server, "transfers")]


def position(server: Server) -> int:
    reader = confluent_kafka.Consumer(
        {"bootstrap.servers": server.bootstrap, "group.id": "bank", "log_level": 0}
    )
    (place,) = reader.committed([confluent_kafka.TopicPartition("transfers", 0)], timeout=DEADLINE_S)
    reader.close()
    return max(place.offset, 0)


def due(server: Server) -> dict[str, int]:
    """What everybody must have when each transfer was carried out once, in order."""
    balances = dict(OPENED)
    for wish in wishes(server):
        payer, payee, amount = str(wish["from"]), str(wish["to"]), int(str(wish["amount"]))
        if balances[payer] >= amount:
            balances[payer] -= amount
            balances[payee] += amount
    return balances


def balances(server: Server) -> dict[str, int]:
    return {account: json.loads(said)["balance"] for account, said in records(server, "balances")}


def test_the_total_never_changes_whatever_is_killed(server: Server) -> None:
    chance = random.Random(5)
    bank(server, "open")
    service = Service(server)
    service.start()
    try:
        for number in range(6):
            before = position(server)
            bank(server, "ask", "100", "--seed", str(number))
            eventually(lambda before=before: position(server) > before, "transfers are carried out")
            time.sleep(chance.uniform(0, 0.3))
            if number % 3 == 2:
                server.restart(clean=False)
            service.kill()
            audited = bank(server, "audit", check=False)
            assert audited.returncode == 0, audited.stdout
            service.start()
        eventually(lambda: position(server) == 600, "all transfers are carried out")
    finally:
        service.kill()
    audited = bank(server, "audit")
    assert audited.stdout.splitlines()[-1].split() == ["total", "1000"]
    assert balances(server) == due(server), "each transfer was carried out once"


def test_a_careless_bank_is_found_out(server: Server) -> None:
    """What the other test would say of a bank without transactions."""
    bank(server, "open")
    bank(server, "ask", "3000")
    service = Service(server, "--careless")
    for number in range(30):
        service.start()
        eventually(lambda least=20 * number: position(server) > least, "transfers are carried out")
        service.kill()
        audited = bank(server, "audit", check=False)
        if audited.returncode:
            assert "instead of 1000" in audited.stdout
            return
    assert balances(server) != due(server), "it was lucky thirty times, and nothing was done twice"
