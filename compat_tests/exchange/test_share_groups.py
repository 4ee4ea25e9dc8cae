"""A share group goes from one server to the other with the data directory, and back (KIP-932)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compat_tests.exchange.sharing import Shared
from compat_tests.exchange.test_exchange import QUICK
from compat_tests.harness import Server, kafka_jars, require, skip_without
from compat_tests.share.test_java import from_the_beginning, produce, share
from compat_tests.topics import make_topic

pytestmark = pytest.mark.java

GROUP = "sharers"


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    skip_without(lambda: (require("java"), require("javac"), kafka_jars()))


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Shared]:
    shared = Shared(tmp_path / "shared", QUICK)
    yield shared
    if shared.running is not None and shared.running.running:
        shared.running.kill()


def leave_one_behind(server: Server, topic: str, name: str) -> None:
    """Three records are accepted, one is given back."""
    produce(server, topic, [f"release-{name}", *(f"{name}-{number}" for number in range(3))])
    printed = share(server, GROUP, topic, 3)
    assert f"released release-{name} 1" in printed


@pytest.mark.parametrize("clean", [True, False], ids=["stopped", "killed"])
@pytest.mark.parametrize("first", ["kwire", "kafka"])
def test_what_is_done_with_stays_so_and_what_was_given_back_is_given_again(
    shared: Shared, first: str, clean: bool
) -> None:
    servers: list[Callable[[], Server]] = [shared.kwire, shared.kafka]
    if first == "kafka":
        servers.reverse()
    one, other = servers
    server = one()
    topic = make_topic(server)
    from_the_beginning(server, GROUP)
    leave_one_behind(server, topic, "first")
    shared.stop(clean=clean)

    server = other()
    assert share(server, GROUP, topic, 1) == ["accepted release-first 2"]
    leave_one_behind(server, topic, "second")
    shared.stop(clean=clean)

    server = one()
    assert share(server, GROUP, topic, 1) == ["accepted release-second 2"]
    shared.stop()
