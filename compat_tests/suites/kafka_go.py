"""The tests of segmentio's kafka-go, from the module that Go's proxy serves: those of its packages that talk to a
broker, which they want on localhost:9092. So they run in a network of their own, with the server in it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

from compat_tests.harness import require
from compat_tests.suites import network
from compat_tests.suites.reading import go_test, not_ended
from compat_tests.suites.suite import Case, Outcome, Place, Suite, installed, must, run_program

VERSION = "0.4.51"
PACKAGES = (".", "topics")
PORT = 9092

SETTINGS = {
    "advertised.listeners": f"PLAINTEXT://localhost:{PORT}",
    "auto.create.topics.enable": "true",
    "message.max.bytes": "200000000",
    "log.initial.task.delay.ms": "30000",
}
"""As in the project's own instructions."""

FEATURES = (
    ("Txn|InitProducer|Transaction", "transactions and idempotence"),
    (
        "ACL|Config|Topics|Partitions|Quota|Scram|Elect|Metadata|ListPart|ApiVersions|DeleteGroups",
        "administration",
    ),
    ("Group|Heartbeat|Member|Balancer|Rebalance|JoinGroup", "consumer groups"),
    ("Offset|Commit|Seek", "offsets"),
    ("", "produce and consume"),
)
BROKEN = (
    "verify offset committed",
    "verify offset committed when using interval committer",
    "consumer group commits on close",
)
"""Parts of TestReaderConsumerGroup that end the whole program, whatever the server is: they follow a nil pointer."""
MEANT = (
    (
        "TestConn$|TestConn/test_delete_topics",  # the first is what holds the others
        "asking for a deleted topic creates it anew, and the answer has it already",
    ),
)


def prepare() -> Path:
    network.possible()
    require("go")
    return installed(f"kafka-go-{VERSION}", _build)


def source(package: str) -> Path:
    """Where Go keeps the sources of one package; its tests read files that lie beside them."""
    module = f"github.com/segmentio/kafka-go@v{VERSION}"
    fetched = must([require("go"), "mod", "download", "-json", module], cwd=Path.home())
    return Path(json.loads(fetched[fetched.index("{") :])["Dir"], package)


def program(package: str) -> str:
    return f"{'kafka' if package == '.' else package}.test"


def _build(directory: Path) -> None:
    for package in PACKAGES:
        command: list[str | Path] = [
            "nice",
            require("go"),
            "test",
            "-mod=mod",
            "-c",
            "-o",
            directory / program(package),
            ".",
        ]
        must(command, cwd=source(package))


def run(place: Place) -> Sequence[Case]:
    directory, end = prepare(), time.monotonic() + place.bound_s
    broken = [name.replace(" ", "_") for name in BROKEN]
    skip = f"^TestReaderConsumerGroup$/^({'|'.join(broken)})$"
    cases = [
        Case(f"TestReaderConsumerGroup/{name}", Outcome.SKIPPED, "follows a nil pointer") for name in broken
    ]
    with (
        network.apart() as within,
        network.server_on(PORT, within, place.scratch / "server", SETTINGS),
    ):
        for package in PACKAGES:
            left_s = max(1.0, end - time.monotonic())
            done = run_program(
                [
                    *within,
                    directory / program(package),
                    "-test.v",
                    f"-test.skip={skip}",
                    f"-test.timeout={left_s:.0f}s",
                ],
                bound_s=left_s,
                log=place.log,
                cwd=source(package),
                env={"KAFKA_VERSION": "4.3.0", "KAFKA_SKIP_NETTEST": "1"},
            )
            cases += go_test(done.output)
            if done.timed_out:
                return not_ended(cases, place.bound_s)
    return cases


def suites() -> list[Suite]:
    return [
        Suite(
            name="kafka-go",
            client="segmentio's kafka-go",
            version=VERSION,
            about="the tests of its client, and of its package of topics.",
            prepare=prepare,
            run=run,
            features=FEATURES,
            meant=MEANT,
            bound_s=900,
            needs_server=False,
        )
    ]
