"""The servers that are measured: how each is installed, started, looked at and stopped.

Everything is started on 127.0.0.1 with a port and a data directory of its own, and is stopped by the process id that
was started here. What a server prints goes to a file beside its data, and its end is shown when the server dies.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kwire-bench"
# What kafka-server-start.sh gives the JVM.
JVM_FLAGS = [
    *("-Xmx1G", "-Xms1G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"),
    *(
        "-XX:InitiatingHeapOccupancyPercent=35",
        "-XX:+ExplicitGCInvokesConcurrent",
        "-Djava.awt.headless=true",
    ),
]


class ServerFailed(Exception):
    """A server that did not start, or that died."""


@dataclass
class Kind:
    """A server that can be measured: `command(port, data)` is what starts it on an empty or prepared `data`."""

    name: str
    command: Callable[[int, Path], list[str]]
    prepare: Callable[[int, Path], None] = lambda port, data: None
    makes_up_topics: bool = False
    only: Sequence[str] | None = None
    warm_up_s: float = 3.0


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
    def pids(self) -> list[int]:
        """The process and its descendants, as they are now."""
        parents: dict[int, int] = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    text = Path("/proc", entry, "stat").read_text()
                    parents[int(entry)] = int(text.rpartition(")")[2].split()[1])
        found = [self.process.pid]
        for pid in found:
            found.extend(child for child, parent in parents.items() if parent == pid)
        return found

    def memory(self) -> Memory:
        own = resident = 0
        for pid in self.pids:
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                name, _, value = line.partition(":")
                if name in ("RssAnon", "RssShmem"):
                    own += int(value.split()[0])
                elif name == "VmRSS":
                    resident += int(value.split()[0])
        return Memory(own / 1000 * 1.024, resident / 1000 * 1.024)

    def check(self) -> None:
        if self.process.poll() is not None:
            self.dead = f"exit code {self.process.returncode}"
            raise ServerFailed(f"{self.kind.name} died with {self.dead}\n{log_end(self.data)}")

    def stop(self, *, at_once: bool = False, keep_data: bool = False) -> None:
        if self.process.poll() is None:
            self.process.kill() if at_once else self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if not keep_data:
            shutil.rmtree(self.data, ignore_errors=True)


def log_end(data: Path) -> str:
    text = (data / "output").read_text(errors="replace")
    return "\n".join("    " + line for line in text.splitlines()[-20:])


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


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
    command = kind.command(port, data)
    with open(data / "output", "ab") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    running = Running(kind, process, port, data, 0.0)
    while not answers(port):
        running.check()
        if time.perf_counter() - begin > patience_s:
            running.stop(at_once=True)
            raise ServerFailed(f"{kind.name} did not answer within {patience_s:g} s")
        time.sleep(0.001)
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


def kwire(extra: Sequence[str]) -> Kind:
    script = Path(sys.executable).with_name("kwire")
    program = [str(script)] if script.exists() else [sys.executable, "-m", "kwire"]

    quick = ["--set", "log.segment.delete.delay.ms=1000"]  # as for Apache Kafka

    def command(port: int, data: Path) -> list[str]:
        return [
            *program,
            "serve",
            "--listen",
            f"127.0.0.1:{port}",
            "--data",
            str(data / "log"),
            *quick,
            *extra,
        ]

    return Kind("kwire", command)


def spike() -> Kind:
    def command(port: int, data: Path) -> list[str]:
        return [sys.executable, str(HERE / "spike.py"), "--port", str(port), "--data", str(data / "log")]

    return Kind("spike", command, makes_up_topics=True, only=("produce", "sync"))


def other(spec: str) -> Kind:
    """NAME=COMMAND with {port} and {data} in it: an older kwire, another peer."""
    name, equals, line = spec.partition("=")
    if not equals or "{port}" not in line:
        raise ServerFailed(f"--server {spec!r}: want NAME=COMMAND with {{port}} and {{data}} in it")

    def command(port: int, data: Path) -> list[str]:
        return [
            word.replace("{port}", str(port)).replace("{data}", str(data / "log"))
            for word in shlex.split(line)
        ]

    return Kind(name, command)


def kafka() -> Kind:
    jars = kafka_jars()
    java = ["java", *JVM_FLAGS, f"-Dlog4j2.configurationFile={HERE / 'kafka' / 'log4j2.properties'}"]
    java += ["-cp", f"{jars}/*"]

    def prepare(port: int, data: Path) -> None:
        values = {"port": str(port), "controller_port": str(free_port()), "data": str(data)}
        text = (HERE / "kafka" / "server.properties").read_text()
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        properties = data / "server.properties"
        properties.write_text(text)
        # Any cluster id will do: 16 bytes in base64.
        tool = [
            "kafka.tools.StorageTool",
            "format",
            "--standalone",
            "-t",
            "kwire-benchmarks-00000w",
            "-c",
            str(properties),
        ]
        done = subprocess.run([*java, *tool], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise ServerFailed(f"kafka-storage format failed:\n{done.stdout}")

    def command(port: int, data: Path) -> list[str]:
        return [*java, "kafka.Kafka", str(data / "server.properties")]

    # A cold JVM shows a third of what it can: its compilers need some seconds of every kind of load.
    return Kind("kafka", command, prepare, warm_up_s=20.0)


def kafka_jars() -> Path:
    """The broker's jars, fetched once through Maven."""
    pom = HERE / "kafka" / "pom.xml"
    jars = CACHE / f"kafka-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    if not (jars / ".complete").exists():
        if not shutil.which("mvn") or not shutil.which("java"):
            raise ServerFailed(
                "Apache Kafka needs java and mvn on the path (or leave it out with --servers kwire)"
            )
        print("fetching Apache Kafka through Maven", file=sys.stderr, flush=True)
        shutil.rmtree(jars, ignore_errors=True)
        jars.mkdir(parents=True)
        subprocess.run(
            ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={jars}"],
            check=True,
            stdout=sys.stderr,
        )
        (jars / ".complete").touch()
    return jars


def load_generator() -> Path:
    """The load generator, built when its sources changed."""
    source = HERE / "loadgen"
    digest = hashlib.sha256()
    for path in sorted([*source.glob("*.go"), source / "go.mod", source / "go.sum"]):
        digest.update(path.read_bytes())
    binary = CACHE / f"loadgen-{digest.hexdigest()[:12]}"
    if not binary.exists():
        if not shutil.which("go"):
            raise ServerFailed("the load generator needs Go on the path")
        print("building the load generator", file=sys.stderr, flush=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["go", "build", "-o", str(binary), "."], cwd=source, check=True, stdout=sys.stderr)
    return binary
