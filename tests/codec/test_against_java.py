"""Apache Kafka's own classes read what the codec writes, and write the same bytes again: every message and version."""

from __future__ import annotations

import os
import random
import struct
import subprocess
from pathlib import Path

import pytest

from protocol_specs.grammar import Spec
from tests.codec.random_messages import SEED, Case, all_specs, cases, identify
from tests.toolchain import SLF4J, require_maven_jar, require_tool

SPECS = all_specs()
MESSAGES_EACH = 4
ARTIFACTS = (
    "kafka-clients",
    "kafka-group-coordinator",
    "kafka-transaction-coordinator",
    "kafka-share-coordinator",
    "kafka-metadata",
)
PACKAGES = {
    "consumer_offsets": "org.apache.kafka.coordinator.group.generated",
    "transaction_state": "org.apache.kafka.coordinator.transaction.generated",
    "share_group_state": "org.apache.kafka.coordinator.share.generated",
    "cluster_metadata": "org.apache.kafka.common.metadata",
}

pytestmark = pytest.mark.java


def java_class(case: Case) -> str:
    package = PACKAGES.get(case.spec.path.stem, "org.apache.kafka.common.message")
    suffix = "Data" if case.message.role in ("request", "response", "header") else ""
    return f"{package}.{case.message.name}{suffix}"


def messages_of(case: Case) -> list[bytes]:
    rng = random.Random(f"{SEED} {case}")
    values = [case.default(), *(case.random(rng) for _ in range(MESSAGES_EACH))]
    return [case.encode(value) for value in values]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int, bytes], str | bytes]:
    """What Java made of each message, by name, version and bytes; a text when it could not be read."""
    javac, java = require_tool("javac"), require_tool("java")
    jars = [require_maven_jar(artifact) for artifact in ARTIFACTS]
    jars.append(require_maven_jar(SLF4J[1], group=SLF4J[0], version=SLF4J[2]))
    classes = tmp_path_factory.mktemp("classes")
    class_path = os.pathsep.join(map(str, [classes, *jars]))
    source = Path(__file__).parent / "java" / "RoundTrip.java"
    subprocess.run([javac, "-cp", class_path, "-d", str(classes), str(source)], check=True)
    questions = [
        (case, data) for spec in SPECS for case in cases(spec) for data in dict.fromkeys(messages_of(case))
    ]
    asked = bytearray(struct.pack(">i", len(questions)))
    for case, data in questions:
        name = java_class(case).encode()
        asked += struct.pack(">H", len(name)) + name + struct.pack(">hi", case.version, len(data)) + data
    command = [java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", class_path, "RoundTrip"]
    said = subprocess.run(command, input=bytes(asked), stdout=subprocess.PIPE, check=True).stdout
    result: dict[tuple[str, int, bytes], str | bytes] = {}
    pos = 0
    for case, data in questions:
        failed, size = struct.unpack_from(">bi", said, pos)
        pos += 5 + size
        answer = said[pos - size : pos]
        result[case.message.name, case.version, data] = answer.decode() if failed else answer
    assert pos == len(said)
    return result


@pytest.mark.parametrize("spec", SPECS, ids=identify)
def test_java_reads_it_and_writes_the_same_bytes(
    spec: Spec, answers: dict[tuple[str, int, bytes], str | bytes]
) -> None:
    for case in cases(spec):
        for data in messages_of(case):
            answer = answers[case.message.name, case.version, data]
            assert not isinstance(answer, str), f"{case}: {answer} (KWIRE_SEED={SEED}): {case.decode(data)}"
            assert answer == data, f"{case}, KWIRE_SEED={SEED}: {case.decode(data)}"
