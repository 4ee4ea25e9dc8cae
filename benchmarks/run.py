"""Side by side: kwire and its peers under the same load, on this machine, in one run.

    python benchmarks/run.py                       kwire, the spike and Apache Kafka; about six minutes
    python benchmarks/run.py --quick               one short repeat of kwire and Apache Kafka, under three minutes
    python benchmarks/run.py --servers kwire --workloads sync-1,sync-64 --repeat 5

All servers run at once and are loaded in turns, so that a slow minute of the machine is everybody's; each was warmed up
before. The best of the repeats counts, and the JSON beside it has every run. See README.md here for what the rows mean.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import mmap
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import servers
from servers import Kind, Running, ServerFailed

SMALL = ("-max-bytes", str(512 << 20), "-fill-bytes", str(128 << 20))
RESULTS = servers.HERE / "results"
Run = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of the table, read from the runs of a workload."""

    label: str
    value: Callable[[Run], float]
    higher_is_better: bool
    digits: int = 2

    def best_run(self, runs: list[Run]) -> Run:
        return (max if self.higher_is_better else min)(runs, key=self.value)

    def best(self, runs: list[Run]) -> float:
        return self.value(self.best_run(runs))


@dataclass(frozen=True)
class Workload:
    name: str
    kind: str
    arguments: tuple[str, ...]
    rows: tuple[Row, ...]
    # What the server's CPU seconds are divided by.
    cost: str = "M requests"
    writes_mb: int = 0


def rate(label: str, field: str, unit: float, digits: int) -> Row:
    return Row(label, lambda run: float(run[field]) / unit, True, digits)


BULK_MB = 1024
"""What a bulk produce writes: more would outlast the memory that `settle` has at hand, see there."""


def workloads(fill_mb: int) -> list[Workload]:
    bulk = ("-max-bytes", str(BULK_MB << 20), "-ramp", "0.2")
    fill = ("-fill-bytes", str(fill_mb << 20))
    found = [
        Workload(
            "produce-100",
            "produce",
            ("-size", "100", *bulk),
            (rate("produce 100 B, M rec/s", "records_per_s", 1e6, 2),),
            "GB",
            BULK_MB,
        ),
        Workload(
            "produce-1k",
            "produce",
            ("-size", "1000", *bulk),
            (rate("produce 1 KB, MB/s", "mb_per_s", 1, 0),),
            "GB",
            BULK_MB,
        ),
        Workload(
            "consume-100",
            "consume",
            ("-size", "100", *fill),
            (rate("consume 100 B, M rec/s", "records_per_s", 1e6, 2),),
            "GB",
            fill_mb,
        ),
        Workload(
            "consume-1k",
            "consume",
            ("-size", "1000", *fill),
            (rate("consume 1 KB, MB/s", "mb_per_s", 1, 0),),
            "GB",
            fill_mb,
        ),
    ]
    for clients in (1, 16, 64):
        label = f"{clients} synchronous producer{'s' * (clients > 1)}, req/s"
        found.append(
            Workload(
                f"sync-{clients}", "sync", ("-clients", str(clients)), (rate(label, "records_per_s", 1, 0),)
            )
        )
    latency = (
        Row("end to end at 1,000/s, p50 ms", lambda run: float(run["p50_ms"]), False),
        Row("end to end at 1,000/s, p99 ms", lambda run: float(run["p99_ms"]), False),
    )
    found.append(Workload("latency", "latency", ("-rate", "1000"), latency, "M records"))
    return found


def cost(workload: Workload, run: Run) -> float:
    """CPU seconds of the server per GB of values, or per million records."""
    amount = run["bytes"] / 1e9 if workload.cost == "GB" else run["records"] / 1e6
    return float(run["server_cpu_s"]) / amount if amount else float("nan")


