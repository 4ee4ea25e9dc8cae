"""librdkafka's own test suite, in its quick mode, as it lies in the source that the npm package of Confluent's client
brings along. The programs are built once; every test that needs a broker runs, those that bring a mock of it do not.
"""

from __future__ import annotations

import functools
import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compat_tests.harness import MissingToolchain, java_command, require
from compat_tests.suites.reading import not_ended, one_line
from compat_tests.suites.suite import Case, Outcome, Place, Suite, installed, must, run_program

PACKAGE, PACKAGE_VERSION = "@confluentinc/kafka-javascript", "1.10.1"
VERSION = "2.15.1"
"""Of librdkafka, in that package."""

FEATURES = (
    ("share", "share groups"),
    ("txn|transaction|eos|idempot|fence", "transactions and idempotence"),
    ("admin|topic|acl|scram|DescribeCluster|CreateTopics", "administration"),
    ("cgrp|rebalance|subscri|group|assign|cooperative|consumer|member|regex", "consumer groups"),
    ("offset|seek|commit|store", "offsets"),
    ("", "produce and consume"),
)


PARALLEL = 5
"""Tests at a time: the suite's own default."""


LIBRARIES = {
    "libssl": "libssl-dev",
    "libcurl": "libcurl4-openssl-dev",
    "libsasl2": "libsasl2-dev",
    "RapidJSON": "rapidjson-dev",
}
"""What the whole of the suite wants, by the names that pkg-config and Debian have for it: without them tests of
statistics, transactions and security do not run.
"""


def prepare() -> Path:
    for program in ("npm", "gcc", "g++", "make", "pkg-config", "java", "mvn"):
        require(program)
    missing = [package for library, package in LIBRARIES.items() if not _is_there(library)]
    if missing:
        raise MissingToolchain(f"headers that librdkafka is built with are missing: {', '.join(missing)}")
    return installed(f"librdkafka-{VERSION}-whole", _build)


def _is_there(library: str) -> bool:
    return run_program(["pkg-config", "--exists", library], bound_s=60).code == 0


def _build(directory: Path) -> None:
    must(["npm", "pack", "--silent", f"{PACKAGE}@{PACKAGE_VERSION}"], cwd=directory)
    (archive,) = directory.glob("*.tgz")
    must(["tar", "-xzf", archive, "--strip-components=3", "package/deps/librdkafka"], cwd=directory)
    must(["nice", "./configure", "--enable-ssl", "--enable-gssapi", "--enable-curl"], cwd=directory)
    must(["nice", "make", "-j2", "libs"], cwd=directory)
    must(["nice", "make", "-j2", "-C", "tests", "test-runner"], cwd=directory)


def run(protocol: str, place: Place) -> Sequence[Case]:
    """Everything, with consumers of one group protocol: classic, or consumer (KIP-848)."""
    tests = prepare() / "tests"
    config = place.scratch / "test.conf"
    config.write_text(f"bootstrap.servers={place.bootstrap}\ntest.topic.random=true\n", encoding="utf-8")
    report = place.scratch / "report.json"
    scripts(place.scratch / "bin")
    done = run_program(
        [tests / "test-runner", "-Q", "-E", "-L", f"-p{PARALLEL}"],
        bound_s=place.bound_s,
        log=place.log,
        cwd=tests,
        env={
            "KAFKA_PATH": str(place.scratch),
            "BROKERS": place.bootstrap,
            "RDKAFKA_TEST_CONF": str(config),
            "TEST_REPORT": str(report),
            "TEST_KAFKA_VERSION": "4.3.0",
            "TEST_CONSUMER_GROUP_PROTOCOL": protocol,
            "LD_LIBRARY_PATH": f"{tests.parent}/src:{tests.parent}/src-cpp",
        },
    )
    cases = reported(report, done.output)
    return not_ended(cases, place.bound_s) if done.timed_out else cases


STATES = {
    "PASSED": Outcome.PASSED,
    "FAILED": Outcome.FAILED,
    "RUNNING": Outcome.FAILED,
    "SKIPPED": Outcome.SKIPPED,
}


IDLE = "nothing of it runs in quick mode"
SETUP = re.compile(
    r"=== (?:Running test|Test) |==== Stats written|Setting test timeout|: duration |Using topic "
    r"|Created +kafka instance"
)
"""What every test prints, also one of which nothing runs."""


def _state(name: str, test: dict[str, Any], plain: str) -> str:
    """A test's state; one that says PASSED and did nothing but set itself up did not run."""
    said = re.findall(rf"^\[{name}\s*/[^\]]*\](.*)", plain, re.MULTILINE)
    idle = all(SETUP.search(line) for line in said)
    return "SKIPPED" if idle and test["state"] == "PASSED" else str(test["state"])


def scripts(directory: Path) -> None:
    """Kafka's shell scripts, as far as the suite calls them, over the tools in Kafka's jars."""
    classes = {
        "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
        "kafka-acls.sh": "kafka.admin.AclCommand",
        "kafka-configs.sh": "kafka.admin.ConfigCommand",
    }
    directory.mkdir()
    for name, main_class in classes.items():
        script = directory / name
        script.write_text(
            f'#!/bin/sh\nexec {shlex.join(java_command())} {main_class} "$@"\n', encoding="utf-8"
        )
        script.chmod(0o755)


def reported(report: Path, output: str) -> list[Case]:
    """The cases of the suite's own report, with the reasons that it printed beside them.

    Without a report, because the program was ended by a test that hung, those of the lines that it printed.
    """
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    reasons = {found[1]: found[2] for found in re.finditer(r"\|\s*(\d{4}_\w+)\s*\|[^|]*\|[^|]*\|(.*)", plain)}
    if report.exists():
        tests = json.loads(report.read_text(encoding="utf-8"))["tests"]
        states = {name: _state(name, test, plain) for name, test in tests.items()}
    else:
        states = dict.fromkeys(re.findall(r"^\[(\d{4}_\w+)\s*/", plain, re.MULTILINE), "RUNNING")
        for found in re.finditer(r"Test (\d{4}_\w+) (PASSED|FAILED|SKIPPED)", plain):
            states[found[1]] = found[2]
    cases = []
    for name, state in states.items():
        if name[:1].isdigit() and state in STATES:
            reason = reasons.get(name) or IDLE if state != "PASSED" else ""
            cases.append(Case(name, STATES[state], one_line(reason)))
    return cases


def suites() -> list[Suite]:
    def suite(name: str, protocol: str, about: str) -> Suite:
        return Suite(
            name=name,
            client="librdkafka",
            version=VERSION,
            about=about,
            prepare=prepare,
            run=functools.partial(run, protocol),
            features=FEATURES,
            settings={"num.partitions": "4", "auto.create.topics.enable": "true"},
            bound_s=1500,
        )

    return [
        suite("librdkafka", "classic", "its own test suite in quick mode: every test that needs a broker."),
        suite(
            "librdkafka-consumer-protocol",
            "consumer",
            "the same, its consumers in groups of the newer protocol (KIP-848).",
        ),
    ]
