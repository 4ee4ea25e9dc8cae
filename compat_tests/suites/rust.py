"""The integration tests of the Rust client rdkafka, which binds librdkafka, from the package on crates.io: it is copied
from cargo's cache and its tests are built once, with the versions that its own lock file names.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from compat_tests.harness import require
from compat_tests.suites import network
from compat_tests.suites.reading import cargo_test, not_ended
from compat_tests.suites.suite import Case, Place, Suite, installed, must, run_program

VERSION = "0.39.0"
PORT = 9092
SETTINGS = {
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
MEANT = (
    ("test_base_producer_timeout$", "it counts on a broker that needs more than 100 ms to create a topic"),
)


def source(crate: str, version: str, scratch: Path) -> Path:
    """Where cargo keeps the sources of a package, after it brought them there."""
    (scratch / "src").mkdir(parents=True, exist_ok=True)
    (scratch / "src" / "lib.rs").touch()
    (scratch / "Cargo.toml").write_text(
        '[package]\nname = "fetch"\nversion = "0.1.0"\nedition = "2021"\n'
        f'[dependencies]\n{crate} = "={version}"\n',
        encoding="utf-8",
    )
    must([require("cargo"), "fetch", "--quiet"], cwd=scratch)
    told = must([require("cargo"), "metadata", "--quiet", "--format-version=1"], cwd=scratch)
    packages = json.loads(told[told.index("{") :])["packages"]
    return Path(next(each["manifest_path"] for each in packages if each["name"] == crate)).parent


def prepare() -> Path:
    network.possible()
    for program in ("cargo", "gcc", "g++", "make"):
        require(program)
    return installed(f"rdkafka-{VERSION}", _build) / "crate"


def _build(directory: Path) -> None:
    shutil.copytree(source("rdkafka", VERSION, directory / "fetch"), directory / "crate")
    must([*cargo(), "--no-run"], cwd=directory / "crate", bound_s=3600)


def cargo(*options: str) -> list[str | Path]:
    """`cargo test` of everything in `tests/`."""
    return ["nice", require("cargo"), "test", "--locked", "--tests", *options]


def run(place: Place) -> Sequence[Case]:
    """In a network of its own: a test compares what it is told with localhost:9092 and with the id of the broker."""
    directory = prepare()
    with (
        network.apart() as within,
        network.server_on(PORT, within, place.scratch / "server", SETTINGS),
    ):
        done = run_program(
            [*within, *cargo("--offline", "--no-fail-fast"), "--", "--test-threads=2"],
            bound_s=place.bound_s,
            log=place.log,
            cwd=directory,
            env={"KAFKA_HOST": f"localhost:{PORT}", "RUST_LOG": "off"},
        )
    cases = [case for case in cargo_test(done.output) if asks_a_server(case)]
    return not_ended(cases, place.bound_s) if done.timed_out else cases


def asks_a_server(case: Case) -> bool:
    """Whether it is no unit test, which lie beside the sources."""
    return not case.name.startswith("src/")


def suites() -> list[Suite]:
    return [
        Suite(
            name="rdkafka",
            client="rdkafka",
            version=VERSION,
            about="the integration tests of the Rust binding to librdkafka.",
            prepare=prepare,
            run=run,
            features=FEATURES,
            meant=MEANT,
            needs_server=False,
        )
    ]
