"""What the runner of client suites makes of what test programs print: nothing that failed may look as if it passed."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import attrs
import pytest

from compat_tests.harness import KwireServer
from compat_tests.suites import findings, kafka_clients, librdkafka, page, reading, rskafka, sarama
from compat_tests.suites.catalogue import catalogue
from compat_tests.suites.findings import Found
from compat_tests.suites.program import PROGRAMS
from compat_tests.suites.suite import Case, Finished, Outcome, Place, Suite, run_program

P, F, S = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED


def outcomes(cases: list[Case]) -> dict[str, Outcome]:
    return {case.name: case.outcome for case in cases}


def test_junit(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="a" name="good"/>'
        '<testcase classname="a" name="bad"><failure message="no answer from 127.0.0.1:4711"/></testcase>'
        '<testcase classname="a" name="broken"><error>at /some/where/file.py</error></testcase>'
        '<testcase name="later"><skipped message="needs TLS"/></testcase>'
        "</testsuite></testsuites>"
    )
    assert reading.junit([report]) == [
        Case("a.good", P),
        Case("a.bad", F, "no answer from HOST:PORT"),
        Case("a.broken", F, "at file.py"),
        Case("later", S, "needs TLS"),
    ]


def test_go_test_counts_who_never_ended_as_failed() -> None:
    output = (
        "=== RUN   TestA\n=== RUN   TestA/one\n=== RUN   TestB\n=== RUN   TestC\n"
        "--- FAIL: TestA (0.1s)\n    --- FAIL: TestA/one (0.1s)\n        a_test.go:7: got 1\n"
        "--- SKIP: TestB (0.0s)\n    b_test.go:3: no TLS\n"
    )
    assert reading.go_test(output) == [
        Case("TestA", F),
        Case("TestA/one", F, "a_test.go:7: got 1"),
        Case("TestB", S, "b_test.go:3: no TLS"),
        Case("TestC", F, "it did not end"),
    ]


def test_go_test_finds_the_reason_before_the_end_too() -> None:
    output = (
        "=== RUN   TestA\n=== PAUSE TestA\n=== RUN   TestB\n    b_test.go:3: working\n=== CONT  TestA\n"
        "    a_test.go:7: no TLS\n--- SKIP: TestA (0.0s)\n=== NAME  TestB\n    b_test.go:9: \n"
        "        \tError Trace:\tb_test.go:9\n        \tError:      \tNot equal\n--- FAIL: TestB (0.0s)\n"
    )
    assert reading.go_test(output) == [Case("TestA", S, "a_test.go:7: no TLS"), Case("TestB", F, "Not equal")]


def test_cargo_test_names_the_program() -> None:
    output = (
        "     Running tests/client.rs (target/debug/deps/client-0f)\n\nrunning 3 tests\n"
        "test test_a ... ok\ntest test_b ... FAILED\ntest test_c ... ignored, needs a proxy\n\n"
        "thread 'test_b' panicked at tests/client.rs:7:5:\nassertion failed: x\n"
    )
    assert reading.cargo_test(output) == [
        Case("client::test_a", P),
        Case("client::test_b", F, "assertion failed: x"),
        Case("client::test_c", S, "needs a proxy"),
    ]


def test_tap_keeps_the_names_around() -> None:
    output = (
        "# Subtest: groups\n    # Subtest: join\n    ok 1 - join\n    not ok 2 - leave\n"
        "not ok 1 - groups\nok 2 - x # SKIP no TLS\n"
    )
    assert outcomes(reading.tap(output)) == {"groups > join": P, "groups > leave": F, "groups": F, "x": S}


def test_tap_tells_why_and_how_many_never_ended() -> None:
    output = (
        "1..4\nok 1 - a\n# Error: of b at 127.0.0.1:4711\nnot ok 2 - b\n  ---\n"
        '  message: "Error: of \\"b\\" at 127.0.0.1:4711"\n  ...\nok 3 - c\n'
    )
    assert reading.tap(output) == [
        Case("a", P),
        Case("b", F, 'Error: of "b" at HOST:PORT'),
        Case("c", P),
        Case("the whole program", F, "1 of 4 cases never ended"),
    ]


PROGRAM = """
from cases import Grouped, check, child, eventually, main, start, tell, unique
import os, signal

