"""Releases of Apache Kafka's Java client, each with its own jars: a producer and a group of two, for every codec, and
what applications do with the client, claim by claim.

The programs are compiled against each release, since they use only what the oldest has; what came with 4.0 is in one
of its own.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from compat_tests.harness import JAVA_DIR
from compat_tests.suites import jvm
from compat_tests.suites.reading import one_line
from compat_tests.suites.suite import Case, Outcome, Place, Suite, run_program

PROGRAM = JAVA_DIR / "GroupRoundTrip.java"
CHECKS = ("Clients.java", "ClientChecks.java", "ClientGroupChecks.java")
#: From old to new. Apache Kafka 4 serves clients from 2.1 on (KIP-896).
VERSIONS = ("2.8.2", "3.9.1", "4.0.0", "4.4.0")
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
ASSIGNORS = ("RangeAssignor", "CooperativeStickyAssignor")
RECORDS = 2_000
ONE_RUN_S = 180.0
CHECKS_S = 600.0

#: Since when clients know the group protocol of KIP-848, topics by id and the like.
MODERN = 4
SETTINGS = {"num.partitions": "4"}

FEATURES = (
    ("^admin|^operators", "administration"),
    ("^offsets", "offsets"),
    ("^groups|^group.protocol", "consumer groups"),
    ("^transactions", "transactions and idempotence"),
    ("", "produce and consume"),
)


def is_modern(version: str) -> bool:
    return int(version.split(".")[0]) >= MODERN


def prepare(version: str) -> tuple[Path, Path]:
    """The directories with the jars and with the compiled programs for one release."""
    found = jvm.jars(f"java-client-{version}", [f"org.apache.kafka:kafka-clients:{version}"])
    modern = ["ModernClientChecks.java"] if is_modern(version) else []
    sources = [str(PROGRAM), "Checks.java", *CHECKS, *modern]
    return found, jvm.classes(f"java-client-{version}", found, sources)


def run(version: str, place: Place) -> Sequence[Case]:
    jars, classes = prepare(version)
    cases = round_trips(jars, classes, place)
    for program in ("ClientChecks", *(["ModernClientChecks"] if is_modern(version) else [])):
        cases += jvm.run_checks(place, program, jars, classes, bound_s=CHECKS_S)
    return cases


def round_trips(jars: Path, classes: Path, place: Place) -> list[Case]:
    cases = []
    for codec in CODECS:
        for assignor in ASSIGNORS:
            done = run_program(
                [
                    *jvm.command("GroupRoundTrip", classes, f"{jars}/*"),
                    *(place.bootstrap, f"topic-{codec}-{assignor}", f"group-{codec}-{assignor}"),
                    *(str(RECORDS), codec, f"org.apache.kafka.clients.consumer.{assignor}"),
                ],
                bound_s=ONE_RUN_S,
                log=place.log,
            )
            good = done.code == 0 and not done.timed_out
            how = f"not over within {ONE_RUN_S:.0f} s" if done.timed_out else f"ended with {done.code}"
            reason = "" if good else one_line(_last_line(done.output) or how)
            name = f"{codec} {assignor}"
            cases.append(Case(name, Outcome.PASSED if good else Outcome.FAILED, reason))
    return cases


def _last_line(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.strip()), "")


def suites() -> list[Suite]:
    return [
        Suite(
            name=f"java-client-{version}",
            client="Apache Kafka's Java client",
            version=version,
            about="an idempotent producer and a group of two, with every codec and two assignors; then administration,"
            " records, offsets, groups and transactions, one claim at a time.",
            prepare=functools.partial(prepare, version),
            run=functools.partial(run, version),
            features=FEATURES,
            settings=SETTINGS,
            bound_s=ONE_RUN_S * len(CODECS) * len(ASSIGNORS) + 2 * CHECKS_S,
            quick=version == VERSIONS[-1],
        )
        for version in VERSIONS
    ]