class Bench:
    def __init__(self, arguments: argparse.Namespace, directory: Path) -> None:
        self.arguments = arguments
        self.directory = directory
        self.loadgen = servers.load_generator()
        self.running: list[Running] = []
        self.start_s: dict[str, list[float]] = {}
        self.memory: dict[str, dict[str, servers.Memory]] = {}
        self.deaths: dict[str, str] = {}

    def say(self, text: str) -> None:
        print(f"  {time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)

    def alive(self) -> Iterator[Running]:
        return (running for running in self.running if not running.dead)

    def start(self, kinds: list[Kind]) -> None:
        """Start everything as often as asked for, alternating; the last ones stay."""
        for attempt in range(self.arguments.starts):
            last = attempt == self.arguments.starts - 1
            for kind in kinds:
                server = servers.start(kind, self.directory / kind.name)
                self.start_s.setdefault(kind.name, []).append(server.first_answer_s)
                if last:
                    self.running.append(server)
                else:
                    server.stop(at_once=True)
        time.sleep(2)
        for server in self.running:
            server.check()
            self.memory[server.kind.name] = {"rest": server.memory()}
            self.say(f"{server.kind.name} answers on 127.0.0.1:{server.port}, process {server.process.pid}")

    def load(self, server: Running, workload: Workload, *more: str) -> Run:
        command = [str(self.loadgen), "-brokers", f"127.0.0.1:{server.port}", "-workload", workload.kind]
        command += ["-server-pids", ",".join(map(str, server.pids)), *workload.arguments, *more]
        if server.kind.makes_up_topics:
            command.append("-no-admin")
        done = subprocess.run(command, capture_output=True, text=True)
        server.check()
        if done.returncode:
            return {"error": done.stderr.strip() or f"exit code {done.returncode}"}
        run: Run = json.loads(done.stdout)
        if run["errors"]:
            run["error"] = f"{run['errors']} records failed: {run.get('first_error')}"
        return run

    def bury(self, server: Running, death: ServerFailed) -> None:
        self.deaths[server.kind.name] = str(death)
        self.say(str(death))

    def warm_up(self, chosen: list[Workload]) -> None:
        """Rounds of every kind of load, for as long as the server needs and until one more brings less than a tenth."""
        for server in list(self.alive()):
            mine = [w for w in chosen if server.kind.only is None or w.kind in server.kind.only]
            begin, before = time.monotonic(), 0.0
            while mine:
                rates: list[float] = []
                try:
                    for workload in mine:
                        run = self.load(server, workload, "-seconds", "1.5", "-ramp", "0", *SMALL)
                        rates.append(float(run.get("records_per_s", 0)))
                except ServerFailed as death:
                    self.bury(server, death)
                    break
                # The geometric mean: every workload counts alike.
                level = statistics.geometric_mean([max(rate, 1.0) for rate in rates])
                took = time.monotonic() - begin
                gained = f", {level / before - 1:+.0%}" if before else ""
                self.say(f"{server.kind.name}: warm for {took:.0f} s{gained}")
                if took > self.arguments.warm_up or (took > server.kind.warm_up_s and level < before * 1.1):
                    break
                before = level

    def measure(self, chosen: list[Workload]) -> None:
        for repeat in range(self.arguments.repeat):
            for workload in chosen:
                turn = list(self.alive())
                # Who comes second finds another disk: take turns at that too.
                for server in turn if repeat % 2 == 0 else reversed(turn):
                    if server.kind.only is not None and workload.kind not in server.kind.only:
                        continue
                    self.settle(workload)
                    try:
                        with self.profiled(server, workload):
                            run = self.load(server, workload, "-seconds", str(self.arguments.seconds))
                    except ServerFailed as death:
                        self.bury(server, death)
                        continue
                    server.runs.setdefault(workload.name, []).append(run)
                    self.say(f"{server.kind.name}: {workload.name}: {brief(workload, run)}")
        for server in self.alive():
            self.memory[server.kind.name]["after"] = server.memory()

    def settle(self, workload: Workload) -> None:
        """Let nobody pay for the one before: write dirty pages back, and have the memory for the page cache at hand.

        On a virtual machine the first touch of a page can cost ten times a later one, because the host has to find it;
        what is touched and freed here is what the page cache takes next. A guest that reports free pages gives them
        back within seconds, so this lasts for short runs only.
        """
        os.sync()
        if workload.writes_mb:
            touch = (workload.writes_mb + 512) << 20
            with contextlib.suppress(OSError, ValueError):
                mmap.mmap(-1, touch, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE).close()

    @contextlib.contextmanager
    def profiled(self, server: Running, workload: Workload) -> Iterator[None]:
        """With --profile: where a Python server spends its time, as collapsed stacks for a flame graph."""
        spy = Path(sys.executable).with_name("py-spy")
        if not self.arguments.profile or server.kind.name == "kafka":
            yield
            return
        if not spy.exists():
            raise ServerFailed("--profile needs py-spy beside this Python: pip install py-spy")
        output = RESULTS / f"profile-{server.kind.name}-{workload.name}.txt"
        command = [str(spy), "record", "--pid", str(server.process.pid), "--native", "--rate", "250"]
        command += [
            "--format",
            "raw",
            "--output",
            str(output),
            "--duration",
            str(round(self.arguments.seconds)),
        ]
        spying = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            spying.wait()

    def stop(self) -> None:
        for server in self.running:
            server.stop()


def brief(workload: Workload, run: Run) -> str:
    if "error" in run:
        return f"FAILED: {run['error']}"
    rows = ", ".join(
        f"{row.label.rpartition(', ')[2]} {row.value(run):,.{row.digits}f}" for row in workload.rows
    )
    return (
        f"{rows}; server {run['server_cpu_s'] / run['seconds']:.2f} cores,"
        f" {cost(workload, run):.2f} CPU s per {workload.cost}; client {run['client_cpu_s'] / run['seconds']:.2f} cores"
    )


def table(bench: Bench, chosen: list[Workload]) -> list[list[str]]:
    """The figures, and the first server's as a ratio of each other's; `!` marks a ratio on the wrong side of 1."""
    names = [server.kind.name for server in bench.running]
    base = names[0]
    lines: list[list[str]] = [["best of the repeats", *names, *(f"{base} / {name}" for name in names[1:])]]

    def add(label: str, figures: dict[str, float], digits: int, higher_is_better: bool) -> None:
        cells = [f"{figures[name]:,.{digits}f}" if name in figures else "-" for name in names]
        for name in names[1:]:
            if name in figures and base in figures and figures[name] and figures[base]:
                ratio = figures[base] / figures[name]
                worse = ratio < 0.995 if higher_is_better else ratio > 1.005
                cells.append(f"{ratio:.2f}{' !' if worse else ''}")
            else:
                cells.append("-")
        lines.append([label, *cells])

    for workload in chosen:
        good = {
            server.kind.name: [run for run in server.runs.get(workload.name, []) if "error" not in run]
            for server in bench.running
        }
        good = {name: runs for name, runs in good.items() if runs}
        for row in workload.rows:
            add(
                row.label,
                {name: row.best(runs) for name, runs in good.items()},
                row.digits,
                row.higher_is_better,
            )
        # Of the best run itself: a run that went wrong may have been cheap because it waited.
        costs = {name: cost(workload, workload.rows[0].best_run(runs)) for name, runs in good.items()}
        add(f"  server CPU s per {workload.cost}", costs, 1, False)
    add("start to first answer, s", {name: min(times) for name, times in bench.start_s.items()}, 2, False)
    for when, label in (("rest", "at rest"), ("after", "after the suite")):
        found = {name: memory[when] for name, memory in bench.memory.items() if when in memory}
        add(f"memory {label}, MB", {name: memory.own for name, memory in found.items()}, 0, False)
        add("  with mapped files, MB", {name: memory.resident for name, memory in found.items()}, 0, False)
    return lines


def show(lines: list[list[str]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    out = []
    for number, line in enumerate(lines):
        cells = [
            line[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
        ]
        out.append("| " + " | ".join(cells) + " |")
        if number == 0:
            rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
            out.append("| " + " | ".join(rules) + " |")
    return "\n".join(out)


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
        "python": platform.python_version(),
        "load_before": os.getloadavg(),
    }


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--servers", help="of kwire, spike, kafka, with commas between; the first is compared with the rest"
    )
    parser.add_argument(
        "--server",
        action="append",
        default=[],
        metavar="NAME=COMMAND",
        help="one more, started by COMMAND with {port} and {data} in it; may be given several times",
    )
    parser.add_argument("--kwire-args", default="", help="more arguments for kwire serve")
    parser.add_argument("--workloads", help="names or their beginnings, with commas between; default all")
    parser.add_argument("--repeat", type=int, help="runs of each workload on each server; default 3, quick 1")
    parser.add_argument("--seconds", type=float, help="of each run at most; default 4, quick 2")
    parser.add_argument(
        "--starts", type=int, help="times each server is started for the start-up row; default 5, quick 2"
    )
    parser.add_argument(
        "--warm-up", type=float, help="seconds of each server's warm-up at most; default 60, quick 20"
    )
    parser.add_argument(
        "--quick", action="store_true", help="kwire and kafka, short runs: under three minutes"
    )
    parser.add_argument("--data", type=Path, help="where data directories go; default a temporary directory")
    parser.add_argument(
        "--profile", action="store_true", help="record Python stacks with py-spy while measuring"
    )
    arguments = parser.parse_args(argv)
    quick = {"servers": "kwire,kafka", "repeat": 1, "seconds": 2.0, "starts": 2, "warm_up": 20.0}
    full = {"servers": "kwire,spike,kafka", "repeat": 3, "seconds": 4.0, "starts": 5, "warm_up": 60.0}
    for name, value in (quick if arguments.quick else full).items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    return arguments


def main(argv: list[str]) -> int:
    arguments = parse(argv)
    every = workloads(fill_mb=256 if arguments.quick else 512)
    wanted = tuple(arguments.workloads.split(",")) if arguments.workloads else ("",)
    chosen = [workload for workload in every if workload.name.startswith(wanted)]
    if not chosen:
        print(f"no such workload; there are {', '.join(each.name for each in every)}", file=sys.stderr)
        return 2
    RESULTS.mkdir(exist_ok=True)
    about = machine()
    if os.getloadavg()[0] > 0.5:
        print(
            f"benchmarks: the machine is busy (load {os.getloadavg()[0]:.1f}): figures will wander",
            file=sys.stderr,
        )
    directory = Path(tempfile.mkdtemp(prefix="kwire-bench-", dir=arguments.data))
    begin = time.monotonic()
    try:
        known = {
            "kwire": lambda: servers.kwire(arguments.kwire_args.split()),
            "spike": servers.spike,
            "kafka": servers.kafka,
        }
        names = [name for name in arguments.servers.split(",") if name]
        for name in names:
            if name not in known:
                raise ServerFailed(f"no server {name!r}; there are {', '.join(known)}, and --server")
        kinds = [known[name]() for name in names] + [servers.other(spec) for spec in arguments.server]
        bench = Bench(arguments, directory)
        try:
            bench.start(kinds)
            bench.warm_up(chosen)
            bench.measure(chosen)
        finally:
            bench.stop()
    except ServerFailed as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)

    lines = table(bench, chosen)
    print(show(lines))
    took = time.monotonic() - begin
    record = {
        "when": time.strftime("%Y-%m-%dT%H:%M:%S"),
        "machine": about,
        "arguments": {name: str(value) for name, value in vars(arguments).items()},
        "seconds": round(took),
        "runs": {server.kind.name: server.runs for server in bench.running},
        "start_s": bench.start_s,
        "memory_mb": {
            name: {when: vars(m) for when, m in each.items()} for name, each in bench.memory.items()
        },
        "deaths": bench.deaths,
        "table": lines,
    }
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps(record, indent=1) + "\n")
    print(f"\n{len(chosen)} workloads, {arguments.repeat} repeats, {took:.0f} s; every run is in {path}")
    failed = [
        run["error"]
        for server in bench.running
        for runs in server.runs.values()
        for run in runs
        if "error" in run
    ]
    for text in [*bench.deaths.values(), *failed]:
        print(f"FAILED: {text}", file=sys.stderr)
    return 1 if failed or bench.deaths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
