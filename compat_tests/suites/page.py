"""docs/compatibility.md, written from what suites found (`results/*.json`): a table of clients, and every failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from compat_tests.suites import findings
from compat_tests.suites.catalogue import catalogue
from compat_tests.suites.findings import Found
from compat_tests.suites.suite import Case, Outcome, Suite

PAGE = Path(__file__).resolve().parents[2] / "docs" / "compatibility.md"
SHOWN = 60
"""Skipped cases of one reason are listed by their names up to this many."""

OPENING = """# What works with kwire

Written by `make compat` from what it found; do not edit it by hand. Every suite below ran against a kwire and
against an Apache Kafka that the run itself started, each with the same settings. A cell says how many cases passed, of
how many that ran. A case that Apache Kafka fails or skips as well is listed further down with its reason; a case that
Apache Kafka passes and kwire does not is a bug, and is listed first.

"""


def page(kwire: Mapping[str, Found], kafka: Mapping[str, Found], known: Mapping[str, Suite]) -> str:
    """The whole page, as Markdown."""
    names = [name for name in known if name in kwire or name in kafka]
    parts = [
        OPENING + _differences(kwire, kafka, known),
        _table(names, kwire, kafka, known),
        _how(names, known),
    ]
    parts += [text for name in names if (text := _details(name, kwire.get(name), kafka.get(name)))]
    return "\n\n".join(parts) + "\n"


def _differences(kwire: Mapping[str, Found], kafka: Mapping[str, Found], known: Mapping[str, Suite]) -> str:
    found = findings.differences(kwire, kafka, known)
    short = [
        f"- {each.suite}: `{each.case}` is {each.kwire} on kwire. {each.reason}"
        for each in found
        if not each.unserved
    ]
    later = [f"- {each.suite}: `{each.case}`: {each.reason}" for each in found if each.unserved]
    if not short:
        text = "No case is known that Apache Kafka passes and kwire does not, but for what kwire does not serve yet."
    else:
        text = "## Where kwire falls short\n\n" + "\n".join(short)
    return text + ("\n\n## Not served yet\n\n" + "\n".join(later) if later else "")


def _table(
    names: list[str], kwire: Mapping[str, Found], kafka: Mapping[str, Found], known: Mapping[str, Suite]
) -> str:
    rows = [
        "| client | version | feature | kwire | Apache Kafka | tried |",
        "| --- | --- | --- | ---: | ---: | --- |",
    ]
    for name in names:
        suite = known[name]
        ours, theirs = _by_feature(suite, kwire.get(name)), _by_feature(suite, kafka.get(name))
        found = kwire.get(name) or kafka[name]
        for feature in sorted(ours.keys() | theirs.keys()):
            rows.append(
                f"| {found.client} | {found.version} | {feature} | {_cell(ours.get(feature))}"
                f" | {_cell(theirs.get(feature))} | {found.date} |"
            )
    versions = ", ".join(
        f"{title} {'/'.join(sorted({found.server for found in side.values()}))}"
        for title, side in (("kwire", kwire), ("Apache Kafka", kafka))
        if side
    )
    return f"## Clients\n\nVersions of the servers: {versions}.\n\n" + "\n".join(rows)


def _by_feature(suite: Suite, found: Found | None) -> dict[str, Counter[Outcome]]:
    counts: dict[str, Counter[Outcome]] = {}
    for case in found.cases.values() if found else ():
        counts.setdefault(suite.feature(case.name), Counter())[case.outcome] += 1
    return counts


def _cell(counts: Counter[Outcome] | None) -> str:
    if counts is None:
        return "not tried"
    ran = counts[Outcome.PASSED] + counts[Outcome.FAILED]
    return f"{counts[Outcome.PASSED]} of {ran}" if ran else "not applicable"


def _how(names: list[str], known: Mapping[str, Suite]) -> str:
    rows = [
        f"- **{known[name].client} {known[name].version}** (`{name}`): {known[name].about}" for name in names
    ]
    return "## How each was tried\n\n" + "\n".join(rows)


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
