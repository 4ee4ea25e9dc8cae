"""The tour of ARCHITECTURE.md is true: one real Produce enters the rooms that it names, in that order."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from kwire.apis import TABLE

ROOT = Path(__file__).parent.parent


def stops() -> list[tuple[str, str]]:
    """(file, function) of each stop of the tour, from the numbered list that opens ARCHITECTURE.md."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    tour = text.split("## The tour", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^\d+\. `([\w/]+\.py)` `([\w.]+)`", tour, re.MULTILINE)
    assert len(found) >= 6
    return [(file, function.rsplit(".", 1)[-1]) for file, function in found]


def test_the_tour_is_what_a_produce_does(one_produce: Any) -> None:
    entered: list[tuple[str, str]] = []
    source = str(ROOT / "src" / "kwire")

    def trace(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(source):
            file = frame.f_code.co_filename[len(source) + 1 :]
            entered.append((file, frame.f_code.co_name))

    TABLE[0].load()
    previous = sys.getprofile()
    sys.setprofile(trace)
    try:
        one_produce()
    finally:
        sys.setprofile(previous)
    remaining = iter(entered)
    for stop in stops():
        assert stop in remaining, f"{stop} is not on the way of a Produce, or not in this order"
