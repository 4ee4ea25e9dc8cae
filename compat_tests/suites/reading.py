"""What test runners print or write, as cases: JUnit XML (pytest, Surefire, Jest), `go test -v`, `cargo test`, TAP,
and what the Java programs of `java/` print.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from pathlib import Path

from compat_tests.suites.suite import Case, Outcome

#: Longer reasons are cut; the whole output is in the run's log.
REASON_LENGTH = 240


def one_line(text: str) -> str:
    """A reason as the tables show it: the first line that says something, without ids, paths and times of this run."""
    line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    line = re.sub(r"(?<![\w.])/(?:[\w.+@-]+/)+", "", line)
    line = re.sub(r"\b(?:127\.0\.0\.1|localhost):\d+\b", "HOST:PORT", line)
    return line[:REASON_LENGTH]


def junit(files: Iterable[Path]) -> list[Case]:
    """The cases of JUnit reports, each named `class.name`."""
    cases = []
    for file in files:
        for element in ET.parse(file).getroot().iter("testcase"):
            name = ".".join(filter(None, [element.get("classname"), element.get("name")]))
            bad = [child for child in element if child.tag in ("failure", "error")]
            skipped = element.find("skipped")
            if bad:
                cases.append(Case(name, Outcome.FAILED, one_line(bad[0].get("message") or bad[0].text or "")))
            elif skipped is not None:
                cases.append(
                    Case(name, Outcome.SKIPPED, one_line(skipped.get("message") or skipped.text or ""))
                )
            else:
                cases.append(Case(name, Outcome.PASSED))
    return cases


_GO_LINE = re.compile(r"\s*--- (PASS|FAIL|SKIP): (\S+)")
_GO_TURN = re.compile(r"=== (?:RUN|CONT|NAME)\s+(\S+)")
_GO_SAID = re.compile(r"\s+(\S+_test\.go:\d+: .*)|\s+Error:\s+(\S.*)")
_GO = {"PASS": Outcome.PASSED, "FAIL": Outcome.FAILED, "SKIP": Outcome.SKIPPED}


def go_test(output: str) -> list[Case]:
    """The cases of `go test -v`; a test that began and never ended has failed.

    A test's reason is what it said last: before its end as a rule, after it where Go holds that back.
    """
    ended: dict[str, Outcome] = {}
    said: dict[str, str] = {}
    begun: list[str] = []
    current = ""
    for line in output.splitlines():
        if turn := _GO_TURN.match(line):
            current = turn[1]
            if line.startswith("=== RUN"):
                begun.append(current)
        elif end := _GO_LINE.match(line):
            current = end[2]
            ended[current] = _GO[end[1]]
        elif words := _GO_SAID.match(line):
            said[current] = words[1] or words[2]
    return [
        Case(name, outcome, "" if outcome is Outcome.PASSED else one_line(said.get(name, "")))
        for name, outcome in ended.items()
    ] + [Case(name, Outcome.FAILED, "it did not end") for name in begun if name not in ended]


def cargo_test(output: str) -> list[Case]:
    """The cases of `cargo test`; names are those of the test, after that of the program that has it."""
    cases: dict[str, Case] = {}
    program = ""
    for line in output.splitlines():
        if running := re.match(r"\s+Running (?:unittests )?(?:tests/)?(\S+?)(?:\.rs)? \(", line):
            program = running[1]
        if ended := re.match(
            r"test (\S+)(?: - should panic)? \.\.\. (?:.*\s)?(ok|FAILED|ignored)(?:, (.*))?$", line
        ):
            outcome = {"ok": Outcome.PASSED, "FAILED": Outcome.FAILED, "ignored": Outcome.SKIPPED}[ended[2]]
            name = f"{program}::{ended[1]}"
            cases[name] = Case(name, outcome, one_line(ended[3] or ""))
    for found in re.finditer(r"thread '([^']+)'(?: \(\d+\))? panicked at ([^\n]*)\n([^\n]*)", output):
        for name, case in cases.items():
            if name.endswith(f"::{found[1]}") and case.outcome is Outcome.FAILED and not case.reason:
                cases[name] = Case(name, Outcome.FAILED, one_line(found[3]))
    return list(cases.values())


def tap(output: str) -> list[Case]:
    """The cases of a TAP stream, at any depth; a name holds those of the tests around it.

    A failure's reason is the message of the block below it. When fewer cases ended than the outermost plan announces,
    a case says so.
    """
    cases: dict[str, Case] = {}
    around: dict[int, str] = {}
    planned = ended_outermost = 0
    last = ""
    for line in output.splitlines():
        depth = len(line) - len(line.lstrip())
        if begun := re.match(r"\s*# Subtest: (.*)", line):
            around = {at: name for at, name in around.items() if at < depth} | {depth: begun[1]}
        elif plan := re.match(r"1\.\.(\d+)\s*$", line):
            planned = int(plan[1])
        elif said := re.match(r"\s+(?:message|error): (.*)$", line):
            case = cases.get(last)
            if case is not None and case.outcome is Outcome.FAILED and not case.reason:
                cases[last] = Case(last, Outcome.FAILED, one_line(_unquoted(said[1])))
        if ended := re.match(r"\s*(not ok|ok) \d+(?: - (.*?))?(?:\s+# (SKIP|TODO)\b\s*(.*?))?\s*$", line):
            ended_outermost += depth == 0
            names = [name for at, name in sorted(around.items()) if at < depth] + [ended[2] or ""]
            last = " > ".join(names)
            if ended[3]:
                cases[last] = Case(last, Outcome.SKIPPED, one_line(ended[4] or ended[3]))
            else:
                cases[last] = Case(last, Outcome.PASSED if ended[1] == "ok" else Outcome.FAILED)
    told = list(cases.values())
    if ended_outermost < planned:
        told.append(
            Case(
                "the whole program",
                Outcome.FAILED,
                f"{planned - ended_outermost} of {planned} cases never ended",
            )
        )
    return told


def _unquoted(text: str) -> str:
    """A scalar of YAML as TAP has it: quoted like JSON, in single quotes, or bare."""
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def checks(output: str) -> list[Case]:
    """The cases of a program that checks with `java/Checks.java`; a check that began and never ended has failed."""
    cases: dict[str, Case] = {}
    for line in output.splitlines():
        if not (found := re.match(r"(CHECK|PASSED|FAILED|SKIPPED) (.*)", line)):
            continue
        what, rest = found[1], found[2]
        if what == "CHECK":
            cases[rest] = Case(rest, Outcome.FAILED, "it did not end")
            continue
        name = next((each for each in cases if rest == each or rest.startswith(f"{each}: ")), None)
        if name is not None:  # otherwise it is something else that was logged
            cases[name] = Case(name, Outcome(what.lower()), one_line(rest[len(name) + 2 :]))
    return list(cases.values())


def not_ended(cases: Sequence[Case], bound_s: float) -> list[Case]:
    """The cases, and one that says that the suite was ended at its bound."""
    late = Case("the whole suite", Outcome.FAILED, f"not over within {bound_s:.0f} s")
    return [*cases, late]
