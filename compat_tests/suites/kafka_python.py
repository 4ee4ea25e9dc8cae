"""kafka-python's own integration tests, as its source distribution has them, in its newest version.

The distribution leaves out one small module of theirs, `test.service`, which starts brokers. Ours takes its place and
starts nothing: the broker is there already. What tests SASL and TLS starts brokers itself and is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from compat_tests.suites.reading import junit, not_ended
from compat_tests.suites.suite import Case, Place, Suite, installed, must, run_program

VERSION = "3.0.12"

FEATURES = (
    ("admin", "administration"),
    ("transact|idempot", "transactions and idempotence"),
    ("group|rebalance|consumer_.*(coordinator|leave|static)", "consumer groups"),
    ("offset|seek|lag", "offsets"),
    ("", "produce and consume"),
)

SERVICE = '''"""In place of the module that starts brokers: here one is running."""


class ExternalService:
    def __init__(self, host, port):
        self.host, self.port = host, port

    def open(self):
        pass

    def close(self):
        pass


class SpawnedService:
    def __init__(self, *args, **kwargs):
        raise RuntimeError("this run has one broker, which is running")
'''


def prepare() -> Path:
    return installed(f"kafka-python-{VERSION}", _install)


def _install(directory: Path) -> None:
    must([sys.executable, "-m", "venv", directory / "venv"])
    pip: list[str | Path] = [directory / "venv/bin/python", "-m", "pip"]
    extras = ["pytest", "pytest-timeout", "py", "lz4", "python-snappy", "zstandard", "crc32c", "setuptools"]
    must([*pip, "install", "--quiet", f"kafka-python=={VERSION}", *extras])
    wanted = ["--no-deps", "--no-binary", "kafka-python", f"kafka-python=={VERSION}"]
    must([*pip, "download", "--quiet", *wanted, "--dest", directory])
    (archive,) = directory.glob("*.tar.gz")
    source = directory / "source"
    source.mkdir()
    must(["tar", "-xzf", archive, "-C", source, "--strip-components=1"])
    (source / "test" / "__init__.py").touch()
    (source / "test" / "service.py").write_text(SERVICE, encoding="utf-8")


def run(place: Place) -> Sequence[Case]:
    home = prepare()
    report = place.scratch / "report.xml"
    done = run_program(
        [
            home / "venv/bin/python",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--timeout=120",
            f"--junitxml={report}",
            "test/integration",
        ],
        bound_s=place.bound_s,
        log=place.log,
        cwd=home / "source",
        env={
            "KAFKA_URI": f"kafka://{place.bootstrap}",
            "KAFKA_VERSION": "4.3.0",
            "KAFKA_ROOT": str(place.scratch),
        },
    )
    cases = [
        Case(case.name.removeprefix("test.integration."), case.outcome, case.reason)
        for case in (junit([report]) if report.exists() else [])
    ]
    return not_ended(cases, place.bound_s) if done.timed_out else cases


def suites() -> list[Suite]:
    return [
        Suite(
            name="kafka-python",
            client="kafka-python",
            version=VERSION,
            about="its own integration tests, against one broker without TLS and SASL.",
            prepare=prepare,
            run=run,
            features=FEATURES,
            settings={"num.partitions": "4", "group.min.session.timeout.ms": "1000"},
            quick=True,
            bound_s=1200,
        )
    ]
