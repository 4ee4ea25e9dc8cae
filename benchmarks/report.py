"""From runs to tables: the figures, the ratios, and what several workers or another interpreter change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from loading import Figures
from servers import Kind, Memory
from workloads import Workload

Runs = dict[str, dict[str, list[Figures]]]
"""By server and workload."""


@dataclass
class Line:
    """One row of figures, by server; `limits` has a letter for each that was not limited by the server alone."""

    label: str
    figures: dict[str, float]
    digits: int = 2
    higher_is_better: bool = False
    limits: dict[str, str] = field(default_factory=dict)
    # A figure that is there to be read with the one above it has no ratio.
    has_ratio: bool = True

    def ratio(self, over: str, under: str) -> float | None:
        if over not in self.figures or not self.figures.get(under) or not self.figures[over]:
            return None
        return self.figures[over] / self.figures[under]

    def worse(self, ratio: float) -> bool:
        return ratio < 0.995 if self.higher_is_better else ratio > 1.005


def figures(runs: Runs, chosen: Sequence[Workload], limits: dict[str, dict[str, str]]) -> list[Line]:
    """Of every row the best of the repeats; the CPU seconds are those of that same run.

    `limits` has the letters of `workloads.limit`, by workload and server.
    """
    lines: list[Line] = []
    for workload in chosen:
        good = {name: by_name[workload.name] for name, by_name in runs.items() if workload.name in by_name}
        if not good:
            continue
        for row in workload.rows:
            best = {name: row.best(found) for name, found in good.items()}
            limited = limits.get(workload.name, {})
            lines.append(Line(row.label, best, row.digits, row.higher_is_better, limited))
        # Of the best run itself: a run that went wrong may have been cheap because it waited.
        runs_of = {name: workload.rows[0].best_run(found) for name, found in good.items()}
        costs = {name: workload.cost(run) for name, run in runs_of.items()}
        lines.append(Line(f"  server CPU s per {workload.per}", costs, 1 if workload.per != "GB" else 2))
        client = {name: run["client_cpu_s"] / run["seconds"] for name, run in runs_of.items()}
        lines.append(Line("  cores that the load generator used", client, 2, has_ratio=False))
    return lines


def footprint(start_s: dict[str, list[float]], memory: dict[str, dict[str, Memory]]) -> list[Line]:
    lines = [Line("start to first answer, s", {name: min(times) for name, times in start_s.items()})]
    for when, label in (("rest", "at rest"), ("after", "after the suite")):
        found = {name: each[when] for name, each in memory.items() if when in each}
        lines.append(Line(f"memory {label}, MB", {name: m.own for name, m in found.items()}, 0))
        lines.append(Line("  with mapped files, MB", {name: m.resident for name, m in found.items()}, 0))
    return [line for line in lines if line.figures]


def pairs(kinds: Sequence[Kind]) -> list[tuple[str, str]]:
    """What is divided by what: the first server by each peer, a variant by what it is a variant of."""
    names = [kind.name for kind in kinds]
    found = []
    for kind in kinds[1:]:
        if kind.variant_of in names:
            found.append((kind.name, kind.variant_of))
        else:
            found.append((kind.against if kind.against in names else names[0], kind.name))
    return found


def value_table(lines: Sequence[Line], names: Sequence[str]) -> list[list[str]]:
    """The figures, and the letter of what limited them."""
    out = [["best of the repeats", *names]]
    for line in lines:
        cells = []
        for name in names:
            mark = f" {line.limits[name]}" if name in line.limits else ""
            cells.append(f"{line.figures[name]:,.{line.digits}f}{mark}" if name in line.figures else "-")
        out.append([line.label, *cells])
    return out


def ratio_table(lines: Sequence[Line], columns: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Ratios; `!` marks one on the wrong side of 1, a letter what limited one of the figures or both."""
    out = [["ratio", *(f"{over} / {under}" for over, under in columns)]]
    for line in lines:
        if not line.has_ratio:
            continue
        cells = []
        for over, under in columns:
            ratio = line.ratio(over, under)
            if ratio is None:
                cells.append("-")
            else:
                letters = sorted({line.limits[name] for name in (over, under) if name in line.limits})
                cells.append(" ".join([f"{ratio:.2f}", *(["!"] if line.worse(ratio) else []), *letters]))
        if any(cell != "-" for cell in cells):
            out.append([line.label, *cells])
    return out


def markdown(table: Sequence[Sequence[str]]) -> str:
    """The first row is the header; the first column is text, the others are figures."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    out = []
    for number, row in enumerate(table):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        out.append("| " + " | ".join(cells) + " |")
        if number == 0:
            rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
            out.append("| " + " | ".join(rules) + " |")
    return "\n".join(out)
