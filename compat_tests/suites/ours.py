"""The project's own tests with real clients (`compat_tests/`), one suite for each folder: kwire's promises to them."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from compat_tests.harness import require
from compat_tests.suites.reading import junit, not_ended
from compat_tests.suites.suite import Case, Place, Suite, run_program

TESTS = Path(__file__).resolve().parents[1]

FEATURES = (
    ("transact|exactly_once|streams", "transactions"),
    ("admin|topic|config|tool", "administration"),
    ("group|member|rebalance", "consumer groups"),
    ("offset", "offsets"),
    ("", "produce and consume"),
)


def pytest_folder(folder: str, place: Place) -> Sequence[Case]:
    report = place.scratch / "report.xml"
    done = run_program(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            f"--junitxml={report}",
            "-p",
            "no:cacheprovider",
            f"--basetemp={place.scratch / 'pytest'}",  # kept with the rest when something failed
            TESTS / folder,
        ],
        bound_s=place.bound_s,
        log=place.log,
        cwd=TESTS.parent,
    )
    cases = [
        Case(case.name.removeprefix(f"compat_tests.{folder}."), case.outcome, case.reason)
        for case in (junit([report]) if report.exists() else [])
    ]
    return not_ended(cases, place.bound_s) if done.timed_out else cases


def _python_clients() -> str:
    return ", ".join(version(name) for name in ("confluent-kafka", "kafka-python", "aiokafka"))


def _kcat_version() -> str:
    try:
        told = subprocess.run(["kcat", "-V"], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return "any"
    found = re.search(r"Version (\S+)", told)
    return found[1] if found else "any"


def suites() -> list[Suite]:
    def suite(folder: str, client: str, tried: str, about: str, *needs: str, bound_s: float = 1800) -> Suite:
        return Suite(
            name=f"kwire-{folder}",
            client=client,
            version=tried,
            about=about,
            prepare=lambda: [require(program) for program in needs],
            run=functools.partial(pytest_folder, folder),
            features=FEATURES,
            bound_s=bound_s,
            needs_server=False,
        )

    java = ("java", "mvn", "javac")
    return [
        suite(
            "python",
            "confluent-kafka, kafka-python, aiokafka",
            _python_clients(),
            "records, groups, offsets and administration with each of the three, restarts and kills in between.",
        ),
        suite("kcat", "kcat", _kcat_version(), "records, groups, queries from the shell.", "kcat"),
        suite("node", "kafkajs", "2.2.4", "a round trip and group members that crash.", "node", "npm"),
        suite(
            "java",
            "Apache Kafka's Java client and tools",
            "4.3.0",
            "every command line tool of Kafka, and a round trip in a group.",
            *java,
        ),
        suite(
            "admin",
            "an administrator, one request at a time; confluent-kafka",
            _python_clients(),
            "directories, leaders, voters, settings, quotas, credentials; partitions that move, with a kill.",
        ),
        suite(
            "connect",
            "Kafka Connect",
            "4.3.0",
            "files into topics and topics into files, alone and with two workers that are killed; the REST interface,"
            " exactly once, dead letter queues.",
            *java,
        ),
        suite(
            "mirror",
            "MirrorMaker 2",
            "4.3.0",
            "from an Apache Kafka and back: records, settings, offsets of groups translated, checkpoints; killed in the"
            " middle, exactly once.",
            *java,
        ),
        suite(
            "orders",
            "confluent-kafka, kafka-python",
            _python_clients(),
            "300,000 order events, a reader killed, the server stopped and killed.",
        ),
        suite(
            "groups",
            "librdkafka, Apache Kafka's Java client and tools",
            "several",
            "consumer groups of the newer protocol and of both, and what brokers answer their members.",
            *java,
        ),
        suite(
            "share",
            "Apache Kafka's Java client and tools",
            "4.3.0",
            "share groups: the share consumer, its tools, and what brokers answer about them one request at a time.",
            *java,
        ),
        suite(
            "transactions",
            "Java, Kafka Streams, librdkafka, aiokafka, franz-go",
            "several",
            "exactly once with each of them, with kills in the middle.",
            *java,
            "go",
        ),
    ]
