"""The server under test, as a child process, and what tests of every client need around it.

The same tests run against kwire and against Apache Kafka (`COMPAT_TARGET=kafka`), so that every expectation
is one that the real broker meets. What always holds: a server listens on 127.0.0.1 only, keeps its port and
data directory over restarts, and its output is kept so that a failing test can show it. Nothing here waits
for a fixed time: all waiting is polling on a condition, with a deadline far beyond what a slow machine needs.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import attrs
import pytest

HERE = Path(__file__).resolve().parent
JAVA_DIR = HERE / "java"

#: Beyond anything a healthy but very slow machine needs; a test that meets it has failed.
DEADLINE_S = 180.0

T = TypeVar("T")


class MissingToolchain(Exception):
    """A program that a group of tests needs is not installed; those tests are skipped with this reason."""


def skip_without(needed: Callable[[], object]) -> None:
    """Skip the test, or the module's tests, with a clear reason when a toolchain is not installed."""
    try:
        needed()
    except MissingToolchain as missing:
        pytest.skip(str(missing))


def target() -> str:
    """The server that this run is about: "kwire" or "kafka"."""
    name = os.environ.get("COMPAT_TARGET", "kwire")
    if name not in ("kwire", "kafka"):
        raise ValueError(f"COMPAT_TARGET must be kwire or kafka, not {name!r}")
    return name


def worker_count() -> int:
    """How many workers kwire is started with in this run (`COMPAT_WORKERS`)."""
    return int(os.environ.get("COMPAT_WORKERS", "1"))


