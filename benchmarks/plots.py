"""Pictures of results, with matplotlib (the dependency group `plots`); without it there are the tables.

    python benchmarks/plots.py results/20260101-120000.json      the ratios of a run, again

Colours tell series apart; every series has a line style or a place of its own too.
"""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from report import Line

COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#777777")


def can_plot() -> bool:
    return importlib.util.find_spec("matplotlib") is not None


def ratios(lines: Sequence[Line], columns: Sequence[tuple[str, str]], path: Path, title: str) -> None:
    """Bars of how many times better the first of each pair is, row by row, one panel for each pair."""
    from matplotlib.figure import Figure

    shown = [line for line in lines if line.has_ratio and any(line.ratio(*pair) for pair in columns)]
    labels = [line.label for line in shown]
    across = min(len(columns), 4)
    down = math.ceil(len(columns) / across)
    size = (2.6 + 2.5 * across, 0.7 + down * (0.6 + 0.24 * len(shown)))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(down, across, sharey=True, squeeze=False).flatten()
    for unused in panels[len(columns) :]:
        unused.set_visible(False)
    limit = max((abs(math.log2(better)) for better in _all(shown, columns)), default=1.0)
    limit = 2 ** min(max(limit * 1.25, 1.0), 7.0)
    for panel, (over, under) in zip(panels, columns, strict=False):
        for place, line in enumerate(shown):
            ratio = line.ratio(over, under)
            if ratio is None:
                continue
            better = ratio if line.higher_is_better else 1 / ratio
            colour = COLOURS[0] if better >= 0.995 else COLOURS[1]
            clipped = min(max(better, 1 / limit), limit)
            faint = 0.45 if {over, under} & line.limits.keys() else 1.0
            panel.barh(place, clipped - 1, left=1, color=colour, height=0.72, alpha=faint)
            panel.annotate(
                f"{better:.2f}" if better < 10 else f"{better:.0f}",
                (clipped, place),
                xytext=(3 if better >= 1 else -3, 0),
                textcoords="offset points",
                ha="left" if better >= 1 else "right",
                va="center",
                fontsize=7,
            )
        panel.set_xscale("log", base=2)
        panel.set_xlim(1 / limit / 1.3, limit * 1.3)
        panel.axvline(1, color="black", linewidth=0.8)
        panel.set_title(f"{over} against {under}", fontsize=9)
        ticks = [2.0**power for power in range(-7, 8) if 1 / limit <= 2.0**power <= limit]
        ticks = ticks if len(ticks) < 8 else ticks[len(ticks) // 2 % 2 :: 2]
        panel.set_xticks(ticks, [f"{tick:g}x" if tick >= 1 else f"1/{1 / tick:g}" for tick in ticks])
        panel.tick_params(labelsize=7)
        panel.grid(axis="x", linewidth=0.3)
        panel.set_axisbelow(True)
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
    panels[0].set_yticks(range(len(shown)), labels)
    panels[0].invert_yaxis()
    figure.suptitle(title, fontsize=10)
    figure.supxlabel(
        "times better (to the right) or worse (to the left); faint: the machine or the client was the limit",
        fontsize=8,
    )
    figure.savefig(path, dpi=130)


def _all(lines: Sequence[Line], columns: Sequence[tuple[str, str]]) -> list[float]:
    return [ratio for line in lines for pair in columns if (ratio := line.ratio(*pair))]


def growth(
    series: Mapping[str, Sequence[tuple[float, float]]], path: Path, *, title: str, x: str, y: str
) -> None:
    """Lines over a logarithmic x, from 0 on y: what is flat looks flat."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    panel = figure.subplots()
    for number, (name, points) in enumerate(series.items()):
        marker, style = "osD^vP*"[number % 7], ("-", "--", ":", "-.")[number % 4]
        colour = COLOURS[number % len(COLOURS)]
        panel.plot(*zip(*points, strict=True), marker=marker, linestyle=style, color=colour, label=name)
    panel.set_xscale("log")
    panel.set_ylim(bottom=0)
    panel.set(title=title, xlabel=x, ylabel=y)
    panel.grid(linewidth=0.3)
    panel.legend(fontsize=8)
    figure.savefig(path, dpi=130)


def main(paths: Sequence[str]) -> int:
    for name in paths:
        path = Path(name)
        record = json.loads(path.read_text())
        lines = [Line(**line) for line in record["lines"]]
        ratios(
            lines,
            [(over, under) for over, under in record["pairs"]],
            path.with_suffix(".png"),
            record["title"],
        )
        print(path.with_suffix(".png"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
