"""Does a consumer of a large cold log slow down a producer beside it? kwire and Apache Kafka, in one run.

    python benchmarks/cold_read.py                                  the disk as it is
    python benchmarks/cold_read.py --disk-mb-per-s 50               a slow disk (Linux, root: cgroup blkio)
    python benchmarks/cold_read.py --servers kwire --server NAME=COMMAND    as for run.py

Each server gets a large topic. Then, as often as there are repeats, it is started anew on what is there, with nothing
of the topic in the page cache, and a producer (acks=all, 100 bytes, 500 records a second, a topic of its own) measures
how long after they were due its records are acknowledged: alone, beside a consumer that reads the cold topic as fast
as it can, and beside the same consumer when the topic is in the page cache. The medians of the repeats are printed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import peers
import servers
from loading import Figures, load, outcome
from servers import Kind, Running, ServerFailed

TOPIC = "cold"
RATE = "500"
PHASES = ("alone", "cold", "warm")


def say(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


class SlowDisk:
    """A group of processes that read from the disk below a directory at a bounded rate; Linux's first cgroups."""

    GROUP = Path("/sys/fs/cgroup/blkio/kwire-bench")

    def __init__(self, directory: Path, mb_per_s: float | None) -> None:
        self.mb_per_s = mb_per_s
        if mb_per_s is None:
            return
        device = os.stat(directory).st_dev
        try:
            self.GROUP.mkdir(exist_ok=True)
            limit = f"{os.major(device)}:{os.minor(device)} {round(mb_per_s * 1e6)}"
            (self.GROUP / "blkio.throttle.read_bps_device").write_text(limit)
        except OSError as error:
            raise ServerFailed(f"--disk-mb-per-s needs root and the blkio cgroup: {error}") from error

    def put(self, server: Running) -> None:
        if self.mb_per_s is not None:
            (self.GROUP / "cgroup.procs").write_text(str(server.process.pid))

    def remove(self) -> None:
        if self.mb_per_s is not None:
            with contextlib.suppress(OSError):
                self.GROUP.rmdir()


@dataclass
class Subject:
    """One server, its data, and what was measured."""

    kind: Kind
    data: Path
    port: int
    runs: list[dict[str, Figures]] = field(default_factory=list)


def segments(data: Path) -> list[Path]:
    return sorted((data / "log" / f"{TOPIC}-0").glob("*.*"))


def drop(paths: list[Path]) -> None:
    """Let nothing of these files be in the page cache. Only works while nobody has them mapped."""
    for path in paths:
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(fd)


def bring(paths: list[Path]) -> None:
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 22):
                pass


