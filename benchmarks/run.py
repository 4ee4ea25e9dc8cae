"""Side by side: kwire and its peers under the same load, on this machine, in one run.

    python benchmarks/run.py                       everything but Tansu: about twenty minutes
    python benchmarks/run.py --quick               one short repeat of kwire and Apache Kafka: under three minutes
    python benchmarks/run.py --servers kwire,kafka,tansu --repeat 5
    python benchmarks/run.py --servers kwire --workloads sync-1,sync-64 --profile
    python benchmarks/run.py --servers kwire --python 3.14=/usr/bin/python3.14 --python 'jit=PYTHON_JIT=1 python3.14'

All servers run at once and are loaded in turns, so that a slow minute of the machine is everybody's; each was warmed up
before. The best of the repeats counts, and the JSON beside it has every run. A server that cannot be had, or fails, is
named and left out. See README.md here for what the rows mean.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import mmap
import os
import shlex
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import loading
import peers
import plots
import report
import servers
import where
from loading import Figures
from servers import Kind, Memory, Running, ServerFailed
from workloads import SMALL, Workload, limit, workloads

EVERYTHING = "kwire,kwire-2,kwire-fsync,spike,kfake,kafka,kafka-fsync"


def say(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


class Bench:
    """Some servers under load in turns; `runs` has what came of it."""

    def __init__(self, arguments: argparse.Namespace, chosen: list[Workload], directory: Path) -> None:
        self.arguments = arguments
        self.chosen = chosen
        self.directory = directory
        self.running: list[Running] = []
        self.runs: report.Runs = {}
        self.start_s: dict[str, list[float]] = {}
        self.memory: dict[str, dict[str, Memory]] = {}
        self.failures: list[str] = []
        self.limits: dict[str, dict[str, str]] = {}
        self.profiler = where.Profiler()
        self.profiles: list[str] = []

    def alive(self) -> list[Running]:
        return [running for running in self.running if not running.dead]

    def fail(self, text: str) -> None:
        self.failures.append(text)
        say(f"FAILED: {text}")

    def start(self, kinds: list[Kind]) -> None:
        """Start everything as often as asked for, alternating; the last ones stay."""
        gone: set[str] = set()
        for attempt in range(self.arguments.starts):
            last = attempt == self.arguments.starts - 1
            for kind in kinds:
                if kind.name in gone:
                    continue
                try:
                    server = servers.start(kind, self.directory / kind.name)
                except ServerFailed as failure:
                    gone.add(kind.name)
                    self.fail(str(failure))
                    continue
                self.start_s.setdefault(kind.name, []).append(server.first_answer_s)
                if last:
                    self.running.append(server)
                else:
                    server.stop(at_once=True)
        time.sleep(2)
        for server in self.alive():
            with self.burying(server):
                server.check()
                self.memory[server.kind.name] = {"rest": server.memory()}
                say(f"{server.kind.name} answers on {server.address}, process {server.process.pid}")

    @contextlib.contextmanager
    def burying(self, server: Running) -> Iterator[None]:
        """What fails is noted; a server that died of it is loaded no more."""
        try:
            yield
        except ServerFailed as failure:
            self.fail(f"{server.kind.name}: {server.last_words() or failure}")

    def load(self, server: Running, workload: Workload, *more: str) -> Figures:
        cpus = self.arguments.client_cpus
        process = loading.load(server, workload.kind, *workload.arguments, *more, cpus=cpus)
        return loading.outcome(process, patience_s=self.arguments.seconds + 180)

    def warm_up(self) -> None:
        """A round of every kind of load; where a compiler is at work more, until one gains less than a tenth."""
        for server in self.alive():
            mine = [workload for workload in self.chosen if server.kind.can(workload.name)]
            if not mine:
                continue
            seconds = "1.5" if server.kind.warm_up_s else "0.5"
            begin, before = time.monotonic(), 0.0
            while True:
                rates: list[float] = []
                for workload in mine:
                    with self.burying(server):
                        server.check()
                        run = self.load(server, workload, "-seconds", seconds, "-ramp", "0", *SMALL)
                        rates.append(float(run["records_per_s"]))
                if server.dead:
                    break
                # The geometric mean: every workload counts alike.
                level = statistics.geometric_mean([max(rate, 1.0) for rate in rates]) if rates else 0.0
                took = time.monotonic() - begin
                gained = f", {level / before - 1:+.0%}" if before else ""
                say(f"{server.kind.name}: warm for {took:.0f} s{gained}")
                settled = took > server.kind.warm_up_s and level < before * 1.1
                if settled or took > self.arguments.warm_up or not server.kind.warm_up_s:
                    break
                before = level

    def measure(self) -> None:
        rounds = self.arguments.repeat * len(self.chosen)
        for number in range(rounds):
            repeat, workload = number // len(self.chosen), self.chosen[number % len(self.chosen)]
            turn = [server for server in self.alive() if server.kind.can(workload.name)]
            say(f"{workload.name}, repeat {repeat + 1} of {self.arguments.repeat}")
            # Who comes second finds another disk: take turns at that too.
            for server in turn if repeat % 2 == 0 else reversed(turn):
                settle(workload)
                with self.burying(server):
                    server.check()
                    run = self.one_run(server, workload)
                    self.runs.setdefault(server.kind.name, {}).setdefault(workload.name, []).append(run)
                    say(f"{server.kind.name}: {self.brief(workload, run)}")
        for server in self.alive():
            with self.burying(server):
                server.check()
                self.memory[server.kind.name]["after"] = server.memory()
        self.mark_limits()

    def one_run(self, server: Running, workload: Workload) -> Figures:
        seconds = self.arguments.seconds
        if not self.arguments.profile:
            return self.load(server, workload, "-seconds", str(seconds))
        with self.profiler.looking(server, workload.name, seconds) as paths:
            run = self.load(server, workload, "-seconds", str(seconds))
        for path in paths:
            if path.exists() and not path.name.endswith("-perf.txt"):
                us = run["server_cpu_s"] / max(run["records"], 1) * 1e6
                text = where.tables(where.read(path.read_text()), us)
                self.profiles.append(
                    f"{server.kind.name}, {workload.name}: {us:.1f} us of CPU a record\n\n{text}"
                )
        return run

    def mark_limits(self) -> None:
        cores = os.cpu_count() or 1
        client = len(cpu_list(self.arguments.client_cpus)) or cores
        server = len(cpu_list(self.arguments.server_cpus)) or cores
        for workload in self.chosen:
            for name, by_workload in self.runs.items():
                found = by_workload.get(workload.name)
                letter = found and limit(workload.rows[0].best_run(found), client, server, cores)
                if letter:
                    self.limits.setdefault(workload.name, {})[name] = letter

    def brief(self, workload: Workload, run: Figures) -> str:
        rows = (f"{row.label.rpartition(', ')[2]} {row.value(run):,.{row.digits}f}" for row in workload.rows)
        return (
            f"{', '.join(rows)}; server {run['server_cpu_s'] / run['seconds']:.2f} cores,"
            f" {workload.cost(run):.2f} CPU s per {workload.per};"
            f" client {run['client_cpu_s'] / run['seconds']:.2f} cores"
        )

    def stop(self) -> None:
        for server in self.running:
            server.stop(at_once=bool(server.dead))


def settle(workload: Workload) -> None:
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


def cpu_list(text: str) -> list[int]:
    """The cores that taskset means by `0-2,5`."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def gather(arguments: argparse.Namespace) -> tuple[list[Kind], list[str]]:
    """The servers that were asked for and can be had, and a sentence for each that cannot."""
    extra = shlex.split(arguments.kwire_args)
    wanted: list[Callable[[], Kind]] = [
        *(partial(peers.find, name, extra) for name in filter(None, arguments.servers.split(","))),
        *(partial(peers.kwire_python, spec, extra) for spec in arguments.python),
        *(partial(peers.other, spec) for spec in arguments.server),
    ]
    kinds: list[Kind] = []
    missing: list[str] = []
    for make in wanted:
        try:
            kind = make()
        except peers.NotHere as sentence:
            missing.append(str(sentence))
            say(str(sentence))
            continue
        kinds.append(dataclasses.replace(kind, cpus=arguments.server_cpus))
    return kinds, missing


