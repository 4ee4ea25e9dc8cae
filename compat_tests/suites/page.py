"""docs/compatibility.md, written from what suites found (`results/`): a table of clients, and every failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from compat_tests.suites import findings
from compat_tests.suites.catalogue import catalogue
from compat_tests.suites.findings import Found
from compat_tests.suites.suite import Case, Outcome, Suite

PAGE = Path(__file__).resolve().parents[2] / "docs" / "compatibility.md"
SHOWN = 12
"""Skipped cases of one reason are listed by their names up to this many."""

OPENING = """# What works with kwire

Written by `make compat` from what it found; do not edit it by hand. Every suite below ran against a kwire and
against an Apache Kafka that the run itself started, each with the same settings, and what passes against Apache
Kafka is the bar. A case that Apache Kafka passes and kwire does not is a bug, and is listed first; one that Apache
Kafka fails or skips as well is listed at the end with its reason.

"""


def page(kwire: Mapping[str, Found], kafka: Mapping[str, Found], known: Mapping[str, Suite]) -> str:
    """The whole page, as Markdown."""
    names = [name for name in known if name in kwire or name in kafka]
    parts = [
        OPENING + _differences(kwire, kafka, known),
        _how(names, kwire, kafka, known),
        _table(names, kwire, kafka, known),
    ]
    parts += [text for name in names if (text := _details(name, kwire.get(name), kafka.get(name)))]
    return "\n\n".join(parts) + "\n"


def _differences(kwire: Mapping[str, Found], kafka: Mapping[str, Found], known: Mapping[str, Suite]) -> str:
    found = findings.differences(kwire, kafka, known)
    short = [
        f"- {each.suite}: `{each.case}` is {each.kwire} on kwire. {each.reason}"
        for each in found
        if not each.explained
    ]
    later = [f"- {each.suite}: `{each.case}`: {each.reason}" for each in found if each.unserved]
    meant = [f"- {each.suite}: `{each.case}`: {each.reason}" for each in found if each.meant]
    if not short:
        text = (
            "No case is known that Apache Kafka passes and kwire does not, but for what kwire does not serve yet"
            "\nand where it means to differ."
        )
    else:
        text = "## Where kwire falls short\n\n" + "\n".join(short)
    if meant:
        text += "\n\n## Where kwire means to differ\n\n" + "\n".join(meant)
    return text + ("\n\n## Not served yet\n\n" + "\n".join(later) if later else "")


def _how(
    names: list[str], kwire: Mapping[str, Found], kafka: Mapping[str, Found], known: Mapping[str, Suite]
) -> str:
    """In plain words: what was tried with each client, and what came of it."""
    rows = []
    for name in names:
        suite, ours, theirs = known[name], kwire.get(name), kafka.get(name)
        rows.append(
            f"- **{suite.client} {suite.version}** (`{name}`): {suite.about} {_upshot(suite, ours, theirs)}"
        )
    return "## What was tried\n\n" + "\n".join(rows)


def _upshot(suite: Suite, kwire: Found | None, kafka: Found | None) -> str:
    """What came of one suite, as a sentence."""
    if kwire is None:
        return "Not tried with kwire yet."
    if kafka is None:
        return f"{kwire.count(Outcome.PASSED)} cases pass; Apache Kafka was not tried."
    bar = kafka.count(Outcome.PASSED)
    short = findings.differences({suite.name: kwire}, {suite.name: kafka}, {suite.name: suite})
    if not short:
        return f"All {bar} cases that pass with Apache Kafka pass with kwire."
    reasons = Counter(each.reason if each.explained else "see above" for each in short)
    but = "; ".join(f"{count} do not: {reason}" for reason, count in sorted(reasons.items()))
    return f"Of {bar} cases that pass with Apache Kafka, {bar - len(short)} pass with kwire; {but}."


def _table(
    names: list[str], kwire: Mapping[str, Found], kafka: Mapping[str, Found], known: Mapping[str, Suite]
) -> str:
    """Clients by features."""
    features = sorted(
        {
            known[n].feature(case)
            for n in names
            for side in (kwire, kafka)
            if n in side
            for case in side[n].cases
        }
    )
    rows = [
        "| client | version | " + " | ".join(features) + " | tried |",
        "| --- | --- | " + " | ".join("---:" for _ in features) + " | --- |",
    ]
    for name in names:
        found = kwire.get(name) or kafka[name]
        cells = [_cell(known[name], feature, kwire.get(name), kafka.get(name)) for feature in features]
        rows.append(f"| {found.client} | {found.version} | {' | '.join(cells)} | {found.date} |")
    versions = ", ".join(
        f"{title} {'/'.join(sorted({found.server for found in side.values()}))}"
        for title, side in (("kwire", kwire), ("Apache Kafka", kafka))
        if side
    )
    return (
        f"## Clients and features\n\nVersions of the servers: {versions}. A cell counts cases: `41 of 41` means that"
        " Apache Kafka passes 41\nand kwire passes all of them; `—`, that the suite has none that runs here.\n\n"
        + "\n".join(rows)
    )


def _cell(suite: Suite, feature: str, kwire: Found | None, kafka: Found | None) -> str:
    def passed(found: Found | None) -> set[str]:
        cases = found.cases.values() if found else ()
        return {
            case.name
            for case in cases
            if case.outcome is Outcome.PASSED and suite.feature(case.name) == feature
        }

    ours, theirs = passed(kwire), passed(kafka)
    bar = theirs if kafka else ours
    if not bar:
        return "—"
    if kwire is None:
        return "not tried"
    return f"{len(ours & bar)} of {len(bar)}"


def _details(name: str, kwire: Found | None, kafka: Found | None) -> str:
    """What failed or was skipped in one suite, with the reasons; nothing when all passed."""
    rows: list[str] = []
    skipped: dict[str, list[str]] = {}
    for case in sorted((kwire.cases.keys() if kwire else set()) | (kafka.cases.keys() if kafka else set())):
        ours = kwire.cases.get(case) if kwire else None
        theirs = kafka.cases.get(case) if kafka else None
        outcomes = {each.outcome for each in (ours, theirs) if each}
        if Outcome.FAILED in outcomes:
            said = next((each.reason for each in (ours, theirs) if each and each.reason), "")
            rows.append(f"| `{case}` | {_said(ours)} | {_said(theirs)} | {_escape(said)} |")
        elif Outcome.SKIPPED in outcomes:
            one = next(each for each in (ours, theirs) if each and each.outcome is Outcome.SKIPPED)
            skipped.setdefault(one.reason or "no reason given", []).append(case)
    text = []
    if rows:
        head = "| case | kwire | Apache Kafka | reason |\n| --- | --- | --- | --- |\n"
        text.append(head + "\n".join(rows))
    for reason, cases in sorted(skipped.items()):
        shown = ", ".join(f"`{case}`" for case in cases[:SHOWN])
        more = f" and {len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
        text.append(f"Not run ({len(cases)}), {_escape(reason)}: {shown}{more}.")
    return f"## {name}: what did not pass\n\n" + "\n\n".join(text) if text else ""


def _said(case: Case | None) -> str:
    return case.outcome.value if case else "not run"


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def write() -> None:
    """Write the page anew from the committed findings."""
    PAGE.write_text(page(findings.load("kwire"), findings.load("kafka"), catalogue()), encoding="utf-8")


if __name__ == "__main__":
    write()
