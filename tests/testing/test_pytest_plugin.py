"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture
def quiet(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of its own, so that the settings of this one do not count."""
    pytester.makeini("[pytest]\nfilterwarnings = error")
    return pytester


def test_the_fixture_gives_a_broker_that_all_tests_share(quiet: pytest.Pytester) -> None:
    quiet.makepyfile(
        """
        import socket

        seen = []

        def test_one(kafka):
            host, port = kafka.bootstrap_servers.split(":")
            socket.create_connection((host, int(port))).close()
            seen.append(kafka)

        def test_two(kafka):
            assert seen == [kafka]
        """
    )
    quiet.runpytest_subprocess().assert_outcomes(passed=2)


def test_its_settings_can_be_overridden(quiet: pytest.Pytester) -> None:
    quiet.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def kafka_config():
            return {"num.partitions": 7}
        """
    )
    quiet.makepyfile("def test_it(kafka): assert kafka.config == {'num.partitions': 7}")
    quiet.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_test_may_have_brokers_of_its_own(quiet: pytest.Pytester) -> None:
    quiet.makepyfile(
        """
        def test_it(kafka_broker, tmp_path):
            one, other = kafka_broker(), kafka_broker(data=tmp_path)
            assert one.port != other.port
            other.stop()
            other.start()
        """
    )
    quiet.runpytest_subprocess().assert_outcomes(passed=1)


def test_loading_the_plugin_loads_nothing_of_the_server() -> None:
    code = (
        "import sys, kwire.testing.pytest_plugin; print([m for m in sys.modules if m.startswith('kwire.')])"
    )
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert eval(printed) == ["kwire._version", "kwire.testing", "kwire.testing.pytest_plugin"]
