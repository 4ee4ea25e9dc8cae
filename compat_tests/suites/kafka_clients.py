"""Releases of Apache Kafka's Java client, each with its own jars: a producer and a group of two, for every codec.

The program is that of the Java tests. It is compiled against each release, since it uses only what the oldest has.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path

from compat_tests.harness import JAVA_DIR, require
from compat_tests.suites.reading import one_line
from compat_tests.suites.suite import Case, Outcome, Place, Suite, installed, must, run_program

PROGRAM = JAVA_DIR / "GroupRoundTrip.java"
#: From old to new. Apache Kafka 4 serves clients from 2.1 on (KIP-896).
VERSIONS = ("2.8.2", "3.9.1", "4.0.0", "4.4.0")
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
ASSIGNORS = ("RangeAssignor", "CooperativeStickyAssignor")
RECORDS = 2_000
ONE_RUN_S = 180.0

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>kwire</groupId><artifactId>client</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId>
<version>{version}</version></dependency></dependencies></project>
"""
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def prepare(version: str) -> Path:
    """The directory with `jars` and `classes` for one release."""
    for program in ("java", "javac", "mvn"):
        require(program)
    digest = hashlib.sha256(PROGRAM.read_bytes()).hexdigest()[:8]
    return installed(f"java-client-{version}-{digest}", functools.partial(_install, version))


def _install(version: str, directory: Path) -> None:
    pom = directory / "pom.xml"
    pom.write_text(POM.format(version=version), encoding="utf-8")
    jars = directory / "jars"
    must(["mvn", "-q", "-B", "-f", pom, COPY, "-DincludeScope=runtime", f"-DoutputDirectory={jars}"])
    must(["javac", "-cp", f"{jars}/*", "-d", directory / "classes", PROGRAM])


def run(version: str, place: Place) -> Sequence[Case]:
    directory = prepare(version)
    cases = []
    for codec in CODECS:
        for assignor in ASSIGNORS:
            name = f"{codec} {assignor}"
            done = run_program(
                [
                    *("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                    *("-cp", f"{directory}/classes:{directory}/jars/*", "GroupRoundTrip", place.bootstrap),
                    *(f"topic-{codec}-{assignor}", f"group-{codec}-{assignor}", str(RECORDS), codec),
                    f"org.apache.kafka.clients.consumer.{assignor}",
                ],
                bound_s=ONE_RUN_S,
                log=place.log,
            )
            good = done.code == 0 and not done.timed_out
            how = f"not over within {ONE_RUN_S:.0f} s" if done.timed_out else f"ended with {done.code}"
            reason = "" if good else one_line(_last_line(done.output) or how)
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
            about="an idempotent producer and a group of two, with every codec and two assignors.",
            prepare=functools.partial(prepare, version),
            run=functools.partial(run, version),
            features=(("", "produce and consume in a group"),),
            settings={"num.partitions": "4"},
            bound_s=ONE_RUN_S * len(CODECS) * len(ASSIGNORS),
            quick=version in (VERSIONS[0], VERSIONS[-1]),
        )
        for version in VERSIONS
    ]
