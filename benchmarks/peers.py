"""The servers that are measured: where each comes from, and how it is started. `KNOWN` has them all.

What has to be fetched or built goes into a cache once, through Maven, the Go module proxy or crates.io.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from loading import built_with_go
from servers import CACHE, HERE, Kind, ServerFailed, free_port

SOURCE = HERE.parent / "src"
# What kafka-server-start.sh gives the JVM.
JVM_FLAGS = [
    *("-Xmx1G", "-Xms1G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"),
    *("-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent"),
    "-Djava.awt.headless=true",
]
FSYNC = "log.flush.interval.messages=1"
# Reading is the same with fsync and without.
FSYNC_WORKLOADS = ("produce-1k", "sync", "latency")
TANSU = "0.6.0"


class NotHere(ServerFailed):
    """A server that cannot be had here; the sentence says why."""


def kwire(
    extra: Sequence[str] = (), *, name: str = "kwire", program: Sequence[str] = (), only: tuple[str, ...] = ()
) -> Kind:
    """kwire as it is installed beside this Python, else this checkout run by it, or `program` instead."""
    script = Path(sys.executable).with_name("kwire")
    found = list(program) or ([str(script)] if script.exists() else [sys.executable, "-m", "kwire"])
    quick = ["--set", "log.segment.delete.delay.ms=1000"]  # as for Apache Kafka

    def command(port: int, data: Path) -> list[str]:
        where = ["--listen", f"127.0.0.1:{port}", "--data", str(data / "log")]
        return [*found, "serve", *where, *quick, *extra]

    found_here = {} if script.exists() else {"PYTHONPATH": str(SOURCE)}
    variant_of = "" if name == "kwire" else "kwire"
    return Kind(name, command, environment=found_here, only=only, variant_of=variant_of)


def kwire_workers(extra: Sequence[str], count: int) -> Kind:
    serve = kwire().command(0, Path())
    asked = [*serve[: serve.index("serve") + 1], "--help"]
    environment = {**os.environ, **kwire().environment}
    if "--workers" not in subprocess.run(asked, capture_output=True, text=True, env=environment).stdout:
        raise NotHere(f"kwire-{count} is left out: this kwire has no --workers yet")
    return kwire(["--workers", str(count), *extra], name=f"kwire-{count}")


def kwire_fsync(extra: Sequence[str]) -> Kind:
    return kwire(["--set", FSYNC, *extra], name="kwire-fsync", only=FSYNC_WORKLOADS)


def kwire_python(spec: str, extra: Sequence[str]) -> Kind:
    """NAME=[VARIABLE=VALUE ...] INTERPRETER: this checkout of kwire, run by another interpreter.

    Raises NotHere when that one cannot import what kwire needs.
    """
    name, equals, line = spec.partition("=")
    words = shlex.split(line)
    variables = dict(word.split("=", 1) for word in words[:-1] if "=" in word)
    if not equals or not words or len(variables) != len(words) - 1:
        raise ServerFailed(f"--python {spec!r}: want NAME=INTERPRETER, or NAME=VARIABLE=VALUE INTERPRETER")
    environment = {"PYTHONPATH": str(SOURCE), **variables}
    imports = "import kwire.cli, trio, attrs, crc32c, lz4.frame, zstandard, cramjam"
    try:
        done = subprocess.run(
            [words[-1], "-c", imports], capture_output=True, text=True, env={**os.environ, **environment}
        )
    except OSError as error:
        raise NotHere(f"{name} is left out: {error}") from error
    if done.returncode:
        why = done.stderr.strip().rpartition("\n")[2]
        raise NotHere(f"{name} is left out: {words[-1]} cannot run kwire ({why})")
    kind = kwire(extra, name=name, program=[words[-1], "-m", "kwire"])
    return replace(kind, environment=environment)


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


def kafka(*, fsync: bool = False) -> Kind:
    jars = kafka_jars()
    java = ["java", *JVM_FLAGS, f"-Dlog4j2.configurationFile={HERE / 'kafka' / 'log4j2.properties'}"]
    java += ["-cp", f"{jars}/*"]

    def prepare(port: int, data: Path) -> None:
        values = {"port": str(port), "controller_port": str(free_port()), "data": str(data)}
        text = (HERE / "apache_kafka" / "server.properties").read_text()
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        properties = data / "server.properties"
        properties.write_text(text + (f"{FSYNC}\n" if fsync else ""))
        # Any cluster id will do: 16 bytes in base64.
        tool = ["kafka.tools.StorageTool", "format", "--standalone"]
        tool += ["-t", "kwire-benchmarks-00000w", "-c", str(properties)]
        done = subprocess.run([*java, *tool], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise ServerFailed(f"kafka-storage format failed:\n{done.stdout}")

    def command(port: int, data: Path) -> list[str]:
        return [*java, "kafka.Kafka", str(data / "server.properties")]

    # A cold JVM shows a third of what it can: its compilers need some seconds of every kind of load.
    if fsync:
        return Kind(
            "kafka-fsync", command, prepare, only=FSYNC_WORKLOADS, warm_up_s=20.0, against="kwire-fsync"
        )
    return Kind("kafka", command, prepare, warm_up_s=20.0)


def kafka_jars() -> Path:
    """The broker's jars, fetched once through Maven."""
    pom = HERE / "apache_kafka" / "pom.xml"
    jars = CACHE / f"kafka-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    if not (jars / ".complete").exists():
        if not shutil.which("mvn") or not shutil.which("java"):
            raise NotHere("Apache Kafka is left out: it needs java and mvn on the path")
        print("fetching Apache Kafka through Maven", file=sys.stderr, flush=True)
        shutil.rmtree(jars, ignore_errors=True)
        jars.mkdir(parents=True)
        command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
        done = subprocess.run([*command, f"-DoutputDirectory={jars}"], stdout=sys.stderr)
        if done.returncode:
            raise ServerFailed("Maven could not fetch Apache Kafka")
        (jars / ".complete").touch()
    return jars


