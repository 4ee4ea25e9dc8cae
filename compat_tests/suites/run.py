"""Run suites against a server that is started for each, keep what they found, and write docs/compatibility.md.

    python -m compat_tests.suites.run                      # all but the big ones, against kwire
    python -m compat_tests.suites.run --quick              # those that every change is tried with
    python -m compat_tests.suites.run librdkafka kcat      # these
    COMPAT_TARGET=kafka python -m compat_tests.suites.run  # what Apache Kafka makes of them
    python -m compat_tests.suites.run --list

Ends with 1 when a case fails that Apache Kafka passes, or that Apache Kafka was never tried with.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Run as a module from the root of the repository, or from anywhere with the root on the path.
from compat_tests.harness import MissingToolchain, make_server, target
from compat_tests.suites import findings, page
from compat_tests.suites.catalogue import catalogue
from compat_tests.suites.reading import one_line
from compat_tests.suites.suite import Case, Outcome, Place, Suite, scratch_directory

KAFKA_VERSION = "4.3.0"
_print_lock = threading.Lock()


def say(text: str) -> None:
    with _print_lock:
        print(time.strftime("%H:%M:%S"), text, flush=True)


def run_suite(suite: Suite) -> findings.Found | None:
    """Prepare and run one suite; None when what it needs is not installed."""
    trouble = ""
    try:
        suite.prepare()
    except MissingToolchain as missing:
        say(f"{suite.name}: not run: {missing}")
        return None
    except AssertionError as error:
        say(f"{suite.name}: cannot be installed: {error}")
        trouble = one_line(f"cannot be installed: {error}")
    begin = time.monotonic()
    with scratch_directory(suite.name) as scratch:
        say(f"{suite.name}: begins ({suite.client} {suite.version}; output in {scratch}/output.log)")
        try:
            cases = [Case("the whole suite", Outcome.FAILED, trouble)] if trouble else _cases(suite, scratch)
        except Exception as error:  # noqa: BLE001  whatever it is, the other suites go on, and this one failed
            traceback.print_exc()
            cases = [Case("the whole suite", Outcome.FAILED, one_line(f"{type(error).__name__}: {error}"))]
        cases = findings.verdict(cases)
        found = findings.Found(
            client=suite.client,
            version=suite.version,
            date=datetime.datetime.now(datetime.UTC).date().isoformat(),
            seconds=round(time.monotonic() - begin),
            server=server_version(),
            cases={case.name: case for case in cases},
        )
        counts = ", ".join(f"{found.count(outcome)} {outcome}" for outcome in Outcome)
        say(f"{suite.name}: {counts}; {found.seconds} s")
        for case in cases:
            if case.outcome is Outcome.FAILED:
                say(f"{suite.name}: FAILED {case.name}: {case.reason}")
        if found.count(Outcome.FAILED):
            (scratch / "keep").touch()
    return found


def _cases(suite: Suite, scratch: Path) -> Sequence[Case]:
    server = make_server(scratch / "server", suite.settings)
    server.settings.setdefault(
        "advertised.listeners", f"PLAINTEXT://{server.bootstrap}"
    )  # clients see what is set
    place = Place(server, scratch, suite.bound_s)
    if not suite.needs_server:
        return suite.run(place)
    try:
        server.start()
        cases = suite.run(place)
        if not server.running:
            return [*cases, Case("the server", Outcome.FAILED, "it ended by itself")]
        return cases
    finally:
        if server.running:  # also when it was not ready in time
            server.stop()


def server_version() -> str:
    """The version of the server that this run is about."""
    if target() == "kafka":
        return KAFKA_VERSION
    import kwire

    return kwire.__version__


def chosen(arguments: argparse.Namespace) -> list[Suite]:
    known = catalogue()
    if arguments.names:
        unknown = set(arguments.names) - known.keys()
        if unknown:
            raise SystemExit(f"no such suite: {', '.join(sorted(unknown))}")
        return [known[name] for name in arguments.names]
    if arguments.quick:
        return [suite for suite in known.values() if suite.quick]
    return [suite for suite in known.values() if suite.big == arguments.big]


def main() -> int:
    parser = argparse.ArgumentParser(description="Client suites against kwire or Apache Kafka.")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--quick", action="store_true", help="only those that every change is tried with")
    parser.add_argument("--big", action="store_true", help="only those that install a lot")
    parser.add_argument("--jobs", type=int, default=1, help="how many suites at a time (default 1)")
    parser.add_argument("--list", action="store_true", help="say which there are")
    parser.add_argument("--dry", action="store_true", help="keep no results")
    arguments = parser.parse_args()
    suites = chosen(arguments)
    if arguments.list:
        for suite in suites:
            print(f"{suite.name:28} {suite.client} {suite.version}: {suite.about}")
        return 0
    say(f"{len(suites)} suites against {target()}")

    def run(suite: Suite) -> findings.Found | None:
        found = run_suite(suite)
        if found is not None and not arguments.dry:
            findings.save(target(), {suite.name: found})  # at once: who ends a run keeps what it found
        return found

    with ThreadPoolExecutor(arguments.jobs) as pool:
        outcomes = dict(zip([suite.name for suite in suites], pool.map(run, suites), strict=True))
    fresh = {name: found for name, found in outcomes.items() if found is not None}
    if not arguments.dry:
        page.write()
    return conclude(fresh)


def conclude(fresh: dict[str, findings.Found]) -> int:
    """Say what differs from Apache Kafka; the exit code."""
    if target() == "kafka":
        return 0 if fresh else 1
    kafka = findings.load("kafka")
    known = catalogue()
    bad = [each for each in findings.differences(fresh, kafka, known) if not each.explained]
    for each in bad:
        say(f"DIFFERS {each.suite}: {each.case}: Apache Kafka passed, kwire {each.kwire}: {each.reason}")
    unknown = [
        (name, case.name)
        for name, found in fresh.items()
        for case in found.cases.values()
        if case.outcome is Outcome.FAILED
        and not _known(kafka.get(name), case.name)
        and known[name].why_unserved(case.name) is None
        and known[name].why_meant(case.name) is None
    ]
    for name, case in unknown:
        say(f"FAILED {name}: {case}: Apache Kafka was never tried with it")
    return 1 if bad or unknown or not fresh else 0


def _known(found: findings.Found | None, case: str) -> bool:
    return found is not None and case in found.cases


if __name__ == "__main__":
    sys.exit(main())
