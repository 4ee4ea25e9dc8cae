"""`kwire migrate --check`: what of a data directory will carry over, said beforehand and without touching it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kwire.broker.inspection.contents import Inspection, NotADataDirectory, inspect
from kwire.broker.inspection.migration import Answer, Line, judge
from kwire.log.files import DiskFiles


def migrate(paths: Sequence[str], *, to: str | None) -> int:
    """Print the report. 0: all carries over; 1: something does not; 2: this is not a data directory."""
    try:
        found = inspect(DiskFiles(), paths)
    except (NotADataDirectory, OSError) as error:
        reason = (
            f"cannot read {error.filename}: {error.strerror or error}"
            if isinstance(error, OSError)
            else str(error)
        )
        print(f"kwire: {reason}", file=sys.stderr)
        return 2
    to_kwire = to == "kwire" if to is not None else not found.written_by_kwire
    lines = judge(found, to_kwire=to_kwire)
    _print(found, lines, to_kwire=to_kwire)
    return 0 if all(line.answer is Answer.YES for line in lines) else 1


def _print(found: Inspection, lines: Sequence[Line], *, to_kwire: bool) -> None:
    last, next_server = ("Apache Kafka", "kwire") if not found.written_by_kwire else ("kwire", "Apache Kafka")
    if to_kwire != (next_server == "kwire"):
        next_server = last
    print(f"{' '.join(found.paths)}: last run by {last}, to go on with {next_server}\n")
    width = max(len(line.about) for line in lines)
    for line in lines:
        print(f"  {line.about:{width}}  {line.answer.value:4}  {line.text}")
    refused = sum(line.answer is Answer.NO for line in lines)
    kept = sum(line.answer is Answer.KEPT for line in lines)
    if refused:
        print(f"\n{next_server} cannot take this over: see the {'line' if refused == 1 else 'lines'} with no")
    elif kept:
        print(f"\n{next_server} can take this over; what is kept stays in the directory, without effect")
    else:
        print(f"\nEverything carries over to {next_server}")
