"""The pytest plugin: fixtures that give tests a real broker, with no configuration.

pytest loads this in every run where kwire is installed, so it imports nothing of kwire until a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kwire.testing.embedded import Broker


@pytest.fixture(scope="session")
def kafka_config() -> dict[str, Any]:
    """Settings of the `kafka` broker by Kafka's names. Override this fixture to have others."""
    return {}


@pytest.fixture(scope="session")
def kafka(kafka_config: dict[str, Any]) -> Iterator[Broker]:
    """One broker for the whole test session: give `kafka.bootstrap_servers` to any Kafka client.

    Tests keep apart by using topics and groups of their own; a test that needs a broker of its own uses `kafka_broker`.
    """
    from kwire.testing.embedded import Broker

    with Broker(config=kafka_config) as broker:
        yield broker


@pytest.fixture
def kafka_broker() -> Iterator[Callable[..., Broker]]:
    """`kafka_broker(...)` starts another broker, as `kwire.Broker(...)` does, and stops it after the test."""
    from kwire.testing.embedded import Broker

    with ExitStack() as brokers:

        def start(**options: Any) -> Broker:
            return brokers.enter_context(Broker(**options))

        yield start