def resident(paths: list[Path]) -> float:
    """The part of these files that is in the page cache, as util-linux's fincore has it; nan without that."""
    if not shutil.which("fincore"):
        return float("nan")
    done = subprocess.run(
        ["fincore", "--bytes", "--raw", "--noheadings", "--output", "RES", *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    return sum(map(int, done.stdout.split())) / sum(path.stat().st_size for path in paths)


def prepare(subject: Subject, gigabytes: float) -> None:
    """Make the large topic."""
    shutil.rmtree(subject.data, ignore_errors=True)
    subject.data.mkdir(parents=True)
    subject.kind.prepare(subject.port, subject.data)
    server = servers.launch(subject.kind, subject.port, subject.data)
    try:
        size = str(round(gigabytes * 1e9))
        arguments = ("-topic", TOPIC, "-partitions", "1", "-size", "1000", "-fill-bytes", size)
        written = outcome(load(server, "write", *arguments))
    finally:
        server.stop(keep_data=True)
    say(f"{subject.kind.name}: wrote {written['bytes'] / 1e9:.1f} GB at {written['mb_per_s']:,.0f} MB/s")


@contextlib.contextmanager
def reader(server: Running, seconds: float, gigabytes: float, figures: Figures) -> Iterator[None]:
    """A consumer of the large topic; inside, its first records have come."""
    arguments = ("-topic", TOPIC, "-size", "1000", "-max-bytes", str(round(gigabytes * 1e9)))
    process = load(server, "read", *arguments, "-seconds", str(seconds))
    assert process.stderr is not None
    try:
        process.stderr.readline()
        yield
    except BaseException:
        process.kill()
        raise
    figures.update(outcome(process))


def measure(subject: Subject, disk: SlowDisk, arguments: argparse.Namespace) -> dict[str, Figures]:
    """One repeat: a server from its start to its end."""
    paths = segments(subject.data)
    drop(paths)
    found: dict[str, Figures] = {}
    server = servers.launch(subject.kind, subject.port, subject.data)
    try:
        outcome(load(server, "sync", "-seconds", str(subject.kind.warm_up_s)))
        before = resident(paths)
        disk.put(server)
        for phase in PHASES:
            if phase == "warm":
                bring(paths)
            consumer: Figures = {}
            reading: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
            if phase != "alone":
                # The consumer has work for as long as the producer measures, and longer.
                reading = reader(server, arguments.seconds + 1, arguments.gigabytes, consumer)
            with reading:
                producer = outcome(load(server, "paced", "-seconds", str(arguments.seconds), "-rate", RATE))
            found[phase] = {"producer": producer, "consumer": consumer}
            say(f"{subject.kind.name}: {phase}: {brief(found[phase])}")
        found["cold"]["resident_before"] = before
        server.check()
    finally:
        server.stop(keep_data=True)
    return found


def brief(run: Figures) -> str:
    producer, consumer = run["producer"], run["consumer"]
    text = ", ".join(f"{name} {producer[f'{name}_ms']:.2f} ms" for name in ("p50", "p99", "max"))
    return text + (
        f"; consumer {consumer['mb_per_s']:,.0f} MB/s over {consumer['seconds']:.1f} s" if consumer else ""
    )


def table(subjects: list[Subject]) -> str:
    """The median of each figure over the repeats, and of the p99 the smallest and the largest too."""
    lines = [
        "| producer's wait, ms | p50 | p99 | p99, least to most | max | p99 / alone | consumer MB/s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for subject in subjects:
        for phase in PHASES:

            def waits(name: str, phase: str = phase, subject: Subject = subject) -> list[float]:
                return sorted(run[phase]["producer"][f"{name}_ms"] for run in subject.runs)

            p99 = waits("p99")
            alone = statistics.median(waits("p99", "alone"))
            rates = [run[phase]["consumer"].get("mb_per_s", 0.0) for run in subject.runs]
            cells = [
                f"{subject.kind.name}, {phase}",
                f"{statistics.median(waits('p50')):,.2f}",
                f"{statistics.median(p99):,.1f}",
                f"{p99[0]:,.1f} to {p99[-1]:,.1f}",
                f"{statistics.median(waits('max')):,.1f}",
                "-" if phase == "alone" else f"{statistics.median(p99) / alone:.1f}",
                "-" if phase == "alone" else f"{statistics.median(rates):,.0f}",
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--servers", default="kwire,kafka", help="of kwire and kafka, with commas between")
    parser.add_argument("--server", action="append", default=[], metavar="NAME=COMMAND", help="as for run.py")
    parser.add_argument("--gigabytes", type=float, default=4.0, help="of the large topic; default 4")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="that the producer measures; default 3")
    parser.add_argument("--disk-mb-per-s", type=float, help="bound what the servers read from the disk")
    parser.add_argument("--data", type=Path, help="where data directories go; default a temporary directory")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    arguments = parse(argv)
    directory = Path(tempfile.mkdtemp(prefix="kwire-cold-", dir=arguments.data))
    subjects: list[Subject] = []
    disk: SlowDisk | None = None
    begin = time.monotonic()
    try:
        disk = SlowDisk(directory, arguments.disk_mb_per_s)
        for name in filter(None, arguments.servers.split(",")):
            subjects.append(Subject(peers.find(name), directory / name, servers.free_port()))
        for spec in arguments.server:
            kind = peers.other(spec)
            subjects.append(Subject(kind, directory / kind.name, servers.free_port()))
        for subject in subjects:
            prepare(subject, arguments.gigabytes)
        for repeat in range(arguments.repeat):
            for subject in subjects if repeat % 2 == 0 else reversed(subjects):
                subject.runs.append(measure(subject, disk, arguments))
    except ServerFailed as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 1
    finally:
        if disk is not None:
            disk.remove()
        shutil.rmtree(directory, ignore_errors=True)
    print(table(subjects))
    servers.RESULTS.mkdir(exist_ok=True)
    path = servers.RESULTS / f"cold-{time.strftime('%Y%m%d-%H%M%S')}.json"
    record = {
        "machine": {
            "cpus": os.cpu_count(),
            "kernel": platform.release(),
            "python": platform.python_version(),
        },
        "arguments": {name: str(value) for name, value in vars(arguments).items()},
        "runs": {subject.kind.name: subject.runs for subject in subjects},
    }
    path.write_text(json.dumps(record, indent=1) + "\n")
    print(f"\n{arguments.repeat} repeats, {time.monotonic() - begin:.0f} s; every run is in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
