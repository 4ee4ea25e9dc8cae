"""The tests of franz-go's client package `kgo`, from the module that Go's proxy serves, built once into one program.

The admin package `kadm` has a module of its own (`kadm.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from compat_tests.harness import require
from compat_tests.suites.reading import go_test, not_ended
from compat_tests.suites.suite import Case, Place, Suite, installed, must, run_program

VERSION = "1.22.2"
RECORDS = 20_000
"""What each test of whole pipelines sends; the suite's own default, half a million, is about load."""

FEATURES = (
    ("Share", "share groups"),
    ("Txn|EOS|Idempot", "transactions and idempotence"),
    ("Group|848|Rebalance|Commit", "consumer groups"),
    ("Offset|Purge|Pause|List", "offsets"),
    ("Admin|Topic|Metadata", "administration"),
    ("", "produce and consume"),
)
PROGRAM = "kgo.test"


def prepare() -> Path:
    require("go")
    return installed(f"franz-go-{VERSION}", _build)


def source() -> Path:
    """Where Go keeps the sources of the package; its tests read files that lie beside them."""
    module = f"github.com/twmb/franz-go@v{VERSION}"
    fetched = must([require("go"), "mod", "download", "-json", module], cwd=Path.home())
    return Path(json.loads(fetched[fetched.index("{") :])["Dir"], "pkg", "kgo")


def _build(directory: Path) -> None:
    must([require("go"), "test", "-mod=mod", "-c", "-o", directory / PROGRAM, "."], cwd=source())


def run(place: Place) -> Sequence[Case]:
    program = prepare() / PROGRAM
    done = run_program(
        [program, "-test.v", f"-test.timeout={place.bound_s:.0f}s"],
        bound_s=place.bound_s,
        log=place.log,
        cwd=source(),
        env={
            "KGO_SEEDS": place.bootstrap,
            "KGO_TEST_RF": "1",
            "KGO_TEST_RECORDS": str(RECORDS),
            "KGO_TEST_MAX_TOPIC_PARTS": "7",
            "KGO_TEST_UNSAFE": "1",
            "KGO_LOG_LEVEL": "none",
        },
    )
    cases = go_test(done.output)
    return not_ended(cases, place.bound_s) if done.timed_out else cases


def suites() -> list[Suite]:
    return [
        Suite(
            name="franz-go",
            client="franz-go",
            version=VERSION,
            about=f"the tests of its client package, pipelines with {RECORDS:,} records.",
            prepare=prepare,
            run=run,
            features=FEATURES,
            quick=True,
        )
    ]
