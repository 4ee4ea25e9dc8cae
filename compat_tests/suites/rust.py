"""The integration tests of two Rust clients, from the packages on crates.io: rdkafka, which binds librdkafka, and
rskafka, which is all Rust. Each package is copied from cargo's cache and its tests are built once, with the versions
that its own lock file names.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from compat_tests.harness import require
from compat_tests.suites import network
from compat_tests.suites.reading import cargo_test, not_ended
from compat_tests.suites.suite import Case, Outcome, Place, Suite, installed, must, run_program

RDKAFKA, RSKAFKA = "0.39.0", "0.6.0"

PORT = 9092
RDKAFKA_BROKER = {
    "num.partitions": "3",
    "node.id": "0",
    "advertised.listeners": f"PLAINTEXT://localhost:{PORT}",
}
"""As in the project's own instructions."""

FEATURES = (
    ("transaction", "transactions and idempotence"),
    ("admin|topic_crud|topics|metadata|groups|configs|group_list|delete", "administration"),
    ("rebalance|assignment|group", "consumer groups"),
    ("offset|watermark|seek|commit|store", "offsets"),
    ("", "produce and consume"),
)

NEWER = {"rskafka": ["rsasl"]}
"""What the lock file names in a version that today's compilers refuse."""

NEEDS_MORE = (
    ("test_sasl$", "needs a listener with SASL"),
    ("_java_", "the Java client is tried by suites of its own"),
    ("test_socks5$", "needs a SOCKS proxy"),
)
"""Tests of rskafka that return at once, as if they had passed, when this is not there."""


def source(crate: str, version: str, scratch: Path) -> Path:
    """Where cargo keeps the sources of one package, after it brought them there."""
    (scratch / "src").mkdir(parents=True, exist_ok=True)
    (scratch / "src" / "lib.rs").touch()
    (scratch / "Cargo.toml").write_text(
        f'[package]\nname = "fetch"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n{crate} = "={version}"\n',
        encoding="utf-8",
    )
    must([require("cargo"), "fetch", "--quiet"], cwd=scratch)
    told = must([require("cargo"), "metadata", "--quiet", "--format-version=1"], cwd=scratch)
    packages = json.loads(told[told.index("{") :])["packages"]
    return Path(next(each["manifest_path"] for each in packages if each["name"] == crate)).parent


def prepare(crate: str, version: str, options: Sequence[str]) -> Path:
    for program in ("cargo", "gcc", "g++", "make"):
        require(program)

    def build(directory: Path) -> None:
        shutil.copytree(source(crate, version, directory / "fetch"), directory / "crate")
        (directory / "crate" / "rust-toolchain.toml").unlink(
            missing_ok=True
        )  # any compiler new enough will do
        must([*cargo(options), "--no-run"], cwd=directory / "crate", bound_s=3600)

    return installed(f"{crate}-{version}", build) / "crate"


def cargo(options: Sequence[str]) -> list[str | Path]:
    """`cargo test` of everything in `tests/`; the unit tests beside the sources ask no server."""
    return ["nice", require("cargo"), "test", "--locked", "--tests", *options]


def run(
    crate: str,
    version: str,
    options: Sequence[str],
    settings: Callable[[Place], Mapping[str, str]],
    idle: Sequence[tuple[str, str]],
    place: Place,
    within: Sequence[str] = (),
) -> Sequence[Case]:
    directory = prepare(crate, version, options)
    done = run_program(
        [*within, *cargo([*options, "--offline"]), "--no-fail-fast", "--", "--test-threads=2"],
        bound_s=place.bound_s,
        log=place.log,
        cwd=directory,
        env=settings(place),
    )
    cases = [ran(case, idle) for case in cargo_test(done.output) if asks_a_server(case)]
    return not_ended(cases, place.bound_s) if done.timed_out else cases


def run_rdkafka(place: Place) -> Sequence[Case]:
    """In a network of its own: a test compares what it is told with localhost:9092 and with the id of the broker."""
    with (
        network.apart() as within,
        network.server_on(PORT, within, place.scratch / "server", RDKAFKA_BROKER),
    ):
        return run("rdkafka", RDKAFKA, (), rdkafka_settings, (), place, within)


def asks_a_server(case: Case) -> bool:
    return not case.name.startswith("src/")


def ran(case: Case, idle: Sequence[tuple[str, str]]) -> Case:
    """The case; one that passed without doing anything was skipped."""
    for pattern, reason in idle:
        if re.search(pattern, case.name) and case.outcome is Outcome.PASSED:
            return Case(case.name, Outcome.SKIPPED, reason)
    return case


def rdkafka_settings(place: Place) -> Mapping[str, str]:
    return {"KAFKA_HOST": f"localhost:{PORT}", "RUST_LOG": "off"}


def rskafka_settings(place: Place) -> Mapping[str, str]:
    return {"TEST_INTEGRATION": "1", "TEST_BROKER_IMPL": "kafka", "KAFKA_CONNECT": place.bootstrap}


def prepare_rdkafka() -> Path:
    network.possible()
    return prepare("rdkafka", RDKAFKA, ())


def suites() -> list[Suite]:
    whole = ("--features=full",)
    return [
        Suite(
            name="rdkafka",
            client="rdkafka",
            version=RDKAFKA,
            about="the integration tests of the Rust binding to librdkafka.",
            prepare=prepare_rdkafka,
            run=run_rdkafka,
            features=FEATURES,
            needs_server=False,
        ),
        Suite(
            name="rskafka",
            client="rskafka",
            version=RSKAFKA,
            about="its integration tests, where librdkafka reads what it wrote and the other way round.",
            prepare=functools.partial(prepare, "rskafka", RSKAFKA, whole),
            run=functools.partial(run, "rskafka", RSKAFKA, whole, rskafka_settings, NEEDS_MORE),
            features=FEATURES,
            settings={"auto.create.topics.enable": "false"},
        ),
    ]
