"""Apache Kafka's own DumpLogSegments looks at every file of every log in a data directory."""

from __future__ import annotations

from pathlib import Path

from soak.ledger import Violation
from tests.kafka_dump import files_to_look_at, what_kafka_finds
from tests.toolchain import MissingToolchain


def kafka_finds_nothing(data: Path) -> None:
    """Raises Violation with what it found in a directory that was closed in order. Says so where there is no Java."""
    try:
        wrong = what_kafka_finds(data, compacted=("compacted",))
    except MissingToolchain as missing:
        print(f"not looked at by Apache Kafka: {missing}")
        return
    if wrong:
        raise Violation("DumpLogSegments found: " + "; ".join(wrong[:5]))
    print(f"DumpLogSegments found nothing in {len(list(files_to_look_at(data)))} files")
