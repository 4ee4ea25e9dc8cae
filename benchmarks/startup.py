"""How long a start takes, and what it holds in memory, with many partitions and with much data.

    python benchmarks/startup.py                                  # kwire, every case; some minutes and 11 GB of disk
    python benchmarks/startup.py --servers kwire,kafka --cases 1x1,10x100,10x1000 --repeat 3

A case TOPICSxPARTITIONS has three small batches in each partition; with GiB behind it (`1x1:10`) that much data in
batches of 16 KiB. The directory is made once by kwire; Apache Kafka gets a copy, which it takes over in a start that
does not count. Time goes from exec to the answer to the first request. `clean` is a start after an orderly stop;
`killed` one after SIGKILL, which checks what was not known to be on the disk; `unknown` one without the marker of an
orderly stop and without recovery points, which reads and checks every byte. `cold` means that the files' content was
dropped from the page cache before.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import peers
import servers
from servers import Kind, Running

from kwire.broker.broker import Broker
from kwire.config import Config
from kwire.records.batch import Record, build_batch
from kwire.server.clock import SystemClock

BATCH_BYTES = 16 * 1024
SMALL_BATCHES = 3
CLEAN = ".kafka_cleanshutdown"
RECOVERY_POINTS = "recovery-point-offset-checkpoint"


@dataclass
class Case:
    """What is in the directory."""

    topics: int
    partitions: int
    gib: float

    @classmethod
    def read(cls, text: str) -> Case:
        shape, _, gib = text.partition(":")
        topics, _, partitions = shape.partition("x")
        return cls(int(topics), int(partitions), float(gib or 0))

    def __str__(self) -> str:
        count = self.topics * self.partitions
        size = f", {self.gib:g} GiB" if self.gib else ""
        return f"{count:,} partition{'s' if count > 1 else ''}{size}"


@dataclass
class Sample:
    """One start."""

    seconds: float
    cpu_s: float
    memory_mb: float
    peak_mb: float
    stop_s: float = 0.0


def make(case: Case, data: Path) -> None:
    """A directory as kwire leaves it, closed in order."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    broker = Broker(Config({"log.dirs": str(data / "log")}), clock=SystemClock())
    broker.start()
    for topic in range(case.topics):
        broker.topics.create(f"topic{topic}", partitions=case.partitions)
    now_ms = broker.clock.time_ms()
    value = random.Random(1).randbytes(BATCH_BYTES if case.gib else 100)
    batch = build_batch([Record(0, now_ms, b"key", value)])
    partitions = list(broker.topics.partitions())
    count = max(int(case.gib * 2**30 / len(batch) / len(partitions)), SMALL_BATCHES)
    for partition in partitions:
        for _ in range(count):
            partition.append(batch, now_ms)
    broker.close()
    os.sync()


def drop_cache(data: Path) -> None:
    os.sync()
    for path in data.rglob("*.*"):
        if path.is_file():
            fd = os.open(path, os.O_RDONLY)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(fd)


def read_through(data: Path) -> float:
    """Seconds that it takes to read every file and do nothing else: no start that checks all can be faster."""
    drop_cache(data)
    buffer = bytearray(8 << 20)
    began = time.perf_counter()
    for path in data.rglob("*.log"):
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass
    return time.perf_counter() - began


def measure(kind: Kind, port: int, data: Path, *, then_kill: bool = False) -> Sample:
    """Start on what is there, look, and stop."""
    running = servers.launch(kind, port, data, patience_s=600)
    sample = Sample(running.first_answer_s, running.cpu_s(), *status(running))
    began = time.perf_counter()
    if then_kill:
        running.process.kill()
    else:
        running.process.terminate()
    running.process.wait()
    sample.stop_s = time.perf_counter() - began
    return sample


def status(running: Running) -> tuple[float, float]:
    """MB resident, and the most that it ever was."""
    lines = Path(f"/proc/{running.process.pid}/status").read_text().splitlines()
    values = {
        name: value.split()[0] for name, _, value in (line.partition(":") for line in lines) if value.split()
    }
    return int(values["VmRSS"]) / 1000 * 1.024, int(values["VmHWM"]) / 1000 * 1.024


def starts(
    kind: Kind, port: int, case: Case, data: Path, repeat: int, ways: Sequence[str]
) -> Iterator[tuple[str, Sample]]:
    """Every way to start, the best of some."""
    log = data / "log"
    measure(kind, port, data)  # takes over, and compiles what is to be compiled
    if "clean" in ways:
        yield "clean", best(measure(kind, port, data) for _ in range(repeat))

    def killed() -> Sample:
        measure(kind, port, data, then_kill=True)
        return measure(kind, port, data)

    if "killed" in ways:
        yield "killed", best(killed() for _ in range(repeat))

    def unknown(*, cold: bool) -> Sample:
        (log / CLEAN).unlink()
        (log / RECOVERY_POINTS).unlink()
        if cold:
            drop_cache(log)
        return measure(kind, port, data)

    if "unknown" in ways:
        yield "unknown", best(unknown(cold=False) for _ in range(repeat))
    if case.gib and "cold" in ways:
        yield "unknown, cold", best(unknown(cold=True) for _ in range(repeat))


def best(samples: Iterator[Sample]) -> Sample:
    return min(samples, key=lambda sample: sample.seconds)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--servers", default="kwire")
    parser.add_argument("--cases", default="1x1,10x100,10x1000,1x1:10,1x100:10")
    parser.add_argument("--ways", default="clean,killed,unknown,cold")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("results/startup"))
    chosen = parser.parse_args()
    servers.prepare()
    print("| start | server | s | CPU s | MB | peak MB | stop s |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |", flush=True)
    for case in map(Case.read, chosen.cases.split(",")):
        origin = chosen.data / "origin"
        make(case, origin)
        for name in chosen.servers.split(","):
            kind = peers.find(name)
            data, port = chosen.data / name, servers.free_port()
            shutil.rmtree(data, ignore_errors=True)
            if name == "kafka":
                data.mkdir(parents=True)
                kind.prepare(port, data)
                shutil.rmtree(data / "log", ignore_errors=True)
                shutil.copytree(origin / "log", data / "log")
            else:
                origin.rename(data) if name == chosen.servers.split(",")[-1] else shutil.copytree(
                    origin, data
                )
            try:
                for how, sample in starts(kind, port, case, data, chosen.repeat, chosen.ways):
                    print(
                        f"| {case}, {how} | {name} | {sample.seconds:.2f} | {sample.cpu_s:.2f} | "
                        f"{sample.memory_mb:,.0f} | {sample.peak_mb:,.0f} | {sample.stop_s:.2f} |",
                        flush=True,
                    )
                if case.gib and "cold" in chosen.ways:
                    print(f"| {case}, cold, only read | | {read_through(data):.2f} | | | | |", flush=True)
            except servers.ServerFailed as error:
                print(f"{case}, {name}: {error}", file=sys.stderr, flush=True)
            shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(origin, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
