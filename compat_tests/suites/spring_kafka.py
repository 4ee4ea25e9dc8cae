"""A Spring Boot application with Spring for Apache Kafka, whose bootstrap address is that of the server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compat_tests.suites import jvm
from compat_tests.suites.suite import Case, Place, Suite

BOOT = "4.1.0"
VERSION = "4.1.0"
"""Of Spring for Apache Kafka, as this Spring Boot brings it; its Kafka client is 4.2.1."""


def prepare() -> tuple[Path, Path]:
    jars = jvm.jars("spring-kafka", [f"org.springframework.boot:spring-boot-starter-kafka:{BOOT}"])
    return jars, jvm.classes("spring-kafka", jars, ["Checks.java", "Spring.java", "SpringChecks.java"])


def run(place: Place) -> Sequence[Case]:
    return jvm.run_checks(place, "SpringChecks", *prepare())


def suites() -> list[Suite]:
    return [
        Suite(
            name="spring-kafka",
            client="Spring for Apache Kafka",
            version=VERSION,
            about=f"an application of Spring Boot {BOOT}: listeners of records and batches, several consumers,"
            " acknowledged by hand, errors with retries and dead letters, retry topics, request and reply,"
            " transactions.",
            prepare=prepare,
            run=run,
            features=(
                ("^transactions", "transactions and idempotence"),
                ("^admin|^application", "administration"),
                ("^share", "share groups"),
                ("^listener|^group.protocol", "consumer groups"),
                ("", "produce and consume"),
            ),
            bound_s=1200,
        )
    ]
