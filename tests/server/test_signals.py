"""SIGTERM and SIGINT, once and twice, against a server in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tests.server.raw_client import RawClient

SERVER = """
import sys
import trio
from kwire.config import Config
from kwire.server import run
from kwire.server.logs import configure_logging

configure_logging("info")
run.GRACE_SECONDS = float("inf")
config = Config({"listeners": "PLAINTEXT://127.0.0.1:0", "log.dirs": sys.argv[1]})
trio.run(lambda: run.serve(config, ready=lambda bound: print(bound[0].port, flush=True)))
print("ended")
"""


@attrs.define
class Child:
    """A server process, ready to serve."""

    process: subprocess.Popen[str]
    port: int
    directory: Path

    def wait_for_line(self, part: str) -> None:
        """Until the server has said this."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if part in line:
                return
        raise AssertionError(f"the server ended without saying {part!r}")

    @property
    def is_clean(self) -> bool:
        return (self.directory / ".kafka_cleanshutdown").exists()


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Child(process, int(process.stdout.readline()), tmp_path)
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_one_signal_answers_parks_nothing_and_exits_clean(child: Child, number: signal.Signals) -> None:
    client = await RawClient.connect(child.port)
    await client.create("orders")
    await client.produce("orders", b"kept")
    await client.send_fetch("orders", offset=1, max_wait_ms=2**31 - 1)
    child.process.send_signal(number)
    assert await client.receive_fetch() == b""
    assert await client.is_closed()
    assert child.process.wait() == 0
    assert child.is_clean
    client.stream.socket.close()


async def test_a_second_signal_exits_at_once_and_loses_nothing(child: Child) -> None:
    client = await RawClient.connect(child.port)
    await client.create("orders")
    value = bytes(1_000_000)
    for _ in range(20):
        await client.produce("orders", value)
    # An answer that the client does not take keeps the server from ending.
    await client.send_fetch("orders")
    child.process.send_signal(signal.SIGTERM)
    child.wait_for_line("stopping: ")
    child.process.send_signal(signal.SIGTERM)
    assert child.process.wait() == 128 + signal.SIGTERM
    assert not child.is_clean
    (log,) = child.directory.glob("orders-0/*.log")
    assert log.stat().st_size > 20 * len(value)
    client.stream.socket.close()
