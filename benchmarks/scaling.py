"""Does cost grow as it should? The same request with more partitions, more connections and more log behind it.

    python benchmarks/scaling.py                                        kwire; some minutes, up to 20 GB of disk
    python benchmarks/scaling.py --servers kwire,kafka --what partitions,connections
    python benchmarks/scaling.py --what log --largest 1                 up to 1 GB

partitions: ready-made requests over topics of 1 to 10,000 partitions, all of which were written to before, and a
producer and a consumer at 1,000 records a second with as many; memory after it. connections: 1 to 2,000 synchronous
producers. idle: what a connection that says nothing costs in memory, and what 16 producers beside it pay. log: appends
to, and Fetches at random offsets of, one partition that grows from 1 MB to 20 GB. A server is started anew for each of
the four. Of the repeats the cheapest counts.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import loading
import peers
import plots
import report
import servers
from servers import Running, ServerFailed

PARTITIONS = (1, 10, 100, 1_000, 10_000)
CONNECTIONS = (1, 10, 100, 1_000, 2_000)
IDLE = (0, 1_000, 2_000)
LOG_MB = (1, 10, 100, 1_000, 10_000, 20_000)
# Small enough that finding a batch is most of the work.
BATCH_BYTES = "16384"


@dataclass
class Step:
    """One size, and what it cost; a figure by the name of its column."""

    size: int
    figures: dict[str, float]


Found = dict[str, dict[str, list[Step]]]
"""By subject and server."""


@dataclass
class Subject:
    """What is asked of a server: its steps, the column that should be flat, and how the size is called."""

    title: str
    size: str
    steps: Callable[[Running, argparse.Namespace], Iterator[Step]]
    flat: tuple[str, ...]


class NoneSucceeded(ServerFailed):
    """All runs of a workload failed, and the server lives."""


def say(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


def load(server: Running, arguments: argparse.Namespace, workload: str, *more: str) -> loading.Figures:
    """The run of the repeats that took the server the least CPU for each record.

    Raises NoneSucceeded, and ServerFailed when the server died.
    """
    runs: list[loading.Figures] = []
    why = ""
    for _ in range(arguments.repeat):
        process = loading.load(server, workload, "-seconds", str(arguments.seconds), *more)
        try:
            runs.append(loading.outcome(process, patience_s=arguments.seconds + 300))
        except ServerFailed as failure:
            server.check()
            why = str(failure)
            say(f"FAILED: {server.kind.name}: {workload}: {why}")
    if not runs:
        raise NoneSucceeded(why)
    return min(runs, key=us)


def us(run: loading.Figures) -> float:
    """CPU of the server for a request or a record."""
    return float(run["server_cpu_s"] / max(run["records"], 1) * 1e6)


def partitions(server: Running, arguments: argparse.Namespace) -> Iterator[Step]:
    for count in PARTITIONS:
        topic = ("-partitions", str(count), "-topic", f"scaling-{count}")
        loading.outcome(loading.load(server, "touch", *topic))
        own = server.memory().own
        # Ready-made requests: a client that knows 10,000 partitions is too slow to keep a server at work.
        raw = load(server, arguments, "raw", "-clients", "24", "-depth", "25", *topic)
        figures = {"req/s": raw["records_per_s"], "us a request": us(raw)}
        # A consumer of very many partitions may never get going; the rest is worth a row all the same.
        with contextlib.suppress(NoneSucceeded):
            both = load(server, arguments, "latency", "-partitions", str(count))
            figures |= {"end to end us a record": us(both), "end to end p50 ms": both["p50_ms"]}
        yield Step(count, {**figures, "memory, all written, MB": own})


def connections(server: Running, arguments: argparse.Namespace) -> Iterator[Step]:
    for count in CONNECTIONS:
        sync = load(server, arguments, "sync", "-clients", str(count))
        yield Step(
            count,
            {
                "req/s": sync["records_per_s"],
                "us a request": us(sync),
                "p50 ms": sync["p50_ms"],
                "p99 ms": sync["p99_ms"],
                "all connected after s": sync["ready_s"],
            },
        )


def idle(server: Running, arguments: argparse.Namespace) -> Iterator[Step]:
    # What the first connections bring, code and pools, is not what a connection costs.
    with contextlib.ExitStack() as first:
        connect(server, 50, first)
    load(server, arguments, "sync", "-clients", "16")
    with contextlib.ExitStack() as sockets:
        before, have = server.memory().own, 0
        for count in IDLE:
            connect(server, count - have, sockets)
            have = count
            time.sleep(1)
            figures = {"KB a connection": (server.memory().own - before) * 1000 / count} if count else {}
            sync = load(server, arguments, "sync", "-clients", "16")
            yield Step(count, {**figures, "us a request": us(sync), "p99 ms": sync["p99_ms"]})


def connect(server: Running, count: int, sockets: contextlib.ExitStack) -> None:
    """Connections that asked for ApiVersions once."""
    request = struct.pack(">hhih5s", 18, 0, 1, 5, b"bench")
    for _ in range(count):
        sock = sockets.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
        sock.sendall(struct.pack(">i", len(request)) + request)
        (size,) = struct.unpack(">i", receive(sock, 4))
        receive(sock, size)


def receive(sock: socket.socket, size: int) -> bytes:
    found = sock.recv(size, socket.MSG_WAITALL)
    if len(found) < size:
        raise ServerFailed("a connection was closed that should have been idle")
    return found


def log(server: Running, arguments: argparse.Namespace) -> Iterator[Step]:
    room_mb = shutil.disk_usage(server.data).free / 2e6
    largest = min(arguments.largest * 1000, room_mb)
    if room_mb < arguments.largest * 1000:
        say(f"the log grows to {largest / 1000:.1f} GB: half of the free disk")
    topic = ("-partitions", "1", "-topic", "scaling", "-size", "1000", "-batch-bytes", BATCH_BYTES)
    written = 0
    for size_mb in LOG_MB:
        if size_mb > largest:
            return
        more = ("-fill-bytes", str((size_mb - written) * 1_000_000), "-seconds", "1800")
        loading.outcome(loading.load(server, "write", *topic, *more), patience_s=2000)
        written = size_mb
        append = load(server, arguments, "sync", "-clients", "1", *topic)
        seek = load(server, arguments, "seek", *topic)
        yield Step(
            size_mb,
            {
                "us an append": us(append),
                "us a Fetch": us(seek),
                "Fetch p50 ms": seek["p50_ms"],
                "Fetch p99 ms": seek["p99_ms"],
            },
        )


SUBJECTS = {
    "partitions": Subject("Partitions", "partitions", partitions, ("us a request", "end to end us a record")),
    "connections": Subject("Connections", "connections", connections, ("us a request",)),
    "idle": Subject("Idle connections", "idle connections", idle, ("us a request",)),
    "log": Subject("Size of the log", "MB of log", log, ("us an append", "us a Fetch")),
}


def table(subject: Subject, found: dict[str, list[Step]]) -> str:
    """One row for each server and size; after a figure that should be flat, how often the first one it is."""
    columns = list(dict.fromkeys(name for steps in found.values() for step in steps for name in step.figures))
    rows = [[subject.size, *columns]]
    for server, steps in found.items():
        for step in steps:
            cells = []
            for name in columns:
                if name not in step.figures:
                    cells.append("-")
                    continue
                value = step.figures[name]
                digits = 0 if value >= 1000 else 1 if value >= 10 else 2
                first = steps[0].figures.get(name)
                times = f" ({value / first:.2f}x)" if name in subject.flat and first else ""
                cells.append(f"{value:,.{digits}f}{times}")
            rows.append([f"{server}, {step.size:,}", *cells])
    return report.markdown(rows)


def measure(names: Sequence[str], arguments: argparse.Namespace, directory: Path) -> tuple[Found, list[str]]:
    """What was found, and a sentence for each thing that failed."""
    found: Found = {}
    failures: list[str] = []
    for what in arguments.what.split(","):
        subject = SUBJECTS[what]
        for name in names:
            steps = found.setdefault(what, {}).setdefault(name, [])
            try:
                server = servers.start(peers.find(name), directory / name)
                try:
                    if server.kind.warm_up_s:
                        warm = ("-clients", "16", "-seconds", str(server.kind.warm_up_s))
                        loading.outcome(loading.load(server, "sync", *warm))
                    for step in subject.steps(server, arguments):
                        steps.append(step)
                        text = ", ".join(f"{column} {value:,.2f}" for column, value in step.figures.items())
                        say(f"{name}: {step.size:,} {subject.size}: {text}")
                finally:
                    server.stop(at_once=True)
            except ServerFailed as failure:
                failures.append(f"{name}, {what}: {failure}")
                say(f"FAILED: {failures[-1]}")
    return found, failures


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--servers", default="kwire", help=f"of {', '.join(peers.KNOWN)}; default kwire")
    parser.add_argument("--what", default=",".join(SUBJECTS), help=f"of {', '.join(SUBJECTS)}; default all")
    parser.add_argument("--largest", type=float, default=20, help="GB that the log grows to; default 20")
    parser.add_argument("--seconds", type=float, default=3, help="of each run; default 3")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; default 3")
    parser.add_argument("--data", type=Path, help="where data directories go; default a temporary directory")
    arguments = parser.parse_args(argv)
    for what in arguments.what.split(","):
        if what not in SUBJECTS:
            parser.error(f"--what {what!r}: there are {', '.join(SUBJECTS)}")
    return arguments


def main(argv: list[str]) -> int:
    arguments = parse(argv)
    servers.prepare()
    directory = Path(tempfile.mkdtemp(prefix="kwire-scaling-", dir=arguments.data))
    begin = time.monotonic()
    try:
        loading.load_generator()
        found, failures = measure(arguments.servers.split(","), arguments, directory)
    except ServerFailed as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    servers.RESULTS.mkdir(exist_ok=True)
    stem = servers.RESULTS / f"scaling-{time.strftime('%Y%m%d-%H%M%S')}"
    for what, by_server in found.items():
        subject = SUBJECTS[what]
        if not any(by_server.values()):
            continue
        print(f"\n{subject.title}: CPU of the server, in us\n\n{table(subject, by_server)}")
        if plots.can_plot():
            path = stem.with_name(f"{stem.name}-{what}.png")
            series = {
                f"{name}: {column}": [(max(step.size, 1), step.figures[column]) for step in steps]
                for name, steps in by_server.items()
                for column in subject.flat
                if steps
            }
            if series:
                plots.growth(series, path, title=subject.title, x=subject.size, y="us of the server's CPU")
                print(f"\n{path}")
    record = {
        "machine": servers.machine(),
        "arguments": {name: str(value) for name, value in vars(arguments).items()},
        "failures": failures,
        "steps": {
            what: {name: [vars(step) for step in steps] for name, steps in by_server.items()}
            for what, by_server in found.items()
        },
    }
    stem.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n")
    print(f"\n{time.monotonic() - begin:.0f} s; every figure is in {stem.with_suffix('.json')}")
    for text in failures:
        print(f"FAILED: {text}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
