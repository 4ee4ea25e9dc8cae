"""Apache Kafka's own DumpLogSegments as a witness: it reads every file of a data directory, and finds nothing wrong.

Every file is looked at twice where Kafka has two opinions: indexes by the check of a broker's start
(`--index-sanity-check`), and entry by entry against their logs. Records of internal topics must decode. One JVM looks
at many files, because its start is what costs.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.toolchain import SLF4J, MissingToolchain, find_tool, maven_jar

VERSION = "4.3.0"
KAFKA_JARS = (
    "kafka-clients",
    "kafka-coordinator-common",
    "kafka-group-coordinator",
    "kafka-metadata",
    "kafka-raft",
    "kafka-server-common",
    "kafka-share-coordinator",
    "kafka-storage",
    "kafka-tools",
    "kafka-tools-api",
    "kafka-transaction-coordinator",
)
OTHER_JARS = (
    ("net.sf.jopt-simple", "jopt-simple", "5.0.4"),
    ("at.yawk.lz4", "lz4-java", "1.10.2"),
    ("org.xerial.snappy", "snappy-java", "1.1.10.7"),
    ("com.github.luben", "zstd-jni", "1.5.6-10"),
    ("com.fasterxml.jackson.core", "jackson-annotations", "2.21"),
    ("com.fasterxml.jackson.core", "jackson-core", "2.21.2"),
    ("com.fasterxml.jackson.core", "jackson-databind", "2.21.2"),
    SLF4J,
)

LOOKED_AT = (".log", ".index", ".timeindex", ".txnindex", ".snapshot", ".checkpoint")
DECODERS = {
    "__cluster_metadata": "--cluster-metadata-decoder",
    "__consumer_offsets": "--offsets-decoder",
    "__transaction_state": "--transaction-log-decoder",
    "__share_group_state": "--share-group-state-decoder",
}
COMPACTED = ("__consumer_offsets", "__transaction_state")

_QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx1g")  # it lives for a second
_ABORTED_BYTES = 34
_CHARACTERS_AT_ONCE = 100_000  # Linux takes no single argument above 128 KiB
_WRONG = re.compile(
    r"mismatches in|mismatch|isvalid: false|invalid bytes|index(ed)? offset|index timestamp|out of order|not found in"
    r"|ignoring unknown|Exception|corrupt|\bat (org|java|kafka)\.",
    re.IGNORECASE,
)
_NOT_DECODED = re.compile(r" (?:key|payload): (?:Error at|Failed to decode|Unknown record type) ")
_GAP = re.compile(r" +(-?\d+) is followed by (\d+)$")
_NON_CONSECUTIVE = "Non-consecutive offsets in "


def dump_with_kafka(files: Sequence[Path], *options: str) -> str:
    """All that DumpLogSegments prints about some files. Skips the test without Java or the jars."""
    try:
        lines = list(_dump(files, options))
    except MissingToolchain as missing:
        pytest.skip(str(missing))
    assert lines[-1] == "exit status 0", "\n".join(lines)
    return "\n".join(lines[:-1])


def assert_kafka_finds_nothing(data: Path, *, compacted: Collection[str] = ()) -> None:
    """Fails with what Kafka finds in a data directory; skips the test without Java or the jars.

    `compacted` names the topics whose offsets may have gaps.
    """
    try:
        wrong = what_kafka_finds(data, compacted=compacted)
    except MissingToolchain as missing:
        pytest.skip(str(missing))
    assert not wrong, f"DumpLogSegments found in {data}:\n" + "\n".join(wrong)


def what_kafka_finds(data: Path, *, compacted: Collection[str] = ()) -> list[str]:
    """What is wrong with the files of all partitions, each line with its file; empty when nothing is.

    Raises MissingToolchain, and ValueError for a directory in which there is nothing to look at.
    """
    files = list(files_to_look_at(data))
    if not files:
        raise ValueError(f"{data} has no partition with files")
    wrong: list[str] = []
    indexes = [path for path in files if path.suffix in (".index", ".timeindex")]
    for chunk in _chunks(indexes):
        wrong += _complaints(chunk, ("--index-sanity-check",), compacted)
    decoded: dict[str, list[Path]] = {}
    for path in files:
        topic = topic_of(path) if path.suffix in (".log", ".checkpoint") else ""
        decoded.setdefault(DECODERS.get(topic, "--deep-iteration"), []).append(path)
    for option, paths in decoded.items():
        for chunk in _chunks(paths):
            wrong += _complaints(chunk, (option,), compacted)
    return list(dict.fromkeys(wrong))


def files_to_look_at(data: Path) -> Iterator[Path]:
    """Every file that DumpLogSegments knows, of every partition that is not deleted."""
    for directory in sorted(data.iterdir()):
        if directory.is_dir() and not directory.name.endswith("-delete"):
            yield from sorted(path for path in directory.iterdir() if path.suffix in LOOKED_AT)


def topic_of(path: Path) -> str:
    """The topic in whose partition a file is."""
    return path.parent.name.rpartition("-")[0]


def _complaints(files: Sequence[Path], options: Sequence[str], compacted: Collection[str]) -> list[str]:
    wrong: list[str] = []
    gapped = None
    current: Path | None = None
    dumped = 0
    aborted: Counter[Path | None] = Counter()
    for line in _dump(files, options):
        if line.startswith("Dumping "):
            current = Path(line.removeprefix("Dumping "))
            dumped += 1
        elif line.startswith(_NON_CONSECUTIVE):
            gapped = Path(line.removeprefix(_NON_CONSECUTIVE))
        elif gap := _GAP.match(line):
            assert gapped is not None
            before, after = map(int, gap.groups())
            # Each file is counted from -1, so the first record of a later segment always looks out of line.
            if before != -1 and not (before < after and topic_of(gapped) in (*COMPACTED, *compacted)):
                wrong.append(f"{gapped}: {line.strip()}")
        elif line.startswith("exit status"):
            if line != "exit status 0":
                wrong.append(f"{current}: DumpLogSegments gave up ({line})")
        elif line.startswith("version: "):
            aborted[current] += 1
        elif _is_wrong(line):
            wrong.append(f"{current}: {line.strip()}")
    for path in files:  # the only kind of file of which it reads what it can, and is silent about the rest
        size = path.stat().st_size if path.suffix == ".txnindex" else 0
        if size != aborted[path] * _ABORTED_BYTES:
            wrong.append(f"{path}: {aborted[path]} aborted transactions in {size} bytes")
    if dumped != len(files):
        wrong.append(f"DumpLogSegments looked at {dumped} of {len(files)} files")
    return wrong


def _is_wrong(line: str) -> bool:
    if line.startswith(
        "| "
    ):  # a record: key and value are printed last, and may say anything unless they decode
        return _NOT_DECODED.search(line) is not None
    return _WRONG.search(line) is not None


def _chunks(files: Iterable[Path]) -> Iterator[list[Path]]:
    chunk: list[Path] = []
    characters = 0
    for path in files:
        characters += len(str(path)) + 1
        if characters > _CHARACTERS_AT_ONCE and chunk:
            yield chunk
            chunk, characters = [], len(str(path))
        chunk.append(path)
    if chunk:
        yield chunk


def _dump(files: Sequence[Path], options: Sequence[str]) -> Iterator[str]:
    """The lines that it prints, and last its exit status. They are read as they come: there may be millions."""
    java = find_tool("java")
    jars = [maven_jar("org.apache.kafka", artifact, VERSION) for artifact in KAFKA_JARS]
    jars += [maven_jar(*coordinates) for coordinates in OTHER_JARS]
    command = [
        *(java, *_QUICK, "-cp", os.pathsep.join(map(str, jars)), "org.apache.kafka.tools.DumpLogSegments"),
        *(*options, "--files", ",".join(map(str, files))),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as java_process:
        assert java_process.stdout is not None
        for line in java_process.stdout:
            if not line.startswith("SLF4J: "):
                yield line.rstrip("\n")
    yield f"exit status {java_process.returncode}"
