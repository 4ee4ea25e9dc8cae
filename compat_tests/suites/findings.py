"""What suites found, kept as JSON for each target and suite (`results/kwire/librdkafka.json`), and the two compared.

{"client": …, "version": …, "date": "2026-11-23", "seconds": 92, "server": "0.1.0",
 "cases": {NAME: ["passed"] or ["failed", REASON] or ["skipped", REASON]}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from compat_tests.suites.suite import Case, Outcome, Suite

RESULTS = Path(__file__).resolve().parent / "results"
TARGETS = ("kwire", "kafka")


@attrs.frozen
class Found:
    """What one suite found on one target."""

    client: str
    version: str
    date: str
    seconds: int
    server: str
    """The version of the server."""
    cases: Mapping[str, Case]

    def count(self, outcome: Outcome) -> int:
        return sum(case.outcome is outcome for case in self.cases.values())


def load(target: str) -> dict[str, Found]:
    """What is known of a target, by suite; nothing when it was never tried."""
    return {path.stem: _read(path) for path in sorted((RESULTS / target).glob("*.json"))}


def _read(path: Path) -> Found:
    stored = json.loads(path.read_text(encoding="utf-8"))
    cases = {name: Case(name, Outcome(what[0]), *what[1:]) for name, what in stored.pop("cases").items()}
    return Found(**stored, cases=cases)


def save(target: str, found: Mapping[str, Found]) -> None:
    """Write what these suites found: one line for each case, so that a change shows what changed."""
    directory = RESULTS / target
    directory.mkdir(parents=True, exist_ok=True)
    for name, suite in found.items():
        (directory / f"{name}.json").write_text(_text(suite), encoding="utf-8")


def _text(found: Found) -> str:
    head = [
        f"  {json.dumps(key)}: {json.dumps(value)}"
        for key, value in attrs.asdict(found, recurse=False).items()
        if key != "cases"
    ]
    cases = [
        f"    {json.dumps(name)}: "
        + json.dumps([case.outcome.value, *([case.reason] if case.reason else [])])
        for name, case in sorted(found.cases.items())
    ]
    return "{\n" + ",\n".join(head) + ',\n  "cases": {\n' + ",\n".join(cases) + "\n  }\n}\n"


@attrs.frozen
class Difference:
    suite: str
    case: str
    kwire: str
    reason: str
    unserved: bool
    """Whether it is about what kwire does not serve yet."""
    meant: bool = False
    """Whether kwire means to differ (docs/differences.md)."""

    @property
    def explained(self) -> bool:
        return self.unserved or self.meant


def differences(
    kwire: Mapping[str, Found], kafka: Mapping[str, Found], known: Mapping[str, Suite]
) -> list[Difference]:
    """Every case that Apache Kafka passes and kwire does not, in suites that both were tried with."""
    found = []
    for name in sorted(kwire.keys() & kafka.keys()):
        for case in kafka[name].cases.values():
            if case.outcome is not Outcome.PASSED:
                continue
            ours = kwire[name].cases.get(case.name)
            if ours is None or ours.outcome is not Outcome.PASSED:
                what = ours.outcome.value if ours else "not run"
                unserved = known[name].why_unserved(case.name) if name in known else None
                meant = known[name].why_meant(case.name) if name in known else None
                reason = unserved or meant or (ours.reason if ours else "")
                found.append(
                    Difference(name, case.name, what, reason, unserved is not None, meant is not None)
                )
    return found


def verdict(cases: Sequence[Case]) -> Sequence[Case]:
    """The cases; a suite of which nothing ran has failed."""
    if any(case.outcome is not Outcome.SKIPPED for case in cases):
        return cases
    return [*cases, Case("the whole suite", Outcome.FAILED, "nothing ran")]
