"""What all campaigns need: their own modules by name, and the warnings that clients raise inside themselves."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from compat_tests.conftest import CLIENT_WARNINGS  # noqa: E402

LEAKS = (
    # kafka-python leaves sockets to the garbage collector when a server is away.
    "ignore:unclosed <socket:ResourceWarning",
    "ignore:Exception ignored in. <function KafkaProducer.__del__:pytest.PytestUnraisableExceptionWarning",
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning",
)


def pytest_configure(config: pytest.Config) -> None:
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # that a server is away is no news here
    for line in (*CLIENT_WARNINGS, *LEAKS):
        config.addinivalue_line("filterwarnings", line)


@pytest.fixture(autouse=True)
def _sweep_up_after_clients() -> Iterator[None]:
    """Whatever clients leave to the garbage collector goes with the test that used them, and so do their threads:
    a socket that goes after the last test is an error, because the ignored warnings above end with the tests."""
    before = threading.enumerate()
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(300)  # kafka-python's may wait for one more request, which is given a minute
    gc.collect()
    assert not any(thread.is_alive() for thread in left), f"threads outlived their test: {left}"