def estimate_s(arguments: argparse.Namespace, kinds: Sequence[Kind], chosen: Sequence[Workload]) -> float:
    """How long it will take, roughly."""
    total = 0.0
    for kind in kinds:
        mine = [workload for workload in chosen if kind.can(workload.name)]
        total += sum(workload.overhead_s + arguments.seconds for workload in mine) * arguments.repeat
        total += min(kind.warm_up_s * 3, arguments.warm_up * 1.2) if kind.warm_up_s else 2.0 * len(mine)
        total += (5.0 if kind.warm_up_s else 0.5) * arguments.starts
    return total


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--servers",
        help=f"of {', '.join(peers.KNOWN)}, with commas between; the first is put beside the rest;"
        f" default {EVERYTHING}, quick kwire,kafka",
    )
    parser.add_argument(
        "--server",
        action="append",
        default=[],
        metavar="NAME=COMMAND",
        help="one more, started by COMMAND with {port} and {data} in it; may be given several times",
    )
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="NAME=[VARIABLE=VALUE ...] INTERPRETER",
        help="kwire run by another Python that has kwire's dependencies; may be given several times",
    )
    parser.add_argument("--kwire-args", default="", help="more arguments for kwire serve")
    parser.add_argument("--workloads", help="names or their beginnings, with commas between; default all")
    parser.add_argument("--repeat", type=int, help="runs of each workload on each server; default 3, quick 1")
    parser.add_argument("--seconds", type=float, help="of each run at most; default 4, quick 2")
    parser.add_argument("--starts", type=int, help="times each server is started; default 5, quick 2")
    parser.add_argument(
        "--warm-up", type=float, help="seconds of a server's warm-up at most; default 60, quick 20"
    )
    parser.add_argument("--quick", action="store_true", help="short runs of kwire and Apache Kafka")
    parser.add_argument("--data", type=Path, help="where data directories go; default a temporary directory")
    parser.add_argument(
        "--cpus",
        default=":",
        metavar="SERVERS:CLIENT",
        help="keep the servers and the load generator to cores, as taskset writes them: 0:1, or 0-3:4-7",
    )
    parser.add_argument(
        "--profile", action="store_true", help="say where the time goes, with py-spy and perf"
    )
    arguments = parser.parse_args(argv)
    quick = {"servers": "kwire,kafka", "repeat": 1, "seconds": 2.0, "starts": 2, "warm_up": 20.0}
    full = {"servers": EVERYTHING, "repeat": 3, "seconds": 4.0, "starts": 5, "warm_up": 60.0}
    for name, value in (quick if arguments.quick else full).items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    arguments.server_cpus, _, arguments.client_cpus = arguments.cpus.partition(":")
    return arguments


