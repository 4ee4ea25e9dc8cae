"""Servers as processes: how one is started, asked whether it answers, looked at and stopped.

Everything is started on 127.0.0.1 with a port and a data directory of its own, in a session of its own, and is stopped
by the ids that were started here. What a server prints goes to a file beside its data, and its end is shown
when the server dies. Which servers there are is said in peers.py.
"""

from __future__ import annotations

import contextlib
import os
import platform
import random
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kwire-bench"
RESULTS = HERE / "results"


class ServerFailed(Exception):
    """A server that did not start, or that died."""


@dataclass(frozen=True)
class Kind:
    """A server that can be measured: `command(port, data)` is what starts it on an empty or prepared `data`."""

    name: str
    command: Callable[[int, Path], list[str]]
    prepare: Callable[[int, Path], None] = lambda port, data: None
    environment: Mapping[str, str] = field(default_factory=dict)
    makes_up_topics: bool = False
    # Beginnings of the names of workloads that it can do; () for all.
    only: tuple[str, ...] = ()
    # Seconds that its own compiler needs to get warm; 0 for a server without one.
    warm_up_s: float = 0.0
    # The newest Kafka version that a client may speak to it, where what it claims is not to be trusted.
    as_of: str = ""
    # The server that it is put beside; "" for the first of the run.
    against: str = ""
    # The server that it is a variant of: then ratios are this one over that, and not the other way round.
    variant_of: str = ""
    # Cores that it may use, as taskset writes them; "" for all.
    cpus: str = ""

    def can(self, workload: str) -> bool:
        return not self.only or workload.startswith(self.only)


@dataclass
class Memory:
    """MB. `own` is what the processes cannot share or drop: their anonymous and shared pages, without mapped files."""

    own: float
    resident: float


@dataclass
class Running:
    kind: Kind
    process: subprocess.Popen[bytes]
    port: int
    data: Path
    first_answer_s: float
    dead: str = ""
    runs: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pids(self) -> list[int]:
        """The process and its descendants, as they are now."""
        every = processes()
        found = [self.process.pid]
        for pid in found:
            found.extend(child for child, (parent, _) in every.items() if parent == pid)
        return found

    def memory(self) -> Memory:
        own = resident = 0
        for pid in self.pids:
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:  # a child that has ended since
                continue
            for line in status.splitlines():
                name, _, value = line.partition(":")
                if name in ("RssAnon", "RssShmem"):
                    own += int(value.split()[0])
                elif name == "VmRSS":
                    resident += int(value.split()[0])
        return Memory(own / 1000 * 1.024, resident / 1000 * 1.024)

    def cpu_s(self) -> float:
        """User and system time of all its processes so far."""
        ticks = 0
        for pid in self.pids:
            with contextlib.suppress(OSError):
                ticks += sum(
                    map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])
                )
        return ticks / os.sysconf("SC_CLK_TCK")

    def check(self) -> None:
        """Raise ServerFailed if it is dead."""
        if words := self.last_words():
            raise ServerFailed(f"{self.kind.name} {words}")

    def last_words(self) -> str:
        """How it died and the end of its log; "" while it lives."""
        if self.process.poll() is None:
            return ""
        self.dead = f"exit code {self.process.returncode}"
        return f"died with {self.dead}\n{log_end(self.data)}"

    def stop(self, *, at_once: bool = False, keep_data: bool = False) -> None:
        """End it and whatever it started, in order or `at_once`."""
        if self.process.poll() is None:
            self.process.kill() if at_once else self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        # A child that outlived it is in its session, whatever group it is in.
        for pid, (_, session) in processes().items():
            if session == self.process.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if not keep_data:
            shutil.rmtree(self.data, ignore_errors=True)


def processes() -> dict[int, tuple[int, int]]:
    """Parent and session of every process."""
    found: dict[int, tuple[int, int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
                found[int(entry)] = int(fields[1]), int(fields[3])
    return found


def log_end(data: Path) -> str:
    text = (data / "output").read_text(errors="replace")
    return "\n".join("    " + line for line in text.splitlines()[-20:])


def free_port(following: int = 8) -> int:
    """A port that is free, and so are those after it: a server of several workers takes one for each.

    It lies below the ports that Linux gives to clients (32768 and up), which no look beforehand can keep free.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.ExitStack() as sockets, contextlib.suppress(OSError):
            for number in range(port, port + following):
                sockets.enter_context(socket.socket()).bind(("127.0.0.1", number))
            return port


def pinned(cpus: str, command: list[str]) -> list[str]:
    """The command, kept to these cores."""
    return ["taskset", "-c", cpus, *command] if cpus else command


def start(kind: Kind, data: Path) -> Running:
    """Start a server on an empty `data` and wait for its first answer.

    The time goes from the moment of exec to the answer to the first ApiVersions request; a client that tries every
    millisecond asks. What a server needs once per data directory (Kafka formats it) comes before and does not count.
    """
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    port = free_port()
    kind.prepare(port, data)
    return launch(kind, port, data)


def launch(kind: Kind, port: int, data: Path, *, patience_s: float = 60.0) -> Running:
    """Start a server on what an earlier one left in `data`, which had the same port."""
    command = pinned(kind.cpus, kind.command(port, data))
    with open(data / "output", "ab") as output:
        begin = time.perf_counter()
        try:
            process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **kind.environment},
                start_new_session=True,
            )
        except OSError as error:
            raise ServerFailed(f"{kind.name} cannot be started: {error}") from error
    running = Running(kind, process, port, data, 0.0)
    try:
        while not answers(port):
            running.check()
            if time.perf_counter() - begin > patience_s:
                raise ServerFailed(f"{kind.name} did not answer within {patience_s:g} s\n{log_end(data)}")
            time.sleep(0.001)
    except BaseException:
        running.stop(at_once=True)
        raise
    running.first_answer_s = time.perf_counter() - begin
    return running


def answers(port: int) -> bool:
    """Whether an ApiVersions request, version 0, gets an answer."""
    request = struct.pack(">hhih5s", 18, 0, 1, 5, b"bench")
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            sock.sendall(struct.pack(">i", len(request)) + request)
            return len(sock.recv(8)) > 0
    except OSError:
        return False


def prepare() -> None:
    """For a program that starts servers: as many files as the system allows, and an end by SIGTERM that cleans up."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def machine() -> dict[str, object]:
    model = ""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {
        "cpus": os.cpu_count(),
        "model": model,
        "kernel": platform.release(),
        "python": f"{platform.python_version()} {' '.join(platform.python_build())}",
        "load_before": os.getloadavg(),
    }
