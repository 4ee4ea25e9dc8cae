"""Applications of Kafka Streams, with the jars of the Java tests: what a topology can ask of a broker, and kills."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compat_tests.harness import kafka_jars, require
from compat_tests.suites import jvm
from compat_tests.suites.suite import Case, Place, Suite

VERSION = "4.3.0"
SOURCES = (
    "Checks.java",
    "Streams.java",
    "StreamsInstance.java",
    "StreamsChecks.java",
    "StreamsStateChecks.java",
)


def prepare() -> tuple[Path, Path]:
    for program in ("java", "javac", "mvn"):
        require(program)
    return kafka_jars(), jvm.classes("kafka-streams", kafka_jars(), SOURCES)


def run(place: Place) -> Sequence[Case]:
    return jvm.run_checks(
        place, "StreamsChecks", *prepare(), str(place.scratch), options=[jvm.kafka_log_config()]
    )


def suites() -> list[Suite]:
    return [
        Suite(
            name="kafka-streams",
            client="Kafka Streams",
            version=VERSION,
            about="joins (streams, tables, by foreign key), windows (tumbling, hopping, sliding, sessions, suppressed),"
            " stores that are wiped and restored, standby stores, instances that are killed, exactly once, the reset"
            " tool; the classic protocol.",
            prepare=prepare,
            run=run,
            features=(
                ("^reset tool", "administration"),
                ("^exactly once", "transactions and idempotence"),
                ("^instances", "consumer groups"),
                ("", "produce and consume"),
            ),
            # Few partitions of the internal topics: a broker that starts anew need not make fifty.
            settings={"offsets.topic.num.partitions": "4", "transaction.state.log.num.partitions": "4"},
            bound_s=2400,
        )
    ]