def main(argv: list[str]) -> int:
    arguments = parse(argv)
    every = workloads(fill_mb=256 if arguments.quick else 512)
    wanted = tuple(arguments.workloads.split(",")) if arguments.workloads else ("",)
    chosen = [workload for workload in every if workload.name.startswith(wanted)]
    if not chosen:
        print(f"no such workload; there are {', '.join(each.name for each in every)}", file=sys.stderr)
        return 2
    servers.prepare()
    about = servers.machine()
    if os.getloadavg()[0] > 0.5:
        say(f"the machine is busy (load {os.getloadavg()[0]:.1f}): figures will wander")
    directory = Path(tempfile.mkdtemp(prefix="kwire-bench-", dir=arguments.data))
    begin = time.monotonic()
    bench = Bench(arguments, chosen, directory)
    try:
        loading.load_generator()
        kinds, missing = gather(arguments)
        if arguments.profile and (sentence := bench.profiler.missing()):
            say(sentence)
        say(
            f"{len(kinds)} servers, {len(chosen)} workloads: about {estimate_s(arguments, kinds, chosen) / 60:.0f} min"
        )
        begin = time.monotonic()
        try:
            bench.start(kinds)
            bench.warm_up()
            bench.measure()
        finally:
            bench.stop()
    except ServerFailed as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    tell(bench, kinds, missing, about, time.monotonic() - begin)
    return 1 if bench.failures else 0


def tell(bench: Bench, kinds: list[Kind], missing: list[str], about: dict[str, object], took: float) -> None:
    """Print the tables, and write them with every run, and a picture."""
    kinds = [kind for kind in kinds if kind.name in bench.start_s]
    lines = report.figures(bench.runs, bench.chosen, bench.limits)
    lines += report.footprint(bench.start_s, bench.memory)
    columns = report.pairs(kinds)
    print(report.markdown(report.value_table(lines, [kind.name for kind in kinds])))
    if columns:
        print("\n" + report.markdown(report.ratio_table(lines, columns)))
    for profile in bench.profiles:
        print("\n" + profile)
    servers.RESULTS.mkdir(exist_ok=True)
    path = servers.RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    record = {
        "title": f"kwire side by side, {time.strftime('%Y-%m-%d')}, {about['cpus']} cores, {about['model']}",
        "when": time.strftime("%Y-%m-%dT%H:%M:%S"),
        "machine": about,
        "arguments": {name: str(value) for name, value in vars(bench.arguments).items()},
        "seconds": round(took),
        "runs": bench.runs,
        "start_s": bench.start_s,
        "memory_mb": {
            name: {when: vars(m) for when, m in each.items()} for name, each in bench.memory.items()
        },
        "left_out": missing,
        "failures": bench.failures,
        "pairs": columns,
        "lines": [vars(line) for line in lines],
    }
    path.write_text(json.dumps(record, indent=1) + "\n")
    print(
        f"\n{len(bench.chosen)} workloads, {bench.arguments.repeat} repeats, {took:.0f} s; every run is in {path}"
    )
    if plots.can_plot() and columns:
        plots.ratios(lines, columns, path.with_suffix(".png"), str(record["title"]))
        print(f"ratios as a picture: {path.with_suffix('.png')}")
    elif columns:
        print("no picture: that needs matplotlib (the dependency group `plots`)")
    for text in missing:
        print(text)
    for text in bench.failures:
        print(f"FAILED: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
