"""The integration tests of the Rust client rskafka, which speaks the protocol itself, from the package on crates.io:
it writes and reads, and so do librdkafka and the Java client, in turns and with every codec.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from compat_tests.harness import require
from compat_tests.suites.reading import cargo_test, not_ended
from compat_tests.suites.rust import asks_a_server, source
from compat_tests.suites.suite import Case, Outcome, Place, Suite, installed, must, run_program

VERSION = "0.6.0"
RSASL = "2.3.1"
"""The package's lock file names an older one, which today's Rust refuses to compile."""
SETTINGS = {"auto.create.topics.enable": "false"}
"""As in the project's own instructions."""

FEATURES = (
    ("topic_crud|delete_records", "administration"),
    ("offset|start_at|midbatch", "offsets"),
    ("", "produce and consume"),
)
IDLE = (
    ("::test_sasl$", "needs a listener with SASL"),
    ("::test_socks5$", "needs a SOCKS proxy"),
    ("::test_tls$", "needs a listener with TLS"),
)
"""(pattern, what is not there): tests that then return at once, as if they had passed, or are switched off."""


def prepare() -> Path:
    for program in ("cargo", "gcc", "g++", "make", "java"):
        require(program)
    return installed(f"rskafka-{VERSION}", _build) / "crate"


def _build(directory: Path) -> None:
    crate = directory / "crate"
    shutil.copytree(source("rskafka", VERSION, directory / "fetch"), crate)
    (crate / "rust-toolchain.toml").unlink()  # it asks for one version; any newer one will do
    must([require("cargo"), "update", "--package=rsasl", f"--precise={RSASL}"], cwd=crate)
    must([*cargo(), "--no-run"], cwd=crate, bound_s=3600)


def cargo(*options: str) -> list[str | Path]:
    """`cargo test` of everything in `tests/`."""
    return ["nice", require("cargo"), "test", "--locked", "--features=full", "--tests", *options]


def run(place: Place) -> Sequence[Case]:
    """The tests themselves fetch the jars of the Java client, once."""
    done = run_program(
        [*cargo("--offline", "--no-fail-fast"), "--", "--test-threads=2"],
        bound_s=place.bound_s,
        log=place.log,
        cwd=prepare(),
        env={
            "TEST_INTEGRATION": "1",
            "TEST_BROKER_IMPL": "kafka",
            "TEST_JAVA_INTEROPT": "1",
            "KAFKA_CONNECT": place.bootstrap,
        },
    )
    cases = [ran(case) for case in cargo_test(done.output) if asks_a_server(case)]
    return not_ended(cases, place.bound_s) if done.timed_out else cases


def ran(case: Case) -> Case:
    """The case; one that passed without doing anything was skipped."""
    for pattern, reason in IDLE:
        if re.search(pattern, case.name) and case.outcome is not Outcome.FAILED:
            return Case(case.name, Outcome.SKIPPED, reason)
    return case


def suites() -> list[Suite]:
    return [
        Suite(
            name="rskafka",
            client="rskafka",
            version=VERSION,
            about="its integration tests, where librdkafka and the Java client read what it wrote, and the other way"
            " round.",
            prepare=prepare,
            run=run,
            features=FEATURES,
            settings=SETTINGS,
        )
    ]
