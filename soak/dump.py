"""`kwire verify` and Apache Kafka's own DumpLogSegments look at every file of every log in a data directory."""

from __future__ import annotations

from pathlib import Path

from kwire.broker.inspection.verification import check_task, look_up, verify
from kwire.log.files import DiskFiles
from soak.ledger import Violation
from tests.kafka_dump import files_to_look_at, what_kafka_finds
from tests.toolchain import MissingToolchain


def kafka_finds_nothing(data: Path) -> None:
    """Nor does kwire. Raises Violation with what one of them found in a directory that was closed in order.

    Says so where there is no Java.
    """
    kwire_finds_nothing(data)
    try:
        wrong = what_kafka_finds(data, compacted=("compacted",))
    except MissingToolchain as missing:
        print(f"not looked at by Apache Kafka: {missing}")
        return
    if wrong:
        raise Violation("DumpLogSegments found: " + "; ".join(wrong[:5]))
    print(f"DumpLogSegments found nothing in {len(list(files_to_look_at(data)))} files")


def kwire_finds_nothing(data: Path) -> None:
    """Raises Violation with what it found."""
    files = DiskFiles()
    found = verify(
        files,
        look_up(files, [str(data)]),
        lambda tasks: [check_task(files, task) for task in tasks],
        deep=True,
    )
    if found.problems:
        wrong = [f"{each.path}, byte {each.position}: {each.what}" for each in found.problems[:5]]
        raise Violation("kwire verify found: " + "; ".join(wrong))
    print(f"kwire verify found nothing in {found.segments} segments with {found.records} records")
