"""Fixtures of all compatibility tests: one server for each test module; a failure shows its output."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

# The tests import their shared modules as `compat_tests.…`, whatever directory pytest was started in.
ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from compat_tests.harness import Server, kafka_jars, make_server, skip_without, target  # noqa: E402
from compat_tests.members import Members  # noqa: E402

#: Warnings that clients raise inside themselves; everything else stays an error.
CLIENT_WARNINGS = (
    # kafka-python loads its schemas with functions of importlib.resources that Python 3.11 deprecates.
    "ignore:(read_text|open_text|is_resource|contents) is deprecated:DeprecationWarning",
)


def pytest_configure(config: pytest.Config) -> None:
    for line in CLIENT_WARNINGS:
        config.addinivalue_line("filterwarnings", line)


def pytest_report_header() -> str:
    return f"compat target: {target()}"


@pytest.fixture(scope="session", autouse=True)
def _reference_broker_available() -> None:
    if target() == "kafka":
        skip_without(kafka_jars)


@pytest.fixture(scope="module")
def _module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    if server.running:
        code = server.stop()
        assert code in server.clean_exit_codes(), f"{server.name} ended with {code}:\n{server.output_tail()}"


@pytest.fixture
def server(_module_server: Server) -> Server:
    """A running server that the tests of one module share; a test may restart or kill it."""
    if not _module_server.running:
        _module_server.start()
    return _module_server


@pytest.fixture
def members() -> Iterator[Members]:
    """Starts group members as child processes; those that the test leaves over are killed at its end."""
    group = Members()
    yield group
    group.end_all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(server, Server):
        report.sections.append((f"output of {server.name}", server.output_tail()))
    members = getattr(item, "funcargs", {}).get("members")
    if report.failed and isinstance(members, Members):
        report.sections.append(("group members", members.story()))
    return report
