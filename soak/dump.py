"""Apache Kafka's own DumpLogSegments looks at every file of every log in a data directory."""

from __future__ import annotations

from pathlib import Path

from soak.ledger import Violation
from tests.log.test_kafka_tools import WRONG, dump_with_kafka
from tests.toolchain import MissingToolchain, find_tool

SUFFIXES = (".log", ".index", ".timeindex", ".txnindex", ".snapshot")

FILES_AT_ONCE = 500


def kafka_finds_nothing(data: Path) -> None:
    """Raises Violation with what it found in a directory that was closed in order. Says so where there is no Java."""
    try:
        find_tool("java")
    except MissingToolchain as missing:
        print(f"not looked at by Apache Kafka: {missing}")
        return
    files = sorted(
        path
        for directory in data.iterdir()
        if directory.is_dir() and not directory.name.endswith(("-delete", "-stray"))
        for path in directory.iterdir()
        if path.suffix in SUFFIXES
    )
    for start in range(0, len(files), FILES_AT_ONCE):
        text = dump_with_kafka(files[start : start + FILES_AT_ONCE])
        wrong = [line for line in text.splitlines() if WRONG.search(line)]
        if wrong:
            raise Violation("DumpLogSegments found: " + "; ".join(wrong[:5]))
    print(f"DumpLogSegments found nothing in {len(files)} files")
