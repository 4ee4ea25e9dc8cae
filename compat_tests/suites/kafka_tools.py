"""The tools of Apache Kafka's bin directory, each called as its script calls it, in one JVM."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compat_tests.harness import kafka_jars, require
from compat_tests.suites import jvm
from compat_tests.suites.suite import Case, Place, Suite

VERSION = "4.3.0"
SOURCES = ("Checks.java", "Tools.java", "ToolChecks.java", "ToolGroupChecks.java")


def prepare() -> tuple[Path, Path]:
    for program in ("java", "javac", "mvn"):
        require(program)
    return kafka_jars(), jvm.classes("kafka-tools", kafka_jars(), SOURCES)


def run(place: Place) -> Sequence[Case]:
    return jvm.run_checks(
        place, "ToolChecks", *prepare(), str(place.scratch), options=[jvm.kafka_log_config()]
    )


def suites() -> list[Suite]:
    return [
        Suite(
            name="kafka-tools",
            client="Apache Kafka's tools",
            version=VERSION,
            about="what the scripts of its bin directory do: topics, configs, groups with every way to reset offsets,"
            " the console clients with their formatters, verifiable clients, performance, transactions, features.",
            prepare=prepare,
            run=run,
            features=(
                ("^share", "share groups"),
                ("^kafka-transactions", "transactions and idempotence"),
                ("^kafka-(consumer-|share-)?groups|^group.protocol", "consumer groups"),
                ("^kafka-(console|verifiable|producer|consumer|e2e|replica)", "produce and consume"),
                ("^kafka-get-offsets", "offsets"),
                ("", "administration"),
            ),
            bound_s=1500,
        )
    ]
