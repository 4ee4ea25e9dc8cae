"""What administrators set goes from one server to the other with the data directory: quotas, credentials, settings of
groups and of client metrics; and a partition that was moved is found where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from compat_tests.admin.test_moves import move, places, read, write
from compat_tests.exchange.sharing import Shared
from compat_tests.exchange.test_exchange import share as share  # the fixture
from compat_tests.harness import Server, eventually
from compat_tests.topics import make_topic
from compat_tests.transactions.wire import Servers
from kwire.errors import ErrorCode
from tests.apis.config_claims import GROUP, METRICS, SET, alter, holds, named
from tests.apis.security_claims import (
    CONNECT,
    MUTATE,
    PRODUCE,
    REQUEST,
    SHA_256,
    SHA_512,
    alter_credentials,
    set_quotas,
    until_credentials,
    until_quotas,
)
from tests.kafka_dump import assert_kafka_finds_nothing

NONE = ErrorCode.NONE
SESSION = "consumer.session.timeout.ms"


def is_all_there(talk: Servers) -> None:
    user, everybody = ("user", 0, "alice"), ("user", 1, None)
    until_quotas(talk, user, are=[({"user": "alice"}, {PRODUCE: 1e9, MUTATE: 0.5})], strict=True)
    until_quotas(
        talk,
        everybody,
        ("client-id", 0, "app"),
        are=[({"client-id": "app", "user": None}, {REQUEST: 77.5})],
        strict=True,
    )
    until_quotas(talk, ("ip", 2, None), are=[({"ip": "10.1.1.1"}, {CONNECT: 3.0})])
    until_credentials(talk, "alice", (SHA_256, 4096))
    until_credentials(talk, "bob", (SHA_512, 8192))
    holds(talk, GROUP, "readers", SESSION, "50000")
    holds(talk, METRICS, "subscription", "interval.ms", "1000")
    assert {(GROUP, "readers"), (METRICS, "subscription")} <= named(talk)


@pytest.mark.parametrize("first", ["kwire", "kafka"])
def test_what_administrators_set_goes_over_and_comes_back(share: Callable[..., Shared], first: str) -> None:
    shared = share()
    servers = [shared.kwire, shared.kafka] if first == "kwire" else [shared.kafka, shared.kwire]
    talk = Servers(servers[0]().bootstrap)
    set_quotas(
        talk,
        ({"user": "alice"}, {PRODUCE: 1e9, MUTATE: 0.5}),
        ({"user": None, "client-id": "app"}, {REQUEST: 77.5}),
        ({"ip": "10.1.1.1"}, {CONNECT: 3.0}),
    )
    assert alter_credentials(talk, ("alice", SHA_256, 4096), ("bob", SHA_512, 8192)) == {
        "alice": (NONE, None),
        "bob": (NONE, None),
    }
    assert alter(talk, GROUP, "readers", (SESSION, SET, "50000")) == (NONE, None)
    assert alter(talk, METRICS, "subscription", ("interval.ms", SET, "1000")) == (NONE, None)
    is_all_there(talk)
    talk.close()
    shared.stop()
    for start in (servers[1], servers[0]):
        talk = Servers(start().bootstrap)
        is_all_there(talk)
        talk.close()
        shared.stop()
    assert_kafka_finds_nothing(Path(shared.data))


@pytest.mark.parametrize("first", ["kwire", "kafka"])
def test_a_partition_is_found_where_it_was_moved_to(share: Callable[..., Shared], first: str) -> None:
    shared = share()
    shared.split()
    shared.kwire_settings["log.dirs"] = shared.kafka_settings["log.dirs"]
    servers = [shared.kwire, shared.kafka] if first == "kwire" else [shared.kafka, shared.kwire]
    server = servers[0]()
    topic = make_topic(server, config={"segment.bytes": str(1 << 20)})
    write(server, topic, range(5_000))
    there = ""

    def is_there(server: Server) -> bool:
        return places(server, topic) == {there: False}

    for start in (None, servers[1], servers[0]):
        if start is not None:
            server = start()
            eventually(partial(is_there, server), "the partition is found")
        assert read(server, topic, 5_000) == [*range(5_000)]
        there = move(server, topic)
        eventually(partial(is_there, server), "the partition has moved")
        shared.stop()
    assert_kafka_finds_nothing(Path(there))