def log_bytes(partition: Path) -> int:
    """What the segments of a partition come to, while a server may be replacing them."""
    total = 0
    for path in partition.glob("*.log"):
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def eventually(probe: Callable[[], T | None], what: str, *, deadline_s: float = DEADLINE_S) -> T:
    """Call `probe` until it returns something true, and return that; AssertionError at the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s:.0f} s: {what}")
        time.sleep(0.02)


_names = itertools.count(1)


def unique(prefix: str) -> str:
    """A name for a topic or group that no other test on the same server uses."""
    return f"{prefix}-{next(_names)}-{random.randrange(16**4):04x}"


def free_port(count: int | None = None) -> int:
    """The first of `count` ports, one for each worker, that nobody listens on and no outgoing connection is given.

    Below the ephemeral range on purpose: while a server is down, a client that keeps trying its port could
    otherwise be connected to itself, and hold the port when the server comes back.
    """
    for _ in range(200):
        port = random.randrange(10_000, 32_000)
        if all(map(_is_free, range(port, port + (count or worker_count())))):
            return port
    raise AssertionError("no free port found")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@attrs.define
class Server:
    """One server process, restartable on the same port and data directory."""

    directory: Path
    port: int = attrs.field(factory=free_port)
    settings: dict[str, str] = attrs.field(factory=dict)
    process: subprocess.Popen[bytes] | None = None
    launched_at: int = 0
    """Where the output of the newest run begins."""
    within: list[str] = attrs.field(factory=list)
    """What comes before the command: a program that starts it in another place, such as another network."""

    name = "a server"

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def brokers(self) -> list[str]:
        """host:port of every broker that clients are told of."""
        return [self.bootstrap]

    @property
    def output(self) -> Path:
        """Standard output and error of every run, one after the other."""
        return self.directory / "output.log"

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def command(self) -> list[str]:
        raise NotImplementedError

    def prepare(self) -> None:
        """What must be done once before the first start."""

    def is_ready(self, fresh_output: str) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        """Start and return when the server says that it serves."""
        self.launch()
        self.await_ready()

    def launch(self) -> None:
        """Start, and return at once."""
        assert not self.running, "already running"
        self.directory.mkdir(parents=True, exist_ok=True)
        if not self.output.exists():
            self.prepare()
        with self.output.open("ab") as sink:
            self.launched_at = sink.tell()
            self.process = subprocess.Popen(
                [*self.within, *self.command()],
                stdout=sink,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.directory,
            )

    def await_ready(self) -> None:
        """Return when the server that was launched says that it serves."""
        process = self.process
        assert process is not None, "never launched"

        def ready() -> bool:
            with self.output.open("rb") as source:
                source.seek(self.launched_at)
                text = source.read().decode("utf-8", "replace")
            if process.poll() is not None:
                raise AssertionError(
                    f"{self.name} ended with {process.returncode} while starting:\n{text[-4000:]}"
                )
            return self.is_ready(text)

        eventually(ready, f"{self.name} ready on {self.bootstrap}")

    def stop(self) -> int:
        """SIGTERM, then the exit code. A server that does not end by itself fails the test."""
        return self._end(signal.SIGTERM)

    def terminate(self) -> None:
        """SIGTERM, without waiting for the end."""
        assert self.process is not None, "never started"
        self.process.terminate()

    def kill(self) -> None:
        """SIGKILL: the process gets no chance to write anything."""
        self._end(signal.SIGKILL)

    def restart(self, *, clean: bool = True) -> None:
        """Stop (SIGTERM, or SIGKILL when not `clean`) and start again."""
        if clean:
            code = self.stop()
            assert code in self.clean_exit_codes(), f"{self.name} ended with {code} on SIGTERM"
        else:
            self.kill()
        self.start()

    def clean_exit_codes(self) -> tuple[int, ...]:
        return (0,)

    def _end(self, signal_number: int) -> int:
        process = self.process
        assert process is not None, "never started"
        if process.poll() is None:
            process.send_signal(signal_number)
        try:
            return process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{self.name} did not end on {signal.Signals(signal_number).name}") from None

    def output_tail(self, characters: int = 6000) -> str:
        if not self.output.exists():
            return ""
        return self.output.read_text("utf-8", "replace")[-characters:]


@attrs.define
class KwireServer(Server):
    """`kwire serve` with its defaults: no special settings are needed, however many workers there are."""

    workers: int = attrs.field(factory=worker_count)

    name = "kwire"

    def command(self) -> list[str]:
        overrides = [part for key, value in self.settings.items() for part in ("--set", f"{key}={value}")]
        data = str(self.directory / "data")
        return [
            sys.executable,
            "-m",
            "kwire",
            "serve",
            "--listen",
            self.bootstrap,
            *([] if "log.dirs" in self.settings else ["--data", data]),
            *(["--workers", str(self.workers)] if self.workers > 1 else []),
            *overrides,
        ]

    @property
    def brokers(self) -> list[str]:
        return [f"127.0.0.1:{port}" for port in range(self.port, self.port + self.workers)]

    def worker_pids(self) -> list[int]:
        """The process of each worker, the controller's first; those that are there."""
        assert self.process is not None, "never started"
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True)
        return sorted(map(int, listed.stdout.split()))

    def kill(self) -> None:
        """SIGKILL to the workers and their parent: none gets a chance to write anything."""
        if self.workers > 1 and self.running:
            assert self.process is not None
            self.process.send_signal(signal.SIGSTOP)  # it must not start them again meanwhile
            for pid in self.worker_pids():
                os.kill(pid, signal.SIGKILL)
        super().kill()

    def is_ready(self, fresh_output: str) -> bool:
        return f"ready on {self.bootstrap}" in fresh_output


@attrs.define
class KafkaServer(Server):
    """Apache Kafka on one node, as one node needs it: replication factor 1, no initial rebalance delay."""

    controller_port: int = attrs.field(factory=free_port)

    name = "Apache Kafka"

    def properties(self) -> dict[str, str]:
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{self.controller_port}",
            "log.dirs": str(self.directory / "data"),
            "group.initial.rebalance.delay.ms": "0",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            **self.settings,
        }

    def prepare(self) -> None:
        file = self.directory / "server.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in self.properties().items()))
        cluster_id = run_java("kafka.tools.StorageTool", "random-uuid").stdout.strip()
        run_java("kafka.tools.StorageTool", "format", "--standalone", "-t", cluster_id, "-c", str(file))

    def command(self) -> list[str]:
        file = str(self.directory / "server.properties")
        return [*java_command("-Xmx1g", logging="broker"), "kafka.Kafka", file]

    def is_ready(self, fresh_output: str) -> bool:
        return "Kafka Server started" in fresh_output

    def clean_exit_codes(self) -> tuple[int, ...]:
        # A JVM that ran its shutdown hooks on SIGTERM reports the signal.
        return (0, 143)