@check("good")
async def _(): pass

@check("bad")
def _(): assert False, "not so"

@check("crash")
def _(): os.kill(os.getpid(), signal.SIGKILL)

@check("later", unless="this version has none")
def _(): assert False

@child
def service(word):
    tell(word=word)
    signal.pause()

@check("late")
def _():
    one = start(service, "x")
    eventually(lambda: one.of("word") == ["x"], "its word")
    print("pid", one.process.pid, flush=True)
    signal.pause()

@check("with a child")
def _():
    one = start(service, "x")
    eventually(lambda: one.of("word") == ["x"], "its word")
    one.kill()

main()
"""


def test_a_case_of_a_program_that_fails_crashes_or_hangs_hides_no_other(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    env = {"PYTHONPATH": str(PROGRAMS), "CASE_S": "20"}
    done = run_program([sys.executable, program, "127.0.0.1:1"], bound_s=120, env=env)
    assert not done.timed_out
    assert {case.name: (case.outcome, case.reason) for case in reading.tap(done.output)} == {
        "good": (P, ""),
        "bad": (F, "AssertionError: not so"),
        "crash": (F, "ended with -9"),
        "later": (S, "this version has none"),
        "late": (F, "not over within 20 s"),
        "with a child": (P, ""),
    }
    (pid,) = re.findall(r"# pid (\d+)", done.output)
    about = Path("/proc", pid, "stat")
    assert not about.exists() or about.read_text().rpartition(")")[2].split()[0] == "Z", (
        "its child outlived it"
    )


def test_librdkafka_without_a_report_fails_what_was_running(tmp_path: Path) -> None:
    printed = (
        "[0001_multiobj  /  0.1s] begins\n[0002_unkpart  /  0.1s] begins\n"
        "================= Test 0001_multiobj PASSED ====\n"
    )
    cases = librdkafka.reported(tmp_path / "none.json", printed)
    assert outcomes(cases) == {"0001_multiobj": P, "0002_unkpart": F}


def test_librdkafka_a_test_that_only_set_itself_up_did_not_run(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text('{"tests": {"0001_a": {"state": "PASSED"}, "0002_b": {"state": "PASSED"}}}')
    printed = (
        "[0001_a    /  0.0s] ================= Running test 0001_a =================\n"
        "[0001_a    /  0.0s] 0001_a: duration 0.1ms\n"
        "[0001_a    /  0.0s] ================= Test 0001_a PASSED =================\n"
        "[0002_b    /  0.0s] ================= Running test 0002_b =================\n"
        "[0002_b    /  0.1s] consumed 5 messages\n"
    )
    assert outcomes(librdkafka.reported(report, printed)) == {"0001_a": S, "0002_b": P}


def test_rskafka_a_test_that_returns_at_once_did_not_run() -> None:
    assert rskafka.ran(Case("client::test_socks5", P)) == Case(
        "client::test_socks5", S, "needs a SOCKS proxy"
    )
    for case in (Case("client::test_plain", P), Case("client::test_sasl", F, "refused")):
        assert rskafka.ran(case) == case


def test_sarama_runs_what_needs_a_broker(tmp_path: Path) -> None:
    (tmp_path / "functional_x_test.go").write_text(
        "func TestFuncA(t *testing.T) {\nfunc helper(t *testing.T) {\n"
    )
    (tmp_path / "unit_test.go").write_text("func TestUnit(t *testing.T) {\n")
    assert sarama.functional(tmp_path) == ["TestFuncA"]


def test_a_suite_of_which_nothing_ran_has_failed() -> None:
    assert findings.verdict([])[-1].outcome is F
    assert findings.verdict([Case("a", S)])[-1].outcome is F
    assert findings.verdict([Case("a", P)]) == [Case("a", P)]


def test_a_program_is_ended_at_its_bound_with_its_children() -> None:
    done = run_program(["sh", "-c", "sleep 1000 & sleep 1000"], bound_s=0.1)
    assert done.timed_out


def found(*cases: Case) -> Found:
    return Found("a client", "1.0", "2026-01-01", 1, "4.3.0", {case.name: case for case in cases})


SUITE = Suite("s", "a client", "1.0", "how.", lambda place: [], unserved=(("share", "not yet"),))


def test_what_kafka_passes_must_pass_or_be_known_as_not_served() -> None:
    kafka = {"s": found(Case("a", P), Case("b", P), Case("share", P), Case("c", F), Case("d", P))}
    kwire = {"s": found(Case("a", P), Case("b", F, "why"), Case("share", S), Case("c", F))}
    differences = findings.differences(kwire, kafka, {"s": SUITE})
    assert [(each.case, each.kwire, each.unserved) for each in differences] == [
        ("b", "failed", False),
        ("share", "skipped", True),
        ("d", "not run", False),
    ]
    text = page.page(kwire, kafka, {"s": SUITE})
    assert "`b` is failed on kwire. why" in text
    assert "| a client | 1.0 | 1 of 4 |" in text
    assert (
        "Of 4 cases that pass with Apache Kafka, 1 pass with kwire; 1 do not: not yet; 2 do not: see above."
        in text
    )


def test_where_kwire_means_to_differ_is_listed_and_fails_nothing() -> None:
    suite = attrs.evolve(SUITE, meant=(("auto", "topics are created before the answer"),))
    kafka, kwire = {"s": found(Case("auto", P))}, {"s": found(Case("auto", F, "why"))}
    (difference,) = findings.differences(kwire, kafka, {"s": suite})
    assert difference.explained
    assert not difference.unserved
    text = page.page(kwire, kafka, {"s": suite})
    assert "## Where kwire means to differ\n\n- s: `auto`: topics are created before the answer" in text
    assert "1 do not: topics are created before the answer." in text


def test_results_are_read_as_they_were_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "RESULTS", tmp_path)
    what = {"s": found(Case("a", P), Case("b", F, 'a "reason"'))}
    findings.save("kwire", what)
    assert findings.load("kwire") == what


def test_the_page_is_written_from_the_results() -> None:
    written = page.page(findings.load("kwire"), findings.load("kafka"), catalogue())
    assert page.PAGE.read_text(encoding="utf-8") == written, "python -m compat_tests.suites.page"


def test_a_java_client_that_ends_badly_or_late_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endings = iter([Finished(1, "Exception: no such version\n", False), Finished(0, "", True)])
    monkeypatch.setattr(kafka_clients, "CODECS", ("none",))
    monkeypatch.setattr(kafka_clients, "run_program", lambda *_, **__: next(endings))
    place = Place(KwireServer(tmp_path), tmp_path, 1.0)
    assert kafka_clients.round_trips(tmp_path, tmp_path, place) == [
        Case("none RangeAssignor", F, "Exception: no such version"),
        Case("none CooperativeStickyAssignor", F, "not over within 180 s"),
    ]


def test_a_java_program_names_its_checks_before_it_makes_them() -> None:
    output = (
        "CHECK a: good\n    took 7 ms\nPASSED a: good\nCHECK b\nPASSED something else\n"
        "FAILED b: AssertionError: one: expected 1, got 2\nCHECK c\nFAILED TO CONNECT: not a check\n"
    )
    assert reading.checks(output) == [
        Case("a: good", P),
        Case("b", F, "AssertionError: one: expected 1, got 2"),
        Case("c", F, "it did not end"),
    ]
