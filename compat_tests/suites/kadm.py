"""What an administrator does, with franz-go's admin package `kadm`: tests of ours (`go/kadm`), each one thing that is
done or refused. The module's own tests talk to no broker.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from compat_tests.harness import HERE, require
from compat_tests.suites.reading import go_test, not_ended
from compat_tests.suites.suite import Case, Place, Suite, installed, must, run_program

SOURCE = HERE / "go" / "kadm"

FEATURES = (
    ("Transaction|Producers|CommittedRecords", "transactions and idempotence"),
    ("Group|Lag|Member", "consumer groups"),
    ("Offset|Records|Commit", "offsets"),
    ("", "administration"),
)


def version() -> str:
    """The version that the module asks for."""
    found = re.search(r"/kadm v(\S+)", (SOURCE / "go.mod").read_text(encoding="utf-8"))
    assert found, "go.mod names no version of kadm"
    return found[1]


def prepare() -> Path:
    require("go")
    sources = b"".join(file.read_bytes() for file in sorted(SOURCE.iterdir()))
    return installed(f"kadm-{hashlib.sha256(sources).hexdigest()[:12]}", _build)


def _build(directory: Path) -> None:
    must(["nice", require("go"), "test", "-c", "-o", directory / "kadm.test", "."], cwd=SOURCE)


def run(place: Place) -> Sequence[Case]:
    done = run_program(
        [prepare() / "kadm.test", "-test.v", f"-test.timeout={place.bound_s:.0f}s"],
        bound_s=place.bound_s,
        log=place.log,
        env={"KAFKA_BOOTSTRAP": place.bootstrap},
    )
    cases = go_test(done.output)
    return not_ended(cases, place.bound_s) if done.timed_out else cases


def suites() -> list[Suite]:
    return [
        Suite(
            name="kadm",
            client="franz-go's kadm",
            version=version(),
            about="what an administrator does, and what is refused: topics, settings, offsets, groups, lags, access.",
            prepare=prepare,
            run=run,
            features=FEATURES,
            bound_s=600,
            quick=True,
        )
    ]
