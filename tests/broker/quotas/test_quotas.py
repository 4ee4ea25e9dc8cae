from __future__ import annotations

import pytest

from kwire.broker.quotas.client_quotas import Alteration, alter_quotas, entity_of, stored_quotas
from kwire.broker.quotas.throttling import FORGOTTEN_AFTER_MS, UNBOUNDED, Client
from kwire.errors import ErrorCode, KafkaError
from tests.broker.cluster import Cluster
from tests.broker.keeping import Keeper

PRODUCE, CONSUME, REQUEST = "producer_byte_rate", "consumer_byte_rate", "request_percentage"
MUTATE, CONNECT = "controller_mutation_rate", "connection_creation_rate"
NOW_MS = 1_000_000
ALICE = Client("alice", "app")


def give(keeper: Keeper, key: str, value: float | None, **entity: str | None) -> None:
    named = entity_of((kind.replace("_", "-"), name) for kind, name in entity.items())
    results = alter_quotas(keeper.broker, [Alteration(named, [(key, value)])], validate_only=False)
    assert list(results.values()) == [None]


def test_nobody_is_measured_as_long_as_nobody_has_a_quota() -> None:
    keeper = Keeper()
    quotas = keeper.broker.quotas
    assert (quotas.limit_clients, quotas.limit_connections) == (False, False)
    give(keeper, PRODUCE, 10, user="alice")
    assert (quotas.limit_clients, quotas.limit_connections) == (True, False)
    give(keeper, CONNECT, 10, ip=None)
    assert (quotas.limit_clients, quotas.limit_connections) == (True, True)
    give(keeper, PRODUCE, None, user="alice")
    give(keeper, CONNECT, None, ip=None)
    assert (quotas.limit_clients, quotas.limit_connections) == (False, False)


def test_the_quota_that_fits_best_holds() -> None:
    keeper = Keeper()
    ranked: list[dict[str, str | None]] = [
        {"client_id": None},
        {"client_id": "app"},
        {"user": None},
        {"user": None, "client_id": None},
        {"user": None, "client_id": "app"},
        {"user": "alice"},
        {"user": "alice", "client_id": None},
        {"user": "alice", "client_id": "app"},
    ]
    for bound, entity in enumerate(ranked, 1):
        give(keeper, PRODUCE, bound, **entity)
        limit = keeper.broker.quotas.limit(PRODUCE, ALICE)
        assert limit is not None
        assert limit.bound == bound
        assert limit.tags == (
            "alice" if "user" in entity else None,
            "app" if "client_id" in entity else None,
        )
    assert keeper.broker.quotas.limit(CONSUME, ALICE) is None


def test_a_user_shares_its_quota_over_all_of_its_clients_and_a_client_id_over_all_users() -> None:
    keeper = Keeper()
    quotas = keeper.broker.quotas
    give(keeper, PRODUCE, 100, user=None)
    assert quotas.produced(Client("alice", "one"), 900, NOW_MS) == 0
    assert quotas.produced(Client("alice", "two"), 200, NOW_MS) == 1000
    assert quotas.produced(Client("bob", "one"), 900, NOW_MS) == 0
    give(keeper, CONSUME, 100, client_id=None)
    assert quotas.fetched(Client("alice", "one"), 1000, NOW_MS) == 0
    assert quotas.fetched(Client("bob", "one"), 100, NOW_MS) == 1000
    assert quotas.fetched(Client("alice", "two"), 1000, NOW_MS) == 0


def test_working_for_a_client_is_measured_in_percent_of_the_time_and_punished_for_a_window_at_most() -> None:
    keeper = Keeper()
    quotas = keeper.broker.quotas
    give(keeper, REQUEST, 1, user="alice")
    assert quotas.worked(ALICE, 0.05, NOW_MS) == 0
    assert quotas.worked(ALICE, 0.06, NOW_MS) == 1000
    assert quotas.worked(ALICE, 60, NOW_MS) == 1000


def test_one_fetch_brings_no_more_than_the_windows_hold() -> None:
    keeper = Keeper()
    assert keeper.broker.quotas.most_fetched_bytes(ALICE) is None
    give(keeper, CONSUME, 100, user="alice")
    assert keeper.broker.quotas.most_fetched_bytes(ALICE) == 1000


def test_connections_beyond_the_rate_of_their_address_wait_and_others_do_not() -> None:
    keeper = Keeper()
    quotas = keeper.broker.quotas
    give(keeper, CONNECT, 1, ip=None)
    give(keeper, CONNECT, 2, ip="10.0.0.1")
    assert [quotas.connected("10.0.0.2", NOW_MS) for _ in range(11)] == [0] * 10 + [1000]
    assert [quotas.connected("10.0.0.1", NOW_MS) for _ in range(21)] == [0] * 20 + [500]
    assert quotas.connected("10.0.0.2", NOW_MS + 1000) == 1000, "who is sent away does not count"
    assert quotas.connected("10.0.0.2", NOW_MS + 11_000) == 0


def test_an_address_is_the_same_however_it_is_spelled() -> None:
    keeper = Keeper()
    give(keeper, CONNECT, 1, ip="0:0:0:0:0:0:0:1")
    assert [keeper.broker.quotas.connected("::1", NOW_MS) for _ in range(11)] == [0] * 10 + [1000]
    assert keeper.broker.quotas.connected("::2", NOW_MS) == 0


def test_changes_of_topics_take_tokens_and_a_debt_shuts_out_newer_clients_only() -> None:
    keeper = Keeper({"controller.quota.window.num": "2"})
    quotas = keeper.broker.quotas
    assert quotas.mutations(ALICE, strict=True) is UNBOUNDED
    give(keeper, MUTATE, 1, user="alice")
    first = quotas.mutations(ALICE, strict=True)
    first.charge(5)  # two at hand, and three on credit
    assert first.throttle_time_ms == 0
    with pytest.raises(KafkaError) as caught:
        first.charge(1)
    assert caught.value.code == ErrorCode.THROTTLING_QUOTA_EXCEEDED
    assert first.throttle_time_ms == 3000
    older = quotas.mutations(ALICE, strict=False)
    older.charge(1)
    assert older.throttle_time_ms == 3000
    keeper.clock.now_ms += 4000
    quotas.mutations(ALICE, strict=True).charge(1)


def test_quotas_live_through_a_restart_and_are_heard_of_by_every_worker() -> None:
    keeper = Keeper()
    give(keeper, PRODUCE, 10, user="alice", client_id=None)
    keeper.restart()
    assert keeper.broker.quotas.limit_clients
    assert stored_quotas(keeper.broker.controller.image) == {
        (("client-id", None), ("user", "alice")): {PRODUCE: 10.0}
    }
    cluster = Cluster(2)
    alter_quotas(cluster.brokers[1], [Alteration((("user", None),), [(PRODUCE, 5.0)])], validate_only=False)
    cluster.settle()
    limit = cluster.brokers[2].quotas.limit(PRODUCE, ALICE)
    assert limit is not None
    assert limit.bound == 5


def test_who_was_not_here_for_an_hour_is_forgotten() -> None:
    keeper = Keeper()
    quotas = keeper.broker.quotas
    give(keeper, PRODUCE, 10, user=None)
    for number in range(100):
        quotas.produced(Client(f"user-{number}", ""), 1, NOW_MS)
    quotas.produced(Client("late", ""), 1, NOW_MS + FORGOTTEN_AFTER_MS)
    assert len(quotas._rates) == 1
