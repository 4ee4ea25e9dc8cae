"""Does one that sends much make the small ones wait? 64 synchronous producers, alone and beside a bulk producer.

    python benchmarks/fairness.py                              kwire and Apache Kafka
    python benchmarks/fairness.py --servers kwire --repeat 5

The small ones send one record of 100 bytes each and wait for its acknowledgement (acks=all). The bulk producer sends
records of 1 KB as fast as it can, in batches of up to 1 MB. quiet: nobody else. elsewhere: the bulk producer loads a
second server of the same kind on this machine, so what is lost there is lost to the machine. beside: it loads the same
server. What lies between elsewhere and beside is the server's own doing. Of the repeats the median counts, by the p99.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import loading
import peers
import report
import servers
from loading import Figures
from servers import Kind, Running, ServerFailed

PHASES = ("quiet", "elsewhere", "beside")
RAMP_S = 1.0
# More than any server takes in the time: the bulk producer ends because it is told to.
ENDLESS = str(1 << 40)


def say(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def bulk(server: Running | None, seconds: float, figures: Figures) -> Iterator[None]:
    """A bulk producer that measures as long as the others do; `figures` has what it did, after the context."""
    if server is None:
        yield
        return
    process = loading.load(
        server,
        "produce",
        "-size",
        "1000",
        "-max-bytes",
        ENDLESS,
        "-seconds",
        str(seconds),
        "-ramp",
        str(RAMP_S),
    )
    try:
        time.sleep(RAMP_S / 2)
        if process.poll() is not None:
            raise ServerFailed("the bulk producer ended before the small ones began")
        yield
        figures.update(loading.outcome(process))
    finally:
        if process.poll() is None:
            process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)


def small(server: Running, arguments: argparse.Namespace) -> Figures:
    more = ("-clients", str(arguments.small), "-seconds", str(arguments.seconds), "-ramp", str(RAMP_S / 2))
    return loading.outcome(loading.load(server, "sync", *more))


def measure(
    kind: Kind, directory: Path, arguments: argparse.Namespace
) -> list[dict[str, dict[str, Figures]]]:
    """All repeats of a server: by phase, what the small ones saw and what the bulk producer did."""
    repeats = []
    with contextlib.ExitStack() as stop:
        both = []
        for number in (1, 2):
            both.append(servers.start(kind, directory / f"{kind.name}-{number}"))
            stop.callback(both[-1].stop, at_once=True)
        main_one, second = both
        for server in both:
            warm = ("-size", "1000", "-max-bytes", str(512 << 20), "-seconds", str(kind.warm_up_s / 2 + 0.5))
            loading.outcome(loading.load(server, "produce", *warm))
            loading.outcome(
                loading.load(server, "sync", "-clients", "64", "-seconds", str(kind.warm_up_s + 0.5))
            )
        for _ in range(arguments.repeat):
            found: dict[str, dict[str, Figures]] = {}
            for phase, target in zip(PHASES, (None, second, main_one), strict=True):
                big: Figures = {}
                with bulk(target, arguments.seconds, big):
                    little = small(main_one, arguments)
                found[phase] = {"small": little, "bulk": big}
                text = f"; bulk {big['mb_per_s']:,.0f} MB/s" if big else ""
                say(
                    f"{kind.name}: {phase}: p50 {little['p50_ms']:.2f} ms, p99 {little['p99_ms']:.2f} ms{text}"
                )
            for server in both:
                server.check()
            repeats.append(found)
    return repeats


def table(runs: dict[str, list[dict[str, dict[str, Figures]]]]) -> str:
    rows = [["small producers", "req/s", "p50 ms", "p99 ms", "p50 / quiet", "p99 / quiet", "bulk MB/s"]]
    for name, repeats in runs.items():
        quiet = typical(repeats, "quiet")["small"]
        for phase in PHASES:
            run = typical(repeats, phase)
            little, big = run["small"], run["bulk"]
            cells = [f"{little['records_per_s']:,.0f}", f"{little['p50_ms']:.2f}", f"{little['p99_ms']:.2f}"]
            for figure in ("p50_ms", "p99_ms"):
                cells.append("-" if phase == "quiet" else f"{little[figure] / quiet[figure]:.2f}")
            cells.append(f"{big['mb_per_s']:,.0f}" if big else "-")
            rows.append([f"{name}, {phase}", *cells])
    return report.markdown(rows)


def typical(repeats: list[dict[str, dict[str, Figures]]], phase: str) -> dict[str, Figures]:
    ordered = sorted((repeat[phase] for repeat in repeats), key=lambda run: float(run["small"]["p99_ms"]))
    return ordered[len(ordered) // 2]


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--servers", default="kwire,kafka", help=f"of {', '.join(peers.KNOWN)}")
    parser.add_argument("--small", type=int, default=64, help="synchronous producers; default 64")
    parser.add_argument("--seconds", type=float, default=4, help="of each phase; default 4")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--data", type=Path, help="where data directories go; default a temporary directory")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    arguments = parse(argv)
    servers.prepare()
    directory = Path(tempfile.mkdtemp(prefix="kwire-fairness-", dir=arguments.data))
    runs: dict[str, list[dict[str, dict[str, Figures]]]] = {}
    failures: list[str] = []
    try:
        for name in filter(None, arguments.servers.split(",")):
            try:
                runs[name] = measure(peers.find(name), directory, arguments)
            except ServerFailed as failure:
                failures.append(f"{name}: {failure}")
                say(f"FAILED: {failures[-1]}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    print(table(runs))
    servers.RESULTS.mkdir(exist_ok=True)
    path = servers.RESULTS / f"fairness-{time.strftime('%Y%m%d-%H%M%S')}.json"
    record = {
        "machine": servers.machine(),
        "arguments": {name: str(value) for name, value in vars(arguments).items()},
        "failures": failures,
        "runs": runs,
    }
    path.write_text(json.dumps(record, indent=1) + "\n")
    print(f"\nevery run is in {path}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
