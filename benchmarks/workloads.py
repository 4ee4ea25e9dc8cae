"""What is measured: the kinds of load, and the lines of the table that are read from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loading import Figures

# A warm-up is over sooner with less in it.
SMALL = ("-max-bytes", str(512 << 20), "-fill-bytes", str(128 << 20))
BULK_MB = 1024
"""What a bulk produce writes: more would outlast the memory that is made ready for it, see Bench.settle."""


@dataclass(frozen=True)
class Row:
    """One line of the table, read from the runs of a workload."""

    label: str
    value: Callable[[Figures], float]
    higher_is_better: bool
    digits: int = 2

    def best_run(self, runs: list[Figures]) -> Figures:
        return (max if self.higher_is_better else min)(runs, key=self.value)

    def best(self, runs: list[Figures]) -> float:
        return self.value(self.best_run(runs))


@dataclass(frozen=True)
class Workload:
    name: str
    kind: str
    arguments: tuple[str, ...]
    rows: tuple[Row, ...]
    # What the server's CPU seconds are divided by.
    per: str = "M requests"
    writes_mb: int = 0
    # Roughly, beside the measured seconds: the topic is made, filled and deleted, and the disk is brought up to date.
    overhead_s: float = 1.5

    def amount(self, run: Figures) -> float:
        return float(run["bytes"] / 1e9 if self.per == "GB" else run["records"] / 1e6)

    def cost(self, run: Figures) -> float:
        """CPU seconds of the server per GB of values, or per million requests or records."""
        amount = self.amount(run)
        return float(run["server_cpu_s"]) / amount if amount else float("nan")


def rate(label: str, field: str, unit: float, digits: int) -> Row:
    return Row(label, lambda run: float(run[field]) / unit, True, digits)


def workloads(fill_mb: int) -> list[Workload]:
    """All of them; a consumer reads `fill_mb` again and again."""
    bulk = ("-max-bytes", str(BULK_MB << 20), "-ramp", "0.2")
    fill = ("-fill-bytes", str(fill_mb << 20))
    records = rate("produce 100 B, M rec/s", "records_per_s", 1e6, 2)
    found = [
        Workload("produce-100", "produce", ("-size", "100", *bulk), (records,), "GB", BULK_MB),
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
        row = rate(label, "records_per_s", 1, 0)
        found.append(Workload(f"sync-{clients}", "sync", ("-clients", str(clients)), (row,)))
    # Ready-made requests: the client does next to nothing for one, and leaves the cores to the server.
    row = rate("24 connections, requests ready made, req/s", "records_per_s", 1, 0)
    found.append(Workload("raw", "raw", ("-clients", "24", "-depth", "100"), (row,)))
    latency = (
        Row("end to end at 1,000/s, p50 ms", lambda run: float(run["p50_ms"]), False),
        Row("end to end at 1,000/s, p99 ms", lambda run: float(run["p99_ms"]), False),
    )
    found.append(Workload("latency", "latency", ("-rate", "1000"), latency, "M records"))
    return found


def limit(run: Figures, client_cores: int, server_cores: int, all_cores: int) -> str:
    """What kept the figure from being higher, where it was not the server alone: `c`, `m`, or nothing.

    c: the load generator used its cores up, or had the larger part of a machine that was used up. m: the machine was
    used up, and the server had the larger part. Neither when a thread of the server had a whole core, or all of them
    what they may use: that is the server's own limit.
    """
    client, server = run["client_cpu_s"] / run["seconds"], run["server_cpu_s"] / run["seconds"]
    busiest = run["server_busiest_thread_cpu_s"] / run["seconds"]
    if busiest > 0.9 or (server_cores < all_cores and server > 0.9 * server_cores):
        return ""
    if client > 0.9 * client_cores:
        return "c"
    if client + server > 0.9 * all_cores:
        return "c" if client > server else "m"
    return ""
