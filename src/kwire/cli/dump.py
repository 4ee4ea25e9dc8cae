"""`kwire dump`: print and check files of a data directory, offline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from kwire.cli.stored_records import show_record
from kwire.log.dump import dump_file


def _show_time(milliseconds: int) -> str:
    try:
        when = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return str(milliseconds)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def dump(paths: Sequence[str], *, deep: bool, topic: str | None = None, quiet: bool = False) -> int:
    """Print each file; 1 when anything in them is wrong or cannot be read.

    Records of the broker's own topics are decoded; `topic` says of which they are where no directory does.
    """
    problems = 0
    for path in paths:
        try:
            problems += dump_file(
                path,
                sys.stdout,
                deep or topic is not None,
                show_time=_show_time,
                show_record=show_record,
                topic=topic,
                quiet=quiet,
            )
        except BrokenPipeError:
            raise
        except OSError as error:
            print(f"kwire: cannot read {path}: {error.strerror or error}", file=sys.stderr)
            problems += 1
    if problems:
        print(f"kwire: {problems} problem{'s' if problems > 1 else ''} found", file=sys.stderr)
    return 1 if problems else 0