def kfake(*, on_disk: bool = False) -> Kind:
    """franz-go's fake broker for tests: topics in memory, as it is used, or in files too."""
    program = built_with_go("kfake", HERE / "kfake")

    def command(port: int, data: Path) -> list[str]:
        return [str(program), "-port", str(port), *(["-data", str(data / "log")] if on_disk else [])]

    return Kind("kfake-data" if on_disk else "kfake", command)


def tansu() -> Kind:
    """Tansu with topics in memory, its fastest storage; built from crates.io, which takes ten minutes."""
    root = CACHE / f"tansu-{TANSU}"
    program = root / "bin" / "tansu"
    if not program.exists():
        if not shutil.which("cargo"):
            raise NotHere("tansu is left out: it needs cargo on the path")
        print(f"building Tansu {TANSU} from crates.io: ten minutes and more", file=sys.stderr, flush=True)
        build = ["cargo", "install", "tansu", "--version", TANSU, "--locked", "--features", "dynostore"]
        done = subprocess.run([*build, "--root", str(root)], stdout=sys.stderr)
        if done.returncode:
            raise ServerFailed("cargo could not build Tansu")

    def command(port: int, data: Path) -> list[str]:
        address = f"tcp://127.0.0.1:{port}"
        command = [str(program), "broker", "--listener-url", address, "--advertised-listener-url", address]
        return [*command, "--storage-engine", "memory://tansu/", "--silent"]

    # The newest franz-go takes what it claims at its word and then does not get on with it. And its consumers wait out
    # their time for every few records (2 MB/s, memory and SQLite alike), so a row of those would say nothing.
    return Kind("tansu", command, as_of="3.7", only=("produce", "sync"))


KNOWN: dict[str, Callable[[Sequence[str]], Kind]] = {
    "kwire": kwire,
    "kwire-2": lambda extra: kwire_workers(extra, 2),
    "kwire-fsync": kwire_fsync,
    "spike": lambda extra: spike(),
    "kfake": lambda extra: kfake(),
    "kfake-data": lambda extra: kfake(on_disk=True),
    "kafka": lambda extra: kafka(),
    "kafka-fsync": lambda extra: kafka(fsync=True),
    "tansu": lambda extra: tansu(),
}
"""By name, from further arguments for `kwire serve`."""


def find(name: str, kwire_arguments: Sequence[str] = ()) -> Kind:
    """The server of that name. Raises ServerFailed when there is none or it cannot be had."""
    if name not in KNOWN:
        raise ServerFailed(f"no server {name!r}; there are {', '.join(KNOWN)}, and --server")
    return KNOWN[name](kwire_arguments)