def make_server(directory: Path, settings: Mapping[str, str] | None = None) -> Server:
    """A server of this run's target, not started yet.

    Many tests write records of years ago, which the defaults would remove half a minute after the start.
    """
    kind = KafkaServer if target() == "kafka" else KwireServer
    return kind(directory, settings={"log.initial.task.delay.ms": "3600000", **(settings or {})})


# --- Java ---------------------------------------------------------------------------------------------------


def cache_directory() -> Path:
    """Where downloads stay between runs: `$KWIRE_TEST_CACHE`, else `kwire-tests` in the user's cache."""
    chosen = os.environ.get("KWIRE_TEST_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    directory = Path(chosen) if chosen else base / "kwire-tests"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def require(program: str) -> str:
    """The path of a program, or MissingToolchain."""
    path = shutil.which(program)
    if path is None:
        raise MissingToolchain(f"{program} is not installed")
    return path


def kafka_jars() -> Path:
    """The directory with Apache Kafka's jars, fetched by Maven once for each state of java/pom.xml."""
    pom = JAVA_DIR / "pom.xml"
    digest = hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    jars = cache_directory() / f"kafka-jars-{digest}"
    if jars.is_dir():
        return jars
    maven = require("mvn")
    with tempfile.TemporaryDirectory(dir=cache_directory()) as scratch:
        command = [
            maven,
            "-q",
            "-B",
            "-f",
            str(pom),
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
        ]
        done = subprocess.run([*command, f"-DoutputDirectory={scratch}/jars"], capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"Maven could not fetch Kafka's jars:\n{done.stdout[-2000:]}")
        # Renamed when complete, so that an interrupted download is never taken for the whole.
        try:
            Path(scratch, "jars").rename(jars)
        except OSError:
            assert jars.is_dir(), "another run fetched them in the meantime, or the cache cannot be written"
    return jars


def java_classes(source: Path) -> Path:
    """The directory with what a Java source compiles to; compiled once for each state of it."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    classes = cache_directory() / f"java-classes-{digest}"
    if classes.is_dir():
        return classes
    compiler = require("javac")
    with tempfile.TemporaryDirectory(dir=cache_directory()) as scratch:
        run([compiler, "-cp", f"{kafka_jars()}/*", "-d", f"{scratch}/classes", str(source)])
        try:
            Path(scratch, "classes").rename(classes)
        except OSError:
            assert classes.is_dir(), "another run compiled it in the meantime, or the cache cannot be written"
    return classes


def java_command(*options: str, logging: str = "tool", classpath: Sequence[Path] = ()) -> list[str]:
    """`java` with Kafka's jars; `logging` is "tool" (warnings to standard error) or "broker" (everything)."""
    java = require("java")
    paths = [*(str(path) for path in classpath), f"{kafka_jars()}/*"]
    config = JAVA_DIR / f"log4j2-{logging}.properties"
    # The serial collector and C1 only: these JVMs live for a second or two.
    quick = [] if logging == "broker" else ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
    return [java, *quick, *options, f"-Dlog4j2.configurationFile={config}", "-cp", ":".join(paths)]


def run_java(
    main_class: str,
    *arguments: str,
    stdin: str | None = None,
    check: bool = True,
    classpath: Sequence[Path] = (),
    timeout_s: float = DEADLINE_S,
) -> subprocess.CompletedProcess[str]:
    """Run one main class to its end; with `check` a non-zero exit fails the test with what it printed."""
    return run(
        [*java_command(classpath=classpath), main_class, *arguments],
        stdin=stdin,
        check=check,
        timeout_s=timeout_s,
    )


def run(
    command: Sequence[str],
    *,
    stdin: str | None = None,
    check: bool = True,
    timeout_s: float = DEADLINE_S,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with its output captured as text."""
    done = subprocess.run(
        list(command),
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=timeout_s,
        cwd=cwd,
        errors="replace",
    )
    if check and done.returncode != 0:
        shown = " ".join(part for part in command if "/*" not in part)
        output = f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        raise AssertionError(f"{shown}\nended with {done.returncode}\n{output}")
    return done


# --- child processes ----------------------------------------------------------------------------------------


@contextmanager
def ended_at_exit(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Whatever happens in the block, the process is gone after it."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
