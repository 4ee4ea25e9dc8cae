"""`kwire serve` and `kwire ping` as processes: the ready line, the end, and every way not to start."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}
READY = re.compile(r"kwire \S+  ready on (\S+(?:, \S+)*)  \(node (\d+), (.+), \d+\.\d\d s\)\n")

Start = Callable[..., "subprocess.Popen[str]"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "kwire", *arguments]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `kwire serve` in a directory of its own."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command("serve", *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**ENVIRONMENT, "TMPDIR": str(tmp_path), **environment},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ready(process: subprocess.Popen[str]) -> tuple[str, str, str]:
    """(addresses, node id, where the data is) of the ready line."""
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    match = READY.fullmatch(line)
    assert match, line + process.stderr.read()
    return match[1], match[2], match[3]


def complaint(process: subprocess.Popen[str]) -> str:
    """What a server that cannot start says: one sentence, on stderr, with status 1."""
    out, err = process.communicate()
    assert process.returncode == 1, out + err
    assert out == ""
    said = [line for line in err.splitlines() if not re.match(r"\d{4}-\d\d-\d\d ", line)]
    assert len(said) == 1, err
    assert said[0].startswith("kwire: ")
    return said[0]


def test_it_says_when_it_is_ready_and_leaves_in_order(start: Start, tmp_path: Path) -> None:
    process = start("--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--set", "node.id=7")
    addresses, node_id, data = ready(process)
    assert re.fullmatch(r"127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+", addresses)
    assert (node_id, data) == ("7", "data ./kwire-data")
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    assert (tmp_path / "kwire-data" / ".kafka_cleanshutdown").exists()


def test_the_environment_configures_it(start: Start, tmp_path: Path) -> None:
    process = start(
        KAFKA_LISTENERS="PLAINTEXT://127.0.0.1:0", KAFKA_LOG_DIRS=str(tmp_path / "d"), KAFKA_NODE_ID="4"
    )
    assert ready(process)[1:] == ("4", f"data {tmp_path / 'd'}")


def test_ephemeral_data_is_gone_in_the_end(start: Start, tmp_path: Path) -> None:
    process = start("--listen", "127.0.0.1:0", "--ephemeral")
    assert ready(process)[2] == "ephemeral"
    assert len(list(tmp_path.glob("kwire-*"))) == 1
    process.send_signal(signal.SIGINT)
    assert process.wait() == 0
    assert list(tmp_path.iterdir()) == []


def test_what_is_logged_can_be_json(start: Start) -> None:
    process = start(
        "--listen", "127.0.0.1:0", "--ephemeral", "--log-format", "json", "--set", "num.io.threads=1"
    )
    ready(process)
    process.terminate()
    _, err = process.communicate()
    assert all(line.startswith('{"time": "') for line in err.splitlines())
    assert "num.io.threads" in err.splitlines()[0]


def test_a_ping_finds_it(start: Start) -> None:
    address = ready(start("--listen", "127.0.0.1:0", "--ephemeral"))[0]
    done = subprocess.run(command("ping", address), capture_output=True, text=True, check=True)
    assert re.fullmatch(rf"{re.escape(address)} serves \d+ APIs\n", done.stdout)
    port = address.rpartition(":")[2]
    environment = {**ENVIRONMENT, "KAFKA_LISTENERS": f"PLAINTEXT://0.0.0.0:{port}",
                   "KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://outside:9092"}  # fmt: skip
    done = subprocess.run(command("ping"), capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.startswith(f"127.0.0.1:{port} serves ")


def test_a_ping_does_not_find_what_is_not_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # it does not listen, so that nobody answers
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(command("ping", address), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"kwire: no answer of a Kafka server from {address}: ")


def test_a_port_in_use_is_told_with_the_flag(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = complaint(start("--listen", f"127.0.0.1:{port}", "--ephemeral"))
    assert f"Port {port} is in use" in said
    assert "--listen" in said


def test_a_directory_in_use_is_told(start: Start) -> None:
    ready(start("--listen", "127.0.0.1:0", "--data", "shared"))
    assert "shared" in complaint(start("--listen", "127.0.0.1:0", "--data", "shared"))


def test_the_directory_of_another_node_is_told(start: Start) -> None:
    first = start("--listen", "127.0.0.1:0", "--data", "d")
    ready(first)
    first.terminate()
    first.wait()
    said = complaint(start("--listen", "127.0.0.1:0", "--data", "d", "--set", "node.id=2"))
    assert "node" in said
    assert "d" in said


def test_a_directory_that_cannot_be_made_is_told(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file" in complaint(start("--listen", "127.0.0.1:0", "--data", "file/d"))


def test_a_bad_line_in_a_file_is_told_with_its_number(start: Start, tmp_path: Path) -> None:
    (tmp_path / "server.properties").write_text("node.id=1\nlog.retention.hours=long\n")
    said = complaint(start("server.properties"))
    assert said == "kwire: server.properties, line 2: log.retention.hours=long: it must be a whole number"


def test_a_file_that_is_not_there_is_told(start: Start) -> None:
    assert (
        complaint(start("none.properties")) == "kwire: Cannot read none.properties: No such file or directory"
    )


def test_a_listener_that_cannot_be_served_is_told(start: Start) -> None:
    assert "SSL" in complaint(start("--set", "listeners=SSL://127.0.0.1:0"))


def test_nobody_has_to_read_what_it_prints(start: Start) -> None:
    process = start("--listen", "127.0.0.1:0", "--ephemeral")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    while "cannot print on standard output" not in process.stderr.readline():
        assert process.poll() is None
    process.terminate()
    assert process.wait() == 0


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("mount") is None, reason="only root can mount a tiny disk"
)
@pytest.mark.parametrize("size_kb", [4, 16, 20])
def test_a_full_disk_is_told(start: Start, tmp_path: Path, size_kb: int) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs", str(disk)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.strip()}")
    try:
        process = start("--listen", "127.0.0.1:0", "--data", str(disk / "d"))
        assert process.stdout is not None
        if process.stdout.readline():  # it was just enough to start, and is not enough to stop
            process.terminate()
        _, err = process.communicate()
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert process.returncode == 1
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith(f"kwire: Cannot write {disk}/d/")
    assert "No space left on device" in err.splitlines()[-1]
