"""All suites. A new one is a module with `suites()`, listed here."""

from __future__ import annotations

from compat_tests.suites import (
    franz_go,
    kadm,
    kafka_clients,
    kafka_go,
    kafka_python,
    kafka_streams,
    kafka_tools,
    librdkafka,
    node_clients,
    ours,
    python_clients,
    rskafka,
    rust,
    sarama,
    spring_kafka,
)
from compat_tests.suites.suite import Suite

MODULES = (
    ours,
    librdkafka,
    kafka_python,
    franz_go,
    kadm,
    sarama,
    kafka_go,
    rust,
    rskafka,
    kafka_clients,
    node_clients,
    python_clients,
    kafka_streams,
    kafka_tools,
    spring_kafka,
)


def catalogue() -> dict[str, Suite]:
    """Every suite by its name."""
    listed = [suite for module in MODULES for suite in module.suites()]
    by_name = {suite.name: suite for suite in listed}
    assert len(by_name) == len(listed), "two suites of one name"
    return by_name
